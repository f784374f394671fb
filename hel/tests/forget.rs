//! P6: a forgotten future is memory safe, and costs at most the wake-up that it had been given; on SPSC nothing at all.
//! What a handle or stream keeps registered between polls uses up no wake-up that somebody else needs.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::mem::forget;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use extra2::{Channel, RxEnd, Spsc, TxEnd, on_both_kinds, spawn_asleep};
use hel::channel::spsc;
use support::waker::CountingWaker;
use support::{Counted, Ledger, limit, poll_once, poll_with};

on_both_kinds!(
    forgotten_receives_keep_the_values_safe,
    forgotten_sends_keep_the_values_safe,
    a_forgotten_batch_keeps_what_is_unsent_in_the_vec,
    wakers_of_forgotten_futures_go_with_the_channel,
    a_receiver_that_waits_between_polls_takes_no_wake_up_from_a_future,
    a_sender_that_waits_between_polls_takes_no_wake_up_from_a_future,
);

/// Polls up to `polls` times, then forgets; returns what it got.
fn forget_after<F: Future + Unpin>(mut future: F, polls: usize, waker: &Waker) -> Option<F::Output> {
    for _ in 0..polls {
        if let Poll::Ready(output) = poll_with(&mut future, waker) {
            return Some(output);
        }
    }
    forget(future);
    None
}

/// One receive of each kind, forgotten.
fn forget_receive<K: Channel>(verb: usize, rx: &mut K::Rx<Counted>, polls: usize, waker: &Waker) -> Vec<Counted> {
    let mut got = Vec::new();
    match verb {
        0 => got.extend(forget_after(rx.recv_async(), polls, waker).and_then(Result::ok)),
        _ => drop(forget_after(rx.recv_batch_async(&mut got, 2), polls, waker)),
    }
    got
}

fn forgotten_receives_keep_the_values_safe<K: Channel>() {
    for (verb, polls, there) in (0..2).flat_map(|v| (0..4).flat_map(move |p| (0..3).map(move |t| (v, p, t)))) {
        let ledger = Ledger::new();
        let (mut tx, mut rx) = K::bounded(2);
        ledger.values(there).into_iter().for_each(|value| tx.try_send(value).unwrap());
        let mut got = forget_receive::<K>(verb, &mut rx, polls, Waker::noop());
        let was_served = polls > 0 && there > 0;
        assert_eq!(got.is_empty(), !was_served, "verb {verb}, {polls} polls, {there} there");
        while got.len() < there {
            got.push(rx.try_recv().unwrap());
        }
        assert!(got.iter().map(|value| value.id).eq(0..there), "in order");
        tx.try_send(ledger.value()).unwrap();
        assert_eq!(rx.recv().unwrap().id, there, "the channel goes on");
        drop((tx, rx, got));
        ledger.assert_each_dropped_once();
    }
}

fn forgotten_sends_keep_the_values_safe<K: Channel>() {
    for (polls, there) in (0..4).flat_map(|p| (0..3).map(move |t| (p, t))) {
        let ledger = Ledger::new();
        let (mut tx, mut rx) = K::bounded(2);
        ledger.values(there).into_iter().for_each(|value| tx.try_send(value).unwrap());
        let mut slot = Some(ledger.value());
        let sent = forget_after(tx.send_ref_async(&mut slot), polls, Waker::noop()).is_some();
        assert_eq!(sent, polls > 0 && there < 2);
        assert_eq!(slot.is_some(), !sent, "the slot is full if and only if the value was not sent");
        let ids: Vec<_> = rx.try_iter().map(|value| value.id).collect();
        assert_eq!(ids, (0..there + usize::from(sent)).collect::<Vec<_>>());
        tx.send(ledger.value()).unwrap();
        assert_eq!(rx.recv().unwrap().id, there + 1, "the channel goes on");
        drop((tx, rx, slot));
        ledger.assert_each_dropped_once();
    }
}

/// In any order: a batch that waits may hold it turned round.
fn a_forgotten_batch_keeps_what_is_unsent_in_the_vec<K: Channel>() {
    for polls in 0..3 {
        let ledger = Ledger::new();
        let (mut tx, mut rx) = K::bounded(2);
        let mut batch = ledger.values(5);
        assert!(forget_after(tx.send_batch_async(&mut batch), polls, Waker::noop()).is_none());
        let sent = if polls > 0 { 2 } else { 0 };
        assert_eq!((batch.len(), rx.len()), (5 - sent, sent));
        let mut ids: Vec<_> = rx.try_iter().chain(batch).map(|value| value.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..5).collect::<Vec<_>>());
        drop((tx, rx));
        ledger.assert_each_dropped_once();
    }
}

