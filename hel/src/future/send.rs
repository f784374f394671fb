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
    stage: Stage<K::Item>,
}

/// How far a send has come.
///
/// One word tells whether there is a value, whether it waits, and whether all is over: each word that is written here for a
/// value that goes at once costs as much as one of the ring's.
enum Stage<T> {
    /// Not polled yet.
    Fresh(T),
    /// It did not go at once. From here on it stays where it is until it goes. None: it went, and whom that woke panicked.
    Waiting(Wait, Option<T>),
    Over,
}

impl<K: Target> SendFuture<K> {
    /// A future that sends `value` to `target`, which may be an owned end: such a future can be spawned.
    pub fn new(target: K, value: K::Item) -> Self {
        Self { target, stage: Stage::Fresh(value) }
    }

    /// Gives the operation up and the value back: `Some` if and only if it has not been sent.
    ///
    /// The future must not be polled afterwards.
    pub fn take(&mut self) -> Option<K::Item> {
        self.leave();
        self.unsent()
    }

    /// The first attempt came to nothing, or met a close. `RecvFuture` says why the result goes into `polled`.
    #[cold]
    #[inline(never)]
    fn poll_to_wait(&mut self, missed: Missed, cx: &Context<'_>, polled: &mut Poll<<Self as Future>::Output>) {
        if missed == Missed::Outrun {
            Backoff::new().pause();
        }
        self.attempt(polled, |wait, end, value| {
            let found = sent(end.offer_rest(value));
            wait.poll_after(found, end, cx.waker(), |end| look_send(end, value))
        });
    }

    /// It was polled before.
    #[cold]
    #[inline(never)]
    fn poll_again(&mut self, cx: &Context<'_>, polled: &mut Poll<<Self as Future>::Output>) {
        self.attempt(polled, |wait, end, value| wait.poll(end, cx.waker(), |end| look_send(end, value)));
    }

    fn attempt(
        &mut self,
        polled: &mut Poll<<Self as Future>::Output>,
        poll: impl FnOnce(&mut Wait, &mut K::Raw<'_>, &mut Option<K::Item>) -> Poll<Result<(), AsyncSendError<()>>>,
    ) {
        let sending = Sending(self);
        let Stage::Waiting(wait, value) = &mut sending.0.stage else { panic!("{POLLED_AFTER_READY}") };
        let result = poll(wait, &mut sending.0.target.raw(), value);
        if result.is_ready() {
            *polled = result.map_err(|error| error.map(|()| sending.0.unsent().expect(REFUSED)));
            sending.0.stage = Stage::Over;
        }
    }

    fn leave(&mut self) {
        if let Stage::Waiting(wait, _) = &mut self.stage {
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
        panics.run(|| drop(self.unsent()));
        panics.resume();
    }

    /// What has not been sent. After this the operation is over.
    fn unsent(&mut self) -> Option<K::Item> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Fresh(value) => Some(value),
            Stage::Waiting(_, value) => value,
            Stage::Over => None,
        }
    }
}

/// What a refusal may rely on.
const REFUSED: &str = "what was refused is still there";

/// A send under way. If its value goes, and whom that wakes panics, it is over all the same: its place in the queue would
/// stand in the way of those behind it.
struct Sending<'a, K: Target>(&'a mut SendFuture<K>);

impl<K: Target> Drop for Sending<'_, K> {
    fn drop(&mut self) {
        if matches!(self.0.stage, Stage::Waiting(_, None)) {
            self.0.leave();
            self.0.stage = Stage::Over;
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
        if !matches!(this.stage, Stage::Fresh(_)) {
            let mut polled = Poll::Pending;
            this.poll_again(cx, &mut polled);
            return polled;
        }
        let value = this.unsent().expect("it is there, since it is fresh");
        let missed = match this.target.raw().offer_at_once(value) {
            AtOnce::Sent => return Poll::Ready(Ok(())),
            AtOnce::Kept(value, missed) => {
                this.stage = Stage::Waiting(Wait::hard(), Some(value));
                missed
            }
            AtOnce::MetClose => {
                this.stage = Stage::Waiting(Wait::hard(), None);
                Missed::NotFree
            }
        };
        let mut polled = Poll::Pending;
        this.poll_to_wait(missed, cx, &mut polled);
        polled
    }
}

impl<K: Target> sealed::Operation for SendFuture<K> {
    type Outcome = Result<(), SendError<K::Item>>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        matches!(&self.stage, Stage::Waiting(wait, _) if wait.has_given_way())
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        if let Stage::Fresh(_) = self.stage {
            self.stage = Stage::Waiting(Wait::hard(), self.unsent());
        }
        let sending = Sending(self);
        let Stage::Waiting(wait, value) = &mut sending.0.stage else { panic!("{POLLED_AFTER_READY}") };
        let out = last_look(wait, &mut sending.0.target.raw(), |end| look_send(end, value));
        match out {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(error.map(|()| sending.0.unsent().expect(REFUSED)).into()),
            None => Err(SendError::TimeOut(sending.0.unsent().expect(REFUSED), limit)),
        }
    }
}

impl<K: Target> Drop for SendFuture<K> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Over) {
            self.drop_unsent();
        }
    }
}

// The value is never pinned: it is moved into the ring.
impl<K: Target> Unpin for SendFuture<K> {}

impl<K: Target> fmt::Debug for SendFuture<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait: &dyn fmt::Debug = match &self.stage {
            Stage::Fresh(_) => &Wait::hard(),
            Stage::Waiting(wait, _) => wait,
            Stage::Over => &format_args!("Wait(Done)"),
        };
        f.debug_struct("SendFuture").field("wait", wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<K: Target> futures_core::FusedFuture for SendFuture<K> {
    fn is_terminated(&self) -> bool {
        matches!(self.stage, Stage::Over)
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
