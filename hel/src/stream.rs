//! A receiving end as a [`Stream`].

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

use crate::ends::Source;
use crate::hand::InHand;
use crate::held::Held;
use crate::wait::Wait;
use crate::yielding::Streak;

/// A [`Stream`] of what an end receives: what `stream` and `into_stream` return.
///
/// It ends after the last value of a closed channel, and stays ended. After 1,024 values in a row that were ready at once
/// it yields to its executor, so that a stream over a busy channel does not starve the other tasks of its thread.
///
/// Between polls it is told of new values, yet uses up no wake-up that a `recv_async`
/// or a blocked thread needs. A pool of workers on one channel should use `recv_async`, since all its streams are
/// woken for each value.
///
/// # Cancel safety
/// Dropping a `next()` on it loses nothing, nor does dropping the stream: it buffers nothing. A stream that owns its
/// receiver drops that too, and with the last receiver goes what is in the channel.
#[must_use = "streams do nothing unless polled"]
pub struct RecvStream<S: Source> {
    end: Held<S>,
    streak: Streak,
}

impl<S: Source> RecvStream<S> {
    /// A stream over `source`, owned or borrowed.
    pub fn new(source: S) -> Self {
        Self { end: Held::new(source, Wait::soft()), streak: Streak::default() }
    }

    /// The end that it receives from.
    pub fn get_ref(&self) -> &S {
        self.end.get_ref()
    }

    /// The end that it receives from. Receiving from it by hand takes values out of the stream.
    pub fn get_mut(&mut self) -> &mut S {
        self.end.get_mut()
    }

    /// Gives the end back. Nothing is lost: a stream buffers nothing.
    pub fn into_inner(self) -> S {
        self.end.into_inner()
    }

    /// It has waited, it is over, or it is the turn of others.
    #[inline(never)]
    fn poll_again(&mut self, cx: &Context<'_>) -> Poll<Option<S::Item>> {
        if self.end.is_finished() {
            return Poll::Ready(None);
        }
        if self.streak.must_yield(cx) {
            return Poll::Pending;
        }
        let polled = self.end.poll_recv(cx);
        self.streak.note(polled.is_ready());
        if let Poll::Ready(None) = polled {
            self.end.finish();
        }
        polled
    }
}

impl<S: Source> Stream for RecvStream<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.get_mut();
        if !this.end.is_idle() || this.streak.is_due() {
            return this.poll_again(cx);
        }
        let mut hand = InHand::empty();
        if let Some(Ok(())) = this.end.look(hand.slot()) {
            this.streak.note(true);
            return Poll::Ready(Some(hand.into_inner()));
        }
        this.poll_again(cx)
    }
}

impl<S: Source> FusedStream for RecvStream<S> {
    fn is_terminated(&self) -> bool {
        self.end.is_finished()
    }
}

impl<S: Source> Unpin for RecvStream<S> {}

impl<S: Source> fmt::Debug for RecvStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvStream").field("over", &self.end.is_finished()).finish_non_exhaustive()
    }
}
