//! A cell that finds two threads in it.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::mem::MaybeUninit;

use super::step;

/// A cell whose accesses take time: another thread may come meanwhile, and fails the model unless both only read.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T> {
    value: std::cell::UnsafeCell<T>,
    /// Readers inside, or [`WRITER`].
    inside: Cell<usize>,
}

const WRITER: usize = usize::MAX;

impl<T> UnsafeCell<MaybeUninit<T>> {
    /// Makes the uninitialised memory at `place` a cell without a value, in place.
    ///
    /// # Safety
    /// `place` is aligned and valid for writes.
    pub(crate) unsafe fn init(place: *mut Self) {
        // SAFETY: S3: `place` is aligned and valid for writes, as this function's contract says.
        unsafe { place.write(Self::new(MaybeUninit::uninit())) };
    }
}

impl<T> UnsafeCell<T> {
    /// A cell that holds `value`.
    pub(crate) fn new(value: T) -> Self {
        Self { value: std::cell::UnsafeCell::new(value), inside: Cell::new(0) }
    }

    /// Calls `f` with a pointer to read through.
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        let readers = self.inside.get();
        assert_ne!(readers, WRITER, "two threads in a cell: one writes, one comes to read");
        self.inside.set(readers + 1);
        let _leave = Leave(|| self.inside.set(self.inside.get() - 1));
        step();
        f(self.value.get())
    }

    /// Calls `f` with a pointer to write through.
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        assert_eq!(self.inside.get(), 0, "two threads in a cell: one comes to write");
        self.inside.set(WRITER);
        let _leave = Leave(|| self.inside.set(0));
        step();
        f(self.value.get())
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

/// Calls the function at its end, also while unwinding.
struct Leave<F: Fn()>(F);

impl<F: Fn()> Drop for Leave<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
