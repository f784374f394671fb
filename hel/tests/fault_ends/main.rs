//! P2, P4, P5, P6 and P8 with all faults at once, at random, on every kind of end that `tests/fault.rs` leaves out: one
//! to one, exclusive, and the sharded ones by each of their routes.
#![cfg(not(hel_loom))]

#[path = "../support/mod.rs"]
mod support;

mod ends;
mod world;

use std::panic::{self, AssertUnwindSafe, catch_unwind};

use ends::{Again, KINDS, Kind};
use support::{Counted, limit};
use world::{Seen, World};

/// A value that is counted, may panic when it is dropped, and may send another one into its channel then.
pub(crate) struct Item {
    key: u64,
    _counted: Counted,
    again: Option<Again>,
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some(again) = self.again.take() {
            again.go(self.key);
        }
    }
}

/// Runs `body` and says whether it panicked.
fn quiet(body: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(body)).is_err()
}

/// Panics that were asked for are not printed: there are thousands.
fn hush() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let asked = info.payload().downcast_ref::<String>().is_some_and(|text| text.ends_with("as asked"));
        if !asked {
            print(info);
        }
    }));
}

/// Hundreds of seeds for each kind, and each fault happens in many of them.
fn play(kind: Kind) -> Seen {
    let mut total = Seen::default();
    for seed in 0..SEEDS {
        let mut world = World::new(kind, seed);
        for _ in 0..16 {
            world.steps();
            world.settle();
        }
        total.add(world.end());
    }
    total
}

#[test]
fn all_faults_at_once_on_every_kind_of_end() {
    hush();
    limit(|| {
        for kind in KINDS {
            let total = play(kind);
            let least = SEEDS as usize / 50;
            assert!(total.all().iter().all(|&count| count > least), "{kind:?}: {total:?}");
        }
    });
}

const SEEDS: u64 = if cfg!(miri) { 4 } else { 600 };
