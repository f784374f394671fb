//! Puts producers, channels and consumers together as the plan says.

use std::time::Duration;

use super::opening::{Open, opening};
use super::paced::Pace;
use super::ping_pong::Duo;
use super::route::{Picker, Routed};
use super::{Orders, Stage, Worker, loops, paced};
use crate::ends::{BlockingRx, BlockingTx, InTask, OnThread, TaskRx, TaskTx};
use crate::ends::{in_tasks, on_threads, task_to_thread, thread_to_task};
use crate::payload::Payload;
use crate::plan::{FAN_IN, Job, Layout, Motion, Route, Worlds};
use crate::tally::{PRODUCER_BITS, Tally};

/// A sending end that knows its world.
pub(crate) trait Sending<T>: Sized + Send + 'static {
    fn produce(self, orders: Orders) -> Worker;

    /// Over an array of channels.
    fn produce_routed(txs: Vec<Self>, picker: Picker, orders: Orders) -> Worker;
}

/// A receiving end that knows its world.
pub(crate) trait Receiving<T>: Sized + Send + 'static {
    fn consume(self, orders: Orders) -> Worker;
}

impl<T: Payload, E: BlockingTx<T>> Sending<T> for OnThread<E> {
    fn produce(self, orders: Orders) -> Worker {
        Worker::Thread(match orders.pace {
            Some(pace) => paced::produce(self.0, pace, orders),
            None => loops::produce(self.0, orders),
        })
    }

    fn produce_routed(txs: Vec<Self>, picker: Picker, orders: Orders) -> Worker {
        let txs = txs.into_iter().map(|tx| tx.0).collect();
        Worker::Thread(loops::produce(Routed { txs, picker }, orders))
    }
}

impl<T: Payload, E: TaskTx<T>> Sending<T> for InTask<E> {
    fn produce(self, orders: Orders) -> Worker {
        Worker::Task(loops::produce_async(self.0, orders))
    }

    fn produce_routed(txs: Vec<Self>, picker: Picker, orders: Orders) -> Worker {
        let txs = txs.into_iter().map(|tx| tx.0).collect();
        Worker::Task(loops::produce_async(Routed { txs, picker }, orders))
    }
}

impl<T: Payload, E: BlockingRx<T>> Receiving<T> for OnThread<E> {
    fn consume(self, orders: Orders) -> Worker {
        Worker::Thread(match orders.pace {
            Some(pace) => paced::consume(self.0, pace, orders),
            None => loops::consume(self.0, orders),
        })
    }
}

impl<T: Payload, E: TaskRx<T>> Receiving<T> for InTask<E> {
    fn consume(self, orders: Orders) -> Worker {
        Worker::Task(match orders.pace {
            Some(pace) => paced::consume_async(self.0, pace, orders),
            None => loops::consume_async(self.0, orders),
        })
    }
}

/// Channels of one producer and one consumer.
pub(crate) fn spsc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: Sending<T>,
    Rx: Receiving<T>,
    (Tx, Rx): Duo<T>,
{
    let Layout::Pairs(pairs) = job.plan.layout else { return None };
    let room = job.plan.capacity;
    match job.plan.motion {
        _ if opens_only(job) => opening(job, open),
        Motion::PingPong => {
            let workers = Duo::ping_pong(open(room), open(room), orders(job, 0, 1))?.into();
            Some(Stage { workers, expected: None })
        }
        _ => {
            let (txs, rxs) = (0..pairs).map(|_| open(room)).unzip();
            native(job, txs, rxs)
        }
    }
}

