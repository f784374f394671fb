//! The one that pops.

use std::fmt;
use std::mem::MaybeUninit;

use super::reach::Reach;
use super::{LAST, Ring, SEALED, Shared, Slot};
use crate::ring::exhaust::exhaust;
use crate::ring::position::Positions;
use crate::sync::atomic::Ordering;
use crate::sync::barrier::point;
use crate::sync::{Arc, UnsafeCell};

/// The one that pops. The fast path reads nothing that the producer writes but the slot.
pub(crate) struct Consumer<T, L: Shared<T>> {
    /// The slots of the ring in `link`, kept here to save the way there.
    slots: *const Slot<T>,
    positions: Positions,
    /// The same as the ring's head, of which this is the only writer (I7).
    head: usize,
    /// Values are known to be published from `head` up to here (I9).
    ready: Reach,
    link: Arc<L>,
}

// SAFETY: I7: the pointer leads into the ring in `link`, which is `Sync`; what moves through it needs `T: Send`.
unsafe impl<T: Send, L: Shared<T> + Send + Sync> Send for Consumer<T, L> {}
// SAFETY: I7: a shared reference only looks, at atomics.
unsafe impl<T: Send, L: Shared<T> + Send + Sync> Sync for Consumer<T, L> {}

impl<T, L: Shared<T>> Consumer<T, L> {
    /// Makes the role.
    ///
    /// # Safety
    /// As for [`claim_roles`](super::claim_roles).
    pub(super) unsafe fn claim_role(link: Arc<L>) -> Self {
        let ring = link.ring();
        let slots = ring.fixed.slots.as_ptr();
        let positions = ring.fixed.positions;
        let head = ring.head.load(Ordering::Acquire);
        Self { slots, positions, head, ready: Reach::new(head), link }
    }

    /// What holds the ring.
    pub(crate) fn link(&self) -> &Arc<L> {
        &self.link
    }

    #[inline(always)]
    fn ring(&self) -> &Ring<T> {
        self.link.ring()
    }

