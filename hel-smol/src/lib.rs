//! hel channels under smol.
//!
//! hel's futures and streams run on any executor, smol's included: use [`hel`] as it is. A program that uses
//! `async_channel` or `smol::channel` today can keep its code and change one import, to [`channel`].
//!
//! Still to come: limits by async-io's timers for every async operation.
#![forbid(unsafe_code)]

pub mod channel;

pub use hel;
