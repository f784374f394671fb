use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::POLLED_AFTER_READY;
use super::operation::{last_look, sealed};
use crate::ends::Target;
use crate::errors::{AsyncSendError, SendError};
use crate::op::{AtOnce, RawTarget, look_send, sent};
use crate::ring::Missed;
use crate::ring::mpmc::Backoff;
use crate::wait::{FirstPanic, Wait};

/// Sends one value: what `send_async` returns.
///
/// # Cancel safety
/// Dropped before it is ready it has not sent: the value is dropped with it, unless [`take`](Self::take) got it back
/// first. `send_ref_async` leaves the value with the caller instead.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct SendFuture<K: Target> {
    target: K,
    /// None once the operation is over. Not an `Option` of the value beside the place in the queue, which knows that as well:
    /// each word that is written here for a value that goes at once costs as much as one of the ring's.
    unsent: Option<Unsent<K::Item>>,
}

/// A value that has not been sent, and the place in the queue of who wants to send it.
struct Unsent<T> {
    wait: Wait,
    value: T,
}

impl<K: Target> SendFuture<K> {
    /// A future that sends `value` to `target`, which may be an owned end: such a future can be spawned.
    pub fn new(target: K, value: K::Item) -> Self {
        Self { target, unsent: Some(Unsent { wait: Wait::hard(), value }) }
    }

    /// Gives the operation up and the value back: `Some` if and only if it has not been sent.
    ///
    /// The future must not be polled afterwards.
    pub fn take(&mut self) -> Option<K::Item> {
        self.leave();
        self.unsent.take().map(|unsent| unsent.value)
    }

    /// The value did not go at once. `RecvFuture` says why the result goes into `polled`.
    #[cold]
    #[inline(never)]
    fn poll_to_wait(
        &mut self,
        value: Option<K::Item>,
        missed: Missed,
        cx: &Context<'_>,
        polled: &mut Poll<<Self as Future>::Output>,
    ) {
        if missed == Missed::Outrun {
            Backoff::new().pause();
        }
        let mut sending = Sending { future: self, wait: Wait::hard(), value };
        let result = sending.with(|wait, end, value| {
            let found = sent(end.offer_rest(value));
            wait.poll_after(found, end, cx.waker(), |end| look_send(end, value))
        });
        sending.ended(result, polled);
    }

    /// It has waited.
    #[cold]
    #[inline(never)]
    fn poll_again(&mut self, cx: &Context<'_>, polled: &mut Poll<<Self as Future>::Output>) {
        let Unsent { wait, value } = self.unsent.take().expect(POLLED_AFTER_READY);
        let mut sending = Sending { future: self, wait, value: Some(value) };
        let result = sending.with(|wait, end, value| wait.poll(end, cx.waker(), |end| look_send(end, value)));
        sending.ended(result, polled);
    }

    fn leave(&mut self) {
        if let Some(Unsent { wait, .. }) = &mut self.unsent {
            if wait.is_queued() {
                wait.leave(&self.target.raw());
            }
        }
    }

    /// The waker, the value and after them the end are user code, and each may panic.
    #[cold]
    fn drop_unsent(&mut self) {
        let mut panics = FirstPanic::default();
        panics.run(|| self.leave());
        panics.run(|| drop(self.unsent.take()));
        panics.resume();
    }
}

/// A send under way, with what its future lent it. Unless the value was sent that goes back, on every way out.
struct Sending<'a, K: Target> {
    future: &'a mut SendFuture<K>,
    wait: Wait,
    value: Option<K::Item>,
}

impl<K: Target> Sending<'_, K> {
    fn with<O>(&mut self, send: impl FnOnce(&mut Wait, &mut K::Raw<'_>, &mut Option<K::Item>) -> O) -> O {
        send(&mut self.wait, &mut self.future.target.raw(), &mut self.value)
    }

    fn ended(
        mut self,
        result: Poll<Result<(), AsyncSendError<()>>>,
        polled: &mut Poll<<SendFuture<K> as Future>::Output>,
    ) {
        if result.is_ready() {
            *polled = result.map_err(|error| error.map(|()| self.unsent()));
        }
    }

    fn unsent(&mut self) -> K::Item {
        self.value.take().expect("what was refused is still there")
    }
}

impl<K: Target> Drop for Sending<'_, K> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            let wait = std::mem::replace(&mut self.wait, Wait::hard());
            self.future.unsent = Some(Unsent { wait, value });
        } else if self.wait.is_queued() {
            // It went, and whom that woke panicked.
            FirstPanic::guard(|| self.wait.leave(&self.future.target.raw()));
        }
    }
}

impl<K: Target> Future for SendFuture<K> {
    type Output = Result<(), AsyncSendError<K::Item>>;

    /// # Panics
    /// If it was ready before, or its value was taken back.
    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.unsent.as_ref().is_none_or(|unsent| !unsent.wait.is_idle()) {
            let mut polled = Poll::Pending;
            this.poll_again(cx, &mut polled);
            return polled;
        }
        let Unsent { value, .. } = this.unsent.take().expect(POLLED_AFTER_READY);
        let (value, missed) = match this.target.raw().offer_at_once(value) {
            AtOnce::Sent => return Poll::Ready(Ok(())),
            AtOnce::Kept(value, missed) => (Some(value), missed),
            AtOnce::MetClose => (None, Missed::NotFree),
        };
        let mut polled = Poll::Pending;
        this.poll_to_wait(value, missed, cx, &mut polled);
        polled
    }
}

impl<K: Target> sealed::Operation for SendFuture<K> {
    type Outcome = Result<(), SendError<K::Item>>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.unsent.as_ref().is_some_and(|unsent| unsent.wait.has_given_way())
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let Unsent { wait, value } = self.unsent.take().expect(POLLED_AFTER_READY);
        let mut sending = Sending { future: self, wait, value: Some(value) };
        let out = sending.with(|wait, end, value| last_look(wait, end, |end| look_send(end, value)));
        match out {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(error.map(|()| sending.unsent()).into()),
            None => Err(SendError::TimeOut(sending.unsent(), limit)),
        }
    }
}

impl<K: Target> Drop for SendFuture<K> {
    #[inline]
    fn drop(&mut self) {
        if self.unsent.is_some() {
            self.drop_unsent();
        }
    }
}

// The value is never pinned: it is moved into the ring.
impl<K: Target> Unpin for SendFuture<K> {}

impl<K: Target> fmt::Debug for SendFuture<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait: &dyn fmt::Debug = match &self.unsent {
            Some(unsent) => &unsent.wait,
            None => &format_args!("Done"),
        };
        f.debug_struct("SendFuture").field("wait", wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<K: Target> futures_core::FusedFuture for SendFuture<K> {
    fn is_terminated(&self) -> bool {
        self.unsent.is_none()
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
