//! User code that panics in the midst of what takes time: wakers, key functions, destructors. And forgotten futures.

use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Poll::Pending, Poll::Ready, Waker};

use hel::channel::mpmc;
use hel::rt::{Runtime, gather, timeout};

use crate::clock::{Clock, Meanwhile, SECOND};
use crate::extra2::{Channel, RxEnd, TxEnd, on_both_kinds};
use crate::lend::Lend;
use crate::support::waker::{CountingWaker, HostileWaker, Trap};
use crate::support::{Ledger, poll_once, poll_with};

on_both_kinds!(
    a_timed_receive_outlives_its_waker,
    a_timed_send_outlives_its_waker,
    a_timed_batch_outlives_its_waker,
    a_gather_outlives_its_waker,
    a_forgotten_gather_stops_nobody_for_good,
);

fn panics(body: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

/// Which call of the waker panics, and from which step on.
struct Plan {
    hostile: Arc<HostileWaker>,
    trap: Trap,
    at: usize,
}

impl Plan {
    /// Tries every plan for so many steps.
    fn each(steps: usize, test: impl Fn(&Self)) {
        for trap in [Trap::Wake, Trap::Clone, Trap::Drop] {
            let plans: Vec<_> = (0..steps).map(|at| Self { hostile: HostileWaker::new(), trap, at }).collect();
            plans.iter().for_each(&test);
            assert!(plans.iter().any(|plan| !plan.hostile.is_set()), "no {trap:?} sprung");
            plans.iter().for_each(|plan| assert_eq!(plan.hostile.held(), 0, "after {trap:?} at {}", plan.at));
        }
    }

    /// Does step after step; a panic ends only its own.
    fn run(&self, steps: usize, mut step: impl FnMut(usize, &Waker)) {
        for number in 0..steps {
            if number == self.at {
                self.hostile.set(self.trap);
            }
            panics(|| step(number, &self.hostile.waker()));
        }
    }
}

fn a_timed_receive_outlives_its_waker<K: Channel>() {
    Plan::each(5, |plan| {
        let ((mut tx, mut rx), clock, ledger) = (K::bounded(2), Clock::new(), Ledger::new());
        let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
        plan.run(5, |step, waker| match step {
            2 => tx.try_send(ledger.value()).unwrap(),
            3 => clock.advance(SECOND),
            _ => drop(poll_with(&mut receive, waker)),
        });
        panics(|| drop(receive));
        assert_eq!(ledger.alive(), rx.len());
        tx.try_send(ledger.value()).unwrap();
        assert!(matches!(poll_once(&mut rx.recv_async()), Ready(Ok(_))));
        drop((tx, rx));
        ledger.assert_each_dropped_once();
    });
}

fn a_timed_send_outlives_its_waker<K: Channel>() {
    Plan::each(5, |plan| {
        let ((mut tx, mut rx), clock, ledger) = (K::bounded(1), Clock::new(), Ledger::new());
        tx.try_send(ledger.value()).unwrap();
        let mut send = timeout(clock.clone(), SECOND, tx.send_async(ledger.value()));
        plan.run(5, |step, waker| match step {
            2 => drop(rx.try_recv().unwrap()),
            3 => clock.advance(SECOND),
            _ => drop(poll_with(&mut send, waker)),
        });
        panics(|| drop(send));
        assert_eq!((rx.len(), rx.try_recv().unwrap().id), (1, 1), "room was used, whatever panicked");
        tx.try_send(ledger.value()).unwrap();
        drop((tx, rx));
        ledger.assert_each_dropped_once();
    });
}

fn a_timed_batch_outlives_its_waker<K: Channel>() {
    Plan::each(5, |plan| {
        let ((mut tx, mut rx), clock, ledger) = (K::bounded(1), Clock::new(), Ledger::new());
        tx.try_send(ledger.value()).unwrap();
        let mut values = ledger.values(4);
        let mut send = timeout(clock.clone(), SECOND, tx.send_batch_async(&mut values));
        plan.run(6, |step, waker| match step {
            2 => drop(rx.try_recv().unwrap()),
            4 => clock.advance(SECOND),
            _ => drop(poll_with(&mut send, waker)),
        });
        panics(|| drop(send));
        let sent = rx.try_recv().unwrap();
        assert!([&sent].into_iter().chain(&values).map(|value| value.id).eq(1..=4), "{sent:?} {values:?}");
        drop((tx, rx, sent, values));
        ledger.assert_each_dropped_once();
    });
}

fn a_gather_outlives_its_waker<K: Lend>() {
    Plan::each(6, |plan| {
        let ((mut tx, mut rx), clock, ledger) = (K::bounded(2), Clock::new(), Ledger::new());
        let mut into = Vec::new();
        let mut all = gather(clock.clone(), K::lend(&mut rx), &mut into, 9, SECOND);
        plan.run(6, |step, waker| match step {
            1 | 3 => tx.try_send(ledger.value()).unwrap(),
            4 => clock.advance(SECOND),
            _ => drop(poll_with(&mut all, waker)),
        });
        panics(|| drop(all));
        into.extend(rx.try_recv());
        assert!(into.iter().map(|value| value.id).eq(0..2), "{into:?}");
        drop((tx, rx, into));
        ledger.assert_each_dropped_once();
    });
}

fn a_forgotten_gather_stops_nobody_for_good<K: Lend>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(2), Clock::new(), CountingWaker::new());
    for round in 0..20 {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut all = Box::new(gather(clock.clone(), K::lend(&mut rx), &mut first, 9, SECOND));
        assert!(poll_once(&mut all).is_pending());
        tx.try_send(round).unwrap();
        assert!(poll_once(&mut all).is_pending());
        forget(all);
        tx.try_send(round + 100).unwrap();
        assert_eq!(poll_once(&mut gather(clock.clone(), K::lend(&mut rx), &mut second, 1, SECOND)), Ready(Ok(1)));
        assert_eq!((first, second), (vec![round], vec![round + 100]));
        let mut one = rx.recv_async();
        assert!(poll_with(&mut one, &counting.waker()).is_pending());
        tx.try_send(7).unwrap();
        assert_eq!((counting.wakes(), poll_once(&mut one)), (round + 1, Ready(Ok(7))));
    }
}

