//! For channels that have no shards: an array of them behind one sending end, by the same hash or in strict turn.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hel::DefaultHashBuilder;

use crate::ends::{BlockingTx, TaskTx};
use crate::payload::Payload;
use crate::plan::{KEYS, Route, STICKY};

/// The keys as text, since not every contender takes numbers. Made once.
pub(crate) fn keys() -> Arc<[String]> {
    static ALL: OnceLock<Arc<[String]>> = OnceLock::new();
    ALL.get_or_init(|| (0..KEYS).map(|key| format!("user-{key:06}")).collect()).clone()
}

/// A sender that wants the key with the value, and the keys.
#[derive(Clone, Debug)]
pub(crate) struct Keyed<Tx> {
    pub(crate) tx: Tx,
    keys: Arc<[String]>,
}

impl<Tx> Keyed<Tx> {
    pub(crate) fn new(tx: Tx) -> Self {
        Self { tx, keys: keys() }
    }

    #[inline(always)]
    pub(crate) fn key(&self, value: &impl Payload) -> &str {
        &self.keys[(value.number() % KEYS) as usize]
    }
}

/// Picks a shard for each value. By key it hashes as hel does, so that everybody pays for the same.
#[derive(Clone, Debug)]
pub(crate) enum Picker {
    InTurn { next: usize, left: usize, run: usize },
    ByKey { keys: Arc<[String]>, hasher: DefaultHashBuilder },
}

impl Picker {
    /// For the producer with this number: each starts at another shard.
    pub(crate) fn new(route: Route, producer: usize) -> Self {
        let in_turn = |run| Self::InTurn { next: producer, left: run, run };
        match route {
            Route::InTurn => in_turn(1),
            Route::Sticky => in_turn(STICKY),
            Route::Keyed => Self::ByKey { keys: keys(), hasher: DefaultHashBuilder::default() },
        }
    }

    #[inline(always)]
    fn shard(&mut self, number: u64, shards: usize) -> usize {
        match self {
            Self::InTurn { next, left, run } => {
                if *left == 0 {
                    *left = *run;
                    *next = if *next + 1 < shards { *next + 1 } else { 0 };
                }
                *left -= 1;
                *next
            }
            Self::ByKey { keys, hasher } => {
                let hash = hasher.hash_one(keys[(number % KEYS) as usize].as_str());
                ((u128::from(hash) * shards as u128) >> 64) as usize
            }
        }
    }
}

/// An array of channels as one sending end.
#[derive(Clone, Debug)]
pub(crate) struct Routed<Tx> {
    pub(crate) txs: Vec<Tx>,
    pub(crate) picker: Picker,
}

impl<Tx> Routed<Tx> {
    #[inline(always)]
    fn pick(&mut self, value: &impl Payload) -> &mut Tx {
        let shard = self.picker.shard(value.number(), self.txs.len());
        &mut self.txs[shard]
    }
}

impl<T: Payload, Tx: BlockingTx<T>> BlockingTx<T> for Routed<Tx> {
    #[inline(always)]
    fn put(&mut self, value: T) {
        self.pick(&value).put(value);
    }

    /// As many as a run is long go to one shard, as hel's own batches do.
    fn put_batch(&mut self, batch: &mut Vec<T>) {
        let Some(first) = batch.first() else { return };
        self.pick(first).put_batch(batch);
    }
}

impl<T: Payload, Tx: TaskTx<T>> TaskTx<T> for Routed<Tx> {
    #[inline(always)]
    fn put(&mut self, value: T) -> impl Future<Output = Result<(), impl Sized>> + Send {
        self.pick(&value).put(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shards_of(route: Route, producer: usize, values: u64) -> Vec<usize> {
        let mut picker = Picker::new(route, producer);
        (0..values).map(|number| picker.shard(number, 3)).collect()
    }

    #[test]
    fn in_turn_and_in_runs() {
        assert_eq!(shards_of(Route::InTurn, 1, 5), [1, 2, 0, 1, 2]);
        let sticky = shards_of(Route::Sticky, 2, 130);
        assert!(sticky[..64].iter().all(|shard| *shard == 2));
        assert!(sticky[64..128].iter().all(|shard| *shard == 0));
        assert_eq!(sticky[128], 1);
    }

    #[test]
    fn a_key_has_one_shard_and_all_shards_have_keys() {
        let shards = shards_of(Route::Keyed, 0, 2 * KEYS);
        let (once, again) = shards.split_at(KEYS as usize);
        assert_eq!(once, again);
        assert!((0..3).all(|shard| once.contains(&shard)));
    }
}
