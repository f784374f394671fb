use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::Deref;
use std::time::{Duration, Instant};

use super::split::{CHUNK, Split};
use super::{DefaultHashBuilder, KeySender, ShardSenders};
use crate::ends::sealed;
use crate::errors::{SendBatchError, SendError, TrySendBatchError, TrySendError};
use crate::future::{SendBatchFuture, SendFuture, SendRefFuture};
use crate::mpmc::Sender;
use crate::op::{self, Front, RawTarget, Unsent};
use crate::ring::Refused;
use crate::sync::{Defect, defect};
use crate::wait::{End, Limit, Side};

/// A keyed sender that finds the key in the value: what [`KeySender::by`] returns.
///
/// Since it takes plain values it can send batches and be a sink. The key function is called for each value before the
/// value is moved; if it panics, the value is still where it was. A type that has to be named takes a `fn` pointer for
/// the key: `KeyFnSender<Order, fn(&Order) -> &str>`.
pub struct KeyFnSender<T, F, S = DefaultHashBuilder> {
    keyed: KeySender<T, S>,
    key: F,
}

impl<T, F, S> KeyFnSender<T, F, S> {
    pub(super) fn new(keyed: KeySender<T, S>, key: F) -> Self {
        Self { keyed, key }
    }

    /// Gives the keyed sender back.
    pub fn into_inner(self) -> KeySender<T, S> {
        self.keyed
    }
}

impl<T, F, S, Q> KeyFnSender<T, F, S>
where
    F: Fn(&T) -> &Q,
    Q: Hash + ?Sized,
    S: BuildHasher,
{
    fn tx(&self) -> KeyFnTx<'_, T, F, S> {
        KeyFnTx(self)
    }

    /// The plain sender of the shard that `value` goes to.
    #[inline]
    pub fn shard_of(&self, value: &T) -> &Sender<T> {
        self.keyed.shard((self.key)(value))
    }

    /// Blocks the thread until the value is in its shard. In a task use [`send_async`](Self::send_async).
    ///
    /// # Errors
    /// `Disconnected` with the value, if that shard is dead.
    #[inline(always)]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.shard_of(&value).send(value)
    }

    /// Sends the value if its shard has room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, with the value.
    #[inline(always)]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.shard_of(&value).try_send(value)
    }

    /// Blocks the thread for at most `limit`. Zero is one try, [`Duration::MAX`] no limit.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with the value: it is then certainly not delivered.
    #[inline]
    pub fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendError<T>> {
        self.shard_of(&value).send_timeout(value, limit)
    }

    /// Blocks the thread until `deadline` at most. A deadline in the past is one try.
    ///
    /// # Errors
    /// As [`send_timeout`](Self::send_timeout).
    #[inline]
    pub fn send_deadline(&self, value: T, deadline: Instant) -> Result<(), SendError<T>> {
        self.shard_of(&value).send_deadline(value, deadline)
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
    pub fn send_ref_async<'a>(&'a self, value: &'a mut Option<T>) -> SendRefFuture<'a, &'a Sender<T>> {
        self.shard_of(value.as_ref().expect("there is no value to send")).send_ref_async(value)
    }

    /// Sends the value in a task.
    ///
    /// # Errors
    /// `Disconnected` with the value, if its shard is dead.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent, and drops the value.
    #[inline]
    pub fn send_async(&self, value: T) -> SendFuture<&Sender<T>> {
        self.shard_of(&value).send_async(value)
    }

    /// Blocks the thread until all of `values` are in their shards; returns how many that was. Those of one shard leave in
    /// order. One that finds its shard full does not keep others from going before it, but only those near the front are
    /// looked at: while they wait for full shards, they hold up the rest.
    ///
    /// # Errors
    /// `Disconnected`, if the shard of the first value left is dead. What has not been sent stays in `values`, in order,
    /// on every way out, a panic of the key function included.
    pub fn send_batch(&self, values: &mut Vec<T>) -> Result<usize, SendBatchError> {
        op::send_batch(self.tx(), values, Limit::Never)
    }

    /// Sends those of `values` near the front whose shards have room now, until none of them has. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Disconnected`, as the shard of the first value left, with how many were sent; the rest stays in `values`,
    /// in order.
    pub fn try_send_batch(&self, values: &mut Vec<T>) -> Result<usize, TrySendBatchError> {
        op::try_send_batch(self.tx(), values)
    }

    /// Blocks the thread for at most `limit` until all of `values` are in their shards.
    ///
    /// # Errors
    /// `TimeOut` or `Disconnected`, with how many were sent; the rest stays in `values`, in order.
    pub fn send_batch_timeout(&self, values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError> {
        op::send_batch(self.tx(), values, Limit::After(limit))
    }

    /// Sends all of `values` in a task.
    ///
    /// # Errors
    /// As [`send_batch`](Self::send_batch).
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

// Nothing in it is ever pinned: the key function and the hasher are called by reference.
impl<T, F, S> Unpin for KeyFnSender<T, F, S> {}

impl<T, F, S> Deref for KeyFnSender<T, F, S> {
    type Target = ShardSenders<T>;

    fn deref(&self) -> &ShardSenders<T> {
        self.keyed.senders()
    }
}

impl<T, F: Clone, S: Clone> Clone for KeyFnSender<T, F, S> {
    fn clone(&self) -> Self {
        Self { keyed: self.keyed.clone(), key: self.key.clone() }
    }
}

impl<T, F, S> fmt::Debug for KeyFnSender<T, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFnSender").field("shards", &self.shards()).finish_non_exhaustive()
    }
}

