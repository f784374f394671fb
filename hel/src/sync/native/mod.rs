//! The standard library's primitives, in the shapes that loom can also give.

pub(crate) mod barrier;
mod cell;
pub(crate) mod kernel;
mod park;
#[cfg(test)]
mod tests;

pub(crate) use self::cell::UnsafeCell;
pub(crate) use self::park::with_parker;
pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::{Arc, MutexGuard};
pub(crate) use std::thread::yield_now;

use std::sync::{PoisonError, TryLockError};

/// The atomics that hel uses. The full fence is [`barrier::full`].
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
}

/// A lock that no user code ever runs under, so poisoning says nothing.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Waits for the lock.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Whether a task that may give way does so at once: only a model says so.
pub(crate) const fn gives_way() -> bool {
    false
}
