use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Instant;

use hel::rt::{Runtime, Timer};
use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{self, Sleep};

/// tokio's clock and timers.
///
/// A clock that a test has paused is followed. tokio moves it on as soon as all tasks wait, so that under such a clock a
/// limit may pass before a value from a plain thread comes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

impl Runtime for Tokio {
    type Timer = TokioTimer;

    fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }

    /// # Panics
    /// Outside a runtime, or in one without a timer.
    fn timer(&self, at: Instant) -> TokioTimer {
        TokioTimer { sleep: time::sleep_until(at.into()) }
    }
}

pin_project! {
    /// A timer of tokio's. It is not `Unpin`, and neither is a future that contains it.
    ///
    /// Unlike a bare `Sleep` it takes no part in tokio's budget: a limit passes also in a task that has none left.
    #[derive(Debug)]
    pub struct TokioTimer {
        #[pin]
        sleep: Sleep,
    }
}

impl Future for TokioTimer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Were it to need budget, a limit beside work that uses up all of it in each turn would never pass; and within
        // `coop`, which holds a unit of its own, not even the last one would be enough.
        pin!(unconstrained(self.project().sleep)).poll(cx)
    }
}

impl Timer for TokioTimer {
    fn reset(self: Pin<&mut Self>, at: Instant) {
        self.project().sleep.reset(at.into());
    }
}
