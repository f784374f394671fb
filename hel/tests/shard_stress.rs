//! Order per key and no loss over shards, on every route: producers and consumers of both kinds that batch, time out and
//! give up at random.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use extra2::Runner;
use hel::channel::errors::*;
use hel::channel::mpmc::*;
use hel::channel::spsc;
use hel::{Builder, SendBatchFuture, SendFuture, Source, Target};
use support::rng::Rng;
use support::{Counted, Ledger, limit, poll_with};

const SHORT: Duration = Duration::from_micros(50);
const WORKERS: usize = 4;

/// A value with its key, and its place among those of the key.
#[derive(Debug)]
struct Item {
    key: u64,
    place: usize,
    counted: Counted,
}

/// The values of one producer: its keys are its own, so their order is the order of its sends.
fn items(producer: usize, count: usize, ledger: &Ledger, rng: &mut Rng) -> Vec<Item> {
    let mut places = [0; 3];
    let make = |counted| {
        let own = rng.below(3);
        places[own] += 1;
        Item { key: (producer * 3 + own) as u64, place: places[own], counted }
    };
    ledger.values(count).into_iter().map(make).collect()
}

/// What a route can do with a value, whatever its type.
trait Route: Clone + Send {
    fn send(&self, item: Item, limit: Duration) -> Result<(), SendError<Item>>;
    fn try_send(&self, item: Item) -> Result<(), TrySendError<Item>>;
    fn send_async(&self, item: Item) -> SendFuture<impl Target<Item = Item>>;
    fn send_batch(&self, items: &mut Vec<Item>, limit: Duration) -> Result<usize, SendBatchError>;
    fn send_batch_async<'a>(&'a self, items: &'a mut Vec<Item>) -> SendBatchFuture<'a, impl Target<Item = Item>>;
    /// Whether values of one key meet in one shard.
    const KEEPS_KEYS: bool;
}

impl Route for RoundRobinSender<Item> {
    const KEEPS_KEYS: bool = false;

    fn send(&self, item: Item, limit: Duration) -> Result<(), SendError<Item>> {
        self.send_timeout(item, limit)
    }

    fn try_send(&self, item: Item) -> Result<(), TrySendError<Item>> {
        self.try_send(item)
    }

    fn send_async(&self, item: Item) -> SendFuture<impl Target<Item = Item>> {
        self.send_async(item)
    }

    fn send_batch(&self, items: &mut Vec<Item>, limit: Duration) -> Result<usize, SendBatchError> {
        self.send_batch_timeout(items, limit)
    }

    fn send_batch_async<'a>(&'a self, items: &'a mut Vec<Item>) -> SendBatchFuture<'a, impl Target<Item = Item>> {
        self.send_batch_async(items)
    }
}

impl<F: Fn(&Item) -> &u64 + Clone + Send> Route for KeyFnSender<Item, F> {
    const KEEPS_KEYS: bool = true;

    fn send(&self, item: Item, limit: Duration) -> Result<(), SendError<Item>> {
        self.send_timeout(item, limit)
    }

    fn try_send(&self, item: Item) -> Result<(), TrySendError<Item>> {
        self.try_send(item)
    }

    fn send_async(&self, item: Item) -> SendFuture<impl Target<Item = Item>> {
        self.send_async(item)
    }

    fn send_batch(&self, items: &mut Vec<Item>, limit: Duration) -> Result<usize, SendBatchError> {
        self.send_batch_timeout(items, limit)
    }

    fn send_batch_async<'a>(&'a self, items: &'a mut Vec<Item>) -> SendBatchFuture<'a, impl Target<Item = Item>> {
        self.send_batch_async(items)
    }
}

/// Each key is in one of the groups, by its remainder. A batch goes value by value.
impl Route for GroupSender<Item, u64> {
    const KEEPS_KEYS: bool = true;

    fn send(&self, item: Item, limit: Duration) -> Result<(), SendError<Item>> {
        self.shard(&item.key).unwrap().send_timeout(item, limit)
    }

    fn try_send(&self, item: Item) -> Result<(), TrySendError<Item>> {
        self.shard(&item.key).unwrap().try_send(item)
    }

    fn send_async(&self, item: Item) -> SendFuture<impl Target<Item = Item>> {
        self.shard(&item.key).unwrap().send_async(item)
    }

    fn send_batch(&self, items: &mut Vec<Item>, limit: Duration) -> Result<usize, SendBatchError> {
        let key = items[0].key;
        let same = items.iter().take_while(|item| item.key == key).count();
        let mut run: Vec<_> = items.drain(..same).collect();
        let result = self.shard(&key).unwrap().send_batch_timeout(&mut run, limit);
        items.splice(..0, run);
        result
    }

