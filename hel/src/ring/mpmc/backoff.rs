//! What a thread does that was not fast enough.

use crate::sync::{IN_MODEL, spin_loop};

/// Keeps threads that lose a CAS from taking the line from each other at once. Bounded: never yields or parks.
pub(crate) struct Backoff {
    step: u32,
}

impl Backoff {
    /// The first wait is two to the power of this many pauses: in less than that the winner has not come far, and the
    /// line would only go to and fro. To a model one pause is as good as many.
    const FIRST: u32 = if IN_MODEL { 0 } else { 6 };
    /// The longest one.
    const LAST: u32 = if IN_MODEL { 1 } else { 8 };

    pub(crate) fn new() -> Self {
        Self { step: Self::FIRST }
    }

    /// Waits a moment, longer at each call.
    pub(crate) fn pause(&mut self) {
        for _ in 0..1_u32 << self.step {
            spin_loop();
        }
        self.step = Self::LAST.min(self.step + 1);
    }
}
