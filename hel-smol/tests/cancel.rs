//! Futures of the mirror given up at any poll, with wakers that change, while others wait in earnest: nothing is lost,
//! and nobody is left asleep.

#[path = "../../hel/tests/support/mod.rs"]
mod support;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use hel_smol::channel::{self, Receiver, Sender};
use smol::Executor;
use support::rng::Rng;
use support::{Counted, Ledger, limit};

/// Waits to be woken, however long it takes.
const FOR_EVER: usize = usize::MAX;

/// Polls `op` so many times at most and gives it up when it would be polled once more; `None` then.
///
/// Without end to the patience it is polled with a useless waker first, which the right one must replace. Else it has
/// only the useless one, and comes again by itself: if it was woken meanwhile and is given up, another has to be woken.
async fn impatient<F: Future + Unpin>(op: F, patience: usize) -> Option<F::Output> {
    let (mut op, mut left) = (op, patience);
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        let mut poll = |waker| Pin::new(&mut op).poll(&mut Context::from_waker(waker)).map(Some);
        let polled = poll(Waker::noop());
        if polled.is_ready() {
            return polled;
        }
        if patience == FOR_EVER {
            return poll(cx.waker());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Half of all operations wait in earnest: a lost wake-up leaves one of them asleep.
fn patience(rng: &mut Rng) -> usize {
    if rng.one_in(2) { FOR_EVER } else { 1 + rng.below(3) }
}

/// Sends until `count` values have gone, and gives their ids.
async fn send_some(s: Sender<Counted>, ledger: Ledger, count: usize, mut rng: Rng) -> Vec<usize> {
    let mut sent = Vec::new();
    while sent.len() < count {
        let value = ledger.value();
        let id = value.id;
        match impatient(s.send(value), patience(&mut rng)).await {
            Some(Ok(())) => sent.push(id),
            Some(Err(_)) => panic!("the receivers are all there"),
            None => {}
        }
    }
    sent
}

/// Receives until the channel ends, by turns as a future and as a stream.
async fn receive_rest(mut r: Receiver<Counted>, mut rng: Rng) -> Vec<usize> {
    let mut got = Vec::new();
    loop {
        let value = if rng.one_in(4) {
            impatient(futures_util::StreamExt::next(&mut r), patience(&mut rng)).await
        } else {
            impatient(r.recv(), patience(&mut rng)).await.map(Result::ok)
        };
        match value {
            Some(Some(value)) => got.push(value.id),
            Some(None) => return got,
            None => {}
        }
    }
}

/// Three senders and three receivers on one small channel, on so many threads.
fn storm(seed: u64, capacity: usize, threads: usize) {
    const COUNT: usize = 60;
    let (ledger, mut rng) = (Ledger::new(), Rng::new(seed));
    let (s, r) = channel::bounded(capacity);
    let executor = Executor::new();
    let (stop, stopped) = channel::bounded::<()>(1);
    let mut next_rng = || Rng::new(rng.next());
    let (mut sending, mut receiving) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        sending.push(executor.spawn(send_some(s.clone(), ledger.clone(), COUNT, next_rng())));
        receiving.push(executor.spawn(receive_rest(r.clone(), next_rng())));
    }
    drop((s, r));

    let (mut sent, mut got) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| smol::block_on(executor.run(stopped.recv())));
        }
        sending.into_iter().for_each(|task| sent.extend(smol::block_on(task)));
        receiving.into_iter().for_each(|task| got.extend(smol::block_on(task)));
        stop.close();
    });
    sent.sort_unstable();
    got.sort_unstable();
    assert_eq!(sent, got, "seed {seed}");
    assert_eq!(sent.len(), 3 * COUNT);
    ledger.assert_each_dropped_once();
}

#[test]
fn futures_given_up_at_any_poll_on_one_thread() {
    limit(|| (0..40).for_each(|seed| storm(seed, 1 + seed as usize % 3, 1)));
}

#[test]
fn futures_given_up_at_any_poll_on_three_threads() {
    limit(|| (0..40).for_each(|seed| storm(seed, 1 + seed as usize % 3, 3)));
}

