//! One-to-one channels: the fastest ring, for one sender and one receiver.

mod receiver;
mod sender;

pub use self::receiver::Receiver;
pub use self::sender::Sender;

use crate::link::spsc::{Rx, Shared, Tx};
use crate::ring::spsc::claim_roles;
use crate::sync::Arc;

/// A one-to-one channel that holds up to `capacity` values; any number from 1 up, exactly as given.
///
/// # Panics
/// If `capacity` is 0, or more than can be allocated.
///
/// ```
/// let (mut tx, mut rx) = hel::channel::spsc::bounded(2);
/// std::thread::spawn(move || tx.send("from a thread").unwrap());
/// assert_eq!(rx.recv(), Ok("from a thread"));
/// ```
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared::new(capacity));
    #[allow(unsafe_code)]
    // SAFETY: the ring is new and its roles are claimed here only (ring/README.md, I7).
    let (producer, consumer) = unsafe { claim_roles(shared) };
    (Sender::new(Tx::new(producer)), Receiver::new(Rx::new(consumer)))
}
