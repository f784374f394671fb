use std::fmt;

use async_channel::{SendError, TrySendError};
use hel::channel::errors;

use super::{Closed, Send, WeakSender};

/// The sending end: `async_channel::Sender`.
///
/// Clone it for each task or thread that sends. When the last one is dropped the channel is closed.
pub struct Sender<T>(hel::Sender<T>);

impl<T> Sender<T> {
    pub(super) fn new(inner: hel::Sender<T>) -> Self {
        Self(inner)
    }

    /// Sends a value in a task, and waits for room if there is none.
    ///
    /// # Errors
    /// [`SendError`] with the value, if the channel is closed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready the future has not sent: the value is dropped with it.
    ///
    /// ```
    /// # smol::block_on(async {
    /// let (s, r) = hel_smol::channel::bounded(1);
    /// s.send("hello").await.unwrap();
    /// drop(r);
    /// assert_eq!(s.send("nobody").await.unwrap_err().into_inner(), "nobody");
    /// # });
    /// ```
    pub fn send(&self, msg: T) -> Send<'_, T> {
        Send(self.0.send_async(msg))
    }

    /// Sends a value if there is room now. Never blocks.
    ///
    /// # Errors
    /// `Full` or `Closed`, with the value. `Full` is also said if a receiver was stopped half-way through taking the
    /// value whose place this one would get.
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(msg).map_err(|error| match error {
            errors::TrySendError::Full(value) => TrySendError::Full(value),
            errors::TrySendError::Disconnected(value) => TrySendError::Closed(value),
        })
    }

    /// Blocks the thread until there is room. In a task use [`send`](Self::send).
    ///
    /// # Errors
    /// [`SendError`] with the value, if the channel is closed.
    pub fn send_blocking(&self, msg: T) -> Result<(), SendError<T>> {
        self.0.send(msg).map_err(|error| SendError(error.into_inner()))
    }

    /// Waits in a task until nothing can be sent any more: the channel is closed, or all receivers have gone.
    ///
    /// # Cancel safety
    /// It can be dropped at any point.
    pub fn closed(&self) -> Closed<'_, T> {
        Closed(self.0.closed_async())
    }

    /// Closes the channel for every sender; what is buffered can still be received. True if this call did it.
    pub fn close(&self) -> bool {
        self.0.close()
    }

    /// Whether the channel is closed: by `close`, or because all senders or all receivers have gone.
    pub fn is_closed(&self) -> bool {
        self.0.is_disconnected()
    }

    /// Whether nothing is buffered. Out of date as soon as another thread receives or sends.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is no room. Out of date as soon as another thread receives or sends.
    pub fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// How many values are buffered. Out of date as soon as another thread receives or sends.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many values the channel holds at most. Always `Some`: there is no unbounded channel here.
    pub fn capacity(&self) -> Option<usize> {
        Some(self.0.capacity())
    }

    /// How many receivers there are. Out of date as soon as another thread clones or drops one.
    pub fn receiver_count(&self) -> usize {
        self.0.receiver_count()
    }

    /// How many senders there are. Out of date as soon as another thread clones or drops one.
    pub fn sender_count(&self) -> usize {
        self.0.sender_count()
    }

    /// A handle that does not keep the channel open.
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::new(self.0.downgrade())
    }

    /// Whether both senders belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.0.same_channel(&other.0)
    }

    /// The hel sender within, for what async-channel has no name for: batches, sinks, limits.
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
        self.0.fmt(f)
    }
}
