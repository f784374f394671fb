//! A receiving end as a `Stream`: all values in order, fused, giving way now and then, and losing nothing whenever it
//! or a `next` on it is dropped.
#![cfg(not(hel_loom))]
#![cfg(feature = "futures")]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use extra2::{Channel, Runner, RxEnd, TxEnd, on_both_kinds};
use futures_util::future::{Either, select};
use futures_util::stream::{self, FusedStream, Stream, StreamExt};
use hel::{RecvStream, SendSink, Source};
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once};

on_both_kinds!(
    a_stream_ends_once_and_stays_ended,
    a_stream_gets_what_is_buffered_before_the_end,
    a_stream_is_woken_for_a_value_and_for_the_end,
    taking_a_stream_apart_loses_nothing,
    dropping_a_stream_that_waits_leaves_no_waker_behind,
    a_next_that_lost_a_select_loses_nothing,
    a_stream_gives_way_after_many_values,
    waiting_starts_the_count_again,
    the_end_of_the_stream_is_reached_by_the_combinators,
    a_stream_is_forwarded_into_a_sink,
    a_stream_of_work_is_done_side_by_side,
    two_streams_in_one,
);

/// As many values in a row as are given out without giving way.
const RUN: usize = 1024;

fn poll_next<S: Stream + Unpin>(stream: &mut S, waker: &Waker) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(waker))
}

/// Polls with a waker that does nothing.
fn next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    poll_next(stream, Waker::noop())
}

/// A channel that holds the numbers up to `count`.
fn numbers<K: Channel>(count: usize) -> (K::Tx<usize>, K::Rx<usize>) {
    let (mut tx, rx) = K::bounded(count.max(1));
    (0..count).for_each(|n| tx.try_send(n).unwrap());
    (tx, rx)
}

fn a_stream_ends_once_and_stays_ended<K: Channel>() {
    let (tx, rx) = K::bounded::<u32>(1);
    let mut stream = RecvStream::new(rx);
    assert_eq!(next(&mut stream), Poll::Pending);
    assert!(!stream.is_terminated());
    drop(tx);
    for _ in 0..3 {
        assert_eq!(next(&mut stream), Poll::Ready(None));
        assert!(stream.is_terminated());
    }
}

fn a_stream_gets_what_is_buffered_before_the_end<K: Channel>() {
    let (tx, mut rx) = numbers::<K>(3);
    drop(tx);
    let mut lent = rx.stream();
    assert_eq!(next(&mut lent), Poll::Ready(Some(0)));
    drop(lent);
    let mut owned = RecvStream::new(rx);
    assert_eq!(next(&mut owned), Poll::Ready(Some(1)));
    assert!(!owned.is_terminated(), "not before it has said so");
    assert_eq!((next(&mut owned), next(&mut owned)), (Poll::Ready(Some(2)), Poll::Ready(None)));
}

fn a_stream_is_woken_for_a_value_and_for_the_end<K: Channel>() {
    let ((mut tx, mut rx), counting) = (K::bounded(1), CountingWaker::new());
    let mut stream = rx.stream();
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
    tx.try_send(1).unwrap();
    assert_eq!(counting.wakes(), 1);
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Ready(Some(1)));
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
    drop(tx);
    assert_eq!(counting.wakes(), 2);
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Ready(None));
}

fn taking_a_stream_apart_loses_nothing<K: Channel>() {
    let ((mut tx, rx), counting) = (numbers::<K>(2), CountingWaker::new());
    let mut stream = RecvStream::new(rx);
    assert_eq!((next(&mut stream), next(&mut stream)), (Poll::Ready(Some(0)), Poll::Ready(Some(1))));
    assert_eq!(stream.get_mut().len(), 0);
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
    tx.try_send(2).unwrap();
    assert_eq!(stream.get_mut().try_recv(), Ok(2), "the end can be used beside the stream");
    let before = counting.wakes();
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
    let mut rx = stream.into_inner();
    assert_eq!(counting.held(), 0, "nobody waits any more");
    tx.try_send(3).unwrap();
    assert_eq!((counting.wakes(), rx.try_recv()), (before, Ok(3)));
}

fn dropping_a_stream_that_waits_leaves_no_waker_behind<K: Channel>() {
    let ((mut tx, mut rx), counting) = (K::bounded(1), CountingWaker::new());
    let mut stream = rx.stream();
    assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
    drop(stream);
    assert_eq!(counting.held(), 0);
    tx.try_send(1).unwrap();
    assert_eq!((counting.wakes(), rx.try_recv()), (0, Ok(1)));
}

