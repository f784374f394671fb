//! Sending ends of every kind behind one face.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::FusedFuture;
use futures_sink::Sink;
use hel::channel::errors::*;
use hel::channel::{mpmc, spsc};
use hel::{SendFuture, SendSink, Target};

use crate::model::Why;
use crate::pending::{Clock, Pending, pending};
use crate::value::Value;

pub type ByKey = mpmc::KeyFnSender<Value, fn(&Value) -> &u8>;

/// An end, or a sink that was made of it.
pub enum Given<K: Target> {
    Bare(K),
    Sink(SendSink<K>),
}

impl<K: Target> Given<K> {
    /// The end; none if it is a sink.
    fn bare(&mut self) -> Option<&mut K> {
        match self {
            Self::Bare(end) => Some(end),
            Self::Sink(_) => None,
        }
    }

    fn sink(&mut self) -> Option<&mut SendSink<K>> {
        match self {
            Self::Bare(_) => None,
            Self::Sink(sink) => Some(sink),
        }
    }
}

pub enum TxEnd {
    Plain(Given<mpmc::Sender<Value>>),
    Spsc(Given<spsc::Sender<Value>>),
    Turns(Given<mpmc::RoundRobinSender<Value>>),
    Keyed(Given<ByKey>),
    Grouped(mpmc::GroupSender<Value, u8>),
}

/// One send: the value comes back if it did not go.
pub type Sent = Result<(), (Why, Value)>;
/// A batch: how many went, and why not all.
pub type SentMany = (usize, Option<Why>);

/// What a future gives.
pub enum Went {
    One(Result<(), (Why, Option<Value>)>),
    Many(SentMany),
    Closed,
}

