//! Limits, gathering and batches by async-io's timers. No test asserts how fast anything is: only that nothing comes
//! too early, and that what was waited for comes.

#[path = "../../hel/tests/support/mod.rs"]
mod support;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::{Either, FusedFuture, select};
use futures_util::stream::FusedStream;
use hel::channel::errors::{RecvError, SendBatchError, SendError};
use hel::channel::{mpmc, spsc};
use hel::rt::{Runtime, Timer};
use hel::{RecvFuture, SendFuture};
use hel_smol::{Smol, SmolBatches, SmolReceiver, SmolSender, SmolTimer, batches, gather, hel, timeout, timeout_at};
use smol::{Executor, LocalExecutor};
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once, poll_with};

/// Soon over.
const SHORT: Duration = Duration::from_millis(2);
/// Never over: the watchdog comes first.
const LONG: Duration = Duration::from_secs(3600);

fn run<R>(body: impl Future<Output = R>) -> R {
    limit(|| smol::block_on(body))
}

#[test]
fn every_operation_ends_with_its_limit() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        assert_eq!(rx.recv_timeout_async(SHORT).await, Err(RecvError::TimeOut(SHORT)));
        let mut into = Vec::new();
        assert_eq!(rx.recv_batch_timeout_async(&mut into, 4, SHORT).await, Err(RecvError::TimeOut(SHORT)));
        tx.send_timeout_async(1, LONG).await.unwrap();
        assert_eq!(tx.send_timeout_async(2, SHORT).await, Err(SendError::TimeOut(2, SHORT)));
        let mut slot = Some(3);
        assert!(timeout(SHORT, tx.send_ref_async(&mut slot)).await.unwrap_err().is_timeout());
        assert_eq!(slot, Some(3));
        let mut values = vec![4, 5];
        let late = tx.send_batch_timeout_async(&mut values, SHORT).await;
        assert_eq!((late, values), (Err(SendBatchError::TimeOut { after: SHORT, sent: 0 }), vec![4, 5]));
        assert_eq!((rx.try_recv(), rx.is_empty()), (Ok(1), true), "nothing that timed out was delivered");
    });
}

#[test]
fn no_limit_ends_too_early() {
    run(async {
        let (_tx, rx) = hel::bounded::<u32>(1);
        for limit in [Duration::ZERO, Duration::from_micros(300), SHORT, 5 * SHORT] {
            let begin = Instant::now();
            assert_eq!(timeout(limit, rx.recv_async()).await, Err(RecvError::TimeOut(limit)));
            assert!(begin.elapsed() >= limit);
            let at = Instant::now() + limit;
            assert!(timeout_at(at, rx.recv_async()).await.unwrap_err().is_timeout());
            assert!(Instant::now() >= at);
        }
    });
}

#[test]
fn a_limit_is_counted_from_the_first_poll() {
    let (_tx, rx) = hel::bounded::<u32>(1);
    let late = timeout(SHORT, rx.recv_async());
    thread::sleep(2 * SHORT);
    let begin = Instant::now();
    assert!(run(late).unwrap_err().is_timeout());
    assert!(begin.elapsed() >= SHORT);
}

#[test]
fn zero_and_the_past_take_what_is_there() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let past = Instant::now();
        for n in 0..10 {
            timeout(Duration::ZERO, tx.send_async(n)).await.unwrap();
            assert_eq!(timeout(Duration::ZERO, rx.recv_async()).await, Ok(n));
            timeout_at(past, tx.send_async(n)).await.unwrap();
            assert_eq!(timeout_at(past, rx.recv_async()).await, Ok(n));
            assert!(timeout_at(past, rx.recv_async()).await.unwrap_err().is_timeout());
        }
    });
}

