//! shuttle's lock in the shape of the native one.

use std::sync::{PoisonError, TryLockError};

use ::shuttle::sync::MutexGuard;

/// A lock that no user code ever runs under, so poisoning says nothing.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(::shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Waits for the lock.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock if it is free. Every access under the lock is a place to go on elsewhere, so it is often taken.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
