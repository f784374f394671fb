//! Two channels, two threads: each sends to one and then looks into the other. That both find nothing is impossible for
//! linearizable channels, and it is what a publish without a fence does unless Empty is looked at twice.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use hel::channel::spsc;
use hel::{Receiver, Sender, bounded};

use super::support::watchdog::limit_of;

/// How often.
const ROUNDS: usize = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };

/// One thread's part: an end to send to, and one to look at.
trait Part: Send {
    /// Sends, looks; true if there was nothing.
    fn missed(&mut self) -> bool;
    /// Takes what was sent meanwhile.
    fn take(&mut self);
}

impl Part for (Sender<usize>, Receiver<usize>) {
    fn missed(&mut self) -> bool {
        self.0.try_send(1).expect("room");
        self.1.try_recv().is_err()
    }

    fn take(&mut self) {
        assert_eq!(self.1.try_recv(), Ok(1));
    }
}

impl Part for (spsc::Sender<usize>, spsc::Receiver<usize>) {
    fn missed(&mut self) -> bool {
        self.0.try_send(1).expect("room");
        self.1.try_recv().is_err()
    }

    fn take(&mut self) {
        assert_eq!(self.1.try_recv(), Ok(1));
    }
}

/// Waits until both threads have come here so many times.
fn meet(arrived: &AtomicUsize, times: usize) {
    arrived.fetch_add(1, SeqCst);
    for spins in 0_usize.. {
        if arrived.load(SeqCst) >= 2 * times {
            return;
        }
        if spins < 1000 { spin_loop() } else { thread::yield_now() }
    }
}

/// One thread's rounds: whether it found nothing, round by round.
fn play(mut part: impl Part, arrived: &AtomicUsize) -> Vec<bool> {
    let round = |round| {
        meet(arrived, 2 * round + 1);
        let missed = part.missed();
        meet(arrived, 2 * round + 2);
        if missed {
            part.take();
        }
        missed
    };
    (0..ROUNDS).map(round).collect()
}

fn both_never_miss(name: &str, parts: [impl Part; 2]) {
    limit_of(Duration::from_secs(120), || {
        let arrived = &AtomicUsize::new(0);
        let [here, there] = thread::scope(|scope| {
            let threads = parts.map(|part| scope.spawn(move || play(part, arrived)));
            threads.map(|thread| thread.join().expect("no operation fails"))
        });
        let count = |missed: &[bool]| missed.iter().filter(|missed| **missed).count();
        let both = here.iter().zip(&there).filter(|(here, there)| **here && **there).count();
        println!("{name}: {ROUNDS} rounds, one missed {} and {} times, both {both} times", count(&here), count(&there));
        assert_eq!(both, 0, "both found nothing");
    });
}

#[test]
fn two_bounded_channels() {
    let ((tx, rx), (other_tx, other_rx)) = (bounded(2), bounded(2));
    both_never_miss("bounded", [(tx, other_rx), (other_tx, rx)]);
}

#[test]
fn two_one_to_one_channels() {
    let ((tx, rx), (other_tx, other_rx)) = (spsc::bounded(2), spsc::bounded(2));
    both_never_miss("spsc", [(tx, other_rx), (other_tx, rx)]);
}
