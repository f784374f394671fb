// Included twice, after `use ...::mpsc;`.

use mpsc::error::{SendError, SendTimeoutError, TryRecvError, TrySendError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::task::{spawn, spawn_blocking};

/// A match as users have it, and `?` through their own error.
#[derive(Debug, PartialEq)]
enum Failed {
    Closed(u32),
}

impl From<SendError<u32>> for Failed {
    fn from(SendError(value): SendError<u32>) -> Self {
        Self::Closed(value)
    }
}

async fn sends(tx: &mpsc::Sender<u32>, value: u32) -> Result<(), Failed> {
    tx.send(value).await?;
    Ok(())
}

#[tokio::test]
async fn values_come_in_order_and_then_the_end() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(3);
    let sender = spawn(async move {
        for n in 0..1_000 {
            tx.send(n).await.unwrap();
        }
    });
    for n in 0..1_000 {
        assert_eq!(rx.recv().await, Some(n));
    }
    assert_eq!((rx.recv().await, rx.recv().await), (None, None));
    sender.await.unwrap();
}

#[tokio::test]
async fn many_at_once() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(8);
    for n in 0..5 {
        tx.send(n).await.unwrap();
    }
    let mut buffer = vec![9];
    assert_eq!(rx.recv_many(&mut buffer, 0).await, 0);
    assert_eq!(rx.recv_many(&mut buffer, 3).await, 3);
    assert_eq!(rx.recv_many(&mut buffer, 9).await, 2);
    assert_eq!(buffer, [9, 0, 1, 2, 3, 4]);
    drop(tx);
    assert_eq!(rx.recv_many(&mut buffer, 3).await, 0);
}

#[tokio::test]
async fn what_cannot_be_sent_comes_back() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(1);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
    let late = tx.send_timeout(3, Duration::from_millis(1)).await;
    assert_eq!(late, Err(SendTimeoutError::Timeout(3)));
    assert_eq!(rx.try_recv(), Ok(1));
    assert_eq!(tx.send_timeout(4, Duration::from_secs(3600)).await, Ok(()));
    assert_eq!(rx.recv().await, Some(4));
    drop(rx);
    assert_eq!(tx.send(5).await, Err(SendError(5)));
    assert_eq!(tx.try_send(6), Err(TrySendError::Closed(6)));
    assert_eq!(tx.send_timeout(7, Duration::from_secs(3600)).await, Err(SendTimeoutError::Closed(7)));
    assert_eq!(sends(&tx, 8).await, Err(Failed::Closed(8)));
}

#[tokio::test]
async fn a_closed_receiver_still_gets_what_was_sent() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(4);
    tx.send(1).await.unwrap();
    tx.send(2).await.unwrap();
    assert!(!rx.is_closed() && !tx.is_closed());
    rx.close();
    assert!(rx.is_closed() && tx.is_closed());
    assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
    tx.closed().await;
    assert_eq!((rx.len(), rx.is_empty()), (2, false));
    assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(2), None));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[tokio::test]
async fn a_sender_that_waits_learns_of_the_end() {
    let _watch = crate::support::watch();
    let (tx, rx) = mpsc::channel(1);
    tx.send(1).await.unwrap();
    let (waiting, watching) = (tx.clone(), tx.clone());
    let waiting = spawn(async move { waiting.send(2).await });
    let watching = spawn(async move { watching.closed().await });
    tokio::task::yield_now().await;
    drop(rx);
    assert_eq!(waiting.await.unwrap(), Err(SendError(2)));
    watching.await.unwrap();
    assert!(tx.is_closed());
}

#[tokio::test]
async fn handles_know_of_each_other() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel::<u32>(3);
    let (other, _other_rx) = mpsc::channel::<u32>(3);
    let clone = tx.clone();
    assert!(tx.same_channel(&clone) && !tx.same_channel(&other));
    assert_eq!((tx.strong_count(), rx.sender_strong_count()), (2, 2));
    let weak = tx.downgrade();
    assert_eq!(tx.strong_count(), 2);
    let strong = weak.upgrade().unwrap();
    assert_eq!(tx.strong_count(), 3);
    strong.send(1).await.unwrap();
    assert_eq!((tx.capacity(), tx.max_capacity(), rx.capacity(), rx.max_capacity()), (2, 3, 2, 3));
    drop((tx, clone, strong));
    assert!(rx.is_closed() && !rx.is_empty());
    assert!(weak.clone().upgrade().is_none());
    assert_eq!((rx.recv().await, rx.recv().await), (Some(1), None));
}

