//! What is compared with what.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use hel::channel::spsc;

use crate::harness::{
    Payload, Wide, fan, fan_in, one_thread, pair, ping_pong, ping_pong_tasks, task_to_thread, tasks, thread_to_task,
    two_workers,
};
use crate::shards;

/// Capacity of every channel, in items.
pub(crate) const CAP: usize = 1024;

/// Runs this many messages (or round trips) and says how long they took.
pub(crate) type Run = fn(u64) -> Duration;

/// One row of a work.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

impl Contender {
    /// Ours, to be compared with the others.
    pub(crate) fn is_hel(&self) -> bool {
        self.name.starts_with("hel")
    }

    /// Not a channel: what the machine allows.
    pub(crate) fn is_limit(&self) -> bool {
        self.name.starts_with("limit")
    }
}

/// One kind of work, and everyone who does it.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// How many messages, or round trips, one run takes.
    pub(crate) messages: u64,
    pub(crate) contenders: Vec<Contender>,
}

fn work(name: &'static str, messages: u64, contenders: &[(&'static str, Run)]) -> Work {
    let contenders = contenders.iter().map(|&(name, run)| Contender { name, run }).collect();
    Work { name, messages, contenders }
}

/// Every work, in the order in which they run.
pub(crate) fn all() -> Vec<Work> {
    const THROUGHPUT: u64 = 1_000_000;
    const LATENCY: u64 = 100_000;
    vec![
        work("threads 1:1, spsc, u64", THROUGHPUT, &single_pair::<u64>()),
        work("threads 1:1, spsc, 80 bytes", THROUGHPUT, &single_pair::<Wide>()),
        work("threads 1:1, mpmc, u64", THROUGHPUT, &mpmc_one_to_one()),
        work("threads 4:1, mpmc, u64", THROUGHPUT, &mpmc_four_to_one()),
        work("threads 4:4, mpmc, u64", THROUGHPUT, &mpmc_four_to_four()),
        work("tasks 1:1, one tokio thread, u64", THROUGHPUT, &tasks_on_one_thread()),
        work("tasks 1:1, two tokio workers, u64", THROUGHPUT, &tasks_on_two_workers()),
        work("thread to task, u64", THROUGHPUT, &threads_to_tasks()),
        work("task to thread, u64", THROUGHPUT, &tasks_to_threads()),
        work("ping-pong, threads", LATENCY, &ping_pong_of_threads()),
        work("ping-pong, tasks on one tokio thread", LATENCY, &ping_pong_of_tasks()),
        work("round robin, 2 shards, 2:2, 80 bytes", THROUGHPUT, &shards::round_robin::<2>()),
        work("round robin, 4 shards, 4:4, 80 bytes", THROUGHPUT, &shards::round_robin::<4>()),
        work("round robin, 8 shards, 8:8, 80 bytes", THROUGHPUT, &shards::round_robin::<8>()),
        work("keyed, 2 shards, 2:2, 80 bytes", THROUGHPUT, &shards::keyed::<2>()),
        work("keyed, 4 shards, 4:4, 80 bytes", THROUGHPUT, &shards::keyed::<4>()),
        work("keyed, 8 shards, 8:8, 80 bytes", THROUGHPUT, &shards::keyed::<8>()),
        work("spsc pairs, 4, 80 bytes", THROUGHPUT, &shards::pairs::<4>()),
    ]
}

