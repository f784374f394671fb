//! Gathering: the first value as long as it takes, then more for a while.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll::Pending, Poll::Ready, Wake, Waker};
use std::time::Duration;

use hel::channel::errors::AsyncRecvError;
use hel::rt::gather;
use hel::{Receiver, Sender};

use crate::clock::{Clock, Meanwhile, NANO, SECOND};
use crate::extra2::{RxEnd, TxEnd, on_both_kinds};
use crate::lend::Lend;
use crate::support::waker::CountingWaker;
use crate::support::{Ledger, limit, poll_once, poll_with};

on_both_kinds!(
    the_first_value_may_take_any_time,
    the_rest_may_take_the_linger_and_no_longer,
    as_many_as_asked_for_end_it,
    the_end_of_the_channel_ends_it,
    nothing_at_all_is_an_error,
    none_asked_for_is_none,
    without_linger_it_takes_what_is_there,
    a_linger_without_end_needs_no_timer,
    what_was_received_is_in_the_vec_whenever_it_is_dropped,
    what_comes_with_the_end_of_the_linger_is_not_lost,
    dropped_while_it_waits_it_leaves_the_queue,
);

fn the_first_value_may_take_any_time<K: Lend>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), Vec::new());
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 4, SECOND);
    for _ in 0..3 {
        assert_eq!(poll_once(&mut gathering), Pending);
        clock.advance(10 * SECOND);
    }
    assert_eq!((clock.made(), clock.reads()), (0, 0));
    tx.try_send(1).unwrap();
    assert_eq!((poll_once(&mut gathering), clock.made()), (Pending, 1));
    clock.advance(SECOND);
    assert_eq!(poll_once(&mut gathering), Ready(Ok(1)));
    drop(gathering);
    assert_eq!((into, clock.timers()), (vec![1], 0));
}

fn the_rest_may_take_the_linger_and_no_longer<K: Lend>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(4), Clock::new(), CountingWaker::new());
    let mut into = vec![0];
    tx.try_send(1).unwrap();
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 9, 2 * SECOND);
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending);
    clock.advance(SECOND);
    tx.try_send(2).unwrap();
    assert_eq!(counting.wakes(), 1);
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending);
    clock.advance(SECOND - NANO);
    assert_eq!((counting.wakes(), poll_with(&mut gathering, &counting.waker())), (1, Pending));
    tx.try_send(3).unwrap();
    clock.advance(NANO);
    assert_eq!(counting.wakes(), 3, "for the value and for the time");
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Ready(Ok(3)), "counted from the first, and with the last");
    assert_eq!((clock.made(), counting.held()), (1, 0), "out of the queue as soon as it says so");
    drop(gathering);
    assert_eq!(into, [0, 1, 2, 3]);
}

fn as_many_as_asked_for_end_it<K: Lend>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), Vec::new());
    tx.try_send_batch(&mut vec![1, 2, 3]).unwrap();
    assert_eq!(poll_once(&mut gather(clock.clone(), K::lend(&mut rx), &mut into, 2, SECOND)), Ready(Ok(2)));
    assert_eq!((clock.reads(), clock.made()), (0, 0));
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 2, SECOND);
    assert_eq!(poll_once(&mut gathering), Pending);
    tx.try_send_batch(&mut vec![4, 5]).unwrap();
    assert_eq!(poll_once(&mut gathering), Ready(Ok(2)));
    drop(gathering);
    assert_eq!((into, rx.try_recv()), (vec![1, 2, 3, 4], Ok(5)));
}

fn the_end_of_the_channel_ends_it<K: Lend>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), Vec::new());
    tx.try_send(1).unwrap();
    let mut gathering = gather(clock, K::lend(&mut rx), &mut into, 4, SECOND);
    assert_eq!(poll_once(&mut gathering), Pending);
    tx.try_send(2).unwrap();
    drop(tx);
    assert_eq!(poll_once(&mut gathering), Ready(Ok(2)));
    drop(gathering);
    assert_eq!(into, [1, 2]);
}

