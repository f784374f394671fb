use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_channel::{RecvError, SendError};
use futures_core::FusedFuture;
use hel::{ClosedFuture, RecvFuture, SendFuture};

/// Sends one value: what [`Sender::send`](super::Sender::send) returns.
///
/// # Cancel safety
/// Dropped before it is ready it has not sent: the value is dropped with it.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct Send<'a, T>(pub(super) SendFuture<&'a hel::Sender<T>>);

/// Receives one value: what [`Receiver::recv`](super::Receiver::recv) returns.
///
/// # Cancel safety
/// Dropped at any point it has received nothing, and a wake-up that it was given goes on to the next receiver.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct Recv<'a, T>(pub(super) RecvFuture<&'a hel::Receiver<T>>);

/// Waits until nothing can be sent any more: what [`Sender::closed`](super::Sender::closed) returns.
///
/// # Cancel safety
/// It can be dropped at any point.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct Closed<'a, T>(pub(super) ClosedFuture<'a, T>);

impl<T> Future for Send<'_, T> {
    type Output = Result<(), SendError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|error| SendError(error.into_inner()))
    }
}

impl<T> Future for Recv<'_, T> {
    type Output = Result<T, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|_| RecvError)
    }
}

impl<T> Future for Closed<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> FusedFuture for Send<'_, T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> FusedFuture for Recv<'_, T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> FusedFuture for Closed<'_, T> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T> fmt::Debug for Send<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Debug for Recv<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Debug for Closed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
