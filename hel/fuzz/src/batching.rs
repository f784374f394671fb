//! Steps of streams of batches.

use std::collections::HashMap;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::{FusedStream, Stream};
use hel::Source;
use hel::rt::Batches;

use crate::lease::Lease;
use crate::model::Place;
use crate::pending::Clock;
use crate::rx::{Held, RxEnd, each_held};
use crate::value::Value;
use crate::world::World;

/// What the model knows of a stream of batches.
pub(crate) struct Batching {
    max: usize,
    linger: Duration,
    clock: Clock,
    /// The batch that is being collected.
    partial: Vec<Collected>,
    /// It has come to the end of the channel.
    ended: bool,
}

/// A value that was collected, and the shard that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Collected {
    pub(crate) id: u32,
    shard: usize,
}

/// Checks values against what was collected: all of them, and those of each shard in their order.
pub(crate) fn check_collected(values: &[Value], collected: &[Collected]) {
    let shards: HashMap<_, _> = collected.iter().map(|it| (it.id, it.shard)).collect();
    let shard = |id| *shards.get(&id).unwrap_or_else(|| panic!("{id} is not of {collected:?}"));
    let mut values: Vec<_> = values.iter().map(|value| Collected { id: value.id, shard: shard(value.id) }).collect();
    let mut collected = collected.to_vec();
    values.sort_by_key(|it| it.shard);
    collected.sort_by_key(|it| it.shard);
    assert_eq!(values, collected, "what was collected, in the order of each shard");
}

impl Batching {
    pub(crate) fn holds(&self) -> usize {
        self.partial.len()
    }

    fn is_timed(&self) -> bool {
        !self.linger.is_zero() && self.linger != Duration::MAX
    }
}

impl RxEnd {
    fn into_batches(self, clock: &Clock, max: usize, linger: Duration) -> Self {
        let clock = clock.clone();
        match self {
            Self::Plain(Held::Bare(end)) => Self::Plain(Held::Batches(Batches::new(clock, end, max, linger))),
            Self::Exclusive(Held::Bare(end)) => Self::Exclusive(Held::Batches(Batches::new(clock, end, max, linger))),
            Self::Spsc(Held::Bare(end)) => Self::Spsc(Held::Batches(Batches::new(clock, end, max, linger))),
            Self::Any(Held::Bare(end)) => Self::Any(Held::Batches(Batches::new(clock, end, max, linger))),
            _ => unreachable!("a stream is no end"),
        }
    }

    /// The end, and the batch that was being collected.
    fn out_of_batches(self) -> (Self, Vec<Value>) {
        fn apart<S: Source>(held: Held<S>) -> (Held<S>, Vec<S::Item>) {
            let Held::Batches(batches) = held else { unreachable!("asked before") };
            let (end, partial) = batches.into_inner();
            (Held::Bare(end), partial)
        }
        fn with<S: Source<Item = Value>>(held: Held<S>, of: fn(Held<S>) -> RxEnd) -> (RxEnd, Vec<Value>) {
            let (held, partial) = apart(held);
            (of(held), partial)
        }
        match self {
            Self::Plain(held) => with(held, Self::Plain),
            Self::Exclusive(held) => with(held, Self::Exclusive),
            Self::Spsc(held) => with(held, Self::Spsc),
            Self::Any(held) => with(held, Self::Any),
        }
    }

    /// The next batch, and whether the stream says that it is over.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> (Poll<Option<Vec<Value>>>, bool) {
        fn next<S: Source>(held: &mut Held<S>, cx: &mut Context<'_>) -> (Poll<Option<Vec<S::Item>>>, bool) {
            let Held::Batches(batches) = held else { unreachable!("asked before") };
            let polled = std::pin::Pin::new(&mut *batches).poll_next(cx);
            (polled, batches.is_terminated())
        }
        each_held!(self, held => next(held, cx))
    }

    fn take_partial(&mut self) -> Vec<Value> {
        fn take<S: Source>(held: &mut Held<S>) -> Vec<S::Item> {
            let Held::Batches(batches) = held else { unreachable!("asked before") };
            batches.take_partial()
        }
        each_held!(self, held => take(held))
    }

    /// How many values each shard has, of a receiver from any.
    pub(crate) fn shard_lens(&self) -> Option<Vec<usize>> {
        let Self::Any(held) = self else { return None };
        Some(held.peek().shards().iter().map(|shard| shard.len()).collect())
    }
}

