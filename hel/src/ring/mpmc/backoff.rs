//! What a thread does that was not fast enough.

use crate::sync::{IN_MODEL, spin_loop};

/// Keeps threads that lose a CAS from taking the line from each other at once. Bounded: never yields or parks.
#[derive(Default)]
pub(super) struct Backoff {
    step: u32,
}

impl Backoff {
    /// The longest wait is two to the power of this many pauses. To a model one pause is as good as many.
    const LIMIT: u32 = if IN_MODEL { 1 } else { 8 };

    /// Waits a moment, longer at each call.
    pub(super) fn pause(&mut self) {
        for _ in 0..1_u32 << self.step {
            spin_loop();
        }
        self.step = Self::LIMIT.min(self.step + 1);
    }
}
