//! Batches from any shard, with the number of the shard of each value.
#![cfg(not(hel_loom))]

mod support;

use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use hel::channel::errors::{AsyncRecvError, RecvError, TryRecvError};
use hel::channel::mpmc::{RoundRobinSender, ShardedReceiver, round_robin};
use support::{limit, poll_with};

const SHARDS: usize = 3;

/// Three values in each of three shards: 0, 3 and 6 in the first, and so on.
fn filled() -> (RoundRobinSender<usize>, ShardedReceiver<usize>) {
    let (tx, rx) = round_robin::<usize, 4>(SHARDS);
    (0..3 * SHARDS).for_each(|value| tx.try_send(value).unwrap());
    (tx, rx)
}

/// Each value comes from its shard, in order there, and none is missing.
fn check(mut got: Vec<(usize, usize)>) {
    for shard in 0..SHARDS {
        let values: Vec<_> = got.iter().filter(|item| item.0 == shard).map(|item| item.1).collect();
        assert_eq!(values, [shard, shard + SHARDS, shard + 2 * SHARDS]);
    }
    got.sort_by_key(|item| item.1);
    assert!(got.into_iter().map(|item| item.1).eq(0..3 * SHARDS));
}

#[test]
fn each_form_takes_what_is_there() {
    let (_tx, rx) = filled();
    let mut got = Vec::new();
    assert_eq!(rx.try_recv_any_batch(&mut got, 0), Ok(0));
    assert_eq!(rx.try_recv_any_batch(&mut got, 2), Ok(2));
    assert_eq!(rx.recv_any_batch(&mut got, 2), Ok(2));
    assert_eq!(rx.recv_any_batch_timeout(&mut got, 2, Duration::ZERO), Ok(2));
    assert_eq!(poll_with(&mut rx.recv_any_batch_async(&mut got, 100), Waker::noop()), Poll::Ready(Ok(3)));
    check(got);
}

#[test]
fn each_form_says_that_there_is_nothing() {
    let (tx, rx) = round_robin::<usize, 4>(SHARDS);
    let mut got = Vec::new();
    assert_eq!(rx.try_recv_any_batch(&mut got, 9), Err(TryRecvError::Empty));
    let timed_out = rx.recv_any_batch_timeout(&mut got, 9, Duration::ZERO);
    assert_eq!(timed_out, Err(RecvError::TimeOut(Duration::ZERO)));
    assert!(poll_with(&mut rx.recv_any_batch_async(&mut got, 9), Waker::noop()).is_pending());
    drop(tx);
    assert_eq!(rx.try_recv_any_batch(&mut got, 9), Err(TryRecvError::Disconnected));
    assert_eq!(rx.recv_any_batch(&mut got, 9), Err(RecvError::Disconnected));
    let ended = poll_with(&mut rx.recv_any_batch_async(&mut got, 9), Waker::noop());
    assert_eq!(ended, Poll::Ready(Err(AsyncRecvError::Disconnected)));
    assert!(got.is_empty());
}

#[test]
fn a_thread_that_waits_gets_all_in_the_end() {
    limit(|| {
        let (tx, rx) = round_robin::<usize, 4>(SHARDS);
        let waiting = thread::spawn(move || {
            let mut got = Vec::new();
            while rx.recv_any_batch(&mut got, 2).is_ok() {}
            got
        });
        (0..3 * SHARDS).for_each(|value| tx.send(value).unwrap());
        drop(tx);
        check(waiting.join().unwrap());
    });
}
