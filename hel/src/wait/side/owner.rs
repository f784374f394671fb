//! A side on which one owner waits, through `&mut`: it needs no queue and no lock.
//!
//! The step names are those of "One owner" in this module's README.

use std::task::Waker;

use super::super::list::Key;
use super::{FirstPanic, Side, bits};
use crate::sync::atomic::Ordering;
use crate::sync::{Defect, Event, Note, Seat, barrier, count, defect, ticket};

/// Where the owner sits while it waits, and what it keeps there for itself.
#[derive(Debug)]
pub(super) struct Chair {
    /// Two, so that one is free while a notifier is stopped with its hand on the other.
    seats: [Seat<Waker>; 2],
    /// The owner's own notes: the ticket of its last registration, in halves, which waker it left, and whether that stands
    /// for an older registration as well.
    ticket: [Note; 2],
    waker: [Note; 2],
    for_two: Note,
}

impl Chair {
    pub(super) fn new() -> Self {
        Self {
            seats: [Seat::new(), Seat::new()],
            ticket: [Note::default(), Note::default()],
            waker: [Note::default(), Note::default()],
            for_two: Note::default(),
        }
    }

    /// Whether the owner waits. A hint unless a full fence stands before it.
    #[inline]
    pub(super) fn is_taken(&self) -> bool {
        self.seats.iter().any(Seat::is_full)
    }

    /// Takes the waker of the owner, if it waits.
    #[inline]
    fn vacate(&self) -> Option<Waker> {
        self.seats.iter().find_map(Seat::take)
    }

    /// Leaves the owner's waker here. Err: somebody is just taking one out of either seat, so there is no place.
    fn sit(&self, waker: Waker) -> Result<Key, Waker> {
        let [data, table] = identity(&waker);
        let (index, waker) = match self.seats[0].put(waker) {
            Ok(()) => (0, Ok(())),
            Err(waker) => (1, self.seats[1].put(waker)),
        };
        waker?;
        let ticket = ticket();
        self.ticket[0].set(ticket as u32 as usize);
        self.ticket[1].set((ticket >> 32) as usize);
        self.waker[0].set(data);
        self.waker[1].set(table);
        Ok(Key { index, ticket })
    }

    /// The seat of this very registration, unless a later one has come since: it may have been vacated.
    fn seat_of(&self, key: Key) -> Option<&Seat<Waker>> {
        let last = self.ticket[0].get() as u64 | (self.ticket[1].get() as u64) << 32;
        (last == key.ticket).then(|| &self.seats[key.index as usize])
    }

    /// Whether this is the waker that the owner left last.
    fn has_left(&self, waker: &Waker) -> bool {
        identity(waker) == [self.waker[0].get(), self.waker[1].get()]
    }
}

/// What `Waker::will_wake` compares.
fn identity(waker: &Waker) -> [usize; 2] {
    [waker.data().addr(), std::ptr::from_ref(waker.vtable()).addr()]
}

impl Side {
    /// N2 to N4, once the gate was seen not to be 0. Returns the gate, read after a full fence.
    #[inline(never)]
    pub(super) fn notify_owner(&self) -> u32 {
        // ORDERING: Relaxed, as in `notify`. CLOSED alone is as quiet as 0.
        let gate = self.front.gate.load(Ordering::Relaxed);
        if gate == bits::CLOSED {
            barrier::point();
            return gate;
        }
        if self.back.armed.chair.is_taken() && self.call_owner() {
            barrier::after_rmw();
        } else {
            // ORDERING: N3. Pairs with the fence or the barrier in `sit`: either the owner is seen to wait, or its look sees
            // what was published before this fence.
            barrier::full();
            count(Event::Fence);
            if self.back.armed.chair.is_taken() {
                self.call_owner();
            } else if gate & bits::ARMED != 0 {
                self.pay();
            }
        }
        // ORDERING: Relaxed, after a full fence on either way: who closed before it is seen.
        self.front.gate.load(Ordering::Relaxed)
    }

    /// Wakes the owner if it waits. Never blocks.
    #[inline(never)]
    pub(super) fn call_owner(&self) -> bool {
        let Some(waker) = self.back.armed.chair.vacate() else { return false };
        self.back.armed.paid.store(0, Ordering::Relaxed); // ORDERING: Relaxed, as in `pay`.
        count(Event::Wake);
        let mut panics = FirstPanic::default();
        if self.back.policy.worth_clearing() {
            self.end_era(&mut panics);
        }
        panics.run(|| waker.wake());
        panics.resume();
        true
    }

