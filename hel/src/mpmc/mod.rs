//! Channels that any number of senders and receivers share.

mod exclusive;
mod receiver;
mod sender;
#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests;
mod weak;

pub use self::exclusive::ExclusiveReceiver;
pub use self::receiver::Receiver;
pub use self::sender::Sender;
pub use self::weak::{WeakReceiver, WeakSender};

use crate::link::group::Group;
use crate::link::mpmc::Shared;
use crate::sync::Arc;

/// A channel that holds up to `capacity` values; any number from 1 up, exactly as given.
///
/// # Panics
/// If `capacity` is 0, or more than can be allocated.
///
/// ```
/// let (tx, rx) = hel::bounded(2);
/// std::thread::spawn(move || tx.send("from a thread").unwrap());
/// assert_eq!(rx.recv(), Ok("from a thread"));
/// ```
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared::new(capacity));
    (Sender::new(Arc::clone(&shared)), Receiver::new(shared))
}

/// One shard of a channel of many.
pub(crate) fn shard<T>(capacity: usize, group: &Arc<Group>, index: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared::of_group(capacity, group, index));
    (Sender::new(Arc::clone(&shared)), Receiver::new(shared))
}
