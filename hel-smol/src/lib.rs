//! hel channels under smol.
//!
//! hel's futures, streams and sinks run on any executor, smol's included: use [`hel`] as it is. This crate adds what
//! takes time, by async-io's timers (smol itself has no `timeout`):
//!
//! - limits: [`timeout`] and [`timeout_at`] around any operation, and the verbs `recv_timeout_async`,
//!   `send_timeout_async` and their batch forms by [`SmolReceiver`] and [`SmolSender`];
//! - gathering: [`gather`] takes up to so many values, for at most so long after the first;
//! - batches by size or time as a stream: [`batches`], or `into_batches` by [`SmolBatches`];
//! - [`channel`], with the names of `async_channel`: moving over changes one import.
//!
//! ```
//! use hel_smol::SmolReceiver;
//! use std::time::Duration;
//!
//! let (tx, rx) = hel::bounded(16);
//! std::thread::spawn(move || tx.send("from a thread"));
//! smol::block_on(async {
//!     assert_eq!(rx.recv_timeout_async(Duration::from_secs(60)).await, Ok("from a thread"));
//!     let gone = rx.recv_timeout_async(Duration::from_secs(60)).await;
//!     assert!(gone.unwrap_err().is_disconnected());
//! });
//! ```
//!
//! Timed futures are `Unpin`: in a `select` in a loop they go by value, without `pin!`. Dropped before it is ready, a
//! receive has received nothing and a send of one value has not sent; what a gather has collected and what a batch has
//! not sent is in the caller's `Vec`. An operation that is ready at once makes no timer.
//!
//! The verbs of another adapter have the same names. Where two adapters' traits are in scope the compiler asks which one
//! is meant; the functions [`timeout`] and [`gather`] always say so.
#![forbid(unsafe_code)]

pub mod channel;
mod rt;
mod timed;

pub use hel;

pub use self::rt::{Smol, SmolTimer};
pub use self::timed::{
    Batches, Gather, SmolBatches, SmolReceiver, SmolSender, Timeout, batches, gather, timeout, timeout_at,
};

/// The README's snippets compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
