use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, on_threads, sent};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, mpsc};

pub(super) struct Std;

impl Contender for Std {
    const NAME: &'static str = "std";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Threads => mpsc(job, |room| on_threads(sync_channel::<T>(room))),
            _ => None,
        }
    }
}

impl<T: Payload> BlockingTx<T> for SyncSender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
