//! Receiving ends of every kind behind one face.

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hel::channel::errors::*;
use hel::channel::{mpmc, spsc};
use hel::rt::Batches;
use hel::{RecvStream, Source};

use crate::model::Why;
use crate::pending::{Clock, Pending, pending};
use crate::value::Value;

/// An end, or a stream that was made of it.
pub enum Held<S: Source> {
    Bare(S),
    Stream(RecvStream<S>),
    Batches(Batches<S, Clock>),
}

impl<S: Source> Held<S> {
    pub fn get(&mut self) -> &mut S {
        match self {
            Self::Bare(end) => end,
            Self::Stream(stream) => stream.get_mut(),
            Self::Batches(batches) => batches.get_mut(),
        }
    }

    pub fn peek(&self) -> &S {
        match self {
            Self::Bare(end) => end,
            Self::Stream(stream) => stream.get_ref(),
            Self::Batches(batches) => batches.get_ref(),
        }
    }
}

pub enum RxEnd {
    Plain(Held<mpmc::Receiver<Value>>),
    Exclusive(Held<mpmc::ExclusiveReceiver<Value>>),
    Spsc(Held<spsc::Receiver<Value>>),
    Any(Held<mpmc::ShardedReceiver<Value>>),
}

/// The values of one receive, each with its shard if that was said.
pub type Got = Result<Vec<(Option<usize>, Value)>, Why>;

/// What a future gives: a value, or how many are in its place for them.
pub enum Came {
    Value(Option<usize>, Value),
    Count(usize),
    Not(Why),
}