fn wakers_of_forgotten_futures_go_with_the_channel<K: Channel>() {
    let counting = CountingWaker::new();
    let (mut tx, mut rx) = K::bounded(1);
    assert!(forget_after(rx.recv_async(), 2, &counting.waker()).is_none());
    tx.try_send(0).unwrap();
    assert!(forget_after(tx.send_ref_async(&mut Some(1)), 2, &counting.waker()).is_none());
    forget_after(tx.closed_async(), 2, &counting.waker());
    drop((tx, rx));
    assert_eq!(counting.held(), 0);
}

type PollReceive = fn(&mut spsc::Receiver<u32>, &Waker) -> Poll<Option<u32>>;

/// What may wait on the receiving side of an SPSC channel after a future was forgotten there.
const RECEIVES: [PollReceive; 4] = [
    |rx, waker| rx.poll_recv(&mut Context::from_waker(waker)),
    |rx, waker| {
        let mut into = Vec::new();
        let polled = rx.poll_recv_batch(&mut Context::from_waker(waker), &mut into, 1);
        polled.map(|_| into.pop())
    },
    // Forgotten too, but only once it has polled: one of these may follow another.
    |rx, waker| forget_after(rx.recv_async(), 1, waker).map_or(Poll::Pending, |result| Poll::Ready(result.ok())),
    |rx, waker| {
        let mut into = Vec::new();
        let done = forget_after(rx.recv_batch_async(&mut into, 1), 1, waker).is_some();
        if done { Poll::Ready(into.pop()) } else { Poll::Pending }
    },
];

/// On SPSC a registration proves that a forgotten one is dead, so the next to wait is woken, whatever it is.
#[test]
fn on_spsc_a_forgotten_receive_takes_no_wake_up_from_the_next() {
    for (nth, next) in RECEIVES.iter().enumerate() {
        for verb in 0..2 {
            let ((mut tx, mut rx), counting) = (spsc::bounded(1), CountingWaker::new());
            match verb {
                0 => assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none()),
                _ => assert!(forget_after(rx.recv_batch_async(&mut Vec::new(), 1), 1, Waker::noop()).is_none()),
            }
            assert_eq!(next(&mut rx, &counting.waker()), Poll::Pending);
            tx.try_send(7).unwrap();
            assert_eq!(counting.wakes(), 1, "receive {nth} after forgetting {verb}");
            assert_eq!(next(&mut rx, &counting.waker()), Poll::Ready(Some(7)));
        }
    }
}

#[test]
fn on_spsc_a_forgotten_receive_takes_no_wake_up_from_a_thread() {
    limit(|| {
        let (mut tx, mut rx) = spsc::bounded(1);
        assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none());
        let thread = spawn_asleep(move || rx.recv());
        tx.send(7).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(7));
    });
}

#[test]
fn on_spsc_a_forgotten_send_takes_no_wake_up_from_the_next() {
    for soft in [false, true] {
        let ((mut tx, mut rx), counting) = (spsc::bounded(1), CountingWaker::new());
        let waker = counting.waker();
        tx.try_send(0).unwrap();
        assert!(forget_after(tx.send_async(1), 1, Waker::noop()).is_none());
        let mut slot = Some(2);
        let mut next = |tx: &mut spsc::Sender<u32>| match soft {
            true => tx.poll_send(&mut Context::from_waker(&waker), &mut slot).map(drop),
            false => forget_after(tx.send_ref_async(&mut slot), 1, &waker).map_or(Poll::Pending, |_| Poll::Ready(())),
        };
        assert!(next(&mut tx).is_pending());
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!(counting.wakes(), 1, "soft: {soft}");
        assert!(next(&mut tx).is_ready());
        assert_eq!(rx.try_recv(), Ok(2));
    }
}

/// On MPMC each forgotten future costs one wake-up: the next operations of that side make it good.
#[test]
fn on_mpmc_forgotten_receives_cost_their_own_wake_ups_and_no_more() {
    const FORGOTTEN: usize = 100;
    let (tx, rx) = hel::bounded(FORGOTTEN + 1);
    (0..FORGOTTEN).for_each(|_| assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none()));
    let live = CountingWaker::new();
    let mut waiting = rx.recv_async();
    assert!(poll_with(&mut waiting, &live.waker()).is_pending());
    (0..FORGOTTEN).for_each(|n| tx.try_send(n).unwrap());
    tx.try_send(FORGOTTEN).unwrap();
    assert_eq!(live.wakes(), 1, "no more than one wake-up each");
    assert_eq!(poll_once(&mut waiting), Poll::Ready(Ok(0)));
    assert!(rx.try_iter().eq(1..=FORGOTTEN), "nothing was lost");
}

