//! Exclusive receivers: who becomes one and who does not, what holds on the way there and back, and owned shards. That they
//! keep every other promise is shown where those are tested.
#![cfg(not(hel_loom))]

mod support;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread;

use hel::channel::errors::{RecvError, TryRecvError, TrySendError};
use hel::channel::mpmc::{ExclusiveReceiver, Receiver, ShardedReceiver, bounded, round_robin, shard_key};
use support::rng::Rng;
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once};

/// An exclusive receiver, since there is no other one.
fn alone<T>(rx: Receiver<T>) -> ExclusiveReceiver<T> {
    rx.into_exclusive().expect("there is no other one")
}

#[test]
fn only_the_one_receiver_becomes_exclusive() {
    let (tx, rx) = bounded(2);
    tx.send(1).unwrap();
    let other = rx.clone();
    let rx = rx.into_exclusive().unwrap_err();
    assert_eq!(rx.receiver_count(), 2, "as before");
    tx.send(2).unwrap();
    assert_eq!((other.recv(), rx.recv()), (Ok(1), Ok(2)), "both as before");
    drop(other);
    let mut rx = alone(rx);
    assert_eq!((tx.receiver_count(), rx.sender_count()), (1, 1));
    tx.send(3).unwrap();
    assert_eq!(rx.recv(), Ok(3));
    drop(tx);
    assert_eq!((rx.sender_count(), rx.recv()), (0, Err(RecvError::Disconnected)));
}

#[test]
fn what_holds_a_receiver_counts_as_one() {
    let (tx, rx) = bounded::<u32>(1);
    let future = hel::RecvFuture::new(rx.clone());
    let rx = rx.into_exclusive().unwrap_err();
    drop(future);
    let iter = rx.clone().into_iter();
    let rx = rx.into_exclusive().unwrap_err();
    drop(iter);
    let weak = rx.downgrade();
    let upgraded = weak.upgrade();
    let rx = rx.into_exclusive().unwrap_err();
    drop(upgraded);
    // Never dropped, so never gone.
    std::mem::forget(rx.clone());
    assert!(rx.into_exclusive().is_err());
    assert!(!tx.is_disconnected() && weak.upgrade().is_some());
}

#[test]
fn no_weak_receiver_is_upgraded_beside_an_exclusive_one() {
    let (tx, rx) = bounded::<u32>(2);
    let weak = rx.downgrade();
    let rx = alone(rx);
    assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
    let rx = rx.into_shared();
    let upgraded = weak.upgrade().expect("it is shared again");
    assert_eq!(tx.receiver_count(), 2);
    let rx = rx.into_exclusive().unwrap_err();
    drop((rx, upgraded));
    assert!(tx.is_disconnected() && weak.upgrade().is_none());

    let (tx, rx) = bounded::<u32>(1);
    let weak = rx.downgrade();
    drop(alone(rx));
    assert!(weak.upgrade().is_none(), "the last one has gone");
    assert_eq!((tx.receiver_count(), tx.try_send(1)), (0, Err(TrySendError::Disconnected(1))));
}

#[test]
fn a_shared_receiver_again_can_be_cloned() {
    let (tx, rx) = bounded(2);
    let mut rx = alone(rx);
    tx.send(1).unwrap();
    assert_eq!(rx.recv(), Ok(1));
    tx.send(2).unwrap();
    let rx = rx.into_shared();
    let other = rx.clone();
    assert_eq!((tx.receiver_count(), other.recv()), (2, Ok(2)));
    drop(rx);
    tx.send(3).unwrap();
    assert_eq!(other.recv(), Ok(3));
    drop(other);
    assert!(tx.is_disconnected());
}

/// What a poll has registered is left behind on the way there, and on the way back, and stays where nothing changes.
#[test]
fn a_registration_goes_with_the_handle_that_made_it() {
    let (tx, mut rx) = bounded::<u32>(1);
    let counting = CountingWaker::new();
    assert!(rx.poll_recv(&mut Context::from_waker(&counting.waker())).is_pending());
    let other = rx.clone();
    let rx = rx.into_exclusive().unwrap_err();
    assert_eq!(counting.held(), 1, "given back as it was");
    drop(other);
    let mut rx = alone(rx);
    assert_eq!(counting.held(), 0);
    assert!(rx.poll_recv(&mut Context::from_waker(&counting.waker())).is_pending());
    assert_eq!(counting.held(), 1);
    let mut rx = rx.into_shared();
    assert_eq!((counting.held(), counting.wakes()), (0, 0));
    tx.send(1).unwrap();
    assert_eq!(rx.poll_recv(&mut Context::from_waker(&counting.waker())), Poll::Ready(Some(1)));
}

