use std::fmt;

use super::list_of;
use crate::link::spsc::Shared;
use crate::spsc::{Receiver, Sender, bounded};

/// `shards` independent one-to-one channels, each with room for `CAP` values.
///
/// # Panics
/// If `shards` is 0, or the memory cannot be had. A `CAP` of 0 does not compile.
pub fn shard_spsc<T, const CAP: usize>(shards: usize) -> SpscShard<T, CAP> {
    SpscShard::new(shards)
}

/// A bundle of one-to-one channels that share nothing.
///
/// ```
/// use hel::channel::spsc::SpscShard;
/// for (shard, mut tx, mut rx) in SpscShard::<u64, 256>::new(3).into_pairs() {
///     tx.send(shard as u64).unwrap();
///     assert_eq!(rx.recv(), Ok(shard as u64));
/// }
/// ```
pub struct SpscShard<T, const CAP: usize>(Pairs<T>);

impl<T, const CAP: usize> SpscShard<T, CAP> {
    /// `shards` channels.
    ///
    /// # Panics
    /// If `shards` is 0, or the memory cannot be had. A `CAP` of 0 does not compile.
    pub fn new(shards: usize) -> Self {
        const { assert!(CAP > 0, "channel capacity must be at least 1") };
        Self(Pairs::new(CAP, shards))
    }

    /// All pairs that have not been taken, with the number of the shard.
    pub fn into_pairs(self) -> Pairs<T> {
        self.0
    }

    /// Takes the pair of one shard; none if it was taken before, or there is no such shard.
    pub fn take_pair(&mut self, shard: usize) -> Option<(Sender<T>, Receiver<T>)> {
        self.0.take_pair(shard)
    }

    /// How many pairs have not been taken.
    pub fn remaining(&self) -> usize {
        self.0.len()
    }

    /// How many shards there are, taken or not.
    pub fn shards(&self) -> usize {
        self.0.pairs.len()
    }
}

impl<T, const CAP: usize> fmt::Debug for SpscShard<T, CAP> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpscShard").field("shards", &self.shards()).field("remaining", &self.remaining()).finish()
    }
}

type Pair<T> = (Sender<T>, Receiver<T>);

/// The pairs of a [`SpscShard`], each with the number of its shard.
pub struct Pairs<T> {
    pairs: Box<[Option<Pair<T>>]>,
    next: usize,
}

impl<T> Pairs<T> {
    pub(super) fn new(capacity: usize, shards: usize) -> Self {
        let mut pairs = list_of::<_, Shared<T>>(shards);
        pairs.extend((0..shards).map(|_| Some(bounded(capacity))));
        Self { pairs: pairs.into(), next: 0 }
    }

    /// Takes the pair of one shard; none if it was taken before, or there is no such shard.
    pub fn take_pair(&mut self, shard: usize) -> Option<(Sender<T>, Receiver<T>)> {
        self.pairs.get_mut(shard)?.take()
    }
}

impl<T> Iterator for Pairs<T> {
    type Item = (usize, Sender<T>, Receiver<T>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.pairs.len() {
            let shard = self.next;
            self.next += 1;
            if let Some((tx, rx)) = self.take_pair(shard) {
                return Some((shard, tx, rx));
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.pairs[self.next..].iter().flatten().count();
        (left, Some(left))
    }
}

impl<T> ExactSizeIterator for Pairs<T> {}
impl<T> std::iter::FusedIterator for Pairs<T> {}

impl<T> fmt::Debug for Pairs<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairs").field("remaining", &self.len()).finish_non_exhaustive()
    }
}