fn a_next_that_lost_a_select_loses_nothing<K: Channel>() {
    let ledger = Ledger::new();
    let (mut tx, mut rx) = K::bounded(4);
    let (mut stream, mut got) = (rx.stream(), Vec::new());
    for round in 0..12 {
        if round % 3 == 0 {
            tx.try_send(ledger.value()).unwrap();
        }
        let mut either = select(stream.next(), std::future::ready(()));
        match poll_once(&mut either) {
            Poll::Ready(Either::Left((value, _))) => got.extend(value.map(|value| value.id)),
            Poll::Ready(Either::Right(_)) => {}
            Poll::Pending => panic!("one side is always ready"),
        }
    }
    assert_eq!(got, [0, 1, 2, 3]);
    ledger.assert_each_dropped_once();
}

fn a_stream_gives_way_after_many_values<K: Channel>() {
    let ((tx, mut rx), counting) = (numbers::<K>(3 * RUN), CountingWaker::new());
    let mut stream = rx.stream();
    for run in 0..3 {
        for n in 0..RUN {
            assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Ready(Some(run * RUN + n)));
        }
        assert_eq!(counting.wakes(), run, "not yet");
        assert_eq!(poll_next(&mut stream, &counting.waker()), Poll::Pending);
        assert_eq!(counting.wakes(), run + 1, "and is to be polled again at once");
    }
    drop(tx);
    assert_eq!(next(&mut stream), Poll::Ready(None));
}

fn waiting_starts_the_count_again<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(RUN);
    (0..RUN / 2).for_each(|n| tx.try_send(n).unwrap());
    let mut stream = rx.stream();
    for n in 0..RUN / 2 {
        assert_eq!(next(&mut stream), Poll::Ready(Some(n)));
    }
    assert_eq!(next(&mut stream), Poll::Pending);
    (0..RUN).for_each(|n| tx.try_send(n).unwrap());
    for n in 0..RUN {
        assert_eq!(next(&mut stream), Poll::Ready(Some(n)), "{n} values after it waited");
    }
}

/// Sends the numbers up to `count` from a thread of its own, then closes.
fn send_numbers<K: Channel>(mut tx: K::Tx<usize>, count: usize) -> thread::JoinHandle<()> {
    thread::spawn(move || (0..count).for_each(|n| tx.send(n).unwrap()))
}

fn the_end_of_the_stream_is_reached_by_the_combinators<K: Channel>() {
    let (tx, mut rx) = K::bounded(3);
    let sender = send_numbers::<K>(tx, 1_000);
    let runner = Runner::new();
    let first: Vec<_> = runner.run(rx.stream().take(10).collect());
    assert!(first.into_iter().eq(0..10), "the rest stays in the channel");
    let sum = runner.run(RecvStream::new(rx).skip(90).map(|n| n * 2).fold(0, |sum, n| async move { sum + n }));
    assert_eq!(sum, (100..1_000).map(|n| n * 2).sum::<usize>());
    sender.join().unwrap();
}

fn a_stream_is_forwarded_into_a_sink<K: Channel>() {
    let ((tx, rx), (onward, end)) = (K::bounded(2), K::bounded(3));
    let sender = send_numbers::<K>(tx, 1_000);
    let pipe = thread::spawn(move || Runner::new().run(RecvStream::new(rx).map(Ok).forward(SendSink::new(onward))));
    let got: Vec<_> = Runner::new().run(RecvStream::new(end).collect());
    assert!(got.into_iter().eq(0..1_000), "in order, and the end comes through");
    assert_eq!(pipe.join().unwrap(), Ok(()));
    sender.join().unwrap();
}

