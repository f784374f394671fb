//! The earlier library of this idea. Its capacity is a constant of the type; one shared ring is one shard in turn.

use upstream::channel::mpmc::{round_robin, shard_key};
use upstream::channel::spsc::shard_spsc;

use super::Contender;
use crate::payload::Payload;
use crate::plan::{FAN_IN, Job, Layout, Route};
use crate::stage::{Keyed, Stage, both_native, both_spsc};

pub(super) struct HelRs;

impl Contender for HelRs {
    const NAME: &'static str = "hel-rs";
    const SHARDS: bool = true;
    const BATCHES: bool = true;

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        // Less than 2 it does not have.
        match job.plan.capacity {
            16 => stage::<T, 16>(job),
            64 => stage::<T, 64>(job),
            128 => stage::<T, 128>(job),
            1024 => stage::<T, 1024>(job),
            _ => None,
        }
    }
}

fn stage<T: Payload, const CAP: usize>(job: &Job) -> Option<Stage> {
    match job.plan.layout {
        Layout::Pairs(_) => both_spsc(job, |_| {
            let (_, tx, rx) = shard_spsc::<T, CAP>(1).into_pairs().next().expect("one pair");
            (tx, rx)
        }),
        Layout::Shared { producers, consumers } => {
            let (tx, rx) = round_robin::<T, CAP>(1);
            let rx = rx.into_receivers().pop().expect("one shard");
            both_native(job, vec![tx; producers], vec![rx; consumers])
        }
        Layout::Sharded { shards, route: Route::InTurn } => {
            let (tx, rx) = round_robin::<T, CAP>(shards);
            both_native(job, vec![tx; shards], rx.into_receivers())
        }
        Layout::Sharded { shards, route: Route::Keyed } => {
            let (tx, rx) = shard_key::<T, CAP>(shards);
            both_native(job, vec![Keyed::new(tx); shards], rx.into_receivers())
        }
        Layout::FanIn { shards } => {
            let (tx, rx) = round_robin::<T, CAP>(shards);
            both_native(job, vec![tx; FAN_IN], vec![rx])
        }
        // It cannot stay on a shard.
        Layout::Sharded { route: Route::Sticky, .. } => None,
    }
}
