//! P3, disconnect, as the handles show it: counts, weak handles, and `closed_async`.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::thread;

use extra1::{Kind, Mpmc, SendEnd, Spsc, block_on};
use hel::channel::errors::{TryRecvError, TrySendError};
use support::waker::CountingWaker;
use support::{limit, poll_once, poll_with};

#[test]
fn handles_are_counted() {
    let (tx, rx) = hel::bounded::<u32>(1);
    let counts = || (rx.sender_count(), rx.receiver_count());
    assert_eq!(counts(), (1, 1));
    let (tx2, rx2) = (tx.clone(), rx.clone());
    assert_eq!(counts(), (2, 2));
    assert_eq!((tx2.sender_count(), tx2.receiver_count()), (2, 2));
    drop(tx);
    assert_eq!(counts(), (1, 2));
    let (weak_tx, weak_rx) = (tx2.downgrade(), rx2.downgrade());
    drop(rx2);
    assert_eq!(counts(), (1, 1), "weak handles do not count");
    let revived = (weak_tx.upgrade(), weak_rx.upgrade());
    assert_eq!(counts(), (2, 2));
    drop(revived);
    drop(tx2);
    assert_eq!(counts(), (0, 1));
}

/// Whoever owns an end keeps it counted: futures, streams, sinks and iterators as well.
#[test]
fn owners_of_an_end_keep_it_alive() {
    let (tx, rx) = hel::bounded::<u32>(1);
    let future = hel::RecvFuture::new(rx.clone());
    let iter = rx.clone().into_iter();
    assert_eq!(tx.receiver_count(), 3);
    drop((future, iter));
    assert_eq!(tx.receiver_count(), 1);
    let future = hel::SendFuture::new(tx.clone(), 1);
    assert_eq!(tx.sender_count(), 2);
    drop(future);
    assert_eq!(tx.sender_count(), 1);
    assert!(!tx.is_disconnected() && !rx.is_disconnected());
}

#[test]
fn handles_know_their_channel() {
    let (tx, rx) = hel::bounded::<u32>(1);
    let (other_tx, other_rx) = hel::bounded::<u32>(1);
    assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
    assert!(!tx.same_channel(&other_tx) && !rx.same_channel(&other_rx));
    assert!(tx.downgrade().upgrade().unwrap().same_channel(&tx));
}

