//! One run: everything set up, begun together, timed by those who work, and verified.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::Host;
use crate::machine::{self, cpu_time};
use crate::stage::{Stage, TaskWork, ThreadWork, Worker};
use crate::tally::Tally;

/// When one worker began and ended, and what it received.
struct Lap {
    began: Instant,
    ended: Instant,
    tally: Tally,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Messages, or round trips.
    pub(crate) messages: u64,
    pub(crate) time: Duration,
    /// Processor time that the whole process used meanwhile.
    pub(crate) cpu: Duration,
    /// Memory of each channel, where that was asked for.
    pub(crate) bytes: u64,
    /// Median, 99th and 99.9th percentile of the round trips in nanoseconds, where they were timed.
    pub(crate) percentiles: Option<[u64; 3]>,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.messages as f64 / self.time.as_secs_f64().max(1e-9)
    }
}

/// Runs the stage: threads on threads, each kept to one processor if `pinned`, tasks on `host`, with as many computing
/// threads beside it as `load` says.
///
/// The workers themselves take the time, from the first to begin to the last to end: with all cores busy, a thread that
/// only watches leaves the barrier milliseconds after the work has begun.
///
/// # Panics
/// If a worker did, or the digest of what arrived differs from that of what was sent.
pub(crate) fn run(stage: Stage, host: Host, load: usize, pinned: bool) -> Outcome {
    let expected = stage.expected.clone();
    let before = cpu_time();
    let laps = with_load(load, || laps(stage, host, pinned));
    let cpu = cpu_time().saturating_sub(before);
    let began = laps.iter().map(|lap| lap.began).min().expect("a worker");
    let ended = laps.iter().map(|lap| lap.ended).max().expect("a worker");
    let received = laps.into_iter().fold(Tally::default(), |all, lap| all.merge(lap.tally));
    let messages = match expected {
        Some(expected) => {
            assert!(received.agrees(&expected), "sent {expected:?}, received {received:?}");
            expected.count
        }
        None => received.count,
    };
    let bytes = received.bytes;
    let percentiles = received.latencies.map(|all| [0.5, 0.99, 0.999].map(|quantile| all.value_at_quantile(quantile)));
    Outcome { messages, time: ended - began, cpu, bytes, percentiles }
}

fn laps(stage: Stage, host: Host, pinned: bool) -> Vec<Lap> {
    let (mut threads, mut tasks) = (Vec::<ThreadWork>::new(), Vec::<TaskWork>::new());
    for worker in stage.workers {
        match worker {
            Worker::Thread(work) => threads.push(work),
            Worker::Task(work) => tasks.push(work),
        }
    }
    let engine = (!tasks.is_empty()).then(|| host.start());
    let barrier = &Barrier::new(threads.len() + usize::from(engine.is_some()));
    thread::scope(|scope| {
        let start = |(index, work)| {
            scope.spawn(move || {
                if pinned {
                    machine::keep_to_nth(index);
                }
                thread_lap(work, barrier)
            })
        };
        let threads: Vec<_> = threads.into_iter().enumerate().map(start).collect();
        let mut laps = engine.map_or(Vec::new(), |engine| {
            let tasks = tasks.into_iter().map(|task| Box::pin(task_lap(task)) as _).collect();
            barrier.wait();
            engine.run(tasks)
        });
        laps.extend(threads.into_iter().map(|thread| thread.join().expect("a worker panicked")));
        laps
    })
}

fn thread_lap(work: ThreadWork, barrier: &Barrier) -> Lap {
    barrier.wait();
    let began = Instant::now();
    let tally = work();
    Lap { began, ended: Instant::now(), tally }
}

async fn task_lap(work: TaskWork) -> Lap {
    let began = Instant::now();
    let tally = work.await;
    Lap { began, ended: Instant::now(), tally }
}

/// Keeps `threads` threads computing for as long as `work` runs.
fn with_load<O>(threads: usize, work: impl FnOnce() -> O) -> O {
    let done = &AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(move || compute_until(done));
        }
        let _stop = StopOnDrop(done);
        work()
    })
}

/// Ends the load also when the work panics, else the scope would wait for ever.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn compute_until(done: &AtomicBool) {
    let mut state = 1_u64;
    while !done.load(Ordering::Acquire) {
        for _ in 0..1000 {
            state = std::hint::black_box(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}
