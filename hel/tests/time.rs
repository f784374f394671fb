//! P12: limits. One in the past still takes what is there, zero is one try, the largest is none, a timed-out send is
//! not delivered, and nothing returns early.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::thread;
use std::time::{Duration, Instant};

use extra2::{Channel, RxEnd, TxEnd, on_both_kinds, spawn_asleep};
use hel::channel::errors::{RecvError, SendBatchError, SendError};
use support::rng::Rng;
use support::{Counted, Ledger};

on_both_kinds!(
    a_past_deadline_still_takes_what_is_there,
    a_past_deadline_still_sends_where_there_is_room,
    a_limit_of_zero_is_one_try,
    errors_say_how_long_the_wait_was,
    a_closed_channel_does_not_time_out,
    receives_with_the_longest_limit_wait_for_a_value,
    receives_with_the_longest_limit_wait_for_the_close,
    sends_with_the_longest_limit_wait_for_room,
    gather_lingers_for_ever_or_not_at_all,
    gather_waits_for_the_first_without_limit,
    nothing_times_out_early,
    gather_does_not_end_early,
    sends_that_time_out_are_not_delivered,
    receives_that_time_out_lose_nothing,
    batches_that_time_out_keep_what_was_not_sent,
);

const ZERO: Duration = Duration::ZERO;
const SHORT: Duration = Duration::from_millis(3);

/// A moment that has passed.
fn past() -> Instant {
    Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or_else(Instant::now)
}

/// A moment further off than any clock can wait for at once.
fn far() -> Instant {
    let years = |years: u64| Instant::now().checked_add(Duration::from_secs(years * 31_557_600));
    years(100_000_000_000).or_else(|| years(100)).unwrap()
}

type Receive<E> = fn(&mut E) -> Result<u32, RecvError>;
type Send<E> = fn(&mut E, u32) -> Result<(), SendError<u32>>;

/// Every receive with no time to wait.
fn receives_at_once<E: RxEnd<u32>>() -> [Receive<E>; 3] {
    [|rx| rx.recv_timeout(ZERO), |rx| rx.recv_deadline(past()), |rx| one(|into| rx.recv_batch_timeout(into, 1, ZERO))]
}

/// Every receive with all the time there is.
fn receives_at_leisure<E: RxEnd<u32>>() -> [Receive<E>; 5] {
    [
        |rx| rx.recv_timeout(Duration::MAX),
        |rx| rx.recv_deadline(far()),
        |rx| one(|into| rx.recv_batch_timeout(into, 1, Duration::MAX)),
        |rx| one(|into| rx.gather(into, 1, Duration::MAX)),
        |rx| one(|into| rx.gather(into, 1, ZERO)),
    ]
}

/// Every receive with a short limit.
fn receives_in_time<E: RxEnd<u32>>() -> [Receive<E>; 3] {
    [
        |rx| rx.recv_timeout(SHORT),
        |rx| rx.recv_deadline(Instant::now() + SHORT),
        |rx| one(|into| rx.recv_batch_timeout(into, 1, SHORT)),
    ]
}

fn sends_at_once<E: TxEnd<u32>>() -> [Send<E>; 3] {
    [
        |tx, value| tx.send_timeout(value, ZERO),
        |tx, value| tx.send_deadline(value, past()),
        |tx, value| as_batch(value, |values| tx.send_batch_timeout(values, ZERO)),
    ]
}

fn sends_at_leisure<E: TxEnd<u32>>() -> [Send<E>; 3] {
    [
        |tx, value| tx.send_timeout(value, Duration::MAX),
        |tx, value| tx.send_deadline(value, far()),
        |tx, value| as_batch(value, |values| tx.send_batch_timeout(values, Duration::MAX)),
    ]
}

fn sends_in_time<E: TxEnd<u32>>() -> [Send<E>; 3] {
    [
        |tx, value| tx.send_timeout(value, SHORT),
        |tx, value| tx.send_deadline(value, Instant::now() + SHORT),
        |tx, value| as_batch(value, |values| tx.send_batch_timeout(values, SHORT)),
    ]
}

/// A batch receive of one value.
fn one(receive: impl FnOnce(&mut Vec<u32>) -> Result<usize, RecvError>) -> Result<u32, RecvError> {
    let mut into = Vec::new();
    let count = receive(&mut into)?;
    assert_eq!((count, into.len()), (1, 1));
    Ok(into[0])
}

/// A batch send of one value.
fn as_batch(
    value: u32,
    send: impl FnOnce(&mut Vec<u32>) -> Result<usize, SendBatchError>,
) -> Result<(), SendError<u32>> {
    let mut values = vec![value];
    send(&mut values).map(|sent| assert_eq!((sent, values.len()), (1, 0))).map_err(|error| match error {
        SendBatchError::TimeOut { sent: 0, after } => SendError::TimeOut(values[0], after),
        SendBatchError::Disconnected { sent: 0 } => SendError::Disconnected(values[0]),
        other => panic!("one value was sent, and yet {other:?}"),
    })
}

