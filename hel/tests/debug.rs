//! P10: every handle, future, iterator and stream is `Debug`, says what it is and where it stands, and needs no `Debug` of
//! its values. What is over says so, too.
#![cfg(not(hel_loom))]

mod support;

use std::fmt::Debug;
use std::time::{Duration, Instant};

use hel::channel::spsc;
use hel::{Builder, DefaultHashBuilder};
use support::poll_once;

/// Neither `Debug` nor `Clone`.
struct Opaque;

/// What it prints begins with its name and has each of these in it.
#[track_caller]
fn prints(what: &impl Debug, name: &str, parts: &[&str]) {
    let printed = format!("{what:?}");
    assert!(printed.starts_with(name), "{printed} is no {name}");
    for part in parts {
        assert!(printed.contains(part), "{printed} does not have {part}");
    }
}

#[test]
fn plain_ends() {
    let (tx, rx) = hel::bounded(3);
    assert!(tx.send(Opaque).is_ok());
    prints(&tx, "Sender", &["len: 1", "capacity: 3"]);
    prints(&rx, "Receiver", &["len: 1", "capacity: 3"]);
    prints(&tx.downgrade(), "WeakSender", &[]);
    prints(&rx.downgrade(), "WeakReceiver", &[]);
    prints(&rx.iter(), "Iter", &[]);
    prints(&rx.try_iter(), "TryIter", &[]);
    let rx = rx.into_exclusive().expect("no clones");
    prints(&rx, "ExclusiveReceiver", &["len: 1", "capacity: 3"]);

    let (mut tx, rx) = spsc::bounded(2);
    assert!(tx.send(Opaque).is_ok());
    prints(&tx, "Sender", &["len: 1", "capacity: 2"]);
    prints(&rx, "Receiver", &["len: 1", "capacity: 2"]);
}

#[test]
fn sharded_ends() {
    let builder = Builder::new(2).shards(2);
    prints(&builder, "Builder", &["capacity: 2", "shards: 2"]);
    let (tx, rx) = builder.clone().round_robin();
    assert!(tx.send(Opaque).is_ok());
    let shards = "[Sender { len: 1, capacity: 2, .. }, Sender { len: 0, capacity: 2, .. }]";
    prints(&tx, "RoundRobinSender", &[shards]);
    prints(&*tx, "[Sender", &[shards]);
    prints(&rx, "ShardedReceiver", &["Receiver { len: 1, capacity: 2, .. }"]);

    let (tx, _rx) = builder.clone().shard_key::<Opaque>();
    prints(&tx, "KeySender", &["Sender { len: 0, capacity: 2, .. }"]);
    prints(&tx.by(|_| "a key"), "KeyFnSender", &["Sender { len: 0, capacity: 2, .. }"]);
    let (tx, _rx) = builder.clone().shard_group::<Opaque, _>([["a"], ["b"]]);
    prints(&tx, "GroupSender", &["Sender { len: 0, capacity: 2, .. }"]);
    prints(&std::hash::BuildHasher::build_hasher(&DefaultHashBuilder::default()), "DefaultHasher", &[]);

    let mut bundle = spsc::SpscShard::<Opaque, 2>::new(3);
    assert!(bundle.take_pair(1).is_some());
    prints(&bundle, "SpscShard", &["shards: 3", "remaining: 2"]);
    prints(&bundle.into_pairs(), "Pairs", &["remaining: 2"]);
}

#[test]
fn futures() {
    let (tx, rx) = hel::bounded(1);
    let mut into = Vec::new();
    let mut recv = rx.recv_async();
    prints(&recv, "RecvFuture", &["Idle"]);
    assert!(poll_once(&mut recv).is_pending());
    prints(&recv, "RecvFuture", &["Queued"]);
    prints(&rx.recv_batch_async(&mut into, 7), "RecvBatchFuture", &["max: 7", "Idle"]);
    let mut send = tx.send_async(Opaque);
    prints(&send, "SendFuture", &["Idle"]);
    assert!(poll_once(&mut send).is_ready());
    prints(&send, "SendFuture", &["Done"]);
    prints(&tx.send_ref_async(&mut Some(Opaque)), "SendRefFuture", &["Idle"]);
    prints(&tx.send_batch_async(&mut vec![Opaque, Opaque]), "SendBatchFuture", &["unsent: 2"]);
    prints(&tx.closed_async(), "ClosedFuture", &["Idle"]);
}

