use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::ends::sealed;
use crate::errors::{AsyncRecvError, RecvError, TryRecvError};
use crate::future::{RecvBatchFuture, RecvFuture};
use crate::iter::{Iter, TryIter};
use crate::link::spsc::Rx;
use crate::op;
use crate::wait::{Forever, Limit, Wait};

/// The receiving end of a one-to-one channel.
///
/// It can move between threads and tasks, and `&mut` keeps two of them from using it at once. When it is dropped, sends
/// fail and what is buffered is dropped at once.
pub struct Receiver<T> {
    rx: Rx<T>,
    /// The place of `poll_recv` in the queue.
    wait: Wait,
}

impl<T> Receiver<T> {
    pub(super) fn new(rx: Rx<T>) -> Self {
        Self { rx, wait: Wait::soft() }
    }

    /// Blocks the thread until there is a value. In a task use [`recv_async`](Self::recv_async).
    ///
    /// # Errors
    /// [`Disconnected`](RecvError::Disconnected) once the channel is closed, or the sender has gone, and all that was
    /// buffered has been received.
    #[inline]
    pub fn recv(&mut self) -> Result<T, RecvError> {
        op::recv(&mut self.rx, Forever)
    }

    /// Receives a value if there is one now. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`.
    #[inline]
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        op::try_recv(&mut self.rx)
    }

    /// Blocks the thread for at most `limit`. In a task use an adapter's timeout around
    /// [`recv_async`](Self::recv_async).
    ///
    /// A `limit` of zero is one try, one of [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`.
    #[inline]
    pub fn recv_timeout(&mut self, limit: Duration) -> Result<T, RecvError> {
        op::recv(&mut self.rx, Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past still takes what is there.
    ///
    /// # Errors
    /// As [`recv_timeout`](Self::recv_timeout); the time in `TimeOut` is that from the call to the deadline.
    #[inline]
    pub fn recv_deadline(&mut self, deadline: Instant) -> Result<T, RecvError> {
        op::recv(&mut self.rx, Limit::At(deadline))
    }

    /// Receives a value in a task.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    #[inline]
    pub fn recv_async(&mut self) -> RecvFuture<&mut Self> {
        RecvFuture::new(self)
    }

    /// Receives a value if there is one, or has the task of `cx` woken when there is. `None` once the
    /// channel is closed and drained.
    ///
    /// The task may be woken until the next poll or [`cancel_poll`](Self::cancel_poll); only the last waker counts. That may
    /// be at once, to look again after the other tasks of its executor (see [Polls](crate#polls)).
    /// Where another task waits by this same end meanwhile, it takes this one's place and wakes it: poll again.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        op::poll_recv(&mut self.wait, &mut self.rx, cx)
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
        self.wait.poll(&mut self.rx, cx.waker(), |end| op::look_recv_batch(end, max, into))
    }

    /// Takes back the registration of a poll that was pending.
    pub fn cancel_poll(&mut self) {
        self.wait.leave(&self.rx);
    }

    /// Blocks the thread until there is a value, then appends up to `max` that are there to `into`; returns how many.
    /// In a task use [`recv_batch_async`](Self::recv_batch_async). A `max` of 0 returns 0 at once.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    pub fn recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        op::recv_batch(&mut self.rx, into, max, Limit::Never)
    }

    /// Appends up to `max` values that are there now to `into`; returns how many. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`, if there was none.
    pub fn try_recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError> {
        op::try_recv_batch(&mut self.rx, into, max)
    }

    /// Blocks the thread for at most `limit` until there is a value, then appends up to `max` that are there to `into`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, if there was none.
    pub fn recv_batch_timeout(&mut self, into: &mut Vec<T>, max: usize, limit: Duration) -> Result<usize, RecvError> {
        op::recv_batch(&mut self.rx, into, max, Limit::After(limit))
    }

    /// Appends up to `max` values that are there to `into`, in a task that waits for the first only.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    pub fn recv_batch_async<'a>(&'a mut self, into: &'a mut Vec<T>, max: usize) -> RecvBatchFuture<'a, &'a mut Self> {
        RecvBatchFuture::new(self, into, max)
    }

    /// Blocks the thread until there is a value, then collects up to `max` into `into`, for at most `linger` after the
    /// first; returns how many. A `max` of 0 returns 0 at once.
    ///
    /// # Errors
    /// `Disconnected`, if there was none at all.
    pub fn gather(&mut self, into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError> {
        op::gather(&mut self.rx, into, max, linger)
    }

    /// Blocks for each value until the channel is closed and drained.
    pub fn iter(&mut self) -> Iter<&mut Self> {
        Iter::new(self)
    }

    /// Takes the values that are there, and ends when there are none.
    pub fn try_iter(&mut self) -> TryIter<&mut Self> {
        TryIter::new(self)
    }

    /// A stream that borrows this receiver.
    #[cfg(feature = "futures")]
    pub fn stream(&mut self) -> crate::RecvStream<&mut Self> {
        crate::RecvStream::new(self)
    }

    /// Turns this receiver into a stream.
    #[cfg(feature = "futures")]
    pub fn into_stream(self) -> crate::RecvStream<Self> {
        crate::RecvStream::new(self)
    }

    /// Closes the channel: sends fail from now on, and what is buffered can still be received. True if this call did
    /// it.
    pub fn close(&self) -> bool {
        self.rx.close()
    }

    /// Whether the other side is gone: the channel is closed, or the sender has gone. Values may still be buffered.
    pub fn is_disconnected(&self) -> bool {
        self.rx.shared().is_closed()
    }

    /// How many values are buffered. Other threads may change it at any time; never more than the capacity.
    pub fn len(&self) -> usize {
        self.rx.shared().ring().len()
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
        self.rx.shared().ring().capacity()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        // The end that is dropped after this closes the channel, also when a waker panics here.
        self.cancel_poll();
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = Iter<Self>;

    fn into_iter(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<'a, T> IntoIterator for &'a mut Receiver<T> {
    type Item = T;
    type IntoIter = Iter<&'a mut Receiver<T>>;

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
        = &'a mut Rx<T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> &mut Rx<T> {
        &mut self.rx
    }
}

impl<T> sealed::Source for &mut Receiver<T> {
    type Value = T;
    type Raw<'a>
        = &'a mut Rx<T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> &mut Rx<T> {
        &mut self.rx
    }
}

impl<T> sealed::Borrowed for &mut Receiver<T> {}
