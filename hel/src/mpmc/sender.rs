use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::WeakSender;
use crate::ends::sealed;
use crate::errors::{AsyncSendError, SendBatchError, SendError, TrySendBatchError, TrySendError};
use crate::future::{ClosedFuture, SendBatchFuture, SendFuture, SendRefFuture};
use crate::link::mpmc::{Shared, Tx};
use crate::op;
use crate::sync::Arc;
use crate::wait::{FirstPanic, Forever, Limit, Side, Wait};

/// The sending end of a channel that any number of threads and tasks share.
///
/// Clone it for each of them, or share one by reference. When the last one is dropped the receivers get what is
/// buffered, then `Disconnected`.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
    /// The place of `poll_send` in the queue.
    wait: Wait,
}

impl<T> Sender<T> {
    /// The handle for a sender that is counted already.
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self { shared, wait: Wait::soft() }
    }

    #[inline(always)]
    pub(crate) fn tx(&self) -> Tx<'_, T> {
        self.shared.tx()
    }

    /// Where senders wait, which is closed with the channel.
    pub(crate) fn room(&self) -> &Side {
        self.shared.link().room()
    }

    /// Blocks the thread until the value is in the channel. In a task use [`send_async`](Self::send_async).
    ///
    /// Where there are more threads than processors, one that was outrun by another sender may yield first.
    ///
    /// # Errors
    /// [`Disconnected`](SendError::Disconnected) with the value, if the channel is closed or all receivers have gone.
    #[inline(always)]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        op::send(self.shared.tx(), value, Forever)
    }

    /// Sends the value if there is room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with the value. `Full` is also said if a receiver was stopped half-way through taking
    /// the value whose place is needed.
    #[inline(always)]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        op::try_send(self.shared.tx(), value)
    }

    /// Blocks the thread for at most `limit`. In a task use an adapter's timeout around
    /// [`send_async`](Self::send_async).
    ///
    /// A `limit` of zero is one try, one of [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    #[inline]
    pub fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendError<T>> {
        op::send(self.shared.tx(), value, Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past is one try.
    ///
    /// # Errors
    /// As [`send_timeout`](Self::send_timeout); the time in `TimeOut` is that from the call to the deadline.
    #[inline]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendError<T>> {
        op::send(self.shared.tx(), value, Limit::At(deadline))
    }

    /// Sends the value in a task.
    ///
    /// # Errors
    /// `Disconnected` with the value, if the channel is closed or all receivers have gone.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value. To keep it use
    /// [`send_ref_async`](Self::send_ref_async) or [`SendFuture::take`].
    #[inline]
    pub fn send_async(&self, value: T) -> SendFuture<&Self> {
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
    pub fn send_ref_async<'a>(&'a self, value: &'a mut Option<T>) -> SendRefFuture<'a, &'a Self> {
        SendRefFuture::new(self, value)
    }

    /// Sends the value in `value` if there is room, or has the task of `cx` woken when there is.
    ///
    /// Ready with an error if the channel is closed or all receivers have gone. The slot is `Some` if and only if the
    /// value has not been sent. The task may be woken until the next poll or [`cancel_poll`](Self::cancel_poll); only the
    /// last waker counts. That may be at once, to look again after the other tasks of its executor (see
    /// [Polls](crate#polls)).
    ///
    /// # Panics
    /// If the slot is empty.
    pub fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<T>) -> Poll<Result<(), AsyncSendError<()>>> {
        assert!(value.is_some(), "there is no value to send");
        self.wait.poll(&mut self.shared.tx(), cx.waker(), |end| op::look_send(end, value))
    }

    /// Takes back the registration of a [`poll_send`](Self::poll_send) that was pending.
    pub fn cancel_poll(&mut self) {
        self.wait.leave(&self.shared.tx());
    }

    /// Blocks the thread until all of `values` are in the channel, in order; returns how many that was. In a task use
    /// [`send_batch_async`](Self::send_batch_async).
    ///
    /// # Errors
    /// `Disconnected`. What has not been sent stays in `values`, in order, on every way out.
    pub fn send_batch(&self, values: &mut Vec<T>) -> Result<usize, SendBatchError> {
        op::send_batch(self.shared.tx(), values, Limit::Never)
    }

    /// Sends as many of `values` as fit now, from the front. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn try_send_batch(&self, values: &mut Vec<T>) -> Result<usize, TrySendBatchError> {
        op::try_send_batch(self.shared.tx(), values)
    }

    /// Blocks the thread for at most `limit` until all of `values` are in the channel.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn send_batch_timeout(&self, values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError> {
        op::send_batch(self.shared.tx(), values, Limit::After(limit))
    }

    /// Sends all of `values` in a task, in order.
    ///
    /// # Errors
    /// `Disconnected`, with how many were sent.
    ///
    /// # Cancel safety
    /// What has not been sent is in `values`, in order, when the future is dropped.
    pub fn send_batch_async<'a>(&'a self, values: &'a mut Vec<T>) -> SendBatchFuture<'a, &'a Self> {
        SendBatchFuture::new(self, values)
    }

    /// Waits in a task until nothing can be sent any more: the channel is closed, or all receivers have gone.
    pub fn closed_async(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::new(self.room())
    }

    /// A sink that borrows this sender.
    #[cfg(feature = "futures")]
    pub fn sink(&self) -> crate::SendSink<&Self> {
        crate::SendSink::new(self)
    }

    /// Turns this sender into a sink.
    #[cfg(feature = "futures")]
    pub fn into_sink(self) -> crate::SendSink<Self> {
        crate::SendSink::new(self)
    }

    /// A handle that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(Arc::clone(&self.shared))
    }

    /// Closes the channel for every sender: receivers get what is buffered, then `Disconnected`. True if this call did
    /// it.
    pub fn close(&self) -> bool {
        self.shared.close()
    }

    /// Whether nothing can be sent any more: the channel is closed, or all receivers have gone.
    pub fn is_disconnected(&self) -> bool {
        self.shared.link().ring().is_closed()
    }

    /// How many values are buffered. Other threads may change it at any time; never more than the capacity.
    pub fn len(&self) -> usize {
        self.shared.link().ring().len()
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
        self.shared.link().ring().capacity()
    }

    /// How many senders there are. Out of date as soon as another thread clones or drops one.
    pub fn sender_count(&self) -> usize {
        self.shared.senders()
    }

    /// How many receivers there are. Out of date as soon as another thread clones or drops one.
    pub fn receiver_count(&self) -> usize {
        self.shared.receivers()
    }

    /// Whether both senders belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Self::new(Arc::clone(&self.shared))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // A waker that panics must not keep the other side from learning that this end has gone.
        let mut panics = FirstPanic::default();
        panics.run(|| self.cancel_poll());
        panics.run(|| self.shared.drop_sender());
        panics.resume();
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
        = Tx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> Tx<'_, T> {
        self.shared.tx()
    }
}

impl<T> sealed::Target for &Sender<T> {
    type Value = T;
    type Raw<'a>
        = Tx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> Tx<'_, T> {
        self.shared.tx()
    }
}

impl<T> sealed::Borrowed for &Sender<T> {}
