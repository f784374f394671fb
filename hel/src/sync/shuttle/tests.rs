//! Models of the door itself: what shuttle must and must not let through.
#![allow(unsafe_code)]

use super::atomic::{AtomicUsize, Ordering};
use super::{Arc, Model, Mutex, UnsafeCell, barrier, thread, with_parker};

/// A word that the cell watches.
struct Spot(UnsafeCell<usize>);

// SAFETY: S4: the cell fails the model when two threads are at the word at the same time, before any harm is done.
unsafe impl Sync for Spot {}
// SAFETY: S4: a plain number may be used from any thread.
unsafe impl Send for Spot {}

fn two_in_a_cell() {
    let spot = Arc::new(Spot(UnsafeCell::new(0)));
    let theirs = Arc::clone(&spot);
    // SAFETY: S4: the cell has just checked that no other thread is at the word.
    let add = |spot: &Spot| spot.0.with_mut(|word| unsafe { *word += 1 });
    let other = thread::spawn(move || add(&theirs));
    add(&spot);
    other.join();
}

#[test]
fn shuttle_finds_two_threads_in_a_cell() {
    Model::new().fails(two_in_a_cell, "two threads in a cell");
}

fn store_buffering() {
    let words = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let theirs = Arc::clone(&words);
    let other = thread::spawn(move || {
        theirs[0].store(1, Ordering::Release);
        theirs[1].load(Ordering::Acquire)
    });
    words[1].store(1, Ordering::Release);
    let here = words[0].load(Ordering::Acquire);
    assert!(other.join() + here > 0, "both missed");
}

/// What shuttle is not for: a missing fence.
#[test]
fn shuttle_does_not_see_a_missing_fence() {
    Model::new().check(store_buffering);
}

fn a_lock_is_found_taken() {
    let lock = Arc::new(Mutex::<usize>::default());
    let theirs = Arc::clone(&lock);
    let other = thread::spawn(move || {
        let guard = theirs.lock();
        barrier::full();
        drop(guard);
    });
    assert!(lock.try_lock().is_some(), "taken");
    other.join();
}

#[test]
fn shuttle_lets_a_try_lock_fail() {
    Model::new().fails(a_lock_is_found_taken, "taken");
}

fn a_load_and_an_exchange() {
    let word = Arc::new(AtomicUsize::new(0));
    let add = |word: &AtomicUsize| {
        let old = word.load(Ordering::Acquire);
        word.compare_exchange(old, old + 1, Ordering::AcqRel, Ordering::Acquire).is_ok()
    };
    let others = [(); 2].map(|()| {
        let word = Arc::clone(&word);
        thread::spawn(move || add(&word))
    });
    let won = [add(&word)].into_iter().chain(others.map(|other| other.join())).filter(|won| *won).count();
    assert_ne!(won, 2, "one of three lost");
}

/// A load and an exchange of one word by several threads: the exchange of one between those of another is tried.
#[test]
fn shuttle_tries_an_exchange_between_a_load_and_an_exchange() {
    Model::new().fails(a_load_and_an_exchange, "one of three lost");
}

fn a_wake_that_does_not_come() {
    let other = thread::spawn(|| with_parker(|parker| parker.park(None)));
    other.join();
}

#[test]
fn shuttle_calls_a_sleep_without_end_a_deadlock() {
    Model::new().fails(a_wake_that_does_not_come, "deadlock");
}

#[test]
#[should_panic(expected = "none failed")]
fn shuttle_does_not_pass_a_model_that_cannot_fail() {
    Model::new().fails(store_buffering, "both missed");
}

#[test]
#[should_panic(expected = "but not by")]
fn shuttle_does_not_pass_a_model_that_fails_otherwise() {
    Model::new().fails(two_in_a_cell, "deadlock");
}
