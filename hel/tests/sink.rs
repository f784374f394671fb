//! A sending end as a `Sink`: `poll_ready` means that the next value is accepted, at most one is kept, it comes back
//! where promised, and closing a sink drops its sender, not the channel.
#![cfg(not(hel_loom))]
#![cfg(feature = "futures")]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use extra2::{Channel, Runner, RxEnd, TxEnd, on_both_kinds};
use futures_util::sink::{Sink, SinkExt};
use futures_util::stream::{self, StreamExt};
use hel::channel::errors::AsyncSendError;
use hel::{SendSink, Target};
use support::waker::CountingWaker;
use support::{Ledger, limit};

on_both_kinds!(
    what_is_accepted_goes_at_once_if_there_is_room,
    one_value_is_kept_until_there_is_room,
    ready_means_that_the_next_value_is_accepted,
    starting_without_being_ready_panics,
    what_is_kept_can_be_taken_back,
    taking_a_sink_apart_gives_all_back,
    dropping_a_sink_drops_what_it_keeps,
    a_kept_value_comes_back_in_the_error,
    a_closed_channel_refuses_the_value_in_start_send,
    closing_flushes_first_and_drops_the_sender,
    a_closed_sink_refuses_values,
    a_sink_gives_way_after_many_values,
    a_sink_is_woken_for_room_and_for_the_close,
    send_all_and_feed_keep_the_order,
);

/// As many values in a row as are taken without giving way.
const RUN: usize = 1024;

type Polled<T> = Poll<Result<(), AsyncSendError<T>>>;

fn ready<T>(sink: &mut (impl Sink<T, Error = AsyncSendError<T>> + Unpin), waker: &Waker) -> Polled<T> {
    Pin::new(sink).poll_ready(&mut Context::from_waker(waker))
}

fn flush<T>(sink: &mut (impl Sink<T, Error = AsyncSendError<T>> + Unpin)) -> Polled<T> {
    Pin::new(sink).poll_flush(&mut Context::from_waker(Waker::noop()))
}

fn close<T>(sink: &mut (impl Sink<T, Error = AsyncSendError<T>> + Unpin)) -> Polled<T> {
    Pin::new(sink).poll_close(&mut Context::from_waker(Waker::noop()))
}

const OK: Polled<u32> = Poll::Ready(Ok(()));
const DONE: Result<(), AsyncSendError<u32>> = Ok(());

/// A sink that keeps 2, since 1 fills its channel.
fn keeping<K: Channel>() -> (SendSink<K::Tx<u32>>, K::Rx<u32>) {
    let (tx, rx) = K::bounded(1);
    let mut sink = SendSink::new(tx);
    assert_eq!((sink.start_send_unpin(1), ready(&mut sink, Waker::noop())), (DONE, OK));
    assert_eq!((sink.start_send_unpin(2), flush(&mut sink)), (DONE, Poll::Pending));
    (sink, rx)
}

fn what_is_accepted_goes_at_once_if_there_is_room<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let mut sink = tx.sink();
    assert_eq!(ready(&mut sink, Waker::noop()), OK);
    assert_eq!(sink.start_send_unpin(1), DONE);
    assert_eq!(rx.try_recv(), Ok(1), "without a flush");
    assert_eq!(flush(&mut sink), OK);
    assert_eq!(sink.take_unsent(), None);
}

fn one_value_is_kept_until_there_is_room<K: Channel>() {
    let (mut sink, mut rx) = keeping::<K>();
    assert_eq!(rx.len(), 1, "what is kept is not in the channel");
    assert_eq!((ready(&mut sink, Waker::noop()), flush(&mut sink)), (Poll::Pending, Poll::Pending));
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(rx.try_recv().is_err(), "it is sent when the sink is polled");
    assert_eq!(flush(&mut sink), OK);
    assert_eq!(rx.try_recv(), Ok(2));
}

