//! The same tests over async-std's channel and over the module that mirrors it: what holds there holds here.
#![allow(clippy::duplicate_mod, reason = "the same tests over both crates is the point")]

#[path = "../../../hel/tests/support/watchdog.rs"]
mod watchdog;

mod ours;
mod theirs;
