use std::time::{Duration, Instant};

use super::spin::{HOGGED, SWITCH};
use crate::sync::{Event, IN_MODEL, Note, count, yield_now};

/// How many full shards a sender passes over before it lets other threads run. (Dead ones count as well.)
///
/// One that always finds room somewhere never waits, so the receivers of the full shards may never get its processor,
/// while it goes in step with the one receiver that has another. It belongs to a handle, and is advice.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Note,
    whole: Note,
}

/// At first, and after somebody ran meanwhile.
const SHORTEST: usize = 512;
/// At most where nobody wanted to run: each question doubles it. So long a sender streams for some tenths of a
/// millisecond, which is little to those whom a yield brings here.
const UNASKED: usize = 1 << 13;
/// At most where somebody ran for over a millisecond: each of those doubles it. So long it streams for about as long as
/// that one did.
const LONGEST: usize = 1 << 16;

impl Patience {
    pub(crate) fn new() -> Self {
        let patience = Self { left: Note::default(), whole: Note::default() };
        patience.begin(SHORTEST);
        patience
    }

    fn begin(&self, whole: usize) {
        self.whole.set(whole);
        self.left.set(whole);
    }

    /// Notes that so many `full` shards were passed over.
    #[inline]
    pub(crate) fn passed(&self, full: usize) {
        self.left.set(self.left.get().saturating_sub(full));
    }

    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.left.get() == 0
    }

    /// Lets others run if it is time to. In a model that would only be one more place to switch.
    #[inline]
    pub(crate) fn rest_if_over(&self) {
        if self.is_over() && !IN_MODEL {
            self.rest();
        }
    }

    /// Lets others run, and learns from it.
    #[cold]
    #[inline(never)]
    fn rest(&self) {
        count(Event::Yield);
        let before = Instant::now();
        yield_now();
        self.rested(before.elapsed());
    }

    fn rested(&self, took: Duration) {
        let whole = self.whole.get();
        self.begin(if took <= SWITCH {
            (whole * 2).min(UNASKED.max(whole))
        } else if took <= HOGGED {
            SHORTEST
        } else {
            (whole * 2).min(LONGEST)
        });
    }
}

#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn is_over_after_so_many_full_shards() {
        let patience = Patience::new();
        patience.passed(SHORTEST - 1);
        assert!(!patience.is_over());
        patience.rest_if_over();
        patience.passed(3);
        assert!(patience.is_over(), "it did not rest too early");
        patience.rest_if_over();
        assert!(!patience.is_over(), "it begins anew");
    }

    #[test]
    fn learns_who_ran_meanwhile() {
        let patience = Patience::new();
        let (nobody, receivers, hog) = (Duration::from_nanos(500), Duration::from_micros(20), Duration::from_millis(3));
        let after = |took: &[Duration]| {
            took.iter().for_each(|&took| patience.rested(took));
            patience.left.get()
        };
        assert_eq!(after(&[nobody; 2]), 4 * SHORTEST);
        assert_eq!(after(&[nobody; 20]), UNASKED);
        assert_eq!(after(&[receivers]), SHORTEST);
        assert_eq!(after(&[hog; 2]), 4 * SHORTEST);
        assert_eq!(after(&[hog; 20]), LONGEST);
        assert_eq!(after(&[nobody]), LONGEST, "nobody there is no reason to ask sooner");
    }
}