fn a_past_deadline_still_takes_what_is_there<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    for receive in receives_at_once::<K::Rx<u32>>() {
        assert_eq!(receive(&mut rx), Err(RecvError::TimeOut(ZERO)));
        tx.try_send(7).unwrap();
        assert_eq!(receive(&mut rx), Ok(7));
    }
}

fn a_past_deadline_still_sends_where_there_is_room<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    for send in sends_at_once::<K::Tx<u32>>() {
        assert_eq!(send(&mut tx, 1), Ok(()));
        assert_eq!(send(&mut tx, 2), Err(SendError::TimeOut(2, ZERO)));
        assert_eq!(rx.try_recv(), Ok(1));
        assert!(rx.try_recv().is_err(), "what timed out was not sent");
    }
}

fn a_limit_of_zero_is_one_try<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(2);
    let mut values = vec![1, 2, 3];
    assert_eq!(tx.send_batch_timeout(&mut values, ZERO), Err(SendBatchError::TimeOut { sent: 2, after: ZERO }));
    assert_eq!(values, [3]);
    let mut into = Vec::new();
    assert_eq!(rx.recv_batch_timeout(&mut into, 5, ZERO), Ok(2));
    assert_eq!(into, [1, 2]);
}

fn errors_say_how_long_the_wait_was<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    assert_eq!(rx.recv_timeout(SHORT), Err(RecvError::TimeOut(SHORT)));
    assert_eq!(rx.recv_batch_timeout(&mut Vec::new(), 1, SHORT), Err(RecvError::TimeOut(SHORT)));
    let Err(RecvError::TimeOut(left)) = rx.recv_deadline(Instant::now() + SHORT) else { panic!("there is no value") };
    assert!(left <= SHORT);

    tx.try_send(0).unwrap();
    assert_eq!(tx.send_timeout(1, SHORT), Err(SendError::TimeOut(1, SHORT)));
    let batch = tx.send_batch_timeout(&mut vec![1], SHORT);
    assert_eq!(batch, Err(SendBatchError::TimeOut { sent: 0, after: SHORT }));
    let deadline = Instant::now() + Duration::from_millis(200);
    let Err(SendError::TimeOut(1, left)) = tx.send_deadline(1, deadline) else { panic!("there is no room") };
    assert!(left > ZERO && left <= Duration::from_millis(200), "what was left when the call began: {left:?}");
}

fn a_closed_channel_does_not_time_out<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    rx.close();
    let sends = [sends_at_once(), sends_at_leisure(), sends_in_time()].concat();
    for send in sends {
        assert_eq!(send(&mut tx, 1), Err(SendError::Disconnected(1)));
    }
    let mut receives = receives_at_once().to_vec();
    receives.extend(receives_at_leisure());
    receives.extend(receives_in_time());
    for receive in receives {
        assert_eq!(receive(&mut rx), Err(RecvError::Disconnected));
    }
}

fn receives_with_the_longest_limit_wait_for_a_value<K: Channel>() {
    for receive in receives_at_leisure::<K::Rx<u32>>() {
        let (mut tx, mut rx) = K::bounded(1);
        let thread = spawn_asleep(move || receive(&mut rx));
        assert!(!thread.is_finished(), "it waits");
        tx.send(7).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(7));
    }
}

fn receives_with_the_longest_limit_wait_for_the_close<K: Channel>() {
    for receive in receives_at_leisure::<K::Rx<u32>>() {
        let (tx, mut rx) = K::bounded(1);
        let thread = spawn_asleep(move || receive(&mut rx));
        drop(tx);
        assert_eq!(thread.join().unwrap(), Err(RecvError::Disconnected));
    }
}

fn sends_with_the_longest_limit_wait_for_room<K: Channel>() {
    for send in sends_at_leisure::<K::Tx<u32>>() {
        let (mut tx, mut rx) = K::bounded(1);
        tx.try_send(0).unwrap();
        let thread = spawn_asleep(move || send(&mut tx, 7));
        assert!(!thread.is_finished(), "it waits");
        assert_eq!(rx.recv(), Ok(0));
        assert_eq!(thread.join().unwrap(), Ok(()));
        assert_eq!(rx.recv(), Ok(7));
    }
}

fn gather_lingers_for_ever_or_not_at_all<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let mut into = Vec::new();
    tx.send_batch(&mut vec![0, 1]).unwrap();
    assert_eq!(rx.gather(&mut into, 4, ZERO), Ok(2), "not at all");
    tx.send(2).unwrap();
    let thread = spawn_asleep(move || {
        let got = rx.gather(&mut into, 4, Duration::MAX);
        (rx, into, got)
    });
    assert!(!thread.is_finished(), "it lingers");
    tx.send_batch(&mut vec![3, 4, 5, 6]).unwrap();
    let (mut rx, mut into, got) = thread.join().unwrap();
    assert_eq!((got, &into[..]), (Ok(4), &[0, 1, 2, 3, 4, 5][..]), "up to the number asked for");

    let thread = spawn_asleep(move || {
        let got = rx.gather(&mut into, 4, Duration::MAX);
        (into, got)
    });
    drop(tx);
    let (into, got) = thread.join().unwrap();
    assert_eq!((got, into.len()), (Ok(1), 7), "until the channel is closed");
}

