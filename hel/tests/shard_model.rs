//! Random operations on one thread give what a queue for each shard would give.
#![cfg(not(hel_loom))]

mod support;

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hel::Builder;
use hel::channel::errors::*;
use hel::channel::mpmc::*;
use support::rng::Rng;
use support::{limit, poll_once};

/// What a channel should be: a queue for each shard, and which of them are closed.
struct Model {
    queues: Vec<VecDeque<u64>>,
    closed: Vec<bool>,
    capacity: usize,
    last: u64,
}

/// Why nothing was sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Not {
    Now,
    Ever,
}

impl Model {
    fn new(shards: usize, capacity: usize) -> Self {
        Self { queues: vec![VecDeque::new(); shards], closed: vec![false; shards], capacity, last: 0 }
    }

    fn shards(&self) -> usize {
        self.queues.len()
    }

    fn value(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn len(&self) -> usize {
        self.queues.iter().map(VecDeque::len).sum()
    }

    fn has_room(&self, shard: usize) -> bool {
        !self.closed[shard] && self.queues[shard].len() < self.capacity
    }

    /// Sends `value` to the first of `shards` that has room, and says to which.
    fn send(&mut self, shards: impl Iterator<Item = usize> + Clone, value: u64) -> Result<usize, Not> {
        let Some(shard) = shards.clone().find(|&shard| self.has_room(shard)) else {
            let mut shards = shards;
            return Err(if shards.all(|shard| self.closed[shard]) { Not::Ever } else { Not::Now });
        };
        self.queues[shard].push_back(value);
        Ok(shard)
    }

    /// Why a receive from any shard finds nothing; none if there is something.
    fn starved(&self) -> Option<Not> {
        if self.len() > 0 {
            return None;
        }
        Some(if self.closed.iter().all(|&closed| closed) { Not::Ever } else { Not::Now })
    }

    /// Checks a value received from `shard`, and takes it.
    fn received(&mut self, shard: usize, value: u64) {
        assert_eq!(self.queues[shard].pop_front(), Some(value), "from shard {shard}");
    }

    /// Checks values received from some shards: each is at the front of its queue by then.
    fn received_from_any(&mut self, values: impl IntoIterator<Item = u64>) {
        for value in values {
            let front = |queue: &VecDeque<u64>| queue.front() == Some(&value);
            let shard = self.queues.iter().position(front).expect("out of order, or never sent");
            self.received(shard, value);
        }
    }

    fn agrees<T>(&self, tx: &ShardSenders<T>, rx: &ShardedReceiver<T>) {
        let all = self.shards() * self.capacity;
        assert_eq!((tx.len(), rx.len(), tx.capacity(), rx.capacity()), (self.len(), self.len(), all, all));
        assert_eq!((tx.is_empty(), rx.is_full()), (self.len() == 0, self.len() == all));
        assert!(rx.shards().iter().map(Receiver::len).eq(self.queues.iter().map(VecDeque::len)));
        assert!(tx.dead_shards().into_iter().eq((0..self.shards()).filter(|&shard| self.closed[shard])));
        assert_eq!(rx.is_disconnected(), self.closed.iter().all(|&closed| closed));
    }
}

fn poll_of<T>(result: Poll<Result<T, AsyncRecvError>>) -> Result<T, Not> {
    match result {
        Poll::Ready(Ok(value)) => Ok(value),
        Poll::Ready(Err(AsyncRecvError::Disconnected)) => Err(Not::Ever),
        Poll::Pending => Err(Not::Now),
    }
}

fn try_of<T>(result: Result<T, TryRecvError>) -> Result<T, Not> {
    result.map_err(|error| if error == TryRecvError::Empty { Not::Now } else { Not::Ever })
}

fn limit_of<T>(result: Result<T, RecvError>) -> Result<T, Not> {
    result.map_err(|error| if error == RecvError::Disconnected { Not::Ever } else { Not::Now })
}

/// One receive of any form, checked against the model.
fn receive(model: &mut Model, rx: &mut ShardedReceiver<u64>, rng: &mut Rng) {
    let mut into = Vec::new();
    let most = 1 + rng.below(6);
    let count = most.min(model.len());
    let (any, plain) = match rng.below(11) {
        0 => (Some(try_of(rx.try_recv_any())), None),
        1 => (Some(limit_of(rx.recv_any_timeout(Duration::ZERO))), None),
        2 => (Some(poll_of(poll_once(&mut rx.recv_any_async()))), None),
        3 => {
            let polled = rx.poll_recv_any(&mut Context::from_waker(Waker::noop()));
            rx.cancel_poll();
            (Some(poll_of(polled.map(|item| item.ok_or(AsyncRecvError::Disconnected)))), None)
        }
        4 => (None, Some(try_of(rx.try_recv()).map(|value| into.push(value)))),
        5 => (None, Some(poll_of(poll_once(&mut rx.recv_async())).map(|value| into.push(value)))),
        6 => (None, Some(try_of(rx.try_recv_batch(&mut into, most)).map(|got| assert_eq!(got, count)))),
        7 => (None, Some(limit_of(rx.recv_batch_timeout(&mut into, most, Duration::ZERO)).map(drop))),
        8 => (None, Some(poll_of(poll_once(&mut rx.recv_batch_async(&mut into, most))).map(drop))),
        9 => {
            into.extend(rx.try_iter().take(most));
            let starved = model.starved().filter(|_| into.is_empty());
            (None, Some(starved.map_or(Ok(()), Err)))
        }
        _ => {
            let shard = rng.below(model.shards());
            let got = rx.shards()[shard].try_recv();
            assert_eq!(got.ok(), model.queues[shard].pop_front(), "from shard {shard} alone");
            return;
        }
    };
    let starved = model.starved();
    if let Some(any) = any {
        assert_eq!(any.as_ref().err(), starved.as_ref());
        any.into_iter().for_each(|(shard, value)| model.received(shard, value));
    }
    if let Some(plain) = plain {
        assert_eq!(plain.err(), starved);
        assert!(into.len() <= most && (into.is_empty() == starved.is_some()));
        model.received_from_any(into);
    }
}

/// One send of one value: what the channel says.
fn sent(result: Result<(), TrySendError<u64>>, value: u64) -> Result<(), Not> {
    result.map_err(|error| {
        let why = if matches!(error, TrySendError::Full(_)) { Not::Now } else { Not::Ever };
        assert_eq!(error.into_inner(), value, "it comes back");
        why
    })
}

fn polled(result: Poll<Result<(), AsyncSendError<u64>>>, value: u64) -> Result<(), Not> {
    match result {
        Poll::Ready(Ok(())) => Ok(()),
        Poll::Ready(Err(AsyncSendError::Disconnected(back))) => {
            assert_eq!(back, value);
            Err(Not::Ever)
        }
        Poll::Pending => Err(Not::Now),
    }
}

fn batch_end(result: Result<usize, TrySendBatchError>) -> (usize, Option<Not>) {
    match result {
        Ok(sent) => (sent, None),
        Err(TrySendBatchError::Full { sent }) => (sent, Some(Not::Now)),
        Err(TrySendBatchError::Disconnected { sent }) => (sent, Some(Not::Ever)),
    }
}

/// Closes a shard now and then, and all in the end.
fn close(model: &mut Model, rx: &ShardedReceiver<u64>, rng: &mut Rng) {
    if rng.one_in(60) {
        let shard = rng.below(model.shards());
        assert_eq!(rx.shards()[shard].close(), !model.closed[shard]);
        model.closed[shard] = true;
    }
}

/// A sender with its own idea of whose turn it is.
struct Turn {
    tx: RoundRobinSender<u64>,
    next: usize,
    left: usize,
    run: usize,
}

impl Turn {
    fn order(&self, shards: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let next = self.next;
        (0..shards).map(move |step| (next + step) % shards)
    }

