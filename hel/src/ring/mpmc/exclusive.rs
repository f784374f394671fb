//! The one that pops when nobody else does.

use std::fmt;
use std::ptr::NonNull;

use super::Ring;
use super::claim::Taken;
use crate::ring::Starved;
use crate::sync::atomic::Ordering;
use crate::sync::barrier::point;
use crate::sync::{Arc, Defect, defect};

/// The only one that pops: it moves head by a store, where the others need a CAS.
///
/// The role is the mark on head, so that the ring itself keeps others from popping as long as this lives.
pub(crate) struct ExclusivePopper<T, L> {
    /// The ring in `_link`, asked for once.
    ring: NonNull<Ring<T>>,
    /// Keeps the ring alive, where it is.
    _link: Arc<L>,
}

// SAFETY: I11: the pointer leads into what the `Arc` shares, which is `Sync`; what moves through it needs `T: Send`.
unsafe impl<T: Send, L: Send + Sync> Send for ExclusivePopper<T, L> {}
// SAFETY: I11: a shared reference does nothing at all.
unsafe impl<T: Send, L: Send + Sync> Sync for ExclusivePopper<T, L> {}

impl<T> Ring<T> {
    /// Marks head, after which only the exclusive popper can claim anything for popping. False if it has a mark already.
    fn mark_head(&self) -> bool {
        let mark = self.fixed.positions.mark();
        if defect(Defect::ExclusiveByStore) {
            // ORDERING: Relaxed, as below.
            let head = self.head.load(Ordering::Relaxed);
            self.head.store(head | mark, Ordering::Relaxed);
            return head & mark == 0;
        }
        // ORDERING: Relaxed: decides only who has the role. An RMW, so that no claim comes between: a CAS from an unmarked
        // head fails from here on (I11). Values are acquired with their stamps (I5).
        self.head.fetch_or(mark, Ordering::Relaxed) & mark == 0
    }
}

impl<T, L> ExclusivePopper<T, L> {
    /// Makes the role for the ring in `link`, unless somebody has it.
    pub(crate) fn claim(link: Arc<L>, ring: fn(&L) -> &Ring<T>) -> Option<Self> {
        let ring = ring(&link);
        if !ring.mark_head() {
            return None;
        }
        Some(Self { ring: NonNull::from(ring), _link: link })
    }

    #[inline(always)]
    fn ring(&self) -> &Ring<T> {
        // SAFETY: I11: `_link` keeps the ring alive where it is.
        unsafe { self.ring.as_ref() }
    }

    /// The head with its mark, which is the stamp of a full slot there.
    #[inline(always)]
    fn head(&self) -> usize {
        // ORDERING: Relaxed: no other thread writes it (I11).
        self.ring().head.load(Ordering::Relaxed)
    }

    /// For those who have this role by `&mut`.
    #[inline(always)]
    fn move_head(&self, head: usize) {
        // ORDERING: Relaxed, as for the CAS of `Ring::move_head`: the slots are given back by their stamps.
        self.ring().head.store(head, Ordering::Relaxed);
        point();
    }

    /// Takes the value at the head.
    #[cfg(test)]
    pub(crate) fn pop(&mut self) -> Result<T, Starved> {
        let mut place = None;
        self.pop_into(&mut place).map(|()| place.expect("it was taken"))
    }

    /// Takes the value at the head into `place`, which is empty.
    #[inline(always)]
    pub(crate) fn pop_into(&mut self, place: &mut Option<T>) -> Result<(), Starved> {
        point();
        let head = self.head();
        let ring = self.ring();
        // A copy, as in `Ring::try_claim`.
        let positions = ring.fixed.positions;
        let slot = ring.slot(head);
        if slot.stamp.load(Ordering::Acquire) != head {
            return Err(self.starved(head));
        }
        self.move_head(positions.next(head));
        let free = positions.next_lap(positions.unmarked(head));
        Taken { slot, free }.take(|value| *place = Some(value));
        Ok(())
    }

    /// Takes up to `max` values in a row, to the end of `into`; says how many, 0 only for a `max` of 0.
    ///
    /// Room in `into` is made before anything is claimed: no memory, nothing taken.
    pub(crate) fn pop_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        point();
        let head = self.head();
        let positions = self.ring().fixed.positions;
        let first = positions.unmarked(head);
        let len = self.ring().run_of(first, max, positions.mark());
        if len == 0 && max > 0 {
            return Err(self.starved(head));
        }
        into.reserve(len);
        self.move_head(positions.advance(head, len));
        self.ring().take_run(first, len, into);
        Ok(len)
    }

    /// Why there is nothing at `head`.
    #[cold]
    #[inline(never)]
    fn starved(&self, head: usize) -> Starved {
        let ring = self.ring();
        ring.starved(ring.fixed.positions.unmarked(head))
    }
}

impl<T, L> Drop for ExclusivePopper<T, L> {
    fn drop(&mut self) {
        let head = self.ring().fixed.positions.unmarked(self.head());
        // Whoever pops from here on needs a CAS again.
        self.move_head(head);
    }
}

impl<T, L> fmt::Debug for ExclusivePopper<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExclusivePopper").field("ring", self.ring()).finish_non_exhaustive()
    }
}
