//! One operation as a future.
//!
//! `CONTRACT.md`, at the top of this crate, says of each what happens when it is dropped, and a test plays it.
//!
//! A future keeps its end, its place in the queue and nothing else, so it is small, `Unpin`, and allocates nothing.

mod batch;
mod closed;
mod operation;
mod recv;
mod send;

pub use self::batch::{RecvBatchFuture, SendBatchFuture};
pub use self::closed::ClosedFuture;
pub use self::operation::Operation;
pub use self::recv::RecvFuture;
pub use self::send::{SendFuture, SendRefFuture};

/// The message of a future polled once more after it was ready.
pub(crate) const POLLED_AFTER_READY: &str = "a hel future was polled after it was ready";
