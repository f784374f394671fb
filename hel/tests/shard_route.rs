//! Routes: in turn over the shards, by key, by group, by pair. A route picks a shard, and then it is a plain channel.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use extra2::spawn_asleep;
use hel::Builder;
use hel::channel::errors::*;
use hel::channel::mpmc::*;
use hel::channel::spsc::{self, Pairs, SpscShard, shard_spsc};
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once, poll_with};

const COUNTS: [usize; 6] = [1, 2, 3, 6, 7, 1024];
const SHORT: Duration = Duration::from_micros(100);

/// What stands in each shard now, taken out.
fn drained<T>(rx: &ShardedReceiver<T>) -> Vec<Vec<T>> {
    rx.shards().iter().map(|shard| shard.try_iter().collect()).collect()
}

fn lens<T>(rx: &ShardedReceiver<T>) -> Vec<usize> {
    rx.shards().iter().map(Receiver::len).collect()
}

/// The message of the panic that `body` ends in.
fn panics<R>(body: impl FnOnce() -> R + std::panic::UnwindSafe) -> String {
    let panic = catch_unwind(|| drop(body())).expect_err("it must panic");
    let literal = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    literal.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap()
}

/// A round-robin channel of `shards` shards, each with `capacity` values that nobody asks about.
fn full(shards: usize, capacity: usize) -> (RoundRobinSender<usize>, ShardedReceiver<usize>) {
    let (tx, rx) = Builder::new(capacity).shards(shards).round_robin();
    (0..shards * capacity).for_each(|_| tx.try_send(usize::MAX).unwrap());
    assert!(tx.is_full() && rx.is_full());
    (tx, rx)
}

#[test]
fn round_robin_is_strictly_in_turn() {
    let (tx, rx) = round_robin::<usize, 4>(4);
    (0..8).for_each(|n| tx.send(n).unwrap());
    assert_eq!(drained(&rx), [[0, 4], [1, 5], [2, 6], [3, 7]]);
    for shards in COUNTS {
        let (tx, rx) = round_robin::<usize, 3>(shards);
        (0..3 * shards).for_each(|n| tx.try_send(n).unwrap());
        assert_eq!(tx.try_send(7), Err(TrySendError::Full(7)));
        for (shard, got) in drained(&rx).into_iter().enumerate() {
            assert_eq!(got, [shard, shard + shards, shard + 2 * shards]);
        }
    }
}

#[test]
fn every_verb_takes_a_turn() {
    limit(|| {
        let (mut tx, rx) = round_robin::<usize, 4>(6);
        tx.send(0).unwrap();
        tx.send_timeout(1, Duration::MAX).unwrap();
        tx.send_deadline(2, Instant::now()).unwrap();
        assert_eq!(poll_once(&mut tx.send_async(3)), Poll::Ready(Ok(())));
        assert_eq!(poll_once(&mut tx.send_ref_async(&mut Some(4))), Poll::Ready(Ok(())));
        assert!(tx.poll_send(&mut Context::from_waker(Waker::noop()), &mut Some(5)).is_ready());
        assert_eq!(tx.try_send_batch(&mut vec![6]), Ok(1));
        assert_eq!(tx.send_batch(&mut vec![7]), Ok(1));
        assert_eq!(tx.send_batch_timeout(&mut vec![8], Duration::MAX), Ok(1));
        assert!(poll_once(&mut tx.send_batch_async(&mut vec![9])).is_ready());
        assert_eq!(drained(&rx), [vec![0, 6], vec![1, 7], vec![2, 8], vec![3, 9], vec![4], vec![5]]);
    });
}

#[test]
fn each_clone_starts_elsewhere() {
    let (tx, rx) = round_robin::<usize, 8>(4);
    let second = tx.clone();
    let (third, fourth, fifth) = (second.clone(), tx.clone(), second.clone());
    for tx in [&tx, &second, &third, &fourth] {
        tx.send(0).unwrap();
    }
    assert_eq!(lens(&rx), [1, 1, 1, 1]);
    fifth.send(0).unwrap();
    assert_eq!(lens(&rx), [2, 1, 1, 1]);
}