#[test]
fn without_limit_it_waits_for_the_value() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let sending = thread::spawn(move || (1..=3).for_each(|n| tx.send(n).unwrap()));
        assert_eq!(rx.recv_timeout_async(Duration::MAX).await, Ok(1));
        assert_eq!(rx.recv_timeout_async(LONG).await, Ok(2));
        assert_eq!(timeout_at(Instant::now() + LONG, rx.recv_async()).await, Ok(3));
        assert_eq!(rx.recv_timeout_async(LONG).await, Err(RecvError::Disconnected));
        sending.join().unwrap();
    });
}

/// Waits for a timer, which must not come before `at`.
fn wait_for(timer: &mut SmolTimer, at: Instant) {
    run(&mut *timer);
    assert!(Instant::now() >= at);
}

#[test]
fn a_timer_can_be_set_anew_at_any_time() {
    let mut timer = Smol.timer(Smol.now() + LONG);
    assert!(poll_once(&mut timer).is_pending());
    for pending_between in [true, false] {
        let at = Smol.now() + SHORT; // earlier than it was
        Pin::new(&mut timer).reset(at);
        wait_for(&mut timer, at);
        Pin::new(&mut timer).reset(Smol.now() + LONG); // later, after it was ready
        assert!(!pending_between || poll_once(&mut timer).is_pending());
    }
    let past = Smol.now();
    Pin::new(&mut timer).reset(past);
    assert!(poll_once(&mut timer).is_ready());
}

#[test]
fn a_timer_that_is_set_anew_wakes_who_polled_it_last() {
    limit(|| {
        let (old, new) = (CountingWaker::new(), CountingWaker::new());
        let mut timer = Smol.timer(Smol.now() + LONG);
        assert!(poll_with(&mut timer, &old.waker()).is_pending());
        assert!(poll_with(&mut timer, &new.waker()).is_pending());
        Pin::new(&mut timer).reset(Smol.now() + SHORT);
        while new.wakes() == 0 {
            thread::yield_now();
        }
        assert_eq!((old.wakes(), poll_once(&mut timer)), (0, Poll::Ready(())));
        drop(timer);
    });
}

#[test]
fn a_limit_that_passes_hands_its_place_to_the_next() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        let counting = CountingWaker::new();
        let (mut first, mut second) = (rx.recv_timeout_async(LONG), rx.recv_async());
        assert!(poll_once(&mut first).is_pending() && poll_with(&mut second, &counting.waker()).is_pending());
        tx.try_send(1).unwrap(); // wakes the first, which is given up
        drop(first);
        assert_eq!((counting.wakes(), poll_once(&mut second)), (1, Poll::Ready(Ok(1))));
    });
}

#[test]
fn limits_go_into_a_select_by_value_in_a_loop() {
    run(async {
        let (tx, rx) = hel::bounded(4);
        let (other_tx, other_rx) = spsc::bounded(4);
        let sending = thread::spawn(move || {
            let mut other_tx = other_tx;
            (0..50).for_each(|n| tx.send(n).and_then(|()| other_tx.send(n)).unwrap());
            (tx, other_tx) // open to the end: a channel that is closed is ready for ever, and hides the other
        });
        let (mut here, mut there, mut other) = (Vec::new(), Vec::new(), other_rx);
        while here.len() + there.len() < 100 {
            match select(rx.recv_timeout_async(LONG), other.recv_timeout_async(LONG)).await {
                Either::Left((value, _)) => here.extend(value),
                Either::Right((value, _)) => there.extend(value),
            }
        }
        assert!(here.into_iter().eq(0..50) && there.into_iter().eq(0..50));
        sending.join().unwrap();
    });
}

#[test]
fn limits_go_into_a_race_by_value_in_a_loop() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        for n in 0..20 {
            let late = smol::future::race(rx.recv_timeout_async(LONG), timeout(SHORT, rx.recv_async())).await;
            assert_eq!(late, Err(RecvError::TimeOut(SHORT)), "the losing one takes nothing with it");
            tx.send_async(n).await.unwrap();
            let got = smol::future::race(rx.recv_timeout_async(LONG), timeout(LONG, rx.recv_async())).await;
            assert_eq!(got, Ok(n));
        }
    });
}