impl World {
    /// Makes a stream of batches of the end, or gives the end back.
    pub fn turn_batches(&mut self, who: u8, arg: u8) {
        let Some((at, _)) = self.free_rx(who) else { return };
        if self.rx[at].free().expect("free").is_stream() {
            return;
        }
        let seat = &mut self.rx[at];
        let end = seat.end.take().expect("free").into_inner();
        if let Some(batching) = seat.batching.take() {
            let (end, partial) = end.out_of_batches();
            seat.end = Some(Lease::new(end));
            check_collected(&partial, &batching.partial);
            let stream = seat.stream;
            return self.waits.leave(stream);
        }
        let (clock, max) = (Clock::new(), 1 + usize::from(arg >> 4 & 3));
        let linger = [Duration::from_secs(1), Duration::ZERO, Duration::MAX][usize::from(arg % 3)];
        seat.end = Some(Lease::new(end.into_batches(&clock, max, linger)));
        seat.batching = Some(Batching { max, linger, clock, partial: Vec::new(), ended: false });
    }

    pub fn poll_batch(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who).filter(|&(at, _)| self.rx[at].batching.is_some()) else { return };
        let stream = self.rx[at].stream;
        let batching = self.rx[at].batching.as_ref().expect("asked before");
        let (before, max, linger, ended) = (batching.partial.len(), batching.max, batching.linger, batching.ended);
        let come = self.model.len(place).min(max - before);
        let left = self.model.len(place) - come;
        // Without a linger it looks once: for the end only if there was nothing.
        let looks_on = if linger.is_zero() { come == 0 } else { before + come < max };
        let ends = looks_on && left == 0 && self.model.is_closed(place);
        let waits = looks_on && !ends && !ended;
        let end = self.rx[at].end.as_mut().expect("free").get();
        let (polled, over) =
            self.waits.poll(stream, arg & 1 == 1, |waker| (waits, end.poll_batch(&mut Context::from_waker(waker))));
        if ended {
            assert!(matches!(polled, Poll::Ready(None)) && over, "it had ended");
            return;
        }
        let lens = self.rx[at].free().expect("free").shard_lens();
        let collected = self.collect(place, come, lens);
        if come > 0 && waits {
            self.waits.waits_anew(stream);
        }
        let batching = self.rx[at].batching.as_mut().expect("asked before");
        batching.partial.extend(collected);
        batching.ended = ends;
        assert_eq!(over, ends, "a stream of batches is over once it has come to the end");
        let in_time = batching.is_timed() && batching.clock.is_over();
        let ready = ends || !waits || !batching.partial.is_empty() && in_time;
        match polled {
            Poll::Pending => assert!(!ready, "pending with {:?}", batching.partial),
            Poll::Ready(None) => assert!(ends && batching.partial.is_empty(), "over with {:?}", batching.partial),
            Poll::Ready(Some(batch)) => {
                assert!(ready && !batch.is_empty(), "too early: {batch:?}");
                check_collected(&batch, &std::mem::take(&mut batching.partial));
            }
        }
    }

    /// The model takes out of a place what was collected from it: so many, of any shard as many as are there less.
    pub(crate) fn collect(&mut self, place: Place, come: usize, lens: Option<Vec<usize>>) -> Vec<Collected> {
        let mut collected = Vec::new();
        for shard in self.model.of(place) {
            let queue = &mut self.model.shards[shard].queue;
            let more = lens.as_ref().map_or(come, |lens| queue.len() - lens[shard]);
            collected.extend(queue.drain(..more).map(|id| Collected { id, shard }));
        }
        assert_eq!(collected.len(), come, "collected so many from {place:?}, {:?}", self.model.starved(place));
        collected
    }

    pub fn take_partial(&mut self, who: u8, _: u8) {
        let Some((at, _)) = self.free_rx(who).filter(|&(at, _)| self.rx[at].batching.is_some()) else { return };
        let partial = self.rx[at].free().expect("free").take_partial();
        let batching = self.rx[at].batching.as_mut().expect("asked before");
        check_collected(&partial, &std::mem::take(&mut batching.partial));
    }

    /// The time of the batch that is being collected is over.
    pub fn expire_batch(&mut self, who: u8, _: u8) {
        let Some((at, _)) = self.free_rx(who) else { return };
        if let Some(batching) = self.rx[at].batching.as_ref().filter(|it| it.is_timed() && !it.partial.is_empty()) {
            batching.clock.expire();
        }
    }
}
