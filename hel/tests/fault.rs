//! P2, P4, P5 and P8 with all faults at once, at random: wakers that panic as they are cloned, woken or dropped, values
//! whose drop panics or sends into the same channel, futures dropped or forgotten in any state, handles that go, closes.
#![cfg(not(hel_loom))]

mod support;

use std::mem::forget;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use hel::{Receiver, RecvFuture, SendFuture, Sender};
use support::rng::Rng;
use support::waker::{HostileWaker, Trap};
use support::{Counted, Ledger, limit, poll_with};

/// A value that is counted, may panic when it is dropped, and may send another one into its channel then.
struct Item {
    _counted: Counted,
    again: Option<(Sender<Item>, Ledger)>,
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some((tx, ledger)) = self.again.take() {
            // Whom that wakes may panic: not out of a drop that runs while another panic does.
            quiet(|| drop(tx.try_send(Item { _counted: ledger.value(), again: None })));
        }
    }
}

/// Runs `body` and says whether it panicked.
fn quiet(body: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

/// Panics that were asked for are not printed: there are thousands.
fn hush() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let asked = info.payload().downcast_ref::<String>().is_some_and(|text| text.ends_with("as asked"));
        if !asked {
            print(info);
        }
    }));
}

/// A future polled by hand, with a waker that may panic.
struct Task<F> {
    future: F,
    waker: Arc<HostileWaker>,
    seen: usize,
    fresh: bool,
}

impl<F: Future + Unpin> Task<F> {
    fn new(future: F) -> Self {
        Self { future, waker: HostileWaker::new(), seen: 0, fresh: true }
    }

    fn is_woken(&self) -> bool {
        self.fresh || self.waker.wakes() > self.seen
    }

    /// Polls it once: what it gives, and whether anything panicked.
    fn poll(&mut self) -> (Option<F::Output>, bool) {
        (self.fresh, self.seen) = (false, self.waker.wakes());
        let (waker, mut polled) = (self.waker.waker(), Poll::Pending);
        let panicked = quiet(|| polled = poll_with(&mut self.future, &waker));
        // By itself, since it may panic too.
        let panicked = panicked | quiet(|| drop(waker));
        (if let Poll::Ready(output) = polled { Some(output) } else { None }, panicked)
    }
}

/// Polls the task at `at`. It goes when it is ready or has panicked, as with any executor. True if it panicked.
fn poll_at<F: Future + Unpin>(tasks: &mut Vec<Task<F>>, at: usize) -> bool {
    let (output, mut panicked) = tasks[at].poll();
    if panicked || output.is_some() {
        let task = tasks.swap_remove(at);
        panicked |= quiet(|| drop(task)) | quiet(|| drop(output));
    }
    panicked
}

/// Polls those that were woken until none is.
fn run<F: Future + Unpin>(tasks: &mut Vec<Task<F>>) -> bool {
    let mut any = false;
    while let Some(at) = tasks.iter().position(Task::is_woken) {
        any = true;
        poll_at(tasks, at);
    }
    any
}

struct World {
    rng: Rng,
    ledger: Ledger,
    tx: Vec<Sender<Item>>,
    rx: Vec<Receiver<Item>>,
    sends: Vec<Task<SendFuture<Sender<Item>>>>,
    receives: Vec<Task<RecvFuture<Receiver<Item>>>>,
    /// Whether futures are forgotten: a wake-up then waits for the next operation.
    forgets: bool,
    is_closed: bool,
    /// What was seen to happen, so that a fault which no seed reaches is found out.
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    panics: usize,
    forgotten: usize,
    closed: usize,
    gone: usize,
    waited: usize,
}

