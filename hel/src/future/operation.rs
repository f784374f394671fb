use std::future::Future;

use super::POLLED_AFTER_READY;
use crate::sync::barrier;
use crate::wait::{End, Wait};

/// An operation that can be given a limit: what [`rt::timeout`](crate::rt::timeout) takes.
///
/// Implemented by [`RecvFuture`](crate::RecvFuture), [`RecvBatchFuture`](crate::RecvBatchFuture),
/// [`SendFuture`](crate::SendFuture), [`SendRefFuture`](crate::SendRefFuture) and
/// [`SendBatchFuture`](crate::SendBatchFuture). It cannot be implemented outside hel.
pub trait Operation: Future + Unpin + sealed::Operation<Outcome = <Self as Operation>::Limited> {
    /// What it gives with a limit: a `Result` whose error also knows `TimeOut`.
    type Limited;
}

pub(crate) mod sealed {
    use std::future::Future;
    use std::time::Duration;

    pub trait Operation: Future + Unpin {
        type Outcome;

        /// The result of an operation that ended within its limit.
        fn in_time(output: Self::Output) -> Self::Outcome;

        /// Whether it has woken its task already, to be polled again after others have run.
        fn has_given_way(&self) -> bool;

        /// Stops waiting and tries a last time: after this the operation is over, one way or the other.
        fn give_up(&mut self, limit: Duration) -> Self::Outcome;
    }
}

impl<F: sealed::Operation> Operation for F {
    type Limited = F::Outcome;
}

/// The end of an operation whose limit has passed: out of the queue, then one look more.
///
/// In this order a wake-up that came with the limit is not lost: it is used by the look, or has gone on to a peer.
pub(super) fn last_look<E: End, O>(
    wait: &mut Wait,
    end: &mut E,
    mut look: impl FnMut(&mut E) -> Option<O>,
) -> Option<O> {
    assert!(!wait.is_finished(), "{POLLED_AFTER_READY}");
    if wait.is_queued() {
        wait.leave(end);
    }
    // ORDERING: a full fence, so that what anybody did whom we heard from is not missed.
    barrier::full();
    let out = look(end);
    wait.finish();
    out
}
