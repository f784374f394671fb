//! A place for one value, which whoever comes may take.
#![allow(unsafe_code)]

use std::fmt;
use std::mem::MaybeUninit;

use super::UnsafeCell;
use super::atomic::{AtomicU32, Ordering};

/// Holds at most one value. Any thread may put one in where none is, and any may take it out: one exchange each, and
/// nobody ever waits for anybody.
///
/// ```text
///   EMPTY ──put──▶ BUSY ──▶ FULL ──take──▶ BUSY ──▶ EMPTY
/// ```
///
/// Who makes it BUSY is alone with the place until the store that ends it. A thread that stops there makes the others find
/// no value and no room, for as long as it stops.
pub(crate) struct Seat<T> {
    state: AtomicU32,
    place: UnsafeCell<MaybeUninit<T>>,
}

const EMPTY: u32 = 0;
const BUSY: u32 = 1;
const FULL: u32 = 2;

// SAFETY: S6: a value is moved in by one thread and out by one, never shared, so `T: Send` is enough.
unsafe impl<T: Send> Send for Seat<T> {}
// SAFETY: S6: as for `Send`.
unsafe impl<T: Send> Sync for Seat<T> {}

impl<T> Seat<T> {
    /// A seat that nobody has taken.
    pub(crate) fn new() -> Self {
        Self { state: AtomicU32::new(EMPTY), place: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Whether a value is there. What its putter did before is seen.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.state.load(Ordering::Acquire) == FULL
    }

    /// Puts a value in; gives it back if there is one, or somebody is just taking it.
    pub(crate) fn put(&self, value: T) -> Result<(), T> {
        // ORDERING: Acquire, with the store that ended the last taking: that has moved its value out.
        if self.state.compare_exchange(EMPTY, BUSY, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return Err(value);
        }
        self.place.with_mut(|place| {
            // SAFETY: S6: we made it BUSY, from EMPTY: nobody else touches the place, and no value is in it.
            unsafe { place.cast::<T>().write(value) };
        });
        self.state.store(FULL, Ordering::Release);
        Ok(())
    }

    /// Takes the value out, if one is there. Who finds none sees what the one did before who took it.
    pub(crate) fn take(&self) -> Option<T> {
        // First a look, so that who comes in vain leaves the line where it is.
        if self.state.load(Ordering::Acquire) != FULL {
            return None;
        }
        // ORDERING: AcqRel. Acquire: the value as it was put in. Release: who finds it BUSY sees what we did before.
        self.state.compare_exchange(FULL, BUSY, Ordering::AcqRel, Ordering::Acquire).ok()?;
        let value = self.place.with_mut(|place| {
            // SAFETY: S6: we made it BUSY, from FULL: a value is there, and nobody else touches the place.
            unsafe { place.cast::<T>().read() }
        });
        self.state.store(EMPTY, Ordering::Release);
        Some(value)
    }
}

impl<T> Drop for Seat<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T> fmt::Debug for Seat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").field("full", &self.is_full()).finish_non_exhaustive()
    }
}
