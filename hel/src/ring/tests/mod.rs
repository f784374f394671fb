//! White-box tests: what each ring promises by itself, and the corners of a position.

mod mpmc;
mod positions;
mod runs;
mod spsc;
mod stress;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::position::MAX_CAPACITY;
use super::spsc::{Consumer, Producer, Ring as SpscRing, Shared, claim_roles};

/// Capacities around the powers of two, and 1.
const CAPACITIES: [usize; 6] = [1, 2, 3, 5, 7, 8];

/// Laps to begin on: the last ones before the wrap, and the first.
const LAPS: [usize; 4] = [0, usize::MAX, usize::MAX - 1, usize::MAX / 2];

/// The least that can hold a ring for two roles.
#[derive(Debug)]
struct Link<T>(SpscRing<T>);

impl<T> Shared<T> for Link<T> {
    fn ring(&self) -> &SpscRing<T> {
        &self.0
    }
}

type Roles<T> = (Producer<T, Link<T>>, Consumer<T, Link<T>>);

fn roles<T>(ring: SpscRing<T>) -> Roles<T> {
    // SAFETY: I7: the ring is new and moves into the link here, so this is the one call for it.
    unsafe { claim_roles(Arc::new(Link(ring))) }
}

/// Counts its drops, and panics in those that it is told to.
struct Tally {
    dropped: Arc<AtomicUsize>,
    panics: bool,
}

impl Tally {
    fn new(dropped: &Arc<AtomicUsize>, panics: bool) -> Self {
        Self { dropped: Arc::clone(dropped), panics }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let nth = self.dropped.fetch_add(1, Ordering::Relaxed);
        if self.panics {
            panic!("drop {nth}");
        }
    }
}

/// What `f` panics with.
fn panic_of(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("should have panicked");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

/// Runs `f` on a thread whose stack is far smaller than a ring of big values.
fn on_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(128 << 10).spawn(f).expect("a thread").join().expect("no panic");
}

/// The messages of a constructor that refuses.
fn refuses(new: impl Fn(usize)) {
    assert!(panic_of(|| new(0)).contains("at least 1"));
    let over = panic_of(|| new(MAX_CAPACITY + 1));
    assert!(over.contains("over the maximum") && over.contains(&MAX_CAPACITY.to_string()), "{over}");
    assert!(panic_of(|| new(usize::MAX)).contains("over the maximum"));
    assert!(panic_of(|| new(MAX_CAPACITY)).contains("no memory"));
}
