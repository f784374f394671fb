use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::{Runtime, deadline};
use crate::future::{Operation, POLLED_AFTER_READY};

/// Gives an operation a limit, counted from its first poll.
///
/// An operation that is ready at once reads no clock and makes no timer. One that gives way to the other tasks of its executor before
/// it waits makes none until it waits. A `limit` of zero is one try; one of
/// [`Duration::MAX`] waits without limit.
///
/// # Cancel safety
/// As the operation's own.
pub fn timeout<F: Operation, R: Runtime>(rt: R, limit: Duration, op: F) -> Timeout<F, R> {
    Timeout { op, rt, limit: Limit::For(limit), over: false, timer: None }
}

/// Gives an operation a deadline by the runtime's clock. One in the past still does what can be done at once.
///
/// # Cancel safety
/// As the operation's own.
pub fn timeout_at<F: Operation, R: Runtime>(rt: R, deadline: Instant, op: F) -> Timeout<F, R> {
    Timeout { op, rt, limit: Limit::Until(deadline), over: false, timer: None }
}

pin_project! {
    /// An operation with a limit: what [`timeout`] and [`timeout_at`] return.
    ///
    /// It gives what the operation gives, or `TimeOut`. A send that timed out gives the value back, and has certainly
    /// not delivered it. A value that arrives together with the limit is received: before it says `TimeOut` the
    /// operation tries once more.
    ///
    /// It is `Unpin` if the runtime's timer is.
    ///
    /// # Cancel safety
    /// As the operation's own: a receive dropped at any point has received nothing; a send of one value dropped before
    /// it is ready has not sent; what a batch has not sent is in the caller's `Vec`, in order.
    #[must_use = "futures do nothing unless polled or awaited"]
    pub struct Timeout<F: Operation, R: Runtime> {
        op: F,
        rt: R,
        limit: Limit,
        // Whether the result has been given.
        over: bool,
        // Made when the operation has to wait.
        #[pin]
        timer: Option<R::Timer>,
    }
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    /// From the first poll on.
    For(Duration),
    /// A point in time.
    Until(Instant),
    /// The operation has given way to others before it waits: the clock runs, and there is no timer yet.
    Set { at: Instant, limit: Duration },
    /// The operation waits, and the timer runs if there is a limit that the clock can reach.
    Running { limit: Duration },
}

impl<F: Operation, R: Runtime> Timeout<F, R> {
    /// The operation, for instance to take back the value of a send.
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.op
    }

    /// The operation of a `Timeout` that is pinned already.
    pub fn get_pin_mut(self: Pin<&mut Self>) -> &mut F {
        self.project().op
    }

    /// The operation has to wait: ready with the limit once that has passed.
    fn poll_limit(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Duration> {
        let limit = match self.limit {
            Limit::Running { limit } => limit,
            first => match self.as_mut().start(first) {
                (limit, true) => return Poll::Ready(limit),
                (limit, false) => limit,
            },
        };
        self.project().timer.as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(cx).map(|()| limit))
    }

    /// It waits for the first time: starts the timer. Says how long the limit is, and whether the time is over already.
    fn start(self: Pin<&mut Self>, limit: Limit) -> (Duration, bool) {
        let mut this = self.project();
        let now = this.rt.now();
        let (at, limit) = match limit {
            Limit::For(limit) | Limit::Running { limit } => (deadline(now, limit), limit),
            Limit::Until(at) => (Some(at), at.saturating_duration_since(now)),
            Limit::Set { at, limit } => (Some(at), limit),
        };
        let over = at.is_some_and(|at| at <= now);
        *this.limit = match at {
            // What it gave way for has mostly come when it is polled again, and then a timer would have been in vain.
            Some(at) if this.op.has_given_way() => Limit::Set { at, limit },
            _ => {
                this.timer.set(at.filter(|_| !over).map(|at| this.rt.timer(at)));
                Limit::Running { limit }
            }
        };
        (limit, over)
    }
}

impl<F: Operation, R: Runtime> Future for Timeout<F, R> {
    type Output = F::Limited;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Limited> {
        let this = self.as_mut().project();
        assert!(!*this.over, "{POLLED_AFTER_READY}");
        let limit = match this.limit {
            // One try needs no place in the queue.
            Limit::For(Duration::ZERO) => Duration::ZERO,
            _ => match Pin::new(&mut *this.op).poll(cx) {
                Poll::Ready(output) => {
                    *this.over = true;
                    return Poll::Ready(F::in_time(output));
                }
                Poll::Pending => ready!(self.as_mut().poll_limit(cx)),
            },
        };
        let this = self.project();
        *this.over = true;
        Poll::Ready(this.op.give_up(limit))
    }
}

impl<F: Operation, R: Runtime> fmt::Debug for Timeout<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<F: Operation + futures_core::FusedFuture, R: Runtime> futures_core::FusedFuture for Timeout<F, R> {
    /// Also once the value of a send was taken back.
    fn is_terminated(&self) -> bool {
        self.over || self.op.is_terminated()
    }
}
