//! Values from the front of a batch.

use std::mem::MaybeUninit;

/// Takes the first `count` values out of `values` and moves the rest up. `move_out` is given their places.
///
/// # Panics
/// If there are fewer.
///
/// # Safety
/// `move_out` moves each of the values that it is given away, once.
pub(super) unsafe fn take_front<T>(values: &mut Vec<T>, count: usize, move_out: impl FnOnce(&[MaybeUninit<T>])) {
    let rest = values.len().checked_sub(count).expect("a batch falls short of its claim");
    // SAFETY: I12: none is fewer than there are, and the values are moved below. A panic on the way would leak them.
    unsafe { values.set_len(0) };
    let places = values.spare_capacity_mut();
    move_out(&places[..count]);
    let front = places.as_mut_ptr();
    // SAFETY: I12: `count` and `rest` were there.
    let left = unsafe { front.add(count) };
    // SAFETY: I12: those before have gone, and the rest moves up in the same memory.
    unsafe { front.copy_from(left, rest) };
    // SAFETY: I12: so many lie at the front.
    unsafe { values.set_len(rest) };
}
