//! The names of [`tokio::sync::mpsc`]'s bounded channel, over a hel channel.
//!
//! Moving over changes one import: the methods and error types are tokio's, what blocks panics in a task as there, and
//! each operation takes part in tokio's budget by itself. [`into_inner`](Sender::into_inner) gives the hel end below,
//! with all its verbs; both can be used side by side.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use hel_tokio::mpsc; // was: tokio::sync::mpsc
//!
//! let (tx, mut rx) = mpsc::channel(100);
//! tokio::spawn(async move {
//!     for n in 0..10 {
//!         tx.send(n).await.unwrap();
//!     }
//! });
//! let mut sum = 0;
//! while let Some(n) = rx.recv().await {
//!     sum += n;
//! }
//! assert_eq!(sum, 45);
//! # }
//! ```
//!
//! Not mirrored, so that it does not compile rather than do something else:
//!
//! | not here | why | instead |
//! |---|---|---|
//! | `reserve`, `reserve_many`, `reserve_owned`, `try_reserve…`, `Permit…` | room that is claimed and not filled is a place in hel's queue, and would stop the receivers behind it | `send`; or, on the hel sender below, `send_async`, whose [`take`](hel::SendFuture::take) gives the value of a send that is given up back |
//! | `unbounded_channel` and its ends | hel channels are bounded | a capacity |
//! | `weak_count`, `sender_weak_count`, `WeakSender::strong_count` | hel does not count weak handles, and a weak one tells nothing before `upgrade` | |
//!
//! Adapters of other crates that take tokio's ends by name (`ReceiverStream` of tokio-stream, `PollSender` of tokio-util)
//! do not take these: [`Receiver::into_stream`] and [`Sender::into_sink`] do their work.
//!
//! Different in detail:
//!
//! | | tokio | here |
//! |---|---|---|
//! | room that becomes free while a `send` waits | is kept for that sender: `try_send` says `Full` | goes to whoever is first to use it, `try_send` included; the `send` keeps its place at the front |
//! | `close()` while a `send` has been woken for room | `recv` waits for that sender to fail or go | `recv` is `None` at once |
//! | `capacity()` | permits that nobody holds | a snapshot of the room |
//! | `send_timeout` outside a runtime with a timer | panics | panics if it has to wait |
//! | a send that fails, `closed()` | use no budget | use some, so that a loop of them gives way |
//! | memory | comes in blocks | all slots at once: [`channel`] panics if it cannot be had |

mod receiver;
mod sender;

pub use self::receiver::Receiver;
pub use self::sender::{Sender, WeakSender};

/// tokio's own error types, so that matches on them and `From` impls for them go on working.
pub mod error {
    pub use tokio::sync::mpsc::error::{SendError, SendTimeoutError, TryRecvError, TrySendError};
}

use tokio::runtime::Handle;

/// A channel with room for `buffer` values.
///
/// # Panics
/// If `buffer` is 0, or the memory cannot be had.
#[track_caller]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = hel::bounded(buffer);
    (Sender::new(tx), Receiver::new(rx))
}

/// Panics if this thread is running a task, which must not block.
#[track_caller]
fn must_not_be_in_a_task() {
    if let Ok(runtime) = Handle::try_current() {
        // What tokio offers to find out: this panics in a task, and not beside one, as in `spawn_blocking`.
        runtime.block_on(async {});
    }
}
