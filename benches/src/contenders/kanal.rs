use kanal::{AsyncReceiver, AsyncSender, Receiver, Sender, bounded, bounded_async};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, InTask, OnThread, Received, TaskRx, TaskTx, in_tasks, on_threads, sent};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, mpmc};

pub(super) struct Kanal;

impl Contender for Kanal {
    const NAME: &'static str = "kanal";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Threads => mpmc(job, |room| on_threads(bounded::<T>(room))),
            Worlds::Tasks => mpmc(job, |room| in_tasks(bounded_async::<T>(room))),
            Worlds::ThreadToTask => mpmc(job, |room| {
                let (tx, rx) = bounded::<T>(room);
                (OnThread(tx), InTask(rx.to_async()))
            }),
            Worlds::TaskToThread => mpmc(job, |room| {
                let (tx, rx) = bounded::<T>(room);
                (InTask(tx.to_async()), OnThread(rx))
            }),
        }
    }
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
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

impl<T: Payload> TaskTx<T> for AsyncSender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send(value)
    }
}

impl<T: Payload> TaskRx<T> for AsyncReceiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv()
    }
}
