use flume::{Receiver, Sender};

use crate::harness::{BlockingRx, BlockingTx, TaskRx, TaskTx, sent};

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

impl<T: Send + 'static> TaskTx<T> for Sender<T> {
    async fn put(&mut self, value: T) {
        sent(self.send_async(value).await);
    }
}

impl<T: Send + 'static> TaskRx<T> for Receiver<T> {
    async fn take(&mut self) -> Option<T> {
        self.recv_async().await.ok()
    }
}
