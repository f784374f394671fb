//! Batches by size or time, as a stream.

use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, Poll::Pending, Poll::Ready, Waker};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{FusedStream, Stream};
use hel::rt::Batches;

use crate::clock::{Clock, NANO, SECOND};
use crate::extra2::{RxEnd, TxEnd, on_both_kinds};
use crate::lend::Lend;
use crate::support::waker::CountingWaker;
use crate::support::{Ledger, poll_once};

on_both_kinds!(
    a_full_batch_is_given_out_at_once,
    a_batch_waits_for_its_linger_after_the_first_value,
    a_full_batch_stops_its_clock,
    the_rest_comes_at_the_end_and_the_stream_stays_ended,
    one_timer_serves_all_batches,
    without_linger_a_batch_is_what_is_there,
    without_end_to_the_linger_batches_are_full,
    where_the_clock_ends_a_linger_has_no_end,
    a_next_that_is_dropped_loses_nothing,
    taken_apart_it_hands_out_what_it_has,
    what_is_left_in_a_dropped_stream_is_dropped_once,
    it_gives_way_after_many_batches,
);

fn poll_next<S: Stream + Unpin>(stream: &mut S, waker: &Waker) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(waker))
}

fn next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    poll_next(stream, Waker::noop())
}

fn some<T>(batch: impl Into<Vec<T>>) -> Poll<Option<Vec<T>>> {
    Ready(Some(batch.into()))
}

fn a_full_batch_is_given_out_at_once<K: Lend>() {
    let ((mut tx, mut rx), clock) = (K::bounded(8), Clock::new());
    tx.try_send_batch(&mut (0..7).collect()).unwrap();
    let mut batches = Batches::new(clock.clone(), K::lend(&mut rx), 3, SECOND);
    assert_eq!((next(&mut batches), next(&mut batches)), (some([0, 1, 2]), some([3, 4, 5])));
    assert_eq!((clock.reads(), clock.made()), (0, 0));
    assert_eq!((next(&mut batches), clock.made()), (Pending, 1), "the seventh waits for more");
}

fn a_batch_waits_for_its_linger_after_the_first_value<K: Lend>() {
    let ((mut tx, rx), clock, counting) = (K::bounded(8), Clock::new(), CountingWaker::new());
    let mut batches = Batches::new(clock.clone(), rx, 3, SECOND);
    assert_eq!(poll_next(&mut batches, &counting.waker()), Pending);
    clock.advance(5 * SECOND);
    tx.try_send(1).unwrap();
    assert_eq!((counting.wakes(), poll_next(&mut batches, &counting.waker())), (1, Pending));
    clock.advance(SECOND - NANO);
    tx.try_send(2).unwrap();
    assert_eq!((counting.wakes(), poll_next(&mut batches, &counting.waker())), (2, Pending));
    clock.advance(NANO);
    assert_eq!((counting.wakes(), poll_next(&mut batches, &counting.waker())), (3, some([1, 2])));
    clock.advance(5 * SECOND);
    assert_eq!(poll_next(&mut batches, &counting.waker()), Pending, "no batch is empty");
}

fn a_full_batch_stops_its_clock<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let mut batches = Batches::new(clock.clone(), rx, 2, 2 * SECOND);
    tx.try_send(1).unwrap();
    assert_eq!(next(&mut batches), Pending);
    clock.advance(SECOND);
    tx.try_send_batch(&mut vec![2, 3]).unwrap();
    assert_eq!((next(&mut batches), next(&mut batches)), (some([1, 2]), Pending));
    clock.advance(SECOND);
    assert_eq!(next(&mut batches), Pending, "two seconds after 1, one after 3");
    clock.advance(SECOND);
    assert_eq!(next(&mut batches), some([3]));
}

fn the_rest_comes_at_the_end_and_the_stream_stays_ended<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let mut batches = Batches::new(clock.clone(), rx, 3, SECOND);
    tx.try_send_batch(&mut (0..5).collect()).unwrap();
    assert_eq!((next(&mut batches), next(&mut batches)), (some([0, 1, 2]), Pending));
    drop(tx);
    assert!(!batches.is_terminated());
    assert_eq!(next(&mut batches), some([3, 4]));
    for _ in 0..3 {
        assert_eq!((next(&mut batches), batches.is_terminated()), (Ready(None), true));
    }
}

fn one_timer_serves_all_batches<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let mut batches = Batches::new(clock.clone(), rx, 3, SECOND);
    for n in 0..5 {
        tx.try_send(n).unwrap();
        assert_eq!(next(&mut batches), Pending);
        clock.advance(SECOND);
        assert_eq!(next(&mut batches), some([n]));
    }
    assert_eq!((clock.made(), clock.resets()), (1, 4));
    drop(batches);
    assert_eq!(clock.timers(), 0);
}

