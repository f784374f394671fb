//! loom models: fan-in and room in any shard, on the shipped ends, over every order of events that the bound allows.

use std::hash::{BuildHasherDefault, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::{Builder, RoundRobinSender, ShardedReceiver, round_robin};
use crate::errors::{RecvError, SendError};
use crate::future::SendBatchFuture;
use crate::link::group::Group;
use crate::models::kit::block_on;
use crate::mpmc::{Receiver, Sender, shard};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Arc, Defect, Model};

type Ends = (RoundRobinSender<usize>, ShardedReceiver<usize>);

/// In a model every deadline has passed when a thread parks, so a receive with a limit is one that gives up.
const SOON: Duration = Duration::from_secs(1);

/// Receives once, from any shard, in a thread.
fn receive(rx: &ShardedReceiver<usize>) -> JoinHandle<(usize, usize)> {
    let rx = rx.clone();
    thread::spawn(move || rx.recv_any().unwrap())
}

/// Polls once, for a task that is never run again.
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Sends once to a shard, in a thread.
fn send_to(tx: &Sender<usize>, value: usize) -> JoinHandle<()> {
    let tx = tx.clone();
    thread::spawn(move || tx.send(value).unwrap())
}

/// Two full shards with room for one value each.
fn full() -> Ends {
    let (tx, rx) = round_robin::<usize, 1>(2);
    tx.shards().iter().for_each(|tx| tx.try_send(9).unwrap());
    (tx, rx)
}

#[test]
fn an_any_receiver_hears_of_both_shards() {
    Model::new().check(|| {
        let (tx, rx) = round_robin::<usize, 1>(2);
        let senders = [0, 1].map(|shard| send_to(&tx.shards()[shard], shard));
        let (first, second) = (rx.recv_any().unwrap(), rx.recv_any().unwrap());
        assert_eq!((first.0, second.0), (first.1, second.1));
        assert_eq!(first.0 + second.0, 1);
        senders.into_iter().for_each(JoinHandle::join);
    });
}

/// Where gates are born armed, the one fence for both queues is all that lets a notifier see who waits for any shard.
#[test]
fn an_any_receiver_hears_without_a_heavy_barrier() {
    Model::new().no_membarrier().check(|| {
        let (tx, rx) = round_robin::<usize, 1>(2);
        let sender = send_to(&tx.shards()[1], 1);
        assert_eq!(rx.recv_any(), Ok((1, 1)));
        sender.join();
    });
}

/// Values of one shard are received in order by whoever waits for any.
#[test]
fn an_any_receiver_keeps_the_order_of_a_shard() {
    Model::new().check(|| {
        let (tx, rx) = round_robin::<usize, 1>(2);
        let sender = thread::spawn(move || {
            tx.shards()[1].send(1).unwrap();
            tx.shards()[1].send(2).unwrap();
        });
        assert_eq!([rx.recv_any(), rx.recv_any()], [Ok((1, 1)), Ok((1, 2))]);
        assert_eq!(rx.recv_any(), Err(RecvError::Disconnected), "the sender is gone from both shards");
        sender.join();
    });
}

/// E4: each close against the registration of one who waits for any shard.
fn shards_close() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let other = tx.shards()[1].clone();
    let closer = thread::spawn(move || {
        other.send(7).unwrap();
        other.close();
    });
    let first = tx.shards()[0].clone();
    let last = thread::spawn(move || assert!(first.close()));
    assert_eq!(rx.recv_any(), Ok((1, 7)));
    assert_eq!(rx.recv_any(), Err(RecvError::Disconnected));
    closer.join();
    last.join();
}

#[test]
fn an_any_receiver_ends_when_the_last_shard_closes() {
    Model::new().check(shards_close);
}

#[test]
fn closing_without_any_is_seen() {
    Model::new().defect(Defect::CloseWithoutAny).fails(shards_close, "deadlock");
}

/// The channel closes while a push is half-way. Who gets its value tells the others, who wait at the hole, that all is over.
fn closed_at_a_hole() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let (pushing, receiving) = (tx.shards()[0].clone(), rx.clone());
    let pusher = thread::spawn(move || pushing.try_send(1).is_ok());
    let receiver = thread::spawn(move || receiving.recv_any().is_ok());
    tx.close();
    let mut task = rx.recv_any_async();
    let early = poll(&mut task);
    let sent = pusher.join();
    let here = if early.is_pending() { poll(&mut task) } else { early };
    let Poll::Ready(here) = here else { panic!("closed, and nothing is half-way") };
    assert_eq!(usize::from(here.is_ok()) + usize::from(receiver.join()), usize::from(sent));
}

