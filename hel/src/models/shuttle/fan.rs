//! Several shards: who waits for any of them, who waits at one, and who waits for room in any.

use std::hash::{BuildHasherDefault, Hasher};

use super::kit::{Way, balance, in_every_mode, in_order, join_all, receiver, recv_one, send_all, sender};
use crate::shard::{Builder, KeyFnSender, RoundRobinSender, ShardedReceiver, round_robin};
use crate::sync::{Arc, thread};

type Ends = (RoundRobinSender<usize>, ShardedReceiver<usize>);

const VALUES: [&[usize]; 3] = [&[10, 11], &[20, 21], &[30, 31]];

/// Three senders that take room in any shard; two receivers that wait for any shard and one that waits at the first.
fn to_any((tx, rx): Ends, meanwhile: impl FnOnce(RoundRobinSender<usize>, ShardedReceiver<usize>) + Send + 'static) {
    let ways = [Way::Thread, Way::Hesitant, Way::Batch];
    let senders = [0, 1, 2].map(|at| sender(tx.clone(), ways[at], VALUES[at]));
    let mut receivers = vec![receiver(rx.shards()[0].clone(), Way::Task)];
    receivers.extend([Way::Hesitant, Way::Thread].map(|way| receiver(rx.clone(), way)));
    thread::spawn(move || meanwhile(tx, rx)).join();
    balance(&join_all(senders), &join_all(receivers));
}

/// To the end of the channel.
pub(super) fn two_shards() {
    to_any(round_robin::<usize, 1>(2), |_, _| {});
}

/// One shard closes, then all of them, in the middle.
pub(super) fn two_shards_close() {
    to_any(round_robin::<usize, 1>(2), |tx, rx| {
        tx.shards()[1].close();
        rx.close();
    });
}

/// Three shards are enough, in a model, for hints.
pub(super) fn three_shards() {
    to_any(round_robin::<usize, 2>(3), |_, _| {});
}

#[test]
fn any_shard_to_the_end() {
    in_every_mode(two_shards);
    in_every_mode(three_shards);
}

#[test]
fn any_shard_against_close() {
    in_every_mode(two_shards_close);
}

/// Each sender has a shard of its own; those who wait for any keep the order of each.
pub(super) fn a_shard_each() {
    let (tx, rx) = round_robin::<usize, 1>(3);
    let ways = [Way::Thread, Way::Task, Way::Hesitant];
    let senders = [0, 1, 2].map(|at| sender(tx.shards()[at].clone(), ways[at], VALUES[at]));
    drop(tx);
    let receivers = [Way::Hesitant, Way::Task, Way::Batch].map(|way| receiver(rx.clone(), way));
    drop(rx);
    let received = join_all(receivers);
    balance(&join_all(senders), &received);
    in_order(&received);
}

#[test]
fn fan_in_keeps_the_order_of_each_shard() {
    in_every_mode(a_shard_each);
}

/// Senders wait for room in any of two shards. The receiver of one takes a value and goes: its shard is dead then, and
/// the other one serves all.
pub(super) fn a_shard_dies() {
    let (tx, rx) = round_robin::<Arc<usize>, 1>(2);
    let values = [1, 2, 3].map(Arc::new);
    let senders = [0, 1, 2].map(|at| {
        let (tx, value) = (tx.clone(), Arc::clone(&values[at]));
        thread::spawn(move || {
            tx.send(Arc::clone(&value)).expect("one shard lives");
            super::kit::block_on(tx.send_async(value)).expect("one shard lives");
            tx
        })
    });
    let mut shards = rx.into_receivers().into_iter();
    let (mut first, second) = (shards.next().unwrap(), shards.next().unwrap());
    let goes = thread::spawn(move || drop(recv_one(&mut first, Way::Hesitant)));
    let stays = thread::spawn(move || {
        let _received: Vec<_> = second.iter().collect();
    });
    goes.join();
    let ended = join_all(senders);
    drop((ended, tx));
    stays.join();
    assert!(values.iter().all(|value| Arc::strong_count(value) == 1), "a value is left");
}

#[test]
fn room_in_any_shard_while_one_dies() {
    in_every_mode(a_shard_dies);
}

/// Hashes a number to its tens: of two shards those with even tens go to the first.
#[derive(Default)]
pub(super) struct Tens(u64);

impl Hasher for Tens {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are numbers");
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = (n / 10) as u64;
    }
}

type Keyed = KeyFnSender<usize, fn(&usize) -> &usize, BuildHasherDefault<Tens>>;

/// A channel of two shards with room for `capacity` values each, by tens.
pub(super) fn keyed(capacity: usize) -> (Keyed, ShardedReceiver<usize>) {
    let builder = Builder::new(capacity).shards(2).hasher(BuildHasherDefault::<Tens>::default());
    let (tx, rx) = builder.shard_key::<usize>();
    (tx.by((|key| key) as fn(&usize) -> &usize), rx)
}

/// Batches for both shards, each of which may have room when the other has none, to a receiver at each and one for any.
pub(super) fn keyed_batches<const CAP: usize>() {
    let (tx, rx) = keyed(CAP);
    let values: [&[usize]; 3] = [&[10, 20, 11], &[31, 41, 42], &[50, 60]];
    let senders = values.map(|values| {
        let mut tx = tx.clone();
        thread::spawn(move || {
            let sent = send_all(&mut tx, Way::Batch, values);
            assert_eq!(sent, values, "nobody closes");
            sent
        })
    });
    drop(tx);
    let at_one = [0, 1].map(|shard| receiver(rx.shards()[shard].clone(), Way::Task));
    let any = receiver(rx, Way::Hesitant);
    let received = join_all(at_one.into_iter().chain([any]));
    balance(&join_all(senders), &received);
    in_order(&received);
}

#[test]
fn keyed_batches_to_each_and_any() {
    in_every_mode(keyed_batches::<1>);
    in_every_mode(keyed_batches::<2>);
}
