//! What the threads of one execution share behind the library's back: the barrier's requests and acknowledgements.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex};

use super::knobs;

/// The state of one execution. Made anew at the start of each, since loom's objects do not outlive one.
#[derive(Debug)]
pub(super) struct World {
    /// How many heavy barriers have begun.
    pub(super) requests: AtomicUsize,
    /// One per thread that loom permits, the main one first.
    pub(super) stations: Vec<Station>,
    /// The word that gives each fence a step of its own.
    fences: AtomicUsize,
    #[cfg(test)]
    spawned: Cell<usize>,
}

/// Where one thread meets the heavy barriers of the others.
#[derive(Debug)]
pub(super) struct Station {
    /// The last request that the thread saw. Its own business, so no lock: one at every point would order too much.
    pub(super) seen: Cell<usize>,
    pub(super) report: Mutex<Report>,
    pub(super) changed: Condvar,
}

/// What a thread has told those who run heavy barriers.
#[derive(Debug)]
pub(super) struct Report {
    /// The last request that the thread answered with a fence.
    pub(super) answered: usize,
    /// The thread does not run (not begun, asleep, in the kernel, ended), so it need not answer.
    pub(super) offline: bool,
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

loom::thread_local! {
    static STATION: Cell<usize> = Cell::new(usize::MAX);
}

impl World {
    #[cfg(test)]
    fn new() -> Self {
        let station = |_| Station {
            seen: Cell::new(0),
            report: Mutex::new(Report { answered: 0, offline: true }),
            changed: Condvar::new(),
        };
        Self {
            requests: AtomicUsize::new(0),
            stations: (0..loom::MAX_THREADS).map(station).collect(),
            fences: AtomicUsize::new(0),
            spawned: Cell::new(0),
        }
    }

    /// Takes a place of its own for the fence that follows.
    pub(super) fn step(&self) {
        if !knobs::knobs().glued_fences {
            // ORDERING: Relaxed: it is there to be reordered; the fence after it does the ordering.
            self.fences.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The station of the thread that runs.
    pub(super) fn mine(&self) -> &Station {
        &self.stations[here()]
    }

    /// The stations of all threads but the one that runs.
    pub(super) fn others(&self) -> impl Iterator<Item = &Station> {
        let me = here();
        self.stations.iter().enumerate().filter(move |(at, _)| *at != me).map(|(_, station)| station)
    }
}

/// Calls `f` with the state of the execution that runs.
pub(super) fn with<R>(f: impl FnOnce(&World) -> R) -> R {
    // A count of its own, since `f` may switch to another thread of the model, on this same thread.
    let world = WORLD.with(|world| world.borrow().as_ref().map(Rc::clone));
    f(&world.expect("a model runs through `sync::Model`"))
}

fn here() -> usize {
    let at = STATION.with(Cell::get);
    assert_ne!(at, usize::MAX, "a thread of a model is spawned through `sync::thread`");
    at
}

/// Begins an execution on its main thread.
#[cfg(test)]
pub(super) fn begin() {
    let world = Rc::new(World::new());
    WORLD.with(|place| place.replace(Some(world)));
    settle(0);
}

/// The place of the next thread.
#[cfg(test)]
pub(super) fn next_place() -> usize {
    with(|world| {
        world.spawned.set(world.spawned.get() + 1);
        world.spawned.get()
    })
}

/// Makes `place` the station of the thread that runs.
#[cfg(test)]
pub(super) fn settle(place: usize) {
    STATION.with(|station| station.set(place));
}