/// The same, and channels whose sending end can be cloned.
pub(crate) fn mpsc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: Sending<T> + Clone,
    Rx: Receiving<T>,
    (Tx, Rx): Duo<T>,
{
    match job.plan.layout {
        Layout::Pairs(_) => spsc(job, open),
        Layout::Shared { producers: 1, consumers: 1 } if opens_only(job) => opening(job, open),
        Layout::Shared { producers, consumers: 1 } => {
            let (tx, rx) = open(job.plan.capacity);
            native(job, vec![tx; producers], vec![rx])
        }
        Layout::Shared { .. } => None,
        Layout::Sharded { .. } => array(job, open),
        Layout::FanIn { .. } => None,
    }
}

/// The same, and channels both of whose ends can be cloned.
pub(crate) fn mpmc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: Sending<T> + Clone,
    Rx: Receiving<T> + Clone,
    (Tx, Rx): Duo<T>,
{
    match job.plan.layout {
        Layout::Shared { producers, consumers } if !opens_only(job) => {
            let (tx, rx) = open(job.plan.capacity);
            native(job, vec![tx; producers], vec![rx; consumers])
        }
        _ => mpsc(job, open),
    }
}

/// Ends that are put together already.
pub(crate) fn native<T: Payload>(job: &Job, txs: Vec<impl Sending<T>>, rxs: Vec<impl Receiving<T>>) -> Option<Stage> {
    let sent_in_task = matches!(job.plan.worlds, Worlds::Tasks | Worlds::TaskToThread);
    if opens_only(job) || sent_in_task && matches!(job.plan.motion, Motion::Paced(_)) {
        // Nothing is left to open; a task must not spin.
        return None;
    }
    let producers = txs.len();
    let produce = |(producer, tx): (usize, _)| Sending::produce(tx, orders(job, producer, producers));
    let workers = txs.into_iter().enumerate().map(produce).collect();
    stage(job, producers, workers, rxs)
}

/// An array of channels behind one sending end.
fn array<T: Payload, Tx: Sending<T> + Clone, Rx: Receiving<T>>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage> {
    let Layout::Sharded { shards, route } = job.plan.layout else { return None };
    let (txs, rxs): (Vec<Tx>, Vec<Rx>) = (0..shards).map(|_| open(job.plan.capacity)).unzip();
    stage(job, shards, routed(job, &txs, shards, route), rxs)
}

/// Producers that each send to all of `txs`.
fn routed<T: Payload, Tx: Sending<T> + Clone>(job: &Job, txs: &[Tx], producers: usize, route: Route) -> Vec<Worker> {
    let produce = |producer| {
        Sending::produce_routed(
            txs.to_vec(),
            Picker::new(route, producer % txs.len()),
            orders(job, producer, producers),
        )
    };
    (0..producers).map(produce).collect()
}

/// An array of channels behind one receiving end, which `join` makes of theirs.
pub(crate) fn fan_in<T, Tx, Rx, Joined>(
    job: &Job,
    open: impl Open<Tx, Rx>,
    join: impl FnOnce(Vec<Rx>) -> Joined,
) -> Option<Stage>
where
    T: Payload,
    Tx: Sending<T> + Clone,
    Joined: Receiving<T>,
{
    let Layout::FanIn { shards } = job.plan.layout else { return None };
    let (txs, rxs): (Vec<Tx>, Vec<Rx>) = (0..shards).map(|_| open(job.plan.capacity)).unzip();
    stage(job, FAN_IN, routed(job, &txs, FAN_IN, Route::InTurn), vec![join(rxs)])
}

fn stage<T: Payload>(
    job: &Job,
    producers: usize,
    mut workers: Vec<Worker>,
    rxs: Vec<impl Receiving<T>>,
) -> Option<Stage> {
    workers.extend(rxs.into_iter().map(|rx| rx.consume(orders(job, 0, producers))));
    let share = share(job, producers);
    Some(Stage { workers, expected: Some(Tally::expected(producers as u64, share)) })
}

fn opens_only(job: &Job) -> bool {
    matches!(job.plan.motion, Motion::Create | Motion::Keep)
}

