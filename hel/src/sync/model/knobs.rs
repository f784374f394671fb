//! What a test chooses before its model starts.
//!
//! loom runs all threads of a model as coroutines on one thread of the operating system, so a plain thread-local of
//! that thread is common to the whole model and invisible to the search.

use std::cell::Cell;

use crate::sync::Defect;

/// Which pair of barriers the model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barriers {
    /// `light` costs nothing and `heavy` interrupts every thread, as with membarrier.
    Asymmetric,
    /// `light` and `heavy` are both full fences: fewer schedules, but a quiet publish does not exist.
    #[cfg_attr(not(test), allow(dead_code, reason = "only a test chooses"))]
    Plain,
    /// There is no heavy barrier: gates are born armed, `light` is nothing and `heavy` a full fence.
    Absent,
}

/// The choices of one model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Knobs {
    pub(super) barriers: Barriers,
    pub(super) fences_per_heavy: u32,
    /// Up to two: some are covered by another rule, which has to go as well before the model can fail.
    pub(in crate::sync) defects: [Option<Defect>; 2],
    pub(super) glued_fences: bool,
    /// Tasks give way whenever they may, before they register.
    pub(super) gives_way: bool,
}

impl Knobs {
    pub(super) const DEFAULT: Self = Self {
        barriers: Barriers::Asymmetric,
        fences_per_heavy: 0,
        defects: [None; 2],
        glued_fences: false,
        gives_way: false,
    };
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
