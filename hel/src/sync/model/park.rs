//! A blocked thread on loom's lock and condition variable.
//!
//! Not on loom's `park`: its `unpark` of a thread that is blocked on a lock panics, and it hands over causality by
//! itself, which would hide a missing Acquire.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Instant;

use loom::sync::{Condvar, Mutex};

use super::barrier::{offline, online};

/// Parks its own thread until its waker is called.
#[derive(Debug)]
pub(crate) struct Parker {
    signal: Arc<Signal>,
    waker: Waker,
}

#[derive(Debug)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

impl Parker {
    fn new() -> Self {
        let signal = Arc::new(Signal { woken: Mutex::new(false), changed: Condvar::new() });
        let waker = Waker::from(Arc::clone(&signal));
        Self { signal, waker }
    }

    /// The waker that ends one [`park`](Self::park).
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Sleeps until the waker is called (true). In a model every deadline has passed: with one it only asks.
    pub(crate) fn park(&self, deadline: Option<Instant>) -> bool {
        let mut woken = self.signal.woken.lock().unwrap();
        if *woken || deadline.is_some() {
            return std::mem::take(&mut *woken);
        }
        // With the lock held, which saves taking it twice: no barrier takes it, and a waker may as well come now.
        offline();
        while !*woken {
            woken = self.signal.changed.wait(woken).unwrap();
        }
        *woken = false;
        drop(woken);
        online();
        true
    }
}

loom::thread_local! {
    static IDLE: Cell<Option<Parker>> = Cell::new(None);
}

/// Lends `f` this thread's parker, the same for each wait: a late wake of an earlier one is found set.
pub(crate) fn with_parker<R>(f: impl FnOnce(&Parker) -> R) -> R {
    let parker = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_else(Parker::new);
    let result = f(&parker);
    let _ = IDLE.try_with(|idle| idle.set(Some(parker)));
    result
}
