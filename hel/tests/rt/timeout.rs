//! Limits on single operations.

use std::future::Future;
use std::marker::PhantomPinned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Poll::Pending, Poll::Ready};
use std::time::{Duration, Instant};

use hel::channel::errors::{RecvError, SendBatchError, SendError};
use hel::channel::mpmc;
use hel::rt::{Runtime, Timeout, Timer, timeout, timeout_at};
use hel::{RecvFuture, SendFuture};

use crate::clock::{Clock, Meanwhile, NANO, SECOND};
use crate::extra2::{Channel, RxEnd, TxEnd, on_both_kinds};
use crate::support::waker::CountingWaker;
use crate::support::{Ledger, poll_once, poll_with};

on_both_kinds!(
    what_is_ready_at_once_needs_neither_clock_nor_timer,
    a_receive_that_waits_gets_its_value,
    the_limit_passes_to_the_nanosecond,
    a_value_that_comes_with_the_limit_is_received,
    room_that_comes_with_the_limit_is_used,
    a_send_that_timed_out_is_not_delivered,
    a_send_by_reference_leaves_the_value_in_its_slot,
    a_batch_keeps_what_was_not_sent,
    a_batch_is_received_within_the_limit,
    zero_is_one_try_without_waiting,
    a_deadline_in_the_past_still_does_what_can_be_done,
    the_time_left_to_a_deadline_is_in_the_error,
    no_limit_makes_no_timer,
    one_that_gives_way_makes_no_timer_yet,
    the_end_of_the_channel_comes_first,
    dropped_at_any_point_it_leaves_nothing_behind,
    the_operation_is_within_reach,
    polled_after_it_was_ready_it_panics,
    a_forgotten_one_stops_nobody_for_good,
);

fn what_is_ready_at_once_needs_neither_clock_nor_timer<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(4), Clock::new());
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, tx.send_async(1))), Ready(Ok(())));
    let mut slot = Some(2);
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, tx.send_ref_async(&mut slot))), Ready(Ok(())));
    let mut more = vec![3, 4];
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, tx.send_batch_async(&mut more))), Ready(Ok(2)));
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, rx.recv_async())), Ready(Ok(1)));
    let mut into = Vec::new();
    assert_eq!(poll_once(&mut timeout(clock.clone(), SECOND, rx.recv_batch_async(&mut into, 9))), Ready(Ok(3)));
    assert_eq!((into, slot, more), (vec![2, 3, 4], None, vec![]));
    assert_eq!((clock.reads(), clock.made()), (0, 0));
}

fn a_receive_that_waits_gets_its_value<K: Channel>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(1), Clock::new(), CountingWaker::new());
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    for _ in 0..3 {
        assert_eq!(poll_with(&mut receive, &counting.waker()), Pending);
    }
    assert_eq!((clock.made(), clock.reads()), (1, 1), "one timer, whatever the number of polls");
    clock.advance(SECOND - NANO);
    tx.try_send(7).unwrap();
    assert_eq!(counting.wakes(), 1);
    assert_eq!(poll_with(&mut receive, &counting.waker()), Ready(Ok(7)));
    drop(receive);
    assert_eq!((clock.timers(), counting.held()), (0, 0));
}

fn the_limit_passes_to_the_nanosecond<K: Channel>() {
    let ((_tx, mut rx), clock, counting) = (K::bounded::<u32>(1), Clock::new(), CountingWaker::new());
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    clock.advance(SECOND);
    assert_eq!(poll_with(&mut receive, &counting.waker()), Pending, "the limit begins with the first poll");
    clock.advance(SECOND - NANO);
    assert_eq!((counting.wakes(), poll_with(&mut receive, &counting.waker())), (0, Pending));
    clock.advance(NANO);
    assert_eq!(counting.wakes(), 1);
    assert_eq!(poll_with(&mut receive, &counting.waker()), Ready(Err(RecvError::TimeOut(SECOND))));
    assert_eq!(counting.held(), 0, "out of the queue as soon as it says so");
}

