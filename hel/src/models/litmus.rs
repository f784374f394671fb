//! Two channels and two threads: each sends to one and then asks the other. Not both may find nothing.
//!
//! Sending runs no fence here, since nobody waits: the one before the last look of who asks has to make up for it.

use std::time::Duration;

use crate::future::Operation;
use crate::mpmc::{Receiver, bounded};
use crate::sync::Model;
use crate::sync::thread;

/// A poll that comes too late, by somebody who never polled before.
fn give_up<O: Operation>(mut operation: O) -> O::Limited {
    operation.give_up(Duration::ZERO)
}

fn not_both_find_nothing(ask: fn(&Receiver<usize>) -> bool) {
    Model::new().check(move || {
        let (to_them, theirs) = bounded(1);
        let (to_us, ours) = bounded(1);
        let other = thread::spawn(move || {
            to_us.try_send(1).unwrap();
            (ask(&theirs), theirs, to_us)
        });
        to_them.try_send(2).unwrap();
        let found = ask(&ours);
        let (they_found, _theirs, _to_us) = other.join();
        assert!(found || they_found, "both found nothing");
    });
}

#[test]
fn not_both_find_nothing_by_a_try() {
    not_both_find_nothing(|rx| rx.try_recv().is_ok());
}

#[test]
fn not_both_find_nothing_at_a_deadline_that_has_passed() {
    not_both_find_nothing(|rx| rx.recv_timeout(Duration::ZERO).is_ok());
}

#[test]
fn not_both_find_nothing_at_the_end_of_a_limit() {
    not_both_find_nothing(|rx| give_up(rx.recv_async()).is_ok());
}
