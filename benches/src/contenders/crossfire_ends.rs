use crossfire::flavor::Flavor;
use crossfire::{AsyncRx, AsyncTx, MAsyncRx, MAsyncTx, MRx, MTx, Rx, Tx};

use crate::ends::{BlockingRx, BlockingTx, TaskRx, TaskTx, sent};
use crate::payload::Payload;

impl<T: Payload, F: Flavor<Item = T>> BlockingTx<T> for Tx<F> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingTx<T> for MTx<F> {
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingRx<T> for Rx<F> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingRx<T> for MRx<F> {
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskTx<T> for AsyncTx<F> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskTx<T> for MAsyncTx<F> {
    async fn put(&mut self, value: T) {
        sent(self.send(value).await);
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskRx<T> for AsyncRx<F> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskRx<T> for MAsyncRx<F> {
    async fn take(&mut self) -> Option<T> {
        self.recv().await.ok()
    }
}
