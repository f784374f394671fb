mod closing;
mod notify;
mod owner;
#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod stopped;

use std::task::Waker;

use crossbeam_utils::CachePadded;

use self::owner::Chair;
use super::FirstPanic;
use super::list::{Key, Kind, WaitList};
use super::policy::Policy;
use super::spin::Spin;
use super::wakers::Wakers;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Arc, Defect, Event, Mutex, MutexGuard, barrier, count, defect, ticket};

/// What a gate says. 0: nobody waits, and nobody has to fence.
pub(crate) mod bits {
    /// An era is open: notifiers fence.
    pub(crate) const ARMED: u32 = 1;
    /// A heavy barrier that began in this era has returned.
    pub(crate) const FENCED: u32 = 1 << 1;
    /// The queue is not empty.
    pub(crate) const WAITING: u32 = 1 << 2;
    /// The channel is closed, for ever.
    pub(crate) const CLOSED: u32 = 1 << 3;
    /// The last receiver has gone: who publishes still, drops what is in the ring.
    pub(crate) const GONE: u32 = 1 << 4;
}

/// One direction of a channel: those who wait here, and the gate that tells the others about them.
///
/// The step names (N1, R2, S3 and so on) are those of the protocol in this module's README.
#[derive(Debug)]
pub struct Side {
    front: CachePadded<Front>,
    back: CachePadded<Back>,
}

/// What every operation of the other end reads: written rarely.
#[derive(Debug)]
struct Front {
    gate: AtomicU32,
    /// One owner waits here, through `&mut`: in the chair, not in the queue.
    exclusive: bool,
    /// Where those wait who take from any shard of a sharded channel. They are told of every publish as well.
    any: Option<Arc<Side>>,
}

/// What only those who wait, or who find a waiter, ever touch.
#[derive(Debug)]
struct Back {
    queue: Mutex<Queue>,
    /// Wake-ups that a notifier owes and could not deal out, since the queue was locked.
    owed: AtomicU32,
    spin: Spin,
    policy: Policy,
    /// The gate is armed for good: there was no heavy barrier when it was made, and nobody has cleared it since.
    born_armed: bool,
    armed: CachePadded<Armed>,
}

/// What a notifier touches at every operation while the gate is armed: on a line of its own.
#[derive(Debug)]
struct Armed {
    /// Fences run by notifiers with nobody waiting, since somebody last did.
    paid: AtomicU32,
    chair: Chair,
}

#[derive(Debug, Default)]
struct Queue {
    waiters: WaitList,
    /// Those who wait for the close alone. They have no part in the gate.
    watchers: WaitList,
    /// Counts the times that the gate went back to 0.
    era: u32,
}

impl Queue {
    /// Takes waiters out for `tokens` wake-ups, as many as there is room for; returns the wake-ups left over.
    fn pop(&mut self, mut tokens: u32, wakers: &mut Wakers) -> u32 {
        while tokens > 0 && !wakers.is_full() {
            let Some((waker, kind)) = self.waiters.pop() else { return 0 };
            wakers.push(waker);
            if kind == Kind::Hard {
                tokens -= 1;
            }
        }
        tokens
    }
}

impl Side {
    /// A side of a channel whose ends are shared.
    pub(crate) fn shared() -> Self {
        Self::new(false, None)
    }

    /// A side of one shard, whose notifiers tell those who wait at `any` shard as well.
    pub(crate) fn of_shard(any: Arc<Side>) -> Self {
        Self::new(false, Some(any))
    }

    /// A side on which one owner waits, through `&mut`.
    pub(crate) fn exclusive() -> Self {
        Self::new(true, None)
    }

    fn new(exclusive: bool, any: Option<Arc<Side>>) -> Self {
        let born_armed = !barrier::asymmetric();
        let gate = if born_armed { bits::ARMED | bits::FENCED } else { 0 };
        Self {
            front: CachePadded::new(Front { gate: AtomicU32::new(gate), exclusive, any }),
            back: CachePadded::new(Back {
                queue: Mutex::default(),
                owed: AtomicU32::new(0),
                spin: Spin::new(),
                policy: Policy::default(),
                born_armed,
                armed: CachePadded::new(Armed { paid: AtomicU32::new(0), chair: Chair::new() }),
            }),
        }
    }

