//! hel channels under async-std.
//!
//! async-std is discontinued; this crate is for programs that have not moved to smol yet. Both stand on async-io, so
//! what hel-smol offers will be offered here under this crate's names.
//!
//! Today this crate only re-exports [`hel`], whose futures and streams already run on any executor, async-std's
//! included. Still to come: limits by async-io's timers for every async operation, and `channel`, a module with the
//! names of `async_std::channel`.
#![forbid(unsafe_code)]

pub use hel;