#[tokio::test]
async fn polled_by_hand() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(4);
    let mut cx = Context::from_waker(Waker::noop());
    let mut buffer = Vec::new();
    assert_eq!(rx.poll_recv(&mut cx), Poll::Pending);
    assert_eq!(rx.poll_recv_many(&mut cx, &mut buffer, 2), Poll::Pending);
    for n in 0..4 {
        tx.send(n).await.unwrap();
    }
    assert_eq!(rx.poll_recv(&mut cx), Poll::Ready(Some(0)));
    assert_eq!(rx.poll_recv_many(&mut cx, &mut buffer, 2), Poll::Ready(2));
    drop(tx);
    assert_eq!(rx.poll_recv_many(&mut cx, &mut buffer, 2), Poll::Ready(1));
    assert_eq!(rx.poll_recv_many(&mut cx, &mut buffer, 2), Poll::Ready(0));
    assert_eq!((rx.poll_recv(&mut cx), buffer), (Poll::Ready(None), vec![1, 2, 3]));
}

#[tokio::test]
async fn threads_beside_the_runtime_block() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(1);
    let (back, mut answers) = mpsc::channel(1);
    let sender = std::thread::spawn(move || (0..100).try_for_each(|n| tx.blocking_send(n)));
    let middle = spawn_blocking(move || {
        let mut buffer = Vec::new();
        while rx.blocking_recv_many(&mut buffer, 8) > 0 {}
        assert_eq!(rx.blocking_recv(), None);
        buffer.into_iter().for_each(|n| back.blocking_send(n).unwrap());
    });
    for n in 0..100 {
        assert_eq!(answers.recv().await, Some(n));
    }
    middle.await.unwrap();
    assert_eq!(sender.join().unwrap(), Ok(()));
}

#[tokio::test]
async fn a_task_that_blocks_panics() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(4);
    let panics = |body: &mut dyn FnMut()| catch_unwind(AssertUnwindSafe(body)).is_err();
    assert!(panics(&mut || _ = tx.blocking_send(1)));
    assert!(panics(&mut || _ = rx.blocking_recv()));
    assert!(panics(&mut || _ = rx.blocking_recv_many(&mut Vec::new(), 1)));
    assert_eq!((rx.try_recv(), tx.try_send(2)), (Err(TryRecvError::Empty), Ok(())), "and nothing was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_is_allowed_where_tokio_allows_it() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(1);
    let got = tokio::task::block_in_place(|| {
        tx.blocking_send(1).unwrap();
        rx.blocking_recv()
    });
    assert_eq!(got, Some(1));
    let runtime = tokio::runtime::Handle::current();
    let entered = std::thread::spawn(move || {
        let _entered = runtime.enter();
        tx.blocking_send(2)
    });
    assert_eq!((rx.recv().await, entered.join().unwrap()), (Some(2), Ok(())));
}

#[test]
#[should_panic]
fn a_channel_without_room_is_refused() {
    mpsc::channel::<u32>(0);
}

/// In a task of a runtime with one thread, which would never come back without a budget.
#[tokio::test]
async fn a_task_on_a_busy_channel_gives_way() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(1);
    let busy = spawn(async move {
        // More than any budget, and few enough to end if nobody gives way.
        for _ in 0..1_000_000 {
            tx.send(1).await.unwrap();
            rx.recv().await.unwrap();
        }
    });
    tokio::time::sleep(Duration::from_millis(2)).await;
    busy.abort();
    assert!(busy.await.unwrap_err().is_cancelled());
}

/// A receive that lost its `select!` has received nothing, and a send has not sent.
#[tokio::test]
async fn whatever_loses_a_select_is_done_later() {
    let _watch = crate::support::watch();
    let (tx, mut rx) = mpsc::channel(2);
    let feeder = spawn(async move {
        let mut sent = 0;
        while sent < 200 {
            tokio::select! {
                done = tx.send(sent) => {
                    done.unwrap();
                    sent += 1;
                }
                _ = std::future::ready(()) => tokio::task::yield_now().await,
            }
        }
    });
    let (mut got, mut many) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            value = rx.recv() => match value {
                Some(value) => got.push(value),
                None => break,
            },
            _ = std::future::ready(()) => tokio::task::yield_now().await,
        }
        tokio::select! {
            count = rx.recv_many(&mut many, 2) => if count == 0 { break },
            _ = std::future::ready(()) => tokio::task::yield_now().await,
        }
        got.append(&mut many);
    }
    feeder.await.unwrap();
    assert!(got.into_iter().eq(0..200));
}

/// As in `tokio::sync::mpsc`, whatever is sent.
#[test]
fn halves_are_send_sync_unpin_and_debug() {
    fn has<T: Send + Sync + Unpin + std::fmt::Debug>() {}
    struct Plain;
    has::<mpsc::Sender<Plain>>();
    has::<mpsc::Receiver<Plain>>();
    has::<mpsc::WeakSender<Plain>>();
    fn unwinds<T: std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    unwinds::<mpsc::Sender<std::cell::Cell<u8>>>();
    unwinds::<mpsc::Receiver<std::cell::Cell<u8>>>();
    unwinds::<mpsc::WeakSender<std::cell::Cell<u8>>>();
    fn sent<T: Send>(_: T) {}
    let (tx, mut rx) = mpsc::channel(1);
    sent(tx.send(std::cell::Cell::new(1)));
    sent(tx.closed());
    sent(rx.recv());
}
