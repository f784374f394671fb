//! Tasks that are aborted, runtimes that end, and channels that outlive both.

use std::thread;

use futures_util::StreamExt;
use hel::channel::errors::{RecvError, SendError, TryRecvError};
use hel::channel::spsc;
use hel::rt::{Batches, gather, timeout};

use super::support::rng::Rng;
use super::support::{Counted, Ledger};
use super::{Harness, LONG, Parked, Shared, give_way, some_limit};

const VALUES: usize = 600;

/// Receives for ever, one way or the other. What is received is written down before the next await.
async fn receive<R: hel::rt::Runtime>(rt: R, rx: hel::Receiver<usize>, got: Shared<usize>, mut rng: Rng) {
    let mut stream = rx.clone().into_stream();
    loop {
        let received = match rng.below(3) {
            0 => rx.recv_async().await.map_err(RecvError::from),
            1 => timeout(rt.clone(), some_limit(&mut rng), rx.recv_async()).await,
            _ => stream.next().await.ok_or(RecvError::Disconnected),
        };
        match received {
            Ok(value) => got.push(value),
            Err(RecvError::TimeOut(_)) => give_way().await,
            Err(RecvError::Disconnected) => return,
        }
    }
}

pub(crate) fn receivers_that_are_aborted_pass_on_what_woke_them<H: Harness>() {
    let harness = H::start();
    let ((tx, rx), got) = (hel::bounded(1), Shared::new());
    let spawn = |seed| harness.spawn(receive(harness.rt(), rx.clone(), got.clone(), Rng::new(seed)));
    harness.block_on(async {
        let (mut tasks, mut rng) = ((0..4).map(spawn).collect::<Vec<_>>(), Rng::new(99));
        for n in 0..VALUES {
            tx.send_async(n).await.unwrap();
            if rng.one_in(4) {
                H::abort(tasks.swap_remove(rng.below(tasks.len()))).await;
                tasks.push(spawn(n as u64));
            }
            if rng.one_in(4) {
                give_way().await;
            }
        }
        drop(tx);
        for task in tasks {
            task.await;
        }
    });
    assert!(got.take().into_iter().eq(0..VALUES));
}

/// Sends values of its own for ever, one way or the other. What was sent is written down before the next await.
async fn send<R: hel::rt::Runtime>(rt: R, tx: hel::Sender<Counted>, ledger: Ledger, sent: Shared<usize>, mut rng: Rng) {
    loop {
        let value = ledger.value();
        let id = value.id;
        let mut slot = Some(value);
        let result = match rng.below(3) {
            0 => tx.send_async(slot.take().unwrap()).await.map_err(|error| error.map(drop).into()),
            1 => timeout(rt.clone(), some_limit(&mut rng), tx.send_async(slot.take().unwrap()))
                .await
                .map_err(|error| error.map(drop)),
            _ => timeout(rt.clone(), some_limit(&mut rng), tx.send_ref_async(&mut slot)).await,
        };
        match result {
            Ok(()) => sent.push(id),
            Err(SendError::TimeOut(..)) => give_way().await,
            Err(SendError::Disconnected(())) => return,
        }
    }
}

pub(crate) fn senders_that_are_aborted_have_sent_or_not<H: Harness>() {
    let (harness, ledger) = (H::start(), Ledger::new());
    let ((tx, rx), sent) = (hel::bounded(1), Shared::new());
    let spawn = |seed| harness.spawn(send(harness.rt(), tx.clone(), ledger.clone(), sent.clone(), Rng::new(seed)));
    let mut got = harness.block_on(async {
        let (mut tasks, mut rng) = ((0..4).map(spawn).collect::<Vec<_>>(), Rng::new(99));
        let mut got = Vec::new();
        for n in 0..VALUES {
            got.push(rx.recv_async().await.unwrap().id);
            if rng.one_in(4) {
                H::abort(tasks.swap_remove(rng.below(tasks.len()))).await;
                tasks.push(spawn(n as u64));
            }
            if rng.one_in(4) {
                give_way().await;
            }
        }
        for task in tasks {
            H::abort(task).await;
        }
        got
    });
    got.extend(rx.try_iter().map(|value| value.id));
    got.sort_unstable();
    assert_eq!(got, sent.take());
    drop((tx, rx));
    ledger.assert_each_dropped_once();
}

/// A task for each way to wait, all of them parked. What is left to the caller are the other ends.
struct ParkedTasks<H: Harness> {
    tasks: Vec<H::Task<()>>,
    empty: Vec<hel::Sender<Counted>>,
    empty_one: spsc::Sender<Counted>,
    full: Vec<hel::Receiver<Counted>>,
    full_one: spsc::Receiver<Counted>,
}

