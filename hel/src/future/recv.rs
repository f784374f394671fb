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

    /// The first look found nothing, or the end, if it is `over`.
    ///
    /// The result goes into `polled` and is not returned. A result that is returned comes in two registers, which the
    /// compiler keeps as one thing. Where it joins them with the result of the fast path, it forgets what that is, and
    /// each await asks again whether the future is ready, and whether it has waited.
    #[cold]
    #[inline(never)]
    fn poll_to_wait(
        &mut self,
        over: Option<AsyncRecvError>,
        cx: &Context<'_>,
        polled: &mut Poll<<Self as Future>::Output>,
    ) {
        let mut hand = InHand::empty();
        let look = |end: &mut _| look_recv(end, hand.slot());
        let result = self.wait.poll_after(over.map(Err), &mut self.source.raw(), cx.waker(), look);
        self.ended(result, hand, polled);
    }

    /// It has waited.
    #[cold]
    #[inline(never)]
    fn poll_again(&mut self, cx: &Context<'_>, polled: &mut Poll<<Self as Future>::Output>) {
        assert!(!self.wait.is_finished(), "{POLLED_AFTER_READY}");
        let mut hand = InHand::empty();
        let result = self.wait.poll(&mut self.source.raw(), cx.waker(), |end| look_recv(end, hand.slot()));
        self.ended(result, hand, polled);
    }

    fn ended(
        &mut self,
        result: Poll<Result<(), AsyncRecvError>>,
        hand: InHand<S::Item>,
        polled: &mut Poll<<Self as Future>::Output>,
    ) {
        if result.is_ready() {
            self.wait.finish();
            *polled = result.map_ok(|()| hand.into_inner());
        }
    }
}

impl<S: Source> Future for RecvFuture<S> {
    type Output = Result<S::Item, AsyncRecvError>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if !this.wait.is_idle() {
            let mut polled = Poll::Pending;
            this.poll_again(cx, &mut polled);
            return polled;
        }
        let mut hand = InHand::empty();
        let over = match look_recv(&mut this.source.raw(), hand.slot()) {
            Some(Ok(())) => {
                this.wait.finish();
                return Poll::Ready(Ok(hand.into_inner()));
            }
            Some(Err(error)) => Some(error),
            None => None,
        };
        let mut polled = Poll::Pending;
        this.poll_to_wait(over, cx, &mut polled);
        polled
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
        let mut hand = InHand::empty();
        let out = last_look(&mut self.wait, &mut self.source.raw(), |end| look_recv(end, hand.slot()));
        out.map_or(Err(RecvError::TimeOut(limit)), |out| Self::in_time(out.map(|()| hand.into_inner())))
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
