//! The tests over hel. What async-std's channel never had is here too.

use async_std::task::{block_on, spawn};
use hel_async_std::channel;

#[path = "../../../hel-smol/tests/mirror/since_1.rs"]
mod since_1;
#[path = "../../../hel-smol/tests/mirror/since_2.rs"]
mod since_2;
