use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::Deref;
use std::time::{Duration, Instant};

use super::{DefaultHashBuilder, KeyFnSender, ShardSenders};
use crate::errors::{SendBatchError, SendError, TrySendBatchError, TrySendError};
use crate::future::{SendBatchFuture, SendFuture, SendRefFuture};
use crate::mpmc::Sender;

/// Sends each value to the shard of its key, so that values of one key are received in the order they were sent.
///
/// `tx.send(&order.symbol, order)` cannot compile, since it lends from what it moves. There are two ways:
///
/// ```
/// struct Order { symbol: String, quantity: u32 }
/// let (tx, rx) = hel::channel::mpmc::shard_key::<Order, 16>(4);
///
/// let order = Order { symbol: "AAPL".to_owned(), quantity: 100 };
/// tx.shard(&order.symbol).send(order).unwrap();
///
/// let tx = tx.by(|order: &Order| &order.symbol);
/// tx.send(Order { symbol: "AAPL".to_owned(), quantity: 50 }).unwrap();
/// assert_eq!(rx.recv().unwrap().quantity + rx.recv().unwrap().quantity, 150);
/// ```
///
/// [`shard`](Self::shard) gives the plain sender of a key's shard, with every verb there is.
pub struct KeySender<T, S = DefaultHashBuilder> {
    senders: ShardSenders<T>,
    hasher: S,
}

impl<T, S> KeySender<T, S> {
    pub(super) fn new(senders: ShardSenders<T>, hasher: S) -> Self {
        Self { senders, hasher }
    }

    pub(super) fn senders(&self) -> &ShardSenders<T> {
        &self.senders
    }
}

impl<T, S: BuildHasher> KeySender<T, S> {
    /// The number of the shard that values of `key` go to.
    #[inline]
    pub fn shard_index<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        place(self.hasher.hash_one(key), self.shards().len())
    }

    /// The plain sender of the shard that values of `key` go to.
    #[inline]
    pub fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> &Sender<T> {
        &self.shards()[self.shard_index(key)]
    }

    /// As [`shard`](Self::shard), for polling.
    #[inline]
    pub fn shard_mut<Q: Hash + ?Sized>(&mut self, key: &Q) -> &mut Sender<T> {
        let index = self.shard_index(key);
        self.senders.shard_mut(index)
    }

    /// A sender that finds the key in each value by `key`. It takes plain values, in batches too, and can be a sink.
    pub fn by<F, Q>(self, key: F) -> KeyFnSender<T, F, S>
    where
        F: Fn(&T) -> &Q,
        Q: Hash + ?Sized,
    {
        KeyFnSender::new(self, key)
    }

    /// Blocks the thread until the value is in the shard of `key`. In a task use [`send_async`](Self::send_async).
    ///
    /// # Errors
    /// `Disconnected` with the value, if that shard is dead.
    #[inline(always)]
    pub fn send<Q: Hash + ?Sized>(&self, key: &Q, value: T) -> Result<(), SendError<T>> {
        self.shard(key).send(value)
    }

    /// Sends the value if the shard of `key` has room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with the value.
    #[inline(always)]
    pub fn try_send<Q: Hash + ?Sized>(&self, key: &Q, value: T) -> Result<(), TrySendError<T>> {
        self.shard(key).try_send(value)
    }

    /// Blocks the thread for at most `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    #[inline]
    pub fn send_timeout<Q: Hash + ?Sized>(&self, key: &Q, value: T, limit: Duration) -> Result<(), SendError<T>> {
        self.shard(key).send_timeout(value, limit)
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past is one try.
    ///
    /// # Errors
    /// As [`send_timeout`](Self::send_timeout).
    #[inline]
    pub fn send_deadline<Q: Hash + ?Sized>(&self, key: &Q, value: T, deadline: Instant) -> Result<(), SendError<T>> {
        self.shard(key).send_deadline(value, deadline)
    }

    /// Sends the value in a task. The future does not hold the key.
    ///
    /// # Errors
    /// `Disconnected` with the value, if the shard of `key` is dead.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value.
    #[inline]
    pub fn send_async<Q: Hash + ?Sized>(&self, key: &Q, value: T) -> SendFuture<&Sender<T>> {
        self.shard(key).send_async(value)
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
    pub fn send_ref_async<'a, Q: Hash + ?Sized>(
        &'a self,
        key: &Q,
        value: &'a mut Option<T>,
    ) -> SendRefFuture<'a, &'a Sender<T>> {
        self.shard(key).send_ref_async(value)
    }

    /// Blocks the thread until all of `values` are in the shard of `key`; returns how many that was. Values of several
    /// keys go in one batch by [`by`](Self::by).
    ///
    /// # Errors
    /// `Disconnected`, with how many were sent. What was not stays in `values`, in order, on every way out.
    pub fn send_batch<Q: Hash + ?Sized>(&self, key: &Q, values: &mut Vec<T>) -> Result<usize, SendBatchError> {
        self.shard(key).send_batch(values)
    }

    /// Sends as many of `values` as the shard of `key` has room for, from the front. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn try_send_batch<Q: Hash + ?Sized>(&self, key: &Q, values: &mut Vec<T>) -> Result<usize, TrySendBatchError> {
        self.shard(key).try_send_batch(values)
    }

    /// Blocks the thread for at most `limit` until all of `values` are in the shard of `key`.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn send_batch_timeout<Q: Hash + ?Sized>(
        &self,
        key: &Q,
        values: &mut Vec<T>,
        limit: Duration,
    ) -> Result<usize, SendBatchError> {
        self.shard(key).send_batch_timeout(values, limit)
    }

    /// Sends all of `values` to the shard of `key`, in a task. The future does not hold the key.
    ///
    /// # Errors
    /// `Disconnected`, with how many were sent.
    ///
    /// # Cancel safety
    /// What has not been sent is in `values`, in order, when the future is dropped.
    pub fn send_batch_async<'a, Q: Hash + ?Sized>(
        &'a self,
        key: &Q,
        values: &'a mut Vec<T>,
    ) -> SendBatchFuture<'a, &'a Sender<T>> {
        self.shard(key).send_batch_async(values)
    }
}

/// One of `shards` places, alike for every shard count: the upper half of a product, so without the bias of a remainder.
///
/// The multiplication before it brings the lower bits up, for hashers that leave the upper ones empty (Fibonacci
/// hashing; Knuth, The Art of Computer Programming, volume 3, section 6.4). The choice by product is Lemire's (Fast
/// Random Integer Generation in an Interval, 2019).
#[inline]
fn place(hash: u64, shards: usize) -> usize {
    let spread = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let place = (u128::from(spread) * shards as u128) >> 64;
    place as usize
}

impl<T, S> Deref for KeySender<T, S> {
    type Target = ShardSenders<T>;

    fn deref(&self) -> &ShardSenders<T> {
        &self.senders
    }
}

impl<T, S: Clone> Clone for KeySender<T, S> {
    fn clone(&self) -> Self {
        Self { senders: self.senders.clone(), hasher: self.hasher.clone() }
    }
}

impl<T, S> fmt::Debug for KeySender<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySender").field("shards", &self.shards()).finish_non_exhaustive()
    }
}
