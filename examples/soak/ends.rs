//! What the workers need of an end, whatever its kind.

use std::time::Duration;

use hel::channel::errors::*;
use hel::channel::{mpmc, spsc};
use hel::{ExclusiveReceiver, Receiver, Sender, Source, Target};

use crate::parcel::Parcel;

pub(crate) type ByKey = mpmc::KeyFnSender<Parcel, fn(&Parcel) -> &u8>;

/// A sending end. The verbs of tasks are the same for all; those of threads are here.
pub(crate) trait Tx: Send + 'static {
    type Ref<'a>: Target<Item = Parcel> + Send;

    fn target(&mut self) -> Self::Ref<'_>;
    fn try_send(&mut self, value: Parcel) -> Result<(), TrySendError<Parcel>>;
    fn send(&mut self, value: Parcel) -> Result<(), SendError<Parcel>>;
    fn send_timeout(&mut self, value: Parcel, limit: Duration) -> Result<(), SendError<Parcel>>;
    fn send_batch(&mut self, values: &mut Vec<Parcel>) -> Result<usize, SendBatchError>;
    fn try_send_batch(&mut self, values: &mut Vec<Parcel>) -> Result<usize, TrySendBatchError>;
    fn send_batch_timeout(&mut self, values: &mut Vec<Parcel>, limit: Duration) -> Result<usize, SendBatchError>;
    fn close(&mut self) -> bool;
    /// Another handle in the place of this one, where there can be one.
    fn renew(&mut self) {}
}

/// A receiving end. Each value comes with its shard, where that is known.
pub(crate) trait Rx: Send + 'static {
    type Ref<'a>: Source<Item = Parcel> + Send;

    fn source(&mut self) -> Self::Ref<'_>;
    fn try_recv(&mut self) -> Result<(Option<usize>, Parcel), TryRecvError>;
    fn recv(&mut self) -> Result<(Option<usize>, Parcel), RecvError>;
    fn recv_timeout(&mut self, limit: Duration) -> Result<(Option<usize>, Parcel), RecvError>;
    fn recv_batch(&mut self, into: &mut Vec<Parcel>, max: usize) -> Result<usize, RecvError>;
    fn try_recv_batch(&mut self, into: &mut Vec<Parcel>, max: usize) -> Result<usize, TryRecvError>;
    fn recv_batch_timeout(&mut self, into: &mut Vec<Parcel>, max: usize, limit: Duration) -> Result<usize, RecvError>;
    fn gather(&mut self, into: &mut Vec<Parcel>, max: usize, linger: Duration) -> Result<usize, RecvError>;
    fn close(&mut self) -> bool;
    /// The shard of each value that does not come with its own.
    fn shard(&self) -> Option<usize>;
}

/// The verbs of a sending end: they have the same names everywhere.
macro_rules! tx {
    ($end:ty, $by:ty, $this:ident: $target:expr, close: $close:expr, renew: $renew:expr) => {
        impl Tx for $end {
            type Ref<'a> = $by;

            fn target(&mut self) -> Self::Ref<'_> {
                let $this = self;
                $target
            }

            fn try_send(&mut self, value: Parcel) -> Result<(), TrySendError<Parcel>> {
                <$end>::try_send(self, value)
            }

            fn send(&mut self, value: Parcel) -> Result<(), SendError<Parcel>> {
                <$end>::send(self, value)
            }

            fn send_timeout(&mut self, value: Parcel, limit: Duration) -> Result<(), SendError<Parcel>> {
                <$end>::send_timeout(self, value, limit)
            }

            fn send_batch(&mut self, values: &mut Vec<Parcel>) -> Result<usize, SendBatchError> {
                <$end>::send_batch(self, values)
            }

            fn try_send_batch(&mut self, values: &mut Vec<Parcel>) -> Result<usize, TrySendBatchError> {
                <$end>::try_send_batch(self, values)
            }

            fn send_batch_timeout(
                &mut self,
                values: &mut Vec<Parcel>,
                limit: Duration,
            ) -> Result<usize, SendBatchError> {
                <$end>::send_batch_timeout(self, values, limit)
            }

            fn close(&mut self) -> bool {
                let $this = self;
                $close
            }

            fn renew(&mut self) {
                let $this = self;
                $renew;
            }
        }
    };
}

