//! Waiting awake: a thread looks again for about as long as a park would cost, before it parks.
//!
//! It does so on any machine. How many processors there are is not asked for: the answer to a thread that is kept to one
//! would be one, while its peer may be kept to another. Where there really is one, pauses are in vain and yields are not,
//! and the pauses get short.

use std::time::{Duration, Instant};

use super::waiting::End;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Event, IN_MODEL, count, gives_way, spin_loop, yield_now};

/// What one side has learnt of waiting without sleeping. All of it is advice: races lose a lesson, nothing else.
#[derive(Debug)]
pub(super) struct Spin {
    /// How long a thread looks before it lets others run, in nanoseconds.
    budget: AtomicU32,
    /// How many pauses it makes between two looks, so that items gather.
    gap: AtomicU32,
    /// Parks since the last probe.
    parks: AtomicU32,
    /// How many waits go by without a yield, and how many did the last time.
    shy: AtomicU32,
    shyness: AtomicU32,
    /// For how many waits a yield comes first, since there was somebody to run.
    crowd: AtomicU32,
    /// Waits until the next yield that asks, and how many there were before the last.
    unasked: AtomicU32,
    interval: AtomicU32,
    /// How many pauses a task makes, all in all, before it registers.
    task: AtomicU32,
    /// Waits of tasks since the last that paused.
    idle: AtomicU32,
    /// What giving way has earned tasks: one for each success. While there is any they give way first.
    trust: AtomicU32,
    /// Waits of tasks since the last that did.
    stayed: AtomicU32,
}

/// A park and the wake that ends it cost about this much, so nobody spins for longer.
const LONGEST: u32 = 20_000;
/// The same where others wait on this side already: there are more threads than can be served, and those who spin may
/// keep the ones they wait for from running.
const CROWDED: u32 = 2_000;
/// The shortest budget: a cache line goes to another core and back several times.
const SHORTEST: u32 = 1_000;
/// Two threads that wake each other in turn never learn that they need not sleep, since each sees the other's wake-up
/// and not its answer. So after this many parks one of them looks for long enough to outlast a wake-up.
const PROBE_EVERY: u32 = 32;
/// How long that one looks.
const PROBE: u32 = 50_000;
/// The most pauses between two looks: what a lone item may have to wait for others.
const WIDEST: u32 = 64;
/// A look that finds more than this many items ready came too early: the next ones wait for more.
const PLENTY: usize = 4;
/// So many looks are made before the clock is asked.
const AT_ONCE: u32 = 8;
/// How often a thread lets others run, and looks, before it parks. A yield with nobody to run costs far less than a
/// park; with somebody, the peer often among them, a park and its wake-up are saved.
const YIELDS: u32 = 4;
/// A yield that takes longer has let somebody run.
pub(super) const SWITCH: Duration = Duration::from_micros(2);
/// One that takes longer than this has let somebody run who does not stop by himself. From him a park is the better way
/// back, since the scheduler prefers who is woken: for some waits there are no yields, for four times as many after
/// each further one in vain.
pub(super) const HOGGED: Duration = Duration::from_millis(1);
/// Unless what it brought came at least as fast as this, one by one: then it was our peers who ran, and a thread that did
/// not let them would have kept them from it.
const STREAMING: Duration = Duration::from_micros(4);
/// How many waits go by before a yield that only asks whether there is anybody to run: at first, and at most. Each
/// question doubles it, and each answer that there is somebody takes two doublings back.
const ASK_SOON: u32 = 16;
const ASK_LATE: u32 = 512;
/// For how many waits the answer stands that there was somebody.
const CROWD: u32 = 16;
/// For how many waits there are no yields after a hog, at first and at most.
const SHY: u32 = 16;
const SHYEST: u32 = 1024;

