//! P10, what follows from `T` alone: auto traits, nameable types that are `Debug`, and sizes, pinned.
#![cfg(not(hel_loom))]

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::rc::Rc;

use hel::channel::{errors, mpmc, spsc};
use hel::{
    Borrowed, ClosedFuture, Iter, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source,
    Target, TryIter,
};

/// Names a type and the traits that it has to have.
macro_rules! has {
    ($($type:ty: [$($bound:tt)+]);+ $(;)?) => { $({ fn has<T: $($bound)+>() {} has::<$type>() })+ };
}

/// Fails to compile if the type has the trait: then both impls apply, and `_` is ambiguous.
macro_rules! lacks {
    ($($type:ty: $bound:path);+ $(;)?) => { $({
        trait Lacks<Which> { fn check() {} }
        struct Has;
        impl<T> Lacks<()> for T {}
        impl<T: $bound> Lacks<Has> for T {}
        <$type as Lacks<_>>::check()
    })+ };
}

/// Sent from thread to thread, and shared by none.
type Value = Cell<u32>;
/// Neither sent nor shared.
type Local = Rc<u32>;
/// Without any trait that could help.
struct Plain(#[expect(dead_code, reason = "it only has to have a size")] u8);

#[test]
fn mpmc_ends_are_send_and_sync_if_values_are_send() {
    has! {
        mpmc::Sender<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone];
        mpmc::Receiver<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone];
        mpmc::ExclusiveReceiver<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe];
        mpmc::WeakSender<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone];
        mpmc::WeakReceiver<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone];
    }
    lacks! {
        mpmc::Sender<Local>: Send; mpmc::Sender<Local>: Sync;
        mpmc::Receiver<Local>: Send; mpmc::Receiver<Local>: Sync;
        mpmc::ExclusiveReceiver<Local>: Send; mpmc::ExclusiveReceiver<Local>: Sync;
        mpmc::ExclusiveReceiver<u32>: Clone;
        mpmc::WeakSender<Local>: Send; mpmc::WeakReceiver<Local>: Send;
    }
}

#[test]
fn spsc_ends_are_send_if_values_are_send_and_nobody_can_copy_them() {
    has! {
        spsc::Sender<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe];
        spsc::Receiver<Value>: [Send + Sync + Unpin + UnwindSafe + RefUnwindSafe];
    }
    lacks! {
        spsc::Sender<Local>: Send; spsc::Sender<Local>: Sync; spsc::Sender<u32>: Clone;
        spsc::Receiver<Local>: Send; spsc::Receiver<Local>: Sync; spsc::Receiver<u32>: Clone;
    }
}