#[test]
fn what_is_timed_is_unpin_and_fused_whatever_is_sent() {
    fn selectable<F: FusedFuture + Unpin>(_: &F) {}
    fn selectable_stream<S: FusedStream + Unpin>(_: &S) {}
    fn sent<F: Send>(_: &F) {}
    let (tx, rx) = hel::bounded::<std::marker::PhantomPinned>(1);
    let (mut into, mut values) = (Vec::new(), Vec::new());
    selectable(&rx.recv_timeout_async(SHORT));
    sent(&rx.recv_timeout_async(SHORT));
    selectable(&rx.recv_batch_timeout_async(&mut into, 1, SHORT));
    selectable(&rx.gather_async(&mut into, 1, SHORT));
    sent(&rx.gather_async(&mut into, 1, SHORT));
    selectable(&tx.send_timeout_async(std::marker::PhantomPinned, SHORT));
    selectable(&tx.send_batch_timeout_async(&mut values, SHORT));
    selectable_stream(&(&rx).into_batches(1, SHORT));
    sent(&batches(rx, 1, SHORT));
}

#[test]
fn gathering_ends_when_full_when_time_is_up_and_at_the_end() {
    run(async {
        let (tx, rx) = hel::bounded(8);
        let mut into = vec![0];
        tx.send_batch(&mut vec![1, 2, 3]).unwrap();
        assert_eq!(rx.gather_async(&mut into, 2, LONG).await, Ok(2));
        assert_eq!(gather(&rx, &mut into, 2, SHORT).await, Ok(1));
        assert_eq!(rx.gather_async(&mut into, 0, LONG).await, Ok(0));
        tx.send(4).unwrap();
        let late = smol::spawn(async move {
            tx.send_async(5).await.unwrap();
        });
        assert_eq!(rx.gather_async(&mut into, 9, LONG).await, Ok(2), "the end comes before the limit");
        late.await;
        assert_eq!(into, [0, 1, 2, 3, 4, 5]);
        assert!(rx.gather_async(&mut into, 9, LONG).await.is_err());
    });
}

#[test]
fn what_was_gathered_is_there_when_the_future_is_dropped() {
    let (tx, rx) = hel::bounded(8);
    let mut into = Vec::new();
    let mut gathering = rx.gather_async(&mut into, 3, LONG);
    for n in 0..2 {
        tx.send(n).unwrap();
        assert!(poll_once(&mut gathering).is_pending());
    }
    drop(gathering);
    assert_eq!((into, rx.len()), (vec![0, 1], 0));
}

#[test]
fn batches_come_by_size_by_time_and_at_the_end() {
    run(async {
        let (tx, rx) = hel::bounded(8);
        let mut batches = rx.into_batches(2, SHORT);
        tx.send_batch(&mut vec![1, 2, 3]).unwrap();
        assert_eq!((batches.next().await, batches.next().await), (Some(vec![1, 2]), Some(vec![3])));
        for n in 4..10 {
            // The one timer of the stream is used again and again.
            tx.send(n).unwrap();
            assert_eq!(batches.next().await, Some(vec![n]));
        }
        tx.send(10).unwrap();
        drop(tx);
        assert_eq!((batches.next().await, batches.next().await), (Some(vec![10]), None));
        assert!(batches.is_terminated());
    });
}

