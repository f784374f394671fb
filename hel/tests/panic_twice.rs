//! P8 where two things panic at once: a second panic that left a destructor while the first unwinds would end the
//! process. Each test runs in a process of its own, so that it can be seen to live.
#![cfg(not(any(hel_loom, miri)))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::future::Future;
use std::panic::{self, AssertUnwindSafe, catch_unwind, panic_any};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll};
use std::time::Duration;

use extra2::{Channel, RxEnd, TxEnd, on_both_kinds};
use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{poll_once, poll_with};

on_both_kinds!(
    a_value_in_hand_as_the_peers_waker_panics,
    a_send_given_up_as_its_waker_panics,
    a_blocked_send_that_wakes_one_who_panics,
    a_receiver_that_goes_with_all_of_it,
    payloads_that_panic_in_turn,
);

/// Panics in each drop, even while the thread unwinds already, with a payload that does so in turn.
struct Bomb(Arc<AtomicUsize>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
        panic_any("a value panics in drop, as asked");
    }
}

/// A payload of a panic that panics when it is dropped.
struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic_any("a payload panics in drop, as asked");
    }
}

/// Runs the test in a process of its own.
fn alone(body: impl FnOnce()) {
    const ALONE: &str = "HEL_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        panic::set_hook(Box::new(|info| {
            let text = info.payload().downcast_ref::<&str>().copied();
            let text = text.or_else(|| info.payload().downcast_ref::<String>().map(String::as_str));
            if text.is_none_or(|text| !text.ends_with("as asked")) {
                eprintln!("{info}");
            }
        }));
        return body();
    }
    let test = std::thread::current().name().expect("libtest names its threads").to_owned();
    let program = std::env::current_exe().unwrap();
    // With one test thread, libtest would run the test on the main thread, whose name is not the test's.
    let run = Command::new(program).args(["--exact", &test, "--test-threads=2"]).env(ALONE, "1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && out.contains("1 passed"), "{}\n{out}{err}", run.status);
}

/// Runs `f`, which has to panic. The payload is forgotten, and so would be what `f` gives: here nothing can be dropped in peace.
#[track_caller]
fn must_panic<R>(f: impl FnOnce() -> R) {
    let caught = catch_unwind(AssertUnwindSafe(|| std::mem::forget(f())));
    std::mem::forget(caught.expect_err("a panic"));
}

fn hostile(trap: Trap) -> Arc<HostileWaker> {
    let waker = HostileWaker::new();
    waker.set(trap);
    waker
}

type Take<E> = fn(&mut E);

/// Every way to receive one value that may be dropped on the way.
fn takes<E: RxEnd<Bomb>>() -> Vec<Take<E>> {
    let mut takes: Vec<Take<E>> = vec![
        |rx| std::mem::forget(rx.try_recv()),
        |rx| std::mem::forget(rx.recv()),
        |rx| std::mem::forget(rx.recv_timeout(Duration::ZERO)),
        |rx| std::mem::forget(rx.iter().next()),
        |rx| std::mem::forget(rx.try_iter().next()),
        |rx| std::mem::forget(poll_once(&mut rx.recv_async())),
        |rx| std::mem::forget(rx.poll_recv(&mut Context::from_waker(std::task::Waker::noop()))),
    ];
    #[cfg(feature = "futures")]
    takes.push(|rx| std::mem::forget(poll_once(&mut futures_util::StreamExt::next(&mut rx.stream()))));
    takes
}

/// A receive wakes a sender that panics: the value goes with the panic, and panics too.
fn a_value_in_hand_as_the_peers_waker_panics<K: Channel>() {
    alone(|| {
        for take in takes::<K::Rx<Bomb>>() {
            let drops = Arc::new(AtomicUsize::new(0));
            let (mut tx, mut rx) = K::bounded(1);
            assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok());
            let mut send = tx.send_async(Bomb(Arc::clone(&drops)));
            assert!(poll_with(&mut send, &hostile(Trap::Wake).waker()).is_pending());
            must_panic(|| take(&mut rx));
            assert_eq!(drops.load(SeqCst), 1, "the one in hand");
            assert!(poll_once(&mut send).is_ready(), "there is room");
            drop(send);
            std::mem::forget(rx.try_recv());
        }
    });
}

/// Receives that wait and are served before they are woken: the waker that they had registered panics as it is dropped,
/// and then the value does.
#[test]
fn a_value_in_hand_as_ones_own_waker_panics() {
    alone(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (tx, mut rx) = hel::bounded(2);
        let other = rx.clone();
        let first = CountingWaker::new();
        let (hard, soft) = (HostileWaker::new(), HostileWaker::new());
        let mut woken = other.recv_async();
        assert!(poll_with(&mut woken, &first.waker()).is_pending());

        let mut recv = other.recv_async();
        assert!(poll_with(&mut recv, &hard.waker()).is_pending());
        assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok());
        hard.set(Trap::Drop);
        must_panic(|| poll_once(&mut recv));
        drop(recv);
        assert_eq!((first.wakes(), drops.load(SeqCst), hard.held()), (1, 1, 0));

        assert!(poll_with(&mut woken, &first.waker()).is_pending());
        assert!(rx.poll_recv(&mut Context::from_waker(&soft.waker())).is_pending());
        assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok());
        soft.set(Trap::Drop);
        must_panic(|| rx.poll_recv(&mut Context::from_waker(std::task::Waker::noop())));
        assert_eq!((first.wakes(), drops.load(SeqCst), soft.held()), (2, 2, 0));
        drop(woken);
    });
}

