//! P5 and P4 at random: operations polled, dropped and started again in any order lose no value and no wake-up.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;

use extra2::{Channel, Mpmc, Runner, RxEnd, Spsc, TxEnd};
use hel::{Receiver, RecvFuture, SendFuture, Sender};
use support::rng::Rng;
use support::waker::CountingWaker;
use support::{Counted, Ledger, limit, poll_with};

/// A future polled by hand, by a task that knows whether it was woken.
struct Task<F> {
    future: F,
    waker: Arc<CountingWaker>,
    seen: usize,
    fresh: bool,
}

impl<F: Future + Unpin> Task<F> {
    fn new(future: F) -> Self {
        Self { future, waker: CountingWaker::new(), seen: 0, fresh: true }
    }

    /// Whether an executor would poll it now.
    fn is_woken(&self) -> bool {
        self.fresh || self.waker.wakes() > self.seen
    }

    fn poll(&mut self) -> Poll<F::Output> {
        (self.fresh, self.seen) = (false, self.waker.wakes());
        poll_with(&mut self.future, &self.waker.waker())
    }

    /// Another task takes the future over and polls it: its waker is the one that counts.
    fn migrate(&mut self) -> Poll<F::Output> {
        self.waker = CountingWaker::new();
        self.poll()
    }
}

type Sending<'c> = (u64, Task<SendFuture<&'c Sender<u64>>>);
type Receiving<'c> = Task<RecvFuture<&'c Receiver<u64>>>;

/// A channel, tasks at both ends, and what must be in the channel by now.
struct World<'c> {
    tx: &'c Sender<u64>,
    rx: &'c Receiver<u64>,
    inside: VecDeque<u64>,
    last: u64,
    sends: [Option<Sending<'c>>; 4],
    receives: [Option<Receiving<'c>>; 4],
}

impl<'c> World<'c> {
    fn new(tx: &'c Sender<u64>, rx: &'c Receiver<u64>) -> Self {
        Self { tx, rx, inside: VecDeque::new(), last: 0, sends: Default::default(), receives: Default::default() }
    }

    fn has_room(&self) -> bool {
        self.inside.len() < self.tx.capacity()
    }

    fn start(&mut self, at: usize, is_send: bool) {
        if !is_send {
            self.receives[at].get_or_insert_with(|| Task::new(self.rx.recv_async()));
        } else if self.sends[at].is_none() {
            self.last += 1;
            self.sends[at] = Some((self.last, Task::new(self.tx.send_async(self.last))));
        }
    }

    fn poll_send(&mut self, at: usize, migrate: bool) {
        let has_room = self.has_room();
        let Some((value, task)) = &mut self.sends[at] else { return };
        match if migrate { task.migrate() } else { task.poll() } {
            Poll::Ready(result) => {
                assert_eq!(result, Ok(()));
                assert!(has_room, "sent into a full channel");
                self.inside.push_back(*value);
                self.sends[at] = None;
            }
            Poll::Pending => assert!(!has_room, "pending beside room"),
        }
    }

    fn poll_receive(&mut self, at: usize, migrate: bool) {
        let Some(task) = &mut self.receives[at] else { return };
        match if migrate { task.migrate() } else { task.poll() } {
            Poll::Ready(result) => {
                assert_eq!(result.ok(), self.inside.pop_front(), "in the order in which the sends were ready");
                self.receives[at] = None;
            }
            Poll::Pending => assert!(self.inside.is_empty(), "pending beside an item"),
        }
    }

    /// One random step of one task: started, polled because woken, polled for nothing, moved to another task, dropped.
    fn step(&mut self, rng: &mut Rng) {
        let (at, is_send) = (rng.below(4), rng.one_in(2));
        match rng.below(10) {
            0 if is_send => self.sends[at] = None,
            0 => self.receives[at] = None,
            1 if is_send => self.poll_send(at, true),
            1 => self.poll_receive(at, true),
            2 if is_send => self.poll_send(at, false),
            2 => self.poll_receive(at, false),
            3 if is_send && self.has_room() => {
                self.last += 1;
                self.inside.push_back(self.last);
                self.tx.try_send(self.last).unwrap();
            }
            3 => assert_eq!(self.rx.try_recv().ok(), self.inside.pop_front()),
            4 | 5 => self.start(at, is_send),
            _ => drop(self.run(at)),
        }
    }

    /// What an executor does with the tasks at `at`. True if it polled one.
    fn run(&mut self, at: usize) -> bool {
        let send = self.sends[at].as_ref().is_some_and(|(_, task)| task.is_woken());
        let receive = self.receives[at].as_ref().is_some_and(Task::is_woken);
        if send {
            self.poll_send(at, false);
        }
        if receive {
            self.poll_receive(at, false);
        }
        send || receive
    }

    /// Runs until no task is woken. Nobody may then wait beside what it waits for.
    fn settle(&mut self) {
        while (0..4).fold(false, |any, at| self.run(at) | any) {}
        let receivers = self.receives.iter().flatten().count();
        assert!(receivers == 0 || self.inside.is_empty(), "{receivers} receivers sleep beside {:?}", self.inside);
        let senders = self.sends.iter().flatten().count();
        assert!(senders == 0 || !self.has_room(), "{senders} senders sleep beside room, {:?}", self.inside);
    }
}

#[test]
fn random_schedules_of_hand_polled_tasks() {
    limit(|| {
        for seed in 0..600 {
            let mut rng = Rng::new(seed);
            let (tx, rx) = hel::bounded(1 + rng.below(3));
            let mut world = World::new(&tx, &rx);
            for _ in 0..20 {
                (0..rng.below(40)).for_each(|_| world.step(&mut rng));
                world.settle();
            }
        }
    });
}

/// Receives in a task that gives up at random: after some polls, and at times after it was woken.
fn receive_at_random<K: Channel>(rx: &mut K::Rx<Counted>, seed: u64) -> Vec<usize> {
    let (mut rng, runner, mut got) = (Rng::new(seed), Runner::new(), Vec::new());
    loop {
        let mut future = rx.recv_async();
        let polls = rng.below(3);
        let early = (0..polls).find_map(|_| match poll_with(&mut future, runner.waker()) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        });
        let result = match early {
            Some(result) => result,
            None if rng.one_in(2) => runner.run(future),
            None => {
                thread::yield_now();
                continue;
            }
        };
        match result {
            Ok(value) => got.push(value.id),
            Err(_) => return got,
        }
    }
}

