//! loom models of the exclusive receiver: how it comes to be the only one, and how it goes.

use std::rc::Rc;

use crate::errors::{RecvError, SendError, TryRecvError};
use crate::models::kit::{block_on, in_every_mode};
use crate::mpmc::{ExclusiveReceiver, Receiver, Sender, bounded};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Defect, Model, thread};

/// A channel with an exclusive receiver.
fn exclusive<T>(capacity: usize) -> (Sender<T>, ExclusiveReceiver<T>) {
    let (tx, rx) = bounded(capacity);
    (tx, rx.into_exclusive().expect("it has no clones"))
}

/// A receiver that was just popping goes. Who becomes exclusive sees what it did; who does not goes on as before.
fn after_the_other() {
    let (tx, rx) = bounded(2);
    tx.try_send(1).unwrap();
    tx.try_send(2).unwrap();
    let (other, word) = (rx.clone(), Arc::new(AtomicUsize::new(0)));
    let theirs = Arc::clone(&word);
    let other = thread::spawn(move || {
        let value = other.try_recv().ok();
        // ORDERING: Relaxed: the count of receivers is what orders it.
        theirs.store(1, Ordering::Relaxed);
        drop(other);
        value
    });
    let mut got = match rx.into_exclusive() {
        Ok(mut rx) => {
            // ORDERING: Relaxed, as above.
            assert_eq!(word.load(Ordering::Relaxed), 1, "alone, and not after the other");
            vec![rx.try_recv(), rx.try_recv()]
        }
        Err(rx) => vec![rx.try_recv(), rx.try_recv()],
    };
    got.retain(|value| *value != Err(TryRecvError::Empty));
    let mut got: Vec<_> = got.into_iter().map(Result::unwrap).chain(other.join()).collect();
    got.sort_unstable();
    assert_eq!(got, [1, 2]);
}

#[test]
fn a_receiver_becomes_exclusive_after_the_others() {
    Model::new().check(after_the_other);
    Model::new().plain().check(after_the_other);
    for defect in [Defect::ExclusiveWithoutAcquire, Defect::ExclusiveBesideOthers] {
        Model::new().plain().defect(defect).fails(after_the_other, "alone, and not after the other");
    }
}

/// A weak receiver is upgraded while the strong one becomes exclusive: one of them wins.
fn against_upgrade() {
    let (tx, rx) = bounded(1);
    tx.try_send(1).unwrap();
    let weak = rx.downgrade();
    let other = thread::spawn(move || weak.upgrade());
    let mine = rx.into_exclusive();
    let theirs = other.join();
    assert!(mine.is_ok() != theirs.is_some(), "both or none");
    let got = match (mine, theirs) {
        (Ok(mut rx), _) => rx.try_recv(),
        (Err(rx), _) => rx.try_recv(),
    };
    assert_eq!(got, Ok(1));
}

#[test]
fn one_of_exclusive_and_upgrade_wins() {
    Model::new().plain().check(against_upgrade);
    Model::new().plain().defect(Defect::UpgradeBesideExclusive).fails(against_upgrade, "both or none");
    Model::new().plain().defect(Defect::ExclusiveBesideOthers).fails(against_upgrade, "both or none");
}

/// The exclusive one becomes shared again: who is upgraded from then on receives like any other.
#[test]
fn a_shared_receiver_again_against_upgrade() {
    Model::new().plain().check(|| {
        let (tx, rx) = bounded(2);
        let weak = rx.downgrade();
        let mut rx = rx.into_exclusive().unwrap();
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        let other = thread::spawn(move || weak.upgrade().map(|rx: Receiver<i32>| rx.recv().unwrap()));
        let first = rx.recv().unwrap();
        let rx = rx.into_shared();
        let theirs = other.join();
        let mut got: Vec<_> = [first].into_iter().chain(theirs).chain(rx.try_recv()).collect();
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

/// It waits and is woken like any other, and wakes who waits for room; at the end it learns of it.
#[test]
fn an_exclusive_receiver_waits_and_wakes() {
    fn thread_waits() {
        let (tx, mut rx) = exclusive(1);
        let sender = thread::spawn(move || {
            tx.send(1).unwrap();
            tx.send(2).unwrap();
        });
        assert_eq!([rx.recv(), rx.recv(), rx.recv()], [Ok(1), Ok(2), Err(RecvError::Disconnected)]);
        sender.join();
    }
    fn task_waits() {
        let (tx, mut rx) = exclusive(1);
        let sender = thread::spawn(move || tx.try_send(1).unwrap());
        assert_eq!(block_on(rx.recv_async()), Ok(1));
        assert!(block_on(rx.recv_async()).is_err());
        sender.join();
    }
    in_every_mode(thread_waits);
    in_every_mode(task_waits);
}

/// It closes against a send: what was sent is received, and the rest is given back.
#[test]
fn an_exclusive_close_against_a_send() {
    fn story() {
        let (tx, mut rx) = exclusive(2);
        let sender = thread::spawn(move || [tx.send(1), tx.send(2)].iter().filter(|sent| sent.is_ok()).count());
        rx.close();
        let mut got = 0;
        while rx.recv().is_ok() {
            got += 1;
        }
        assert_eq!(sender.join(), got, "sent is not received");
    }
    in_every_mode(story);
}

/// It goes while a sender waits: the sender gets its value back.
#[test]
fn an_exclusive_receiver_goes_against_one_who_waits() {
    fn story() {
        let (tx, rx) = exclusive(1);
        tx.try_send(1).unwrap();
        let receiver = thread::spawn(move || drop(rx));
        assert_eq!(tx.send(2), Err(SendError::Disconnected(2)));
        receiver.join();
    }
    in_every_mode(story);
}

/// It goes while two values are sent: they are dropped now, not when the senders go.
fn prompt_drop() {
    let value = Rc::new(());
    let (tx, rx) = exclusive(2);
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

#[test]
fn an_exclusive_receiver_goes_against_two_pushes() {
    Model::new().check(prompt_drop);
    Model::new().no_membarrier().check(prompt_drop);
    Model::new().defect(Defect::LastReceiverWithoutHeavy).fails(prompt_drop, "a value is left");
}