/// The next operation on that side finds the value, and a waiter that leaves passes it on.
#[test]
fn on_mpmc_what_a_forgotten_receive_was_woken_for_waits_for_the_next_one() {
    let (tx, rx) = hel::bounded(2);
    assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none());
    let (second, third) = (CountingWaker::new(), CountingWaker::new());
    let (mut leaves, mut stays) = (rx.recv_async(), rx.recv_async());
    assert!(poll_with(&mut leaves, &second.waker()).is_pending());
    assert!(poll_with(&mut stays, &third.waker()).is_pending());
    tx.try_send(1).unwrap();
    drop(leaves);
    assert_eq!((second.wakes(), third.wakes()), (0, 1), "who leaves hands on what is there");
    assert_eq!(poll_once(&mut stays), Poll::Ready(Ok(1)));
}

/// Handles and streams that were polled once and then left alone, before and behind one that really waits.
fn a_receiver_that_waits_between_polls_takes_no_wake_up_from_a_future<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let (soft, hard) = (CountingWaker::new(), CountingWaker::new());
    assert!(rx.poll_recv(&mut Context::from_waker(&soft.waker())).is_pending());
    let mut waiting = rx.recv_async();
    assert!(poll_with(&mut waiting, &hard.waker()).is_pending());
    tx.try_send(1).unwrap();
    assert_eq!((soft.wakes(), hard.wakes()), (1, 1));
    assert_eq!(poll_once(&mut waiting), Poll::Ready(Ok(1)));
}

fn a_sender_that_waits_between_polls_takes_no_wake_up_from_a_future<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    tx.try_send(0).unwrap();
    let (soft, hard) = (CountingWaker::new(), CountingWaker::new());
    assert!(tx.poll_send(&mut Context::from_waker(&soft.waker()), &mut Some(1)).is_pending());
    let mut waiting = tx.send_async(2);
    assert!(poll_with(&mut waiting, &hard.waker()).is_pending());
    assert_eq!(rx.try_recv(), Ok(0));
    assert_eq!((soft.wakes(), hard.wakes()), (1, 1));
    assert_eq!(poll_once(&mut waiting), Poll::Ready(Ok(())));
}

/// Wakers that count, one per waiter.
fn counters(count: usize) -> Vec<Arc<CountingWaker>> {
    (0..count).map(|_| CountingWaker::new()).collect()
}

#[test]
fn many_idle_handles_take_no_wake_up_from_a_future_or_a_thread() {
    limit(|| {
        let (tx, rx) = hel::bounded(4);
        let idle = counters(50);
        let mut handles: Vec<_> = idle.iter().map(|_| rx.clone()).collect();
        let mut leave_alone = |from: usize| {
            for (handle, counting) in handles[from..].iter_mut().zip(&idle[from..]).take(25) {
                assert!(handle.poll_recv(&mut Context::from_waker(&counting.waker())).is_pending());
            }
        };
        leave_alone(0);
        let hard = CountingWaker::new();
        let mut future = rx.recv_async();
        assert!(poll_with(&mut future, &hard.waker()).is_pending());
        let thread = spawn_asleep({
            let rx = rx.clone();
            move || rx.recv()
        });
        leave_alone(25);
        tx.try_send(1).unwrap();
        assert_eq!(hard.wakes(), 1);
        assert_eq!(poll_once(&mut future), Poll::Ready(Ok(1)));
        tx.try_send(2).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(2));
        // Nobody waits in earnest any more, so the idle ones are told.
        tx.try_send(3).unwrap();
        assert!(idle.iter().all(|counting| counting.wakes() == 1), "each idle handle was told of a value once");
    });
}

#[test]
fn a_future_that_leaves_passes_its_wake_up_to_an_idle_handle() {
    let (tx, rx) = hel::bounded::<u32>(1);
    let mut future = rx.recv_async();
    assert!(poll_once(&mut future).is_pending());
    let (mut handle, idle) = (rx.clone(), CountingWaker::new());
    assert!(handle.poll_recv(&mut Context::from_waker(&idle.waker())).is_pending());
    tx.try_send(1).unwrap();
    drop(future);
    assert_eq!(idle.wakes(), 1);
    assert_eq!(handle.poll_recv(&mut Context::from_waker(Waker::noop())), Poll::Ready(Some(1)));
}

