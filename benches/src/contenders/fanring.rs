//! A ring per producer, so its capacity is per producer too. Several consumers take from all rings, in no certain order.

use fanring::{mpmc, mpsc};

use super::Contender;
use super::fanring_ends::Lane;
use crate::ends::OnThread;
use crate::payload::Payload;
use crate::plan::{Job, Layout, Worlds};
use crate::stage::{Stage, both_mpsc, native};

pub(super) struct Fanring;

impl Contender for Fanring {
    const NAME: &'static str = "fanring";
    const BATCHES: bool = true;
    const RELAXED: bool = true;

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match (job.plan.layout, job.plan.worlds) {
            (Layout::Shared { producers, consumers: consumers @ 2.. }, Worlds::Threads) => {
                let (tx, rx) = mpmc::channel::<T>(job.plan.capacity);
                let txs = (0..producers).map(|_| OnThread(tx.try_clone().expect("a lane"))).collect();
                native(job, txs, vec![OnThread(rx); consumers])
            }
            _ => both_mpsc(job, |room| {
                let (tx, rx) = mpsc::channel::<T>(room);
                (Lane(tx), rx)
            }),
        }
    }
}
