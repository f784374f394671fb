//! What async-channel has had since version 1. `super` says which crate, and which runtime.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use futures_util::stream::{FusedStream, StreamExt};

use super::channel::{Receiver, RecvError, SendError, Sender, TryRecvError, TrySendError, bounded};
use super::{block_on, spawn};
use crate::watchdog::limit;

/// Runs a test body to its end, or ends the process.
fn run<R>(body: impl Future<Output = R>) -> R {
    limit(|| block_on(body))
}

/// Counts its wake-ups.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::<Self>::default();
        (wakes.clone(), Waker::from(wakes))
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Polls a pinned future once.
macro_rules! poll {
    ($future:expr, $waker:expr) => {
        $future.as_mut().poll(&mut Context::from_waker($waker))
    };
}

#[test]
fn a_capacity_of_zero_panics() {
    assert!(catch_unwind(|| bounded::<u32>(0)).is_err());
}

#[test]
fn try_says_full_empty_and_closed_and_gives_the_value_back() {
    let (s, r) = bounded(1);
    assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(s.try_send(1), Ok(()));
    assert_eq!(s.try_send(2), Err(TrySendError::Full(2)));
    assert_eq!(r.try_recv(), Ok(1));
    assert_eq!(s.try_send(3), Ok(()));
    assert!(s.close());
    assert_eq!(s.try_send(4), Err(TrySendError::Closed(4)));
    assert_eq!((r.try_recv(), r.try_recv()), (Ok(3), Err(TryRecvError::Closed)));
}

#[test]
fn a_full_channel_that_is_closed_says_closed() {
    let (s, _r) = bounded(1);
    s.try_send(1).unwrap();
    s.close();
    assert_eq!(s.try_send(2), Err(TrySendError::Closed(2)));
    assert_eq!(run(s.send(3)), Err(SendError(3)));
    assert_eq!(limit(|| s.send_blocking(4)), Err(SendError(4)));
    assert_eq!((s.len(), s.is_full(), s.is_empty()), (1, true, false), "closing changes nothing of what is buffered");
}

#[test]
fn what_can_be_seen_from_both_ends() {
    for capacity in [1, 2, 3, 7] {
        let (s, r) = bounded(capacity);
        assert_eq!((s.capacity(), r.capacity()), (Some(capacity), Some(capacity)));
        for n in 0..=capacity {
            assert_eq!((s.len(), r.len()), (n, n));
            assert_eq!((s.is_empty(), r.is_empty()), (n == 0, n == 0));
            assert_eq!((s.is_full(), r.is_full()), (n == capacity, n == capacity));
            assert_eq!(s.try_send(n).is_ok(), n < capacity);
        }
    }
}

#[test]
fn handles_are_counted() {
    let (s, r) = bounded::<u32>(1);
    let (s2, r2, r3) = (s.clone(), r.clone(), r.clone());
    assert_eq!((s.sender_count(), r.sender_count()), (2, 2));
    assert_eq!((s.receiver_count(), r.receiver_count()), (3, 3));
    drop((s2, r2, r3));
    assert_eq!((s.sender_count(), s.receiver_count()), (1, 1));
    let weak = (s.downgrade(), r.downgrade());
    assert_eq!((s.sender_count(), s.receiver_count()), (1, 1));
    drop(weak);
}

#[test]
fn close_says_who_did_it() {
    let (s, r) = bounded::<u32>(1);
    assert!(!s.is_closed() && !r.is_closed());
    assert!(r.close());
    assert!(s.is_closed() && r.is_closed());
    assert!(!s.close() && !r.close());
}

#[test]
fn the_last_handle_of_a_side_closes() {
    let (s, r) = bounded(2);
    let s2 = s.clone();
    s.try_send(1).unwrap();
    drop(s);
    assert!(!r.is_closed());
    drop(s2);
    assert!(r.is_closed() && !r.close());
    assert_eq!((run(r.recv()), run(r.recv())), (Ok(1), Err(RecvError)));

    let (s, r) = bounded::<u32>(2);
    let r2 = r.clone();
    drop(r);
    assert!(!s.is_closed());
    drop(r2);
    assert!(s.is_closed() && !s.close());
    assert_eq!(run(s.send(2)), Err(SendError(2)));
}

#[test]
fn weak_handles_upgrade_while_the_channel_is_open() {
    let (s, r) = bounded(1);
    let (weak_s, weak_r) = (s.downgrade(), r.downgrade());
    weak_s.clone().upgrade().unwrap().try_send(1).unwrap();
    assert_eq!(weak_r.clone().upgrade().unwrap().try_recv(), Ok(1));
    drop(s);
    assert!(weak_s.upgrade().is_none() && weak_r.upgrade().is_none());
}

