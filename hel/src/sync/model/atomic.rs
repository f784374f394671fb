//! loom's atomics, of which one access can be made weaker, and a fence that loom also reorders.

pub(crate) use loom::sync::atomic::Ordering;

use super::mutant::{left_out, weakened};
use super::world;

/// loom's word of one width, each access of which asks [`weakened`] how strong it may be.
///
/// A macro, since what loom gives for the two widths has no trait in common.
macro_rules! word {
    ($name:ident, $value:ty) => {
        /// loom's, with every ordering as the mutant leaves it.
        #[derive(Debug)]
        pub(crate) struct $name(loom::sync::atomic::$name);

        #[allow(dead_code, reason = "each is used on one of the widths, or by tests")]
        impl $name {
            #[track_caller]
            pub(crate) fn new(value: $value) -> Self {
                Self(loom::sync::atomic::$name::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.0.load(weakened(order))
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                self.0.store(value, weakened(order));
            }

            #[track_caller]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.swap(value, weakened(order))
            }

            #[track_caller]
            pub(crate) fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_add(value, weakened(order))
            }

            #[track_caller]
            pub(crate) fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_sub(value, weakened(order))
            }

            #[track_caller]
            pub(crate) fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_and(value, weakened(order))
            }

            #[track_caller]
            pub(crate) fn fetch_or(&self, value: $value, order: Ordering) -> $value {
                self.0.fetch_or(value, weakened(order))
            }

            /// `failed`, what a failure acquires, stays as it is.
            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                from: $value,
                to: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                self.0.compare_exchange(from, to, weakened(order), failed)
            }

            /// loom's never fails for nothing.
            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                from: $value,
                to: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                self.0.compare_exchange_weak(from, to, weakened(order), failed)
            }

            #[track_caller]
            pub(crate) fn fetch_update(
                &self,
                order: Ordering,
                failed: Ordering,
                f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.0.fetch_update(weakened(order), failed, f)
            }

            #[track_caller]
            pub(crate) fn with_mut<R>(&mut self, f: impl FnOnce(&mut $value) -> R) -> R {
                self.0.with_mut(f)
            }
        }
    };
}

word!(AtomicU32, u32);
word!(AtomicUsize, usize);

/// A fence that takes its own place among the steps that loom tries in every order.
///
/// loom switches threads only at accesses to an object, so a bare fence would stick to the access before it. A relaxed
/// read-modify-write of one common word gives the fence a step of its own, dependent on every other fence. A fence that
/// is left out keeps that step, so that nothing but the fence is missing.
#[track_caller]
pub(crate) fn fence(ordering: Ordering) {
    world::with(|world| world.step());
    if !left_out() {
        loom::sync::atomic::fence(ordering);
    }
}
