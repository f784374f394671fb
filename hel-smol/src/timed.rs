use std::time::{Duration, Instant};

use hel::{Borrowed, Operation, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, Source, Target, rt};

use crate::Smol;

/// An operation with a limit: what [`timeout`] and [`timeout_at`] return.
pub type Timeout<F> = rt::Timeout<F, Smol>;

/// Collects values for a while: what [`gather`] returns.
pub type Gather<'b, S> = rt::Gather<'b, S, Smol>;

/// A stream of batches: what [`batches`] returns.
pub type Batches<S> = rt::Batches<S, Smol>;

/// Gives any operation a limit, counted from its first poll.
///
/// It takes what `recv_async`, `send_async`, `send_ref_async` and their batch forms return, on every kind of channel. A
/// `limit` of zero is one try; one of [`Duration::MAX`] waits without limit.
///
/// # Errors
/// What the operation fails with, or `TimeOut`. A send gives its value back, and has then certainly not delivered it.
///
/// # Cancel safety
/// As the operation's own.
///
/// ```
/// # smol::block_on(async {
/// let (tx, rx) = hel::bounded(1);
/// tx.send_async(1).await.unwrap();
/// let late = hel_smol::timeout(std::time::Duration::from_millis(1), tx.send_async(2)).await;
/// assert_eq!((late.unwrap_err().into_inner(), rx.try_recv()), (2, Ok(1)));
/// # });
/// ```
pub fn timeout<F: Operation>(limit: Duration, op: F) -> Timeout<F> {
    rt::timeout(Smol, limit, op)
}

/// Gives any operation a deadline. One in the past still does what can be done at once.
///
/// # Errors
/// As [`timeout`]; the time in `TimeOut` is that from the first wait to the deadline.
///
/// # Cancel safety
/// As the operation's own.
pub fn timeout_at<F: Operation>(deadline: Instant, op: F) -> Timeout<F> {
    rt::timeout_at(Smol, deadline, op)
}

/// Waits for a value as long as it takes, then collects up to `max` into `into`, for at most `linger` after the first.
///
/// # Errors
/// `Disconnected`, if the channel ended before the first value.
///
/// # Cancel safety
/// What was received is in `into` whenever it is dropped.
///
/// ```
/// # smol::block_on(async {
/// let (tx, rx) = hel::bounded(8);
/// tx.send_batch_async(&mut vec![1, 2, 3]).await.unwrap();
/// let (mut into, linger) = (Vec::new(), std::time::Duration::from_millis(1));
/// assert_eq!(hel_smol::gather(&rx, &mut into, 2, linger).await, Ok(2));
/// assert_eq!(hel_smol::gather(&rx, &mut into, 2, linger).await, Ok(1));
/// # });
/// ```
pub fn gather<S: Source>(source: S, into: &mut Vec<S::Item>, max: usize, linger: Duration) -> Gather<'_, S> {
    rt::gather(Smol, source, into, max, linger)
}

/// A stream of batches of up to `max` values, each given out at most `linger` after its first value.
///
/// # Panics
/// If `max` is 0.
///
/// # Cancel safety
/// Dropping a `next()` on it loses nothing. Dropping the stream drops the batch that it collects;
/// [`take_partial`](rt::Batches::take_partial) and [`into_inner`](rt::Batches::into_inner) hand it out.
pub fn batches<S: Source>(source: S, max: usize, linger: Duration) -> Batches<S> {
    Batches::new(Smol, source, max, linger)
}

/// The timed verbs of a receiver, for `&Receiver` and every other borrowed end.
///
/// A variable that is a `&mut spsc::Receiver` itself would be moved into the future: write `(*rx).` for `rx.` there.
///
/// ```
/// use hel_smol::SmolReceiver;
/// use std::time::Duration;
///
/// let (_tx, rx) = hel::bounded::<u32>(1);
/// let late = smol::block_on(rx.recv_timeout_async(Duration::from_millis(1)));
/// assert!(late.unwrap_err().is_timeout());
/// ```
pub trait SmolReceiver: Source + Borrowed + Sized {
    /// Receives a value, and waits for at most `limit`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`.
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    fn recv_timeout_async(self, limit: Duration) -> Timeout<RecvFuture<Self>> {
        timeout(limit, RecvFuture::new(self))
    }

    /// Appends up to `max` values to `into`, and waits for the first for at most `limit`.
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

    /// Waits for a value as long as it takes, then collects up to `max`, for at most `linger` after the first.
    ///
    /// # Errors
    /// `Disconnected`, if the channel ended before the first value.
    ///
    /// # Cancel safety
    /// What was received is in `into` whenever it is dropped.
    fn gather_async(self, into: &mut Vec<Self::Item>, max: usize, linger: Duration) -> Gather<'_, Self> {
        gather(self, into, max, linger)
    }
}

impl<S: Source + Borrowed> SmolReceiver for S {}

/// The timed verbs of a sender, for `&Sender` and every other borrowed end.
///
/// A keyed sender has none of them: give `tx.send_async(&key, value)` to [`timeout`]. A variable that is a
/// `&mut spsc::Sender` itself would be moved into the future: write `(*tx).` for `tx.` there.
pub trait SmolSender: Target + Borrowed + Sized {
    /// Sends a value, and waits for room for at most `limit`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value, which has then certainly not been delivered.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent: the value is dropped with it, unless
    /// [`take`](SendFuture::take) got it back first.
    fn send_timeout_async(self, value: Self::Item, limit: Duration) -> Timeout<SendFuture<Self>> {
        timeout(limit, SendFuture::new(self, value))
    }

    /// Sends all `values` in order, for at most `limit`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent.
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

impl<K: Target + Borrowed> SmolSender for K {}

/// Any receiver, owned or borrowed, as a stream of batches.
///
/// ```
/// use futures_util::StreamExt;
/// use hel_smol::SmolBatches;
///
/// let (tx, rx) = hel::bounded(8);
/// tx.send_batch(&mut vec![1, 2, 3]).unwrap();
/// let mut batches = rx.into_batches(2, std::time::Duration::from_millis(1));
/// assert_eq!(smol::block_on(batches.next()), Some(vec![1, 2]));
/// assert_eq!(smol::block_on(batches.next()), Some(vec![3]));
/// ```
pub trait SmolBatches: Source + Sized {
    /// Batches of up to `max` values, each given out at most `linger` after its first value.
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

impl<S: Source> SmolBatches for S {}
