//! P5: an operation dropped at any point loses nothing and has sent nothing, and passes on a wake-up that it was given.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use extra2::{Channel, Log, Mpmc, RxEnd, TxEnd, on_both_kinds, spawn_asleep};
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once, poll_with};

on_both_kinds!(
    receives_dropped_in_any_state_lose_nothing,
    sends_dropped_in_any_state_have_not_sent,
    a_dropped_send_drops_its_value_once,
    waiting_for_the_close_can_be_dropped,
    only_the_last_waker_of_a_receive_counts,
    only_the_last_waker_of_a_send_counts,
);

/// What polls an operation once: true if it is ready.
type PollOnce<'a> = &'a mut dyn FnMut(&Waker) -> bool;

/// What happens between two polls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Nothing,
    /// An item comes, or room.
    Served,
    Closed,
    ServedAndClosed,
}

const EVENTS: [Event; 4] = [Event::Nothing, Event::Served, Event::Closed, Event::ServedAndClosed];

/// Polls `polls` times at most, with `event` before the poll number `at`. True if a poll was ready.
fn drive(poll: PollOnce<'_>, polls: usize, at: usize, waker: &Waker, mut event: impl FnMut()) -> bool {
    (0..polls).any(|n| {
        if n == at {
            event();
        }
        poll(waker)
    })
}

#[derive(Clone, Copy, Debug)]
enum RecvVerb {
    Async,
    BatchAsync,
    Poll,
    PollBatch,
    #[cfg(feature = "futures")]
    Stream,
}

const RECEIVES: &[RecvVerb] = &[
    RecvVerb::Async,
    RecvVerb::BatchAsync,
    RecvVerb::Poll,
    RecvVerb::PollBatch,
    #[cfg(feature = "futures")]
    RecvVerb::Stream,
];

/// Starts a receive, lets `script` poll it, drops it, and returns what it got.
fn receive<K: Channel, T: Send + 'static>(
    verb: RecvVerb,
    rx: &mut K::Rx<T>,
    script: impl FnOnce(PollOnce<'_>) -> bool,
) -> (bool, Vec<T>) {
    let mut got = Vec::new();
    let ready = match verb {
        RecvVerb::Async => {
            let mut future = rx.recv_async();
            script(&mut |waker| poll_with(&mut future, waker).map(|result| got.extend(result)).is_ready())
        }
        RecvVerb::BatchAsync => {
            let mut future = rx.recv_batch_async(&mut got, 2);
            script(&mut |waker| poll_with(&mut future, waker).is_ready())
        }
        RecvVerb::Poll => {
            let ready = script(&mut |waker| {
                let polled = rx.poll_recv(&mut Context::from_waker(waker));
                polled.map(|value| got.extend(value)).is_ready()
            });
            rx.cancel_poll();
            ready
        }
        RecvVerb::PollBatch => {
            let ready =
                script(&mut |waker| rx.poll_recv_batch(&mut Context::from_waker(waker), &mut got, 2).is_ready());
            rx.cancel_poll();
            ready
        }
        #[cfg(feature = "futures")]
        RecvVerb::Stream => {
            use futures_util::StreamExt;
            let mut stream = rx.stream();
            script(&mut |waker| {
                let polled = stream.poll_next_unpin(&mut Context::from_waker(waker));
                polled.map(|value| got.extend(value)).is_ready()
            })
        }
    };
    (ready, got)
}

/// Every combination of polls, the moment of the event, and the event.
fn schedules() -> impl Iterator<Item = (usize, usize, Event)> {
    (0..=4).flat_map(|polls| (0..=polls).flat_map(move |at| EVENTS.map(|event| (polls, at, event))))
}

fn receives_dropped_in_any_state_lose_nothing<K: Channel>() {
    for &verb in RECEIVES {
        for (polls, at, event) in schedules() {
            for there in 0..2 {
                dropped_receive::<K>(verb, polls, at, event, there);
            }
        }
    }
}

