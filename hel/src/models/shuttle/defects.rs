//! What shuttle has to find: each defect that is not about fences, in the large models where they show it and in small
//! ones where they do not. Each small one holds as it is.

use std::task::Poll;

use super::kit::{block_on, poll, poll_here, recv_one, wait_to_be_woken, with_every_gate};
use super::{fan, flows, goes};
use crate::errors::{AsyncRecvError, RecvError};
use crate::future::SendBatchFuture;
use crate::mpmc::bounded;
use crate::ring::mpmc::{ExclusivePopper, Ring};
use crate::shard::round_robin;
use crate::spsc;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Defect, Model};

/// Holds as it is with every gate, and not with the defect. These stories count polls, so nobody gives way.
fn holds_but_for(defect: Defect, story: fn(), expected: &str) {
    with_every_gate(story);
    Model::new().defect(defect).fails(story, expected);
}

#[test]
fn a_leaver_that_does_not_hand_on() {
    Model::new().defect(Defect::NoHandOn).fails(flows::mixed::<1>, "deadlock");
    Model::new().defect(Defect::NoHandOn).fails(goes::all_receivers::<1>, "deadlock");
    Model::new().defect(Defect::NoHandOn).fails(dropped_while_woken, "deadlock");
}

/// A notifier's `try_lock` fails, and the one who has the lock does not ask what is owed.
#[test]
fn debts_among_many() {
    Model::new().no_membarrier().defect(Defect::DebtsWithoutSettle).fails(flows::mixed::<1>, "deadlock");
    Model::new().defect(Defect::DebtsWithoutSettle).fails(flows::beside_a_thief, "deadlock");
}

/// A receive is polled once too often, which locks the queue, while a value comes.
fn locked_by_a_poll() {
    let (tx, rx) = bounded(1);
    let sender = thread::spawn(move || tx.try_send(1).map(|()| tx));
    let mut task = rx.recv_async();
    if poll_here(&mut task).is_pending() && poll_here(&mut task).is_pending() {
        wait_to_be_woken();
        assert_eq!(poll(&mut task), Poll::Ready(Ok(1)));
    }
    assert!(sender.join().is_ok());
}

#[test]
fn a_debt_that_nobody_settles() {
    holds_but_for(Defect::DebtsWithoutSettle, locked_by_a_poll, "deadlock");
}

#[test]
fn a_task_that_gives_way_and_does_not_wake_itself() {
    Model::new().gives_way().defect(Defect::GivesWayUnwoken).fails(flows::mixed::<1>, "deadlock");
}

#[test]
fn a_spsc_close_without_its_marks() {
    for defect in [Defect::SpscNoSealedLast, Defect::SpscSendsOnAfterClosed] {
        Model::new().defect(defect).fails(goes::spsc_closes::<2>, "received, and sent");
        Model::new().defect(defect).fails(goes::spsc_goes, "a value is left");
    }
}

#[test]
fn a_close_that_is_not_told_to_any() {
    Model::new().defect(Defect::CloseWithoutAny).fails(fan::two_shards, "deadlock");
    Model::new().defect(Defect::CloseWithoutAny).fails(fan::two_shards_close, "deadlock");
    Model::new().defect(Defect::CloseWithoutAny).fails(fan::keyed_batches::<1>, "deadlock");
}

#[test]
fn a_sleep_on_the_strength_of_hints() {
    Model::new().defect(Defect::SleepsOnHints).fails(fan::a_shard_each, "deadlock");
}

/// The first of two receives is dropped while it is being woken.
fn dropped_while_woken() {
    let (tx, rx) = bounded(1);
    let sender = thread::spawn(move || tx.try_send(1).map(|()| tx));
    let (mut leaver, mut waiter) = (rx.recv_async(), rx.recv_async());
    if poll(&mut leaver).is_pending() && poll_here(&mut waiter).is_pending() {
        drop(leaver);
        wait_to_be_woken();
        assert_eq!(poll(&mut waiter), Poll::Ready(Ok(1)));
    }
    assert!(sender.join().is_ok());
}

#[test]
fn a_look_before_leaving() {
    holds_but_for(Defect::LookBeforeLeave, dropped_while_woken, "deadlock");
}

/// The first of two receives is polled once too often, woken meanwhile, and registers again in the same poll.
fn registered_again() {
    let (tx, rx) = bounded(2);
    let other = tx.clone();
    let hole = thread::spawn(move || other.try_send(1).unwrap());
    tx.try_send(2).unwrap();
    let (mut first, mut second) = (rx.recv_async(), rx.recv_async());
    if poll(&mut first).is_pending() && poll_here(&mut second).is_pending() && poll(&mut first).is_ready() {
        wait_to_be_woken();
        assert!(poll(&mut second).is_ready());
    }
    hole.join();
}

#[test]
fn a_token_that_is_forgotten() {
    holds_but_for(Defect::TokenForgotten, registered_again, "deadlock");
}

/// The sender goes right after its last value.
fn the_last_value() {
    let (mut tx, mut rx) = spsc::bounded(1);
    let sender = thread::spawn(move || tx.try_send(1).unwrap());
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError::Disconnected)));
    sender.join();
}

#[test]
fn the_ring_before_closed() {
    holds_but_for(Defect::RingBeforeClosed, the_last_value, "Disconnected");
}

/// Two receives stand behind a hole when the channel is closed: one gets the value, and the other has to be told.
fn closed_behind_a_hole() {
    let (tx, rx) = bounded(1);
    let pushing = tx.clone();
    let sender = thread::spawn(move || pushing.try_send(1).is_ok());
    tx.close();
    let (mut first, mut second) = (rx.recv_async(), rx.recv_async());
    if poll(&mut first).is_pending() && poll_here(&mut second).is_pending() {
        assert!(sender.join() && poll(&mut first).is_ready());
        wait_to_be_woken();
        assert_eq!(poll(&mut second), Poll::Ready(Err(AsyncRecvError::Disconnected)));
    }
}

