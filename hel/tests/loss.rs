//! P2, no loss and no duplicate: every value is received once, or handed back, or dropped once, whatever verbs mix.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use extra1::{Exclusive, Kind, Mpmc, RecvEnd, RecvVerb, SendEnd, SendVerb, Spsc, Why, recv_by, send_by};
use support::rng::Rng;
use support::{Ledger, limit};

/// How often each value was received.
struct Received(Vec<AtomicU8>);

impl Received {
    fn new(values: usize) -> Self {
        Self((0..values).map(|_| AtomicU8::new(0)).collect())
    }

    fn note(&self, value: usize) {
        let before = self.0[value].fetch_add(1, Ordering::Relaxed);
        assert_eq!(before, 0, "{value} was received twice");
    }

    fn assert_all(&self) {
        let lost: Vec<_> = (0..self.0.len()).filter(|&value| self.0[value].load(Ordering::Relaxed) == 0).collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
    }
}

/// Sends all of `values` in runs of up to 5, by verbs as they come; returns what was handed back at the end.
fn send_all<T>(tx: &mut impl SendEnd<T>, values: impl IntoIterator<Item = T>, rng: &mut Rng) -> Vec<T> {
    let mut values = values.into_iter().peekable();
    let mut run = Vec::new();
    while values.peek().is_some() || !run.is_empty() {
        if run.is_empty() {
            run.extend(values.by_ref().take(1 + rng.below(5)));
        }
        let verb = SendVerb::ALL[rng.below(SendVerb::ALL.len())];
        if send_by(tx, verb, &mut run) == Err(Why::Disconnected) {
            break;
        }
    }
    run.extend(values);
    run
}

/// Receives by verbs as they come, until the channel is disconnected or `enough` says so.
fn recv_until<T>(rx: &mut impl RecvEnd<T>, rng: &mut Rng, mut note: impl FnMut(T), mut enough: impl FnMut() -> bool) {
    let mut got = Vec::new();
    while !enough() {
        let verb = RecvVerb::ALL[rng.below(RecvVerb::ALL.len())];
        let received = recv_by(rx, verb, 1 + rng.below(5), &mut got);
        assert_eq!(received.unwrap_or(0), got.len(), "{verb:?} received what it says");
        got.drain(..).for_each(&mut note);
        if received == Err(Why::Disconnected) {
            return;
        }
    }
}

const EACH: usize = 3_000;

fn four_to_four(capacity: usize, seed: u64) {
    let received = Received::new(4 * EACH);
    let (tx, rx) = hel::bounded(capacity);
    thread::scope(|scope| {
        for id in 0..4 {
            let (mut tx, mut rx, received) = (tx.clone(), rx.clone(), &received);
            scope.spawn(move || {
                let unsent = send_all(&mut tx, id * EACH..(id + 1) * EACH, &mut Rng::new(seed ^ id as u64));
                assert_eq!(unsent, []);
            });
            scope.spawn(move || recv_until(&mut rx, &mut Rng::new(!seed ^ id as u64), |v| received.note(v), || false));
        }
        drop((tx, rx));
    });
    received.assert_all();
}

#[test]
fn four_to_four_through_one_slot() {
    limit(|| (0..3).for_each(|seed| four_to_four(1, seed << 8)));
}

#[test]
fn four_to_four_through_a_few_slots() {
    limit(|| (0..3).for_each(|seed| four_to_four(3, seed << 8)));
}

#[test]
fn four_to_four_through_many_slots() {
    limit(|| (0..3).for_each(|seed| four_to_four(64, seed << 8)));
}

fn one_to_one<K: Kind>() {
    for capacity in [1, 2, 5, 64] {
        let received = Received::new(2 * EACH);
        let (mut tx, mut rx) = K::bounded(capacity);
        thread::scope(|scope| {
            scope.spawn(move || assert_eq!(send_all(&mut tx, 0..2 * EACH, &mut Rng::new(capacity as u64)), []));
            recv_until(&mut rx, &mut Rng::new(7), |value| received.note(value), || false);
        });
        received.assert_all();
    }
}

#[test]
fn mpmc_one_to_one() {
    limit(one_to_one::<Mpmc>);
}

#[test]
fn exclusive_one_to_one() {
    limit(one_to_one::<Exclusive>);
}

#[test]
fn spsc_one_to_one() {
    limit(one_to_one::<Spsc>);
}

/// Ends come and go all the time: each sender's and receiver's work is passed from clone to clone.
#[test]
fn handles_that_come_and_go_lose_nothing() {
    const RUNS: usize = 200;
    let received = Received::new(2 * RUNS * 5);
    let (tx, rx) = hel::bounded(2);
    limit(|| {
        thread::scope(|scope| {
            for id in 0..2 {
                let (tx, rx, received) = (tx.clone(), rx.clone(), &received);
                scope.spawn(move || {
                    let mut rng = Rng::new(id as u64);
                    for run in id * RUNS..(id + 1) * RUNS {
                        assert_eq!(send_all(&mut tx.clone(), run * 5..(run + 1) * 5, &mut rng), []);
                    }
                });
                scope.spawn(move || {
                    let mut rng = Rng::new(!id as u64);
                    while !(rx.is_disconnected() && rx.is_empty()) {
                        let mut left = 5;
                        let some = || {
                            left -= 1;
                            left == 0
                        };
                        recv_until(&mut rx.clone(), &mut rng, |value| received.note(value), some);
                    }
                });
            }
            drop((tx, rx));
        });
    });
    received.assert_all();
}

/// Receivers leave one after the other while everybody sends: what was accepted is received or dropped, once.
fn receivers_leave<K: Kind>(receivers: impl FnOnce(K::Rx<support::Counted>) -> Vec<K::Rx<support::Counted>>) {
    let ledger = Ledger::new();
    let (mut tx, rx) = K::bounded(4);
    thread::scope(|scope| {
        for (id, mut rx) in receivers(rx).into_iter().enumerate() {
            scope.spawn(move || {
                let mut left = 100 * (id + 1);
                let some = || {
                    left -= 1;
                    left == 0
                };
                recv_until(&mut rx, &mut Rng::new(id as u64), drop, some);
            });
        }
        let unsent = send_all(&mut tx, ledger.values(4_000), &mut Rng::new(5));
        assert!(!unsent.is_empty(), "the receivers took no more than they wanted");
        assert!(tx.is_disconnected());
    });
    assert_eq!(ledger.alive(), 0, "the sender still lives, what was buffered does not");
    ledger.assert_each_dropped_once();
}

#[test]
fn mpmc_receivers_that_leave_lose_nothing() {
    limit(|| receivers_leave::<Mpmc>(|rx| (0..3).map(|_| rx.clone()).collect()));
}

#[test]
fn exclusive_receivers_that_leave_lose_nothing() {
    limit(|| receivers_leave::<Exclusive>(|rx| vec![rx]));
}

#[test]
fn spsc_a_receiver_that_leaves_loses_nothing() {
    limit(|| receivers_leave::<Spsc>(|rx| vec![rx]));
}
