//! loom models of the gate and the queue alone, over a count in the place of a ring.
//!
//! What whole channels do is in `crate::models`; here is what only an insider can ask: what the gate says at rest.

use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use super::{End, FirstPanic, Limit, Side, Wait, bits};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Defect, Model, barrier};

/// Long enough to begin waiting; the park itself then finds it passed.
const PASSES: Duration = Duration::from_secs(1000);

/// A count to be taken from, one at a time, and where those wait who find none.
struct Stock {
    count: AtomicUsize,
    side: Side,
}

/// What a wait came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Served,
    Closed,
}

impl Stock {
    fn empty() -> Rc<Self> {
        Rc::new(Self { count: AtomicUsize::new(0), side: Side::shared() })
    }

    fn spawn<R: 'static>(self: &Rc<Self>, f: impl FnOnce(&Self) -> R + 'static) -> JoinHandle<R> {
        let stock = Rc::clone(self);
        thread::spawn(move || f(&stock))
    }

    /// Adds one and tells one.
    fn add(&self) {
        self.count.fetch_add(1, Ordering::Release);
        self.side.notify(1);
    }

    fn close(&self) {
        let mut panics = FirstPanic::default();
        self.side.close(0, &mut panics);
        panics.resume();
    }

    /// CLOSED first, then the count.
    fn look(&self) -> Option<Outcome> {
        let closed = self.side.is_closed();
        let take = |count: usize| count.checked_sub(1);
        match self.count.fetch_update(Ordering::AcqRel, Ordering::Acquire, take) {
            Ok(_) => Some(Outcome::Served),
            Err(_) => closed.then_some(Outcome::Closed),
        }
    }

    fn wait(&self, limit: Limit) -> Option<Outcome> {
        Wait::block(&mut Taker(self), limit, |taker| taker.0.look()).ok()
    }

    fn poll(&self, wait: &mut Wait) -> Poll<Outcome> {
        wait.poll(&mut Taker(self), Waker::noop(), |taker| taker.0.look())
    }

    /// Nobody runs any more, so nobody may seem to wait. The gate is open again, or armed where it never opens; a close
    /// that found waiters leaves it armed, since a closed gate is not 0 anyway.
    fn at_rest(&self, closed: u32) {
        let opens = barrier::asymmetric() && barrier::fences_per_heavy() == 0 && closed == 0;
        let may_stay = if opens { 0 } else { bits::ARMED | bits::FENCED };
        assert_eq!(self.side.gate() & !may_stay, closed, "the gate at rest");
    }
}

struct Taker<'a>(&'a Stock);

impl End for Taker<'_> {
    fn side(&self) -> &Side {
        &self.0.side
    }

    fn done(&self) -> usize {
        0
    }

    fn ready(&self) -> usize {
        0
    }

    fn would_serve(&self) -> bool {
        self.0.count.load(Ordering::Acquire) > 0 || self.0.side.is_closed()
    }
}

fn in_every_mode(story: fn()) {
    Model::new().check(story);
    Model::new().ratio(u32::MAX).check(story);
    Model::new().no_membarrier().check(story);
    Model::new().plain().check(story);
}

/// Registering, notifying and leaving leave the gate as they found it.
#[test]
fn the_gate_at_rest() {
    fn story() {
        let stock = Stock::empty();
        let taker = stock.spawn(|stock| stock.wait(Limit::Never));
        stock.add();
        assert_eq!(taker.join(), Some(Outcome::Served));
        stock.at_rest(0);
    }
    in_every_mode(story);
}

/// Two waiters, two notifiers, one of whom may find the lock taken.
#[test]
fn two_waiters_two_notifiers() {
    fn story() {
        let stock = Stock::empty();
        let takers = [(); 2].map(|()| stock.spawn(|stock| stock.wait(Limit::Never)));
        let adder = stock.spawn(Stock::add);
        stock.add();
        assert_eq!(takers.map(|taker| taker.join()), [Some(Outcome::Served); 2]);
        adder.join();
        stock.at_rest(0);
    }
    Model::new().check(story);
}

/// A waiter gives up, another waits, one value comes and then the close: all four against each other.
#[test]
fn giving_up_against_notify_against_close() {
    fn story() {
        let stock = Stock::empty();
        let leaver = stock.spawn(|stock| stock.wait(Limit::After(PASSES)));
        let waiter = stock.spawn(|stock| stock.wait(Limit::Never));
        stock.add();
        stock.close();
        let outcomes = [leaver.join(), waiter.join()];
        let left = stock.count.load(Ordering::Acquire);
        let served = outcomes.iter().filter(|outcome| **outcome == Some(Outcome::Served)).count();
        assert_eq!(served + left, 1);
        assert_ne!(outcomes[1], None);
        stock.at_rest(bits::CLOSED);
    }
    Model::new().check(story);
    Model::new().ratio(u32::MAX).check(story);
}

/// Closing against registering: who comes before the lock is woken, who comes after it reads CLOSED.
#[test]
fn registering_against_close() {
    fn story() {
        let stock = Stock::empty();
        let takers = [(); 2].map(|()| stock.spawn(|stock| stock.wait(Limit::Never)));
        stock.close();
        assert_eq!(takers.map(|taker| taker.join()), [Some(Outcome::Closed); 2]);
        stock.at_rest(bits::CLOSED);
    }
    Model::new().check(story);
    Model::new().ratio(u32::MAX).check(story);
}

/// More soft waiters than are woken at one turn of the lock stand before the one that counts.
#[test]
fn a_crowd_of_soft_waiters_before_a_hard_one() {
    fn story() {
        let stock = Stock::empty();
        let mut crowd: Vec<Wait> = (0..17).map(|_| Wait::soft()).collect();
        for soft in &mut crowd {
            assert!(stock.poll(soft).is_pending());
        }
        let taker = stock.spawn(|stock| stock.wait(Limit::Never));
        stock.add();
        assert_eq!(taker.join(), Some(Outcome::Served));
        for soft in &mut crowd {
            soft.leave(&Taker(&stock));
        }
        stock.at_rest(0);
    }
    Model::new().check(story);
    Model::new().no_membarrier().check(story);
}

/// A notifier that finds the lock taken by one who only looks after its place leaves a debt, which that one settles.
#[test]
fn a_debt_is_settled_by_the_unlock() {
    fn story() {
        let stock = Stock::empty();
        let adder = stock.spawn(Stock::add);
        let mut wait = Wait::hard();
        let mut polled = stock.poll(&mut wait);
        if polled.is_pending() {
            polled = stock.poll(&mut wait);
        }
        adder.join();
        if polled.is_pending() {
            assert_eq!(stock.side.gate() & bits::WAITING, 0, "still queued beside a value");
            assert_eq!(stock.poll(&mut wait), Poll::Ready(Outcome::Served));
        }
        stock.at_rest(0);
    }
    in_every_mode(story);
    Model::new().no_membarrier().defect(Defect::DebtsWithoutSettle).fails(story, "still queued beside a value");
}
