//! Many operations from several threads, checked by counting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{LAPS, roles};
use crate::ring::{Refused, Starved, mpmc, spsc};

/// How many values each stress test sends.
const VALUES: usize = if cfg!(miri) { 200 } else { 20_000 };

/// Waits a moment for the other end. On a processor that other programs want as well a yield may last for milliseconds, and
/// rings of one slot wait for every value.
fn a_moment() {
    for _ in 0..64 {
        std::hint::spin_loop();
    }
    thread::yield_now();
}

#[test]
fn spsc_hands_over_in_order() {
    for (capacity, lap) in [1, 3, 64].into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let (mut tx, mut rx) = roles(spsc::Ring::starting_at(capacity, lap));
        thread::scope(|scope| {
            scope.spawn(move || {
                let mut next = 0;
                while next < VALUES {
                    let before = next;
                    if next % 3 == 0 {
                        if let Some(claim) = tx.claim_many(5.min(VALUES - next)) {
                            let end = next + claim.len();
                            claim.fill(next..end);
                            next = end;
                        }
                    } else if let Some(claim) = tx.claim() {
                        claim.fill(next);
                        next += 1;
                    }
                    assert!(tx.link().0.len() <= capacity);
                    if next == before {
                        a_moment();
                    }
                }
            });
            let (mut expected, mut into) = (0, Vec::new());
            while expected < VALUES {
                match expected % 2 {
                    0 => into.extend(rx.pop()),
                    _ => drop(rx.pop_many(7, &mut into)),
                }
                if into.is_empty() {
                    a_moment();
                }
                for value in into.drain(..) {
                    assert_eq!(value, expected);
                    expected += 1;
                }
            }
            assert_eq!(rx.pop(), None);
        });
    }
}

/// Pushes every `step`th value from `first` on; batches, where `batch` is over 1.
fn push_all(ring: &mpmc::Ring<Box<usize>>, first: usize, step: usize, batch: usize) {
    let mut next = first;
    while next < VALUES {
        let left = (VALUES - next).div_ceil(step);
        match ring.claim_many(batch.min(left)) {
            Ok(claim) => {
                let len = claim.len();
                claim.fill((0..len).map(|nth| Box::new(next + nth * step)));
                next += len * step;
            }
            Err(refused) => {
                assert_ne!(refused, Refused::Closed);
                a_moment();
            }
        }
    }
}

/// Pops until drained and gives the sum; each sender's values come in their order.
fn pop_all(ring: &mpmc::Ring<Box<usize>>, senders: usize, batch: usize) -> (u64, usize) {
    let (mut sum, mut count, mut into) = (0, 0, Vec::new());
    let mut last = vec![None; senders];
    loop {
        let popped = if batch > 1 {
            ring.pop_many(batch, &mut into)
        } else {
            ring.pop().map(|value| into.push(value)).map(|()| 1)
        };
        match popped {
            Ok(_) => {}
            Err(Starved::Drained) => return (sum, count),
            Err(Starved::Empty | Starved::Hole) => a_moment(),
        }
        for value in into.drain(..) {
            let before = last[*value % senders].replace(*value);
            assert!(before < Some(*value), "{before:?} before {value}");
            sum += *value as u64;
            count += 1;
        }
        assert!(ring.len() <= ring.capacity());
    }
}

#[test]
fn mpmc_loses_nothing_and_keeps_each_senders_order() {
    for (capacity, lap) in [(1, 0), (3, usize::MAX), (64, usize::MAX - 1)] {
        for (senders, receivers, batch) in [(1, 1, 1), (2, 2, 1), (3, 3, 4)] {
            let ring = mpmc::Ring::starting_at(capacity, lap);
            let (sum, count) = thread::scope(|scope| {
                let ring = &ring;
                let poppers: Vec<_> =
                    (0..receivers).map(|_| scope.spawn(move || pop_all(ring, senders, batch))).collect();
                let pushers: Vec<_> =
                    (0..senders).map(|first| scope.spawn(move || push_all(ring, first, senders, batch))).collect();
                pushers.into_iter().for_each(|pusher| pusher.join().expect("no panic"));
                assert!(ring.close());
                let taken = poppers.into_iter().map(|popper| popper.join().expect("no panic"));
                taken.fold((0, 0), |(sum, count), (s, c)| (sum + s, count + c))
            });
            let values = VALUES as u64;
            assert_eq!((sum, count), (values * (values - 1) / 2, VALUES));
        }
    }
}

#[test]
fn what_was_pushed_before_close_is_popped_and_nothing_after() {
    for round in 0..if cfg!(miri) { 5 } else { 500 } {
        let ring = Arc::new(mpmc::Ring::new(4));
        let pushed = AtomicUsize::new(0);
        let popped = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        match ring.claim() {
                            Ok(claim) => {
                                claim.fill(());
                                pushed.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(Refused::Closed) => return,
                            Err(_) => a_moment(),
                        }
                    }
                });
            }
            let popper = scope.spawn(|| {
                let mut popped = 0;
                loop {
                    match ring.pop() {
                        Ok(()) => popped += 1,
                        Err(Starved::Drained) => return popped,
                        Err(_) => a_moment(),
                    }
                }
            });
            (0..round % 7).for_each(|_| thread::yield_now());
            ring.close();
            popper.join().expect("no panic")
        });
        assert_eq!((ring.pop(), ring.len()), (Err(Starved::Drained), 0));
        assert_eq!(popped, pushed.into_inner());
    }
}