    /// The turn after `shard` took `count` values at once.
    fn served(&mut self, shard: usize, shards: usize, count: usize) {
        if shard != self.next {
            (self.next, self.left) = (shard, self.run);
        }
        self.left = self.left.saturating_sub(count);
        if self.left == 0 {
            (self.next, self.left) = ((shard + 1) % shards, self.run);
        }
    }

    fn send(&mut self, model: &mut Model, rng: &mut Rng) {
        let value = model.value();
        let said = match rng.below(3) {
            0 => sent(self.tx.try_send(value), value),
            1 => polled(poll_once(&mut self.tx.send_async(value)), value),
            _ => self.tx.send_timeout(value, Duration::ZERO).map_err(|error| match error {
                SendError::TimeOut(..) => Not::Now,
                SendError::Disconnected(_) => Not::Ever,
            }),
        };
        let shards = model.shards();
        match model.send(self.order(shards), value) {
            Ok(shard) => {
                assert_eq!(said, Ok(()));
                self.served(shard, shards, 1);
            }
            Err(not) => assert_eq!(said, Err(not)),
        }
    }

    /// A batch goes to the shards in turn, as much to each as it has room for.
    fn send_batch(&mut self, model: &mut Model, rng: &mut Rng) {
        let mut values: Vec<_> = (0..rng.below(7)).map(|_| model.value()).collect();
        let (all, shards) = (values.clone(), model.shards());
        let (count, end) = batch_end(self.tx.try_send_batch(&mut values));
        let mut expected = 0;
        while expected < all.len() {
            let Ok(shard) = model.send(self.order(shards), all[expected]) else { break };
            let before = expected;
            expected += 1;
            while expected < all.len() && model.send([shard].into_iter(), all[expected]).is_ok() {
                expected += 1;
            }
            self.served(shard, shards, expected - before);
        }
        assert_eq!((count, &values[..]), (expected, &all[expected..]), "the rest stays, in order");
        assert_eq!(end.is_some(), expected < all.len());
    }
}

#[test]
fn round_robin_is_a_queue_for_each_shard() {
    limit(|| {
        for seed in 0..400 {
            let mut rng = Rng::new(seed);
            let (shards, capacity, run) = (1 + rng.below(20), 1 + rng.below(4), 1 + rng.below(3));
            let (tx, mut rx) = Builder::new(capacity).shards(shards).round_robin();
            let (mut model, tx) = (Model::new(shards, capacity), tx.sticky(run));
            let clone = tx.clone();
            let turns = [(tx, 0), (clone, 1 % shards)].map(|(tx, next)| Turn { tx, next, left: run, run });
            let mut senders = turns;
            for _ in 0..200 {
                let sender = &mut senders[rng.below(2)];
                match rng.below(5) {
                    0 | 1 => sender.send(&mut model, &mut rng),
                    2 => sender.send_batch(&mut model, &mut rng),
                    _ => receive(&mut model, &mut rx, &mut rng),
                }
                close(&mut model, &rx, &mut rng);
                model.agrees(&senders[0].tx, &rx);
            }
        }
    });
}

#[test]
fn by_key_is_a_queue_for_each_shard() {
    limit(|| {
        for seed in 0..400 {
            let mut rng = Rng::new(1_000 + seed);
            let (shards, capacity) = (1 + rng.below(20), 1 + rng.below(4));
            let (keyed, mut rx) = Builder::new(capacity).shards(shards).shard_key::<u64>();
            // The key of a value is the value itself: hashing is not what is tested here.
            let (home, tx) = (keyed.clone(), keyed.clone().by(|value: &u64| value));
            let mut model = Model::new(shards, capacity);
            for _ in 0..200 {
                match rng.below(5) {
                    0 | 1 => {
                        let value = model.value();
                        let said = match rng.below(4) {
                            0 => sent(keyed.try_send(&value, value), value),
                            1 => sent(tx.try_send(value), value),
                            2 => polled(poll_once(&mut keyed.send_async(&value, value)), value),
                            _ => polled(poll_once(&mut tx.send_async(value)), value),
                        };
                        let expected = model.send([home.shard_index(&value)].into_iter(), value);
                        assert_eq!(said, expected.map(drop));
                    }
                    2 => {
                        let mut values: Vec<_> = (0..rng.below(7)).map(|_| model.value()).collect();
                        let all = values.clone();
                        let to = |value: &u64| [home.shard_index(value)].into_iter();
                        let (count, end) = batch_end(tx.try_send_batch(&mut values));
                        // Each value goes if its shard has room, and the first that does not says why.
                        let left: Vec<_> = all
                            .iter()
                            .filter_map(|value| Some((*value, model.send(to(value), *value).err()?)))
                            .collect();
                        let expected = (all.len() - left.len(), left.first().map(|(_, not)| *not));
                        assert_eq!((count, end), expected);
                        assert!(values.into_iter().eq(left.into_iter().map(|(value, _)| value)));
                    }
                    _ => receive(&mut model, &mut rx, &mut rng),
                }
                close(&mut model, &rx, &mut rng);
                model.agrees(&keyed, &rx);
            }
        }
    });
}

#[test]
fn by_group_is_a_queue_for_each_shard() {
    limit(|| {
        for seed in 0..200 {
            let mut rng = Rng::new(2_000 + seed);
            let (shards, capacity) = (1 + rng.below(20), 1 + rng.below(4));
            // Of the keys 0 to 99, those with the same remainder are a group; the last remainder is in none.
            let group = |shard| (0..100_usize).filter(move |key| key % (shards + 1) == shard);
            let (tx, mut rx) = Builder::new(capacity).shard_group::<u64, _>((0..shards).map(group));
            let mut model = Model::new(shards, capacity);
            for _ in 0..200 {
                let key = rng.below(100);
                match tx.shard(&key) {
                    None => assert_eq!(key % (shards + 1), shards),
                    Some(handle) => {
                        let value = model.value();
                        let said = sent(handle.try_send(value), value);
                        assert_eq!(said, model.send([key % (shards + 1)].into_iter(), value).map(drop));
                    }
                }
                if rng.one_in(2) {
                    receive(&mut model, &mut rx, &mut rng);
                }
                close(&mut model, &rx, &mut rng);
                model.agrees(&tx, &rx);
            }
        }
    });
}
