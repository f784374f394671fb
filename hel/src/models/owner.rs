//! One-to-one channels: a side on which one owner waits, in a chair and without a lock.

use std::future::poll_fn;
use std::task::Poll;

use super::kit::{PASSES, block_on, in_every_mode, never_cleared, poll, poll_here, wait_to_be_woken};
use crate::spsc::{self, Receiver, Sender};
use crate::sync::{Defect, Model, thread};

/// Two values for an owner that sits down twice, while the notifier ends the era, or the heavy barrier of the first wait
/// returns late.
fn two_values() {
    let (mut tx, mut rx) = spsc::bounded(2);
    let sender = thread::spawn(move || {
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        tx
    });
    assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
    sender.join();
}

/// The mirror image: two values out of the way of a sender that waits twice.
fn two_slots() {
    let (mut tx, mut rx) = spsc::bounded(1);
    tx.try_send(1).unwrap();
    let receiver = thread::spawn(move || {
        let first = rx.try_recv().unwrap();
        (first, rx.recv().unwrap(), rx)
    });
    tx.send(2).unwrap();
    tx.send(3).unwrap();
    let (first, second, mut rx) = receiver.join();
    assert_eq!((first, second, rx.try_recv()), (1, 2, Ok(3)));
}

#[test]
fn an_owner_sees_the_value_or_is_woken() {
    in_every_mode(two_values);
    never_cleared().defect(Defect::NoFenceInRegister).fails(two_values, "deadlock");
    never_cleared().no_membarrier().defect(Defect::NoFenceInRegister).fails(two_values, "deadlock");
}

#[test]
fn an_owner_sees_the_room_or_is_woken() {
    Model::new().check(two_slots);
    Model::new().no_membarrier().check(two_slots);
    never_cleared().no_membarrier().defect(Defect::NoFenceInRegister).fails(two_slots, "deadlock");
}

/// The era is over before the heavy barrier that it began with has returned.
#[test]
fn fenced_belongs_to_the_era_of_the_owner() {
    Model::new().defect(Defect::FencedWithoutEra).fails(two_values, "deadlock");
}

/// The payer ends the era while the owner sits down and relies on the gate as it was.
#[test]
fn the_payer_ends_the_era_while_the_owner_sits_down() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(3);
        assert!(rx.recv_timeout(PASSES).is_err());
        let sender = thread::spawn(move || {
            tx.try_send(1).unwrap();
            tx.try_send(2).unwrap();
            tx
        });
        assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
        sender.join();
    }
    Model::new().ratio(1).check(story);
    Model::new().ratio(2).check(story);
    Model::new().ratio(1).defect(Defect::EraEndsUnseen).fails(story, "deadlock");
}

/// A future is polled by one task, then by another: the second one is woken.
#[test]
fn a_task_that_moves_is_woken_where_it_is() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || {
            tx.try_send(1).unwrap();
            tx
        });
        let mut task = rx.recv_async();
        let mut polled = poll(&mut task);
        if polled.is_pending() {
            polled = poll_here(&mut task);
        }
        if polled.is_pending() {
            wait_to_be_woken();
            polled = poll_here(&mut task);
        }
        assert_eq!(polled, Poll::Ready(Ok(1)));
        sender.join();
    }
    in_every_mode(story);
}

/// What a forgotten future left in the chair is in nobody's way.
#[test]
fn a_forgotten_owner_leaves_the_chair_to_the_next() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || {
            tx.try_send(1).unwrap();
            tx
        });
        let mut task = rx.recv_async();
        let polled = poll(&mut task);
        std::mem::forget(task);
        if polled.is_pending() {
            assert_eq!(block_on(rx.recv_async()), Ok(1));
        }
        sender.join();
    }
    in_every_mode(story);
}

/// An owner gives up just as it is woken: the value stays for the next call, or is had.
#[test]
fn an_owner_gives_up_against_being_woken() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || {
            tx.try_send(1).unwrap();
            tx
        });
        let mut task = rx.recv_async();
        let had = poll_here(&mut task).is_ready();
        drop(task);
        if !had {
            assert_eq!(rx.recv(), Ok(1));
        }
        sender.join();
    }
    in_every_mode(story);
}

/// The handle waits between its polls, and so does a future of the same task, which is dropped: the one waker that stands for
/// both stays for the handle, or was called.
#[test]
fn an_owner_waits_twice_and_gives_up_once() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || {
            tx.try_send(1).unwrap();
            tx
        });
        let had = poll_here(&mut poll_fn(|cx| rx.poll_recv(cx))).is_ready() || {
            let mut task = rx.recv_async();
            let had = poll_here(&mut task).is_ready();
            drop(task);
            had
        };
        if !had {
            wait_to_be_woken();
            assert_eq!(block_on(poll_fn(|cx| rx.poll_recv(cx))), Some(1));
        }
        sender.join();
    }
    in_every_mode(story);
}

/// One end closes while the owner of the other sits down: it learns of it.
#[test]
fn an_owner_sits_down_against_a_close() {
    fn receiver() {
        let (tx, mut rx): (Sender<u8>, Receiver<u8>) = spsc::bounded(1);
        let closer = thread::spawn(move || tx.close());
        assert!(rx.recv().is_err());
        closer.join();
    }
    fn sender() {
        let (mut tx, rx) = spsc::bounded(1);
        tx.try_send(1).unwrap();
        let closer = thread::spawn(move || rx.close());
        assert!(block_on(tx.send_async(2)).is_err());
        closer.join();
    }
    in_every_mode(receiver);
    in_every_mode(sender);
}
