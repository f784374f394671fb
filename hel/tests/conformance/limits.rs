//! Limits on every operation, on every kind of end, by the runtime's own clock.

use std::time::Duration;

use hel::channel::errors::{RecvError, SendBatchError, SendError};
use hel::channel::{mpmc, spsc};
use hel::rt::{Runtime, timeout, timeout_at};
use hel::{Operation, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture};

use super::support::rng::Rng;
use super::support::{Counted, Ledger};
use super::{Harness, LONG, SHORT, Shared, give_way, pause, some_limit};

/// Runs an operation that cannot succeed: it takes the whole of a short limit, by the runtime's clock.
async fn whole_limit<R: Runtime, F: Operation>(rt: &R, op: F) -> F::Limited {
    let begun = rt.now();
    let result = timeout(rt.clone(), SHORT, op).await;
    assert!(rt.now() - begun >= SHORT, "ended too early");
    result
}

/// Every timed receive of `$end`, which is empty but for what `$send` puts there.
macro_rules! receives {
    ($rt:expr, $end:expr, $send:expr) => {{
        let (rt, mut into) = ($rt, Vec::new());
        assert_eq!(whole_limit(&rt, RecvFuture::new($end)).await, Err(RecvError::TimeOut(SHORT)));
        assert_eq!(whole_limit(&rt, RecvBatchFuture::new($end, &mut into, 3)).await, Err(RecvError::TimeOut(SHORT)));
        $send;
        assert!(timeout(rt.clone(), LONG, RecvFuture::new($end)).await.is_ok());
        ($send, $send);
        assert_eq!(timeout(rt.clone(), LONG, RecvBatchFuture::new($end, &mut into, 3)).await, Ok(2));
        $send;
        let past = rt.now() - SHORT;
        assert!(timeout_at(rt.clone(), past, RecvFuture::new($end)).await.is_ok());
        assert!(timeout_at(rt.clone(), past, RecvFuture::new($end)).await.unwrap_err().is_timeout());
    }};
}

pub(crate) fn every_receiving_end_has_limits<H: Harness>() {
    let harness = H::start();
    let rt = harness.rt();
    harness.block_on(async {
        let (tx, rx) = hel::bounded(8);
        receives!(rt.clone(), &rx, tx.send_async(1).await.unwrap());
        receives!(rt.clone(), rx.clone(), tx.send_async(1).await.unwrap());
        let (mut tx, mut rx) = spsc::bounded(8);
        receives!(rt.clone(), &mut rx, tx.send_async(1).await.unwrap());
        let (tx, rx) = mpmc::shard_key::<u32, 8>(3);
        let mut keys = 0..;
        receives!(rt.clone(), &rx, tx.send_async(&keys.next(), 1).await.unwrap());
        receives!(rt.clone(), rx.clone(), tx.send_async(&keys.next(), 1).await.unwrap());
        let late = whole_limit(&rt, rx.recv_any_async()).await;
        assert_eq!(late, Err(RecvError::TimeOut(SHORT)));
        let shard = tx.shard(&7);
        assert_eq!(timeout(rt.clone(), LONG, shard.send_async(7)).await, Ok(()));
        assert!(matches!(timeout(rt.clone(), LONG, rx.recv_any_async()).await, Ok((_, 7))));
    });
}

/// Every timed send to `$end`, which has room for one value, and where `$receive` makes room.
macro_rules! sends {
    ($rt:expr, $end:expr, $receive:expr) => {{
        let rt = $rt;
        assert_eq!(timeout(rt.clone(), LONG, SendFuture::new($end, 1)).await, Ok(()));
        assert_eq!(whole_limit(&rt, SendFuture::new($end, 2)).await, Err(SendError::TimeOut(2, SHORT)));
        let mut slot = Some(3);
        let late = whole_limit(&rt, SendRefFuture::new($end, &mut slot)).await;
        assert_eq!((late, slot), (Err(SendError::TimeOut((), SHORT)), Some(3)));
        assert_eq!($receive, 1);
        assert_eq!(timeout(rt.clone(), LONG, SendRefFuture::new($end, &mut slot)).await, Ok(()));
        assert_eq!(($receive, slot), (3, None));
        let mut batch = vec![4, 5, 6];
        let late = whole_limit(&rt, SendBatchFuture::new($end, &mut batch)).await;
        assert_eq!((late, &batch[..]), (Err(SendBatchError::TimeOut { sent: 1, after: SHORT }), &[5, 6][..]));
        assert_eq!($receive, 4, "and of the rest nothing");
        let past = rt.now() - SHORT;
        assert_eq!(timeout_at(rt.clone(), past, SendFuture::new($end, 7)).await, Ok(()));
        assert!(timeout_at(rt.clone(), past, SendFuture::new($end, 8)).await.unwrap_err().is_timeout());
        assert_eq!($receive, 7);
    }};
}