tx!(Sender<Parcel>, &'a Sender<Parcel>, tx: tx, close: Sender::close(tx), renew: *tx = tx.clone());
tx!(spsc::Sender<Parcel>, &'a mut spsc::Sender<Parcel>, tx: tx, close: spsc::Sender::close(tx), renew: tx.cancel_poll());
tx!(
    mpmc::RoundRobinSender<Parcel>,
    &'a mpmc::RoundRobinSender<Parcel>,
    tx: tx,
    close: (**tx).close(),
    renew: *tx = tx.clone()
);
tx!(ByKey, &'a ByKey, tx: tx, close: (**tx).close(), renew: *tx = tx.clone());

/// The verbs of a receiving end: as above.
macro_rules! rx {
    ($end:ty, $by:ty) => {
        impl Rx for Numbered<$end> {
            type Ref<'a> = $by;

            fn source(&mut self) -> Self::Ref<'_> {
                &mut self.end
            }

            fn try_recv(&mut self) -> Result<(Option<usize>, Parcel), TryRecvError> {
                self.end.try_recv().map(|value| (self.shard, value))
            }

            fn recv(&mut self) -> Result<(Option<usize>, Parcel), RecvError> {
                self.end.recv().map(|value| (self.shard, value))
            }

            fn recv_timeout(&mut self, limit: Duration) -> Result<(Option<usize>, Parcel), RecvError> {
                self.end.recv_timeout(limit).map(|value| (self.shard, value))
            }

            rx!(rest);
        }
    };
    (rest) => {
        fn recv_batch(&mut self, into: &mut Vec<Parcel>, max: usize) -> Result<usize, RecvError> {
            self.end.recv_batch(into, max)
        }

        fn try_recv_batch(&mut self, into: &mut Vec<Parcel>, max: usize) -> Result<usize, TryRecvError> {
            self.end.try_recv_batch(into, max)
        }

        fn recv_batch_timeout(
            &mut self,
            into: &mut Vec<Parcel>,
            max: usize,
            limit: Duration,
        ) -> Result<usize, RecvError> {
            self.end.recv_batch_timeout(into, max, limit)
        }

        fn gather(&mut self, into: &mut Vec<Parcel>, max: usize, linger: Duration) -> Result<usize, RecvError> {
            self.end.gather(into, max, linger)
        }

        fn close(&mut self) -> bool {
            self.end.close()
        }

        fn shard(&self) -> Option<usize> {
            self.shard
        }
    };
}

/// A receiving end, and the number of its shard if it is that of one.
pub(crate) struct Numbered<E> {
    pub(crate) end: E,
    pub(crate) shard: Option<usize>,
}

rx!(Receiver<Parcel>, &'a Receiver<Parcel>);
rx!(ExclusiveReceiver<Parcel>, &'a mut ExclusiveReceiver<Parcel>);
rx!(spsc::Receiver<Parcel>, &'a mut spsc::Receiver<Parcel>);

impl Rx for Numbered<mpmc::ShardedReceiver<Parcel>> {
    type Ref<'a> = &'a mpmc::ShardedReceiver<Parcel>;

    fn source(&mut self) -> Self::Ref<'_> {
        &self.end
    }

    fn try_recv(&mut self) -> Result<(Option<usize>, Parcel), TryRecvError> {
        self.end.try_recv_any().map(|(shard, value)| (Some(shard), value))
    }

    fn recv(&mut self) -> Result<(Option<usize>, Parcel), RecvError> {
        self.end.recv_any().map(|(shard, value)| (Some(shard), value))
    }

    fn recv_timeout(&mut self, limit: Duration) -> Result<(Option<usize>, Parcel), RecvError> {
        self.end.recv_any_timeout(limit).map(|(shard, value)| (Some(shard), value))
    }

    rx!(rest);
}
