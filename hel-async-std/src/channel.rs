//! A bounded channel with the names of `async_std::channel`.
//!
//! Moving over changes one import, `use async_std::channel`, to `use hel_async_std::channel`.
//!
//! ```
//! use hel_async_std::channel;
//!
//! let (s, r) = channel::bounded(8);
//! std::thread::spawn(move || s.send_blocking("from a thread"));
//! assert_eq!(async_std::task::block_on(r.recv()), Ok("from a thread"));
//! ```
//!
//! It is [`hel_smol::channel`], whose table says what is not mirrored (`unbounded`) and what differs. Beside
//! async-std's channel, which is async-channel 1, this differs as well:
//!
//! | | async-std | here |
//! |---|---|---|
//! | errors | async-channel 1's types | async-channel 2's, with the same names, variants and methods; import them from here |
//! | `closed()` on a sender, `same_channel()` | missing | present |
//!
//! What that table says of `Unpin` is no difference here: async-std's receiver and futures are `Unpin` too.

#[doc(inline)]
pub use hel_smol::channel::*;
