//! P8, panics: one in `T::drop` or in a waker costs no other value its drop and no other waiter its wake-up.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;

use extra1::{Exclusive, Kind, Mpmc, RecvEnd, SendEnd, Spsc};
use hel::channel::errors::{TryRecvError, TrySendError};
use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{Counted, Ledger, limit, poll_once, poll_with};

/// Whether `f` panics, which is caught.
fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(f()))).is_err()
}

fn hostile(trap: Trap) -> Arc<HostileWaker> {
    let waker = HostileWaker::new();
    waker.set(trap);
    waker
}

/// Counts its drops and panics in each, even while the thread unwinds already.
struct Bomb(Arc<AtomicUsize>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic_any("a value panics in drop, as asked");
    }
}

/// The receiver goes, and of the values that it drops some panic: all are dropped once, and senders are told.
fn drops_that_panic_in_a_receiver_that_goes<K: Kind>() {
    let ledger = Ledger::new();
    let (mut tx, rx) = K::bounded(5);
    for n in 0..5 {
        tx.try_send(if n % 2 == 0 { ledger.panicking() } else { ledger.value() }).unwrap();
    }
    assert!(panics(|| drop(rx)), "the first panic goes on");
    ledger.assert_each_dropped_once();
    assert!(tx.is_disconnected());
    assert!(tx.try_send(ledger.value()).is_err_and(|error| error.is_disconnected()));
    drop(tx);
    ledger.assert_each_dropped_once();
}

#[test]
fn a_drop_that_panics_leaves_the_others_to_be_dropped() {
    drops_that_panic_in_a_receiver_that_goes::<Mpmc>();
    drops_that_panic_in_a_receiver_that_goes::<Exclusive>();
    drops_that_panic_in_a_receiver_that_goes::<Spsc>();
}

/// The same for the end that goes last and takes the channel with it.
fn drops_that_panic_in_the_last_end<K: Kind>() {
    let ledger = Ledger::new();
    let (mut tx, rx) = K::bounded(4);
    tx.try_send(ledger.panicking()).unwrap();
    ledger.values(3).into_iter().for_each(|value| tx.try_send(value).unwrap());
    drop(tx);
    assert!(panics(|| drop(rx)));
    ledger.assert_each_dropped_once();
}

#[test]
fn a_drop_that_panics_in_the_last_end_leaves_nothing() {
    drops_that_panic_in_the_last_end::<Mpmc>();
    drops_that_panic_in_the_last_end::<Exclusive>();
    drops_that_panic_in_the_last_end::<Spsc>();
}

/// Values that panic while the thread unwinds already: no second panic escapes, which would end the process.
fn drops_that_panic_while_unwinding<K: Kind>() {
    let drops = Arc::new(AtomicUsize::new(0));
    let (mut tx, rx) = K::bounded(3);
    (0..3).for_each(|_| assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok()));
    assert!(panics(move || {
        let _rx = rx;
        panic_any("the owner of a receiver panics, as asked");
    }));
    assert_eq!(drops.load(Ordering::Relaxed), 3);
    assert!(tx.is_disconnected());
}

#[test]
fn drops_that_panic_while_unwinding_do_not_abort() {
    drops_that_panic_while_unwinding::<Mpmc>();
    drops_that_panic_while_unwinding::<Exclusive>();
    drops_that_panic_while_unwinding::<Spsc>();
}

/// A sender that waits learns of the end, though the values that went with the receiver panicked.
fn waiters_learn_although_drops_panic<K: Kind>() {
    let ledger = Ledger::new();
    let (mut tx, rx) = K::bounded(1);
    tx.try_send(ledger.panicking()).unwrap();
    let waker = CountingWaker::new();
    let mut send = tx.send_async(ledger.value());
    assert!(poll_with(&mut send, &waker.waker()).is_pending());
    assert!(panics(|| drop(rx)));
    assert_eq!(waker.wakes(), 1);
    assert!(matches!(poll_once(&mut send), Poll::Ready(Err(_))));
    drop(send);
    ledger.assert_each_dropped_once();
}

#[test]
fn senders_learn_of_the_end_although_drops_panic() {
    waiters_learn_although_drops_panic::<Mpmc>();
    waiters_learn_although_drops_panic::<Exclusive>();
    waiters_learn_although_drops_panic::<Spsc>();
}

/// The receiver's waker panics when a value comes: the value is there all the same, and the channel works.
fn a_receiver_that_panics_when_woken<K: Kind>() {
    let (mut tx, mut rx) = K::bounded(2);
    let waker = hostile(Trap::Wake);
    let mut recv = rx.recv_async();
    assert!(poll_with(&mut recv, &waker.waker()).is_pending());
    assert!(panics(|| tx.try_send(1)));
    assert_eq!((waker.wakes(), waker.held()), (1, 0));
    assert_eq!(poll_once(&mut recv), Poll::Ready(Ok(1)));
    drop(recv);
    // The next wait is as any other.
    let mut recv = rx.recv_async();
    assert!(poll_with(&mut recv, &waker.waker()).is_pending());
    assert_eq!(tx.try_send(2), Ok(()));
    assert_eq!(waker.wakes(), 2);
    assert_eq!(poll_once(&mut recv), Poll::Ready(Ok(2)));
}

