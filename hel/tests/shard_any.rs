//! Fan-in: one receiver takes from all shards, fairly, waits once for any of them, and ends when all have ended.
#![cfg(all(not(hel_loom), feature = "futures"))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use extra2::{Log, spawn_asleep};
use futures_util::StreamExt;
use hel::channel::errors::*;
use hel::channel::mpmc::*;
use hel::{Builder, RecvFuture};
use support::waker::CountingWaker;
use support::{Counted, Ledger, limit, poll_once, poll_with};

const SHORT: Duration = Duration::from_micros(100);
const DISCONNECTED: Poll<Result<(usize, usize), AsyncRecvError>> = Poll::Ready(Err(AsyncRecvError::Disconnected));

type Ends = (RoundRobinSender<usize>, ShardedReceiver<usize>);

/// A channel with one value in shard `at`: the number of that shard.
fn with_one(shards: usize, at: usize) -> Ends {
    let (tx, rx) = Builder::new(8).shards(shards).round_robin();
    tx.shards()[at].try_send(at).unwrap();
    (tx, rx)
}

fn no_wake() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Receives that wait in this order, each with its number as the waker.
fn waiting<'r>(
    rx: &'r ShardedReceiver<usize>,
    log: &Log,
    count: usize,
) -> Vec<RecvFuture<Tagged<&'r ShardedReceiver<usize>>>> {
    let wait = |id| {
        let mut future = rx.recv_any_async();
        assert!(poll_with(&mut future, &log.waker(id)).is_pending());
        future
    };
    (0..count).map(wait).collect()
}

#[test]
fn each_plain_verb_takes_from_any_shard() {
    limit(|| {
        for (shards, at) in [(1, 0), (3, 2), (7, 1), (20, 19), (1024, 700)] {
            let (tx, mut rx) = with_one(shards, at);
            let mut into = Vec::new();
            let again = || tx.shards()[at].try_send(at).unwrap();
            assert_eq!((rx.recv(), again()), (Ok(at), ()));
            assert_eq!((rx.try_recv(), again()), (Ok(at), ()));
            assert_eq!((rx.recv_timeout(Duration::MAX), again()), (Ok(at), ()));
            assert_eq!((rx.recv_deadline(Instant::now()), again()), (Ok(at), ()));
            assert_eq!((poll_once(&mut rx.recv_async()), again()), (Poll::Ready(Ok(at)), ()));
            assert_eq!((rx.poll_recv(&mut no_wake()), again()), (Poll::Ready(Some(at)), ()));
            assert_eq!((rx.recv_batch(&mut into, 4), again()), (Ok(1), ()));
            assert_eq!((rx.try_recv_batch(&mut into, 4), again()), (Ok(1), ()));
            assert_eq!((rx.recv_batch_timeout(&mut into, 4, SHORT), again()), (Ok(1), ()));
            assert_eq!((poll_once(&mut rx.recv_batch_async(&mut into, 4)), again()), (Poll::Ready(Ok(1)), ()));
            assert_eq!((rx.gather(&mut into, 4, SHORT), again()), (Ok(1), ()));
            assert_eq!((rx.iter().next(), again()), (Some(at), ()));
            assert_eq!((rx.try_iter().collect::<Vec<_>>(), again()), (vec![at], ()));
            assert_eq!((poll_once(&mut rx.stream().next()), again()), (Poll::Ready(Some(at)), ()));
            assert!(into == [at; 5] && rx.len() == 1);
            assert_eq!(poll_once(&mut rx.into_stream().next()), Poll::Ready(Some(at)));
        }
    });
}