#[test]
fn a_full_shard_is_passed_over() {
    let (tx, rx) = round_robin::<usize, 2>(3);
    (0..2).for_each(|_| tx.shards()[1].send(9).unwrap());
    (0..4).for_each(|n| tx.send(n).unwrap());
    assert_eq!(tx.send_timeout(4, SHORT), Err(SendError::TimeOut(4, SHORT)));
    assert_eq!((rx.shards()[1].recv(), tx.send(5)), (Ok(9), Ok(())));
    assert_eq!(drained(&rx), [[0, 2], [9, 5], [1, 3]]);
}

#[test]
fn with_all_full_a_thread_waits_for_room_in_any() {
    for shard in 0..3 {
        limit(|| {
            let (tx, rx) = full(3, 2);
            let sender = spawn_asleep(move || tx.send(1));
            assert_eq!(rx.shards()[shard].recv(), Ok(usize::MAX));
            assert_eq!(sender.join().unwrap(), Ok(()));
            rx.shards()[shard].recv().unwrap();
            assert_eq!(rx.shards()[shard].recv(), Ok(1), "in the shard that had room");
        });
    }
}

#[test]
fn with_all_full_a_task_waits_for_room_in_any() {
    for shard in 0..3 {
        let (mut tx, rx) = full(3, 1);
        let woken = [(); 3].map(|()| CountingWaker::new());
        let waker = woken.each_ref().map(CountingWaker::waker);
        let mut future = tx.send_async(0);
        assert!(poll_with(&mut future, &waker[0]).is_pending());
        rx.shards()[shard].recv().unwrap();
        assert_eq!(woken[0].wakes(), 1);
        assert_eq!(poll_with(&mut future, &waker[0]), Poll::Ready(Ok(())));
        drop(future);

        let mut value = Some(1);
        let mut future = tx.send_ref_async(&mut value);
        assert!(poll_with(&mut future, &waker[1]).is_pending());
        assert_eq!(rx.shards()[shard].recv(), Ok(0));
        assert_eq!(woken[1].wakes(), 1);
        assert_eq!(poll_with(&mut future, &waker[1]), Poll::Ready(Ok(())));
        drop(future);
        assert_eq!(value, None);

        let (mut value, cx) = (Some(2), &mut Context::from_waker(&waker[2]));
        assert!(tx.poll_send(cx, &mut value).is_pending());
        assert_eq!(rx.shards()[shard].recv(), Ok(1));
        assert_eq!(woken[2].wakes(), 1);
        assert_eq!(tx.poll_send(cx, &mut value), Poll::Ready(Ok(())));
        assert!(tx.poll_send(cx, &mut Some(3)).is_pending());
        tx.cancel_poll();
        assert_eq!(rx.shards()[shard].recv(), Ok(2));
        assert_eq!((woken[2].wakes(), woken[2].held()), (1, 1), "its registration was taken back");
    }
}

#[test]
fn dead_shards_are_passed_over_until_all_are_dead() {
    let (mut tx, rx) = round_robin::<usize, 8>(3);
    let mut receivers = rx.into_receivers();
    drop(receivers.remove(1));
    (0..4).for_each(|n| tx.send(n).unwrap());
    assert_eq!((tx.dead_shards(), tx.is_disconnected()), (vec![1], false));
    assert!(receivers[0].try_iter().eq([0, 2]) && receivers[1].try_iter().eq([1, 3]));
    receivers[0].close();
    assert_eq!(tx.send_batch(&mut vec![4, 5]), Ok(2));
    assert_eq!(tx.dead_shards(), [0, 1]);
    drop(receivers);
    assert_eq!((tx.dead_shards(), tx.is_disconnected()), (vec![0, 1, 2], true));

    assert_eq!(tx.send(7), Err(SendError::Disconnected(7)));
    assert_eq!(tx.try_send(7), Err(TrySendError::Disconnected(7)));
    assert_eq!(tx.send_timeout(7, Duration::MAX), Err(SendError::Disconnected(7)));
    assert_eq!(poll_once(&mut tx.send_async(7)), Poll::Ready(Err(AsyncSendError::Disconnected(7))));
    let (mut value, mut values) = (Some(7), vec![8, 9]);
    assert!(matches!(poll_once(&mut tx.send_ref_async(&mut value)), Poll::Ready(Err(_))));
    assert!(matches!(tx.poll_send(&mut Context::from_waker(Waker::noop()), &mut value), Poll::Ready(Err(_))));
    assert_eq!(tx.send_batch(&mut values), Err(SendBatchError::Disconnected { sent: 0 }));
    assert_eq!(tx.try_send_batch(&mut values), Err(TrySendBatchError::Disconnected { sent: 0 }));
    assert!(matches!(poll_once(&mut tx.send_batch_async(&mut values)), Poll::Ready(Err(_))));
    assert_eq!((value, values), (Some(7), vec![8, 9]));
}