    /// The gate as it stands, for CLOSED above all: what the closer did before is seen.
    #[inline]
    pub(crate) fn gate(&self) -> u32 {
        self.front.gate.load(Ordering::Acquire)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.gate() & bits::CLOSED != 0
    }

    /// A heavy barrier for those who notify this side: either what they published is visible from here on, or they see
    /// what was said of the gate before.
    ///
    /// A channel made after the kernel's refusal needs a fence for that and no more, since each notifier runs its own. Whoever
    /// has a handle of it knows of the refusal from who made it, and clears nothing.
    pub(crate) fn heavy(&self) {
        if self.back.born_armed {
            barrier::full();
        } else {
            barrier::heavy();
        }
    }

    pub(super) fn spin(&self) -> &Spin {
        &self.back.spin
    }

    /// Whether anybody waits here. A hint unless a full fence stands before it.
    #[inline]
    pub(crate) fn is_waiting(&self) -> bool {
        if self.front.exclusive {
            return self.back.armed.chair.is_taken();
        }
        // ORDERING: Relaxed. The fence in `settle`, which ends every wait, stands before the loads that count.
        self.front.gate.load(Ordering::Relaxed) & bits::WAITING != 0
    }

    /// The one who pays: a notifier that has fenced for nobody, as often as one heavy barrier costs, clears the gate.
    #[inline(always)]
    fn pay(&self) {
        // ORDERING: Relaxed, and not a read-modify-write: a count that only has to be about right.
        let paid = self.back.armed.paid.load(Ordering::Relaxed) + 1;
        self.back.armed.paid.store(paid, Ordering::Relaxed); // ORDERING: as above.
        if paid >= barrier::fences_per_heavy() {
            self.paid_off();
        }
    }

    #[cold]
    fn paid_off(&self) {
        // ORDERING: Relaxed, as in `pay`.
        self.back.armed.paid.store(0, Ordering::Relaxed);
        if !barrier::asymmetric() {
            return;
        }
        if self.front.exclusive {
            if !self.back.armed.chair.is_taken() {
                let mut panics = FirstPanic::default();
                self.end_era(&mut panics);
                panics.resume();
            }
        } else if let Some(mut queue) = self.back.queue.try_lock() {
            if queue.waiters.is_empty() {
                self.clear(&mut queue);
            }
            self.unlock(queue);
        }
    }

    /// Gives `count` wake-ups to those who wait. Never blocks: what a locked queue keeps it from is owed, and settled
    /// by the one who holds the lock.
    #[cold]
    pub(crate) fn hand_on(&self, count: usize) {
        if self.front.exclusive {
            self.call_owner();
            return;
        }
        let tokens = u32::try_from(count).unwrap_or(u32::MAX);
        // ORDERING: Relaxed, as in `pay`: the fences run since the last waiter were not for nobody.
        self.back.armed.paid.store(0, Ordering::Relaxed);
        let Some(mut queue) = self.back.queue.try_lock() else {
            self.owe(tokens);
            return self.settle();
        };
        let Some((first, kind)) = queue.waiters.pop() else { return self.unlock(queue) };
        let left = if kind == Kind::Hard { tokens - 1 } else { tokens };
        if left > 0 && !queue.waiters.is_empty() {
            let mut wakers = Wakers::default();
            wakers.push(first);
            self.deal(queue, left, &mut wakers);
            return self.settle_all(wakers);
        }
        if queue.waiters.is_empty() {
            self.emptied(&mut queue);
        }
        self.unlock_and_wake(queue, first);
    }

