//! Batches keep their order, leave what was not sent in the caller's `Vec` on every way out, and wait for the first
//! value only; iterators, which receive many one by one.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use extra2::{Channel, Runner, RxEnd, TxEnd, on_both_kinds, spawn_asleep};
use hel::channel::errors::{
    AsyncRecvError, AsyncSendBatchError, RecvError, SendBatchError, TryRecvError, TrySendBatchError,
};
use hel::channel::{mpmc, spsc};
use support::rng::Rng;
use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{Counted, Ledger, limit, poll_once, poll_with};

on_both_kinds!(
    order_holds_across_batches_of_any_size,
    a_full_channel_leaves_the_rest,
    a_disconnected_channel_leaves_all,
    a_close_half_way_leaves_the_rest,
    a_receiver_that_goes_leaves_the_rest_with_a_thread,
    a_receiver_that_goes_leaves_the_rest_with_a_task,
    an_empty_batch_is_sent_at_once,
    a_great_batch_that_goes_one_by_one,
    a_great_batch_through_a_small_channel,
    receiving_none_is_done_at_once,
    receiving_appends_what_is_there_and_waits_for_no_more,
    receiving_waits_for_the_first,
    receiving_says_empty_and_disconnected,
    gather_collects_until_it_has_enough,
    polling_for_a_batch,
    a_waker_that_panics_leaves_the_rest_with_a_thread,
    a_waker_that_panics_leaves_the_rest_with_a_task,
    iterators_take_all_until_the_end,
    trying_iterators_take_what_is_there,
);

fn order_holds_across_batches_of_any_size<K: Channel>() {
    for capacity in [1, 2, 5, 8] {
        let (mut tx, mut rx) = K::bounded(capacity);
        let (mut rng, mut next, mut got) = (Rng::new(capacity as u64), 0, Vec::new());
        for _ in 0..500 {
            let mut batch: Vec<_> = (next..next + rng.below(12)).collect();
            let (count, room) = (batch.len(), capacity - tx.len());
            let sent = match tx.try_send_batch(&mut batch) {
                Ok(sent) => sent,
                Err(error) => error.sent(),
            };
            assert_eq!(sent, count.min(room));
            next += sent;
            assert!(batch.into_iter().eq(next..next + count - sent), "the rest is left, in order");
            let (there, max) = (rx.len(), rng.below(12));
            let taken = rx.try_recv_batch(&mut got, max);
            assert_eq!(taken.unwrap_or(0), there.min(max));
        }
        got.extend(rx.try_iter());
        assert_eq!(got, (0..next).collect::<Vec<_>>());
    }
}

fn a_full_channel_leaves_the_rest<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(3);
    let mut batch = vec![1, 2, 3, 4, 5];
    assert_eq!(tx.try_send_batch(&mut batch), Err(TrySendBatchError::Full { sent: 3 }));
    assert_eq!(batch, [4, 5]);
    assert_eq!(tx.try_send_batch(&mut batch), Err(TrySendBatchError::Full { sent: 0 }));
    let after = Duration::from_millis(1);
    assert_eq!(tx.send_batch_timeout(&mut batch, after), Err(SendBatchError::TimeOut { sent: 0, after }));
    assert_eq!(batch, [4, 5]);
    assert!(rx.try_iter().eq(1..4));
    assert_eq!(tx.try_send_batch(&mut batch), Ok(2));
    assert_eq!(batch, []);
}

fn a_disconnected_channel_leaves_all<K: Channel>() {
    let (mut tx, rx) = K::bounded(3);
    drop(rx);
    let mut batch = vec![1, 2, 3, 4, 5];
    assert_eq!(tx.try_send_batch(&mut batch), Err(TrySendBatchError::Disconnected { sent: 0 }));
    assert_eq!(tx.send_batch(&mut batch), Err(SendBatchError::Disconnected { sent: 0 }));
    let timed = tx.send_batch_timeout(&mut batch, Duration::MAX);
    assert_eq!(timed, Err(SendBatchError::Disconnected { sent: 0 }));
    let polled = poll_once(&mut tx.send_batch_async(&mut batch));
    assert_eq!(polled, Poll::Ready(Err(AsyncSendBatchError::Disconnected { sent: 0 })));
    assert_eq!(batch, [1, 2, 3, 4, 5]);
}

/// Few values and many, of few bytes and of many: long batches are kept in another way than short ones.
fn a_close_half_way_leaves_the_rest<K: Channel>() {
    for (count, capacity) in [(5, 2), (40, 7), (256, 64), (258, 3), (1_000, 16)] {
        half_way::<K, usize>(count, capacity, |nth| nth);
        half_way::<K, [usize; 200]>(count, capacity, |nth| [nth; 200]);
    }
}

