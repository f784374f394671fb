use crossbeam_channel::{Receiver, Sender, bounded};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, on_threads, sent};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, mpmc};

pub(super) struct Crossbeam;

impl Contender for Crossbeam {
    const NAME: &'static str = "crossbeam";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Threads => mpmc(job, || on_threads(bounded::<T>(job.capacity()))),
            _ => None,
        }
    }
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