/// What a future is to send: perhaps out of a place of the caller's. Nothing: it waits for the close.
pub enum Offered {
    One(Value),
    Slot(&'static mut Option<Value>),
    Many(&'static mut Vec<Value>),
    Nothing,
}

/// What a sink says.
pub type Sunk = Poll<Sent>;

/// The same words for every end.
macro_rules! each {
    ($end:expr, $tx:ident => $do:expr) => {
        match $end {
            TxEnd::Plain(given) => {
                let $tx = given.bare().expect(BARE);
                $do
            }
            TxEnd::Spsc(given) => {
                let $tx = given.bare().expect(BARE);
                $do
            }
            TxEnd::Turns(given) => {
                let $tx = given.bare().expect(BARE);
                $do
            }
            TxEnd::Keyed(given) => {
                let $tx = given.bare().expect(BARE);
                $do
            }
            TxEnd::Grouped(_) => unreachable!("a sender of groups is asked for the sender of a key"),
        }
    };
}

macro_rules! each_given {
    ($end:expr, $given:ident => $do:expr, else $none:expr) => {
        match $end {
            TxEnd::Plain($given) => $do,
            TxEnd::Spsc($given) => $do,
            TxEnd::Turns($given) => $do,
            TxEnd::Keyed($given) => $do,
            TxEnd::Grouped(_) => $none,
        }
    };
}

const BARE: &str = "not a sink";

fn tried(result: Result<(), TrySendError<Value>>) -> Sent {
    result.map_err(|error| {
        let why = if error.is_full() { Why::NotNow } else { Why::Never };
        (why, error.into_inner())
    })
}

pub fn limited(result: Result<(), SendError<Value>>) -> Sent {
    result.map_err(|error| {
        let why = if error.is_timeout() { Why::NotNow } else { Why::Never };
        (why, error.into_inner())
    })
}

pub fn limited_many(result: Result<usize, SendBatchError>) -> SentMany {
    match result {
        Ok(sent) => (sent, None),
        Err(SendBatchError::TimeOut { sent, .. }) => (sent, Some(Why::NotNow)),
        Err(SendBatchError::Disconnected { sent }) => (sent, Some(Why::Never)),
    }
}

fn tried_many(result: Result<usize, TrySendBatchError>) -> SentMany {
    match result {
        Ok(sent) => (sent, None),
        Err(TrySendBatchError::Full { sent }) => (sent, Some(Why::NotNow)),
        Err(TrySendBatchError::Disconnected { sent }) => (sent, Some(Why::Never)),
    }
}

pub fn awaited_many(result: Result<usize, AsyncSendBatchError>) -> SentMany {
    match result {
        Ok(sent) => (sent, None),
        Err(AsyncSendBatchError::Disconnected { sent }) => (sent, Some(Why::Never)),
    }
}

pub fn gone_ref(result: Result<(), AsyncSendError<()>>) -> Went {
    Went::One(result.map_err(|_| (Why::Never, None)))
}

pub fn late_ref(result: Result<(), SendError<()>>) -> Went {
    Went::One(result.map_err(|error| (if error.is_timeout() { Why::NotNow } else { Why::Never }, None)))
}

pub fn kept(result: Sent) -> Went {
    Went::One(result.map_err(|(why, value)| (why, Some(value))))
}

impl TxEnd {
    pub fn is_sink(&self) -> bool {
        each_given!(self, given => matches!(given, Given::Sink(_)), else false)
    }

    /// One value without waiting, in one of several ways. `blocks`: the one that may wait.
    pub fn send(&mut self, value: Value, form: u8, blocks: bool) -> Sent {
        if let Self::Grouped(group) = self {
            return tried(group.shard(&value.key).expect("a key of a group").try_send(value));
        }
        match (form % 4, &mut *self) {
            (2, Self::Plain(given)) => limited(given.bare().expect(BARE).send_deadline(value, Instant::now())),
            (2, Self::Spsc(given)) => limited(given.bare().expect(BARE).send_deadline(value, Instant::now())),
            (2, Self::Turns(given)) => limited(given.bare().expect(BARE).send_deadline(value, Instant::now())),
            (1 | 2, end) => each!(end, tx => limited(tx.send_timeout(value, Duration::ZERO))),
            (3, end) if blocks => each!(end, tx => limited(tx.send(value))),
            (_, end) => each!(end, tx => tried(tx.try_send(value))),
        }
    }

    /// A batch without waiting.
    pub fn send_many(&mut self, values: &mut Vec<Value>, form: u8, blocks: bool) -> SentMany {
        each!(self, tx => match form % 3 {
            1 => limited_many(tx.send_batch_timeout(values, Duration::ZERO)),
            2 if blocks => limited_many(tx.send_batch(values)),
            _ => tried_many(tx.try_send_batch(values)),
        })
    }

    /// `None` where there is no such form.
    pub fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<Value>) -> Option<Poll<Result<(), Why>>> {
        let polled = match self {
            Self::Plain(given) => given.bare()?.poll_send(cx, value),
            Self::Spsc(given) => given.bare()?.poll_send(cx, value),
            Self::Turns(given) => given.bare()?.poll_send(cx, value),
            Self::Keyed(_) | Self::Grouped(_) => return None,
        };
        Some(polled.map_err(|AsyncSendError::Disconnected(())| Why::Never))
    }

    pub fn cancel_poll(&mut self) {
        match self {
            Self::Plain(Given::Bare(tx)) => tx.cancel_poll(),
            Self::Spsc(Given::Bare(tx)) => tx.cancel_poll(),
            Self::Turns(Given::Bare(tx)) => tx.cancel_poll(),
            _ => {}
        }
    }

    pub fn close(&mut self) -> bool {
        match self {
            Self::Grouped(group) => group.close(),
            end => each!(end, tx => tx.close()),
        }
    }

    /// What it says of the channel: how many there are, how many there can be, and whether nothing can be sent.
    pub fn says(&mut self) -> (usize, usize, bool) {
        match self {
            Self::Grouped(tx) => (tx.len(), tx.capacity(), tx.is_disconnected()),
            end => each!(end, tx => {
                let (len, capacity) = (tx.len(), tx.capacity());
                assert_eq!((tx.is_empty(), tx.is_full()), (len == 0, len == capacity));
                (len, capacity, tx.is_disconnected())
            }),
        }
    }

    pub fn dead_shards(&mut self) -> Option<Vec<usize>> {
        match self {
            Self::Turns(given) => Some(given.bare()?.dead_shards()),
            Self::Keyed(given) => Some(given.bare()?.dead_shards()),
            Self::Grouped(group) => Some(group.dead_shards()),
            _ => None,
        }
    }

    /// The length of one shard, where it can be asked.
    pub fn shard_len(&mut self, shard: usize) -> Option<usize> {
        match self {
            Self::Turns(given) => Some(given.bare()?.shards()[shard].len()),
            Self::Keyed(given) => Some(given.bare()?.shards()[shard].len()),
            Self::Grouped(group) => Some(group.shards()[shard].len()),
            _ => None,
        }
    }

    /// Makes a sink of an end, and an end of a sink, with what that kept. No end, if it was closed.
    pub fn turn(self) -> (Option<Self>, Option<Value>) {
        fn turn<K: Target<Item = Value>>(given: Given<K>) -> (Option<Given<K>>, Option<Value>) {
            match given {
                Given::Bare(end) => (Some(Given::Sink(SendSink::new(end))), None),
                Given::Sink(sink) => {
                    let (end, kept) = sink.into_inner();
                    (end.map(Given::Bare), kept)
                }
            }
        }
        fn with<K>((given, kept): (Option<K>, Option<Value>), of: fn(K) -> TxEnd) -> (Option<TxEnd>, Option<Value>) {
            (given.map(of), kept)
        }
        match self {
            Self::Plain(given) => with(turn(given), Self::Plain),
            Self::Spsc(given) => with(turn(given), Self::Spsc),
            Self::Turns(given) => with(turn(given), Self::Turns),
            Self::Keyed(given) => with(turn(given), Self::Keyed),
            end @ Self::Grouped(_) => (Some(end), None),
        }
    }

    pub fn poll_ready(&mut self, cx: &mut Context<'_>) -> Sunk {
        each_given!(self, given => sunk(Pin::new(given.sink().expect("a sink")).poll_ready(cx)), else unreachable!())
    }

    pub fn start_send(&mut self, value: Value) -> Sent {
        let refused = |AsyncSendError::Disconnected(value)| (Why::Never, value);
        each_given!(self, given => Pin::new(given.sink().expect("a sink")).start_send(value).map_err(refused), else unreachable!())
    }

    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Sunk {
        each_given!(self, given => sunk(Pin::new(given.sink().expect("a sink")).poll_flush(cx)), else unreachable!())
    }

    pub fn poll_close(&mut self, cx: &mut Context<'_>) -> Sunk {
        each_given!(self, given => sunk(Pin::new(given.sink().expect("a sink")).poll_close(cx)), else unreachable!())
    }

    pub fn take_unsent(&mut self) -> Option<Value> {
        each_given!(self, given => given.sink().expect("a sink").take_unsent(), else unreachable!())
    }

    /// A future that sends, or waits for the close, and borrows this end.
    pub fn start(&'static mut self, offered: Offered, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
        match offered {
            Offered::One(value) => self.start_one(value, clock),
            Offered::Slot(slot) => self.start_ref(slot, clock),
            Offered::Many(values) => self.start_many(values, clock),
            Offered::Nothing => self.start_closed(),
        }
    }

    fn start_one(&'static mut self, value: Value, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
        let gone = |result: Result<(), AsyncSendError<Value>>| {
            kept(result.map_err(|AsyncSendError::Disconnected(value)| (Why::Never, value)))
        };
        if let Self::Grouped(group) = self {
            return pending(group.shard(&value.key).expect("a key of a group").send_async(value), gone);
        }
        each!(self, tx => match clock {
            Some(clock) => pending(clock.limit(tx.send_async(value)), |result| kept(limited(result))),
            None => Box::new(Single::new(tx.send_async(value))),
        })
    }

    fn start_ref(&'static mut self, slot: &'static mut Option<Value>, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
        if let Self::Grouped(group) = self {
            let key = slot.as_ref().expect("a value").key;
            return pending(group.shard(&key).expect("a key of a group").send_ref_async(slot), gone_ref);
        }
        each!(self, tx => match clock {
            Some(clock) => pending(clock.limit(tx.send_ref_async(slot)), late_ref),
            None => pending(tx.send_ref_async(slot), gone_ref),
        })
    }

    fn start_many(&'static mut self, values: &'static mut Vec<Value>, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
        each!(self, tx => match clock {
            Some(clock) => pending(clock.limit(tx.send_batch_async(values)), |result| Went::Many(limited_many(result))),
            None => pending(tx.send_batch_async(values), |result| Went::Many(awaited_many(result))),
        })
    }

    fn start_closed(&'static mut self) -> Box<dyn Pending<Went>> {
        match self {
            Self::Grouped(group) => pending(group.closed_async(), |()| Went::Closed),
            end => each!(end, tx => pending(tx.closed_async(), |()| Went::Closed)),
        }
    }
}

fn sunk(polled: Poll<Result<(), AsyncSendError<Value>>>) -> Sunk {
    polled.map_err(|AsyncSendError::Disconnected(value)| (Why::Never, value))
}

/// A future that gives its value back when asked.
pub struct Single<K: Target> {
    future: Option<SendFuture<K>>,
}

impl<K: Target> Single<K> {
    pub fn new(future: SendFuture<K>) -> Self {
        Self { future: Some(future) }
    }
}

impl<K: Target<Item = Value>> Pending<Went> for Single<K> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Went> {
        let polled = Pin::new(self.future.as_mut().expect("not forgotten")).poll(cx);
        polled.map(|result| kept(result.map_err(|AsyncSendError::Disconnected(value)| (Why::Never, value))))
    }

    fn is_terminated(&self) -> bool {
        self.future.as_ref().is_some_and(FusedFuture::is_terminated)
    }

    fn forget(&mut self) {
        std::mem::forget(self.future.take());
    }

    fn take(&mut self) -> Option<Value> {
        self.future.as_mut().and_then(SendFuture::take)
    }
}
