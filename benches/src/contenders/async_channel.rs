use async_channel::{Receiver, Sender};

use crate::harness::{BlockingRx, BlockingTx, TaskRx, TaskTx, sent};

impl<T: Send + 'static> BlockingTx<T> for Sender<T> {
    fn put(&mut self, value: T) {
        sent(self.send_blocking(value));
    }
}

impl<T: Send + 'static> BlockingRx<T> for Receiver<T> {
    fn take(&mut self) -> Option<T> {
        self.recv_blocking().ok()
    }
}

impl<T: Send + 'static> TaskTx<T> for Sender<T> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Send + 'static> TaskRx<T> for Receiver<T> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}
