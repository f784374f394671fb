use hel::channel::spsc::{Receiver, Sender};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;

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
