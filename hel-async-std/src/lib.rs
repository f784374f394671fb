//! hel channels under async-std.
//!
//! async-std is discontinued; this crate is for programs that have not moved to smol yet. Both stand on async-io, so
//! what hel-smol offers is offered here under this crate's names: [`channel`] has the names of `async_std::channel`.
//!
//! Still to come: limits by async-io's timers for every async operation.
#![forbid(unsafe_code)]

pub mod channel;

pub use hel;
