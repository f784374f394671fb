//! The one door to atomics, cells, locks, barriers and parked threads.
//!
//! Everything in hel that another thread can see comes from here, so that a build with `--cfg hel_loom` puts loom's
//! types under all of it, and one with `--cfg hel_shuttle` shuttle's. The README beside this file tells the two barrier
//! modes, how loom is made to see them, and what each of the two checkers is for.

// Counts are no part of what the checkers look at.
#[allow(clippy::disallowed_types)]
mod count;
mod defect;
mod note;
mod seat;
#[cfg(hel_counters)]
pub use self::count::counting;
pub(crate) use self::count::{Event, count};
pub(crate) use self::defect::{Defect, defect};
pub(crate) use self::note::{Note, ticket};
pub(crate) use self::seat::Seat;

#[cfg(not(any(hel_loom, hel_shuttle)))]
mod native;
#[cfg(not(any(hel_loom, hel_shuttle)))]
pub(crate) use self::native::*;

// The checker's own side: wakers and searches live outside the model.
#[cfg(hel_loom)]
#[allow(clippy::disallowed_types, clippy::disallowed_methods)]
mod model;
#[cfg(hel_loom)]
pub(crate) use self::model::*;

#[cfg(hel_shuttle)]
#[allow(clippy::disallowed_types, clippy::disallowed_methods)]
mod shuttle;
#[cfg(hel_shuttle)]
pub(crate) use self::shuttle::*;

/// Whether a checker runs this build: numbers that only trade time for time are then as small as they can be.
pub(crate) const IN_MODEL: bool = cfg!(any(hel_loom, hel_shuttle));