fn dropped_receive<K: Channel>(verb: RecvVerb, polls: usize, at: usize, event: Event, there: usize) {
    let case = format!("{verb:?}, {there} there, {event:?} before poll {at} of {polls}");
    let (ledger, counting) = (Ledger::new(), CountingWaker::new());
    let (mut tx, mut rx) = K::bounded(2);
    ledger.values(there).into_iter().for_each(|value| tx.try_send(value).unwrap());
    let mut wakes = 0;
    let (ready, got) = receive::<K, _>(verb, &mut rx, |poll| {
        drive(poll, polls, at, &counting.waker(), || {
            if matches!(event, Event::Served | Event::ServedAndClosed) {
                tx.try_send(ledger.value()).unwrap();
            }
            if matches!(event, Event::Closed | Event::ServedAndClosed) {
                tx.close();
            }
            wakes = counting.wakes();
        })
    });
    let has_event = event != Event::Nothing && at < polls;
    assert_eq!(ready, polls > 0 && (there > 0 || has_event), "{case}: ready");
    let waited = at > 0 && there == 0 && has_event;
    assert!(wakes >= usize::from(waited), "{case}: woken if it waited");
    assert_eq!(counting.held(), 0, "{case}: it has left the queue");
    let mut all: Vec<_> = got.iter().map(|value| value.id).collect();
    all.extend(rx.try_iter().map(|value| value.id));
    assert_eq!(all, (0..ledger.made()).collect::<Vec<_>>(), "{case}: in order, nothing lost");
    drop((tx, rx, got));
    ledger.assert_each_dropped_once();
}

#[derive(Clone, Copy, Debug)]
enum SendVerb {
    Async,
    RefAsync,
    BatchAsync,
    Poll,
    #[cfg(feature = "futures")]
    SinkReady,
    #[cfg(feature = "futures")]
    SinkFlush,
}

const SENDS: &[SendVerb] = &[
    SendVerb::Async,
    SendVerb::RefAsync,
    SendVerb::BatchAsync,
    SendVerb::Poll,
    #[cfg(feature = "futures")]
    SendVerb::SinkReady,
    #[cfg(feature = "futures")]
    SendVerb::SinkFlush,
];

/// Starts a send of `values`, one or several as the verb does, lets `script` poll it, and drops it. What was not sent
/// is in `values` again, in order.
fn send<K: Channel, T: Send + 'static>(
    verb: SendVerb,
    tx: &mut K::Tx<T>,
    values: &mut Vec<T>,
    script: impl FnOnce(PollOnce<'_>) -> bool,
) -> bool {
    match verb {
        SendVerb::Async => {
            let mut future = tx.send_async(values.pop().unwrap());
            let ready = script(&mut |waker| {
                let polled = poll_with(&mut future, waker);
                polled.map(|result| values.extend(result.err().map(|error| error.into_inner()))).is_ready()
            });
            values.extend(future.take());
            ready
        }
        SendVerb::RefAsync => {
            let mut slot = values.pop();
            let mut future = tx.send_ref_async(&mut slot);
            let ready = script(&mut |waker| poll_with(&mut future, waker).is_ready());
            drop(future);
            values.extend(slot);
            ready
        }
        SendVerb::BatchAsync => {
            let mut future = tx.send_batch_async(values);
            script(&mut |waker| poll_with(&mut future, waker).is_ready())
        }
        SendVerb::Poll => {
            let mut slot = values.pop();
            let ready = script(&mut |waker| tx.poll_send(&mut Context::from_waker(waker), &mut slot).is_ready());
            tx.cancel_poll();
            values.extend(slot);
            ready
        }
        #[cfg(feature = "futures")]
        SendVerb::SinkReady | SendVerb::SinkFlush => {
            use futures_util::SinkExt;
            let mut sink = tx.sink();
            let first = sink.start_send_unpin(values.pop().unwrap());
            values.extend(first.err().map(|error| error.into_inner()));
            let ready = script(&mut |waker| {
                let cx = &mut Context::from_waker(waker);
                let polled = match verb {
                    SendVerb::SinkReady => sink.poll_ready_unpin(cx),
                    _ => sink.poll_flush_unpin(cx),
                };
                polled.map(|result| values.extend(result.err().map(|error| error.into_inner()))).is_ready()
            });
            values.extend(sink.take_unsent());
            ready
        }
    }
}

fn sends_dropped_in_any_state_have_not_sent<K: Channel>() {
    for &verb in SENDS {
        for (polls, at, event) in schedules() {
            for room in 0..2 {
                dropped_send::<K>(verb, polls, at, event, room);
            }
        }
    }
}

