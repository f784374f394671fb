//! Values that account for themselves: each must be dropped exactly once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Knows every [`Counted`] made from it, and how often each was dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Mutex<BTreeMap<usize, usize>>>);

impl Ledger {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A new value with the next id, from 0 on.
    pub(crate) fn value(&self) -> Counted {
        self.make(false)
    }

    /// A value that panics when it is dropped, after that drop was counted.
    pub(crate) fn panicking(&self) -> Counted {
        self.make(true)
    }

    /// As many values as asked for.
    pub(crate) fn values(&self, count: usize) -> Vec<Counted> {
        (0..count).map(|_| self.value()).collect()
    }

    /// How many values were made.
    pub(crate) fn made(&self) -> usize {
        self.drops().len()
    }

    /// How many values still live.
    pub(crate) fn alive(&self) -> usize {
        self.drops().values().filter(|&&drops| drops == 0).count()
    }

    /// Fails unless every value that was made has been dropped, and none twice.
    #[track_caller]
    pub(crate) fn assert_each_dropped_once(&self) {
        let wrong: Vec<_> = self.drops().iter().filter(|(_, drops)| **drops != 1).map(|(id, n)| (*id, *n)).collect();
        assert!(wrong.is_empty(), "dropped other than once, as (id, drops): {wrong:?}");
    }

    /// A second value with the same id, as a faulty channel would hand it out. Only a test of the ledger wants that.
    pub(crate) fn duplicate(&self, value: &Counted) -> Counted {
        Counted { id: value.id, panics: false, ledger: self.clone() }
    }

    fn make(&self, panics: bool) -> Counted {
        let mut drops = self.drops();
        let id = drops.len();
        drops.insert(id, 0);
        Counted { id, panics, ledger: self.clone() }
    }

    fn drops(&self) -> MutexGuard<'_, BTreeMap<usize, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A payload whose drops are counted. Not `Clone`: what there are two of was duplicated.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) id: usize,
    panics: bool,
    ledger: Ledger,
}

impl Drop for Counted {
    fn drop(&mut self) {
        *self.ledger.drops().entry(self.id).or_default() += 1;
        if self.panics && !std::thread::panicking() {
            panic!("value {} panics in drop, as asked", self.id);
        }
    }
}
