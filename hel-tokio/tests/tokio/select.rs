//! Timed operations in `select!` in a loop, by value and by reference: whatever loses has done nothing.

use std::future::ready;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use hel::channel::errors::{RecvError, SendError};
use hel::channel::{mpmc, spsc};
use hel::{RecvFuture, SendFuture};
use hel_tokio::{Batches, Gather, Timeout, TokioBatches, TokioReceiver, TokioSender, timeout};
use tokio::task::{JoinHandle, yield_now};

const VALUES: u32 = 500;
const LONG: Duration = Duration::from_secs(3600);

/// Sends the numbers, with pauses.
fn feed(tx: hel::Sender<u32>) -> JoinHandle<()> {
    tokio::spawn(async move {
        for n in 0..VALUES {
            tx.send_async(n).await.unwrap();
            if n % 3 == 0 {
                yield_now().await;
            }
        }
    })
}

#[tokio::test]
async fn receives_by_value() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(4);
    let sender = feed(tx);
    let (mut got, mut batch, mut gathered) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        tokio::select! {
            received = rx.recv_timeout_async(LONG) => match received {
                Ok(value) => got.push(value),
                Err(error) => { assert_eq!(error, RecvError::Disconnected); break }
            },
            _ = ready(()) => yield_now().await,
        }
        tokio::select! {
            received = rx.recv_batch_timeout_async(&mut batch, 2, LONG) => if received.is_err() { break },
            _ = ready(()) => yield_now().await,
        }
        got.append(&mut batch);
        tokio::select! {
            received = rx.gather_async(&mut gathered, 3, LONG) => if received.is_err() { break },
            _ = ready(()) => yield_now().await,
        }
        got.append(&mut gathered);
    }
    sender.await.unwrap();
    assert!(got.into_iter().eq(0..VALUES));
}

/// The limit is for the whole wait, over all turns of the loop.
#[tokio::test]
async fn a_receive_by_reference_goes_on() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = spsc::bounded(4);
    let sender = tokio::spawn(async move {
        let mut tx = tx;
        for n in 0..VALUES {
            tx.send_timeout_async(n, LONG).await.unwrap();
            yield_now().await;
        }
    });
    let (mut got, mut turns) = (Vec::new(), 0);
    for _ in 0..VALUES {
        let receive = rx.recv_timeout_async(LONG);
        tokio::pin!(receive);
        loop {
            tokio::select! {
                received = &mut receive => { got.push(received.unwrap()); break }
                _ = yield_now() => turns += 1,
            }
        }
    }
    sender.await.unwrap();
    assert!(got.into_iter().eq(0..VALUES) && turns > 0);
}

#[tokio::test]
async fn a_send_that_lost_gives_its_value_back() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(2);
    let receiver = tokio::spawn(async move { rx.stream().collect::<Vec<_>>().await });
    let (mut next, mut lost) = (0, 0);
    while next < VALUES {
        let send = tx.send_timeout_async(next, LONG);
        tokio::pin!(send);
        tokio::select! {
            biased;
            sent = &mut send => { sent.unwrap(); next += 1 }
            _ = ready(()) => {
                assert_eq!(send.as_mut().get_pin_mut().take(), Some(next));
                lost += 1;
                yield_now().await;
            }
        }
    }
    drop(tx);
    assert!(receiver.await.unwrap().into_iter().eq(0..VALUES) && lost > 0);
}

/// `Batches` is `Unpin` under tokio, too.
#[tokio::test]
async fn batches_without_pinning() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(4);
    let sender = feed(tx);
    let mut batches = rx.into_batches(7, LONG);
    let mut got = Vec::new();
    loop {
        tokio::select! {
            batch = batches.next() => match batch {
                Some(batch) => got.extend(batch),
                None => break,
            },
            _ = ready(()) => yield_now().await,
        }
    }
    sender.await.unwrap();
    assert!(got.into_iter().eq(0..VALUES));
}

/// Every sender that takes a plain value has the methods; the rest goes through `timeout`.
#[tokio::test(start_paused = true)]
async fn sharded_ends_have_limits_too() {
    let _watch = crate::support::watch();
    let limit = Duration::from_secs(1);
    let (tx, rx) = mpmc::round_robin::<u32, 1>(2);
    assert_eq!(tx.send_batch_timeout_async(&mut vec![1, 2], limit).await, Ok(2));
    assert_eq!(tx.send_timeout_async(3, limit).await, Err(SendError::TimeOut(3, limit)));
    let mut into = Vec::new();
    assert_eq!(rx.recv_batch_timeout_async(&mut into, 9, limit).await, Ok(2));
    assert_eq!(timeout(limit, rx.recv_any_async()).await, Err(RecvError::TimeOut(limit)));

    let (keyed, rx) = mpmc::shard_key::<u32, 1>(2);
    let by_value = keyed.clone().by(|value: &u32| value);
    by_value.send_timeout_async(5, limit).await.unwrap();
    assert_eq!(timeout(limit, keyed.send_async(&5u32, 6)).await, Err(SendError::TimeOut(6, limit)));
    assert_eq!((rx.recv_timeout_async(limit).await, rx.recv_async().now_or_never()), (Ok(5), None));
    assert_eq!(rx.into_batches(2, limit).next().now_or_never(), None);
}

/// A reference that is moved into a future can be lent instead.
#[tokio::test]
async fn a_reference_to_a_one_to_one_end() {
    let _watch = crate::support::watch();
    async fn two(rx: &mut spsc::Receiver<u32>) -> u32 {
        let mut sum = 0;
        for _ in 0..2 {
            sum += (*rx).recv_timeout_async(LONG).await.unwrap();
        }
        sum
    }
    let (mut tx, mut rx) = spsc::bounded(2);
    tx.send_batch_timeout_async(&mut vec![1, 2], LONG).await.unwrap();
    assert_eq!(two(&mut rx).await, 3);
}

#[test]
fn timed_futures_and_batches_can_be_spawned() {
    fn has<T: Send + 'static>() {}
    fn moves<T: Unpin>() {}
    has::<Timeout<RecvFuture<hel::Receiver<u32>>>>();
    has::<Timeout<SendFuture<spsc::Sender<u32>>>>();
    has::<Gather<'static, hel::Receiver<u32>>>();
    has::<Batches<mpmc::ShardedReceiver<u32>>>();
    moves::<Batches<spsc::Receiver<u32>>>();
}
