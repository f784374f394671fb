//! Both kinds of channel behind one pair of traits, and every verb as a value, so that a test is written once.
#![allow(dead_code, reason = "every test file compiles all of it and uses a part")]

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use hel::channel::errors::*;
use hel::channel::{mpmc, spsc};
use hel::{RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source, Target};

/// The limit of the timed verbs in [`send_by`] and [`recv_by`]: short, so that it passes often.
pub(crate) const SHORT: Duration = Duration::from_micros(100);

/// A kind of channel.
pub(crate) trait Kind {
    type Tx<T: Send>: SendEnd<T> + Send;
    type Rx<T: Send>: RecvEnd<T> + Send;

    fn bounded<T: Send>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>);
}

pub(crate) struct Mpmc;
/// As [`Mpmc`], with a receiver that has the channel to itself.
pub(crate) struct Exclusive;
pub(crate) struct Spsc;

impl Kind for Mpmc {
    type Tx<T: Send> = mpmc::Sender<T>;
    type Rx<T: Send> = mpmc::Receiver<T>;

    fn bounded<T: Send>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>) {
        mpmc::bounded(capacity)
    }
}

impl Kind for Exclusive {
    type Tx<T: Send> = mpmc::Sender<T>;
    type Rx<T: Send> = mpmc::ExclusiveReceiver<T>;

    fn bounded<T: Send>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>) {
        let (tx, rx) = mpmc::bounded(capacity);
        (tx, rx.into_exclusive().expect("it has no clones"))
    }
}

impl Kind for Spsc {
    type Tx<T: Send> = spsc::Sender<T>;
    type Rx<T: Send> = spsc::Receiver<T>;

    fn bounded<T: Send>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>) {
        spsc::bounded(capacity)
    }
}

