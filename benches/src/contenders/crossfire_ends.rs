use crossfire::flavor::Flavor;
use crossfire::{AsyncRx, AsyncTx, MAsyncRx, MAsyncTx, MRx, MTx, Rx, Tx};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;

impl<T: Payload, F: Flavor<Item = T>> BlockingTx<T> for Tx<F> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingTx<T> for MTx<F> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.send(value));
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingRx<T> for Rx<F> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Payload, F: Flavor<Item = T>> BlockingRx<T> for MRx<F> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskTx<T> for AsyncTx<F> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send(value)
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskTx<T> for MAsyncTx<F> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.send(value)
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskRx<T> for AsyncRx<F> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv()
    }
}

impl<T: Payload, F: Flavor<Item = T>> TaskRx<T> for MAsyncRx<F> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv()
    }
}
