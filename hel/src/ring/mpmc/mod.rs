//! The ring for many senders and many receivers: a slot is a stamp and a value.

mod backoff;
mod claim;
mod exclusive;
mod observe;

pub(crate) use self::claim::{Claim, ClaimMany};
pub(crate) use self::exclusive::ExclusivePopper;

pub(crate) use self::backoff::Backoff;

use self::claim::{Attempt, Taken};

use std::mem::MaybeUninit;
use std::ptr::addr_of_mut;

use crossbeam_utils::CachePadded;

use super::exhaust::exhaust;
use super::position::Positions;
use super::{Missed, Refused, Starved, slots};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::barrier::point;
use crate::sync::{Event, UnsafeCell, count};

/// A place for one value. The stamp says whose turn it is: `p` is free for the
/// pusher of position p, `p | mark` holds the value for the popper of p.
struct Slot<T> {
    stamp: AtomicUsize,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// A bounded queue for any number of threads at both ends.
pub(crate) struct Ring<T> {
    /// The position that is popped next, and the mark while one popper is exclusive. Written by popping claims only (I2).
    head: CachePadded<AtomicUsize>,
    /// The position that is pushed next, and the mark once closed. Every change is an RMW (I2).
    tail: CachePadded<AtomicUsize>,
    /// What every operation reads and none writes: alone on its line, away from both ends.
    fixed: CachePadded<Fixed<T>>,
}

struct Fixed<T> {
    slots: Box<[Slot<T>]>,
    positions: Positions,
}

// SAFETY: I2, I5: a value is moved in by one thread and out by one, never shared, so `T: Send` is enough.
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
        let init = |slot: *mut Slot<T>, index: usize| {
            let stamp = Positions::new(capacity).start_of(lap) + index;
            // SAFETY: I1: `allocate` gives a place in memory that it has just reserved.
            let place = unsafe { addr_of_mut!((*slot).stamp) };
            // SAFETY: I1: as above, and nothing is there yet that a write could lose.
            unsafe { place.write(AtomicUsize::new(stamp)) };
            // SAFETY: I1: as for the stamp.
            let place = unsafe { addr_of_mut!((*slot).value) };
            // SAFETY: I1: as for the stamp.
            unsafe { UnsafeCell::init(place) };
        };
        // SAFETY: I1: `init` writes both fields of the slot.
        let slots = unsafe { slots::allocate(capacity, init) };
        let positions = Positions::new(capacity);
        let start = positions.start_of(lap);
        Self {
            head: CachePadded::new(AtomicUsize::new(start)),
            tail: CachePadded::new(AtomicUsize::new(start)),
            fixed: CachePadded::new(Fixed { slots, positions }),
        }
    }

    /// How many values fit.
    pub(crate) fn capacity(&self) -> usize {
        self.fixed.positions.capacity()
    }

    /// Claims the slot at the tail, for [`Claim::fill`].
    #[inline(always)]
    pub(crate) fn claim(&self) -> Result<Claim<'_, T>, Refused> {
        point();
        match self.try_claim() {
            Attempt::Won(claim) => Ok(claim),
            Attempt::Lost => self.claim_slow(true),
            Attempt::Barred { .. } => self.claim_slow(false),
        }
    }

    /// Claims the slot at the tail at the first try. Why it is not free is left open, which makes passing over a full ring
    /// cheap.
    #[inline(always)]
    pub(crate) fn claim_at_once(&self) -> Result<Claim<'_, T>, Missed> {
        point();
        match self.try_claim() {
            Attempt::Won(claim) => Ok(claim),
            // ORDERING: Relaxed: only whether the guess that barred us was out of date.
            Attempt::Barred { at } if self.tail.load(Ordering::Relaxed) == at => Err(Missed::NotFree),
            Attempt::Barred { .. } | Attempt::Lost => Err(Missed::Outrun),
        }
    }

    #[inline(always)]
    fn try_claim(&self) -> Attempt<Claim<'_, T>> {
        // A copy: after an acquiring load the compiler would read them anew.
        let positions = self.fixed.positions;
        // ORDERING: Relaxed: a guess, which the stamp and then the CAS verify; no data hangs on it.
        let tail = self.tail.load(Ordering::Relaxed);
        let slot = self.slot(tail);
        // A marked tail equals no stamp (I6), so this comparison also tests for closed.
        if slot.stamp.load(Ordering::Acquire) != tail {
            return Attempt::Barred { at: tail };
        }
        if !self.move_tail(tail, positions.next(tail)) {
            return Attempt::Lost;
        }
        point();
        Attempt::Won(Claim { slot, full: tail | positions.mark() })
    }

    #[inline(always)]
    fn move_tail(&self, from: usize, to: usize) -> bool {
        // ORDERING: Relaxed: decides only who is the one pusher of a position. The popper's reading of the slot's last
        // value was acquired with the stamp (I4), and the value is published by the stamp in `Claim::fill`.
        let won = self.tail.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !won {
            count(Event::Lost);
        }
        won
    }

    #[cold]
    #[inline(never)]
    fn claim_slow(&self, lost: bool) -> Result<Claim<'_, T>, Refused> {
        let mut backoff = Backoff::new();
        if lost {
            backoff.pause();
        }
        loop {
            match self.try_claim() {
                Attempt::Won(claim) => return Ok(claim),
                Attempt::Lost => backoff.pause(),
                Attempt::Barred { at } => {
                    if let Some(refused) = self.refused_at(at) {
                        return Err(refused);
                    }
                }
            }
        }
    }

    /// Why the slot at the tail was not free; none if the tail has moved on since.
    fn refused_at(&self, tail: usize) -> Option<Refused> {
        let positions = &self.fixed.positions;
        if tail & positions.mark() != 0 {
            // Read once more with Acquire, with `close`: a marked tail stays as it is.
            let _marked = self.tail.load(Ordering::Acquire);
            return Some(Refused::Closed);
        }
        // Head would say whether somebody is just taking the value. It is not asked: a sender that waits for room would
        // take that line from the receivers at each look (`at_hole` asks, where it matters).
        // ORDERING: Relaxed: if the slot was barred because `tail` was stale, its stamp carries the claim that moved it.
        (self.tail.load(Ordering::Relaxed) == tail).then_some(Refused::Full)
    }

    /// Claims up to `max` free slots in a row with one CAS, for [`ClaimMany::fill`].
    pub(crate) fn claim_many(&self, max: usize) -> Result<ClaimMany<'_, T>, Refused> {
        let mut backoff = Backoff::new();
        loop {
            point();
            // ORDERING: Relaxed: a guess, as in `try_claim`.
            let tail = self.tail.load(Ordering::Relaxed);
            let len = self.run_of(tail, max, 0);
            if len > 0 || max == 0 {
                if self.move_tail(tail, self.fixed.positions.advance(tail, len)) {
                    point();
                    return Ok(ClaimMany { ring: self, next: tail, len });
                }
                backoff.pause();
            } else if let Some(refused) = self.refused_at(tail) {
                return Err(refused);
            }
        }
    }

    /// How many slots in a row from `position`, at most `max`, have the stamp of their position with `mark`.
    fn run_of(&self, position: usize, max: usize, mark: usize) -> usize {
        let mut len = 0;
        for (first, slots) in self.runs(position, max.min(self.capacity())) {
            for (step, slot) in slots.iter().enumerate() {
                // A sum, as in `try_take`.
                if slot.stamp.load(Ordering::Acquire) != (first + step).wrapping_add(mark) {
                    return len;
                }
                len += 1;
            }
        }
        len
    }

    /// The slots from `position` on, at most a whole lap: up to the edge of the ring and from there on, each with the
    /// position of its first slot.
    #[inline(always)]
    fn runs(&self, position: usize, len: usize) -> [(usize, &[Slot<T>]); 2] {
        let Fixed { slots, positions } = &*self.fixed;
        let index = positions.index(position);
        let first = len.min(positions.to_edge(position));
        [
            (position, &slots[index..index + first]),
            (positions.next_lap(position.wrapping_sub(index)), &slots[..len - first]),
        ]
    }

    /// Calls `each` with each of `len` slots from `position` on, at most a whole lap: its number among them, its position,
    /// and the slot.
    ///
    /// Of every few the first comes last. Who waits at it for an item, or for room, then finds all of them at once. The other
    /// way round he would be on our heels, and take each line from us while we are at the slot after.
    #[inline(always)]
    fn each_of_run(&self, position: usize, len: usize, mut each: impl FnMut(usize, usize, &Slot<T>)) {
        let mut nth = 0;
        for (mut first, slots) in self.runs(position, len) {
            for few in slots.chunks(Self::FEW) {
                for (step, slot) in few.iter().enumerate().skip(1) {
                    each(nth + step, first + step, slot);
                }
                each(nth, first, &few[0]);
                nth += few.len();
                first += few.len();
            }
        }
    }

    /// In which order a run goes: number and position of each slot.
    #[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
    pub(super) fn order_of_run(&self, position: usize, len: usize) -> Vec<(usize, usize)> {
        let mut order = Vec::new();
        self.each_of_run(position, len, |nth, position, slot| {
            assert!(std::ptr::eq(slot, self.slot(position)));
            order.push((nth, position));
        });
        order
    }

    /// So many slots of a run are given out together: 4 KiB of them, or one.
    pub(super) const FEW: usize = {
        let few = 4096 / size_of::<Slot<T>>();
        if few == 0 { 1 } else { few }
    };

    /// Takes the value at the head.
    #[cfg(test)]
    pub(crate) fn pop(&self) -> Result<T, Starved> {
        let mut place = None;
        self.pop_into(&mut place).map(|()| place.expect("it was taken"))
    }

    /// Takes the value at the head into `place`, which is empty.
    #[inline(always)]
    pub(crate) fn pop_into(&self, place: &mut Option<T>) -> Result<(), Starved> {
        point();
        let taken = match self.try_take() {
            Attempt::Won(taken) => taken,
            Attempt::Lost | Attempt::Barred { .. } => self.take_slow()?,
        };
        taken.take(|value| *place = Some(value));
        Ok(())
    }

    #[inline(always)]
    fn try_take(&self) -> Attempt<Taken<'_, T>> {
        let positions = &self.fixed.positions;
        // ORDERING: Relaxed: a guess, which the stamp and then the CAS verify; no data hangs on it.
        let head = self.head.load(Ordering::Relaxed);
        let slot = self.slot(head);
        // A sum, not an `or`: for a marked head it names the next lap, so that nothing is won beside an exclusive popper
        // (I11).
        if slot.stamp.load(Ordering::Acquire) != head.wrapping_add(positions.mark()) {
            return Attempt::Barred { at: head };
        }
        if !self.move_head(head, positions.next(head)) {
            return Attempt::Lost;
        }
        point();
        Attempt::Won(Taken { slot, free: positions.next_lap(head) })
    }

    #[inline(always)]
    fn move_head(&self, from: usize, to: usize) -> bool {
        // ORDERING: Relaxed: decides only who is the one popper of a position. The value was acquired with the stamp
        // (I5), and the slot is given back by the stamp in `Taken::take`.
        let won = self.head.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !won {
            count(Event::Lost);
        }
        won
    }

    #[cold]
    #[inline(never)]
    fn take_slow(&self) -> Result<Taken<'_, T>, Starved> {
        let mut backoff = Backoff::new();
        loop {
            match self.try_take() {
                Attempt::Won(taken) => return Ok(taken),
                Attempt::Lost => backoff.pause(),
                Attempt::Barred { at } => {
                    if let Some(starved) = self.starved_at(at) {
                        return Err(starved);
                    }
                }
            }
        }
    }

    /// Why the slot at the head held nothing; none if the head has moved on since.
    fn starved_at(&self, head: usize) -> Option<Starved> {
        let starved = self.starved(self.fixed.positions.unmarked(head));
        // ORDERING: Relaxed: if the slot was barred because `head` was stale, its stamp carries the claim that moved it.
        (self.head.load(Ordering::Relaxed) == head).then_some(starved)
    }

    /// Why there is nothing at `position`, if head is still there.
    fn starved(&self, position: usize) -> Starved {
        let mark = self.fixed.positions.mark();
        // Acquire for the mark, with `close`. Otherwise a snapshot: who has to be sure puts a full fence before a second
        // attempt; and a marked tail is final whenever it is read (I6).
        match self.tail.load(Ordering::Acquire) ^ position {
            0 => Starved::Empty,
            closed if closed == mark => Starved::Drained,
            _ => Starved::Hole,
        }
    }

    /// Takes up to `max` values in a row with one CAS, to the end of `into`; says how many, 0 only for a `max` of 0.
    ///
    /// Room in `into` is made before anything is claimed: no memory, nothing taken.
    pub(crate) fn pop_many(&self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let positions = &self.fixed.positions;
        let mut backoff = Backoff::new();
        loop {
            point();
            // ORDERING: Relaxed: a guess, as in `try_take`.
            let head = self.head.load(Ordering::Relaxed);
            let len = self.run_of(head, max, positions.mark());
            if len > 0 || max == 0 {
                into.reserve(len);
                if self.move_head(head, positions.advance(head, len)) {
                    point();
                    self.take_run(head, len, into);
                    return Ok(len);
                }
                backoff.pause();
            } else if let Some(starved) = self.starved_at(head) {
                return Err(starved);
            }
        }
    }

    /// Moves `len` claimed values from `position` on into room that `into` has already.
    fn take_run(&self, position: usize, len: usize, into: &mut Vec<T>) {
        let before = into.len();
        let room = &mut into.spare_capacity_mut()[..len];
        self.each_of_run(position, len, |nth, position, slot| {
            let free = self.fixed.positions.next_lap(position);
            // SAFETY: I12: there is room for as many as there are slots.
            let place = unsafe { room.get_unchecked_mut(nth) };
            Taken { slot, free }.take(|value| _ = place.write(value));
        });
        // SAFETY: I12: each slot came once, so there is a value in each of these places.
        unsafe { into.set_len(before + len) };
    }

    /// Marks the tail, after which nothing can be claimed for pushing. True if this call did it.
    pub(crate) fn close(&self) -> bool {
        let mark = self.fixed.positions.mark();
        // ORDERING: AcqRel. Release: who is told Closed or Drained sees what the closer did before. Its place among the
        // claims, each of which fails after it, the RMW has in any case.
        self.tail.fetch_or(mark, Ordering::AcqRel) & mark == 0
    }

    /// Pops and drops until nothing is served. A drop that panics does not stop the rest; the first panic goes on
    /// at the end.
    pub(crate) fn clear(&self) {
        exhaust(|| self.pop_into(&mut None).is_ok());
    }

    /// Claims the value at the head and leaves it there until the answer is called.
    #[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
    pub(super) fn half_pop(&self) -> impl FnOnce() -> T {
        let taken = self.take_slow().expect("a value");
        || {
            let mut place = None;
            taken.take(|value| place = Some(value));
            place.expect("it was taken")
        }
    }

    #[inline(always)]
    fn slot(&self, position: usize) -> &Slot<T> {
        let index = self.fixed.positions.index(position);
        debug_assert!(index < self.capacity());
        // SAFETY: I1: the index of a position is below the capacity, which is the number of slots.
        unsafe { self.fixed.slots.get_unchecked(index) }
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        if !std::mem::needs_drop::<T>() {
            return;
        }
        let positions = self.fixed.positions;
        let end = positions.unmarked(self.tail.load(Ordering::Acquire));
        let mut position = positions.unmarked(self.head.load(Ordering::Acquire));
        exhaust(|| {
            if position == end {
                return false;
            }
            let at = position;
            position = positions.next(at);
            let slot = self.slot(at);
            // A claim that its sender forgot was never filled: there is nothing to drop.
            if slot.stamp.load(Ordering::Acquire) == at | positions.mark() {
                slot.value.with_mut(|value| {
                    // SAFETY: I3: a full stamp means that the value is there; `&mut self` means that nobody else takes it.
                    unsafe { value.cast::<T>().drop_in_place() }
                });
            }
            true
        });
    }
}
