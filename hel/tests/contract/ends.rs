//! The ends of every kind of channel under one set of names, none of which an end has itself.

use hel::channel::errors::{TryRecvError, TrySendError};
use hel::channel::{mpmc, spsc};
use hel::{
    Builder, ClosedFuture, ExclusiveReceiver, Receiver, RecvBatchFuture, RecvFuture, RecvStream, SendBatchFuture,
    SendFuture, SendRefFuture, SendSink, Sender, Source, Target,
};

use crate::support::Counted;

/// How many values fit in a shard.
pub(crate) const CAPACITY: usize = 4;

/// A kind of channel, with the names of its ends.
pub(crate) trait Kind: 'static {
    const TX: &'static str;
    const RX: &'static str;
    /// The names of its batch sends. One that finds each value's key waits unlike all others.
    const BATCHES: [&'static str; 2] = ["send_batch_async", "timeout(send_batch_async)"];
    type Tx: Sending;
    type Rx: Receiving;

    fn ends() -> (Self::Tx, Self::Rx);
}

/// A receiving end.
pub(crate) trait Receiving: Source<Item = Counted> + 'static {
    /// Whether others can wait beside it.
    const SHARED: bool;
    type Lent<'a>: Source<Item = Counted>;

    fn lend(&mut self) -> Self::Lent<'_>;
    fn one(&mut self) -> RecvFuture<Self::Lent<'_>>;
    fn batch<'a>(&'a mut self, into: &'a mut Vec<Counted>, max: usize) -> RecvBatchFuture<'a, Self::Lent<'a>>;
    fn as_stream(&mut self) -> RecvStream<Self::Lent<'_>>;
    fn to_stream(self) -> RecvStream<Self>
    where
        Self: Sized;
    fn at_once(&mut self) -> Result<Counted, TryRecvError>;
    fn end_it(&mut self);
    /// Another handle of the same end, if there can be one.
    fn second(&self) -> Option<Self>
    where
        Self: Sized;
}

/// A sending end.
pub(crate) trait Sending: Sized + 'static {
    const SHARED: bool;

    fn one(&mut self, value: Counted) -> SendFuture<impl Target<Item = Counted>>;
    fn by_ref<'a>(&'a mut self, value: &'a mut Option<Counted>) -> SendRefFuture<'a, impl Target<Item = Counted>>;
    fn batch<'a>(&'a mut self, values: &'a mut Vec<Counted>) -> SendBatchFuture<'a, impl Target<Item = Counted>>;
    fn closed(&self) -> ClosedFuture<'_, Counted>;
    fn at_once(&mut self, value: Counted) -> Result<(), TrySendError<Counted>>;
    fn end_it(&mut self);
    fn second(&self) -> Option<Self>;
}

/// A sending end that can be a sink.
pub(crate) trait Sinking: Sending {
    type Owned: Target<Item = Counted>;

    fn as_sink(&mut self) -> SendSink<impl Target<Item = Counted>>;
    fn to_sink(self) -> SendSink<Self::Owned>;
}

/// Gives a receiving end its names: whether it is shared, what it lends, and how it is doubled.
macro_rules! receiving {
    ($($end:ty: $shared:literal, $lent:ty, $second:expr;)+) => {$(
        impl Receiving for $end {
            const SHARED: bool = $shared;
            type Lent<'a> = $lent;

            fn lend(&mut self) -> Self::Lent<'_> { self }
            fn one(&mut self) -> RecvFuture<Self::Lent<'_>> { self.recv_async() }
            fn batch<'a>(&'a mut self, into: &'a mut Vec<Counted>, max: usize) -> RecvBatchFuture<'a, $lent> {
                self.recv_batch_async(into, max)
            }
            fn as_stream(&mut self) -> RecvStream<Self::Lent<'_>> { self.stream() }
            fn to_stream(self) -> RecvStream<Self> { self.into_stream() }
            fn at_once(&mut self) -> Result<Counted, TryRecvError> { self.try_recv() }
            fn end_it(&mut self) { assert!(self.close()); }
            fn second(&self) -> Option<Self> { ($second)(self) }
        }
    )+};
}

receiving! {
    Receiver<Counted>: true, &'a Self, |end: &Self| Some(end.clone());
    ExclusiveReceiver<Counted>: false, &'a mut Self, |_: &Self| None;
    spsc::Receiver<Counted>: false, &'a mut Self, |_: &Self| None;
    mpmc::ShardedReceiver<Counted>: true, &'a Self, |end: &Self| Some(end.clone());
}

