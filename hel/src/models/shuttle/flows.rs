//! Three producers and three consumers on one ring, to the end of the channel.

use super::kit::{Way, balance, in_every_mode, in_order, join_all, receiver, sender};
use crate::mpmc::{Receiver, Sender, bounded};
use crate::spsc;
use crate::sync::thread;

const VALUES: [&[usize]; 3] = [&[10, 11], &[20, 21], &[30, 31]];

/// All three send and receive in the ways given while `meanwhile` does its worst with two more handles.
fn three_to_three(
    capacity: usize,
    sending: [Way; 3],
    receiving: [Way; 3],
    meanwhile: impl FnOnce(Sender<usize>, Receiver<usize>) + Send + 'static,
) {
    let (tx, rx) = bounded(capacity);
    let senders = [0, 1, 2].map(|at| sender(tx.clone(), sending[at], VALUES[at]));
    let receivers = receiving.map(|way| receiver(rx.clone(), way));
    thread::spawn(move || meanwhile(tx, rx)).join();
    let (sent, received) = (join_all(senders), join_all(receivers));
    balance(&sent, &received);
    in_order(&received);
}

const MIXED: [Way; 3] = [Way::Thread, Way::Task, Way::Batch];
const HESITANT: [Way; 3] = [Way::Hesitant, Way::Hesitant, Way::Thread];

/// The senders go when they have sent, and each receiver learns that all is over.
pub(super) fn mixed<const CAP: usize>() {
    three_to_three(CAP, MIXED, MIXED, |_, _| {});
}

#[test]
fn threads_tasks_and_batches() {
    in_every_mode(mixed::<1>);
    in_every_mode(mixed::<2>);
}

/// Waits are given up on both sides, as futures and as threads: what they were woken for goes to others.
pub(super) fn hesitant<const CAP: usize>() {
    three_to_three(CAP, HESITANT, HESITANT, |_, _| {});
}

#[test]
fn waits_that_are_given_up() {
    in_every_mode(hesitant::<1>);
    in_every_mode(hesitant::<2>);
}

/// A sending handle closes in the middle: what was sent until then is received.
pub(super) fn closed_by_a_sender<const CAP: usize>() {
    three_to_three(CAP, MIXED, HESITANT, |tx, _| assert!(tx.close()));
}

/// A receiving handle closes in the middle: no different.
pub(super) fn closed_by_a_receiver<const CAP: usize>() {
    three_to_three(CAP, HESITANT, MIXED, |_, rx| assert!(rx.close()));
}

#[test]
fn either_side_closes_in_the_middle() {
    in_every_mode(closed_by_a_sender::<1>);
    in_every_mode(closed_by_a_sender::<2>);
    in_every_mode(closed_by_a_receiver::<1>);
    in_every_mode(closed_by_a_receiver::<2>);
}

/// Someone who only tries takes values, and room, from those who wait.
pub(super) fn beside_a_thief() {
    let (tx, rx) = bounded(1);
    let senders = [sender(tx.clone(), Way::Hesitant, &[10, 11]), sender(tx.clone(), Way::Task, &[20, 21])];
    let receivers = [receiver(rx.clone(), Way::Hesitant), receiver(rx.clone(), Way::Task)];
    let thief = thread::spawn(move || {
        let stolen: Vec<usize> = [(); 2].into_iter().filter_map(|()| rx.try_recv().ok()).collect();
        let put = [30, 31].into_iter().filter(|value| tx.try_send(*value).is_ok()).collect();
        (put, stolen)
    });
    let (put, stolen) = thief.join();
    let (mut sent, mut received) = (join_all(senders), join_all(receivers));
    sent.push(put);
    received.push(stolen);
    balance(&sent, &received);
    in_order(&received);
}

#[test]
fn a_thief_beside_those_who_wait() {
    in_every_mode(beside_a_thief);
}

/// One-to-one, a way at each end, to the end.
pub(super) fn one_to_one<const CAP: usize>() {
    for (sending, receiving) in [(Way::Hesitant, Way::Thread), (Way::Task, Way::Hesitant), (Way::Batch, Way::Task)] {
        let (tx, rx) = spsc::bounded(CAP);
        let (tx, rx) = (sender(tx, sending, &[10, 11, 12]), receiver(rx, receiving));
        assert_eq!((tx.join(), rx.join()), (vec![10, 11, 12], vec![10, 11, 12]));
    }
}

#[test]
fn one_to_one_in_every_way() {
    in_every_mode(one_to_one::<1>);
    in_every_mode(one_to_one::<2>);
}

/// An exclusive receiver with three senders, which becomes shared again, and has two others beside it, in the middle.
pub(super) fn exclusive_for_a_while() {
    let (tx, rx) = bounded(1);
    let weak = rx.downgrade();
    let senders = [0, 1, 2].map(|at| sender(tx.clone(), HESITANT[at], VALUES[at]));
    drop(tx);
    let mut alone = rx.into_exclusive().expect("it has no clones");
    assert!(weak.upgrade().is_none(), "beside an exclusive one");
    let first = [(); 2].into_iter().filter_map(|()| super::kit::recv_one(&mut alone, Way::Hesitant)).collect();
    let rx = alone.into_shared();
    let others = [Way::Thread, Way::Task].map(|way| receiver(weak.upgrade().expect("open"), way));
    let mut received = vec![first, receiver(rx, Way::Hesitant).join()];
    received.extend(join_all(others));
    balance(&join_all(senders), &received);
    in_order(&received);
}

#[test]
fn an_exclusive_receiver_comes_and_goes() {
    in_every_mode(exclusive_for_a_while);
}