/// A receiver that changes its form at any point of the ring gives what a queue gives.
#[test]
fn changing_to_and_fro_keeps_the_order() {
    enum Either {
        Shared(Receiver<u64>),
        Exclusive(ExclusiveReceiver<u64>),
    }
    fn receive(rx: &mut Either, max: usize) -> Vec<u64> {
        let mut got = Vec::new();
        let received = match rx {
            Either::Shared(rx) if max == 1 => rx.try_recv().map(|value| got.push(value)),
            Either::Exclusive(rx) if max == 1 => rx.try_recv().map(|value| got.push(value)),
            Either::Shared(rx) => rx.try_recv_batch(&mut got, max).map(drop),
            Either::Exclusive(rx) => rx.try_recv_batch(&mut got, max).map(drop),
        };
        assert_eq!(received.is_ok(), !got.is_empty());
        got
    }
    for capacity in [1, 2, 3, 5, 8] {
        let (mut rng, mut model, mut next) = (Rng::new(capacity as u64), VecDeque::new(), 0);
        let (tx, rx) = bounded(capacity);
        let mut rx = Either::Shared(rx);
        for _ in 0..5_000 {
            for _ in 0..rng.below(capacity + 1) {
                let fits = tx.try_send(next).is_ok();
                assert_eq!(fits, model.len() < capacity);
                model.extend(fits.then_some(next));
                next += u64::from(fits);
            }
            let max = 1 + rng.below(capacity);
            let fit = max.min(model.len());
            assert_eq!(receive(&mut rx, max), model.drain(..fit).collect::<Vec<_>>());
            assert_eq!((tx.len(), tx.is_full()), (model.len(), model.len() == capacity));
            if rng.one_in(3) {
                rx = match rx {
                    Either::Shared(rx) => Either::Exclusive(alone(rx)),
                    Either::Exclusive(rx) => Either::Shared(rx.into_shared()),
                };
            }
        }
    }
}

#[test]
fn what_is_buffered_goes_with_it() {
    for closed in [false, true] {
        let ledger = Ledger::new();
        let (tx, rx) = bounded(4);
        let mut rx = alone(rx);
        ledger.values(4).into_iter().for_each(|value| tx.try_send(value).unwrap());
        drop(rx.recv().unwrap());
        tx.try_send(ledger.value()).unwrap();
        assert!(!closed || tx.close());
        assert_eq!(ledger.alive(), 4);
        drop(rx);
        assert_eq!(ledger.alive(), 0, "now, and not with the sender");
        drop(tx);
        ledger.assert_each_dropped_once();
    }
}

/// P6: memory safe, and the channel is as if the receiver still were.
#[test]
fn a_forgotten_one_holds_on_to_its_channel() {
    let ledger = Ledger::new();
    let (tx, rx) = bounded(2);
    tx.try_send(ledger.value()).unwrap();
    let mut future = hel::RecvFuture::new(alone(rx));
    assert!(poll_once(&mut future).is_ready());
    ledger.values(2).into_iter().for_each(|value| tx.try_send(value).unwrap());
    std::mem::forget(future);
    assert!(matches!(tx.try_send(ledger.value()), Err(TrySendError::Full(_))));
    drop(tx);
    assert_eq!(ledger.alive(), 2, "forgotten, and what it holds on to as well");
}

/// Either all shards or none: those that were claimed before one failed are as they were.
#[test]
fn a_clone_of_any_shard_keeps_all_shared() {
    let (tx, rx) = shard_key::<u64, 4>(3);
    let mut rx: ShardedReceiver<_> = rx;
    for shard in 0..3 {
        let clone = rx.shards()[shard].clone();
        rx = rx.into_exclusive().unwrap_err();
        assert_eq!(rx.shards().iter().map(Receiver::receiver_count).max(), Some(2));
        let weak: Vec<_> = rx.shards().iter().map(Receiver::downgrade).collect();
        assert!(weak.iter().all(|weak| weak.upgrade().is_some()));
        for (index, tx) in tx.shards().iter().enumerate() {
            tx.send(index as u64).unwrap();
            assert_eq!(rx.recv_any(), Ok((index, index as u64)));
        }
        tx.shards()[shard].send(7).unwrap();
        assert_eq!(clone.recv(), Ok(7));
    }
    let clone = rx.clone();
    rx = rx.into_exclusive().unwrap_err();
    drop(clone);
    let receivers = rx.into_exclusive().unwrap();
    assert_eq!((receivers.len(), tx.receiver_count()), (3, 1));
}

#[test]
fn an_owned_shard_that_goes_is_dead() {
    let (tx, rx) = round_robin::<u64, 2>(3);
    let mut receivers = rx.into_exclusive().unwrap();
    drop(receivers.remove(1));
    assert_eq!(tx.dead_shards(), [1]);
    (0..4).for_each(|n| tx.try_send(n).unwrap());
    assert_eq!(receivers.iter().map(ExclusiveReceiver::len).collect::<Vec<_>>(), [2, 2]);
    drop(receivers);
    assert_eq!(tx.try_send(4), Err(TrySendError::Disconnected(4)));
}

const SENDERS: usize = 4;
const EACH: usize = if cfg!(miri) { 50 } else { 10_000 };

