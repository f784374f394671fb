//! A blocked thread is a task whose waker unparks it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// Parks its own thread until its waker is called.
#[derive(Debug)]
pub(crate) struct Parker {
    signal: Arc<Signal>,
    waker: Waker,
}

/// What a parker shares with its wakers.
#[derive(Debug)]
struct Signal {
    /// Set by a wake, taken by the park that it ends. The only proof of a wake: the thread's own token is not one,
    /// since other code on the thread may leave or take it.
    woken: AtomicBool,
    thread: Thread,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // ORDERING: Release, with the Acquire swap in `Signal::take`: the woken thread sees what the waker did. A
        // second wake leaves the unparking to the first, which has done it or is about to.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

impl Signal {
    fn take(&self) -> bool {
        // ORDERING: Acquire, with the Release swap in `wake_by_ref`. Nothing is published by taking.
        self.woken.swap(false, Ordering::Acquire)
    }
}

impl Parker {
    fn new() -> Self {
        let signal = Arc::new(Signal { woken: AtomicBool::new(false), thread: thread::current() });
        let waker = Waker::from(Arc::clone(&signal));
        Self { signal, waker }
    }

    /// The waker that ends one [`park`](Self::park).
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Sleeps until the waker is called (true) or `deadline` passes (false). A wake that came first ends it at once.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        while !self.signal.take() {
            match deadline {
                None => thread::park(),
                Some(at) => match at.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => thread::park_timeout(left),
                    _ => return self.signal.take(),
                },
            }
        }
        true
    }
}

/// Lends `f` this thread's parker, the same for each wait: a late wake of an earlier one is found set, so a wake means
/// "look again", never "you were notified". A wait inside a wait (a waker that blocks) gets a parker of its own, so
/// that neither takes the other's wake-up.
pub(crate) fn with_parker<R>(f: impl FnOnce(&Parker) -> R) -> R {
    thread_local! {
        static IDLE: Cell<Option<Parker>> = const { Cell::new(None) };
    }
    let parker = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_else(Parker::new);
    let result = f(&parker);
    // While the thread's locals are torn down there is nowhere to keep it: it is dropped instead.
    let _ = IDLE.try_with(|idle| idle.set(Some(parker)));
    result
}
