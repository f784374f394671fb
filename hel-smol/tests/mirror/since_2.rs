//! What async-channel has had since version 2.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::channel::bounded;
use super::{block_on, spawn};
use crate::watchdog::limit;

#[test]
fn closed_is_ready_once_nobody_receives() {
    limit(|| {
        let (s, r) = bounded::<u32>(1);
        let mut closed = pin!(s.closed());
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(closed.as_mut().poll(&mut cx), Poll::Pending);
        s.try_send(1).unwrap();
        assert_eq!(closed.as_mut().poll(&mut cx), Poll::Pending);
        drop(r);
        assert_eq!(closed.as_mut().poll(&mut cx), Poll::Ready(()));
        block_on(s.closed());
    });
}

#[test]
fn closed_is_woken_by_close_and_by_the_last_receiver() {
    limit(|| {
        for by_close in [true, false] {
            let (s, r) = bounded::<u32>(1);
            let waiting = s.clone();
            let task = spawn(async move { waiting.closed().await });
            if by_close {
                assert!(s.close());
            } else {
                drop(r);
            }
            block_on(task);
        }
    });
}

#[test]
fn same_channel_tells_channels_apart() {
    let ((s, r), (s2, r2)) = (bounded::<u32>(1), bounded::<u32>(1));
    assert!(s.same_channel(&s.clone()) && r.same_channel(&r.clone()));
    assert!(!s.same_channel(&s2) && !r.same_channel(&r2));
}
