//! The loops that are timed: one to produce and one to consume, in each world.

use std::thread::sleep;

use super::{Orders, TaskWork, ThreadWork};
use crate::ends::{BlockingRx, BlockingTx, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::tally::{Audit, Tally};

pub(super) fn produce<T: Payload>(mut tx: impl BlockingTx<T>, orders: Orders) -> ThreadWork {
    Box::new(move || {
        let numbers = orders.first..orders.first + orders.count;
        if !orders.pause.is_zero() {
            numbers.for_each(|number| {
                sleep(orders.pause);
                tx.put(T::of(number));
            });
        } else if orders.batch == 0 {
            numbers.for_each(|number| tx.put(T::of(number)));
        } else {
            let mut batch = Vec::with_capacity(orders.batch);
            for from in numbers.clone().step_by(orders.batch) {
                let to = numbers.end.min(from + orders.batch as u64);
                batch.extend((from..to).map(T::of));
                tx.put_batch(&mut batch);
            }
        }
        Tally::default()
    })
}

pub(super) fn consume<T: Payload>(rx: impl BlockingRx<T>, orders: Orders) -> ThreadWork {
    Box::new(move || {
        let mut tally = Tally::default();
        if !orders.delay.is_zero() {
            sleep(orders.delay);
        }
        if let Some(mut audit) = Audit::new(orders.audit) {
            drain(rx, orders.batch, |value: T| {
                audit.see(&value);
                tally.add(&value);
            });
        } else {
            drain(rx, orders.batch, |value: T| tally.add(&value));
        }
        tally
    })
}

fn drain<T: Payload>(mut rx: impl BlockingRx<T>, batch: usize, mut see: impl FnMut(T)) {
    if batch == 0 {
        while let Some(value) = rx.take() {
            see(value);
        }
    } else {
        let mut values = Vec::with_capacity(batch);
        while rx.take_batch(&mut values, batch) > 0 {
            values.drain(..).for_each(&mut see);
        }
    }
}

pub(super) fn produce_async<T: Payload>(mut tx: impl TaskTx<T>, orders: Orders) -> TaskWork {
    Box::pin(async move {
        for number in orders.first..orders.first + orders.count {
            sent(tx.put(T::of(number)).await);
        }
        Tally::default()
    })
}

pub(super) fn consume_async<T: Payload>(mut rx: impl TaskRx<T>, orders: Orders) -> TaskWork {
    Box::pin(async move {
        let mut tally = Tally::default();
        if let Some(mut audit) = Audit::new(orders.audit) {
            while let Some(value) = rx.take().await.value() {
                audit.see(&value);
                tally.add(&value);
            }
        } else {
            while let Some(value) = rx.take().await.value() {
                tally.add(&value);
            }
        }
        tally
    })
}