/// The promise of `poll_recv` that is pending: its task is woken when there is a value, or was woken before for nothing.
#[test]
fn a_pending_poll_keeps_its_promise_beside_other_uses_of_the_handle() {
    type Between = fn(&mut <Spsc as Channel>::Rx<u32>);
    let between: [Between; 5] = [
        |rx| assert!(poll_once(&mut rx.recv_async()).is_pending()),
        |rx| assert!(poll_once(&mut rx.recv_batch_async(&mut Vec::new(), 1)).is_pending()),
        |rx| assert!(rx.recv_timeout(Duration::from_millis(1)).is_err()),
        |rx| assert!(rx.try_recv().is_err()),
        |rx| assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none()),
    ];
    for (nth, between) in between.iter().enumerate() {
        let ((mut tx, mut rx), counting) = (spsc::bounded(1), CountingWaker::new());
        assert!(rx.poll_recv(&mut Context::from_waker(&counting.waker())).is_pending());
        between(&mut rx);
        tx.try_send(1).unwrap();
        assert!(counting.wakes() > 0, "after use {nth}");
        assert_eq!(rx.try_recv(), Ok(1));
    }
}

#[cfg(feature = "futures")]
mod streams {
    use super::*;
    use extra2::Runner;
    use futures_util::{SinkExt, StreamExt};

    fn poll_next<S: futures_util::Stream + Unpin>(stream: &mut S, waker: &Waker) -> Poll<Option<S::Item>> {
        stream.poll_next_unpin(&mut Context::from_waker(waker))
    }

    #[test]
    fn idle_streams_take_no_wake_up_from_a_future() {
        let (tx, rx) = hel::bounded(4);
        let idle = counters(20);
        let mut streams: Vec<_> = idle.iter().map(|_| rx.stream()).collect();
        for (stream, counting) in streams.iter_mut().zip(&idle) {
            assert!(poll_next(stream, &counting.waker()).is_pending());
        }
        let hard = CountingWaker::new();
        let mut future = rx.recv_async();
        assert!(poll_with(&mut future, &hard.waker()).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(hard.wakes(), 1);
        assert!(idle.iter().all(|counting| counting.wakes() == 1));
        assert_eq!(poll_once(&mut future), Poll::Ready(Ok(1)));
    }

    #[test]
    fn an_idle_sink_takes_no_wake_up_from_a_future() {
        let (tx, rx) = hel::bounded(1);
        tx.try_send(0).unwrap();
        let mut sink = tx.sink();
        assert!(sink.start_send_unpin(1).is_ok());
        assert!(sink.poll_flush_unpin(&mut Context::from_waker(Waker::noop())).is_pending());
        let hard = CountingWaker::new();
        let mut future = tx.send_async(2);
        assert!(poll_with(&mut future, &hard.waker()).is_pending());
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!(hard.wakes(), 1);
        assert_eq!(poll_once(&mut future), Poll::Ready(Ok(())));
        assert_eq!(sink.take_unsent(), Some(1));
    }

    /// The stream's registration takes the place of the handle's, whose task is told so.
    #[test]
    fn a_pending_poll_keeps_its_promise_beside_a_stream() {
        for forgotten in [false, true] {
            let ((mut tx, mut rx), counting) = (spsc::bounded(1), CountingWaker::new());
            assert!(rx.poll_recv(&mut Context::from_waker(&counting.waker())).is_pending());
            let mut stream = rx.stream();
            assert!(poll_next(&mut stream, Waker::noop()).is_pending());
            if forgotten {
                forget(stream)
            } else {
                drop(stream)
            }
            tx.try_send(1).unwrap();
            assert!(counting.wakes() > 0);
        }
    }

    #[test]
    fn on_spsc_a_forgotten_receive_takes_no_wake_up_from_a_stream() {
        let ((mut tx, mut rx), counting) = (spsc::bounded(1), CountingWaker::new());
        assert!(forget_after(rx.recv_async(), 1, Waker::noop()).is_none());
        let mut stream = rx.into_stream();
        assert!(poll_next(&mut stream, &counting.waker()).is_pending());
        tx.try_send(1).unwrap();
        assert_eq!(counting.wakes(), 1);
        assert_eq!(limit(|| Runner::new().run(stream.next())), Some(1));
    }
}
