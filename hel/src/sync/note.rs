//! Numbers that take no part in any protocol.
#![allow(clippy::disallowed_types)]

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// A number that one thread at a time keeps for itself, or advice of which a race may lose some: no order hangs on it.
///
/// The checkers do not see it, so it adds nothing to their search.
#[derive(Debug, Default)]
pub(crate) struct Note(AtomicUsize);

impl Note {
    #[inline]
    pub(crate) fn get(&self) -> usize {
        // ORDERING: Relaxed, as the type says.
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn set(&self, number: usize) {
        // ORDERING: Relaxed, as the type says.
        self.0.store(number, Ordering::Relaxed);
    }
}

/// A number that no other call in this process gives, and never 0.
///
/// Each thread takes a block of them at a time, so threads hardly ever meet here.
pub(crate) fn ticket() -> u64 {
    const BLOCK: u64 = 1 << 16;
    static NEXT_BLOCK: Mutex<u64> = Mutex::new(BLOCK);
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    let take_block = || {
        let mut next = NEXT_BLOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let first = *next;
        *next += BLOCK;
        first
    };
    NEXT.with(|next| {
        let ticket = match next.get() {
            used_up if used_up % BLOCK == 0 => take_block(),
            ticket => ticket,
        };
        next.set(ticket + 1);
        ticket
    })
}

#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::ticket;

    #[test]
    fn no_ticket_is_given_twice() {
        let threads: Vec<_> =
            (0..3).map(|_| thread::spawn(|| (0..200_000).map(|_| ticket()).collect::<Vec<_>>())).collect();
        let tickets: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(tickets.iter().collect::<HashSet<_>>().len(), tickets.len());
        assert!(!tickets.contains(&0));
    }
}
