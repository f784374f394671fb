//! The tests over async-std: a test that fails here expects too much.

use async_std::channel;
use async_std::task::{block_on, spawn};

#[path = "../../../hel-smol/tests/mirror/since_1.rs"]
mod since_1;

/// As async-std has it, unlike async-channel 2.
#[test]
fn everything_is_unpin() {
    fn unpin<T: Unpin>(_: &T) {}
    let (s, r) = channel::bounded(1);
    unpin(&s.send(std::marker::PhantomPinned));
    unpin(&r.recv());
    unpin(&r);
}