    fn send_batch_async<'a>(&'a self, items: &'a mut Vec<Item>) -> SendBatchFuture<'a, impl Target<Item = Item>> {
        let key = items[0].key;
        assert!(items.iter().all(|item| item.key == key), "the caller's batches have one key");
        self.shard(&key).unwrap().send_batch_async(items)
    }
}

/// Sends everything by verbs chosen at random, with limits that pass often and futures that are dropped.
fn produce<R: Route>(tx: &R, mut items: Vec<Item>, one_key: bool, seed: u64) {
    let (mut rng, runner) = (Rng::new(seed), Runner::new());
    let limit = |rng: &mut Rng| if rng.one_in(2) { SHORT } else { Duration::MAX };
    items.reverse();
    while let Some(item) = items.pop() {
        let unsent = match rng.below(6) {
            0 => tx.send(item, limit(&mut rng)).err().map(SendError::into_inner),
            1 => tx.try_send(item).err().map(TrySendError::into_inner),
            2 => {
                let mut future = tx.send_async(item);
                let polls = rng.below(3);
                if (0..polls).any(|_| poll_with(&mut future, runner.waker()).is_ready()) {
                    None
                } else if rng.one_in(2) {
                    runner.run(future).unwrap();
                    None
                } else {
                    Some(future.take().expect("what was not sent comes back"))
                }
            }
            verb => {
                let mut batch = vec![item];
                let room = rng.below(12);
                while batch.len() < room && items.last().is_some_and(|item| !one_key || item.key == batch[0].key) {
                    batch.extend(items.pop());
                }
                match verb {
                    3 | 4 => drop(tx.send_batch(&mut batch, limit(&mut rng))),
                    _ => {
                        let mut future = tx.send_batch_async(&mut batch);
                        let polls = rng.below(3);
                        if !(0..polls).any(|_| poll_with(&mut future, runner.waker()).is_ready()) && rng.one_in(2) {
                            runner.run(future).unwrap();
                        }
                    }
                }
                items.extend(batch.into_iter().rev());
                None
            }
        };
        items.extend(unsent);
    }
}

/// What a consumer got, in order.
type Got = Vec<(usize, Item)>;

/// Receives to the end by forms chosen at random, from any shard.
fn consume(rx: &ShardedReceiver<Item>, seed: u64) -> Got {
    let (mut rng, runner, mut got) = (Rng::new(seed), Runner::new(), Vec::new());
    loop {
        let end = match rng.below(4) {
            0 => {
                rx.recv_any_timeout(SHORT).map(|item| got.push(item)).map_err(|error| error == RecvError::Disconnected)
            }
            1 => rx.recv_any().map(|item| got.push(item)).map_err(|_| true),
            2 => rx.try_recv_any().map(|item| got.push(item)).map_err(|error| error == TryRecvError::Disconnected),
            _ => receive_or_cancel(rx.recv_any_async(), &mut rng, &runner, &mut got),
        };
        if end == Err(true) {
            return got;
        }
        if rng.one_in(50) {
            thread::yield_now();
        }
    }
}

/// Polls a receive some times, then awaits or drops it.
fn receive_or_cancel<S: Source>(
    mut future: hel::RecvFuture<S>,
    rng: &mut Rng,
    runner: &Runner,
    got: &mut Vec<S::Item>,
) -> Result<(), bool> {
    let polls = rng.below(3);
    let early = (0..polls).find_map(|_| match poll_with(&mut future, runner.waker()) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    });
    let result = early.or_else(|| rng.one_in(2).then(|| runner.run(future)));
    result.map_or(Ok(()), |result| result.map(|item| got.push(item)).map_err(|_| true))
}

/// Receives one shard to its end, in batches at times.
fn consume_one(shard: usize, rx: &Receiver<Item>, seed: u64) -> Got {
    let (mut rng, runner, mut got) = (Rng::new(seed), Runner::new(), Vec::new());
    loop {
        let mut into = Vec::new();
        let end = match rng.below(4) {
            0 => rx.recv_batch(&mut into, 5).map(drop).map_err(|_| true),
            1 => rx.recv_batch_timeout(&mut into, 5, SHORT).map(drop).map_err(|e| e == RecvError::Disconnected),
            2 => rx.recv().map(|item| into.push(item)).map_err(|_| true),
            _ => receive_or_cancel(rx.recv_async(), &mut rng, &runner, &mut into),
        };
        got.extend(into.into_iter().map(|item| (shard, item)));
        if end == Err(true) {
            return got;
        }
    }
}

