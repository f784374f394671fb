use upstream::channel::Receiver;
use upstream::channel::mpmc::ShardRoundRobin;
use upstream::channel::{SingleReceiver, SingleSender};

use crate::harness::{BlockingRx, BlockingTx, sent};

impl<T: Send + Sync + 'static, const CAP: usize> BlockingTx<T> for ShardRoundRobin<T, CAP> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Send + 'static, const CAP: usize> BlockingRx<T> for Receiver<T, CAP> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Send + 'static, const CAP: usize> BlockingTx<T> for SingleSender<T, CAP> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Send + 'static, const CAP: usize> BlockingRx<T> for SingleReceiver<T, CAP> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
