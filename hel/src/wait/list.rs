use std::task::Waker;

use crate::sync::{Event, count};

/// How a waiter holds its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A future or a blocked thread: it says when it leaves, so a wake-up given to it is used or passed on.
    #[default]
    Hard,
    /// What a handle, stream or sink keeps registered between polls. It may never be polled again, so it is woken in
    /// passing and uses up nothing.
    Soft,
}

/// Where an entry stands: an index that is used again, and a ticket that never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) index: u32,
    pub(super) ticket: u64,
}

/// A queue of wakers in a slab: entries are linked by index and used again, so waiting allocates nothing once the slab
/// has grown to the number of waiters at a time.
///
/// The one who takes an entry out frees it. "My ticket is not there" therefore means "I was taken out".
#[derive(Debug, Default)]
pub(super) struct WaitList {
    entries: Vec<Entry>,
    front: Link,
    back: Link,
    free: Link,
    len: usize,
}

/// The index of a neighbour, or the edge.
type Link = Option<u32>;

#[derive(Debug)]
struct Entry {
    /// 0 while the entry is free.
    ticket: u64,
    waker: Option<Waker>,
    kind: Kind,
    prev: Link,
    next: Link,
}

impl WaitList {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a waiter at the back, or at the front if it has been woken for nothing.
    pub(super) fn push(&mut self, ticket: u64, waker: Waker, kind: Kind, at_front: bool) -> Key {
        let (prev, next) = if at_front { (None, self.front) } else { (self.back, None) };
        let entry = Entry { ticket, waker: Some(waker), kind, prev, next };
        let index = match self.free {
            Some(index) => {
                let place = &mut self.entries[index as usize];
                self.free = place.next;
                *place = entry;
                index
            }
            None => {
                let index = u32::try_from(self.entries.len()).expect("fewer than 2^32 waiters");
                self.entries.push(entry);
                index
            }
        };
        self.join(prev, Some(index));
        self.join(Some(index), next);
        self.len += 1;
        Key { index, ticket }
    }

    /// Takes the oldest waiter out.
    pub(super) fn pop(&mut self) -> Option<(Waker, Kind)> {
        let index = self.front?;
        let kind = self.entries[index as usize].kind;
        count(Event::Wake);
        Some((self.take(index), kind))
    }

    /// Takes this very waiter out. `None`: somebody took it out before.
    pub(super) fn remove(&mut self, key: Key) -> Option<Waker> {
        self.waker_mut(key).is_some().then(|| self.take(key.index))
    }

    /// The waker of a waiter that still stands in the queue.
    pub(super) fn waker_mut(&mut self, key: Key) -> Option<&mut Waker> {
        let entry = self.entries.get_mut(key.index as usize)?;
        if entry.ticket == key.ticket { entry.waker.as_mut() } else { None }
    }

    /// Unlinks and frees the entry at `index`, which is in use.
    fn take(&mut self, index: u32) -> Waker {
        let entry = &mut self.entries[index as usize];
        let (prev, next) = (entry.prev, entry.next);
        let waker = entry.waker.take().expect("an entry in use has a waker");
        entry.ticket = 0;
        entry.next = self.free;
        self.free = Some(index);
        self.len -= 1;
        self.join(prev, next);
        waker
    }

    /// Makes two places neighbours, where `None` is the edge of the queue.
    fn join(&mut self, prev: Link, next: Link) {
        match prev {
            Some(index) => self.entries[index as usize].next = next,
            None => self.front = next,
        }
        match next {
            Some(index) => self.entries[index as usize].prev = prev,
            None => self.back = prev,
        }
    }
}
