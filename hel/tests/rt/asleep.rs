//! Nobody sleeps beside what it waits for. Tasks with limits are polled only when woken, time passes in leaps, tasks
//! are dropped while others stand in the same queue; when all is quiet, no receiver waits beside a value and no sender
//! beside room, and what went in has come out.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use hel::channel::mpmc;
use hel::rt::{gather, timeout};
use hel::{Borrowed, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source, Target};

use crate::clock::Clock;
use crate::support::rng::Rng;
use crate::support::waker::CountingWaker;
use crate::support::{limit, poll_with};

/// What went in and what came out.
#[derive(Clone, Default)]
struct Books(Rc<RefCell<[Vec<u32>; 2]>>);

impl Books {
    fn sent(&self, values: impl IntoIterator<Item = u32>) {
        self.0.borrow_mut()[0].extend(values);
    }

    fn received(&self, values: impl IntoIterator<Item = u32>) {
        self.0.borrow_mut()[1].extend(values);
    }
}

/// The `Vec` of a batch, which is booked when its task ends or is dropped.
struct Batch<'a> {
    values: Vec<u32>,
    book: &'a dyn Fn(Vec<u32>),
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        (self.book)(std::mem::take(&mut self.values));
    }
}

struct Task<'a> {
    sends: bool,
    future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    waker: Arc<CountingWaker>,
    seen: usize,
}

impl<'a> Task<'a> {
    fn new(sends: bool, future: impl Future<Output = ()> + 'a) -> Self {
        Self { sends, future: Box::pin(future), waker: CountingWaker::new(), seen: 0 }
    }

    fn is_woken(&self) -> bool {
        self.waker.wakes() > self.seen
    }

    /// Polls it, and says whether it is over.
    fn poll(&mut self) -> bool {
        self.seen = self.waker.wakes();
        poll_with(&mut self.future, &self.waker.waker()).is_ready()
    }
}

async fn receive<S: Source<Item = u32>>(end: S, kind: usize, clock: Clock, time: Duration, books: Books) {
    let book = |values| books.received(values);
    let mut batch = Batch { values: Vec::new(), book: &book };
    match kind {
        0 => batch.values.extend(timeout(clock, time, RecvFuture::new(end)).await),
        1 => _ = timeout(clock, time, RecvBatchFuture::new(end, &mut batch.values, 2)).await,
        _ => _ = gather(clock, end, &mut batch.values, 3, time).await,
    }
}

async fn send<K: Target<Item = u32>>(end: K, kind: usize, first: u32, clock: Clock, time: Duration, books: Books) {
    let all = first..first + 3;
    let book = |left: Vec<u32>| books.sent(all.clone().filter(|value| !left.contains(value)));
    match kind {
        0 => {
            if timeout(clock, time, SendFuture::new(end, first)).await.is_ok() {
                books.sent([first]);
            }
        }
        1 => {
            let mut slot = Some(first);
            let _ = timeout(clock, time, SendRefFuture::new(end, &mut slot)).await;
            books.sent(slot.is_none().then_some(first));
        }
        _ => {
            let mut batch = Batch { values: all.clone().collect(), book: &book };
            let _ = timeout(clock, time, SendBatchFuture::new(end, &mut batch.values)).await;
        }
    }
}

/// `state` says how much room there is, and how many values.
fn play<S, K>(seed: u64, tx: K, rx: S, state: impl Fn() -> (usize, usize))
where
    S: Source<Item = u32> + Borrowed + Copy,
    K: Target<Item = u32> + Borrowed + Copy,
{
    let (mut rng, clock, books) = (Rng::new(seed), Clock::new(), Books::default());
    let mut tasks: Vec<Task<'_>> = Vec::new();
    for step in 0..400 {
        match rng.below(8) {
            0..=3 if tasks.len() < 6 => {
                let (kind, time) = (rng.below(3), Duration::from_nanos(rng.below(40) as u64));
                let (clock, books, sends) = (clock.clone(), books.clone(), rng.one_in(2));
                let mut task = match sends {
                    true => Task::new(sends, send(tx, kind, step * 3, clock, time, books)),
                    false => Task::new(sends, receive(rx, kind, clock, time, books)),
                };
                if !task.poll() {
                    tasks.push(task);
                }
            }
            4 if !tasks.is_empty() => drop(tasks.swap_remove(rng.below(tasks.len()))),
            5 => clock.advance(Duration::from_nanos(rng.below(20) as u64)),
            _ => {
                let woken: Vec<_> = (0..tasks.len()).filter(|&at| tasks[at].is_woken()).collect();
                if !woken.is_empty() {
                    poll_at(&mut tasks, woken[rng.below(woken.len())]);
                }
            }
        }
        if rng.one_in(4) {
            settle(&mut tasks);
            let (room, items) = state();
            let waits = |sends| tasks.iter().any(|task| task.sends == sends);
            assert!(items == 0 || !waits(false), "seed {seed}, step {step}: a receiver sleeps beside {items} values");
            assert!(room == 0 || !waits(true), "seed {seed}, step {step}: a sender sleeps beside room for {room}");
        }
    }
    tasks.clear();
    balance(seed, rx, books);
}

/// Receives what is left, and compares.
fn balance<S: Source<Item = u32> + Copy>(seed: u64, rx: S, books: Books) {
    let mut rest = Vec::new();
    while poll_with(&mut RecvBatchFuture::new(rx, &mut rest, 9), Waker::noop()).is_ready() {}
    books.received(rest);
    let [mut sent, mut received] = books.0.take();
    sent.sort_unstable();
    received.sort_unstable();
    assert!(!sent.is_empty() && sent == received, "seed {seed}: {sent:?} went in, {received:?} came out");
}

/// Polls who is woken until nobody is.
fn settle(tasks: &mut Vec<Task<'_>>) {
    while let Some(at) = tasks.iter().position(Task::is_woken) {
        poll_at(tasks, at);
    }
}

fn poll_at(tasks: &mut Vec<Task<'_>>, at: usize) {
    if tasks[at].poll() {
        tasks.swap_remove(at);
    }
}

#[test]
fn on_one_ring() {
    limit(|| {
        for seed in 0..300 {
            let (tx, rx) = hel::bounded(1 + seed as usize % 3);
            play(seed, &tx, &rx, || (tx.capacity() - tx.len(), rx.len()));
        }
    });
}

#[test]
fn on_three_rings() {
    limit(|| {
        for seed in 0..300 {
            let (tx, rx) = mpmc::round_robin::<u32, 1>(3);
            let full = || rx.shards().iter().filter(|shard| shard.is_full()).count();
            play(seed, &tx, &rx, || (3 - full(), full()));
        }
    });
}
