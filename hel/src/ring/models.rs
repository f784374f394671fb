//! loom models: the shipped rings, small, over every order of events that the preemption bound allows.

mod exclusive;

use super::mpmc;
use super::spsc::{self, Consumer, Producer, Shared, claim_roles};
use super::{Refused, Starved};
use crate::sync::atomic::{AtomicUsize, Ordering, fence};
use crate::sync::barrier::{heavy, light};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Model, yield_now};

/// The last lap, so that a model of a few values crosses the wrap.
const LAST_LAP: usize = usize::MAX;

/// Most models need no heavy barrier, so they run without the places where one may strike.
fn check(model: impl Fn() + Send + Sync + 'static) {
    Model::new().plain().check(model);
}

/// A link with the one word that closing from the receiver's side needs.
struct Link {
    ring: spsc::Ring<Box<usize>>,
    gate: AtomicUsize,
}

impl Shared<Box<usize>> for Link {
    fn ring(&self) -> &spsc::Ring<Box<usize>> {
        &self.ring
    }
}

fn roles(capacity: usize) -> (Producer<Box<usize>, Link>, Consumer<Box<usize>, Link>) {
    let link = Link { ring: spsc::Ring::starting_at(capacity, LAST_LAP), gate: AtomicUsize::new(0) };
    // SAFETY: I7: the ring is new and moves into the link here, so this is the one call for it.
    unsafe { claim_roles(Arc::new(link)) }
}

fn mpmc_ring(capacity: usize) -> Arc<mpmc::Ring<Box<usize>>> {
    Arc::new(mpmc::Ring::starting_at(capacity, LAST_LAP))
}

/// Tries to push each value once and says which were taken. No model waits for another thread in a loop: two loops that
/// wait make the search endless.
fn push_each(ring: &mpmc::Ring<Box<usize>>, values: &[usize]) -> Vec<usize> {
    let push = |&value: &usize| ring.claim().map(|claim| claim.fill(Box::new(value))).is_ok();
    values.iter().copied().filter(push).collect()
}

/// Tries to pop `tries` times.
fn pop_some(ring: &mpmc::Ring<Box<usize>>, tries: usize) -> Vec<usize> {
    (0..tries).filter_map(|_| ring.pop().ok()).map(|value| *value).collect()
}

fn spawn<R: 'static>(
    ring: &Arc<mpmc::Ring<Box<usize>>>,
    f: impl FnOnce(&mpmc::Ring<Box<usize>>) -> R + 'static,
) -> JoinHandle<R> {
    let ring = Arc::clone(ring);
    thread::spawn(move || f(&ring))
}

/// What was pushed is what was popped and what is left, each once; what is left is emptied.
fn balance<const N: usize, const M: usize>(
    ring: &mpmc::Ring<Box<usize>>,
    pushed: [Vec<usize>; N],
    popped: [Vec<usize>; M],
) {
    let mut left = Vec::new();
    while let Ok(value) = ring.pop() {
        left.push(*value);
    }
    // A sender's values grow, so in what one receiver got they have to grow as well.
    for sender in &pushed {
        for receiver in popped.iter().chain([&left]) {
            let own: Vec<_> = receiver.iter().filter(|value| sender.contains(value)).collect();
            assert!(own.is_sorted(), "{receiver:?}");
        }
    }
    let (mut pushed, mut taken) = (pushed.concat(), [popped.concat(), left].concat());
    pushed.sort_unstable();
    taken.sort_unstable();
    assert_eq!(pushed, taken);
    assert_eq!((ring.len(), ring.has_room()), (0, true));
}

#[test]
fn spsc_hands_over_across_the_wrap() {
    check(|| {
        let (mut tx, mut rx) = roles(2);
        let pusher = thread::spawn(move || {
            for value in 0..4 {
                loop {
                    if let Some(claim) = tx.claim() {
                        claim.fill(Box::new(value));
                        break;
                    }
                    yield_now();
                }
            }
        });
        for expected in 0..4 {
            let value = loop {
                if let Some(value) = rx.pop() {
                    break value;
                }
                yield_now();
            };
            assert_eq!(*value, expected);
        }
        assert!(rx.pop().is_none());
        pusher.join();
    });
}

#[test]
fn spsc_batches_hand_over_across_the_edge() {
    check(|| {
        let (mut tx, mut rx) = roles(3);
        let pusher = thread::spawn(move || {
            let mut next = 0;
            while next < 5 {
                match tx.claim_many(2.min(5 - next)) {
                    Some(claim) => {
                        let end = next + claim.len();
                        claim.fill_front(&mut (next..end).map(Box::new).collect());
                        next = end;
                    }
                    None => yield_now(),
                }
            }
        });
        let mut into = Vec::new();
        while into.len() < 5 {
            if rx.pop_many(2, &mut into) == 0 {
                yield_now();
            }
        }
        assert!(into.iter().map(|value| **value).eq(0..5));
        pusher.join();
    });
}

