//! Limits, gathering and batches on async-std's runtime, by this crate's names.

#[path = "../../hel/tests/support/watchdog.rs"]
mod watchdog;

use std::thread;
use std::time::{Duration, Instant};

use async_std::stream::StreamExt;
use async_std::task::{block_on, spawn};
use hel::channel::errors::{RecvError, SendError};
use hel::rt::{Runtime, Timer};
use hel::{RecvFuture, SendFuture};
use hel_async_std::{AsyncStd, AsyncStdBatches, AsyncStdReceiver, AsyncStdSender, AsyncStdTimer};
use hel_async_std::{Batches, Gather, Timeout, batches, gather, hel, timeout, timeout_at};
use watchdog::limit;

/// Soon over.
const SHORT: Duration = Duration::from_millis(2);
/// Never over: the watchdog comes first.
const LONG: Duration = Duration::from_secs(3600);

fn run<R>(body: impl Future<Output = R>) -> R {
    limit(|| block_on(body))
}

#[test]
fn a_limit_ends_what_waits_and_not_too_early() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let begin = Instant::now();
        assert_eq!(rx.recv_timeout_async(SHORT).await, Err(RecvError::TimeOut(SHORT)));
        assert!(begin.elapsed() >= SHORT);
        tx.send_timeout_async(1, LONG).await.unwrap();
        assert_eq!(tx.send_timeout_async(2, SHORT).await, Err(SendError::TimeOut(2, SHORT)));
        assert!(timeout_at(begin, tx.send_async(3)).await.unwrap_err().is_timeout());
        assert_eq!((timeout(SHORT, rx.recv_async()).await, rx.is_empty()), (Ok(1), true));
    });
}

#[test]
fn spawned_tasks_wait_with_a_limit_for_threads() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let limited: Timeout<RecvFuture<_>> = timeout(LONG, RecvFuture::new(rx));
        let receiving = spawn(limited);
        let sending = thread::spawn(move || tx.send(7));
        assert_eq!(receiving.await, Ok(7));
        sending.join().unwrap().unwrap();
    });
}

#[test]
fn threads_block_for_tasks_that_have_a_limit() {
    run(async {
        let (tx, rx) = hel::bounded(1);
        let receiving = thread::spawn(move || rx.iter().sum::<u32>());
        for n in 1..=100 {
            tx.send_timeout_async(n, LONG).await.unwrap();
        }
        spawn(timeout(LONG, SendFuture::new(tx, 1000))).await.unwrap();
        assert_eq!(receiving.join().unwrap(), 6050);
    });
}

#[test]
fn gathering_and_batches() {
    run(async {
        let (tx, rx) = hel::bounded(8);
        let mut into = Vec::new();
        tx.send_batch(&mut vec![1, 2, 3]).unwrap();
        let gathering: Gather<'_, _> = gather(&rx, &mut into, 2, LONG);
        assert_eq!(gathering.await, Ok(2));
        assert_eq!(rx.gather_async(&mut into, 2, SHORT).await, Ok(1));
        assert_eq!(into, [1, 2, 3]);

        tx.send_batch(&mut vec![4, 5, 6]).unwrap();
        let mut lent: Batches<&hel::Receiver<_>> = batches(&rx, 2, LONG);
        assert_eq!(lent.next().await, Some(vec![4, 5]));
        drop(lent);
        let mut owned = rx.into_batches(2, SHORT);
        assert_eq!(owned.next().await, Some(vec![6]));
        drop(tx);
        assert_eq!(owned.next().await, None);
    });
}

#[test]
fn a_timer_can_be_set_anew() {
    run(async {
        let mut timer: AsyncStdTimer = AsyncStd.timer(AsyncStd.now() + LONG);
        for _ in 0..3 {
            let at = AsyncStd.now() + SHORT;
            std::pin::Pin::new(&mut timer).reset(at);
            (&mut timer).await;
            assert!(Instant::now() >= at);
        }
    });
}

#[test]
fn the_names_of_both_crates_fit_together() {
    // Both traits in scope are one: the verb is not ambiguous.
    use hel_smol::SmolReceiver;
    let _: hel_smol::Smol = AsyncStd;
    let (_tx, rx) = hel::bounded::<u32>(1);
    let late: Timeout<RecvFuture<_>> = rx.recv_timeout_async(SHORT);
    assert!(run(late).unwrap_err().is_timeout());
    assert!(run(SmolReceiver::recv_timeout_async(&rx, SHORT)).unwrap_err().is_timeout());
}
