//! What is compared over shards: one shared channel, an array of channels, and those that have shards of their own.

use std::hash::BuildHasher;
use std::sync::Arc;

use hel::DefaultHashBuilder;
use hel::channel::mpmc;

use crate::harness::{BlockingRx, BlockingTx, Payload, Wide, fan, sent, threads};
use crate::works::{CAP, Run};

/// How many different keys there are.
const KEYS: u64 = 1000;

/// The keys as text, since not every contender takes numbers.
fn keys() -> Arc<[String]> {
    (0..KEYS).map(|key| format!("user-{key:06}")).collect()
}

/// An array of channels as one sending end: the route picks the channel.
#[derive(Clone)]
struct Routed<Tx, R> {
    txs: Vec<Tx>,
    route: R,
}

/// Picks a shard for each value.
trait Route: Clone + Send + 'static {
    fn shard(&mut self, number: u64, shards: usize) -> usize;
}

/// The next one each time; a clone starts where its number says.
#[derive(Clone)]
struct InTurn(usize);

impl Route for InTurn {
    fn shard(&mut self, _number: u64, shards: usize) -> usize {
        self.0 = if self.0 + 1 < shards { self.0 + 1 } else { 0 };
        self.0
    }
}

/// By the hash that hel uses, so that everybody pays for the same.
#[derive(Clone)]
struct ByKey {
    keys: Arc<[String]>,
    hasher: DefaultHashBuilder,
}

impl Route for ByKey {
    fn shard(&mut self, number: u64, shards: usize) -> usize {
        let hash = self.hasher.hash_one(self.keys[(number % KEYS) as usize].as_str());
        ((u128::from(hash) * shards as u128) >> 64) as usize
    }
}

impl<T: Payload, Tx: BlockingTx<T>, R: Route> BlockingTx<T> for Routed<Tx, R> {
    fn put(&mut self, value: T) {
        let shard = self.route.shard(value.number(), self.txs.len());
        self.txs[shard].put(value);
    }
}

impl<T: Send + 'static> BlockingTx<T> for mpmc::RoundRobinSender<T> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

/// A keyed sender and the keys.
#[derive(Clone)]
struct Keyed<Tx> {
    tx: Tx,
    keys: Arc<[String]>,
}

impl<T: Payload> BlockingTx<T> for Keyed<mpmc::KeySender<T>> {
    fn put(&mut self, value: T) {
        let key = &self.keys[(value.number() % KEYS) as usize];
        sent(self.tx.send(key.as_str(), value));
    }
}

impl<T: Payload + Sync> BlockingTx<T> for Keyed<upstream::channel::mpmc::ShardKey<T, CAP>> {
    fn put(&mut self, value: T) {
        let key = &self.keys[(value.number() % KEYS) as usize];
        sent(self.tx.send(key, value));
    }
}

/// `shards` channels of one kind behind one route, with as many producers, and a consumer for each channel.
fn array<T, Tx, Rx>(channel: impl Fn() -> (Tx, Rx), routes: Vec<impl Route>, messages: u64) -> std::time::Duration
where
    T: Payload,
    Tx: BlockingTx<T> + Clone,
    Rx: BlockingRx<T>,
{
    let (txs, rxs): (Vec<_>, Vec<_>) = routes.iter().map(|_| channel()).unzip();
    let routed: Vec<_> = routes.into_iter().map(|route| Routed { txs: txs.clone(), route }).collect();
    drop(txs);
    threads(routed, rxs, messages)
}

fn in_turn(shards: usize) -> Vec<InTurn> {
    (0..shards).map(InTurn).collect()
}

fn by_key(shards: usize) -> Vec<ByKey> {
    vec![ByKey { keys: keys(), hasher: DefaultHashBuilder::default() }; shards]
}

/// Clones of a sender for `shards` producers.
fn clones<Tx: Clone>(tx: Tx, shards: usize) -> Vec<Tx> {
    vec![tx; shards]
}

