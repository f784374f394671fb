//! The life of one channel: made, worked on by threads and tasks, and gone.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, mpsc};

use hel::channel::spsc;
use hel::{Builder, Receiver, bounded};
use hel_smol::Smol;
use hel_tokio::Tokio;

use crate::ends::{ByKey, Numbered, Rx, Tx};
use crate::parcel::{Lanes, Maker, Order, Parcel, Tally};
use crate::random::Random;
use crate::receiving::Receiving;
use crate::sending::Sending;
use crate::watch::{Watch, Worker};

/// How values find their way.
pub(crate) const ROUTES: [&str; 7] = ["bounded", "exclusive", "spsc", "round robin", "sticky", "keyed", "grouped"];

/// Where tasks run, beside threads.
pub(crate) struct Hosts {
    pub(crate) tokio: tokio::runtime::Handle,
    pub(crate) watch: Watch,
    /// The next round with a task that receives loses a wake-up.
    pub(crate) lose_a_wake_up: AtomicBool,
}

/// What a round came to.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) route: usize,
    pub(crate) tally: Arc<Tally>,
}

/// One round under way.
struct Round<'a> {
    hosts: &'a Hosts,
    random: Random,
    name: String,
    tally: Arc<Tally>,
    lanes: Lanes,
    /// Everybody who works holds one; when all have gone the round is over.
    working: mpsc::Sender<()>,
    senders: u32,
    receivers: u32,
    /// Whether some receiver may leave before the channel is drained.
    leaves: bool,
}

/// Plays one round, and checks it.
pub(crate) fn play(hosts: &Hosts, mut random: Random, number: u64) -> Came {
    let route = random.below(ROUTES.len());
    let (shards, capacity) = (1 + random.below(5), [1, 1, 2, 3, 8, 64, 1000][random.below(7)]);
    let name = format!("round {number}, {} of {capacity}, {shards} shards", ROUTES[route]);
    let (working, over) = mpsc::channel();
    let lanes = match ROUTES[route] {
        "keyed" => Lanes::Key,
        "round robin" | "sticky" => Lanes::Shard,
        _ => Lanes::Sender,
    };
    let leaves = random.one_in(4);
    let tally = Arc::<Tally>::default();
    let count = (tally.clone(), leaves);
    let mut round = Round { hosts, random, name, tally, lanes, working, senders: 0, receivers: 0, leaves };
    round.open(ROUTES[route], capacity, shards);
    let name = std::mem::take(&mut round.name);
    drop(round);
    // Nobody sends: this ends when the last worker has gone.
    assert!(over.recv().is_err(), "nobody sends here");
    let (tally, leaves) = count;
    tally.check(&name, !leaves);
    Came { route, tally }
}