fn nothing_at_all_is_an_error<K: Lend>() {
    let ((tx, mut rx), clock, mut into) = (K::bounded::<u32>(4), Clock::new(), vec![]);
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 4, SECOND);
    assert_eq!(poll_once(&mut gathering), Pending);
    #[cfg(feature = "futures")]
    assert!(!futures_util::future::FusedFuture::is_terminated(&gathering));
    drop(tx);
    assert_eq!(poll_once(&mut gathering), Ready(Err(AsyncRecvError::Disconnected)));
    #[cfg(feature = "futures")]
    assert!(futures_util::future::FusedFuture::is_terminated(&gathering));
}

fn none_asked_for_is_none<K: Lend>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), vec![]);
    assert_eq!(poll_once(&mut gather(clock.clone(), K::lend(&mut rx), &mut into, 0, SECOND)), Ready(Ok(0)));
    tx.try_send(1).unwrap();
    assert_eq!(poll_once(&mut gather(clock.clone(), K::lend(&mut rx), &mut into, 0, SECOND)), Ready(Ok(0)));
    assert_eq!((into, rx.len()), (vec![], 1));
}

fn without_linger_it_takes_what_is_there<K: Lend>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(4), Clock::new(), CountingWaker::new());
    let mut into = vec![];
    tx.try_send_batch(&mut vec![1, 2]).unwrap();
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, usize::MAX, Duration::ZERO);
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Ready(Ok(2)));
    drop(gathering);
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 9, Duration::ZERO);
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending, "the first value may take any time");
    tx.try_send(3).unwrap();
    assert_eq!(poll_with(&mut gathering, &counting.waker()), Ready(Ok(1)));
    assert_eq!((clock.reads(), clock.made(), counting.wakes(), counting.held()), (0, 0, 1, 0));
}

fn a_linger_without_end_needs_no_timer<K: Lend>() {
    let ((mut tx, mut rx), clock, mut into) = (K::bounded(4), Clock::new(), vec![]);
    let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 3, Duration::MAX);
    for n in 0..3 {
        assert_eq!(poll_once(&mut gathering), Pending);
        clock.advance(1_000_000 * SECOND);
        tx.try_send(n).unwrap();
    }
    assert_eq!((poll_once(&mut gathering), clock.made()), (Ready(Ok(3)), 0));
}

fn what_was_received_is_in_the_vec_whenever_it_is_dropped<K: Lend>() {
    for polls in 0..5 {
        let (clock, counting, ledger) = (Clock::new(), CountingWaker::new(), Ledger::new());
        let (mut tx, mut rx) = K::bounded(8);
        let mut into = Vec::new();
        let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 9, SECOND);
        for _ in 0..polls {
            assert!(poll_with(&mut gathering, &counting.waker()).is_pending());
            tx.try_send(ledger.value()).unwrap();
        }
        drop(gathering);
        // The last one came after the last poll.
        let (got, left): (Vec<_>, _) = (into.iter().map(|value| value.id).collect(), polls.min(1));
        assert!(got.into_iter().eq(0..polls - left));
        assert_eq!((rx.len(), clock.timers(), counting.held()), (left, 0, 0));
        drop((into, tx, rx));
        ledger.assert_each_dropped_once();
    }
}

fn what_comes_with_the_end_of_the_linger_is_not_lost<K: Lend>() {
    let (mut tx, mut rx) = K::bounded(4);
    tx.try_send(1).unwrap();
    let (mut into, mut next) = (Vec::new(), 2..);
    let rt = Meanwhile::new(|| tx.try_send(next.next().unwrap()).unwrap());
    assert_eq!(poll_once(&mut gather(rt.clone(), K::lend(&mut rx), &mut into, 9, SECOND)), Ready(Ok(1)));
    assert_eq!(poll_once(&mut gather(rt, K::lend(&mut rx), &mut into, 9, SECOND)), Ready(Ok(1)));
    assert_eq!((into, rx.try_recv()), (vec![1, 2], Ok(3)));
}

fn dropped_while_it_waits_it_leaves_the_queue<K: Lend>() {
    let ((mut tx, mut rx), clock, counting) = (K::bounded(4), Clock::new(), CountingWaker::new());
    let mut into = Vec::new();
    for sent in 0..3 {
        (0..sent).for_each(|n| tx.try_send(n).unwrap());
        let mut gathering = gather(clock.clone(), K::lend(&mut rx), &mut into, 9, SECOND);
        assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending);
        assert_ne!(counting.held(), 0);
        drop(gathering);
        assert_eq!(counting.held(), 0);
    }
    assert_eq!(into, [0, 0, 1]);
}

