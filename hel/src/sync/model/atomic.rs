//! loom's atomics, and a fence that loom also reorders.

pub(crate) use loom::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::world;

/// A fence that takes its own place among the steps that loom tries in every order.
///
/// loom switches threads only at accesses to an object, so a bare fence would stick to the access before it. A relaxed
/// read-modify-write of one common word gives the fence a step of its own, dependent on every other fence.
pub(crate) fn fence(ordering: Ordering) {
    world::with(|world| world.step());
    loom::sync::atomic::fence(ordering);
}
