//! loom models of the two ends together: what being told of the end means, and wakers that panic.

mod exclusive;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use crate::channel::spsc;
use crate::errors::{RecvError, SendError, TryRecvError, TrySendError};
use crate::mpmc::{Receiver, Sender};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Model, thread};

/// One thread writes and lets its end go; the other, once it is told, sees what was written.
fn told<A: Send + 'static, B: 'static>(ends: fn() -> (A, B), is_told: fn(&mut B) -> bool) {
    Model::new().check(move || {
        let (going, mut staying) = ends();
        let word = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&word);
        let other = thread::spawn(move || {
            // ORDERING: Relaxed: the channel is what orders it.
            theirs.store(1, Ordering::Relaxed);
            drop(going);
        });
        if is_told(&mut staying) {
            // ORDERING: Relaxed, as above.
            assert_eq!(word.load(Ordering::Relaxed), 1, "told of the end, and not of what came before it");
        }
        other.join();
    });
}

fn receiver_stays() -> (Sender<u32>, Receiver<u32>) {
    crate::bounded(1)
}

fn sender_stays() -> (Receiver<u32>, Sender<u32>) {
    let (tx, rx) = crate::bounded(1);
    (rx, tx)
}

#[test]
fn who_is_told_disconnected_sees_what_came_before() {
    told(receiver_stays, |rx| rx.try_recv() == Err(TryRecvError::Disconnected));
    told(receiver_stays, |rx| rx.recv() == Err(RecvError::Disconnected));
    told(receiver_stays, |rx| rx.is_disconnected());
    told(sender_stays, |tx| matches!(tx.try_send(1), Err(TrySendError::Disconnected(1))));
    told(sender_stays, |tx| matches!(tx.send(1), Err(SendError::Disconnected(1))));
    told(|| spsc::bounded::<u32>(1), |rx| rx.try_recv() == Err(TryRecvError::Disconnected));
}

/// Two threads write and let their ends go, the last of which disconnects; who is told sees what both wrote.
fn told_of_both<A: Clone + Send + 'static, B: 'static>(ends: fn() -> (A, B), is_told: fn(&mut B) -> bool) {
    Model::new().check(move || {
        let (going, mut staying) = ends();
        let words = Arc::new([0; 2].map(AtomicUsize::new));
        let others = [0, 1].map(|at| {
            let (going, words) = (going.clone(), Arc::clone(&words));
            thread::spawn(move || {
                // ORDERING: Relaxed: the count of handles and then the channel are what orders it.
                words[at].store(1, Ordering::Relaxed);
                drop(going);
            })
        });
        drop(going);
        if is_told(&mut staying) {
            // ORDERING: Relaxed, as above.
            let seen = [0, 1].map(|at| words[at].load(Ordering::Relaxed));
            assert_eq!(seen, [1; 2], "told of the end, and not of what came before it");
        }
        for other in others {
            other.join();
        }
    });
}

#[test]
fn who_is_told_disconnected_sees_what_all_did_before_they_went() {
    told_of_both(receiver_stays, |rx| rx.is_disconnected());
    told_of_both(sender_stays, |tx| tx.is_disconnected());
}

/// Panics when woken. Not by `panic!`, which would end the model.
struct Bomb;

impl Wake for Bomb {
    fn wake(self: std::sync::Arc<Self>) {
        resume_unwind(Box::new("a waker that panics"));
    }
}

/// Remembers that it was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// A future that is dropped settles a debt whose waker panics: the token that it held goes on all the same.
#[test]
fn a_token_outlives_a_panic_in_the_debts_of_its_leaver() {
    Model::new().plain().check(|| {
        let (tx, rx) = crate::bounded::<u32>(4);
        let flag = std::sync::Arc::new(Flag(AtomicBool::new(false)));
        let [mut first, mut second, mut third] = [(); 3].map(|()| rx.recv_async());
        assert!(poll(&mut first, Waker::noop()).is_pending());
        assert!(poll(&mut second, &Waker::from(std::sync::Arc::new(Bomb))).is_pending());
        assert!(poll(&mut third, &Waker::from(std::sync::Arc::clone(&flag))).is_pending());
        tx.try_send(1).unwrap();
        let other = tx.clone();
        let sender = thread::spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| other.try_send(2)));
            drop(other);
        });
        let _ = catch_unwind(AssertUnwindSafe(|| drop(first)));
        sender.join();
        assert!(flag.0.load(SeqCst), "the third sleeps beside two values");
    });
}