    /// Ends the era. An owner that sat down before that, and relies on the gate as it was, has to look again.
    pub(super) fn end_era(&self, panics: &mut FirstPanic) {
        // ORDERING: AcqRel: an owner whose `fetch_or` comes before is seen in its seat below; one whose comes after opens
        // an era of its own.
        self.front.gate.fetch_and(!(bits::ARMED | bits::FENCED), Ordering::AcqRel);
        count(Event::Clear);
        if defect(Defect::EraEndsUnseen) {
            return;
        }
        if let Some(waker) = self.back.armed.chair.vacate() {
            panics.run(|| waker.wake());
        }
    }

    /// R1 to R3: leaves the owner's waker and makes every publish either visible to its next look or a wake-up.
    ///
    /// An older registration is dead, its future forgotten, or that of a handle between its polls. The task that has it is
    /// woken, unless it is the one that registers now: then one waker stands for both.
    pub(super) fn sit(&self, waker: Waker, done: usize) -> (Option<Key>, FirstPanic) {
        let mut panics = FirstPanic::default();
        let chair = &self.back.armed.chair;
        let older = chair.vacate();
        let for_two = older.as_ref().is_some_and(|older| older.will_wake(&waker));
        chair.for_two.set(usize::from(for_two));
        let key = match chair.sit(waker) {
            Ok(key) => Some(key),
            // No seat: so it is at once as if it had been woken there.
            Err(waker) => {
                panics.run(|| waker.wake());
                None
            }
        };
        self.back.policy.waits_after(done);
        // ORDERING: AcqRel. Acquire: who reads CLOSED sees what came before. Release: who ends the era sees us seated.
        let old = self.front.gate.fetch_or(bits::ARMED, Ordering::AcqRel);
        if old & bits::FENCED == 0 {
            barrier::heavy();
            self.fence_era();
        } else if !defect(Defect::NoFenceInRegister) {
            // ORDERING: pairs with N3 in `notify_owner`.
            barrier::after_rmw();
        }
        if let Some(waker) = older {
            panics.run(|| if for_two { drop(waker) } else { waker.wake() });
        }
        (key, panics)
    }

    /// A heavy barrier has returned: says so, if the era in which it began is not over.
    ///
    /// Only the owner opens eras, so an armed gate is still that of its own era.
    fn fence_era(&self) {
        if defect(Defect::FencedWithoutEra) {
            self.front.gate.fetch_or(bits::FENCED, Ordering::AcqRel);
            return;
        }
        let mut gate = self.gate();
        while gate & bits::ARMED != 0 {
            // ORDERING: AcqRel. Release: who trusts this bit sees our barrier as returned (W3).
            let fenced =
                self.front.gate.compare_exchange_weak(gate, gate | bits::FENCED, Ordering::AcqRel, Ordering::Relaxed);
            match fenced {
                Ok(_) => return,
                Err(now) => gate = now,
            }
        }
    }

    /// Whether this registration still stands, with this waker. False: register anew, and look.
    pub(super) fn still_sits(&self, key: Key, waker: &Waker) -> bool {
        let Some(seat) = self.back.armed.chair.seat_of(key) else { return false };
        if self.back.armed.chair.has_left(waker) {
            return seat.is_full();
        }
        // The task has moved, and its old waker is of no use.
        FirstPanic::guard(|| drop(seat.take()));
        false
    }

    /// Takes the waker back, if nobody has and it stands for nobody else. False: the owner was woken before, and whoever
    /// did that is seen. Ends in a full fence otherwise, for a last look.
    pub(super) fn stand_up(&self, key: Key) -> bool {
        let chair = &self.back.armed.chair;
        let Some(seat) = chair.seat_of(key) else { return false };
        if chair.for_two.get() == 1 && seat.is_full() {
            barrier::full();
            return true;
        }
        let Some(waker) = seat.take() else { return false };
        barrier::after_rmw();
        if self.back.policy.worth_clearing() {
            // ORDERING: AcqRel, as in `end_era`: the owner is this thread, and sits nowhere.
            self.front.gate.fetch_and(!(bits::ARMED | bits::FENCED), Ordering::AcqRel);
            count(Event::Clear);
        }
        let mut panics = FirstPanic::default();
        panics.run(|| drop(waker));
        panics.resume();
        true
    }
}
