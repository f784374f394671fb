//! Runs of slots, filled from either end and popped by one or by many, around the wrap of positions.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{CAPACITIES, LAPS};
use crate::ring::mpmc::{ExclusivePopper, Ring};
use crate::ring::position::Positions;
use crate::ring::{Refused, Starved};

type Popper = ExclusivePopper<usize, Ring<usize>>;

/// Numbers that are the same on every run.
struct Random(u32);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        (self.0 >> 16) as usize % bound
    }
}

/// A ring, and the queue that it should be.
struct Pair {
    ring: Arc<Ring<usize>>,
    popper: Option<Popper>,
    queue: VecDeque<usize>,
    next: usize,
}

impl Pair {
    /// Fills a claim from both ends at once: in which order does not matter.
    fn push(&mut self, max: usize, random: &mut Random) {
        let room = self.ring.capacity() - self.queue.len();
        let mut claim = match self.ring.claim_many(max) {
            Ok(claim) => claim,
            Err(refused) => return assert_eq!((refused, room), (Refused::Full, 0)),
        };
        assert_eq!(claim.len(), max.min(room));
        let (mut first, mut end) = (self.next, self.next + claim.len());
        self.queue.extend(first..end);
        self.next = end;
        let by_hand = random.below(claim.len() + 1);
        for _ in 0..by_hand {
            if random.below(2) == 0 {
                claim.fill_first(first);
                first += 1;
            } else {
                end -= 1;
                claim.fill_last(end);
            }
        }
        if random.below(2) == 0 {
            return claim.fill(first..end);
        }
        // What is over stays, moved up.
        let mut values: Vec<_> = (first..end + random.below(3)).collect();
        claim.fill_front(&mut values);
        assert!(values.iter().enumerate().all(|(nth, &value)| value == end + nth));
    }

    fn pop(&mut self, max: usize) {
        let mut into = Vec::new();
        let popped = match &mut self.popper {
            None if max == 1 => self.ring.pop().map(|value| into.push(value)),
            None => self.ring.pop_many(max, &mut into).map(drop),
            Some(popper) if max == 1 => popper.pop().map(|value| into.push(value)),
            Some(popper) => popper.pop_many(max, &mut into).map(drop),
        };
        let starved = popped.err();
        assert_eq!(starved, (max > 0 && self.queue.is_empty()).then_some(Starved::Empty));
        let count = max.min(self.queue.len());
        assert!(into.into_iter().eq(self.queue.drain(..count)));
    }

    /// Nobody pops beside an exclusive popper, whatever there is.
    fn pop_beside(&self) {
        if self.popper.is_some() {
            let starved = if self.queue.is_empty() { Starved::Empty } else { Starved::Hole };
            assert_eq!(self.ring.pop(), Err(starved));
            assert_eq!(self.ring.pop_many(3, &mut Vec::new()), Err(starved));
        }
    }

    fn change(&mut self) {
        self.popper = match self.popper.take() {
            Some(_) => None,
            None => ExclusivePopper::claim(Arc::clone(&self.ring), |ring| ring),
        };
        let again = ExclusivePopper::claim(Arc::clone(&self.ring), |ring| ring);
        assert_eq!(again.is_some(), self.popper.is_none());
    }

    fn agrees(&self) {
        let (len, capacity) = (self.queue.len(), self.ring.capacity());
        assert_eq!((self.ring.len(), self.ring.has_item(), self.ring.has_room()), (len, len > 0, len < capacity));
        assert!(!self.ring.at_hole());
    }
}

#[test]
fn runs_from_both_ends_agree_with_a_queue() {
    for (capacity, lap) in CAPACITIES.into_iter().flat_map(|capacity| LAPS.map(|lap| (capacity, lap))) {
        let ring = Arc::new(Ring::starting_at(capacity, lap));
        let (mut pair, mut random) = (Pair { ring, popper: None, queue: VecDeque::new(), next: 0 }, Random(1));
        for _ in 0..2_000 {
            let max = random.below(capacity + 3);
            match random.below(9) {
                0..=3 => pair.push(max, &mut random),
                4..=7 => pair.pop(max),
                _ => pair.change(),
            }
            pair.pop_beside();
            pair.agrees();
        }
        // A closed ring is drained by whoever may pop.
        let closed = pair.ring.close();
        assert!(closed && pair.ring.claim_many(1).err() == Some(Refused::Closed));
        while !pair.queue.is_empty() {
            pair.pop(2);
            if random.below(3) == 0 {
                pair.change();
            }
        }
        let drained = pair.popper.as_mut().map_or_else(|| pair.ring.pop(), |popper| popper.pop());
        assert_eq!(
            (drained, pair.ring.pop(), pair.ring.has_item()),
            (Err(Starved::Drained), Err(Starved::Drained), true)
        );
    }
}

/// A claim that is filled from the back serves nobody before its first slot is full.
#[test]
fn filled_from_the_back_it_is_a_hole_until_the_front() {
    for (capacity, lap) in [(2, usize::MAX), (3, usize::MAX), (5, 0)] {
        let ring = Ring::starting_at(capacity, lap);
        for shift in 0..2 * capacity {
            let mut claim = ring.claim_many(capacity).unwrap();
            for value in (1..capacity).rev() {
                claim.fill_last(value);
                assert_eq!((ring.pop(), ring.len()), (Err(Starved::Hole), capacity));
            }
            claim.fill_last(0);
            assert_eq!(claim.len(), 0);
            let mut into = Vec::new();
            assert_eq!(ring.pop_many(capacity, &mut into), Ok(capacity));
            assert!(into.into_iter().eq(0..capacity));
            // Begin one slot later the next time.
            ring.claim().unwrap().fill(shift);
            assert_eq!(ring.pop(), Ok(shift));
        }
    }
}

/// Each slot of a run comes once, with its position; of every few the first comes last, so that they are given out together.
#[test]
fn a_run_goes_by_few_whose_first_comes_last() {
    type Big = [u64; 200];
    let few = Ring::<Big>::FEW;
    assert_eq!((few, Ring::<[Big; 9]>::FEW), (2, 1));
    for (capacity, lap) in [(1, 0), (7, usize::MAX), (8, 3)] {
        let ring = Ring::<Big>::starting_at(capacity, lap);
        let steps = Positions::new(capacity);
        let positions: Vec<_> =
            std::iter::successors(Some(steps.start_of(lap)), |&position| Some(steps.next(position)))
                .take(2 * capacity)
                .collect();
        for (from, len) in (0..capacity).flat_map(|from| (0..=capacity).map(move |len| (from, len))) {
            let order = ring.order_of_run(positions[from], len);
            assert!(order.iter().all(|&(nth, position)| position == positions[from + nth]));
            let edge = len.min(capacity - from);
            let expected = [0..edge, edge..len].into_iter().flat_map(|run| {
                run.clone().step_by(few).flat_map(move |first| (first + 1..run.end.min(first + few)).chain([first]))
            });
            assert!(expected.eq(order.iter().map(|&(nth, _)| nth)), "{order:?}: {len} from {from}");
        }
    }
}
