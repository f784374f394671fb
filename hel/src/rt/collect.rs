use std::task::{Context, Poll};
use std::time::Duration;

use crate::ends::Source;
use crate::op::look_recv_batch;
use crate::wait::Wait;

/// So many looks in one poll, then it is another task's turn.
const LOOKS: usize = 32;

/// How often to look in one poll. Who does not linger takes what is there, and looks once.
pub(super) fn looks(linger: Duration) -> usize {
    if linger.is_zero() { 1 } else { LOOKS }
}

/// A receiving end and its place in the queue, from which values are collected in a `Vec`.
#[derive(Debug)]
pub(super) struct Collector<S: Source> {
    /// `None` only while it is taken apart.
    source: Option<S>,
    wait: Wait,
}

/// How a collector got on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// As many as were asked for.
    All,
    /// The channel is closed and drained.
    End,
    /// Values in each look, and there may be more: the task is not woken for them.
    Some,
    /// Nothing more for now; the task will be woken.
    Nothing,
}

const TAKEN: &str = "a collector holds its end until it is taken apart";

impl<S: Source> Collector<S> {
    pub(super) fn new(source: S, wait: Wait) -> Self {
        Self { source: Some(source), wait }
    }

    /// Marks it as over: it has left the queue and is not polled again.
    pub(super) fn finish(&mut self) {
        self.leave();
        self.wait.finish();
    }

    pub(super) fn is_finished(&self) -> bool {
        self.wait.is_finished()
    }

    /// Appends what there is to `into` until that holds `full` values, in so many looks at most.
    pub(super) fn poll(&mut self, cx: &Context<'_>, into: &mut Vec<S::Item>, full: usize, looks: usize) -> Found {
        let mut raw = self.source.as_mut().expect(TAKEN).raw();
        for _ in 0..looks {
            let room = full.saturating_sub(into.len());
            if room == 0 {
                return Found::All;
            }
            match self.wait.poll(&mut raw, cx.waker(), |end| look_recv_batch(end, room, into)) {
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(_)) => return Found::End,
                Poll::Pending => return Found::Nothing,
            }
        }
        if into.len() < full { Found::Some } else { Found::All }
    }

    fn leave(&mut self) {
        if let Some(source) = self.source.as_mut().filter(|_| self.wait.is_queued()) {
            self.wait.leave(&source.raw());
        }
    }
}

#[cfg(feature = "futures")]
impl<S: Source> Collector<S> {
    pub(super) fn get_ref(&self) -> &S {
        self.source.as_ref().expect(TAKEN)
    }

    pub(super) fn get_mut(&mut self) -> &mut S {
        self.source.as_mut().expect(TAKEN)
    }

    pub(super) fn into_inner(mut self) -> S {
        self.leave();
        self.source.take().expect(TAKEN)
    }
}

impl<S: Source> Drop for Collector<S> {
    fn drop(&mut self) {
        self.leave();
    }
}
