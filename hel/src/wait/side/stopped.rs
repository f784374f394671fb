//! A thread that is stopped under the lock of a queue, as a test has it.

use super::{Queue, Side};
use crate::sync::MutexGuard;

/// Goes on when it is dropped.
struct Stopped<'a>(&'a Side, Option<MutexGuard<'a, Queue>>);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.1.take().into_iter().for_each(|queue| self.0.unlock(queue));
    }
}

impl Side {
    /// Holds the lock until what this gives is dropped.
    pub(crate) fn stop_under_the_lock(&self) -> impl Drop {
        Stopped(self, Some(self.back.queue.lock()))
    }
}