/// A batch goes in three runs, of which the second is short, and then meets a close.
fn half_way<K: Channel, T: Copy + PartialEq + Debug + Send + 'static>(
    count: usize,
    capacity: usize,
    value: fn(usize) -> T,
) {
    for cancelled in [false, true] {
        let (mut tx, mut rx) = K::bounded(capacity);
        let mut batch: Vec<T> = (0..count).map(value).collect();
        let mut send = tx.send_batch_async(&mut batch);
        assert!(poll_once(&mut send).is_pending());
        assert_eq!(rx.try_recv(), Ok(value(0)));
        assert!(poll_once(&mut send).is_pending());
        let mut got = Vec::new();
        assert_eq!(rx.try_recv_batch(&mut got, capacity), Ok(capacity));
        assert_eq!(poll_once(&mut send).is_ready(), 2 * capacity + 1 >= count);
        let sent = count.min(2 * capacity + 1);
        rx.close();
        if !cancelled && sent < count {
            assert_eq!(poll_once(&mut send), Poll::Ready(Err(AsyncSendBatchError::Disconnected { sent })));
        }
        drop(send);
        assert!(batch.into_iter().eq((sent..count).map(value)), "the rest is left, in order");
        while let Ok(more) = rx.try_recv() {
            got.push(more);
        }
        assert!(got.into_iter().eq((1..sent).map(value)), "all that was sent comes, in order");
    }
}

fn a_receiver_that_goes_leaves_the_rest_with_a_thread<K: Channel>() {
    for taken in [1, 4, 7] {
        let ledger = Ledger::new();
        let (mut tx, mut rx) = K::bounded::<Counted>(3);
        let mut batch = ledger.values(20);
        let receiver = thread::spawn(move || {
            for id in 0..taken {
                assert_eq!(rx.recv().unwrap().id, id);
            }
        });
        let Err(SendBatchError::Disconnected { sent }) = tx.send_batch(&mut batch) else { panic!("20 do not fit") };
        receiver.join().unwrap();
        // What is in the ring when the receiver goes, and one more run that was under way.
        assert!((taken..=taken + 6).contains(&sent), "{sent} sent, {taken} taken");
        assert!(batch.iter().map(|value| value.id).eq(sent..20), "in order");
        drop((tx, batch));
        ledger.assert_each_dropped_once();
    }
}

fn a_receiver_that_goes_leaves_the_rest_with_a_task<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(3);
    let mut batch: Vec<_> = (0..10).collect();
    let mut future = tx.send_batch_async(&mut batch);
    assert!(poll_once(&mut future).is_pending());
    assert_eq!(rx.recv(), Ok(0));
    assert!(poll_once(&mut future).is_pending());
    drop(rx);
    assert_eq!(poll_once(&mut future), Poll::Ready(Err(AsyncSendBatchError::Disconnected { sent: 4 })));
    drop(future);
    assert_eq!(batch, [4, 5, 6, 7, 8, 9]);
}

fn an_empty_batch_is_sent_at_once<K: Channel>() {
    let (mut tx, _rx) = K::bounded(1);
    tx.try_send(0).unwrap();
    let none = &mut Vec::new();
    assert_eq!((tx.try_send_batch(none), tx.send_batch(none)), (Ok(0), Ok(0)));
    assert_eq!(tx.send_batch_timeout(none, Duration::ZERO), Ok(0));
    assert_eq!(poll_once(&mut tx.send_batch_async(none)), Poll::Ready(Ok(0)));
}

/// Moving the whole rest for each value that goes would take minutes: the watchdog ends it.
fn a_great_batch_that_goes_one_by_one<K: Channel>() {
    const GREAT: usize = 200_000;
    let (mut tx, mut rx) = K::bounded(1);
    let mut batch: Vec<[usize; 16]> = (0..GREAT).map(|n| [n; 16]).collect();
    let mut send = tx.send_batch_async(&mut batch);
    for n in 0..GREAT - 1 {
        assert!(poll_once(&mut send).is_pending());
        assert_eq!(rx.try_recv(), Ok([n; 16]));
    }
    assert_eq!(poll_once(&mut send), Poll::Ready(Ok(GREAT)));
}

