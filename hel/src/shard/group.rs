use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;

use super::{DefaultHashBuilder, ShardSenders};
use crate::mpmc::Sender;
use crate::sync::Arc;

/// Knows the shard of each key, as laid down when the channel was made.
///
/// [`shard`](Self::shard) finds the plain sender of a key. Clone that and keep it: sending by it looks nothing up, and it
/// cannot reach another channel. There is no `send` by key here: a key that is in no group would want an error that no other
/// route has.
pub struct GroupSender<T, K = &'static str> {
    senders: ShardSenders<T>,
    map: Arc<HashMap<K, usize, DefaultHashBuilder>>,
}

impl<T, K: Hash + Eq> GroupSender<T, K> {
    pub(super) fn new(senders: ShardSenders<T>, map: HashMap<K, usize, DefaultHashBuilder>) -> Self {
        Self { senders, map: Arc::new(map) }
    }

    /// The sender of the shard that `key` was put in; none if it was put in none.
    pub fn shard<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&Sender<T>>
    where
        K: Borrow<Q>,
    {
        self.map.get(key).map(|&index| &self.shards()[index])
    }
}

/// Which group each key is in, and how many groups there are.
///
/// # Panics
/// If there is no group, a group is empty, or a key stands in two groups.
pub(super) fn map_of<K: Hash + Eq>(
    groups: impl IntoIterator<Item = impl IntoIterator<Item = K>>,
) -> (HashMap<K, usize, DefaultHashBuilder>, usize) {
    let mut map = HashMap::default();
    let mut count = 0;
    for (index, group) in groups.into_iter().enumerate() {
        let mut empty = true;
        for key in group {
            empty = false;
            let other = *map.entry(key).or_insert(index);
            assert!(other == index, "a key stands in the groups {other} and {index}");
        }
        assert!(!empty, "the group {index} has no keys");
        count = index + 1;
    }
    assert!(count > 0, "a grouped channel must have at least 1 group");
    (map, count)
}

impl<T, K> Deref for GroupSender<T, K> {
    type Target = ShardSenders<T>;

    fn deref(&self) -> &ShardSenders<T> {
        &self.senders
    }
}

impl<T, K> Clone for GroupSender<T, K> {
    fn clone(&self) -> Self {
        Self { senders: self.senders.clone(), map: Arc::clone(&self.map) }
    }
}

impl<T, K> fmt::Debug for GroupSender<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupSender").field("shards", &self.shards()).finish_non_exhaustive()
    }
}
