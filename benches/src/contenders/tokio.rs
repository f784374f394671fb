use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::plan::Job;
use crate::stage::{Stage, both_mpsc};

pub(super) struct Tokio;

impl Contender for Tokio {
    const NAME: &'static str = "tokio";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        both_mpsc(job, channel::<T>)
    }
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.blocking_send(value));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.blocking_recv()
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
