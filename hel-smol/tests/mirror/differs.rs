//! What the table in the docs of `hel_smol::channel` says differs, from both sides.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::stream::Stream;
use hel_smol::channel::{Closed, Receiver, Recv, Send, bounded};

use crate::watchdog::limit;

#[test]
fn what_is_buffered_goes_with_the_last_receiver() {
    let value = Arc::new(());
    let (s, r) = bounded(1);
    s.try_send(value.clone()).unwrap();
    drop(r);
    assert_eq!((s.len(), Arc::strong_count(&value)), (0, 1));

    let (s, r) = async_channel::bounded(1);
    s.try_send(value.clone()).unwrap();
    drop(r);
    assert_eq!((s.len(), Arc::strong_count(&value)), (1, 2));
}

/// How many values come in a row out of a channel that is filled up again after each.
fn in_a_row(mut stream: Pin<&mut impl Stream<Item = u32>>, fill: impl Fn(), most: usize) -> usize {
    let mut cx = Context::from_waker(Waker::noop());
    (0..most).take_while(|_| (fill(), stream.as_mut().poll_next(&mut cx)).1.is_ready()).count()
}

#[test]
fn a_stream_yields_after_1024_values() {
    let (s, r) = bounded(1);
    let mut r = Box::pin(r);
    let fill = || assert!(s.try_send(1).is_ok() || s.is_full());
    assert_eq!(in_a_row(r.as_mut(), fill, 10_000), 1_024);
    assert_eq!(in_a_row(r.as_mut(), fill, 10_000), 1_024, "and goes on after it has yielded once");

    let (s, r) = async_channel::bounded(1);
    let fill = || assert!(s.try_send(1).is_ok() || s.is_full());
    assert_eq!(in_a_row(Box::pin(r).as_mut(), fill, 10_000), 10_000);
}

#[test]
fn everything_is_unpin_whatever_is_sent() {
    fn unpin<T: Unpin>() {}
    type Pinned = std::marker::PhantomPinned;
    unpin::<Receiver<Pinned>>();
    unpin::<Send<'_, Pinned>>();
    unpin::<Recv<'_, Pinned>>();
    unpin::<Closed<'_, Pinned>>();
}

#[test]
fn everything_is_debug_whatever_is_sent() {
    struct Plain;
    let (s, r) = bounded::<Plain>(1);
    let all = format!("{s:?} {r:?} {:?} {:?}", s.downgrade(), r.downgrade());
    let futures = format!("{:?} {:?} {:?}", s.send(Plain), r.recv(), s.closed());
    assert!(all.contains("Sender") && futures.contains("Future"), "{all} {futures}");
}

#[test]
fn the_handles_within_are_hels() {
    limit(|| {
        let (s, r) = bounded(4);
        let mut stream = r.clone();
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(Pin::new(&mut stream).poll_next(&mut cx), Poll::Pending);
        let (tx, rx) = (s.into_inner(), stream.into_inner());
        assert_eq!(tx.send_batch(&mut vec![1, 2, 3]), Ok(3));
        let mut into = Vec::new();
        assert_eq!(rx.recv_batch(&mut into, 2), Ok(2));
        assert_eq!((into, r.try_recv()), (vec![1, 2], Ok(3)));
    });
}

#[test]
fn futures_say_when_they_are_done() {
    use futures_util::future::FusedFuture;
    let (s, r) = bounded(1);
    let (mut send, mut recv, mut closed) = (s.send(1), r.recv(), s.closed());
    assert!(!send.is_terminated() && !recv.is_terminated() && !closed.is_terminated());
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(Pin::new(&mut send).poll(&mut cx), Poll::Ready(Ok(())));
    assert_eq!(Pin::new(&mut recv).poll(&mut cx), Poll::Ready(Ok(1)));
    r.close();
    assert_eq!(Pin::new(&mut closed).poll(&mut cx), Poll::Ready(()));
    assert!(send.is_terminated() && recv.is_terminated() && closed.is_terminated());
}
