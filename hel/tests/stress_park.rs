//! P4, wake-up, on the real machine: a million messages of which nearly each finds its peer asleep, or about to be.
//!
//! Models cannot show what a real barrier does; here a wake-up that is lost is a hang, which the watchdog ends.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use extra1::{Kind, Mpmc, RecvEnd, SendEnd, Spsc, block_on};
use support::rng::Rng;
use support::waker::CountingWaker;
use support::watchdog::limit_of;

const HOUR: Duration = Duration::from_secs(3600);

/// Fails by hanging. Each test takes a few seconds; on a machine that is busy otherwise, many.
fn limit(body: impl FnOnce()) {
    limit_of(Duration::from_secs(120), body);
}

/// How one end waits. A thread spins a little first; a task never does, so that it sleeps each time.
#[derive(Clone, Copy, Debug)]
enum Wait {
    Thread,
    /// A thread with a limit that is never reached.
    Timed,
    Task,
    /// A task that is polled once, gives up, and then waits in earnest.
    Cancelling,
}

impl Wait {
    fn send(self, tx: &mut impl SendEnd<u64>, value: u64) {
        match self {
            Self::Thread => tx.send(value).unwrap(),
            Self::Timed => tx.send_timeout(value, HOUR).unwrap(),
            Self::Task => block_on(tx.send_async(value)).unwrap(),
            Self::Cancelling => {
                let mut slot = Some(value);
                let _ = support::poll_once(&mut tx.send_ref_async(&mut slot));
                if let Some(value) = slot {
                    block_on(tx.send_async(value)).unwrap();
                }
            }
        }
    }

    fn recv(self, rx: &mut impl RecvEnd<u64>) -> u64 {
        match self {
            Self::Thread => rx.recv().unwrap(),
            Self::Timed => rx.recv_timeout(HOUR).unwrap(),
            Self::Task => block_on(rx.recv_async()).unwrap(),
            Self::Cancelling => {
                let polled = support::poll_once(&mut rx.recv_async());
                if let Poll::Ready(value) = polled { value.unwrap() } else { block_on(rx.recv_async()).unwrap() }
            }
        }
    }
}

/// There and back over two channels: at most one of the two threads has anything to do.
fn ping_pong<K: Kind>(here: Wait, there: Wait, rounds: u64) {
    let (mut ping, mut pinged) = K::bounded(1);
    let (mut pong, mut ponged) = K::bounded(1);
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..rounds {
                let value = there.recv(&mut pinged);
                there.send(&mut pong, value + 1);
            }
        });
        for round in 0..rounds {
            here.send(&mut ping, round);
            assert_eq!(here.recv(&mut ponged), round + 1, "{here:?} and {there:?}");
        }
    });
}

#[test]
fn mpmc_ping_pong() {
    limit(|| {
        ping_pong::<Mpmc>(Wait::Thread, Wait::Thread, 60_000);
        ping_pong::<Mpmc>(Wait::Thread, Wait::Task, 60_000);
        ping_pong::<Mpmc>(Wait::Task, Wait::Task, 60_000);
        ping_pong::<Mpmc>(Wait::Timed, Wait::Cancelling, 20_000);
    });
}

#[test]
fn spsc_ping_pong() {
    limit(|| {
        ping_pong::<Spsc>(Wait::Thread, Wait::Thread, 60_000);
        ping_pong::<Spsc>(Wait::Thread, Wait::Task, 60_000);
        ping_pong::<Spsc>(Wait::Task, Wait::Task, 60_000);
        ping_pong::<Spsc>(Wait::Timed, Wait::Cancelling, 20_000);
    });
}

/// One way through a few slots: both ends sleep, each at its own edge of the ring.
fn one_way<K: Kind>(capacity: usize, sender: Wait, receiver: Wait, count: u64) {
    let (mut tx, mut rx) = K::bounded(capacity);
    thread::scope(|scope| {
        scope.spawn(move || (0..count).for_each(|value| sender.send(&mut tx, value)));
        (0..count).for_each(|value| assert_eq!(receiver.recv(&mut rx), value, "{sender:?} to {receiver:?}"));
    });
}

