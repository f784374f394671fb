//! P8 on sharded ends: what a waker's panic must not keep from happening in the other shards, or to the handle's place.
#![cfg(not(hel_loom))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use hel::Builder;
use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{poll_once, poll_with};

/// Whether `f` panics, which is caught.
fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(f()))).is_err()
}

const SHARDS: usize = 3;

#[test]
fn a_close_reaches_every_shard_although_a_waker_panics() {
    for by_receiver in [false, true] {
        let (tx, rx) = Builder::new(1).shards(SHARDS).round_robin::<u32>();
        let waker = HostileWaker::new();
        let mut recv = rx.shards()[0].recv_async();
        assert!(poll_with(&mut recv, &waker.waker()).is_pending());
        waker.set(Trap::Wake);
        assert!(panics(|| if by_receiver { rx.close() } else { tx.close() }));
        assert_eq!(tx.dead_shards(), [0, 1, 2]);
        assert!(tx.is_disconnected() && rx.is_disconnected());
        assert_eq!((tx.close(), rx.close()), (false, false), "it has been closed");
    }
}

/// What was sent when a waker panicked counts: the next value goes to the next shard, at the end of a run if that is longer.
#[test]
fn a_turn_counts_although_a_waker_panics() {
    let sends: [fn(&hel::channel::mpmc::RoundRobinSender<u32>); 2] =
        [|tx| tx.try_send(0).unwrap(), |tx| assert_eq!(tx.try_send_batch(&mut vec![0, 0]), Ok(2))];
    for (count, send) in sends.into_iter().enumerate() {
        for run in 1..4 {
            let sent = count + 1;
            let (tx, rx) = Builder::new(8).shards(SHARDS).round_robin();
            let (tx, waker) = (tx.sticky(run), HostileWaker::new());
            let mut recv = rx.recv_async();
            assert!(poll_with(&mut recv, &waker.waker()).is_pending());
            waker.set(Trap::Wake);
            assert!(panics(|| send(&tx)));
            let turns = run.saturating_sub(sent);
            (0..=turns).for_each(|_| tx.try_send(1).unwrap());
            let lens: Vec<_> = rx.shards().iter().map(|shard| shard.len()).collect();
            assert_eq!(lens, [sent + turns, 1, 0], "runs of {run}, {sent} sent");
        }
    }
}

/// A handle's waker is replaced, and the new one panics as it is cloned: the handle still knows its place.
#[test]
fn a_clone_that_panics_leaves_a_sharded_receiver_its_place() {
    let (tx, mut rx) = Builder::new(1).shards(SHARDS).round_robin();
    let (old, new) = (CountingWaker::new(), HostileWaker::new());
    let (waker, hostile) = (old.waker(), new.waker());
    let polls: [fn(&mut hel::channel::mpmc::ShardedReceiver<u32>, &mut Context<'_>) -> bool; 3] = [
        |rx, cx| rx.poll_recv(cx).is_pending(),
        |rx, cx| rx.poll_recv_any(cx).is_pending(),
        |rx, cx| rx.poll_recv_batch(cx, &mut Vec::new(), 2).is_pending(),
    ];
    for poll in polls {
        assert!(poll(&mut rx, &mut Context::from_waker(&waker)));
        new.set(Trap::Clone);
        assert!(panics(|| poll(&mut rx, &mut Context::from_waker(&hostile))));
        assert_eq!(old.held(), 2, "ours, and that of the place in the queue");
        rx.cancel_poll();
        assert_eq!(old.held(), 1, "it was taken back");
    }
    tx.try_send(1).unwrap();
    assert_eq!((old.wakes(), rx.try_recv()), (0, Ok(1)));
}

#[test]
fn a_clone_that_panics_leaves_a_round_robin_sender_its_place() {
    let (mut tx, rx) = Builder::new(1).shards(SHARDS).round_robin();
    (0..SHARDS).for_each(|_| tx.try_send(0).unwrap());
    let (old, new) = (CountingWaker::new(), HostileWaker::new());
    let (waker, hostile) = (old.waker(), new.waker());
    let mut value = Some(1);
    assert!(tx.poll_send(&mut Context::from_waker(&waker), &mut value).is_pending());
    new.set(Trap::Clone);
    assert!(panics(|| tx.poll_send(&mut Context::from_waker(&hostile), &mut value).is_pending()));
    assert_eq!((old.held(), value), (2, Some(1)));
    tx.cancel_poll();
    assert_eq!(old.held(), 1, "it was taken back");
    assert_eq!((rx.try_recv(), old.wakes()), (Ok(0), 0));
    assert_eq!(tx.poll_send(&mut Context::from_waker(Waker::noop()), &mut value), Poll::Ready(Ok(())));
}

/// Those who wait in any shard, in one shard, and for the close: all are told of the end, although each stands
/// behind somebody whose waker panics.
#[test]
fn waiters_behind_wakers_that_panic_are_told_of_the_end() {
    let (tx, rx) = Builder::new(1).shards(SHARDS).round_robin::<u32>();
    let shard = &rx.shards()[1];
    let hostile: Vec<_> = (0..3).map(|_| HostileWaker::new()).collect();
    let good: Vec<_> = (0..3).map(|_| CountingWaker::new()).collect();
    let (mut any, mut one) = ([rx.recv_async(), rx.recv_async()], [shard.recv_async(), shard.recv_async()]);
    let mut closed = [tx.closed_async(), tx.closed_async()];
    assert!(poll_with(&mut any[0], &hostile[0].waker()).is_pending());
    assert!(poll_with(&mut any[1], &good[0].waker()).is_pending());
    assert!(poll_with(&mut one[0], &hostile[1].waker()).is_pending());
    assert!(poll_with(&mut one[1], &good[1].waker()).is_pending());
    assert!(poll_with(&mut closed[0], &hostile[2].waker()).is_pending());
    assert!(poll_with(&mut closed[1], &good[2].waker()).is_pending());
    hostile.iter().for_each(|waker| waker.set(Trap::Wake));
    assert!(panics(|| tx.close()));
    for waker in &good {
        assert!(waker.wakes() > 0);
    }
    assert!(any.iter_mut().all(|future| poll_once(future).is_ready()));
    assert!(one.iter_mut().all(|future| poll_once(future).is_ready()));
    assert!(closed.iter_mut().all(|future| poll_once(future).is_ready()));
}
