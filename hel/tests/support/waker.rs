//! Wakers that count, and wakers that misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst};
use std::task::{RawWaker, RawWakerVTable, Wake, Waker};

/// Counts how often it was woken.
#[derive(Debug, Default)]
pub(crate) struct CountingWaker(AtomicUsize);

impl CountingWaker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    /// Wake-ups so far.
    pub(crate) fn wakes(&self) -> usize {
        self.0.load(SeqCst)
    }

    /// Copies of the waker that somebody still holds.
    pub(crate) fn held(self: &Arc<Self>) -> usize {
        Arc::strong_count(self) - 1
    }
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// What a [`HostileWaker`] can be told to panic in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Trap {
    Wake = 1,
    Clone = 2,
    Drop = 3,
}

/// Counts what is done to its wakers, and panics once in the call that a trap was set for.
#[derive(Debug, Default)]
pub(crate) struct HostileWaker {
    trap: AtomicU8,
    wakes: AtomicUsize,
    clones: AtomicUsize,
    drops: AtomicUsize,
}

impl HostileWaker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// The next such call on any of its wakers panics; a trap springs once.
    pub(crate) fn set(&self, trap: Trap) {
        self.trap.store(trap as u8, SeqCst);
    }

    /// Whether a trap is set that nothing has sprung.
    pub(crate) fn is_set(&self) -> bool {
        self.trap.load(SeqCst) != 0
    }

    pub(crate) fn wakes(&self) -> usize {
        self.wakes.load(SeqCst)
    }

    /// Copies of its wakers that somebody still holds.
    pub(crate) fn held(&self) -> usize {
        self.clones.load(SeqCst) - self.drops.load(SeqCst)
    }

    // `Wake` cannot do this: it sees neither a clone nor the drop of any but the last copy.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        self.clones.fetch_add(1, SeqCst);
        // SAFETY: the functions of `TABLE` take the pointer for what it is, an `Arc<HostileWaker>` made raw, keep one
        // count of it per waker, and are thread safe, as `HostileWaker` is `Send` and `Sync`.
        unsafe { Waker::from_raw(raw(Arc::clone(self))) }
    }

    fn spring(&self, trap: Trap) {
        if self.trap.compare_exchange(trap as u8, 0, SeqCst, SeqCst).is_ok() {
            panic!("a waker panics in {trap:?}, as asked");
        }
    }
}

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

fn raw(hostile: Arc<HostileWaker>) -> RawWaker {
    RawWaker::new(Arc::into_raw(hostile).cast(), &TABLE)
}

/// # Safety
/// `data` came from `raw`, and the caller gives up the count that it stands for.
unsafe fn owned(data: *const ()) -> Arc<HostileWaker> {
    // SAFETY: by this function's own contract.
    unsafe { Arc::from_raw(data.cast()) }
}

/// # Safety
/// `data` came from `raw`, and its count outlives `'a`.
unsafe fn borrowed<'a>(data: *const ()) -> &'a HostileWaker {
    // SAFETY: by this function's own contract.
    unsafe { &*data.cast() }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the waker that is cloned holds a count for as long as this call runs.
    let hostile = unsafe { borrowed(data) };
    hostile.spring(Trap::Clone);
    hostile.clones.fetch_add(1, SeqCst);
    // SAFETY: `data` is a raw `Arc` with at least that count.
    unsafe { Arc::increment_strong_count(data.cast::<HostileWaker>()) };
    RawWaker::new(data, &TABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: waking by value gives up this waker's count.
    let hostile = unsafe { owned(data) };
    hostile.drops.fetch_add(1, SeqCst);
    hostile.wakes.fetch_add(1, SeqCst);
    hostile.spring(Trap::Wake);
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker holds a count for as long as this call runs.
    let hostile = unsafe { borrowed(data) };
    hostile.wakes.fetch_add(1, SeqCst);
    hostile.spring(Trap::Wake);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: dropping a waker gives up its count.
    let hostile = unsafe { owned(data) };
    hostile.drops.fetch_add(1, SeqCst);
    hostile.spring(Trap::Drop);
}