#[test]
fn a_batch_not_given_out_can_be_taken_out() {
    let (tx, rx) = hel::bounded(8);
    let mut batches = rx.into_batches(4, LONG);
    tx.send_batch(&mut vec![1, 2]).unwrap();
    assert!(Pin::new(&mut batches).poll_next_unpin(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!((batches.take_partial(), batches.take_partial()), (vec![1, 2], vec![]));
    tx.send_batch(&mut vec![3, 4, 5, 6]).unwrap();
    assert_eq!(run(batches.next()), Some(vec![3, 4, 5, 6]));
}

#[test]
fn limits_on_every_route() {
    run(async {
        let (keyed, all) = mpmc::shard_key::<_, 1>(2);
        timeout(LONG, keyed.send_async(&"a", 1)).await.unwrap();
        assert!(timeout(SHORT, keyed.send_async(&"a", 2)).await.unwrap_err().is_timeout());
        assert_eq!(timeout(LONG, all.recv_any_async()).await, Ok((keyed.shard_index(&"a"), 1)));
        assert!(timeout(SHORT, all.recv_any_async()).await.unwrap_err().is_timeout());
        keyed.shard(&"a").send_timeout_async(3, LONG).await.unwrap();
        assert_eq!(all.recv_timeout_async(LONG).await, Ok(3));

        let (robin, all) = mpmc::round_robin::<_, 1>(2);
        robin.send_batch_timeout_async(&mut vec![1, 2], LONG).await.unwrap();
        assert!(robin.send_timeout_async(3, SHORT).await.unwrap_err().is_timeout());
        let mut into = Vec::new();
        assert_eq!(all.gather_async(&mut into, 3, SHORT).await, Ok(2));

        let (mut tx, mut rx) = spsc::bounded(1);
        tx.send_timeout_async(1, LONG).await.unwrap();
        assert_eq!(tx.send_timeout_async(2, SHORT).await, Err(SendError::TimeOut(2, SHORT)));
        assert_eq!(rx.recv_timeout_async(LONG).await, Ok(1));
        assert!(rx.recv_timeout_async(SHORT).await.unwrap_err().is_timeout());
    });
}

#[test]
fn owned_ends_go_into_spawned_tasks_with_their_limit() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let receiving = smol::spawn(timeout(LONG, RecvFuture::new(rx)));
        timeout(LONG, SendFuture::new(tx, 1)).await.unwrap();
        assert_eq!(receiving.await, Ok(1));
    });
}

#[test]
fn an_executor_that_goes_takes_what_is_timed_with_it() {
    limit(|| {
        let ledger = Ledger::new();
        let (tx, rx) = hel::bounded(1);
        tx.try_send(ledger.value()).unwrap();
        let (empty_tx, empty_rx) = hel::bounded(1);
        let executor = Executor::new();
        for limit in [SHORT, LONG, LONG] {
            let (tx, rx, value) = (tx.clone(), empty_rx.clone(), ledger.value());
            executor.spawn(async move { tx.send_timeout_async(value, limit).await.is_ok() }).detach();
            executor.spawn(async move { rx.recv_timeout_async(limit).await.is_ok() }).detach();
            let batches = empty_rx.clone().into_batches(4, limit);
            executor.spawn(batches.for_each(async |batch: Vec<_>| drop(batch))).detach();
        }
        while executor.try_tick() {}
        drop(executor);
        assert_eq!((tx.sender_count(), empty_rx.receiver_count(), ledger.alive()), (1, 1, 1));
        empty_tx.send(ledger.value()).unwrap();
        drop((smol::block_on(empty_rx.recv_timeout_async(LONG)).unwrap(), rx));
        ledger.assert_each_dropped_once();
    });
}

#[test]
fn timers_run_on_one_thread_beside_a_busy_stream() {
    limit(|| {
        let executor = LocalExecutor::new();
        let (busy_tx, busy_rx) = hel::bounded(1);
        let (_idle_tx, idle_rx) = hel::bounded::<u32>(1);
        let busy = executor.spawn(async move {
            let mut busy = busy_rx.into_stream();
            busy_tx.try_send(1).unwrap();
            while busy.next().await.is_some() {
                busy_tx.try_send(1).unwrap();
            }
        });
        let waiting = executor.spawn(async move {
            for _ in 0..5 {
                assert!(idle_rx.recv_timeout_async(SHORT).await.unwrap_err().is_timeout());
            }
        });
        smol::future::block_on(executor.run(waiting));
        assert!(!busy.is_finished());
    });
}