    /// Takes the next value; none if the ring is really empty.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let mut place = None;
        point();
        if self.ready.end() != self.head || self.refresh() {
            // SAFETY: I9: at least one value is published from head on.
            unsafe { self.take(&mut place) };
        }
        place
    }

    /// Whether a pop needs no look at the producer's position.
    #[inline(always)]
    pub(crate) fn knows_value(&mut self) -> bool {
        self.ready.end() != self.head
    }

    /// Takes the next value into `place`, if that needs no look at the producer's position. True if it did.
    #[inline(always)]
    pub(crate) fn pop_known(&mut self, place: &mut Option<T>) -> bool {
        point();
        if self.ready.end() == self.head {
            return false;
        }
        // SAFETY: I9: at least one value is published from head on.
        unsafe { self.take(place) };
        true
    }

    /// Settles what may still be taken: what is published now, and of what the producer publishes later nothing. It learns
    /// that when it [`part`](super::Producer::part)s; if it parted before, all that it published counts.
    ///
    /// From a shared reference, so that an end can be closed by one; not by two threads at once.
    pub(crate) fn seal(&self) {
        let (ring, fixed) = (self.ring(), &self.ring().fixed);
        if self.is_sealed() {
            return;
        }
        // ORDERING: Relaxed: the RMW below publishes it.
        fixed.limit.store(ring.tail.load(Ordering::Acquire), Ordering::Relaxed);
        // ORDERING: AcqRel, with `Producer::part`: of the two the later one sees the other, and the ring as it left it.
        if fixed.parting.fetch_or(SEALED, Ordering::AcqRel) & LAST != 0 {
            fixed.limit.store(ring.tail.load(Ordering::Acquire), Ordering::Release);
        }
    }

    /// Whether it is settled what may still be taken.
    fn is_sealed(&self) -> bool {
        self.ring().fixed.parting.load(Ordering::Acquire) & SEALED != 0
    }

    /// Looks where the producer is, or was at the seal; true if there is a value.
    #[inline]
    pub(crate) fn refresh(&mut self) -> bool {
        let ring = self.ring();
        let end = if self.is_sealed() { &ring.fixed.limit } else { &*ring.tail };
        let end = end.load(Ordering::Acquire);
        self.ready.set(end);
        end != self.head
    }

    /// Moves the next value into `place`, which is empty, and frees its slot.
    ///
    /// # Safety
    /// `ready` does not end at head.
    #[inline(always)]
    unsafe fn take(&mut self, place: &mut Option<T>) {
        let head = self.head;
        debug_assert!(place.is_none());
        // SAFETY: I9: the value at head is published, and head passes it below, once.
        *place = Some(unsafe { self.read(head) });
        self.release(self.positions.next(head));
    }

    /// Takes up to `max` values to the end of `into`; says how many, 0 if the ring is really empty.
    ///
    /// Room in `into` is made before anything is taken.
    pub(crate) fn pop_many(&mut self, max: usize, into: &mut Vec<T>) -> usize {
        point();
        let mut ready = self.known();
        if ready < max {
            self.refresh();
            ready = self.known();
        }
        let len = max.min(ready);
        if len == 0 {
            return 0;
        }
        into.reserve(len);
        let before = into.len();
        let room = &mut into.spare_capacity_mut()[..len];
        let (here, beyond) = room.split_at_mut(len.min(self.positions.to_edge(self.head)));
        let second = self.positions.advance(self.head, here.len());
        // SAFETY: I9: `len` values are published from head on, here up to the edge; `release` passes them below.
        unsafe { self.read_run(self.head, here) };
        // SAFETY: I9: the others lie beyond it.
        unsafe { self.read_run(second, beyond) };
        // SAFETY: I12: so many values were moved there.
        unsafe { into.set_len(before + len) };
        self.release(self.positions.advance(self.head, len));
        len
    }

    /// How many values are known to be there.
    fn known(&mut self) -> usize {
        self.positions.distance(self.head, self.ready.end())
    }

    /// Copies values that lie side by side, from the one at `position` on, until `room` is full.
    ///
    /// # Safety
    /// They are published and do not cross the edge, and head passes them before they can be read again.
    unsafe fn read_run(&self, position: usize, room: &mut [MaybeUninit<T>]) {
        let index = self.positions.index(position);
        let slots = &self.ring().fixed.slots[index..index + room.len()];
        UnsafeCell::with_run(slots, |nth, values, count| {
            let room = &mut room[nth..nth + count];
            // SAFETY: I8: the values are published, and the producer does not write there before head has passed them.
            unsafe { room.as_mut_ptr().copy_from_nonoverlapping(values, count) };
        });
    }

    /// Takes and drops everything, refreshing until the ring is really empty. A drop that panics does not stop the rest;
    /// the first panic goes on at the end.
    pub(crate) fn clear(&mut self) {
        exhaust(|| self.pop().map(drop).is_some());
    }

    /// Moves the head, for the producer and for itself.
    #[inline(always)]
    fn release(&mut self, head: usize) {
        point();
        self.head = head;
        self.ring().head.store(head, Ordering::Release);
    }

    /// Moves the value out of the slot at `position`.
    ///
    /// # Safety
    /// The value is published, and head passes it before it can be read again.
    #[inline(always)]
    unsafe fn read(&self, position: usize) -> T {
        let index = self.positions.index(position);
        debug_assert!(index < self.positions.capacity());
        // SAFETY: I1: the index of a position is below the capacity, which is the number of slots.
        let slot = unsafe { self.slots.add(index) };
        // SAFETY: I1, I7: `link` keeps the slots alive where they are.
        let slot = unsafe { &*slot };
        slot.with(|place| {
            // SAFETY: I8: the value is published, and the producer does not write there before head has passed it.
            unsafe { place.cast::<T>().read() }
        })
    }
}

impl<T, L: Shared<T>> fmt::Debug for Consumer<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer").field("ring", self.ring()).finish_non_exhaustive()
    }
}