#[test]
fn mpmc_one_way() {
    limit(|| {
        one_way::<Mpmc>(1, Wait::Thread, Wait::Thread, 80_000);
        one_way::<Mpmc>(1, Wait::Task, Wait::Thread, 80_000);
        one_way::<Mpmc>(1, Wait::Cancelling, Wait::Task, 80_000);
        one_way::<Mpmc>(3, Wait::Task, Wait::Timed, 80_000);
    });
}

#[test]
fn spsc_one_way() {
    limit(|| {
        one_way::<Spsc>(1, Wait::Thread, Wait::Thread, 80_000);
        one_way::<Spsc>(1, Wait::Task, Wait::Thread, 80_000);
        one_way::<Spsc>(1, Wait::Cancelling, Wait::Task, 80_000);
        one_way::<Spsc>(3, Wait::Task, Wait::Timed, 80_000);
    });
}

/// Two at each end of one channel; nobody is told how many values to expect but by the end of the channel.
fn two_to_two(capacity: usize, senders: [Wait; 2], receivers: [Wait; 2], count: u64) {
    let (tx, rx) = hel::bounded(capacity);
    let sum: u64 = thread::scope(|scope| {
        for sender in senders {
            let mut tx = tx.clone();
            scope.spawn(move || (1..=count).for_each(|value| sender.send(&mut tx, value)));
        }
        let sums = receivers.map(|receiver| {
            let mut rx = rx.clone();
            scope.spawn(move || (0..count).map(|_| receiver.recv(&mut rx)).sum::<u64>())
        });
        drop((tx, rx));
        sums.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(sum, count * (count + 1), "{senders:?} to {receivers:?}");
}

#[test]
fn two_to_two_through_one_slot() {
    limit(|| {
        two_to_two(1, [Wait::Thread; 2], [Wait::Thread; 2], 40_000);
        two_to_two(1, [Wait::Task; 2], [Wait::Task; 2], 40_000);
        two_to_two(1, [Wait::Thread, Wait::Task], [Wait::Task, Wait::Thread], 40_000);
        two_to_two(1, [Wait::Timed, Wait::Cancelling], [Wait::Cancelling, Wait::Timed], 40_000);
    });
}

#[test]
fn two_to_two_through_two_slots() {
    limit(|| {
        two_to_two(2, [Wait::Thread; 2], [Wait::Task; 2], 40_000);
        two_to_two(2, [Wait::Task; 2], [Wait::Thread; 2], 40_000);
        two_to_two(2, [Wait::Task, Wait::Cancelling], [Wait::Task, Wait::Cancelling], 40_000);
    });
}

/// Two clients ask, two servers answer, and a client asks again only once it is answered: nobody sends anything later
/// that could wake a sleeper whom the protocol forgot.
fn two_clients_and_two_servers(clients: Wait, servers: Wait, rounds: u64) {
    let (ask, asked) = hel::bounded(2);
    let (answer, answered) = hel::bounded(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (mut asked, mut answer) = (asked.clone(), answer.clone());
            scope.spawn(move || {
                for _ in 0..rounds {
                    let value = servers.recv(&mut asked);
                    servers.send(&mut answer, value);
                }
            });
            let (mut ask, mut answered) = (ask.clone(), answered.clone());
            scope.spawn(move || {
                for round in 0..rounds {
                    clients.send(&mut ask, round);
                    let value = clients.recv(&mut answered);
                    assert!(value < rounds, "{value} was never sent");
                }
            });
        }
    });
    assert!(asked.is_empty() && answered.is_empty());
}

#[test]
fn two_clients_and_two_servers_never_all_sleep() {
    limit(|| {
        two_clients_and_two_servers(Wait::Thread, Wait::Thread, 30_000);
        two_clients_and_two_servers(Wait::Task, Wait::Task, 30_000);
        two_clients_and_two_servers(Wait::Thread, Wait::Task, 30_000);
    });
}

/// What the two threads of [`last_message_of_a_quiet_run`] tell each other without hel.
#[derive(Default)]
struct Beside {
    started: AtomicUsize,
    sent: AtomicUsize,
    ended: AtomicUsize,
    /// Lines that both write in turn: stores to them are slow, and what is stored after them is seen late.
    slow: [Line; 32],
}

