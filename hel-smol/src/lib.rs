//! hel channels under smol.
//!
//! Today this crate only re-exports [`hel`], whose futures and streams already run on any executor, smol's included.
//! Still to come: limits by async-io's timers for every async operation, and `channel`, a module with the names of
//! `async_channel`.
#![forbid(unsafe_code)]

pub use hel;