fn a_stream_of_work_is_done_side_by_side<K: Channel>() {
    let (tx, rx) = K::bounded(2);
    let sender = send_numbers::<K>(tx, 500);
    // Each piece of work has to wait once.
    let work = |n| async move {
        let (answer, question) = hel::bounded(1);
        let mut asked = false;
        std::future::poll_fn(|cx| {
            if asked {
                return Poll::Ready(());
            }
            asked = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        answer.send_async(n).await.unwrap();
        question.recv_async().await.unwrap()
    };
    let mut got: Vec<usize> = Runner::new().run(RecvStream::new(rx).map(work).buffer_unordered(8).collect());
    got.sort_unstable();
    assert!(got.into_iter().eq(0..500));
    sender.join().unwrap();
}

fn two_streams_in_one<K: Channel>() {
    let ((first, one), (second, two)) = (K::bounded(2), K::bounded(5));
    let senders = [send_numbers::<K>(first, 700), send_numbers::<K>(second, 300)];
    let both = stream::select(RecvStream::new(one).map(|n| (1, n)), RecvStream::new(two).map(|n| (2, n)));
    let got: Vec<_> = Runner::new().run(both.collect());
    let of = |which| got.iter().filter(move |(from, _)| *from == which).map(|(_, n)| *n);
    assert!(of(1).eq(0..700), "each in its own order");
    assert!(of(2).eq(0..300));
    senders.into_iter().for_each(|sender| sender.join().unwrap());
}

/// The clone is polled by somebody else: each value goes to one of the streams, and all end.
#[test]
fn streams_of_clones_share_the_values() {
    limit(|| {
        let ledger = Ledger::new();
        let (tx, rx) = hel::bounded(4);
        let streams: Vec<_> = (0..3).map(|_| rx.clone().into_stream()).collect();
        drop(rx);
        let collect = |stream: RecvStream<_>| {
            thread::spawn(move || Runner::new().run(stream.map(|value: support::Counted| value.id).collect::<Vec<_>>()))
        };
        let threads: Vec<_> = streams.into_iter().map(collect).collect();
        ledger.values(3_000).into_iter().for_each(|value| tx.send(value).unwrap());
        drop(tx);
        let mut got: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        got.sort_unstable();
        assert_eq!(got, (0..3_000).collect::<Vec<_>>());
        ledger.assert_each_dropped_once();
    });
}

/// What is generic over the end takes it owned or borrowed, of either kind.
#[test]
fn one_type_for_owned_and_borrowed_ends() {
    fn first<S: Source<Item = u32>>(source: S) -> Option<u32> {
        limit(|| Runner::new().run(RecvStream::new(source).next()))
    }
    let (tx, rx) = hel::bounded(2);
    tx.send_batch(&mut vec![1, 2]).unwrap();
    assert_eq!((first(&rx), first(rx)), (Some(1), Some(2)));
    let (mut tx, mut rx) = hel::channel::spsc::bounded(2);
    tx.send_batch(&mut vec![3, 4]).unwrap();
    assert_eq!((first(&mut rx), first(rx)), (Some(3), Some(4)));
}

#[test]
fn a_stream_whose_end_was_exchanged_takes_nobody_elses_place() {
    let (_first_tx, first_rx) = hel::bounded::<u32>(1);
    let (tx, rx) = hel::bounded::<u32>(1);
    let mut stream = first_rx.into_stream();
    assert_eq!(next(&mut stream), Poll::Pending);

    let counting = CountingWaker::new();
    let mut waiting = rx.recv_async();
    assert!(Pin::new(&mut waiting).poll(&mut Context::from_waker(&counting.waker())).is_pending());
    *stream.get_mut() = rx.clone();
    drop(stream);

    tx.try_send(7).unwrap();
    assert_eq!(counting.wakes(), 1);
}

/// One task that polls a handle and, in the same turn, a future of that handle: it sleeps until there is something.
#[test]
fn a_handle_and_a_future_polled_by_one_task_do_not_wake_each_other() {
    let (mut tx, mut rx) = hel::channel::spsc::bounded::<u32>(1);
    let counting = CountingWaker::new();
    let waker = counting.waker();
    for _ in 0..3 {
        let mut cx = Context::from_waker(&waker);
        assert!(rx.poll_recv(&mut cx).is_pending());
        assert!(Pin::new(&mut rx.recv_async()).poll(&mut cx).is_pending());
    }
    assert_eq!(counting.wakes(), 0);
    tx.try_send(7).unwrap();
    assert!(counting.wakes() > 0, "the handle is registered still");
    assert_eq!(rx.poll_recv(&mut Context::from_waker(&waker)), Poll::Ready(Some(7)));
    drop((tx, rx));
    assert_eq!(counting.held(), 1, "nothing is kept but the waker of this test");
}

#[test]
fn whose_place_another_task_takes_is_woken() {
    let (_tx, mut rx) = hel::channel::spsc::bounded::<u32>(1);
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    assert!(rx.poll_recv(&mut Context::from_waker(&first.waker())).is_pending());
    assert!(Pin::new(&mut rx.recv_async()).poll(&mut Context::from_waker(&second.waker())).is_pending());
    assert_eq!((first.wakes(), second.wakes()), (1, 0));
}
