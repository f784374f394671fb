//! Channels under smol's executors: one thread shared by tasks, executors that go while tasks wait, channels that
//! outlive them.

#[path = "../../hel/tests/support/mod.rs"]
mod support;

use std::cell::Cell;
use std::rc::Rc;
use std::thread;

use futures_util::sink::{Sink, SinkExt};
use futures_util::stream::{Stream, StreamExt};
use hel::{RecvFuture, RecvStream};
use hel_smol::{channel, hel};
use smol::{Executor, LocalExecutor, future};
use support::{Ledger, limit, poll_once};

/// As many values in a row as a stream gives before it gives way.
const RUN: usize = 1024;

/// Runs all tasks until none of them can go on.
fn run_until_parked(executor: &Executor<'_>) {
    while executor.try_tick() {}
}

/// Runs `busy`, which never ends by itself and counts its steps, beside a task that looks at the count each time it
/// gets the thread. Gives the longest run of steps in between.
fn longest_run<F: Future<Output = ()>>(busy: impl FnOnce(Rc<Cell<usize>>) -> F) -> usize {
    limit(|| {
        let executor = LocalExecutor::new();
        let steps = Rc::new(Cell::new(0));
        let _busy = executor.spawn(busy(Rc::clone(&steps)));
        let looking = executor.spawn(async move {
            let (mut seen, mut longest) = (0, 0);
            for _ in 0..20 {
                longest = longest.max(steps.get() - seen);
                seen = steps.get();
                future::yield_now().await;
            }
            assert!(seen > 0, "the busy task has had the thread too");
            longest
        });
        future::block_on(executor.run(looking))
    })
}

/// Takes values for ever out of a channel that is filled up again after each.
async fn take_all(mut stream: impl Stream<Item = u32> + Unpin, fill: impl Fn(), steps: Rc<Cell<usize>>) {
    fill();
    while stream.next().await.is_some() {
        steps.set(steps.get() + 1);
        fill();
    }
}

#[test]
fn a_stream_over_a_channel_that_never_runs_empty_does_not_keep_the_thread() {
    let longest = longest_run(|steps| {
        let (s, r) = channel::bounded(1);
        take_all(r, move || s.try_send(1).unwrap(), steps)
    });
    assert_eq!(longest, RUN);
}

#[test]
fn nor_does_a_stream_of_hels_own() {
    let longest = longest_run(|steps| {
        let (tx, rx) = hel::bounded(1);
        take_all(rx.into_stream(), move || tx.try_send(1).unwrap(), steps)
    });
    assert_eq!(longest, RUN);
}

/// Feeds values for ever into a channel that is emptied after each.
async fn feed_all(mut sink: impl Sink<u32> + Unpin, empty: impl Fn(), steps: Rc<Cell<usize>>) {
    while sink.feed(1).await.is_ok() {
        steps.set(steps.get() + 1);
        empty();
    }
}

#[test]
fn nor_does_a_sink_into_a_channel_that_never_fills_up() {
    let longest = longest_run(|steps| {
        let (tx, rx) = hel::bounded(1);
        feed_all(tx.into_sink(), move || assert_eq!(rx.try_recv(), Ok(1)), steps)
    });
    assert_eq!(longest, RUN);
}

#[test]
fn an_executor_that_goes_takes_its_parked_tasks_out_of_the_queues() {
    limit(|| {
        let ledger = Ledger::new();
        let (s, r) = channel::bounded(1);
        let (empty_s, empty_r) = channel::bounded(1);
        let executor = Executor::new();
        s.try_send(ledger.value()).unwrap();
        for _ in 0..3 {
            let (s, r, value) = (s.clone(), empty_r.clone(), ledger.value());
            executor.spawn(async move { s.send(value).await.unwrap() }).detach();
            executor.spawn(async move { drop(r.recv().await) }).detach();
            let (closed, stream) = (empty_s.clone(), empty_r.clone());
            executor.spawn(async move { closed.closed().await }).detach();
            executor.spawn(async move { while stream.clone().next().await.is_some() {} }).detach();
        }
        run_until_parked(&executor);
        assert_eq!((s.sender_count(), empty_r.receiver_count(), empty_s.sender_count()), (4, 10, 4));

        drop(executor);
        assert_eq!((s.sender_count(), empty_r.receiver_count(), empty_s.sender_count()), (1, 1, 1));
        assert_eq!((ledger.made(), ledger.alive()), (4, 1), "what waited to be sent went with its task");
        assert!(r.try_recv().is_ok() && r.try_recv().unwrap_err().is_empty());

        // Nobody is left in front of who waits now.
        let receiving = thread::spawn(move || empty_r.recv_blocking());
        empty_s.send_blocking(ledger.value()).unwrap();
        assert!(receiving.join().unwrap().is_ok());
        ledger.assert_each_dropped_once();
    });
}

