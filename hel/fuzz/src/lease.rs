//! An end, or a place for values, that a future borrows across steps.

use std::ptr::NonNull;

/// Owns an `E`, and lends it to one future at a time that does not know how long it lives.
#[derive(Debug)]
pub struct Lease<E> {
    /// From `Box::leak`, and freed by `into_inner` and `drop` alone.
    owned: NonNull<E>,
    lent: bool,
}

impl<E> Lease<E> {
    pub fn new(end: E) -> Self {
        Self { owned: NonNull::from(Box::leak(Box::new(end))), lent: false }
    }

    /// What is owned, while it is not lent.
    pub fn get(&mut self) -> &mut E {
        assert!(!self.lent, "the end is lent to a future");
        // SAFETY: the pointer is that of a live box which nothing else refers to, as it is not lent.
        unsafe { self.owned.as_mut() }
    }

    /// Lends it.
    ///
    /// # Safety
    /// Whoever gets the reference, or what was made of it, is dropped or forgotten before `back` is called, and
    /// before this lease is dropped.
    pub unsafe fn lend(&mut self) -> &'static mut E {
        assert!(!self.lent, "the end is lent to a future");
        self.lent = true;
        // SAFETY: as in `get`; that the reference is not used for too long is up to the caller.
        unsafe { self.owned.as_mut() }
    }

    /// Looks at it while it is lent.
    ///
    /// # Safety
    /// Whoever has what was lent makes no more than shared references of it.
    pub unsafe fn peek(&self) -> &E {
        // SAFETY: the box lives as long as this lease, and is only looked at, by both, says the caller.
        unsafe { self.owned.as_ref() }
    }

    /// Says that nothing made of what was lent is used any more.
    pub fn back(&mut self) {
        self.lent = false;
    }

    pub fn is_lent(&self) -> bool {
        self.lent
    }

    /// Gives back what was owned.
    pub fn into_inner(self) -> E {
        assert!(!self.lent, "the end is lent to a future");
        let owned = self.owned;
        std::mem::forget(self);
        // SAFETY: the pointer came from a box, nothing is lent, and `drop` does not run any more.
        *unsafe { Box::from_raw(owned.as_ptr()) }
    }
}

impl<E> Drop for Lease<E> {
    fn drop(&mut self) {
        assert!(!self.lent || std::thread::panicking(), "dropped while lent to a future");
        if !self.lent {
            // SAFETY: the pointer came from a box, and nothing is lent.
            drop(unsafe { Box::from_raw(self.owned.as_ptr()) });
        }
    }
}
