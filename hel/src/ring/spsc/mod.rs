//! The ring for one sender and one receiver: packed slots and two positions.

mod consumer;
mod producer;
mod reach;

pub(crate) use self::consumer::Consumer;
pub(crate) use self::producer::Producer;

use std::fmt;
use std::mem::MaybeUninit;

use crossbeam_utils::CachePadded;

use super::exhaust::exhaust;
use super::position::Positions;
use super::slots;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, UnsafeCell};

/// A place for one value. Head and tail say whether it holds one (I8).
type Slot<T> = UnsafeCell<MaybeUninit<T>>;

/// What holds the ring that two roles share.
pub(crate) trait Shared<T> {
    /// The ring: the same one at every call.
    fn ring(&self) -> &Ring<T>;
}

/// A bounded queue for one thread at each end. All that a bystander may do is look; see [`claim_roles`].
pub(crate) struct Ring<T> {
    /// The position that is popped next. Written by the consumer only.
    head: CachePadded<AtomicUsize>,
    /// The position that is pushed next. Written by the producer only.
    tail: CachePadded<AtomicUsize>,
    /// What nobody writes: away from both ends.
    fixed: CachePadded<Fixed<T>>,
}

struct Fixed<T> {
    slots: Box<[Slot<T>]>,
    positions: Positions,
    /// How the roles part: [`LAST`] and [`SEALED`]. Written at the very end only.
    parting: AtomicUsize,
    /// The tail as it was at the seal: the consumer takes nothing from there on.
    limit: AtomicUsize,
}

/// The producer has published its last value.
const LAST: usize = 1;
/// The consumer takes what is before the limit, and no more.
const SEALED: usize = 2;

// SAFETY: I7, I8: a value is moved in by one thread and out by one, never shared, so `T: Send` is enough.
unsafe impl<T: Send> Send for Ring<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for Ring<T> {}

impl<T> Ring<T> {
    /// A ring of exactly `capacity` slots.
    ///
    /// # Panics
    /// Where `capacity` is 0, over the maximum, or more than memory holds.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::starting_at(capacity, 0)
    }

    /// As [`new`](Self::new), beginning on `lap`: tests begin close to the wrap.
    pub(crate) fn starting_at(capacity: usize, lap: usize) -> Self {
        let init = |slot: *mut Slot<T>, _| {
            // SAFETY: I1: `allocate` gives a place in memory that it has just reserved.
            unsafe { UnsafeCell::init(slot) };
        };
        // SAFETY: I1: `init` writes the whole slot, which is one cell.
        let slots = unsafe { slots::allocate(capacity, init) };
        let positions = Positions::new(capacity);
        let start = positions.start_of(lap);
        Self {
            head: CachePadded::new(AtomicUsize::new(start)),
            tail: CachePadded::new(AtomicUsize::new(start)),
            fixed: CachePadded::new(Fixed {
                slots,
                positions,
                parting: AtomicUsize::new(0),
                limit: AtomicUsize::new(start),
            }),
        }
    }

    /// How many values fit.
    pub(crate) fn capacity(&self) -> usize {
        self.fixed.positions.capacity()
    }

    /// How many values are published and not taken: never over the capacity, and exact where nothing moved meanwhile.
    pub(crate) fn len(&self) -> usize {
        let head = self.head.load(Ordering::Acquire);
        let tail = self.tail.load(Ordering::Acquire);
        self.fixed.positions.distance(head, tail)
    }

    /// Whether a pop would be served now.
    pub(crate) fn has_item(&self) -> bool {
        self.len() > 0
    }

    /// Whether a claim would be served now.
    pub(crate) fn has_room(&self) -> bool {
        self.len() < self.capacity()
    }

    /// How many values were published so far: wraps, for comparing over short times only.
    pub(crate) fn pushed(&self) -> usize {
        // ORDERING: Relaxed: a count for a policy, nothing is read on its strength.
        self.fixed.positions.count(self.tail.load(Ordering::Relaxed))
    }

    /// How many values were taken so far: as [`pushed`](Self::pushed).
    pub(crate) fn popped(&self) -> usize {
        // ORDERING: Relaxed: as in `pushed`.
        self.fixed.positions.count(self.head.load(Ordering::Relaxed))
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        if !std::mem::needs_drop::<T>() {
            return;
        }
        let positions = self.fixed.positions;
        let end = self.tail.load(Ordering::Acquire);
        let mut position = self.head.load(Ordering::Acquire);
        let slots = &self.fixed.slots;
        exhaust(|| {
            if position == end {
                return false;
            }
            let index = positions.index(position);
            position = positions.next(position);
            slots[index].with_mut(|value| {
                // SAFETY: I8: from head to tail values are there; `&mut self` means that nobody else takes them.
                unsafe { value.cast::<T>().drop_in_place() }
            });
            true
        });
    }
}

impl<T> fmt::Debug for Ring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("capacity", &self.capacity()).field("len", &self.len()).finish_non_exhaustive()
    }
}

/// Makes the two roles of the ring that `link` holds.
///
/// # Safety
/// Called at most once for a ring, and `link.ring()` is the same ring at every call, as long as `link` lives.
pub(crate) unsafe fn claim_roles<T, L: Shared<T>>(link: Arc<L>) -> (Producer<T, L>, Consumer<T, L>) {
    // SAFETY: I7: this is the one call for the ring, and it makes one producer.
    let producer = unsafe { Producer::claim_role(Arc::clone(&link)) };
    // SAFETY: I7: as for the producer.
    let consumer = unsafe { Consumer::claim_role(link) };
    (producer, consumer)
}