#[test]
fn the_any_forms_say_from_which_shard() {
    limit(|| {
        for (shards, at) in [(1, 0), (3, 2), (7, 1), (20, 19), (1024, 700)] {
            let (tx, mut rx) = with_one(shards, at);
            let (again, got) = (|| tx.shards()[at].try_send(at).unwrap(), (at, at));
            assert_eq!((rx.recv_any(), again()), (Ok(got), ()));
            assert_eq!((rx.try_recv_any(), again()), (Ok(got), ()));
            assert_eq!((rx.recv_any_timeout(Duration::MAX), again()), (Ok(got), ()));
            assert_eq!((rx.recv_any_deadline(Instant::now()), again()), (Ok(got), ()));
            assert_eq!((poll_once(&mut rx.recv_any_async()), again()), (Poll::Ready(Ok(got)), ()));
            assert_eq!(rx.poll_recv_any(&mut no_wake()), Poll::Ready(Some(got)));

            assert_eq!(rx.try_recv_any(), Err(TryRecvError::Empty));
            assert_eq!(rx.recv_any_timeout(SHORT), Err(RecvError::TimeOut(SHORT)));
            assert!(matches!(rx.recv_any_deadline(Instant::now()), Err(RecvError::TimeOut(_))));
            let (woken, mut stream) = (CountingWaker::new(), rx.into_stream_any());
            assert!(poll_with(&mut stream.next(), &woken.waker()).is_pending());
            again();
            assert_eq!(woken.wakes(), 1);
            assert_eq!(poll_with(&mut stream.next(), &woken.waker()), Poll::Ready(Some(got)));
            tx.close();
            assert_eq!(poll_once(&mut stream.next()), Poll::Ready(None));
        }
    });
}

#[test]
fn a_batch_collects_from_all_shards() {
    for shards in [1, 3, 7, 20, 1024] {
        let (tx, rx) = Builder::new(4).shards(shards).round_robin();
        (0..4 * shards).for_each(|n| tx.try_send(n).unwrap());
        let mut into = vec![usize::MAX];
        assert_eq!(rx.try_recv_batch(&mut into, 0), Ok(0));
        assert_eq!(rx.try_recv_batch(&mut into, 3 * shards), Ok(3 * shards));
        assert_eq!(poll_once(&mut rx.recv_batch_async(&mut into, usize::MAX)), Poll::Ready(Ok(shards)));
        assert_eq!(rx.try_recv_batch(&mut into, 1), Err(TryRecvError::Empty));
        assert_eq!(into.remove(0), usize::MAX);
        for shard in 0..shards {
            let own = into.iter().copied().filter(|n| n % shards == shard);
            assert!(own.eq((0..4).map(|n| shard + n * shards)), "in order within shard {shard} of {shards}");
        }
    }
}

/// Polling and blocking receives wait once, and each shard's value ends the wait.
#[test]
fn one_wait_hears_of_every_shard() {
    for shards in [1, 2, 3, 20, 1024] {
        let (tx, mut rx) = Builder::new(2).shards(shards).round_robin::<usize>();
        let woken = CountingWaker::new();
        let (waker, some) = (woken.waker(), [0, shards / 2, shards - 1]);
        for (round, at) in some.into_iter().enumerate() {
            let mut future = rx.recv_any_async();
            assert!(poll_with(&mut future, &waker).is_pending());
            assert_eq!(woken.held(), 2, "one registration, not one per shard");
            tx.shards()[at].try_send(round).unwrap();
            assert_eq!(poll_with(&mut future, &waker), Poll::Ready(Ok((at, round))));
            drop(future);
            assert!(rx.poll_recv_any(&mut Context::from_waker(&waker)).is_pending());
            tx.shards()[at].try_send(round).unwrap();
            assert_eq!(woken.wakes(), 2 * round + 2);
            assert_eq!(rx.poll_recv_any(&mut Context::from_waker(&waker)), Poll::Ready(Some((at, round))));
            assert!(rx.poll_recv(&mut Context::from_waker(&waker)).is_pending());
            rx.cancel_poll();
            assert_eq!(woken.held(), 1, "taken back");
        }
        let mut into = Vec::new();
        let mut batch = rx.recv_batch_async(&mut into, 4);
        assert!(poll_with(&mut batch, &waker).is_pending());
        tx.shards()[shards - 1].try_send(5).unwrap();
        assert_eq!((woken.wakes(), poll_with(&mut batch, &waker)), (7, Poll::Ready(Ok(1))));
        drop(batch);
        limit(|| {
            for at in some {
                let receiver = rx.clone();
                let thread = spawn_asleep(move || receiver.recv_any());
                tx.shards()[at].send(9).unwrap();
                assert_eq!(thread.join().unwrap(), Ok((at, 9)));
            }
        });
    }
}