const TASKS: usize = 6;

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let (tx, rx) = hel::bounded(1 + rng.below(4));
        let (forgets, ledger) = (seed % 2 == 1, Ledger::new());
        let (sends, receives, seen) = (Vec::new(), Vec::new(), Seen::default());
        Self { rng, ledger, tx: vec![tx], rx: vec![rx], sends, receives, forgets, is_closed: false, seen }
    }

    fn item(&mut self) -> Item {
        let counted = if self.rng.one_in(4) { self.ledger.panicking() } else { self.ledger.value() };
        let sends = self.rng.one_in(4);
        let again = self.tx.first().filter(|_| sends).map(|tx| (tx.clone(), self.ledger.clone()));
        Item { _counted: counted, again }
    }

    /// Sets a trap in the waker of some task.
    fn set_trap(&mut self) {
        let trap = [Trap::Wake, Trap::Clone, Trap::Drop][self.rng.below(3)];
        let wakers: Vec<_> =
            self.sends.iter().map(|task| &task.waker).chain(self.receives.iter().map(|task| &task.waker)).collect();
        if !wakers.is_empty() {
            wakers[self.rng.below(wakers.len())].set(trap);
        }
    }

    fn start(&mut self) {
        let item = self.item();
        let is_send = self.rng.one_in(2);
        match (is_send, self.tx.last(), self.rx.last()) {
            (true, Some(tx), _) if self.sends.len() < TASKS => {
                self.sends.push(Task::new(SendFuture::new(tx.clone(), item)));
            }
            (false, _, Some(rx)) if self.receives.len() < TASKS => {
                self.receives.push(Task::new(RecvFuture::new(rx.clone())));
                self.discard(item);
            }
            _ => self.discard(item),
        }
    }

    /// Drops something whose drop may panic.
    fn discard<T>(&mut self, value: T) {
        self.seen.panics += usize::from(quiet(|| drop(value)));
    }

    fn poll_any(&mut self) {
        let (sends, receives) = (self.sends.len(), self.receives.len());
        let panicked = match self.rng.one_in(2) {
            true if sends > 0 => poll_at(&mut self.sends, self.rng.below(sends)),
            false if receives > 0 => poll_at(&mut self.receives, self.rng.below(receives)),
            _ => false,
        };
        self.seen.panics += usize::from(panicked);
    }

    /// A task gives up.
    fn drop_any(&mut self) {
        if self.rng.one_in(2) && !self.sends.is_empty() {
            let task = self.sends.swap_remove(self.rng.below(self.sends.len()));
            self.discard(task);
        } else if !self.receives.is_empty() {
            let task = self.receives.swap_remove(self.rng.below(self.receives.len()));
            if self.forgets && self.rng.one_in(2) {
                self.seen.forgotten += 1;
                forget(task.future);
            } else {
                self.discard(task);
            }
        }
    }

    /// An operation that waits for nothing.
    fn try_one(&mut self) {
        let count = self.rng.below(4);
        let mut items: Vec<_> = (0..count).map(|_| self.item()).collect();
        let mut got = Vec::new();
        let (tx, rx) = (self.tx.first(), self.rx.first());
        let panicked = quiet(|| match (count, tx, rx) {
            (0, _, Some(rx)) => got.extend(rx.try_recv()),
            (1, _, Some(rx)) => drop(rx.try_recv_batch(&mut got, 3)),
            (_, Some(tx), _) => drop(tx.try_send_batch(&mut items)),
            _ => {}
        });
        self.seen.panics += usize::from(panicked);
        items.into_iter().chain(got).for_each(|item| self.discard(item));
    }

    /// Handles come and go, and once in a while the channel is closed.
    fn change_handles(&mut self) {
        let keep = usize::from(self.forgets);
        match self.rng.below(12) {
            0..4 => self.tx.extend(self.tx.first().cloned()),
            4..8 => self.rx.extend(self.rx.first().cloned()),
            8 if self.tx.len() > keep => self.tx.pop().into_iter().for_each(|tx| self.discard(tx)),
            9 if self.rx.len() > keep => {
                let rx = self.rx.pop();
                self.discard(rx);
                self.seen.gone += usize::from(self.rx.is_empty());
            }
            10 if self.rng.one_in(8) => {
                self.seen.closed += 1;
                self.is_closed = true;
                let (tx, rx) = (self.tx.first(), self.rx.first());
                quiet(|| {
                    tx.map(Sender::close).or_else(|| rx.map(Receiver::close));
                });
            }
            _ => {}
        }
    }

    fn step(&mut self) {
        match self.rng.below(12) {
            0..3 => self.start(),
            3..5 => self.poll_any(),
            5 => self.drop_any(),
            6..8 => self.try_one(),
            8 => self.change_handles(),
            9..11 => self.set_trap(),
            _ => _ = self.run(),
        }
    }

    fn run(&mut self) -> bool {
        run(&mut self.sends) | run(&mut self.receives)
    }

    /// Whoever waits when nobody is awake, waits with reason.
    fn settle(&mut self, seed: u64) {
        loop {
            while self.run() {}
            let before = self.sends.len() + self.receives.len();
            if self.forgets {
                // What a forgotten future was woken for is found by the next operation on its side.
                self.sends.iter_mut().for_each(|task| task.fresh = true);
                self.receives.iter_mut().for_each(|task| task.fresh = true);
                self.run();
            }
            if self.sends.len() + self.receives.len() == before {
                break;
            }
        }
        let (sends, receives) = (self.sends.len(), self.receives.len());
        self.seen.waited += usize::from(sends + receives > 0);
        // A task holds a handle, so an end with tasks is there.
        if let Some(rx) = self.rx.first() {
            let (len, capacity) = (rx.len(), rx.capacity());
            assert!(receives == 0 || len == 0, "seed {seed}: {receives} receivers sleep beside {len} values");
            assert!(sends == 0 || len == capacity, "seed {seed}: {sends} senders sleep beside {len} of {capacity}");
            assert!(!self.is_closed || sends + receives == 0, "seed {seed}: somebody sleeps in a closed channel");
        }
    }

    /// All goes, in any order: nothing is left, and nothing was dropped twice.
    fn end(mut self, seed: u64) -> Seen {
        let (sends, receives) = (std::mem::take(&mut self.sends), std::mem::take(&mut self.receives));
        let wakers = sends.iter().map(|task| &task.waker).chain(receives.iter().map(|task| &task.waker));
        let held: Vec<_> = wakers.cloned().collect();
        sends.into_iter().for_each(|task| self.discard(task));
        receives.into_iter().for_each(|task| self.discard(task));
        assert!(held.iter().all(|waker| waker.held() == 0), "seed {seed}: a waker is held by nobody's task");
        let (tx, rx) = (std::mem::take(&mut self.tx), std::mem::take(&mut self.rx));
        tx.into_iter().for_each(|tx| self.discard(tx));
        // A forgotten future holds a receiver, so that the last one never goes: then it is emptied by hand.
        while let Some(Ok(item)) = rx.first().map(Receiver::try_recv) {
            self.discard(item);
        }
        rx.into_iter().for_each(|rx| self.discard(rx));
        assert_eq!(self.ledger.alive(), 0, "seed {seed}");
        self.ledger.assert_each_dropped_once();
        self.seen
    }
}

/// Thousands of seeds, and each fault happens in many of them.
#[test]
fn all_faults_at_once() {
    hush();
    limit(|| {
        let mut total = Seen::default();
        for seed in 0..SEEDS {
            let mut world = World::new(seed);
            for _ in 0..16 {
                (0..world.rng.below(24)).for_each(|_| world.step());
                world.settle(seed);
            }
            let seen = world.end(seed);
            total.panics += seen.panics;
            total.forgotten += seen.forgotten;
            total.closed += seen.closed;
            total.gone += seen.gone;
            total.waited += seen.waited;
        }
        let Seen { panics, forgotten, closed, gone, waited } = total;
        let least = SEEDS as usize / 50;
        assert!([panics, forgotten, closed, gone, waited].iter().all(|&count| count > least), "{total:?}");
    });
}

const SEEDS: u64 = if cfg!(miri) { 20 } else { 4_000 };
