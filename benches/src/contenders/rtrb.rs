//! Not a contender: a ring that never sleeps. Its ends spin, which no channel may; it shows what the machine allows.

use std::hint::spin_loop;
use std::thread::yield_now;

use rtrb::{Consumer, Producer, PushError};

use crate::harness::{BlockingRx, BlockingTx};

/// Spins, but gives up its time slice now and then: where other programs keep the cores busy, the peer that it waits for
/// may not be running at all.
#[derive(Default)]
struct Spin(u32);

impl Spin {
    fn again(&mut self) {
        self.0 += 1;
        if self.0 % 4096 == 0 { yield_now() } else { spin_loop() }
    }
}

impl<T: Send + 'static> BlockingTx<T> for Producer<T> {
    fn put(&mut self, value: T) {
        let (mut value, mut spin) = (value, Spin::default());
        while let Err(PushError::Full(back)) = self.push(value) {
            value = back;
            spin.again();
        }
    }
}

impl<T: Send + 'static> BlockingRx<T> for Consumer<T> {
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