fn a_value_that_comes_with_the_limit_is_received<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    assert_eq!(poll_once(&mut receive), Pending);
    clock.advance(SECOND);
    tx.try_send(1).unwrap();
    assert_eq!(poll_once(&mut receive), Ready(Ok(1)));
    drop(receive);
    // And if it comes after the operation has looked, while the timer says that it is time.
    let mut late = 2;
    let mut receive = timeout(Meanwhile::new(|| tx.try_send(late).unwrap()), SECOND, rx.recv_async());
    assert_eq!(poll_once(&mut receive), Ready(Ok(2)));
    drop(receive);
    late = 3;
    let mut into = Vec::new();
    let rt = Meanwhile::new(|| tx.try_send(late).unwrap());
    assert_eq!(poll_once(&mut timeout(rt, SECOND, rx.recv_batch_async(&mut into, 5))), Ready(Ok(1)));
    assert_eq!(into, [3]);
}

fn room_that_comes_with_the_limit_is_used<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    tx.try_send(0).unwrap();
    let mut got = Vec::new();
    let rt = Meanwhile::new(|| got.push(rx.try_recv().unwrap()));
    assert_eq!(poll_once(&mut timeout(rt.clone(), SECOND, tx.send_async(1))), Ready(Ok(())));
    let mut slot = Some(2);
    assert_eq!(poll_once(&mut timeout(rt.clone(), SECOND, tx.send_ref_async(&mut slot))), Ready(Ok(())));
    let mut more = vec![3, 4];
    let partly = Ready(Err(SendBatchError::TimeOut { sent: 1, after: SECOND }));
    assert_eq!(poll_once(&mut timeout(rt, SECOND, tx.send_batch_async(&mut more))), partly);
    assert_eq!((slot, more, got), (None, vec![4], vec![0, 1, 2]));
    assert_eq!(rx.try_recv(), Ok(3));
}

fn a_send_that_timed_out_is_not_delivered<K: Channel>() {
    let ((mut tx, mut rx), clock, ledger) = (K::bounded(1), Clock::new(), Ledger::new());
    tx.try_send(ledger.value()).unwrap();
    let mut send = timeout(clock.clone(), SECOND, tx.send_async(ledger.value()));
    assert!(poll_once(&mut send).is_pending());
    clock.advance(SECOND);
    match poll_once(&mut send) {
        Ready(Err(SendError::TimeOut(value, SECOND))) => assert_eq!(value.id, 1),
        other => panic!("{other:?}"),
    }
    drop(send);
    assert_eq!(rx.try_recv().unwrap().id, 0);
    assert!(rx.try_recv().is_err(), "nothing comes after it, room or not");
    ledger.assert_each_dropped_once();
}

fn a_send_by_reference_leaves_the_value_in_its_slot<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    tx.try_send(0).unwrap();
    let mut slot = Some(1);
    let mut send = timeout(clock.clone(), SECOND, tx.send_ref_async(&mut slot));
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendError::TimeOut((), SECOND))));
    drop(send);
    assert_eq!((slot, rx.try_recv(), rx.len()), (Some(1), Ok(0), 0));
}

fn a_batch_keeps_what_was_not_sent<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(2), Clock::new());
    let mut values: Vec<_> = (0..9).collect();
    let mut send = timeout(clock.clone(), SECOND, tx.send_batch_async(&mut values));
    assert_eq!(poll_once(&mut send), Pending);
    assert_eq!((rx.try_recv(), poll_once(&mut send)), (Ok(0), Pending));
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut send), Ready(Err(SendBatchError::TimeOut { sent: 3, after: SECOND })));
    drop(send);
    assert_eq!(values, [3, 4, 5, 6, 7, 8]);
    assert_eq!((rx.try_recv(), rx.try_recv(), rx.len()), (Ok(1), Ok(2), 0));
}

fn a_batch_is_received_within_the_limit<K: Channel>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), vec![9]);
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_batch_async(&mut into, 2));
    assert_eq!(poll_once(&mut receive), Pending);
    tx.try_send_batch(&mut vec![1, 2, 3]).unwrap();
    assert_eq!(poll_once(&mut receive), Ready(Ok(2)));
    drop(receive);
    assert_eq!((&into[..], rx.try_recv()), (&[9, 1, 2][..], Ok(3)));
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_batch_async(&mut into, 2));
    assert_eq!(poll_once(&mut receive), Pending);
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut receive), Ready(Err(RecvError::TimeOut(SECOND))));
}

