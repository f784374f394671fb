//! Values that account for themselves: each is dropped once, and never twice. Some panic when they are dropped.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

thread_local! {
    /// For each id whether that value still lives.
    static LEDGER: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
    /// Whether new values are hot.
    static HEAT: Cell<bool> = const { Cell::new(false) };
    /// Whether wakers panic.
    static TRAP: Cell<bool> = const { Cell::new(false) };
    /// How many panics there were in a step that may be shaken, while it lasts.
    static PANICS: Cell<Option<usize>> = const { Cell::new(None) };
}

/// What goes through the channels. Not `Clone`: what there are two of was duplicated.
#[derive(Debug, PartialEq, Eq)]
pub struct Value {
    pub id: u32,
    pub key: u8,
    /// It panics if hel drops it, but not in the hands of a script.
    hot: bool,
}

/// The panic of a hot value, or of a waker.
struct Hot;

impl Value {
    /// A new value with the next id.
    pub fn new(key: u8) -> Self {
        LEDGER.with_borrow_mut(|ledger| {
            let id = u32::try_from(ledger.len()).expect("few values in one run");
            ledger.push(true);
            Self { id, key, hot: HEAT.get() }
        })
    }

    /// The key that keyed channels route by.
    pub fn key(&self) -> &u8 {
        &self.key
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        LEDGER.with_borrow_mut(|ledger| {
            let alive = ledger.get_mut(self.id as usize).expect("a value that was made");
            assert!(std::mem::replace(alive, false), "value {} was dropped twice", self.id);
        });
        if self.hot {
            burn();
        }
    }
}

/// A panic, if hel is at work in a step that may be shaken.
fn burn() {
    if let Some(panics) = PANICS.get() {
        PANICS.set(Some(panics + 1));
        // Not `panic!`, whose hook ends the process when fuzzing.
        resume_unwind(Box::new(Hot));
    }
}

/// A waker was called.
pub fn woken() {
    if TRAP.get() {
        burn();
    }
}

/// Does something of hel's that may drop hot values or call wakers that panic: then the first panic comes out, and no other.
/// `None`: one came out.
pub fn shaken<O>(act: impl FnOnce() -> O) -> Option<O> {
    PANICS.set(Some(0));
    let caught = catch_unwind(AssertUnwindSafe(act));
    let panics = PANICS.replace(None).expect("set before");
    match caught {
        Ok(out) => {
            assert_eq!(panics, 0, "a panic was swallowed");
            Some(out)
        }
        Err(payload) if payload.is::<Hot>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Drops something of hel's.
pub fn dropping(gone: impl FnOnce()) {
    shaken(gone);
}

/// New values are hot, or no more.
pub fn turn_heat() {
    HEAT.set(!HEAT.get());
}

/// Wakers panic, or no more.
pub fn turn_trap() {
    TRAP.set(!TRAP.get());
}

/// Forgets all values: a new run begins.
pub fn reset() {
    LEDGER.with_borrow_mut(Vec::clear);
    HEAT.set(false);
    TRAP.set(false);
}

/// How many values live.
pub fn alive() -> usize {
    LEDGER.with_borrow(|ledger| ledger.iter().filter(|&&alive| alive).count())
}
