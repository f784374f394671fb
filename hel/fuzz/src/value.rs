//! Values that account for themselves: each is dropped once, and never twice.

use std::cell::RefCell;

thread_local! {
    /// For each id whether that value still lives.
    static LEDGER: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
}

/// What goes through the channels. Not `Clone`: what there are two of was duplicated.
#[derive(Debug, PartialEq, Eq)]
pub struct Value {
    pub id: u32,
    pub key: u8,
}

impl Value {
    /// A new value with the next id.
    pub fn new(key: u8) -> Self {
        LEDGER.with_borrow_mut(|ledger| {
            let id = u32::try_from(ledger.len()).expect("few values in one run");
            ledger.push(true);
            Self { id, key }
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
    }
}

/// Forgets all values: a new run begins.
pub fn reset() {
    LEDGER.with_borrow_mut(Vec::clear);
}

/// How many values live.
pub fn alive() -> usize {
    LEDGER.with_borrow(|ledger| ledger.iter().filter(|&&alive| alive).count())
}
