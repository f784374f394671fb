//! What the ends of a channel can do: four small traits, one per end and world.

use std::future::Future;

/// A sending end that blocks its thread while there is no room.
pub(crate) trait BlockingTx<T>: Send + 'static {
    fn put(&mut self, value: T);

    /// Sends all of `batch` and leaves it empty. One by one, where the channel has no verb for it.
    fn put_batch(&mut self, batch: &mut Vec<T>) {
        batch.drain(..).for_each(|value| self.put(value));
    }
}

/// A receiving end that blocks its thread while there is nothing; `None` once all senders are gone.
pub(crate) trait BlockingRx<T>: Send + 'static {
    fn take(&mut self) -> Option<T>;

    /// Appends up to `max` values and says how many; 0 once all senders are gone.
    fn take_batch(&mut self, into: &mut Vec<T>, _max: usize) -> usize {
        let before = into.len();
        into.extend(self.take());
        into.len() - before
    }
}

/// A sending end that is awaited.
///
/// It gives the channel's own future, for the loops to await, as a user would. An `async fn` around it would be a state
/// machine more, entered and left for each value, and cost about as much as the fastest of the channels do.
pub(crate) trait TaskTx<T>: Send + 'static {
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send;
}

/// A receiving end that is awaited. It gives the channel's own future, as [`TaskTx`].
pub(crate) trait TaskRx<T>: Send + 'static {
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send;
}

/// What a channel says to one who awaits a value.
pub(crate) trait Received<T> {
    /// The value; `None` once all senders are gone.
    fn value(self) -> Option<T>;
}

impl<T> Received<T> for Option<T> {
    #[inline(always)]
    fn value(self) -> Option<T> {
        self
    }
}

impl<T, E> Received<T> for Result<T, E> {
    #[inline(always)]
    fn value(self) -> Option<T> {
        self.ok()
    }
}

/// With the number of its shard.
impl<T, E> Received<T> for Result<(usize, T), E> {
    #[inline(always)]
    fn value(self) -> Option<T> {
        self.ok().map(|(_, value)| value)
    }
}

/// Every send of a run succeeds: its receivers stay until the senders are gone.
#[inline(always)]
pub(crate) fn sent<E>(result: Result<(), E>) {
    assert!(result.is_ok(), "the receivers left too early");
}

/// An end used by a thread that may block.
#[derive(Clone, Debug)]
pub(crate) struct OnThread<E>(pub(crate) E);

/// An end used by a task.
#[derive(Clone, Debug)]
pub(crate) struct InTask<E>(pub(crate) E);

/// Both ends on threads.
pub(crate) fn on_threads<Tx, Rx>((tx, rx): (Tx, Rx)) -> (OnThread<Tx>, OnThread<Rx>) {
    (OnThread(tx), OnThread(rx))
}

/// Both ends in tasks.
pub(crate) fn in_tasks<Tx, Rx>((tx, rx): (Tx, Rx)) -> (InTask<Tx>, InTask<Rx>) {
    (InTask(tx), InTask(rx))
}

/// From a thread to a task.
pub(crate) fn thread_to_task<Tx, Rx>((tx, rx): (Tx, Rx)) -> (OnThread<Tx>, InTask<Rx>) {
    (OnThread(tx), InTask(rx))
}

/// From a task to a thread.
pub(crate) fn task_to_thread<Tx, Rx>((tx, rx): (Tx, Rx)) -> (InTask<Tx>, OnThread<Rx>) {
    (InTask(tx), OnThread(rx))
}
