//! Streams and sinks give way now and then, on any runtime.

use std::task::Context;

/// How many times in a row an operation was ready at once.
#[derive(Debug, Default)]
pub(crate) struct Streak(u16);

impl Streak {
    /// After so many it is another task's turn: some microseconds. A shorter run would cut a full ring into pieces, each
    /// with a wake-up and perhaps a barrier of its own.
    const LONGEST: u16 = 1024;

    /// Whether it is another task's turn.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        self.0 >= Self::LONGEST
    }

    /// Whether it is time to return `Pending`; if so the task has been woken already.
    pub(crate) fn must_yield(&mut self, cx: &Context<'_>) -> bool {
        let due = self.is_due();
        if due {
            self.0 = 0;
            cx.waker().wake_by_ref();
        }
        due
    }

    /// Notes how a poll went.
    #[inline]
    pub(crate) fn note(&mut self, ready: bool) {
        self.0 = if ready { self.0 + 1 } else { 0 };
    }
}
