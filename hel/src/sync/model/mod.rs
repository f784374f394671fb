//! loom's primitives, in the shapes of `native`, and an asymmetric barrier that loom itself does not have.

pub(crate) mod atomic;
pub(crate) mod barrier;
mod cell;
pub(in crate::sync) mod knobs;
mod mutant;
mod mutex;
mod park;
#[cfg(test)]
mod search;
#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod stacks;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod thread;
mod world;

pub(crate) use self::cell::UnsafeCell;
pub(crate) use self::mutex::{Mutex, MutexGuard};
pub(crate) use self::park::with_parker;
#[cfg(test)]
pub(crate) use self::search::Model;
pub(crate) use loom::sync::Arc;
pub(crate) use loom::thread::yield_now;

/// Lets the other threads run. A spin loop has to be bounded all the same: loom counts every round.
pub(crate) fn spin_loop() {
    yield_now();
}

/// Whether a task that may give way does so.
pub(crate) fn gives_way() -> bool {
    knobs::knobs().gives_way
}
