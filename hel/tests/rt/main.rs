//! What takes time in a task: limits, gathering, batches. The clock moves by hand, so nothing here sleeps, and each state
//! is known by the poll that reaches it.
#![cfg(not(hel_loom))]

mod asleep;
#[cfg(feature = "futures")]
mod batches;
mod clock;
mod every_end;
#[path = "../support/extra2.rs"]
mod extra2;
mod gather;
mod hostile;
mod lend;
mod race;
mod random;
#[path = "../support/mod.rs"]
mod support;
mod timeout;
