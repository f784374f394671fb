//! A sending end as a [`Sink`].

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use crate::ends::Target;
use crate::errors::AsyncSendError;
use crate::op::look_send;
use crate::ring::Refused;
use crate::wait::{FirstPanic, Wait};
use crate::yielding::Streak;

/// A [`Sink`] into a channel: what `sink` and `into_sink` return.
///
/// `start_send` puts the value into the channel at once if there is room, else it keeps it: at most one, which
/// `poll_ready` and `poll_flush` send on. `poll_ready` means that the next `start_send` is accepted. It fails only with
/// the value that was kept; otherwise a disconnected channel shows itself in `start_send`, which fails with its value.
/// `poll_close` flushes and drops the sender, not the channel: other senders go on.
///
/// After 1,024 values in a row that went at once it yields to its executor.
///
/// # Cancel safety
/// Dropping a sink drops the value that it keeps; [`take_unsent`](Self::take_unsent) and
/// [`into_inner`](Self::into_inner) hand it back. A `send` or `feed` of `SinkExt` that is dropped has its value dropped,
/// unless the sink has accepted that already: then the sink keeps it, and the next flush sends it.
#[must_use = "sinks do nothing unless polled"]
pub struct SendSink<K: Target> {
    /// `None` once closed.
    target: Option<K>,
    kept: Option<K::Item>,
    wait: Wait,
    streak: Streak,
}

impl<K: Target> SendSink<K> {
    /// A sink into `target`, owned or borrowed.
    pub fn new(target: K) -> Self {
        Self { target: Some(target), kept: None, wait: Wait::soft(), streak: Streak::default() }
    }

    /// The end that it sends to, until the sink is closed.
    pub fn get_ref(&self) -> Option<&K> {
        self.target.as_ref()
    }

    /// Takes back the value that was accepted and is not in the channel yet.
    pub fn take_unsent(&mut self) -> Option<K::Item> {
        self.leave();
        self.kept.take()
    }

    /// Takes the sink apart: the end, unless it was closed, and the value not yet in the channel.
    pub fn into_inner(mut self) -> (Option<K>, Option<K::Item>) {
        let kept = self.take_unsent();
        (self.target.take(), kept)
    }

    fn leave(&mut self) {
        if let Some(target) = self.target.as_mut().filter(|_| self.wait.is_queued()) {
            self.wait.leave(&target.raw());
        }
    }

    /// Sends the value that is kept, if there is one.
    fn poll_kept(&mut self, cx: &Context<'_>) -> Poll<Result<(), AsyncSendError<K::Item>>> {
        let (Some(target), Some(_)) = (self.target.as_mut(), &self.kept) else { return Poll::Ready(Ok(())) };
        let kept = &mut self.kept;
        let polled = self.wait.poll(&mut target.raw(), cx.waker(), |end| look_send(end, kept));
        polled.map_err(|error| error.map(|()| self.kept.take().expect("a value not sent is still there")))
    }
}

impl<K: Target> Sink<K::Item> for SendSink<K> {
    type Error = AsyncSendError<K::Item>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let this = self.get_mut();
        if this.streak.must_yield(cx) {
            return Poll::Pending;
        }
        let polled = this.poll_kept(cx);
        this.streak.note(polled.is_ready());
        polled
    }

    /// # Panics
    /// If the last value is still kept: `poll_ready` has to be ready first.
    fn start_send(self: Pin<&mut Self>, item: K::Item) -> Result<(), Self::Error> {
        let this = self.get_mut();
        assert!(this.kept.is_none(), "start_send was called before poll_ready was ready");
        let Some(target) = this.target.as_mut() else { return Err(AsyncSendError::Disconnected(item)) };
        this.kept = Some(item);
        match crate::op::RawTarget::offer(&mut target.raw(), &mut this.kept) {
            Err(Refused::Closed) => {
                let item = this.kept.take().expect("a value that was refused is still there");
                Err(AsyncSendError::Disconnected(item))
            }
            Ok(()) | Err(Refused::Full) => Ok(()),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.get_mut().poll_kept(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let this = self.get_mut();
        let flushed = ready!(this.poll_kept(cx));
        this.leave();
        this.target = None;
        Poll::Ready(flushed)
    }
}

impl<K: Target> Drop for SendSink<K> {
    fn drop(&mut self) {
        // The waker, the value and after them the end are user code, and each may panic.
        let mut panics = FirstPanic::default();
        panics.run(|| self.leave());
        panics.run(|| drop(self.kept.take()));
        panics.resume();
    }
}

// The value that is kept is never pinned: it is moved into the ring.
impl<K: Target> Unpin for SendSink<K> {}

impl<K: Target> fmt::Debug for SendSink<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSink")
            .field("open", &self.target.is_some())
            .field("keeps", &self.kept.is_some())
            .finish_non_exhaustive()
    }
}
