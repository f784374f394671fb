use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_channel::{RecvError, TryRecvError};
use futures_core::{FusedStream, Stream};
use hel::channel::errors;

use super::{Recv, WeakReceiver};

/// The receiving end: `async_channel::Receiver`. Each value goes to one receiver.
///
/// Clone it for each task or thread that receives. When the last one is dropped the channel is closed, and what is
/// buffered is dropped at once.
///
/// A receiver is a [`Stream`] as well. As such it is woken between polls for every
/// value, whoever gets it, so a pool of workers should use [`recv`](Self::recv). After 1,024 values in a row that were
/// ready at once it yields to its executor.
///
/// # Cancel safety
/// Dropping a `next()` on it loses nothing.
pub struct Receiver<T>(hel::RecvStream<hel::Receiver<T>>);

impl<T> Receiver<T> {
    pub(super) fn new(inner: hel::Receiver<T>) -> Self {
        Self(inner.into_stream())
    }

    /// The hel receiver that the stream receives from.
    fn inner(&self) -> &hel::Receiver<T> {
        self.0.get_ref()
    }

    /// Receives a value in a task, and waits for one if there is none.
    ///
    /// # Errors
    /// [`RecvError`] once the channel is closed and what was buffered has been received.
    ///
    /// # Cancel safety
    /// Dropped at any point the future has received nothing.
    ///
    /// ```
    /// # smol::block_on(async {
    /// let (s, r) = hel_smol::channel::bounded(1);
    /// s.send("last words").await.unwrap();
    /// drop(s);
    /// assert_eq!(r.recv().await, Ok("last words"));
    /// assert!(r.recv().await.is_err());
    /// # });
    /// ```
    pub fn recv(&self) -> Recv<'_, T> {
        Recv(self.inner().recv_async())
    }

    /// Receives a value if there is one now. Never blocks.
    ///
    /// # Errors
    /// `Empty` or `Closed`. `Empty` is also said if a sender was stopped half-way through sending the next value.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.inner().try_recv().map_err(|error| match error {
            errors::TryRecvError::Empty => TryRecvError::Empty,
            errors::TryRecvError::Disconnected => TryRecvError::Closed,
        })
    }

    /// Blocks the thread until there is a value. In a task use [`recv`](Self::recv).
    ///
    /// # Errors
    /// [`RecvError`] once the channel is closed and what was buffered has been received.
    pub fn recv_blocking(&self) -> Result<T, RecvError> {
        self.inner().recv().map_err(|_| RecvError)
    }

    /// Closes the channel for every sender; what is buffered can still be received. True if this call did it.
    pub fn close(&self) -> bool {
        self.inner().close()
    }

    /// Whether the channel is closed: by `close`, or because all senders or all receivers have gone. Values may still
    /// be buffered.
    pub fn is_closed(&self) -> bool {
        self.inner().is_disconnected()
    }

    /// Whether nothing is buffered. Out of date as soon as another thread receives or sends.
    pub fn is_empty(&self) -> bool {
        self.inner().is_empty()
    }

    /// Whether there is no room. Out of date as soon as another thread receives or sends.
    pub fn is_full(&self) -> bool {
        self.inner().is_full()
    }

    /// How many values are buffered. Out of date as soon as another thread receives or sends.
    pub fn len(&self) -> usize {
        self.inner().len()
    }

    /// How many values the channel holds at most. Always `Some`: there is no unbounded channel here.
    pub fn capacity(&self) -> Option<usize> {
        Some(self.inner().capacity())
    }

    /// How many receivers there are. Out of date as soon as another thread clones or drops one.
    pub fn receiver_count(&self) -> usize {
        self.inner().receiver_count()
    }

    /// How many senders there are. Out of date as soon as another thread clones or drops one.
    pub fn sender_count(&self) -> usize {
        self.inner().sender_count()
    }

    /// A handle that does not keep the channel open.
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver::new(self.inner().downgrade())
    }

    /// Whether both receivers belong to one channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.inner().same_channel(other.inner())
    }

    /// The hel receiver within, for what async-channel has no name for: batches, limits.
    pub fn into_inner(self) -> hel::Receiver<T> {
        self.0.into_inner()
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll_next(cx)
    }
}

impl<T> FusedStream for Receiver<T> {
    /// As async-channel says it: before the stream has said `None`, and also if others received the last values.
    fn is_terminated(&self) -> bool {
        self.is_closed() && self.is_empty()
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.inner().clone())
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner().fmt(f)
    }
}
