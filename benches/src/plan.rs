//! What a work asks of a channel, as data.

use crate::payload::Size;

/// Runs of this length stay on one shard, where a work is sticky.
pub(crate) const STICKY: usize = 64;

/// How many different keys there are, where a work is keyed.
pub(crate) const KEYS: u64 = 1000;

/// How producers, channels and consumers are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Channels of one producer and one consumer each, which share nothing.
    Pairs(usize),
    /// One channel, one ring.
    Shared { producers: usize, consumers: usize },
    /// As many producers as shards, and a consumer for each shard.
    Sharded { shards: usize, route: Route },
}

/// Which shard a value goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The next one, value by value.
    InTurn,
    /// The next one after [`STICKY`] values.
    Sticky,
    /// That of the value's key.
    Keyed,
}

/// Where the two ends live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worlds {
    Threads,
    Tasks,
    ThreadToTask,
    TaskToThread,
}

/// How values move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Motion {
    /// One by one, as fast as they go.
    Stream,
    /// The same, this many at a time.
    Batches(usize),
    /// One at a time, there and back. Only in pairs.
    PingPong,
}

/// What a channel is asked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) payload: Size,
    pub(crate) layout: Layout,
    pub(crate) worlds: Worlds,
    pub(crate) motion: Motion,
    pub(crate) capacity: usize,
}

/// One run of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job {
    pub(crate) plan: Plan,
    /// Messages, or round trips, in all.
    pub(crate) messages: u64,
    /// Looks at the order and the wholeness of every value, which a timed run does not.
    pub(crate) audit: bool,
    /// Takes the time of every round trip.
    pub(crate) latencies: bool,
}

impl Job {
    pub(crate) fn capacity(&self) -> usize {
        self.plan.capacity
    }
}
