//! The verbs that no other test has a reason to use: each is another name of one that is tested, or another way to an end.
#![cfg(not(hel_loom))]

use std::time::{Duration, Instant};

use hel::Builder;
use hel::channel::errors::{AsyncRecvError, SendError};
use std::task::{Context, Poll, Waker};

/// A moment that has passed.
fn past() -> Instant {
    Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or_else(Instant::now)
}

#[test]
fn keyed_sends_have_deadlines() {
    let (tx, rx) = Builder::new(1).shards(2).shard_key();
    assert_eq!(tx.send_deadline("a", 1, past()), Ok(()));
    assert_eq!(tx.send_deadline("a", 2, past()), Err(SendError::TimeOut(2, Duration::ZERO)));
    let tx = tx.by(|_: &u32| "a");
    assert_eq!(tx.send_deadline(3, past()), Err(SendError::TimeOut(3, Duration::ZERO)));
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(tx.send_deadline(4, past()), Ok(()));
    let tx = tx.into_inner();
    assert_eq!(rx.try_recv(), Ok(4));
    rx.close();
    assert_eq!(tx.send_deadline("a", 5, past()), Err(SendError::Disconnected(5)));
}

#[test]
fn ends_are_iterated_over_by_reference() {
    let (tx, rx) = Builder::new(4).shards(2).round_robin();
    (0..6).for_each(|n| tx.send(n).unwrap());
    drop(tx);
    let mut got: Vec<u32> = (&rx).into_iter().collect();
    got.sort_unstable();
    assert_eq!(got, [0, 1, 2, 3, 4, 5]);

    let (tx, rx) = hel::bounded(4);
    let mut rx = rx.into_exclusive().expect("no clones");
    (0..3).for_each(|n| tx.send(n).unwrap());
    drop(tx);
    assert_eq!((&mut rx).into_iter().collect::<Vec<u32>>(), [0, 1, 2]);
}

#[test]
fn a_sharded_receiver_polls_for_batches() {
    let (tx, mut rx) = Builder::new(2).shards(2).round_robin();
    let (cx, mut into) = (&mut Context::from_waker(Waker::noop()), Vec::new());
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 0), Poll::Ready(Ok(0)));
    assert!(rx.poll_recv_batch(cx, &mut into, 3).is_pending());
    (0..4).for_each(|n| tx.send(n).unwrap());
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Ok(3)));
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Ok(1)));
    into.sort_unstable();
    assert_eq!(into, [0, 1, 2, 3]);
    drop(tx);
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Err(AsyncRecvError::Disconnected)));
}