/// Sends a batch until the key function panics, which it does once it is armed.
fn break_off<R: Runtime<Timer: Unpin>>(rt: R, armed: &AtomicBool) {
    let (tx, rx) = mpmc::shard_key::<u32, 1>(2);
    let tx = tx.by(|n: &u32| {
        assert!(!armed.load(SeqCst), "a key function panics, as asked");
        n
    });
    let (mut values, mut got): (Vec<u32>, Vec<u32>) = ((0..20).collect(), Vec::new());
    let mut send = timeout(rt, SECOND, tx.send_batch_async(&mut values));
    while !panics(|| assert_eq!(poll_once(&mut send), Pending)) {
        got.extend(rx.try_iter());
        armed.store(true, SeqCst);
    }
    drop(send);
    got.extend(rx.try_iter());
    assert!(!got.is_empty() && values.is_sorted(), "{got:?} {values:?}");
    got.append(&mut values);
    got.sort_unstable();
    assert!(got.into_iter().eq(0..20));
}

#[test]
fn a_key_function_that_panics_loses_nothing_of_a_timed_batch() {
    let armed = AtomicBool::new(false);
    break_off(Clock::new(), &armed);
    // In the last look, once the limit has passed.
    armed.store(false, SeqCst);
    break_off(Meanwhile::new(|| armed.store(true, SeqCst)), &armed);
}

#[cfg(feature = "futures")]
#[test]
fn batches_dropped_with_a_value_that_panics_leave_the_queue() {
    use futures_util::{FutureExt, StreamExt};

    let ((tx, rx), ledger) = (hel::bounded(4), Ledger::new());
    let mut batches = hel::rt::Batches::new(Clock::new(), rx.clone(), 9, SECOND);
    for value in [ledger.value(), ledger.panicking(), ledger.value()] {
        tx.try_send(value).unwrap();
    }
    assert!(batches.next().now_or_never().is_none());
    assert!(panics(|| drop(batches)));
    ledger.assert_each_dropped_once();
    assert_eq!(rx.receiver_count(), 1);
    let counting = CountingWaker::new();
    let mut receive = rx.recv_async();
    assert!(poll_with(&mut receive, &counting.waker()).is_pending());
    tx.try_send(ledger.value()).unwrap();
    assert_eq!((counting.wakes(), poll_once(&mut receive).is_ready()), (1, true));
}
