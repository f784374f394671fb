use hel::Builder;
use hel::channel::mpmc::{ExclusiveReceiver, KeySender, RoundRobinSender, ShardedReceiver};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::plan::{FAN_IN, Job, Route, STICKY};
use crate::stage::{Keyed, Stage, both_native};

pub(super) fn stage<T: Payload>(job: &Job, shards: usize, route: Route) -> Option<Stage> {
    let builder = Builder::new(job.plan.capacity).shards(shards);
    match route {
        Route::InTurn => {
            let (tx, rx) = builder.round_robin::<T>();
            both_native(job, vec![tx; shards], owned(rx))
        }
        Route::Sticky => {
            let (tx, rx) = builder.round_robin::<T>();
            both_native(job, vec![tx.sticky(STICKY); shards], owned(rx))
        }
        Route::Keyed => {
            let (tx, rx) = builder.shard_key::<T>();
            both_native(job, vec![Keyed::new(tx); shards], owned(rx))
        }
    }
}

/// A receiver for each shard that is the only one of its shard, as the docs of hel advise for such workers.
fn owned<T: Payload>(rx: ShardedReceiver<T>) -> Vec<ExclusiveReceiver<T>> {
    rx.into_exclusive().expect("no clones")
}

pub(super) fn fan_in<T: Payload>(job: &Job, shards: usize) -> Option<Stage> {
    let (tx, rx) = Builder::new(job.plan.capacity).shards(shards).round_robin::<T>();
    both_native(job, vec![tx; FAN_IN], vec![rx])
}

impl<T: Payload> BlockingRx<T> for ShardedReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Payload> TaskRx<T> for ShardedReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}

impl<T: Payload> BlockingTx<T> for RoundRobinSender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }

    fn put_batch(&mut self, batch: &mut Vec<T>) {
        sent(self.send_batch(batch).map(drop));
    }
}

impl<T: Payload> TaskTx<T> for RoundRobinSender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send_async(value)
    }
}

impl<T: Payload> BlockingTx<T> for Keyed<KeySender<T>> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.tx.send(self.key(&value), value));
    }
}

impl<T: Payload> TaskTx<T> for Keyed<KeySender<T>> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.tx.send_async(self.key(&value), value)
    }
}
