//! P4: whoever waits is woken, in one FIFO of threads and tasks where neither kind is preferred.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::sync::mpsc;
use std::task::Poll;
use std::thread::{self, JoinHandle};

use extra2::{Channel, Log, Runner, RxEnd, TxEnd, on_both_kinds, spawn_asleep};
use hel::{Receiver, RecvFuture, SendFuture, Sender};
use support::rng::Rng;
use support::{Ledger, limit, poll_once, poll_with};

on_both_kinds!(
    a_batch_larger_than_the_channel_wakes_before_it_waits,
    a_batch_future_larger_than_the_channel_wakes_before_it_waits,
    a_consumer_that_takes_one_and_then_waits_for_the_producer,
);

/// Receives that wait in this order, each with its number as the waker.
fn waiting_receives<'r>(rx: &'r Receiver<usize>, log: &Log, count: usize) -> Vec<RecvFuture<&'r Receiver<usize>>> {
    let wait = |id| {
        let mut future = rx.recv_async();
        assert!(poll_with(&mut future, &log.waker(id)).is_pending());
        future
    };
    (0..count).map(wait).collect()
}

/// Sends of their own numbers that wait in this order. The channel is full.
fn waiting_sends<'t>(tx: &'t Sender<usize>, log: &Log, count: usize) -> Vec<SendFuture<&'t Sender<usize>>> {
    let wait = |id| {
        let mut future = tx.send_async(id);
        assert!(poll_with(&mut future, &log.waker(id)).is_pending());
        future
    };
    (0..count).map(wait).collect()
}

/// A full channel: it holds values that nobody asks about.
fn full(capacity: usize) -> (Sender<usize>, Receiver<usize>) {
    let (tx, rx) = hel::bounded(capacity);
    (0..capacity).for_each(|_| tx.try_send(usize::MAX).unwrap());
    (tx, rx)
}

#[test]
fn receives_are_woken_in_order_of_arrival() {
    let (log, (tx, rx)) = (Log::default(), hel::bounded(8));
    let waiting = waiting_receives(&rx, &log, 8);
    for id in 0..8 {
        tx.try_send(id).unwrap();
        assert_eq!(log.take(), [id]);
    }
    for (id, mut future) in waiting.into_iter().enumerate() {
        assert_eq!(poll_once(&mut future), Poll::Ready(Ok(id)));
    }
    assert_eq!(log.take(), [], "nobody was woken twice");
}

#[test]
fn sends_are_woken_in_order_of_arrival() {
    let (log, (tx, rx)) = (Log::default(), full(8));
    let waiting = waiting_sends(&tx, &log, 8);
    for id in 0..8 {
        assert_eq!(rx.try_recv(), Ok(usize::MAX));
        assert_eq!(log.take(), [id]);
    }
    for mut future in waiting {
        assert_eq!(poll_once(&mut future), Poll::Ready(Ok(())));
    }
    assert!(rx.try_iter().eq(0..8));
    assert_eq!(log.take(), [], "nobody was woken twice");
}

/// Woken and too late, a waiter goes back to its place before the others.
#[test]
fn a_waiter_that_was_woken_for_nothing_is_next() {
    let (log, (tx, rx)) = (Log::default(), hel::bounded(8));
    let mut waiting = waiting_receives(&rx, &log, 3);
    tx.try_send(1).unwrap();
    assert_eq!((log.take(), rx.try_recv()), (vec![0], Ok(1)));
    assert!(poll_with(&mut waiting[0], &log.waker(0)).is_pending());
    tx.try_send(2).unwrap();
    assert_eq!(log.take(), [0]);
    assert_eq!(poll_once(&mut waiting[0]), Poll::Ready(Ok(2)));
}

/// A future that is polled without need stays where it is.
#[test]
fn polling_again_keeps_the_place() {
    let (log, (tx, rx)) = (Log::default(), hel::bounded(8));
    let mut waiting = waiting_receives(&rx, &log, 3);
    for id in [2, 0, 1, 2, 1, 0] {
        assert!(poll_with(&mut waiting[id], &log.waker(id)).is_pending());
    }
    (0..3).for_each(|n| tx.try_send(n).unwrap());
    assert_eq!(log.take(), [0, 1, 2]);
}

#[test]
fn a_batch_wakes_as_many_as_it_has_values() {
    for (waiters, values) in [(5, 3), (3, 5), (4, 4), (40, 33), (1, 8), (8, 1)] {
        let (log, (tx, rx)) = (Log::default(), hel::bounded(64));
        let waiting = waiting_receives(&rx, &log, waiters);
        assert_eq!(tx.try_send_batch(&mut (0..values).collect()), Ok(values));
        assert_eq!(log.take(), (0..waiters.min(values)).collect::<Vec<_>>());
        drop(waiting);
    }
}

