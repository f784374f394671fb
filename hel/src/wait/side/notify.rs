//! What those who publish do: N1 to N5 of the protocol.

use super::{Side, bits};
use crate::sync::atomic::Ordering;
use crate::sync::{Defect, Event, barrier, count, defect};
use crate::wait::FirstPanic;

impl Side {
    /// Tells up to `count` waiters that something was published. Returns what the gate said, 0 on the fast path.
    ///
    /// Call it after the last publish of a run, and before any park, return or unwinding.
    #[inline(always)]
    pub(crate) fn notify(&self, count: usize) -> u32 {
        if self.is_quiet(|| self.any_gate()) { 0 } else { self.notify_armed(count) }
    }

    /// As [`notify`](Self::notify), for the one owner of an exclusive side. There is no other queue to tell.
    #[inline(always)]
    pub(crate) fn notify_sole(&self) -> u32 {
        debug_assert!(self.front.exclusive && self.front.any.is_none());
        if self.is_quiet(|| 0) { 0 } else { self.notify_owner() }
    }

    /// Whether nobody waits, here or at `any` gate, for what was just published.
    #[inline(always)]
    fn is_quiet(&self, any_gate: impl FnOnce() -> u32) -> bool {
        barrier::light(); // N1
        // ORDERING: Relaxed. Either this load sees the gate armed, or a heavy barrier of the waiter that arms it comes
        // after the publish (README, proof step 1).
        let quiet = self.front.gate.load(Ordering::Relaxed) | any_gate() == 0;
        if quiet {
            barrier::point();
        }
        quiet
    }

    /// The gate of those who wait for any shard, 0 if this is no shard.
    #[inline(always)]
    fn any_gate(&self) -> u32 {
        // ORDERING: Relaxed, as in `notify`.
        self.front.any.as_ref().map_or(0, |any| any.front.gate.load(Ordering::Relaxed))
    }

    #[inline(never)]
    fn notify_armed(&self, tokens: usize) -> u32 {
        if self.front.exclusive {
            return self.notify_owner();
        }
        // ORDERING: Relaxed, as in `notify`. CLOSED alone is as quiet as 0.
        let gate = self.front.gate.load(Ordering::Relaxed);
        if gate == bits::CLOSED && self.any_gate() == 0 {
            barrier::point();
            return gate;
        }
        if let Some(any) = &self.front.any {
            return self.notify_both(any, tokens);
        }
        // ORDERING: Relaxed, only for the defect below.
        let stale = if defect(Defect::WaitingOnFirstLoad) { self.front.gate.load(Ordering::Relaxed) } else { u32::MAX };
        // ORDERING: N3. Pairs with the barrier in `register`: either the load in `tell` sees WAITING, or the waiter's
        // look sees what was published before this fence.
        barrier::full();
        count(Event::Fence);
        self.tell(tokens, stale)
    }

    /// Each of the two queues gets the wake-ups: neither can starve beside the other, and what finds nothing to take goes
    /// back to sleep.
    #[inline(never)]
    fn notify_both(&self, any: &Side, tokens: usize) -> u32 {
        // ORDERING: N3, as in `notify_armed`.
        barrier::full();
        count(Event::Fence);
        let mut panics = FirstPanic::default();
        if !(defect(Defect::ShardBeforeAny) && self.is_waiting()) {
            panics.run(|| _ = any.tell(tokens, u32::MAX));
        }
        let gate = self.tell(tokens, u32::MAX);
        panics.resume();
        gate
    }

    /// N4 and N5, after the notifier's fence.
    #[inline(always)]
    fn tell(&self, count: usize, mask: u32) -> u32 {
        // ORDERING: Relaxed, after the fence in `notify_armed`.
        let gate = self.front.gate.load(Ordering::Relaxed);
        if gate & mask & bits::WAITING != 0 {
            self.hand_on(count);
        } else if gate & bits::ARMED != 0 {
            self.pay();
        }
        gate
    }
}