impl Round<'_> {
    fn open(&mut self, route: &str, capacity: usize, shards: usize) {
        let builder = Builder::new(capacity).shards(shards);
        match route {
            "bounded" => {
                let (tx, rx) = bounded(capacity);
                self.send_all(tx, None);
                self.receive_all(Numbered { end: rx, shard: None });
            }
            "exclusive" => {
                let (tx, rx) = bounded(capacity);
                self.send_all(tx, None);
                let end = rx.into_exclusive().expect("the only one");
                self.receive(Numbered { end, shard: None });
            }
            "spsc" => {
                let (tx, rx) = spsc::bounded(capacity);
                self.send(tx, None);
                self.receive(Numbered { end: rx, shard: None });
            }
            "round robin" | "sticky" => {
                let (tx, rx) = builder.round_robin();
                let run = if route == "sticky" { 1 + self.random.below(64) } else { 1 };
                self.send_all(tx.sticky(run), None);
                self.receive_shards(rx);
            }
            "keyed" => {
                let (tx, rx) = builder.shard_key();
                let tx: ByKey = tx.by(Parcel::key as fn(&Parcel) -> &u8);
                self.send_all(tx, None);
                self.receive_shards(rx);
            }
            _ => {
                let groups = (0..shards as u8).map(|shard| (0..16).filter(move |key| key % shards as u8 == shard));
                let (tx, rx) = builder.shard_group::<Parcel, u8>(groups);
                for key in 0..1 + self.random.below(8) as u8 {
                    let tx = tx.shard(&key).expect("a key of a group").clone();
                    self.send(tx, Some(key));
                }
                drop(tx);
                self.receive_shards(rx);
            }
        }
    }

    /// Some senders.
    fn send_all<T: Tx + Clone>(&mut self, tx: T, key: Option<u8>) {
        for _ in 0..self.random.below(3) {
            self.send(tx.clone(), key);
        }
        self.send(tx, key);
    }

    /// Some receivers of the same channel.
    fn receive_all<E: Clone + Send + 'static>(&mut self, rx: Numbered<E>)
    where
        Numbered<E>: Rx,
    {
        for _ in 0..self.random.below(3) {
            self.receive(Numbered { end: rx.end.clone(), shard: rx.shard });
        }
        self.receive(rx);
    }

    /// Receivers from any shard, or one or some for each, or an exclusive one for each.
    fn receive_shards(&mut self, rx: hel::channel::mpmc::ShardedReceiver<Parcel>) {
        let numbered = |ends: Vec<Receiver<Parcel>>| {
            ends.into_iter().enumerate().map(|(shard, end)| Numbered { end, shard: Some(shard) })
        };
        match self.random.below(4) {
            0 => numbered(rx.into_receivers()).for_each(|rx| self.receive(rx)),
            1 => numbered(rx.into_receivers()).for_each(|rx| self.receive_all(rx)),
            2 => {
                let ends = rx.into_exclusive().unwrap_or_else(|_| panic!("the only one"));
                ends.into_iter()
                    .enumerate()
                    .for_each(|(shard, end)| self.receive(Numbered { end, shard: Some(shard) }));
            }
            _ => {
                // Beside those that take from any shard, one that takes from the first.
                if self.random.one_in(2) {
                    let end = rx.shards()[0].clone();
                    self.receive(Numbered { end, shard: Some(0) });
                }
                self.receive_all(Numbered { end: rx, shard: None });
            }
        }
    }

    fn send<T: Tx>(&mut self, tx: T, key: Option<u8>) {
        self.senders += 1;
        let kind = self.random.below(4);
        let sending = Sending {
            tx,
            maker: Maker::new(self.senders, Arc::clone(&self.tally)),
            worker: self.worker("sender", self.senders, kind),
            left: [10, 100, 1000, 5000][self.random.below(4)],
            key,
            closes: self.random.one_in(10),
            random: self.random.split(),
        };
        self.host(kind, sending, Sending::run, |sending, rt| match rt {
            Rt::Tokio => futures_util::future::Either::Left(sending.run_async(Tokio)),
            Rt::Smol => futures_util::future::Either::Right(sending.run_async(Smol)),
        });
    }

    fn receive<R: Rx>(&mut self, rx: R) {
        self.receivers += 1;
        let kind = self.random.below(4);
        let after = |round: &mut Self| Some(round.random.below(200) as u64);
        let receiving = Receiving {
            rx,
            order: Order::new(self.lanes),
            worker: self.worker("receiver", self.receivers, kind),
            leaves_after: if self.leaves && self.random.one_in(2) { after(self) } else { None },
            closes_after: if self.random.one_in(10) { after(self) } else { None },
            random: self.random.split(),
            loses_a_wake_up: kind != THREAD && self.hosts.lose_a_wake_up.swap(false, Relaxed),
        };
        self.host(kind, receiving, Receiving::run, |receiving, rt| match rt {
            Rt::Tokio => futures_util::future::Either::Left(receiving.run_async(Tokio)),
            Rt::Smol => futures_util::future::Either::Right(receiving.run_async(Smol)),
        });
    }

    fn worker(&self, what: &str, number: u32, kind: usize) -> Arc<Worker> {
        self.hosts.watch.worker(format!("{}: {what} {number}, {}", self.name, KINDS[kind]))
    }

    /// Runs the work as a thread, or as a task of some runtime.
    fn host<W: Send + 'static, F: Future<Output = ()> + Send + 'static>(
        &self,
        kind: usize,
        work: W,
        thread: fn(W),
        task: fn(W, Rt) -> F,
    ) {
        let working = self.working.clone();
        let future = move |work, rt| async move {
            task(work, rt).await;
            drop(working);
        };
        match kind {
            THREAD => {
                std::thread::spawn(move || {
                    thread(work);
                    drop(future);
                });
            }
            1 => _ = self.hosts.tokio.spawn(future(work, Rt::Tokio)),
            2 => smol::spawn(future(work, Rt::Smol)).detach(),
            _ => _ = async_std::task::spawn(future(work, Rt::Smol)),
        }
    }
}

const THREAD: usize = 0;
const KINDS: [&str; 4] = ["a thread", "a task of tokio", "a task of smol", "a task of async-std"];

/// Whose timers a task uses: async-std's are smol's.
#[derive(Clone, Copy)]
enum Rt {
    Tokio,
    Smol,
}
