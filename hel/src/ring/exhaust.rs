//! Dropping many values although some of their drops panic.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Calls `drop_one` until it says that nothing is left, going on after panics;
/// the first panic goes on at the end, unless the thread is unwinding already.
///
/// `drop_one` has to give its value up before the drop can panic.
pub(super) fn exhaust(mut drop_one: impl FnMut() -> bool) {
    let mut first = None;
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| while drop_one() {})) {
        match first {
            None => first = Some(panic),
            // A payload is a user's value too: its drop could panic in turn.
            Some(_) => std::mem::forget(panic),
        }
    }
    match first {
        Some(panic) if !std::thread::panicking() => resume_unwind(panic),
        Some(panic) => std::mem::forget(panic),
        None => {}
    }
}
