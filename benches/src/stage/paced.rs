//! Values sent by the clock, whatever becomes of those before: how late each arrives is what matters.

use std::hint::spin_loop;
use std::time::{Duration, Instant};

use super::ping_pong::histogram;
use super::{Orders, TaskWork, ThreadWork};
use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx};
use crate::payload::Payload;
use crate::tally::{Audit, Tally};

/// Between setting up and the first value: time for all threads to be there.
const GRACE: Duration = Duration::from_millis(5);

/// When which value is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    start: Instant,
    every: Duration,
}

impl Pace {
    /// For a run that was set up then.
    pub(super) fn new(set_up: Instant, every: Duration) -> Self {
        Self { start: set_up + GRACE, every }
    }

    fn due(&self, place: u64) -> Instant {
        self.start + Duration::from_nanos(self.every.as_nanos() as u64 * place)
    }
}

/// Spins until each value is due: a timer would be later than what is measured.
pub(super) fn produce<T: Payload>(mut tx: impl BlockingTx<T>, pace: Pace, orders: Orders) -> ThreadWork {
    Box::new(move || {
        for place in 0..orders.count {
            let due = pace.due(place);
            while Instant::now() < due {
                spin_loop();
            }
            tx.put(T::of(orders.first + place));
        }
        Tally::default()
    })
}

/// How late values arrive, if somebody listens.
struct Lateness {
    tally: Tally,
    audit: Option<Audit>,
    pace: Pace,
}

impl Lateness {
    fn new(pace: Pace, orders: Orders) -> Self {
        let tally = Tally { latencies: Some(histogram()), ..Tally::default() };
        Self { tally, audit: Audit::new(orders.audit), pace }
    }

    #[inline(always)]
    fn see<T: Payload>(&mut self, value: &T) {
        let late = Instant::now().saturating_duration_since(self.pace.due(value.number()));
        if let Some(latencies) = &mut self.tally.latencies {
            latencies.saturating_record(late.as_nanos() as u64);
        }
        if let Some(audit) = &mut self.audit {
            audit.see(value);
        }
        self.tally.add(value);
    }
}

pub(super) fn consume<T: Payload>(mut rx: impl BlockingRx<T>, pace: Pace, orders: Orders) -> ThreadWork {
    Box::new(move || {
        let mut lateness = Lateness::new(pace, orders);
        while let Some(value) = rx.take() {
            lateness.see(&value);
        }
        lateness.tally
    })
}

pub(super) fn consume_async<T: Payload>(mut rx: impl TaskRx<T>, pace: Pace, orders: Orders) -> TaskWork {
    Box::pin(async move {
        let mut lateness = Lateness::new(pace, orders);
        while let Some(value) = rx.take().await.value() {
            lateness.see(&value);
        }
        lateness.tally
    })
}
