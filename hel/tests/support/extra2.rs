//! One set of names for the ends of both kinds of channel, so that a test is written once, and what it takes to wait.
#![allow(dead_code, unused_macros, unused_imports, reason = "every test file compiles all of it and uses a part")]

use std::fs;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use hel::channel::errors::{
    AsyncRecvError, AsyncSendError, RecvError, SendBatchError, SendError, TryRecvError, TrySendBatchError, TrySendError,
};
use hel::channel::{mpmc, spsc};
use hel::{
    ClosedFuture, Iter, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source, Target,
    TryIter,
};
#[cfg(feature = "futures")]
use hel::{RecvStream, SendSink};

/// A kind of channel.
pub(crate) trait Channel: 'static {
    type Tx<T: Send + 'static>: TxEnd<T>;
    type Rx<T: Send + 'static>: RxEnd<T>;

    fn bounded<T: Send + 'static>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>);
}

pub(crate) struct Mpmc;
/// As [`Mpmc`], with a receiver that has the channel to itself.
pub(crate) struct Exclusive;
pub(crate) struct Spsc;

impl Channel for Mpmc {
    type Tx<T: Send + 'static> = mpmc::Sender<T>;
    type Rx<T: Send + 'static> = mpmc::Receiver<T>;

    fn bounded<T: Send + 'static>(capacity: usize) -> (mpmc::Sender<T>, mpmc::Receiver<T>) {
        mpmc::bounded(capacity)
    }
}

impl Channel for Exclusive {
    type Tx<T: Send + 'static> = mpmc::Sender<T>;
    type Rx<T: Send + 'static> = mpmc::ExclusiveReceiver<T>;

    fn bounded<T: Send + 'static>(capacity: usize) -> (mpmc::Sender<T>, mpmc::ExclusiveReceiver<T>) {
        let (tx, rx) = mpmc::bounded(capacity);
        (tx, rx.into_exclusive().expect("it has no clones"))
    }
}

impl Channel for Spsc {
    type Tx<T: Send + 'static> = spsc::Sender<T>;
    type Rx<T: Send + 'static> = spsc::Receiver<T>;

    fn bounded<T: Send + 'static>(capacity: usize) -> (spsc::Sender<T>, spsc::Receiver<T>) {
        spsc::bounded(capacity)
    }
}

