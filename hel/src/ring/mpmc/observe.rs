//! What a bystander may ask. Every answer may be old when it arrives.

use std::fmt;

use super::Ring;
use crate::ring::{Refused, Starved};
use crate::sync::atomic::Ordering;

/// How often [`Ring::len`] reads both ends before it takes what it has.
const LEN_TRIES: usize = 4;

impl<T> Ring<T> {
    /// Whether the tail is marked.
    pub(crate) fn is_closed(&self) -> bool {
        self.tail.load(Ordering::Acquire) & self.fixed.positions.mark() != 0
    }

    /// How many positions are claimed for pushing and not for popping: never over the capacity, and exact where
    /// nothing moved meanwhile.
    pub(crate) fn len(&self) -> usize {
        let mut tail = self.tail.load(Ordering::Acquire);
        for _ in 1..LEN_TRIES {
            let head = self.head.load(Ordering::Acquire);
            let again = self.tail.load(Ordering::Acquire);
            if again == tail {
                return self.between(head, tail);
            }
            tail = again;
        }
        self.between(self.head.load(Ordering::Acquire), tail)
    }

    fn between(&self, head: usize, tail: usize) -> usize {
        let positions = &self.fixed.positions;
        positions.distance(positions.unmarked(head), positions.unmarked(tail))
    }

    /// Whether a pop would be served now, or would say drained.
    pub(crate) fn has_item(&self) -> bool {
        loop {
            // ORDERING: Relaxed: a guess, as in `try_take`. Marked or not: an exclusive popper's item is one as well.
            let head = self.head.load(Ordering::Relaxed);
            if self.slot(head).stamp.load(Ordering::Acquire) == head | self.fixed.positions.mark() {
                return true;
            }
            if let Some(starved) = self.starved_at(head) {
                return starved == Starved::Drained;
            }
        }
    }

    /// Whether a claim would be served now, or would say closed.
    pub(crate) fn has_room(&self) -> bool {
        loop {
            // ORDERING: Relaxed: a guess, as in `try_claim`.
            let tail = self.tail.load(Ordering::Relaxed);
            if self.slot(tail).stamp.load(Ordering::Acquire) == tail {
                return true;
            }
            if let Some(refused) = self.refused_at(tail) {
                return refused == Refused::Closed;
            }
        }
    }

    /// Whether what keeps a push from being served is a receiver half-way through its own operation.
    pub(crate) fn at_hole(&self) -> bool {
        let positions = &self.fixed.positions;
        // ORDERING: Relaxed, both: a snapshot. Who has to be sure puts a full fence before.
        let tail = self.tail.load(Ordering::Relaxed);
        let barred = self.slot(tail).stamp.load(Ordering::Acquire) != tail;
        let head = positions.unmarked(self.head.load(Ordering::Relaxed));
        barred && tail & positions.mark() == 0 && positions.next_lap(head) != tail
    }

    /// How many positions were claimed for pushing so far: wraps, for comparing over short times only.
    pub(crate) fn pushed(&self) -> usize {
        // ORDERING: Relaxed: a count for a policy, nothing is read on its strength.
        self.fixed.positions.count(self.tail.load(Ordering::Relaxed))
    }

    /// How many positions were claimed for popping so far: as [`pushed`](Self::pushed).
    pub(crate) fn popped(&self) -> usize {
        // ORDERING: Relaxed: as in `pushed`.
        self.fixed.positions.count(self.head.load(Ordering::Relaxed))
    }
}

impl<T> fmt::Debug for Ring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("capacity", &self.capacity()).field("len", &self.len()).finish_non_exhaustive()
    }
}
