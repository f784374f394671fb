use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::collect::{Found, collect, looks};
use super::{Runtime, deadline};
use crate::ends::Source;
use crate::errors::AsyncRecvError;
use crate::future::POLLED_AFTER_READY;
use crate::held::Held;
use crate::wait::Wait;

/// Waits for a value as long as it takes, then collects up to `max` into `into`, for at most `linger` after the first.
///
/// It gives how many that were. A `max` of 0 is ready at once, with 0; a `linger` of zero takes what is there with the
/// first value, one of [`Duration::MAX`] waits for all of them or the end of the channel.
///
/// # Cancel safety
/// What was received is in `into` whenever it is dropped.
pub fn gather<S: Source, R: Runtime>(
    rt: R,
    source: S,
    into: &mut Vec<S::Item>,
    max: usize,
    linger: Duration,
) -> Gather<'_, S, R> {
    let (begin, end) = (into.len(), Held::new(source, Wait::hard()));
    Gather { end, into, begin, max, rt, linger: Linger::For(linger), timer: None }
}

pin_project! {
    /// Collects values for a while: what [`gather()`] returns.
    ///
    /// It is `Unpin` if the runtime's timer is.
    ///
    /// # Errors
    /// `Disconnected`, if the channel ended before the first value.
    ///
    /// # Cancel safety
    /// What was received is in the caller's `Vec` whenever it is dropped.
    #[must_use = "futures do nothing unless polled or awaited"]
    pub struct Gather<'b, S: Source, R: Runtime> {
        end: Held<S>,
        into: &'b mut Vec<S::Item>,
        // How long `into` was at the beginning.
        begin: usize,
        max: usize,
        rt: R,
        linger: Linger,
        // Made when it has to wait for more after the first value.
        #[pin]
        timer: Option<R::Timer>,
    }
}

#[derive(Clone, Copy, Debug)]
enum Linger {
    /// So long after the first value.
    For(Duration),
    /// The first value has come, and the timer runs if there is a limit that the clock can reach.
    Running,
}

impl<S: Source, R: Runtime> Gather<'_, S, R> {
    /// The first value has come: ready when it is time to stop.
    fn poll_linger(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Linger::For(linger) = *this.linger {
            if linger.is_zero() {
                return Poll::Ready(());
            }
            let at = deadline(this.rt.now(), linger);
            this.timer.set(at.map(|at| this.rt.timer(at)));
            *this.linger = Linger::Running;
        }
        this.timer.as_pin_mut().map_or(Poll::Pending, |timer| timer.poll(cx))
    }

    /// How often to look in one poll.
    fn looks(&self) -> usize {
        match self.linger {
            Linger::For(linger) => looks(linger),
            Linger::Running => looks(Duration::MAX),
        }
    }
}

impl<S: Source, R: Runtime> Future for Gather<'_, S, R> {
    type Output = Result<usize, AsyncRecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let looks = self.looks();
        let this = self.as_mut().project();
        assert!(!this.end.is_finished(), "{POLLED_AFTER_READY}");
        let found = collect(this.end, cx, this.into, this.begin.saturating_add(*this.max), looks);
        let count = this.into.len() - *this.begin;
        let over = match found {
            Found::All | Found::End => true,
            Found::Some | Found::Nothing => count > 0 && self.as_mut().poll_linger(cx).is_ready(),
        };
        if over {
            self.project().end.finish();
            let nothing = found == Found::End && count == 0;
            return Poll::Ready(if nothing { Err(AsyncRecvError::Disconnected) } else { Ok(count) });
        }
        if found == Found::Some {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<S: Source, R: Runtime> fmt::Debug for Gather<'_, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("max", &self.max).field("linger", &self.linger).finish_non_exhaustive()
    }
}

#[cfg(feature = "futures")]
impl<S: Source, R: Runtime> futures_core::FusedFuture for Gather<'_, S, R> {
    fn is_terminated(&self) -> bool {
        self.end.is_finished()
    }
}
