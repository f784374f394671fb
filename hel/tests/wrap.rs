//! P1 and P9 where positions wrap: on 32 bits after at most 2^31 values, which a program passes in minutes. On 64 bits
//! nobody lives so long; there, and in rings that begin close to the wrap, `src/ring/tests` look at the same.
#![cfg(all(target_pointer_width = "32", not(hel_loom)))]

use std::thread;

use hel::channel::errors::{TryRecvError, TrySendError};
use hel::channel::{mpmc, spsc};

/// More than a lap counter of any ring can count.
const VALUES: u32 = (1 << 31) + (1 << 20);
const BATCH: usize = 512;

/// Sends the numbers up to [`VALUES`] from another thread, in batches, and looks at each that comes out.
fn pass_batches(mut send: impl FnMut(&mut Vec<u32>) + Send, mut recv: impl FnMut(&mut Vec<u32>) -> bool) {
    let mut expected = 0;
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut batch = Vec::with_capacity(BATCH);
            for first in (0..VALUES).step_by(BATCH) {
                batch.extend(first..VALUES.min(first + BATCH as u32));
                send(&mut batch);
            }
        });
        let mut batch = Vec::with_capacity(BATCH);
        while recv(&mut batch) {
            for value in batch.drain(..) {
                assert_eq!(value, expected);
                expected += 1;
            }
        }
    });
    assert_eq!(expected, VALUES);
}

#[test]
#[ignore = "2^31 values: a minute or more, in optimised code"]
fn a_ring_of_three_is_filled_and_emptied_across_the_wrap() {
    // Two bits for the index and one for the mark leave 29 for the lap.
    const WRAP: u32 = 3 << 29;
    let (tx, rx) = mpmc::bounded(3);
    for first in (0..WRAP + 3000).step_by(3) {
        for value in first..first + 3 {
            tx.try_send(value).unwrap();
        }
        let near = first.abs_diff(WRAP) < 3000;
        if near {
            assert_eq!(tx.try_send(0), Err(TrySendError::Full(0)));
            assert_eq!(rx.len(), 3);
        }
        for value in first..first + 3 {
            assert_eq!(rx.try_recv(), Ok(value));
        }
        if near {
            assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
            assert_eq!(rx.len(), 0);
        }
    }
}

#[test]
#[ignore = "2^31 values: a minute or more, in optimised code"]
fn batches_pass_a_shared_ring_across_the_wrap() {
    let (tx, rx) = mpmc::bounded(1000);
    pass_batches(move |batch| assert!(tx.send_batch(batch).is_ok()), move |batch| rx.recv_batch(batch, BATCH).is_ok());
}

#[test]
#[ignore = "2^31 values: a minute or more, in optimised code"]
fn batches_pass_an_exclusive_receiver_across_the_wrap() {
    let (tx, rx) = mpmc::bounded(1000);
    let mut rx = rx.into_exclusive().expect("there is no other one");
    pass_batches(move |batch| assert!(tx.send_batch(batch).is_ok()), move |batch| rx.recv_batch(batch, BATCH).is_ok());
}

#[test]
#[ignore = "2^31 values: a minute or more, in optimised code"]
fn values_pass_a_ring_of_two_ends_across_the_wrap() {
    let (mut tx, mut rx) = spsc::bounded(1000);
    let mut expected = 0;
    thread::scope(|scope| {
        scope.spawn(move || {
            for value in 0..VALUES {
                tx.send(value).unwrap();
            }
        });
        while let Ok(value) = rx.recv() {
            assert_eq!(value, expected);
            expected += 1;
        }
    });
    assert_eq!(expected, VALUES);
}
