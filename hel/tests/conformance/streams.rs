//! Streams and sinks between tasks, with the combinators that everybody uses.

use std::future::ready;

use futures_util::future::{Either, join, select};
use futures_util::stream;
use futures_util::{SinkExt, StreamExt};
use hel::channel::{mpmc, spsc};

use super::{Harness, Shared, give_way};

const VALUES: usize = 1_000;

pub(crate) fn a_chain_of_streams_and_sinks<H: Harness>() {
    let harness = H::start();
    let (tx, first) = hel::bounded(2);
    let (second_tx, second) = spsc::bounded(1);
    let (third_tx, third) = mpmc::round_robin::<usize, 2>(1);
    let (fourth_tx, fourth) = mpmc::shard_key::<usize, 3>(2);
    let by_value = fourth_tx.by(|value: &usize| value);
    let hops = [
        harness.spawn(stream::iter(0..VALUES).map(Ok).forward(tx.into_sink())),
        harness.spawn(first.into_stream().map(Ok).forward(second_tx.into_sink())),
        harness.spawn(second.into_stream().map(Ok).forward(third_tx.into_sink())),
        harness.spawn(third.into_stream().map(Ok).forward(by_value.into_sink())),
    ];
    harness.block_on(async {
        let mut got: Vec<_> = fourth.into_stream().collect().await;
        got.sort_unstable();
        assert!(got.into_iter().eq(0..VALUES));
        for hop in hops {
            hop.await.unwrap();
        }
    });
}

pub(crate) fn the_usual_combinators_of_streams<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(3);
    let sender = harness.spawn(async move {
        for n in 0..VALUES {
            tx.send_async(n).await.unwrap();
        }
    });
    harness.block_on(async {
        assert!(rx.stream().take(100).collect::<Vec<_>>().await.into_iter().eq(0..100));
        let chunks: Vec<_> = rx.stream().take(100).chunks(30).map(|chunk| chunk.len()).collect().await;
        assert_eq!(chunks, [30, 30, 30, 10]);
        let ready_chunks = rx.stream().take(100).ready_chunks(8).fold(0, |sum, chunk| ready(sum + chunk.len()));
        assert_eq!(ready_chunks.await, 100);
        let even = rx.stream().take(100).filter(|n| ready(n % 2 == 0)).count().await;
        assert_eq!(even, 50);
        let mut peeked = rx.stream().peekable();
        let next = std::pin::Pin::new(&mut peeked).peek().await.copied();
        assert_eq!((next, peeked.next().await), (Some(400), Some(400)));
        let letters = peeked.zip(stream::iter("abc".chars())).map(|(n, _)| n).collect::<Vec<_>>().await;
        assert_eq!(letters[..3], [401, 402, 403]);
        let rest = rx.into_stream().fuse().enumerate().fold((0, 0), |_, (at, n)| ready((at, n))).await;
        assert_eq!(rest.1, VALUES - 1);
        sender.await;
    });
}

pub(crate) fn the_usual_combinators_of_sinks<H: Harness>() {
    let harness = H::start();
    let ((tx, rx), (twin, twin_rx)) = (hel::bounded(2), hel::bounded(3));
    let twins = [rx, twin_rx].map(|rx| harness.spawn(rx.into_stream().collect::<Vec<_>>()));
    harness.block_on(async {
        let mut fan = tx.into_sink().fanout(twin.into_sink());
        for n in 0..100 {
            fan.feed(n).await.unwrap();
        }
        fan.flush().await.unwrap();
        fan.send_all(&mut stream::iter((100..200).map(Ok))).await.unwrap();
        fan.close().await.unwrap();
        for twin in twins {
            assert!(twin.await.into_iter().eq(0..200));
        }
    });
    let (mut tx, mut rx) = spsc::bounded(1);
    harness.block_on(async {
        let mut doubled =
            tx.sink().buffer(4).with(|n: usize| ready(Ok::<_, hel::channel::errors::AsyncSendError<_>>(2 * n)));
        let send = async {
            for n in 0..100 {
                doubled.send(n).await.unwrap();
            }
        };
        let (_, got) = join(send, rx.stream().take(100).collect::<Vec<_>>()).await;
        assert!(got.into_iter().eq((0..100).map(|n| 2 * n)));
    });
}

pub(crate) fn work_in_any_order<H: Harness>() {
    let harness = H::start();
    let (tx, rx) = hel::bounded(3);
    let sender = harness.spawn(stream::iter(0..VALUES).map(Ok).forward(tx.into_sink()));
    harness.block_on(async {
        let work = |n| async move {
            if n % 3 == 0 {
                give_way().await;
            }
            n
        };
        let mut got: Vec<_> = rx.into_stream().map(work).buffer_unordered(8).collect().await;
        got.sort_unstable();
        assert!(got.into_iter().eq(0..VALUES));
        sender.await.unwrap();
    });
}

pub(crate) fn a_next_that_loses_a_select_loses_nothing<H: Harness>() {
    let harness = H::start();
    let ((tx, rx), got) = (hel::bounded(2), Shared::new());
    let sender = harness.spawn(stream::iter(0..VALUES).map(Ok).forward(tx.into_sink()));
    let receivers: Vec<_> = (0..2)
        .map(|_| {
            let (rx, got) = (rx.clone(), got.clone());
            harness.spawn(async move {
                let (mut stream, mut turn) = (rx.stream(), 0);
                loop {
                    turn += 1;
                    let other = async {
                        if turn % 3 > 0 {
                            give_way().await
                        }
                    };
                    match select(stream.next(), Box::pin(other)).await {
                        Either::Left((Some(value), _)) => got.push(value),
                        Either::Left((None, _)) => break,
                        Either::Right(_) => give_way().await,
                    }
                }
            })
        })
        .collect();
    drop(rx);
    harness.block_on(async {
        sender.await.unwrap();
        for receiver in receivers {
            receiver.await;
        }
    });
    assert!(got.take().into_iter().eq(0..VALUES));
}
