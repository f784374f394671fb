//! What the two ends of a channel share: a ring and two sides on which to wait.
//!
//! Here the ring and the waiting meet: whoever changes the ring notifies the other side, and a look is a real attempt
//! on the ring. Closing is different for the two rings, so each has a file of its own.

pub(crate) mod group;
#[cfg(all(test, hel_loom))]
mod models;
pub(crate) mod mpmc;
pub(crate) mod spsc;

use crate::wait::Side;

/// A ring and the two directions of waiting.
#[derive(Debug)]
pub(crate) struct Link<R> {
    ring: R,
    /// Receivers wait here for items; senders notify.
    items: Side,
    /// Senders wait here for room; receivers notify.
    room: Side,
}

impl<R> Link<R> {
    /// The ring, for observers.
    pub(crate) fn ring(&self) -> &R {
        &self.ring
    }

    /// Where senders wait; it is closed when the receivers have gone, too.
    pub(crate) fn room(&self) -> &Side {
        &self.room
    }
}