#[test]
fn a_task_cancelled_after_it_was_woken_passes_its_wake_up_on() {
    limit(|| {
        let executor = Executor::new();
        let (s, r) = channel::bounded(4);
        let receive = |r: channel::Receiver<u32>| executor.spawn(async move { r.recv().await });
        let (first, second) = (receive(r.clone()), receive(r.clone()));
        run_until_parked(&executor);
        s.try_send(7).unwrap(); // wakes the first, which does not run any more
        assert_eq!(smol::block_on(executor.run(first.cancel())), None);
        assert_eq!(smol::block_on(executor.run(second)), Ok(7));
    });
}

#[test]
fn a_task_dropped_while_it_waits_for_room_has_not_sent() {
    limit(|| {
        let (executor, ledger) = (Executor::new(), Ledger::new());
        let (s, r) = channel::bounded(1);
        s.try_send(ledger.value()).unwrap();
        let send = |value| {
            let s = s.clone();
            executor.spawn(async move { s.send(value).await.is_ok() })
        };
        let (first, second) = (send(ledger.value()), send(ledger.value()));
        run_until_parked(&executor);
        assert_eq!(r.try_recv().unwrap().id, 0); // wakes the first
        drop(first);
        assert!(smol::block_on(executor.run(second)));
        assert_eq!((r.try_recv().unwrap().id, r.is_empty()), (2, true));
        ledger.assert_each_dropped_once();
    });
}

#[test]
fn a_channel_outlives_its_executors() {
    limit(|| {
        let (s, r) = channel::bounded(1);
        for round in 0..3 {
            let executor = LocalExecutor::new();
            let sending = executor.spawn({
                let s = s.clone();
                async move {
                    for n in 0..10 {
                        s.send(round * 10 + n).await.unwrap();
                    }
                }
            });
            let r = &r;
            let got = future::block_on(executor.run(async move {
                let mut got = Vec::new();
                for _ in 0..10 {
                    got.push(r.recv().await.unwrap());
                }
                sending.await;
                got
            }));
            assert!(got.into_iter().eq(round * 10..round * 10 + 10));
        }
        let handle = thread::spawn(move || s.send_blocking(99));
        assert_eq!(r.recv_blocking(), Ok(99));
        assert_eq!(handle.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_future_may_move_from_one_executor_to_another() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        let mut recv = RecvFuture::new(rx);
        let first = LocalExecutor::new();
        let polled = future::block_on(first.run(async { poll_once(&mut recv) }));
        assert!(polled.is_pending());
        drop(first);
        let second = LocalExecutor::new();
        let received = second.spawn(recv);
        second.spawn(async move { tx.send_async(5).await.unwrap() }).detach();
        assert_eq!(future::block_on(second.run(received)), Ok(5));
    });
}

#[test]
fn a_stream_may_wait_on_one_executor_and_go_on_elsewhere() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        let mut stream = RecvStream::new(rx);
        let executor = Executor::new();
        let waiting = executor.spawn(async move {
            let waits = future::poll_once(stream.next()).await.is_none();
            (stream, waits)
        });
        let (mut stream, waits) = smol::block_on(executor.run(waiting));
        assert!(waits);
        drop(executor);
        let sending = thread::spawn(move || tx.send(6));
        assert_eq!(smol::block_on(stream.next()), Some(6));
        assert_eq!(sending.join().unwrap(), Ok(()));
    });
}

#[test]
fn closing_a_channel_stops_the_threads_of_an_executor() {
    limit(|| {
        let (s, r) = channel::bounded(2);
        let (stop, stopped) = channel::bounded::<()>(1);
        let executor = Executor::new();
        let sum = thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| smol::block_on(executor.run(stopped.recv())));
            }
            let sending: Vec<_> = (1..=4)
                .map(|who| {
                    let s = s.clone();
                    executor.spawn(async move {
                        for _ in 0..100 {
                            s.send(who).await.unwrap();
                        }
                    })
                })
                .collect();
            drop(s);
            let receiving: Vec<_> = (0..3).map(|_| executor.spawn(r.clone().fold(0, async |sum, n| sum + n))).collect();
            let sum = smol::block_on(async {
                let mut sum = 0;
                for task in sending {
                    task.await;
                }
                for task in receiving {
                    sum += task.await;
                }
                sum
            });
            assert!(stop.close());
            sum
        });
        assert_eq!(sum, 100 * (1 + 2 + 3 + 4));
    });
}
