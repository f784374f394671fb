//! hel channels under async-std.
//!
//! async-std is discontinued, and its maintainers point to smol. This crate is for programs that have not moved yet:
//! both stand on async-io, so what [`hel_smol`] offers is offered here under this crate's names.
//!
//! - limits: [`timeout`] and [`timeout_at`] around any operation, and the verbs `recv_timeout_async`,
//!   `send_timeout_async` and their batch forms by [`AsyncStdReceiver`] and [`AsyncStdSender`];
//! - gathering: [`gather`] takes up to so many values, for at most so long after the first;
//! - batches by size or time as a stream: [`batches`], or `into_batches` by [`AsyncStdBatches`];
//! - [`channel`], with the names of `async_std::channel`: moving over changes one import.
//!
//! ```
//! use hel_async_std::AsyncStdReceiver;
//! use std::time::Duration;
//!
//! let (tx, rx) = hel::bounded(16);
//! std::thread::spawn(move || tx.send("from a thread"));
//! async_std::task::block_on(async {
//!     assert_eq!(rx.recv_timeout_async(Duration::from_secs(60)).await, Ok("from a thread"));
//! });
//! ```
//!
//! # Moving to smol
//!
//! Each name is another one for what hel-smol has: [`AsyncStd`] is [`hel_smol::Smol`], and an `AsyncStdReceiver` in
//! scope is a `SmolReceiver` in scope. Code of a program that is half-way therefore fits together, and the last step is
//! to change the imports.
//!
//! # Beside another adapter
//!
//! The traits of another adapter have the same verbs. Where both are in scope the compiler asks which one is meant: name
//! the trait, or use the functions, which always say it.
//!
//! ```
//! use hel_async_std::AsyncStdReceiver;
//! use hel_tokio::TokioReceiver;
//! use std::time::Duration;
//!
//! let (_tx, rx) = hel::bounded::<u32>(1);
//! let limit = Duration::from_millis(1);
//! async_std::task::block_on(async {
//!     assert!(AsyncStdReceiver::recv_timeout_async(&rx, limit).await.is_err());
//!     assert!(hel_async_std::timeout(limit, rx.recv_async()).await.is_err());
//! });
//! tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//!     assert!(TokioReceiver::recv_timeout_async(&rx, limit).await.is_err());
//! });
//! ```
#![forbid(unsafe_code)]

pub mod channel;

pub use hel;

#[doc(inline)]
pub use hel_smol::{
    Batches, Gather, Smol as AsyncStd, SmolBatches as AsyncStdBatches, SmolReceiver as AsyncStdReceiver,
    SmolSender as AsyncStdSender, SmolTimer as AsyncStdTimer, Timeout, batches, gather, timeout, timeout_at,
};

/// The README's snippets compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
