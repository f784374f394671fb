//! shuttle's primitives, in the shapes of `native`: every access is a place where another thread may go on, and all of
//! them have one order that each thread sees.

pub(crate) mod barrier;
mod cell;
pub(in crate::sync) mod knobs;
mod mutex;
mod park;
#[cfg(test)]
mod search;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod thread;

pub(crate) use self::cell::UnsafeCell;
pub(crate) use self::mutex::Mutex;
pub(crate) use self::park::with_parker;
#[cfg(test)]
pub(crate) use self::search::Model;
pub(crate) use ::shuttle::sync::{Arc, MutexGuard};
pub(crate) use ::shuttle::thread::yield_now;

use ::shuttle::rand::RngCore;

/// shuttle's atomics. A fence is a step: see [`barrier`].
pub(crate) mod atomic {
    pub(crate) use ::shuttle::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
}

/// A step at which another thread may go on, and nothing else. Not a yield, which would tell the scheduler that others
/// ought to.
fn step() {
    // ORDERING: none: nobody else has the word.
    let _ = atomic::AtomicU32::new(0).load(atomic::Ordering::Relaxed);
}

/// Lets the other threads run.
pub(crate) fn spin_loop() {
    yield_now();
}

/// Whether a task that may give way does so: in a model that says so, every other time, by chance.
pub(crate) fn gives_way() -> bool {
    knobs::knobs().gives_way && ::shuttle::rand::thread_rng().next_u32().is_multiple_of(2)
}
