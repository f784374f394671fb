//! A receiving end and its place in the queue, as streams and gatherers keep them between polls.

use std::task::{Context, Poll};

use crate::ends::Source;
use crate::errors::AsyncRecvError;
use crate::op::look_recv_batch;
#[cfg(feature = "futures")]
use crate::op::{look_recv, poll_recv};
use crate::wait::Wait;

/// It leaves the queue when it is dropped or taken apart.
#[derive(Debug)]
pub(crate) struct Held<S: Source> {
    /// `None` only while it is taken apart.
    source: Option<S>,
    wait: Wait,
}

const TAKEN: &str = "an end is held until it is taken apart";

impl<S: Source> Held<S> {
    pub(crate) fn new(source: S, wait: Wait) -> Self {
        Self { source: Some(source), wait }
    }

    /// Marks it as over: it has left the queue and is not polled again.
    pub(crate) fn finish(&mut self) {
        self.leave();
        self.wait.finish();
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.wait.is_finished()
    }

    /// Appends up to `max` values that are there to `into`, or waits.
    pub(crate) fn poll_batch(
        &mut self,
        cx: &Context<'_>,
        into: &mut Vec<S::Item>,
        max: usize,
    ) -> Poll<Result<usize, AsyncRecvError>> {
        let mut raw = self.source.as_mut().expect(TAKEN).raw();
        self.wait.poll(&mut raw, cx.waker(), |end| look_recv_batch(end, max, into))
    }

    fn leave(&mut self) {
        if let Some(source) = self.source.as_mut().filter(|_| self.wait.is_queued()) {
            self.wait.leave(&source.raw());
        }
    }
}

#[cfg(feature = "futures")]
impl<S: Source> Held<S> {
    /// Whether it has not waited, as far as it knows, and is not over.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        self.wait.is_idle()
    }

    /// Takes a value into `place` if there is one.
    #[inline]
    pub(crate) fn look(&mut self, place: &mut Option<S::Item>) -> Option<Result<(), AsyncRecvError>> {
        look_recv(&mut self.source.as_mut().expect(TAKEN).raw(), place)
    }

    /// Takes a value, or waits: none at the end.
    pub(crate) fn poll_recv(&mut self, cx: &Context<'_>) -> Poll<Option<S::Item>> {
        poll_recv(&mut self.wait, &mut self.source.as_mut().expect(TAKEN).raw(), cx)
    }

    pub(crate) fn get_ref(&self) -> &S {
        self.source.as_ref().expect(TAKEN)
    }

    pub(crate) fn get_mut(&mut self) -> &mut S {
        self.source.as_mut().expect(TAKEN)
    }

    pub(crate) fn into_inner(mut self) -> S {
        self.leave();
        self.source.take().expect(TAKEN)
    }
}

impl<S: Source> Drop for Held<S> {
    fn drop(&mut self) {
        self.leave();
    }
}
