//! What the models are built from.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::mpmc::{Receiver, Sender, bounded};
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Model, with_parker};

/// Long enough to begin waiting; the park itself then finds it passed.
pub(super) const PASSES: Duration = Duration::from_secs(1000);

/// Both ends of a channel, for all threads of a model.
///
/// loom runs them on one thread of the system, so the handles are shared without counting, which keeps the search
/// small. The main thread joins the others and drops the ends last.
pub(super) struct Ends {
    pub(super) tx: Sender<usize>,
    pub(super) rx: Receiver<usize>,
}

/// A channel that holds the numbers in `buffered`.
pub(super) fn ends<const N: usize>(capacity: usize, buffered: [usize; N]) -> Rc<Ends> {
    let (tx, rx) = bounded(capacity);
    for value in buffered {
        tx.try_send(value).unwrap();
    }
    Rc::new(Ends { tx, rx })
}

/// As [`ends`], with both gates armed already: with [`never_cleared`] no waiter of the story runs a heavy barrier, which
/// leaves its preemptions to the story.
pub(super) fn armed<const N: usize>(capacity: usize, buffered: [usize; N]) -> Rc<Ends> {
    let ends = ends(capacity, []);
    assert!(ends.rx.recv_timeout(PASSES).is_err());
    while ends.tx.try_send(0).is_ok() {}
    assert!(ends.tx.send_timeout(0, PASSES).is_err());
    while ends.rx.try_recv().is_ok() {}
    for value in buffered {
        ends.put(value);
    }
    ends
}

/// Runs `f` on a thread of its own.
pub(super) fn spawn<R: 'static>(ends: &Rc<Ends>, f: impl FnOnce(&Ends) -> R + 'static) -> JoinHandle<R> {
    let ends = Rc::clone(ends);
    thread::spawn(move || f(&ends))
}

/// Runs a task on the thread that calls, as an executor does: a wake, a poll.
pub(crate) fn block_on<F: Future>(task: F) -> F::Output {
    let mut task = pin!(task);
    with_parker(|parker| {
        loop {
            if let Poll::Ready(out) = task.as_mut().poll(&mut Context::from_waker(parker.waker())) {
                return out;
            }
            parker.park(None);
        }
    })
}

/// One poll by a task that is not there any more when its waker is called.
pub(super) fn poll<F: Future + Unpin>(task: &mut F) -> Poll<F::Output> {
    pin!(task).poll(&mut Context::from_waker(Waker::noop()))
}

/// One poll by a task of the thread that calls.
pub(super) fn poll_here<F: Future + Unpin>(task: &mut F) -> Poll<F::Output> {
    with_parker(|parker| pin!(task).poll(&mut Context::from_waker(parker.waker())))
}

/// Waits for the wake-up of a task that [`poll_here`] left pending, and for nothing else.
pub(super) fn wait_to_be_woken() {
    with_parker(|parker| assert!(parker.park(None)));
}

impl Ends {
    /// Receives in a thread.
    pub(super) fn recv(&self) -> usize {
        self.rx.recv().unwrap()
    }

    /// Receives in a task.
    pub(super) fn task_recv(&self) -> usize {
        block_on(self.rx.recv_async()).unwrap()
    }

    /// Begins to wait, and gives up.
    pub(super) fn give_up_recv(&self) -> Option<usize> {
        self.rx.recv_timeout(PASSES).ok()
    }

    /// Sends, as there must be room.
    pub(super) fn put(&self, value: usize) {
        self.tx.try_send(value).unwrap();
    }
}

/// Searches in every mode that a channel may find itself in.
pub(crate) fn in_every_mode(story: fn()) {
    Model::new().check(story);
    never_cleared().check(story);
    Model::new().no_membarrier().check(story);
    Model::new().plain().check(story);
}

/// Gates that stay armed once they are.
pub(super) fn never_cleared() -> Model {
    Model::new().ratio(u32::MAX)
}
