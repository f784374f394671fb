//! The runs, written once over four small traits: how an end blocks, and how it is awaited.

use std::future::Future;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

/// What travels: a number, and nothing or something around it.
pub(crate) trait Payload: Send + 'static {
    fn of(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Payload for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

/// 80 bytes, the size of an order or an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wide([u64; 10]);

impl Payload for Wide {
    fn of(number: u64) -> Self {
        Self([number; 10])
    }

    fn number(&self) -> u64 {
        self.0[9]
    }
}

/// A sending end that blocks its thread while there is no room.
pub(crate) trait BlockingTx<T>: Send + 'static {
    fn put(&mut self, value: T);
}

/// A receiving end that blocks its thread while there is nothing; `None` once all senders are gone.
pub(crate) trait BlockingRx<T>: Send + 'static {
    fn take(&mut self) -> Option<T>;
}

/// A sending end that is awaited.
pub(crate) trait TaskTx<T>: Send + 'static {
    fn put(&mut self, value: T) -> impl Future<Output = ()> + Send;
}

/// A receiving end that is awaited.
pub(crate) trait TaskRx<T>: Send + 'static {
    fn take(&mut self) -> impl Future<Output = Option<T>> + Send;
}

/// Every send of a run succeeds: its receivers stay until the senders are gone.
pub(crate) fn sent<E>(result: Result<(), E>) {
    assert!(result.is_ok(), "the receivers left too early");
}

/// What arrived, to be compared with what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Checksum {
    count: u64,
    sum: u64,
}

impl Checksum {
    /// Of the numbers 0 to `messages`, sent once by each of `producers`.
    fn expected(producers: u64, messages: u64) -> Self {
        Self { count: producers * messages, sum: producers * (messages * messages.saturating_sub(1) / 2) }
    }

    fn add(&mut self, value: &impl Payload) {
        self.count += 1;
        self.sum += value.number();
    }

    fn merge(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum }
    }
}

fn produce<T: Payload>(mut tx: impl BlockingTx<T>, messages: u64) {
    (0..messages).for_each(|number| tx.put(T::of(number)));
}

fn consume<T: Payload>(mut rx: impl BlockingRx<T>) -> Checksum {
    let mut checksum = Checksum::default();
    while let Some(value) = rx.take() {
        checksum.add(&value);
    }
    checksum
}

async fn produce_async<T: Payload>(mut tx: impl TaskTx<T>, messages: u64) {
    for number in 0..messages {
        tx.put(T::of(number)).await;
    }
}

async fn consume_async<T: Payload>(mut rx: impl TaskRx<T>) -> Checksum {
    let mut checksum = Checksum::default();
    while let Some(value) = rx.take().await {
        checksum.add(&value);
    }
    checksum
}

/// What `work` received, and when it began and ended.
fn timed(barrier: &Barrier, work: impl FnOnce() -> Checksum) -> (Checksum, Instant, Instant) {
    barrier.wait();
    let begun = Instant::now();
    (work(), begun, Instant::now())
}

/// Threads on both sides, `messages` in all, begun together.
///
/// The threads themselves take the time, from the first to begin to the last to end: with all cores busy, a thread that
/// only watches leaves the barrier milliseconds after the work has begun.
pub(crate) fn threads<T: Payload>(
    txs: Vec<impl BlockingTx<T>>,
    rxs: Vec<impl BlockingRx<T>>,
    messages: u64,
) -> Duration {
    let (producers, share) = (txs.len() as u64, messages / txs.len() as u64);
    let barrier = &Barrier::new(txs.len() + rxs.len());
    let ends: Vec<_> = thread::scope(|scope| {
        let producers = txs.into_iter().map(|tx| {
            scope.spawn(move || {
                timed(barrier, || {
                    produce(tx, share);
                    Checksum::default()
                })
            })
        });
        let mut workers: Vec<_> = producers.collect();
        workers.extend(rxs.into_iter().map(|rx| scope.spawn(move || timed(barrier, || consume(rx)))));
        workers.into_iter().map(|worker| worker.join().expect("a worker panicked")).collect()
    });
    let received = ends.iter().fold(Checksum::default(), |sum, (received, ..)| sum.merge(*received));
    assert_eq!(received, Checksum::expected(producers, share));
    let first = ends.iter().map(|(_, begun, _)| *begun).min().expect("a worker");
    let last = ends.iter().map(|(_, _, ended)| *ended).max().expect("a worker");
    last - first
}

/// One thread on each side.
pub(crate) fn pair<T: Payload>((tx, rx): (impl BlockingTx<T>, impl BlockingRx<T>), messages: u64) -> Duration {
    threads(vec![tx], vec![rx], messages)
}

