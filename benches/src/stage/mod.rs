//! From the constructor of a channel to the workers of a run: what every contender shares.

mod layout;
mod loops;
mod opening;
mod paced;
mod ping_pong;
mod route;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub(crate) use self::layout::{both_mpmc, both_mpsc, both_native, both_spsc, fan_in, mpmc, mpsc, native, spsc};
use self::paced::Pace;
pub(crate) use self::route::Keyed;
use crate::plan::{Audited, Timing};
use crate::tally::Tally;

/// What a thread does, with everything that it needs inside.
pub(crate) type ThreadWork = Box<dyn FnOnce() -> Tally + Send>;

/// What a task does.
pub(crate) type TaskWork = Pin<Box<dyn Future<Output = Tally> + Send>>;

/// One producer or consumer. The whole loop is inside: what is called through the box is called once a run.
pub(crate) enum Worker {
    Thread(ThreadWork),
    Task(TaskWork),
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread(_) => "Thread",
            Self::Task(_) => "Task",
        })
    }
}

/// Everything ready to begin.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) workers: Vec<Worker>,
    /// What all of them together must have received. None, where one of them has looked at each value itself, or none was
    /// sent.
    pub(crate) expected: Option<Tally>,
}

/// What one producer or consumer is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    /// The number of the first value.
    pub(crate) first: u64,
    pub(crate) count: u64,
    /// How many at a time; 0 for one by one without batches.
    pub(crate) batch: usize,
    pub(crate) audit: Audited,
    pub(crate) timing: Timing,
    pub(crate) limit: Duration,
    /// When each value is due, where that matters.
    pub(crate) pace: Option<Pace>,
    /// Before each value, where the producer is slow.
    pub(crate) pause: Duration,
    /// Before the first value, where the consumer is late.
    pub(crate) delay: Duration,
}
