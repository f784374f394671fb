//! P8, no user code under a lock: values and wakers that use the channel which drops or wakes them.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use extra1::{Kind, Mpmc, RecvEnd, SendEnd, Spsc};
use hel::channel::mpmc::{Receiver, Sender};
use support::waker::CountingWaker;
use support::{limit, poll_with};

/// A value that does something when it is dropped.
struct OnDrop(Option<Box<dyn FnOnce() + Send>>);

impl OnDrop {
    fn new(f: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(f)))
    }

    fn nothing() -> Self {
        Self(None)
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f();
        }
    }
}

/// Values send into their own channel as the last receiver drops them: all are refused, and nothing is left.
#[test]
fn a_value_sends_as_it_is_dropped_with_the_receiver() {
    limit(|| {
        let (tx, rx) = hel::bounded(3);
        let refused = Arc::new(Mutex::new(0));
        for _ in 0..3 {
            let (again, refused) = (tx.clone(), Arc::clone(&refused));
            let value = OnDrop::new(move || {
                assert!(again.try_send(OnDrop::nothing()).is_err_and(|error| error.is_disconnected()));
                assert!(again.send(OnDrop::nothing()).is_err());
                *refused.lock().unwrap() += 1;
            });
            assert!(tx.try_send(value).is_ok());
        }
        drop(rx);
        assert_eq!(*refused.lock().unwrap(), 3);
        assert_eq!((tx.len(), tx.sender_count()), (0, 1));
    });
}

/// The only sender lies in its own channel: it goes with the receiver, and nothing is leaked.
#[test]
fn a_channel_that_holds_its_own_sender_is_dropped() {
    limit(|| {
        let dropped = Arc::new(());
        let (tx, rx) = hel::bounded::<OnDrop>(2);
        let (inside, held) = (tx.clone(), Arc::clone(&dropped));
        let value = OnDrop::new(move || {
            assert!(inside.is_disconnected());
            drop((inside, held));
        });
        assert!(tx.try_send(value).is_ok());
        drop(tx);
        assert_eq!((rx.sender_count(), Arc::strong_count(&dropped)), (1, 2));
        drop(rx);
        assert_eq!(Arc::strong_count(&dropped), 1);
    });
}

/// A value drops the last other receiver, and another one closes, in the middle of a receive.
#[test]
fn a_received_value_drops_handles_of_its_channel() {
    limit(|| {
        let (tx, rx) = hel::bounded::<OnDrop>(4);
        let other = rx.clone();
        assert!(tx.try_send(OnDrop::new(move || drop(other))).is_ok());
        let closer = tx.clone();
        assert!(tx.try_send(OnDrop::new(move || assert!(closer.close()))).is_ok());
        assert!(tx.try_send(OnDrop::nothing()).is_ok());
        drop(rx.recv().unwrap());
        assert_eq!((rx.receiver_count(), tx.is_disconnected()), (1, false));
        drop(rx.recv().unwrap());
        assert!(tx.is_disconnected());
        assert!(rx.recv().is_ok() && rx.recv().is_err());
    });
}

/// A waker that does something when it is woken, on the thread that wakes it.
struct OnWake<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn on_wake(f: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(OnWake(f)))
}

/// The receiving task is woken in the middle of a send, and receives on the spot.
#[test]
fn a_waker_receives_inside_the_send_that_wakes_it() {
    limit(|| {
        let (tx, rx) = hel::bounded(2);
        let got = Arc::new(Mutex::new(Vec::new()));
        for n in 0..3 {
            let mut recv = rx.recv_async();
            let (inside, into) = (rx.clone(), Arc::clone(&got));
            let waker = on_wake(move || into.lock().unwrap().push(inside.try_recv().unwrap()));
            assert!(poll_with(&mut recv, &waker).is_pending());
            tx.send(n).unwrap();
        }
        assert_eq!(*got.lock().unwrap(), [0, 1, 2]);
    });
}

/// The sending task is woken in the middle of a receive, and sends on the spot, while others wait as well.
#[test]
fn a_waker_sends_inside_the_receive_that_wakes_it() {
    limit(|| {
        let (tx, rx) = hel::bounded(1);
        tx.send(0).unwrap();
        let inside = tx.clone();
        let waker = on_wake(move || inside.try_send(1).unwrap());
        let mut send = tx.send_async(9);
        assert!(poll_with(&mut send, &waker).is_pending());
        let next = CountingWaker::new();
        let mut other = tx.send_async(2);
        assert!(poll_with(&mut other, &next.waker()).is_pending());
        assert_eq!(rx.recv(), Ok(0));
        drop(send);
        assert_eq!(rx.recv(), Ok(1), "sent by the waker");
        assert_eq!(next.wakes(), 1);
        assert_eq!(poll_with(&mut other, Waker::noop()), Poll::Ready(Ok(())));
        assert_eq!(rx.recv(), Ok(2));
    });
}

