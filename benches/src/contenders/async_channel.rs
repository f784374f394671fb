use async_channel::{Receiver, Sender, bounded};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::plan::Job;
use crate::stage::{Stage, both_mpmc};

pub(super) struct AsyncChannel;

impl Contender for AsyncChannel {
    const NAME: &'static str = "async-channel";

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        both_mpmc(job, bounded::<T>)
    }
}

impl<T: Payload> BlockingTx<T> for Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send_blocking(value));
    }
}

impl<T: Payload> BlockingRx<T> for Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv_blocking().ok()
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
