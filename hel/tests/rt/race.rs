//! Limits that pass while another thread delivers: on real threads, with a timer that goes off when it likes.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use hel::channel::errors::{SendBatchError, SendError};
use hel::rt::{Runtime, Timer, timeout};

use crate::extra2::{Channel, Runner, RxEnd, TxEnd, on_both_kinds};
use crate::support::rng::Rng;
use crate::support::{Counted, Ledger, limit};

on_both_kinds!(a_send_is_delivered_or_given_back, a_batch_is_delivered_or_kept);

const ROUNDS: usize = 10_000;
/// The timer does not look at it, so any but zero will do.
const LIMIT: Duration = Duration::from_secs(1);

/// Each poll of its timers may be the one that says the time has come.
#[derive(Clone)]
struct Coin(Arc<Mutex<Rng>>);

impl Coin {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Rng::new(seed))))
    }
}

impl Runtime for Coin {
    type Timer = Self;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timer(&self, _: Instant) -> Self {
        self.clone()
    }
}

impl Future for Coin {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.lock().unwrap().one_in(3) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Timer for Coin {
    fn reset(self: Pin<&mut Self>, _: Instant) {}
}

fn a_send_is_delivered_or_given_back<K: Channel>() {
    let ledger = Ledger::new();
    let (mut tx, mut rx) = K::bounded::<Counted>(1);
    let receiver = thread::spawn(move || {
        let (runner, coin, mut got) = (Runner::new(), Coin::new(1), Vec::new());
        loop {
            match runner.run(timeout(coin.clone(), LIMIT, rx.recv_async())) {
                Ok(value) => got.push(value.id),
                Err(error) if error.is_timeout() => {}
                Err(_) => return got,
            }
        }
    });
    let (runner, coin, mut sent) = (Runner::new(), Coin::new(2), Vec::new());
    for id in 0..ROUNDS {
        match runner.run(timeout(coin.clone(), LIMIT, tx.send_async(ledger.value()))) {
            Ok(()) => sent.push(id),
            Err(SendError::TimeOut(value, _)) => assert_eq!(value.id, id),
            Err(SendError::Disconnected(_)) => panic!("the receiver is there"),
        }
    }
    drop(tx);
    assert_eq!(receiver.join().unwrap(), sent);
    assert!(!sent.is_empty() && sent.len() < ROUNDS, "both happen: {} of {ROUNDS}", sent.len());
    ledger.assert_each_dropped_once();
}

fn a_batch_is_delivered_or_kept<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(3);
    let receiver = thread::spawn(move || {
        let (runner, coin, mut got) = (Runner::new(), Coin::new(3), Vec::new());
        loop {
            match runner.run(timeout(coin.clone(), LIMIT, rx.recv_batch_async(&mut got, 2))) {
                Err(error) if error.is_disconnected() => return got,
                _ => {}
            }
        }
    });
    let (runner, coin) = (Runner::new(), Coin::new(4));
    let mut left: Vec<_> = (0..ROUNDS).collect();
    while !left.is_empty() {
        let before = left.len();
        let mut some: Vec<_> = left.drain(..before.min(7)).collect();
        let count = some.len();
        match runner.run(timeout(coin.clone(), LIMIT, tx.send_batch_async(&mut some))) {
            Ok(sent) | Err(SendBatchError::TimeOut { sent, .. }) => assert_eq!(sent, count - some.len()),
            Err(SendBatchError::Disconnected { .. }) => panic!("the receiver is there"),
        }
        left.splice(..0, some);
    }
    drop(tx);
    assert!(receiver.join().unwrap().into_iter().eq(0..ROUNDS));
}

/// A receiver whose limit passes when a value comes takes it, or it goes to the one that waits on. Whoever gets it says
/// so before the next is sent: a wake-up that is lost ends the test.
#[test]
fn whoever_gives_up_leaves_the_value_to_the_other() {
    limit(|| {
        let ((tx, rx), got) = (hel::bounded(1), AtomicUsize::new(0));
        let until = |count| {
            while got.load(SeqCst) < count {
                thread::yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let runner = Runner::new();
                while runner.run(rx.recv_async()).is_ok() {
                    got.fetch_add(1, SeqCst);
                }
            });
            scope.spawn(|| {
                let (runner, coin) = (Runner::new(), Coin::new(5));
                for round in 0..ROUNDS {
                    if runner.run(timeout(coin.clone(), LIMIT, rx.recv_async())).is_ok() {
                        got.fetch_add(1, SeqCst);
                    }
                    until(round + 1);
                }
            });
            for round in 0..ROUNDS {
                tx.send(round).unwrap();
                until(round + 1);
            }
            drop(tx);
        });
        assert_eq!(got.into_inner(), ROUNDS);
    });
}
