//! Receivers that go, or close, in the middle: what is left is dropped at once, and each sender learns of it.

use super::kit::{PASSES, Way, balance, in_every_mode, join_all, poll_here, recv_all, recv_one, sender};
use crate::mpmc::bounded;
use crate::spsc;
use crate::sync::{Arc, thread};

/// Three receivers take one value each and go. The senders, who keep their handles, send until they fail: then nothing
/// is left in the ring.
pub(super) fn all_receivers<const CAP: usize>() {
    let value = Arc::new(());
    let (tx, rx) = bounded(CAP);
    let senders = [Way::Thread, Way::Task, Way::Hesitant].map(|way| {
        let (tx, value) = (tx.clone(), Arc::clone(&value));
        thread::spawn(move || {
            match way {
                Way::Thread => while tx.send(Arc::clone(&value)).is_ok() {},
                Way::Task => while super::kit::block_on(tx.send_async(Arc::clone(&value))).is_ok() {},
                Way::Hesitant | Way::Batch => {
                    let _ = poll_here(&mut tx.send_async(Arc::clone(&value)));
                    let _ = tx.send_timeout(Arc::clone(&value), PASSES);
                    let _ = tx.try_send(value);
                }
            }
            tx
        })
    });
    let receivers = [Way::Thread, Way::Task, Way::Hesitant].map(|way| {
        let mut rx = rx.clone();
        thread::spawn(move || drop(recv_one(&mut rx, way)))
    });
    drop((tx, rx));
    join_all(receivers);
    let senders = join_all(senders);
    assert_eq!(Arc::strong_count(&value), 1, "a value is left");
    drop(senders);
}

#[test]
fn the_receivers_go_in_the_middle() {
    in_every_mode(all_receivers::<1>);
    in_every_mode(all_receivers::<2>);
}

/// The one receiver closes in the middle: what was sent is received, what was not is given back.
pub(super) fn spsc_closes<const CAP: usize>() {
    for (sending, receiving) in [(Way::Thread, Way::Task), (Way::Hesitant, Way::Thread), (Way::Batch, Way::Hesitant)] {
        let (tx, mut rx) = spsc::bounded(CAP);
        let tx = sender(tx, sending, &[10, 11, 12]);
        let receiver = thread::spawn(move || {
            let mut received: Vec<usize> = rx.try_recv().into_iter().collect();
            rx.close();
            received.extend(recv_all(&mut rx, receiving));
            received
        });
        balance(&[tx.join()], &[receiver.join()]);
    }
}

#[test]
fn the_spsc_receiver_closes_in_the_middle() {
    in_every_mode(spsc_closes::<1>);
    in_every_mode(spsc_closes::<2>);
}

/// The one receiver goes in the middle: what was sent is dropped now, not when the sender goes.
pub(super) fn spsc_goes() {
    let value = Arc::new(());
    let (mut tx, rx) = spsc::bounded(2);
    let sent = Arc::clone(&value);
    let sender = thread::spawn(move || {
        for _ in 0..3 {
            let _ = tx.try_send(Arc::clone(&sent));
        }
        drop(sent);
        tx
    });
    drop(rx);
    let tx = sender.join();
    assert_eq!(Arc::strong_count(&value), 1, "a value is left");
    drop(tx);
}

#[test]
fn the_spsc_receiver_goes_in_the_middle() {
    in_every_mode(spsc_goes);
}

/// The last sender goes while others watch for the close, and a weak handle tries to come back.
pub(super) fn watched() {
    let (tx, rx) = bounded::<usize>(1);
    let (weak, watcher) = (tx.downgrade(), tx.clone());
    let sender = sender(tx, Way::Hesitant, &[10, 11]);
    let watcher = thread::spawn(move || super::kit::block_on(watcher.closed_async()));
    let back = thread::spawn(move || weak.upgrade().is_some_and(|tx| tx.try_send(20).is_ok()));
    let mut receiving = rx.clone();
    let receiver = thread::spawn(move || (recv_one(&mut receiving, Way::Task), recv_one(&mut receiving, Way::Thread)));
    let (first, second) = receiver.join();
    assert!(rx.close());
    watcher.join();
    let received = [first, second].into_iter().flatten().chain(rx.iter()).collect();
    balance(&[sender.join(), if back.join() { vec![20] } else { Vec::new() }], &[received]);
}

#[test]
fn a_close_that_is_watched() {
    in_every_mode(watched);
}
