//! P3, disconnect: receivers get everything buffered, then Disconnected; senders fail and get their values back.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::thread;

use extra1::{Exclusive, Kind, Meeting, Mpmc, RecvEnd, RecvVerb, SendEnd, SendVerb, Spsc, Why, recv_by, send_by};
use support::waker::CountingWaker;
use support::{Ledger, limit, poll_once, poll_with};

/// How a channel is disconnected.
#[derive(Clone, Copy, Debug)]
enum Way {
    SenderGoes,
    ReceiverGoes,
    SenderCloses,
    ReceiverCloses,
}

use Way::{ReceiverCloses, ReceiverGoes, SenderCloses, SenderGoes};

/// Both ends, as far as they still live.
struct Ends<K: Kind, T: Send> {
    tx: Option<K::Tx<T>>,
    rx: Option<K::Rx<T>>,
}

impl<K: Kind, T: Send> Ends<K, T> {
    /// A channel for `capacity` with `buffered` in it.
    fn new(capacity: usize, buffered: impl IntoIterator<Item = T>) -> Self {
        let (mut tx, rx) = K::bounded(capacity);
        buffered.into_iter().for_each(|value| assert!(tx.try_send(value).is_ok()));
        Self { tx: Some(tx), rx: Some(rx) }
    }

    fn tx(&mut self) -> &mut K::Tx<T> {
        self.tx.as_mut().unwrap()
    }

    fn rx(&mut self) -> &mut K::Rx<T> {
        self.rx.as_mut().unwrap()
    }

    fn disconnect(&mut self, way: Way) {
        match way {
            SenderGoes => drop(self.tx.take()),
            ReceiverGoes => drop(self.rx.take()),
            SenderCloses => assert!(self.tx().close()),
            ReceiverCloses => assert!(self.rx().close()),
        }
    }
}

fn receivers_drain_then_fail<K: Kind>() {
    for way in [SenderGoes, SenderCloses, ReceiverCloses] {
        for &verb in RecvVerb::ALL {
            let mut ends = Ends::<K, _>::new(4, 0..3);
            ends.disconnect(way);
            assert!(ends.rx().is_disconnected(), "though values are buffered");
            let mut got = Vec::new();
            while got.len() < 3 {
                recv_by(ends.rx(), verb, 2, &mut got).unwrap();
            }
            assert_eq!(got, [0, 1, 2], "{verb:?} after {way:?}");
            let end = if verb == RecvVerb::TryIter { Why::NotNow } else { Why::Disconnected };
            for _ in 0..2 {
                assert_eq!(recv_by(ends.rx(), verb, 2, &mut got), Err(end), "{verb:?} after {way:?}");
            }
            assert_eq!(got.len(), 3);
        }
    }
}

#[test]
fn mpmc_receivers_drain_then_fail() {
    limit(receivers_drain_then_fail::<Mpmc>);
}

#[test]
fn exclusive_receivers_drain_then_fail() {
    limit(receivers_drain_then_fail::<Exclusive>);
}

#[test]
fn spsc_receivers_drain_then_fail() {
    limit(receivers_drain_then_fail::<Spsc>);
}

/// Every verb fails and leaves what it was given where it was, whether or not there is room.
fn senders_fail<K: Kind>(ways: &[Way]) {
    for &way in ways {
        for &verb in SendVerb::ALL {
            for buffered in [0, 1, 4] {
                let mut ends = Ends::<K, _>::new(4, 0..buffered);
                ends.disconnect(way);
                for _ in 0..2 {
                    let mut values = vec![10, 11, 12];
                    assert_eq!(send_by(ends.tx(), verb, &mut values), Err(Why::Disconnected), "{verb:?} after {way:?}");
                    assert_eq!(values, [10, 11, 12], "{verb:?} gives back what it did not send");
                }
                assert!(ends.tx().is_disconnected());
                if let Some(rx) = &mut ends.rx {
                    assert_eq!(rx.iter().collect::<Vec<_>>(), (0..buffered).collect::<Vec<_>>());
                }
            }
        }
    }
}

#[test]
fn mpmc_senders_fail_and_keep_their_values() {
    limit(|| senders_fail::<Mpmc>(&[ReceiverGoes, SenderCloses, ReceiverCloses]));
}

#[test]
fn exclusive_senders_fail_and_keep_their_values() {
    limit(|| senders_fail::<Exclusive>(&[ReceiverGoes, SenderCloses, ReceiverCloses]));
}