#[test]
fn the_last_value_tells_that_all_is_over() {
    Model::new().check(closed_at_a_hole);
    Model::new().plain().check(closed_at_a_hole);
}

/// E2: the first receiver may be woken for one shard and take the value of the other.
fn two_values_two_receivers() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let receivers = [receive(&rx), receive(&rx)];
    tx.shards()[0].try_send(0).unwrap();
    tx.shards()[1].try_send(1).unwrap();
    let [one, two] = receivers.map(JoinHandle::join);
    assert_eq!((one.0, two.0, one.0 + two.0), (one.1, two.1, 1));
}

#[test]
fn a_wake_up_for_another_shard_is_passed_on() {
    Model::new().check(two_values_two_receivers);
}

/// As before, where one of the two is a task.
#[test]
fn a_task_and_a_thread_get_a_value_each() {
    Model::new().check(|| {
        let (tx, rx) = round_robin::<usize, 1>(2);
        let mut task = rx.recv_any_async();
        assert!(poll(&mut task).is_pending());
        let thread = receive(&rx);
        tx.shards()[1].try_send(1).unwrap();
        tx.shards()[0].try_send(0).unwrap();
        let Poll::Ready(Ok(first)) = poll(&mut task) else { panic!("there is a value for each") };
        let second = thread.join();
        assert_eq!((first.0, second.0, first.0 + second.0), (first.1, second.1, 1));
    });
}

/// A receive that is dropped passes on what it was woken for, whichever shard that is in.
fn a_receive_is_dropped() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let mut dropped = rx.recv_any_async();
    assert!(poll(&mut dropped).is_pending());
    let receiver = receive(&rx);
    tx.shards()[1].try_send(1).unwrap();
    drop(dropped);
    assert_eq!(receiver.join(), (1, 1));
}

#[test]
fn a_dropped_any_receive_passes_its_wake_up_on() {
    Model::new().check(a_receive_is_dropped);
}

#[test]
fn a_leaver_that_looks_at_one_shard_is_seen() {
    Model::new().defect(Defect::LeaverLooksAtOneShard).fails(a_receive_is_dropped, "deadlock");
}

/// As before, with one that gives up at its deadline while the value comes.
#[test]
fn an_any_receiver_that_gives_up_passes_its_wake_up_on() {
    Model::new().check(|| {
        let (tx, rx) = round_robin::<usize, 1>(2);
        let patient = receive(&rx);
        let sender = send_to(&tx.shards()[1], 1);
        match rx.recv_any_timeout(SOON) {
            Ok(item) => {
                assert_eq!(item, (1, 1));
                tx.shards()[0].try_send(0).unwrap();
                assert_eq!(patient.join(), (0, 0));
            }
            Err(_) => assert_eq!(patient.join(), (1, 1)),
        }
        sender.join();
    });
}

/// E1 and E3: a waiter at the shard and one at any shard, and a value for each.
fn beside_a_shard_waiter() {
    let (tx, rx) = round_robin::<usize, 2>(2);
    let own = rx.shards()[0].clone();
    let own = thread::spawn(move || own.recv().unwrap());
    let any = receive(&rx);
    tx.shards()[0].try_send(1).unwrap();
    tx.shards()[0].try_send(2).unwrap();
    let (own, any) = (own.join(), any.join());
    assert_eq!((any.0, own + any.1), (0, 3));
}

#[test]
fn a_shard_waiter_and_an_any_waiter_get_a_value_each() {
    Model::new().check(beside_a_shard_waiter);
}

/// As before, where the one that waits at the shard is dropped: what it was woken for is there for any.
fn beside_a_dropped_shard_waiter() {
    let (tx, rx) = round_robin::<usize, 1>(2);
    let mut own = rx.shards()[0].recv_async();
    assert!(poll(&mut own).is_pending());
    let any = receive(&rx);
    tx.shards()[0].try_send(1).unwrap();
    drop(own);
    assert_eq!(any.join(), (0, 1));
}

#[test]
fn a_dropped_shard_waiter_keeps_nothing_from_an_any_waiter() {
    Model::new().check(beside_a_dropped_shard_waiter);
}

#[test]
fn telling_the_shard_before_any_is_seen() {
    Model::new().defect(Defect::ShardBeforeAny).fails(beside_a_dropped_shard_waiter, "deadlock");
}

