//! A cell without a watcher.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

/// A cell whose accesses loom can watch. Natively a plain `UnsafeCell`.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<MaybeUninit<T>> {
    /// Makes the uninitialised memory at `place` a cell without a value, in place.
    ///
    /// # Safety
    /// `place` is aligned and valid for writes.
    #[inline(always)]
    pub(crate) unsafe fn init(_place: *mut Self) {
        // Nothing to write: a cell of `MaybeUninit` is valid whatever its bytes are.
    }
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`. The rings make theirs in place instead.
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    /// Calls `f` with a pointer to read through.
    #[inline(always)]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Calls `f` with a pointer to write through.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}