#[test]
fn spsc_senders_fail_and_keep_their_values() {
    limit(|| senders_fail::<Spsc>(&[ReceiverGoes, SenderCloses, ReceiverCloses]));
}

fn close_says_whether_it_closed<K: Kind>() {
    let mut ends = Ends::<K, u32>::new(1, []);
    assert!(!ends.tx().is_disconnected() && !ends.rx().is_disconnected());
    assert!(ends.tx().close());
    assert!(!ends.tx().close() && !ends.rx().close());
    assert!(ends.tx().is_disconnected() && ends.rx().is_disconnected());

    let mut ends = Ends::<K, u32>::new(1, []);
    assert!(ends.rx().close());
    assert!(!ends.rx().close() && !ends.tx().close());
    assert!(ends.tx().is_disconnected() && ends.rx().is_disconnected());

    let mut ends = Ends::<K, u32>::new(1, [1]);
    ends.disconnect(SenderGoes);
    assert!(!ends.rx().close(), "the sender that went has closed it");
    let mut ends = Ends::<K, u32>::new(1, [1]);
    ends.disconnect(ReceiverGoes);
    assert!(!ends.tx().close(), "the receiver that went has closed it");
}

#[test]
fn close_says_whether_this_call_closed() {
    close_says_whether_it_closed::<Mpmc>();
    close_says_whether_it_closed::<Exclusive>();
    close_says_whether_it_closed::<Spsc>();
}

/// A receiver that waits, or is about to, learns of the end; the other end does it at a moment that nobody controls.
fn blocked_receivers_learn<K: Kind>() {
    for way in [SenderGoes, SenderCloses] {
        for &verb in RecvVerb::ALL {
            for _ in 0..20 {
                let mut ends = Ends::<K, u32>::new(2, []);
                let mut rx = ends.rx.take().unwrap();
                let meeting = Meeting::default();
                thread::scope(|scope| {
                    scope.spawn(|| {
                        meeting.meet(2, 1);
                        while recv_by(&mut rx, verb, 2, &mut Vec::new()) != Err(Why::Disconnected) {
                            if verb == RecvVerb::TryIter && rx.is_disconnected() {
                                break;
                            }
                        }
                    });
                    meeting.meet(2, 1);
                    ends.disconnect(way);
                });
            }
        }
    }
}

#[test]
fn mpmc_blocked_receivers_learn_of_the_end() {
    limit(blocked_receivers_learn::<Mpmc>);
}

#[test]
fn exclusive_blocked_receivers_learn_of_the_end() {
    limit(blocked_receivers_learn::<Exclusive>);
}

#[test]
fn spsc_blocked_receivers_learn_of_the_end() {
    limit(blocked_receivers_learn::<Spsc>);
}

/// The same for a sender at a full channel: it gets its values back, and what is buffered follows the rules of `way`.
fn blocked_senders_learn<K: Kind>() {
    for way in [ReceiverGoes, ReceiverCloses] {
        for &verb in SendVerb::ALL {
            for _ in 0..20 {
                let mut ends = Ends::<K, u32>::new(2, [0, 1]);
                let mut tx = ends.tx.take().unwrap();
                let meeting = Meeting::default();
                thread::scope(|scope| {
                    scope.spawn(|| {
                        let mut values = vec![2, 3];
                        meeting.meet(2, 1);
                        while send_by(&mut tx, verb, &mut values) != Err(Why::Disconnected) {}
                        assert_eq!(values, [2, 3], "{verb:?} as {way:?}");
                    });
                    meeting.meet(2, 1);
                    ends.disconnect(way);
                });
                let left = ends.rx.map_or(vec![0, 1], |mut rx| rx.iter().collect());
                assert_eq!(left, [0, 1]);
            }
        }
    }
}

#[test]
fn mpmc_blocked_senders_learn_of_the_end() {
    limit(blocked_senders_learn::<Mpmc>);
}

#[test]
fn exclusive_blocked_senders_learn_of_the_end() {
    limit(blocked_senders_learn::<Exclusive>);
}

#[test]
fn spsc_blocked_senders_learn_of_the_end() {
    limit(blocked_senders_learn::<Spsc>);
}

