//! Under a paused clock the longest limit is over at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use hel::channel::errors::{RecvError, SendBatchError, SendError};
use hel::channel::spsc;
use hel_tokio::{TokioBatches, TokioReceiver, TokioSender, timeout, timeout_at};
use tokio::time::{Instant, advance, sleep};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_limit_of_a_minute_passes_at_once() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(1);
    let begun = Instant::now();
    assert_eq!(rx.recv_timeout_async(MINUTE).await, Err(RecvError::TimeOut(MINUTE)));
    let mut into = Vec::new();
    assert_eq!(rx.recv_batch_timeout_async(&mut into, 3, MINUTE).await, Err(RecvError::TimeOut(MINUTE)));
    tx.send_timeout_async(1, MINUTE).await.unwrap();
    assert_eq!(tx.send_timeout_async(2, MINUTE).await, Err(SendError::TimeOut(2, MINUTE)));
    let (mut batch, after) = (vec![2, 3], MINUTE);
    let timed_out = SendBatchError::TimeOut { sent: 0, after };
    assert_eq!(tx.send_batch_timeout_async(&mut batch, MINUTE).await, Err(timed_out));
    let elapsed = begun.elapsed();
    assert!(elapsed >= 4 * MINUTE && elapsed < 4 * MINUTE + Duration::from_secs(1), "{elapsed:?} on tokio's clock");
    assert_eq!((rx.recv_async().await, batch), (Ok(1), vec![2, 3]));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_an_instant_of_either_kind() {
    let _watch = crate::support::watch();
    let (_tx, rx) = hel::bounded::<u32>(1);
    let at = Instant::now() + MINUTE;
    advance(MINUTE / 2).await;
    assert_eq!(timeout_at(at, rx.recv_async()).await, Err(RecvError::TimeOut(MINUTE / 2)));
    let past = at.into_std() - MINUTE;
    assert_eq!(timeout_at(past, rx.recv_async()).await, Err(RecvError::TimeOut(Duration::ZERO)));
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_time_is_received() {
    let _watch = crate::support::watch();
    let (mut tx, mut rx) = spsc::bounded(1);
    let sender = tokio::spawn(async move {
        for n in 0..10 {
            sleep(MINUTE).await;
            tx.send_timeout_async(n, MINUTE).await.unwrap();
        }
    });
    for n in 0..10 {
        assert_eq!(rx.recv_timeout_async(MINUTE / 2).await, Err(RecvError::TimeOut(MINUTE / 2)));
        assert_eq!(rx.recv_timeout_async(MINUTE).await, Ok(n));
    }
    assert_eq!(rx.recv_timeout_async(MINUTE).await, Err(RecvError::Disconnected));
    sender.await.unwrap();
}

/// Each value comes after a second; in four and a half there are five.
#[tokio::test(start_paused = true)]
async fn gathering_ends_with_its_linger() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(16);
    let sender = tokio::spawn(async move {
        for n in 0..12 {
            sleep(Duration::from_secs(1)).await;
            tx.send_async(n).await.unwrap();
        }
    });
    let linger = Duration::from_millis(4_500);
    let mut into = Vec::new();
    assert_eq!(rx.gather_async(&mut into, 16, linger).await, Ok(5));
    assert_eq!(rx.gather_async(&mut into, 2, linger).await, Ok(2));
    let rest: Vec<_> = rx.into_batches(3, linger).collect().await;
    assert_eq!((into, rest), ((0..7).collect(), vec![vec![7, 8, 9], vec![10, 11]]));
    sender.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_limit_is_none() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(1);
    let sender = tokio::spawn(async move {
        sleep(1_000_000 * MINUTE).await;
        tx.send_async(1).await.unwrap();
    });
    assert_eq!(rx.recv_timeout_async(Duration::MAX).await, Ok(1));
    sender.await.unwrap();
}

/// Without a timer in the runtime, and even without a runtime, as long as nothing has to wait.
#[test]
fn what_is_ready_needs_no_runtime() {
    let (tx, rx) = hel::bounded(1);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let send = std::pin::pin!(timeout(MINUTE, tx.send_async(1)));
    assert_eq!(send.poll(&mut cx), std::task::Poll::Ready(Ok(())));
    let receive = std::pin::pin!(timeout(MINUTE, rx.recv_async()));
    assert_eq!(receive.poll(&mut cx), std::task::Poll::Ready(Ok(1)));
}

/// And leaves everything as it was.
#[test]
fn what_needs_a_timer_needs_a_runtime() {
    let panics = |body: &mut dyn FnMut()| catch_unwind(AssertUnwindSafe(body)).is_err();
    let (tx, rx) = hel::bounded(1);
    let mut into = Vec::new();
    assert!(panics(&mut || _ = rx.recv_timeout_async(MINUTE).now_or_never()));
    assert_eq!(rx.recv_timeout_async(Duration::MAX).now_or_never(), None, "without limit it needs none");
    tx.try_send(1).unwrap();
    assert!(panics(&mut || _ = tx.send_timeout_async(2, MINUTE).now_or_never()));
    assert!(panics(&mut || _ = rx.gather_async(&mut into, 2, MINUTE).now_or_never()));
    tx.try_send(3).unwrap();
    let mut batches = rx.into_batches(2, MINUTE);
    assert!(panics(&mut || _ = batches.next().now_or_never()));
    assert_eq!((into, batches.take_partial()), (vec![1], vec![3]));
    let receive = batches.get_ref().recv_async();
    tx.try_send(4).unwrap();
    assert_eq!(receive.now_or_never(), Some(Ok(4)));
}