pub(crate) fn every_sending_end_has_limits<H: Harness>() {
    let harness = H::start();
    let rt = harness.rt();
    harness.block_on(async {
        let (tx, rx) = hel::bounded(1);
        sends!(rt.clone(), &tx, rx.recv_async().await.unwrap());
        sends!(rt.clone(), tx.clone(), rx.recv_async().await.unwrap());
        let (mut tx, mut rx) = spsc::bounded(1);
        sends!(rt.clone(), &mut tx, rx.recv_async().await.unwrap());
        let (tx, rx) = mpmc::round_robin::<u32, 1>(1);
        sends!(rt.clone(), &tx, rx.recv_async().await.unwrap());
        sends!(rt.clone(), tx.clone(), rx.recv_async().await.unwrap());
        let (tx, rx) = mpmc::shard_key::<u32, 1>(1);
        let by_value = tx.clone().by(|value: &u32| value);
        sends!(rt.clone(), &by_value, rx.recv_async().await.unwrap());
        assert_eq!(timeout(rt.clone(), LONG, tx.send_async("key", 1)).await, Ok(()));
        assert_eq!(whole_limit(&rt, tx.send_async("key", 2)).await, Err(SendError::TimeOut(2, SHORT)));
        let (tx, rx) = mpmc::shard_group::<u32, 1, _>([["order"], ["user"]]);
        let users = tx.shard("user").unwrap();
        sends!(rt.clone(), users, rx.recv_async().await.unwrap());
    });
}

pub(crate) fn what_comes_in_time_is_received<H: Harness>() {
    let harness = H::start();
    let rt = harness.rt();
    let (mut tx, mut rx) = spsc::bounded(1);
    let (back, mut answers) = spsc::bounded(1);
    let echo = {
        let (rt, mut back) = (harness.rt(), back);
        harness.spawn(async move {
            while let Ok(n) = timeout(rt.clone(), LONG, rx.recv_async()).await {
                timeout(rt.clone(), LONG, back.send_async(n)).await.unwrap();
            }
        })
    };
    harness.block_on(async {
        for n in 0..500 {
            timeout(rt.clone(), LONG, tx.send_async(n)).await.unwrap();
            assert_eq!(timeout(rt.clone(), LONG, answers.recv_async()).await, Ok(n));
        }
        drop(tx);
        assert_eq!(timeout(rt.clone(), LONG, answers.recv_async()).await, Err(RecvError::Disconnected));
        echo.await;
    });
}

pub(crate) fn sends_that_time_out_are_not_delivered<H: Harness>() {
    const SENDS: usize = 300;
    let (harness, ledger) = (H::start(), Ledger::new());
    let (tx, rx) = hel::bounded::<Counted>(1);
    let (sent, got) = (Shared::new(), Shared::new());
    let senders = [1, 2].map(|seed| {
        let (rt, tx, ledger, sent, mut rng) = (harness.rt(), tx.clone(), ledger.clone(), sent.clone(), Rng::new(seed));
        harness.spawn(async move {
            for _ in 0..SENDS {
                let value = ledger.value();
                let id = value.id;
                match timeout(rt.clone(), some_limit(&mut rng), tx.send_async(value)).await {
                    Ok(()) => sent.push(id),
                    Err(SendError::TimeOut(value, _)) => assert_eq!(value.id, id),
                    Err(SendError::Disconnected(_)) => panic!("the receiver is there"),
                }
            }
        })
    });
    drop(tx);
    let receiver = {
        let (rt, got, mut rng) = (harness.rt(), got.clone(), Rng::new(3));
        harness.spawn(async move {
            while let Ok(value) = rx.recv_async().await {
                got.push(value.id);
                pause(rt.clone(), some_limit(&mut rng)).await;
            }
        })
    };
    harness.block_on(async {
        for sender in senders {
            sender.await;
        }
        receiver.await;
    });
    assert_eq!(got.take(), sent.take(), "what said Ok, and nothing else");
    ledger.assert_each_dropped_once();
}

