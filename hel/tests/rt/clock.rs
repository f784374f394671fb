//! A runtime whose clock moves when a test says so, and which knows what is done with it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hel::rt::{Runtime, Timer};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const NANO: Duration = Duration::from_nanos(1);

#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<State>>);

struct State {
    now: Instant,
    timers: BTreeMap<usize, Entry>,
    reads: usize,
    made: usize,
    resets: usize,
}

struct Entry {
    at: Instant,
    waker: Option<Waker>,
    fired: bool,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let (now, timers) = (Instant::now(), BTreeMap::new());
        Self(Arc::new(Mutex::new(State { now, timers, reads: 0, made: 0, resets: 0 })))
    }

    /// Also after a waker has panicked.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves on, and wakes whoever waits for what is due then.
    pub(crate) fn advance(&self, by: Duration) {
        let mut state = self.state();
        state.now += by;
        let now = state.now;
        let due = state.timers.values_mut().filter(|entry| entry.at <= now);
        let wakers: Vec<_> = due.filter_map(|entry| entry.waker.take()).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// The time, for the test itself.
    pub(crate) fn time(&self) -> Instant {
        self.state().now
    }

    /// How often hel asked for the time.
    pub(crate) fn reads(&self) -> usize {
        self.state().reads
    }

    /// How many timers were made.
    pub(crate) fn made(&self) -> usize {
        self.state().made
    }

    /// How often a timer was set anew.
    #[cfg(feature = "futures")]
    pub(crate) fn resets(&self) -> usize {
        self.state().resets
    }

    /// How many timers there are.
    pub(crate) fn timers(&self) -> usize {
        self.state().timers.len()
    }
}

impl Runtime for Clock {
    type Timer = Hand;

    fn now(&self) -> Instant {
        let mut state = self.state();
        state.reads += 1;
        state.now
    }

    fn timer(&self, at: Instant) -> Hand {
        let mut state = self.state();
        let id = state.made;
        state.made += 1;
        state.timers.insert(id, Entry { at, waker: None, fired: false });
        drop(state);
        Hand { clock: self.clone(), id }
    }
}

/// A timer of a [`Clock`].
pub(crate) struct Hand {
    clock: Clock,
    id: usize,
}

impl Future for Hand {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        let now = state.now;
        let entry = state.timers.get_mut(&self.id).unwrap();
        assert!(!entry.fired, "polled after it was ready, and not set anew");
        entry.fired = entry.at <= now;
        entry.waker = (!entry.fired).then(|| cx.waker().clone());
        if entry.fired { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Timer for Hand {
    fn reset(self: Pin<&mut Self>, at: Instant) {
        let mut state = self.clock.state();
        state.resets += 1;
        let entry = state.timers.get_mut(&self.id).unwrap();
        (entry.at, entry.fired) = (at, false);
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.clock.state().timers.remove(&self.id);
    }
}

/// A runtime whose timers are ready at once, but do something first: what happens between a look and the limit.
pub(crate) struct Meanwhile<F>(Arc<Mutex<F>>);

impl<F: FnMut()> Meanwhile<F> {
    pub(crate) fn new(then: F) -> Self {
        Self(Arc::new(Mutex::new(then)))
    }
}

impl<F> Clone for Meanwhile<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: FnMut()> Runtime for Meanwhile<F> {
    type Timer = Self;

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn timer(&self, _: Instant) -> Self {
        self.clone()
    }
}

impl<F: FnMut()> Future for Meanwhile<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        (self.0.lock().unwrap())();
        Poll::Ready(())
    }
}

impl<F: FnMut()> Timer for Meanwhile<F> {
    fn reset(self: Pin<&mut Self>, _: Instant) {}
}