#[test]
fn weak_handles_do_not_upgrade_after_close() {
    let (s, r) = bounded(1);
    let (weak_s, weak_r) = (s.downgrade(), r.downgrade());
    s.try_send(1).unwrap();
    s.close();
    assert!(weak_s.upgrade().is_none() && weak_r.upgrade().is_none());
    assert_eq!((s.sender_count(), r.receiver_count()), (1, 1));
    assert_eq!((r.try_recv(), r.try_recv()), (Ok(1), Err(TryRecvError::Closed)));
}

#[test]
fn a_send_waits_for_room_and_is_woken() {
    let ((s, r), (wakes, waker)) = (bounded(1), Wakes::new());
    s.try_send(1).unwrap();
    let mut send = pin!(s.send(2));
    assert_eq!(poll!(send, &waker), Poll::Pending);
    assert_eq!((wakes.count(), r.try_recv()), (0, Ok(1)));
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll!(send, &waker), Poll::Ready(Ok(())));
    assert_eq!(r.try_recv(), Ok(2));
}

#[test]
fn a_receive_waits_for_a_value_and_is_woken() {
    let ((s, r), (wakes, waker)) = (bounded(1), Wakes::new());
    let mut recv = pin!(r.recv());
    assert_eq!(poll!(recv, &waker), Poll::Pending);
    s.try_send(1).unwrap();
    assert_eq!(wakes.count(), 1);
    assert_eq!(poll!(recv, &waker), Poll::Ready(Ok(1)));
}

#[test]
fn closing_wakes_what_waits() {
    let (wakes, waker) = Wakes::new();
    let (full, _keep) = bounded(1);
    full.try_send(1).unwrap();
    let (_keep, empty) = bounded::<u32>(1);
    let (mut send, mut recv) = (pin!(full.send(2)), pin!(empty.recv()));
    assert!(poll!(send, &waker).is_pending() && poll!(recv, &waker).is_pending());
    assert!(full.close() && empty.close());
    assert_eq!(wakes.count(), 2);
    assert_eq!(poll!(send, &waker), Poll::Ready(Err(SendError(2))));
    assert_eq!(poll!(recv, &waker), Poll::Ready(Err(RecvError)));
}

#[test]
fn only_the_last_waker_counts() {
    let ((s, r), (old, old_waker), (new, new_waker)) = (bounded(1), Wakes::new(), Wakes::new());
    let mut recv = pin!(r.recv());
    assert!(poll!(recv, &old_waker).is_pending() && poll!(recv, &new_waker).is_pending());
    s.try_send(1).unwrap();
    assert_eq!((old.count(), new.count()), (0, 1));
    assert_eq!(poll!(recv, &new_waker), Poll::Ready(Ok(1)));
}

#[test]
fn a_dropped_send_has_not_sent_and_passes_its_wake_up_on() {
    let ((s, r), (wakes, waker)) = (bounded(1), Wakes::new());
    s.try_send(0).unwrap();
    let mut second = pin!(s.send(2));
    {
        let mut first = pin!(s.send(1));
        assert!(poll!(first, &waker).is_pending() && poll!(second, &waker).is_pending());
        assert_eq!((r.try_recv(), wakes.count()), (Ok(0), 1));
    }
    assert_eq!(wakes.count(), 2);
    assert_eq!(poll!(second, &waker), Poll::Ready(Ok(())));
    assert_eq!((r.try_recv(), r.try_recv()), (Ok(2), Err(TryRecvError::Empty)));
}

#[test]
fn a_dropped_receive_loses_nothing_and_passes_its_wake_up_on() {
    let ((s, r), (wakes, waker)) = (bounded(2), Wakes::new());
    let mut second = pin!(r.recv());
    {
        let mut first = pin!(r.recv());
        assert!(poll!(first, &waker).is_pending() && poll!(second, &waker).is_pending());
        s.try_send(1).unwrap();
        assert_eq!(wakes.count(), 1);
    }
    assert_eq!(wakes.count(), 2);
    assert_eq!(poll!(second, &waker), Poll::Ready(Ok(1)));
}

#[test]
fn a_stream_gives_everything_and_ends() {
    let (s, r) = bounded(4);
    let task = spawn(async move {
        for n in 0..500 {
            s.send(n).await.unwrap();
        }
    });
    let all: Vec<u32> = run(r.clone().collect());
    assert!(all.into_iter().eq(0..500));
    run(task);
    let mut r = pin!(r);
    assert!(r.is_terminated());
    assert_eq!((run(r.next()), run(r.next())), (None, None));
}

#[test]
fn a_stream_has_ended_when_closed_and_empty() {
    let (s, r) = bounded(1);
    let mut r = pin!(r);
    s.try_send(1).unwrap();
    s.close();
    assert!(!r.is_terminated());
    assert_eq!(run(r.next()), Some(1));
    assert!(r.is_terminated());
}