fn single_pair<T: Payload>() -> [(&'static str, Run); 8] {
    [
        ("hel spsc", |n| pair(spsc::bounded::<T>(CAP), n)),
        ("hel bounded", |n| pair(hel::bounded::<T>(CAP), n)),
        ("std", |n| pair(sync_channel::<T>(CAP), n)),
        ("crossbeam", |n| pair(crossbeam_channel::bounded::<T>(CAP), n)),
        ("flume", |n| pair(flume::bounded::<T>(CAP), n)),
        ("kanal", |n| pair(kanal::bounded::<T>(CAP), n)),
        ("crossfire spsc", |n| pair(crossfire::spsc::bounded_blocking::<T>(CAP), n)),
        ("limit: rtrb, spinning", |n| pair(rtrb::RingBuffer::<T>::new(CAP), n)),
    ]
}

fn mpmc_one_to_one() -> [(&'static str, Run); 6] {
    [
        ("hel bounded", |n| pair(hel::bounded::<u64>(CAP), n)),
        ("std", |n| pair(sync_channel::<u64>(CAP), n)),
        ("crossbeam", |n| pair(crossbeam_channel::bounded::<u64>(CAP), n)),
        ("flume", |n| pair(flume::bounded::<u64>(CAP), n)),
        ("kanal", |n| pair(kanal::bounded::<u64>(CAP), n)),
        ("crossfire", |n| pair(crossfire::mpmc::bounded_blocking::<u64>(CAP), n)),
    ]
}

fn mpmc_four_to_one() -> [(&'static str, Run); 6] {
    [
        ("hel bounded", |n| fan(hel::bounded::<u64>(CAP), 4, 1, n)),
        ("std", |n| fan_in(sync_channel::<u64>(CAP), 4, n)),
        ("crossbeam", |n| fan(crossbeam_channel::bounded::<u64>(CAP), 4, 1, n)),
        ("flume", |n| fan(flume::bounded::<u64>(CAP), 4, 1, n)),
        ("kanal", |n| fan(kanal::bounded::<u64>(CAP), 4, 1, n)),
        ("crossfire mpsc", |n| fan_in(crossfire::mpsc::bounded_blocking::<u64>(CAP), 4, n)),
    ]
}

fn mpmc_four_to_four() -> [(&'static str, Run); 5] {
    [
        ("hel bounded", |n| fan(hel::bounded::<u64>(CAP), 4, 4, n)),
        ("crossbeam", |n| fan(crossbeam_channel::bounded::<u64>(CAP), 4, 4, n)),
        ("flume", |n| fan(flume::bounded::<u64>(CAP), 4, 4, n)),
        ("kanal", |n| fan(kanal::bounded::<u64>(CAP), 4, 4, n)),
        ("crossfire", |n| fan(crossfire::mpmc::bounded_blocking::<u64>(CAP), 4, 4, n)),
    ]
}

fn tasks_on_one_thread() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| tasks(one_thread(), spsc::bounded::<u64>(CAP), n)),
        ("hel bounded", |n| tasks(one_thread(), hel::bounded::<u64>(CAP), n)),
        ("tokio", |n| tasks(one_thread(), tokio::sync::mpsc::channel::<u64>(CAP), n)),
        ("flume", |n| tasks(one_thread(), flume::bounded::<u64>(CAP), n)),
        ("kanal", |n| tasks(one_thread(), kanal::bounded_async::<u64>(CAP), n)),
        ("crossfire spsc", |n| tasks(one_thread(), crossfire::spsc::bounded_async::<u64>(CAP), n)),
        ("async-channel", |n| tasks(one_thread(), async_channel::bounded::<u64>(CAP), n)),
    ]
}

fn tasks_on_two_workers() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| tasks(two_workers(), spsc::bounded::<u64>(CAP), n)),
        ("hel bounded", |n| tasks(two_workers(), hel::bounded::<u64>(CAP), n)),
        ("tokio", |n| tasks(two_workers(), tokio::sync::mpsc::channel::<u64>(CAP), n)),
        ("flume", |n| tasks(two_workers(), flume::bounded::<u64>(CAP), n)),
        ("kanal", |n| tasks(two_workers(), kanal::bounded_async::<u64>(CAP), n)),
        ("crossfire spsc", |n| tasks(two_workers(), crossfire::spsc::bounded_async::<u64>(CAP), n)),
        ("async-channel", |n| tasks(two_workers(), async_channel::bounded::<u64>(CAP), n)),
    ]
}

