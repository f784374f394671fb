use upstream::channel::mpmc::{ShardKey, ShardReceiver};

use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::stage::Keyed;

impl<T: Payload, const CAP: usize> BlockingTx<T> for Keyed<ShardKey<T, CAP>> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        sent(self.tx.send(self.key(&value), value));
    }
}

impl<T: Payload, const CAP: usize> TaskTx<T> for Keyed<ShardKey<T, CAP>> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.tx.send_async(self.key(&value), value)
    }
}

/// It takes from any shard only in a task; a thread drives one.
impl<T: Payload, const CAP: usize> BlockingRx<T> for ShardReceiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        smol::block_on(self.recv_any()).ok().map(|(_, value)| value)
    }
}

impl<T: Payload, const CAP: usize> TaskRx<T> for ShardReceiver<T, CAP> {
    #[inline(always)]
    fn take(&mut self) -> impl Future<Output: Received<T>> + Send {
        self.recv_any()
    }
}