    fn owe(&self, tokens: u32) {
        // ORDERING: AcqRel. The one who swaps it out deals for us, and has to see what we published.
        let mut owed = self.back.owed.load(Ordering::Relaxed);
        // A sum that stays below the limit: more wake-ups than 2^32 waiters are never needed.
        while let Err(now) =
            self.back.owed.compare_exchange_weak(owed, owed.saturating_add(tokens), Ordering::AcqRel, Ordering::Relaxed)
        {
            owed = now;
        }
    }

    /// S3 to S5: takes waiters out under the lock and lets go of it.
    fn deal(&self, mut queue: MutexGuard<'_, Queue>, tokens: u32, wakers: &mut Wakers) {
        let left = queue.pop(tokens, wakers);
        if left > 0 {
            self.owe(left);
        }
        if queue.waiters.is_empty() {
            self.emptied(&mut queue);
        }
    }

    /// Every release of the lock ends here or in [`settle_all`](Self::settle_all): what others came to owe meanwhile is
    /// dealt out.
    fn unlock(&self, queue: MutexGuard<'_, Queue>) {
        drop(queue);
        if defect(Defect::DebtsWithoutSettle) {
            return barrier::full();
        }
        self.settle();
    }

    /// As [`unlock`](Self::unlock), and drops a waker that is not needed any more: user code, too.
    fn unlock_and_drop(&self, queue: MutexGuard<'_, Queue>, waker: Option<Waker>) {
        let mut panics = FirstPanic::default();
        panics.run(|| self.unlock(queue));
        panics.run(|| drop(waker));
        panics.resume();
    }

    /// As [`unlock`](Self::unlock), and wakes one that was taken out.
    fn unlock_and_wake(&self, queue: MutexGuard<'_, Queue>, waker: Waker) {
        drop(queue);
        if self.in_debt() {
            let mut wakers = Wakers::default();
            wakers.push(waker);
            self.settle_all(wakers);
        } else {
            FirstPanic::guard(|| waker.wake());
        }
    }

    /// S1. After an unlock its fence pairs with that of one who owes and then fails to lock: either we see the debt, or
    /// that one gets the lock. It is the fence of R2 and of a leaver's last look as well.
    fn in_debt(&self) -> bool {
        barrier::full();
        // ORDERING: Relaxed, after the fence above.
        self.back.owed.load(Ordering::Relaxed) != 0
    }

    /// S1 to S5. Never waits: whoever holds the lock settles after releasing it.
    fn settle(&self) {
        if self.in_debt() {
            self.settle_all(Wakers::default());
        }
    }

    #[cold]
    fn settle_all(&self, mut wakers: Wakers) {
        let mut panics = FirstPanic::default();
        self.settle_with(&mut wakers, &mut panics);
        panics.resume();
    }

    fn settle_with(&self, wakers: &mut Wakers, panics: &mut FirstPanic) {
        while self.in_debt() {
            let Some(queue) = self.back.queue.try_lock() else { break }; // S2
            // ORDERING: AcqRel, with `owe`.
            let tokens = self.back.owed.swap(0, Ordering::AcqRel);
            self.deal(queue, tokens, wakers);
            if wakers.is_full() {
                wakers.wake_all(panics);
            }
        }
        wakers.wake_all(panics);
    }

    /// The queue has just become empty, or stays empty, under the lock.
    fn emptied(&self, queue: &mut Queue) {
        if self.back.policy.worth_clearing() {
            self.clear(queue);
        } else {
            // ORDERING: AcqRel: a read-modify-write in the chain of those that say who waits.
            self.front.gate.fetch_and(!bits::WAITING, Ordering::AcqRel);
        }
    }

    /// Ends the era: notifiers need no fence from here on, and the next waiter runs a heavy barrier.
    fn clear(&self, queue: &mut Queue) {
        // ORDERING: AcqRel, under the lock with the queue empty (W2). Never a store: CLOSED stays.
        self.front.gate.fetch_and(!(bits::WAITING | bits::ARMED | bits::FENCED), Ordering::AcqRel);
        queue.era = queue.era.wrapping_add(1);
        count(Event::Clear);
    }

