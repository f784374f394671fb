//! Any order of sends, receives, limits and drops: what went in comes out, once, in order.

use std::task::Poll;
use std::time::Duration;

use hel::channel::errors::{RecvError, SendError};
use hel::rt::{Runtime, gather, timeout};
use hel::{Operation, Receiver, Sender};

use crate::clock::{Clock, SECOND};
use crate::support::rng::Rng;
use crate::support::{limit, poll_once};

/// Polls a few times, with time passing in between or not, and gives up at any point.
fn play<F: Future + Unpin>(
    clock: &Clock,
    rng: &mut Rng,
    mut future: F,
    mut between: impl FnMut(),
) -> Option<F::Output> {
    for _ in 0..rng.below(4) {
        if let Poll::Ready(output) = poll_once(&mut future) {
            return Some(output);
        }
        if rng.one_in(3) {
            clock.advance(SECOND / 2);
        }
        between();
    }
    None
}

fn some_limit(rng: &mut Rng) -> Duration {
    [Duration::ZERO, SECOND / 2, SECOND, Duration::MAX][rng.below(4)]
}

fn timed<F: Operation>(clock: &Clock, rng: &mut Rng, op: F, between: impl FnMut()) -> Option<F::Limited> {
    let op = if rng.one_in(2) {
        timeout(clock.clone(), some_limit(rng), op)
    } else {
        hel::rt::timeout_at(clock.clone(), clock.now() + some_limit(rng).min(SECOND), op)
    };
    play(clock, rng, op, between)
}

/// One side's operations, with the other side's in between.
struct Run {
    clock: Clock,
    next: u32,
    sent: Vec<u32>,
    got: Vec<u32>,
}

impl Run {
    fn send(&mut self, rng: &mut Rng, tx: &Sender<u32>, rx: &Receiver<u32>) {
        let (value, mut got) = (self.next, Vec::new());
        self.next += 1;
        let between = |got: &mut Vec<u32>, rng: &mut Rng| {
            if rng.one_in(3) {
                got.extend(rx.try_recv())
            }
        };
        let mut other = Rng::new(rng.next());
        match rng.below(3) {
            0 => match timed(&self.clock, rng, tx.send_async(value), || between(&mut got, &mut other)) {
                Some(Ok(())) => self.sent.push(value),
                Some(Err(error)) => assert_eq!(error.into_inner(), value),
                None => {}
            },
            1 => {
                let mut slot = Some(value);
                let sent = timed(&self.clock, rng, tx.send_ref_async(&mut slot), || between(&mut got, &mut other));
                assert!(!matches!(sent, Some(Err(SendError::Disconnected(())))));
                assert_eq!(slot.is_none(), sent == Some(Ok(())));
                self.sent.extend(slot.is_none().then_some(value));
            }
            _ => {
                let mut values = vec![value, value + 1, value + 2];
                self.next += 2;
                timed(&self.clock, rng, tx.send_batch_async(&mut values), || between(&mut got, &mut other));
                self.sent.extend((value..value + 3).filter(|n| !values.contains(n)));
            }
        }
        self.got.append(&mut got);
    }

    fn receive(&mut self, rng: &mut Rng, tx: &Sender<u32>, rx: &Receiver<u32>) {
        let (next, sent, mut other) = (&mut self.next, &mut self.sent, Rng::new(rng.next()));
        let between = || {
            if other.one_in(3) && tx.try_send(*next).is_ok() {
                sent.push(*next);
                *next += 1;
            }
        };
        match rng.below(3) {
            0 => match timed(&self.clock, rng, rx.recv_async(), between) {
                Some(Err(RecvError::Disconnected)) => panic!("the sender is there"),
                other => self.got.extend(other.and_then(Result::ok)),
            },
            1 => {
                let before = self.got.len();
                let count = timed(&self.clock, rng, rx.recv_batch_async(&mut self.got, 2), between);
                assert_eq!(self.got.len() - before, count.and_then(Result::ok).unwrap_or(0));
            }
            _ => {
                let (before, linger) = (self.got.len(), some_limit(rng));
                let gathering = gather(self.clock.clone(), rx, &mut self.got, 3, linger);
                let count = play(&self.clock, rng, gathering, between);
                assert!(count.is_none_or(|count| count == Ok(self.got.len() - before)));
            }
        }
    }
}

#[test]
fn whatever_is_dropped_when_nothing_is_lost() {
    limit(|| {
        for seed in 0..300 {
            let mut rng = Rng::new(seed);
            let (tx, rx) = hel::bounded(1 + rng.below(3));
            let mut run = Run { clock: Clock::new(), next: 0, sent: Vec::new(), got: Vec::new() };
            for _ in 0..60 {
                if rng.one_in(2) { run.send(&mut rng, &tx, &rx) } else { run.receive(&mut rng, &tx, &rx) }
            }
            run.got.extend(rx.try_iter());
            assert_eq!(run.got, run.sent, "seed {seed}");
            assert_eq!(run.clock.timers(), 0);
        }
    });
}