impl<H: Harness> ParkedTasks<H> {
    fn new(harness: &H, ledger: &Ledger) -> Self {
        let parked = Parked::default();
        let (mut tasks, mut empty, mut full) = (Vec::new(), Vec::new(), Vec::new());
        let rt = harness.rt();
        for way in 0..5 {
            let ((tx, rx), rt, counted) = (hel::bounded(4), rt.clone(), ledger.value());
            if way > 2 {
                tx.try_send(counted).unwrap();
            }
            empty.push(tx);
            let wait = async move {
                let mut into = Vec::new();
                match way {
                    0 => drop(rx.recv_async().await),
                    1 => drop(timeout(rt, LONG, rx.recv_batch_async(&mut into, 4)).await),
                    2 => drop(rx.into_stream().next().await),
                    3 => drop(gather(rt, &rx, &mut into, 4, LONG).await),
                    _ => drop(Batches::new(rt, rx, 4, LONG).next().await),
                }
            };
            tasks.push(harness.spawn(parked.count(wait)));
        }
        for way in 0..4 {
            let ((tx, rx), rt, counted) = (hel::bounded(1), rt.clone(), ledger.value());
            tx.try_send(ledger.value()).unwrap();
            full.push(rx);
            let wait = async move {
                let mut slot = Some(counted);
                match way {
                    0 => drop(tx.send_async(slot.take().unwrap()).await),
                    1 => drop(timeout(rt, LONG, tx.send_ref_async(&mut slot)).await),
                    2 => drop(tx.send_batch_async(&mut slot.into_iter().collect()).await),
                    _ => tx.closed_async().await,
                }
            };
            tasks.push(harness.spawn(parked.count(wait)));
        }
        let (empty_one, mut rx) = spsc::bounded(1);
        tasks.push(harness.spawn(parked.count(async move { drop(rx.recv_async().await) })));
        let (mut tx, full_one) = spsc::bounded(1);
        tx.try_send(ledger.value()).unwrap();
        let counted = ledger.value();
        tasks.push(harness.spawn(parked.count(async move { drop(timeout(rt, LONG, tx.send_async(counted)).await) })));
        harness.block_on(parked.reaches(tasks.len()));
        Self { tasks, empty, empty_one, full, full_one }
    }

    /// The tasks are gone, and with them their ends.
    fn assert_gone(mut self, ledger: &Ledger) {
        for tx in self.empty {
            assert!(tx.is_disconnected() && matches!(tx.send(ledger.value()), Err(SendError::Disconnected(_))));
        }
        assert!(matches!(self.empty_one.send(ledger.value()), Err(SendError::Disconnected(_))));
        for rx in self.full {
            assert!(rx.recv().is_ok(), "what was sent before");
            assert_eq!(rx.try_recv().err(), Some(TryRecvError::Disconnected), "and nothing of what waited");
        }
        assert!(self.full_one.recv().is_ok());
        assert_eq!(self.full_one.try_recv().err(), Some(TryRecvError::Disconnected));
        ledger.assert_each_dropped_once();
    }
}

pub(crate) fn a_parked_task_is_gone_once_it_is_aborted<H: Harness>() {
    let (harness, ledger) = (H::start(), Ledger::new());
    let mut parked = ParkedTasks::new(&harness, &ledger);
    for task in parked.tasks.drain(..) {
        harness.block_on(H::abort(task));
    }
    parked.assert_gone(&ledger);
}

pub(crate) fn a_runtime_ends_with_parked_tasks<H: Harness>() {
    let (harness, ledger) = (H::start(), Ledger::new());
    let mut parked = ParkedTasks::new(&harness, &ledger);
    let tasks = std::mem::take(&mut parked.tasks);
    harness.shutdown();
    parked.assert_gone(&ledger);
    drop(tasks);
}

pub(crate) fn a_channel_outlives_its_runtimes<H: Harness>() {
    let (tx, rx) = hel::bounded(4);
    let mut stream = rx.clone().into_stream();
    for round in 0..3 {
        let (harness, parked) = (H::start(), Parked::default());
        // Left waiting when its runtime ends.
        let task = harness.spawn(parked.count({
            let rx = rx.clone();
            async move {
                rx.recv_async().await.unwrap();
            }
        }));
        harness.block_on(async {
            parked.reaches(1).await;
            // The stream waits here, and is woken in the next runtime.
            let pending = std::future::poll_fn(|cx| std::task::Poll::Ready(stream.poll_next_unpin(cx).is_pending()));
            assert!(pending.await);
        });
        harness.shutdown();
        drop(task);
        assert_eq!(tx.receiver_count(), 2);

        let next = H::start();
        let sender = next.spawn({
            let tx = tx.clone();
            async move { tx.send_async(round).await.unwrap() }
        });
        next.block_on(async {
            assert_eq!(stream.next().await, Some(round));
            sender.await;
        });
        next.shutdown();
        assert_eq!(tx.sender_count(), 1);
        tx.send(10 + round).unwrap();
        assert_eq!(rx.recv(), Ok(10 + round), "and beside any runtime");
    }
}

pub(crate) fn threads_and_tasks_at_both_ends<H: Harness>() {
    let harness = H::start();
    let ((tx, rx), got) = (hel::bounded(2), Shared::new());
    let mut threads = Vec::new();
    let mut tasks = Vec::new();
    for part in 0..2_usize {
        let (blocking, tx) = (tx.clone(), tx.clone());
        let numbers = move |kind| (0..VALUES).map(move |n| (2 * part + kind) * VALUES + n);
        threads.push(thread::spawn(move || numbers(0).for_each(|n| blocking.send(n).unwrap())));
        tasks.push(harness.spawn(async move {
            for n in numbers(1) {
                tx.send_async(n).await.unwrap();
            }
        }));
        let (blocking, rx, got, mine) = (rx.clone(), rx.clone(), got.clone(), got.clone());
        threads.push(thread::spawn(move || blocking.iter().for_each(|n| mine.push(n))));
        tasks.push(harness.spawn(receive(harness.rt(), rx, got, Rng::new(part as u64))));
    }
    drop((tx, rx));
    harness.block_on(async {
        for task in tasks {
            task.await;
        }
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(got.take().into_iter().eq(0..4 * VALUES));
}
