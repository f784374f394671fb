//! The ring for two, one thread at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CAPACITIES, LAPS, Link, Tally, on_small_stack, panic_of, refuses, roles};
use crate::ring::spsc::{Producer, Ring};

fn push<T>(producer: &mut Producer<T, Link<T>>, value: T) -> bool {
    producer.claim().map(|claim| claim.fill(value)).is_some()
}

#[test]
fn holds_exactly_its_capacity_in_order() {
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let (mut tx, mut rx) = roles(Ring::starting_at(capacity, lap));
        let link = Arc::clone(tx.link());
        assert_eq!(link.0.capacity(), capacity);
        for round in 0..5 {
            for step in 0..capacity {
                assert_eq!((link.0.len(), link.0.has_room(), link.0.has_item()), (step, true, step > 0));
                assert!(push(&mut tx, round * 10 + step));
            }
            assert_eq!((link.0.len(), link.0.has_room()), (capacity, false));
            assert!(!push(&mut tx, 0));
            assert_eq!(rx.pop(), Some(round * 10));
            assert!(push(&mut tx, round * 10 + capacity));
            for step in 1..=capacity {
                assert_eq!(rx.pop(), Some(round * 10 + step));
            }
            assert_eq!(rx.pop(), None);
        }
    }
}

#[test]
fn random_batches_agree_with_a_queue() {
    let mut random = 1_u32;
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let (mut tx, mut rx) = roles(Ring::starting_at(capacity, lap));
        let (mut queue, mut next, mut into) = (VecDeque::new(), 0, Vec::new());
        for _ in 0..2000 {
            random = random.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            let max = (random >> 20) as usize % (capacity + 3);
            if random >> 19 & 1 == 0 {
                let free = capacity - queue.len();
                let claim = tx.claim_many(max);
                assert_eq!(claim.is_none(), max > 0 && free == 0);
                if let Some(claim) = claim {
                    let end = next + claim.len();
                    assert_eq!(claim.len(), max.min(free));
                    if random >> 18 & 1 == 0 {
                        claim.fill(next..end);
                    } else {
                        // What is over stays, moved up.
                        let mut values: Vec<_> = (next..end + 2).collect();
                        claim.fill_front(&mut values);
                        assert_eq!(values, [end, end + 1]);
                    }
                    queue.extend(next..end);
                    next = end;
                }
            } else {
                let count = rx.pop_many(max, &mut into);
                assert_eq!(count, max.min(queue.len()));
                assert!(into.drain(..).eq(queue.drain(..count)));
            }
            assert_eq!(tx.link().0.len(), queue.len());
        }
    }
}

#[test]
fn known_steps_need_no_look_and_stop_takes_them_away() {
    let (mut tx, mut rx) = roles(Ring::new(3));
    assert!(tx.claim_known().is_none(), "nothing is known before the first look");
    assert!(tx.refresh());
    tx.claim_known().unwrap().fill(1);
    let mut place = None;
    assert!(!rx.pop_known(&mut place));
    assert!(rx.refresh());
    assert_eq!((rx.pop_known(&mut place), place.take()), (true, Some(1)));
    assert_eq!((rx.pop_known(&mut place), place, rx.refresh()), (false, None, false));
    assert!(tx.claim_known().is_some());
    tx.stop();
    assert!(tx.claim_known().is_none());
    assert!(push(&mut tx, 2));
    assert_eq!(rx.pop(), Some(2));
}

#[test]
fn a_batch_that_ends_early_publishes_what_it_got() {
    let (mut tx, mut rx) = roles(Ring::new(4));
    tx.claim_many(4).unwrap().fill(0..2);
    let bad = (2..).inspect(|&n| assert!(n < 3, "a bad iterator"));
    assert_eq!(panic_of(|| tx.claim_many(2).unwrap().fill(bad)), "a bad iterator");
    assert!(push(&mut tx, 9));
    assert!(!push(&mut tx, 10));
    let mut into = Vec::new();
    assert_eq!((rx.pop_many(9, &mut into), into), (4, vec![0, 1, 2, 9]));
}