#[test]
fn a_waker_that_panics_loses_no_value() {
    a_receiver_that_panics_when_woken::<Mpmc>();
    a_receiver_that_panics_when_woken::<Exclusive>();
    a_receiver_that_panics_when_woken::<Spsc>();
}

/// The sender's waker panics when room comes: what was received meanwhile is dropped once or received, nothing else.
fn a_sender_that_panics_when_woken<K: Kind>() {
    let ledger = Ledger::new();
    let (mut tx, mut rx) = K::bounded(1);
    tx.try_send(ledger.value()).unwrap();
    let waker = hostile(Trap::Wake);
    let mut send = tx.send_async(ledger.value());
    assert!(poll_with(&mut send, &waker.waker()).is_pending());
    let mut got = Vec::new();
    assert!(panics(|| rx.try_recv_batch(&mut got, 1)));
    assert_eq!(got.len(), 1, "a batch is in the caller's hands before anybody is woken");
    assert!(matches!(poll_once(&mut send), Poll::Ready(Ok(()))));
    drop(send);
    assert_eq!(rx.try_recv().unwrap().id, 1);
    drop((tx, rx, got));
    ledger.assert_each_dropped_once();
}

#[test]
fn a_waker_that_panics_loses_no_room() {
    a_sender_that_panics_when_woken::<Mpmc>();
    a_sender_that_panics_when_woken::<Exclusive>();
    a_sender_that_panics_when_woken::<Spsc>();
}

/// `count` pending receives, of which each `n`th panics when woken, and a `test` that wakes all of them.
fn with_pending_receives(count: usize, n: usize, test: impl FnOnce(hel::Sender<u32>)) {
    let (tx, rx) = hel::bounded(64);
    let good = CountingWaker::new();
    let bad: Vec<_> = (0..count).map(|_| hostile(Trap::Wake)).collect();
    let mut futures: Vec<_> = (0..count).map(|_| rx.recv_async()).collect();
    for (at, future) in futures.iter_mut().enumerate() {
        let waker = if at % n == 0 { bad[at].waker() } else { good.waker() };
        assert!(poll_with(future, &waker).is_pending());
    }
    test(tx);
    let expected = count - count.div_ceil(n);
    assert_eq!(good.wakes(), expected, "those whose wakers do not panic");
    assert!(bad.iter().step_by(n).all(|waker| waker.wakes() == 1), "those whose wakers do");
    assert!(futures.iter_mut().all(|future| poll_once(future).is_ready()));
    assert_eq!(good.held(), 0);
}

#[test]
fn a_batch_wakes_all_although_some_panic() {
    with_pending_receives(40, 3, |tx| {
        let mut values = (0..40).collect();
        assert!(panics(|| tx.try_send_batch(&mut values)));
        assert!(values.is_empty(), "all of it was sent before anybody was woken");
    });
}

#[test]
fn a_close_wakes_all_although_some_panic() {
    with_pending_receives(40, 3, |tx| {
        assert!(panics(|| tx.close()));
        assert!(tx.is_disconnected() && !tx.close());
    });
    with_pending_receives(40, 2, |tx| assert!(panics(|| drop(tx)), "as the last sender goes"));
}

/// Threads sleep among tasks whose wakers panic: they wake.
#[test]
fn a_close_wakes_threads_although_wakers_panic() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(1);
        let waker = hostile(Trap::Wake);
        let mut recv = rx.recv_async();
        assert!(poll_with(&mut recv, &waker.waker()).is_pending());
        thread::scope(|scope| {
            let blocked = [(); 2].map(|()| scope.spawn(|| rx.recv()));
            assert!(panics(|| tx.close()));
            assert!(blocked.into_iter().all(|thread| thread.join().unwrap().is_err()));
        });
    });
}

/// Watchers of the close are woken among wakers that panic.
fn watchers_are_woken_although_a_waker_panics<K: Kind>() {
    let (mut tx, rx) = K::bounded(1);
    tx.try_send(1).unwrap();
    let (bad, good) = (hostile(Trap::Wake), CountingWaker::new());
    let (mut first, mut second) = (tx.closed_async(), tx.closed_async());
    assert!(poll_with(&mut first, &bad.waker()).is_pending());
    assert!(poll_with(&mut second, &good.waker()).is_pending());
    assert!(panics(|| drop(rx)));
    assert_eq!((bad.wakes(), good.wakes()), (1, 1));
    assert!(poll_once(&mut first).is_ready() && poll_once(&mut second).is_ready());
    drop((first, second));
    assert_eq!(tx.try_send(2), Err(TrySendError::Disconnected(2)));
    assert_eq!(tx.len(), 0, "what was buffered is dropped though a waker panicked first");
}