fn zero_is_one_try_without_waiting<K: Channel>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(1), Clock::new(), CountingWaker::new());
    let zero = Duration::ZERO;
    assert_eq!(poll_once(&mut timeout(clock.clone(), zero, tx.send_async(1))), Ready(Ok(())));
    let mut send = timeout(clock.clone(), zero, tx.send_async(2));
    assert_eq!(poll_with(&mut send, &counting.waker()), Ready(Err(SendError::TimeOut(2, zero))));
    assert_eq!(poll_once(&mut timeout(clock.clone(), zero, rx.recv_async())), Ready(Ok(1)));
    let mut receive = timeout(clock.clone(), zero, rx.recv_async());
    assert_eq!(poll_with(&mut receive, &counting.waker()), Ready(Err(RecvError::TimeOut(zero))));
    assert_eq!((counting.held(), clock.made(), clock.reads()), (0, 0, 0));
}

fn a_deadline_in_the_past_still_does_what_can_be_done<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    let past = clock.time();
    clock.advance(SECOND);
    for at in [past, past + SECOND] {
        let none = Duration::ZERO;
        assert_eq!(poll_once(&mut timeout_at(clock.clone(), at, tx.send_async(1))), Ready(Ok(())));
        let sent = poll_once(&mut timeout_at(clock.clone(), at, tx.send_async(2)));
        assert_eq!(sent, Ready(Err(SendError::TimeOut(2, none))));
        assert_eq!(poll_once(&mut timeout_at(clock.clone(), at, rx.recv_async())), Ready(Ok(1)));
        let received = poll_once(&mut timeout_at(clock.clone(), at, rx.recv_async()));
        assert_eq!(received, Ready(Err(RecvError::TimeOut(none))));
    }
    assert_eq!(clock.made(), 0);
}

fn the_time_left_to_a_deadline_is_in_the_error<K: Channel>() {
    let ((_tx, mut rx), clock) = (K::bounded::<u32>(1), Clock::new());
    let mut receive = timeout_at(clock.clone(), clock.time() + 3 * SECOND, rx.recv_async());
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut receive), Pending);
    clock.advance(2 * SECOND);
    assert_eq!(poll_once(&mut receive), Ready(Err(RecvError::TimeOut(2 * SECOND))));
}

fn no_limit_makes_no_timer<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    for limit in [Duration::MAX, Duration::MAX - SECOND] {
        let mut receive = timeout(clock.clone(), limit, rx.recv_async());
        assert_eq!(poll_once(&mut receive), Pending);
        clock.advance(1_000_000 * SECOND);
        assert_eq!(poll_once(&mut receive), Pending);
        tx.try_send(1).unwrap();
        assert_eq!(poll_once(&mut receive), Ready(Ok(1)));
    }
    assert_eq!(clock.made(), 0);
}

/// Receives within a limit, each value coming between two polls, until the task gives way before it waits.
fn until_it_gives_way<K: Channel>(tx: &mut K::Tx<u32>, rx: &mut K::Rx<u32>) {
    for _ in 0..1_000 {
        let (clock, counting) = (Clock::new(), CountingWaker::new());
        let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
        assert_eq!(poll_with(&mut receive, &counting.waker()), Pending);
        let gave_way = counting.wakes() == 1;
        assert_eq!((clock.made(), clock.reads()), (usize::from(!gave_way), 1), "a timer if it waits");
        tx.try_send(7).unwrap();
        assert_eq!(poll_with(&mut receive, &counting.waker()), Ready(Ok(7)));
        if gave_way {
            return;
        }
    }
    panic!("it never gives way");
}

fn one_that_gives_way_makes_no_timer_yet<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    for late in [false, true] {
        until_it_gives_way::<K>(&mut tx, &mut rx);
        let counting = CountingWaker::new();
        let mut receive = timeout(clock.clone(), 2 * SECOND, rx.recv_async());
        assert_eq!(poll_with(&mut receive, &counting.waker()), Pending);
        assert_eq!((counting.wakes(), clock.timers()), (1, 0));
        clock.advance(if late { 2 * SECOND } else { SECOND });
        if !late {
            assert_eq!((poll_with(&mut receive, &counting.waker()), clock.timers()), (Pending, 1));
            clock.advance(SECOND - NANO);
            assert_eq!((counting.wakes(), poll_with(&mut receive, &counting.waker())), (1, Pending));
            clock.advance(NANO);
            assert_eq!(counting.wakes(), 2, "the limit begins with the first poll all the same");
        }
        assert_eq!(poll_with(&mut receive, &counting.waker()), Ready(Err(RecvError::TimeOut(2 * SECOND))));
        drop(receive);
        assert_eq!((clock.timers(), counting.held()), (0, 0));
    }
}

