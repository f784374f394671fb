use std::time::{Duration, Instant};

use hel::{Borrowed, Operation, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, Source, Target, rt};

use crate::Tokio;

/// An operation with a limit: what [`timeout`] and the `…_timeout_async` methods return.
pub type Timeout<F> = rt::Timeout<F, Tokio>;

/// Collects values for a while: what [`gather`] and [`gather_async`](TokioReceiver::gather_async) return.
pub type Gather<'b, S> = rt::Gather<'b, S, Tokio>;

/// A stream of batches: what [`batches`] and [`into_batches`](TokioBatches::into_batches) return.
pub type Batches<S> = rt::Batches<S, Tokio>;

/// Gives any hel operation a limit, counted from its first poll. Zero is one try, [`Duration::MAX`] no limit.
///
/// It fails as the operation does, or with `TimeOut`. A value that could not be sent in time comes back in the error
/// (with `send_ref_async` it is still in its slot) and is then certainly not delivered. An operation that is ready at
/// once makes no timer.
///
/// # Panics
/// If it needs a timer outside a runtime, or in one without timers.
///
/// # Cancel safety
/// As the operation's own: a receive dropped at any point has received nothing; a send of one value dropped before it
/// is ready has not sent; what a batch has not sent is in the caller's `Vec`, in order.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
/// let (tx, rx) = hel::channel::mpmc::shard_key::<u64, 1>(4);
/// let send = |n| hel_tokio::timeout(Duration::from_millis(1), tx.send_async("AAPL", n));
/// assert_eq!(send(1).await, Ok(()));
/// assert_eq!(send(2).await.unwrap_err().into_inner(), 2);
/// # }
/// ```
pub fn timeout<F: Operation>(limit: Duration, op: F) -> Timeout<F> {
    rt::timeout(Tokio, limit, op)
}

/// Gives any hel operation a deadline, as an instant of tokio's or of the standard library. One in the past still does
/// what can be done at once.
///
/// # Panics
/// As [`timeout`].
///
/// # Cancel safety
/// As [`timeout`].
pub fn timeout_at<F: Operation>(deadline: impl Into<Instant>, op: F) -> Timeout<F> {
    rt::timeout_at(Tokio, deadline.into(), op)
}

/// Waits for a value as long as it takes, then collects up to `max` into `into`, for at most `linger` after the first.
///
/// # Errors
/// `Disconnected`, if the channel ended before the first value.
///
/// # Panics
/// If it needs a timer outside a runtime, or in one without timers. What was received is in `into` then.
///
/// # Cancel safety
/// What was received is in `into` whenever it is dropped.
pub fn gather<S: Source>(source: S, into: &mut Vec<S::Item>, max: usize, linger: Duration) -> Gather<'_, S> {
    rt::gather(Tokio, source, into, max, linger)
}

/// A stream of batches of up to `max` values, each given out when full, `linger` after its first value, or at the end.
///
/// # Panics
/// If `max` is 0. When polled, if it needs a timer outside a runtime, or in one without timers.
///
/// # Cancel safety
/// Dropping a `next()` on it loses nothing. Dropping the stream drops the batch that it collects;
/// [`take_partial`](rt::Batches::take_partial) and [`into_inner`](rt::Batches::into_inner) hand it out.
pub fn batches<S: Source>(source: S, max: usize, linger: Duration) -> Batches<S> {
    rt::Batches::new(Tokio, source, max, linger)
}

/// Receiving with a limit on the wait, for every receiving end.
///
/// The end is borrowed, as by its own methods. Where it is a `&mut spsc::Receiver` already, write `(*rx).` for `rx.`, or
/// the reference is moved into the future. What needs a timer panics outside a runtime with timers.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use hel_tokio::TokioReceiver;
/// use std::time::Duration;
/// let (tx, rx) = hel::bounded(16);
/// tx.send_async(1).await.unwrap();
/// assert_eq!(rx.recv_timeout_async(Duration::from_secs(1)).await, Ok(1));
/// assert!(rx.recv_timeout_async(Duration::from_millis(1)).await.unwrap_err().is_timeout());
/// # }
/// ```
pub trait TokioReceiver: Source + Borrowed + Sized {
    /// Receives a value within `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`.
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    fn recv_timeout_async(self, limit: Duration) -> Timeout<RecvFuture<Self>> {
        timeout(limit, RecvFuture::new(self))
    }

    /// Appends up to `max` values that are there to `into`, and waits for the first within `limit`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, if there was none.
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    fn recv_batch_timeout_async(
        self,
        into: &mut Vec<Self::Item>,
        max: usize,
        limit: Duration,
    ) -> Timeout<RecvBatchFuture<'_, Self>> {
        timeout(limit, RecvBatchFuture::new(self, into, max))
    }

    /// Waits for a value as long as it takes, then collects up to `max` into `into`, for at most `linger` after the
    /// first.
    ///
    /// # Errors
    /// `Disconnected`, if the channel ended before the first value.
    ///
    /// # Cancel safety
    /// What was received is in `into` whenever the future is dropped.
    fn gather_async(self, into: &mut Vec<Self::Item>, max: usize, linger: Duration) -> Gather<'_, Self> {
        gather(self, into, max, linger)
    }
}

impl<S: Source + Borrowed> TokioReceiver for S {}

/// Sending with a limit on the wait, for every sender that takes a plain value.
///
/// Keyed senders put the key first: for them there is [`timeout`] around their own methods. Where the end is a
/// `&mut spsc::Sender` already, write `(*tx).` for `tx.`, or the reference is moved into the future. What needs
/// a timer panics outside a runtime with timers.
pub trait TokioSender: Target + Borrowed + Sized {
    /// Sends the value within `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value, unless
    /// [`take`](SendFuture::take) got it back first.
    fn send_timeout_async(self, value: Self::Item, limit: Duration) -> Timeout<SendFuture<Self>> {
        timeout(limit, SendFuture::new(self, value))
    }

    /// Sends all of `values` within `limit`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    ///
    /// # Cancel safety
    /// What has not been sent is in `values`, in order, when the future is dropped.
    fn send_batch_timeout_async(
        self,
        values: &mut Vec<Self::Item>,
        limit: Duration,
    ) -> Timeout<SendBatchFuture<'_, Self>> {
        timeout(limit, SendBatchFuture::new(self, values))
    }
}

impl<K: Target + Borrowed> TokioSender for K {}

/// Batches by size or time, for every receiving end, owned or borrowed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use futures_util::StreamExt;
/// use hel_tokio::TokioBatches;
/// use std::time::Duration;
/// let (tx, rx) = hel::bounded(16);
/// tx.send_batch_async(&mut vec![1, 2, 3]).await.unwrap();
/// drop(tx);
/// let batches: Vec<_> = rx.into_batches(2, Duration::from_millis(5)).collect().await;
/// assert_eq!(batches, [vec![1, 2], vec![3]]);
/// # }
/// ```
pub trait TokioBatches: Source + Sized {
    /// A stream of batches of up to `max` values, each given out when full, `linger` after its first value, or at the
    /// end.
    ///
    /// # Panics
    /// If `max` is 0.
    ///
    /// # Cancel safety
    /// As [`batches`].
    fn into_batches(self, max: usize, linger: Duration) -> Batches<Self> {
        batches(self, max, linger)
    }
}

impl<S: Source> TokioBatches for S {}
