//! Only for tasks.

use tachyonix::{Receiver, Sender, channel};

use super::Contender;
use crate::ends::{TaskRx, TaskTx, in_tasks, sent};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, mpsc};

pub(super) struct Tachyonix;

impl Contender for Tachyonix {
    const NAME: &'static str = "tachyonix";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Tasks => mpsc(job, |room| in_tasks(channel::<T>(room))),
            _ => None,
        }
    }
}

impl<T: Payload> TaskTx<T> for Sender<T> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Payload> TaskRx<T> for Receiver<T> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}