fn the_end_of_the_channel_comes_first<K: Channel>() {
    let ((tx, mut rx), clock) = (K::bounded::<u32>(1), Clock::new());
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    assert_eq!(poll_once(&mut receive), Pending);
    clock.advance(SECOND);
    drop(tx);
    assert_eq!(poll_once(&mut receive), Ready(Err(RecvError::Disconnected)));
    let (mut tx, rx) = K::bounded(1);
    tx.try_send(1).unwrap();
    let mut send = timeout(clock.clone(), SECOND, tx.send_async(2));
    assert_eq!(poll_once(&mut send), Pending);
    clock.advance(SECOND);
    drop(rx);
    assert_eq!(poll_once(&mut send), Ready(Err(SendError::Disconnected(2))));
    drop(send);
    let mut two = vec![3, 4];
    let gone = Ready(Err(SendBatchError::Disconnected { sent: 0 }));
    assert_eq!(poll_once(&mut timeout(clock.clone(), Duration::ZERO, tx.send_batch_async(&mut two))), gone);
    assert_eq!(two, [3, 4]);
}

fn dropped_at_any_point_it_leaves_nothing_behind<K: Channel>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(1), Clock::new(), CountingWaker::new());
    for polls in 0..3 {
        let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
        (0..polls).for_each(|_| assert_eq!(poll_with(&mut receive, &counting.waker()), Pending));
        assert_eq!(clock.timers(), polls.min(1));
        drop(receive);
        assert_eq!((clock.timers(), counting.held()), (0, 0));
    }
    tx.try_send(0).unwrap();
    for polls in 0..3 {
        let mut send = timeout(clock.clone(), SECOND, tx.send_async(1));
        (0..polls).for_each(|_| assert_eq!(poll_with(&mut send, &counting.waker()), Pending));
        drop(send);
        assert_eq!((clock.timers(), counting.held()), (0, 0));
    }
    assert_eq!((rx.try_recv(), rx.len()), (Ok(0), 0));
}

fn the_operation_is_within_reach<K: Channel>() {
    let ((mut tx, _rx), clock) = (K::bounded(1), Clock::new());
    tx.try_send(0).unwrap();
    let mut send = timeout(clock.clone(), SECOND, tx.send_async(1));
    assert_eq!(poll_once(&mut send), Pending);
    #[cfg(feature = "futures")]
    assert!(!futures_util::future::FusedFuture::is_terminated(&send));
    assert_eq!(send.get_mut().take(), Some(1));
    #[cfg(feature = "futures")]
    assert!(futures_util::future::FusedFuture::is_terminated(&send), "else `select!` would poll it again");
    drop(send);
    let mut send = std::pin::pin!(timeout(clock, SECOND, tx.send_async(2)));
    assert_eq!(send.as_mut().get_pin_mut().take(), Some(2));
}

fn polled_after_it_was_ready_it_panics<K: Channel>() {
    let ((mut tx, mut rx), clock) = (K::bounded(1), Clock::new());
    tx.try_send(0).unwrap();
    let mut received = timeout(clock.clone(), SECOND, rx.recv_async());
    assert_eq!(poll_once(&mut received), Ready(Ok(0)));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(&mut received))).is_err());
    drop(received);
    let mut nothing = timeout(clock, Duration::ZERO, rx.recv_async());
    assert_eq!(poll_once(&mut nothing), Ready(Err(RecvError::TimeOut(Duration::ZERO))));
    #[cfg(feature = "futures")]
    assert!(futures_util::future::FusedFuture::is_terminated(&nothing));
    assert!(catch_unwind(AssertUnwindSafe(|| poll_once(&mut nothing))).is_err());
}

