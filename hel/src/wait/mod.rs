//! Waiting and waking: the gate, the queue behind it, and the one state machine that tasks poll and threads park in.
//!
//! This module knows nothing of rings: what is waited for comes in as a closure that looks. The protocol, its
//! invariants and why it loses no wake-up are in `README.md` beside this file.

mod list;
mod panics;
mod patience;
mod policy;
mod side;
mod spin;
mod waiting;
mod wakers;

pub(crate) use self::panics::FirstPanic;
pub(crate) use self::patience::Patience;
pub(crate) use self::side::{Side, bits};
pub(crate) use self::spin::stand_aside;
pub(crate) use self::waiting::{End, Forever, Limit, TimedOut, Wait};

#[cfg(all(test, hel_loom))]
mod models;
#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests;