#[test]
fn drained_is_something_to_hand_on() {
    holds_but_for(Defect::DrainedNotReady, closed_behind_a_hole, "deadlock");
}

/// One waits at a shard and is dropped, one waits for any: the value is there for the second.
fn a_dropped_shard_waiter() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let mut own = rx.shards()[0].recv_async();
    assert!(poll(&mut own).is_pending());
    let mut any = rx.clone();
    let any = thread::spawn(move || recv_one(&mut any, super::kit::Way::Thread));
    tx.shards()[0].try_send(1).unwrap();
    drop(own);
    assert_eq!(any.join(), Some(1));
}

#[test]
fn a_shard_told_before_any() {
    holds_but_for(Defect::ShardBeforeAny, a_dropped_shard_waiter, "deadlock");
}

/// Who waits for any shard is woken for the second, and dropped.
fn a_dropped_any_waiter() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let mut dropped = rx.recv_any_async();
    assert!(poll(&mut dropped).is_pending());
    let other = rx.clone();
    let other = thread::spawn(move || other.recv_any());
    tx.shards()[1].try_send(1).unwrap();
    drop(dropped);
    assert_eq!(other.join(), Ok((1, 1)));
}

#[test]
fn a_leaver_that_looks_at_one_shard() {
    holds_but_for(Defect::LeaverLooksAtOneShard, a_dropped_any_waiter, "deadlock");
}

/// Two keyed batches wait for a shard each: the wake-up for one shard must not end with the other batch.
fn room_for_each_key() {
    let (tx, rx) = fan::keyed(1);
    let batches = [10, 20].map(|key| {
        tx.try_send(key).unwrap();
        let tx = tx.clone();
        thread::spawn(move || {
            let mut values = vec![key + 1];
            assert_eq!(block_on(SendBatchFuture::new(tx, &mut values)), Ok(1));
        })
    });
    let [odd, even] = batches;
    assert_eq!(rx.shards()[0].try_recv(), Ok(20));
    even.join();
    assert_eq!(rx.shards()[1].try_recv(), Ok(10));
    odd.join();
    assert_eq!((rx.shards()[0].try_recv(), rx.shards()[1].try_recv()), (Ok(21), Ok(11)));
}

#[test]
fn a_keyed_batch_that_takes_any_wake_up() {
    holds_but_for(Defect::KeyedBatchNotChoosy, room_for_each_key, "deadlock");
}

/// One popper becomes exclusive while another one pops.
fn exclusive_beside_a_pop() {
    // Numbers, so that one taken twice does no harm before it is found.
    let ring = Arc::new(Ring::new(2));
    for value in [1, 2] {
        ring.claim().expect("room").fill(value);
    }
    let others = Arc::clone(&ring);
    let other = thread::spawn(move || [(); 2].map(|()| others.pop()));
    let popper = ExclusivePopper::claim(Arc::clone(&ring), |ring| ring);
    let mut popper = popper.expect("nobody else has the role");
    let mine = [(); 2].map(|()| popper.pop());
    let mut taken: Vec<usize> = mine.into_iter().chain(other.join()).flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, [1, 2], "each once");
}

#[test]
fn an_exclusive_mark_by_store() {
    holds_but_for(Defect::ExclusiveByStore, exclusive_beside_a_pop, "each once");
}

/// A weak receiver is upgraded while the strong one becomes exclusive: one of them wins.
fn exclusive_against_upgrade() {
    let (tx, rx) = bounded(1);
    tx.try_send(1).unwrap();
    let weak = rx.downgrade();
    let other = thread::spawn(move || weak.upgrade());
    let mine = rx.into_exclusive();
    let theirs = other.join();
    assert!(mine.is_ok() != theirs.is_some(), "both or none");
}

#[test]
fn an_exclusive_receiver_beside_others() {
    holds_but_for(Defect::UpgradeBesideExclusive, exclusive_against_upgrade, "both or none");
    holds_but_for(Defect::ExclusiveBesideOthers, exclusive_against_upgrade, "both or none");
}

/// Two receivers each want to be alone, while a third one goes: at most one is, and what each takes is taken once.
fn two_would_be_exclusive() {
    let (tx, rx) = bounded(2);
    tx.try_send(1).unwrap();
    tx.try_send(2).unwrap();
    drop(tx);
    let third = rx.clone();
    let goes = thread::spawn(move || third.try_recv().ok());
    let wants = [rx.clone(), rx].map(|rx| {
        thread::spawn(move || match rx.into_exclusive() {
            Ok(mut rx) => rx.iter().collect::<Vec<usize>>(),
            Err(rx) => rx.iter().collect(),
        })
    });
    let mut taken: Vec<_> = wants.map(JoinHandle::join).concat();
    taken.extend(goes.join());
    taken.sort_unstable();
    assert_eq!(taken, [1, 2]);
}

#[test]
fn of_two_that_want_to_be_exclusive() {
    with_every_gate(two_would_be_exclusive);
}

/// One owner that waits twice, while the sender ends the era of its first wait.
fn waits_twice() {
    let (mut tx, mut rx) = spsc::bounded(2);
    let sender = thread::spawn(move || {
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        tx
    });
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
    sender.join();
}

#[test]
fn an_era_that_ends_unseen() {
    holds_but_for(Defect::EraEndsUnseen, waits_twice, "deadlock");
}
