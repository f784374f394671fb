//! Barriers for a checker to whom all accesses have one order: each is a step, and there is nothing for it to order.

use super::knobs::knobs;
use super::step;

/// The notifier's side: a step between the publish and the look at the gate.
pub(crate) fn light() {
    step();
}

/// A full fence: a step.
pub(crate) fn full() {
    step();
}

/// A full fence that stands after a read-modify-write: a step.
pub(crate) fn after_rmw() {
    step();
}

/// A further step.
pub(crate) fn point() {
    step();
}

/// Whether the model has a heavy barrier, so that gates may be cleared.
pub(crate) fn asymmetric() -> bool {
    knobs().asymmetric
}

/// A step before and one after whatever the others do meanwhile.
pub(crate) fn heavy() {
    step();
    step();
}

/// How many fences cost as much as one heavy barrier: what the test chose. 0: clearing a gate is always worth it.
pub(crate) fn fences_per_heavy() -> u32 {
    knobs().fences_per_heavy
}
