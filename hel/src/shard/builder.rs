use std::hash::{BuildHasher, Hash};

use super::{
    DefaultHashBuilder, GroupSender, KeySender, Pairs, RoundRobinSender, ShardedReceiver, ends, group::map_of,
};
use crate::mpmc::{Receiver, Sender, bounded};

/// Makes channels whose capacity, shard count or hasher are known at run time only. They have the same types.
///
/// A capacity or a number of shards that no memory can hold panics at once and says so, and so does memory for the slots
/// that is not to be had. Any other allocation that fails ends the process, as everywhere in Rust.
///
/// ```
/// let (tx, rx) = hel::Builder::new(64).shards(3).shard_key::<u32>();
/// tx.send("a key", 1).unwrap();
/// assert_eq!(rx.recv(), Ok(1));
/// ```
#[derive(Clone, Debug)]
pub struct Builder<S = DefaultHashBuilder> {
    capacity: usize,
    shards: usize,
    hasher: S,
}

impl Builder {
    /// Channels with room for `capacity` values in each shard; any number from 1 up.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, shards: 1, hasher: DefaultHashBuilder::default() }
    }
}

impl<S> Builder<S> {
    /// How many shards a sharded channel has: any number from 1 up, 1 unless told otherwise.
    #[must_use]
    pub fn shards(self, shards: usize) -> Self {
        Self { shards, ..self }
    }

    /// What a keyed channel hashes its keys with.
    #[must_use]
    pub fn hasher<H: BuildHasher>(self, hasher: H) -> Builder<H> {
        Builder { capacity: self.capacity, shards: self.shards, hasher }
    }

    /// A channel of one shard.
    ///
    /// # Panics
    /// If the capacity is 0 or cannot be allocated.
    pub fn bounded<T>(self) -> (Sender<T>, Receiver<T>) {
        bounded(self.capacity)
    }

    /// As [`round_robin`](crate::channel::mpmc::round_robin).
    ///
    /// # Panics
    /// If the capacity or the number of shards is 0, or the memory cannot be had.
    pub fn round_robin<T>(self) -> (RoundRobinSender<T>, ShardedReceiver<T>) {
        let (senders, receiver) = ends(self.capacity, self.shards);
        (RoundRobinSender::new(senders), receiver)
    }

    /// As [`shard_key`](crate::channel::mpmc::shard_key).
    ///
    /// # Panics
    /// If the capacity or the number of shards is 0, or the memory cannot be had.
    pub fn shard_key<T>(self) -> (KeySender<T, S>, ShardedReceiver<T>)
    where
        S: BuildHasher,
    {
        let (senders, receiver) = ends(self.capacity, self.shards);
        (KeySender::new(senders, self.hasher), receiver)
    }

    /// As [`shard_group`](crate::channel::mpmc::shard_group): the groups are the shards.
    ///
    /// # Panics
    /// If the capacity is 0, there is no group, a group is empty or a key stands in two; if the memory cannot be had.
    pub fn shard_group<T, K: Hash + Eq>(
        self,
        groups: impl IntoIterator<Item = impl IntoIterator<Item = K>>,
    ) -> (GroupSender<T, K>, ShardedReceiver<T>) {
        let (map, shards) = map_of(groups);
        let (senders, receiver) = ends(self.capacity, shards);
        (GroupSender::new(senders, map), receiver)
    }

    /// As [`shard_spsc`](crate::channel::spsc::shard_spsc).
    ///
    /// # Panics
    /// If the capacity or the number of shards is 0, or the memory cannot be had.
    pub fn shard_spsc<T>(self) -> Pairs<T> {
        Pairs::new(self.capacity, self.shards)
    }
}
