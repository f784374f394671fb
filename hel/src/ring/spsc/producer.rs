//! The one that pushes.

use std::fmt;
use std::mem::MaybeUninit;

use super::reach::Reach;
use super::{LAST, Ring, SEALED, Shared, Slot};
use crate::ring::front::take_front;
use crate::ring::position::Positions;
use crate::sync::atomic::Ordering;
use crate::sync::barrier::point;
use crate::sync::{Arc, UnsafeCell};

/// The one that pushes. The fast path reads nothing that the consumer writes.
pub(crate) struct Producer<T, L: Shared<T>> {
    /// The slots of the ring in `link`, kept here to save the way there.
    slots: *const Slot<T>,
    positions: Positions,
    /// The same as the ring's tail, of which this is the only writer (I7).
    tail: usize,
    /// Slots are known to be free from `tail` up to here (I9).
    free: Reach,
    /// What lies past the limit is this role's: the consumer sealed the ring first.
    owner: bool,
    link: Arc<L>,
}

// SAFETY: I7: the pointer leads into the ring in `link`, which is `Sync`; what moves through it needs `T: Send`.
unsafe impl<T: Send, L: Shared<T> + Send + Sync> Send for Producer<T, L> {}
// SAFETY: I7: a shared reference only looks, at atomics.
unsafe impl<T: Send, L: Shared<T> + Send + Sync> Sync for Producer<T, L> {}

impl<T, L: Shared<T>> Producer<T, L> {
    /// Makes the role.
    ///
    /// # Safety
    /// As for [`claim_roles`](super::claim_roles).
    pub(super) unsafe fn claim_role(link: Arc<L>) -> Self {
        let ring = link.ring();
        let slots = ring.fixed.slots.as_ptr();
        let positions = ring.fixed.positions;
        let tail = ring.tail.load(Ordering::Acquire);
        Self { slots, positions, tail, free: Reach::new(tail), owner: false, link }
    }

    /// What holds the ring.
    pub(crate) fn link(&self) -> &Arc<L> {
        &self.link
    }

    #[inline(always)]
    fn ring(&self) -> &Ring<T> {
        self.link.ring()
    }

    /// Claims the next slot; none if the ring is really full.
    #[inline(always)]
    #[cfg(all(test, not(hel_shuttle)))]
    pub(crate) fn claim(&mut self) -> Option<Claim<'_, T, L>> {
        point();
        if self.free.end() == self.tail && !self.refresh() {
            return None;
        }
        Some(Claim { producer: self })
    }

    /// Claims the next slot if that needs no look at the consumer's position.
    #[inline(always)]
    pub(crate) fn claim_known(&mut self) -> Option<Claim<'_, T, L>> {
        point();
        if self.free.end() == self.tail {
            return None;
        }
        Some(Claim { producer: self })
    }

    /// Looks where the consumer is; true if there is room.
    #[inline]
    pub(crate) fn refresh(&mut self) -> bool {
        let free = self.positions.next_lap(self.ring().head.load(Ordering::Acquire));
        self.free.set(free);
        free != self.tail
    }

    /// How many slots are known to be free.
    fn room(&mut self) -> usize {
        self.positions.distance(self.tail, self.free.end())
    }

    /// Claims up to `max` slots; none if the ring is really full.
    pub(crate) fn claim_many(&mut self, max: usize) -> Option<ClaimMany<'_, T, L>> {
        point();
        let mut room = self.room();
        if room < max {
            self.refresh();
            room = self.room();
        }
        let len = max.min(room);
        if len == 0 && max > 0 {
            return None;
        }
        Some(ClaimMany { len, producer: self })
    }

    /// Leaves no known room, so that the next claim has to [`refresh`](Self::refresh).
    pub(crate) fn stop(&self) {
        self.free.cut(self.tail);
    }

    /// Publishes nothing more. False: the consumer had sealed the ring before, and what lies past its limit is this
    /// role's to [`reclaim`](Self::reclaim).
    pub(crate) fn part(&mut self) -> bool {
        self.stop();
        // ORDERING: AcqRel, with `Consumer::seal`: of the two the later one sees the other, and the ring as it left it.
        let old = self.ring().fixed.parting.fetch_or(LAST, Ordering::AcqRel);
        // Only the first call decides: a consumer that seals after LAST counts everything (I10).
        if old & LAST == 0 {
            self.owner = old & SEALED != 0;
        }
        !self.owner
    }

    /// Takes back the last value that was published, after [`part`](Self::part) was false; none if the consumer's limit
    /// covers it.
    pub(crate) fn reclaim(&mut self) -> Option<T> {
        if !self.owner {
            return None;
        }
        // ORDERING: Relaxed: `part` acquired it with SEALED, and it does not change once LAST came second.
        let limit = self.ring().fixed.limit.load(Ordering::Relaxed);
        if self.tail == limit {
            return None;
        }
        let last = self.positions.previous(self.tail);
        let value = self.slot(last).with(|place| {
            // SAFETY: I10: the value lies past the limit, so the consumer will not take it.
            unsafe { place.cast::<T>().read() }
        });
        self.publish(last);
        // What is known to be free ends at tail, or it would reach round the whole ring.
        self.stop();
        Some(value)
    }

    /// Moves the tail, for the consumer and for itself.
    #[inline(always)]
    fn publish(&mut self, tail: usize) {
        self.tail = tail;
        self.ring().tail.store(tail, Ordering::Release);
    }

    #[inline(always)]
    fn slot(&self, position: usize) -> &Slot<T> {
        let index = self.positions.index(position);
        debug_assert!(index < self.positions.capacity());
        // SAFETY: I1: the index of a position is below the capacity, which is the number of slots.
        let slot = unsafe { self.slots.add(index) };
        // SAFETY: I1, I7: `link` keeps the slots alive where they are.
        unsafe { &*slot }
    }

    /// Writes a value into the slot at `position`.
    ///
    /// # Safety
    /// The slot is one of the free ones from tail on.
    #[inline(always)]
    unsafe fn write(&self, position: usize, value: T) {
        self.slot(position).with_mut(|place| {
            // SAFETY: I8: the consumer is done with a free slot and does not look at it before the tail has passed it.
            unsafe { place.cast::<T>().write(value) };
        });
    }

    /// Copies `values` into slots that lie side by side, from the one at `position` on.
    ///
    /// # Safety
    /// The slots are free ones from tail on, and do not cross the edge.
    unsafe fn write_run(&self, position: usize, values: &[MaybeUninit<T>]) {
        let index = self.positions.index(position);
        let slots = &self.ring().fixed.slots[index..index + values.len()];
        UnsafeCell::with_run_mut(slots, |nth, places, count| {
            let values = &values[nth..nth + count];
            // SAFETY: I8: as in `write`, for `count` slots.
            unsafe { places.copy_from_nonoverlapping(values.as_ptr(), count) };
        });
    }
}

