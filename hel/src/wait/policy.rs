use crate::sync::{IN_MODEL, Note, barrier};

/// When the gate goes back to 0: what one side has learnt of how long its waiters run between two waits.
///
/// Clearing the gate saves a fence per operation and costs the next waiter one heavy barrier. So it is worth it when the
/// operations expected until the next wait, each a fence, cost more than that barrier.
///
/// Advice: written by waiters and by those who wake them, and a race over it loses a lesson at most.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// Operations between two waits, a moving average.
    run: Note,
    /// The count of operations at the last wait.
    seen: Note,
    /// How often clearing was not worth it since the last time that it was done.
    declined: Note,
}

impl Policy {
    /// Runs longer than this are all the same, and the arithmetic stays small.
    const LONGEST: usize = 1 << 20;

    /// Runs shorter than this are not worth a heavy barrier, however cheap it may have become.
    const PROMISING: usize = 128;

    /// So often clearing may be declined before it is tried all the same.
    const DECLINED: usize = 128;

    /// Notes that a waiter registers after `done` operations of its side, a count that wraps.
    pub(super) fn waits_after(&self, done: usize) {
        let run = done.wrapping_sub(self.seen.get()).min(Self::LONGEST);
        self.seen.set(done);
        self.run.set((self.run.get() * 3 + run) / 4);
    }

    /// Whether clearing the gate is expected to pay, or ought to be tried again.
    #[inline]
    pub(super) fn worth_clearing(&self) -> bool {
        barrier::asymmetric() && (self.run.get() >= barrier::fences_per_heavy() as usize || self.is_worth_a_try())
    }

    /// A heavy barrier that is taken for too dear does not run, so nobody would learn that it is not any more.
    pub(super) fn is_worth_a_try(&self) -> bool {
        if IN_MODEL || self.run.get() < Self::PROMISING {
            return false;
        }
        let declined = (self.declined.get() + 1) % Self::DECLINED;
        self.declined.set(declined);
        declined == 0
    }
}
