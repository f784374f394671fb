use crate::sync::{Note, barrier};

/// When the gate goes back to 0: what one side has learnt of how long its waiters run between two waits.
///
/// Clearing the gate saves a fence per operation and costs the next waiter one heavy barrier. So it is worth it when the
/// operations expected until the next wait, each a fence, cost more than that barrier.
///
/// Advice: written by one waiter at a time, read by whoever wakes it.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// Operations between two waits, a moving average.
    run: Note,
    /// The count of operations at the last wait.
    seen: Note,
}

impl Policy {
    /// Runs longer than this are all the same, and the arithmetic stays small.
    const LONGEST: usize = 1 << 20;

    /// Notes that a waiter registers after `done` operations of its side, a count that wraps.
    pub(super) fn waits_after(&self, done: usize) {
        let run = done.wrapping_sub(self.seen.get()).min(Self::LONGEST);
        self.seen.set(done);
        self.run.set((self.run.get() * 3 + run) / 4);
    }

    /// Whether clearing the gate is expected to pay.
    #[inline]
    pub(super) fn worth_clearing(&self) -> bool {
        barrier::asymmetric() && self.run.get() >= barrier::fences_per_heavy() as usize
    }
}
