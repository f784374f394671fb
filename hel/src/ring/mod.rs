//! The two rings: bounded queues that never wait and know nothing of wakers.
//!
//! `README.md` beside this file draws the layout, gives the protocol step by
//! step and numbers the invariants that the `SAFETY` comments cite.
#![allow(unsafe_code)]

mod exhaust;
mod front;
pub(crate) mod mpmc;
mod position;
mod slots;
pub(crate) mod spsc;

#[cfg(all(test, hel_loom))]
mod models;
#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests;

/// Why a claim of room was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The slot at the tail is not free: nobody has taken its value yet, or somebody is just taking it.
    Full,
    /// The tail is marked: no claim is served any more.
    Closed,
}

/// Why a claim at the first try was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The slot at the tail is not free, or the tail is marked.
    NotFree,
    /// The tail moved meanwhile: another claim was faster, or a close.
    Outrun,
}

/// Why a pop found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starved {
    /// Nothing is claimed and nothing is published.
    Empty,
    /// The slot at the head was claimed by a sender that has not published it yet.
    Hole,
    /// Closed, and every value was taken. Stable: no pop is served any more.
    Drained,
}