/// Keeps the shards in `busy` full while it receives, and counts what came from each.
fn receive_from_busy((tx, rx): &Ends, busy: &[usize], receives: usize) -> Vec<usize> {
    let mut counts = vec![0; tx.shards().len()];
    busy.iter().for_each(|&shard| while tx.shards()[shard].try_send(0).is_ok() {});
    for _ in 0..receives {
        let (shard, _) = rx.try_recv_any().unwrap();
        counts[shard] += 1;
        if busy.contains(&shard) {
            tx.shards()[shard].try_send(0).unwrap();
        }
    }
    counts
}

#[test]
fn busy_shards_are_served_alike() {
    for shards in [2, 3, 7, 16, 17, 60] {
        let ends = Builder::new(4).shards(shards).round_robin();
        let counts = receive_from_busy(&ends, &(0..shards).collect::<Vec<_>>(), 320 * shards);
        assert!(counts.iter().all(|count| (160..640).contains(count)), "{shards} shards: {counts:?}");
    }
}

/// As in the test before, with most shards idle: those between two busy ones give nothing to either.
#[test]
fn busy_shards_among_idle_ones_are_served_alike() {
    for (shards, busy) in [(8, [0, 1, 5]), (16, [3, 4, 15]), (17, [0, 1, 16]), (1024, [5, 6, 700])] {
        let ends = Builder::new(4).shards(shards).round_robin();
        let counts = receive_from_busy(&ends, &busy, 3_000);
        let busy = busy.map(|shard| counts[shard]);
        assert!(busy.iter().all(|count| (400..2_000).contains(count)), "{shards} shards: {busy:?}");
    }
}

#[test]
fn a_cold_shard_is_not_forgotten_beside_hot_ones() {
    for (shards, hot) in [(4, [1, 2]), (16, [0, 15]), (17, [3, 4]), (1024, [5, 1023])] {
        let ends = Builder::new(4).shards(shards).round_robin();
        receive_from_busy(&ends, &hot, 100);
        for cold in [0, 6, 7, 64, 1000].map(|cold| cold % shards).into_iter().filter(|cold| !hot.contains(cold)) {
            ends.0.shards()[cold].try_send(1).unwrap();
            // A turn is 16 values at most, and each shard has its turn.
            let counts = receive_from_busy(&ends, &hot, 16 * (shards + 1));
            assert_eq!(counts[cold], 1, "shard {cold} of {shards}");
        }
    }
}

#[test]
fn disconnected_is_said_when_all_shards_are_closed_and_drained() {
    limit(|| {
        for shards in [1, 2, 6, 20] {
            let (tx, mut rx) = with_one(shards, shards - 1);
            for shard in 0..shards - 1 {
                assert!(tx.shards()[shard].close());
            }
            assert_eq!(rx.recv_any(), Ok((shards - 1, shards - 1)));
            assert_eq!(rx.try_recv_any(), Err(TryRecvError::Empty), "one is open");
            assert_eq!(rx.recv_any_timeout(SHORT), Err(RecvError::TimeOut(SHORT)));
            assert!(poll_once(&mut rx.recv_any_async()).is_pending() && !rx.is_disconnected());
            tx.shards()[shards - 1].try_send(7).unwrap();
            drop(tx);
            assert!(rx.is_disconnected());
            assert_eq!(rx.try_recv_any(), Ok((shards - 1, 7)), "drained first");
            assert_eq!(rx.recv_any(), Err(RecvError::Disconnected));
            assert_eq!(rx.recv(), Err(RecvError::Disconnected));
            assert_eq!(rx.try_recv_any(), Err(TryRecvError::Disconnected));
            assert_eq!(rx.recv_any_timeout(SHORT), Err(RecvError::Disconnected));
            assert_eq!(poll_once(&mut rx.recv_any_async()), DISCONNECTED);
            assert_eq!(rx.poll_recv_any(&mut no_wake()), Poll::Ready(None));
            assert_eq!(rx.recv_batch(&mut vec![], 3), Err(RecvError::Disconnected));
            assert_eq!(rx.try_recv_batch(&mut vec![], 3), Err(TryRecvError::Disconnected));
            assert_eq!(rx.into_iter().next(), None);
        }
    });
}

