use crate::sync::barrier;

/// When the gate goes back to 0: what one side has learnt of how long its waiters run between two waits.
///
/// Clearing the gate saves a fence per operation and costs the next waiter one heavy barrier. So it is worth it when the
/// operations expected until the next wait, each a fence, cost more than that barrier.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// Operations between two waits, a moving average.
    run: u32,
    /// The count of operations at the last wait.
    seen: usize,
}

impl Policy {
    /// Runs longer than this are all the same, and the arithmetic stays small.
    const LONGEST: usize = 1 << 20;

    /// Notes that a waiter registers after `done` operations of its side, a count that wraps.
    pub(super) fn waits_after(&mut self, done: usize) {
        let run = done.wrapping_sub(self.seen).min(Self::LONGEST) as u32;
        self.seen = done;
        self.run = (self.run * 3 + run) / 4;
    }

    /// Whether clearing the gate is expected to pay.
    pub(super) fn worth_clearing(&self) -> bool {
        barrier::asymmetric() && self.run >= barrier::fences_per_heavy()
    }
}
