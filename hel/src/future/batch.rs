use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::POLLED_AFTER_READY;
use super::operation::{last_look, sealed};
use crate::ends::{Source, Target};
use crate::errors::{AsyncRecvError, AsyncSendBatchError, AsyncSendError, RecvError, SendBatchError};
use crate::op::{Unsent, look_recv_batch, look_send_batch};
use crate::wait::Wait;

/// Receives up to a number of values that are there, waiting only for the first: what `recv_batch_async` returns.
///
/// # Cancel safety
/// Dropped at any point it has received nothing: values reach the caller's `Vec` only when it is ready.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct RecvBatchFuture<'b, S: Source> {
    source: S,
    into: &'b mut Vec<S::Item>,
    max: usize,
    wait: Wait,
}

impl<'b, S: Source> RecvBatchFuture<'b, S> {
    /// A future that appends up to `max` values from `source` to `into`. A `max` of 0 is ready at once, with 0.
    pub fn new(source: S, into: &'b mut Vec<S::Item>, max: usize) -> Self {
        Self { source, into, max, wait: Wait::hard() }
    }
}

impl<S: Source> Future for RecvBatchFuture<'_, S> {
    type Output = Result<usize, AsyncRecvError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.wait.is_finished(), "{POLLED_AFTER_READY}");
        let (into, max) = (&mut *this.into, this.max);
        let polled = this.wait.poll(&mut this.source.raw(), cx.waker(), |end| look_recv_batch(end, max, into));
        if polled.is_ready() {
            this.wait.finish();
        }
        polled
    }
}

impl<S: Source> sealed::Operation for RecvBatchFuture<'_, S> {
    type Outcome = Result<usize, RecvError>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.wait.has_given_way()
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let (into, max) = (&mut *self.into, self.max);
        let out = last_look(&mut self.wait, &mut self.source.raw(), |end| look_recv_batch(end, max, into));
        out.map_or(Err(RecvError::TimeOut(limit)), Self::in_time)
    }
}

impl<S: Source> Drop for RecvBatchFuture<'_, S> {
    fn drop(&mut self) {
        if self.wait.is_queued() {
            self.wait.leave(&self.source.raw());
        }
    }
}

impl<S: Source> Unpin for RecvBatchFuture<'_, S> {}

impl<S: Source> fmt::Debug for RecvBatchFuture<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecvBatchFuture").field("max", &self.max).field("wait", &self.wait).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<S: Source> futures_core::FusedFuture for RecvBatchFuture<'_, S> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}

/// Sends all of a `Vec`, from the front: what `send_batch_async` returns.
///
/// # Cancel safety
/// Dropped at any point, what has not been sent is in the caller's `Vec`, in order. Forgotten, it is there as well, but in
/// any order.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct SendBatchFuture<'b, K: Target> {
    target: K,
    values: Unsent<'b, K::Item>,
    wait: Wait,
}

impl<'b, K: Target> SendBatchFuture<'b, K> {
    /// A future that sends all of `values` to `target`.
    pub fn new(target: K, values: &'b mut Vec<K::Item>) -> Self {
        Self { target, values: Unsent::new(values), wait: Wait::hard() }
    }

    /// Puts what is left back in order, and says how many went.
    fn settle(&mut self, result: Result<(), AsyncSendError<()>>) -> Result<usize, AsyncSendBatchError> {
        let sent = self.values.sent();
        self.values.settle();
        result.map(|()| sent).map_err(|_| AsyncSendBatchError::Disconnected { sent })
    }
}

impl<K: Target> Future for SendBatchFuture<'_, K> {
    type Output = Result<usize, AsyncSendBatchError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(!this.wait.is_finished(), "{POLLED_AFTER_READY}");
        let values = &mut this.values;
        let polled = this.wait.poll(&mut this.target.raw(), cx.waker(), |end| look_send_batch(end, values));
        polled.map(|result| {
            this.wait.finish();
            this.settle(result)
        })
    }
}

impl<K: Target> sealed::Operation for SendBatchFuture<'_, K> {
    type Outcome = Result<usize, SendBatchError>;

    fn in_time(output: Self::Output) -> Self::Outcome {
        Ok(output?)
    }

    fn has_given_way(&self) -> bool {
        self.wait.has_given_way()
    }

    fn give_up(&mut self, limit: Duration) -> Self::Outcome {
        let values = &mut self.values;
        let out = last_look(&mut self.wait, &mut self.target.raw(), |end| look_send_batch(end, values));
        let timed_out = out.is_none();
        let sent = self.settle(out.unwrap_or(Ok(())))?;
        if timed_out { Err(SendBatchError::TimeOut { sent, after: limit }) } else { Ok(sent) }
    }
}

impl<K: Target> Drop for SendBatchFuture<'_, K> {
    fn drop(&mut self) {
        if self.wait.is_queued() {
            self.wait.leave(&self.target.raw());
        }
    }
}

impl<K: Target> Unpin for SendBatchFuture<'_, K> {}

impl<K: Target> fmt::Debug for SendBatchFuture<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendBatchFuture")
            .field("unsent", &self.values.len())
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<K: Target> futures_core::FusedFuture for SendBatchFuture<'_, K> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}