/// The channel has one slot. A batch of three never fits, so it is ready only if the channel is closed.
fn dropped_send<K: Channel>(verb: SendVerb, polls: usize, at: usize, event: Event, room: usize) {
    let case = format!("{verb:?}, room for {room}, {event:?} before poll {at} of {polls}");
    let (ledger, counting) = (Ledger::new(), CountingWaker::new());
    let (mut tx, mut rx) = K::bounded(1);
    ledger.values(1 - room).into_iter().for_each(|value| tx.try_send(value).unwrap());
    let is_batch = matches!(verb, SendVerb::BatchAsync);
    let mut values = ledger.values(if is_batch { 3 } else { 1 });
    let (mut received, mut wakes) = (Vec::new(), 0);
    let ready = send::<K, _>(verb, &mut tx, &mut values, |poll| {
        drive(poll, polls, at, &counting.waker(), || {
            if matches!(event, Event::Served | Event::ServedAndClosed) {
                received.extend(rx.try_recv());
            }
            if matches!(event, Event::Closed | Event::ServedAndClosed) {
                rx.close();
            }
            wakes = counting.wakes();
        })
    });
    let is_closed = at < polls && matches!(event, Event::Closed | Event::ServedAndClosed);
    let is_served = room > 0 || (at < polls && event == Event::Served);
    assert_eq!(ready, polls > 0 && (is_closed || (is_served && !is_batch)), "{case}: ready");
    let waited = at > 0 && at < polls && room == 0 && event != Event::Nothing;
    assert!(wakes >= usize::from(waited), "{case}: woken if it waited");
    assert_eq!(counting.held(), 0, "{case}: it has left the queue");
    received.extend(rx.try_iter());
    let ids: Vec<_> = received.iter().chain(&values).map(|value| value.id).collect();
    assert_eq!(ids, (0..ledger.made()).collect::<Vec<_>>(), "{case}: each value is received or back, in order");
    drop((tx, rx, received, values));
    ledger.assert_each_dropped_once();
}

fn a_dropped_send_drops_its_value_once<K: Channel>() {
    for polls in 0..4 {
        let ledger = Ledger::new();
        let (mut tx, mut rx) = K::bounded(1);
        tx.try_send(ledger.value()).unwrap();
        let mut future = tx.send_async(ledger.value());
        (0..polls).for_each(|_| assert!(poll_once(&mut future).is_pending()));
        drop(future);
        assert_eq!(ledger.alive(), 1, "dropped with its future");
        assert!(rx.try_iter().map(|value| value.id).eq([0]), "and not sent");
        ledger.assert_each_dropped_once();
    }
}

#[test]
#[should_panic(expected = "polled after")]
fn a_send_whose_value_was_taken_cannot_be_polled() {
    let (tx, _rx) = hel::bounded(1);
    let mut future = tx.send_async(1);
    assert_eq!(future.take(), Some(1));
    let _ = poll_once(&mut future);
}

fn waiting_for_the_close_can_be_dropped<K: Channel>() {
    for (polls, closed_at) in (0..=4).flat_map(|polls| (0..=polls).map(move |at| (polls, at))) {
        let counting = CountingWaker::new();
        let (mut tx, mut rx) = K::bounded::<u32>(1);
        let mut future = tx.closed_async();
        let mut poll = |waker: &Waker| poll_with(&mut future, waker).is_ready();
        let ready = drive(&mut poll, polls, closed_at, &counting.waker(), || {
            rx.close();
        });
        assert_eq!(ready, closed_at < polls);
        assert_eq!(counting.wakes(), usize::from(0 < closed_at && closed_at < polls));
        drop(future);
        assert_eq!(counting.held(), 0);
    }
}

fn only_the_last_waker_of_a_receive_counts<K: Channel>() {
    for &verb in RECEIVES {
        let (mut tx, mut rx) = K::bounded(2);
        let (_, got) = receive::<K, _>(verb, &mut rx, |poll| {
            let last = change_wakers(poll);
            tx.try_send(1).unwrap();
            assert_eq!(last.wakes(), 1, "{verb:?}");
            poll(Waker::noop())
        });
        assert_eq!(got, [1], "{verb:?}");
    }
}

fn only_the_last_waker_of_a_send_counts<K: Channel>() {
    for &verb in SENDS {
        let (mut tx, mut rx) = K::bounded(1);
        tx.try_send(0).unwrap();
        let mut values = vec![1];
        let ready = send::<K, _>(verb, &mut tx, &mut values, |poll| {
            let last = change_wakers(poll);
            assert_eq!(rx.try_recv(), Ok(0));
            assert_eq!(last.wakes(), 1, "{verb:?}");
            poll(Waker::noop())
        });
        assert_eq!((ready, rx.try_recv()), (true, Ok(1)), "{verb:?}");
    }
}