/// The first of two was woken for a value, and is dropped before it takes it.
#[test]
fn a_wake_up_goes_on_to_the_next() {
    let ((tx, rx), clock, mut into) = (hel::bounded(4), Clock::new(), Vec::new());
    let (first_waker, second_waker) = (CountingWaker::new(), CountingWaker::new());
    let mut first = gather(clock, &rx, &mut into, 4, SECOND);
    let mut second = rx.recv_async();
    assert_eq!(poll_with(&mut first, &first_waker.waker()), Pending);
    assert!(poll_with(&mut second, &second_waker.waker()).is_pending());
    tx.try_send(1).unwrap();
    assert_eq!((first_waker.wakes(), second_waker.wakes()), (1, 0));
    drop(first);
    assert_eq!((second_waker.wakes(), poll_once(&mut second)), (1, Ready(Ok(1))));
}

/// A task that sends again in the very moment in which there is room, so that the channel is never found empty.
struct Refill {
    tx: Mutex<Sender<u32>>,
    /// Woken while it polls, as a task may be.
    again: AtomicBool,
}

impl Refill {
    /// A channel that is never found empty. In the end [`Sender::cancel_poll`] takes its task out of it.
    fn new() -> (Arc<Self>, Receiver<u32>) {
        let (tx, rx) = hel::bounded(1);
        let refill = Arc::new(Self { tx: Mutex::new(tx), again: AtomicBool::new(false) });
        refill.send();
        (refill, rx)
    }

    /// The next of a thousand values, and a place in the queue for the one after it.
    fn send(self: &Arc<Self>) {
        let Ok(mut tx) = self.tx.try_lock() else { return self.again.store(true, Relaxed) };
        let waker = Waker::from(Arc::clone(self));
        for n in 0..2 {
            while tx.poll_send(&mut Context::from_waker(&waker), &mut Some(n)).is_pending() {
                if !self.again.swap(false, Relaxed) {
                    break;
                }
            }
        }
    }
}

impl Wake for Refill {
    fn wake(self: Arc<Self>) {
        self.send();
    }
}

/// However much there is, a poll ends, time or not: other tasks have their turn.
#[test]
fn a_channel_that_is_never_empty_does_not_hold_a_poll() {
    limit(|| {
        let ((refill, rx), clock, counting) = (Refill::new(), Clock::new(), CountingWaker::new());
        let mut into = Vec::new();
        let mut gathering = gather(clock.clone(), &rx, &mut into, usize::MAX, SECOND);
        assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending);
        assert_eq!(counting.wakes(), 1, "to go on at its next turn");
        assert_eq!(poll_with(&mut gathering, &counting.waker()), Pending);
        clock.advance(SECOND);
        let polled = poll_with(&mut gathering, &counting.waker());
        drop(gathering);
        assert_eq!(polled, Ready(Ok(into.len())));
        assert!(into.len() > 3, "{}: it took more than one at a time", into.len());
        refill.tx.lock().unwrap().cancel_poll();
    });
}

/// The last look of a poll finds the last value: nothing is left to wait for, and no other turn is needed.
#[test]
fn as_many_as_a_poll_takes_at_most_end_it_at_once() {
    limit(|| {
        let ((refill, rx), clock, counting) = (Refill::new(), Clock::new(), CountingWaker::new());
        let (mut first, mut second) = (Vec::new(), Vec::new());
        assert_eq!(poll_once(&mut gather(clock.clone(), &rx, &mut first, usize::MAX, SECOND)), Pending);
        let (most, made) = (first.len(), clock.made());
        let mut gathering = gather(clock.clone(), &rx, &mut second, most, SECOND);
        assert_eq!(poll_with(&mut gathering, &counting.waker()), Ready(Ok(most)));
        assert_eq!((counting.wakes(), clock.made()), (0, made));
        drop(gathering);
        refill.tx.lock().unwrap().cancel_poll();
    });
}