/// A visitor that was woken and goes without a look leaves the value to the one who stays; no later send helps out.
#[test]
fn who_goes_leaves_nobody_asleep() {
    limit(|| {
        for seed in 0..300 {
            let (mut rng, executor) = (Rng::new(seed), Executor::new());
            let (s, r) = channel::bounded(1);
            let visiting: Vec<_> = (0..3)
                .map(|_| {
                    let (r, patience) = (r.clone(), 1 + rng.below(4));
                    executor.spawn(async move { impatient(r.recv(), patience).await })
                })
                .collect();
            let staying = executor.spawn(async move { r.recv().await });
            let (tx, wait) = (s.clone(), rng.below(4)); // `s` keeps the channel open
            let sending = executor.spawn(async move {
                for _ in 0..wait {
                    smol::future::yield_now().await;
                }
                tx.send(seed).await.unwrap();
            });
            thread::scope(|scope| {
                let (stop, stopped) = channel::bounded::<()>(1);
                for _ in 0..1 + seed % 3 {
                    let (stopped, executor) = (stopped.clone(), &executor);
                    scope.spawn(move || smol::block_on(executor.run(stopped.recv())));
                }
                smol::block_on(async {
                    sending.await;
                    let mut got = Vec::new();
                    for visitor in visiting {
                        got.extend(visitor.await);
                    }
                    if got.is_empty() {
                        got.push(staying.await);
                    }
                    assert_eq!(got, [Ok(seed)]);
                });
                stop.close();
            });
            drop(s);
        }
    });
}

/// Closes the channel while senders, receivers, streams and threads wait on it.
#[test]
fn close_ends_everything_that_waits() {
    limit(|| {
        for round in 0..100 {
            let ledger = Ledger::new();
            let ((full, full_r), (empty_s, empty)) = (channel::bounded(1), channel::bounded::<Counted>(1));
            let executor = Executor::new();
            full.try_send(ledger.value()).unwrap();
            let sends: Vec<_> = (0..3).map(|_| executor.spawn(full.send(ledger.value()))).collect();
            let recvs: Vec<_> = (0..3).map(|_| executor.spawn(empty.recv())).collect();
            let closed = executor.spawn(full.closed());
            thread::scope(|scope| {
                let blocked =
                    (scope.spawn(|| full.send_blocking(ledger.value())), scope.spawn(|| empty.recv_blocking()));
                // In every other round some are not polled yet when the channel closes.
                while round % 2 == 0 && executor.try_tick() {}
                assert!(full_r.close() && empty_s.close());
                smol::block_on(executor.run(async {
                    for send in sends {
                        assert!(send.await.is_err());
                    }
                    for recv in recvs {
                        assert!(recv.await.is_err());
                    }
                    closed.await;
                }));
                assert!(blocked.0.join().unwrap().is_err() && blocked.1.join().unwrap().is_err());
            });
            assert!(full_r.try_recv().is_ok() && full_r.try_recv().unwrap_err().is_closed());
            ledger.assert_each_dropped_once();
        }
    });
}

/// The executor goes while its tasks wait and other threads send, receive and wake them.
#[test]
fn an_executor_dropped_in_the_midst_of_it() {
    limit(|| {
        for seed in 0..60 {
            let ledger = Ledger::new();
            let (s, r) = channel::bounded(2);
            let executor = Executor::new();
            for task in 0..3 {
                let (s, ledger, rng) = (s.clone(), ledger.clone(), Rng::new(seed * 8 + task));
                executor.spawn(send_some(s, ledger, usize::MAX, rng)).detach();
                executor.spawn(receive_rest(r.clone(), Rng::new(seed * 8 + 4 + task))).detach();
            }
            thread::scope(|scope| {
                // One that sends for good, and one that receives for good: they outlive the tasks.
                let sending = scope.spawn(|| (0..50).for_each(|_| s.send_blocking(ledger.value()).unwrap()));
                let receiving = scope.spawn(|| while r.recv_blocking().is_ok() {});
                (0..100 + seed * 10).take_while(|_| executor.try_tick()).for_each(drop);
                drop(executor);
                sending.join().unwrap();
                s.close();
                receiving.join().unwrap();
            });
            assert!(r.is_empty());
            assert_eq!((s.sender_count(), r.receiver_count()), (1, 1));
            ledger.assert_each_dropped_once();
        }
    });
}
