//! One message on its way at a time, there and back, over two channels.

use std::time::Instant;

use hdrhistogram::Histogram;

use super::{Orders, TaskWork, ThreadWork, Worker};
use crate::ends::{BlockingRx, BlockingTx, InTask, OnThread, Received, TaskRx, TaskTx, sent};
use crate::payload::Payload;
use crate::plan::Timing;
use crate::tally::Tally;

/// The two ends of one channel, where they live in one world.
pub(crate) trait Duo<T>: Sized {
    /// Who asks and who answers. None, if the ends live in different worlds: the way back needs another kind of channel.
    fn ping_pong(there: Self, back: Self, orders: Orders) -> Option<[Worker; 2]>;
}

impl<T: Payload, Tx: BlockingTx<T>, Rx: BlockingRx<T>> Duo<T> for (OnThread<Tx>, OnThread<Rx>) {
    fn ping_pong(there: Self, back: Self, orders: Orders) -> Option<[Worker; 2]> {
        let ((OnThread(ping_tx), OnThread(ping_rx)), (OnThread(pong_tx), OnThread(pong_rx))) = (there, back);
        Some([Worker::Thread(ping(ping_tx, pong_rx, orders)), Worker::Thread(echo(pong_tx, ping_rx))])
    }
}

impl<T: Payload, Tx: TaskTx<T>, Rx: TaskRx<T>> Duo<T> for (InTask<Tx>, InTask<Rx>) {
    fn ping_pong(there: Self, back: Self, orders: Orders) -> Option<[Worker; 2]> {
        let ((InTask(ping_tx), InTask(ping_rx)), (InTask(pong_tx), InTask(pong_rx))) = (there, back);
        Some([Worker::Task(ping_async(ping_tx, pong_rx, orders)), Worker::Task(echo_async(pong_tx, ping_rx))])
    }
}

impl<T, Tx, Rx> Duo<T> for (OnThread<Tx>, InTask<Rx>) {
    fn ping_pong(_there: Self, _back: Self, _orders: Orders) -> Option<[Worker; 2]> {
        None
    }
}

impl<T, Tx, Rx> Duo<T> for (InTask<Tx>, OnThread<Rx>) {
    fn ping_pong(_there: Self, _back: Self, _orders: Orders) -> Option<[Worker; 2]> {
        None
    }
}

/// Round trips longer than this count as this long.
const LONGEST: u64 = 60_000_000_000;

/// For times in nanoseconds, to three digits.
pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are in order")
}

/// Counts the round trips, and takes the time of each if asked to.
struct Trips {
    tally: Tally,
    timing: Timing,
    end: Instant,
    began: Instant,
}

impl Trips {
    fn new(orders: Orders) -> Self {
        let latencies = (orders.timing != Timing::No).then(histogram);
        Self {
            tally: Tally { latencies, ..Tally::default() },
            timing: orders.timing,
            end: Instant::now() + orders.limit,
            began: Instant::now(),
        }
    }

    /// False, if there is no time for another.
    #[inline(always)]
    fn begin(&mut self) -> bool {
        if self.timing == Timing::No {
            return true;
        }
        self.began = Instant::now();
        self.began < self.end
    }

    #[inline(always)]
    fn end<T: Payload>(&mut self, number: u64, answer: Option<T>) {
        if let Some(latencies) = &mut self.tally.latencies {
            let nanos = (self.began.elapsed().as_nanos() as u64).min(LONGEST);
            let arrivals = if let Timing::Arrivals(every) = self.timing { every } else { 0 };
            latencies.record_correct(nanos, arrivals).expect("within the bounds");
        }
        let answer = answer.expect("an answer");
        assert_eq!(answer.number(), number);
        self.tally.count += 1;
    }
}

fn ping<T: Payload>(mut tx: impl BlockingTx<T>, mut rx: impl BlockingRx<T>, orders: Orders) -> ThreadWork {
    Box::new(move || {
        let mut trips = Trips::new(orders);
        for number in orders.first..orders.first + orders.count {
            if !trips.begin() {
                break;
            }
            tx.put(T::of(number));
            trips.end(number, rx.take());
        }
        trips.tally
    })
}

fn echo<T: Payload>(mut tx: impl BlockingTx<T>, mut rx: impl BlockingRx<T>) -> ThreadWork {
    Box::new(move || {
        while let Some(value) = rx.take() {
            tx.put(value);
        }
        Tally::default()
    })
}

fn ping_async<T: Payload>(mut tx: impl TaskTx<T>, mut rx: impl TaskRx<T>, orders: Orders) -> TaskWork {
    Box::pin(async move {
        let mut trips = Trips::new(orders);
        for number in orders.first..orders.first + orders.count {
            if !trips.begin() {
                break;
            }
            sent(tx.put(T::of(number)).await);
            trips.end(number, rx.take().await.value());
        }
        trips.tally
    })
}

fn echo_async<T: Payload>(mut tx: impl TaskTx<T>, mut rx: impl TaskRx<T>) -> TaskWork {
    Box::pin(async move {
        while let Some(value) = rx.take().await.value() {
            sent(tx.put(value).await);
        }
        Tally::default()
    })
}