/// As many clones of each end as asked for, each on its thread.
pub(crate) fn fan<T, Tx, Rx>((tx, rx): (Tx, Rx), producers: usize, consumers: usize, messages: u64) -> Duration
where
    T: Payload,
    Tx: BlockingTx<T> + Clone,
    Rx: BlockingRx<T> + Clone,
{
    threads(vec_of(tx, producers), vec_of(rx, consumers), messages)
}

/// The same for a receiver that is not `Clone`.
pub(crate) fn fan_in<T, Tx, Rx>((tx, rx): (Tx, Rx), producers: usize, messages: u64) -> Duration
where
    T: Payload,
    Tx: BlockingTx<T> + Clone,
    Rx: BlockingRx<T>,
{
    threads(vec_of(tx, producers), vec![rx], messages)
}

/// No end is left over: the last producer to finish disconnects the channel.
fn vec_of<E: Clone>(end: E, count: usize) -> Vec<E> {
    vec![end; count]
}

/// A tokio runtime of one thread.
pub(crate) fn one_thread() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

/// A tokio runtime of two worker threads.
pub(crate) fn two_workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().expect("a runtime")
}

/// A task on each side.
pub(crate) fn tasks<T: Payload>(
    runtime: Runtime,
    (tx, rx): (impl TaskTx<T>, impl TaskRx<T>),
    messages: u64,
) -> Duration {
    let (received, time) = runtime.block_on(async {
        let start = Instant::now();
        let producer = tokio::spawn(produce_async(tx, messages));
        let consumer = tokio::spawn(consume_async(rx));
        producer.await.expect("the producer panicked");
        (consumer.await.expect("the consumer panicked"), start.elapsed())
    });
    assert_eq!(received, Checksum::expected(1, messages));
    time
}

/// A thread sends to a task.
pub(crate) fn thread_to_task<T: Payload>((tx, rx): (impl BlockingTx<T>, impl TaskRx<T>), messages: u64) -> Duration {
    let runtime = one_thread();
    let start = Instant::now();
    let producer = thread::spawn(move || produce(tx, messages));
    let received = runtime.block_on(consume_async(rx));
    let time = start.elapsed();
    producer.join().expect("the producer panicked");
    assert_eq!(received, Checksum::expected(1, messages));
    time
}

/// A task sends to a thread.
pub(crate) fn task_to_thread<T: Payload>((tx, rx): (impl TaskTx<T>, impl BlockingRx<T>), messages: u64) -> Duration {
    let runtime = one_thread();
    let start = Instant::now();
    let consumer = thread::spawn(move || consume(rx));
    runtime.block_on(produce_async(tx, messages));
    let received = consumer.join().expect("the consumer panicked");
    let time = start.elapsed();
    assert_eq!(received, Checksum::expected(1, messages));
    time
}

/// Two threads, one message on its way at a time, there and back.
pub(crate) fn ping_pong(
    there: (impl BlockingTx<u64>, impl BlockingRx<u64>),
    back: (impl BlockingTx<u64>, impl BlockingRx<u64>),
    rounds: u64,
) -> Duration {
    let ((mut ping_tx, mut ping_rx), (mut pong_tx, mut pong_rx)) = (there, back);
    let echo = thread::spawn(move || {
        while let Some(number) = ping_rx.take() {
            pong_tx.put(number);
        }
    });
    let start = Instant::now();
    for number in 0..rounds {
        ping_tx.put(number);
        assert_eq!(pong_rx.take(), Some(number));
    }
    let time = start.elapsed();
    drop(ping_tx);
    echo.join().expect("the echo panicked");
    time
}

/// Two tasks on one thread, one message on its way at a time, there and back.
pub(crate) fn ping_pong_tasks(
    there: (impl TaskTx<u64>, impl TaskRx<u64>),
    back: (impl TaskTx<u64>, impl TaskRx<u64>),
    rounds: u64,
) -> Duration {
    let ((mut ping_tx, mut ping_rx), (mut pong_tx, mut pong_rx)) = (there, back);
    one_thread().block_on(async {
        let echo = tokio::spawn(async move {
            while let Some(number) = ping_rx.take().await {
                pong_tx.put(number).await;
            }
        });
        let start = Instant::now();
        for number in 0..rounds {
            ping_tx.put(number).await;
            assert_eq!(pong_rx.take().await, Some(number));
        }
        let time = start.elapsed();
        drop(ping_tx);
        echo.await.expect("the echo panicked");
        time
    })
}
