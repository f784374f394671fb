//! Only for tasks.

use tachyonix::{Receiver, Sender, channel};

use super::Contender;
use crate::ends::{Received, TaskRx, TaskTx, in_tasks};
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
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send(value)
    }
}

impl<T: Payload> TaskRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv()
    }
}
