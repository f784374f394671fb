//! Channels of many shards: a route picks a shard, then it is a plain channel.
//!
//! Nothing is sent or received again here: a route finds the plain sender, and what waits for *any* shard is one more
//! end with the same attempts. Shards share nothing while nobody waits for any of them.

mod any;
mod builder;
mod group;
mod hash;
mod key;
mod key_fn;
#[cfg(all(test, hel_loom))]
mod models;
mod pairs;
mod receiver;
mod round_robin;
mod senders;
mod split;
mod tagged;

pub use self::builder::Builder;
pub use self::group::GroupSender;
pub use self::hash::{DefaultHashBuilder, DefaultHasher};
pub use self::key::KeySender;
pub use self::key_fn::KeyFnSender;
pub use self::pairs::{Pairs, SpscShard, shard_spsc};
pub use self::receiver::ShardedReceiver;
pub use self::round_robin::RoundRobinSender;
pub use self::senders::ShardSenders;
pub use self::tagged::Tagged;

use std::alloc::Layout;
use std::hash::Hash;

use crate::link::group::Group;
use crate::link::mpmc::Shared;
use crate::mpmc::shard;
use crate::sync::Arc;
use crate::wait::{FirstPanic, Wait};

/// Any number of shards, each with room for `CAP` values; a value goes to the next shard that has room.
///
/// For workers that do not care which value they get. Order is kept from one sender handle to one shard only.
///
/// # Panics
/// If `shards` is 0, or the memory cannot be had. A `CAP` of 0 does not compile.
///
/// ```
/// let (tx, rx) = hel::channel::mpmc::round_robin::<u64, 256>(3);
/// for n in 0..6 {
///     tx.send(n).unwrap();
/// }
/// assert_eq!(rx.shards()[0].len(), 2);
/// ```
pub fn round_robin<T, const CAP: usize>(shards: usize) -> (RoundRobinSender<T>, ShardedReceiver<T>) {
    const { assert!(CAP > 0, "channel capacity must be at least 1") };
    Builder::new(CAP).shards(shards).round_robin()
}

/// Any number of shards, each with room for `CAP` values; values of one key go to one shard, in order.
///
/// Which keys meet in one shard is up to the hash, so few keys may leave some shards empty.
///
/// # Panics
/// If `shards` is 0, or the memory cannot be had. A `CAP` of 0 does not compile.
///
/// ```
/// let (tx, rx) = hel::channel::mpmc::shard_key::<u64, 256>(4);
/// tx.send("AAPL", 1).unwrap();
/// tx.send("AAPL", 2).unwrap();
/// assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
/// ```
pub fn shard_key<T, const CAP: usize>(shards: usize) -> (KeySender<T>, ShardedReceiver<T>) {
    const { assert!(CAP > 0, "channel capacity must be at least 1") };
    Builder::new(CAP).shards(shards).shard_key()
}

/// One shard for each group of keys, each with room for `CAP` values.
///
/// # Panics
/// If there is no group, a group is empty, or a key stands in two groups; if the memory cannot be had. A `CAP` of 0 does
/// not compile.
///
/// ```
/// let (tx, rx) = hel::channel::mpmc::shard_group::<u64, 256, _>([vec!["order", "fill"], vec!["user"]]);
/// let users = tx.shard("user").cloned().unwrap();
/// users.send(7).unwrap();
/// assert_eq!(rx.recv_any(), Ok((1, 7)));
/// assert!(tx.shard("unknown").is_none());
/// ```
pub fn shard_group<T, const CAP: usize, K: Hash + Eq>(
    groups: impl IntoIterator<Item = impl IntoIterator<Item = K>>,
) -> (GroupSender<T, K>, ShardedReceiver<T>) {
    const { assert!(CAP > 0, "channel capacity must be at least 1") };
    Builder::new(CAP).shard_group(groups)
}

/// Closes each shard, although somebody whom that wakes may panic. True if at least one was open.
fn close_each<E>(shards: &[E], close: fn(&E) -> bool) -> bool {
    let (mut panics, mut any) = (FirstPanic::default(), false);
    for shard in shards {
        panics.run(|| any |= close(shard));
    }
    panics.resume();
    any
}

/// An end and the place of its polls in the queue, taken out for the time of one, which may panic.
struct Polled<'a, E> {
    end: &'a mut E,
    place: fn(&mut E) -> &mut Wait,
    wait: Wait,
}

impl<'a, E> Polled<'a, E> {
    fn new(end: &'a mut E, place: fn(&mut E) -> &mut Wait) -> Self {
        let wait = std::mem::replace(place(end), Wait::soft());
        Self { end, place, wait }
    }
}

impl<E> Drop for Polled<'_, E> {
    fn drop(&mut self) {
        *(self.place)(self.end) = std::mem::replace(&mut self.wait, Wait::soft());
    }
}

/// Room for one thing of each shard, made before any shard is: a number that no memory holds panics at once, and not
/// when there is none left for the rest of the program. The ends of a shard share an `S`.
fn list_of<E, S>(shards: usize) -> Vec<E> {
    assert!(shards > 0, "a sharded channel must have at least 1 shard");
    let mut list = Vec::new();
    if Layout::array::<S>(shards).is_err() || list.try_reserve_exact(shards).is_err() {
        panic!("{shards} shards: no memory for that many");
    }
    list
}

/// Both ends of `shards` shards.
fn ends<T>(capacity: usize, shards: usize) -> (ShardSenders<T>, ShardedReceiver<T>) {
    let mut senders = list_of::<_, Shared<T>>(shards);
    let mut receivers = list_of::<_, Shared<T>>(shards);
    let group = Arc::new(Group::new(shards));
    for index in 0..shards {
        let (sender, receiver) = shard(capacity, &group, index);
        senders.push(sender);
        receivers.push(receiver);
    }
    (ShardSenders::new(senders.into(), Arc::clone(&group)), ShardedReceiver::new(receivers.into(), group))
}