/// The most pauses of a task before it registers: a few looks, a microsecond or two. It has its worker's other tasks to
/// think of, and its peer may be one of them.
const MOST: u32 = 64;
/// The fewest that are worth making, and the fewest between two looks.
const FEWEST: u32 = 8;
/// Where pausing was in vain, so many waits go by before it is tried again.
const WAITS: u32 = 256;

/// A task that lets others run is polled once more than one that registers, and has saved a registration and a wake-up if its
/// peer was among them. If not it was in vain, and on several workers the task may have moved to another, away from its
/// peer. So a failure costs as much trust as eight successes earn: one for having tried, and these.
const BETRAYAL: u32 = 7;
/// The most trust that successes can earn.
const FULL_TRUST: u32 = 16;
/// Where there is no trust, one wait in so many tries all the same. For fuzzing it has to come up in short scripts.
const TRY_EVERY: u32 = if cfg!(hel_fuzz) { 2 } else { 64 };

impl Spin {
    pub(super) fn new() -> Self {
        Self {
            budget: AtomicU32::new(LONGEST),
            gap: AtomicU32::new(1),
            parks: AtomicU32::new(0),
            shy: AtomicU32::new(0),
            shyness: AtomicU32::new(0),
            crowd: AtomicU32::new(0),
            unasked: AtomicU32::new(ASK_SOON),
            interval: AtomicU32::new(ASK_SOON),
            task: AtomicU32::new(MOST),
            idle: AtomicU32::new(0),
            trust: AtomicU32::new(0),
            stayed: AtomicU32::new(0),
        }
    }

    /// The budget as it stands.
    #[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
    pub(super) fn budget(&self) -> u32 {
        self.budget.load(Ordering::Relaxed)
    }

    /// How long the next spin may take.
    pub(super) fn next_budget(&self, others_wait: bool) -> Duration {
        // ORDERING: Relaxed, all of them: advice.
        let budget = if others_wait {
            self.budget.load(Ordering::Relaxed).min(CROWDED)
        } else if self.parks.load(Ordering::Relaxed) >= PROBE_EVERY {
            self.parks.store(0, Ordering::Relaxed);
            PROBE
        } else {
            self.budget.load(Ordering::Relaxed)
        };
        Duration::from_nanos(u64::from(budget))
    }

    /// A look after some pauses found `ready` more operations that would go at once.
    fn gathered(&self, gap: u32, ready: usize) {
        let gap = if ready > PLENTY { (gap * 2).min(WIDEST) } else { (gap / 2).max(1) };
        // ORDERING: Relaxed: advice.
        self.gap.store(gap, Ordering::Relaxed);
    }

    /// Being awake for `took` was enough, so several times that is worth trying.
    pub(super) fn succeeded(&self, took: Duration) {
        let enough = nanos(took).saturating_mul(4).clamp(SHORTEST, LONGEST);
        // ORDERING: Relaxed, both: advice.
        if self.budget.load(Ordering::Relaxed) < enough {
            self.budget.store(enough, Ordering::Relaxed);
        }
    }