fn share(job: &Job, producers: usize) -> u64 {
    if let Motion::Paced(every) = job.plan.motion {
        return job.messages.min((job.limit.as_nanos() / every.as_nanos().max(1)) as u64).max(1);
    }
    (job.messages / producers as u64).max(1)
}

fn orders(job: &Job, producer: usize, producers: usize) -> Orders {
    let batch = if let Motion::Batches(size) = job.plan.motion { size } else { 0 };
    let pause = if let Motion::Trickle(pause) = job.plan.motion { pause } else { Duration::ZERO };
    let delay = if let Motion::Stall(delay) = job.plan.motion { delay } else { Duration::ZERO };
    let pace = if let Motion::Paced(every) = job.plan.motion { Some(Pace::new(job.set_up, every)) } else { None };
    let first = (producer as u64) << PRODUCER_BITS;
    let (count, audit, timing, limit) = (share(job, producers), job.audit, job.timing, job.limit);
    Orders { first, count, batch, audit, timing, limit, pace, pause, delay }
}

/// [`spsc`], for ends that live in either world.
pub(crate) fn both_spsc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: BlockingTx<T> + TaskTx<T>,
    Rx: BlockingRx<T> + TaskRx<T>,
{
    match job.plan.worlds {
        Worlds::Threads => spsc(job, move |room| on_threads(open(room))),
        Worlds::Tasks => spsc(job, move |room| in_tasks(open(room))),
        Worlds::ThreadToTask => spsc(job, move |room| thread_to_task(open(room))),
        Worlds::TaskToThread => spsc(job, move |room| task_to_thread(open(room))),
    }
}

/// [`mpsc`], for ends that live in either world.
pub(crate) fn both_mpsc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: BlockingTx<T> + TaskTx<T> + Clone,
    Rx: BlockingRx<T> + TaskRx<T>,
{
    match job.plan.worlds {
        Worlds::Threads => mpsc(job, move |room| on_threads(open(room))),
        Worlds::Tasks => mpsc(job, move |room| in_tasks(open(room))),
        Worlds::ThreadToTask => mpsc(job, move |room| thread_to_task(open(room))),
        Worlds::TaskToThread => mpsc(job, move |room| task_to_thread(open(room))),
    }
}

/// [`mpmc`], for ends that live in either world.
pub(crate) fn both_mpmc<T, Tx, Rx>(job: &Job, open: impl Open<Tx, Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: BlockingTx<T> + TaskTx<T> + Clone,
    Rx: BlockingRx<T> + TaskRx<T> + Clone,
{
    match job.plan.worlds {
        Worlds::Threads => mpmc(job, move |room| on_threads(open(room))),
        Worlds::Tasks => mpmc(job, move |room| in_tasks(open(room))),
        Worlds::ThreadToTask => mpmc(job, move |room| thread_to_task(open(room))),
        Worlds::TaskToThread => mpmc(job, move |room| task_to_thread(open(room))),
    }
}

/// [`native`], for ends that live in either world.
pub(crate) fn both_native<T, Tx, Rx>(job: &Job, txs: Vec<Tx>, rxs: Vec<Rx>) -> Option<Stage>
where
    T: Payload,
    Tx: BlockingTx<T> + TaskTx<T>,
    Rx: BlockingRx<T> + TaskRx<T>,
{
    let on_threads = |rxs: Vec<Rx>| rxs.into_iter().map(OnThread).collect();
    let in_tasks = |rxs: Vec<Rx>| rxs.into_iter().map(InTask).collect();
    let txs = txs.into_iter();
    match job.plan.worlds {
        Worlds::Threads => native(job, txs.map(OnThread).collect(), on_threads(rxs)),
        Worlds::Tasks => native(job, txs.map(InTask).collect(), in_tasks(rxs)),
        Worlds::ThreadToTask => native(job, txs.map(OnThread).collect(), in_tasks(rxs)),
        Worlds::TaskToThread => native(job, txs.map(InTask).collect(), on_threads(rxs)),
    }
}
