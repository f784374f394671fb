use crossbeam_channel::{Receiver, Sender};

use crate::harness::{BlockingRx, BlockingTx, sent};

impl<T: Send + 'static> BlockingTx<T> for Sender<T> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Send + 'static> BlockingRx<T> for Receiver<T> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}
