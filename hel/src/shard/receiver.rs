use std::fmt;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::any::AnyRx;
use super::{Polled, Tagged, close_each};
use crate::ends::sealed::{Borrowed, Source};
use crate::errors::{AsyncRecvError, RecvError, TryRecvError};
use crate::future::{RecvBatchFuture, RecvFuture};
use crate::iter::{Iter, TryIter};
use crate::link::group::Group;
use crate::mpmc::{ExclusiveReceiver, Receiver};
use crate::op;
use crate::sync::Arc;
use crate::sync::atomic::AtomicUsize;
use crate::wait::{FirstPanic, Forever, Limit, Wait};

/// Receives from all shards of a channel, or hands out a receiver for each.
///
/// The plain verbs take from any shard, the `any` forms say from which. Shards are served by turns, some values of one at
/// a time. A wait registers once, not once for each shard.
///
/// For the most throughput give each worker its own shard by [`into_exclusive`](Self::into_exclusive): then shards share
/// nothing, and no worker pays for sharing its own. By [`into_receivers`](Self::into_receivers) if it needs clones.
pub struct ShardedReceiver<T> {
    pub(super) shards: Box<[Receiver<T>]>,
    pub(super) group: Arc<Group>,
    /// The shard to begin with, and how many values were received in this turn.
    pub(super) turn: AtomicUsize,
    pub(super) given: AtomicUsize,
    /// The shard that is looked at when a turn begins, whatever the hints say: each comes up.
    pub(super) round: AtomicUsize,
    /// The place of `poll_recv` in the queue.
    wait: Wait,
}

impl<T> ShardedReceiver<T> {
    pub(super) fn new(shards: Box<[Receiver<T>]>, group: Arc<Group>) -> Self {
        let [turn, given, round] = [0; 3].map(AtomicUsize::new);
        Self { shards, group, turn, given, round, wait: Wait::soft() }
    }

