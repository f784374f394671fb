use kanal::{AsyncReceiver, AsyncSender, Receiver, Sender, bounded, bounded_async};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, InTask, OnThread, TaskRx, TaskTx, in_tasks, on_threads, sent};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, mpmc};

pub(super) struct Kanal;

impl Contender for Kanal {
    const NAME: &'static str = "kanal";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        let open = || bounded::<T>(job.capacity());
        match job.plan.worlds {
            Worlds::Threads => mpmc(job, || on_threads(open())),
            Worlds::Tasks => mpmc(job, || in_tasks(bounded_async::<T>(job.capacity()))),
            Worlds::ThreadToTask => mpmc(job, || {
                let (tx, rx) = open();
                (OnThread(tx), InTask(rx.to_async()))
            }),
            Worlds::TaskToThread => mpmc(job, || {
                let (tx, rx) = open();
                (InTask(tx.to_async()), OnThread(rx))
            }),
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

impl<T: Payload> TaskTx<T> for AsyncSender<T> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Payload> TaskRx<T> for AsyncReceiver<T> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}
