//! What arrived, to be compared with what was sent.

use std::collections::HashMap;

use hdrhistogram::Histogram;

use crate::payload::Payload;
use crate::plan::Audited;

/// The producer stands in the bits from here up of a value's number, its place in that producer's sequence below.
pub(crate) const PRODUCER_BITS: u32 = 40;

/// What one worker, or all of them, received.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// How many messages these are, as far as that is counted: of round trips, of channels opened, and of what is expected.
    pub(crate) count: u64,
    /// Of all values that were sent or received: their [`share`], added up.
    pub(crate) digest: u64,
    /// Memory of each channel, where that was asked for.
    pub(crate) bytes: u64,
    /// Round trips in nanoseconds, where they were timed.
    pub(crate) latencies: Option<Histogram<u64>>,
}

/// What a value adds to a digest: its number, and above it a one.
///
/// One word that tells which values there were and, modulo 65,536, how many. Two would be added up side by side, as one
/// vector. In a task they lie in memory, where each such addition waits for the one before to be written and read again. That
/// is longer than a fast channel takes, and all such channels would look alike.
#[inline(always)]
fn share(number: u64) -> u64 {
    // Not a sum, of which the compiler would make a second addition that waits.
    number | ONE
}

/// Above the numbers of 256 producers.
const ONE: u64 = 1 << (PRODUCER_BITS + 8);

impl Tally {
    /// Of `count` values from each of `producers`.
    pub(crate) fn expected(producers: u64, count: u64) -> Self {
        assert!(producers <= ONE >> PRODUCER_BITS, "their numbers reach into the count");
        let mut all = Self { count: producers * count, ..Self::default() };
        for producer in 0..producers {
            let first = producer << PRODUCER_BITS;
            let places = count * count.saturating_sub(1) / 2;
            let sum = first.wrapping_mul(count).wrapping_add(places);
            all.digest = all.digest.wrapping_add(sum).wrapping_add(ONE.wrapping_mul(count));
        }
        all
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, value: &impl Payload) {
        self.digest = self.digest.wrapping_add(share(value.number()));
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.count += other.count;
        self.digest = self.digest.wrapping_add(other.digest);
        self.bytes += other.bytes;
        self.latencies = self.latencies.or(other.latencies);
        self
    }

    /// Whether the same values arrived, as far as their digest can tell.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

/// Looks at every value that one consumer receives.
#[derive(Debug)]
pub(crate) struct Audit {
    in_order: bool,
    latest: HashMap<u64, u64>,
}

impl Audit {
    /// None, if nothing is to be looked at.
    pub(crate) fn new(audited: Audited) -> Option<Self> {
        let audit = Self { in_order: audited == Audited::InOrder, latest: HashMap::new() };
        (audited != Audited::No).then_some(audit)
    }

    /// # Panics
    /// If the value is torn, or came after a later one of the same producer.
    pub(crate) fn see(&mut self, value: &impl Payload) {
        assert!(value.is_whole(), "a value arrived torn");
        if !self.in_order {
            return;
        }
        let (producer, place) = (value.number() >> PRODUCER_BITS, value.number() & ((1 << PRODUCER_BITS) - 1));
        if let Some(latest) = self.latest.insert(producer, place) {
            assert!(latest < place, "producer {producer}: {place} came after {latest}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_the_digest_of_what_is_sent() {
        let mut tally = Tally::default();
        for producer in 0..3_u64 {
            (0..5).for_each(|place| tally.add(&((producer << PRODUCER_BITS) + place)));
        }
        assert!(tally.agrees(&Tally::expected(3, 5)));
        assert!(!tally.agrees(&Tally::expected(3, 4)));
        assert_eq!(Tally::expected(3, 5).count, 15);
    }

    /// One too few, one too many, one twice in place of another: also where what is wrong with the numbers, or with how many
    /// there are, adds up to nothing.
    #[test]
    fn a_digest_sees_what_is_lost_doubled_or_torn() {
        let digest = |numbers: &[u64]| numbers.iter().fold(0_u64, |all, &number| all.wrapping_add(share(number)));
        let whole = digest(&[0, 1, 2, 3, 4]);
        for wrong in [&[1, 2, 3, 4][..], &[0, 0, 1, 2, 3, 4], &[0, 1, 1, 3, 4], &[1, 2, 3, 4, 0, 0, 0], &[10], &[]] {
            assert_ne!(digest(wrong), whole, "{wrong:?}");
        }
        assert_ne!(digest(&[0; 1024]), 0, "a lap of zeros");
    }

    #[test]
    #[should_panic(expected = "producer 1: 4 came after 5")]
    fn an_audit_sees_values_out_of_order() {
        let mut audit = Audit::new(Audited::InOrder).expect("an audit");
        audit.see(&((1 << PRODUCER_BITS) + 5_u64));
        audit.see(&6_u64);
        audit.see(&((1 << PRODUCER_BITS) + 4_u64));
    }
}