pub(crate) fn receives_that_time_out_lose_nothing<H: Harness>() {
    const SENDS: usize = 600;
    let harness = H::start();
    let (tx, rx) = hel::bounded(2);
    let got = Shared::new();
    let receivers = [1, 2, 3].map(|seed| {
        let (rt, rx, got, mut rng) = (harness.rt(), rx.clone(), got.clone(), Rng::new(seed));
        harness.spawn(async move {
            loop {
                let (limit, mut into) = (some_limit(&mut rng), Vec::new());
                let result = if rng.one_in(2) {
                    timeout(rt.clone(), limit, rx.recv_batch_async(&mut into, 2)).await.map(drop)
                } else {
                    timeout(rt.clone(), limit, rx.recv_async()).await.map(|value| into.push(value))
                };
                got.extend(into);
                match result {
                    Err(RecvError::Disconnected) => break,
                    // With a limit of zero nothing waits.
                    Err(RecvError::TimeOut(_)) => give_way().await,
                    Ok(()) => {}
                }
            }
        })
    });
    drop(rx);
    let rt = harness.rt();
    harness.block_on(async {
        let mut rng = Rng::new(4);
        for n in 0..SENDS {
            if rng.one_in(4) {
                pause(rt.clone(), some_limit(&mut rng) / 2).await;
            }
            tx.send_async(n).await.unwrap();
        }
        drop(tx);
        for receiver in receivers {
            receiver.await;
        }
    });
    assert!(got.take().into_iter().eq(0..SENDS));
}

pub(crate) fn batches_that_time_out_keep_the_rest<H: Harness>() {
    const VALUES: usize = 500;
    let harness = H::start();
    let (mut tx, mut rx) = spsc::bounded(3);
    let receiver = {
        let (rt, mut rng) = (harness.rt(), Rng::new(1));
        harness.spawn(async move {
            let mut got = Vec::new();
            while let Ok(value) = rx.recv_async().await {
                got.push(value);
                if rng.one_in(8) {
                    pause(rt.clone(), some_limit(&mut rng)).await;
                }
            }
            got
        })
    };
    let rt = harness.rt();
    harness.block_on(async {
        let (mut rng, mut left) = (Rng::new(2), (0..VALUES).collect::<Vec<_>>());
        while !left.is_empty() {
            let before = left.len();
            let sent = match timeout(rt.clone(), some_limit(&mut rng), tx.send_batch_async(&mut left)).await {
                Ok(sent) | Err(SendBatchError::TimeOut { sent, .. }) => sent,
                Err(SendBatchError::Disconnected { .. }) => panic!("the receiver is there"),
            };
            assert_eq!(sent, before - left.len());
            assert!(left.iter().copied().eq(VALUES - left.len()..VALUES), "in order");
            give_way().await;
        }
        drop(tx);
        assert!(receiver.await.into_iter().eq(0..VALUES));
    });
}

pub(crate) fn one_try_and_no_limit<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(1);
    let rt = harness.rt();
    let sender = {
        let (rt, tx) = (harness.rt(), tx.clone());
        harness.spawn(async move {
            pause(rt, SHORT).await;
            tx.send_async(2).await.unwrap();
        })
    };
    harness.block_on(async {
        let zero = Duration::ZERO;
        assert_eq!(timeout(rt.clone(), zero, tx.send_async(1)).await, Ok(()));
        assert_eq!(timeout(rt.clone(), zero, tx.send_async(9)).await, Err(SendError::TimeOut(9, zero)));
        assert_eq!(timeout(rt.clone(), zero, rx.recv_async()).await, Ok(1));
        assert_eq!(timeout(rt.clone(), Duration::MAX, rx.recv_async()).await, Ok(2));
        sender.await;
    });
}