/// A pending future is woken by the end of the channel, and then ready with it.
fn pending_futures_learn<K: Kind>() {
    for way in [SenderGoes, SenderCloses] {
        let mut ends = Ends::<K, u32>::new(1, []);
        let mut rx = ends.rx.take().unwrap();
        let waker = CountingWaker::new();
        let mut future = rx.recv_async();
        assert!(poll_with(&mut future, &waker.waker()).is_pending());
        assert_eq!(waker.wakes(), 0);
        ends.disconnect(way);
        assert_eq!(waker.wakes(), 1, "{way:?}");
        assert!(matches!(poll_once(&mut future), std::task::Poll::Ready(Err(_))));
    }
    for way in [ReceiverGoes, ReceiverCloses] {
        let mut ends = Ends::<K, u32>::new(1, [1]);
        let mut tx = ends.tx.take().unwrap();
        let waker = CountingWaker::new();
        let mut future = tx.send_async(2);
        assert!(poll_with(&mut future, &waker.waker()).is_pending());
        ends.disconnect(way);
        assert_eq!(waker.wakes(), 1, "{way:?}");
        let polled = poll_once(&mut future);
        assert!(matches!(polled, std::task::Poll::Ready(Err(error)) if error.into_inner() == 2));
    }
}

#[test]
fn pending_futures_are_woken_by_the_end() {
    pending_futures_learn::<Mpmc>();
    pending_futures_learn::<Exclusive>();
    pending_futures_learn::<Spsc>();
}

/// Threads and futures wait on one channel, and another clone of their own end closes it: all of them learn.
#[test]
fn all_waiters_learn_that_a_clone_closed() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(1);
        let waker = CountingWaker::new();
        let mut futures: Vec<_> = (0..20).map(|_| rx.recv_async()).collect();
        assert!(futures.iter_mut().all(|future| poll_with(future, &waker.waker()).is_pending()));
        thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| rx.clone().recv())).collect();
            assert!(rx.clone().close());
            assert!(threads.into_iter().all(|thread| thread.join().unwrap().is_err()));
        });
        assert_eq!(waker.wakes(), 20);
        assert!(futures.iter_mut().all(|future| poll_once(future).is_ready()));
        assert!(tx.is_disconnected());
        assert_eq!(waker.held(), 0, "no waker is kept");
    });
}

/// What is buffered when the last receiver goes is dropped then, and not when the senders go.
fn buffered_values_are_dropped_promptly<K: Kind>(closed_before: bool) {
    let ledger = Ledger::new();
    let mut ends = Ends::<K, _>::new(4, ledger.values(4));
    if closed_before {
        assert!(ends.tx().close());
    }
    assert_eq!(ledger.alive(), 4);
    ends.disconnect(ReceiverGoes);
    assert_eq!(ledger.alive(), 0);
    drop(ends);
    ledger.assert_each_dropped_once();
}

#[test]
fn buffered_values_go_with_the_last_receiver() {
    for closed_before in [false, true] {
        buffered_values_are_dropped_promptly::<Mpmc>(closed_before);
        buffered_values_are_dropped_promptly::<Exclusive>(closed_before);
        buffered_values_are_dropped_promptly::<Spsc>(closed_before);
    }
}

#[test]
fn buffered_values_stay_while_any_receiver_does() {
    let ledger = Ledger::new();
    let (tx, rx) = hel::bounded(4);
    ledger.values(3).into_iter().for_each(|value| tx.send(value).unwrap());
    let other = rx.clone();
    drop(rx);
    drop(tx);
    assert_eq!(ledger.alive(), 3);
    assert_eq!(other.recv().unwrap().id, 0);
    drop(other);
    assert_eq!(ledger.alive(), 0);
    ledger.assert_each_dropped_once();
}

/// A channel that nobody uses any more drops what is in it, once, whichever end goes first.
#[test]
fn an_abandoned_channel_drops_what_it_holds() {
    fn abandon<K: Kind>(way: Way) {
        let ledger = Ledger::new();
        let mut ends = Ends::<K, _>::new(3, ledger.values(2));
        drop(ends.rx().try_recv().unwrap());
        ends.disconnect(way);
        drop(ends);
        ledger.assert_each_dropped_once();
    }
    for way in [SenderGoes, ReceiverGoes, SenderCloses, ReceiverCloses] {
        abandon::<Mpmc>(way);
        abandon::<Exclusive>(way);
        abandon::<Spsc>(way);
    }
}
