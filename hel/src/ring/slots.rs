//! Memory for slots, made in place so that a big ring never passes over the stack.

use super::position::MAX_CAPACITY;

/// Allocates `capacity` slots; `init` makes each, given its place and its index.
///
/// # Panics
/// At once, before any memory is touched, where `capacity` is 0, over the
/// maximum, or more than the allocator gives.
///
/// # Safety
/// `init` leaves a valid slot at the place that it is given.
pub(super) unsafe fn allocate<S>(capacity: usize, init: impl Fn(*mut S, usize)) -> Box<[S]> {
    assert!(capacity > 0, "channel capacity must be at least 1");
    assert!(capacity <= MAX_CAPACITY, "channel capacity {capacity} is over the maximum of {MAX_CAPACITY}");
    let mut slots = Vec::<S>::new();
    if slots.try_reserve_exact(capacity).is_err() {
        panic!("channel capacity {capacity}: no memory for that many slots of {} bytes", size_of::<S>());
    }
    // Slots of no size hold nothing to make, and there may be more of them than anybody can count through.
    let made = if size_of::<S>() == 0 { 0 } else { capacity };
    for (index, place) in slots.spare_capacity_mut().iter_mut().take(made).enumerate() {
        init(place.as_mut_ptr(), index);
    }
    // SAFETY: I1: the first `capacity` places were reserved above, and `init` made each that has a size a slot.
    unsafe { slots.set_len(capacity) };
    slots.into_boxed_slice()
}
