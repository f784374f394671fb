//! Waiting awake: a thread looks again for about as long as a park would cost, before it parks.

use std::time::{Duration, Instant};

use super::waiting::End;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{cpus, spin_loop, yield_now};

/// What one side has learnt of waiting without sleeping. All of it is advice: races lose a lesson, nothing else.
#[derive(Debug)]
pub(super) struct Spin {
    /// How long a thread looks before it parks, in nanoseconds. 0: it parks at once.
    budget: AtomicU32,
    /// How many pauses it makes between two looks, so that items gather.
    gap: AtomicU32,
}

/// A park and the wake that ends it cost about this much, so nobody spins for longer.
const LONGEST: u32 = 20_000;
/// The same where others wait on this side already: there are more threads than can be served, and those who spin may
/// keep the ones they wait for from running.
const CROWDED: u32 = 2_000;
/// The shortest budget that is worth having: a cache line goes to another core and back several times.
const SHORTEST: u32 = 1_000;
/// The most pauses between two looks: what a lone item may have to wait for others.
const WIDEST: u32 = 64;
/// A look that finds more than this many items ready came too early: the next ones wait for more.
const PLENTY: usize = 4;

impl Spin {
    pub(super) fn new() -> Self {
        Self { budget: AtomicU32::new(LONGEST), gap: AtomicU32::new(1) }
    }

    /// The budget as it stands.
    #[cfg(all(test, not(hel_loom)))]
    pub(super) fn budget(&self) -> u32 {
        self.budget.load(Ordering::Relaxed)
    }

    /// A look after some pauses found `ready` more operations that would go at once.
    fn succeeded(&self, took: Duration, gap: u32, ready: usize) {
        let gap = if ready > PLENTY { (gap * 2).min(WIDEST) } else { (gap / 2).max(1) };
        // ORDERING: Relaxed, all of them: advice.
        self.gap.store(gap, Ordering::Relaxed);
        let enough = nanos(took).saturating_mul(4).clamp(SHORTEST, LONGEST);
        if self.budget.load(Ordering::Relaxed) < enough {
            self.budget.store(enough, Ordering::Relaxed);
        }
    }

    /// A thread had to park, and all in all waited for `took`: would spinning have been long enough?
    pub(super) fn parked(&self, took: Duration) {
        // Under loom nobody spins, and a lesson from the clock would make each execution another one.
        if cfg!(hel_loom) {
            return;
        }
        // ORDERING: Relaxed, both: advice.
        let budget = self.budget.load(Ordering::Relaxed);
        let next = if nanos(took) < 2 * LONGEST { (budget * 2).clamp(SHORTEST, LONGEST) } else { shorter(budget) };
        self.budget.store(next, Ordering::Relaxed);
    }
}

/// Half the budget, and nothing at all once that is too short to be of use.
fn shorter(budget: u32) -> u32 {
    let half = budget / 2;
    if half < SHORTEST { 0 } else { half }
}

fn nanos(time: Duration) -> u32 {
    u32::try_from(time.as_nanos()).unwrap_or(u32::MAX)
}

/// Looks again until the side's budget is used up or the deadline has come. `None`: it is time to park.
///
/// On a single processor there is nothing to wait for while we run, and under loom every look is a branch of its own.
pub(super) fn spin<E: End, O>(
    end: &mut E,
    started: Instant,
    deadline: Option<Instant>,
    look: &mut impl FnMut(&mut E) -> Option<O>,
) -> Option<O> {
    if cpus() == 1 || cfg!(hel_loom) {
        return None;
    }
    // ORDERING: Relaxed, both: advice.
    let budget = end.side().spin().budget.load(Ordering::Relaxed);
    let gap = end.side().spin().gap.load(Ordering::Relaxed);
    let budget = if end.side().is_waiting() { budget.min(CROWDED) } else { budget };
    if budget == 0 {
        return None;
    }
    let planned = started + Duration::from_nanos(u64::from(budget));
    let until = deadline.map_or(planned, |at| at.min(planned));
    loop {
        for _ in 0..gap {
            spin_loop();
        }
        let out = look(end);
        let now = Instant::now();
        if out.is_some() {
            end.side().spin().succeeded(now.saturating_duration_since(started), gap, end.ready());
            return out;
        }
        if now >= until {
            // The peer may be waiting for this very processor.
            yield_now();
            return None;
        }
    }
}
