use fanring::{mpmc, mpsc};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;

/// A sender whose clones have a ring of their own.
pub(super) struct Lane<T>(pub(super) mpsc::Sender<T>);

impl<T> Clone for Lane<T> {
    fn clone(&self) -> Self {
        Self(self.0.try_clone().expect("a lane"))
    }
}

impl<T: Payload> BlockingTx<T> for Lane<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.0.send(value));
    }

    fn put_batch(&mut self, batch: &mut Vec<T>) {
        for value in batch.drain(..) {
            match self.0.try_send_deferred(value) {
                Ok(()) => {}
                Err(mpsc::TrySendError::Full(value)) => sent(self.0.send(value)),
                Err(mpsc::TrySendError::Disconnected(_)) => panic!("the receivers left too early"),
            }
        }
        self.0.flush();
    }
}

impl<T: Payload> BlockingRx<T> for mpsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn take_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        self.recv_batch_into(into, max).unwrap_or(0)
    }
}

impl<T: Payload> TaskTx<T> for Lane<T> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.0.send_async(value)
    }
}

impl<T: Payload> TaskRx<T> for mpsc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}

impl<T: Payload> BlockingTx<T> for mpmc::Sender<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload> BlockingRx<T> for mpmc::Receiver<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
