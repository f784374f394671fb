//! Single operations on one thread: what they cost where nobody else is there and nothing waits.
#![forbid(unsafe_code)]

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::mpsc::sync_channel;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::{Stream, StreamExt};
use hel::channel::spsc;
use hel_tokio::coop;
use upstream::channel::spsc::shard_spsc;

const ROOM: usize = 1024;
const BATCH: usize = 64;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

criterion_group!(
    name = operations;
    config = Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = send_and_receive, awaited, polled, drained, batches, clones, creation
);
criterion_main!(operations);

fn group<'a>(criterion: &'a mut Criterion, name: &str, elements: usize) -> Group<'a> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(elements as u64));
    group
}

/// One value there and back, so that the channel is neither full nor empty for long.
fn there_and_back(group: &mut Group<'_>, name: &str, mut send: impl FnMut(u64), mut receive: impl FnMut() -> u64) {
    group.bench_function(name, |bench| {
        bench.iter(|| {
            send(black_box(7));
            receive()
        });
    });
}

fn send_and_receive(criterion: &mut Criterion) {
    let mut group = group(criterion, "send and receive", 1);
    let (mut tx, mut rx) = spsc::bounded(ROOM);
    there_and_back(&mut group, "hel spsc", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = hel::bounded(ROOM);
    there_and_back(&mut group, "hel", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = sync_channel(ROOM);
    there_and_back(&mut group, "std", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = crossbeam_channel::bounded(ROOM);
    there_and_back(&mut group, "crossbeam", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = flume::bounded(ROOM);
    there_and_back(&mut group, "flume", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = kanal::bounded(ROOM);
    there_and_back(&mut group, "kanal", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = crossfire::spsc::bounded_blocking(ROOM);
    there_and_back(&mut group, "crossfire spsc", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (tx, rx) = crossfire::mpmc::bounded_blocking(ROOM);
    there_and_back(&mut group, "crossfire mpmc", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (mut tx, mut rx) = fanring::mpsc::channel(ROOM);
    there_and_back(&mut group, "fanring", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (_, mut tx, mut rx) = shard_spsc::<u64, ROOM>(1).into_pairs().next().unwrap();
    there_and_back(&mut group, "hel-rs spsc", |value| tx.send(value).unwrap(), || rx.recv().unwrap());
    let (mut tx, mut rx) = rtrb::RingBuffer::new(ROOM);
    there_and_back(&mut group, "limit, rtrb", |value| tx.push(value).unwrap(), || rx.pop().unwrap());
}

/// The value of a future that does not wait.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing was to wait"),
    }
}

fn awaited(criterion: &mut Criterion) {
    let mut group = group(criterion, "send and receive, awaited", 1);
    let (mut tx, mut rx) = spsc::bounded(ROOM);
    there_and_back(
        &mut group,
        "hel spsc",
        |value| ready(tx.send_async(value)).unwrap(),
        || ready(rx.recv_async()).unwrap(),
    );
    let (tx, rx) = hel::bounded(ROOM);
    there_and_back(&mut group, "hel", |value| ready(tx.send_async(value)).unwrap(), || ready(rx.recv_async()).unwrap());
    let (tx, mut rx) = tokio::sync::mpsc::channel(ROOM);
    there_and_back(&mut group, "tokio", |value| ready(tx.send(value)).unwrap(), || ready(rx.recv()).unwrap());
    let (tx, rx) = async_channel::bounded(ROOM);
    there_and_back(&mut group, "async-channel", |value| ready(tx.send(value)).unwrap(), || ready(rx.recv()).unwrap());
    let (tx, rx) = flume::bounded(ROOM);
    there_and_back(
        &mut group,
        "flume",
        |value| ready(tx.send_async(value)).unwrap(),
        || ready(rx.recv_async()).unwrap(),
    );
    let (tx, rx) = kanal::bounded_async(ROOM);
    there_and_back(&mut group, "kanal", |value| ready(tx.send(value)).unwrap(), || ready(rx.recv()).unwrap());
    let (tx, rx) = crossfire::spsc::bounded_async(ROOM);
    there_and_back(&mut group, "crossfire spsc", |value| ready(tx.send(value)).unwrap(), || ready(rx.recv()).unwrap());
    let (tx, mut rx) = tachyonix::channel(ROOM);
    there_and_back(&mut group, "tachyonix", |value| ready(tx.send(value)).unwrap(), || ready(rx.recv()).unwrap());
}

/// hel alone. A fresh channel for each: what one leaves registered must not slow the next.
fn polled(criterion: &mut Criterion) {
    let mut group = group(criterion, "poll", 1);
    let mut context = Context::from_waker(Waker::noop());
    let (mut tx, mut rx) = hel::bounded(ROOM);
    group.bench_function("poll_send and poll_recv, ready", |bench| {
        bench.iter(|| {
            let sent = tx.poll_send(&mut context, &mut Some(black_box(7_u64)));
            (sent, rx.poll_recv(&mut context))
        });
    });
    let (_tx, mut rx) = hel::bounded::<u64>(ROOM);
    group.bench_function("poll_recv, pending again", |bench| bench.iter(|| rx.poll_recv(&mut context)));
    let (_tx, mut rx) = hel::bounded::<u64>(ROOM);
    group.bench_function("poll_recv, pending, and cancel_poll", |bench| {
        bench.iter(|| {
            let polled = rx.poll_recv(&mut context);
            rx.cancel_poll();
            polled
        });
    });
    let (_tx, rx) = hel::bounded::<u64>(ROOM);
    group.bench_function("try_recv on empty", |bench| bench.iter(|| rx.try_recv()));
}

/// How a task receives ten thousand values from another on one tokio thread: what a stream costs beside `recv_async` in a
/// loop, and what tokio's budget costs beside both.
fn drained(criterion: &mut Criterion) {
    const VALUES: u64 = 10_000;
    let mut group = group(criterion, "10,000 values to a task on one tokio thread", VALUES as usize);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut run = |name: &str, drain: &dyn Fn(spsc::Receiver<u64>) -> Drain| {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                runtime.block_on(async {
                    let (mut tx, rx) = spsc::bounded(ROOM);
                    let producer = async move {
                        for value in 0..VALUES {
                            tx.send_async(value).await.unwrap();
                        }
                    };
                    let producer = tokio::spawn(producer);
                    assert_eq!(drain(rx).await, VALUES * (VALUES - 1) / 2);
                    producer.await.unwrap();
                });
            });
        });
    };
    run("recv_async in a loop", &|mut rx| {
        Box::pin(async move {
            let mut sum = 0;
            while let Ok(value) = rx.recv_async().await {
                sum += value;
            }
            sum
        })
    });
    run("a stream", &|rx| Box::pin(sum_of(rx.into_stream())));
    run("recv_async in a loop, coop", &|mut rx| {
        Box::pin(async move {
            let mut sum = 0;
            while let Ok(value) = coop(rx.recv_async()).await {
                sum += value;
            }
            sum
        })
    });
    run("a stream, coop", &|rx| Box::pin(sum_of(coop(rx.into_stream()))));
}

async fn sum_of(mut stream: impl Stream<Item = u64> + Unpin) -> u64 {
    let mut sum = 0;
    while let Some(value) = stream.next().await {
        sum += value;
    }
    sum
}

/// A task that receives all there is, and says what it adds up to.
type Drain = Pin<Box<dyn Future<Output = u64>>>;

fn batches(criterion: &mut Criterion) {
    let mut group = group(criterion, "batch of 64, there and back", BATCH);
    let (mut batch, mut received) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let (mut tx, mut rx) = spsc::bounded(ROOM);
    group.bench_function("hel spsc", |bench| {
        bench.iter(|| {
            batch.resize(BATCH, black_box(7_u64));
            tx.send_batch(&mut batch).unwrap();
            received.clear();
            rx.recv_batch(&mut received, BATCH)
        });
    });
    let (tx, rx) = hel::bounded(ROOM);
    group.bench_function("hel", |bench| {
        bench.iter(|| {
            batch.resize(BATCH, black_box(7_u64));
            tx.send_batch(&mut batch).unwrap();
            received.clear();
            rx.recv_batch(&mut received, BATCH)
        });
    });
    let (_, mut tx, mut rx) = shard_spsc::<u64, ROOM>(1).into_pairs().next().unwrap();
    group.bench_function("hel-rs spsc", |bench| {
        bench.iter(|| {
            batch.resize(BATCH, black_box(7_u64));
            assert_eq!(tx.send_batch(&mut batch).ok(), Some(BATCH));
            received.clear();
            rx.recv_batch(&mut received, BATCH)
        });
    });
}

fn clones(criterion: &mut Criterion) {
    let mut group = group(criterion, "clone and drop of a sender", 1);
    let (tx, _rx) = hel::bounded::<u64>(ROOM);
    group.bench_function("hel", |bench| bench.iter(|| tx.clone()));
    let (tx, _rx) = crossbeam_channel::bounded::<u64>(ROOM);
    group.bench_function("crossbeam", |bench| bench.iter(|| tx.clone()));
    let (tx, _rx) = tokio::sync::mpsc::channel::<u64>(ROOM);
    group.bench_function("tokio", |bench| bench.iter(|| tx.clone()));
    let (tx, _rx) = kanal::bounded::<u64>(ROOM);
    group.bench_function("kanal", |bench| bench.iter(|| tx.clone()));
    let (tx, _rx) = flume::bounded::<u64>(ROOM);
    group.bench_function("flume", |bench| bench.iter(|| tx.clone()));
}

fn creation(criterion: &mut Criterion) {
    let mut group = group(criterion, "creation and drop", 1);
    group.bench_function("hel spsc", |bench| bench.iter(|| spsc::bounded::<u64>(ROOM)));
    group.bench_function("hel", |bench| bench.iter(|| hel::bounded::<u64>(ROOM)));
    group.bench_function("std", |bench| bench.iter(|| sync_channel::<u64>(ROOM)));
    group.bench_function("crossbeam", |bench| bench.iter(|| crossbeam_channel::bounded::<u64>(ROOM)));
    group.bench_function("flume", |bench| bench.iter(|| flume::bounded::<u64>(ROOM)));
    group.bench_function("kanal", |bench| bench.iter(|| kanal::bounded::<u64>(ROOM)));
    group.bench_function("crossfire spsc", |bench| bench.iter(|| crossfire::spsc::bounded_blocking::<u64>(ROOM)));
    group.bench_function("tokio", |bench| bench.iter(|| tokio::sync::mpsc::channel::<u64>(ROOM)));
    group.bench_function("async-channel", |bench| bench.iter(|| async_channel::bounded::<u64>(ROOM)));
}