#[test]
fn a_weak_sender_is_a_sender_while_there_is_one() {
    let (tx, rx) = hel::bounded(2);
    let weak = tx.downgrade();
    weak.upgrade().unwrap().try_send(1).unwrap();
    drop(tx);
    assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_weak_receiver_is_a_receiver_while_there_is_one() {
    let (tx, rx) = hel::bounded(2);
    let weak = rx.downgrade();
    tx.try_send(1).unwrap();
    assert_eq!(weak.upgrade().unwrap().try_recv(), Ok(1));
    assert_eq!(tx.try_send(2), Ok(()), "the one revived was not the last");
    drop(rx);
    assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
    assert_eq!(tx.try_send(3), Err(TrySendError::Disconnected(3)));
}

/// A handle revived while the last other one goes either keeps the channel open or was too late: never both.
#[test]
fn reviving_races_with_the_last_handle() {
    limit(|| {
        for _ in 0..2_000 {
            let (tx, rx) = hel::bounded(1);
            let weak = tx.downgrade();
            let revived = thread::scope(|scope| {
                let revived = scope.spawn(move || weak.upgrade());
                drop(tx);
                revived.join().unwrap()
            });
            assert_eq!(rx.is_disconnected(), revived.is_none());
            assert_eq!(rx.sender_count(), usize::from(revived.is_some()));
            if let Some(tx) = revived {
                assert_eq!(tx.try_send(7), Ok(()));
                assert_eq!(rx.try_recv(), Ok(7));
            }
        }
    });
}

/// Each way to end sending makes the watchers ready, once; a watcher that has gone is not woken.
fn watchers_are_woken<K: Kind>(end: impl FnOnce(&K::Tx<u32>, K::Rx<u32>) -> Option<K::Rx<u32>>) {
    let (tx, rx) = K::bounded::<u32>(1);
    let wakers = [(); 4].map(|()| CountingWaker::new());
    let mut watchers = [(); 4].map(|()| tx.closed_async());
    for (watcher, waker) in watchers.iter_mut().zip(&wakers) {
        assert!(poll_with(watcher, &waker.waker()).is_pending());
    }
    // One goes, and one is polled again by another task.
    let [mut first, mut second, third, mut moved] = watchers;
    drop(third);
    let other = CountingWaker::new();
    assert!(poll_with(&mut moved, &other.waker()).is_pending());

    let rx = end(&tx, rx);
    let woken = wakers.each_ref().map(|waker| waker.wakes());
    assert_eq!((woken, other.wakes()), ([1, 1, 0, 0], 1));
    for watcher in [&mut first, &mut second, &mut moved, &mut tx.closed_async()] {
        assert!(poll_once(watcher).is_ready());
    }
    drop((first, second, moved, rx));
    let held: usize = wakers.iter().chain([&other]).map(CountingWaker::held).sum();
    assert_eq!(held, 0, "no waker is kept");
}

#[test]
fn closed_async_is_woken_by_every_way_to_close() {
    watchers_are_woken::<Mpmc>(|_, rx| {
        drop(rx);
        None
    });
    watchers_are_woken::<Mpmc>(|tx, rx| tx.clone().close().then_some(rx));
    watchers_are_woken::<Mpmc>(|_, rx| rx.clone().close().then_some(rx));
    watchers_are_woken::<Spsc>(|_, rx| {
        drop(rx);
        None
    });
    watchers_are_woken::<Spsc>(|tx, rx| tx.close().then_some(rx));
    watchers_are_woken::<Spsc>(|_, rx| rx.close().then_some(rx));
}

/// Traffic, other handles going, and a receiver among several going do not end a watch.
#[test]
fn closed_async_waits_for_nothing_less() {
    let (tx, rx) = hel::bounded(1);
    let waker = CountingWaker::new();
    let watched = tx.clone();
    let mut watcher = watched.closed_async();
    assert!(poll_with(&mut watcher, &waker.waker()).is_pending());
    for n in 0..3 {
        tx.try_send(n).unwrap();
        assert!(tx.try_send(n).is_err());
        rx.try_recv().unwrap();
    }
    drop((tx, rx.clone()));
    assert_eq!(waker.wakes(), 0);
    assert!(poll_with(&mut watcher, &waker.waker()).is_pending());
    drop(rx);
    assert_eq!(waker.wakes(), 1);
    assert!(poll_once(&mut watcher).is_ready());
}

/// A watcher takes no wake-up from a sender that waits for room.
#[test]
fn closed_async_takes_no_room_from_senders() {
    let (tx, rx) = hel::bounded(1);
    tx.try_send(0).unwrap();
    let (watching, sending) = (CountingWaker::new(), CountingWaker::new());
    let mut watcher = tx.closed_async();
    let mut send = tx.send_async(1);
    assert!(poll_with(&mut watcher, &watching.waker()).is_pending());
    assert!(poll_with(&mut send, &sending.waker()).is_pending());
    rx.try_recv().unwrap();
    assert_eq!((watching.wakes(), sending.wakes()), (0, 1));
}

/// Watchers in tasks, closed by another thread at a moment that nobody controls.
#[test]
fn closed_async_races_with_the_close() {
    fn race<K: Kind>() {
        for _ in 0..2_000 {
            let (tx, rx) = K::bounded::<u32>(1);
            thread::scope(|scope| {
                scope.spawn(move || drop(rx));
                block_on(tx.closed_async());
                assert!(tx.is_disconnected());
            });
        }
    }
    limit(race::<Mpmc>);
    limit(race::<Spsc>);
}
