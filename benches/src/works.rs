//! The works, by name. `README.md` says in words what each of them is.

use crate::contenders::{Entry, able};
use crate::host::Host;
use crate::payload::Size;
use crate::plan::{Job, Layout, Motion, Plan, Route, Worlds};

/// Capacity of a channel, in items, where a work does not vary it.
pub(crate) const CAPACITY: usize = 1024;

/// What a work is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Messages, or round trips, in a second: more is better.
    Rate,
    /// The middle round trip: less is better.
    P50,
    /// The round trip that one in a thousand exceeds: less is better.
    P999,
}

/// One kind of work.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    pub(crate) name: String,
    pub(crate) plan: Plan,
    pub(crate) host: Host,
    pub(crate) measure: Measure,
    /// Every processor has a thread that computes meanwhile.
    pub(crate) loaded: bool,
    /// On this many processors only, in a process of its own that never saw more.
    pub(crate) cpus: Option<usize>,
    /// It belongs to the table by which hel is judged.
    pub(crate) target: bool,
}

impl Work {
    fn new(name: impl Into<String>, layout: Layout, payload: Size) -> Self {
        let plan = Plan { payload, layout, worlds: Worlds::Threads, motion: Motion::Stream, capacity: CAPACITY };
        let (host, measure) = (Host::TokioOne, Measure::Rate);
        Self { name: name.into(), plan, host, measure, loaded: false, cpus: None, target: false }
    }

    fn target(mut self) -> Self {
        self.target = true;
        self
    }

    fn tasks(mut self, host: Host) -> Self {
        (self.host, self.plan.worlds) = (host, Worlds::Tasks);
        self
    }

    fn worlds(mut self, worlds: Worlds) -> Self {
        self.plan.worlds = worlds;
        self
    }

    fn motion(mut self, motion: Motion) -> Self {
        self.plan.motion = motion;
        self
    }

    fn latency(mut self, measure: Measure) -> Self {
        (self.plan.motion, self.measure) = (Motion::PingPong, measure);
        self
    }

    fn loaded(mut self) -> Self {
        self.loaded = true;
        self
    }

    fn cpus(mut self, cpus: usize) -> Self {
        self.cpus = Some(cpus);
        self
    }

    fn room(mut self, capacity: usize) -> Self {
        self.plan.capacity = capacity;
        self
    }

    /// A run of this work.
    pub(crate) fn job(&self, messages: u64, audit: bool) -> Job {
        Job { plan: self.plan, messages, audit, latencies: self.measure != Measure::Rate }
    }

    /// Everyone who can do it, hel first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        able(&self.job(1, false))
    }
}

const PAIR: Layout = Layout::Pairs(1);

fn shared(producers: usize, consumers: usize) -> Layout {
    Layout::Shared { producers, consumers }
}

fn sharded(shards: usize, route: Route) -> Layout {
    Layout::Sharded { shards, route }
}

/// Every work, in the order in which they run.
pub(crate) fn all() -> Vec<Work> {
    [rings(), shards(), batches(), tasks(), latencies(), scarce(), sizes(), capacities()].concat()
}

/// Threads over one ring.
fn rings() -> Vec<Work> {
    vec![
        Work::new("threads 1:1, spsc, 8 B", PAIR, Size::Bytes8).target(),
        Work::new("threads 1:1, spsc, 80 B", PAIR, Size::Bytes80).target(),
        Work::new("threads 1:1, one ring, 8 B", shared(1, 1), Size::Bytes8).target(),
        Work::new("threads 4:1, one ring, 8 B", shared(4, 1), Size::Bytes8).target(),
        Work::new("threads 4:4, one ring, 8 B", shared(4, 4), Size::Bytes8).target(),
        Work::new("threads 8:8, one ring, 8 B", shared(8, 8), Size::Bytes8),
    ]
}

/// Threads over shards, as many producers and consumers as shards.
fn shards() -> Vec<Work> {
    let routed = |name: &str, route, counts: &[usize]| -> Vec<Work> {
        let work = |&shards: &usize| {
            Work::new(format!("{name}, {shards} shards, 80 B"), sharded(shards, route), Size::Bytes80)
        };
        counts.iter().map(work).collect()
    };
    let targets = |works: Vec<Work>| works.into_iter().map(Work::target).collect();
    let pairs = |pairs| Work::new(format!("spsc pairs, {pairs}, 80 B"), Layout::Pairs(pairs), Size::Bytes80);
    [
        targets(routed("round robin", Route::InTurn, &[2, 4, 8])),
        targets(routed("sticky", Route::Sticky, &[4, 8])),
        targets(routed("keyed", Route::Keyed, &[2, 4, 8])),
        routed("round robin", Route::InTurn, &[16]),
        routed("sticky", Route::Sticky, &[2, 16]),
        routed("keyed", Route::Keyed, &[16]),
        [2, 4, 8].map(pairs).into(),
    ]
    .concat()
}