/// How many values a batch looks at that has to wait.
const NARROW: usize = 4;

/// A keyed sender as an end. It waits for room in any shard, since which one it needs depends on the value.
#[derive(Debug)]
pub struct KeyFnTx<'a, T, F, S>(&'a KeyFnSender<T, F, S>);

impl<T, F, S> End for KeyFnTx<'_, T, F, S> {
    fn side(&self) -> &Side {
        self.0.any_room()
    }

    fn done(&self) -> usize {
        self.0.keyed.senders().done()
    }

    fn ready(&self) -> usize {
        self.0.capacity() - self.0.len()
    }

    fn would_serve(&self) -> bool {
        self.0.keyed.senders().would_serve()
    }

    /// Woken for another shard than the one it needs, it must not use that wake-up up.
    fn is_choosy(&self) -> bool {
        !defect(Defect::KeyedBatchNotChoosy)
    }
}

impl<T, F, S, Q> RawTarget for KeyFnTx<'_, T, F, S>
where
    F: Fn(&T) -> &Q,
    Q: Hash + ?Sized,
    S: BuildHasher,
{
    type Item = T;

    fn offer(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        let held = value.as_ref().expect("an operation under way holds its value");
        self.0.keyed.senders().offer(self.0.keyed.shard_index((self.0.key)(held)), value)
    }

    fn at_hole(&self) -> bool {
        self.0.keyed.senders().at_hole()
    }

    /// Sends what it can of the values at the front, for whatever shards they are.
    ///
    /// As long as it waits for room it asks for few keys each time: the others have gone where they can go.
    fn offer_many(&mut self, values: &mut Unsent<'_, T>) -> Result<(), Refused> {
        if values.len() > CHUNK {
            values.turn();
        }
        let window = if values.is_hindered() { NARROW } else { CHUNK };
        let shard = |value| self.0.keyed.shard_index((self.0.key)(value));
        let split = match values.iter() {
            Front::Straight(values) => Split::new(values.take(window).map(shard)),
            Front::Turned(values) => Split::new(values.take(window).map(shard)),
        };
        self.0.keyed.senders().offer_split(&split, values)
    }
}

impl<T, F, S, Q> sealed::Target for KeyFnSender<T, F, S>
where
    F: Fn(&T) -> &Q,
    Q: Hash + ?Sized,
    S: BuildHasher,
{
    type Value = T;
    type Raw<'a>
        = KeyFnTx<'a, T, F, S>
    where
        Self: 'a;

    fn raw(&mut self) -> KeyFnTx<'_, T, F, S> {
        self.tx()
    }
}

impl<T, F, S, Q> sealed::Target for &KeyFnSender<T, F, S>
where
    F: Fn(&T) -> &Q,
    Q: Hash + ?Sized,
    S: BuildHasher,
{
    type Value = T;
    type Raw<'a>
        = KeyFnTx<'a, T, F, S>
    where
        Self: 'a;

    fn raw(&mut self) -> KeyFnTx<'_, T, F, S> {
        self.tx()
    }
}

impl<T, F, S> sealed::Borrowed for &KeyFnSender<T, F, S> {}
