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
    pub(crate) count: u64,
    pub(crate) sum: u64,
    /// Memory of each channel, where that was asked for.
    pub(crate) bytes: u64,
    /// Round trips in nanoseconds, where they were timed.
    pub(crate) latencies: Option<Histogram<u64>>,
}

impl Tally {
    /// Of `share` values from each of `producers`.
    pub(crate) fn expected(producers: u64, share: u64) -> Self {
        let mut all = Self { count: producers * share, ..Self::default() };
        for producer in 0..producers {
            let first = producer << PRODUCER_BITS;
            let places = share * share.saturating_sub(1) / 2;
            all.sum = all.sum.wrapping_add(first.wrapping_mul(share)).wrapping_add(places);
        }
        all
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, value: &impl Payload) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(value.number());
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
        self.bytes += other.bytes;
        self.latencies = self.latencies.or(other.latencies);
        self
    }

    /// Whether the same values arrived, as far as count and sum can tell.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        (self.count, self.sum) == (other.count, other.sum)
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
    fn what_is_expected_is_the_sum_of_what_is_sent() {
        let mut tally = Tally::default();
        for producer in 0..3_u64 {
            (0..5).for_each(|place| tally.add(&((producer << PRODUCER_BITS) + place)));
        }
        assert!(tally.agrees(&Tally::expected(3, 5)));
        assert!(!tally.agrees(&Tally::expected(3, 4)));
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
