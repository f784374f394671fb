use std::task::Waker;

use super::FirstPanic;

/// Wakers taken out of the queue, to be called once the lock is released.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    list: [Option<Waker>; Wakers::ROOM],
    len: usize,
}

impl Wakers {
    /// How many are woken per turn of the lock. Small, so that it lives on the stack.
    pub(super) const ROOM: usize = 16;

    pub(super) fn is_full(&self) -> bool {
        self.len == Self::ROOM
    }

    /// Adds one. The caller has checked that there is room.
    pub(super) fn push(&mut self, waker: Waker) {
        debug_assert!(self.list[self.len].is_none());
        self.list[self.len] = Some(waker);
        self.len += 1;
    }

    /// Wakes all of them, also when one panics.
    pub(super) fn wake_all(&mut self, panics: &mut FirstPanic) {
        for waker in self.list[..self.len].iter_mut().filter_map(Option::take) {
            panics.run(|| waker.wake());
        }
        self.len = 0;
    }
}
