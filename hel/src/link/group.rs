use crossbeam_utils::CachePadded;

use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, IN_MODEL};
use crate::wait::Side;

/// What the shards of one channel share: places to wait for any of them, and hints which of them have items.
#[derive(Debug)]
pub(crate) struct Group {
    /// Receivers that take from any shard wait here.
    pub(crate) items: Arc<Side>,
    /// Senders that put into any shard wait here.
    pub(crate) room: Arc<Side>,
    /// One bit for each shard. None where looking at each shard is as cheap.
    pub(super) hints: Option<Hints>,
}

/// Bits that are set by pushers and cleared by whoever finds the shard empty.
///
/// A hint may be lost: its pusher saw the bit set that a receiver was just clearing. So nobody sleeps on the strength of
/// hints alone, and a receiver that is kept busy by them looks at another shard now and then.
pub(super) type Hints = Box<[CachePadded<AtomicUsize>]>;

const BITS: usize = usize::BITS as usize;

impl Group {
    /// Up to so many shards a receiver looks at each.
    const FEW: usize = if IN_MODEL { 2 } else { 16 };

    /// What `shards` shards share.
    pub(crate) fn new(shards: usize) -> Self {
        let words = || (0..shards.div_ceil(BITS)).map(|_| CachePadded::new(AtomicUsize::new(0))).collect();
        let hints = (shards > Self::FEW).then(words);
        Self { items: Arc::new(Side::shared()), room: Arc::new(Side::shared()), hints }
    }

    /// Whether hints are kept.
    pub(crate) fn has_hints(&self) -> bool {
        self.hints.is_some()
    }

    /// Says that shard `index` has an item. No write where that is said already.
    #[inline]
    pub(crate) fn hint(&self, index: usize) {
        let Some(hints) = &self.hints else { return };
        let (word, bit) = (&hints[index / BITS], 1 << (index % BITS));
        // ORDERING: Relaxed, both: a hint.
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Takes the hint back. Look at the shard afterwards, not before.
    pub(crate) fn unhint(&self, index: usize) {
        if let Some(hints) = &self.hints {
            // ORDERING: Relaxed: a hint.
            hints[index / BITS].fetch_and(!(1 << (index % BITS)), Ordering::Relaxed);
        }
    }

    /// The first shard at or after `from`, going round, that is said to have items.
    pub(crate) fn hinted(&self, from: usize) -> Option<usize> {
        let hints = self.hints.as_ref()?;
        let first = from / BITS;
        // The first word comes twice: from the bit asked for, and at last from the front.
        (0..=hints.len()).find_map(|step| {
            let at = (first + step) % hints.len();
            // ORDERING: Relaxed: a hint.
            let bits = hints[at].load(Ordering::Relaxed);
            let bits = if step == 0 { bits & (usize::MAX << (from % BITS)) } else { bits };
            (bits != 0).then(|| at * BITS + bits.trailing_zeros() as usize)
        })
    }
}
