//! tokio, smol, async-std and a plain thread at both ends of one keyed channel, with a timer of each running.
//!
//! The verbs of the adapters have the same names, and the traits of two of them are in scope here: a call names the
//! trait or the adapter it means.

#[path = "../../hel/tests/support/watchdog.rs"]
mod watchdog;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use hel::channel::mpmc::{KeySender, ShardedReceiver, shard_key};
use hel::{Borrowed, RecvFuture, Source};
use hel_async_std::{AsyncStdBatches, AsyncStdReceiver, hel};
use hel_tokio::TokioReceiver;
use watchdog::limit;

/// Soon over.
const SHORT: Duration = Duration::from_millis(1);
/// Never over: the watchdog comes first.
const LONG: Duration = Duration::from_secs(3600);

const SENDERS: u32 = 4;
const KEYS: u32 = 32;
const PER_KEY: u32 = 250;

/// The `n`th of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Event {
    key: u32,
    n: u32,
}

/// What one sender sends: its own keys by turns, each in order.
fn events(sender: u32) -> impl Iterator<Item = Event> {
    (0..PER_KEY).flat_map(move |n| (sender..KEYS).step_by(SENDERS as usize).map(move |key| Event { key, n }))
}

async fn send_from_tokio(tx: KeySender<Event>) {
    for event in events(0) {
        hel_tokio::timeout(LONG, tx.send_async(&event.key, event)).await.unwrap();
    }
}

async fn send_from_smol(tx: KeySender<Event>) {
    for event in events(1) {
        hel_smol::timeout(LONG, tx.send_async(&event.key, event)).await.unwrap();
    }
}

async fn send_from_async_std(tx: KeySender<Event>) {
    for event in events(2) {
        hel_async_std::timeout_at(Instant::now() + LONG, tx.send_async(&event.key, event)).await.unwrap();
    }
}

fn send_from_a_thread(tx: &KeySender<Event>) {
    for event in events(3) {
        tx.send_timeout(&event.key, event, LONG).unwrap();
    }
}

/// In handfuls.
async fn receive_in_tokio<R>(rx: R) -> Vec<Event>
where
    for<'a> &'a R: Source<Item = Event> + Borrowed,
{
    let mut got = Vec::new();
    while TokioReceiver::gather_async(&rx, &mut got, 16, SHORT).await.is_ok() {}
    got
}

/// One by one, each with a limit.
async fn receive_in_smol<R>(rx: R) -> Vec<Event>
where
    for<'a> &'a R: Source<Item = Event> + Borrowed,
{
    let mut got = Vec::new();
    loop {
        match hel_smol::timeout(SHORT, RecvFuture::new(&rx)).await {
            Ok(event) => got.push(event),
            Err(error) if error.is_timeout() => {}
            Err(_) => return got,
        }
    }
}

/// As a stream of batches.
async fn receive_in_async_std<R: Source<Item = Event>>(rx: R) -> Vec<Event> {
    AsyncStdBatches::into_batches(rx, 16, SHORT).concat().await
}

/// Timers that run out, again and again, while the others are at work.
async fn tick_in_tokio() {
    let (_tx, idle) = hel::bounded::<u32>(1);
    for _ in 0..5 {
        assert!(TokioReceiver::recv_timeout_async(&idle, SHORT).await.unwrap_err().is_timeout());
    }
}

/// The same with async-io's.
async fn tick() {
    let (_tx, idle) = hel::bounded::<u32>(1);
    for _ in 0..5 {
        assert!(AsyncStdReceiver::recv_timeout_async(&idle, SHORT).await.unwrap_err().is_timeout());
    }
}

/// Runs all four senders and one receiver of each kind; gives what each of those received.
fn run<R>(tx: KeySender<Event>, [in_tokio, in_smol, in_async_std, in_thread]: [R; 4]) -> [Vec<Event>; 4]
where
    R: Source<Item = Event> + IntoIterator<Item = Event> + Send + Sync + 'static,
    for<'a> &'a R: Source<Item = Event> + Borrowed + Send,
{
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let tokio_tasks = [tokio.spawn(send_from_tokio(tx.clone())), tokio.spawn(tick_in_tokio())];
    let smol_tasks = [smol::spawn(send_from_smol(tx.clone())), smol::spawn(tick())];
    let async_std_tasks = [async_std::task::spawn(send_from_async_std(tx.clone())), async_std::task::spawn(tick())];
    let sending = thread::spawn(move || send_from_a_thread(&tx));

    let in_tokio = tokio.spawn(receive_in_tokio(in_tokio));
    let in_smol = smol::spawn(receive_in_smol(in_smol));
    let in_async_std = async_std::task::spawn(receive_in_async_std(in_async_std));
    let in_thread = thread::spawn(move || in_thread.into_iter().collect());

    sending.join().unwrap();
    tokio.block_on(async {
        for task in tokio_tasks {
            task.await.unwrap();
        }
    });
    smol_tasks.into_iter().for_each(smol::block_on);
    async_std_tasks.into_iter().for_each(async_std::task::block_on);
    [
        tokio.block_on(in_tokio).unwrap(),
        smol::block_on(in_smol),
        async_std::task::block_on(in_async_std),
        in_thread.join().unwrap(),
    ]
}

/// Every event, by key.
fn all() -> BTreeMap<u32, Vec<u32>> {
    (0..KEYS).map(|key| (key, (0..PER_KEY).collect())).collect()
}

/// What was received, by key, as it came.
fn by_key(got: impl IntoIterator<Item = Event>) -> BTreeMap<u32, Vec<u32>> {
    got.into_iter().fold(BTreeMap::new(), |mut keys, event| {
        keys.entry(event.key).or_insert_with(Vec::new).push(event.n);
        keys
    })
}

#[test]
fn one_shard_each_every_key_in_order_and_whole() {
    let (tx, rx) = shard_key::<Event, 8>(4);
    let shards: Vec<_> = (0..KEYS).map(|key| tx.shard_index(&key)).collect();
    let rx: [_; 4] = rx.into_receivers().try_into().expect("four shards");
    let got = limit(|| run(tx, rx));
    for (shard, got) in got.iter().enumerate() {
        assert!(got.iter().all(|event| shards[event.key as usize] == shard));
    }
    assert_eq!(by_key(got.concat()), all());
}

#[test]
fn all_share_every_shard_nothing_lost_nothing_twice() {
    let (tx, rx) = shard_key::<Event, 2>(3);
    let shared: [ShardedReceiver<_>; 4] = [rx.clone(), rx.clone(), rx.clone(), rx];
    let got = limit(|| run(tx, shared));
    for got in &got {
        assert!(by_key(got.iter().copied()).values().all(|ns| ns.is_sorted()), "each sees a key's events in order");
    }
    let mut keys = by_key(got.concat());
    keys.values_mut().for_each(|ns| ns.sort_unstable());
    assert_eq!(keys, all());
}
