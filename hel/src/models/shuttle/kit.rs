//! What the models are built from: ends at work, and the books.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::ends::sealed;
use crate::errors::{RecvError, SendError};
use crate::future::{RecvFuture, SendRefFuture};
use crate::op;
use crate::sync::thread::{self, JoinHandle};
use crate::sync::{Model, with_parker};
use crate::wait::Limit;

/// Long enough to begin waiting; the park itself then finds it passed.
pub(super) const PASSES: Duration = Duration::from_secs(1000);

/// The way in which an end works.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// A thread that blocks.
    Thread,
    /// A task.
    Task,
    /// A thread that blocks, with two or more at a time.
    Batch,
    /// A task that is polled once and dropped, then a thread that gives up at its deadline, then one that does not.
    Hesitant,
}

/// An end that is lent to a future.
struct Lent<'a, E>(&'a mut E);

impl<E: sealed::Target> sealed::Target for Lent<'_, E> {
    type Value = E::Value;
    type Raw<'a>
        = E::Raw<'a>
    where
        Self: 'a;

    fn raw(&mut self) -> E::Raw<'_> {
        self.0.raw()
    }
}

impl<E: sealed::Source> sealed::Source for Lent<'_, E> {
    type Value = E::Value;
    type Raw<'a>
        = E::Raw<'a>
    where
        Self: 'a;

    fn raw(&mut self) -> E::Raw<'_> {
        self.0.raw()
    }
}

/// Sends all of `values`, or until the channel is closed; says which were sent.
pub(super) fn send_all<E: sealed::Target<Value = usize>>(end: &mut E, way: Way, values: &[usize]) -> Vec<usize> {
    let mut left = values.to_vec();
    if matches!(way, Way::Batch) {
        let sent = op::send_batch(end.raw(), &mut left, Limit::Never);
        assert_eq!(sent.is_ok(), left.is_empty());
    } else {
        while left.first().is_some_and(|value| send_one(end, way, *value)) {
            left.remove(0);
        }
    }
    values.iter().copied().filter(|value| !left.contains(value)).collect()
}

fn send_one<E: sealed::Target<Value = usize>>(end: &mut E, way: Way, value: usize) -> bool {
    let mut place = Some(value);
    match way {
        Way::Thread | Way::Batch => op::send(end.raw(), value, Limit::Never).is_ok(),
        Way::Task => block_on(SendRefFuture::new(Lent(end), &mut place)).is_ok(),
        Way::Hesitant => {
            let polled = poll_here(&mut SendRefFuture::new(Lent(end), &mut place));
            if let Poll::Ready(sent) = polled {
                return sent.is_ok();
            }
            assert_eq!(place, Some(value), "dropped, so not sent");
            match op::send(end.raw(), value, Limit::After(PASSES)) {
                Err(SendError::TimeOut(value, _)) => op::send(end.raw(), value, Limit::Never).is_ok(),
                sent => sent.is_ok(),
            }
        }
    }
}

/// Receives until nothing more can come.
pub(super) fn recv_all<E: sealed::Source>(end: &mut E, way: Way) -> Vec<E::Value> {
    let mut received = Vec::new();
    if matches!(way, Way::Batch) {
        while op::recv_batch(end.raw(), &mut received, 2, Limit::Never).is_ok() {}
    } else {
        while let Some(value) = recv_one(end, way) {
            received.push(value);
        }
    }
    received
}

/// Receives one, if one comes.
pub(super) fn recv_one<E: sealed::Source>(end: &mut E, way: Way) -> Option<E::Value> {
    match way {
        Way::Thread | Way::Batch => op::recv(end.raw(), Limit::Never).ok(),
        Way::Task => block_on(RecvFuture::new(Lent(end))).ok(),
        Way::Hesitant => {
            let polled = poll_here(&mut RecvFuture::new(Lent(end)));
            if let Poll::Ready(received) = polled {
                return received.ok();
            }
            match op::recv(end.raw(), Limit::After(PASSES)) {
                Err(RecvError::TimeOut(_)) => op::recv(end.raw(), Limit::Never).ok(),
                received => received.ok(),
            }
        }
    }
}

/// An end that sends `values` on a thread of its own, and is dropped then.
pub(super) fn sender<E>(mut end: E, way: Way, values: &'static [usize]) -> JoinHandle<Vec<usize>>
where
    E: sealed::Target<Value = usize> + Send + 'static,
{
    thread::spawn(move || send_all(&mut end, way, values))
}

/// An end that receives on a thread of its own until nothing more can come.
pub(super) fn receiver<E>(mut end: E, way: Way) -> JoinHandle<Vec<E::Value>>
where
    E: sealed::Source<Value: Send> + Send + 'static,
{
    thread::spawn(move || recv_all(&mut end, way))
}

/// Waits for all of them.
pub(super) fn join_all<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    threads.into_iter().map(JoinHandle::join).collect()
}

/// What was sent is what was received, each value once.
pub(super) fn balance(sent: &[Vec<usize>], received: &[Vec<usize>]) {
    let sorted = |lists: &[Vec<usize>]| {
        let mut all = lists.concat();
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(received), sorted(sent), "received, and sent");
}

/// Values of one sender, which have the same tens, were received by each receiver in the order they were sent.
pub(super) fn in_order(received: &[Vec<usize>]) {
    for list in received {
        for (at, early) in list.iter().enumerate() {
            assert!(list[at..].iter().all(|late| late / 10 != early / 10 || late >= early), "out of order: {list:?}");
        }
    }
}

/// Runs a task on the thread that calls, as an executor does: a wake, a poll.
pub(super) fn block_on<F: Future>(task: F) -> F::Output {
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
    Pin::new(task).poll(&mut Context::from_waker(Waker::noop()))
}

/// One poll by a task of the thread that calls.
pub(super) fn poll_here<F: Future + Unpin>(task: &mut F) -> Poll<F::Output> {
    with_parker(|parker| Pin::new(task).poll(&mut Context::from_waker(parker.waker())))
}

/// Waits for the wake-up of a task that [`poll_here`] left pending, and for nothing else.
pub(super) fn wait_to_be_woken() {
    with_parker(|parker| assert!(parker.park(None)));
}

/// Searches with gates of every kind, and with tasks that give way.
pub(super) fn in_every_mode(story: fn()) {
    with_every_gate(story);
    Model::new().gives_way().check(story);
}

/// Searches with gates that open whenever they can, with gates that stay armed once they are, and with gates that are
/// born so.
pub(super) fn with_every_gate(story: fn()) {
    Model::new().check(story);
    Model::new().ratio(u32::MAX).check(story);
    Model::new().no_membarrier().check(story);
}
