//! Stops a thread for good when it panics, without unwinding it.
//!
//! The destructors of a model that is broken half-way would panic again and end the process. The panic hook is too
//! early to stop in, for it runs under the lock that the test harness takes at its end. The first thing after it, and
//! before any destructor, is that the panic is put in a box: so the thread stops in the allocator.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::panic;
use std::sync::Once;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

thread_local! {
    /// Where the message of a panic on this thread goes, if the thread is to stop at one.
    static REPORT: RefCell<Option<Sender<String>>> = const { RefCell::new(None) };
    /// The thread has panicked and stops at its next allocation.
    static STOPS: Cell<bool> = const { Cell::new(false) };
}

/// From here on a panic on this thread sends its message to `report` and stops the thread, printing nothing.
pub(super) fn at_panic(report: Sender<String>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let Some(report) = REPORT.take() else { return others(info) };
            let _ = report.send(info.to_string());
            STOPS.set(true);
        }));
    });
    REPORT.set(Some(report));
}

/// The system's allocator, but for threads that have to stop.
struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: S5: each call goes to the system's allocator as it came, or never returns.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        while STOPS.get() {
            thread::sleep(Duration::MAX);
        }
        // SAFETY: S5: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: S5: the caller keeps the contract, which is the same.
        unsafe { System.dealloc(place, layout) }
    }
}
