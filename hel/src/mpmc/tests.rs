//! White-box: a sender that was stopped between its claim and its publish, and a thread stopped under a lock.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::{Receiver, Sender, bounded};
use crate::channel::errors::{RecvError, SendError, TryRecvError};
use crate::ends::sealed::{Source, Target};
use crate::wait::End;

const SHORT: Duration = Duration::from_millis(5);

/// Stops a sender half-way with `buffered` values before its own, runs `body`, and lets it go on with the value 99.
fn beside_a_stopped_sender(capacity: usize, buffered: u32, body: impl FnOnce(&Sender<u32>, &Receiver<u32>)) {
    let (tx, rx) = bounded(capacity);
    (0..buffered).for_each(|n| tx.try_send(n).unwrap());
    let mut stopped = tx.clone();
    let end = stopped.raw();
    let mut claim = end.claim_many(1).expect("there is room");
    body(&tx, &rx);
    claim.fill_first(99);
    end.announce(1);
    assert_eq!(rx.recv(), Ok(99), "nothing is lost");
}

#[test]
fn trying_returns_and_deadlines_hold_beside_a_stopped_sender() {
    beside_a_stopped_sender(2, 0, |tx, rx| {
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(rx.try_recv_batch(&mut Vec::new(), 4), Err(TryRecvError::Empty));
        assert_eq!(rx.recv_timeout(SHORT), Err(RecvError::TimeOut(SHORT)));
        assert!(rx.recv_deadline(Instant::now()).unwrap_err().is_timeout());
        tx.try_send(1).unwrap();
        assert!(tx.try_send(2).unwrap_err().is_full());
        assert!(matches!(tx.send_timeout(2, SHORT), Err(SendError::TimeOut(2, SHORT))));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "order holds: the later value waits for the earlier one");
    });
}

#[test]
fn what_was_sent_before_is_received_beside_a_stopped_sender() {
    beside_a_stopped_sender(4, 2, |tx, rx| {
        let mut got = Vec::new();
        assert_eq!((rx.try_recv_batch(&mut got, 4), got), (Ok(2), vec![0, 1]));
        tx.try_send(7).unwrap();
        assert_eq!(rx.len(), 2);
    });
}

/// A receiver that waits is not told that the channel is over, and is woken once the value is there.
#[test]
fn a_close_waits_for_a_stopped_sender() {
    let (tx, rx) = bounded(2);
    let (mut stopped, mut future) = (tx.clone(), rx.recv_async());
    let mut poll = || Future::poll(std::pin::Pin::new(&mut future), &mut Context::from_waker(Waker::noop()));
    let end = stopped.raw();
    let mut claim = end.claim_many(1).expect("there is room");
    assert!(poll().is_pending());
    assert!(tx.close());
    assert!(poll().is_pending());
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "not over yet");
    claim.fill_first(99);
    end.announce(1);
    assert_eq!(poll(), Poll::Ready(Ok(99)));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

/// The last receiver goes meanwhile: it does not wait, and the value is dropped when its sender goes on.
#[test]
fn the_last_receiver_goes_beside_a_stopped_sender() {
    static DROPPED: AtomicBool = AtomicBool::new(false);
    struct Noted;
    impl Drop for Noted {
        fn drop(&mut self) {
            DROPPED.store(true, SeqCst);
        }
    }
    let (mut tx, rx) = bounded(2);
    let end = tx.raw();
    let mut claim = end.claim_many(1).expect("there is room");
    drop(rx);
    claim.fill_first(Noted);
    assert!(!DROPPED.load(SeqCst));
    end.announce(1);
    assert!(DROPPED.load(SeqCst), "it does not stay until the senders go");
}

/// Runs `body` on a thread of its own, which is not waited for if it hangs.
fn in_time(body: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let running = thread::spawn(move || {
        body();
        done.send(()).unwrap();
    });
    assert!(ended.recv_timeout(Duration::from_secs(30)) != Err(mpsc::RecvTimeoutError::Timeout), "it hangs");
    running.join().unwrap();
}

/// Who sends goes on beside a thread stopped under the lock of the receivers that wait, and the one to wake is woken as soon
/// as that thread goes on.
#[test]
fn trying_to_send_returns_beside_a_thread_stopped_under_a_lock() {
    in_time(|| {
        let (tx, rx) = bounded(1);
        let mut receiving = rx.recv_async();
        let mut poll = || Future::poll(std::pin::Pin::new(&mut receiving), &mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        let mut stays = rx.clone();
        let end = stays.raw();
        let stopped = end.side().stop_under_the_lock();
        tx.try_send(1).unwrap();
        assert!(tx.try_send(2).unwrap_err().is_full());
        assert_eq!((tx.try_send_batch(&mut vec![2]).unwrap_err().sent(), rx.len()), (0, 1));
        assert!(end.side().is_waiting(), "a wake-up is owed");
        drop(stopped);
        assert!(!end.side().is_waiting(), "and given");
        assert_eq!(poll(), Poll::Ready(Ok(1)));
    });
}

/// The same with the ends exchanged.
#[test]
fn trying_to_receive_returns_beside_a_thread_stopped_under_a_lock() {
    in_time(|| {
        let (tx, rx) = bounded(1);
        tx.try_send(1).unwrap();
        let mut sending = tx.send_async(2);
        let mut poll = || Future::poll(std::pin::Pin::new(&mut sending), &mut Context::from_waker(Waker::noop()));
        assert!(poll().is_pending());
        let mut stays = tx.clone();
        let end = stays.raw();
        let stopped = end.side().stop_under_the_lock();
        assert_eq!(rx.try_recv(), Ok(1));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(rx.try_recv_batch(&mut Vec::new(), 4), Err(TryRecvError::Empty));
        assert!(end.side().is_waiting(), "a wake-up is owed");
        drop(stopped);
        assert!(!end.side().is_waiting(), "and given");
        assert_eq!(poll(), Poll::Ready(Ok(())));
    });
}
