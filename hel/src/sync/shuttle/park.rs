//! A blocked thread on shuttle's `park`, in the steps of the native one.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Instant;

use ::shuttle::sync::atomic::{AtomicBool, Ordering};
use ::shuttle::thread::{self, Thread};

/// Parks its own thread until its waker is called.
#[derive(Debug)]
pub(crate) struct Parker {
    signal: Arc<Signal>,
    waker: Waker,
}

#[derive(Debug)]
struct Signal {
    woken: AtomicBool,
    thread: Thread,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // ORDERING: as natively; to shuttle they are all the same.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

impl Signal {
    fn take(&self) -> bool {
        // ORDERING: as natively.
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

    /// Sleeps until the waker is called (true). A deadline lets others run for a moment, and has passed then.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        while !self.signal.take() {
            if deadline.is_some() {
                thread::yield_now();
                return self.signal.take();
            }
            thread::park();
        }
        true
    }
}

::shuttle::thread_local! {
    static IDLE: Cell<Option<Parker>> = Cell::new(None);
}

/// Lends `f` this thread's parker, the same for each wait: a late wake of an earlier one is found set.
pub(crate) fn with_parker<R>(f: impl FnOnce(&Parker) -> R) -> R {
    let parker = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_else(Parker::new);
    let result = f(&parker);
    let _ = IDLE.try_with(|idle| idle.set(Some(parker)));
    result
}
