//! How far a role may go before it has to look at its peer again.

use crate::sync::atomic::{AtomicUsize, Ordering};

/// A count that its owner uses as a plain number, and that a shared reference can set to 0.
#[derive(Debug)]
pub(super) struct Steps(AtomicUsize);

impl Steps {
    /// No step without a look.
    pub(super) fn none() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// How many steps are left.
    #[cfg(not(hel_loom))]
    #[inline(always)]
    pub(super) fn left(&mut self) -> usize {
        *self.0.get_mut()
    }

    /// Replaces the number of steps left.
    #[cfg(not(hel_loom))]
    #[inline(always)]
    pub(super) fn set(&mut self, left: usize) {
        *self.0.get_mut() = left;
    }

    /// How many steps are left.
    #[cfg(hel_loom)]
    pub(super) fn left(&mut self) -> usize {
        self.0.with_mut(|left| *left)
    }

    /// Replaces the number of steps left.
    #[cfg(hel_loom)]
    pub(super) fn set(&mut self, left: usize) {
        self.0.with_mut(|place| *place = left);
    }

    /// Leaves no step, from a shared reference.
    pub(super) fn forget(&self) {
        // ORDERING: Relaxed: the owner's next use is through `&mut`, which orders it after this one. Fewer steps than the
        // peer allows are always sound.
        self.0.store(0, Ordering::Relaxed);
    }
}