/// What a forgotten receive was woken for waits for the next operation on its side.
fn a_forgotten_one_stops_nobody_for_good<K: Channel>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(1), Clock::new(), CountingWaker::new());
    let mut forgotten = Box::new(timeout(clock.clone(), SECOND, rx.recv_async()));
    assert_eq!(poll_with(&mut forgotten, &counting.waker()), Pending);
    std::mem::forget(forgotten);
    tx.try_send(1).unwrap();
    clock.advance(SECOND);
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    assert_eq!(poll_once(&mut receive), Ready(Ok(1)));
    drop(receive);
    let mut receive = timeout(clock.clone(), SECOND, rx.recv_async());
    assert_eq!(poll_with(&mut receive, &counting.waker()), Pending);
    let before = counting.wakes();
    tx.try_send(2).unwrap();
    assert_eq!((counting.wakes(), poll_once(&mut receive)), (before + 1, Ready(Ok(2))));
}

/// The wake-up for a value goes to the receiver that is left when the first one's limit passes or it is dropped.
#[test]
fn a_wake_up_that_came_with_the_limit_is_not_lost() {
    for dropped in [true, false] {
        let ((tx, rx), clock) = (hel::bounded(2), Clock::new());
        let (first_waker, second_waker) = (CountingWaker::new(), CountingWaker::new());
        let mut first = timeout(clock.clone(), SECOND, rx.recv_async());
        let mut second = rx.recv_async();
        assert_eq!(poll_with(&mut first, &first_waker.waker()), Pending);
        assert!(poll_with(&mut second, &second_waker.waker()).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!((first_waker.wakes(), second_waker.wakes()), (1, 0));
        clock.advance(SECOND);
        if dropped {
            drop(first);
            assert_eq!((second_waker.wakes(), poll_once(&mut second)), (1, Ready(Ok(1))));
        } else {
            assert_eq!(poll_once(&mut first), Ready(Ok(1)));
            tx.try_send(2).unwrap();
            assert_eq!((second_waker.wakes(), poll_once(&mut second)), (1, Ready(Ok(2))));
        }
    }
}

/// The value comes between the look and the limit of the first receiver: it takes it, or hands it on, but both find one.
#[test]
fn what_comes_with_the_limit_serves_all_who_wait() {
    let (tx, rx) = hel::bounded(2);
    let mut sent = 0;
    let rt = Meanwhile::new(|| {
        sent += 1;
        tx.try_send(sent).unwrap();
        tx.try_send(sent + 10).unwrap();
    });
    let (counting, mut second) = (CountingWaker::new(), rx.recv_async());
    assert!(poll_with(&mut second, &counting.waker()).is_pending());
    assert_eq!(poll_once(&mut timeout(rt, SECOND, rx.recv_async())), Ready(Ok(1)));
    assert!(counting.wakes() >= 1);
    assert_eq!(poll_once(&mut second), Ready(Ok(11)));
}

/// A timer that must not move, as tokio's.
struct Rooted(PhantomPinned);

#[derive(Clone)]
struct Still;

impl Runtime for Still {
    type Timer = Rooted;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timer(&self, _: Instant) -> Rooted {
        Rooted(PhantomPinned)
    }
}

impl Future for Rooted {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Pending
    }
}

impl Timer for Rooted {
    fn reset(self: Pin<&mut Self>, _: Instant) {}
}

#[test]
fn timed_futures_are_send_and_unpin_where_the_timer_is() {
    fn has<T: Send + Unpin + 'static>() {}
    has::<Timeout<RecvFuture<mpmc::Receiver<u32>>, Clock>>();
    has::<Timeout<SendFuture<mpmc::Sender<u32>>, Clock>>();
    has::<hel::rt::Gather<'static, mpmc::Receiver<u32>, Clock>>();
    #[cfg(feature = "futures")]
    has::<hel::rt::Batches<mpmc::Receiver<u32>, Clock>>();
    #[cfg(feature = "futures")]
    has::<hel::rt::Batches<mpmc::Receiver<u32>, Still>>();
    // With a timer that must not move it is pinned first, and runs as well.
    let (_tx, rx) = hel::bounded::<u32>(1);
    let mut pinned = Box::pin(timeout(Still, SECOND, RecvFuture::new(rx)));
    assert!(poll_once(&mut pinned).is_pending());
}