/// Sends all values in a task that gives up at random and starts again with the value that it got back.
fn send_at_random<K: Channel>(tx: &mut K::Tx<Counted>, values: Vec<Counted>, seed: u64) {
    let (mut rng, runner) = (Rng::new(seed), Runner::new());
    for value in values {
        let mut value = Some(value);
        while let Some(unsent) = value.take() {
            let mut future = tx.send_async(unsent);
            let polls = rng.below(3);
            if (0..polls).any(|_| poll_with(&mut future, runner.waker()).is_ready()) {
                assert!(future.take().is_none(), "what was sent does not come back");
            } else if rng.one_in(2) {
                runner.run(&mut future).unwrap();
            } else {
                value = future.take();
                assert!(value.is_some(), "what was not sent comes back");
            }
        }
    }
}

/// Two threads at each end of an MPMC channel, and one at each end of an SPSC channel.
fn cancel_on_threads<K: Channel>(mut senders: Vec<K::Tx<Counted>>, receivers: Vec<K::Rx<Counted>>, each: usize) {
    let ledger = Ledger::new();
    let total = each * senders.len();
    let live = AtomicUsize::new(senders.len());
    let mut got = thread::scope(|scope| {
        for (seed, mut tx) in senders.drain(..).enumerate() {
            let (values, live) = (ledger.values(each), &live);
            scope.spawn(move || {
                send_at_random::<K>(&mut tx, values, seed as u64);
                live.fetch_sub(1, SeqCst);
            });
        }
        let receive = |(seed, mut rx)| scope.spawn(move || receive_at_random::<K>(&mut rx, 100 + seed as u64));
        let threads: Vec<_> = receivers.into_iter().enumerate().map(receive).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(live.load(SeqCst), 0, "receivers are disconnected after the last sender only");
    got.sort_unstable();
    assert_eq!(got, (0..total).collect::<Vec<_>>());
    ledger.assert_each_dropped_once();
}

#[test]
fn tasks_on_threads_that_give_up_at_random() {
    for capacity in [1, 2, 7] {
        limit(|| {
            let (tx, rx) = hel::bounded(capacity);
            cancel_on_threads::<Mpmc>(vec![tx.clone(), tx], vec![rx.clone(), rx], 2_000);
            let (tx, rx) = hel::channel::spsc::bounded(capacity);
            cancel_on_threads::<Spsc>(vec![tx], vec![rx], 3_000);
        });
    }
}
