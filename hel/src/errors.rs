//! The error types of every channel, the same on every route.
//!
//! Each operation has one error type, and each way it can fail is one variant. The enums are exhaustive and stay so:
//! match them without a wildcard. An error about a single value gives that value back, by pattern or by `into_inner`;
//! a batch error says how many items went, and the rest is still in the caller's `Vec`. None of them asks for
//! `T: Debug`: a value prints as `..`.
//!
//! | operation | error |
//! |---|---|
//! | `send`, `send_timeout`, `send_deadline` | [`SendError`] |
//! | `try_send` | [`TrySendError`] |
//! | `send_async`, `send_ref_async`, `poll_send`, sinks | [`AsyncSendError`] |
//! | `send_batch`, `send_batch_timeout` | [`SendBatchError`] |
//! | `try_send_batch` | [`TrySendBatchError`] |
//! | `send_batch_async` | [`AsyncSendBatchError`] |
//! | `recv`, `recv_batch` and their timed forms | [`RecvError`] |
//! | `try_recv`, `try_recv_batch` | [`TryRecvError`] |
//! | `recv_async`, `recv_batch_async` | [`AsyncRecvError`] |
//!
//! An error of an async operation converts with `?` into its blocking and its non-waiting counterpart, which have the
//! same variant and more.
//!
//! ```
//! use hel::channel::errors::TrySendError;
//!
//! let (tx, _rx) = hel::bounded(1);
//! tx.try_send("first").unwrap();
//! assert_eq!(tx.try_send("second"), Err(TrySendError::Full("second")));
//! ```

use std::error::Error;
use std::fmt;
use std::time::Duration;

#[cfg(test)]
mod tests;

const SEND_DISCONNECTED: &str = "sending on a disconnected channel";
const RECV_DISCONNECTED: &str = "receiving on an empty and disconnected channel";

/// Why a blocking send did not send. Holds the value, which no receiver will see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendError<T> {
    /// No room came free within this limit; only the timed forms fail so. For a deadline, the limit is the time that
    /// was left when the call began.
    TimeOut(T, Duration),
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected(T),
}

impl<T> SendError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::TimeOut(value, _) | Self::Disconnected(value) => value,
        }
    }

    /// Changes the value and keeps the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> SendError<U> {
        match self {
            Self::TimeOut(value, limit) => SendError::TimeOut(f(value), limit),
            Self::Disconnected(value) => SendError::Disconnected(f(value)),
        }
    }

    /// Whether the limit passed first.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimeOut(..))
    }

    /// Whether the channel was closed or has no receiver left.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeOut(_, limit) => write!(f, "TimeOut(.., {limit:?})"),
            Self::Disconnected(_) => f.write_str("Disconnected(..)"),
        }
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeOut(_, limit) => write!(f, "timed out after {limit:?} sending on a full channel"),
            Self::Disconnected(_) => f.write_str(SEND_DISCONNECTED),
        }
    }
}

impl<T> Error for SendError<T> {}

impl<T> From<AsyncSendError<T>> for SendError<T> {
    fn from(error: AsyncSendError<T>) -> Self {
        Self::Disconnected(error.into_inner())
    }
}

/// Why `try_send` did not send. Holds the value, which no receiver will see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// The channel had no room at that moment; a later send may succeed.
    Full(T),
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected(T),
}

impl<T> TrySendError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(value) | Self::Disconnected(value) => value,
        }
    }

    /// Changes the value and keeps the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> TrySendError<U> {
        match self {
            Self::Full(value) => TrySendError::Full(f(value)),
            Self::Disconnected(value) => TrySendError::Disconnected(f(value)),
        }
    }

    /// Whether there was no room.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the channel was closed or has no receiver left.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "sending on a full channel",
            Self::Disconnected(_) => SEND_DISCONNECTED,
        })
    }
}

impl<T> Error for TrySendError<T> {}

impl<T> From<AsyncSendError<T>> for TrySendError<T> {
    fn from(error: AsyncSendError<T>) -> Self {
        Self::Disconnected(error.into_inner())
    }
}

/// Why an async send did not send. Holds the value, which no receiver will see.
///
/// `send_ref_async` and `poll_send` leave the value in the caller's slot instead: they fail with
/// `AsyncSendError<()>`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AsyncSendError<T> {
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected(T),
}

impl<T> AsyncSendError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        let Self::Disconnected(value) = self;
        value
    }

    /// Changes the value and keeps the reason.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> AsyncSendError<U> {
        AsyncSendError::Disconnected(f(self.into_inner()))
    }
}

impl<T> fmt::Debug for AsyncSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disconnected(..)")
    }
}

impl<T> fmt::Display for AsyncSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SEND_DISCONNECTED)
    }
}