/// Both senders wait for room in any shard, and each shard comes to have some.
fn room_in_each_shard() {
    let (tx, rx) = full();
    let senders = [tx.clone(), tx].map(|tx| thread::spawn(move || tx.send(1).unwrap()));
    let take = |rx: &Receiver<usize>| assert_eq!(rx.try_recv(), Ok(9));
    rx.shards().iter().for_each(take);
    senders.into_iter().for_each(JoinHandle::join);
    assert_eq!(rx.len(), 2);
}

#[test]
fn two_senders_wait_for_room_in_any_shard() {
    Model::new().check(room_in_each_shard);
}

/// As before, where one of the two is a task.
#[test]
fn a_task_and_a_thread_get_room_each() {
    Model::new().check(|| {
        let (tx, rx) = full();
        let other = tx.clone();
        let mut task = tx.send_async(1);
        assert!(poll(&mut task).is_pending());
        let thread = thread::spawn(move || other.send(1).unwrap());
        for shard in [1, 0] {
            assert_eq!(rx.shards()[shard].try_recv(), Ok(9));
        }
        assert_eq!(poll(&mut task), Poll::Ready(Ok(())), "there is room for each");
        thread.join();
        assert_eq!(rx.len(), 2);
    });
}

/// A send that is dropped passes on the room that it was woken for, whichever shard has it.
fn a_send_is_dropped() {
    let (tx, rx) = full();
    let other = tx.clone();
    let mut dropped = tx.send_async(7);
    assert!(poll(&mut dropped).is_pending());
    let sender = thread::spawn(move || other.send(1).unwrap());
    assert_eq!(rx.shards()[1].try_recv(), Ok(9));
    drop(dropped);
    sender.join();
    assert_eq!(rx.shards()[1].try_recv(), Ok(1));
}

#[test]
fn a_dropped_send_passes_its_room_on() {
    Model::new().check(a_send_is_dropped);
}

#[test]
fn a_leaving_sender_that_looks_at_one_shard_is_seen() {
    Model::new().defect(Defect::LeaverLooksAtOneShard).fails(a_send_is_dropped, "deadlock");
}

/// One shard dies while a sender waits for room in any: it goes on waiting for the other, and that dies too.
fn shards_die() {
    let (tx, rx) = full();
    let receivers = rx.into_receivers();
    let dropper = thread::spawn(move || drop(receivers));
    assert_eq!(tx.send(7), Err(SendError::Disconnected(7)));
    dropper.join();
    assert_eq!(tx.len(), 0, "what was buffered is dropped");
}

#[test]
fn a_sender_for_any_shard_fails_when_the_last_one_dies() {
    Model::new().check(shards_die);
}

#[test]
fn dying_without_any_is_seen() {
    Model::new().defect(Defect::CloseWithoutAny).fails(shards_die, "deadlock");
}

/// Three shards have hints in a model. That of the second value may be lost: its sender sees the bit of the first.
fn a_hint_is_lost() {
    let (tx, rx) = round_robin::<usize, 2>(3);
    let sender = thread::spawn(move || {
        tx.shards()[2].try_send(1).unwrap();
        tx.shards()[2].try_send(2).unwrap();
        tx
    });
    assert_eq!([rx.recv_any(), rx.recv_any()], [Ok((2, 1)), Ok((2, 2))]);
    drop(sender.join());
}

#[test]
fn nobody_sleeps_beside_a_value_without_a_hint() {
    Model::new().check(a_hint_is_lost);
}

#[test]
fn sleeping_on_hints_is_seen() {
    Model::new().defect(Defect::SleepsOnHints).fails(a_hint_is_lost, "deadlock");
}

/// While a hot shard has values all the time, one whose hint was lost has its turn.
#[test]
fn a_lost_hint_costs_a_few_turns() {
    Model::new().check(|| {
        let group = Arc::new(Group::new(3));
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..3).map(|index| shard(4, &group, index)).unzip();
        let rx = ShardedReceiver::new(receivers.into(), Arc::clone(&group));
        for shard in [0, 0, 0, 2] {
            senders[shard].try_send(shard).unwrap();
        }
        group.unhint(2);
        let sender = thread::spawn(move || senders[0].try_send(0).unwrap());
        let mut got = [(); 4].map(|()| rx.recv_any().unwrap().0);
        got.sort_unstable();
        assert_eq!(got, [0, 0, 0, 2]);
        sender.join();
    });
}

/// Hashes a number to itself: of two shards 0 goes to the first, and 1 to the second.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are numbers");
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = n as u64;
    }
}

