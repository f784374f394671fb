//! P3 and P2, disconnect while others send and receive: what a sender was told is true, whoever closes and when.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use extra1::{Exclusive, Kind, Meeting, Mpmc, RecvEnd, RecvVerb, SendEnd, SendVerb, Spsc, Why, recv_by, send_by};
use support::rng::Rng;
use support::{Counted, Ledger, limit};

const ROUNDS: usize = 3_000;

fn send_verb(rng: &mut Rng) -> SendVerb {
    SendVerb::ALL[rng.below(SendVerb::ALL.len())]
}

fn pause(rng: &mut Rng) {
    (0..rng.below(200)).for_each(|_| std::hint::spin_loop());
}

/// Sends 0, 1, 2 and so on, in runs of up to 4, until the channel is closed; returns the first that was not sent.
fn send_until_closed(tx: &mut impl SendEnd<u64>, rng: &mut Rng) -> u64 {
    let mut next = 0;
    let mut run = Vec::new();
    loop {
        if run.is_empty() {
            run.extend(next..next + 1 + rng.below(4) as u64);
            next += run.len() as u64;
        }
        if send_by(tx, send_verb(rng), &mut run) == Err(Why::Disconnected) {
            assert!(!run.is_empty());
            assert_eq!(run, (run[0]..next).collect::<Vec<_>>(), "what was not sent is in order");
            return run[0];
        }
    }
}

/// Receives by any verb until the channel says that nothing more comes.
fn drain<T>(rx: &mut impl RecvEnd<T>, rng: &mut Rng) -> Vec<T> {
    let mut got = Vec::new();
    loop {
        let verb = RecvVerb::ALL[rng.below(RecvVerb::ALL.len())];
        if recv_by(rx, verb, 3, &mut got) == Err(Why::Disconnected) {
            return got;
        }
    }
}

/// The receiver takes some, closes while the sender is at it, and takes the rest: neither more nor less than was Ok.
fn receiver_closes<K: Kind>() {
    for round in 0..ROUNDS {
        let rng = &mut Rng::new(round as u64);
        let (mut tx, mut rx) = K::bounded(1 + rng.below(5));
        let meeting = Meeting::default();
        let (sent, received) = thread::scope(|scope| {
            let sender = scope.spawn(|| {
                meeting.meet(2, 1);
                send_until_closed(&mut tx, &mut Rng::new(!round as u64))
            });
            meeting.meet(2, 1);
            let mut received: Vec<u64> = (0..rng.below(4)).map(|_| rx.recv().unwrap()).collect();
            pause(rng);
            assert!(rx.close());
            received.extend(drain(&mut rx, rng));
            (sender.join().unwrap(), received)
        });
        assert_eq!(received, (0..sent).collect::<Vec<_>>(), "round {round}: Ok for {sent}");
    }
}

#[test]
fn mpmc_receiver_closes_while_a_sender_sends() {
    limit(receiver_closes::<Mpmc>);
}

#[test]
fn exclusive_receiver_closes_while_a_sender_sends() {
    limit(receiver_closes::<Exclusive>);
}

#[test]
fn spsc_receiver_closes_while_a_sender_sends() {
    limit(receiver_closes::<Spsc>);
}

/// The receiver says Disconnected, for good: nothing comes after it.
fn disconnected_is_final<K: Kind>() {
    for round in 0..ROUNDS {
        let rng = &mut Rng::new(round as u64);
        let (mut tx, mut rx) = K::bounded(2);
        let meeting = Meeting::default();
        thread::scope(|scope| {
            let sender = scope.spawn(|| {
                meeting.meet(2, 1);
                (0..20).any(|n| tx.try_send(n).is_err_and(|error| error.is_disconnected()))
            });
            meeting.meet(2, 1);
            pause(rng);
            rx.close();
            drain(&mut rx, rng);
            sender.join().unwrap();
            assert!(rx.try_recv().is_err_and(|error| error.is_disconnected()), "round {round}");
            assert_eq!(rx.len(), 0, "round {round}: a value was left behind");
        });
    }
}

#[test]
fn mpmc_disconnected_is_final() {
    limit(disconnected_is_final::<Mpmc>);
}

#[test]
fn exclusive_disconnected_is_final() {
    limit(disconnected_is_final::<Exclusive>);
}

#[test]
fn spsc_disconnected_is_final() {
    limit(disconnected_is_final::<Spsc>);
}

/// The last sender goes, or closes, right after its last value: the receiver gets that one too.
fn sender_ends<K: Kind>() {
    for round in 0..ROUNDS {
        let rng = &mut Rng::new(round as u64);
        let (mut tx, mut rx) = K::bounded(1 + rng.below(3));
        let count = rng.below(6) as u64;
        thread::scope(|scope| {
            scope.spawn(move || {
                (0..count).for_each(|value| tx.send(value).unwrap());
                if count.is_multiple_of(2) {
                    assert!(tx.close());
                }
            });
            assert_eq!(drain(&mut rx, rng), (0..count).collect::<Vec<_>>(), "round {round}");
        });
    }
}

#[test]
fn mpmc_last_value_before_the_end_arrives() {
    limit(sender_ends::<Mpmc>);
}