#[test]
fn the_close_of_one_shard_wakes_and_the_wait_goes_on() {
    limit(|| {
        let (tx, rx) = Builder::new(2).shards(3).round_robin();
        let (log, other) = (Log::default(), rx.clone());
        let mut tasks = waiting(&rx, &log, 2);
        let thread = spawn_asleep(move || [other.recv_any(), other.recv_any()]);
        tx.shards()[1].close();
        let mut woken = log.take();
        woken.sort_unstable();
        assert_eq!(woken, [0, 1], "all look again");
        for (id, task) in tasks.iter_mut().enumerate() {
            assert!(poll_with(task, &log.waker(id)).is_pending());
        }
        tx.shards()[2].send_batch(&mut vec![1, 2]).unwrap();
        tx.shards()[0].send(3).unwrap();
        let first = poll_with(&mut tasks[0], &log.waker(0));
        drop(tx);
        let second = poll_with(&mut tasks[1], &log.waker(1));
        let got = thread.join().unwrap();
        let last = [rx.try_recv_any().ok(), rx.try_recv_any().ok(), rx.try_recv_any().ok()];
        let tasks = [first, second].map(|polled| if let Poll::Ready(Ok(item)) = polled { Some(item) } else { None });
        let all = tasks.into_iter().chain(got.map(Result::ok)).chain(last).flatten();
        let mut all: Vec<_> = all.collect();
        all.sort_unstable();
        assert_eq!(all, [(0, 3), (2, 1), (2, 2)]);
    });
}

#[test]
fn the_last_close_wakes_everybody() {
    limit(|| {
        let (tx, rx) = Builder::new(2).shards(3).round_robin();
        let (log, other) = (Log::default(), rx.clone());
        let threads = [0; 2].map(|_| {
            spawn_asleep({
                let other = other.clone();
                move || other.recv_any()
            })
        });
        let mut tasks = waiting(&rx, &log, 2);
        drop(tx);
        assert!(threads.map(|thread| thread.join().unwrap()) == [Err(RecvError::Disconnected); 2]);
        assert!(log.take().len() >= 2);
        assert!(tasks.iter_mut().all(|task| poll_once(task) == DISCONNECTED));
    });
}