#[test]
fn takes_back_what_was_not_read() {
    for lap in LAPS {
        let (mut tx, mut rx) = roles(Ring::starting_at(3, lap));
        assert!(push(&mut tx, 0));
        assert_eq!(rx.pop(), Some(0));
        tx.claim_many(3).unwrap().fill(1..);
        assert_eq!(rx.pop(), Some(1));
        assert_eq!(tx.reclaim(), None, "not before both have parted");
        rx.seal();
        assert!(push(&mut tx, 4));
        assert!(!tx.part() && !tx.part());
        assert_eq!([(); 3].map(|()| tx.reclaim()), [Some(4), None, None]);
        assert!(tx.claim_known().is_none(), "the next send has to ask, and is told that the channel is closed");
        assert_eq!([(); 3].map(|()| rx.pop()), [Some(2), Some(3), None]);
        assert_eq!((rx.pop_known(&mut None), rx.pop_many(3, &mut Vec::new())), (false, 0));
        assert_eq!(tx.link().0.len(), 0);
    }
}

#[test]
fn what_was_published_before_the_seal_stays_the_consumers() {
    let (mut tx, mut rx) = roles(Ring::new(3));
    tx.claim_many(3).unwrap().fill(1..);
    assert_eq!(rx.pop(), Some(1));
    assert!(tx.part());
    rx.seal();
    assert!(tx.part());
    assert_eq!((tx.reclaim(), rx.pop(), rx.pop(), rx.pop()), (None, Some(2), Some(3), None));
}

#[test]
fn counts_what_went_past() {
    let (mut tx, mut rx) = roles(Ring::new(3));
    for _ in 0..10 {
        assert!(push(&mut tx, ()));
        rx.pop().unwrap();
    }
    assert!(push(&mut tx, ()));
    let ring = &rx.link().0;
    assert_eq!((ring.pushed(), ring.popped(), ring.len()), (11, 10, 1));
}

#[test]
fn values_of_no_size_and_of_wide_alignment() {
    #[repr(align(256))]
    struct Wide(u8);

    let (mut tx, mut rx) = roles(Ring::new(3));
    for _ in 0..7 {
        tx.claim_many(3).unwrap().fill_front(&mut vec![(); 3]);
        assert!(!push(&mut tx, ()));
        assert_eq!(rx.pop_many(5, &mut Vec::new()), 3);
    }
    let (mut tx, mut rx) = roles(Ring::new(2));
    for byte in 0..7 {
        assert!(push(&mut tx, Wide(byte)));
        let wide = rx.pop().unwrap();
        assert_eq!((wide.0, &raw const wide as usize % 256), (byte, 0));
    }
}

#[test]
fn a_big_ring_never_passes_over_the_stack() {
    on_small_stack(|| {
        let (tx, rx) = roles(Ring::<[u8; 1 << 20]>::new(64));
        assert_eq!((tx.link().0.capacity(), rx.link().0.len()), (64, 0));
    });
}

#[test]
fn refuses_a_wrong_capacity() {
    refuses(|capacity| drop(Ring::<u64>::new(capacity)));
}

#[test]
fn drops_what_is_left_once() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let (mut tx, mut rx) = roles(Ring::starting_at(5, usize::MAX));
    tx.claim_many(4).unwrap().fill((0..4).map(|_| Tally::new(&dropped, false)));
    drop((rx.pop(), rx.pop()));
    let mut values: Vec<_> = (0..3).map(|_| Tally::new(&dropped, false)).collect();
    tx.claim_many(2).unwrap().fill_front(&mut values);
    assert_eq!((values.len(), dropped.load(Ordering::Relaxed)), (1, 2));
    drop(values);
    assert!(tx.claim().is_some(), "a claim that is not filled changes nothing");
    drop(tx);
    assert_eq!(dropped.load(Ordering::Relaxed), 3);
    drop(rx);
    assert_eq!(dropped.load(Ordering::Relaxed), 7);
}

#[test]
fn a_panicking_drop_does_not_stop_the_rest() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let (mut tx, mut rx) = roles(Ring::new(5));
    tx.claim_many(5).unwrap().fill((0..5).map(|nth| Tally::new(&dropped, nth % 2 == 1)));
    assert_eq!(panic_of(|| rx.clear()), "drop 1");
    assert_eq!((dropped.load(Ordering::Relaxed), rx.link().0.len()), (5, 0));
    tx.claim_many(5).unwrap().fill((0..5).map(|nth| Tally::new(&dropped, nth % 2 == 1)));
    assert_eq!(panic_of(|| drop((tx, rx))), "drop 6");
    assert_eq!(dropped.load(Ordering::Relaxed), 10);
}
