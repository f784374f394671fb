//! Values that are counted in and out.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What became of the values of one round.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) made: AtomicU64,
    pub(crate) received: AtomicU64,
    /// Handed back to the sender, in an error, a slot, a `Vec` or a sink.
    pub(crate) back: AtomicU64,
    /// Dropped by the channel, or by a send that was given up.
    pub(crate) dropped: AtomicU64,
    /// Sends given up that had the value with them: so many of `dropped` have to be.
    pub(crate) given_up: AtomicU64,
}

impl Tally {
    /// Fails unless each value came to exactly one end.
    pub(crate) fn check(&self, round: &str, all_taken: bool) {
        let [made, received, back, dropped, given_up] =
            [&self.made, &self.received, &self.back, &self.dropped, &self.given_up].map(|count| count.load(Relaxed));
        assert_eq!(
            made,
            received + back + dropped,
            "{round}: values made, and received + handed back + dropped: {self:?}"
        );
        if all_taken {
            assert_eq!(dropped, given_up, "{round}: values dropped, and sends given up: {self:?}");
        }
    }
}

/// One value. It counts itself when it comes to its end, and only once.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) sender: u32,
    pub(crate) number: u64,
    pub(crate) key: u8,
    /// A second end of the same value would find this changed.
    alive: u64,
    tally: Arc<Tally>,
}

const ALIVE: u64 = 0x600d_600d_600d_600d;

impl Parcel {
    pub(crate) fn key(&self) -> &u8 {
        &self.key
    }

    pub(crate) fn received(mut self) {
        self.end(|tally| &tally.received);
    }

    pub(crate) fn back(mut self) {
        self.end(|tally| &tally.back);
    }

    fn end(&mut self, of: fn(&Tally) -> &AtomicU64) {
        assert_eq!(self.alive, ALIVE, "value {} of sender {} came to two ends", self.number, self.sender);
        self.alive = 0;
        of(&self.tally).fetch_add(1, Relaxed);
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if self.alive == ALIVE {
            self.end(|tally| &tally.dropped);
        }
    }
}

/// Makes the values of one sender.
pub(crate) struct Maker {
    pub(crate) sender: u32,
    pub(crate) tally: Arc<Tally>,
    number: u64,
}

impl Maker {
    pub(crate) fn new(sender: u32, tally: Arc<Tally>) -> Self {
        Self { sender, tally, number: 0 }
    }

    pub(crate) fn parcel(&mut self, key: u8) -> Parcel {
        self.number += 1;
        self.tally.made.fetch_add(1, Relaxed);
        Parcel { sender: self.sender, number: self.number, key, alive: ALIVE, tally: Arc::clone(&self.tally) }
    }
}

/// What of a receiver's values has to come in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lanes {
    /// Those of one sender.
    Sender,
    /// Those of one sender and key.
    Key,
    /// Those of one sender out of one shard, where the shard is known.
    Shard,
}

/// Checks the order of what one receiver gets, and counts it.
pub(crate) struct Order {
    lanes: Lanes,
    last: HashMap<(u32, usize), u64>,
}

impl Order {
    pub(crate) fn new(lanes: Lanes) -> Self {
        Self { lanes, last: HashMap::new() }
    }

    pub(crate) fn take(&mut self, shard: Option<usize>, parcel: Parcel) {
        let lane = match (self.lanes, shard) {
            (Lanes::Sender, _) => Some(0),
            (Lanes::Key, _) => Some(usize::from(parcel.key)),
            (Lanes::Shard, shard) => shard,
        };
        if let Some(lane) = lane {
            let last = self.last.insert((parcel.sender, lane), parcel.number).unwrap_or(0);
            assert!(last < parcel.number, "{parcel:?} came after number {last}");
        }
        parcel.received();
    }
}
