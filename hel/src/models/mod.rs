//! loom models of waiting and waking: the shipped channels, over every order of events that the preemption bound
//! allows.
//!
//! Each model is a story of `wait/README.md`, with its name. It must run to the end; what is too large is made smaller,
//! never cut off. A lost wake-up is a thread that parks for ever, which loom reports as a deadlock.

mod closing;
mod gate;
pub(crate) mod kit;
mod mixed;
mod queue;