#[test]
fn a_stream_that_waits_is_woken_and_takes_no_wake_up_from_a_receive() {
    let ((s, r), (streams, stream_waker), (recvs, recv_waker)) = (bounded(1), Wakes::new(), Wakes::new());
    let other = r.clone();
    let mut stream = pin!(r);
    assert!(stream.as_mut().poll_next_with(&stream_waker).is_pending());
    let mut recv = pin!(other.recv());
    assert!(poll!(recv, &recv_waker).is_pending());
    s.try_send(1).unwrap();
    assert_eq!((streams.count(), recvs.count()), (1, 1));
    assert_eq!(poll!(recv, &recv_waker), Poll::Ready(Ok(1)));
    assert!(stream.as_mut().poll_next_with(&stream_waker).is_pending());
    drop(s);
    assert_eq!(streams.count(), 2);
    assert_eq!(stream.as_mut().poll_next_with(&stream_waker), Poll::Ready(None));
}

/// `poll_next` with a waker.
trait PollNext {
    fn poll_next_with(self, waker: &Waker) -> Poll<Option<u32>>;
}

impl PollNext for std::pin::Pin<&mut Receiver<u32>> {
    fn poll_next_with(self, waker: &Waker) -> Poll<Option<u32>> {
        futures_util::Stream::poll_next(self, &mut Context::from_waker(waker))
    }
}

#[test]
fn blocked_threads_are_woken() {
    limit(|| {
        let (s, r) = bounded(1);
        let receiving = thread::spawn(move || (r.recv_blocking(), r.recv_blocking(), r.recv_blocking()));
        assert_eq!((s.send_blocking(1), s.send_blocking(2)), (Ok(()), Ok(())));
        drop(s);
        assert_eq!(receiving.join().unwrap(), (Ok(1), Ok(2), Err(RecvError)));
    });
}

#[test]
fn a_blocked_thread_learns_of_close() {
    limit(|| {
        let (s, r) = bounded::<u32>(1);
        let (keep_s, keep_r) = (s.clone(), r.clone());
        let receiving = thread::spawn(move || r.recv_blocking());
        keep_s.close();
        assert_eq!(receiving.join().unwrap(), Err(RecvError));
        drop((s, keep_r));
    });
}

/// Sends `per_sender` values marked with `who`, in a task or by blocking.
async fn send_all(s: Sender<(usize, usize)>, who: usize, per_sender: usize) {
    for n in 0..per_sender {
        s.send((who, n)).await.unwrap();
    }
}

async fn receive_all(r: Receiver<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut got = Vec::new();
    while let Ok(value) = r.recv().await {
        got.push(value);
    }
    got
}

#[test]
fn threads_and_tasks_share_one_channel() {
    const PER_SENDER: usize = 500;
    limit(|| {
        let (s, r) = bounded(3);
        let tasks: Vec<_> = (0..2).map(|who| spawn(send_all(s.clone(), who, PER_SENDER))).collect();
        let sending = thread::spawn(move || {
            (0..PER_SENDER).for_each(|n| s.send_blocking((2, n)).unwrap());
        });
        let receiving = [spawn(receive_all(r.clone())), spawn(receive_all(r.clone()))];
        let here: Vec<_> = std::iter::from_fn(|| r.recv_blocking().ok()).collect();

        sending.join().unwrap();
        let mut seen = BTreeMap::new();
        let mut note = |got: Vec<(usize, usize)>| {
            let mut last = [None; 3];
            for (who, n) in got {
                assert!(last[who] < Some(n), "one receiver sees one sender's values in order");
                last[who] = Some(n);
                *seen.entry((who, n)).or_insert(0) += 1;
            }
        };
        note(here);
        receiving.into_iter().for_each(|task| note(block_on(task)));
        tasks.into_iter().for_each(block_on);
        assert_eq!(seen.len(), 3 * PER_SENDER);
        assert!(seen.values().all(|&count| count == 1));
    });
}

#[test]
fn a_value_that_panics_in_drop_leaves_the_channel_usable() {
    struct Bomb(bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(!self.0, "as asked");
        }
    }
    let (s, r) = bounded(2);
    let mut send = Box::pin(s.send(Bomb(true)));
    s.try_send(Bomb(false)).ok().unwrap();
    s.try_send(Bomb(false)).ok().unwrap();
    assert!(poll!(send, Waker::noop()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(send))).is_err());
    assert!(r.try_recv().is_ok() && r.try_recv().is_ok());
    assert!(s.try_send(Bomb(false)).is_ok());
}

#[test]
fn ends_and_futures_have_the_auto_traits_that_users_rely_on() {
    fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>(_: &T) {}
    fn sent<T: Send>(_: &T) {}
    let (s, r) = bounded(1);
    shared(&s);
    shared(&r);
    shared(&s.downgrade());
    shared(&r.downgrade());
    sent(&s.send(1));
    sent(&r.recv());
}