impl<T> Error for AsyncSendError<T> {}

/// Why a blocking batch send stopped early. What was not sent is still in the caller's `Vec`, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendBatchError {
    /// The limit passed before there was room for the rest; only the timed forms fail so.
    TimeOut {
        /// How many items were sent.
        sent: usize,
        /// The limit that passed.
        after: Duration,
    },
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected {
        /// How many items were sent before that.
        sent: usize,
    },
}

impl SendBatchError {
    /// How many items were sent; they left the front of the caller's `Vec`.
    pub fn sent(&self) -> usize {
        match *self {
            Self::TimeOut { sent, .. } | Self::Disconnected { sent } => sent,
        }
    }
}

impl fmt::Display for SendBatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeOut { sent, after } => write!(f, "timed out after {after:?} sending a batch, {sent} items sent"),
            Self::Disconnected { sent } => write!(f, "{SEND_DISCONNECTED}, {sent} items of the batch sent"),
        }
    }
}

impl Error for SendBatchError {}

impl From<AsyncSendBatchError> for SendBatchError {
    fn from(error: AsyncSendBatchError) -> Self {
        Self::Disconnected { sent: error.sent() }
    }
}

/// Why `try_send_batch` stopped early. What was not sent is still in the caller's `Vec`, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrySendBatchError {
    /// The channel had no room for the rest at that moment; a later send may succeed.
    Full {
        /// How many items were sent.
        sent: usize,
    },
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected {
        /// How many items were sent before that.
        sent: usize,
    },
}

impl TrySendBatchError {
    /// How many items were sent; they left the front of the caller's `Vec`.
    pub fn sent(&self) -> usize {
        match *self {
            Self::Full { sent } | Self::Disconnected { sent } => sent,
        }
    }
}

impl fmt::Display for TrySendBatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { sent } => write!(f, "sending on a full channel, {sent} items of the batch sent"),
            Self::Disconnected { sent } => write!(f, "{SEND_DISCONNECTED}, {sent} items of the batch sent"),
        }
    }
}

impl Error for TrySendBatchError {}

impl From<AsyncSendBatchError> for TrySendBatchError {
    fn from(error: AsyncSendBatchError) -> Self {
        Self::Disconnected { sent: error.sent() }
    }
}

/// Why an async batch send stopped early. What was not sent is still in the caller's `Vec`, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsyncSendBatchError {
    /// The channel was closed, or its last receiver is gone: no later send can succeed.
    Disconnected {
        /// How many items were sent before that.
        sent: usize,
    },
}

impl AsyncSendBatchError {
    /// How many items were sent; they left the front of the caller's `Vec`.
    pub fn sent(&self) -> usize {
        let Self::Disconnected { sent } = *self;
        sent
    }
}

impl fmt::Display for AsyncSendBatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SendBatchError::from(*self).fmt(f)
    }
}

impl Error for AsyncSendBatchError {}

/// Why a blocking receive, of one item or of a batch, received nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// No item came within this limit; only the timed forms fail so. For a deadline, the limit is the time that was
    /// left when the call began.
    TimeOut(Duration),
    /// Everything buffered was received, and the channel was closed or its last sender is gone: nothing more can come.
    Disconnected,
}

impl RecvError {
    /// Whether the limit passed first.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimeOut(_))
    }

    /// Whether nothing more can come.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeOut(limit) => write!(f, "timed out after {limit:?} receiving on an empty channel"),
            Self::Disconnected => f.write_str(RECV_DISCONNECTED),
        }
    }
}

impl Error for RecvError {}

impl From<AsyncRecvError> for RecvError {
    fn from(AsyncRecvError::Disconnected: AsyncRecvError) -> Self {
        Self::Disconnected
    }
}

/// Why `try_recv` or `try_recv_batch` received nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Nothing was there at that moment; a later receive may succeed.
    Empty,
    /// Everything buffered was received, and the channel was closed or its last sender is gone: nothing more can come.
    Disconnected,
}

impl TryRecvError {
    /// Whether nothing was there, but something may still come.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether nothing more can come.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "receiving on an empty channel",
            Self::Disconnected => RECV_DISCONNECTED,
        })
    }
}

impl Error for TryRecvError {}

impl From<AsyncRecvError> for TryRecvError {
    fn from(AsyncRecvError::Disconnected: AsyncRecvError) -> Self {
        Self::Disconnected
    }
}

/// Why an async receive, of one item or of a batch, received nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsyncRecvError {
    /// Everything buffered was received, and the channel was closed or its last sender is gone: nothing more can come.
    Disconnected,
}

impl fmt::Display for AsyncRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(RECV_DISCONNECTED)
    }
}

impl Error for AsyncRecvError {}
