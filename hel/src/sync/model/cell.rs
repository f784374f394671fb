//! A cell of which loom watches every access.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

/// A cell whose accesses loom checks: two at the same time fail the model unless both only read.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<MaybeUninit<T>> {
    /// Makes the uninitialised memory at `place` a cell without a value, in place.
    ///
    /// # Safety
    /// `place` is aligned and valid for writes.
    pub(crate) unsafe fn init(place: *mut Self) {
        let cell = Self(loom::cell::UnsafeCell::new(MaybeUninit::uninit()));
        // SAFETY: S3: `place` is aligned and valid for writes, as this function's contract says.
        unsafe { place.write(cell) };
    }
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`. The rings make theirs in place instead.
    pub(crate) fn new(value: T) -> Self {
        Self(loom::cell::UnsafeCell::new(value))
    }

    /// Calls `f` with a pointer to read through.
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        self.0.with(f)
    }

    /// Calls `f` with a pointer to write through.
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        self.0.with_mut(f)
    }
}