#[test]
fn spsc_what_is_left_is_dropped_by_whoever_goes_last() {
    check(|| {
        let (mut tx, mut rx) = roles(2);
        let pusher = thread::spawn(move || {
            for value in 0..3 {
                let _full = tx.claim().map(|claim| claim.fill(Box::new(value)));
            }
        });
        drop(rx.pop());
        drop(rx);
        pusher.join();
    });
}

const CLOSED: usize = 1;

/// A receiver that closes while the sender sends: each value is received, taken back or refused, once.
#[test]
fn spsc_take_back_after_seal() {
    Model::new().check(take_back_after_seal);
    Model::new().plain().check(take_back_after_seal);
}

fn take_back_after_seal() {
    let (mut tx, mut rx) = roles(2);
    let sender = thread::spawn(move || {
        let mut sent = 0;
        for value in 0..2 {
            let Some(claim) = tx.claim() else { break };
            claim.fill(Box::new(value));
            sent += 1;
            light();
            if tx.link().gate.load(Ordering::Acquire) & CLOSED == 0 {
                continue;
            }
            if !tx.part() {
                if let Some(back) = tx.reclaim() {
                    assert_eq!(*back, value);
                    sent -= 1;
                }
            }
            break;
        }
        sent
    });
    let link = Arc::clone(rx.link());
    let mut received = 0;
    let mut drain = |rx: &mut Consumer<Box<usize>, Link>| {
        while let Some(value) = rx.pop() {
            assert_eq!(*value, received);
            received += 1;
        }
    };
    // ORDERING: AcqRel, as the wait side's gate is closed.
    link.gate.fetch_or(CLOSED, Ordering::AcqRel);
    heavy();
    rx.seal();
    drain(&mut rx);
    assert_eq!(sender.join(), received);
    assert_eq!(link.ring.len(), 0);
    drop(rx);
}

