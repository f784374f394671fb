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

    /// Calls `f` with pointers to read through, each with the number of its cell and how many lie side by side from there
    /// on: here each cell is watched by itself.
    pub(crate) fn with_run(cells: &[Self], mut f: impl FnMut(usize, *const T, usize)) {
        cells.iter().enumerate().for_each(|(nth, cell)| cell.with(|place| f(nth, place, 1)));
    }

    /// Calls `f` with pointers to write through, as [`with_run`](Self::with_run).
    pub(crate) fn with_run_mut(cells: &[Self], mut f: impl FnMut(usize, *mut T, usize)) {
        cells.iter().enumerate().for_each(|(nth, cell)| cell.with_mut(|place| f(nth, place, 1)));
    }
}