#[test]
fn receivers_of_single_shards() {
    limit(|| {
        let (tx, mut rx) = Builder::new(2).shards(3).round_robin();
        let woken = CountingWaker::new();
        assert!(rx.poll_recv(&mut Context::from_waker(&woken.waker())).is_pending());
        let receivers = rx.into_receivers();
        assert_eq!((receivers.len(), woken.held()), (3, 0), "the poll's registration is gone");
        (0..6).for_each(|n| tx.send(n).unwrap());
        for (shard, rx) in receivers.iter().enumerate() {
            assert_eq!((rx.recv(), rx.receiver_count()), (Ok(shard), 1));
            assert!(rx.same_channel(&receivers[shard]) && !rx.same_channel(&receivers[(shard + 1) % 3]));
        }
        let ids = thread::scope(|scope| {
            let threads: Vec<_> = receivers.iter().map(|rx| scope.spawn(|| rx.iter().collect::<Vec<_>>())).collect();
            drop(tx);
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(ids, [[3], [4], [5]]);
    });
}

#[test]
fn a_shard_whose_consumer_stopped_does_not_stop_the_others() {
    limit(|| {
        let (tx, rx) = round_robin::<usize, 2>(3);
        let receivers = rx.into_receivers();
        let mut got = Vec::new();
        for n in 0..60 {
            tx.send(n).unwrap();
            got.extend(receivers[0].try_iter().chain(receivers[2].try_iter()));
        }
        got.extend(receivers[1].try_iter());
        got.sort_unstable();
        assert!(got.into_iter().eq(0..60), "round robin goes past the shard that is full");

        let (tx, rx) = shard_key::<usize, 2>(3);
        let receivers = rx.into_receivers();
        let keys = [0, 1, 2].map(|shard| (0_u32..).find(|key| tx.shard_index(key) == shard).unwrap());
        while tx.try_send(&keys[1], 0).is_ok() {}
        let blocked = spawn_asleep({
            let (tx, key) = (tx.clone(), keys[1]);
            move || tx.send(&key, 99)
        });
        for n in 0..60 {
            tx.send(&keys[0], n).unwrap();
            tx.send(&keys[2], n).unwrap();
            assert_eq!((receivers[0].recv(), receivers[2].recv()), (Ok(n), Ok(n)));
        }
        assert!(receivers[1].len() <= 2 && tx.len() <= 2);
        assert!(receivers[1].iter().take(3).eq([0, 0, 99]));
        assert_eq!(blocked.join().unwrap(), Ok(()));
    });
}

#[test]
fn shard_waiters_and_any_waiters_hear_of_the_same_values() {
    let (tx, rx) = Builder::new(4).shards(2).round_robin();
    for (round, any_first) in (0..40).map(|round| (round, round % 2 == 0)) {
        let log = Log::default();
        let mut any = waiting(&rx, &log, 1);
        let mut own = rx.shards()[1].recv_async();
        assert!(poll_with(&mut own, &log.waker(7)).is_pending());
        tx.shards()[1].try_send(round).unwrap();
        let mut woken = log.take();
        woken.sort_unstable();
        assert_eq!(woken, [0, 7], "neither is passed by for the other");
        // Whoever comes first takes it. The other goes on waiting, and gets the next one.
        let next = |any: &mut Vec<RecvFuture<_>>, own: &mut RecvFuture<_>, is_any: bool| match is_any {
            true => poll_with(&mut any[0], &log.waker(0)).map_ok(|(shard, value)| (shard == 1, value)),
            false => poll_with(own, &log.waker(7)).map_ok(|value| (true, value)),
        };
        assert_eq!(next(&mut any, &mut own, any_first), Poll::Ready(Ok((true, round))));
        assert!(next(&mut any, &mut own, !any_first).is_pending());
        tx.shards()[1].try_send(round + 1).unwrap();
        assert_eq!(log.take(), [if any_first { 7 } else { 0 }]);
        assert_eq!(next(&mut any, &mut own, !any_first), Poll::Ready(Ok((true, round + 1))));
    }
}

#[test]
fn threads_at_one_shard_and_at_any_lose_nothing() {
    limit(|| {
        let (ledger, (tx, rx)) = (Ledger::new(), round_robin::<Counted, 2>(2));
        let mut got = thread::scope(|scope| {
            let mut threads = Vec::new();
            for rx in rx.shards() {
                let rx = rx.clone();
                threads.push(scope.spawn(move || rx.iter().map(|value| value.id).collect::<Vec<_>>()));
            }
            for rx in [rx.clone(), rx] {
                threads.push(scope.spawn(move || rx.iter().map(|value| value.id).collect()));
            }
            for (tx, values) in [(tx.clone(), ledger.values(5_000)), (tx, ledger.values(5_000))] {
                scope.spawn(move || values.into_iter().for_each(|value| tx.send(value).unwrap()));
            }
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        got.sort_unstable();
        assert!(got.into_iter().eq(0..10_000));
        ledger.assert_each_dropped_once();
    });
}

/// The value is in a shard that the canceller has not necessarily looked at first.
#[test]
fn a_cancelled_receive_passes_its_wake_up_on() {
    for (shards, polls) in [2, 3, 20].into_iter().flat_map(|shards| (0..3).map(move |polls| (shards, polls))) {
        for at in [0, 1, shards - 1] {
            let (log, (tx, rx)) = (Log::default(), Builder::new(4).shards(shards).round_robin());
            let mut tasks = waiting(&rx, &log, 3);
            for _ in 0..polls {
                assert!(poll_with(&mut tasks[0], &log.waker(0)).is_pending());
            }
            tx.shards()[at].try_send(5).unwrap();
            assert_eq!(log.take(), [0]);
            drop(tasks.remove(0));
            assert_eq!(log.take(), [1], "shard {at} of {shards}");
            // Woken, and it finds the value gone: it stands in front of the third again.
            assert_eq!(rx.try_recv_any(), Ok((at, 5)));
            assert!(poll_with(&mut tasks[0], &log.waker(1)).is_pending());
            tx.shards()[at].try_send(6).unwrap();
            assert_eq!(log.take(), [1]);
            drop(tasks.remove(0));
            assert_eq!(log.take(), [2]);
            assert_eq!(poll_once(&mut tasks[0]), Poll::Ready(Ok((at, 6))));
        }
    }
}

#[test]
fn senders_that_wait_for_room_in_any_are_woken_in_turn() {
    let (tx, rx) = round_robin::<usize, 1>(3);
    (0..3).for_each(|_| tx.try_send(9).unwrap());
    let log = Log::default();
    let mut tasks: Vec<_> = (0..4).map(|id| tx.send_async(id)).collect();
    for (id, task) in tasks.iter_mut().enumerate() {
        assert!(poll_with(task, &log.waker(id)).is_pending());
    }
    let mut own = tx.shards()[2].send_async(7);
    assert!(poll_with(&mut own, &log.waker(7)).is_pending());
    assert_eq!((rx.shards()[1].recv(), log.take()), (Ok(9), vec![0]));
    drop(tasks.remove(0));
    assert_eq!(log.take(), [1], "the wake-up was passed on");
    assert!(poll_once(&mut tasks.remove(0)).is_ready() && log.take().is_empty());
    assert_eq!(rx.shards()[2].recv(), Ok(9));
    let mut woken = log.take();
    woken.sort_unstable();
    assert_eq!(woken, [2, 7], "the shard's own sender and one that takes any room");
    assert!(poll_once(&mut own).is_ready());
    assert!(poll_with(&mut tasks[0], &log.waker(2)).is_pending());
    assert_eq!((rx.shards()[0].recv(), log.take()), (Ok(9), vec![2]));
    assert!(poll_once(&mut tasks[0]).is_ready());
    assert!(rx.shards().iter().map(|shard| shard.recv().unwrap()).eq([2, 1, 7]));
    assert_eq!(log.take(), [3]);
}

/// Which shard a keyed batch needs only it knows: woken for another one, it must not use that wake-up up.
#[test]
fn keyed_batches_that_wait_leave_each_other_their_wake_ups() {
    let (tx, rx) = shard_key::<usize, 1>(2);
    let keys = [0, 1].map(|shard| (0..).find(|key: &usize| tx.shard_index(key) == shard).unwrap());
    let (tx, log) = (tx.by(|key: &usize| key), Log::default());
    keys.iter().for_each(|&key| tx.try_send(key).unwrap());
    let [mut zero, mut one] = keys.map(|key| vec![key]);
    let (mut first, mut second) = (tx.send_batch_async(&mut zero), tx.send_batch_async(&mut one));
    assert!(poll_with(&mut first, &log.waker(0)).is_pending());
    assert!(poll_with(&mut second, &log.waker(1)).is_pending());
    assert_eq!(rx.shards()[1].recv(), Ok(keys[1]));
    assert!(log.take().contains(&1), "though the other came first");
    assert!(poll_with(&mut first, &log.waker(0)).is_pending());
    assert_eq!(poll_once(&mut second), Poll::Ready(Ok(1)));
    assert_eq!((rx.shards()[0].recv(), log.take()), (Ok(keys[0]), vec![0]));
    assert_eq!(poll_once(&mut first), Poll::Ready(Ok(1)));
}