fn gather_waits_for_the_first_without_limit<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    let thread = spawn_asleep(move || one(|into| rx.gather(into, 4, ZERO)));
    assert!(!thread.is_finished(), "it waits for the first");
    tx.send(1).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(1));
}

/// Not a test of speed: however slow the machine, the whole limit has passed.
fn nothing_times_out_early<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(1);
    for receive in receives_in_time::<K::Rx<u32>>() {
        assert_whole_limit(|| assert!(receive(&mut rx).unwrap_err().is_timeout()));
    }
    tx.try_send(0).unwrap();
    for send in sends_in_time::<K::Tx<u32>>() {
        assert_whole_limit(|| assert!(send(&mut tx, 1).unwrap_err().is_timeout()));
    }
}

fn gather_does_not_end_early<K: Channel>() {
    let (mut tx, mut rx) = K::bounded(4);
    tx.try_send(1).unwrap();
    assert_whole_limit(|| assert_eq!(rx.gather(&mut Vec::new(), 2, SHORT), Ok(1)));
}

#[track_caller]
fn assert_whole_limit(wait: impl FnOnce()) {
    let begun = Instant::now();
    wait();
    assert!(begun.elapsed() >= SHORT, "returned after {:?}", begun.elapsed());
}

/// A limit around what a receive takes, so that both outcomes are common.
fn some_limit(rng: &mut Rng) -> Duration {
    Duration::from_nanos(rng.below(30_000) as u64)
}

fn sends_that_time_out_are_not_delivered<K: Channel>() {
    const SENDS: usize = 4_000;
    let ledger = Ledger::new();
    let (mut tx, mut rx) = K::bounded::<Counted>(1);
    let receiver = thread::spawn(move || {
        let (mut rng, mut got) = (Rng::new(1), Vec::new());
        loop {
            if rng.one_in(4) {
                thread::sleep(some_limit(&mut rng));
            }
            match rx.recv_timeout(some_limit(&mut rng)) {
                Ok(value) => got.push(value.id),
                Err(RecvError::TimeOut(_)) => {}
                Err(RecvError::Disconnected) => return got,
            }
        }
    });
    let (mut rng, mut delivered) = (Rng::new(2), Vec::new());
    for id in 0..SENDS {
        match tx.send_timeout(ledger.value(), some_limit(&mut rng)) {
            Ok(()) => delivered.push(id),
            Err(SendError::TimeOut(value, _)) => assert_eq!(value.id, id),
            Err(SendError::Disconnected(_)) => panic!("the receiver is still there"),
        }
    }
    drop(tx);
    assert_eq!(receiver.join().unwrap(), delivered, "exactly the sends that said Ok, in order");
    assert!(!delivered.is_empty() && delivered.len() < SENDS, "both happen: {} of {SENDS}", delivered.len());
    ledger.assert_each_dropped_once();
}

fn receives_that_time_out_lose_nothing<K: Channel>() {
    const SENDS: usize = 2_000;
    let (mut tx, mut rx) = K::bounded(4);
    let sender = thread::spawn(move || {
        let mut rng = Rng::new(3);
        for n in 0..SENDS {
            thread::sleep(some_limit(&mut rng) / 8);
            tx.send(n).unwrap();
        }
    });
    let (mut rng, mut got) = (Rng::new(4), Vec::new());
    loop {
        let result = if rng.one_in(2) {
            rx.recv_batch_timeout(&mut got, 2, some_limit(&mut rng)).map(drop)
        } else {
            rx.recv_timeout(some_limit(&mut rng)).map(|n| got.push(n))
        };
        if result == Err(RecvError::Disconnected) {
            break;
        }
    }
    sender.join().unwrap();
    assert_eq!(got, (0..SENDS).collect::<Vec<_>>());
}

fn batches_that_time_out_keep_what_was_not_sent<K: Channel>() {
    const VALUES: usize = 3_000;
    let (mut tx, mut rx) = K::bounded(3);
    let receiver = thread::spawn(move || {
        let mut rng = Rng::new(5);
        rx.iter()
            .inspect(|_| {
                if rng.one_in(4) {
                    thread::sleep(some_limit(&mut rng))
                }
            })
            .collect::<Vec<_>>()
    });
    let (mut rng, mut left) = (Rng::new(6), (0..VALUES).collect::<Vec<_>>());
    let mut timed_out = 0;
    while !left.is_empty() {
        let before = left.len();
        match tx.send_batch_timeout(&mut left, some_limit(&mut rng)) {
            Ok(sent) => assert_eq!((sent, left.len()), (before, 0)),
            Err(SendBatchError::TimeOut { sent, .. }) => {
                assert_eq!(sent, before - left.len());
                timed_out += 1;
            }
            Err(SendBatchError::Disconnected { .. }) => panic!("the receiver is still there"),
        }
        assert!(left.iter().copied().eq(VALUES - left.len()..VALUES), "in order");
    }
    drop(tx);
    assert!(timed_out > 0);
    assert_eq!(receiver.join().unwrap(), (0..VALUES).collect::<Vec<_>>());
}
