//! The seam to async runtimes: limits, gathering and batches, over any clock and timer.
//!
//! Channels need no runtime; what waits for *time* does. A [`Runtime`] has two methods, and everything here is written
//! over it. The crates hel-tokio and hel-smol implement it and have shorter names for all of this; hel-async-std is
//! hel-smol by other names.
//!
//! ```
//! use hel::rt::{Runtime, Timer};
//! use std::{future::Future, pin::Pin, task::{Context, Poll, ready}, time::{Duration, Instant}};
//!
//! #[derive(Clone, Copy)]
//! struct Smol;
//!
//! struct SmolTimer(smol::Timer);
//!
//! impl Runtime for Smol {
//!     type Timer = SmolTimer;
//!     fn now(&self) -> Instant {
//!         Instant::now()
//!     }
//!     fn timer(&self, at: Instant) -> SmolTimer {
//!         SmolTimer(smol::Timer::at(at))
//!     }
//! }
//!
//! impl Timer for SmolTimer {
//!     fn reset(mut self: Pin<&mut Self>, at: Instant) {
//!         self.0.set_at(at);
//!     }
//! }
//!
//! impl Future for SmolTimer {
//!     type Output = ();
//!     fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
//!         ready!(Pin::new(&mut self.0).poll(cx));
//!         Poll::Ready(())
//!     }
//! }
//!
//! let (tx, rx) = hel::bounded(1);
//! tx.send(1).unwrap();
//! let second = hel::rt::timeout(Smol, Duration::from_millis(1), tx.send_async(2));
//! assert!(smol::block_on(second).unwrap_err().is_timeout());
//! assert_eq!(rx.recv(), Ok(1));
//! ```

#[cfg(feature = "futures")]
mod batches;
mod collect;
mod gather;
mod timeout;

#[cfg(feature = "futures")]
pub use self::batches::Batches;
pub use self::gather::{Gather, gather};
pub use self::timeout::{Timeout, timeout, timeout_at};
pub use crate::future::Operation;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

/// A clock and timers that go by it.
///
/// A value of it is a handle, cheap to clone; most are empty.
pub trait Runtime: Clone {
    /// The timer of this runtime.
    type Timer: Timer;

    /// The time by this runtime's clock, which tests may have stopped.
    fn now(&self) -> Instant;

    /// A timer that is ready once it is `at` by this clock.
    fn timer(&self, at: Instant) -> Self::Timer;
}

/// A future that is ready once its time has come, never before, and can be set anew.
///
/// Once ready it is not polled again before it is set anew.
pub trait Timer: Future<Output = ()> {
    /// Sets it to `at`, whether it was ready before or not.
    fn reset(self: Pin<&mut Self>, at: Instant);
}

/// When a wait of `limit` from `now` on is over. `None`: never, as far as the clock goes.
fn deadline(now: Instant, limit: Duration) -> Option<Instant> {
    now.checked_add(limit)
}