fn threads_to_tasks() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| thread_to_task(spsc::bounded::<u64>(CAP), n)),
        ("hel bounded", |n| thread_to_task(hel::bounded::<u64>(CAP), n)),
        ("tokio", |n| thread_to_task(tokio::sync::mpsc::channel::<u64>(CAP), n)),
        ("flume", |n| thread_to_task(flume::bounded::<u64>(CAP), n)),
        ("kanal", |n| {
            let (tx, rx) = kanal::bounded::<u64>(CAP);
            thread_to_task((tx, rx.to_async()), n)
        }),
        ("crossfire spsc", |n| thread_to_task(crossfire::spsc::bounded_blocking_async::<u64>(CAP), n)),
        ("async-channel", |n| thread_to_task(async_channel::bounded::<u64>(CAP), n)),
    ]
}

fn tasks_to_threads() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| task_to_thread(spsc::bounded::<u64>(CAP), n)),
        ("hel bounded", |n| task_to_thread(hel::bounded::<u64>(CAP), n)),
        ("tokio", |n| task_to_thread(tokio::sync::mpsc::channel::<u64>(CAP), n)),
        ("flume", |n| task_to_thread(flume::bounded::<u64>(CAP), n)),
        ("kanal", |n| {
            let (tx, rx) = kanal::bounded::<u64>(CAP);
            task_to_thread((tx.to_async(), rx), n)
        }),
        ("crossfire spsc", |n| task_to_thread(crossfire::spsc::bounded_async_blocking::<u64>(CAP), n)),
        ("async-channel", |n| task_to_thread(async_channel::bounded::<u64>(CAP), n)),
    ]
}

fn ping_pong_of_threads() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| ping_pong(spsc::bounded(CAP), spsc::bounded(CAP), n)),
        ("hel bounded", |n| ping_pong(hel::bounded(CAP), hel::bounded(CAP), n)),
        ("std", |n| ping_pong(sync_channel(CAP), sync_channel(CAP), n)),
        ("crossbeam", |n| ping_pong(crossbeam_channel::bounded(CAP), crossbeam_channel::bounded(CAP), n)),
        ("flume", |n| ping_pong(flume::bounded(CAP), flume::bounded(CAP), n)),
        ("kanal", |n| ping_pong(kanal::bounded(CAP), kanal::bounded(CAP), n)),
        ("crossfire spsc", |n| {
            ping_pong(crossfire::spsc::bounded_blocking::<u64>(CAP), crossfire::spsc::bounded_blocking::<u64>(CAP), n)
        }),
    ]
}

fn ping_pong_of_tasks() -> [(&'static str, Run); 7] {
    [
        ("hel spsc", |n| ping_pong_tasks(spsc::bounded(CAP), spsc::bounded(CAP), n)),
        ("hel bounded", |n| ping_pong_tasks(hel::bounded(CAP), hel::bounded(CAP), n)),
        ("tokio", |n| ping_pong_tasks(tokio::sync::mpsc::channel(CAP), tokio::sync::mpsc::channel(CAP), n)),
        ("flume", |n| ping_pong_tasks(flume::bounded(CAP), flume::bounded(CAP), n)),
        ("kanal", |n| ping_pong_tasks(kanal::bounded_async(CAP), kanal::bounded_async(CAP), n)),
        ("crossfire spsc", |n| {
            ping_pong_tasks(crossfire::spsc::bounded_async::<u64>(CAP), crossfire::spsc::bounded_async::<u64>(CAP), n)
        }),
        ("async-channel", |n| ping_pong_tasks(async_channel::bounded(CAP), async_channel::bounded(CAP), n)),
    ]
}

#[cfg(test)]
mod tests {
    /// Each run checks what arrived by itself.
    #[test]
    fn every_contender_does_every_work() {
        for work in super::all() {
            for contender in &work.contenders {
                (contender.run)(2_000);
            }
        }
    }
}