    /// R1 and R2: puts a waiter in the queue and makes every publish either visible to its next look or a wake-up.
    ///
    /// A panic of somebody else's waker comes back beside the key, which has to be kept first. `done` counts the operations
    /// of this side, for the policy.
    #[inline]
    pub(super) fn register(&self, waker: Waker, kind: Kind, at_front: bool, done: usize) -> (Option<Key>, FirstPanic) {
        count(Event::Register);
        if self.front.exclusive { self.sit(waker, done) } else { self.queue_up(waker, kind, at_front, done) }
    }

    #[cold]
    fn queue_up(&self, waker: Waker, kind: Kind, at_front: bool, done: usize) -> (Option<Key>, FirstPanic) {
        let mut panics = FirstPanic::default();
        let mut queue = self.back.queue.lock();
        let key = Some(queue.waiters.push(ticket(), waker, kind, at_front));
        self.back.policy.waits_after(done);
        let era = queue.era;
        let arm = bits::ARMED | bits::WAITING | if defect(Defect::FencedByFetchOr) { bits::FENCED } else { 0 };
        // ORDERING: AcqRel. Acquire: who reads FENCED sees that barrier as returned, who reads CLOSED what came before.
        let old = self.front.gate.fetch_or(arm, Ordering::AcqRel);
        if defect(Defect::NoFenceInRegister) {
            return (key, panics);
        }
        // R2, where it is no more than a fence, is the one in `settle`: it pairs with N3 in `notify_armed`.
        panics.run(|| self.unlock(queue));
        if old & bits::FENCED == 0 {
            barrier::heavy();
            let queue = self.back.queue.lock();
            if queue.era == era || defect(Defect::FencedWithoutEra) {
                // ORDERING: AcqRel. Release: who trusts this bit sees our barrier as returned (W3).
                self.front.gate.fetch_or(bits::FENCED, Ordering::AcqRel);
            }
            panics.run(|| self.unlock(queue));
        }
        (key, panics)
    }

    /// Gives a waiter that still stands in the queue its current waker. False: it has been taken out.
    #[inline]
    pub(super) fn refresh(&self, key: Key, waker: &Waker) -> bool {
        if self.front.exclusive { self.still_sits(key, waker) } else { self.still_queues(key, waker) }
    }

    #[cold]
    fn still_queues(&self, key: Key, waker: &Waker) -> bool {
        let mut queue = self.back.queue.lock();
        let spare = match queue.waiters.waker_mut(key) {
            None => {
                self.unlock(queue);
                return false;
            }
            Some(held) if held.will_wake(waker) => None,
            Some(_) => {
                // Cloning is user code: outside the lock, then look again.
                self.unlock(queue);
                let clone = waker.clone();
                queue = self.back.queue.lock();
                match queue.waiters.waker_mut(key) {
                    None => {
                        self.unlock_and_drop(queue, Some(clone));
                        return false;
                    }
                    Some(held) => Some(std::mem::replace(held, clone)),
                }
            }
        };
        self.unlock_and_drop(queue, spare);
        true
    }

    /// L1: takes a waiter out, if it still stands there. False: it was woken before.
    ///
    /// Ends in a full fence, or after an Acquire of what the one did who woke it: for the last look that comes after it.
    pub(super) fn leave(&self, key: Key) -> bool {
        if self.front.exclusive {
            return self.stand_up(key);
        }
        // ORDERING: Relaxed. We have set WAITING ourselves, so if it is gone here, somebody cleared it since, under the
        // lock and with the queue empty (W1): our entry was taken out.
        if self.front.gate.load(Ordering::Relaxed) & bits::WAITING == 0 {
            barrier::full();
            return false;
        }
        let mut queue = self.back.queue.lock();
        let waker = queue.waiters.remove(key);
        let stood = waker.is_some();
        if stood && queue.waiters.is_empty() {
            self.emptied(&mut queue);
        }
        self.unlock_and_drop(queue, waker);
        stood
    }
}