/// The stream of batches goes with what it has collected, and with a waker that panics.
#[cfg(feature = "futures")]
#[test]
fn a_batch_that_is_collected_as_its_waker_panics() {
    use futures_util::StreamExt;
    use hel::rt::{Batches, Runtime};

    #[derive(Clone, Copy, Debug)]
    struct NoClock;
    struct Never;
    impl Runtime for NoClock {
        type Timer = Never;
        fn now(&self) -> std::time::Instant {
            std::time::Instant::now()
        }
        fn timer(&self, _: std::time::Instant) -> Never {
            Never
        }
    }
    impl Future for Never {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
    impl hel::rt::Timer for Never {
        fn reset(self: std::pin::Pin<&mut Self>, _: std::time::Instant) {}
    }

    alone(|| {
        let (drops, waker) = (Arc::new(AtomicUsize::new(0)), HostileWaker::new());
        let (tx, rx) = hel::bounded(4);
        (0..3).for_each(|_| assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok()));
        let mut batches = Batches::new(NoClock, rx, 4, Duration::MAX);
        assert!(poll_with(&mut batches.next(), &waker.waker()).is_pending());
        waker.set(Trap::Drop);
        must_panic(|| drop(batches));
        assert_eq!((drops.load(SeqCst), waker.held()), (3, 0));
        assert!(tx.is_disconnected());
    });
}

/// A send is dropped, or sits in a sink that is, and its waker panics as it goes; then the value does.
fn a_send_given_up_as_its_waker_panics<K: Channel>() {
    alone(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (mut tx, mut rx) = K::bounded(1);
        assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok());
        let waker = HostileWaker::new();
        let mut send = tx.send_async(Bomb(Arc::clone(&drops)));
        assert!(poll_with(&mut send, &waker.waker()).is_pending());
        waker.set(Trap::Drop);
        must_panic(|| drop(send));
        assert_eq!((drops.load(SeqCst), waker.held()), (1, 0));

        #[cfg(feature = "futures")]
        {
            use futures_util::Sink;
            use std::pin::Pin;

            let mut sink = tx.sink();
            assert!(Pin::new(&mut sink).start_send(Bomb(Arc::clone(&drops))).is_ok());
            assert!(Pin::new(&mut sink).poll_flush(&mut Context::from_waker(&waker.waker())).is_pending());
            waker.set(Trap::Drop);
            must_panic(|| drop(sink));
            assert_eq!((drops.load(SeqCst), waker.held()), (2, 0));
        }
        std::mem::forget(rx.try_recv());
    });
}

/// A send that has to wait takes a forgotten future out of the queue of its one-owner end, whose waker panics: the
/// value of the send goes with that panic.
fn a_blocked_send_that_wakes_one_who_panics<K: Channel>() {
    alone(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (mut tx, mut rx) = K::bounded(1);
        assert!(tx.try_send(Bomb(Arc::clone(&drops))).is_ok());
        let mut slot = Some(Bomb(Arc::clone(&drops)));
        let mut send = tx.send_ref_async(&mut slot);
        assert!(poll_with(&mut send, &hostile(Trap::Wake).waker()).is_pending());
        std::mem::forget(send);
        let limit = Duration::from_millis(20);
        let sent = catch_unwind(AssertUnwindSafe(|| tx.send_timeout(Bomb(Arc::clone(&drops)), limit)));
        assert_eq!(drops.load(SeqCst), usize::from(sent.is_err()), "dropped once, with the panic");
        std::mem::forget((sent, slot));
        // Frees the slot, and may wake the forgotten one.
        std::mem::forget(catch_unwind(AssertUnwindSafe(|| std::mem::forget(rx.try_recv()))));
    });
}

/// A receiver goes, with a waker that panics as it is dropped and values that panic, while its thread unwinds or not.
fn a_receiver_that_goes_with_all_of_it<K: Channel>() {
    alone(|| {
        for unwinds in [false, true] {
            let (drops, waker) = (Arc::new(AtomicUsize::new(0)), HostileWaker::new());
            let (mut tx, mut rx) = K::bounded(4);
            assert!(rx.poll_recv(&mut Context::from_waker(&waker.waker())).is_pending());
            waker.set(Trap::Drop);
            // By the sender's own hand: it wakes in passing and drops nothing yet.
            let caught = catch_unwind(AssertUnwindSafe(|| {
                (0..3).for_each(|_| std::mem::forget(tx.try_send(Bomb(Arc::clone(&drops)))));
            }));
            std::mem::forget(caught);
            let buffered = tx.len();
            must_panic(|| {
                let _rx = rx;
                if unwinds {
                    panic_any("the owner of a receiver panics, as asked");
                }
            });
            assert_eq!((drops.load(SeqCst), waker.held()), (buffered, 0));
            assert!(tx.is_disconnected());
        }
    });
}

/// Of several panics the first goes on; the others are forgotten with their payloads, which would panic again.
fn payloads_that_panic_in_turn<K: Channel>() {
    struct Throws(Arc<AtomicUsize>);
    impl Drop for Throws {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
            panic_any(Payload);
        }
    }
    alone(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let (mut tx, rx) = K::bounded(3);
        (0..3).for_each(|_| assert!(tx.try_send(Throws(Arc::clone(&drops))).is_ok()));
        must_panic(|| drop(rx));
        assert_eq!(drops.load(SeqCst), 3);
    });
}