/// Two keyed batches wait, each for a shard of its own. The wake-up for one shard must not end with the other batch.
///
/// Both are registered before any thread runs, the one that is not meant first: left to find that order, loom misses it.
fn room_for_each_key() {
    let builder = Builder::new(1).shards(2).hasher(BuildHasherDefault::<Identity>::default());
    let (tx, rx) = builder.shard_key::<usize>();
    let tx = tx.by((|key| key) as fn(&usize) -> &usize);
    let batches = [0, 1].map(|key| {
        tx.try_send(key).unwrap();
        // Leaked, since the threads of a model cannot borrow.
        let mut batch = SendBatchFuture::new(tx.clone(), Box::leak(Box::new(vec![key])));
        assert!(poll(&mut batch).is_pending());
        batch
    });
    let [first, second] = batches.map(|batch| thread::spawn(move || assert_eq!(block_on(batch), Ok(1))));
    assert_eq!(rx.shards()[1].try_recv(), Ok(1));
    second.join();
    assert_eq!(rx.shards()[0].try_recv(), Ok(0));
    first.join();
    assert_eq!((rx.shards()[0].try_recv(), rx.shards()[1].try_recv()), (Ok(0), Ok(1)));
}

#[test]
fn a_keyed_batch_leaves_others_their_wake_up() {
    Model::new().check(room_for_each_key);
}

#[test]
fn a_keyed_batch_that_is_not_choosy_is_seen() {
    Model::new().defect(Defect::KeyedBatchNotChoosy).fails(room_for_each_key, "deadlock");
}

/// A batch for two shards claims in both before it fills either, and tells the receivers of both.
#[test]
fn a_keyed_batch_reaches_a_waiter_at_each_shard() {
    Model::new().check(|| {
        let builder = Builder::new(2).shards(2).hasher(BuildHasherDefault::<Identity>::default());
        let (tx, rx) = builder.shard_key::<usize>();
        let tx = tx.by((|key| key) as fn(&usize) -> &usize);
        let receivers = rx.into_receivers().into_iter();
        let receivers: Vec<_> = receivers.map(|rx| thread::spawn(move || (rx.recv().unwrap(), rx))).collect();
        assert_eq!(tx.send_batch(&mut vec![1, 0]), Ok(2));
        assert!(receivers.into_iter().map(|thread| thread.join().0).eq([0, 1]));
    });
}

/// A keyed batch longer than one look, turned round, against a close and a receiver: each value once, in order.
#[test]
fn a_turned_keyed_batch_against_a_close() {
    Model::new().check(|| {
        let builder = Builder::new(2).shards(2).hasher(BuildHasherDefault::<Identity>::default());
        let (tx, rx) = builder.shard_key::<(usize, usize)>();
        let tx = tx.by((|item| &item.0) as fn(&(usize, usize)) -> &usize);
        let sender = thread::spawn(move || {
            let mut batch = vec![(0, 1), (1, 2), (0, 3), (1, 4)];
            let _end = tx.try_send_batch(&mut batch);
            batch
        });
        let mut got = Vec::new();
        got.extend(rx.shards()[0].try_recv());
        rx.shards()[0].close();
        let left = sender.join();
        while let Ok(item) = rx.try_recv() {
            got.push(item);
        }
        for key in [0, 1] {
            let of_key = got.iter().chain(&left).filter(|item| item.0 == key).map(|item| item.1);
            assert!(of_key.eq([1 + key, 3 + key]));
        }
    });
}

/// Two keyed batches in opposite order, beside the owners of the shards: each value is received or left.
#[test]
fn two_keyed_batches_and_exclusive_owners() {
    Model::new().plain().check(|| {
        let builder = Builder::new(1).shards(2).hasher(BuildHasherDefault::<Identity>::default());
        let (tx, rx) = builder.shard_key::<usize>();
        let tx = tx.by((|key| key) as fn(&usize) -> &usize);
        let senders = [vec![0, 1], vec![1, 0]].map(|mut batch| {
            let tx = tx.clone();
            thread::spawn(move || {
                let _end = tx.try_send_batch(&mut batch);
                batch
            })
        });
        let mut owners = rx.into_exclusive().expect("no clones");
        let mut got = Vec::new();
        let _early = owners[0].try_recv_batch(&mut got, 2);
        let left = senders.map(|sender| sender.join());
        for owner in &mut owners {
            let _end = owner.try_recv_batch(&mut got, 2);
        }
        got.extend(left.concat());
        got.sort_unstable();
        assert_eq!(got, [0, 0, 1, 1]);
    });
}