    #[inline(always)]
    pub(super) fn rx(&self) -> AnyRx<'_, T> {
        AnyRx(self)
    }

    /// One plain receiver for each shard, in order.
    ///
    /// Dropping one of them kills its shard, if it has no clones: what it holds is dropped and sends to it fail.
    /// Senders name such shards by `dead_shards`.
    pub fn into_receivers(mut self) -> Vec<Receiver<T>> {
        self.cancel_poll();
        std::mem::take(&mut self.shards).into_vec()
    }

    /// One receiver for each shard, in order, of which each is the only one of its shard: that saves one locked
    /// instruction per value.
    ///
    /// All of them or none. Dropping one kills its shard, as with [`into_receivers`](Self::into_receivers).
    ///
    /// # Errors
    /// This receiver, as it was, if any shard has another one.
    ///
    /// ```
    /// let (tx, rx) = hel::channel::mpmc::round_robin::<u64, 256>(2);
    /// let workers: Vec<_> = rx
    ///     .into_exclusive()
    ///     .expect("no clones")
    ///     .into_iter()
    ///     .map(|mut rx| std::thread::spawn(move || rx.iter().sum::<u64>()))
    ///     .collect();
    /// (1..=4).for_each(|n| tx.send(n).unwrap());
    /// # drop(tx);
    /// # assert_eq!(workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u64>(), 10);
    /// ```
    pub fn into_exclusive(self) -> Result<Vec<ExclusiveReceiver<T>>, Self> {
        // Those claimed already are given back where a later one fails.
        match self.shards.iter().map(Receiver::claim_exclusive).collect() {
            Some(exclusive) => {
                drop(self);
                Ok(exclusive)
            }
            None => Err(self),
        }
    }

    /// The receiver of each shard, in order.
    pub fn shards(&self) -> &[Receiver<T>] {
        &self.shards
    }

    /// Blocks the thread until some shard has a value. In a task use [`recv_async`](Self::recv_async).
    ///
    /// # Errors
    /// `Disconnected` once every shard is closed and drained.
    pub fn recv(&self) -> Result<T, RecvError> {
        op::recv(self.rx(), Forever)
    }

    /// Receives a value if some shard has one now. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        op::try_recv(self.rx())
    }

    /// Blocks the thread for at most `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`.
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvError> {
        op::recv(self.rx(), Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past still takes what is there.
    ///
    /// # Errors
    /// As [`recv_timeout`](Self::recv_timeout).
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvError> {
        op::recv(self.rx(), Limit::At(deadline))
    }

    /// Receives a value in a task.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    pub fn recv_async(&self) -> RecvFuture<&Self> {
        RecvFuture::new(self)
    }

    /// As [`recv`](Self::recv), with the number of the shard.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn recv_any(&self) -> Result<(usize, T), RecvError> {
        op::recv(Tagged(self).rx(), Forever)
    }

    /// As [`try_recv`](Self::try_recv), with the number of the shard.
    ///
    /// # Errors
    /// As [`try_recv`](Self::try_recv).
    pub fn try_recv_any(&self) -> Result<(usize, T), TryRecvError> {
        op::try_recv(Tagged(self).rx())
    }

    /// As [`recv_timeout`](Self::recv_timeout), with the number of the shard.
    ///
    /// # Errors
    /// As [`recv_timeout`](Self::recv_timeout).
    pub fn recv_any_timeout(&self, limit: Duration) -> Result<(usize, T), RecvError> {
        op::recv(Tagged(self).rx(), Limit::After(limit))
    }

    /// As [`recv_deadline`](Self::recv_deadline), with the number of the shard.
    ///
    /// # Errors
    /// As [`recv_timeout`](Self::recv_timeout).
    pub fn recv_any_deadline(&self, deadline: Instant) -> Result<(usize, T), RecvError> {
        op::recv(Tagged(self).rx(), Limit::At(deadline))
    }

    /// As [`recv_async`](Self::recv_async), with the number of the shard.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    pub fn recv_any_async(&self) -> RecvFuture<Tagged<&Self>> {
        RecvFuture::new(Tagged(self))
    }

    /// Receives a value if there is one, or has the task of `cx` woken when there is. `None` once every shard
    /// is closed and drained.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv_any(cx).map(|item| item.map(|(_, value)| value))
    }

    /// As [`poll_recv`](Self::poll_recv), with the number of the shard.
    pub fn poll_recv_any(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        let mut polled = Polled::new(self, |end| &mut end.wait);
        let Polled { end, wait, .. } = &mut polled;
        op::poll_recv(wait, &mut Tagged(&**end).rx(), cx)
    }

    /// Appends up to `max` values to `into`, or has the task of `cx` woken when there is one.
    ///
    /// # Errors
    /// `Disconnected` once every shard is closed and drained. A `max` of 0 is ready at once, with 0.
    pub fn poll_recv_batch(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<T>,
        max: usize,
    ) -> Poll<Result<usize, AsyncRecvError>> {
        let mut polled = Polled::new(self, |end| &mut end.wait);
        let Polled { end, wait, .. } = &mut polled;
        wait.poll(&mut end.rx(), cx.waker(), |end| op::look_recv_batch(end, max, into))
    }

    /// Takes back the registration of a poll that was pending.
    pub fn cancel_poll(&mut self) {
        let mut wait = std::mem::replace(&mut self.wait, Wait::soft());
        wait.leave(&self.rx());
    }

    /// Blocks the thread until there is a value, then appends up to `max` that are there to `into`; returns how many.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    pub fn recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        op::recv_batch(self.rx(), into, max, Limit::Never)
    }

    /// Appends up to `max` values that are there now to `into`; returns how many. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`, if there was none.
    pub fn try_recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError> {
        op::try_recv_batch(self.rx(), into, max)
    }

    /// Blocks the thread for at most `limit` until there is a value, then appends up to `max` that are there.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, if there was none.
    pub fn recv_batch_timeout(&self, into: &mut Vec<T>, max: usize, limit: Duration) -> Result<usize, RecvError> {
        op::recv_batch(self.rx(), into, max, Limit::After(limit))
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
    /// first.
    ///
    /// # Errors
    /// `Disconnected`, if there was none at all.
    pub fn gather(&self, into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError> {
        op::gather(self.rx(), into, max, linger)
    }

    /// Blocks for each value until every shard is closed and drained.
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

    /// Turns this receiver into a stream whose items carry the number of their shard.
    #[cfg(feature = "futures")]
    pub fn into_stream_any(self) -> crate::RecvStream<Tagged<Self>> {
        crate::RecvStream::new(Tagged(self))
    }

    /// As [`recv_batch`](Self::recv_batch), with the number of the shard of each value.
    ///
    /// # Errors
    /// As [`recv_batch`](Self::recv_batch).
    pub fn recv_any_batch(&self, into: &mut Vec<(usize, T)>, max: usize) -> Result<usize, RecvError> {
        op::recv_batch(Tagged(self).rx(), into, max, Limit::Never)
    }

    /// As [`try_recv_batch`](Self::try_recv_batch), with the number of the shard of each value.
    ///
    /// # Errors
    /// As [`try_recv_batch`](Self::try_recv_batch).
    pub fn try_recv_any_batch(&self, into: &mut Vec<(usize, T)>, max: usize) -> Result<usize, TryRecvError> {
        op::try_recv_batch(Tagged(self).rx(), into, max)
    }

    /// As [`recv_batch_timeout`](Self::recv_batch_timeout), with the number of the shard of each value.
    ///
    /// # Errors
    /// As [`recv_batch_timeout`](Self::recv_batch_timeout).
    pub fn recv_any_batch_timeout(
        &self,
        into: &mut Vec<(usize, T)>,
        max: usize,
        limit: Duration,
    ) -> Result<usize, RecvError> {
        op::recv_batch(Tagged(self).rx(), into, max, Limit::After(limit))
    }

    /// As [`recv_batch_async`](Self::recv_batch_async), with the number of the shard of each value.
    ///
    /// # Errors
    /// `Disconnected`, as [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    pub fn recv_any_batch_async<'a>(
        &'a self,
        into: &'a mut Vec<(usize, T)>,
        max: usize,
    ) -> RecvBatchFuture<'a, Tagged<&'a Self>> {
        RecvBatchFuture::new(Tagged(self), into, max)
    }

    /// Closes all shards; what is buffered can still be received. True if this call closed at least one.
    pub fn close(&self) -> bool {
        close_each(&self.shards, Receiver::close)
    }

    /// Whether every shard is closed or without a sender. Values may still be buffered.
    pub fn is_disconnected(&self) -> bool {
        self.shards.iter().all(Receiver::is_disconnected)
    }

    /// How many values are buffered in all shards. Other threads may change it at any time.
    pub fn len(&self) -> usize {
        self.shards.iter().map(Receiver::len).sum()
    }

    /// Whether nothing is buffered in any shard. Out of date as soon as another thread receives or sends.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(Receiver::is_empty)
    }

    /// Whether no shard has room. Out of date as soon as another thread receives or sends.
    pub fn is_full(&self) -> bool {
        self.shards.iter().all(Receiver::is_full)
    }

    /// How many values all shards together hold at most.
    pub fn capacity(&self) -> usize {
        self.shards.iter().map(Receiver::capacity).sum()
    }

    /// How many senders the shard with the most has.
    pub fn sender_count(&self) -> usize {
        self.shards.iter().map(Receiver::sender_count).max().unwrap_or(0)
    }

    /// How many receivers the shard with the most has.
    pub fn receiver_count(&self) -> usize {
        self.shards.iter().map(Receiver::receiver_count).max().unwrap_or(0)
    }

    /// Whether both receive from the same shards.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.group, &other.group)
    }
}

