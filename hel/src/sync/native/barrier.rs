//! Barriers of unequal cost: notifiers run [`light`], waiters [`heavy`].
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering, compiler_fence, fence};
use std::time::{Duration, Instant};

use super::kernel::{self, Step};
use crate::sync::{Event, count};

/// Keeps the compiler from moving the gate's load before the publish. Costs nothing at run time.
#[inline(always)]
pub(crate) fn light() {
    // ORDERING: the compiler's half of a full fence; `heavy` of another thread adds the processor's half.
    compiler_fence(Ordering::SeqCst);
}

/// A full fence, in the cheapest form that the processor has.
///
/// On x86-64 a locked instruction on the stack orders as much as `mfence`, which `fence(SeqCst)` becomes, and costs
/// less; the assembly also keeps the compiler from moving any access across it. The place is a variable that nobody has
/// written just before: a locked instruction waits for a store to its own place.
#[inline(always)]
pub(crate) fn full() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        let mut place = std::mem::MaybeUninit::<u32>::uninit();
        // SAFETY: S2: an `or` with 0 changes nothing, and the place is a variable of ours.
        unsafe {
            std::arch::asm!("lock or dword ptr [{}], 0", in(reg) place.as_mut_ptr(), options(nostack));
        }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    fence(Ordering::SeqCst);
}

/// A full fence between an access before and one after a read-modify-write that this thread has just run.
///
/// On x86-64 that was one already, being a locked instruction, and only the compiler has to be told.
#[inline(always)]
pub(crate) fn after_rmw() {
    // ORDERING: the compiler's half of a full fence; the locked instruction is the other one.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    compiler_fence(Ordering::SeqCst);
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    full();
}

/// Where loom lets a heavy barrier of another thread strike. Natively nothing: it may strike anywhere.
#[inline(always)]
pub(crate) fn point() {}

/// Whether this process has a heavy barrier, so that gates may be cleared.
///
/// Once false it stays false: after a refusal at run time no gate is cleared any more.
#[inline]
pub(crate) fn asymmetric() -> bool {
    PROCESS.state(kernel::ask) == PRESENT
}

/// Every thread of the process runs a full fence between the call and the return of this function, the caller both at
/// the call and at the return.
///
/// Where [`asymmetric`] never was true it is the caller's full fence only: there every notifier runs its own.
#[cold]
pub(crate) fn heavy() {
    PROCESS.heavy(kernel::ask);
}

/// How many fences cost as much as one heavy barrier, lately, in this process: 1 to 2^20.
#[inline]
pub(crate) fn fences_per_heavy() -> u32 {
    PROCESS.cost.ratio()
}

static PROCESS: Barrier = Barrier::new();

/// Nobody has asked yet.
const UNKNOWN: u32 = 0;
/// The kernel has a barrier for this process.
const PRESENT: u32 = 1;
/// The kernel had none from the start: no gate was ever cleared.
const ABSENT: u32 = 2;
/// The kernel had one and refused it later: some gates may be clear still, so [`heavy`] goes on trying.
const REFUSED: u32 = 3;

/// The heavy barrier of a process. The kernel is a parameter of each call, so that a test can refuse.
#[derive(Debug)]
pub(super) struct Barrier {
    /// [`UNKNOWN`], then [`PRESENT`] or [`ABSENT`]; from [`PRESENT`] perhaps [`REFUSED`]. No way back.
    state: AtomicU32,
    pub(super) cost: Cost,
}

impl Barrier {
    pub(super) const fn new() -> Self {
        Self { state: AtomicU32::new(UNKNOWN), cost: Cost::new() }
    }

    /// Whether gates may be cleared; asks the kernel when called for the first time.
    #[cfg(test)]
    pub(super) fn asymmetric(&self, ask: impl Fn(Step) -> bool) -> bool {
        self.state(ask) == PRESENT
    }

    #[inline]
    fn state(&self, ask: impl Fn(Step) -> bool) -> u32 {
        match self.state.load(Ordering::Acquire) {
            UNKNOWN => self.probe(ask),
            known => known,
        }
    }

    /// Threads may race here: registering twice does no harm, and the first answer stands for all.
    #[cold]
    fn probe(&self, ask: impl Fn(Step) -> bool) -> u32 {
        let found = if ask(Step::Register) && self.timed(|| ask(Step::Expedite)) {
            // The first one is dearer than those that follow.
            for _ in 0..ROUNDS {
                self.timed(|| ask(Step::Expedite));
            }
            self.cost.measure_fences();
            PRESENT
        } else {
            ABSENT
        };
        // ORDERING: AcqRel and Acquire: whoever reads the state finds the costs that were measured before.
        match self.state.compare_exchange(UNKNOWN, found, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => found,
            Err(first) => first,
        }
    }

