//! Not a contender: a ring that never sleeps. Its ends spin, which no channel may; it shows what the machine allows.

use std::hint::spin_loop;
use std::thread::yield_now;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::Contender;
use crate::ends::{BlockingRx, BlockingTx, on_threads};
use crate::payload::Payload;
use crate::plan::{Job, Worlds};
use crate::stage::{Stage, spsc};

pub(super) struct Rtrb;

impl Contender for Rtrb {
    const NAME: &'static str = "rtrb, spinning";
    const LIMIT: bool = true;

    fn stage<T: Payload>(job: &Job) -> Option<Stage> {
        match job.plan.worlds {
            Worlds::Threads => spsc(job, |room| on_threads(RingBuffer::<T>::new(room))),
            _ => None,
        }
    }
}

/// Spins, but gives up its time slice now and then: where other programs keep the cores busy, the peer that it waits for
/// may not be running at all.
#[derive(Default)]
struct Spin(u32);

impl Spin {
    fn again(&mut self) {
        self.0 += 1;
        if self.0.is_multiple_of(4096) { yield_now() } else { spin_loop() }
    }
}

impl<T: Payload> BlockingTx<T> for Producer<T> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        let (mut value, mut spin) = (value, Spin::default());
        while let Err(PushError::Full(back)) = self.push(value) {
            value = back;
            spin.again();
        }
    }
}

impl<T: Payload> BlockingRx<T> for Consumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        let mut spin = Spin::default();
        loop {
            if let Ok(value) = self.pop() {
                return Some(value);
            }
            if self.is_abandoned() {
                // What was pushed before the producer went is seen by now.
                return self.pop().ok();
            }
            spin.again();
        }
    }
}