#[test]
fn a_batch_receive_wakes_as_many_as_it_made_room_for() {
    for (waiters, values) in [(5, 3), (3, 5), (4, 4), (40, 33), (1, 8), (8, 1)] {
        let (log, (tx, rx)) = (Log::default(), full(64));
        let waiting = waiting_sends(&tx, &log, waiters);
        assert_eq!(rx.try_recv_batch(&mut Vec::new(), values), Ok(values));
        assert_eq!(log.take(), (0..waiters.min(values)).collect::<Vec<_>>());
        drop(waiting);
    }
}

/// Every second waiter is a thread, the others futures; whoever is served says so.
struct MixedQueue<F> {
    futures: Vec<F>,
    threads: Vec<JoinHandle<usize>>,
    log: Log,
}

const MIXED: usize = 6;

#[test]
fn threads_and_futures_that_receive_are_served_in_one_queue() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        let mut queue = MixedQueue { futures: Vec::new(), threads: Vec::new(), log: Log::default() };
        for id in 0..MIXED {
            let rx = rx.clone();
            if id % 2 == 0 {
                let mut future = RecvFuture::new(rx);
                assert!(poll_with(&mut future, &queue.log.waker(id)).is_pending());
                queue.futures.push(future);
            } else {
                queue.threads.push(spawn_asleep(move || rx.recv().unwrap()));
            }
        }
        let (mut futures, mut threads) = (queue.futures.into_iter(), queue.threads.into_iter());
        for id in 0..MIXED {
            tx.try_send(id).unwrap();
            if id % 2 == 0 {
                assert_eq!(queue.log.take(), [id]);
                assert_eq!(poll_once(&mut futures.next().unwrap()), Poll::Ready(Ok(id)));
            } else {
                assert_eq!(threads.next().unwrap().join().unwrap(), id);
                assert_eq!(queue.log.take(), [], "the wake-up was the thread's");
            }
        }
    });
}

#[test]
fn threads_and_futures_that_send_are_served_in_one_queue() {
    limit(|| {
        let (tx, rx) = full(1);
        let mut queue = MixedQueue { futures: Vec::new(), threads: Vec::new(), log: Log::default() };
        for id in 0..MIXED {
            let tx = tx.clone();
            if id % 2 == 0 {
                let mut future = SendFuture::new(tx, id);
                assert!(poll_with(&mut future, &queue.log.waker(id)).is_pending());
                queue.futures.push(future);
            } else {
                queue.threads.push(spawn_asleep(move || tx.send(id).map(|()| id).unwrap()));
            }
        }
        let (mut futures, mut threads) = (queue.futures.into_iter(), queue.threads.into_iter());
        let mut inside = usize::MAX;
        for id in 0..MIXED {
            assert_eq!(rx.try_recv(), Ok(inside));
            if id % 2 == 0 {
                assert_eq!(queue.log.take(), [id]);
                assert_eq!(poll_once(&mut futures.next().unwrap()), Poll::Ready(Ok(())));
            } else {
                assert_eq!(threads.next().unwrap().join().unwrap(), id);
                assert_eq!(queue.log.take(), [], "the wake-up was the thread's");
            }
            inside = id;
        }
    });
}

#[test]
fn a_thread_and_a_task_at_each_end() {
    const EACH: usize = 5_000;
    for capacity in [1, 3, 64] {
        limit(|| {
            let ledger = Ledger::new();
            let (tx, rx) = hel::bounded(capacity);
            let (batch, more) = (ledger.values(EACH), ledger.values(EACH));
            let thread_sends = thread::spawn({
                let tx = tx.clone();
                move || batch.into_iter().for_each(|value| tx.send(value).unwrap())
            });
            let task_sends = thread::spawn(move || {
                Runner::new().run(async {
                    for value in more {
                        tx.send_async(value).await.unwrap()
                    }
                });
            });
            let thread_receives = thread::spawn({
                let rx = rx.clone();
                move || rx.iter().map(|value| value.id).collect::<Vec<_>>()
            });
            let got = Runner::new().run(async {
                let mut got = Vec::new();
                while let Ok(value) = rx.recv_async().await {
                    got.push(value.id);
                }
                got
            });
            thread_sends.join().unwrap();
            task_sends.join().unwrap();
            let mut all = [got, thread_receives.join().unwrap()].concat();
            all.sort_unstable();
            assert_eq!(all, (0..2 * EACH).collect::<Vec<_>>());
            ledger.assert_each_dropped_once();
        });
    }
}

