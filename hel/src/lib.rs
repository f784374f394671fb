//! hel, the Hybrid Event Link: bounded channels for plain threads and async tasks.
//!
//! One channel serves both at both ends, on any runtime: block in a thread, await in a task, poll by hand.
//!
//! ```
//! let (tx, rx) = hel::bounded(16);
//! let worker = std::thread::spawn(move || rx.iter().sum::<u64>());
//! for n in 1..=10 {
//!     tx.send(n).unwrap();
//! }
//! drop(tx);
//! assert_eq!(worker.join().unwrap(), 55);
//! ```
//!
//! # Polls
//!
//! A poll that gives `Pending` has registered its task, to be woken when there is something for it; or it has woken its task
//! already, during the poll, to look again after the other tasks of its executor, and then registers if that was in
//! vain. hel does the latter where it helped lately. So a waker must be ready to be called by the poll that it is
//! given to, as any executor's is.
//!
//! Channels do not cross `fork`: a lock of the channel may be held by a thread that the child does not have.
#![deny(unsafe_code)]

#[forbid(unsafe_code)]
mod ends;
#[forbid(unsafe_code)]
mod errors;
#[forbid(unsafe_code)]
mod future;
#[forbid(unsafe_code)]
mod hand;
#[forbid(unsafe_code)]
mod held;
#[forbid(unsafe_code)]
mod iter;
#[forbid(unsafe_code)]
mod link;
#[cfg(all(test, any(hel_loom, hel_shuttle)))]
mod models;
#[forbid(unsafe_code)]
mod mpmc;
#[forbid(unsafe_code)]
mod op;
mod ring;
#[forbid(unsafe_code)]
pub mod rt;
#[forbid(unsafe_code)]
mod shard;
#[cfg(feature = "futures")]
#[forbid(unsafe_code)]
mod sink;
mod spsc;
#[cfg(feature = "futures")]
#[forbid(unsafe_code)]
mod stream;
#[allow(unsafe_code)]
mod sync;
#[forbid(unsafe_code)]
mod wait;
#[cfg(feature = "futures")]
#[forbid(unsafe_code)]
mod yielding;

pub use self::ends::{Borrowed, Source, Target};
pub use self::future::{
    ClosedFuture, Operation, RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture,
};
pub use self::iter::{Iter, TryIter};
pub use self::mpmc::{ExclusiveReceiver, Receiver, Sender, bounded};
pub use self::shard::{Builder, DefaultHashBuilder, DefaultHasher};
#[cfg(feature = "futures")]
pub use self::sink::SendSink;
#[cfg(feature = "futures")]
pub use self::stream::RecvStream;

/// What waiting cost so far, counted. Only in builds with `--cfg hel_counters`, and no part of the API.
#[cfg(hel_counters)]
#[doc(hidden)]
pub use self::sync::counting as counters;

/// The channels, by kind.
pub mod channel {
    /// Channels that any number of senders and receivers share.
    pub mod mpmc {
        pub use crate::mpmc::{ExclusiveReceiver, Receiver, Sender, WeakReceiver, WeakSender, bounded};
        pub use crate::shard::{
            GroupSender, KeyFnSender, KeySender, RoundRobinSender, ShardSenders, ShardedReceiver, Tagged, round_robin,
            shard_group, shard_key,
        };
    }

    /// One-to-one channels: the fastest ring, for one sender and one receiver.
    pub mod spsc {
        pub use crate::shard::{Pairs, SpscShard, shard_spsc};
        pub use crate::spsc::{Receiver, Sender, bounded};
    }

    /// What can go wrong, the same types on every route.
    pub mod errors {
        pub use crate::errors::*;
    }
}

/// The README's snippets compile and run.
#[cfg(all(doctest, feature = "futures"))]
#[doc = include_str!("../../README.md")]
mod readme {}