    /// A yield was worth more than the pauses before it.
    pub(super) fn paused_in_vain(&self) {
        // ORDERING: Relaxed, both: advice.
        self.budget.store(shorter(self.budget.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    /// Whether to yield before anything else: there are more threads than processors, or it is time to find out.
    pub(super) fn asks_for_a_crowd(&self) -> bool {
        if IN_MODEL {
            return false;
        }
        // ORDERING: Relaxed, all of them: advice.
        let crowd = self.crowd.load(Ordering::Relaxed);
        if crowd > 0 {
            self.crowd.store(crowd - 1, Ordering::Relaxed);
            return true;
        }
        if self.shy.load(Ordering::Relaxed) > 0 {
            return false;
        }
        let unasked = self.unasked.load(Ordering::Relaxed);
        if unasked > 0 {
            self.unasked.store(unasked - 1, Ordering::Relaxed);
            return false;
        }
        let interval = (self.interval.load(Ordering::Relaxed) * 2).min(ASK_LATE);
        self.interval.store(interval, Ordering::Relaxed);
        self.unasked.store(interval, Ordering::Relaxed);
        // If nobody wants to run: does waiting for longer bring more at a time?
        self.gap.store(WIDEST, Ordering::Relaxed);
        true
    }

    /// Whether there were more threads than processors at the last yield.
    pub(super) fn is_crowded(&self) -> bool {
        // ORDERING: Relaxed: advice.
        self.crowd.load(Ordering::Relaxed) > 0
    }

    /// Whether this wait may yield.
    pub(super) fn may_yield(&self) -> bool {
        // ORDERING: Relaxed, both: advice.
        let shy = self.shy.load(Ordering::Relaxed);
        if shy > 0 {
            self.shy.store(shy - 1, Ordering::Relaxed);
        }
        shy == 0
    }

    /// Takes in how long a yield took, and how many operations would go at once after it. True: it let another thread run,
    /// which did not run while we spun. If that ran for too long there are no yields for a while; if not, the next hog
    /// costs fewer.
    pub(super) fn yielded(&self, took: Duration, ready: usize) -> bool {
        // ORDERING: Relaxed, all of them: advice.
        if took <= SWITCH {
            self.crowd.store(0, Ordering::Relaxed);
            return false;
        }
        let hogged = is_hog(took, ready);
        self.crowd.store(if hogged { 0 } else { CROWD }, Ordering::Relaxed);
        let interval = (self.interval.load(Ordering::Relaxed) / 4).max(ASK_SOON);
        self.interval.store(interval, Ordering::Relaxed);
        self.unasked.store(interval, Ordering::Relaxed);
        self.budget.store(shorter(self.budget.load(Ordering::Relaxed)), Ordering::Relaxed);
        let shyness = self.shyness.load(Ordering::Relaxed);
        if hogged {
            let shyness = (shyness * 4).clamp(SHY, SHYEST);
            self.shyness.store(shyness, Ordering::Relaxed);
            self.shy.store(shyness, Ordering::Relaxed);
        } else {
            self.shyness.store(shyness / 2, Ordering::Relaxed);
        }
        true
    }

    /// As [`yielded`](Self::yielded), of a thread that did not wait: all that it learns is that nobody wants to run any more,
    /// or that somebody does not stop.
    pub(super) fn stood_aside(&self, took: Duration, ready: usize) -> bool {
        if is_hog(took, ready) {
            return self.yielded(took, ready);
        }
        if took <= SWITCH {
            // ORDERING: Relaxed: advice.
            self.crowd.store(0, Ordering::Relaxed);
        }
        took > SWITCH
    }

    /// How many pauses a task makes before it registers.
    pub(super) fn task_pauses(&self) -> u32 {
        // ORDERING: Relaxed, all of them: advice.
        let pauses = self.task.load(Ordering::Relaxed);
        if pauses > 0 {
            return pauses;
        }
        let idle = self.idle.load(Ordering::Relaxed);
        self.idle.store(if idle < WAITS { idle + 1 } else { 0 }, Ordering::Relaxed);
        if idle < WAITS { 0 } else { FEWEST }
    }

    /// A task made so many pauses; did a look succeed meanwhile?
    pub(super) fn task_paused(&self, pauses: u32, success: bool) {
        let next = if success { (pauses * 2).min(MOST) } else { pauses / 8 };
        // ORDERING: Relaxed: advice.
        self.task.store(if next < FEWEST { 0 } else { next }, Ordering::Relaxed);
    }

    /// Whether a task lets the others of its executor run, since that helped lately.
    pub(super) fn trusts_yields(&self) -> bool {
        if IN_MODEL {
            return gives_way();
        }
        // ORDERING: Relaxed: advice.
        self.trust.load(Ordering::Relaxed) > 0
    }

    /// Whether it does so to find out, before it registers.
    pub(super) fn tries_yield(&self) -> bool {
        if IN_MODEL {
            return gives_way();
        }
        // ORDERING: Relaxed, both: advice.
        let stayed = self.stayed.load(Ordering::Relaxed) + 1;
        self.stayed.store(stayed % TRY_EVERY, Ordering::Relaxed);
        stayed == TRY_EVERY
    }

    /// A task lets others run. Should it never look again, because its future is dropped, that was in vain.
    pub(super) fn task_yields(&self) {
        // ORDERING: Relaxed, both: advice.
        self.trust.store(self.trust.load(Ordering::Relaxed).saturating_sub(1), Ordering::Relaxed);
    }

    /// A task that let others run looked again; did that succeed?
    pub(super) fn task_yielded(&self, success: bool) {
        // ORDERING: Relaxed, both: advice.
        let trust = self.trust.load(Ordering::Relaxed);
        let trust = if success { (trust + 2).min(FULL_TRUST) } else { trust.saturating_sub(BETRAYAL) };
        self.trust.store(trust, Ordering::Relaxed);
    }

    /// One that was woken from its place found nothing: those who give way had better stand in line as well.
    pub(super) fn distrust_yields(&self) {
        if !IN_MODEL {
            // ORDERING: Relaxed: advice.
            self.trust.store(0, Ordering::Relaxed);
        }
    }

    /// A thread had to park, and all in all waited for `took`: would spinning have been long enough?
    pub(super) fn parked(&self, took: Duration) {
        // In a model nobody spins, and a lesson from the clock would make each execution another one.
        if IN_MODEL {
            return;
        }
        // ORDERING: Relaxed, all of them: advice.
        self.parks.store(self.parks.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
        let budget = self.budget.load(Ordering::Relaxed);
        let next = if nanos(took) < 2 * LONGEST { (budget * 2).min(LONGEST) } else { shorter(budget) };
        self.budget.store(next, Ordering::Relaxed);
    }
}

fn shorter(budget: u32) -> u32 {
    (budget / 2).max(SHORTEST)
}

/// Whether a yield that took so long, after which `ready` operations would go at once, let somebody run who does not stop by
/// himself.
fn is_hog(took: Duration, ready: usize) -> bool {
    took > HOGGED && nanos(took) as usize / nanos(STREAMING) as usize > ready
}

fn nanos(time: Duration) -> u32 {
    u32::try_from(time.as_nanos()).unwrap_or(u32::MAX)
}

/// A few looks at once, before the clock is asked when they began: where items come one by one, as answers do, the next
/// is often nearly there.
pub(super) fn at_once<E: End, O>(end: &mut E, look: &mut impl FnMut(&mut E) -> Option<O>) -> Option<O> {
    // ORDERING: Relaxed: advice.
    if IN_MODEL || end.side().spin().gap.load(Ordering::Relaxed) > 1 {
        return None;
    }
    for _ in 0..AT_ONCE {
        spin_loop();
        let out = look(end);
        if out.is_some() {
            count(Event::Paused);
            end.side().spin().gathered(1, end.ready());
            return out;
        }
    }
    None
}

/// Looks again until the side's budget is used up or the deadline has come. `None`: it is time to park.
///
/// To a model every look is a branch of its own, so there nobody waits awake.
pub(super) fn spin<E: End, O>(
    end: &mut E,
    crowded: bool,
    started: Instant,
    deadline: Option<Instant>,
    look: &mut impl FnMut(&mut E) -> Option<O>,
) -> Option<O> {
    if IN_MODEL {
        return None;
    }
    if !crowded {
        return pause(end, started, deadline, look)
            .or_else(|| let_others_run(YIELDS, true, end, started, deadline, look).0);
    }
    // One yield to ask, unless the answer stands.
    let yields = if end.side().spin().is_crowded() { YIELDS } else { 1 };
    match let_others_run(yields, false, end, started, deadline, look) {
        (None, false) => pause(end, started, deadline, look),
        (out, _) => out,
    }
}

/// Looks with pauses between.
fn pause<E: End, O>(
    end: &mut E,
    started: Instant,
    deadline: Option<Instant>,
    look: &mut impl FnMut(&mut E) -> Option<O>,
) -> Option<O> {
    // ORDERING: Relaxed: advice.
    let gap = end.side().spin().gap.load(Ordering::Relaxed);
    let planned = started + end.side().spin().next_budget(end.side().is_waiting());
    let until = deadline.map_or(planned, |at| at.min(planned));
    loop {
        for _ in 0..gap {
            spin_loop();
        }
        let out = look(end);
        let now = Instant::now();
        if out.is_some() {
            count(Event::Paused);
            end.side().spin().succeeded(now.saturating_duration_since(started));
            end.side().spin().gathered(gap, end.ready());
            return out;
        }
        if now >= until {
            return None;
        }
    }
}

/// Looks with yields between: the peer may be waiting for this very processor. Says, too, whether anybody ran meanwhile.
///
/// What comes after pauses that were `in_vain` is no success of theirs, even where the yield was too quick to tell whether
/// anybody ran.
fn let_others_run<E: End, O>(
    yields: u32,
    in_vain: bool,
    end: &mut E,
    started: Instant,
    deadline: Option<Instant>,
    look: &mut impl FnMut(&mut E) -> Option<O>,
) -> (Option<O>, bool) {
    let mut crowded = false;
    if !end.side().spin().may_yield() {
        return (None, crowded);
    }
    let mut before = Instant::now();
    for _ in 0..yields {
        // Others may run for a millisecond and more: not so close to a deadline.
        if deadline.is_some_and(|at| before + HOGGED >= at) {
            break;
        }
        count(Event::Yield);
        yield_now();
        let now = Instant::now();
        let took = now.saturating_duration_since(before);
        // Before the look, which may take a whole batch.
        let ready = if took > HOGGED { end.ready() } else { 0 };
        let out = look(end);
        crowded |= end.side().spin().yielded(took, ready);
        if out.is_some() {
            count(Event::Yielded);
            if in_vain {
                end.side().spin().paused_in_vain();
            } else if !crowded {
                end.side().spin().succeeded(now.saturating_duration_since(started));
            }
            return (out, crowded);
        }
        if took > HOGGED {
            break;
        }
        before = now;
    }
    (None, crowded)
}

/// Lets others run in place of a thread that need not wait, but would do better a little later: where there are more
/// threads than processors, as far as is known. True if it did.
pub(crate) fn stand_aside<E: End>(end: &E) -> bool {
    let spin = end.side().spin();
    if IN_MODEL || !spin.is_crowded() || !spin.may_yield() {
        return false;
    }
    count(Event::Yield);
    let before = Instant::now();
    yield_now();
    let took = before.elapsed();
    spin.stood_aside(took, if took > HOGGED { end.ready() } else { 0 })
}

/// What a task does before it registers: pauses and looks, for next to no time. `None`: register.
///
/// A peer on another processor is often just about to publish, and a wake-up costs both sides far more than this. A peer
/// on this one cannot run meanwhile: there it fails, and is hardly ever tried.
#[cold]
#[inline(never)]
pub(super) fn briefly<E: End, O>(end: &mut E, look: &mut impl FnMut(&mut E) -> Option<O>) -> Option<O> {
    if IN_MODEL {
        return None;
    }
    let pauses = end.side().spin().task_pauses();
    if pauses == 0 {
        return None;
    }
    // ORDERING: Relaxed: advice.
    let gap = end.side().spin().gap.load(Ordering::Relaxed).clamp(FEWEST, pauses);
    for _ in 0..pauses / gap {
        for _ in 0..gap {
            spin_loop();
        }
        let out = look(end);
        if out.is_some() {
            end.side().spin().task_paused(pauses, true);
            end.side().spin().gathered(gap, end.ready());
            return out;
        }
    }
    end.side().spin().task_paused(pauses, false);
    None
}