fn a_batch_larger_than_the_channel_wakes_before_it_waits<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(10);
    let receiver = spawn_asleep(move || (0..105).map(|_| rx.recv().unwrap()).collect::<Vec<_>>());
    let mut batch = (0..105).collect();
    assert_eq!(tx.send_batch(&mut batch), Ok(105));
    assert_eq!(batch, []);
    assert_eq!(receiver.join().unwrap(), (0..105).collect::<Vec<_>>());
}

fn a_batch_future_larger_than_the_channel_wakes_before_it_waits<K: Channel>() {
    let (log, (mut tx, mut rx)) = (Log::default(), K::bounded(2));
    let mut batch = vec![1, 2, 3];
    let mut receive = rx.recv_async();
    assert!(poll_with(&mut receive, &log.waker(0)).is_pending());
    let mut send = tx.send_batch_async(&mut batch);
    assert!(poll_with(&mut send, &log.waker(1)).is_pending());
    assert_eq!(log.take(), [0]);
    assert_eq!(poll_once(&mut receive), Poll::Ready(Ok(1)));
    assert_eq!(log.take(), [1]);
    assert_eq!(poll_once(&mut send), Poll::Ready(Ok(3)));
}

/// Senders are woken for one free place, not for half of them: nothing else will come free here.
fn a_consumer_that_takes_one_and_then_waits_for_the_producer<K: Channel>() {
    for capacity in [1, 2, 8, 64] {
        let (mut tx, mut rx) = K::bounded(capacity);
        (0..capacity).for_each(|n| tx.send(n).unwrap());
        let (tell, told) = mpsc::channel();
        let producer = spawn_asleep(move || {
            for n in capacity..capacity + 20 {
                tx.send(n).unwrap();
                tell.send(()).unwrap();
            }
        });
        for n in 0..20 {
            assert_eq!(rx.recv(), Ok(n));
            told.recv().unwrap();
        }
        producer.join().unwrap();
        assert!(rx.try_iter().eq(20..20 + capacity));
    }
}

const MANY: usize = 10_000;

/// Quadratic work would take minutes here: the watchdog ends it.
#[test]
fn ten_thousand_waiters_are_served_in_order() {
    limit(|| {
        let (log, (tx, rx)) = (Log::default(), hel::bounded(16));
        let (mut waiting, mut woken) = (waiting_receives(&rx, &log, MANY).into_iter(), Vec::new());
        for first in (0..MANY).step_by(16) {
            assert_eq!(tx.try_send_batch(&mut (first..first + 16).collect()), Ok(16));
            // Who is served while there is more wakes one more, to be sure.
            woken.extend(log.take());
            assert!(woken.len() >= first + 16, "{} are awake", woken.len());
            for (n, mut future) in (first..).zip(waiting.by_ref().take(16)) {
                assert_eq!(poll_once(&mut future), Poll::Ready(Ok(n)));
            }
        }
        assert_eq!(waiting.count(), 0);
        assert!(woken.into_iter().eq(0..MANY), "in order, and none twice");
    });
}

/// Orders in which to cancel waiters.
fn orders() -> [Vec<usize>; 3] {
    let mut random: Vec<_> = (0..MANY).collect();
    let mut rng = Rng::new(7);
    (1..MANY).for_each(|at| random.swap(at, rng.below(at + 1)));
    [(0..MANY).collect(), (0..MANY).rev().collect(), random]
}

#[test]
fn ten_thousand_waiters_are_cancelled_in_any_order() {
    for order in orders() {
        limit(|| {
            let (log, (tx, rx)) = (Log::default(), hel::bounded(MANY));
            let mut waiting: Vec<_> = waiting_receives(&rx, &log, MANY).into_iter().map(Some).collect();
            let (leave, stay) = order.split_at(MANY - 100);
            leave.iter().for_each(|&id| waiting[id] = None);
            let mut stay = stay.to_vec();
            stay.sort_unstable();
            (0..MANY).for_each(|n| tx.try_send(n).unwrap());
            assert_eq!(log.take(), stay, "those that stayed, in order");
        });
    }
}

/// Each leaver passes its wake-up on to the next, so one wake-up goes through the whole queue.
#[test]
fn a_wake_up_goes_through_ten_thousand_leavers() {
    limit(|| {
        let (log, (tx, rx)) = (Log::default(), hel::bounded(1));
        let mut waiting = waiting_receives(&rx, &log, MANY);
        tx.try_send(7).unwrap();
        let mut last = waiting.pop().unwrap();
        waiting.into_iter().for_each(drop);
        assert_eq!(log.take(), (0..MANY).collect::<Vec<_>>());
        assert_eq!(poll_once(&mut last), Poll::Ready(Ok(7)));
    });
}
