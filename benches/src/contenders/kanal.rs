use kanal::{AsyncReceiver, AsyncSender, Receiver, Sender};

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

impl<T: Send + 'static> TaskTx<T> for AsyncSender<T> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Send + 'static> TaskRx<T> for AsyncReceiver<T> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}
