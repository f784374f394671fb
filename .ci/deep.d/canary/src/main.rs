//! What the sanitizers have to report, and what they must not. A sanitizer that says nothing about hel shows something
//! only if, built in the same way, it says something about these.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::hint::{black_box, spin_loop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("clean") => {
            hand_over(Ordering::Release);
            share();
        }
        Some("race") => hand_over(Ordering::Relaxed),
        Some("leak") => thread::spawn(leak).join().unwrap(),
        Some("use-after-free") => println!("read {}", use_after_free()),
        _ => panic!("clean, race, leak or use-after-free?"),
    }
}

/// One slot, and the flag by which it is published: what a ring does.
#[derive(Default)]
struct Slot {
    full: AtomicBool,
    value: UnsafeCell<u64>,
}

// SAFETY: not safe at all with a weak `publish`; to be found out is what it is for.
unsafe impl Sync for Slot {}

impl Slot {
    fn fill(&self, value: u64, publish: Ordering) {
        // SAFETY: the receiver does not come before the slot is full.
        unsafe { *self.value.get() = value };
        self.full.store(true, publish);
    }

    fn take(&self) -> u64 {
        while !self.full.load(Ordering::Acquire) {
            spin_loop();
        }
        // SAFETY: the sender is done with the slot.
        unsafe { *self.value.get() }
    }
}

/// Hands a value to another thread, published by a store with the ordering `publish`.
fn hand_over(publish: Ordering) {
    let slot = Slot::default();
    let received = thread::scope(|scope| {
        let receiver = scope.spawn(|| slot.take());
        slot.fill(7, publish);
        receiver.join().unwrap()
    });
    assert_eq!(received, 7);
}

/// Shared ownership ends in a fence, which ThreadSanitizer does not know; a standard library that was built for it says
/// the same in another way. A report here means that it was not, and that reports about hel are worth nothing.
fn share() {
    for round in 0..100_u64 {
        let ours = Arc::new(round);
        let theirs = Arc::clone(&ours);
        let reader = thread::spawn(move || assert_eq!(*theirs, round));
        assert_eq!(*ours, round);
        drop(ours);
        reader.join().unwrap();
    }
}

/// In a thread of its own, of which no register or stack is left that could hold the pointer.
fn leak() {
    // SAFETY: the layout is not empty.
    let place = unsafe { alloc(Layout::new::<[u64; 100]>()) };
    assert!(!black_box(place).is_null());
}

fn use_after_free() -> u8 {
    let layout = Layout::new::<[u64; 100]>();
    // SAFETY: the layout is not empty.
    let place = unsafe { alloc(layout) };
    // SAFETY: the place was allocated with this layout.
    unsafe { dealloc(black_box(place), layout) };
    // SAFETY: there is none: this is the error.
    unsafe { black_box(place).read_volatile() }
}
