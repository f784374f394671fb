//! The works, by name. `README.md` says in words what each of them is.

use std::time::{Duration, Instant};

use crate::contenders::{Entry, able};
use crate::host::Host;
use crate::payload::Size;
use crate::plan::{Audited, Job, Layout, Motion, Plan, Route, Timing, Worlds};

/// Capacity of a channel, in items, where a work does not vary it.
pub(crate) const CAPACITY: usize = 1024;

/// Where values go by the clock, one each so often.
const PACE: Duration = Duration::from_micros(4);

/// Beside computing threads, somebody is taken to come every so many nanoseconds.
const ARRIVALS: u64 = 10_000;

/// How long the one end waits in works about waiting.
const WAITED: Duration = Duration::from_millis(300);

/// How many channels are kept to see what one takes.
const KEPT: u64 = 2_000;

/// What a work is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Messages, or round trips, in a second: more is better.
    Rate,
    /// The middle round trip: less is better.
    P50,
    /// The round trip that one in a thousand exceeds: less is better.
    P999,
    /// Processor time of the process: less is better.
    Cpu,
    /// Memory of a channel: less is better.
    Memory,
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
    /// Each thread on a processor of its own, as far as they go.
    pub(crate) pinned: bool,
    /// The curve on which it lies, and where.
    pub(crate) curve: Option<(String, usize)>,
    /// It belongs to the table by which hel is judged.
    pub(crate) target: bool,
}

