use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::wait::{Side, Wait};

/// Waits until nothing can be sent any more: what `closed_async` returns.
///
/// # Cancel safety
/// It can be dropped at any point.
#[must_use = "futures do nothing unless polled or awaited"]
pub struct ClosedFuture<'a, T> {
    room: &'a Side,
    wait: Wait,
    values: PhantomData<fn(T)>,
}

impl<'a, T> ClosedFuture<'a, T> {
    pub(crate) fn new(room: &'a Side) -> Self {
        Self { room, wait: Wait::hard(), values: PhantomData }
    }
}

impl<T> Future for ClosedFuture<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.wait.poll_closed(this.room, cx.waker())
    }
}

impl<T> Drop for ClosedFuture<'_, T> {
    fn drop(&mut self) {
        self.wait.leave_closed(self.room);
    }
}

impl<T> fmt::Debug for ClosedFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosedFuture").field("wait", &self.wait).finish_non_exhaustive()
    }
}