/// A sending end of either kind.
pub(crate) trait SendEnd<T> {
    fn send(&mut self, value: T) -> Result<(), SendError<T>>;
    fn try_send(&mut self, value: T) -> Result<(), TrySendError<T>>;
    fn send_timeout(&mut self, value: T, limit: Duration) -> Result<(), SendError<T>>;
    fn send_deadline(&mut self, value: T, deadline: Instant) -> Result<(), SendError<T>>;
    fn send_async(&mut self, value: T) -> SendFuture<impl Target<Item = T>>;
    fn send_ref_async<'a>(&'a mut self, value: &'a mut Option<T>) -> SendRefFuture<'a, impl Target<Item = T>>;
    fn poll_send(&mut self, cx: &mut Context<'_>, value: &mut Option<T>) -> Poll<Result<(), AsyncSendError<()>>>;
    fn send_batch(&mut self, values: &mut Vec<T>) -> Result<usize, SendBatchError>;
    fn try_send_batch(&mut self, values: &mut Vec<T>) -> Result<usize, TrySendBatchError>;
    fn send_batch_timeout(&mut self, values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError>;
    fn send_batch_async<'a>(&'a mut self, values: &'a mut Vec<T>) -> SendBatchFuture<'a, impl Target<Item = T>>;
    #[cfg(feature = "futures")]
    fn sink(&mut self) -> hel::SendSink<impl Target<Item = T>>;
    fn closed_async(&self) -> hel::ClosedFuture<'_, T>;
    fn close(&self) -> bool;
    fn is_disconnected(&self) -> bool;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_full(&self) -> bool;
    fn capacity(&self) -> usize;
}

/// A receiving end of either kind.
pub(crate) trait RecvEnd<T> {
    fn recv(&mut self) -> Result<T, RecvError>;
    fn try_recv(&mut self) -> Result<T, TryRecvError>;
    fn recv_timeout(&mut self, limit: Duration) -> Result<T, RecvError>;
    fn recv_deadline(&mut self, deadline: Instant) -> Result<T, RecvError>;
    fn recv_async(&mut self) -> RecvFuture<impl Source<Item = T>>;
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>>;
    fn recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError>;
    fn try_recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError>;
    fn recv_batch_timeout(&mut self, into: &mut Vec<T>, max: usize, limit: Duration) -> Result<usize, RecvError>;
    fn recv_batch_async<'a>(
        &'a mut self,
        into: &'a mut Vec<T>,
        max: usize,
    ) -> RecvBatchFuture<'a, impl Source<Item = T>>;
    fn poll_recv_batch(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut Vec<T>,
        max: usize,
    ) -> Poll<Result<usize, AsyncRecvError>>;
    fn gather(&mut self, into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError>;
    fn iter(&mut self) -> hel::Iter<impl Source<Item = T>>;
    fn try_iter(&mut self) -> hel::TryIter<impl Source<Item = T>>;
    #[cfg(feature = "futures")]
    fn stream(&mut self) -> hel::RecvStream<impl Source<Item = T>>;
    fn close(&self) -> bool;
    fn is_disconnected(&self) -> bool;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_full(&self) -> bool;
    fn capacity(&self) -> usize;
}

/// One method that calls the end's own of the same name, which an impl finds before the trait's.
macro_rules! forward {
    ($end:ty, $this:ident: $(
        $(#[$cfg:meta])*
        fn $name:ident $(<$life:lifetime>)? ([$($own:tt)+] $(, $arg:ident: $of:ty)*) -> $out:ty;
    )+) => {
        $($(#[$cfg])* fn $name $(<$life>)? ($($own)+ $(, $arg: $of)*) -> $out { <$end>::$name($this $(, $arg)*) })+
    };
}

macro_rules! sending {
    ($tx:ty) => {
        impl<T> SendEnd<T> for $tx {
            forward! { $tx, self:
                fn send([&mut self], value: T) -> Result<(), SendError<T>>;
                fn try_send([&mut self], value: T) -> Result<(), TrySendError<T>>;
                fn send_timeout([&mut self], value: T, limit: Duration) -> Result<(), SendError<T>>;
                fn send_deadline([&mut self], value: T, deadline: Instant) -> Result<(), SendError<T>>;
                fn send_async([&mut self], value: T) -> SendFuture<impl Target<Item = T>>;
                fn send_ref_async<'a>([&'a mut self], v: &'a mut Option<T>) -> SendRefFuture<'a, impl Target<Item = T>>;
                fn poll_send([&mut self], cx: &mut Context<'_>, value: &mut Option<T>)
                    -> Poll<Result<(), AsyncSendError<()>>>;
                fn send_batch([&mut self], values: &mut Vec<T>) -> Result<usize, SendBatchError>;
                fn try_send_batch([&mut self], values: &mut Vec<T>) -> Result<usize, TrySendBatchError>;
                fn send_batch_timeout([&mut self], values: &mut Vec<T>, limit: Duration)
                    -> Result<usize, SendBatchError>;
                fn send_batch_async<'a>([&'a mut self], values: &'a mut Vec<T>)
                    -> SendBatchFuture<'a, impl Target<Item = T>>;
                #[cfg(feature = "futures")]
                fn sink([&mut self]) -> hel::SendSink<impl Target<Item = T>>;
                fn closed_async([&self]) -> hel::ClosedFuture<'_, T>;
                fn close([&self]) -> bool;
                fn is_disconnected([&self]) -> bool;
                fn len([&self]) -> usize;
                fn is_empty([&self]) -> bool;
                fn is_full([&self]) -> bool;
                fn capacity([&self]) -> usize;
            }
        }
    };
}

macro_rules! receiving {
    ($rx:ty) => {
        impl<T> RecvEnd<T> for $rx {
            forward! { $rx, self:
                fn recv([&mut self]) -> Result<T, RecvError>;
                fn try_recv([&mut self]) -> Result<T, TryRecvError>;
                fn recv_timeout([&mut self], limit: Duration) -> Result<T, RecvError>;
                fn recv_deadline([&mut self], deadline: Instant) -> Result<T, RecvError>;
                fn recv_async([&mut self]) -> RecvFuture<impl Source<Item = T>>;
                fn poll_recv([&mut self], cx: &mut Context<'_>) -> Poll<Option<T>>;
                fn recv_batch([&mut self], into: &mut Vec<T>, max: usize) -> Result<usize, RecvError>;
                fn try_recv_batch([&mut self], into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError>;
                fn recv_batch_timeout([&mut self], into: &mut Vec<T>, max: usize, limit: Duration)
                    -> Result<usize, RecvError>;
                fn recv_batch_async<'a>([&'a mut self], into: &'a mut Vec<T>, max: usize)
                    -> RecvBatchFuture<'a, impl Source<Item = T>>;
                fn poll_recv_batch([&mut self], cx: &mut Context<'_>, into: &mut Vec<T>, max: usize)
                    -> Poll<Result<usize, AsyncRecvError>>;
                fn gather([&mut self], into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError>;
                fn iter([&mut self]) -> hel::Iter<impl Source<Item = T>>;
                fn try_iter([&mut self]) -> hel::TryIter<impl Source<Item = T>>;
                #[cfg(feature = "futures")]
                fn stream([&mut self]) -> hel::RecvStream<impl Source<Item = T>>;
                fn close([&self]) -> bool;
                fn is_disconnected([&self]) -> bool;
                fn len([&self]) -> usize;
                fn is_empty([&self]) -> bool;
                fn is_full([&self]) -> bool;
                fn capacity([&self]) -> usize;
            }
        }
    };
}

sending!(mpmc::Sender<T>);
receiving!(mpmc::Receiver<T>);
receiving!(mpmc::ExclusiveReceiver<T>);
sending!(spsc::Sender<T>);
receiving!(spsc::Receiver<T>);

/// Why a verb did nothing, or stopped early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Full or Empty.
    NotNow,
    TimeOut,
    Disconnected,
}

/// Every way to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendVerb {
    Send,
    Try,
    Timeout,
    Deadline,
    Async,
    RefAsync,
    Poll,
    Batch,
    TryBatch,
    BatchTimeout,
    BatchAsync,
    #[cfg(feature = "futures")]
    Sink,
}

impl SendVerb {
    pub(crate) const ALL: &[Self] = &[
        Self::Send,
        Self::Try,
        Self::Timeout,
        Self::Deadline,
        Self::Async,
        Self::RefAsync,
        Self::Poll,
        Self::Batch,
        Self::TryBatch,
        Self::BatchTimeout,
        Self::BatchAsync,
        #[cfg(feature = "futures")]
        Self::Sink,
    ];
}

/// Every way to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecvVerb {
    Recv,
    Try,
    Timeout,
    Deadline,
    Async,
    Poll,
    Batch,
    TryBatch,
    BatchTimeout,
    BatchAsync,
    PollBatch,
    Gather,
    Iter,
    TryIter,
    #[cfg(feature = "futures")]
    Stream,
}

impl RecvVerb {
    pub(crate) const ALL: &[Self] = &[
        Self::Recv,
        Self::Try,
        Self::Timeout,
        Self::Deadline,
        Self::Async,
        Self::Poll,
        Self::Batch,
        Self::TryBatch,
        Self::BatchTimeout,
        Self::BatchAsync,
        Self::PollBatch,
        Self::Gather,
        Self::Iter,
        Self::TryIter,
        #[cfg(feature = "futures")]
        Self::Stream,
    ];
}

/// Sends from the front of `values`: all of it by a batch verb, one value by any other. What was not sent stays there.
pub(crate) fn send_by<T>(tx: &mut impl SendEnd<T>, verb: SendVerb, values: &mut Vec<T>) -> Result<(), Why> {
    match verb {
        SendVerb::Batch => tx.send_batch(values).map(drop).map_err(why_batch),
        SendVerb::BatchTimeout => tx.send_batch_timeout(values, SHORT).map(drop).map_err(why_batch),
        SendVerb::BatchAsync => block_on(tx.send_batch_async(values)).map(drop).map_err(|_| Why::Disconnected),
        SendVerb::TryBatch => tx.try_send_batch(values).map(drop).map_err(|error| match error {
            TrySendBatchError::Full { .. } => Why::NotNow,
            TrySendBatchError::Disconnected { .. } => Why::Disconnected,
        }),
        _ => send_one_by(tx, verb, values.remove(0)).map_err(|(why, value)| {
            values.insert(0, value);
            why
        }),
    }
}

fn send_one_by<T>(tx: &mut impl SendEnd<T>, verb: SendVerb, value: T) -> Result<(), (Why, T)> {
    let mut slot;
    let by_ref = match verb {
        SendVerb::Try => {
            return tx
                .try_send(value)
                .map_err(|error| (if error.is_full() { Why::NotNow } else { Why::Disconnected }, error.into_inner()));
        }
        SendVerb::Timeout => return tx.send_timeout(value, SHORT).map_err(why_send),
        SendVerb::Deadline => return tx.send_deadline(value, Instant::now() + SHORT).map_err(why_send),
        SendVerb::Async => return block_on(tx.send_async(value)).map_err(|error| why_send(error.into())),
        #[cfg(feature = "futures")]
        SendVerb::Sink => {
            use futures_util::SinkExt as _;
            return block_on(tx.sink().send(value)).map_err(|error| why_send(error.into()));
        }
        SendVerb::RefAsync => {
            slot = Some(value);
            block_on(tx.send_ref_async(&mut slot))
        }
        SendVerb::Poll => {
            slot = Some(value);
            block_on(poll_fn(|cx| tx.poll_send(cx, &mut slot)))
        }
        _ => return tx.send(value).map_err(why_send),
    };
    assert_eq!(slot.is_some(), by_ref.is_err(), "the slot is Some if and only if it was not sent");
    by_ref.map_err(|_| (Why::Disconnected, slot.unwrap()))
}

fn why_send<T>(error: SendError<T>) -> (Why, T) {
    (if error.is_timeout() { Why::TimeOut } else { Why::Disconnected }, error.into_inner())
}

fn why_batch(error: SendBatchError) -> Why {
    match error {
        SendBatchError::TimeOut { .. } => Why::TimeOut,
        SendBatchError::Disconnected { .. } => Why::Disconnected,
    }
}

/// Receives to the end of `into`: up to `max` by a batch verb, one value by any other. Says how many.
///
/// `TryIter` cannot tell Empty from Disconnected: it says `NotNow`.
pub(crate) fn recv_by<T>(
    rx: &mut impl RecvEnd<T>,
    verb: RecvVerb,
    max: usize,
    into: &mut Vec<T>,
) -> Result<usize, Why> {
    let asynchronous = |_: AsyncRecvError| Why::Disconnected;
    match verb {
        RecvVerb::Batch => rx.recv_batch(into, max).map_err(why_recv),
        RecvVerb::TryBatch => rx.try_recv_batch(into, max).map_err(why_try_recv),
        RecvVerb::BatchTimeout => rx.recv_batch_timeout(into, max, SHORT).map_err(why_recv),
        RecvVerb::BatchAsync => block_on(rx.recv_batch_async(into, max)).map_err(asynchronous),
        RecvVerb::PollBatch => block_on(poll_fn(|cx| rx.poll_recv_batch(cx, into, max))).map_err(asynchronous),
        RecvVerb::Gather => rx.gather(into, max, SHORT).map_err(why_recv),
        _ => recv_one_by(rx, verb).map(|value| {
            into.push(value);
            1
        }),
    }
}

fn recv_one_by<T>(rx: &mut impl RecvEnd<T>, verb: RecvVerb) -> Result<T, Why> {
    match verb {
        RecvVerb::Try => rx.try_recv().map_err(why_try_recv),
        RecvVerb::Timeout => rx.recv_timeout(SHORT).map_err(why_recv),
        RecvVerb::Deadline => rx.recv_deadline(Instant::now() + SHORT).map_err(why_recv),
        RecvVerb::Async => block_on(rx.recv_async()).map_err(|_| Why::Disconnected),
        RecvVerb::Poll => block_on(poll_fn(|cx| rx.poll_recv(cx))).ok_or(Why::Disconnected),
        RecvVerb::Iter => rx.iter().next().ok_or(Why::Disconnected),
        RecvVerb::TryIter => rx.try_iter().next().ok_or(Why::NotNow),
        #[cfg(feature = "futures")]
        RecvVerb::Stream => {
            use futures_util::StreamExt as _;
            block_on(rx.stream().next()).ok_or(Why::Disconnected)
        }
        _ => rx.recv().map_err(why_recv),
    }
}

fn why_recv(error: RecvError) -> Why {
    if error.is_timeout() { Why::TimeOut } else { Why::Disconnected }
}

fn why_try_recv(error: TryRecvError) -> Why {
    if error.is_empty() { Why::NotNow } else { Why::Disconnected }
}

/// As `support::block_on`, without a watchdog of its own: for use many times within one.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let unpark = Arc::new(Unpark { thread: thread::current(), woken: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&unpark));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = Pin::as_mut(&mut future).poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        while !unpark.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

struct Unpark {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Where threads meet, as close together as can be, and without a lock that would order what they do next.
#[derive(Debug, Default)]
pub(crate) struct Meeting(AtomicUsize);

impl Meeting {
    /// Returns when `threads` threads have called it for the `round`th time, from 1 on.
    pub(crate) fn meet(&self, threads: usize, round: usize) {
        self.0.fetch_add(1, Ordering::AcqRel);
        let mut looks = 0;
        while self.0.load(Ordering::Acquire) < threads * round {
            looks += 1;
            if looks % 256 == 0 { thread::yield_now() } else { std::hint::spin_loop() }
        }
    }
}
