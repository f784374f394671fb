//! What a won claim may do with its slots.

use std::mem::MaybeUninit;

use super::{Ring, Slot};
use crate::ring::front::take_front;
use crate::sync::atomic::Ordering;

/// How one attempt at an end of the ring went.
pub(super) enum Attempt<W> {
    /// The slot is ours.
    Won(W),
    /// The slot was ours to take, and another thread was faster.
    Lost,
    /// The slot was not in the wanted state, at the position read.
    Barred { at: usize },
}

/// A slot that only this claim may fill.
///
/// It has to be filled: dropped, it leaves a hole that nobody can pass.
#[must_use]
pub(crate) struct Claim<'a, T> {
    pub(super) slot: &'a Slot<T>,
    /// The stamp that says so once the value is there.
    pub(super) full: usize,
}

impl<T> Claim<'_, T> {
    /// Writes the value and publishes it.
    #[inline(always)]
    pub(crate) fn fill(self, value: T) {
        self.slot.value.with_mut(|place| {
            // SAFETY: I4: until the stamp below only this claim touches the slot, and no value is in it.
            unsafe { place.cast::<T>().write(value) };
        });
        self.slot.stamp.store(self.full, Ordering::Release);
    }
}

/// Slots in a row that only this claim may fill. All of them have to be filled.
#[must_use]
pub(crate) struct ClaimMany<'a, T> {
    pub(super) ring: &'a Ring<T>,
    /// The position that is filled next.
    pub(super) next: usize,
    pub(super) len: usize,
}

impl<'a, T> ClaimMany<'a, T> {
    /// One of the slots, at `position`.
    fn claim_of(&self, position: usize) -> Claim<'a, T> {
        Claim { slot: self.ring.slot(position), full: position | self.ring.fixed.positions.mark() }
    }

    /// How many slots are not filled yet.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes [`len`](Self::len) values off the front of `values` and publishes them, a few at a time.
    pub(crate) fn fill_front(self, values: &mut Vec<T>) {
        let mark = self.ring.fixed.positions.mark();
        let move_out = |values: &[MaybeUninit<T>]| {
            self.ring.each_of_run(self.next, self.len, |nth, position, slot| {
                // SAFETY: I12: there are as many values as slots.
                let value = unsafe { values.get_unchecked(nth) };
                // SAFETY: I12: each slot comes once, so each value is moved once.
                Claim { slot, full: position | mark }.fill(unsafe { value.assume_init_read() });
            });
        };
        // SAFETY: I12: each of `len` slots took one.
        unsafe { take_front(values, self.len, move_out) };
    }

    /// Takes exactly [`len`](Self::len) values in order and publishes each as it goes.
    ///
    /// `items` must have that many and must not panic: what stays unfilled is a hole that nobody can pass.
    pub(crate) fn fill(self, mut items: impl Iterator<Item = T>) {
        let mut filled = 0;
        for (first, slots) in self.ring.runs(self.next, self.len) {
            for ((step, slot), value) in slots.iter().enumerate().zip(&mut items) {
                Claim { slot, full: (first + step) | self.ring.fixed.positions.mark() }.fill(value);
                filled += 1;
            }
        }
        debug_assert_eq!(filled, self.len, "a batch fell short of its claim");
    }

    /// Publishes `value` in the first slot that is not filled yet.
    pub(crate) fn fill_first(&mut self, value: T) {
        assert!(self.len > 0, "more values than were claimed");
        self.claim_of(self.next).fill(value);
        self.next = self.ring.fixed.positions.next(self.next);
        self.len -= 1;
    }

    /// Publishes `value` in the last slot that is not filled yet: it is received once those before it are filled.
    pub(crate) fn fill_last(&mut self, value: T) {
        assert!(self.len > 0, "more values than were claimed");
        self.len -= 1;
        self.claim_of(self.ring.fixed.positions.advance(self.next, self.len)).fill(value);
    }
}

/// A slot whose value only this claim may take.
pub(super) struct Taken<'a, T> {
    pub(super) slot: &'a Slot<T>,
    /// The stamp that frees the slot for the next lap.
    pub(super) free: usize,
}

impl<T> Taken<'_, T> {
    /// Moves the value out, to where `put` puts it, and frees the slot for the next lap.
    ///
    /// `put` must not panic: a slot that is not freed stops the ring.
    #[inline(always)]
    pub(super) fn take(self, put: impl FnOnce(T)) {
        put(self.slot.value.with(|value| {
            // SAFETY: I5: the value was published, and until the stamp below only this claim touches the slot.
            unsafe { value.cast::<T>().read() }
        }));
        self.slot.stamp.store(self.free, Ordering::Release);
    }
}