fn a_great_batch_through_a_small_channel<K: Channel>() {
    const GREAT: usize = 100_000;
    let (mut tx, mut rx) = K::bounded(16);
    let sender = thread::spawn(move || {
        let mut batch = (0..GREAT).collect();
        assert_eq!(tx.send_batch(&mut batch), Ok(GREAT));
        batch.extend(GREAT..2 * GREAT);
        assert_eq!(Runner::new().run(tx.send_batch_async(&mut batch)), Ok(GREAT));
        assert_eq!(batch, []);
    });
    let mut got = Vec::new();
    while got.len() < GREAT {
        assert!((1..=16).contains(&rx.recv_batch(&mut got, 64).unwrap()), "no more than the channel holds");
    }
    Runner::new().run(async { while rx.recv_batch_async(&mut got, 64).await.is_ok() {} });
    assert!(got.into_iter().eq(0..2 * GREAT), "in order");
    sender.join().unwrap();
}

fn receiving_none_is_done_at_once<K: Channel>() {
    let (mut tx, mut rx) = K::bounded::<u32>(1);
    let into = &mut vec![7];
    let noop = &mut Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert_eq!((rx.recv_batch(into, 0), rx.try_recv_batch(into, 0)), (Ok(0), Ok(0)));
        assert_eq!(rx.recv_batch_timeout(into, 0, Duration::MAX), Ok(0));
        assert_eq!(rx.gather(into, 0, Duration::MAX), Ok(0));
        assert_eq!(poll_once(&mut rx.recv_batch_async(into, 0)), Poll::Ready(Ok(0)));
        assert_eq!(rx.poll_recv_batch(noop, into, 0), Poll::Ready(Ok(0)));
        let _ = tx.try_send(1);
    }
    assert_eq!(*into, [7], "none of what is there either");
}

fn receiving_appends_what_is_there_and_waits_for_no_more<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let mut into = vec![0];
    let noop = &mut Context::from_waker(Waker::noop());
    for verb in 0..6 {
        tx.send_batch(&mut vec![1, 2, 3]).unwrap();
        let count = match verb {
            0 => rx.recv_batch(&mut into, 9).unwrap(),
            1 => rx.try_recv_batch(&mut into, usize::MAX).unwrap(),
            2 => rx.recv_batch_timeout(&mut into, 9, Duration::MAX).unwrap(),
            3 => rx.gather(&mut into, 9, Duration::ZERO).unwrap(),
            4 => Runner::new().run(rx.recv_batch_async(&mut into, 9)).unwrap(),
            _ => match rx.poll_recv_batch(noop, &mut into, usize::MAX) {
                Poll::Ready(result) => result.unwrap(),
                Poll::Pending => panic!("there are three"),
            },
        };
        assert_eq!((count, &into[..]), (3, &[0, 1, 2, 3][..]), "verb {verb}");
        into.truncate(1);
    }
    tx.send_batch(&mut vec![1, 2, 3]).unwrap();
    assert_eq!(rx.recv_batch(&mut into, 2), Ok(2));
    assert_eq!((into, rx.try_recv()), (vec![0, 1, 2], Ok(3)), "no more than asked for");
}

fn receiving_waits_for_the_first<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let receiver = spawn_asleep(move || {
        let mut into = Vec::new();
        (rx.recv_batch(&mut into, 4), into)
    });
    assert!(!receiver.is_finished());
    tx.send(1).unwrap();
    assert_eq!(receiver.join().unwrap(), (Ok(1), vec![1]));
}

fn receiving_says_empty_and_disconnected<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let into = &mut Vec::new();
    assert_eq!(rx.try_recv_batch(into, 1), Err(TryRecvError::Empty));
    tx.send(1).unwrap();
    drop(tx);
    assert_eq!(rx.recv_batch(into, 5), Ok(1), "what is buffered comes first");
    assert_eq!(rx.try_recv_batch(into, 1), Err(TryRecvError::Disconnected));
    assert_eq!(rx.recv_batch(into, 1), Err(RecvError::Disconnected));
    assert_eq!(rx.gather(into, 1, Duration::ZERO), Err(RecvError::Disconnected));
    assert_eq!(rx.recv_batch_timeout(into, 1, Duration::MAX), Err(RecvError::Disconnected));
    let polled = poll_once(&mut rx.recv_batch_async(into, 1));
    assert_eq!(polled, Poll::Ready(Err(AsyncRecvError::Disconnected)));
    assert_eq!(*into, [1]);
}

fn gather_collects_until_it_has_enough<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let sender = thread::spawn(move || (0..10).for_each(|n| tx.send(n).unwrap()));
    let mut into = Vec::new();
    assert_eq!(rx.gather(&mut into, 7, Duration::MAX), Ok(7));
    assert_eq!(rx.gather(&mut into, 7, Duration::MAX), Ok(3), "the close ends it, and is no error yet");
    assert_eq!(rx.gather(&mut into, 7, Duration::MAX), Err(RecvError::Disconnected));
    assert_eq!(into, (0..10).collect::<Vec<_>>());
    sender.join().unwrap();
}

