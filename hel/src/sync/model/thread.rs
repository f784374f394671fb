//! Threads of a model, known to the heavy barrier.

use super::barrier::{offline, online};
use super::world;

/// Waits for a thread of the model, and takes what it returned.
#[derive(Debug)]
pub(crate) struct JoinHandle<T>(loom::thread::JoinHandle<T>);

/// Runs `f` on a thread of its own. loom permits four beside the main one.
pub(crate) fn spawn<T: 'static>(f: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    let place = world::next_place();
    JoinHandle(loom::thread::spawn(move || {
        world::settle(place);
        online();
        let result = f();
        offline();
        result
    }))
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended.
    pub(crate) fn join(self) -> T {
        offline();
        let result = self.0.join();
        online();
        result.expect("a thread of a model that panics ends the model")
    }
}
