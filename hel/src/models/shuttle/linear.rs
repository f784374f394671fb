//! Histories of one shard, recorded under shuttle and checked like those of `tests/linear`: here a peer is often stopped
//! half-way, so that what P1 excepts happens as well.

#[path = "../../../tests/linear/history.rs"]
mod history;
#[path = "../../../tests/linear/search.rs"]
mod search;

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use self::history::{Event, History, Value, What};
use self::search::{Rules, linearizable};
use super::kit::{block_on, in_every_mode, join_all, poll_here};
use crate::errors::{RecvError, SendError, TryRecvError, TrySendError};
use crate::mpmc::{Receiver, Sender, bounded};
use crate::sync::{Arc, thread};

/// Histories that a queue without the exception would not have. The search is on one thread, and no step of the model.
static EXCEPTED: AtomicUsize = AtomicUsize::new(0);
/// Operations during which another thread's was under way, and all of them.
static OVERLAPPING: AtomicUsize = AtomicUsize::new(0);
static OPERATIONS: AtomicUsize = AtomicUsize::new(0);

/// A channel, and the stamps of its history.
struct Recorder {
    tx: Sender<Value>,
    rx: Receiver<Value>,
    clock: AtomicU32,
}

impl Recorder {
    /// All steps of a model have one order, so the number alone is a stamp: it needs no fence, and is no step.
    fn timed(&self, events: &mut Vec<Event>, f: impl FnOnce(&Self) -> Option<What>) {
        let start = self.clock.fetch_add(1, Ordering::Relaxed);
        let what = f(self);
        let end = self.clock.fetch_add(1, Ordering::Relaxed);
        events.extend(what.map(|what| Event { start, end, what }));
    }

    fn send(&self, value: Value) -> Option<What> {
        Some(match self.tx.send(value) {
            Ok(()) => What::Push(value),
            Err(_) => What::Refused,
        })
    }

    fn try_send(&self, value: Value) -> Option<What> {
        Some(match self.tx.try_send(value) {
            Ok(()) => What::Push(value),
            Err(TrySendError::Full(_)) => What::Full,
            Err(TrySendError::Disconnected(_)) => What::Refused,
        })
    }

    fn zero_send(&self, value: Value) -> Option<What> {
        Some(match self.tx.send_timeout(value, Duration::ZERO) {
            Ok(()) => What::Push(value),
            Err(SendError::TimeOut(..)) => What::Full,
            Err(SendError::Disconnected(_)) => What::Refused,
        })
    }

    fn dropped_send(&self, value: Value) -> Option<What> {
        match poll_here(&mut self.tx.send_async(value)) {
            std::task::Poll::Ready(sent) => Some(sent.map_or(What::Refused, |()| What::Push(value))),
            std::task::Poll::Pending => None,
        }
    }

    fn recv(&self) -> Option<What> {
        Some(block_on(self.rx.recv_async()).map_or(What::Drained, What::Pop))
    }

    fn try_recv(&self) -> Option<What> {
        Some(match self.rx.try_recv() {
            Ok(value) => What::Pop(value),
            Err(TryRecvError::Empty) => What::Empty,
            Err(TryRecvError::Disconnected) => What::Drained,
        })
    }

    fn zero_recv(&self) -> Option<What> {
        Some(match self.rx.recv_timeout(Duration::ZERO) {
            Ok(value) => What::Pop(value),
            Err(RecvError::TimeOut(_)) => What::Empty,
            Err(RecvError::Disconnected) => What::Drained,
        })
    }

    fn close(&self) -> Option<What> {
        self.tx.close().then_some(What::Close)
    }
}

type Step = fn(&Recorder) -> Option<What>;

/// Two that send, two that receive, one that does both, and closes.
const PROCESSES: [&[Step]; 4] = [
    &[|it| it.send(0), |it| it.try_send(1), |it| it.zero_recv()],
    &[|it| it.dropped_send(16), |it| it.zero_send(17), |it| it.send(18)],
    &[|it| it.try_recv(), |it| it.recv(), |it| it.try_send(32)],
    &[|it| it.try_recv(), |it| it.zero_recv(), |it| it.try_send(48), |it| it.close()],
];

fn story<const CAP: usize>() {
    let (tx, rx) = bounded(CAP);
    let recorder = Arc::new(Recorder { tx, rx, clock: AtomicU32::new(0) });
    let workers = PROCESSES.map(|steps| {
        let recorder = Arc::clone(&recorder);
        thread::spawn(move || {
            let mut events = Vec::new();
            steps.iter().for_each(|step| recorder.timed(&mut events, step));
            events
        })
    });
    let mut processes = join_all(workers);
    let mut rest: Vec<Event> = Vec::new();
    while rest.last().is_none_or(|event| event.what != What::Drained) {
        recorder.timed(&mut rest, Recorder::try_recv);
    }
    processes.push(rest);
    let history = History { capacity: CAP, processes };
    if !linearizable(&history, Rules::Strict) {
        assert!(linearizable(&history, Rules::Promised), "{history:?}");
        // ORDERING: Relaxed: a count.
        EXCEPTED.fetch_add(1, Ordering::Relaxed);
    }
    OPERATIONS.fetch_add(history.operations(), Ordering::Relaxed); // ORDERING: Relaxed: a count.
    OVERLAPPING.fetch_add(history.overlapping(), Ordering::Relaxed); // ORDERING: Relaxed: a count.
}

#[test]
fn histories_are_those_of_a_queue() {
    in_every_mode(story::<1>);
    in_every_mode(story::<2>);
    in_every_mode(story::<3>);
    // ORDERING: Relaxed: the searches have ended.
    let [operations, overlapping, excepted] =
        [&OPERATIONS, &OVERLAPPING, &EXCEPTED].map(|it| it.load(Ordering::Relaxed));
    println!("{operations} operations, {overlapping} overlapping; {excepted} histories needed the exception of P1");
    assert!(excepted > 0, "the schedules never stopped a peer half-way");
}
