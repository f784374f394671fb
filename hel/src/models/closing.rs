//! Closing, last handles, and what is half-way meanwhile.

use std::rc::Rc;
use std::task::Poll;

use super::kit::{block_on, ends, in_every_mode, poll, poll_here, spawn, wait_to_be_woken};
use crate::errors::{AsyncRecvError, RecvError, SendError, TryRecvError};
use crate::mpmc;
use crate::spsc;
use crate::sync::thread;
use crate::sync::{Defect, Model};

/// The last sender goes: what it sent is received, then nobody waits any more.
#[test]
fn d1_the_last_sender_goes() {
    fn story() {
        let (tx, rx) = mpmc::bounded(1);
        let sender = thread::spawn(move || tx.try_send(1).unwrap());
        assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError::Disconnected)));
        sender.join();
    }
    in_every_mode(story);
}

/// CLOSED is loaded before the ring, or the last value is missed.
#[test]
fn d1_closed_first_then_the_ring() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || tx.try_send(1).unwrap());
        assert_eq!((rx.recv(), rx.recv()), (Ok(1), Err(RecvError::Disconnected)));
        sender.join();
    }
    in_every_mode(story);
    Model::new().defect(Defect::RingBeforeClosed).fails(story, "Disconnected");
}

/// The last receiver goes: a sender that waits gets its value back.
#[test]
fn d1_the_last_receiver_goes() {
    fn story() {
        let (tx, rx) = mpmc::bounded(1);
        tx.try_send(1).unwrap();
        let receiver = thread::spawn(move || drop(rx));
        assert_eq!(tx.send(2), Err(SendError::Disconnected(2)));
        receiver.join();
    }
    in_every_mode(story);
}

/// The one receiver goes: its sender, who waits, gets the value back.
#[test]
fn d1_the_spsc_receiver_goes() {
    fn story() {
        let (mut tx, rx) = spsc::bounded(1);
        tx.try_send(1).unwrap();
        let receiver = thread::spawn(move || drop(rx));
        assert_eq!(tx.send(2), Err(SendError::Disconnected(2)));
        receiver.join();
    }
    in_every_mode(story);
}

/// A third handle closes: a thread and a task on either side learn of it.
#[test]
fn d2_registration_against_close() {
    fn receivers() {
        let ends = ends(1, []);
        let receiver = spawn(&ends, |ends| ends.rx.recv());
        let task = spawn(&ends, |ends| block_on(ends.rx.recv_async()));
        ends.tx.close();
        assert!(receiver.join().is_err());
        assert!(task.join().is_err());
    }
    fn senders() {
        let ends = ends(1, [1]);
        let sender = spawn(&ends, |ends| ends.tx.send(2));
        let task = spawn(&ends, |ends| block_on(ends.tx.send_async(3)));
        ends.rx.close();
        assert!(sender.join().is_err());
        assert!(task.join().is_err());
    }
    Model::new().check(receivers);
    Model::new().check(senders);
}

/// A push is half-way when another handle closes. It succeeds if it was claimed before, and then every receiver gets the
/// value or, down the chain, Disconnected.
#[test]
fn d3_close_against_a_push_half_way() {
    fn story() {
        let ends = ends(1, []);
        let receivers =
            [spawn(&ends, |ends| ends.rx.recv().is_ok()), spawn(&ends, |ends| block_on(ends.rx.recv_async()).is_ok())];
        let sender = spawn(&ends, |ends| ends.tx.try_send(1).is_ok());
        ends.tx.close();
        let received = receivers.map(|receiver| receiver.join());
        assert_eq!(received.into_iter().filter(|got| *got).count(), usize::from(sender.join()));
    }
    Model::new().check(story);
}

/// Both receivers wait behind a hole when the channel is closed. The last value goes to one, and with it the news that
/// the channel is drained to the other.
#[test]
fn d3_drained_is_handed_on() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.tx.try_send(1).is_ok());
        let tasks = spawn(&ends, |ends| {
            ends.tx.close();
            let (mut first, mut second) = (ends.rx.recv_async(), ends.rx.recv_async());
            if poll(&mut first).is_ready() || poll_here(&mut second).is_ready() {
                return;
            }
            assert!(sender.join() && poll(&mut first).is_ready());
            wait_to_be_woken();
            assert_eq!(poll(&mut second), Poll::Ready(Err(AsyncRecvError::Disconnected)));
        });
        tasks.join();
    }
    in_every_mode(story);
    Model::new().no_membarrier().defect(Defect::DrainedNotReady).fails(story, "deadlock");
}

fn spsc_close_against_two_sends() {
    let (mut tx, mut rx) = spsc::bounded(2);
    let receiver = thread::spawn(move || {
        rx.close();
        let received = [(); 3].map(|()| rx.try_recv());
        assert_eq!(received[2], Err(TryRecvError::Disconnected));
        received.iter().filter(|received| received.is_ok()).count()
    });
    let sent = [1, 2].map(|value| tx.try_send(value).is_ok());
    let sent = sent.into_iter().filter(|sent| *sent).count();
    assert_eq!(receiver.join(), sent, "sent is not received");
}