#[derive(Default)]
#[repr(align(128))]
struct Line(AtomicUsize);

impl Beside {
    fn touch(&self, round: usize) {
        self.slow.iter().for_each(|line| line.0.store(round, Ordering::Relaxed));
    }
}

/// Sends runs, each with one message after it that meets a receiver about to sleep.
fn sends_runs_and_a_last(tx: &mut impl SendEnd<usize>, beside: &Beside, run: usize, rounds: usize) {
    let mut rng = Rng::new(1);
    for round in 1..=rounds {
        (0..run).for_each(|n| send_now(tx, n));
        beside.started.store(round, Ordering::Release);
        spin_until(|| tx.is_empty());
        (0..rng.below(64)).for_each(|_| std::hint::spin_loop());
        beside.touch(round);
        send_now(tx, round);
        beside.sent.store(round, Ordering::Release);
        spin_until(|| beside.ended.load(Ordering::Acquire) >= round);
    }
}

/// Sends where there is room. An MPMC ring may say Full all the same, while its receiver is stopped half-way.
fn send_now(tx: &mut impl SendEnd<usize>, value: usize) {
    spin_until(|| tx.try_send(value).is_ok());
}

/// Takes each run without waiting, then polls for the last message: ready, or woken once that was sent. Returns how
/// often it was neither.
fn takes_runs_and_waits(rx: &mut impl RecvEnd<usize>, beside: &Beside, run: usize, rounds: usize) -> usize {
    let mut forgotten = 0;
    let counting = CountingWaker::new();
    let waker = counting.waker();
    for round in 1..=rounds {
        beside.touch(round);
        spin_until(|| beside.started.load(Ordering::Acquire) >= round);
        (0..run).for_each(|n| assert_eq!(rx.try_recv(), Ok(n)));
        let before = counting.wakes();
        let mut recv = rx.recv_async();
        if support::poll_with(&mut recv, &waker).is_pending() {
            spin_until(|| beside.sent.load(Ordering::Acquire) >= round);
            // Not a panic, which would leave the sender waiting for ever.
            forgotten += usize::from(counting.wakes() == before);
            assert_eq!(support::poll_once(&mut recv), Poll::Ready(Ok(round)));
        }
        beside.ended.store(round, Ordering::Release);
    }
    forgotten
}

/// Waits without hel, and without a fence that could stand in for one that is missing there.
fn spin_until(mut done: impl FnMut() -> bool) {
    let mut looks = 0;
    while !done() {
        looks += 1;
        if looks % 256 == 0 { thread::yield_now() } else { std::hint::spin_loop() }
    }
}

/// The receiver goes to sleep while the last message of a run, after which nothing comes, is on its way.
fn last_messages_arrive<K: Kind>(run: usize, rounds: usize) {
    let (mut tx, mut rx) = K::bounded(run);
    let beside = Beside::default();
    thread::scope(|scope| {
        scope.spawn(|| sends_runs_and_a_last(&mut tx, &beside, run, rounds));
        let forgotten = takes_runs_and_waits(&mut rx, &beside, run, rounds);
        assert_eq!(forgotten, 0, "messages sent, and nobody woke the receiver");
    });
}

/// A store is late by some 100 ns, so it takes optimised code to meet it: without the barriers a release build fails
/// nearly each time where two processors are free, and a debug build hardly ever.
const ROUNDS: usize = if cfg!(debug_assertions) { 10_000 } else { 60_000 };

/// One after the other: the two threads need two processors for themselves.
#[test]
fn the_last_message_of_a_run_arrives() {
    limit(|| {
        // After a long run the sender fences no more: only the receiver's heavy barrier can save the last message.
        last_messages_arrive::<Spsc>(256, ROUNDS);
        last_messages_arrive::<Mpmc>(256, ROUNDS);
        // In short runs it fences each time, and the receiver runs no heavy barrier.
        last_messages_arrive::<Spsc>(1, ROUNDS);
        last_messages_arrive::<Mpmc>(1, ROUNDS);
    });
}
