//! What takes time works for every end, owned and borrowed.

use std::collections::BTreeSet;
use std::task::Poll::{Pending, Ready};

use hel::channel::errors::{RecvError, SendBatchError, SendError};
use hel::channel::{mpmc, spsc};
use hel::rt::{gather, timeout};
use hel::{RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source, Target};

use crate::clock::{Clock, SECOND};
use crate::support::poll_once;

/// Receives by each timed operation: first from the empty channel, then what `send` sends.
fn receives<S: Source<Item: PartialEq + std::fmt::Debug>>(mut end: impl FnMut() -> S, mut send: impl FnMut()) {
    let clock = Clock::new();
    let mut receive = timeout(clock.clone(), SECOND, RecvFuture::new(end()));
    assert_eq!(poll_once(&mut receive), Pending);
    send();
    assert!(matches!(poll_once(&mut receive), Ready(Ok(_))));
    drop(receive);
    let mut late = timeout(clock.clone(), SECOND, RecvFuture::new(end()));
    assert_eq!(poll_once(&mut late), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut late), Ready(Err(RecvError::TimeOut(SECOND))));
    drop(late);
    let mut into = Vec::new();
    let mut late = timeout(clock.clone(), SECOND, RecvBatchFuture::new(end(), &mut into, 3));
    assert_eq!(poll_once(&mut late), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut late), Ready(Err(RecvError::TimeOut(SECOND))));
    drop(late);
    let mut gathering = gather(clock.clone(), end(), &mut into, 9, SECOND);
    assert_eq!(poll_once(&mut gathering), Pending);
    (0..2).for_each(|_| send());
    assert_eq!(poll_once(&mut gathering), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut gathering), Ready(Ok(2)));
    drop(gathering);
    assert_eq!(into.len(), 2);
    #[cfg(feature = "futures")]
    batches(end(), send);
}

#[cfg(feature = "futures")]
fn batches<S: Source>(end: S, mut send: impl FnMut()) {
    use futures_util::StreamExt;

    let clock = Clock::new();
    let mut batches = hel::rt::Batches::new(clock.clone(), end, 3, SECOND);
    assert!(poll_once(&mut batches.next()).is_pending());
    (0..2).for_each(|_| send());
    assert!(poll_once(&mut batches.next()).is_pending());
    clock.advance(SECOND);
    assert!(matches!(poll_once(&mut batches.next()), Ready(Some(batch)) if batch.len() == 2));
}

/// Sends by each timed operation into a channel that has no room, until `receive` makes some.
fn sends<K: Target<Item = u32>>(mut end: impl FnMut() -> K, mut receive: impl FnMut() -> u32) {
    let clock = Clock::new();
    let mut send = timeout(clock.clone(), SECOND, SendFuture::new(end(), 10));
    assert_eq!(poll_once(&mut send), Pending);
    let mut got = vec![receive()];
    assert_eq!(poll_once(&mut send), Ready(Ok(())));
    drop(send);
    let mut send = timeout(clock.clone(), SECOND, SendFuture::new(end(), 11));
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendError::TimeOut(11, SECOND))));
    drop(send);
    let mut slot = Some(12);
    let mut send = timeout(clock.clone(), SECOND, SendRefFuture::new(end(), &mut slot));
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendError::TimeOut((), SECOND))));
    drop(send);
    let mut batch = vec![13, 14, 15];
    let mut send = timeout(clock.clone(), SECOND, SendBatchFuture::new(end(), &mut batch));
    assert_eq!(poll_once(&mut send), Pending);
    got.push(receive());
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendBatchError::TimeOut { sent: 1, after: SECOND })));
    drop(send);
    got.push(receive());
    assert_eq!((slot, batch), (Some(12), vec![14, 15]));
    assert_eq!(BTreeSet::from_iter(got), BTreeSet::from([0, 10, 13]), "what was sent in time, and nothing else");
}

#[test]
fn plain_ends() {
    let (tx, rx) = hel::bounded(8);
    receives(|| &rx, || tx.send(1).unwrap());
    receives(|| rx.clone(), || tx.send(1).unwrap());
    let (tx, rx) = hel::bounded(1);
    tx.send(0).unwrap();
    sends(|| &tx, || rx.recv().unwrap());
    tx.send(0).unwrap();
    sends(|| tx.clone(), || rx.recv().unwrap());
}

#[test]
fn owned_one_to_one_ends() {
    let (clock, (mut tx, rx)) = (Clock::new(), spsc::bounded(1));
    tx.send(0).unwrap();
    let mut send = timeout(clock.clone(), SECOND, SendFuture::new(tx, 1));
    assert_eq!(poll_once(&mut send), Pending);
    let mut receive = timeout(clock, SECOND, RecvFuture::new(rx));
    assert_eq!((poll_once(&mut receive), poll_once(&mut send)), (Ready(Ok(0)), Ready(Ok(()))));
}

#[test]
fn sharded_ends() {
    let (tx, rx) = mpmc::shard_key::<u32, 8>(3);
    let mut keys = 0..;
    receives(|| &rx, || tx.send(&keys.next(), 1).unwrap());
    receives(|| rx.clone(), || tx.send(&keys.next(), 1).unwrap());

    let (tx, rx) = mpmc::shard_key::<u32, 1>(1);
    let tx = tx.by(|value: &u32| value);
    tx.send(0).unwrap();
    sends(|| &tx, || rx.recv().unwrap());

    let (tx, rx) = mpmc::round_robin::<u32, 1>(1);
    tx.send(0).unwrap();
    sends(|| &tx, || rx.recv().unwrap());
    tx.send(0).unwrap();
    sends(|| tx.clone(), || rx.recv().unwrap());
}

/// The operations that only a sharded receiver has, and those of a resolved shard.
#[test]
fn what_the_methods_return_takes_a_limit_as_well() {
    let clock = Clock::new();
    let (tx, rx) = mpmc::shard_group::<u32, 4, _>([["order"], ["user"]]);
    let users = tx.shard("user").unwrap();
    let mut any = timeout(clock.clone(), SECOND, rx.recv_any_async());
    assert_eq!(poll_once(&mut any), Pending);
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, users.send_async(7))), Ready(Ok(())));
    assert_eq!(poll_once(&mut any), Ready(Ok((1, 7))));
    let mut late = timeout(clock.clone(), SECOND, rx.recv_any_async());
    assert_eq!(poll_once(&mut late), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut late), Ready(Err(RecvError::TimeOut(SECOND))));

    let (tx, rx) = mpmc::shard_key::<u32, 1>(2);
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, tx.send_async("key", 1))), Ready(Ok(())));
    let mut send = timeout(clock.clone(), SECOND, tx.send_async("key", 2));
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendError::TimeOut(2, SECOND))));
    assert_eq!(rx.recv(), Ok(1));
}