/// Every value came once; what one consumer took of a shard is in order for each key.
fn check(all: Vec<Got>, sent: usize, keeps_keys: bool) {
    let (mut ids, mut homes) = (Vec::new(), BTreeMap::new());
    for got in &all {
        let mut last = BTreeMap::new();
        for (shard, item) in got {
            ids.push(item.counted.id);
            let before = last.insert((shard, item.key), item.place).unwrap_or(0);
            assert!(before < item.place, "key {}: {} after {before}", item.key, item.place);
            let home = *homes.entry(item.key).or_insert(*shard);
            assert!(!keeps_keys || home == *shard, "key {} in the shards {home} and {shard}", item.key);
        }
    }
    ids.sort_unstable();
    assert!(ids.into_iter().eq(0..sent), "each value once");
}

/// Four producers on clones of `tx`; four consumers of any shard, or one for each of the shards.
fn run<R: Route>((tx, rx): (R, ShardedReceiver<Item>), any: bool, one_key: bool, seed: u64) {
    let (ledger, mut rng) = (Ledger::new(), Rng::new(seed));
    let each = 400;
    let work: Vec<_> = (0..WORKERS).map(|producer| (items(producer, each, &ledger, &mut rng), tx.clone())).collect();
    drop(tx);
    let receivers: Vec<_> = if any { vec![] } else { rx.clone().into_receivers() };
    let all: Vec<Got> = thread::scope(|scope| {
        let mut threads = Vec::new();
        if any {
            for at in 0..WORKERS as u64 {
                let rx = rx.clone();
                threads.push(scope.spawn(move || consume(&rx, seed * 100 + at)));
            }
        }
        drop(rx);
        for (shard, rx) in receivers.into_iter().enumerate() {
            threads.push(scope.spawn(move || consume_one(shard, &rx, seed * 100 + shard as u64)));
        }
        for (at, (items, tx)) in (50..).zip(work) {
            scope.spawn(move || produce(&tx, items, one_key, seed * 100 + at));
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    check(all, each * WORKERS, R::KEEPS_KEYS);
    ledger.assert_each_dropped_once();
}

/// The shapes that every route runs in: shards, capacity, and who receives.
fn each_shape(run: impl Fn(usize, usize, bool, u64)) {
    for (seed, (shards, capacity)) in (1..).zip([(1, 1), (2, 1), (3, 2), (4, 16), (7, 3), (20, 1)]) {
        for any in [true, false] {
            limit(|| run(shards, capacity, any, seed));
        }
    }
}

#[test]
fn round_robin_loses_nothing() {
    each_shape(|shards, capacity, any, seed| {
        run(Builder::new(capacity).shards(shards).round_robin(), any, false, seed);
        let (tx, rx) = Builder::new(capacity).shards(shards).round_robin();
        run((tx.sticky(3), rx), any, false, seed + 50);
    });
}

#[test]
fn by_key_each_key_keeps_its_order() {
    each_shape(|shards, capacity, any, seed| {
        let (tx, rx) = Builder::new(capacity).shards(shards).shard_key();
        run((tx.by(|item: &Item| &item.key), rx), any, false, seed);
    });
}

#[test]
fn by_group_each_key_keeps_its_order() {
    each_shape(|shards, capacity, any, seed| {
        let shards = shards.min(12) as u64;
        let groups = (0..shards).map(|shard| (0..12).filter(move |key| key % shards == shard));
        run(Builder::new(capacity).shard_group(groups), any, true, seed);
    });
}

#[test]
fn pairs_keep_their_order() {
    limit(|| {
        for capacity in [1, 2, 16] {
            let pairs: Vec<_> = Builder::new(capacity).shards(WORKERS).shard_spsc::<usize>().collect();
            thread::scope(|scope| {
                for (shard, tx, rx) in pairs {
                    scope.spawn(move || send_pair(tx, shard as u64));
                    scope.spawn(move || assert!(receive_pair(rx, 90 + shard as u64).into_iter().eq(0..4_000)));
                }
            });
        }
    });
}

fn send_pair(mut tx: spsc::Sender<usize>, seed: u64) {
    let (mut rng, runner) = (Rng::new(seed), Runner::new());
    let mut values: Vec<_> = (0..4_000).rev().collect();
    while let Some(value) = values.pop() {
        match rng.below(4) {
            0 => values.extend(tx.send_timeout(value, SHORT).err().map(SendError::into_inner)),
            1 => values.extend(tx.try_send(value).err().map(TrySendError::into_inner)),
            2 => runner.run(tx.send_async(value)).unwrap(),
            _ => {
                let mut future = tx.send_async(value);
                let _polled = poll_with(&mut future, runner.waker());
                values.extend(future.take());
            }
        }
    }
}

fn receive_pair(mut rx: spsc::Receiver<usize>, seed: u64) -> Vec<usize> {
    let (mut rng, runner, mut got) = (Rng::new(seed), Runner::new(), Vec::new());
    loop {
        let end = match rng.below(3) {
            0 => rx.recv_batch(&mut got, 3).map(drop).map_err(|_| true),
            1 => rx.recv_timeout(SHORT).map(|value| got.push(value)).map_err(|e| e == RecvError::Disconnected),
            _ => receive_or_cancel(rx.recv_async(), &mut rng, &runner, &mut got),
        };
        if end == Err(true) {
            return got;
        }
    }
}

/// The key function panics now and then, in the middle of batches that wait for room. Only a panic of its own is expected.
#[test]
fn keyed_batches_survive_a_key_function_that_panics() {
    struct Asked;
    for seed in 0..10 {
        limit(|| {
            let (tx, rx) = Builder::new(1 + seed % 3).shards(3).shard_key::<Item>();
            let (armed, calls) = (AtomicBool::new(true), AtomicUsize::new(0));
            let tx = tx.by(|item: &Item| {
                let call = calls.fetch_add(1, SeqCst) as u64;
                if armed.load(SeqCst) && Rng::new(call).one_in(30) {
                    resume_unwind(Box::new(Asked));
                }
                &item.key
            });
            let (ledger, panics) = (Ledger::new(), AtomicUsize::new(0));
            let all = thread::scope(|scope| {
                let receivers = rx.into_receivers().into_iter().enumerate();
                let receive = |(shard, rx)| scope.spawn(move || consume_one(shard, &rx, 7 + shard as u64));
                let threads: Vec<_> = receivers.map(receive).collect();
                let senders: Vec<_> = (0..2)
                    .map(|producer| {
                        let mut items = items(producer, 300, &ledger, &mut Rng::new((seed * 2 + producer) as u64));
                        let (tx, panics, runner) = (&tx, &panics, Runner::new);
                        scope.spawn(move || {
                            let (runner, mut rng) = (runner(), Rng::new(seed as u64));
                            while !items.is_empty() {
                                let rest = items.split_off(items.len().min(20));
                                let ids: Vec<_> = items.iter().map(|item| item.counted.id).collect();
                                let sent = catch_unwind(AssertUnwindSafe(|| match rng.below(3) {
                                    0 => drop(tx.send_batch_timeout(&mut items, SHORT)),
                                    1 => drop(tx.send_batch(&mut items)),
                                    _ => drop(runner.run(tx.send_batch_async(&mut items))),
                                }));
                                if let Err(panic) = sent {
                                    assert!(panic.is::<Asked>());
                                    panics.fetch_add(1, SeqCst);
                                }
                                let mut all = ids.iter();
                                let in_order = items.iter().all(|item| all.any(|&id| id == item.counted.id));
                                assert!(in_order, "what is left is some of it, in order");
                                items.extend(rest);
                            }
                        })
                    })
                    .collect();
                senders.into_iter().for_each(|sender| sender.join().unwrap());
                armed.store(false, SeqCst);
                tx.close();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(panics.load(SeqCst) > 20, "it does panic");
            check(all, 600, true);
            ledger.assert_each_dropped_once();
        });
    }
}

/// As long as a batch waits for room it asks for few keys at a time.
#[test]
fn a_batch_that_waits_often_asks_each_key_a_few_times() {
    let (tx, rx) = Builder::new(4).shards(2).shard_key::<usize>();
    let calls = AtomicUsize::new(0);
    let tx = tx.by(|_: &usize| {
        calls.fetch_add(1, SeqCst);
        "one key"
    });
    let (runner, mut values) = (Runner::new(), (0..1_000).collect());
    let mut future = tx.send_batch_async(&mut values);
    let mut got = Vec::new();
    while poll_with(&mut future, runner.waker()).is_pending() {
        got.push(rx.try_recv().unwrap());
    }
    got.extend(rx.try_iter());
    assert!(got.into_iter().eq(0..1_000));
    let calls = calls.load(SeqCst);
    assert!(calls < 20_000, "{calls} calls for 1,000 values");
}
