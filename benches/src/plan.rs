//! What a work asks of a channel, as data.

use std::time::{Duration, Instant};

use crate::payload::Size;

/// Runs of this length stay on one shard, where a work is sticky.
pub(crate) const STICKY: usize = 64;

/// So many producers send to the one consumer that takes from many shards.
pub(crate) const FAN_IN: usize = 4;

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
    /// [`FAN_IN`] producers send to the shards in turn, and one consumer takes from whichever has something.
    FanIn { shards: usize },
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
    /// One by one, with a pause before each: the receiver waits.
    Trickle(Duration),
    /// One each so often, by the clock, from a thread: how late each arrives. Only in one pair.
    Paced(Duration),
    /// As fast as they go, once the receiver has slept so long: the sender waits.
    Stall(Duration),
    /// None: so many channels are opened and dropped, one after the other.
    Create,
    /// None: so many channels are opened and kept.
    Keep,
}

/// How closely a consumer looks at every value. A timed run takes a digest of them, no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audited {
    No,
    /// Whether it is whole.
    Whole,
    /// And comes after those that its producer sent before.
    InOrder,
}

/// Whether and how round trips are timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    No,
    /// Each counts once.
    Trips,
    /// Each counts once for everybody who would have come meanwhile, if somebody came every so many nanoseconds. A
    /// stall of a millisecond then weighs as much as it does for who has to wait for it.
    Arrivals(u64),
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
    pub(crate) audit: Audited,
    pub(crate) timing: Timing,
    /// When the run was set up.
    pub(crate) set_up: Instant,
    /// Where round trips are timed, they end after so long, however few they were.
    pub(crate) limit: Duration,
}
