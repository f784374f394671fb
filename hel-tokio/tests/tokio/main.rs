//! hel in tokio's world: its clock, its budget, `select!`, and its neighbours tokio-stream and tokio-util.

mod budget;
mod clock;
mod neighbours;
mod select;
#[path = "../support/mod.rs"]
mod support;
