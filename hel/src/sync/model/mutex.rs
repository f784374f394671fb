//! loom's lock in the shape of the native one.

use super::world;
pub(crate) use loom::sync::MutexGuard;

/// A lock that no user code ever runs under, so poisoning says nothing.
///
/// loom changes threads inside a critical section only where one of its accesses can matter to another thread, so a
/// `try_lock` would hardly ever find the lock taken. Steps of ours after each lock, and around each try, let it.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// Waits for the lock.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let guard = self.0.lock().expect("loom's lock does not poison");
        world::with(|world| world.step());
        guard
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        world::with(|world| world.step());
        let guard = self.0.try_lock().ok()?;
        world::with(|world| world.step());
        Some(guard)
    }
}
