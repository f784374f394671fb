//! The tests over async-channel: a test that fails here expects too much.

use async_channel as channel;
use smol::{block_on, spawn};

#[path = "since_1.rs"]
mod since_1;
#[path = "since_2.rs"]
mod since_2;
