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

    /// Calls `f` with pointers to read through, each with the number of its cell and how many lie side by side from there
    /// on: natively all of them.
    #[inline(always)]
    pub(crate) fn with_run(cells: &[Self], mut f: impl FnMut(usize, *const T, usize)) {
        f(0, cells.as_ptr().cast(), cells.len());
    }

    /// Calls `f` with pointers to write through, as [`with_run`](Self::with_run).
    #[inline(always)]
    pub(crate) fn with_run_mut(cells: &[Self], mut f: impl FnMut(usize, *mut T, usize)) {
        // A cell may be written behind a shared reference, and is laid out as what it holds.
        f(0, cells.as_ptr().cast_mut().cast(), cells.len());
    }
}
