//! A bounded channel with the names of `async_channel`, which smol has as `smol::channel`.
//!
//! Moving over changes one import: `use async_channel as channel` (or `use smol::channel`) becomes
//! `use hel_smol::channel`. The errors are async-channel's own types, so `match`es and `From` impls go on working.
//!
//! ```
//! use hel_smol::channel;
//!
//! let (s, r) = channel::bounded(8);
//! std::thread::spawn(move || s.send_blocking("from a thread"));
//! assert_eq!(smol::block_on(r.recv()), Ok("from a thread"));
//! ```
//!
//! # What is not mirrored
//!
//! | async-channel | here |
//! |---|---|
//! | `unbounded` | hel's channels are bounded: a queue without a limit hides a slow receiver until memory runs out |
//! | `force_send` | takes the oldest value away from its receiver, which hel's promise to lose nothing rules out; receive one and send again |
//!
//! # What differs
//!
//! | | async-channel 2 | here |
//! |---|---|---|
//! | values still buffered when the last receiver goes | live until the senders go | dropped at once, so `len()` is 0 |
//! | a [`Receiver`] as a stream, on a channel that never runs empty | is always ready | yields once after 1,024 values in a row |
//! | [`Receiver`], [`Send`], [`Recv`], [`Closed`] | not `Unpin` | `Unpin` |
//! | a future polled again after it was ready | may go on | panics |
//!
//! Within a loop of `recv` or `send` nothing yields, there as here: on a channel that never runs empty such a loop keeps
//! its thread. The stream does not.

mod future;
mod receiver;
mod sender;
mod weak;

pub use async_channel::{RecvError, SendError, TryRecvError, TrySendError};

pub use self::future::{Closed, Recv, Send};
pub use self::receiver::Receiver;
pub use self::sender::Sender;
pub use self::weak::{WeakReceiver, WeakSender};

/// A channel that holds up to `cap` values, exactly as given.
///
/// # Panics
/// If `cap` is 0, or more than can be allocated.
///
/// ```
/// let (s, r) = hel_smol::channel::bounded(1);
/// s.try_send(1).unwrap();
/// assert!(s.try_send(2).unwrap_err().is_full());
/// assert_eq!(r.try_recv(), Ok(1));
/// ```
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = hel::bounded(cap);
    (Sender::new(sender), Receiver::new(receiver))
}
