//! Random operations on small channels, each compared with a sequential model.
//!
//! Everything runs on one thread, so the model says exactly what each operation gives, and who has to be awake.

mod batching;
mod handles;
mod lease;
mod model;
mod owned;
mod pending;
mod receiving;
mod recv_ops;
mod rx;
pub mod script;
#[cfg(test)]
mod seeds;
mod send_ops;
mod sending;
mod tx;
mod value;
mod waits;
mod world;