#[test]
fn exclusive_last_value_before_the_end_arrives() {
    limit(sender_ends::<Exclusive>);
}

#[test]
fn spsc_last_value_before_the_end_arrives() {
    limit(sender_ends::<Spsc>);
}

/// The receiver goes while the sender is at it: when both are done every value is gone, though the sender still lives.
fn receiver_goes<K: Kind>() {
    for round in 0..ROUNDS {
        let ledger = Ledger::new();
        let rng = &mut Rng::new(round as u64);
        let (mut tx, mut rx) = K::bounded(1 + rng.below(5));
        let meeting = Meeting::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                let rng = &mut Rng::new(!round as u64);
                meeting.meet(2, 1);
                while send_by(&mut tx, send_verb(rng), &mut ledger.values(1 + rng.below(3))) != Err(Why::Disconnected) {
                }
            });
            meeting.meet(2, 1);
            (0..rng.below(3)).for_each(|_| drop(rx.recv()));
            pause(rng);
            drop(rx);
        });
        assert_eq!(ledger.alive(), 0, "round {round}: left in the channel of a sender that lives");
        ledger.assert_each_dropped_once();
        drop(tx);
    }
}

#[test]
fn mpmc_receiver_goes_while_a_sender_sends() {
    limit(receiver_goes::<Mpmc>);
}

#[test]
fn exclusive_receiver_goes_while_a_sender_sends() {
    limit(receiver_goes::<Exclusive>);
}

#[test]
fn spsc_receiver_goes_while_a_sender_sends() {
    limit(receiver_goes::<Spsc>);
}

/// Several senders, two receivers, and a third party that closes: received is what was Ok, and nobody hangs.
#[test]
fn anybody_closes_while_many_send_and_receive() {
    limit(|| {
        for round in 0..ROUNDS / 2 {
            let rng = &mut Rng::new(round as u64);
            let (tx, rx) = hel::bounded(1 + rng.below(3));
            let (sent, received) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let meeting = Meeting::default();
            thread::scope(|scope| {
                for id in 0..2 {
                    let (mut tx, mut rx, mut rng) = (tx.clone(), rx.clone(), Rng::new((round * 2 + id) as u64));
                    let (sent, received, meeting) = (&sent, &received, &meeting);
                    let mut rng2 = rng.clone();
                    scope.spawn(move || {
                        meeting.meet(5, 1);
                        sent.fetch_add(send_until_closed(&mut tx, &mut rng) as usize, Ordering::Relaxed);
                    });
                    scope.spawn(move || {
                        meeting.meet(5, 1);
                        received.fetch_add(drain(&mut rx, &mut rng2).len(), Ordering::Relaxed);
                    });
                }
                meeting.meet(5, 1);
                pause(rng);
                assert!(if round % 2 == 0 { tx.close() } else { rx.close() });
            });
            assert_eq!(sent.into_inner(), received.into_inner(), "round {round}");
        }
    });
}

/// Exactly one of several calls closes.
#[test]
fn one_close_of_many_says_that_it_closed() {
    limit(|| {
        for _ in 0..ROUNDS {
            let (tx, rx) = hel::bounded::<u32>(1);
            let meeting = Meeting::default();
            let closed = thread::scope(|scope| {
                let (rx, meeting) = (&rx, &meeting);
                let other = scope.spawn(move || {
                    meeting.meet(2, 1);
                    rx.close()
                });
                meeting.meet(2, 1);
                [tx.close(), other.join().unwrap()]
            });
            assert_eq!(closed.iter().filter(|&&closed| closed).count(), 1);
        }
    });
}

/// The same with an end of a one-to-one channel in each thread.
#[test]
fn one_close_of_two_says_that_it_closed() {
    limit(|| {
        for _ in 0..ROUNDS {
            let (tx, rx) = Spsc::bounded::<u32>(1);
            let meeting = Meeting::default();
            let closed = thread::scope(|scope| {
                let meeting = &meeting;
                let other = scope.spawn(move || {
                    meeting.meet(2, 1);
                    rx.close()
                });
                meeting.meet(2, 1);
                [tx.close(), other.join().unwrap()]
            });
            assert_eq!(closed.iter().filter(|&&closed| closed).count(), 1);
        }
    });
}

/// The last receivers go together while senders are at it: what is left behind is dropped by whoever is last.
#[test]
fn all_receivers_go_while_many_send() {
    limit(|| {
        for round in 0..ROUNDS / 2 {
            let ledger = Ledger::new();
            let (tx, rx) = hel::bounded::<Counted>(3);
            let meeting = Meeting::default();
            thread::scope(|scope| {
                let (ledger, meeting) = (&ledger, &meeting);
                for id in 0..2 {
                    let (tx, rx) = (tx.clone(), rx.clone());
                    scope.spawn(move || {
                        meeting.meet(4, 1);
                        while tx.send(ledger.value()).is_ok() {}
                    });
                    scope.spawn(move || {
                        meeting.meet(4, 1);
                        pause(&mut Rng::new((2 * round + id) as u64));
                        drop(rx);
                    });
                }
                drop(rx);
            });
            assert_eq!(ledger.alive(), 0, "round {round}: left in the channel of a sender that lives");
            ledger.assert_each_dropped_once();
            drop(tx);
        }
    });
}
