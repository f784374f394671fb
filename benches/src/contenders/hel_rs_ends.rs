use upstream::channel::mpmc::ShardRoundRobin;
use upstream::channel::{Receiver, SingleReceiver, SingleSender};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;

impl<T: Payload, const CAP: usize> BlockingTx<T> for SingleSender<T, CAP> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }

    fn put_batch(&mut self, batch: &mut Vec<T>) {
        sent(self.send_batch(batch).map(drop));
    }
}

impl<T: Payload, const CAP: usize> BlockingRx<T> for SingleReceiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn take_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        self.recv_batch(into, max).0
    }
}

impl<T: Payload, const CAP: usize> TaskTx<T> for SingleSender<T, CAP> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send_async(value)
    }
}

impl<T: Payload, const CAP: usize> TaskRx<T> for SingleReceiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}

impl<T: Payload, const CAP: usize> BlockingTx<T> for ShardRoundRobin<T, CAP> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }

    fn put_batch(&mut self, batch: &mut Vec<T>) {
        sent(self.send_batch(batch).map(drop));
    }
}

impl<T: Payload, const CAP: usize> TaskTx<T> for ShardRoundRobin<T, CAP> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send_async(value)
    }
}

impl<T: Payload, const CAP: usize> BlockingRx<T> for Receiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }

    fn take_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        self.recv_batch(into, max).0
    }
}

impl<T: Payload, const CAP: usize> TaskRx<T> for Receiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_async()
    }
}