/// Makes a `#[test]` for each kind of channel, and for an exclusive receiver, under the watchdog, out of functions generic over [`Channel`].
macro_rules! on_both_kinds {
    ($($test:ident),* $(,)?) => {
        mod mpmc_channel {
            $(#[test] fn $test() { crate::support::limit(super::$test::<crate::extra2::Mpmc>); })*
        }
        mod exclusive_receiver {
            $(#[test] fn $test() { crate::support::limit(super::$test::<crate::extra2::Exclusive>); })*
        }
        mod spsc_channel {
            $(#[test] fn $test() { crate::support::limit(super::$test::<crate::extra2::Spsc>); })*
        }
    };
}
pub(crate) use on_both_kinds;

/// Declares a trait with the verbs of an end and gives it to each end named, with what that lends to a future.
macro_rules! end {
    (
        $(#[$about:meta])*
        $name:ident: $lent:ident $(+ $more:path)?;
        $(for $end:ty, $own:ty;)+
        verbs $verbs:tt
    ) => {
        end! { @declare $(#[$about])* $name: $lent $(+ $more)?; $verbs }
        $(end! { @give $name to $end, $own; $verbs })+
    };
    (
        @declare $(#[$about:meta])* $name:ident: $lent:ident $(+ $more:path)?;
        { $($(#[$attr:meta])* fn $verb:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)* }
    ) => {
        $(#[$about])*
        pub(crate) trait $name<T: Send + 'static>: $lent<Item = T> $(+ $more)? + Sized + Send + 'static {
            type Lent<'a>: $lent<Item = T> + Send where Self: 'a;
            $($(#[$attr])* fn $verb<'a>(&'a mut self, $($arg: $ty),*) -> $ret where T: 'a;)*
        }
    };
    (
        @give $name:ident to $end:ty, $own:ty;
        { $($(#[$attr:meta])* fn $verb:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)* }
    ) => {
        impl<T: Send + 'static> $name<T> for $end {
            type Lent<'a> = $own;
            $($(#[$attr])* fn $verb<'a>(&'a mut self, $($arg: $ty),*) -> $ret where T: 'a {
                <$end>::$verb(self, $($arg),*)
            })*
        }
    };
}

end! {
    /// A sending end.
    TxEnd: Target;
    for mpmc::Sender<T>, &'a Self;
    for spsc::Sender<T>, &'a mut Self;
    verbs {
        fn try_send(value: T) -> Result<(), TrySendError<T>>;
        fn send(value: T) -> Result<(), SendError<T>>;
        fn send_timeout(value: T, limit: Duration) -> Result<(), SendError<T>>;
        fn send_deadline(value: T, at: Instant) -> Result<(), SendError<T>>;
        fn send_async(value: T) -> SendFuture<Self::Lent<'a>>;
        fn send_ref_async(value: &'a mut Option<T>) -> SendRefFuture<'a, Self::Lent<'a>>;
        fn poll_send(cx: &mut Context<'_>, value: &mut Option<T>) -> Poll<Result<(), AsyncSendError<()>>>;
        fn cancel_poll() -> ();
        fn try_send_batch(values: &mut Vec<T>) -> Result<usize, TrySendBatchError>;
        fn send_batch(values: &mut Vec<T>) -> Result<usize, SendBatchError>;
        fn send_batch_timeout(values: &mut Vec<T>, limit: Duration) -> Result<usize, SendBatchError>;
        fn send_batch_async(values: &'a mut Vec<T>) -> SendBatchFuture<'a, Self::Lent<'a>>;
        fn closed_async() -> ClosedFuture<'a, T>;
        #[cfg(feature = "futures")] fn sink() -> SendSink<Self::Lent<'a>>;
        fn close() -> bool;
        fn is_disconnected() -> bool;
        fn len() -> usize;
    }
}

end! {
    /// A receiving end.
    RxEnd: Source + IntoIterator<Item = T, IntoIter = Iter<Self>>;
    for mpmc::Receiver<T>, &'a Self;
    for mpmc::ExclusiveReceiver<T>, &'a mut Self;
    for spsc::Receiver<T>, &'a mut Self;
    verbs {
        fn try_recv() -> Result<T, TryRecvError>;
        fn recv() -> Result<T, RecvError>;
        fn recv_timeout(limit: Duration) -> Result<T, RecvError>;
        fn recv_deadline(at: Instant) -> Result<T, RecvError>;
        fn recv_async() -> RecvFuture<Self::Lent<'a>>;
        fn poll_recv(cx: &mut Context<'_>) -> Poll<Option<T>>;
        fn cancel_poll() -> ();
        fn try_recv_batch(into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError>;
        fn recv_batch(into: &mut Vec<T>, max: usize) -> Result<usize, RecvError>;
        fn recv_batch_timeout(into: &mut Vec<T>, max: usize, limit: Duration) -> Result<usize, RecvError>;
        fn recv_batch_async(into: &'a mut Vec<T>, max: usize) -> RecvBatchFuture<'a, Self::Lent<'a>>;
        fn poll_recv_batch(cx: &mut Context<'_>, into: &mut Vec<T>, max: usize) -> Poll<Result<usize, AsyncRecvError>>;
        fn gather(into: &mut Vec<T>, max: usize, linger: Duration) -> Result<usize, RecvError>;
        fn iter() -> Iter<Self::Lent<'a>>;
        fn try_iter() -> TryIter<Self::Lent<'a>>;
        #[cfg(feature = "futures")] fn stream() -> RecvStream<Self::Lent<'a>>;
        fn close() -> bool;
        fn is_disconnected() -> bool;
        fn len() -> usize;
    }
}

/// Where wakers write down who was woken, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<usize>>>);

struct Logged {
    id: usize,
    log: Log,
}

impl Wake for Logged {
    fn wake(self: Arc<Self>) {
        self.log.0.lock().unwrap().push(self.id);
    }
}

impl Log {
    pub(crate) fn waker(&self, id: usize) -> Waker {
        Waker::from(Arc::new(Logged { id, log: self.clone() }))
    }

    /// Who was woken since this was asked last.
    pub(crate) fn take(&self) -> Vec<usize> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Runs futures on this thread, which sleeps in between. It has no watchdog, so it can be used within one.
pub(crate) struct Runner {
    unpark: Arc<Unpark>,
    waker: Waker,
}

struct Unpark {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, SeqCst);
        self.thread.unpark();
    }
}

impl Runner {
    pub(crate) fn new() -> Self {
        let unpark = Arc::new(Unpark { thread: thread::current(), woken: AtomicBool::new(false) });
        Self { waker: Waker::from(Arc::clone(&unpark)), unpark }
    }

    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    pub(crate) fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&self.waker)) {
                return output;
            }
            while !self.unpark.woken.swap(false, SeqCst) {
                thread::park();
            }
        }
    }
}

/// Starts a thread and returns once it sleeps in `body`, as far as the system can tell. It gives up after a while.
pub(crate) fn spawn_asleep<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        tell.send(fs::read_link("/proc/thread-self").ok()).unwrap();
        body()
    });
    match told.recv().unwrap() {
        Some(path) => until_asleep(&format!("/proc/{}/stat", path.display()), || thread.is_finished()),
        None => thread::sleep(Duration::from_millis(100)),
    }
    thread
}

/// Returns when the thread has been found asleep several times in a row, or has ended, or seems never to sleep.
fn until_asleep(stat: &str, ended: impl Fn() -> bool) {
    let (mut asleep, begun) = (0, Instant::now());
    while asleep < 5 && !ended() && begun.elapsed() < Duration::from_secs(2) {
        thread::sleep(Duration::from_micros(200));
        let stat = fs::read_to_string(stat).unwrap_or_default();
        let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
        asleep = if state == Some('S') { asleep + 1 } else { 0 };
    }
}