/// Receives everything of a shard, by one way or another.
fn drain(mut rx: ExclusiveReceiver<(usize, usize)>, way: usize) -> Vec<(usize, usize)> {
    let mut got = Vec::new();
    match way % 4 {
        0 => got.extend(rx),
        1 => while rx.recv_batch(&mut got, 5).is_ok() {},
        2 => {
            while let Ok(value) = smol::block_on(rx.recv_async()) {
                got.push(value);
            }
        }
        _ => {
            while !(rx.is_disconnected() && rx.is_empty()) {
                got.extend(rx.try_iter());
                thread::yield_now();
            }
        }
    }
    got
}

/// Each shard has an owner on a thread of its own; `send` is given a sender's number and its value's. Gives what each got.
fn owned_shards(
    rx: ShardedReceiver<(usize, usize)>,
    tx: impl Fn(usize, usize) + Clone + Send,
) -> Vec<Vec<(usize, usize)>> {
    let receivers = rx.into_exclusive().unwrap();
    thread::scope(|scope| {
        let owner = |(way, rx)| scope.spawn(move || drain(rx, way));
        let owners: Vec<_> = receivers.into_iter().enumerate().map(owner).collect();
        for sender in 0..SENDERS {
            let tx = tx.clone();
            scope.spawn(move || (0..EACH).for_each(|n| tx(sender, n)));
        }
        drop(tx);
        owners.into_iter().map(|owner| owner.join().unwrap()).collect()
    })
}

fn assert_all_once(got: Vec<Vec<(usize, usize)>>) {
    let mut all = got.concat();
    all.sort_unstable();
    assert!(all.into_iter().eq((0..SENDERS).flat_map(|sender| (0..EACH).map(move |n| (sender, n)))));
}

#[test]
fn owned_shards_behind_a_round_robin() {
    limit(|| {
        let (tx, rx) = round_robin::<_, 16>(4);
        let got = owned_shards(rx, move |sender, n| tx.send((sender, n)).unwrap());
        for shard in &got {
            for sender in 0..SENDERS {
                let of_sender = shard.iter().filter(|(of, _)| *of == sender);
                assert!(of_sender.is_sorted(), "a sender's values of one shard are in order");
            }
        }
        assert_all_once(got);
    });
}

#[test]
fn owned_shards_behind_keys() {
    limit(|| {
        let (tx, rx) = shard_key::<_, 16>(4);
        let got = owned_shards(rx, move |sender, n| tx.send(&(sender, n % 8), (sender, n)).unwrap());
        for key in (0..SENDERS).flat_map(|sender| (0..8).map(move |part| (sender, part))) {
            let of_key = |shard: &[(usize, usize)]| {
                shard.iter().copied().filter(|&(sender, n)| (sender, n % 8) == key).collect::<Vec<_>>()
            };
            let with_key: Vec<_> = got.iter().map(|shard| of_key(shard)).filter(|of| !of.is_empty()).collect();
            assert!(with_key.len() == 1 && with_key[0].is_sorted(), "one shard, in order");
        }
        assert_all_once(got);
    });
}

/// Receivers come and go, by clone and by upgrade, and one of them takes the channel for itself whenever it can.
#[test]
fn whoever_comes_and_goes_nothing_is_lost_or_doubled() {
    const VALUES: usize = if cfg!(miri) { 200 } else { 40_000 };
    limit(|| {
        let received: Vec<_> = (0..VALUES).map(|_| AtomicU8::new(0)).collect();
        let note = |value: usize| assert_eq!(received[value].fetch_add(1, Ordering::Relaxed), 0, "{value} came twice");
        let (exclusives, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let (tx, rx) = bounded(4);
        let weak = rx.downgrade();
        thread::scope(|scope| {
            for half in 0..2 {
                let tx = tx.clone();
                scope.spawn(move || (half..VALUES).step_by(2).for_each(|n| tx.send(n).unwrap()));
            }
            drop(tx);
            scope.spawn(|| {
                let mut rng = Rng::new(1);
                while !over.load(Ordering::Relaxed) {
                    let Some(rx) = weak.upgrade() else { continue };
                    rx.try_iter().take(rng.below(4)).for_each(note);
                }
            });
            let mut rng = Rng::new(2);
            let mut rx = rx;
            loop {
                rx = match rx.into_exclusive() {
                    Ok(mut rx) => {
                        exclusives.fetch_add(1, Ordering::Relaxed);
                        rx.try_iter().take(rng.below(8)).for_each(note);
                        rx.into_shared()
                    }
                    Err(rx) => {
                        rx.try_iter().take(rng.below(4)).for_each(note);
                        rx
                    }
                };
                let ended = rx.try_recv().map(note) == Err(TryRecvError::Disconnected);
                // The other one may have stood in the way each time so far.
                if ended && exclusives.load(Ordering::Relaxed) > 0 {
                    break;
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        assert!(received.iter().all(|count| count.load(Ordering::Relaxed) == 1));
    });
}
