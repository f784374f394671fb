use std::fmt;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::Tagged;
use crate::ends::sealed::{Borrowed, Source};
use crate::errors::{AsyncRecvError, RecvError, TryRecvError};
use crate::future::{RecvBatchFuture, RecvFuture};
use crate::iter::{Iter, TryIter};
use crate::link::group::Group;
use crate::mpmc::Receiver;
use crate::op::{self, RawSource};
use crate::ring::Starved;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Defect, defect};
use crate::wait::{End, FirstPanic, Limit, Side, Wait};

/// Receives from all shards of a channel, or hands out a receiver for each.
///
/// The plain verbs take from any shard, the `any` forms say from which. Shards are served by turns, some values of one at
/// a time. A wait registers once, not once for each shard.
///
/// For the most throughput give each worker its own shard by [`into_receivers`](Self::into_receivers): then shards share
/// nothing.
pub struct ShardedReceiver<T> {
    shards: Box<[Receiver<T>]>,
    group: Arc<Group>,
    /// The shard to begin with, and how many values were received in this turn.
    turn: AtomicUsize,
    given: AtomicUsize,
    /// The shard that is looked at when a turn begins, whatever the hints say: each comes up.
    round: AtomicUsize,
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

    /// The receiver of each shard, in order.
    pub fn shards(&self) -> &[Receiver<T>] {
        &self.shards
    }

    /// Blocks the thread until some shard has a value. In a task use [`recv_async`](Self::recv_async).
    ///
    /// # Errors
    /// `Disconnected` once every shard is closed and drained.
    pub fn recv(&self) -> Result<T, RecvError> {
        op::recv(self.rx(), Limit::Never)
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
        op::recv(Tagged(self).rx(), Limit::Never)
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

    /// Receives a value if there is one, or registers the task of `cx` to be woken when there is. `None` once every shard
    /// is closed and drained.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv_any(cx).map(|item| item.map(|(_, value)| value))
    }

    /// As [`poll_recv`](Self::poll_recv), with the number of the shard.
    pub fn poll_recv_any(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        let mut wait = std::mem::replace(&mut self.wait, Wait::soft());
        let polled = wait.poll(&mut Tagged(&*self).rx(), cx.waker(), op::look_recv);
        self.wait = wait;
        polled.map(Result::ok)
    }

    /// Appends up to `max` values to `into`, or registers the task of `cx` to be woken when there is one.
    ///
    /// # Errors
    /// `Disconnected` once every shard is closed and drained. A `max` of 0 is ready at once, with 0.
    pub fn poll_recv_batch(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<T>,
        max: usize,
    ) -> Poll<Result<usize, AsyncRecvError>> {
        let mut wait = std::mem::replace(&mut self.wait, Wait::soft());
        let polled = wait.poll(&mut self.rx(), cx.waker(), |end| op::look_recv_batch(end, max, into));
        self.wait = wait;
        polled
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

    /// Closes all shards; what is buffered can still be received. True if this call closed at least one.
    pub fn close(&self) -> bool {
        self.shards.iter().map(Receiver::close).fold(false, |any, closed| any | closed)
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

/// A receiver from any shard as an end.
#[derive(Debug)]
pub struct AnyRx<'a, T>(&'a ShardedReceiver<T>);

/// So many values in a row come from one shard before it is another's turn.
const TURN: usize = if cfg!(hel_loom) { 1 } else { 16 };

impl<T> AnyRx<'_, T> {
    /// Receives from the shard whose turn it is, or from the next that has something.
    pub(super) fn take_any(&mut self) -> Result<(usize, T), Starved> {
        self.find(|mut shard| shard.raw().take()).inspect(|&(index, _)| self.gave(index, 1))
    }

    /// The first success of `attempt`: at the shard whose turn it is, at those that are said to have items, at any other.
    fn find<O>(&self, mut attempt: impl FnMut(&Receiver<T>) -> Result<O, Starved>) -> Result<(usize, O), Starved> {
        let AnyRx(this) = self;
        let shards = this.shards.len();
        // ORDERING: Relaxed, these and those below: the handle's own place, and a race over it only skews the turns.
        let first = this.turn.load(Ordering::Relaxed);
        if this.group.has_hints() {
            let begins = this.given.load(Ordering::Relaxed) == 0;
            let by_number = begins.then(|| this.round.load(Ordering::Relaxed));
            for index in by_number.into_iter().chain([first]) {
                if let Ok(out) = attempt(&this.shards[index]) {
                    return Ok((index, out));
                }
            }
            for _ in 0..shards {
                let Some(index) = this.group.hinted(first) else { break };
                this.group.unhint(index);
                if let Ok(out) = attempt(&this.shards[index]) {
                    // There may be more. Taken back before, so that what is pushed meanwhile is hinted again.
                    this.group.hint(index);
                    return Ok((index, out));
                }
            }
        }
        if this.group.has_hints() && defect(Defect::SleepsOnHints) {
            return Err(Starved::Empty);
        }
        let mut starved = Starved::Drained;
        for step in 0..shards {
            let index = if first + step < shards { first + step } else { first + step - shards };
            match attempt(&this.shards[index]) {
                Ok(out) => {
                    this.group.hint(index);
                    return Ok((index, out));
                }
                Err(Starved::Drained) => {}
                Err(Starved::Hole) => starved = Starved::Hole,
                Err(Starved::Empty) if starved == Starved::Drained => starved = Starved::Empty,
                Err(Starved::Empty) => {}
            }
        }
        Err(starved)
    }

    /// Notes that shard `index` gave `count` values.
    fn gave(&self, index: usize, count: usize) {
        let AnyRx(this) = self;
        let after = |index: usize| if index + 1 < this.shards.len() { index + 1 } else { 0 };
        let given = this.given.load(Ordering::Relaxed) + count;
        if given < TURN {
            this.turn.store(index, Ordering::Relaxed);
            this.given.store(given, Ordering::Relaxed);
        } else {
            this.turn.store(after(index), Ordering::Relaxed);
            this.given.store(0, Ordering::Relaxed);
            this.round.store(after(this.round.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
    }
}

impl<T> End for AnyRx<'_, T> {
    fn side(&self) -> &Side {
        &self.0.group.items
    }

    fn done(&self) -> usize {
        // The shards are taken to be alike.
        (&mut &self.0.shards[0]).raw().done().wrapping_mul(self.0.shards.len())
    }

    fn ready(&self) -> usize {
        self.0.len()
    }

    fn would_serve(&self) -> bool {
        let looks = if defect(Defect::LeaverLooksAtOneShard) { 1 } else { self.0.shards.len() };
        let mut drained = true;
        for mut shard in &self.0.shards[..looks] {
            let serves = shard.raw().would_serve();
            let over = shard.is_disconnected() && shard.is_empty();
            if serves && !over {
                return true;
            }
            drained &= over;
        }
        drained
    }
}

impl<T> RawSource for AnyRx<'_, T> {
    type Item = T;

    fn take(&mut self) -> Result<T, Starved> {
        self.take_any().map(|(_, value)| value)
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let mut count = 0;
        while count < max {
            match self.find(|mut shard| shard.raw().take_many(max - count, into)) {
                Ok((index, more)) => {
                    self.gave(index, more);
                    count += more;
                }
                Err(starved) if count == 0 => return Err(starved),
                Err(_) => break,
            }
        }
        Ok(count)
    }
}
