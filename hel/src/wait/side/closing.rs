//! The end of a channel, and those who wait for it alone.

use std::task::Waker;

use super::super::list::{Key, Kind};
use super::super::wakers::Wakers;
use super::{FirstPanic, Side, bits};
use crate::sync::atomic::Ordering;
use crate::sync::{Defect, barrier, defect, ticket};

impl Side {
    /// C2 and C3: sets CLOSED and the bits given, takes everybody out and wakes them. Returns what the gate was.
    pub(crate) fn close(&self, more: u32, panics: &mut FirstPanic) -> u32 {
        // ORDERING: AcqRel, before the lock: one who registers later reads CLOSED there (W6).
        let old = self.front.gate.fetch_or(bits::CLOSED | more, Ordering::AcqRel);
        let mut queue = self.back.queue.lock();
        let waiters = std::mem::take(&mut queue.waiters);
        let watchers = std::mem::take(&mut queue.watchers);
        if barrier::asymmetric() {
            // Those who drain the channel need not fence for those who have just been woken.
            self.clear(&mut queue);
        } else {
            // ORDERING: AcqRel, as in `emptied`.
            self.front.gate.fetch_and(!bits::WAITING, Ordering::AcqRel);
        }
        drop(queue);
        if self.front.exclusive {
            // The gate was cleared before: an owner that sat down in time is seen here, one that comes later sees CLOSED.
            panics.run(|| _ = self.call_owner());
        }
        self.settle_with(&mut Wakers::default(), panics);
        for mut list in [waiters, watchers] {
            while let Some((waker, _)) = list.pop() {
                panics.run(|| waker.wake());
            }
        }
        if let Some(any) = self.front.any.as_ref().filter(|_| !defect(Defect::CloseWithoutAny)) {
            // One shard fewer: those who wait for any of them have to look again.
            panics.run(|| _ = any.notify(usize::MAX));
        }
        old
    }

    /// Waits for the close: true once it has come, else the waker is kept until then.
    pub(in crate::wait) fn watch(&self, key: &mut Option<Key>, waker: &Waker) -> bool {
        if self.is_closed() {
            return true;
        }
        let clone = waker.clone();
        let mut queue = self.back.queue.lock();
        // Under the lock: a closer sets CLOSED before it takes the lock, so it either empties our list or is seen here.
        let closed = self.is_closed();
        let spare = match key.and_then(|key| queue.watchers.waker_mut(key)) {
            _ if closed => Some(clone),
            Some(held) => Some(std::mem::replace(held, clone)),
            None => {
                *key = Some(queue.watchers.push(ticket(), clone, Kind::Hard, false));
                None
            }
        };
        self.unlock_and_drop(queue, spare);
        closed
    }

    /// Takes a watcher out.
    pub(in crate::wait) fn unwatch(&self, key: Key) {
        let mut queue = self.back.queue.lock();
        let waker = queue.watchers.remove(key);
        self.unlock_and_drop(queue, waker);
    }
}