impl<T> Clone for ShardedReceiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.shards.clone(), Arc::clone(&self.group))
    }
}

impl<T> Drop for ShardedReceiver<T> {
    fn drop(&mut self) {
        // The shards' receivers are dropped after this, also when a waker panics here.
        let mut panics = FirstPanic::default();
        panics.run(|| self.cancel_poll());
        panics.resume();
    }
}

impl<T> IntoIterator for ShardedReceiver<T> {
    type Item = T;
    type IntoIter = Iter<Self>;

    fn into_iter(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<'a, T> IntoIterator for &'a ShardedReceiver<T> {
    type Item = T;
    type IntoIter = Iter<&'a ShardedReceiver<T>>;

    fn into_iter(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<T> fmt::Debug for ShardedReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardedReceiver").field("shards", &self.shards).finish_non_exhaustive()
    }
}

impl<T> Source for ShardedReceiver<T> {
    type Value = T;
    type Raw<'a>
        = AnyRx<'a, T>
    where
        Self: 'a;

    fn raw(&mut self) -> AnyRx<'_, T> {
        self.rx()
    }
}

impl<T> Source for &ShardedReceiver<T> {
    type Value = T;
    type Raw<'a>
        = AnyRx<'a, T>
    where
        Self: 'a;

    fn raw(&mut self) -> AnyRx<'_, T> {
        self.rx()
    }
}

impl<T> Borrowed for &ShardedReceiver<T> {}
