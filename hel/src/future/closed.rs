use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::POLLED_AFTER_READY;
use crate::mpmc::Sender;
use crate::wait::{Side, Wait};

/// Waits until nothing can be sent any more: what `closed_async` returns.
///
/// # Cancel safety
/// It can be dropped at any point.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct ClosedFuture<'a, T> {
    channels: Channels<'a, T>,
    wait: Wait,
}

/// What has to be closed.
enum Channels<'a, T> {
    One(&'a Side),
    /// Shards, of which the first is the next to wait for.
    Shards(&'a [Sender<T>]),
}

impl<T> Channels<'_, T> {
    /// Where to wait for the next close; none if all have come.
    fn next(&self) -> Option<&Side> {
        match self {
            Self::One(side) => Some(side),
            Self::Shards(shards) => shards.first().map(Sender::room),
        }
    }
}

impl<'a, T> ClosedFuture<'a, T> {
    pub(crate) fn new(room: &'a Side) -> Self {
        Self { channels: Channels::One(room), wait: Wait::hard() }
    }

    /// Waits until each of `shards` is closed.
    pub(crate) fn of_shards(shards: &'a [Sender<T>]) -> Self {
        Self { channels: Channels::Shards(shards), wait: Wait::hard() }
    }
}

impl<T> Future for ClosedFuture<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { channels, wait } = self.get_mut();
        assert!(!wait.is_finished(), "{POLLED_AFTER_READY}");
        while let Some(room) = channels.next() {
            ready!(wait.poll_closed(room, cx.waker()));
            match channels {
                Channels::One(_) => break,
                Channels::Shards(shards) => *shards = &shards[1..],
            }
        }
        wait.finish();
        Poll::Ready(())
    }
}

#[cfg(feature = "futures")]
impl<T> futures_core::FusedFuture for ClosedFuture<'_, T> {
    fn is_terminated(&self) -> bool {
        self.wait.is_finished()
    }
}

impl<T> Drop for ClosedFuture<'_, T> {
    fn drop(&mut self) {
        if let Some(room) = self.channels.next() {
            self.wait.leave_closed(room);
        }
    }
}

impl<T> fmt::Debug for ClosedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosedFuture").field("wait", &self.wait).finish_non_exhaustive()
    }
}