/// What a future is to receive: values are put in a place of the caller's.
pub enum Wanted {
    One {
        told_of: bool,
    },
    Many(&'static mut Vec<Value>, usize),
    /// By and by.
    Gathered(&'static mut Vec<Value>, usize),
}

/// The same words for every end.
macro_rules! each {
    ($end:expr, $rx:ident => $do:expr) => {
        match $end {
            RxEnd::Plain(held) => {
                let $rx = held.get();
                $do
            }
            RxEnd::Exclusive(held) => {
                let $rx = held.get();
                $do
            }
            RxEnd::Spsc(held) => {
                let $rx = held.get();
                $do
            }
            RxEnd::Any(held) => {
                let $rx = held.get();
                $do
            }
        }
    };
}

/// Streams of every end.
macro_rules! each_held {
    ($end:expr, $held:ident => $do:expr) => {
        match $end {
            RxEnd::Plain($held) => $do,
            RxEnd::Exclusive($held) => $do,
            RxEnd::Spsc($held) => $do,
            RxEnd::Any($held) => $do,
        }
    };
}
pub(crate) use each_held;

fn tried<T>(result: Result<T, TryRecvError>) -> Result<T, Why> {
    result.map_err(|error| if error.is_empty() { Why::NotNow } else { Why::Never })
}

/// The result of a receive that had no time to wait.
pub fn limited<T>(result: Result<T, RecvError>) -> Result<T, Why> {
    result.map_err(|error| match error {
        RecvError::TimeOut(limit) => {
            assert!(limit <= Duration::from_secs(1), "no such limit was given");
            Why::NotNow
        }
        RecvError::Disconnected => Why::Never,
    })
}

pub fn gone(_: AsyncRecvError) -> Why {
    Why::Never
}

fn one(value: Value) -> Vec<(Option<usize>, Value)> {
    vec![(None, value)]
}

fn told((shard, value): (usize, Value)) -> Vec<(Option<usize>, Value)> {
    vec![(Some(shard), value)]
}

fn batch(result: Result<usize, Why>, into: Vec<Value>) -> Got {
    assert_eq!(result.unwrap_or(0), into.len(), "as many as it says");
    result.map(|_| into.into_iter().map(|value| (None, value)).collect())
}

fn told_batch(result: Result<usize, Why>, into: Vec<(usize, Value)>) -> Got {
    assert_eq!(result.unwrap_or(0), into.len(), "as many as it says");
    result.map(|_| into.into_iter().map(|(shard, value)| (Some(shard), value)).collect())
}

impl RxEnd {
    /// One value without waiting, in one of several ways. `blocks`: the one that would wait for ever if nothing is there.
    pub fn receive(&mut self, form: u8, blocks: bool) -> Got {
        if let Self::Any(held) = self {
            let rx = held.get();
            match form % 8 {
                4 => return tried(rx.try_recv_any()).map(told),
                5 => return limited(rx.recv_any_timeout(Duration::ZERO)).map(told),
                6 => return limited(rx.recv_any_deadline(Instant::now())).map(told),
                7 if blocks => return limited(rx.recv_any()).map(told),
                _ => {}
            }
        }
        each!(self, rx => match form % 4 {
            1 => limited(rx.recv_timeout(Duration::ZERO)).map(one),
            2 => limited(rx.recv_deadline(Instant::now())).map(one),
            3 if blocks => limited(rx.recv()).map(one),
            _ => tried(rx.try_recv()).map(one),
        })
    }

    /// Up to `max` values without waiting.
    pub fn receive_many(&mut self, form: u8, max: usize, blocks: bool) -> Got {
        if let Self::Any(held) = self {
            let (rx, mut into) = (held.get(), Vec::new());
            let result = match form % 9 {
                6 => tried(rx.try_recv_any_batch(&mut into, max)),
                7 => limited(rx.recv_any_batch_timeout(&mut into, max, Duration::ZERO)),
                8 if blocks => limited(rx.recv_any_batch(&mut into, max)),
                _ => return self.receive_many_plain(form, max, blocks),
            };
            return told_batch(result, into);
        }
        self.receive_many_plain(form, max, blocks)
    }

    fn receive_many_plain(&mut self, form: u8, max: usize, blocks: bool) -> Got {
        let mut into = Vec::new();
        let result = each!(self, rx => match form % 6 {
            1 => limited(rx.recv_batch_timeout(&mut into, max, Duration::ZERO)),
            2 if blocks => limited(rx.recv_batch(&mut into, max)),
            3 if blocks => limited(rx.gather(&mut into, max, Duration::ZERO)),
            _ => tried(rx.try_recv_batch(&mut into, max)),
        });
        batch(result, into)
    }

    pub fn try_iter(&mut self, most: usize) -> Vec<(Option<usize>, Value)> {
        each!(self, rx => rx.try_iter().take(most).map(|value| (None, value)).collect())
    }

    pub fn poll_recv(&mut self, cx: &mut Context<'_>, told_of: bool) -> Poll<Got> {
        if let (true, Self::Any(held)) = (told_of, &mut *self) {
            return held.get().poll_recv_any(cx).map(|item| item.map(told).ok_or(Why::Never));
        }
        each!(self, rx => rx.poll_recv(cx)).map(|item| item.map(one).ok_or(Why::Never))
    }

    pub fn poll_recv_batch(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Got> {
        let mut into = Vec::new();
        let polled = each!(self, rx => rx.poll_recv_batch(cx, &mut into, max));
        assert!(into.is_empty() || polled.is_ready(), "a pending poll has received");
        polled.map(|result| batch(result.map_err(gone), into))
    }

    pub fn cancel_poll(&mut self) {
        each!(self, rx => rx.cancel_poll());
    }

    pub fn close(&mut self) -> bool {
        each!(self, rx => rx.close())
    }

    /// What it says of the channel: how many there are, how many there can be, and whether the other side is gone.
    pub fn says(&mut self) -> (usize, usize, bool) {
        each!(self, rx => {
            let (len, capacity) = (rx.len(), rx.capacity());
            assert_eq!((rx.is_empty(), rx.is_full()), (len == 0, len == capacity));
            (len, capacity, rx.is_disconnected())
        })
    }

    /// How many senders and receivers there are, where that can be asked.
    pub fn counts(&mut self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Plain(held) => (Some(held.get().sender_count()), Some(held.get().receiver_count())),
            Self::Exclusive(held) => (Some(held.get().sender_count()), Some(1)),
            Self::Any(held) => (Some(held.get().sender_count()), Some(held.get().receiver_count())),
            Self::Spsc(_) => (None, None),
        }
    }

    pub fn is_bare(&self) -> bool {
        each_held!(self, held => matches!(held, Held::Bare(_)))
    }

    pub fn is_stream(&self) -> bool {
        each_held!(self, held => matches!(held, Held::Stream(_)))
    }

    /// Makes a stream of an end, and an end of a stream.
    pub fn turn(self) -> Self {
        fn turn<S: Source>(held: Held<S>) -> Held<S> {
            match held {
                Held::Bare(end) => Held::Stream(RecvStream::new(end)),
                Held::Stream(stream) => Held::Bare(stream.into_inner()),
                Held::Batches(_) => unreachable!("asked before"),
            }
        }
        match self {
            Self::Plain(held) => Self::Plain(turn(held)),
            Self::Exclusive(held) => Self::Exclusive(turn(held)),
            Self::Spsc(held) => Self::Spsc(turn(held)),
            Self::Any(held) => Self::Any(turn(held)),
        }
    }

    /// The next of a stream, and whether that says it is over. `None` if it is no stream.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Option<(Poll<Option<Value>>, bool)> {
        fn next<S: Source>(held: &mut Held<S>, cx: &mut Context<'_>) -> Option<(Poll<Option<S::Item>>, bool)> {
            use futures_core::{FusedStream, Stream};
            let Held::Stream(stream) = held else { return None };
            let polled = std::pin::Pin::new(&mut *stream).poll_next(cx);
            Some((polled, stream.is_terminated()))
        }
        each_held!(self, held => next(held, cx))
    }

    /// A future that receives, and borrows this end.
    pub fn start(&'static mut self, wanted: Wanted, clock: Option<&Clock>) -> Box<dyn Pending<Came>> {
        match wanted {
            Wanted::One { told_of } => self.start_one(clock, told_of),
            Wanted::Many(into, max) => self.start_many(into, max, clock),
            Wanted::Gathered(into, max) => self.start_gather(into, max, clock.expect("a gathering has a limit")),
        }
    }

    fn start_one(&'static mut self, clock: Option<&Clock>, told_of: bool) -> Box<dyn Pending<Came>> {
        let value =
            |shard, result: Result<Value, Why>| result.map_or_else(Came::Not, |value| Came::Value(shard, value));
        if told_of && matches!(self, Self::Any(_)) {
            let Self::Any(held) = self else { unreachable!("asked just before") };
            let came = |result: Result<(usize, Value), Why>| {
                result.map_or_else(Came::Not, |(shard, value)| Came::Value(Some(shard), value))
            };
            return match clock {
                Some(clock) => pending(clock.limit(held.get().recv_any_async()), move |result| came(limited(result))),
                None => pending(held.get().recv_any_async(), move |result| came(result.map_err(gone))),
            };
        }
        each!(self, rx => match clock {
            Some(clock) => pending(clock.limit(rx.recv_async()), move |result| value(None, limited(result))),
            None => pending(rx.recv_async(), move |result| value(None, result.map_err(gone))),
        })
    }

    fn start_many(
        &'static mut self,
        into: &'static mut Vec<Value>,
        max: usize,
        clock: Option<&Clock>,
    ) -> Box<dyn Pending<Came>> {
        let count = |result: Result<usize, Why>| result.map_or_else(Came::Not, Came::Count);
        each!(self, rx => match clock {
            Some(clock) => pending(clock.limit(rx.recv_batch_async(into, max)), move |result| count(limited(result))),
            None => pending(rx.recv_batch_async(into, max), move |result| count(result.map_err(gone))),
        })
    }

    fn start_gather(
        &'static mut self,
        into: &'static mut Vec<Value>,
        max: usize,
        clock: &Clock,
    ) -> Box<dyn Pending<Came>> {
        let count = |result: Result<usize, AsyncRecvError>| result.map_or(Came::Not(Why::Never), Came::Count);
        match self {
            Self::Plain(held) => pending(clock.gather(&*held.get(), into, max), count),
            Self::Exclusive(held) => pending(clock.gather(held.get(), into, max), count),
            Self::Spsc(held) => pending(clock.gather(held.get(), into, max), count),
            Self::Any(held) => pending(clock.gather(&*held.get(), into, max), count),
        }
    }
}