#[test]
fn a_waiting_sender_fails_when_the_last_shard_dies() {
    limit(|| {
        let (tx, rx) = full(2, 1);
        let (woken, other) = (CountingWaker::new(), tx.clone());
        let mut future = tx.send_async(1);
        assert!(poll_with(&mut future, &woken.waker()).is_pending());
        let thread = spawn_asleep(move || other.send(2));
        let mut receivers = rx.into_receivers();
        drop(receivers.pop());
        assert!(woken.wakes() > 0, "it has to look which shards are left");
        assert!(poll_with(&mut future, &woken.waker()).is_pending(), "one shard still lives");
        drop(receivers);
        assert_eq!(poll_with(&mut future, &woken.waker()), Poll::Ready(Err(AsyncSendError::Disconnected(1))));
        assert_eq!(thread.join().unwrap(), Err(SendError::Disconnected(2)));
    });
}

#[test]
fn a_batch_goes_whole_to_one_shard_and_the_rest_onward() {
    let (tx, rx) = round_robin::<usize, 4>(3);
    assert_eq!([[0, 1, 2], [3, 4, 5]].map(|batch| tx.send_batch(&mut batch.to_vec())), [Ok(3), Ok(3)]);
    assert_eq!(drained(&rx), [vec![0, 1, 2], vec![3, 4, 5], vec![]]);

    let (tx, rx) = round_robin::<usize, 4>(3);
    let mut values = (0..16).collect();
    assert_eq!(tx.try_send_batch(&mut values), Err(TrySendBatchError::Full { sent: 12 }));
    assert_eq!(values, [12, 13, 14, 15]);
    let after = SendBatchError::TimeOut { sent: 0, after: SHORT };
    assert_eq!(tx.send_batch_timeout(&mut values, SHORT), Err(after));
    let mut future = tx.send_batch_async(&mut values);
    assert!(poll_once(&mut future).is_pending());
    assert!(rx.shards()[1].try_iter().take(2).eq([4, 5]));
    assert!(poll_once(&mut future).is_pending());
    drop(future);
    assert_eq!(values, [14, 15], "what is left stays in order");
    assert_eq!(drained(&rx), [[0, 1, 2, 3], [6, 7, 12, 13], [8, 9, 10, 11]]);
}

#[test]
fn a_sticky_sender_stays_for_its_run_or_until_full() {
    let (tx, rx) = round_robin::<usize, 8>(4);
    let tx = tx.sticky(3);
    (0..13).for_each(|n| tx.send(n).unwrap());
    assert_eq!(drained(&rx), [vec![0, 1, 2, 12], vec![3, 4, 5], vec![6, 7, 8], vec![9, 10, 11]]);
    let clone = tx.clone();
    (0..4).for_each(|n| clone.send(n).unwrap());
    assert_eq!(lens(&rx), [0, 3, 1, 0], "a clone starts elsewhere and has a run of its own");

    let (tx, rx) = round_robin::<usize, 2>(3);
    let tx = tx.sticky(5);
    (0..6).for_each(|n| tx.send(n).unwrap());
    assert_eq!(tx.try_send(6), Err(TrySendError::Full(6)));
    assert_eq!(drained(&rx), [[0, 1], [2, 3], [4, 5]]);
    assert!(panics(|| round_robin::<u8, 1>(1).0.sticky(0)).contains("at least 1"));
}