fn ready_means_that_the_next_value_is_accepted<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    let (mut sink, mut accepted, mut got) = (tx.sink(), 0, Vec::new());
    for round in 0..1_000 {
        if ready(&mut sink, Waker::noop()) == OK {
            assert_eq!(sink.start_send_unpin(accepted), DONE);
            accepted += 1;
        }
        if round % 3 != 0 {
            got.extend(rx.try_recv());
        }
    }
    while flush(&mut sink).is_pending() {
        got.extend(rx.try_recv());
    }
    got.extend(rx.try_iter());
    assert!(accepted > 300);
    assert_eq!(got, (0..accepted).collect::<Vec<_>>(), "each accepted value, in order");
}

fn starting_without_being_ready_panics<K: Channel>() {
    let (mut sink, mut rx) = keeping::<K>();
    assert!(catch_unwind(AssertUnwindSafe(|| sink.start_send_unpin(3))).is_err());
    assert_eq!((rx.try_recv(), flush(&mut sink), rx.try_recv()), (Ok(1), OK, Ok(2)), "and nothing is lost");
}

fn what_is_kept_can_be_taken_back<K: Channel>() {
    let (mut sink, mut rx) = keeping::<K>();
    assert_eq!((sink.take_unsent(), sink.take_unsent()), (Some(2), None));
    assert_eq!(ready(&mut sink, Waker::noop()), OK, "there is place for another");
    assert_eq!(sink.start_send_unpin(3), DONE);
    assert_eq!((rx.try_recv(), flush(&mut sink), rx.try_recv()), (Ok(1), OK, Ok(3)));
}

fn taking_a_sink_apart_gives_all_back<K: Channel>() {
    let (sink, mut rx) = keeping::<K>();
    let (tx, kept) = sink.into_inner();
    assert_eq!((rx.try_recv(), kept), (Ok(1), Some(2)));
    tx.expect("it was not closed").try_send(3).unwrap();
    assert_eq!(rx.try_recv(), Ok(3));
    assert!(rx.is_disconnected(), "the sender has gone by now, and by itself");
}

fn dropping_a_sink_drops_what_it_keeps<K: Channel>() {
    let ledger = Ledger::new();
    let (mut tx, mut rx) = K::bounded(1);
    let counting = CountingWaker::new();
    let mut sink = tx.sink();
    assert!(sink.start_send_unpin(ledger.value()).is_ok());
    assert!(sink.start_send_unpin(ledger.value()).is_ok());
    assert!(ready(&mut sink, &counting.waker()).is_pending());
    drop(sink);
    assert_eq!((counting.held(), ledger.alive()), (0, 1), "the value, and its place in the queue");
    assert_eq!(rx.try_recv().unwrap().id, 0);
    assert!(rx.try_recv().is_err());
    ledger.assert_each_dropped_once();
}

fn a_kept_value_comes_back_in_the_error<K: Channel>() {
    for verb in 0..3 {
        let (mut sink, rx) = keeping::<K>();
        drop(rx);
        let polled = match verb {
            0 => ready(&mut sink, Waker::noop()),
            1 => flush(&mut sink),
            _ => close(&mut sink),
        };
        assert_eq!(polled, Poll::Ready(Err(AsyncSendError::Disconnected(2))), "verb {verb}");
        assert_eq!(sink.take_unsent(), None, "once");
    }
}

fn a_closed_channel_refuses_the_value_in_start_send<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let mut sink = tx.sink();
    rx.close();
    for n in 0..3 {
        assert_eq!(ready(&mut sink, Waker::noop()), OK, "there is nothing to give back");
        assert_eq!(sink.start_send_unpin(n), Err(AsyncSendError::Disconnected(n)));
        assert_eq!((flush(&mut sink), sink.take_unsent()), (OK, None));
    }
    assert!(rx.try_recv().is_err());
}

fn closing_flushes_first_and_drops_the_sender<K: Channel>() {
    let (mut sink, mut rx) = keeping::<K>();
    assert_eq!(close(&mut sink), Poll::Pending);
    assert!(sink.get_ref().is_some() && !rx.is_disconnected(), "not before it has flushed");
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(close(&mut sink), OK);
    assert!(sink.get_ref().is_none() && rx.is_disconnected(), "its sender was the only one");
    assert_eq!(rx.recv(), Ok(2));
    assert!(rx.recv().is_err());
}

