use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::{FusedStream, Stream};

use super::collect::{Found, collect, looks};
use super::{Runtime, Timer, deadline};
use crate::ends::Source;
use crate::held::Held;
use crate::wait::{FirstPanic, Wait};
use crate::yielding::Streak;

/// A [`Stream`] of batches: each is given out when it is full, a while after its first value, or at the end.
///
/// No batch is empty, and none is longer than asked for. After 1,024 batches in a row that were ready at once it yields to
/// its executor. Its one timer is boxed when it is first needed and set anew for each batch, so that the stream is
/// `Unpin` whatever the runtime.
///
/// Between polls it is told of new values, as a [`RecvStream`](crate::RecvStream) is, and holds the batch that it collects.
///
/// # Cancel safety
/// Dropping a `next()` on it loses nothing. Dropping the stream drops the batch that it collects;
/// [`take_partial`](Self::take_partial) and [`into_inner`](Self::into_inner) hand it out. The receiver goes with the stream if
/// that owns it.
#[must_use = "streams do nothing unless polled"]
pub struct Batches<S: Source, R: Runtime> {
    end: Held<S>,
    partial: Partial<S::Item>,
    max: usize,
    linger: Duration,
    rt: R,
    timer: Option<Pin<Box<R::Timer>>>,
    clock: Clock,
    streak: Streak,
}

/// The batch that is collected. Dropped after the end, whose waker may have panicked: each value goes, and none makes a
/// second panic of it.
struct Partial<T>(Vec<T>);

impl<T> Drop for Partial<T> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        for value in self.0.drain(..) {
            panics.run(|| drop(value));
        }
        panics.resume();
    }
}

/// How long the batch that is collected may still wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// It has no value yet.
    Stopped,
    /// Until the timer is ready.
    Timed,
    /// Without limit.
    Endless,
}

impl<S: Source, R: Runtime> Batches<S, R> {
    /// Batches of up to `max` values from `source`, each given out at most `linger` after its first value.
    ///
    /// A `linger` of zero takes what is there; one of [`Duration::MAX`] waits for full batches.
    ///
    /// # Panics
    /// If `max` is 0.
    pub fn new(rt: R, source: S, max: usize, linger: Duration) -> Self {
        assert!(max > 0, "a batch must have room for at least 1 value");
        let (end, partial) = (Held::new(source, Wait::soft()), Partial(Vec::new()));
        Self { end, partial, max, linger, rt, timer: None, clock: Clock::Stopped, streak: Streak::default() }
    }

    /// Takes out the batch that is being collected, which may be empty. The stream goes on with the next one.
    pub fn take_partial(&mut self) -> Vec<S::Item> {
        self.clock = Clock::Stopped;
        mem::take(&mut self.partial.0)
    }

    /// The end that it receives from.
    pub fn get_ref(&self) -> &S {
        self.end.get_ref()
    }

    /// The end that it receives from. Receiving from it by hand takes values out of the stream, later ones than those of
    /// the batch that is being collected.
    pub fn get_mut(&mut self) -> &mut S {
        self.end.get_mut()
    }

    /// Takes the stream apart: the end, and the batch that was being collected.
    pub fn into_inner(mut self) -> (S, Vec<S::Item>) {
        let partial = self.take_partial();
        (self.end.into_inner(), partial)
    }

    /// The batch has its first value: ready when it is time to give it out.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.linger.is_zero() {
            return Poll::Ready(());
        }
        if self.clock == Clock::Stopped {
            self.start();
        }
        match &mut self.timer {
            Some(timer) if self.clock == Clock::Timed => timer.as_mut().poll(cx),
            _ => Poll::Pending,
        }
    }

    /// Sets the timer for the batch that has just begun.
    fn start(&mut self) {
        let Some(at) = deadline(self.rt.now(), self.linger) else {
            self.clock = Clock::Endless;
            return;
        };
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(at),
            None => self.timer = Some(Box::pin(self.rt.timer(at))),
        }
        self.clock = Clock::Timed;
    }

    /// One poll, but for giving way.
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<S::Item>>> {
        let found = collect(&mut self.end, cx, &mut self.partial.0, self.max, looks(self.linger));
        let over = match found {
            Found::All => true,
            Found::End => {
                self.end.finish();
                true
            }
            Found::Some | Found::Nothing => !self.partial.0.is_empty() && self.poll_linger(cx).is_ready(),
        };
        if over {
            return Poll::Ready(Some(self.take_partial()).filter(|batch| !batch.is_empty()));
        }
        if found == Found::Some {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<S: Source, R: Runtime> Stream for Batches<S, R> {
    type Item = Vec<S::Item>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Vec<S::Item>>> {
        let this = self.get_mut();
        if this.end.is_finished() {
            return Poll::Ready(None);
        }
        if this.streak.must_yield(cx) {
            return Poll::Pending;
        }
        let polled = this.poll_batch(cx);
        this.streak.note(polled.is_ready());
        polled
    }
}

impl<S: Source, R: Runtime> FusedStream for Batches<S, R> {
    fn is_terminated(&self) -> bool {
        self.end.is_finished()
    }
}

// The timer is boxed, and nothing else is ever pinned.
impl<S: Source, R: Runtime> Unpin for Batches<S, R> {}

impl<S: Source, R: Runtime> fmt::Debug for Batches<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("collected", &self.partial.0.len())
            .field("max", &self.max)
            .field("linger", &self.linger)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
