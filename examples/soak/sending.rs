//! A worker that sends.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::SinkExt;
use futures_util::future::{Either, select};
use hel::channel::errors::*;
use hel::rt::{self, Runtime};
use hel::{SendBatchFuture, SendFuture, SendRefFuture, SendSink};

use crate::ends::Tx;
use crate::parcel::{Maker, Parcel};
use crate::random::Random;
use crate::watch::Worker;

/// What a sender has to do.
pub(crate) struct Sending<T> {
    pub(crate) tx: T,
    pub(crate) maker: Maker,
    pub(crate) random: Random,
    pub(crate) worker: Arc<Worker>,
    /// How many values there are to make.
    pub(crate) left: u64,
    /// The only key to use; else any.
    pub(crate) key: Option<u8>,
    /// Whether to close the channel at the end.
    pub(crate) closes: bool,
}

/// The channel takes no more.
struct Gone;

impl<T: Tx> Sending<T> {
    fn parcel(&mut self) -> Parcel {
        self.left = self.left.saturating_sub(1);
        let key = self.key.unwrap_or_else(|| self.random.below(8) as u8);
        self.maker.parcel(key)
    }

    fn parcels(&mut self) -> Vec<Parcel> {
        (0..1 + self.random.below(12)).map(|_| self.parcel()).collect()
    }

    fn limit(&mut self) -> Duration {
        Duration::from_micros(self.random.below(300) as u64)
    }

    /// As a thread.
    pub(crate) fn run(mut self) {
        while self.left > 0 {
            if self.step().is_err() {
                break;
            }
        }
        self.end();
    }

    fn end(mut self) {
        if self.closes {
            self.worker.at("close");
            self.tx.close();
        }
        self.worker.at("the drop of its sender");
    }

    fn step(&mut self) -> Result<(), Gone> {
        match self.random.below(8) {
            0 => {
                self.worker.at("try_send");
                let value = self.parcel();
                match self.tx.try_send(value) {
                    Ok(()) => Ok(()),
                    Err(error) => refused(error.is_full(), error.into_inner()),
                }
            }
            1 | 2 => {
                self.worker.at("send");
                let value = self.parcel();
                self.tx.send(value).or_else(|error| refused(error.is_timeout(), error.into_inner()))
            }
            3 => {
                self.worker.at("send_timeout");
                let (value, limit) = (self.parcel(), self.limit());
                self.tx.send_timeout(value, limit).or_else(|error| refused(error.is_timeout(), error.into_inner()))
            }
            4 => {
                self.worker.at("send_batch");
                let mut values = self.parcels();
                let result = self.tx.send_batch(&mut values);
                rest(values, matches!(result, Err(SendBatchError::Disconnected { .. })))
            }
            5 => {
                self.worker.at("try_send_batch");
                let mut values = self.parcels();
                let result = self.tx.try_send_batch(&mut values);
                rest(values, matches!(result, Err(TrySendBatchError::Disconnected { .. })))
            }
            6 => {
                self.worker.at("send_batch_timeout");
                let (mut values, limit) = (self.parcels(), self.limit());
                let result = self.tx.send_batch_timeout(&mut values, limit);
                rest(values, matches!(result, Err(SendBatchError::Disconnected { .. })))
            }
            _ => {
                self.worker.at("a new handle");
                self.tx.renew();
                self.give_up()
            }
        }
    }