/// Wakers use everything that the channel offers while it closes.
#[test]
fn wakers_use_the_channel_that_closes() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(2);
        let seen = Arc::new(Mutex::new(0));
        let mut futures: Vec<_> = (0..20).map(|_| rx.recv_async()).collect();
        for future in &mut futures {
            let (tx, rx, seen) = (tx.clone(), rx.clone(), Arc::clone(&seen));
            let waker = on_wake(move || {
                assert!(!tx.close() && !rx.close() && tx.is_disconnected() && rx.is_disconnected());
                assert!(tx.try_send(1).is_err() && rx.try_recv().is_err() && rx.recv().is_err() && rx.is_empty());
                assert!(poll_with(&mut rx.recv_async(), Waker::noop()).is_ready());
                *seen.lock().unwrap() += 1;
            });
            assert!(poll_with(future, &waker).is_pending());
        }
        assert!(tx.close());
        assert_eq!(*seen.lock().unwrap(), 20);
    });
}

/// A waker owns the other end: the last one goes inside the wake-up, or with the waker that is dropped.
#[test]
fn a_waker_owns_the_other_end() {
    limit(|| {
        let (tx, rx) = hel::bounded::<u32>(1);
        let mut recv = rx.recv_async();
        let owned = Mutex::new(Some(tx.clone()));
        let waker = on_wake(move || drop(owned.lock().unwrap().take()));
        assert!(poll_with(&mut recv, &waker).is_pending());
        drop(waker);
        tx.send(1).unwrap();
        drop(tx);
        assert!(rx.is_disconnected(), "the wake-up dropped the other sender");
        assert_eq!(poll_with(&mut recv, Waker::noop()), Poll::Ready(Ok(1)));

        let (tx, rx) = hel::bounded::<u32>(1);
        let mut recv = rx.recv_async();
        let waker = on_wake(move || assert!(tx.close()));
        assert!(poll_with(&mut recv, &waker).is_pending());
        drop(waker);
        drop(recv);
        assert!(rx.is_disconnected(), "the sender went with the waker, which went with the future");
    });
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An executor that polls its task wherever it is woken, unless it is being polled already: then that goes on.
struct Inline {
    task: Mutex<Option<Task>>,
    woken: Mutex<bool>,
}

impl Inline {
    fn run(future: impl Future<Output = ()> + Send + 'static) -> Arc<Self> {
        let task: Task = Box::pin(future);
        let inline = Arc::new(Self { task: Mutex::new(Some(task)), woken: Mutex::new(false) });
        Arc::clone(&inline).wake();
        inline
    }

    fn is_done(&self) -> bool {
        self.task.lock().unwrap().is_none()
    }

    fn poll(self: &Arc<Self>, task: &mut Option<Task>) {
        let waker = Waker::from(Arc::clone(self));
        let polled = task.as_mut().map(|task| task.as_mut().poll(&mut Context::from_waker(&waker)));
        if polled.is_some_and(|polled| polled.is_ready()) {
            *task = None;
        }
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        // Again after each unlock: whoever was woken meanwhile has left it to us.
        while *self.woken.lock().unwrap() {
            let Ok(mut task) = self.task.try_lock() else { return };
            *self.woken.lock().unwrap() = false;
            self.poll(&mut task);
        }
    }
}

/// Two tasks run inside each other's operations, over one channel there and one back.
fn inline_tasks_talk(rounds: u32) {
    let (ping, pinged): (Sender<u32>, Receiver<u32>) = hel::bounded(1);
    let (pong, ponged) = hel::bounded(1);
    let echo = Inline::run(async move {
        while let Ok(n) = pinged.recv_async().await {
            pong.send_async(n + 1).await.unwrap();
        }
    });
    let caller = Inline::run(async move {
        for n in 0..rounds {
            ping.send_async(n).await.unwrap();
            assert_eq!(ponged.recv_async().await, Ok(n + 1));
        }
    });
    assert!(caller.is_done() && echo.is_done());
}

#[test]
fn tasks_run_inside_each_others_operations() {
    limit(|| inline_tasks_talk(1_000));
}

/// A thread drives such a task from outside: it runs on the thread, inside of its sends and receives.
fn a_thread_drives_an_inline_task<K: Echo>() {
    limit(|| {
        let (mut ping, pinged) = K::bounded(2);
        let (pong, mut ponged) = K::bounded(2);
        let echo = K::echo(pinged, pong);
        thread::scope(|scope| {
            scope.spawn(move || (0..1_000).for_each(|n| ping.send(n).unwrap()));
            (0..1_000).for_each(|n| assert_eq!(ponged.recv(), Ok(n)));
            assert_eq!(ponged.recv(), Err(hel::channel::errors::RecvError::Disconnected));
        });
        assert!(echo.is_done());
    });
}

/// What a task does is `Send` only as far as its concrete future is: hence once per kind.
trait Echo: Kind {
    fn echo(from: Self::Rx<u32>, to: Self::Tx<u32>) -> Arc<Inline>;
}

macro_rules! echo {
    ($kind:ty) => {
        impl Echo for $kind {
            #[allow(unused_mut, reason = "the ends of one kind only need it")]
            fn echo(mut from: Self::Rx<u32>, mut to: Self::Tx<u32>) -> Arc<Inline> {
                Inline::run(async move {
                    while let Ok(n) = from.recv_async().await {
                        to.send_async(n).await.unwrap();
                    }
                })
            }
        }
    };
}

echo!(Mpmc);
echo!(Spsc);

#[test]
fn a_task_runs_inside_the_operations_of_threads() {
    a_thread_drives_an_inline_task::<Mpmc>();
    a_thread_drives_an_inline_task::<Spsc>();
}