/// A value goes to any shard: `N` of them, with as many producers and consumers.
pub(crate) fn round_robin<const N: usize>() -> [(&'static str, Run); 9] {
    [
        ("hel round robin", |n| {
            let (tx, rx) = mpmc::round_robin::<Wide, CAP>(N);
            threads(clones(tx, N), rx.into_receivers(), n)
        }),
        ("hel sticky, runs of 64", |n| {
            let (tx, rx) = mpmc::round_robin::<Wide, CAP>(N);
            threads(clones(tx.sticky(64), N), rx.into_receivers(), n)
        }),
        ("hel-rs round robin", |n| {
            let (tx, rx) = upstream::channel::mpmc::round_robin::<Wide, CAP>(N);
            threads(clones(tx, N), rx.into_receivers(), n)
        }),
        ("crossbeam array", |n| array(|| crossbeam_channel::bounded::<Wide>(CAP), in_turn(N), n)),
        ("crossfire array", |n| array(|| crossfire::mpmc::bounded_blocking::<Wide>(CAP), in_turn(N), n)),
        ("kanal array", |n| array(|| kanal::bounded::<Wide>(CAP), in_turn(N), n)),
        ("crossbeam shared", |n| fan(crossbeam_channel::bounded::<Wide>(CAP), N, N, n)),
        ("crossfire shared", |n| fan(crossfire::mpmc::bounded_blocking::<Wide>(CAP), N, N, n)),
        ("kanal shared", |n| fan(kanal::bounded::<Wide>(CAP), N, N, n)),
    ]
}

/// A value goes to the shard of its key.
pub(crate) fn keyed<const N: usize>() -> [(&'static str, Run); 5] {
    [
        ("hel keyed", |n| {
            let (tx, rx) = mpmc::shard_key::<Wide, CAP>(N);
            threads(clones(Keyed { tx, keys: keys() }, N), rx.into_receivers(), n)
        }),
        ("hel-rs keyed", |n| {
            let (tx, rx) = upstream::channel::mpmc::shard_key::<Wide, CAP>(N);
            threads(clones(Keyed { tx, keys: keys() }, N), rx.into_receivers(), n)
        }),
        ("crossbeam array", |n| array(|| crossbeam_channel::bounded::<Wide>(CAP), by_key(N), n)),
        ("crossfire array", |n| array(|| crossfire::mpmc::bounded_blocking::<Wide>(CAP), by_key(N), n)),
        ("kanal array", |n| array(|| kanal::bounded::<Wide>(CAP), by_key(N), n)),
    ]
}

/// `N` pairs that share nothing.
pub(crate) fn pairs<const N: usize>() -> [(&'static str, Run); 6] {
    [
        ("hel spsc pairs", |n| apart(|| hel::channel::spsc::bounded::<Wide>(CAP), N, n)),
        ("hel-rs spsc pairs", |n| apart(upstream_pair, N, n)),
        ("std pairs", |n| apart(|| std::sync::mpsc::sync_channel::<Wide>(CAP), N, n)),
        ("crossbeam pairs", |n| apart(|| crossbeam_channel::bounded::<Wide>(CAP), N, n)),
        ("crossfire spsc pairs", |n| apart(|| crossfire::spsc::bounded_blocking::<Wide>(CAP), N, n)),
        ("kanal pairs", |n| apart(|| kanal::bounded::<Wide>(CAP), N, n)),
    ]
}

fn apart<Tx: BlockingTx<Wide>, Rx: BlockingRx<Wide>>(
    pair: impl Fn() -> (Tx, Rx),
    pairs: usize,
    messages: u64,
) -> std::time::Duration {
    let (txs, rxs) = (0..pairs).map(|_| pair()).unzip();
    threads(txs, rxs, messages)
}

type UpstreamPair = (upstream::channel::SingleSender<Wide, CAP>, upstream::channel::SingleReceiver<Wide, CAP>);

fn upstream_pair() -> UpstreamPair {
    let (_, tx, rx) = upstream::channel::spsc::shard_spsc::<Wide, CAP>(1).into_pairs().next().expect("one pair");
    (tx, rx)
}
