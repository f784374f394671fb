//! Batches from any shard, with the number of the shard of each value.
#![cfg(not(hel_loom))]

mod support;

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
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

/// A sender that keeps up: each wake-up for room fills it at once, and waits for more.
struct KeepsUp(Mutex<(RoundRobinSender<usize>, usize)>);

impl KeepsUp {
    /// More than this and the receiver would never have come back.
    const TOO_MANY: usize = 1_000;
}

impl Wake for KeepsUp {
    fn wake(self: Arc<Self>) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (tx, sent) = &mut *guard;
        assert!(*sent < Self::TOO_MANY, "the receiver takes and takes");
        let waker = Waker::from(Arc::clone(&self));
        while tx.poll_send(&mut Context::from_waker(&waker), &mut Some(*sent)).is_ready() {
            *sent += 1;
        }
    }
}

/// Without a maximum a batch still comes to its end, with no more than the shards hold.
#[test]
fn senders_that_keep_up_do_not_keep_a_receiver() {
    let (tx, rx) = round_robin::<usize, 4>(SHARDS);
    let sender = Arc::new(KeepsUp(Mutex::new((tx, 0))));
    Arc::clone(&sender).wake();
    let mut plain = Vec::new();
    let mut any = Vec::new();
    for _ in 0..2 {
        let counts = (rx.try_recv_batch(&mut plain, usize::MAX), rx.try_recv_any_batch(&mut any, usize::MAX));
        assert!(counts.0.is_ok_and(|count| count <= rx.capacity()), "{counts:?}");
        assert!(counts.1.is_ok_and(|count| count <= rx.capacity()), "{counts:?}");
        assert!(rx.is_full(), "the sender kept up");
    }
    // Once the time is over there is one more look.
    let gathered = rx.gather(&mut plain, usize::MAX, Duration::ZERO);
    assert!(gathered.is_ok_and(|count| count <= 2 * rx.capacity()), "{gathered:?}");
    // The waker holds the sender that is registered with it.
    sender.0.lock().unwrap().0.cancel_poll();
}
