use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::ends::sealed;
use crate::errors::{AsyncSendError, SendBatchError, SendError, TrySendBatchError, TrySendError};
use crate::future::{ClosedFuture, SendBatchFuture, SendFuture, SendRefFuture};
use crate::link::spsc::Tx;
use crate::op;
use crate::wait::{Forever, Limit, Wait};

/// The sending end of a one-to-one channel.
///
/// It can move between threads and tasks, and `&mut` keeps two of them from using it at once. When it is dropped the
/// receiver gets what is buffered, then `Disconnected`.
pub struct Sender<T> {
    tx: Tx<T>,
    /// The place of `poll_send` in the queue.
    wait: Wait,
}

impl<T> Sender<T> {
    pub(super) fn new(tx: Tx<T>) -> Self {
        Self { tx, wait: Wait::soft() }
    }

    /// Blocks the thread until the value is in the channel. In a task use [`send_async`](Self::send_async).
    ///
    /// # Errors
    /// [`Disconnected`](SendError::Disconnected) with the value, if the channel is closed or the receiver has gone.
    #[inline(always)]
    pub fn send(&mut self, value: T) -> Result<(), SendError<T>> {
        op::send(&mut self.tx, value, Forever)
    }

    /// Sends the value if there is room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with the value.
    #[inline(always)]
    pub fn try_send(&mut self, value: T) -> Result<(), TrySendError<T>> {
        op::try_send(&mut self.tx, value)
    }

    /// Blocks the thread for at most `limit`. In a task use an adapter's timeout around
    /// [`send_async`](Self::send_async).
    ///
    /// A `limit` of zero is one try, one of [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    #[inline]
    pub fn send_timeout(&mut self, value: T, limit: Duration) -> Result<(), SendError<T>> {
        op::send(&mut self.tx, value, Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past is one try.
    ///
    /// # Errors
    /// As [`send_timeout`](Self::send_timeout); the time in `TimeOut` is that from the call to the deadline.
    #[inline]
    pub fn send_deadline(&mut self, value: T, deadline: Instant) -> Result<(), SendError<T>> {
        op::send(&mut self.tx, value, Limit::At(deadline))
    }

    /// Sends the value in a task.
    ///
    /// # Errors
    /// `Disconnected` with the value, if the channel is closed or the receiver has gone.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value. To keep it use
    /// [`send_ref_async`](Self::send_ref_async) or [`SendFuture::take`].
    #[inline]
    pub fn send_async(&mut self, value: T) -> SendFuture<&mut Self> {
        SendFuture::new(self, value)
    }

    /// Sends the value out of the caller's slot, in a task.
    ///
    /// # Errors
    /// `Disconnected`; the value is still in its slot.
    ///
    /// # Panics
    /// If the slot is empty.
    ///
    /// # Cancel safety
    /// The slot is `Some` if and only if the value has not been sent.
    #[inline]
    pub fn send_ref_async<'a>(&'a mut self, value: &'a mut Option<T>) -> SendRefFuture<'a, &'a mut Self> {
        SendRefFuture::new(self, value)
    }

    /// Sends the value in `value` if there is room, or has the task of `cx` woken when there is.
    ///
    /// Ready with an error if the channel is closed or the receiver has gone. The slot is `Some` if and only if the
    /// value has not been sent. The task may be woken until the next poll or [`cancel_poll`](Self::cancel_poll); only the
    /// last waker counts. That may be at once, to look again after the other tasks of its executor (see
    /// [Polls](crate#polls)).
    /// Where another task waits by this same end meanwhile, it takes this one's place and wakes it: poll again.
    ///
    /// # Panics
    /// If the slot is empty.
    pub fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<T>) -> Poll<Result<(), AsyncSendError<()>>> {
        assert!(value.is_some(), "there is no value to send");
        self.wait.poll(&mut self.tx, cx.waker(), |end| op::look_send(end, value))
    }

    /// Takes back the registration of a [`poll_send`](Self::poll_send) that was pending.
    pub fn cancel_poll(&mut self) {
        self.wait.leave(&self.tx);
    }

    /// Blocks the thread until all of `values` are in the channel, in order; returns how many that was. In a task use
    /// [`send_batch_async`](Self::send_batch_async).
    ///
    /// # Errors
    /// `Disconnected`. What has not been sent stays in `values`, in order, on every way out.
    pub fn send_batch(&mut self, values: &mut Vec<T>) -> Result<usize, SendBatchError> {
        op::send_batch(&mut self.tx, values, Limit::Never)
    }

    /// Sends as many of `values` as fit now, from the front. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn try_send_batch(&mut self, values: &mut Vec<T>) -> Result<usize, TrySendBatchError> {
        op::try_send_batch(&mut self.tx, values)
    }

    /// Blocks the thread for at most `limit` until all of `values` are in the channel.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn send_batch_timeout(&mut self, values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError> {
        op::send_batch(&mut self.tx, values, Limit::After(limit))
    }

    /// Sends all of `values` in a task, in order.
    ///
    /// # Errors
    /// `Disconnected`, with how many were sent.
    ///
    /// # Cancel safety
    /// What has not been sent is in `values`, in order, when the future is dropped.
    pub fn send_batch_async<'a>(&'a mut self, values: &'a mut Vec<T>) -> SendBatchFuture<'a, &'a mut Self> {
        SendBatchFuture::new(self, values)
    }

    /// Waits in a task until nothing can be sent any more: the channel is closed, or the receiver has gone.
    pub fn closed_async(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::new(self.tx.shared().room())
    }

    /// A sink that borrows this sender.
    #[cfg(feature = "futures")]
    pub fn sink(&mut self) -> crate::SendSink<&mut Self> {
        crate::SendSink::new(self)
    }

    /// Turns this sender into a sink.
    #[cfg(feature = "futures")]
    pub fn into_sink(self) -> crate::SendSink<Self> {
        crate::SendSink::new(self)
    }

    /// Closes the channel: the receiver gets what is buffered, then `Disconnected`. True if this call did
    /// it.
    pub fn close(&self) -> bool {
        self.tx.close()
    }

    /// Whether nothing can be sent any more: the channel is closed, or the receiver has gone.
    pub fn is_disconnected(&self) -> bool {
        self.tx.shared().is_closed()
    }

    /// How many values are buffered. Other threads may change it at any time; never more than the capacity.
    pub fn len(&self) -> usize {
        self.tx.shared().ring().len()
    }

    /// Whether nothing is buffered. Out of date as soon as another thread receives or sends.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room. Out of date as soon as another thread receives or sends.
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// How many values the channel holds at most, as given at its creation.
    pub fn capacity(&self) -> usize {
        self.tx.shared().ring().capacity()
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // The end that is dropped after this closes the channel, also when a waker panics here.
        self.cancel_poll();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("len", &self.len()).field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

// A value is in the ring or it is not, whatever panics; nothing can be seen half-way.
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> sealed::Target for Sender<T> {
    type Value = T;
    type Raw<'a>
        = &'a mut Tx<T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> &mut Tx<T> {
        &mut self.tx
    }
}

impl<T> sealed::Target for &mut Sender<T> {
    type Value = T;
    type Raw<'a>
        = &'a mut Tx<T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> &mut Tx<T> {
        &mut self.tx
    }
}

impl<T> sealed::Borrowed for &mut Sender<T> {}