#[test]
fn watchers_learn_of_the_close_although_a_waker_panics() {
    watchers_are_woken_although_a_waker_panics::<Mpmc>();
    watchers_are_woken_although_a_waker_panics::<Exclusive>();
    watchers_are_woken_although_a_waker_panics::<Spsc>();
}

/// A waker panics as it is cloned: nothing is registered, and the next poll works.
fn clone_panics<K: Kind>() {
    let (mut tx, mut rx) = K::bounded(1);
    let waker = HostileWaker::new();
    let task = waker.waker();
    let mut recv = rx.recv_async();
    waker.set(Trap::Clone);
    assert!(panics(|| poll_with(&mut recv, &task)));
    assert_eq!(waker.held(), 1, "the one that is ours");
    assert!(poll_with(&mut recv, &task).is_pending());
    assert_eq!(waker.held(), 2);
    tx.try_send(1).unwrap();
    assert_eq!(waker.wakes(), 1);
    assert_eq!(poll_once(&mut recv), Poll::Ready(Ok(1)));
    assert_eq!(waker.held(), 1);

    let mut watcher = tx.closed_async();
    waker.set(Trap::Clone);
    assert!(panics(|| poll_with(&mut watcher, &task)));
    assert!(poll_with(&mut watcher, &task).is_pending());
    drop(recv);
    assert!(rx.close());
    assert_eq!(waker.wakes(), 2);
    assert!(poll_once(&mut watcher).is_ready());
}

#[test]
fn a_waker_that_panics_when_cloned_leaves_nothing_behind() {
    clone_panics::<Mpmc>();
    clone_panics::<Exclusive>();
    clone_panics::<Spsc>();
}

/// The same as a pending future moves to another task: it keeps its place, with the old waker or the new.
fn clone_panics_at_a_move<K: Kind>() {
    let (mut tx, mut rx) = K::bounded(1);
    let (old, new) = (CountingWaker::new(), HostileWaker::new());
    let task = new.waker();
    let mut recv = rx.recv_async();
    assert!(poll_with(&mut recv, &old.waker()).is_pending());
    new.set(Trap::Clone);
    assert!(panics(|| poll_with(&mut recv, &task)));
    assert!(poll_with(&mut recv, &task).is_pending());
    assert_eq!(old.held(), 0);
    tx.try_send(1).unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    assert_eq!(poll_once(&mut recv), Poll::Ready(Ok(1)));
}

#[test]
fn a_waker_that_panics_when_cloned_costs_no_place() {
    clone_panics_at_a_move::<Mpmc>();
    clone_panics_at_a_move::<Exclusive>();
    clone_panics_at_a_move::<Spsc>();
}

/// A waker panics as it is dropped, with the future that it was registered for.
fn waker_drop_panics<K: Kind>() {
    let (mut tx, mut rx) = K::bounded(1);
    let waker = HostileWaker::new();
    let mut recv = rx.recv_async();
    assert!(poll_with(&mut recv, &waker.waker()).is_pending());
    waker.set(Trap::Drop);
    assert!(panics(|| drop(recv)));
    assert_eq!(waker.held(), 0);
    tx.try_send(1).unwrap();
    assert_eq!(waker.wakes(), 0);
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_waker_that_panics_when_dropped_leaves_the_channel_working() {
    waker_drop_panics::<Mpmc>();
    waker_drop_panics::<Exclusive>();
    waker_drop_panics::<Spsc>();
}

/// It is dropped as another task's waker takes its place: that one is registered.
#[test]
fn a_waker_that_panics_when_replaced_leaves_the_new_one() {
    let (tx, rx) = hel::bounded(1);
    let (old, new) = (HostileWaker::new(), CountingWaker::new());
    let mut recv = rx.recv_async();
    assert!(poll_with(&mut recv, &old.waker()).is_pending());
    old.set(Trap::Drop);
    assert!(panics(|| poll_with(&mut recv, &new.waker())));
    tx.try_send(1).unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
    assert_eq!(poll_once(&mut recv), Poll::Ready(Ok(1)));
}

/// It is dropped as the future that it stood for is served: the value is not lost, or it is dropped once.
#[test]
fn a_waker_that_panics_as_its_future_is_served_leaks_nothing() {
    let ledger = Ledger::new();
    let (tx, rx) = hel::bounded::<Counted>(2);
    let (first, second) = (CountingWaker::new(), HostileWaker::new());
    let (mut woken, mut served) = (rx.recv_async(), rx.recv_async());
    assert!(poll_with(&mut woken, &first.waker()).is_pending());
    assert!(poll_with(&mut served, &second.waker()).is_pending());
    tx.try_send(ledger.value()).unwrap();
    second.set(Trap::Drop);
    assert!(panics(|| poll_once(&mut served)));
    drop(served);
    tx.try_send(ledger.value()).unwrap();
    assert!(matches!(poll_once(&mut woken), Poll::Ready(Ok(_))));
    drop(woken);
    drop((tx, rx));
    ledger.assert_each_dropped_once();
}
