use std::fmt;

use super::close_each;
use super::split::{CHUNK, Split};
use crate::ends::sealed::Target;
use crate::future::ClosedFuture;
use crate::link::group::Group;
use crate::mpmc::Sender;
use crate::op::{RawTarget, Unsent};
use crate::ring::Refused;
use crate::ring::mpmc::ClaimMany;
use crate::sync::{Arc, Defect, defect};
use crate::wait::{End, FirstPanic, Side};

/// The plain senders of all shards: what every sharded sender dereferences to.
///
/// [`shards`](Self::shards) gives each shard's sender with its whole vocabulary; the rest speaks of all shards together.
pub struct ShardSenders<T> {
    shards: Box<[Sender<T>]>,
    group: Arc<Group>,
}

impl<T> ShardSenders<T> {
    pub(super) fn new(shards: Box<[Sender<T>]>, group: Arc<Group>) -> Self {
        Self { shards, group }
    }

    /// The sender of each shard, in order.
    pub fn shards(&self) -> &[Sender<T>] {
        &self.shards
    }

    pub(super) fn shard_mut(&mut self, index: usize) -> &mut Sender<T> {
        &mut self.shards[index]
    }

    /// Where senders wait that put into any shard.
    pub(super) fn any_room(&self) -> &Side {
        &self.group.room
    }

    /// One attempt at one shard.
    #[inline(always)]
    pub(super) fn offer(&self, index: usize, value: &mut Option<T>) -> Result<(), Refused> {
        (&mut &self.shards[index]).raw().offer(value)
    }

    /// One attempt at one shard, to be [announced](Self::announce).
    #[inline(always)]
    pub(super) fn put(&self, index: usize, value: &mut Option<T>) -> Result<(), Refused> {
        self.shards[index].tx().put(value)
    }

    /// One batch attempt at one shard: how many are to be announced.
    pub(super) fn put_many(&self, index: usize, values: &mut Unsent<'_, T>) -> Result<usize, Refused> {
        self.shards[index].tx().put_many(values)
    }

    /// Tells the receivers of a shard of values that were put there.
    #[inline(always)]
    pub(super) fn announce(&self, index: usize, count: usize) {
        self.shards[index].tx().announce(count);
    }

    /// One batch attempt at the shards of `split`, which speaks of the values at the front.
    ///
    /// First all claims, then all values, then all wake-ups: nothing that may panic comes between a claim and its values,
    /// and a value that stays behind stays in its place, behind those of its shard that have gone.
    pub(super) fn offer_split(&self, split: &Split, values: &mut Unsent<'_, T>) -> Result<(), Refused> {
        let mut claims = [const { None }; CHUNK];
        let mut granted = [0; CHUNK];
        let mut refused = None;
        for (number, part) in split.parts().iter().enumerate() {
            match self.shards[part.shard].tx().claim_many(part.count) {
                Ok(claim) => {
                    granted[number] = claim.len();
                    claims[number] = Some(claim);
                }
                Err(why) => _ = refused.get_or_insert(why),
            }
        }
        let total: usize = granted.iter().sum();
        values.set_hindered(total == 0 || values.is_hindered() && total < split.len());
        if let Some(refused) = refused.filter(|_| total == 0) {
            return Err(refused);
        }
        let turned = values.is_turned();
        let wanted = |at| {
            let (part, before) = split.place(at);
            before < granted[part]
        };
        values.take_where(split.len(), wanted, |at, value| {
            let claim: &mut ClaimMany<'_, T> = claims[split.place(at).0].as_mut().expect("wanted for being claimed");
            if turned { claim.fill_last(value) } else { claim.fill_first(value) }
        });
        let mut panics = FirstPanic::default();
        for (part, &count) in split.parts().iter().zip(&granted).filter(|&(_, &count)| count > 0) {
            panics.run(|| self.shards[part.shard].tx().announce(count));
        }
        panics.resume();
        Ok(())
    }

    /// About how many values have been sent, for a policy: the shards are taken to be alike.
    pub(super) fn done(&self) -> usize {
        (&mut &self.shards[0]).raw().done().wrapping_mul(self.shards.len())
    }

    /// Whether some shard has room, or all of them are closed.
    pub(super) fn would_serve(&self) -> bool {
        let looks = if defect(Defect::LeaverLooksAtOneShard) { 1 } else { self.shards.len() };
        let mut closed = true;
        for mut shard in &self.shards[..looks] {
            if shard.is_disconnected() {
                continue;
            }
            closed = false;
            if (&mut shard).raw().would_serve() {
                return true;
            }
        }
        closed
    }

    /// Whether some shard has no room only since a receiver stands half-way through its operation.
    pub(super) fn at_hole(&self) -> bool {
        self.shards.iter().any(|mut shard| shard.raw().at_hole())
    }

    /// Closes all shards. True if this call closed at least one.
    pub fn close(&self) -> bool {
        close_each(&self.shards, Sender::close)
    }

    /// Waits in a task until nothing can be sent to any shard any more.
    pub fn closed_async(&self) -> ClosedFuture<'_, T> {
        ClosedFuture::of_shards(&self.shards)
    }

    /// The numbers of the shards to which nothing can be sent any more: closed, or without a receiver.
    pub fn dead_shards(&self) -> Vec<usize> {
        (0..self.shards.len()).filter(|&index| self.shards[index].is_disconnected()).collect()
    }

    /// Whether nothing can be sent to any shard any more.
    pub fn is_disconnected(&self) -> bool {
        self.shards.iter().all(Sender::is_disconnected)
    }

    /// How many values are buffered in all shards. Other threads may change it at any time.
    pub fn len(&self) -> usize {
        self.shards.iter().map(Sender::len).sum()
    }

    /// Whether nothing is buffered in any shard. Out of date as soon as another thread receives or sends.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(Sender::is_empty)
    }

    /// Whether no shard has room. Out of date as soon as another thread receives or sends.
    pub fn is_full(&self) -> bool {
        self.shards.iter().all(Sender::is_full)
    }

    /// How many values all shards together hold at most.
    pub fn capacity(&self) -> usize {
        self.shards.iter().map(Sender::capacity).sum()
    }

    /// How many senders the shard with the most has.
    pub fn sender_count(&self) -> usize {
        self.shards.iter().map(Sender::sender_count).max().unwrap_or(0)
    }

    /// How many receivers the shard with the most has.
    pub fn receiver_count(&self) -> usize {
        self.shards.iter().map(Sender::receiver_count).max().unwrap_or(0)
    }

    /// Whether both send to the same shards.
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.group, &other.group)
    }
}

impl<T> Clone for ShardSenders<T> {
    fn clone(&self) -> Self {
        Self { shards: self.shards.clone(), group: Arc::clone(&self.group) }
    }
}

impl<T> fmt::Debug for ShardSenders<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.shards.iter()).finish()
    }
}
