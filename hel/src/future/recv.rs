use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::POLLED_AFTER_READY;
use super::operation::{last_look, sealed};
use crate::ends::Source;
use crate::errors::{AsyncRecvError, RecvError};
use crate::hand::InHand;
use crate::op::look_recv;
use crate::wait::Wait;

/// Receives one value: what `recv_async` returns.
///
/// # Cancel safety
/// Dropped at any point it has received nothing, and a wake-up that it was given goes on to the next receiver.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct RecvFuture<S: Source> {
    source: S,
    wait: Wait,
}

impl<S: Source> RecvFuture<S> {
    /// A future that receives from `source`, which may be an owned end: such a future can be spawned.
    pub fn new(source: S) -> Self {
        Self { source, wait: Wait::hard() }
    }

    /// The first look found nothing.
    #[inline]
    fn poll_to_wait(&mut self, cx: &mut Context<'_>) -> Poll<<Self as Future>::Output> {
        let polled = self.wait.poll_after(None, &mut self.source.raw(), cx.waker(), look_recv);
        self.ended(polled)
    }

    /// It has waited.
    #[inline(never)]
    fn poll_again(&mut self, cx: &mut Context<'_>) -> Poll<<Self as Future>::Output> {
        assert!(!self.wait.is_finished(), "{POLLED_AFTER_READY}");
        let polled = self.wait.poll(&mut self.source.raw(), cx.waker(), look_recv);
        self.ended(polled)
    }

    fn ended(&mut self, polled: Poll<Result<InHand<S::Item>, AsyncRecvError>>) -> Poll<<Self as Future>::Output> {
        if polled.is_ready() {
            self.wait.finish();
        }
        polled.map_ok(InHand::into_inner)
    }
}

impl<S: Source> Future for RecvFuture<S> {
    type Output = Result<S::Item, AsyncRecvError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if !this.wait.is_idle() {
            return this.poll_again(cx);
        }
        let found = look_recv(&mut this.source.raw());
        match found {
            Some(out) => {
                this.wait.finish();
                Poll::Ready(out.map(InHand::into_inner))
            }
            None => this.poll_to_wait(cx),
        }
    }
}

impl<S: Source> sealed::Operation for RecvFuture<S> {
    type Outcome = Result<S::Item, RecvError>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.wait.has_given_way()
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let out = last_look(&mut self.wait, &mut self.source.raw(), look_recv);
        out.map_or(Err(RecvError::TimeOut(limit)), |out| Self::in_time(out.map(InHand::into_inner)))
    }
}

impl<S: Source> Drop for RecvFuture<S> {
    #[inline]
    fn drop(&mut self) {
        if self.wait.is_queued() {
            self.wait.leave(&self.source.raw());
        }
    }
}

impl<S: Source> Unpin for RecvFuture<S> {}

impl<S: Source> fmt::Debug for RecvFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvFuture").field("wait", &self.wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<S: Source> futures_core::FusedFuture for RecvFuture<S> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}