/// Polls with one waker, with equal ones, with another, and with the first again; returns what counts for the last.
fn change_wakers(poll: PollOnce<'_>) -> Arc<CountingWaker> {
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    let waker = first.waker();
    for held in [1, 1, 1] {
        assert!(!poll(&waker));
        assert_eq!(first.held(), 1 + held, "one copy, however often it is polled");
    }
    assert!(!poll(&waker.clone()));
    assert!(!poll(&second.waker()));
    assert_eq!((first.held(), second.held()), (1, 1), "the old one is let go");
    assert!(!poll(&waker));
    assert_eq!((first.wakes(), second.wakes(), second.held()), (0, 0, 0));
    first
}

/// Whoever is woken and leaves passes it on: every receive with a future, and then a thread, behind it.
#[test]
fn a_dropped_receive_passes_its_wake_up_on() {
    for &verb in RECEIVES {
        let (tx, rx) = hel::bounded(2);
        let (mut first, log) = (rx.clone(), Log::default());
        let mut behind = rx.recv_async();
        receive::<Mpmc, _>(verb, &mut first, |poll| {
            assert!(!poll(&log.waker(1)));
            assert!(poll_with(&mut behind, &log.waker(2)).is_pending());
            tx.try_send(7).unwrap();
            false
        });
        assert_eq!(log.take(), [1, 2], "{verb:?} is first in the queue");
        assert_eq!(poll_once(&mut behind), Poll::Ready(Ok(7)), "{verb:?}");
    }
}

#[test]
fn a_dropped_receive_wakes_the_next_future_and_only_that() {
    for verb in [RecvVerb::Async, RecvVerb::BatchAsync] {
        let (tx, rx) = hel::bounded(2);
        let (mut first, log) = (rx.clone(), Log::default());
        let (mut second, mut third) = (rx.recv_async(), rx.recv_async());
        receive::<Mpmc, _>(verb, &mut first, |poll| {
            assert!(!poll(&log.waker(1)));
            assert!(poll_with(&mut second, &log.waker(2)).is_pending());
            assert!(poll_with(&mut third, &log.waker(3)).is_pending());
            tx.try_send(7).unwrap();
            assert_eq!(log.take(), [1]);
            false
        });
        assert_eq!(log.take(), [2], "{verb:?}");
        drop(second);
        assert_eq!(log.take(), [3], "{verb:?}");
        assert_eq!(poll_once(&mut third), Poll::Ready(Ok(7)));
    }
}

#[test]
fn a_dropped_send_wakes_the_next_future_and_only_that() {
    for verb in [SendVerb::Async, SendVerb::RefAsync, SendVerb::BatchAsync] {
        let (tx, rx) = hel::bounded(1);
        tx.try_send(0).unwrap();
        let (mut first, log) = (tx.clone(), Log::default());
        let (mut second, mut third) = (tx.send_async(2), tx.send_async(3));
        send::<Mpmc, _>(verb, &mut first, &mut vec![1], |poll| {
            assert!(!poll(&log.waker(1)));
            assert!(poll_with(&mut second, &log.waker(2)).is_pending());
            assert!(poll_with(&mut third, &log.waker(3)).is_pending());
            assert_eq!(rx.try_recv(), Ok(0));
            assert_eq!(log.take(), [1]);
            false
        });
        assert_eq!(log.take(), [2], "{verb:?}");
        drop(second);
        assert_eq!(log.take(), [3], "{verb:?}");
        assert_eq!(poll_once(&mut third), Poll::Ready(Ok(())));
        assert_eq!(rx.try_recv(), Ok(3));
    }
}

#[test]
fn a_dropped_operation_wakes_a_blocked_thread() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(1);
        let mut receive = rx.recv_async();
        assert!(poll_once(&mut receive).is_pending());
        let thread = spawn_asleep({
            let rx = rx.clone();
            move || rx.recv()
        });
        tx.try_send(1).unwrap();
        drop(receive);
        assert_eq!(thread.join().unwrap(), Ok(1));

        tx.try_send(2).unwrap();
        let mut send = tx.send_async(3);
        assert!(poll_once(&mut send).is_pending());
        let thread = spawn_asleep({
            let tx = tx.clone();
            move || tx.send(4)
        });
        assert_eq!(rx.try_recv(), Ok(2));
        drop(send);
        assert_eq!(thread.join().unwrap(), Ok(()));
        assert_eq!(rx.try_recv(), Ok(4));
    });
}
