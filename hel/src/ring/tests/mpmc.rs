//! The ring for many, one thread at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CAPACITIES, LAPS, Tally, on_small_stack, panic_of, refuses};
use crate::ring::mpmc::Ring;
use crate::ring::{Refused, Starved};

fn push<T>(ring: &Ring<T>, value: T) -> Result<(), Refused> {
    ring.claim().map(|claim| claim.fill(value))
}

#[test]
fn holds_exactly_its_capacity_in_order() {
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let ring = Ring::starting_at(capacity, lap);
        assert_eq!(ring.capacity(), capacity);
        for round in 0..5 {
            for step in 0..capacity {
                assert_eq!((ring.len(), ring.has_room(), ring.has_item()), (step, true, step > 0));
                push(&ring, round * 10 + step).unwrap();
            }
            assert_eq!((ring.len(), ring.has_room()), (capacity, false));
            assert_eq!(push(&ring, 0), Err(Refused::Full));
            assert_eq!(ring.pop(), Ok(round * 10));
            push(&ring, round * 10 + capacity).unwrap();
            for step in 1..=capacity {
                assert_eq!(ring.pop(), Ok(round * 10 + step));
            }
            assert_eq!(ring.pop(), Err(Starved::Empty));
        }
    }
}

#[test]
fn random_batches_agree_with_a_queue() {
    let mut random = 1_u32;
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let ring = Ring::starting_at(capacity, lap);
        let (mut queue, mut next, mut into) = (VecDeque::new(), 0, Vec::new());
        for _ in 0..2000 {
            random = random.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            let max = (random >> 20) as usize % (capacity + 3);
            if random >> 19 & 1 == 0 {
                match ring.claim_many(max) {
                    Ok(claim) => {
                        let end = next + claim.len();
                        assert_eq!(claim.len(), max.min(capacity - queue.len()));
                        claim.fill(next..end);
                        queue.extend(next..end);
                        next = end;
                    }
                    Err(refused) => assert_eq!((refused, queue.len()), (Refused::Full, capacity)),
                }
            } else {
                match ring.pop_many(max, &mut into) {
                    Ok(count) => {
                        assert_eq!(count, max.min(queue.len()));
                        assert!(into.drain(..).eq(queue.drain(..count)));
                    }
                    Err(starved) => assert_eq!((starved, queue.len()), (Starved::Empty, 0)),
                }
            }
            assert_eq!(ring.len(), queue.len());
        }
    }
}

#[test]
fn a_claim_not_filled_is_a_hole() {
    let ring = Ring::new(2);
    let first = ring.claim().unwrap();
    push(&ring, 'b').unwrap();
    assert_eq!((ring.pop(), ring.has_item(), ring.len()), (Err(Starved::Hole), false, 2));
    assert_eq!(ring.pop_many(2, &mut Vec::new()), Err(Starved::Hole));
    assert!(ring.close());
    assert_eq!((ring.pop(), ring.has_item()), (Err(Starved::Hole), false), "not drained while a push is half-way");
    first.fill('a');
    assert!(ring.has_item());
    assert_eq!((ring.pop(), ring.pop(), ring.pop()), (Ok('a'), Ok('b'), Err(Starved::Drained)));
}

#[test]
fn a_value_half_taken_is_a_hole() {
    let ring = Ring::new(1);
    push(&ring, 'a').unwrap();
    let take = ring.half_pop();
    assert_eq!((push(&ring, 'b'), ring.has_room(), ring.at_hole()), (Err(Refused::Full), false, true));
    assert_eq!(ring.claim_many(1).map(|claim| claim.len()), Err(Refused::Full));
    assert_eq!(take(), 'a');
    push(&ring, 'b').unwrap();
    assert_eq!((push(&ring, 'c'), ring.at_hole()), (Err(Refused::Full), false));
}

#[test]
fn closed_for_ever() {
    for capacity in CAPACITIES {
        let ring = Ring::starting_at(capacity, usize::MAX);
        push(&ring, 1).unwrap();
        assert!(!ring.is_closed());
        assert!(ring.close() && !ring.close() && ring.is_closed());
        assert!(ring.has_room(), "a claim would say closed at once");
        assert_eq!((push(&ring, 2), ring.len()), (Err(Refused::Closed), 1));
        assert_eq!(ring.claim_many(3).map(|claim| claim.len()), Err(Refused::Closed));
        assert_eq!((ring.pop(), ring.len()), (Ok(1), 0));
        for _ in 0..3 {
            assert_eq!((ring.pop(), push(&ring, 2)), (Err(Starved::Drained), Err(Refused::Closed)));
            assert_eq!(ring.pop_many(3, &mut Vec::new()), Err(Starved::Drained));
            assert!(ring.has_item(), "a pop would say drained at once");
        }
    }
}

