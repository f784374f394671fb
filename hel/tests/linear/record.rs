//! Records what threads and tasks do to a queue.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst, fence};
use std::thread;

use super::history::{Event, History, Value, What};
use super::support::rng::Rng;

/// The way in which one operation is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Tries once.
    Try,
    /// A blocking call with a limit of nothing.
    Zero,
    /// A future that is polled once or twice, and dropped if it is not ready.
    Dropped,
    /// Tries with two at once.
    TryBatch,
    /// Blocks the thread.
    Block,
    /// A task, run to its end.
    Task,
    /// Blocks the thread with two at once.
    Batch,
}

/// Those who never wait come first.
const WAYS: [Way; 7] = [Way::Try, Way::Zero, Way::Dropped, Way::TryBatch, Way::Block, Way::Task, Way::Batch];
const NEVER_WAIT: usize = 4;

impl Way {
    /// How many values it is about.
    pub(crate) fn values(self) -> usize {
        if matches!(self, Self::Batch | Self::TryBatch) { 2 } else { 1 }
    }
}

/// Something that may be a queue. Each operation says what it came to, step by step.
pub(crate) trait Queue: Sync {
    /// Sends `values`, as many as the way is about.
    fn send(&self, way: Way, values: Vec<Value>) -> Vec<What>;
    fn recv(&self, way: Way) -> Vec<What>;
    fn close(&self);
}

/// What kind of histories.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) capacity: usize,
    pub(crate) threads: usize,
    /// Of each thread.
    pub(crate) operations: usize,
    /// So many threads send and the others receive. None: each does both.
    pub(crate) senders: Option<usize>,
}

/// One history to be.
struct Round<Q> {
    queue: Q,
    clock: AtomicU32,
    arrived: AtomicUsize,
}

impl<Q: Queue> Round<Q> {
    /// A number that is later than all that was given out before. The fences keep the operation that is timed between
    /// its two stamps for every observer: an unfenced publish could still be on its way at the second one.
    fn stamp(&self) -> u32 {
        fence(SeqCst);
        let now = self.clock.fetch_add(1, SeqCst);
        fence(SeqCst);
        now
    }

    fn timed(&self, events: &mut Vec<Event>, f: impl FnOnce(&Q) -> Vec<What>) {
        let start = self.stamp();
        let whats = f(&self.queue);
        let end = self.stamp();
        events.extend(whats.into_iter().map(|what| Event { start, end, what }));
    }

    /// All threads begin at about the same time.
    fn meet(&self, threads: usize) {
        self.arrived.fetch_add(1, SeqCst);
        for spins in 0_usize.. {
            if self.arrived.load(SeqCst) == threads {
                return;
            }
            if spins < 200 { spin_loop() } else { thread::yield_now() }
        }
    }
}

/// Records `count` histories of queues made by `make`.
pub(crate) fn record<Q: Queue>(plan: Plan, make: fn(usize) -> Q, seed: u64, count: usize) -> Vec<History> {
    let round = |_| Round { queue: make(plan.capacity), clock: AtomicU32::new(0), arrived: AtomicUsize::new(0) };
    // Made where they are used: a queue need not be `Send`.
    let rounds: Vec<_> = (0..count).map(round).collect();
    let rounds = &rounds;
    let mut recorded: Vec<Vec<Vec<Event>>> = thread::scope(|scope| {
        let worker = |process| scope.spawn(move || work(plan, rounds, process, seed));
        let workers: Vec<_> = (0..plan.threads).map(worker).collect();
        workers.into_iter().map(|worker| worker.join().expect("no operation panics")).collect()
    });
    let history = |(at, round)| {
        let mut processes: Vec<_> = recorded.iter_mut().map(|worker| std::mem::take(&mut worker[at])).collect();
        processes.push(drain(round));
        History { capacity: plan.capacity, processes }
    };
    rounds.iter().enumerate().map(history).collect()
}

/// What one process does in each round.
fn work<Q: Queue>(plan: Plan, rounds: &[Round<Q>], process: usize, seed: u64) -> Vec<Vec<Event>> {
    let mut rng = Rng::new(seed * 64 + process as u64);
    let play = |round: &Round<Q>| {
        round.meet(plan.threads);
        play(plan, round, process, &mut rng)
    };
    rounds.iter().map(play).collect()
}

/// What one process does in one round. The first one never waits, and closes the channel at its end, which ends the
/// waits of the others.
fn play<Q: Queue>(plan: Plan, round: &Round<Q>, process: usize, rng: &mut Rng) -> Vec<Event> {
    let mut events = Vec::new();
    let mut fresh = (process * 16) as Value..;
    let ways = if process == 0 { &WAYS[..NEVER_WAIT] } else { &WAYS };
    for _ in 0..plan.operations {
        let way = ways[rng.below(ways.len())];
        if plan.senders.map_or_else(|| rng.one_in(2), |senders| process < senders) {
            let values = fresh.by_ref().take(way.values()).collect();
            round.timed(&mut events, |queue| queue.send(way, values));
        } else {
            round.timed(&mut events, |queue| queue.recv(way));
        }
        if rng.one_in(8) {
            thread::yield_now();
        }
    }
    if process == 0 {
        round.timed(&mut events, |queue| {
            queue.close();
            vec![What::Close]
        });
    }
    events
}

/// What is left when all have ended.
fn drain<Q: Queue>(round: &Round<Q>) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    while !events.last().is_some_and(|event| event.what == What::Drained) {
        round.timed(&mut events, |queue| queue.recv(Way::Try));
    }
    events
}
