use std::fmt;
use std::ops::Deref;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::{Polled, ShardSenders};
use crate::ends::sealed;
use crate::errors::{AsyncSendError, SendBatchError, SendError, TrySendBatchError, TrySendError};
use crate::future::{SendBatchFuture, SendFuture, SendRefFuture};
use crate::link::mpmc::Tx;
use crate::op::{self, AtOnce, RawTarget, Unsent};
use crate::ring::mpmc::{Backoff, Claim};
use crate::ring::{Missed, Refused};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Event, count};
use crate::wait::{End, FirstPanic, Forever, Limit, Patience, Side, Wait};

/// Sends each value to the next shard that has room.
///
/// While all have room, strictly in turn. A full shard is passed over, and so is a dead one; if all are full a send waits
/// for room in *any* of them, and it fails only when all are dead. A clone starts at another shard.
///
/// A handle that has passed over many full shards yields its thread now and then, at the end of a [`send`](Self::send) or
/// [`send_batch`](Self::send_batch) without a limit, when all has been sent: their receivers may be waiting for its
/// processor. So may one that was outrun by another sender, before it sends, as in [`Sender::send`](crate::Sender::send).
///
/// [`sticky`](Self::sticky) makes a handle stay on one shard for a run of values. With many producers on many cores that
/// is what you want: producers then share a shard for a while at most, instead of meeting in each. In turn is for when
/// shards have to fill evenly, value by value.
pub struct RoundRobinSender<T> {
    senders: ShardSenders<T>,
    /// The shard that is next, and how much of its run is left. Each handle's own: sending touches no shared counter.
    next: AtomicUsize,
    left: AtomicUsize,
    run: usize,
    /// How long it puts up with full shards before it lets other threads run, if it may block; and how many of them one
    /// counts for: as many as the values it was passed over for.
    patience: Patience,
    weight: usize,
    /// Counts the clones, so that each starts elsewhere.
    clones: Arc<AtomicUsize>,
    wait: Wait,
}

impl<T> RoundRobinSender<T> {
    pub(super) fn new(senders: ShardSenders<T>) -> Self {
        let clones = Arc::new(AtomicUsize::new(0));
        Self {
            senders,
            next: AtomicUsize::new(0),
            left: AtomicUsize::new(1),
            run: 1,
            patience: Patience::new(),
            weight: 1,
            clones,
            wait: Wait::soft(),
        }
    }

    /// Makes this handle, and those cloned from it, stay on a shard for `run` values, or until it is full.
    ///
    /// # Panics
    /// If `run` is 0.
    #[must_use]
    pub fn sticky(mut self, run: usize) -> Self {
        assert!(run > 0, "a run must be at least 1 value");
        self.run = run;
        self.left = AtomicUsize::new(run);
        self.weight = run.min(self.shards()[0].capacity());
        self
    }

    #[inline(always)]
    fn tx(&self) -> RoundRobinTx<'_, T> {
        RoundRobinTx(self)
    }

    /// Blocks the thread until the value is in some shard. In a task use [`send_async`](Self::send_async).
    ///
    /// # Errors
    /// `Disconnected` with the value, if all shards are dead.
    #[inline(always)]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        op::send(self.tx(), value, Forever)?;
        self.patience.rest_if_over();
        Ok(())
    }

    /// Sends the value if some shard has room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with the value.
    #[inline(always)]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        op::try_send(self.tx(), value)
    }

    /// Blocks the thread for at most `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    #[inline]
    pub fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendError<T>> {
        op::send(self.tx(), value, Limit::After(limit))
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past is one try.
    ///
    /// # Errors
    /// As [`send_timeout`](Self::send_timeout).
    #[inline]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendError<T>> {
        op::send(self.tx(), value, Limit::At(deadline))
    }

    /// Sends the value in a task.
    ///
    /// # Errors
    /// `Disconnected` with the value, if all shards are dead.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value.
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

    /// Sends the value in `value` if some shard has room, or has the task of `cx` woken when one has.
    ///
    /// # Panics
    /// If the slot is empty.
    pub fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<T>) -> Poll<Result<(), AsyncSendError<()>>> {
        assert!(value.is_some(), "there is no value to send");
        let mut polled = Polled::new(self, |end| &mut end.wait);
        let Polled { end, wait, .. } = &mut polled;
        wait.poll(&mut end.tx(), cx.waker(), |end| op::look_send(end, value))
    }

    /// Takes back the registration of a [`poll_send`](Self::poll_send) that was pending.
    pub fn cancel_poll(&mut self) {
        let mut wait = std::mem::replace(&mut self.wait, Wait::soft());
        wait.leave(&self.tx());
    }

    /// Blocks the thread until all of `values` are in some shard; returns how many that was. As many as fit go to one
    /// shard, the rest onward.
    ///
    /// # Errors
    /// `Disconnected`. What has not been sent stays in `values`, in order, on every way out.
    pub fn send_batch(&self, values: &mut Vec<T>) -> Result<usize, SendBatchError> {
        let sent = op::send_batch(self.tx(), values, Limit::Never)?;
        self.patience.rest_if_over();
        Ok(sent)
    }

    /// Sends as many of `values` as fit now, from the front. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn try_send_batch(&self, values: &mut Vec<T>) -> Result<usize, TrySendBatchError> {
        op::try_send_batch(self.tx(), values)
    }

    /// Blocks the thread for at most `limit` until all of `values` are in some shard.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn send_batch_timeout(&self, values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError> {
        op::send_batch(self.tx(), values, Limit::After(limit))
    }

    /// Sends all of `values` in a task.
    ///
    /// # Errors
    /// `Disconnected`, with how many were sent.
    ///
    /// # Cancel safety
    /// What has not been sent is in `values`, in order, when the future is dropped.
    pub fn send_batch_async<'a>(&'a self, values: &'a mut Vec<T>) -> SendBatchFuture<'a, &'a Self> {
        SendBatchFuture::new(self, values)
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
}

