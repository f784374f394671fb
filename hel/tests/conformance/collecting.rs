//! Gathering and batches under real timers.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use hel::channel::{mpmc, spsc};
use hel::rt::{Batches, gather};
use hel::{Sender, Source};

use super::support::rng::Rng;
use super::{Harness, LONG, SHORT, Shared, give_way, pause, some_limit};

const VALUES: usize = 400;

/// Sends the numbers now and then, from a task.
fn feed<H: Harness>(harness: &H, tx: Sender<usize>, seed: u64) -> H::Task<()> {
    let (rt, mut rng) = (harness.rt(), Rng::new(seed));
    harness.spawn(async move {
        for n in 0..VALUES {
            if rng.one_in(16) {
                pause(rt.clone(), some_limit(&mut rng)).await;
            }
            tx.send_async(n).await.unwrap();
        }
    })
}

pub(crate) fn a_gather_ends_though_the_channel_is_open<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(8);
    harness.block_on(async {
        let mut into = Vec::new();
        tx.send_batch_async(&mut vec![1, 2]).await.unwrap();
        assert_eq!(gather(harness.rt(), &rx, &mut into, 8, SHORT).await, Ok(2));
        tx.send_batch_async(&mut vec![3, 4, 5]).await.unwrap();
        assert_eq!(gather(harness.rt(), &rx, &mut into, 2, LONG).await, Ok(2), "and at once when it has enough");
        drop(tx);
        assert_eq!(gather(harness.rt(), &rx, &mut into, 8, LONG).await, Ok(1), "or nothing more can come");
        assert!(gather(harness.rt(), &rx, &mut into, 8, LONG).await.is_err());
        assert_eq!(into, [1, 2, 3, 4, 5]);
    });
}

pub(crate) fn gathers_lose_nothing_wherever_they_are_dropped<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(4);
    let got = Shared::new();
    let receivers = [1, 2].map(|seed| {
        let (rt, rx, got, mut rng) = (harness.rt(), rx.clone(), got.clone(), Rng::new(seed));
        harness.spawn(async move {
            let (mut open, mut into) = (true, Vec::new());
            while open {
                let gathering = Box::pin(gather(rt.clone(), &rx, &mut into, 5, some_limit(&mut rng)));
                let limit = Box::pin(pause(rt.clone(), some_limit(&mut rng)));
                if let Either::Left((result, _)) = select(gathering, limit).await {
                    open = result.is_ok();
                }
                got.extend(into.drain(..));
            }
        })
    });
    drop(rx);
    let sender = feed(&harness, tx, 3);
    harness.block_on(async {
        sender.await;
        for receiver in receivers {
            receiver.await;
        }
    });
    assert!(got.take().into_iter().eq(0..VALUES));
}

pub(crate) fn a_batch_comes_though_the_channel_is_open<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(8);
    harness.block_on(async {
        let mut batches = Batches::new(harness.rt(), rx, 3, SHORT);
        for round in 0..3 {
            tx.send_async(round).await.unwrap();
            assert_eq!(batches.next().await, Some(vec![round]), "for nobody sends any more");
        }
        tx.send_batch_async(&mut vec![7, 8, 9]).await.unwrap();
        assert_eq!(batches.next().await, Some(vec![7, 8, 9]));
    });
}

/// All batches of an end, flat, and none of them empty or too long.
async fn all<H: Harness, S: Source<Item = usize>>(rt: H::Rt, end: S, linger: Duration) -> Vec<usize> {
    let batches = Batches::new(rt, end, 7, linger);
    batches.inspect(|batch| assert!((1..=7).contains(&batch.len()))).concat().await
}

pub(crate) fn batches_of_every_end_hold_everything<H: Harness>() {
    for linger in [Duration::ZERO, SHORT, LONG, Duration::MAX] {
        let harness = H::start();
        let (tx, rx) = hel::bounded(3);
        let sender = feed(&harness, tx, 1);
        assert!(harness.block_on(all::<H, _>(harness.rt(), &rx, linger)).into_iter().eq(0..VALUES));
        harness.block_on(sender);

        let (mut tx, mut rx) = spsc::bounded(3);
        let sender = harness.spawn(async move {
            for n in 0..VALUES {
                tx.send_async(n).await.unwrap();
                if n % 7 == 0 {
                    give_way().await;
                }
            }
        });
        assert!(harness.block_on(all::<H, _>(harness.rt(), &mut rx, linger)).into_iter().eq(0..VALUES));
        harness.block_on(sender);

        let (tx, rx) = mpmc::shard_key::<usize, 2>(3);
        let sender = harness.spawn(async move {
            for n in 0..VALUES {
                tx.send_async(&n, n).await.unwrap();
            }
        });
        let mut got = harness.block_on(all::<H, _>(harness.rt(), rx, linger));
        got.sort_unstable();
        assert!(got.into_iter().eq(0..VALUES));
        harness.block_on(sender);
    }
}

pub(crate) fn a_pool_of_batches_shares_everything<H: Harness>() {
    let harness = H::start();
    let ((tx, rx), got) = (hel::bounded(4), Shared::new());
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (mut batches, got) = (Batches::new(harness.rt(), rx.clone(), 5, SHORT), got.clone());
            harness.spawn(async move {
                while let Some(batch) = batches.next().await {
                    got.extend(batch);
                }
            })
        })
        .collect();
    drop(rx);
    let sender = feed(&harness, tx, 4);
    harness.block_on(async {
        sender.await;
        for worker in workers {
            worker.await;
        }
    });
    assert!(got.take().into_iter().eq(0..VALUES));
}