impl<T, L: Shared<T>> fmt::Debug for Producer<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer").field("ring", self.ring()).finish_non_exhaustive()
    }
}

/// The next slot, known to be free. Dropped unfilled, it changes nothing.
#[must_use]
pub(crate) struct Claim<'a, T, L: Shared<T>> {
    producer: &'a mut Producer<T, L>,
}

impl<T, L: Shared<T>> Claim<'_, T, L> {
    /// Writes the value and publishes it.
    #[inline(always)]
    pub(crate) fn fill(self, value: T) {
        let producer = self.producer;
        let tail = producer.tail;
        // SAFETY: I9: a claim is made only where at least one slot is free from tail on.
        unsafe { producer.write(tail, value) };
        point();
        producer.publish(producer.positions.next(tail));
    }
}

/// The next slots, known to be free. What is not filled stays free.
#[must_use]
pub(crate) struct ClaimMany<'a, T, L: Shared<T>> {
    producer: &'a mut Producer<T, L>,
    len: usize,
}

impl<T, L: Shared<T>> ClaimMany<'_, T, L> {
    /// How many values [`fill`](Self::fill) takes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes [`len`](Self::len) values off the front of `values` and publishes them together.
    pub(crate) fn fill_front(self, values: &mut Vec<T>) {
        let (len, producer) = (self.len, self.producer);
        let (tail, positions) = (producer.tail, producer.positions);
        let move_out = |values: &[MaybeUninit<T>]| {
            let (here, beyond) = values.split_at(len.min(positions.to_edge(tail)));
            // SAFETY: I9: `len` slots are free from the producer's tail on, here up to the edge.
            unsafe { producer.write_run(tail, here) };
            // SAFETY: I9: the others lie beyond it.
            unsafe { producer.write_run(positions.advance(tail, here.len()), beyond) };
            // Before the rest moves up, which in a great batch takes a while.
            point();
            producer.publish(positions.advance(tail, len));
        };
        // SAFETY: I12: all of them are moved into slots.
        unsafe { take_front(values, len, move_out) };
    }

    /// Takes up to [`len`](Self::len) values in order and publishes them together: those that it got, if `items`
    /// ends early or panics.
    pub(crate) fn fill(self, mut items: impl Iterator<Item = T>) {
        let (len, tail) = (self.len, self.producer.tail);
        let positions = self.producer.positions;
        let mut run = Run { filled: 0, producer: self.producer };
        // Up to the edge of the ring, and from there on.
        let first = len.min(positions.to_edge(tail));
        for (position, count) in [(tail, first), (positions.advance(tail, first), len - first)] {
            for (step, value) in (0..count).zip(&mut items) {
                // SAFETY: I9: fewer than `len` slots were filled, and `len` are free from the producer's tail on.
                unsafe { run.producer.write(position + step, value) };
                run.filled += 1;
            }
        }
    }
}

/// Written slots that are published when the run ends, however it ends.
struct Run<'a, T, L: Shared<T>> {
    producer: &'a mut Producer<T, L>,
    filled: usize,
}

impl<T, L: Shared<T>> Drop for Run<'_, T, L> {
    fn drop(&mut self) {
        point();
        self.producer.publish(self.producer.positions.advance(self.producer.tail, self.filled));
    }
}
