//! Runs a model through many schedules, and tells what came out.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::thread;

use ::shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use ::shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use super::knobs::{self, Knobs};
use crate::sync::Defect;

/// How many schedules of a model each scheduler tries, times `HEL_SHUTTLE_TIMES` if that is set.
const SCHEDULES: usize = 2_000;

/// How many schedules each scheduler has to find a defect in.
const ENOUGH: usize = 40_000;

/// More steps than any schedule of a model has: one that takes more does not end.
const STEPS: usize = 100_000;

/// Any number does; the same each time, so that a failure comes again. `SHUTTLE_RANDOM_SEED` replaces it.
const SEED: u64 = 0x4e1;

/// Who chooses the thread that goes on.
#[derive(Clone, Copy, Debug)]
enum Chooser {
    /// Random priorities, changed at one place less than this many: it finds what needs so many orderings with a
    /// probability that can be told (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding
    /// Bugs", ASPLOS 2010).
    Pct(usize),
    /// Any thread at any step.
    Random,
}

const CHOOSERS: [Chooser; 3] = [Chooser::Pct(3), Chooser::Pct(5), Chooser::Random];

/// What a search came to: how many schedules it ran, and the message of the failure if the last one failed.
type Outcome = (usize, Option<String>);

/// A model to be: which gates it has, what is wrong with it and how much of the search it is worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    knobs: Knobs,
    schedules: usize,
}

impl Model {
    /// The protocol as it is, with gates that are cleared whenever that is possible.
    pub(crate) fn new() -> Self {
        Self { knobs: Knobs::DEFAULT, schedules: SCHEDULES }
    }

    /// Without a heavy barrier: `asymmetric()` is false, so gates are born armed.
    pub(crate) fn no_membarrier(mut self) -> Self {
        self.knobs.asymmetric = false;
        self
    }

    /// With `fences_per_heavy()` as given: 0, which is the default, makes clearing a gate always worth it and
    /// `u32::MAX` never.
    pub(crate) fn ratio(mut self, fences_per_heavy: u32) -> Self {
        self.knobs.fences_per_heavy = fences_per_heavy;
        self
    }

    /// With tasks that give way every other time that they may.
    pub(crate) fn gives_way(mut self) -> Self {
        self.knobs.gives_way = true;
        self
    }

    /// With a defect put in. Called twice, with both.
    pub(crate) fn defect(mut self, which: Defect) -> Self {
        let [last, _] = self.knobs.defects;
        self.knobs.defects = [Some(which), last];
        self
    }

    /// Searches with each scheduler, and panics with what went wrong in the first schedule that failed.
    pub(crate) fn check(self, story: fn()) {
        let schedules = self.schedules * times();
        for chooser in CHOOSERS {
            match self.search(chooser, schedules, FailurePersistence::Print, story) {
                (schedules, None) => println!("{}: {chooser:?} holds, {schedules} schedules", self.title()),
                (schedules, Some(report)) => panic!("{}: {chooser:?} schedule {schedules}: {report}", self.title()),
            }
        }
    }

    /// Searches with each scheduler, and panics unless one of them finds a schedule that fails with `expected` in its
    /// message ("deadlock" for a lost wake-up), and if one fails otherwise.
    pub(crate) fn fails(self, story: fn(), expected: &str) {
        let outcomes = CHOOSERS.map(|chooser| self.search(chooser, ENOUGH, FailurePersistence::None, story));
        for (chooser, (schedules, report)) in CHOOSERS.iter().zip(&outcomes) {
            match report {
                Some(report) if report.contains(expected) => {
                    println!("{}: {chooser:?} fails as it should, schedule {schedules}", self.title());
                }
                Some(report) => {
                    panic!(
                        "{}: {chooser:?} schedule {schedules} failed, but not by {expected:?}: {report}",
                        self.title()
                    )
                }
                None => println!("{}: {chooser:?} finds nothing in {schedules} schedules", self.title()),
            }
        }
        assert!(outcomes.iter().any(|(_, report)| report.is_some()), "{}: none failed", self.title());
    }

    fn title(&self) -> String {
        let current = thread::current();
        format!("{} {:?}", current.name().unwrap_or("model"), self.knobs)
    }

    fn search(self, chooser: Chooser, most: usize, persistence: FailurePersistence, story: fn()) -> Outcome {
        match chooser {
            Chooser::Pct(depth) => self.run(PctScheduler::new_from_seed(SEED, depth, most), persistence, story),
            Chooser::Random => self.run(RandomScheduler::new_from_seed(SEED, most), persistence, story),
        }
    }

    /// Runs on a thread of its own, since a failure leaves it with a panic that has not ended.
    fn run(self, scheduler: impl Scheduler + Send + 'static, persistence: FailurePersistence, story: fn()) -> Outcome {
        let search = thread::spawn(move || {
            knobs::set(self.knobs);
            keep_messages();
            let schedules = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&schedules);
            let runner = Runner::new(scheduler, config(persistence));
            let result = panic::catch_unwind(AssertUnwindSafe(|| {
                runner.run(move || {
                    // ORDERING: Relaxed: all of it runs on one thread.
                    counter.fetch_add(1, Ordering::Relaxed);
                    story();
                })
            }));
            let message = MESSAGE.take();
            // ORDERING: Relaxed, as above.
            (schedules.load(Ordering::Relaxed), result.err().map(|_| message.unwrap_or_default()))
        });
        search.join().expect("a search that fails is caught")
    }
}

thread_local! {
    /// The first panic on this thread. What the search itself panics with says no more than that there was one.
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From here on the first panic of each thread is kept.
fn keep_messages() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let _ = MESSAGE.try_with(|message| message.borrow_mut().get_or_insert_with(|| info.to_string()).len());
            others(info);
        }));
    });
}

fn times() -> usize {
    std::env::var("HEL_SHUTTLE_TIMES").map_or(1, |times| times.parse().expect("HEL_SHUTTLE_TIMES is a number"))
}

fn config(persistence: FailurePersistence) -> Config {
    let mut config = Config::new();
    config.failure_persistence = persistence;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config.silence_warnings = true;
    config.stack_size = 1 << 18;
    // What has failed is not to be unwound by the protocol that has failed.
    config.ungraceful_shutdown_config.immediately_return_on_panic = true;
    config
}