#[test]
fn mpmc_two_senders() {
    check(|| {
        let ring = mpmc_ring(2);
        let pushers = [&[10, 11][..], &[20]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        let popped = pop_some(&ring, 2);
        let pushed = pushers.map(|pusher| pusher.join());
        balance(&ring, pushed, [popped]);
    });
}

#[test]
fn mpmc_two_receivers() {
    check(|| {
        let ring = mpmc_ring(2);
        let poppers = [2, 1].map(|tries| spawn(&ring, move |ring| pop_some(ring, tries)));
        let pushed = push_each(&ring, &[1, 2]);
        let popped = poppers.map(|popper| popper.join());
        balance(&ring, [pushed], popped);
    });
}

#[test]
fn mpmc_two_senders_two_receivers() {
    check(|| {
        let ring = mpmc_ring(2);
        let pushers = [&[1], &[2]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        let popper = spawn(&ring, |ring| pop_some(ring, 1));
        let popped = pop_some(&ring, 1);
        let pushed = pushers.map(|pusher| pusher.join());
        assert_eq!(pushed, [[1], [2]], "there is room for both");
        balance(&ring, pushed, [popped, popper.join()]);
    });
}

#[test]
fn mpmc_capacity_one_two_senders() {
    check(|| {
        let ring = mpmc_ring(1);
        let pushers = [&[10, 11][..], &[20]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        let popped = pop_some(&ring, 2);
        let pushed = pushers.map(|pusher| pusher.join());
        balance(&ring, pushed, [popped]);
    });
}

#[test]
fn mpmc_capacity_one_two_receivers() {
    check(|| {
        let ring = mpmc_ring(1);
        let poppers = [(); 2].map(|()| spawn(&ring, |ring| pop_some(ring, 1)));
        let pushed = push_each(&ring, &[1, 2, 3]);
        let popped = poppers.map(|popper| popper.join());
        balance(&ring, [pushed], popped);
    });
}

/// Whatever a push was told, receivers see the same: told yes, it is popped before drained; told no, never. And drained
/// is for ever.
#[test]
fn mpmc_close_against_push() {
    check(|| {
        let ring = mpmc_ring(2);
        let pushers = [&[1], &[2]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        let popper = spawn(&ring, |ring| [(); 2].map(|()| ring.pop().map(|value| *value)));
        assert!(ring.close());
        let end = ring.pushed();
        assert_eq!(ring.claim().err(), Some(Refused::Closed));
        let pushed = pushers.map(|pusher| pusher.join());
        let popped = popper.join();
        let drained = popped.iter().skip_while(|result| **result != Err(Starved::Drained));
        assert!(drained.clone().all(|result| *result == Err(Starved::Drained)), "{popped:?}");
        let popped = popped.into_iter().flatten().collect();
        balance(&ring, pushed, [popped]);
        assert_eq!((ring.pop(), ring.pushed()), (Err(Starved::Drained), end));
    });
}

#[test]
fn mpmc_batch_claim_against_single_claim() {
    check(|| {
        let ring = mpmc_ring(3);
        let single = spawn(&ring, |ring| push_each(ring, &[9]));
        let batch = spawn(&ring, |ring| {
            let claim = ring.claim_many(2).unwrap();
            assert_eq!(claim.len(), 2);
            claim.fill_front(&mut [1, 2].map(Box::new).into());
        });
        let mut taken = pop_some(&ring, 2);
        assert_eq!(single.join(), [9]);
        batch.join();
        taken.extend(pop_some(&ring, 3 - taken.len()));
        assert!(taken.windows(2).any(|pair| pair == [1, 2]), "a batch lies in a row: {taken:?}");
        assert_eq!((taken.len(), taken.contains(&9)), (3, true));
    });
}

#[test]
fn mpmc_batch_pop_against_single_pop() {
    check(|| {
        let ring = mpmc_ring(2);
        assert_eq!(push_each(&ring, &[1]), [1]);
        let single = spawn(&ring, |ring| pop_some(ring, 1));
        let pusher = spawn(&ring, |ring| push_each(ring, &[2, 3]));
        let mut into = Vec::new();
        let _starved = ring.pop_many(2, &mut into);
        let into = into.into_iter().map(|value| *value).collect();
        let mut pushed = pusher.join();
        pushed.insert(0, 1);
        balance(&ring, [pushed], [into, single.join()]);
    });
}

/// A batch claims only slots that receivers have freed, also where they free them out of order.
#[test]
fn mpmc_batch_claim_against_two_pops() {
    check(|| {
        let ring = mpmc_ring(2);
        assert_eq!(push_each(&ring, &[1, 2]), [1, 2]);
        let poppers = [(); 2].map(|()| spawn(&ring, |ring| pop_some(ring, 1)));
        let pushed = ring.claim_many(2).map_or(Vec::new(), |claim| {
            let values: Vec<_> = (3..3 + claim.len()).collect();
            claim.fill_front(&mut values.iter().copied().map(Box::new).collect());
            values
        });
        let popped = poppers.map(|popper| popper.join());
        balance(&ring, [vec![1, 2], pushed], popped);
    });
}

/// A hole hides what lies behind it only until its owner has published.
#[test]
fn mpmc_hole_hides_no_value_for_good() {
    check(|| {
        let ring = mpmc_ring(2);
        let popper = spawn(&ring, |ring| pop_some(ring, 1));
        let hole = ring.claim().unwrap();
        let pusher = spawn(&ring, |ring| push_each(ring, &[2]));
        hole.fill(Box::new(1));
        assert_eq!(pusher.join(), [2]);
        let mut taken = popper.join();
        assert!(ring.has_item());
        taken.extend(pop_some(&ring, 2));
        assert_eq!(taken, [1, 2]);
    });
}

/// What a sender's fence orders before a receiver's fence, the receiver's attempt after it finds: an Empty is true.
#[test]
fn mpmc_empty_after_a_fence_is_true() {
    check(|| {
        let ring = mpmc_ring(1);
        let flag = Arc::new(AtomicUsize::new(0));
        let sender = {
            let flag = Arc::clone(&flag);
            spawn(&ring, move |ring| {
                push_each(ring, &[1]);
                // ORDERING: SeqCst, with the receiver's fence; Relaxed: ordered by the two fences.
                fence(Ordering::SeqCst);
                flag.load(Ordering::Relaxed)
            })
        };
        // ORDERING: Relaxed and SeqCst, as in the sender.
        flag.store(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let found = pop_some(&ring, 1);
        let seen = sender.join();
        assert!(seen == 1 || found == [1], "neither saw the other");
    });
}

/// There is a value all the time, and room all the time: a bystander, whose reading of head or tail may be old, is told so.
///
/// The bystander is the thread that is spawned: the other way round its loads hide from loom behind the popper's own.
#[test]
fn mpmc_bystander_misses_neither_value_nor_room() {
    check(|| {
        let ring = mpmc_ring(2);
        push_each(&ring, &[1, 2]);
        let bystander = spawn(&ring, |ring| ring.has_item());
        assert_eq!(pop_some(&ring, 1), [1]);
        assert!(bystander.join(), "a value is passed over");
        assert_eq!(pop_some(&ring, 1), [2]);
        let bystander = spawn(&ring, |ring| ring.has_room());
        assert_eq!(push_each(&ring, &[3]), [3]);
        assert!(bystander.join(), "room is passed over");
    });
}