fn polling_for_a_batch<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let (counting, mut into) = (CountingWaker::new(), Vec::new());
    let waker = counting.waker();
    let cx = &mut Context::from_waker(&waker);
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Pending);
    assert_eq!(tx.try_send_batch(&mut vec![1, 2, 3, 4]), Ok(4));
    assert_eq!(counting.wakes(), 1, "once for a batch");
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Ok(3)));
    tx.close();
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Ok(1)));
    assert_eq!(rx.poll_recv_batch(cx, &mut into, 3), Poll::Ready(Err(AsyncRecvError::Disconnected)));
    assert_eq!(into, [1, 2, 3, 4]);
}

/// A receiver that waits with a waker that panics when it is woken.
fn panics_when_woken<R>(rx: &mut impl RxEnd<u32>, body: impl FnOnce() -> R) -> bool {
    let hostile = HostileWaker::new();
    let mut receive = rx.recv_async();
    assert!(poll_with(&mut receive, &hostile.waker()).is_pending());
    hostile.set(Trap::Wake);
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

fn a_waker_that_panics_leaves_the_rest_with_a_thread<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let mut batch = vec![1, 2, 3, 4, 5, 6, 7];
    assert!(panics_when_woken(&mut rx, || tx.send_batch(&mut batch)));
    assert_eq!((&batch[..], rx.try_iter().collect()), (&[3, 4, 5, 6, 7][..], vec![1, 2]));
    assert!(panics_when_woken(&mut rx, || tx.try_send_batch(&mut batch)));
    assert_eq!((&batch[..], rx.try_iter().collect()), (&[5, 6, 7][..], vec![3, 4]));
    assert!(panics_when_woken(&mut rx, || tx.send_batch_timeout(&mut batch, Duration::MAX)));
    assert_eq!((&batch[..], rx.try_iter().collect()), (&[7][..], vec![5, 6]));
}

fn a_waker_that_panics_leaves_the_rest_with_a_task<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let mut batch = vec![1, 2, 3, 4, 5, 6, 7];
    let mut send = tx.send_batch_async(&mut batch);
    assert!(poll_once(&mut send).is_pending());
    assert!(rx.try_iter().eq([1, 2]));
    assert!(panics_when_woken(&mut rx, || poll_once(&mut send)));
    drop(send);
    assert_eq!((batch, rx.try_iter().collect()), (vec![5, 6, 7], vec![3, 4]));
}

fn iterators_take_all_until_the_end<K: Channel>() {
    let start = |mut tx: K::Tx<u32>| thread::spawn(move || (0..100).for_each(|n| tx.send(n).unwrap()));
    let (tx, mut rx) = K::bounded(3);
    let sender = start(tx);
    assert!(rx.iter().take(10).eq(0..10), "what was not asked for stays");
    assert!(rx.iter().eq(10..100));
    assert_eq!(rx.iter().next(), None, "and the end stays the end");
    sender.join().unwrap();

    let (tx, rx) = K::bounded(3);
    let sender = start(tx);
    assert!(rx.into_iter().eq(0..100));
    sender.join().unwrap();
}

fn trying_iterators_take_what_is_there<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(3);
    assert_eq!(rx.try_iter().next(), None);
    tx.send_batch(&mut vec![1, 2, 3]).unwrap();
    let mut iter = rx.try_iter();
    assert_eq!((iter.next(), iter.next(), iter.next(), iter.next()), (Some(1), Some(2), Some(3), None));
    tx.send(4).unwrap();
    assert_eq!(iter.next(), Some(4), "there is more again");
}

#[test]
fn for_loops_by_reference_and_by_value() {
    limit(|| {
        let mut got = Vec::new();
        let (tx, rx) = mpmc::bounded(4);
        tx.send_batch(&mut vec![1, 2, 3]).unwrap();
        for n in &rx {
            got.push(n);
            if n == 1 {
                break;
            }
        }
        drop(tx);
        for n in rx {
            got.push(n);
        }
        let (mut tx, mut rx) = spsc::bounded(4);
        tx.send_batch(&mut vec![4, 5, 6]).unwrap();
        for n in &mut rx {
            got.push(n);
            if n == 4 {
                break;
            }
        }
        drop(tx);
        for n in rx {
            got.push(n);
        }
        assert_eq!(got, [1, 2, 3, 4, 5, 6]);
    });
}