impl<T> Deref for RoundRobinSender<T> {
    type Target = ShardSenders<T>;

    fn deref(&self) -> &ShardSenders<T> {
        &self.senders
    }
}

impl<T> Clone for RoundRobinSender<T> {
    fn clone(&self) -> Self {
        // ORDERING: Relaxed: a number to start from.
        let start = self.clones.fetch_add(1, Ordering::Relaxed) + 1;
        Self {
            senders: self.senders.clone(),
            next: AtomicUsize::new(start % self.shards().len()),
            left: AtomicUsize::new(self.run),
            run: self.run,
            patience: Patience::new(),
            weight: self.weight,
            clones: Arc::clone(&self.clones),
            wait: Wait::soft(),
        }
    }
}

impl<T> Drop for RoundRobinSender<T> {
    fn drop(&mut self) {
        // The shards' senders are dropped after this, also when a waker panics here.
        let mut panics = FirstPanic::default();
        panics.run(|| self.cancel_poll());
        panics.resume();
    }
}

impl<T> fmt::Debug for RoundRobinSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoundRobinSender").field("shards", &self.shards()).finish_non_exhaustive()
    }
}

/// A round-robin sender as an end that waits for room in any shard.
#[derive(Debug)]
pub struct RoundRobinTx<'a, T>(&'a RoundRobinSender<T>);

/// A place in the first shard that had room, and whose turn it was. It has to be [filled](RoundRobinTx::fill).
#[must_use]
struct Passed<'a, T> {
    claim: Claim<'a, T>,
    shard: Tx<'a, T>,
    index: usize,
    first: usize,
}

impl<T> RoundRobinTx<'_, T> {
    /// Tries the shards, beginning with the one that is next, until one takes some values: `attempt` puts them there and says how
    /// many.
    #[inline(always)]
    fn any(&self, mut attempt: impl FnMut(usize) -> Result<usize, Refused>) -> Result<(), Refused> {
        // ORDERING: Relaxed, these and those below: the handle's own place, and a race over it only skews the turns.
        let first = self.0.next.load(Ordering::Relaxed);
        let mut refused = Refused::Closed;
        let mut index = first;
        loop {
            match attempt(index) {
                Ok(count) => {
                    // The turn goes on before a panic of one who is woken may come out.
                    self.sent_to(index, first, count);
                    self.0.announce(index, count);
                    return Ok(());
                }
                Err(Refused::Closed) => {}
                Err(Refused::Full) => refused = Refused::Full,
            }
            index = self.after(index);
            if index == first {
                return Err(refused);
            }
        }
    }

    /// Claims a place in the first shard with room, beginning with the one that is next: at the first try.
    #[inline(always)]
    fn pass_over_full(&self) -> Result<Passed<'_, T>, Missed> {
        let first = self.0.next.load(Ordering::Relaxed);
        let mut index = first;
        loop {
            let shard = self.0.shards()[index].tx();
            match shard.claim_at_once() {
                Ok(claim) => return Ok(Passed { claim, shard, index, first }),
                Err(Missed::Outrun) => return Err(Missed::Outrun),
                Err(Missed::NotFree) => count(Event::Passed),
            }
            index = self.after(index);
            if index == first {
                return Err(Missed::NotFree);
            }
        }
    }

    /// `value` goes where there was room.
    #[inline(always)]
    fn fill(&self, Passed { claim, shard, index, first }: Passed<'_, T>, value: T) {
        claim.fill(value);
        // The turn goes on before a panic of one who is woken may come out.
        self.sent_to(index, first, 1);
        shard.announce(1);
    }

    /// The shard whose turn comes after that of `index`.
    #[inline(always)]
    fn after(&self, index: usize) -> usize {
        if index + 1 < self.0.shards().len() { index + 1 } else { 0 }
    }

    /// How many shards lie between `first` and `index`, in turn, `first` among them.
    #[inline(always)]
    fn passed_over(&self, first: usize, index: usize) -> usize {
        if index < first { index + self.0.shards().len() - first } else { index - first }
    }

    /// `count` values went to `index`: the turn goes on to the shard after it, unless its run is not over.
    #[inline(always)]
    fn sent_to(&self, index: usize, first: usize, count: usize) {
        if self.0.run == 1 && index == first {
            // What happens most, in short.
            self.0.next.store(self.after(index), Ordering::Relaxed);
            return;
        }
        let of_run = if index == first { self.0.left.load(Ordering::Relaxed) } else { self.0.run };
        let (next, left) = if of_run > count { (index, of_run - count) } else { (self.after(index), self.0.run) };
        if next != first {
            self.0.next.store(next, Ordering::Relaxed);
        }
        if index != first {
            // A dead shard counts as well: to tell it from a full one would cost every send something.
            self.0.patience.passed(self.passed_over(first, index).saturating_mul(self.0.weight));
        }
        if self.0.run > 1 {
            self.0.left.store(left, Ordering::Relaxed);
        }
    }
}