    /// Polls a send once and drops it.
    fn give_up(&mut self) -> Result<(), Gone> {
        self.worker.at("a send that is given up");
        let value = self.parcel();
        let given_up = Arc::clone(&self.maker.tally);
        let mut future = SendFuture::new(self.tx.target(), value);
        match std::pin::Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => Ok(()),
            Poll::Ready(Err(error)) => refused(false, error.into_inner()),
            Poll::Pending => {
                given_up.given_up.fetch_add(1, Relaxed);
                Ok(())
            }
        }
    }

    /// As a task.
    pub(crate) async fn run_async(mut self, rt: impl Runtime<Timer: Send> + Send + Sync) {
        while self.left > 0 {
            if self.step_async(&rt).await.is_err() {
                break;
            }
        }
        self.end();
    }

    async fn step_async(&mut self, rt: &(impl Runtime<Timer: Send> + Send + Sync)) -> Result<(), Gone> {
        match self.random.below(9) {
            0 | 1 => {
                self.worker.at("send_async");
                let value = self.parcel();
                SendFuture::new(self.tx.target(), value).await.or_else(|error| refused(false, error.into_inner()))
            }
            2 => {
                self.worker.at("send_async with a limit");
                let (value, limit) = (self.parcel(), self.limit());
                let result = rt::timeout(rt.clone(), limit, SendFuture::new(self.tx.target(), value)).await;
                result.or_else(|error| refused(error.is_timeout(), error.into_inner()))
            }
            3 => {
                self.worker.at("send_ref_async with a limit");
                let (mut slot, limit) = (Some(self.parcel()), self.limit());
                let result = rt::timeout(rt.clone(), limit, SendRefFuture::new(self.tx.target(), &mut slot)).await;
                assert_eq!(slot.is_some(), result.is_err(), "a slot is empty if and only if its value was sent");
                rest(slot.into_iter().collect(), result.is_err_and(|error| error.is_disconnected()))
            }
            4 => {
                self.worker.at("send_batch_async");
                let mut values = self.parcels();
                let result = SendBatchFuture::new(self.tx.target(), &mut values).await;
                rest(values, result.is_err())
            }
            5 => {
                self.worker.at("send_batch_async with a limit");
                let (mut values, limit) = (self.parcels(), self.limit());
                let result = rt::timeout(rt.clone(), limit, SendBatchFuture::new(self.tx.target(), &mut values)).await;
                rest(values, matches!(result, Err(SendBatchError::Disconnected { .. })))
            }
            6 => self.sink().await,
            7 => {
                self.worker.at("a send that is dropped after a while");
                let (value, limit) = (self.parcel(), self.limit());
                let given_up = Arc::clone(&self.maker.tally);
                let timer = pin!(rt.timer(rt.now() + limit));
                // The timer first, so that a send is dropped although it has just been woken.
                match select(timer, SendFuture::new(self.tx.target(), value)).await {
                    Either::Left(((), _dropped)) => {
                        given_up.given_up.fetch_add(1, Relaxed);
                        Ok(())
                    }
                    Either::Right((sent, _)) => sent.or_else(|error| refused(false, error.into_inner())),
                }
            }
            _ => {
                self.tx.renew();
                self.give_up()
            }
        }
    }

    async fn sink(&mut self) -> Result<(), Gone> {
        self.worker.at("a sink");
        let (values, flush) = (self.parcels(), self.random.below(2) == 0);
        let given_up = Arc::clone(&self.maker.tally);
        let mut sink = SendSink::new(self.tx.target());
        let mut gone = None;
        for value in values {
            let number = value.number;
            if gone.is_some() {
                value.back();
            } else if let Err(AsyncSendError::Disconnected(kept)) = sink.feed(value).await {
                // If it is the one before that comes back, the new one went with the future.
                given_up.given_up.fetch_add(u64::from(kept.number != number), Relaxed);
                kept.back();
                gone = Some(Gone);
            }
        }
        if flush && gone.is_none() {
            if let Err(AsyncSendError::Disconnected(kept)) = sink.flush().await {
                kept.back();
                gone = Some(Gone);
            }
        }
        sink.take_unsent().into_iter().for_each(Parcel::back);
        gone.map_or(Ok(()), Err)
    }
}

/// A value that came back.
fn refused(goes_on: bool, value: Parcel) -> Result<(), Gone> {
    value.back();
    if goes_on { Ok(()) } else { Err(Gone) }
}

/// What is left of a batch.
fn rest(values: Vec<Parcel>, gone: bool) -> Result<(), Gone> {
    values.into_iter().for_each(Parcel::back);
    if gone { Err(Gone) } else { Ok(()) }
}
