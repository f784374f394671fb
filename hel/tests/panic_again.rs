//! P8 once more: a panic on top of another, and an operation that is used again after one.
#![cfg(not(hel_loom))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use hel::channel::errors::RecvError;
use support::waker::CountingWaker;
use support::{limit, poll_with};

/// Panics whenever it is woken.
struct Bomb;

impl Wake for Bomb {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

/// Panics when the last of its wakers is dropped.
struct DropBomb(AtomicBool);

impl Wake for DropBomb {
    fn wake(self: Arc<Self>) {}
}

impl Drop for DropBomb {
    fn drop(&mut self) {
        assert!(!self.0.load(Ordering::Relaxed), "a waker whose drop panics");
    }
}

fn bomb() -> Waker {
    Waker::from(Arc::new(Bomb))
}

/// A future dropped while its task unwinds hands its wake-up on to a waker that panics: no abort, the first panic stays.
#[test]
fn a_waker_that_panics_while_a_task_unwinds_does_not_abort() {
    let (tx, rx) = hel::bounded::<u32>(4);
    let mut second = rx.recv_async();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut first = rx.recv_async();
        assert!(poll_with(&mut first, Waker::noop()).is_pending());
        assert!(poll_with(&mut second, &bomb()).is_pending());
        tx.send(1).unwrap();
        panic!("the task");
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"the task"));
    drop(second);
    assert_eq!(rx.try_recv(), Ok(1));
}

#[test]
fn a_waker_whose_drop_panics_while_a_task_unwinds_does_not_abort() {
    let (tx, rx) = hel::bounded::<u32>(4);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let mut future = rx.recv_async();
        let waker = Waker::from(Arc::new(DropBomb(AtomicBool::new(true))));
        assert!(poll_with(&mut future, &waker).is_pending());
        // The future's copy is the last one.
        drop(waker);
        panic!("the task");
    }));
    assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"the task"));
    tx.send(1).unwrap();
    assert_eq!(rx.try_recv(), Ok(1));
}

/// As below, where the ring of a one-to-one channel is full by then, or closed.
#[test]
fn a_send_to_one_receiver_polled_again_after_a_panic_does_not_wait() {
    limit(|| {
        for close in [false, true] {
            let (mut tx, mut rx) = hel::channel::spsc::bounded::<u32>(1);
            let mut waiting = rx.recv_async();
            // The first polls may wake their own task, to look again later.
            while catch_unwind(AssertUnwindSafe(|| poll_with(&mut waiting, &bomb()).is_pending())).is_err() {}
            let mut send = tx.send_async(1);
            assert!(catch_unwind(AssertUnwindSafe(|| poll_with(&mut send, Waker::noop()).is_ready())).is_err());
            if close {
                drop(waiting);
                rx.close();
            }
            let again = catch_unwind(AssertUnwindSafe(|| poll_with(&mut send, Waker::noop()).is_ready()));
            let said = again.expect_err("the value is gone").downcast_ref::<String>().cloned().unwrap_or_default();
            assert!(said.contains("polled after it was ready"), "{said}");
        }
    });
}

/// A send that has gone through although its poll panicked has no value any more: polled again it panics, and claims
/// nothing that it cannot fill.
#[test]
fn a_send_polled_again_after_a_panic_leaves_no_hole() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(4);
        let mut waiting = rx.recv_async();
        assert!(poll_with(&mut waiting, &bomb()).is_pending());
        let mut send = tx.send_async(1);
        for _ in 0..2 {
            assert!(catch_unwind(AssertUnwindSafe(|| poll_with(&mut send, Waker::noop()).is_ready())).is_err());
        }
        drop((send, waiting));
        assert_eq!(rx.try_recv(), Ok(1));
        tx.send(2).unwrap();
        assert_eq!(rx.recv_timeout(Duration::MAX), Ok(2));

        let mut waiting = rx.recv_async();
        assert!(poll_with(&mut waiting, &bomb()).is_pending());
        let mut slot = Some(3);
        let mut send = tx.send_ref_async(&mut slot);
        for _ in 0..2 {
            assert!(catch_unwind(AssertUnwindSafe(|| poll_with(&mut send, Waker::noop()).is_ready())).is_err());
        }
        drop((send, waiting));
        drop(tx);
        assert_eq!((slot, rx.recv(), rx.recv()), (None, Ok(3), Err(RecvError::Disconnected)));
    });
}

/// A send that has gone through although its poll panicked waits no more: who waits behind it is woken, while its future is
/// still there.
#[test]
fn a_send_that_went_in_a_panic_does_not_stand_in_the_way() {
    let (tx, rx) = hel::bounded::<u32>(1);
    tx.try_send(0).unwrap();
    let [mut first, mut second] = [1, 2].map(|value| tx.send_async(value));
    assert!(poll_with(&mut first, Waker::noop()).is_pending());
    assert!(poll_with(&mut second, Waker::noop()).is_pending());
    // The wake-up is for the first, but the second looks first.
    assert_eq!(rx.try_recv(), Ok(0));
    let mut waiting = rx.recv_async();
    assert!(poll_with(&mut waiting, &bomb()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll_with(&mut second, Waker::noop()).is_ready())).is_err());
    drop((first, waiting));

    let woken = CountingWaker::new();
    let mut third = tx.send_async(3);
    assert!(poll_with(&mut third, &woken.waker()).is_pending());
    assert_eq!((rx.try_recv(), woken.wakes()), (Ok(2), 1));
    assert_eq!(second.take(), None, "it went");
    assert!(poll_with(&mut third, Waker::noop()).is_ready());
    assert_eq!(rx.try_recv(), Ok(3));
}