fn a_closed_sink_refuses_values<K: Channel>() {
    let (tx, _rx) = K::bounded(2);
    let mut sink = SendSink::new(tx);
    for _ in 0..2 {
        assert_eq!(close(&mut sink), OK);
        assert_eq!((ready(&mut sink, Waker::noop()), flush(&mut sink)), (OK, OK));
        assert_eq!(sink.start_send_unpin(1), Err(AsyncSendError::Disconnected(1)));
    }
    let (tx, kept) = sink.into_inner();
    assert!(tx.is_none() && kept.is_none());
}

/// On MPMC other senders go on.
#[test]
fn closing_a_sink_leaves_the_channel_open_for_others() {
    let (tx, rx) = hel::bounded(4);
    let (mut owned, mut lent) = (tx.clone().into_sink(), tx.sink());
    assert_eq!((close::<u32>(&mut owned), close::<u32>(&mut lent)), (OK, OK));
    assert_eq!(tx.sender_count(), 1);
    tx.try_send(1).unwrap();
    assert_eq!(rx.try_recv(), Ok(1));
}

fn a_sink_gives_way_after_many_values<K: Channel>() {
    let (mut tx, rx) = K::bounded(3 * RUN);
    let (mut sink, counting) = (tx.sink(), CountingWaker::new());
    for run in 0..3 {
        for _ in 0..RUN {
            assert_eq!(ready(&mut sink, &counting.waker()), OK);
            assert_eq!(sink.start_send_unpin(1), DONE);
        }
        assert_eq!(counting.wakes(), run, "not yet");
        assert_eq!(ready(&mut sink, &counting.waker()), Poll::Pending);
        assert_eq!(counting.wakes(), run + 1, "and is to be polled again at once");
    }
    drop(rx);
}

fn a_sink_is_woken_for_room_and_for_the_close<K: Channel>() {
    let (mut sink, mut rx) = keeping::<K>();
    let counting = CountingWaker::new();
    assert_eq!(ready(&mut sink, &counting.waker()), Poll::Pending);
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(counting.wakes(), 1);
    assert_eq!(ready(&mut sink, &counting.waker()), OK);
    assert_eq!(sink.start_send_unpin(3), DONE);
    assert_eq!(ready(&mut sink, &counting.waker()), Poll::Pending);
    rx.close();
    assert_eq!(counting.wakes(), 2);
    assert_eq!(ready(&mut sink, &counting.waker()), Poll::Ready(Err(AsyncSendError::Disconnected(3))));
}

fn send_all_and_feed_keep_the_order<K: Channel>() {
    let (mut tx, rx) = K::bounded(3);
    let receiver = thread::spawn(move || rx.into_iter().collect::<Vec<_>>());
    Runner::new().run(async {
        let mut sink = tx.sink();
        for n in 0..100 {
            sink.feed(n).await.unwrap();
        }
        sink.send_all(&mut stream::iter(100..1_000).map(Ok)).await.unwrap();
        sink.send(1_000).await.unwrap();
        sink.close().await.unwrap();
    });
    drop(tx);
    assert_eq!(receiver.join().unwrap(), (0..=1_000).collect::<Vec<_>>());
}

/// What is generic over the end takes it owned or borrowed, of either kind.
#[test]
fn one_type_for_owned_and_borrowed_ends() {
    fn send_one<K: Target<Item = u32>>(target: K, value: u32) {
        assert_eq!(limit(|| Runner::new().run(SendSink::new(target).send(value))), DONE);
    }
    let (tx, rx) = hel::bounded(2);
    send_one(&tx, 1);
    send_one(tx, 2);
    assert_eq!(rx.into_iter().collect::<Vec<_>>(), [1, 2]);
    let (mut tx, rx) = hel::channel::spsc::bounded(2);
    send_one(&mut tx, 3);
    send_one(tx, 4);
    assert_eq!(rx.into_iter().collect::<Vec<_>>(), [3, 4]);
}
