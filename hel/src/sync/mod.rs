//! The one door to atomics, cells, locks, barriers and parked threads.
//!
//! Everything in hel that another thread can see comes from here, so that a build with `--cfg hel_loom` puts loom's
//! types under all of it. The README beside this file tells the two barrier modes and how loom is made to see them.

mod defect;
pub(crate) use self::defect::{Defect, defect};

#[cfg(not(hel_loom))]
mod native;
#[cfg(not(hel_loom))]
pub(crate) use self::native::*;

// The checker's own side: wakers and searches live outside the model.
#[cfg(hel_loom)]
#[allow(clippy::disallowed_types, clippy::disallowed_methods)]
mod model;
#[cfg(hel_loom)]
pub(crate) use self::model::*;