#[test]
fn batches_cross_the_edge() {
    let ring = Ring::new(5);
    for _ in 0..3 {
        push(&ring, 0).unwrap();
        ring.pop().unwrap();
    }
    ring.claim_many(9).unwrap().fill(1..);
    let mut into = vec![0];
    assert_eq!(ring.pop_many(9, &mut into), Ok(5));
    assert_eq!(into, [0, 1, 2, 3, 4, 5]);
    assert_eq!(ring.pop_many(0, &mut into), Ok(0));
    assert_eq!(ring.claim_many(0).unwrap().len(), 0);
}

#[test]
fn counts_what_went_past() {
    let ring = Ring::new(3);
    for _ in 0..10 {
        push(&ring, ()).unwrap();
        ring.pop().unwrap();
    }
    push(&ring, ()).unwrap();
    assert_eq!((ring.pushed(), ring.popped(), ring.len()), (11, 10, 1));
}

#[test]
fn values_of_no_size_and_of_wide_alignment() {
    #[repr(align(256))]
    struct Wide(u8);

    let ring = Ring::new(3);
    for _ in 0..7 {
        ring.claim_many(3).unwrap().fill_front(&mut vec![(); 3]);
        assert_eq!(push(&ring, ()), Err(Refused::Full));
        assert_eq!(ring.pop_many(5, &mut Vec::new()), Ok(3));
    }
    let ring = Ring::new(2);
    for byte in 0..7 {
        push(&ring, Wide(byte)).unwrap();
        let wide = ring.pop().unwrap();
        assert_eq!((wide.0, &raw const wide as usize % 256), (byte, 0));
    }
}

#[test]
fn a_big_ring_never_passes_over_the_stack() {
    on_small_stack(|| {
        let ring = Box::new(Ring::<[u8; 1 << 20]>::new(64));
        assert_eq!((ring.capacity(), ring.len()), (64, 0));
    });
}

#[test]
fn refuses_a_wrong_capacity() {
    refuses(|capacity| drop(Ring::<u64>::new(capacity)));
}

#[test]
fn drops_what_is_left_once() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let ring = Ring::starting_at(5, usize::MAX);
    ring.claim_many(4).unwrap().fill((0..4).map(|_| Tally::new(&dropped, false)));
    drop((ring.pop().ok(), ring.pop().ok()));
    ring.claim_many(3).unwrap().fill((0..3).map(|_| Tally::new(&dropped, false)));
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
    drop(ring);
    assert_eq!(dropped.load(Ordering::Relaxed), 7);
}

#[test]
fn drops_nothing_from_a_forgotten_claim() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let ring = Ring::new(3);
    push(&ring, Tally::new(&dropped, false)).unwrap();
    drop(ring.claim());
    push(&ring, Tally::new(&dropped, false)).unwrap();
    drop(ring);
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
}

#[test]
fn a_panicking_drop_does_not_stop_the_rest() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let fill = |ring: &Ring<Tally>| {
        ring.claim_many(5).unwrap().fill((0..5).map(|nth| Tally::new(&dropped, nth % 2 == 1)));
    };
    let ring = Ring::new(5);
    fill(&ring);
    assert_eq!(panic_of(|| ring.clear()), "drop 1");
    assert_eq!((dropped.load(Ordering::Relaxed), ring.len()), (5, 0));
    fill(&ring);
    assert_eq!(panic_of(|| drop(ring)), "drop 6");
    assert_eq!(dropped.load(Ordering::Relaxed), 10);
}

#[test]
fn a_panicking_drop_while_unwinding_does_not_abort() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let text = panic_of(|| {
        let ring = Ring::new(2);
        ring.claim_many(2).unwrap().fill((0..2).map(|_| Tally::new(&dropped, true)));
        panic!("the first one");
    });
    assert_eq!((text.as_str(), dropped.load(Ordering::Relaxed)), ("the first one", 2));
}
