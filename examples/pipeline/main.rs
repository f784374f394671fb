//! A pipeline from a thread through a task to a thread, one one-to-one channel for each hop.
//!
//! A thread reads a sensor, a task smooths the readings, another thread sums up what it gets. Each hop is bounded, so a
//! slow stage holds up those before it and memory stays bounded as well. When a stage ends it drops its sender, which
//! ends the next one.
//!
//! ```text
//! cargo run --release --example pipeline
//! ```

use std::process::ExitCode;
use std::thread;

use hel::channel::spsc::{Receiver, Sender, bounded};

const READINGS: u64 = 100_000;
const BATCH: usize = 64;

fn main() -> ExitCode {
    let (through, plain) = (through_pipeline(READINGS), plain_loop(READINGS));
    if through != plain {
        eprintln!("pipeline: {through:?} through the channels, {plain:?} in a plain loop");
        return ExitCode::FAILURE;
    }
    println!("{} readings smoothed, the highest {}: as in a plain loop", through.count, through.highest);
    ExitCode::SUCCESS
}

/// What the last stage makes of the readings.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    count: u64,
    sum: u64,
    highest: u64,
}

impl Summary {
    fn of(readings: impl Iterator<Item = u64>) -> Self {
        readings.fold(Self::default(), |summary, reading| Self {
            count: summary.count + 1,
            sum: summary.sum + reading,
            highest: summary.highest.max(reading),
        })
    }
}

/// Each reading averaged with the one before it.
#[derive(Default)]
struct Smoother {
    last: Option<u64>,
}

impl Smoother {
    fn smooth(&mut self, reading: u64) -> u64 {
        (self.last.replace(reading).unwrap_or(reading) + reading) / 2
    }
}

/// A sensor that never stays still.
fn sensor(readings: u64) -> impl Iterator<Item = u64> {
    (0..readings).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)
}

fn plain_loop(readings: u64) -> Summary {
    let mut smoother = Smoother::default();
    Summary::of(sensor(readings).map(|reading| smoother.smooth(reading)))
}

fn through_pipeline(readings: u64) -> Summary {
    let (raw_tx, raw_rx) = bounded(256);
    let (smooth_tx, mut smooth_rx) = bounded(256);

    let reader = thread::spawn(move || read(readings, raw_tx));
    let smoother = smol::spawn(smooth(raw_rx, smooth_tx));
    let summary = thread::spawn(move || Summary::of(smooth_rx.iter()));

    reader.join().expect("the reader panicked");
    smol::block_on(smoother);
    summary.join().expect("the last stage panicked")
}

/// The first stage, on a thread: one value at a time.
fn read(readings: u64, mut tx: Sender<u64>) {
    for reading in sensor(readings) {
        if tx.send(reading).is_err() {
            return; // nobody listens any more
        }
    }
}

/// The middle stage, in a task: it takes what there is, at most a batch, and sends it on in one go.
async fn smooth(mut rx: Receiver<u64>, mut tx: Sender<u64>) {
    let mut smoother = Smoother::default();
    let mut batch = Vec::with_capacity(BATCH);
    while rx.recv_batch_async(&mut batch, BATCH).await.is_ok() {
        batch.iter_mut().for_each(|reading| *reading = smoother.smooth(*reading));
        if tx.send_batch_async(&mut batch).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pipeline_gives_what_a_plain_loop_gives() {
        for readings in [0, 1, 2, 1_000] {
            assert_eq!(through_pipeline(readings), plain_loop(readings));
        }
    }
}
