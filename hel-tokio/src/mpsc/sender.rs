use std::fmt;
use std::time::Duration;

use hel::SendSink;
use hel::channel::errors;
use hel::channel::mpmc;

use super::error::{SendError, SendTimeoutError, TrySendError};
use super::must_not_be_in_a_task;
use crate::{Coop, coop, timeout};

/// The sending half, as [`tokio::sync::mpsc::Sender`].
pub struct Sender<T>(hel::Sender<T>);

impl<T> Sender<T> {
    pub(super) fn new(sender: hel::Sender<T>) -> Self {
        Self(sender)
    }

    /// Sends a value, and waits for room.
    ///
    /// # Errors
    /// The value, if the receiver was closed or dropped.
    ///
    /// # Cancel safety
    /// Dropped before it is ready it has not sent, and drops the value.
    pub async fn send(&self, value: T) -> Result<(), SendError<T>> {
        coop(self.0.send_async(value)).await.map_err(|error| SendError(error.into_inner()))
    }

    /// Sends a value if there is room now. Never blocks. Room that has just become free it may take before a
    /// [`send`](Self::send) that has waited for it.
    ///
    /// # Errors
    /// `Full` or `Closed`, with the value. `Full` is also said if a receive was stopped half-way through taking the
    /// value whose place this one would get.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(value).map_err(|error| match error {
            errors::TrySendError::Full(value) => TrySendError::Full(value),
            errors::TrySendError::Disconnected(value) => TrySendError::Closed(value),
        })
    }

    /// Sends a value, and waits for room for at most `limit`.
    ///
    /// # Errors
    /// `Timeout` or `Closed`, with the value: it is then certainly not delivered.
    ///
    /// # Panics
    /// If it has to wait outside a runtime, or in one without a timer.
    ///
    /// # Cancel safety
    /// As [`send`](Self::send).
    pub async fn send_timeout(&self, value: T, limit: Duration) -> Result<(), SendTimeoutError<T>> {
        coop(timeout(limit, self.0.send_async(value))).await.map_err(|error| match error {
            errors::SendError::TimeOut(value, _) => SendTimeoutError::Timeout(value),
            errors::SendError::Disconnected(value) => SendTimeoutError::Closed(value),
        })
    }

    /// Blocks the thread until there is room for the value. For code that is no task.
    ///
    /// # Errors
    /// The value, if the receiver was closed or dropped.
    ///
    /// # Panics
    /// In a task, as tokio's own.
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        must_not_be_in_a_task();
        self.0.send(value).map_err(|error| SendError(error.into_inner()))
    }

    /// Waits until the receiver is closed or dropped.
    ///
    /// # Cancel safety
    /// It can be dropped at any point.
    pub async fn closed(&self) {
        coop(self.0.closed_async()).await;
    }

    /// Whether the receiver was closed or dropped.
    pub fn is_closed(&self) -> bool {
        self.0.is_disconnected()
    }

    /// Whether both belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// How many values there is room for now. A snapshot.
    pub fn capacity(&self) -> usize {
        self.0.capacity() - self.0.len()
    }

    /// How many values the channel holds at most.
    pub fn max_capacity(&self) -> usize {
        self.0.capacity()
    }

    /// A sender that does not keep the channel open.
    #[must_use = "without it the channel is as it was"]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender(self.0.downgrade())
    }

    /// How many senders there are.
    pub fn strong_count(&self) -> usize {
        self.0.sender_count()
    }

    /// A sink that takes part in tokio's budget.
    pub fn into_sink(self) -> Coop<SendSink<hel::Sender<T>>> {
        coop(self.0.into_sink())
    }

    /// The hel sender, which takes part in no budget.
    pub fn into_inner(self) -> hel::Sender<T> {
        self.0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sender").field(&self.0).finish()
    }
}

/// A sender that does not keep the channel open, as [`tokio::sync::mpsc::WeakSender`].
pub struct WeakSender<T>(mpmc::WeakSender<T>);

impl<T> WeakSender<T> {
    /// A sender again, unless the last one has gone.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.0.upgrade().map(Sender)
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}