/// The receiver of a one-to-one channel closes it while two values are sent: those that were sent are received, those
/// that were not are given back.
#[test]
fn d4_spsc_receiver_closes_against_two_sends() {
    Model::new().check(spsc_close_against_two_sends);
    Model::new().no_membarrier().check(spsc_close_against_two_sends);
    Model::new().plain().check(spsc_close_against_two_sends);
    for defect in [Defect::SpscCloseWithoutHeavy, Defect::SpscNoSealedLast, Defect::SpscSendsOnAfterClosed] {
        Model::new().defect(defect).fails(spsc_close_against_two_sends, "sent is not received");
    }
    Model::new().plain().defect(Defect::SpscCloseWithoutHeavy).check(spsc_close_against_two_sends);
}

/// A drop of the receiver drops what was sent before, at once.
#[test]
fn d4_spsc_receiver_goes_against_two_sends() {
    fn story() {
        let value = Rc::new(());
        let (mut tx, rx) = spsc::bounded(2);
        let sent = Rc::clone(&value);
        let sender = thread::spawn(move || {
            let _ = tx.try_send(Rc::clone(&sent));
            let _ = tx.try_send(sent);
            tx
        });
        drop(rx);
        let tx = sender.join();
        assert_eq!(Rc::strong_count(&value), 1, "a value is left");
        drop(tx);
    }
    Model::new().check(story);
    Model::new().no_membarrier().check(story);
    Model::new().defect(Defect::SpscCloseWithoutHeavy).fails(story, "a value is left");
}

/// The last receiver goes while two values are pushed: they are dropped now, not when the senders go.
#[test]
fn d5_prompt_drop_against_two_pushes() {
    fn story() {
        let value = Rc::new(());
        let (tx, rx) = mpmc::bounded(2);
        let senders = [(); 2].map(|()| {
            let (tx, value) = (tx.clone(), Rc::clone(&value));
            thread::spawn(move || {
                let _ = tx.try_send(value);
                tx
            })
        });
        drop(rx);
        let senders = senders.map(|sender| sender.join());
        assert_eq!(Rc::strong_count(&value), 1, "a value is left");
        drop(senders);
        drop(tx);
    }
    Model::new().check(story);
    Model::new().no_membarrier().check(story);
    Model::new().defect(Defect::LastReceiverWithoutHeavy).fails(story, "a value is left");
}

/// The same with both values from one sender; full fences on both sides hide the fault.
#[test]
fn d5_prompt_drop_against_one_sender() {
    fn story() {
        let value = Rc::new(());
        let (tx, rx) = mpmc::bounded(2);
        let sent = Rc::clone(&value);
        let sender = thread::spawn(move || {
            let _ = tx.try_send(Rc::clone(&sent));
            let _ = tx.try_send(sent);
            tx
        });
        drop(rx);
        let tx = sender.join();
        assert_eq!(Rc::strong_count(&value), 1, "a value is left");
        drop(tx);
    }
    Model::new().check(story);
    Model::new().plain().check(story);
    Model::new().defect(Defect::LastReceiverWithoutHeavy).fails(story, "a value is left");
    Model::new().plain().defect(Defect::LastReceiverWithoutHeavy).check(story);
}

/// Who watches for the close learns of it, and takes no wake-up from a sender that waits for room.
#[test]
fn b10_closed_async_against_close() {
    fn story() {
        let ends = ends(1, []);
        let watcher = spawn(&ends, |ends| block_on(ends.tx.closed_async()));
        ends.rx.close();
        watcher.join();
    }
    in_every_mode(story);
    fn beside_a_sender() {
        let ends = ends(1, [1]);
        let watcher = spawn(&ends, |ends| block_on(ends.tx.closed_async()));
        let sender = spawn(&ends, |ends| ends.tx.send(2).unwrap());
        assert_eq!(ends.recv(), 1);
        sender.join();
        ends.rx.close();
        watcher.join();
    }
    Model::new().check(beside_a_sender);
}

/// A weak handle is upgraded while the last strong one goes: either the channel stays open or it is closed for good.
#[test]
fn weak_upgrade_against_the_last_drop() {
    fn story() {
        let (tx, rx) = mpmc::bounded(1);
        let weak = tx.downgrade();
        let last = thread::spawn(move || drop(tx));
        if let Some(tx) = weak.upgrade() {
            tx.try_send(1).unwrap();
            drop(tx);
            assert_eq!(rx.recv(), Ok(1));
        }
        assert_eq!(rx.recv(), Err(RecvError::Disconnected));
        last.join();
    }
    in_every_mode(story);
}