    /// The heavy barrier. It always succeeds; only what it costs depends on the kernel.
    pub(super) fn heavy(&self, ask: impl Fn(Step) -> bool) {
        // ORDERING: SeqCst, the caller's own fence at the call: the kernel promises none where only one thread runs.
        fence(Ordering::SeqCst);
        if self.state(&ask) == ABSENT {
            return;
        }
        count(Event::Heavy);
        self.timed(|| self.interrupt(ask));
        // ORDERING: SeqCst, the caller's own fence at the return: with the notifier's fence, or the interrupt in it.
        fence(Ordering::SeqCst);
    }

    /// Makes every other thread run a fence, by the cheapest means that is not refused.
    fn interrupt(&self, ask: impl Fn(Step) -> bool) {
        if ask(Step::Expedite) || (ask(Step::Register) && ask(Step::Expedite)) {
            return;
        }
        // ORDERING: Release, as `state` loads it; a thread that clears a gate meanwhile meets this path again later.
        self.state.store(REFUSED, Ordering::Release);
        if !ask(Step::Global) {
            ask(Step::Drain);
        }
    }

    fn timed<R>(&self, f: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = f();
        self.cost.record_heavy(start.elapsed());
        result
    }
}

/// How many fences are timed at once: the clock is too coarse for one.
const FENCES: u32 = 256;
/// How often; the fastest time counts, since every disturbance only adds.
const ROUNDS: u32 = 8;
/// What a heavy barrier can cost at most: anything above is the scheduler's doing.
const HEAVIEST: Duration = Duration::from_millis(1);
/// The largest ratio that is told.
const MAX_RATIO: u32 = 1 << 20;

/// What fences and heavy barriers cost here and now.
///
/// All in relaxed atomics: an update lost to another thread is one sample lost.
#[derive(Debug)]
pub(super) struct Cost {
    /// Nanoseconds of [`FENCES`] fences.
    fences: AtomicU32,
    /// Nanoseconds of a heavy barrier, a moving average.
    heavy: AtomicU32,
    /// The quotient, kept ready.
    ratio: AtomicU32,
}

impl Cost {
    const fn new() -> Self {
        Self { fences: AtomicU32::new(0), heavy: AtomicU32::new(0), ratio: AtomicU32::new(MAX_RATIO) }
    }

    #[inline]
    pub(super) fn ratio(&self) -> u32 {
        // ORDERING: Relaxed: a hint.
        self.ratio.load(Ordering::Relaxed)
    }

    fn measure_fences(&self) {
        let round = |_| {
            let start = Instant::now();
            for _ in 0..FENCES {
                // Of many fences in a row the compiler might make one.
                full();
                std::hint::black_box(start);
            }
            start.elapsed()
        };
        let fastest = (0..ROUNDS).map(round).min().unwrap_or_default();
        self.set_fences(fastest);
    }

    /// Takes `time` for the time of [`FENCES`] fences.
    pub(super) fn set_fences(&self, time: Duration) {
        // ORDERING: Relaxed: a hint.
        self.fences.store(nanos(time), Ordering::Relaxed);
        self.update_ratio();
    }

    /// Follows a new sample of the heavy barrier by a quarter of the way up, and by half of it down: a cost taken for too
    /// high keeps gates armed, and then there are next to no samples to correct it. For the same reason a sample that
    /// is far above the average, since the caller was preempted meanwhile, counts as four times the average.
    pub(super) fn record_heavy(&self, time: Duration) {
        // ORDERING: Relaxed, both: hints.
        let average = match self.heavy.load(Ordering::Relaxed) {
            0 => nanos(time),
            old if nanos(time) < old => old / 2 + nanos(time) / 2,
            old => old - old / 4 + nanos(time).min(old.saturating_mul(4)) / 4,
        };
        self.heavy.store(average, Ordering::Relaxed);
        self.update_ratio();
    }

    fn update_ratio(&self) {
        // ORDERING: Relaxed, all three: hints.
        let heavy = u64::from(self.heavy.load(Ordering::Relaxed));
        let fences = u64::from(self.fences.load(Ordering::Relaxed));
        let ratio = (heavy * u64::from(FENCES)).checked_div(fences).unwrap_or(u64::from(MAX_RATIO));
        self.ratio.store(ratio.clamp(1, u64::from(MAX_RATIO)) as u32, Ordering::Relaxed);
    }
}

/// At least one nanosecond, whatever the clock's step, and at most [`HEAVIEST`].
fn nanos(time: Duration) -> u32 {
    time.min(HEAVIEST).subsec_nanos().max(1)
}