/// Threads, 64 values at a time.
fn batches() -> Vec<Work> {
    let work = |name: &str, layout| Work::new(name, layout, Size::Bytes80).motion(Motion::Batches(64));
    vec![
        work("batches of 64, spsc, 80 B", PAIR).target(),
        work("batches of 64, one ring 1:1, 80 B", shared(1, 1)).target(),
        work("batches of 64, round robin 4 shards, 80 B", sharded(4, Route::InTurn)).target(),
    ]
}

/// Tasks, and threads with tasks.
fn tasks() -> Vec<Work> {
    let work = |name: &str, layout| Work::new(name, layout, Size::Bytes8);
    let four_shards = sharded(4, Route::InTurn);
    vec![
        work("tokio one thread, 1:1, 8 B", PAIR).tasks(Host::TokioOne).target(),
        work("tokio two workers, 1:1, 8 B", PAIR).tasks(Host::Tokio(2)).target(),
        work("tokio two workers, 4:4 over 4 shards, 8 B", four_shards).tasks(Host::Tokio(2)).target(),
        work("tokio two workers, 4 spsc pairs, 8 B", Layout::Pairs(4)).tasks(Host::Tokio(2)).target(),
        work("smol one thread, 1:1, 8 B", PAIR).tasks(Host::SmolOne),
        work("async-std, 1:1, 8 B", PAIR).tasks(Host::AsyncStd),
        work("async-std, 4:4 over 4 shards, 8 B", four_shards).tasks(Host::AsyncStd),
        work("thread to task, 8 B", PAIR).worlds(Worlds::ThreadToTask).target(),
        work("task to thread, 8 B", PAIR).worlds(Worlds::TaskToThread).target(),
    ]
}

/// One message on its way, there and back.
fn latencies() -> Vec<Work> {
    let work = |name: &str| Work::new(name, PAIR, Size::Bytes8).motion(Motion::PingPong);
    vec![
        work("ping-pong, threads").target(),
        work("ping-pong, tasks on one tokio thread").tasks(Host::TokioOne).target(),
        work("ping-pong, tasks on two tokio workers").tasks(Host::Tokio(2)),
        work("ping-pong, tasks on one smol thread").tasks(Host::SmolOne),
        work("latency idle, threads, p50").latency(Measure::P50),
        work("latency idle, tasks on one tokio thread, p50").tasks(Host::TokioOne).latency(Measure::P50),
        work("latency idle, tasks on two tokio workers, p50").tasks(Host::Tokio(2)).latency(Measure::P50),
        work("latency under load, tasks on two tokio workers, p99.9")
            .tasks(Host::Tokio(2))
            .latency(Measure::P999)
            .loaded(),
        work("latency under load, threads, p99.9").latency(Measure::P999).loaded().target(),
    ]
}

/// More threads than processors.
fn scarce() -> Vec<Work> {
    let one_ring = |name: &str, ends| Work::new(name, shared(ends, ends), Size::Bytes8);
    vec![
        one_ring("one CPU, threads 4:4, one ring, 8 B", 4).cpus(1).target(),
        Work::new("one CPU, threads 1:1, spsc, 8 B", PAIR, Size::Bytes8).cpus(1),
        Work::new("one CPU, ping-pong, threads", PAIR, Size::Bytes8).motion(Motion::PingPong).cpus(1),
        // As many threads as 8 for each of the 2 processors of a small machine.
        one_ring("two CPUs, threads 8:8, one ring, 8 B", 8).cpus(2),
        Work::new("one CPU, round robin, 4 shards, 8 B", sharded(4, Route::InTurn), Size::Bytes8).cpus(1),
    ]
}

/// The sizes that the works above leave out.
fn sizes() -> Vec<Work> {
    vec![
        Work::new("threads 1:1, spsc, 1024 B", PAIR, Size::Bytes1024),
        Work::new("threads 4:4, one ring, 80 B", shared(4, 4), Size::Bytes80),
        Work::new("threads 4:4, one ring, 1024 B", shared(4, 4), Size::Bytes1024),
    ]
}

/// Less room than elsewhere.
fn capacities() -> Vec<Work> {
    let work = |layout, what: &str| {
        [1, 16, 128]
            .map(|capacity| Work::new(format!("capacity {capacity}, {what}"), layout, Size::Bytes8).room(capacity))
    };
    [work(PAIR, "threads 1:1, spsc, 8 B"), work(shared(4, 4), "threads 4:4, one ring, 8 B")].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_told_apart() {
        let works = all();
        let names: HashSet<_> = works.iter().map(|work| &work.name).collect();
        assert_eq!(names.len(), works.len());
        for work in &works {
            let entries = work.entries();
            let names: HashSet<_> = entries.iter().map(Entry::name).collect();
            assert_eq!(names.len(), entries.len(), "{}", work.name);
        }
    }

    #[test]
    fn hel_does_every_work_and_has_someone_to_beat() {
        for work in all() {
            let entries = work.entries();
            assert!(entries[0].is_hel(), "{}", work.name);
            assert!(entries.iter().any(|entry| !entry.is_hel() && !entry.is_limit()), "{}", work.name);
        }
    }
}