impl<T> End for RoundRobinTx<'_, T> {
    fn side(&self) -> &Side {
        self.0.any_room()
    }

    fn done(&self) -> usize {
        self.0.done()
    }

    fn ready(&self) -> usize {
        self.0.capacity() - self.0.len()
    }

    fn would_serve(&self) -> bool {
        self.0.senders.would_serve()
    }
}

impl<T> RawTarget for RoundRobinTx<'_, T> {
    type Item = T;

    #[inline(always)]
    fn offer(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        // Before the claim: one that is not filled is a hole for ever.
        assert!(value.is_some(), "an operation under way holds its value");
        // First without asking why a shard has no room: passing over full ones then costs next to nothing.
        match self.pass_over_full() {
            Ok(passed) => {
                if let Some(value) = value.take() {
                    self.fill(passed, value);
                }
                return Ok(());
            }
            Err(Missed::Outrun) => Backoff::new().pause(),
            Err(Missed::NotFree) => {}
        }
        self.offer_rest(value)
    }

    #[inline(always)]
    fn offer_at_once(&mut self, value: T) -> AtOnce<T> {
        match self.pass_over_full() {
            Ok(passed) => self.fill(passed, value),
            Err(missed) => return AtOnce::Kept(value, missed),
        }
        AtOnce::Sent
    }

    fn offer_rest(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        self.any(|index| self.0.put(index, value).map(|()| 1))
    }

    fn at_hole(&self) -> bool {
        self.0.senders.at_hole()
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, T>) -> Result<(), Refused> {
        self.any(|index| self.0.put_many(index, values))
    }
}

impl<T> sealed::Target for RoundRobinSender<T> {
    type Value = T;
    type Raw<'a>
        = RoundRobinTx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> RoundRobinTx<'_, T> {
        self.tx()
    }
}

impl<T> sealed::Target for &RoundRobinSender<T> {
    type Value = T;
    type Raw<'a>
        = RoundRobinTx<'a, T>
    where
        Self: 'a;

    #[inline(always)]
    fn raw(&mut self) -> RoundRobinTx<'_, T> {
        self.tx()
    }
}

impl<T> sealed::Borrowed for &RoundRobinSender<T> {}

#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests {
    use super::*;
    use crate::Builder;

    /// Who passes over full shards for long lets their receivers run: a blocking send does, trying does not.
    #[test]
    fn a_blocking_send_rests_now_and_then() {
        for run in [1, 64] {
            let (tx, rx) = Builder::new(1).shards(2).round_robin::<usize>();
            let tx = tx.sticky(run);
            tx.shards()[0].try_send(0).unwrap();
            let mut sends = 0;
            let mut send = |send: &dyn Fn(usize)| {
                send(1);
                assert_eq!(rx.shards()[1].try_recv(), Ok(1));
                sends += 1;
                assert!(sends < 100_000, "over some time");
            };
            while !tx.patience.is_over() {
                send(&|value| tx.try_send(value).unwrap());
            }
            send(&|value| tx.try_send(value).unwrap());
            assert!(tx.patience.is_over(), "trying never lets others run");
            send(&|value| tx.send(value).unwrap());
            assert!(!tx.patience.is_over(), "it let others run");
            tx.shards()[1].try_send(2).unwrap();
            assert_eq!(tx.try_send(3), Err(TrySendError::Full(3)));
        }
    }

    /// A full shard counts as a run, but never as more than it holds.
    #[test]
    fn a_full_shard_counts_as_a_run_or_a_ring() {
        for (run, passes) in [(1, 512), (2, 256), (usize::MAX, 128)] {
            let (tx, rx) = Builder::new(4).shards(2).round_robin::<usize>();
            let tx = tx.sticky(run);
            let mut passed = 0;
            while !tx.patience.is_over() {
                let turn = tx.next.load(Ordering::Relaxed);
                (0..4).for_each(|_| tx.shards()[turn].try_send(0).unwrap());
                tx.try_send(1).unwrap();
                assert_eq!(rx.shards()[1 - turn].try_recv(), Ok(1), "passed over the full one");
                assert_eq!(rx.shards()[turn].try_iter().count(), 4);
                passed += 1;
            }
            assert_eq!(passed, passes);
        }
    }
}