#[test]
fn values_of_one_key_go_to_one_shard() {
    for shards in COUNTS {
        let (mut tx, rx) = shard_key::<(usize, usize), 64>(shards);
        let other = tx.clone();
        for n in 0..60 {
            let (key, tx) = (n % 6, if n % 2 == 0 { &tx } else { &other });
            match n % 5 {
                0 => tx.send(&key, (key, n)).unwrap(),
                1 => tx.try_send(&key, (key, n)).unwrap(),
                2 => assert!(poll_once(&mut tx.send_async(&key, (key, n))).is_ready()),
                3 => tx.shard(&key).send((key, n)).unwrap(),
                _ => tx.send_timeout(&key, (key, n), Duration::MAX).unwrap(),
            }
        }
        assert!(tx.shard_mut(&3).same_channel(other.shard(&3)));
        let shard_of = |key: usize| other.shard_index(&key);
        for (shard, got) in drained(&rx).into_iter().enumerate() {
            for key in 0..6 {
                let own: Vec<_> = got.iter().filter(|value| value.0 == key).map(|value| value.1).collect();
                let all: Vec<_> = if shard == shard_of(key) { (key..60).step_by(6).collect() } else { vec![] };
                assert_eq!(own, all, "key {key} in shard {shard} of {shards}");
            }
        }
    }
    let (tx, _rx) = shard_key::<u8, 1>(1000);
    assert_eq!(tx.shard_index("a key"), tx.shard_index(&"a key".to_owned()));
}

#[test]
fn a_group_is_a_shard() {
    let (tx, rx) = shard_group::<u32, 8, _>([vec!["order", "fill"], vec!["user"], vec!["log", "trace", "log"]]);
    for (n, key) in (0..).zip(["user", "fill", "order", "log", "trace"]) {
        tx.shard(key).unwrap().send(n).unwrap();
    }
    assert_eq!(drained(&rx), [vec![1, 2], vec![0], vec![3, 4]]);
    assert!(tx.shard("unknown").is_none());
    assert!(tx.clone().shard("fill").unwrap().same_channel(&tx.shards()[0]));

    let handle = tx.shard("user").cloned().unwrap();
    drop(tx);
    handle.send(7).unwrap();
    assert_eq!((rx.recv_any(), handle.sender_count()), (Ok((1, 7)), 1));
    drop(handle);
    assert_eq!(rx.recv_any(), Err(RecvError::Disconnected), "the other shards had no sender left");

    let map: BTreeMap<_, _> = [(1, vec!["a".to_owned()]), (2, vec!["b".to_owned(), "c".to_owned()])].into();
    let (tx, _rx) = Builder::new(1).shard_group::<u32, String>(map.into_values());
    assert!(tx.shard("c").unwrap().same_channel(&tx.shards()[1]) && tx.shard("d").is_none());
    let (tx, _rx) = shard_group::<u32, 1, _>([&[1, 2][..], &[3]].map(|group| group.iter().copied()));
    assert!(tx.shard(&3).unwrap().same_channel(&tx.shards()[1]) && tx.shards().len() == 2);
}

#[test]
fn impossible_channels_are_refused_with_a_reason() {
    let group = |groups: Vec<Vec<&'static str>>| panics(|| shard_group::<u8, 1, _>(groups));
    assert_eq!(group(vec![]), "a grouped channel must have at least 1 group");
    assert_eq!(group(vec![vec!["a"], vec![]]), "the group 1 has no keys");
    assert_eq!(group(vec![vec!["a"], vec!["b"], vec!["c", "a"]]), "a key stands in the groups 0 and 2");
    let no_shards = "a sharded channel must have at least 1 shard";
    assert_eq!(panics(|| round_robin::<u8, 1>(0)), no_shards);
    assert_eq!(panics(|| shard_key::<u8, 1>(0)), no_shards);
    assert_eq!(panics(|| shard_spsc::<u8, 1>(0)), no_shards);
    let no_room = "channel capacity must be at least 1";
    assert_eq!(panics(|| Builder::new(0).round_robin::<u8>()), no_room);
    assert_eq!(panics(|| Builder::new(0).shard_key::<u8>()), no_room);
    assert_eq!(panics(|| Builder::new(0).shard_group::<u8, _>([[1]])), no_room);
    assert_eq!(panics(|| Builder::new(0).shard_spsc::<u8>()), no_room);
}

#[test]
fn the_builder_gives_the_same_types() {
    let builder = || Builder::new(4).shards(3);
    let turns: [(RoundRobinSender<u8>, ShardedReceiver<u8>); 2] = [round_robin::<u8, 4>(3), builder().round_robin()];
    let keys: [(KeySender<u8>, ShardedReceiver<u8>); 2] = [shard_key::<u8, 4>(3), builder().shard_key()];
    let groups = [[1], [2], [3]];
    let groups: [(GroupSender<u8, u64>, _); 2] = [shard_group::<u8, 4, _>(groups), builder().shard_group(groups)];
    let pairs: [Pairs<u8>; 2] = [shard_spsc::<u8, 4>(3).into_pairs(), builder().shard_spsc()];
    let plain: [(Sender<u8>, Receiver<u8>); 2] = [bounded(4), builder().bounded()];
    let receivers = [turns.map(|ends| ends.1), keys.map(|ends| ends.1), groups.map(|ends| ends.1)];
    assert!(receivers.iter().flatten().all(|rx| (rx.shards().len(), rx.capacity()) == (3, 12)));
    assert!(pairs.into_iter().flatten().all(|(_, tx, _)| tx.capacity() == 4));
    assert!(plain.iter().all(|(tx, _)| tx.capacity() == 4));
}