#[cfg(feature = "futures")]
mod fused {
    use super::*;
    use futures_util::future::FusedFuture;
    use futures_util::stream::FusedStream;
    use futures_util::{FutureExt, SinkExt, StreamExt};

    #[test]
    fn streams_and_sinks() {
        let (tx, rx) = hel::bounded(1);
        let mut stream = rx.stream();
        prints(&stream, "RecvStream", &["over: false"]);
        assert_eq!((stream.get_ref().capacity(), stream.get_mut().len()), (1, 0));
        let mut sink = tx.sink();
        prints(&sink, "SendSink", &["open: true", "keeps: false"]);
        assert!(sink.send(Opaque).now_or_never().is_some_and(|sent| sent.is_ok()));
        assert!(sink.feed(Opaque).now_or_never().is_some_and(|fed| fed.is_ok()));
        prints(&sink, "SendSink", &["open: true", "keeps: true"]);
        drop(sink);
        drop(tx);
        assert!(stream.next().now_or_never().flatten().is_some());
        assert!(!stream.is_terminated());
        assert!(matches!(stream.next().now_or_never(), Some(None)));
        prints(&stream, "RecvStream", &["over: true"]);
        assert!(stream.is_terminated());
    }

    /// Each future is over once it was ready, and not before.
    #[test]
    fn futures_say_when_they_are_over() {
        #[track_caller]
        fn over_when_ready<F: FusedFuture + Unpin>(mut future: F) {
            assert!(!future.is_terminated());
            assert!(poll_once(&mut future).is_ready());
            assert!(future.is_terminated());
        }
        let (tx, rx) = hel::bounded(4);
        over_when_ready(tx.send_async(1));
        over_when_ready(tx.send_ref_async(&mut Some(2)));
        over_when_ready(tx.send_batch_async(&mut vec![3, 4]));
        over_when_ready(rx.recv_async());
        over_when_ready(rx.recv_batch_async(&mut Vec::new(), 2));
        over_when_ready(hel::rt::gather(NoClock, &rx, &mut Vec::new(), 1, Duration::ZERO));
        let mut waits = rx.recv_async();
        assert!(poll_once(&mut waits).is_pending() && !waits.is_terminated());
        rx.close();
        over_when_ready(tx.closed_async());
    }

    #[test]
    fn what_a_runtime_adds() {
        let (tx, rx) = hel::bounded(4);
        let mut into = Vec::new();
        prints(&hel::rt::gather(NoClock, &rx, &mut into, 3, Duration::MAX), "Gather", &["max: 3"]);
        let mut limited = hel::rt::timeout(NoClock, Duration::from_secs(1), rx.recv_async());
        prints(&limited, "Timeout", &["limit: For(1s)"]);
        assert!(!limited.is_terminated());
        assert!(tx.try_send(1).is_ok());
        assert!(poll_once(&mut limited).is_ready() && limited.is_terminated());
        assert!(tx.try_send(2).is_ok());
        let mut batches = hel::rt::Batches::new(NoClock, &rx, 3, Duration::MAX);
        assert!(poll_once(&mut batches.next()).is_pending());
        prints(&batches, "Batches", &["collected: 1", "max: 3", "clock: Endless"]);
        assert!(!batches.is_terminated());
        assert_eq!((batches.get_ref().len(), batches.get_mut().capacity()), (0, 4));
        assert_eq!(batches.take_partial(), [2]);
        rx.close();
        assert!(matches!(batches.next().now_or_never(), Some(None)));
        assert!(batches.is_terminated());
    }

    /// A runtime whose time does not pass.
    #[derive(Clone, Copy, Debug)]
    struct NoClock;

    struct Never;

    impl hel::rt::Runtime for NoClock {
        type Timer = Never;

        fn now(&self) -> Instant {
            Instant::now()
        }

        fn timer(&self, _: Instant) -> Never {
            Never
        }
    }

    impl Future for Never {
        type Output = ();

        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            std::task::Poll::Pending
        }
    }

    impl hel::rt::Timer for Never {
        fn reset(self: std::pin::Pin<&mut Self>, _: Instant) {}
    }
}