#[test]
fn futures_are_unpin_and_send() {
    has! {
        RecvFuture<mpmc::Receiver<Value>>: [Future + Send + Sync + Unpin + 'static];
        RecvFuture<&'static mpmc::Receiver<Value>>: [Future + Send + Sync + Unpin + 'static];
        RecvFuture<mpmc::ExclusiveReceiver<Value>>: [Future + Send + Unpin + 'static];
        RecvFuture<&'static mut mpmc::ExclusiveReceiver<Value>>: [Future + Send + Unpin];
        RecvFuture<spsc::Receiver<Value>>: [Future + Send + Unpin + 'static];
        RecvFuture<&'static mut spsc::Receiver<Value>>: [Future + Send + Unpin];
        SendFuture<mpmc::Sender<Value>>: [Future + Send + Unpin + 'static];
        SendFuture<&'static mpmc::Sender<Value>>: [Future + Send + Unpin];
        SendFuture<spsc::Sender<Value>>: [Future + Send + Unpin + 'static];
        SendFuture<&'static mut spsc::Sender<Value>>: [Future + Send + Unpin];
        SendRefFuture<'static, &'static mpmc::Sender<Value>>: [Future + Send + Unpin];
        SendRefFuture<'static, &'static mut spsc::Sender<Value>>: [Future + Send + Unpin];
        RecvBatchFuture<'static, &'static mpmc::Receiver<Value>>: [Future + Send + Unpin];
        RecvBatchFuture<'static, &'static mut spsc::Receiver<Value>>: [Future + Send + Unpin];
        SendBatchFuture<'static, &'static mpmc::Sender<Value>>: [Future + Send + Unpin];
        SendBatchFuture<'static, &'static mut spsc::Sender<Value>>: [Future + Send + Unpin];
        ClosedFuture<'static, Value>: [Future<Output = ()> + Send + Sync + Unpin];
    }
    lacks! {
        RecvFuture<&'static mpmc::Receiver<Local>>: Send;
        SendFuture<&'static mpmc::Sender<Local>>: Send;
        RecvFuture<spsc::Receiver<Local>>: Send;
    }
}

/// Also where the value is pinned to its place: it is moved into the ring, never pinned.
#[test]
fn futures_are_unpin_whatever_the_value_is() {
    type Pinned = std::marker::PhantomPinned;
    has! {
        SendFuture<&'static mpmc::Sender<Pinned>>: [Unpin];
        SendFuture<spsc::Sender<Pinned>>: [Unpin];
        RecvFuture<&'static mpmc::Receiver<Pinned>>: [Unpin];
        mpmc::Sender<Pinned>: [Unpin];
        spsc::Receiver<Pinned>: [Unpin];
    }
}

#[test]
fn iterators_are_send_and_fused() {
    has! {
        Iter<mpmc::Receiver<Value>>: [std::iter::FusedIterator<Item = Value> + Send + 'static];
        Iter<&'static mpmc::Receiver<Value>>: [Iterator<Item = Value> + Send];
        Iter<mpmc::ExclusiveReceiver<Value>>: [Iterator<Item = Value> + Send + 'static];
        Iter<spsc::Receiver<Value>>: [Iterator<Item = Value> + Send + 'static];
        TryIter<&'static mpmc::Receiver<Value>>: [Iterator<Item = Value> + Send];
        TryIter<&'static mut spsc::Receiver<Value>>: [Iterator<Item = Value> + Send];
    }
    has! {
        mpmc::Receiver<Value>: [IntoIterator<Item = Value>];
        &'static mpmc::Receiver<Value>: [IntoIterator<Item = Value>];
        mpmc::ExclusiveReceiver<Value>: [IntoIterator<Item = Value>];
        &'static mut mpmc::ExclusiveReceiver<Value>: [IntoIterator<Item = Value>];
        spsc::Receiver<Value>: [IntoIterator<Item = Value>];
        &'static mut spsc::Receiver<Value>: [IntoIterator<Item = Value>];
    }
}

#[cfg(feature = "futures")]
#[test]
fn streams_and_sinks_are_unpin_send_and_fused() {
    use futures_util::Sink;
    use futures_util::future::FusedFuture;
    use futures_util::stream::FusedStream;
    use hel::{RecvStream, SendSink};

    has! {
        RecvStream<mpmc::Receiver<Value>>: [FusedStream<Item = Value> + Send + Unpin + 'static];
        RecvStream<&'static mpmc::Receiver<Value>>: [FusedStream<Item = Value> + Send + Unpin];
        RecvStream<mpmc::ExclusiveReceiver<Value>>: [FusedStream<Item = Value> + Send + Unpin + 'static];
        RecvStream<&'static mut mpmc::ExclusiveReceiver<Value>>: [FusedStream<Item = Value> + Send + Unpin];
        RecvStream<spsc::Receiver<Value>>: [FusedStream<Item = Value> + Send + Unpin + 'static];
        RecvStream<&'static mut spsc::Receiver<Value>>: [FusedStream<Item = Value> + Send + Unpin];
        SendSink<mpmc::Sender<Value>>: [Sink<Value, Error = errors::AsyncSendError<Value>> + Send + Unpin + 'static];
        SendSink<&'static mpmc::Sender<Value>>: [Sink<Value> + Send + Unpin];
        SendSink<spsc::Sender<Value>>: [Sink<Value> + Send + Unpin + 'static];
        SendSink<&'static mut spsc::Sender<Value>>: [Sink<Value> + Send + Unpin];
    }
    has! {
        RecvFuture<&'static mpmc::Receiver<Value>>: [FusedFuture];
        RecvBatchFuture<'static, &'static mpmc::Receiver<Value>>: [FusedFuture];
        SendFuture<&'static mpmc::Sender<Value>>: [FusedFuture];
        SendRefFuture<'static, &'static mpmc::Sender<Value>>: [FusedFuture];
        SendBatchFuture<'static, &'static mpmc::Sender<Value>>: [FusedFuture];
    }
}

#[test]
fn an_end_says_what_it_carries_and_whether_it_is_borrowed() {
    has! {
        mpmc::Receiver<Value>: [Source<Item = Value>];
        mpmc::ExclusiveReceiver<Value>: [Source<Item = Value>];
        spsc::Receiver<Value>: [Source<Item = Value>];
        mpmc::Sender<Value>: [Target<Item = Value>];
        spsc::Sender<Value>: [Target<Item = Value>];
        &'static mpmc::Receiver<Value>: [Source<Item = Value> + Borrowed];
        &'static mut mpmc::ExclusiveReceiver<Value>: [Source<Item = Value> + Borrowed];
        &'static mut spsc::Receiver<Value>: [Source<Item = Value> + Borrowed];
        &'static mpmc::Sender<Value>: [Target<Item = Value> + Borrowed];
        &'static mut spsc::Sender<Value>: [Target<Item = Value> + Borrowed];
    }
    lacks! { mpmc::Receiver<Value>: Borrowed; mpmc::ExclusiveReceiver<Value>: Borrowed; spsc::Sender<Value>: Borrowed }
}

#[test]
fn all_types_are_debug_and_ask_nothing_of_the_value() {
    has! {
        mpmc::Sender<Plain>: [Debug]; mpmc::Receiver<Plain>: [Debug];
        mpmc::ExclusiveReceiver<Plain>: [Debug];
        mpmc::WeakSender<Plain>: [Debug]; mpmc::WeakReceiver<Plain>: [Debug];
        spsc::Sender<Plain>: [Debug]; spsc::Receiver<Plain>: [Debug];
        RecvFuture<mpmc::Receiver<Plain>>: [Debug]; SendFuture<mpmc::Sender<Plain>>: [Debug];
        RecvFuture<spsc::Receiver<Plain>>: [Debug]; SendFuture<spsc::Sender<Plain>>: [Debug];
        SendRefFuture<'static, &'static mpmc::Sender<Plain>>: [Debug];
        RecvBatchFuture<'static, &'static mpmc::Receiver<Plain>>: [Debug];
        SendBatchFuture<'static, &'static mpmc::Sender<Plain>>: [Debug];
        ClosedFuture<'static, Plain>: [Debug];
        Iter<mpmc::Receiver<Plain>>: [Debug]; TryIter<&'static mpmc::Receiver<Plain>>: [Debug];
        errors::SendError<Plain>: [Debug + std::error::Error];
        errors::TrySendError<Plain>: [Debug + std::error::Error];
        errors::AsyncSendError<Plain>: [Debug + std::error::Error];
    }
    #[cfg(feature = "futures")]
    has! { hel::RecvStream<mpmc::Receiver<Plain>>: [Debug]; hel::SendSink<mpmc::Sender<Plain>>: [Debug] }
}

/// `Debug` really runs, on ends in every state, and shows how full the channel is.
#[test]
fn debug_shows_how_full_a_channel_is() {
    let (tx, rx) = hel::bounded(3);
    tx.try_send(Plain(1)).unwrap();
    for shown in [format!("{tx:?}"), format!("{rx:?}")] {
        assert!(shown.contains("len: 1") && shown.contains("capacity: 3"), "{shown}");
    }
    let rx = rx.into_exclusive().unwrap();
    assert!(format!("{rx:?}").contains("len: 1, capacity: 3"), "{rx:?}");
    let (mut tx, rx) = spsc::bounded(3);
    tx.try_send(Plain(1)).unwrap();
    for shown in [format!("{tx:?}"), format!("{rx:?}")] {
        assert!(shown.contains("len: 1") && shown.contains("capacity: 3"), "{shown}");
    }
}

#[test]
fn handles_are_small() {
    assert!(size_of::<Option<mpmc::Sender<u64>>>() <= 32);
    assert!(size_of::<Option<mpmc::Receiver<u64>>>() <= 32);
    // The ring, which it keeps and knows, and the count that it is part of.
    assert!(size_of::<Option<mpmc::ExclusiveReceiver<u64>>>() <= 40);
    assert_eq!(size_of::<mpmc::WeakSender<u64>>(), size_of::<usize>());
    // Whatever is sent.
    assert_eq!(size_of::<mpmc::Sender<[u64; 100]>>(), size_of::<mpmc::Sender<u8>>());
    assert_eq!(size_of::<spsc::Receiver<[u64; 100]>>(), size_of::<spsc::Receiver<u8>>());
}

#[test]
fn receive_futures_are_small() {
    assert!(size_of::<RecvFuture<&mpmc::Receiver<u64>>>() <= 32);
    assert!(size_of::<RecvFuture<&mpmc::Receiver<[u8; 80]>>>() <= 32);
    assert!(size_of::<RecvFuture<&mut mpmc::ExclusiveReceiver<u64>>>() <= 32);
    assert!(size_of::<RecvFuture<&mut spsc::Receiver<u64>>>() <= 32);
    assert!(size_of::<ClosedFuture<'_, u64>>() <= 32);
}

#[test]
fn send_futures_are_the_value_and_little_more() {
    fn more<T>() -> usize {
        size_of::<SendFuture<&mpmc::Sender<T>>>().max(size_of::<SendFuture<&mut spsc::Sender<T>>>()) - size_of::<T>()
    }
    assert!(more::<u8>() <= 32, "{}", more::<u8>());
    assert!(more::<u64>() <= 32, "{}", more::<u64>());
    assert!(more::<[u8; 80]>() <= 32, "{}", more::<[u8; 80]>());
    assert!(size_of::<SendRefFuture<'_, &mpmc::Sender<[u8; 80]>>>() <= 32);
}

/// `UnwindSafe` in use: an end goes on after a panic that it was part of.
#[test]
fn an_end_survives_a_panic_beside_it() {
    let (tx, rx) = hel::bounded(1);
    let panic = catch_unwind(|| {
        tx.try_send(1).unwrap();
        panic!("beside a channel, as asked");
    });
    assert!(panic.is_err());
    assert_eq!(rx.try_recv(), Ok(1));
    let (mut tx, mut rx) = spsc::bounded(1);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        tx.try_send(1).unwrap();
        panic!("beside a channel, as asked");
    }));
    assert!(panic.is_err());
    assert_eq!(rx.try_recv(), Ok(1));
}
