//! Keyed batches: told apart by shard in one go, in order for each key, with nothing lost.
#![cfg(not(hel_loom))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use hel::Builder;
use hel::channel::errors::{SendBatchError, TrySendBatchError};
use hel::channel::mpmc::{KeyFnSender, ShardedReceiver};
use support::alloc::{Counting, allocations};
use support::poll_once;
use support::rng::Rng;

#[global_allocator]
static COUNTING: Counting = Counting;

/// A key and a number that grows.
type Item = (u64, usize);
type ByKey = KeyFnSender<Item, fn(&Item) -> &u64>;

fn keyed(shards: usize, capacity: usize) -> (ByKey, ShardedReceiver<Item>) {
    let (tx, rx) = Builder::new(capacity).shards(shards).shard_key();
    (tx.by((|item| &item.0) as fn(&Item) -> &u64), rx)
}

/// The numbers of each key came in order.
fn assert_in_order(got: &[Item], keys: u64) {
    for key in 0..keys {
        assert!(got.iter().filter(|item| item.0 == key).map(|item| item.1).is_sorted(), "key {key}");
    }
}

/// Batches of every length against shards that are nearly always full: what is sent and what is left, put together, is
/// what there was.
#[test]
fn what_is_sent_and_what_is_left_is_what_there_was() {
    const KEYS: u64 = 40;
    for (shards, capacity) in [(1, 1), (2, 3), (3, 50), (7, 7), (100, 2)] {
        let mut rng = Rng::new(shards as u64);
        let (tx, rx) = keyed(shards, capacity);
        let (mut batch, mut got, mut next) = (Vec::new(), Vec::new(), 0);
        for _ in 0..300 {
            for _ in 0..rng.below(200) {
                batch.push((rng.next() % KEYS, next));
                next += 1;
            }
            let before = batch.clone();
            match tx.try_send_batch(&mut batch) {
                Ok(sent) => assert_eq!((sent, batch.len()), (before.len(), 0)),
                Err(error) => assert_eq!(error, TrySendBatchError::Full { sent: before.len() - batch.len() }),
            }
            assert!(batch.is_sorted_by_key(|item| item.1), "what is left keeps its order");
            // As little is left as can be: the first of it goes to a shard that is full.
            assert!(batch.first().is_none_or(|item| tx.shard_of(item).is_full()));
            let take = rng.below(100);
            got.extend(rx.try_iter().take(take));
        }
        got.extend(rx.try_iter());
        while !batch.is_empty() {
            _ = tx.try_send_batch(&mut batch);
            got.extend(rx.try_iter());
        }
        assert_in_order(&got, KEYS);
        got.sort_by_key(|item| item.1);
        assert!(got.iter().map(|item| item.1).eq(0..next), "each once");
    }
}

/// A full shard holds up its own values and no others, at the front of a short batch and of a long one.
#[test]
fn a_full_shard_holds_up_its_own_values() {
    let (tx, rx) = keyed(2, 400);
    let slow = 0;
    let fast = (1..).find(|key| !std::ptr::eq(tx.shard_of(&(slow, 0)), tx.shard_of(&(*key, 0)))).unwrap();
    while tx.try_send((slow, 0)).is_ok() {}
    for len in [2, 30, 90] {
        let mut batch: Vec<Item> = (0..len).map(|n| (if n % 2 == 0 { slow } else { fast }, n)).collect();
        assert_eq!(tx.try_send_batch(&mut batch), Err(TrySendBatchError::Full { sent: len / 2 }));
        assert!(batch.iter().copied().eq((0..len).step_by(2).map(|n| (slow, n))));
    }
    assert_eq!(rx.len(), 400 + 1 + 15 + 45);
}

/// Every way out leaves what was not sent in the caller's `Vec`, in order.
#[test]
fn each_way_out_leaves_the_rest() {
    let all: Vec<Item> = (0..100).map(|n| (n as u64 % 5, n)).collect();
    let left = |batch: &[Item], sent: usize| {
        assert_eq!(batch.len(), all.len() - sent);
        assert!(batch.is_sorted_by_key(|item| item.1));
    };
    let (tx, rx) = keyed(3, 2);
    let mut batch = all.clone();
    let Err(SendBatchError::TimeOut { sent, .. }) = tx.send_batch_timeout(&mut batch, Duration::from_millis(1)) else {
        panic!("no room for all of it");
    };
    left(&batch, sent);
    assert!(poll_once(&mut tx.send_batch_async(&mut batch)).is_pending());
    left(&batch, sent);
    tx.close();
    let closed = tx.send_batch(&mut batch);
    assert_eq!(closed, Err(SendBatchError::Disconnected { sent: 0 }));
    left(&batch, sent);
    assert_eq!(rx.try_iter().count(), sent);
}

/// A key function that panics at any value of a batch has lost none, and sent none twice.
#[test]
fn a_key_function_that_panics_loses_nothing() {
    for at in [0, 1, 63, 64, 65, 129] {
        let (tx, rx) = Builder::new(200).shards(4).shard_key();
        let tx = tx.by(|item: &Item| {
            assert!(item.1 != at, "the key function");
            &item.0
        });
        let mut batch: Vec<Item> = (0..130).map(|n| (n as u64, n)).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| tx.try_send_batch(&mut batch))).is_err());
        assert!(batch.is_sorted_by_key(|item| item.1));
        let mut all: Vec<_> = rx.try_iter().chain(batch).map(|item| item.1).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..130), "panicked at {at}");
    }
}

/// By an explicit key a batch goes to one shard.
#[test]
fn a_batch_of_one_key() {
    let (tx, rx) = Builder::new(4).shards(3).shard_key::<usize>();
    let mut batch: Vec<usize> = (0..6).collect();
    assert_eq!(tx.try_send_batch("key", &mut batch), Err(TrySendBatchError::Full { sent: 4 }));
    assert_eq!(tx.shard("key").len(), 4);
    let after = Duration::ZERO;
    assert_eq!(tx.send_batch_timeout("key", &mut batch, after), Err(SendBatchError::TimeOut { sent: 0, after }));
    assert!(poll_once(&mut tx.send_batch_async("key", &mut batch)).is_pending());
    assert!(rx.try_iter().eq(0..4));
    assert_eq!((tx.send_batch("key", &mut batch), batch.len()), (Ok(2), 0));
}

#[test]
fn keyed_batches_allocate_nothing() {
    let (tx, rx) = keyed(5, 64);
    let mut batch: Vec<Item> = Vec::with_capacity(200);
    let mut round = || {
        batch.clear();
        batch.extend((0..200).map(|n| (n as u64, n)));
        _ = tx.try_send_batch(&mut batch);
        rx.try_iter().for_each(drop);
    };
    (0..10).for_each(|_| round());
    assert_eq!(allocations(|| (0..100).for_each(|_| round())).1, 0);
}
