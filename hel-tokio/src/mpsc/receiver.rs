use std::fmt;
use std::task::{Context, Poll};

use hel::RecvStream;
use hel::channel::errors;

use super::error::TryRecvError;
use super::must_not_be_in_a_task;
use crate::coop::poll_in_budget;
use crate::{Coop, coop};

/// The receiving half, as [`tokio::sync::mpsc::Receiver`].
pub struct Receiver<T>(hel::Receiver<T>);

impl<T> Receiver<T> {
    pub(super) fn new(receiver: hel::Receiver<T>) -> Self {
        Self(receiver)
    }

    /// Receives a value, and waits for one. `None` once the channel is closed and empty.
    ///
    /// # Cancel safety
    /// Dropped at any point it has received nothing.
    pub async fn recv(&mut self) -> Option<T> {
        coop(self.0.recv_async()).await.ok()
    }

    /// Appends up to `limit` values that are there to `buffer`, and waits for the first; returns how many.
    ///
    /// 0 if the channel is closed and empty, or `limit` is 0.
    ///
    /// # Cancel safety
    /// Dropped at any point it has received nothing.
    pub async fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        coop(self.0.recv_batch_async(buffer, limit)).await.unwrap_or(0)
    }

    /// Receives a value if there is one now. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Disconnected`. `Empty` is also said if a sender was stopped half-way through sending the next value.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.0.try_recv().map_err(|error| match error {
            errors::TryRecvError::Empty => TryRecvError::Empty,
            errors::TryRecvError::Disconnected => TryRecvError::Disconnected,
        })
    }

    /// Blocks the thread until there is a value. For code that is no task.
    ///
    /// # Panics
    /// In a task, as tokio's own.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Option<T> {
        must_not_be_in_a_task();
        self.0.recv().ok()
    }

    /// Blocks the thread until there is a value, then appends up to `limit` that are there to `buffer`; returns how many.
    ///
    /// # Panics
    /// In a task, as tokio's own.
    #[track_caller]
    pub fn blocking_recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> usize {
        must_not_be_in_a_task();
        self.0.recv_batch(buffer, limit).unwrap_or(0)
    }

    /// Closes the channel: sends fail from now on, and what is buffered can still be received.
    pub fn close(&mut self) {
        self.0.close();
    }

    /// Whether it was closed, or all senders have gone. Values may still be buffered.
    pub fn is_closed(&self) -> bool {
        self.0.is_disconnected()
    }

    /// Whether nothing is buffered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many values are buffered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many values there is room for now. A snapshot.
    pub fn capacity(&self) -> usize {
        self.0.capacity() - self.0.len()
    }

    /// How many values the channel holds at most.
    pub fn max_capacity(&self) -> usize {
        self.0.capacity()
    }

    /// How many senders there are.
    pub fn sender_strong_count(&self) -> usize {
        self.0.sender_count()
    }

    /// Receives a value if there is one, or has the task of `cx` woken when there is. `None` once the channel is closed
    /// and empty. Only the last waker counts.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        poll_in_budget(cx, |cx| self.0.poll_recv(cx))
    }

    /// Appends up to `limit` values that are there to `buffer`, or has the task of `cx` woken when there is one.
    ///
    /// 0 if the channel is closed and empty, or `limit` is 0.
    pub fn poll_recv_many(&mut self, cx: &mut Context<'_>, buffer: &mut Vec<T>, limit: usize) -> Poll<usize> {
        poll_in_budget(cx, |cx| self.0.poll_recv_batch(cx, buffer, limit)).map(|received| received.unwrap_or(0))
    }

    /// A stream that takes part in tokio's budget.
    pub fn into_stream(self) -> Coop<RecvStream<hel::Receiver<T>>> {
        coop(self.0.into_stream())
    }

    /// The hel receiver, which takes part in no budget.
    pub fn into_inner(self) -> hel::Receiver<T> {
        self.0
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Receiver").field(&self.0).finish()
    }
}