fn without_linger_a_batch_is_what_is_there<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let mut batches = Batches::new(clock.clone(), rx, usize::MAX, Duration::ZERO);
    assert_eq!(next(&mut batches), Pending);
    tx.try_send_batch(&mut vec![1, 2, 3]).unwrap();
    assert_eq!((next(&mut batches), next(&mut batches)), (some([1, 2, 3]), Pending));
    assert_eq!((clock.reads(), clock.made()), (0, 0));
}

fn without_end_to_the_linger_batches_are_full<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let mut batches = Batches::new(clock.clone(), rx, 2, Duration::MAX);
    for n in 0..3 {
        tx.try_send(2 * n).unwrap();
        assert_eq!(next(&mut batches), Pending);
        clock.advance(1_000_000 * SECOND);
        tx.try_send(2 * n + 1).unwrap();
        assert_eq!(next(&mut batches), some([2 * n, 2 * n + 1]));
    }
    assert_eq!(clock.made(), 0);
}

/// Though there is a timer, from a batch before: that was ready, and is not polled again.
fn where_the_clock_ends_a_linger_has_no_end<K: Lend>() {
    let ((mut tx, rx), clock) = (K::bounded(8), Clock::new());
    let within = |linger: &Duration| clock.time().checked_add(*linger).is_some();
    let longest = (0..u64::BITS)
        .rev()
        .map(|bit| Duration::from_secs(1 << bit))
        .fold(Duration::ZERO, |sum, step| sum.checked_add(step).filter(within).unwrap_or(sum));
    let mut batches = Batches::new(clock.clone(), rx, 2, longest);
    tx.try_send(0).unwrap();
    assert_eq!(next(&mut batches), Pending);
    clock.advance(longest);
    assert_eq!(next(&mut batches), some([0]));
    tx.try_send(1).unwrap();
    assert_eq!(next(&mut batches), Pending);
    tx.try_send(2).unwrap();
    assert_eq!((next(&mut batches), clock.made(), clock.resets()), (some([1, 2]), 1, 0));
}

fn a_next_that_is_dropped_loses_nothing<K: Lend>() {
    let ((mut tx, rx), clock, mut got) = (K::bounded(8), Clock::new(), Vec::new());
    let mut batches = Batches::new(clock.clone(), rx, 3, SECOND);
    for n in 0..20 {
        tx.try_send(n).unwrap();
        if let Ready(batch) = poll_once(&mut batches.next()) {
            got.extend(batch.unwrap());
        }
    }
    drop(tx);
    while let Ready(Some(batch)) = poll_once(&mut batches.next()) {
        got.extend(batch);
    }
    assert!(got.into_iter().eq(0..20));
}

fn taken_apart_it_hands_out_what_it_has<K: Lend>() {
    let ((mut tx, rx), clock, counting) = (K::bounded(8), Clock::new(), CountingWaker::new());
    let mut batches = Batches::new(clock.clone(), rx, 3, SECOND);
    tx.try_send(1).unwrap();
    assert_eq!(poll_next(&mut batches, &counting.waker()), Pending);
    assert_eq!((batches.take_partial(), batches.take_partial()), (vec![1], vec![]));
    clock.advance(SECOND);
    tx.try_send(2).unwrap();
    assert_eq!(poll_next(&mut batches, &counting.waker()), Pending, "the next one has its own time");
    tx.try_send(3).unwrap();
    assert_eq!(batches.get_mut().try_recv(), Ok(3));
    let (mut rx, partial) = batches.into_inner();
    assert_eq!((partial, counting.held(), clock.timers()), (vec![2], 0, 0));
    tx.try_send(4).unwrap();
    assert_eq!(rx.try_recv(), Ok(4));
}

fn what_is_left_in_a_dropped_stream_is_dropped_once<K: Lend>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(8), Clock::new(), CountingWaker::new());
    let ledger = Ledger::new();
    tx.try_send_batch(&mut ledger.values(5)).unwrap();
    let mut batches = Batches::new(clock.clone(), K::lend(&mut rx), 3, SECOND);
    assert!(poll_next(&mut batches, &counting.waker()).is_ready());
    assert!(poll_next(&mut batches, &counting.waker()).is_pending());
    drop(batches);
    assert_eq!((counting.held(), clock.timers()), (0, 0));
    drop((tx, rx));
    ledger.assert_each_dropped_once();
}

fn it_gives_way_after_many_batches<K: Lend>() {
    let ((mut tx, rx), clock, counting) = (K::bounded(1_100), Clock::new(), CountingWaker::new());
    tx.try_send_batch(&mut (0..1_100).collect()).unwrap();
    let mut batches = Batches::new(clock, rx, 1, SECOND);
    for n in 0..1_024 {
        assert_eq!(poll_next(&mut batches, &counting.waker()), some([n]));
    }
    assert_eq!((poll_next(&mut batches, &counting.waker()), counting.wakes()), (Pending, 1));
    assert_eq!(poll_next(&mut batches, &counting.waker()), some([1_024]));
}

#[test]
fn a_batch_without_room_is_refused() {
    let (_tx, rx) = hel::bounded::<u32>(1);
    assert!(catch_unwind(|| Batches::new(Clock::new(), rx, 0, SECOND)).is_err());
}
