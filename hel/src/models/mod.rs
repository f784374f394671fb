//! loom models of waiting and waking: the shipped channels, over every order of events that the preemption bound
//! allows.
//!
//! Each model is a story of `wait/README.md`, with its name. It must run to the end; what is too large is made smaller,
//! never cut off. A lost wake-up is a thread that parks for ever, which loom reports as a deadlock.
//!
//! `shuttle/` has those that are too large for that, over random orders instead of every one.

#[cfg(hel_loom)]
mod closing;
#[cfg(hel_loom)]
mod gate;
#[cfg(hel_loom)]
mod giving_way;
#[cfg(hel_loom)]
pub(crate) mod kit;
#[cfg(hel_loom)]
mod litmus;
#[cfg(hel_loom)]
mod mixed;
#[cfg(hel_loom)]
mod owner;
#[cfg(hel_loom)]
mod queue;
#[cfg(hel_shuttle)]
mod shuttle;
