//! A worker that receives.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use hel::channel::errors::*;
use hel::rt::{self, Batches, Runtime};
use hel::{RecvBatchFuture, RecvFuture, RecvStream};

use crate::ends::Rx;
use crate::parcel::{Order, Parcel};
use crate::random::Random;
use crate::watch::Worker;

/// What a receiver has to do.
pub(crate) struct Receiving<R> {
    pub(crate) rx: R,
    pub(crate) order: Order,
    pub(crate) random: Random,
    pub(crate) worker: Arc<Worker>,
    /// After so many operations it goes, whatever is left.
    pub(crate) leaves_after: Option<u64>,
    /// After so many operations it closes the channel.
    pub(crate) closes_after: Option<u64>,
    /// It loses a wake-up on purpose: the watchdog has to find that.
    pub(crate) loses_a_wake_up: bool,
}

/// Nothing more will come.
struct Over;

impl<R: Rx> Receiving<R> {
    fn take(&mut self, values: impl IntoIterator<Item = Parcel>) {
        let shard = self.rx.shard();
        values.into_iter().for_each(|value| self.order.take(shard, value));
    }

    fn limit(&mut self) -> Duration {
        Duration::from_micros(self.random.below(300) as u64)
    }

    fn most(&mut self) -> usize {
        1 + self.random.below(40)
    }

    /// Before each step: whether it is time to go.
    fn goes(&mut self) -> bool {
        if count_down(&mut self.closes_after) {
            self.closes_after = None;
            self.worker.at("close");
            self.rx.close();
        }
        count_down(&mut self.leaves_after)
    }

    /// As a thread.
    pub(crate) fn run(mut self) {
        while !self.goes() && self.step().is_ok() {}
        self.worker.at("the drop of its receiver");
    }

    fn step(&mut self) -> Result<(), Over> {
        let mut into = Vec::new();
        let (limit, most) = (self.limit(), self.most());
        let end = match self.random.below(8) {
            0 => {
                self.worker.at("try_recv");
                let got = self.rx.try_recv();
                return self.one(got.map_err(|error| error == TryRecvError::Disconnected));
            }
            1 | 2 => {
                self.worker.at("recv");
                let got = self.rx.recv();
                return self.one(got.map_err(|error| error == RecvError::Disconnected));
            }
            3 => {
                self.worker.at("recv_timeout");
                let got = self.rx.recv_timeout(limit);
                return self.one(got.map_err(|error| error == RecvError::Disconnected));
            }
            4 => {
                self.worker.at("recv_batch");
                self.rx.recv_batch(&mut into, most).is_err()
            }
            5 => {
                self.worker.at("try_recv_batch");
                self.rx.try_recv_batch(&mut into, most) == Err(TryRecvError::Disconnected)
            }
            6 => {
                self.worker.at("recv_batch_timeout");
                self.rx.recv_batch_timeout(&mut into, most, limit) == Err(RecvError::Disconnected)
            }
            _ => {
                self.worker.at("gather");
                self.rx.gather(&mut into, most, limit).is_err()
            }
        };
        self.take(into);
        if end { Err(Over) } else { Ok(()) }
    }

    /// One value with its shard, or whether nothing will come any more.
    fn one(&mut self, got: Result<(Option<usize>, Parcel), bool>) -> Result<(), Over> {
        match got {
            Ok((shard, value)) => {
                self.order.take(shard, value);
                Ok(())
            }
            Err(true) => Err(Over),
            Err(false) => Ok(()),
        }
    }

    /// As a task.
    pub(crate) async fn run_async(mut self, rt: impl Runtime<Timer: Send> + Send + Sync) {
        if self.loses_a_wake_up {
            self.lose_a_wake_up().await;
        }
        while !self.goes() && self.step_async(&rt).await.is_ok() {}
        self.worker.at("the drop of its receiver");
    }

    /// Registers with a waker that does nothing, and waits for it.
    async fn lose_a_wake_up(&mut self) {
        self.worker.at("a recv_async whose wake-up is lost");
        let mut future = pin!(RecvFuture::new(self.rx.source()));
        let mut polled = false;
        let got = std::future::poll_fn(|_| {
            let first = !std::mem::replace(&mut polled, true);
            let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if first && poll.is_ready() { poll } else { Poll::Pending }
        });
        got.await.into_iter().for_each(Parcel::received);
    }

    async fn step_async(&mut self, rt: &(impl Runtime<Timer: Send> + Send + Sync)) -> Result<(), Over> {
        let mut into = Vec::new();
        let (limit, most) = (self.limit(), self.most());
        let end = match self.random.below(9) {
            0 | 1 => {
                self.worker.at("recv_async");
                RecvFuture::new(self.rx.source()).await.map(|value| into.push(value)).is_err()
            }
            2 => {
                self.worker.at("recv_async with a limit");
                let got = rt::timeout(rt.clone(), limit, RecvFuture::new(self.rx.source())).await;
                got.map(|value| into.push(value)) == Err(RecvError::Disconnected)
            }
            3 => {
                self.worker.at("recv_batch_async");
                RecvBatchFuture::new(self.rx.source(), &mut into, most).await.is_err()
            }
            4 => {
                self.worker.at("recv_batch_async with a limit");
                let future = RecvBatchFuture::new(self.rx.source(), &mut into, most);
                rt::timeout(rt.clone(), limit, future).await == Err(RecvError::Disconnected)
            }
            5 => {
                self.worker.at("a receive that is given up");
                let mut future = RecvFuture::new(self.rx.source());
                match Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(got) => got.map(|value| into.push(value)).is_err(),
                    Poll::Pending => false,
                }
            }
            6 => {
                self.worker.at("a receive that is dropped after a while");
                let timer = pin!(rt.timer(rt.now() + limit));
                // The timer first, so that a receive is dropped although it has just been woken.
                match select(timer, RecvFuture::new(self.rx.source())).await {
                    Either::Left(((), _dropped)) => false,
                    Either::Right((got, _)) => got.map(|value| into.push(value)).is_err(),
                }
            }
            7 => {
                self.worker.at("a stream");
                let mut stream = RecvStream::new(self.rx.source()).take(most);
                let mut count = 0;
                while let Some(value) = stream.next().await {
                    into.push(value);
                    count += 1;
                }
                count < most
            }
            _ => {
                self.worker.at("a stream of batches");
                let mut batches = pin!(Batches::new(rt.clone(), self.rx.source(), most, limit));
                batches.next().await.map(|values| into = values).is_none()
            }
        };
        self.take(into);
        if end { Err(Over) } else { Ok(()) }
    }
}

/// Counts down; true when it is at 0.
fn count_down(count: &mut Option<u64>) -> bool {
    match count {
        None => false,
        Some(0) => true,
        Some(count) => {
            *count -= 1;
            false
        }
    }
}
