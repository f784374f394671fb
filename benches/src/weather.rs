//! How far apart the processors are at the moment.
//!
//! The threads of a virtual machine may run on two halves of one core now and on two cores a minute later. A cache line
//! then takes twice as long, and all figures of who hands values from thread to thread change with it.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for tens of thousands of trips.
const TIME: Duration = Duration::from_millis(4);

/// Looks at the clock after so many trips only.
const TRIPS: u64 = 64;

/// Said to the other thread when it is over; no count of trips gets there.
const OVER: u64 = u64::MAX;

/// A cache line on its own.
#[repr(align(128))]
struct Line(AtomicU64);

/// How long one cache line takes from a thread to another and back, in nanoseconds: the best of a few tries, since what
/// else runs can only make it longer. Meaningless on one processor.
pub(crate) fn line_there_and_back() -> f64 {
    (0..5).map(|_| one_try()).fold(f64::MAX, f64::min)
}

fn one_try() -> f64 {
    let line = &Line(AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(move || answer(&line.0));
        let start = Instant::now();
        let mut trips = 0;
        while start.elapsed() < TIME {
            for _ in 0..TRIPS {
                line.0.store(2 * trips + 1, Ordering::Release);
                wait_until(&line.0, |value| value == 2 * trips + 2);
                trips += 1;
            }
        }
        let nanos = start.elapsed().as_nanos() as f64 / trips as f64;
        line.0.store(OVER, Ordering::Release);
        nanos
    })
}

fn answer(line: &AtomicU64) {
    loop {
        let value = wait_until(line, |value| value % 2 == 1);
        if value == OVER {
            return;
        }
        line.store(value + 1, Ordering::Release);
    }
}

/// Gives up its time slice now and then: the other thread may be waiting for this processor.
fn wait_until(line: &AtomicU64, wanted: impl Fn(u64) -> bool) -> u64 {
    for spins in 1_u32.. {
        let value = line.load(Ordering::Acquire);
        if wanted(value) {
            return value;
        }
        if spins.is_multiple_of(4096) { thread::yield_now() } else { spin_loop() }
    }
    OVER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_takes_some_time() {
        let nanos = line_there_and_back();
        assert!(nanos.is_finite() && nanos > 0.0, "{nanos}");
    }
}
