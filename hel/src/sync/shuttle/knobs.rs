//! What a test chooses before its model starts.
//!
//! shuttle runs all threads of a model as coroutines on one thread of the operating system, so a plain thread-local of
//! that thread is common to the whole model and no step of it.

use std::cell::Cell;

use crate::sync::Defect;

/// The choices of one model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knobs {
    /// There is a heavy barrier, so gates are born clear.
    pub(super) asymmetric: bool,
    pub(super) fences_per_heavy: u32,
    /// Up to two: some are covered by another rule, which has to go as well before the model can fail.
    pub(in crate::sync) defects: [Option<Defect>; 2],
    /// Tasks give way every other time that they may, before they register.
    pub(super) gives_way: bool,
}

impl Knobs {
    pub(super) const DEFAULT: Self =
        Self { asymmetric: true, fences_per_heavy: 0, defects: [None; 2], gives_way: false };
}

thread_local! {
    static KNOBS: Cell<Knobs> = const { Cell::new(Knobs::DEFAULT) };
}

/// The choices of the model that runs on this thread.
pub(in crate::sync) fn knobs() -> Knobs {
    KNOBS.get()
}

/// Chooses for every model that starts on this thread from now on.
#[cfg(test)]
pub(super) fn set(knobs: Knobs) {
    KNOBS.set(knobs);
}
