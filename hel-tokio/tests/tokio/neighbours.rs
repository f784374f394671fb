//! Streams and sinks with tokio-stream, futures-util and the codecs of tokio-util.

use std::time::Duration;

use hel::channel::{mpmc, spsc};
use hel_tokio::{TokioBatches, coop};
use tokio::io::duplex;
use tokio::task::JoinHandle;
use tokio_util::codec::{FramedRead, FramedWrite, LinesCodec, LinesCodecError};

/// Sends the numbers below `count` and goes.
fn feed(tx: hel::Sender<u32>, count: u32) -> JoinHandle<()> {
    tokio::spawn(async move {
        for n in 0..count {
            tx.send_async(n).await.unwrap();
        }
    })
}

#[tokio::test]
async fn combinators_of_tokio_stream() {
    let _watch = crate::support::watch();
    use tokio_stream::StreamExt;

    let ((tx, rx), (more, others)) = (hel::bounded(3), hel::bounded(3));
    let feeders = [feed(tx, 300), feed(more, 200)];
    let even = rx.into_stream().filter(|n| n % 2 == 0);
    let both = even.merge(others.into_stream().map(|n| n + 1_000));
    let mut got: Vec<_> = both.collect().await;
    got.sort_unstable();
    assert!(got.into_iter().eq((0..300).filter(|n| n % 2 == 0).chain(1_000..1_200)));
    for feeder in feeders {
        feeder.await.unwrap();
    }

    let (tx, rx) = hel::bounded(3);
    let feeder = feed(tx, 100);
    let mut named = tokio_stream::StreamMap::new();
    named.insert("all", rx.into_stream());
    let mut sum = 0;
    while let Some((name, n)) = named.next().await {
        assert_eq!(name, "all");
        sum += n;
    }
    assert_eq!(sum, (0..100).sum());
    feeder.await.unwrap();
}

#[tokio::test]
async fn a_stream_forwards_into_a_sink_over_several_hops() {
    let _watch = crate::support::watch();
    use futures_util::StreamExt;

    let (tx, first) = hel::bounded(2);
    let (second_tx, second) = spsc::bounded(3);
    let (third_tx, third) = mpmc::round_robin::<u32, 2>(1);
    let hops = [
        tokio::spawn(first.into_stream().map(Ok).forward(second_tx.into_sink())),
        tokio::spawn(second.into_stream().map(Ok).forward(coop(third_tx.into_sink()))),
    ];
    let feeder = feed(tx, 1_000);
    let batches = third.into_batches(16, Duration::from_secs(3600));
    let got: Vec<_> = batches.flat_map(futures_util::stream::iter).collect().await;
    assert!(got.into_iter().eq(0..1_000));
    feeder.await.unwrap();
    for hop in hops {
        hop.await.unwrap().unwrap();
    }
}

/// Lines come in over one connection, go through a hel channel, and out over another.
#[tokio::test]
async fn frames_go_through_a_channel() {
    let _watch = crate::support::watch();
    use futures_util::{SinkExt, StreamExt};

    let ((mut client, server), (proxy, upstream)) = (duplex(16), duplex(16));
    let (tx, rx) = hel::bounded::<String>(4);

    let write = tokio::spawn(async move {
        for n in 0..200 {
            tokio::io::AsyncWriteExt::write_all(&mut client, format!("line {n}\n").as_bytes()).await.unwrap();
        }
    });
    let read = tokio::spawn(async move {
        let mut lines = FramedRead::new(server, LinesCodec::new());
        let mut into = tx.into_sink();
        while let Some(line) = lines.next().await {
            into.send(line.unwrap()).await.unwrap();
        }
    });
    let out = tokio::spawn(async move {
        let frames = FramedWrite::new(proxy, LinesCodec::new());
        rx.into_stream().map(Ok::<_, LinesCodecError>).forward(frames).await
    });
    let got: Vec<_> = FramedRead::new(upstream, LinesCodec::new()).map(Result::unwrap).collect().await;
    assert!(got.into_iter().eq((0..200).map(|n| format!("line {n}"))));
    write.await.unwrap();
    read.await.unwrap();
    out.await.unwrap().unwrap();
}
