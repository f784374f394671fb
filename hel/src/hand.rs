//! A value on its way through code of the user's.

use std::mem::needs_drop;

use crate::wait::FirstPanic;

/// A value, or a place for one, that hel holds while it wakes somebody, or takes its own waker back. If that panics the
/// value goes as well, and must not make a second panic of it, which would end the process.
pub(crate) struct InHand<T>(Option<T>);

impl<T> InHand<T> {
    /// For what is going to be received.
    #[inline(always)]
    pub(crate) fn empty() -> Self {
        Self(None)
    }

    /// What an attempt to send has left.
    pub(crate) fn of(value: Option<T>) -> Self {
        Self(value)
    }

    /// The place of the value, as attempts to receive fill it and attempts to send empty it.
    #[inline(always)]
    pub(crate) fn slot(&mut self) -> &mut Option<T> {
        &mut self.0
    }

    /// The value, at the end of its way.
    #[inline(always)]
    pub(crate) fn into_inner(mut self) -> T {
        self.0.take().expect("it is in hand until it is given on")
    }
}

impl<T> Drop for InHand<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if needs_drop::<T>() && self.0.is_some() {
            let value = self.0.take();
            drop_in_peace(value);
        }
    }
}

/// Drops a value whose drop may panic, also while the thread unwinds.
#[cold]
#[inline(never)]
pub(crate) fn drop_in_peace<T>(value: T) {
    FirstPanic::guard(|| drop(value));
}
