//! hel channels under tokio: what takes time, tokio's budget, and a stand-in for `tokio::sync::mpsc`.
//!
//! The futures, streams and sinks of [`hel`] run on any executor, tokio's included. Here is what a channel alone cannot
//! have:
//!
//! - limits by tokio's clock: [`timeout`] around any operation, and the methods of [`TokioReceiver`] and
//!   [`TokioSender`];
//! - collecting by size or time: [`gather_async`](TokioReceiver::gather_async) and
//!   [`into_batches`](TokioBatches::into_batches);
//! - [`coop`], a share in tokio's task budget;
//! - [`mpsc`], a module with the names of `tokio::sync::mpsc`.
//!
//! ```
//! use hel_tokio::{TokioReceiver, TokioSender};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let (tx, rx) = hel::bounded(1);
//! let limit = Duration::from_millis(2);
//! assert_eq!(tx.send_timeout_async("first", limit).await, Ok(()));
//! assert_eq!(tx.send_timeout_async("second", limit).await.unwrap_err().into_inner(), "second");
//! assert_eq!(rx.recv_timeout_async(limit).await, Ok("first"));
//! # }
//! ```
//!
//! In `select!` all of them can be dropped at any point, as each method says. tokio's timer is not `Unpin`, so a timed
//! future that a loop polls by reference has to be pinned first; by value it needs nothing:
//!
//! ```
//! use hel_tokio::TokioReceiver;
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let (tx, rx) = hel::bounded(16);
//! let (stop, stopped) = hel::bounded::<()>(1);
//! tokio::spawn(async move {
//!     tx.send_async("a value").await.unwrap();
//!     stop.send_async(()).await.unwrap();
//! });
//! loop {
//!     tokio::select! {
//!         received = rx.recv_timeout_async(Duration::from_secs(5)) => match received {
//!             Ok(value) => println!("{value}"),
//!             Err(error) if error.is_timeout() => println!("nothing for five seconds"),
//!             Err(_) => break, // the other end is gone
//!         },
//!         _ = stopped.recv_async() => break,
//!     }
//! }
//! # }
//! ```
#![forbid(unsafe_code)]

mod coop;
pub mod mpsc;
mod rt;
mod timed;

pub use hel;

pub use self::coop::{Coop, coop};
pub use self::rt::{Tokio, TokioTimer};
pub use self::timed::{
    Batches, Gather, Timeout, TokioBatches, TokioReceiver, TokioSender, batches, gather, timeout, timeout_at,
};

/// The README's snippets compile and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
