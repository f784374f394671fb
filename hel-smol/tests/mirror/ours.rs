//! The tests over hel.

use hel_smol::channel;
use smol::{block_on, spawn};

#[path = "since_1.rs"]
mod since_1;
#[path = "since_2.rs"]
mod since_2;
