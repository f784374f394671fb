//! What the table in the docs of `hel_tokio::mpsc` says differs, from both sides.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// One room, one sender that waits for it, and then it becomes free.
macro_rules! room_for_who_waits {
    ($mpsc:path, $tx:ident, $rx:ident, $send:ident) => {
        use $mpsc as mpsc;
        let ($tx, mut $rx) = mpsc::channel(1);
        $tx.try_send(1).unwrap();
        let mut $send = pin!($tx.send(2));
        assert!(poll($send.as_mut()).is_pending());
        assert_eq!($rx.try_recv(), Ok(1));
    };
}

#[test]
fn room_goes_to_the_first_who_uses_it() {
    room_for_who_waits!(hel_tokio::mpsc, tx, rx, send);
    assert_eq!((tx.capacity(), tx.try_send(3)), (1, Ok(())));
    assert_eq!((poll(send.as_mut()), rx.try_recv()), (Poll::Pending, Ok(3)));
    assert_eq!((poll(send.as_mut()), rx.try_recv()), (Poll::Ready(Ok(())), Ok(2)));
}

#[test]
fn tokio_keeps_it_for_who_waits() {
    room_for_who_waits!(tokio::sync::mpsc, tx, rx, send);
    assert!((tx.capacity(), tx.try_send(3).is_err()) == (0, true));
    assert_eq!((poll(send.as_mut()), rx.try_recv()), (Poll::Ready(Ok(())), Ok(2)));
}

/// Whoever was passed by is the first in the queue again, before those who came later.
#[test]
fn who_waits_keeps_its_place() {
    room_for_who_waits!(hel_tokio::mpsc, tx, rx, send);
    let mut later = pin!(tx.send(4));
    assert_eq!((tx.try_send(3), poll(later.as_mut()), poll(send.as_mut())), (Ok(()), Poll::Pending, Poll::Pending));
    assert_eq!(rx.try_recv(), Ok(3));
    // Only the one who was woken looks, as under a runtime.
    assert_eq!((poll(send.as_mut()), rx.try_recv()), (Poll::Ready(Ok(())), Ok(2)));
    assert_eq!((poll(later.as_mut()), rx.try_recv()), (Poll::Ready(Ok(())), Ok(4)));
}

#[test]
fn a_closed_channel_waits_for_nobody() {
    room_for_who_waits!(hel_tokio::mpsc, tx, rx, send);
    rx.close();
    assert_eq!(poll(pin!(rx.recv())), Poll::Ready(None));
    assert!(poll(send.as_mut()).is_ready());
}

#[test]
fn tokio_waits_for_who_has_room() {
    room_for_who_waits!(tokio::sync::mpsc, tx, rx, send);
    rx.close();
    assert_eq!(poll(pin!(rx.recv())), Poll::Pending);
    assert!(poll(send.as_mut()).is_ready());
    assert_eq!(poll(pin!(rx.recv())), Poll::Ready(None));
}

#[test]
fn a_limit_needs_a_runtime_only_to_wait() {
    let hour = std::time::Duration::from_secs(3600);
    let (tx, _rx) = hel_tokio::mpsc::channel(1);
    assert_eq!(poll(pin!(tx.send_timeout(1, hour))), Poll::Ready(Ok(())));
    let (tx, _rx) = tokio::sync::mpsc::channel(1);
    let outside = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| poll(pin!(tx.send_timeout(1, hour)))));
    assert!(outside.is_err());
}

/// How many times in a row a task polls what `ready` makes, which never waits.
async fn turns<F: Future>(ready: impl Fn() -> F) -> usize {
    tokio::task::yield_now().await;
    std::future::poll_fn(|cx| Poll::Ready((0..1_000).take_while(|_| pin!(ready()).poll(cx).is_ready()).count())).await
}

#[tokio::test]
async fn a_loop_over_a_channel_that_is_gone_gives_way() {
    let (tx, rx) = hel_tokio::mpsc::channel(1);
    drop(rx);
    assert!(turns(|| tx.send(1)).await < 1_000 && turns(|| tx.closed()).await < 1_000);
    let (tx, rx) = tokio::sync::mpsc::channel(1);
    drop(rx);
    assert_eq!((turns(|| tx.send(1)).await, turns(|| tx.closed()).await), (1_000, 1_000));
}
