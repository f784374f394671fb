//! Futures of any kind, polled by hand, and limits that expire when told to.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::FusedFuture;
use hel::Source;
use hel::rt::{Gather, Operation, Runtime, Timeout, Timer, gather, timeout};

use crate::value::{self, Value};

/// A future under way. What it gives is the same for all that do alike.
pub trait Pending<O> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<O>;
    fn is_terminated(&self) -> bool;
    /// Forgets the future.
    fn forget(&mut self);
    /// Gives a send up, and its value back, where there is such a form.
    fn take(&mut self) -> Option<Value> {
        None
    }
}

struct Future<F, M> {
    future: Option<F>,
    map: M,
}

impl<O, F: FusedFuture + Unpin, M: FnMut(F::Output) -> O> Pending<O> for Future<F, M> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<O> {
        let future = self.future.as_mut().expect("not forgotten");
        Pin::new(future).poll(cx).map(&mut self.map)
    }

    fn is_terminated(&self) -> bool {
        self.future.as_ref().is_some_and(FusedFuture::is_terminated)
    }

    fn forget(&mut self) {
        std::mem::forget(self.future.take());
    }
}

/// Boxes a future, whose output `map` makes alike to those of others.
pub fn pending<O: 'static, F>(future: F, map: impl FnMut(F::Output) -> O + 'static) -> Box<dyn Pending<O>>
where
    F: FusedFuture + Unpin + 'static,
{
    Box::new(Future { future: Some(future), map })
}

/// Drops a future, and leaves something in its place that nobody polls.
pub fn drop_future<O: 'static>(future: &mut Box<dyn Pending<O>>) {
    let future = std::mem::replace(future, Box::new(Over));
    value::dropping(|| drop(future));
}

/// In the place of a future that has gone.
struct Over;

impl<O> Pending<O> for Over {
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<O> {
        unreachable!("its future has gone")
    }

    fn is_terminated(&self) -> bool {
        true
    }

    fn forget(&mut self) {}
}

/// A runtime whose only timer is over when it is told to be.
#[derive(Clone, Debug)]
pub struct Clock {
    over: Rc<Cell<bool>>,
    /// Its timer was ready, and is not polled again before it is set anew.
    told: Rc<Cell<bool>>,
    now: Instant,
}

impl Clock {
    pub fn new() -> Self {
        Self { over: Rc::default(), told: Rc::default(), now: Instant::now() }
    }

    pub fn expire(&self) {
        self.over.set(true);
    }

    pub fn is_over(&self) -> bool {
        self.over.get()
    }

    /// `op` until this clock expires.
    pub fn limit<F: Operation>(&self, op: F) -> Timeout<F, Self> {
        timeout(self.clone(), Duration::from_secs(1), op)
    }

    /// Collects until there are `max`, or this clock expires after the first.
    pub fn gather<'b, S: Source>(&self, source: S, into: &'b mut Vec<S::Item>, max: usize) -> Gather<'b, S, Self> {
        gather(self.clone(), source, into, max, Duration::from_secs(1))
    }
}

impl Runtime for Clock {
    type Timer = Self;

    fn now(&self) -> Instant {
        self.now
    }

    fn timer(&self, _: Instant) -> Self {
        self.clone()
    }
}

impl std::future::Future for Clock {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        assert!(!self.told.get(), "a timer was polled after it was ready");
        self.told.set(self.is_over());
        if self.is_over() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Timer for Clock {
    fn reset(self: Pin<&mut Self>, _: Instant) {
        self.over.set(false);
        self.told.set(false);
    }
}
