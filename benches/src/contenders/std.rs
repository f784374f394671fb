use std::sync::mpsc::{Receiver, SyncSender};

use crate::harness::{BlockingRx, BlockingTx, sent};

impl<T: Send + 'static> BlockingTx<T> for SyncSender<T> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Send + 'static> BlockingRx<T> for Receiver<T> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