impl Work {
    fn new(name: impl Into<String>, layout: Layout, payload: Size) -> Self {
        let plan = Plan { payload, layout, worlds: Worlds::Threads, motion: Motion::Stream, capacity: CAPACITY };
        let (host, measure) = (Host::TokioOne, Measure::Rate);
        Self {
            name: name.into(),
            plan,
            host,
            measure,
            loaded: false,
            cpus: None,
            pinned: false,
            curve: None,
            target: false,
        }
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

    fn curve(mut self, name: &str, at: usize) -> Self {
        self.curve = Some((name.to_owned(), at));
        self
    }

    fn measured_by(mut self, measure: Measure) -> Self {
        self.measure = measure;
        self
    }

    /// A run of this work.
    pub(crate) fn job(&self, messages: u64, audit: Audited, limit: Duration) -> Job {
        let timing = match self.measure {
            Measure::P50 | Measure::P999 if self.loaded => Timing::Arrivals(ARRIVALS),
            Measure::P50 | Measure::P999 => Timing::Trips,
            _ => Timing::No,
        };
        Job { plan: self.plan, messages, audit, timing, set_up: Instant::now(), limit }
    }

    /// How many times longer than others a run takes: percentiles are about what is rare.
    pub(crate) fn patience(&self) -> Option<u32> {
        match self.measure {
            Measure::P50 | Measure::P999 if self.loaded => Some(10),
            // Short, so that what the machine does now and then spoils some rounds and not the median of all.
            Measure::P999 if matches!(self.plan.motion, Motion::Paced(_)) => Some(1),
            Measure::P50 | Measure::P999 => Some(4),
            _ => None,
        }
    }

    /// How many messages a run has, where the work does not go as fast as it can.
    pub(crate) fn fixed(&self) -> Option<u64> {
        match self.plan.motion {
            Motion::Trickle(pause) => Some((WAITED.as_micros() / pause.as_micros().max(1)).max(1) as u64),
            Motion::Stall(_) => Some(4 * self.plan.capacity as u64),
            Motion::Keep => Some(KEPT),
            _ => None,
        }
    }

    /// In a child process: on fewer processors, or where it is to be alone with its memory.
    pub(crate) fn is_apart(&self) -> bool {
        self.cpus.is_some() || self.measure == Measure::Memory
    }

    /// Everyone who can do it, hel first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        able(&self.job(1, Audited::No, Duration::ZERO))
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
    [rings(), shards(), batches(), tasks(), latencies(), scarce(), sizes(), capacities(), fan_in(), waiting(), making()]
        .concat()
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
                .curve(&format!("{name}, by shards, 80 B"), shards)
        };
        counts.iter().map(work).collect()
    };
    let targets = |works: Vec<Work>| works.into_iter().map(Work::target).collect();
    let pairs = |pairs| {
        let work = Work::new(format!("spsc pairs, {pairs}, 80 B"), Layout::Pairs(pairs), Size::Bytes80);
        work.curve("spsc pairs, 80 B", pairs)
    };
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
    let paced = |name: &str, worlds| {
        let work = Work::new(name, PAIR, Size::Bytes8).worlds(worlds).motion(Motion::Paced(PACE));
        work.measured_by(Measure::P999)
    };
    vec![
        work("ping-pong, threads").target(),
        work("ping-pong, tasks on one tokio thread").tasks(Host::TokioOne).target(),
        work("ping-pong, tasks on two tokio workers").tasks(Host::Tokio(2)),
        work("ping-pong, tasks on one smol thread").tasks(Host::SmolOne),
        work("latency idle, threads, p50").latency(Measure::P50),
        work("latency idle, tasks on one tokio thread, p50").tasks(Host::TokioOne).latency(Measure::P50),
        work("latency idle, tasks on two tokio workers, p50").tasks(Host::Tokio(2)).latency(Measure::P50),
        paced("latency under load, 250,000/s, threads, p99.9", Worlds::Threads).target(),
        paced("latency under load, 250,000/s, thread to task, p99.9", Worlds::ThreadToTask),
        work("latency beside computing threads, threads, p99.9").latency(Measure::P999).loaded(),
        work("latency beside computing threads, tasks on two tokio workers, p99.9")
            .tasks(Host::Tokio(2))
            .latency(Measure::P999)
            .loaded(),
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

/// One consumer over many shards.
fn fan_in() -> Vec<Work> {
    let work = |shards| {
        Work::new(format!("fan-in, {shards} shards, 4:1, 80 B"), Layout::FanIn { shards }, Size::Bytes80)
            .room(64)
            .curve("fan-in, 4:1, 80 B", shards)
    };
    [2, 4, 16, 64, 256, 1024].map(work).into()
}

/// What those who wait cost.
fn waiting() -> Vec<Work> {
    let work = |name: &str, motion| Work::new(name, PAIR, Size::Bytes8).motion(motion).measured_by(Measure::Cpu);
    vec![
        work("CPU of a waiting receiver", Motion::Trickle(WAITED)),
        work("CPU of a waiting sender", Motion::Stall(WAITED)),
        work("CPU at 1000 messages a second", Motion::Trickle(Duration::from_millis(1))),
    ]
}

/// What channels cost before they are used.
fn making() -> Vec<Work> {
    let opened = |name: &str, layout, motion| Work::new(name, layout, Size::Bytes8).motion(motion);
    let memory = |name: &str, layout, room| opened(name, layout, Motion::Keep).room(room).measured_by(Measure::Memory);
    vec![
        opened("creation, spsc, room for 64", PAIR, Motion::Create).room(64),
        opened("creation, one ring, room for 64", shared(1, 1), Motion::Create).room(64),
        memory("memory, spsc, room for 64, 8 B", PAIR, 64),
        memory("memory, one ring, room for 64, 8 B", shared(1, 1), 64),
        memory("memory, one ring, room for 1024, 8 B", shared(1, 1), 1024),
    ]
}

/// Over 1, 2, 4, … and all of `cores` processors: as many threads as processors, each on its own, half of them producers.
pub(crate) fn scaling(cores: usize) -> Vec<Work> {
    let counts = (0..).map(|power| 1_usize << power).take_while(|count| *count < cores).chain([cores]);
    counts.flat_map(on_cores).collect()
}

fn on_cores(cores: usize) -> [Work; 5] {
    let ends = (cores / 2).max(1);
    let plural = if cores == 1 { "core" } else { "cores" };
    [
        ("spsc pairs", Layout::Pairs(ends)),
        ("one ring", shared(ends, ends)),
        ("round robin", sharded(ends, Route::InTurn)),
        ("sticky", sharded(ends, Route::Sticky)),
        ("keyed", sharded(ends, Route::Keyed)),
    ]
    .map(|(name, layout)| {
        let work = Work::new(format!("scaling, {name}, {cores} {plural}, 80 B"), layout, Size::Bytes80).cpus(cores);
        let work = work.curve(&format!("{name}, by cores, 80 B"), cores);
        Work { pinned: true, ..work }
    })
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
    fn scaling_goes_up_to_all_processors() {
        let cores = |machine| scaling(machine).iter().step_by(5).map(|work| work.cpus).collect::<Vec<_>>();
        assert_eq!(cores(1), [Some(1)]);
        assert_eq!(cores(2), [1, 2].map(Some));
        assert_eq!(cores(12), [1, 2, 4, 8, 12].map(Some));
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
