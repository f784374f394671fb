use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::{ExclusiveReceiver, WeakReceiver};
use crate::ends::sealed;
use crate::errors::{AsyncRecvError, RecvError, TryRecvError};
use crate::future::{RecvBatchFuture, RecvFuture};
use crate::iter::{Iter, TryIter};
use crate::link::mpmc::{ExclusiveRx, Rx, Shared};
use crate::op;
use crate::sync::Arc;
use crate::wait::{FirstPanic, Forever, Limit, Wait};

/// The receiving end of a channel that any number of threads and tasks share. Each value goes to one of them.
///
/// Clone it for each of them, or share one by reference. When the last one is dropped, sends fail and what is buffered
/// is dropped at once.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    /// The place of `poll_recv` in the queue.
    wait: Wait,
}

impl<T> Receiver<T> {
    /// The handle for a receiver that is counted already.
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self { shared, wait: Wait::soft() }
    }

    /// Blocks the thread until there is a value. In a task use [`recv_async`](Self::recv_async).
    ///
    /// # Errors
    /// [`Disconnected`](RecvError::Disconnected) once the channel is closed, or all senders have gone, and all that was
    /// buffered has been received.
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        op::recv(self.shared.rx(), Forever)
    }

    /// Receives a value if there is one now. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`. `Empty` is also said if a sender was stopped half-way through sending the next value.
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        op::try_recv(self.shared.rx())
    }

    /// Blocks the thread for at most `limit`. In a task use an adapter's timeout around
    /// [`recv_async`](Self::recv_async).
    ///
    /// A `limit` of zero is one try, one of [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`.
    #[inline]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvError> {
        op::recv(self.shared.rx(), Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past still takes what is there.
    ///
    /// # Errors
    /// As [`recv_timeout`](Self::recv_timeout); the time in `TimeOut` is that from the call to the deadline.
    #[inline]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvError> {
        op::recv(self.shared.rx(), Limit::At(deadline))
    }

    /// Receives a value in a task.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    #[inline]
    pub fn recv_async(&self) -> RecvFuture<&Self> {
        RecvFuture::new(self)
    }

    /// Receives a value if there is one, or has the task of `cx` woken when there is. `None` once the
    /// channel is closed and drained.
    ///
    /// The task may be woken until the next poll or [`cancel_poll`](Self::cancel_poll); only the last waker counts. That may
    /// be at once, to look again after the other tasks of its executor (see [Polls](crate#polls)).
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        op::poll_recv(&mut self.wait, &mut self.shared.rx(), cx)
    }

    /// Appends up to `max` values to `into`, or has the task of `cx` woken when there is one.
    ///
    /// # Errors
    /// `Disconnected` once the channel is closed and drained. A `max` of 0 is ready at once, with 0.
    pub fn poll_recv_batch(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<T>,
        max: usize,
    ) -> Poll<Result<usize, AsyncRecvError>> {
        self.wait.poll(&mut self.shared.rx(), cx.waker(), |end| op::look_recv_batch(end, max, into))
    }

    /// Takes back the registration of a poll that was pending.
    pub fn cancel_poll(&mut self) {
        self.wait.leave(&self.shared.rx());
    }

    /// Blocks the thread until there is a value, then appends up to `max` that are there to `into`; returns how many.
    /// In a task use [`recv_batch_async`](Self::recv_batch_async). A `max` of 0 returns 0 at once.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    pub fn recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        op::recv_batch(self.shared.rx(), into, max, Limit::Never)
    }

    /// Appends up to `max` values that are there now to `into`; returns how many. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`, if there was none.
    pub fn try_recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError> {
        op::try_recv_batch(self.shared.rx(), into, max)
    }

    /// Blocks the thread for at most `limit` until there is a value, then appends up to `max` that are there to `into`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, if there was none.
    pub fn recv_batch_timeout(&self, into: &mut Vec<T>, max: usize, limit: Duration) -> Result<usize, RecvError> {
        op::recv_batch(self.shared.rx(), into, max, Limit::After(limit))
    }

    /// Appends up to `max` values that are there to `into`, in a task that waits for the first only.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    pub fn recv_batch_async<'a>(&'a self, into: &'a mut Vec<T>, max: usize) -> RecvBatchFuture<'a, &'a Self> {
        RecvBatchFuture::new(self, into, max)
    }

    /// Blocks the thread until there is a value, then collects up to `max` into `into`, for at most `linger` after the
    /// first; returns how many. A `max` of 0 returns 0 at once.
    ///
    /// # Errors
    /// `Disconnected`, if there was none at all.
    pub fn gather(&self, into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError> {
        op::gather(self.shared.rx(), into, max, linger)
    }

    /// Blocks for each value until the channel is closed and drained.
    pub fn iter(&self) -> Iter<&Self> {
        Iter::new(self)
    }

    /// Takes the values that are there, and ends when there are none.
    pub fn try_iter(&self) -> TryIter<&Self> {
        TryIter::new(self)
    }

    /// A stream that borrows this receiver.
    #[cfg(feature = "futures")]
    pub fn stream(&self) -> crate::RecvStream<&Self> {
        crate::RecvStream::new(self)
    }

    /// Turns this receiver into a stream.
    #[cfg(feature = "futures")]
    pub fn into_stream(self) -> crate::RecvStream<Self> {
        crate::RecvStream::new(self)
    }

    /// The same receiver for one owner, which takes values for less: nobody else can receive meanwhile.
    ///
    /// # Errors
    /// This receiver, as it was, if the channel has another one.
    ///
    /// ```
    /// let (tx, rx) = hel::bounded(2);
    /// let other = rx.clone();
    /// let rx = rx.into_exclusive().unwrap_err();
    /// drop(other);
    /// let mut rx = rx.into_exclusive().unwrap();
    /// tx.send(1).unwrap();
    /// assert_eq!(rx.recv(), Ok(1));
    /// ```
    pub fn into_exclusive(self) -> Result<ExclusiveReceiver<T>, Self> {
        match self.claim_exclusive() {
            Some(exclusive) => {
                drop(self);
                Ok(exclusive)
            }
            None => Err(self),
        }
    }

    /// The exclusive receiver of the channel, which is in use once this one is dropped. None if there are others.
    pub(crate) fn claim_exclusive(&self) -> Option<ExclusiveReceiver<T>> {
        ExclusiveRx::claim(&self.shared).map(ExclusiveReceiver::new)
    }

    /// A handle that does not keep the channel open.
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver::new(Arc::clone(&self.shared))
    }

    /// Closes the channel: sends fail from now on, and what is buffered can still be received. True if this call did
    /// it.
    pub fn close(&self) -> bool {
        self.shared.close()
    }

    /// Whether the other side is gone: the channel is closed, or all senders have gone. Values may still be buffered.
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

    /// Whether both receivers belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.add_receiver();
        Self::new(Arc::clone(&self.shared))
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // A waker that panics must not keep the other side from learning that this end has gone.
        let mut panics = FirstPanic::default();
        panics.run(|| self.cancel_poll());
        panics.run(|| self.shared.drop_receiver());
        panics.resume();
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = Iter<Self>;

    fn into_iter(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<&'a Receiver<T>>;

    fn into_iter(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("len", &self.len()).field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

// A value is in the ring or it is not, whatever panics; nothing can be seen half-way.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> sealed::Source for Receiver<T> {
    type Value = T;
    type Raw<'a>
        = Rx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> Rx<'_, T> {
        self.shared.rx()
    }
}

impl<T> sealed::Source for &Receiver<T> {
    type Value = T;
    type Raw<'a>
        = Rx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> Rx<'_, T> {
        self.shared.rx()
    }
}

impl<T> sealed::Borrowed for &Receiver<T> {}
