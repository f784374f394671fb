use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::POLLED_AFTER_READY;
use super::operation::{last_look, sealed};
use crate::ends::Target;
use crate::errors::{AsyncSendError, SendError};
use crate::op::look_send;
use crate::wait::{FirstPanic, Wait};

/// Sends one value: what `send_async` returns.
///
/// # Cancel safety
/// Dropped before it is ready it has not sent: the value is dropped with it, unless [`take`](Self::take) got it back
/// first. `send_ref_async` leaves the value with the caller instead.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct SendFuture<K: Target> {
    target: K,
    value: Option<K::Item>,
    wait: Wait,
}

impl<K: Target> SendFuture<K> {
    /// A future that sends `value` to `target`, which may be an owned end: such a future can be spawned.
    pub fn new(target: K, value: K::Item) -> Self {
        Self { target, value: Some(value), wait: Wait::hard() }
    }

    /// Gives the operation up and the value back: `Some` if and only if it has not been sent.
    ///
    /// The future must not be polled afterwards.
    pub fn take(&mut self) -> Option<K::Item> {
        self.leave();
        self.wait.finish();
        self.value.take()
    }

    /// The first look found no room, or the end, if it is `over`. `RecvFuture` says why the result goes into `polled`.
    #[cold]
    #[inline(never)]
    fn poll_to_wait(
        &mut self,
        over: Option<AsyncSendError<()>>,
        cx: &Context<'_>,
        polled: &mut Poll<<Self as Future>::Output>,
    ) {
        // It went, and whom that woke panicked.
        assert!(self.value.is_some(), "{POLLED_AFTER_READY}");
        let value = &mut self.value;
        let look = |end: &mut _| look_send(end, value);
        let result = self.wait.poll_after(over.map(Err), &mut self.target.raw(), cx.waker(), look);
        self.ended(result, polled);
    }

    /// It has waited.
    #[cold]
    #[inline(never)]
    fn poll_again(&mut self, cx: &Context<'_>, polled: &mut Poll<<Self as Future>::Output>) {
        assert!(!self.wait.is_finished() && self.value.is_some(), "{POLLED_AFTER_READY}");
        let value = &mut self.value;
        let result = self.wait.poll(&mut self.target.raw(), cx.waker(), |end| look_send(end, value));
        self.ended(result, polled);
    }

    fn ended(&mut self, result: Poll<Result<(), AsyncSendError<()>>>, polled: &mut Poll<<Self as Future>::Output>) {
        if result.is_ready() {
            self.wait.finish();
            *polled = result.map_err(|error| error.map(|()| self.unsent()));
        }
    }

    fn leave(&mut self) {
        if self.wait.is_queued() {
            self.wait.leave(&self.target.raw());
        }
    }

    /// The waker, the value and after them the end are user code, and each may panic.
    #[cold]
    fn drop_unsent(&mut self) {
        let mut panics = FirstPanic::default();
        panics.run(|| self.leave());
        panics.run(|| drop(self.value.take()));
        panics.resume();
    }

    fn unsent(&mut self) -> K::Item {
        self.value.take().expect(POLLED_AFTER_READY)
    }
}

impl<K: Target> Future for SendFuture<K> {
    type Output = Result<(), AsyncSendError<K::Item>>;

    /// # Panics
    /// If it was ready before, or its value was taken back.
    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if !this.wait.is_idle() {
            let mut polled = Poll::Pending;
            this.poll_again(cx, &mut polled);
            return polled;
        }
        let found = look_send(&mut this.target.raw(), &mut this.value);
        let over = match found {
            Some(Ok(())) => {
                this.wait.finish();
                return Poll::Ready(Ok(()));
            }
            Some(Err(error)) => Some(error),
            None => None,
        };
        let mut polled = Poll::Pending;
        this.poll_to_wait(over, cx, &mut polled);
        polled
    }
}

impl<K: Target> sealed::Operation for SendFuture<K> {
    type Outcome = Result<(), SendError<K::Item>>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.wait.has_given_way()
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let value = &mut self.value;
        let out = last_look(&mut self.wait, &mut self.target.raw(), |end| look_send(end, value));
        match out {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(error.map(|()| self.unsent()).into()),
            None => Err(SendError::TimeOut(self.unsent(), limit)),
        }
    }
}

impl<K: Target> Drop for SendFuture<K> {
    #[inline]
    fn drop(&mut self) {
        // Not over without a value: it went, and whom that woke panicked.
        if !self.wait.is_finished() {
            self.drop_unsent();
        }
    }
}

// The value is never pinned: it is moved into the ring.
impl<K: Target> Unpin for SendFuture<K> {}

impl<K: Target> fmt::Debug for SendFuture<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture").field("wait", &self.wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<K: Target> futures_core::FusedFuture for SendFuture<K> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}

/// Sends one value out of the caller's slot: what `send_ref_async` returns.
///
/// # Cancel safety
/// The slot is `Some` if and only if the value has not been sent, whenever the future is dropped.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct SendRefFuture<'v, K: Target> {
    target: K,
    value: &'v mut Option<K::Item>,
    wait: Wait,
}

impl<'v, K: Target> SendRefFuture<'v, K> {
    /// A future that sends what `value` holds.
    ///
    /// # Panics
    /// If `value` is `None`.
    pub fn new(target: K, value: &'v mut Option<K::Item>) -> Self {
        assert!(value.is_some(), "there is no value to send");
        Self { target, value, wait: Wait::hard() }
    }
}

impl<K: Target> Future for SendRefFuture<'_, K> {
    type Output = Result<(), AsyncSendError<()>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.wait.is_finished() && this.value.is_some(), "{POLLED_AFTER_READY}");
        let (value, mut end) = (&mut *this.value, this.target.raw());
        let found = look_send(&mut end, value);
        let polled = this.wait.poll_after(found, &mut end, cx.waker(), |end| look_send(end, value));
        if polled.is_ready() {
            this.wait.finish();
        }
        polled
    }
}

impl<K: Target> sealed::Operation for SendRefFuture<'_, K> {
    type Outcome = Result<(), SendError<()>>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.wait.has_given_way()
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let value = &mut *self.value;
        let out = last_look(&mut self.wait, &mut self.target.raw(), |end| look_send(end, value));
        out.map_or(Err(SendError::TimeOut((), limit)), Self::in_time)
    }
}

impl<K: Target> Drop for SendRefFuture<'_, K> {
    #[inline]
    fn drop(&mut self) {
        if self.wait.is_queued() {
            self.wait.leave(&self.target.raw());
        }
    }
}

impl<K: Target> Unpin for SendRefFuture<'_, K> {}

impl<K: Target> fmt::Debug for SendRefFuture<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendRefFuture").field("wait", &self.wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<K: Target> futures_core::FusedFuture for SendRefFuture<'_, K> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}
