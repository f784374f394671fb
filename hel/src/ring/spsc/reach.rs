//! How far a role may go before it has to look at its peer again.

use crate::sync::atomic::{AtomicUsize, Ordering};

/// A position that its owner uses as a plain number, and that a shared reference can set.
///
/// Not a count of steps: that would have to be written at each of them.
#[derive(Debug)]
pub(super) struct Reach(AtomicUsize);

impl Reach {
    /// As far as `end`.
    pub(super) fn new(end: usize) -> Self {
        Self(AtomicUsize::new(end))
    }

    /// Where it ends.
    #[cfg(not(hel_loom))]
    #[inline(always)]
    pub(super) fn end(&mut self) -> usize {
        *self.0.get_mut()
    }

    /// Moves the end.
    #[cfg(not(hel_loom))]
    #[inline(always)]
    pub(super) fn set(&mut self, end: usize) {
        *self.0.get_mut() = end;
    }

    /// Where it ends.
    #[cfg(hel_loom)]
    pub(super) fn end(&mut self) -> usize {
        self.0.with_mut(|end| *end)
    }

    /// Moves the end.
    #[cfg(hel_loom)]
    pub(super) fn set(&mut self, end: usize) {
        self.0.with_mut(|place| *place = end);
    }

    /// Ends it at `end`, from a shared reference.
    pub(super) fn cut(&self, end: usize) {
        // ORDERING: Relaxed: the owner's next use is through `&mut`, which orders it after this one. A shorter way than
        // the peer allows is always sound.
        self.0.store(end, Ordering::Relaxed);
    }
}
