use hel::channel::mpmc::ExclusiveReceiver;
use hel::channel::spsc;
use hel::{Receiver, Sender};

use super::{Contender, hel_shards};
use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::plan::{Job, Layout};
use crate::stage::{Stage, both_mpmc, both_mpsc, both_spsc};

pub(super) struct Hel;

impl Contender for Hel {
    const NAME: &'static str = "hel";
    const SHARDS: bool = true;
    const BATCHES: bool = true;

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.layout {
            Layout::Pairs(_) => both_spsc(job, spsc::bounded::<T>),
            Layout::Shared { producers: 2.., consumers: 1 } => both_mpsc(job, exclusive::<T>),
            Layout::Shared { .. } => both_mpmc(job, hel::bounded::<T>),
            Layout::Sharded { shards, route } => hel_shards::stage::<T>(job, shards, route),
            Layout::FanIn { shards } => hel_shards::fan_in::<T>(job, shards),
        }
    }
}

fn exclusive<T: Payload>(capacity: usize) -> (Sender<T>, ExclusiveReceiver<T>) {
    let (tx, rx) = hel::bounded(capacity);
    (tx, rx.into_exclusive().expect("no clones"))
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }

    fn put_batch(&mut self, batch: &mut Vec<T>) {
        sent(self.send_batch(batch).map(drop));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn take_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        self.recv_batch(into, max).unwrap_or(0)
    }
}

impl<T: Payload> TaskTx<T> for Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send_async(value)
    }
}

impl<T: Payload> TaskRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}

impl<T: Payload> BlockingRx<T> for ExclusiveReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn take_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        self.recv_batch(into, max).unwrap_or(0)
    }
}

impl<T: Payload> TaskRx<T> for ExclusiveReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}