/// Gives a sending end its names; what stands in brackets comes before the value, as a key does.
macro_rules! sending {
    ($($end:ty: $shared:literal, [$($key:expr)?], $second:expr;)+) => {$(
        impl Sending for $end {
            const SHARED: bool = $shared;

            fn one(&mut self, value: Counted) -> SendFuture<impl Target<Item = Counted>> {
                self.send_async($($key,)? value)
            }
            fn by_ref<'a>(
                &'a mut self,
                value: &'a mut Option<Counted>,
            ) -> SendRefFuture<'a, impl Target<Item = Counted>> {
                self.send_ref_async($($key,)? value)
            }
            fn batch<'a>(
                &'a mut self,
                values: &'a mut Vec<Counted>,
            ) -> SendBatchFuture<'a, impl Target<Item = Counted>> {
                self.send_batch_async($($key,)? values)
            }
            fn closed(&self) -> ClosedFuture<'_, Counted> { self.closed_async() }
            fn at_once(&mut self, value: Counted) -> Result<(), TrySendError<Counted>> {
                self.try_send($($key,)? value)
            }
            fn end_it(&mut self) { assert!(self.close()); }
            fn second(&self) -> Option<Self> { ($second)(self) }
        }
    )+};
}

sending! {
    Sender<Counted>: true, [], |end: &Self| Some(end.clone());
    spsc::Sender<Counted>: false, [], |_: &Self| None;
    mpmc::RoundRobinSender<Counted>: true, [], |end: &Self| Some(end.clone());
    mpmc::KeySender<Counted>: true, [&0], |end: &Self| Some(end.clone());
    KeyFnSender: true, [], |end: &Self| Some(end.clone());
}

macro_rules! sinking {
    ($($end:ty),+) => {$(
        impl Sinking for $end {
            type Owned = Self;

            fn as_sink(&mut self) -> SendSink<impl Target<Item = Counted>> { self.sink() }
            fn to_sink(self) -> SendSink<Self> { self.into_sink() }
        }
    )+};
}

sinking!(Sender<Counted>, spsc::Sender<Counted>, mpmc::RoundRobinSender<Counted>, KeyFnSender);

type KeyFnSender = mpmc::KeyFnSender<Counted, fn(&Counted) -> &str, hel::DefaultHashBuilder>;

/// Makes a kind of channel out of its name, the names and types of its ends, and how it is made.
macro_rules! kinds {
    ($($kind:ident: $tx:literal $tx_type:ty, $rx:literal $rx_type:ty, $ends:expr $(, $batches:expr)?;)+) => {$(
        pub(crate) struct $kind;

        impl Kind for $kind {
            const TX: &'static str = $tx;
            const RX: &'static str = $rx;
            $(const BATCHES: [&'static str; 2] = $batches;)?
            type Tx = $tx_type;
            type Rx = $rx_type;

            fn ends() -> ($tx_type, $rx_type) { $ends }
        }
    )+};
}

kinds! {
    Plain: "Sender" Sender<Counted>, "Receiver" Receiver<Counted>, hel::bounded(CAPACITY);
    Exclusive: "Sender" Sender<Counted>, "ExclusiveReceiver" ExclusiveReceiver<Counted>, {
        let (tx, rx) = hel::bounded(CAPACITY);
        (tx, rx.into_exclusive().expect("it has no clones"))
    };
    Spsc: "spsc::Sender" spsc::Sender<Counted>, "spsc::Receiver" spsc::Receiver<Counted>, spsc::bounded(CAPACITY);
    RoundRobin: "RoundRobinSender" mpmc::RoundRobinSender<Counted>,
        "ShardedReceiver" mpmc::ShardedReceiver<Counted>, {
        // In turn there would be no order to check.
        let (tx, rx) = Builder::new(CAPACITY).shards(2).round_robin();
        (tx.sticky(CAPACITY), rx)
    };
    Keyed: "KeySender" mpmc::KeySender<Counted>,
        "ShardedReceiver" mpmc::ShardedReceiver<Counted>, Builder::new(CAPACITY).shards(2).shard_key();
    KeyedByFn: "KeyFnSender" KeyFnSender, "ShardedReceiver" mpmc::ShardedReceiver<Counted>, {
        let (tx, rx) = Builder::new(CAPACITY).shards(2).shard_key();
        (tx.by(one_key as fn(&Counted) -> &str), rx)
    }, ["send_batch_async by key function", "timeout(send_batch_async by key function)"];
}

/// All values have one key, so that they wait for one shard while the other has room.
fn one_key(_: &Counted) -> &str {
    "one key"
}
