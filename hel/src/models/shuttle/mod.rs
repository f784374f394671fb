//! Models on shuttle: whole channels with as many threads as it takes, over random orders of events.
//!
//! They show what loom's bound leaves out: three producers beside three consumers, notifiers that find the queue locked,
//! exchanges of one word in any order. `sync/README.md` says what shuttle does not see: a missing fence.

mod defects;
mod fan;
mod flows;
mod goes;
mod kit;
mod linear;
