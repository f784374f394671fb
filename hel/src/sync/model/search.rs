//! Runs a model through every schedule that loom finds, and tells what came out.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use super::barrier::{offline, online};
use super::knobs::{self, Barriers, Knobs};
use super::{mutant, stop, world};
use crate::sync::Defect;

/// How many threads a search may preempt in one execution unless `LOOM_MAX_PREEMPTIONS` says otherwise.
const PREEMPTIONS: usize = 2;

/// How many steps one execution may have unless `LOOM_MAX_BRANCHES` says otherwise.
const BRANCHES: usize = 10_000;

/// A model to be: which barriers it has, what is wrong with it and how far to search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    knobs: Knobs,
    preemptions: usize,
}

impl Model {
    /// The protocol as it is, with asymmetric barriers.
    pub(crate) fn new() -> Self {
        let bound = std::env::var("LOOM_MAX_PREEMPTIONS");
        let preemptions = bound.map_or(PREEMPTIONS, |bound| bound.parse().expect("LOOM_MAX_PREEMPTIONS is a number"));
        Self { knobs: Knobs::DEFAULT, preemptions }
    }

    /// With ordinary full fences for both barriers.
    pub(crate) fn plain(mut self) -> Self {
        self.knobs.barriers = Barriers::Plain;
        self
    }

    /// Without a heavy barrier: `asymmetric()` is false, so gates are born armed.
    pub(crate) fn no_membarrier(mut self) -> Self {
        self.knobs.barriers = Barriers::Absent;
        self
    }

    /// With `fences_per_heavy()` as given: 0, which is the default, makes clearing a gate always worth it and
    /// `u32::MAX` never.
    pub(crate) fn ratio(mut self, fences_per_heavy: u32) -> Self {
        self.knobs.fences_per_heavy = fences_per_heavy;
        self
    }

    /// With a defect put in. Called twice, with both.
    pub(crate) fn defect(mut self, which: Defect) -> Self {
        let [last, _] = self.knobs.defects;
        self.knobs.defects = [Some(which), last];
        self
    }

    /// With tasks that give way whenever they may.
    pub(crate) fn gives_way(mut self) -> Self {
        self.knobs.gives_way = true;
        self
    }

    /// With fences that stick to the access before them: fewer schedules, for models that are too large otherwise.
    pub(crate) fn glued_fences(mut self) -> Self {
        self.knobs.glued_fences = true;
        self
    }

    /// With at most `bound` preemptions, even where the environment asks for more.
    pub(crate) fn preemptions_at_most(mut self, bound: usize) -> Self {
        self.preemptions = self.preemptions.min(bound);
        self
    }

    /// Searches, and panics with what went wrong in the first execution that failed.
    ///
    /// Every panic in the model counts, a caught one too: what has to be caught is thrown by `resume_unwind`.
    pub(crate) fn check(self, f: impl Fn() + Send + Sync + 'static) {
        if mutant::is_asked() && self.knobs.defects != [None; 2] {
            return;
        }
        match self.search(f) {
            (executions, None) => println!("{}: holds, {executions} executions", self.title()),
            (executions, Some(report)) => panic!("{}: execution {executions}: {report}", self.title()),
        }
    }

    /// Searches, and panics unless an execution fails with `expected` in its message ("deadlock" for a lost wake-up).
    pub(crate) fn fails(self, f: impl Fn() + Send + Sync + 'static, expected: &str) {
        if mutant::is_asked() {
            return;
        }
        match self.search(f) {
            (executions, Some(report)) if report.contains(expected) => {
                println!("{}: fails as it should, execution {executions}", self.title());
            }
            (executions, Some(report)) => {
                panic!("{}: execution {executions} failed, but not by {expected:?}: {report}", self.title())
            }
            (executions, None) => panic!("{}: {executions} executions, none failed", self.title()),
        }
    }

    fn title(&self) -> String {
        let current = thread::current();
        let name = current.name().unwrap_or("model");
        format!("{name} {:?} at {} preemptions", self.knobs, self.preemptions)
    }

    /// The number of executions, and the message of the failure if the last one failed.
    fn search(self, f: impl Fn() + Send + Sync + 'static) -> (usize, Option<String>) {
        let executions = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&executions);
        let (report, failure) = mpsc::channel();
        let (sender, held) = mpsc::channel();
        thread::spawn(move || {
            knobs::set(self.knobs);
            stop::at_panic(report);
            self.builder().check(move || {
                // ORDERING: Relaxed: a number for the report, which a channel orders before it is read.
                counter.fetch_add(1, Ordering::Relaxed);
                world::begin();
                online();
                f();
                offline();
            });
            mutant::report();
            let _ = sender.send(());
        });
        // A failure drops the report's sender only after the message; a search that ends well drops it with none.
        let mut failure = failure.recv().ok();
        if failure.is_none() && held.recv().is_err() {
            failure = Some("the search unwound".to_owned());
        }
        // ORDERING: Relaxed, see above.
        (executions.load(Ordering::Relaxed), failure)
    }

    fn builder(&self) -> loom::model::Builder {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(self.preemptions);
        if std::env::var_os("LOOM_MAX_BRANCHES").is_none() {
            builder.max_branches = BRANCHES;
        }
        // A search that is cut short would pass for one that holds.
        builder.max_duration = None;
        builder.max_permutations = None;
        builder
    }
}
