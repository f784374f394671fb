use std::task::{Context, Poll};
use std::time::Duration;

use crate::ends::Source;
use crate::held::Held;

/// So many looks in one poll, then it is another task's turn.
const LOOKS: usize = 32;

/// How often to look in one poll. Who does not linger takes what is there, and looks once.
pub(super) fn looks(linger: Duration) -> usize {
    if linger.is_zero() { 1 } else { LOOKS }
}

/// How collecting got on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// As many as were asked for.
    All,
    /// The channel is closed and drained.
    End,
    /// Values in each look, and there may be more: the task is not woken for them.
    Some,
    /// Nothing more for now; the task will be woken.
    Nothing,
}

/// Appends what there is to `into` until that holds `full` values, in so many looks at most.
pub(super) fn collect<S: Source>(
    end: &mut Held<S>,
    cx: &Context<'_>,
    into: &mut Vec<S::Item>,
    full: usize,
    looks: usize,
) -> Found {
    for _ in 0..looks {
        let room = full.saturating_sub(into.len());
        if room == 0 {
            return Found::All;
        }
        match end.poll_batch(cx, into, room) {
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(_)) => return Found::End,
            Poll::Pending => return Found::Nothing,
        }
    }
    if into.len() < full { Found::Some } else { Found::All }
}