#[test]
fn pairs_are_taken_once_and_keep_their_numbers() {
    limit(|| {
        for shards in COUNTS {
            let mut bundle = SpscShard::<usize, 3>::new(shards);
            assert_eq!((bundle.shards(), bundle.remaining()), (shards, shards));
            assert!(bundle.take_pair(shards).is_none());
            let taken = shards / 2;
            let (mut tx, mut rx) = bundle.take_pair(taken).unwrap();
            assert!(bundle.take_pair(taken).is_none());
            assert_eq!((bundle.shards(), bundle.remaining(), tx.capacity()), (shards, shards - 1, 3));
            let mut pairs = bundle.into_pairs();
            assert!(pairs.len() == shards - 1 && pairs.take_pair(taken).is_none());
            let first = pairs.next();
            assert_eq!(pairs.len(), shards.saturating_sub(2));
            let mut ends: Vec<(usize, spsc::Sender<usize>, spsc::Receiver<usize>)> = first.into_iter().collect();
            ends.extend(pairs.by_ref());
            assert!(pairs.next().is_none() && pairs.len() == 0);
            assert!(ends.iter().map(|end| end.0).eq((0..shards).filter(|&shard| shard != taken)));
            ends.iter_mut().for_each(|(shard, tx, _)| tx.send(*shard).unwrap());
            tx.send(usize::MAX).unwrap();
            assert!(ends.iter_mut().all(|(shard, _, rx)| rx.recv() == Ok(*shard)), "each pair is a channel of its own");
            assert_eq!(rx.recv(), Ok(usize::MAX));
        }
    });
}

#[test]
fn observers_speak_of_all_shards() {
    let (tx, rx) = round_robin::<u32, 4>(3);
    assert_eq!((tx.len(), tx.capacity(), tx.is_empty(), tx.is_full()), (0, 12, true, false));
    tx.shards()[2].send_batch(&mut vec![1; 4]).unwrap();
    tx.shards()[0].send(1).unwrap();
    assert_eq!((rx.len(), rx.capacity(), rx.is_empty(), rx.is_full()), (5, 12, false, false));
    let (extra, other) = ([tx.shards()[1].clone(), tx.shards()[1].clone()], round_robin::<u32, 4>(3));
    assert_eq!((tx.sender_count(), rx.sender_count(), tx.receiver_count()), (3, 3, 1));
    let clone = rx.clone();
    assert_eq!((clone.receiver_count(), drop(clone), rx.receiver_count()), (2, (), 1));
    assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
    assert!(!tx.same_channel(&other.0) && !rx.same_channel(&other.1));

    let (woken, mut closed) = (CountingWaker::new(), tx.closed_async());
    for shard in [2, 0] {
        assert!(tx.shards()[shard].close() && !tx.is_disconnected() && !rx.is_disconnected());
        assert!(poll_with(&mut closed, &woken.waker()).is_pending(), "shard 1 is open");
    }
    assert_eq!(tx.dead_shards(), [0, 2]);
    let seen = woken.wakes();
    assert!(rx.close() && !rx.close() && !tx.close());
    assert!(woken.wakes() > seen && poll_with(&mut closed, &woken.waker()).is_ready());
    assert!(tx.is_disconnected() && rx.is_disconnected() && tx.len() == 5);
    drop(extra);
}

#[test]
fn what_is_left_in_the_shards_is_dropped_with_the_receivers() {
    let (ledger, (tx, rx)) = (Ledger::new(), round_robin::<_, 4>(6));
    tx.send_batch(&mut ledger.values(20)).unwrap();
    drop((rx.recv(), rx.clone()));
    assert_eq!(ledger.alive(), 19);
    drop(rx);
    assert_eq!(ledger.alive(), 0, "though the senders live");
    drop(tx);
    ledger.assert_each_dropped_once();
}
