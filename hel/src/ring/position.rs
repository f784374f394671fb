//! Positions: where in the ring, and on which lap.
//!
//! ```text
//!   63            k+1   k   k-1      0
//!  ┌─────────────────┬──────┬─────────┐
//!  │ lap (wraps)     │ mark │ index   │    index < capacity <= 2^k
//!  └─────────────────┴──────┴─────────┘
//! ```
//!
//! Lap and index are kept apart, so that any capacity is exact and a slot of a
//! ring of one can tell this lap from the next.

/// The largest capacity: two bits are left for the lap, one for the mark.
pub(super) const MAX_CAPACITY: usize = 1 << (usize::BITS - 3);

/// Arithmetic on the positions of one ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Positions {
    capacity: usize,
    mark: usize,
}

impl Positions {
    /// The arithmetic for rings of `capacity`, which is from 1 to [`MAX_CAPACITY`].
    pub(super) fn new(capacity: usize) -> Self {
        debug_assert!((1..=MAX_CAPACITY).contains(&capacity));
        Self { capacity, mark: capacity.next_power_of_two() }
    }

    /// How many slots the ring has.
    #[inline(always)]
    pub(super) fn capacity(self) -> usize {
        self.capacity
    }

    /// The bit between lap and index: closed on a tail, full on a stamp, exclusive on a head.
    #[inline(always)]
    pub(super) fn mark(self) -> usize {
        self.mark
    }

    /// The position without its mark, if it has one.
    #[inline(always)]
    pub(super) fn unmarked(self, position: usize) -> usize {
        position & !self.mark
    }

    /// What one lap adds to a position.
    #[inline(always)]
    fn one_lap(self) -> usize {
        self.mark << 1
    }

    /// The first position of `lap`, whose upper bits are dropped.
    pub(super) fn start_of(self, lap: usize) -> usize {
        lap.wrapping_mul(self.one_lap())
    }

    /// Which slot the position is in; a mark does not matter.
    #[inline(always)]
    pub(super) fn index(self, position: usize) -> usize {
        position & (self.mark - 1)
    }

    /// The position after `position`; a mark stays.
    #[inline(always)]
    pub(super) fn next(self, position: usize) -> usize {
        let index = self.index(position);
        if index + 1 < self.capacity {
            return position + 1;
        }
        at_the_edge();
        self.next_lap(position - index)
    }

    /// The position before an unmarked `position`.
    pub(super) fn previous(self, position: usize) -> usize {
        if self.index(position) > 0 {
            position - 1
        } else {
            position.wrapping_sub(self.one_lap()) + (self.capacity - 1)
        }
    }

    /// The position `steps` (at most the capacity) after `position`; a mark stays.
    #[inline]
    pub(super) fn advance(self, position: usize, steps: usize) -> usize {
        let to_edge = self.to_edge(position);
        if steps < to_edge {
            position + steps
        } else {
            self.next_lap(position - self.index(position)) + (steps - to_edge)
        }
    }

    /// How many steps lead from `position` to the first position of the next lap.
    #[inline]
    pub(super) fn to_edge(self, position: usize) -> usize {
        self.capacity - self.index(position)
    }

    /// The same slot, one lap later; a mark stays.
    #[inline(always)]
    pub(super) fn next_lap(self, position: usize) -> usize {
        position.wrapping_add(self.one_lap())
    }

    /// How many steps lead from one unmarked position to another: 0 to the
    /// capacity, also when the two were not read at one moment.
    #[inline]
    pub(super) fn distance(self, from: usize, to: usize) -> usize {
        let (from_index, to_index) = (self.index(from), self.index(to));
        let laps = (to - to_index).wrapping_sub(from - from_index);
        if laps == 0 {
            to_index.saturating_sub(from_index)
        } else if laps == self.one_lap() {
            self.capacity.min(self.capacity - from_index + to_index)
        } else if laps <= usize::MAX / 2 {
            self.capacity
        } else {
            0
        }
    }

    /// How many positions lie before this one: wraps, and jumps where the lap wraps.
    #[inline]
    pub(super) fn count(self, position: usize) -> usize {
        // A lap is a power of two: to divide by it is to shift.
        let laps = position >> (self.mark.trailing_zeros() + 1);
        laps.wrapping_mul(self.capacity).wrapping_add(self.index(position))
    }
}

/// Makes the way round the edge a branch: foreseen, it keeps the arithmetic of it from every step on the way.
#[cold]
fn at_the_edge() {}
