//! Which shard a key hashes to: the same for equal keys, and any of them for those that are alike.
#![cfg(not(hel_loom))]

use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};

use hel::channel::mpmc::shard_key;
use hel::{Builder, DefaultHashBuilder};

/// Keys to spread, 20 for each of 1,000 shards.
const N: u64 = 20_000;

#[test]
fn equal_integers_of_different_types_are_one_key() {
    let (tx, _rx) = shard_key::<u8, 1>(1000);
    macro_rules! all_agree {
        ($number:expr; $($type:ty)*) => {{
            // Where the number fits the type: with 32 bits some are no usize. By itself, and as a part of a key.
            let fits = [$(($number as $type as i128 == $number as i128).then(|| {
                (tx.shard_index(&($number as $type)), tx.shard_index(&($number as $type, 1)))
            })),*];
            assert!(fits.iter().flatten().all(|shards| Some(*shards) == fits[0]), "{} goes to {fits:?}", $number);
        }};
    }
    for number in [0, 1, 7, 100, 127] {
        all_agree!(number; u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    }
    for number in [-1, -7, -100, -128] {
        all_agree!(number; i8 i16 i32 i64 i128 isize);
    }
    for number in [1 << 40, u64::MAX, u64::MAX - 5] {
        all_agree!(number; u64 u128 i128 usize);
    }
    for number in [-1 << 40, i64::MIN] {
        all_agree!(number; i64 i128 isize);
    }
    for number in [u128::from(u64::MAX) + 1, u128::MAX / 2] {
        all_agree!(number; u128 i128);
    }
}

/// The keys spread like random ones: chi-square below a bound that random keys exceed once in 10^9 times.
///
/// The bound is `n + 2 sqrt(n x) + 2 x`, for a probability of `exp(-x)` (Laurent and Massart, Annals of Statistics
/// 28, 2000, lemma 1).
fn assert_spread<Q: Hash, S: BuildHasher + Clone>(name: &str, hasher: &S, keys: impl Iterator<Item = Q> + Clone) {
    for shards in [2, 3, 4, 6, 7, 8, 16, 1000] {
        let (tx, _rx) = Builder::new(1).shards(shards).hasher(hasher.clone()).shard_key::<u8>();
        let mut counts = vec![0_u32; shards];
        keys.clone().for_each(|key| counts[tx.shard_index(&key)] += 1);
        let expected = f64::from(counts.iter().sum::<u32>()) / shards as f64;
        let chi: f64 = counts.iter().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum();
        let (free, x) = ((shards - 1) as f64, 20.7);
        let bound = free + 2.0 * (free * x).sqrt() + 2.0 * x;
        assert!(chi < bound, "{name} over {shards} shards: {chi} is not below {bound}");
    }
}

/// `n` in base 26, so short strings of letters.
fn letters(mut n: u32) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
        if n == 0 {
            return text;
        }
    }
}

/// One word with the case of each letter taken from a bit of `n`.
fn cased(n: u32) -> String {
    let case = |(bit, c): (u32, char)| if n >> bit & 1 == 1 { c.to_ascii_uppercase() } else { c };
    (0..).zip("shardedchannelby".chars()).map(case).collect()
}

#[test]
fn keys_spread_over_shards_by_the_default_hasher() {
    let hasher = DefaultHashBuilder::default();
    assert_spread("integers", &hasher, 0..N);
    assert_spread("small integers", &hasher, (0..N).map(|n| n as u16));
    assert_spread("negative integers", &hasher, (0..N).map(|n| -(n as i64)));
    assert_spread("multiples of 64", &hasher, (0..N).map(|n| n * 64));
    assert_spread("multiples of 1024", &hasher, (0..N).map(|n| n * 1024));
    assert_spread("high bits", &hasher, (0..N).map(|n| n << 48));
    assert_spread("wide integers", &hasher, (0..N).map(|n| u128::from(n) << 64));
    assert_spread("pairs", &hasher, (0..N).map(|n| (n % 100, n / 100)));
    assert_spread("short strings", &hasher, (0..N as u32).map(letters));
    assert_spread("structured ids", &hasher, (0..N).map(|n| format!("user-{n:06}")));
    assert_spread("cases", &hasher, (0..N as u32).map(cased));
}

/// Hashes an integer to itself.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        panic!("only for integers");
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

#[test]
fn a_hasher_of_the_callers_own_may_leave_bits_empty() {
    let identity = BuildHasherDefault::<Identity>::default();
    assert_spread("sequential", &identity, 0..N);
    assert_spread("only high bits", &identity, (0..N).map(|n| n << 48));
    assert_spread("higher bits", &identity, (0..N).map(|n| n << 40));
    assert_spread("multiples of 64", &identity, (0..N).map(|n| n * 64));

    let (tx, rx) = Builder::new(4).shards(100).hasher(RandomState::new()).shard_key::<u32>();
    let clone = tx.clone();
    assert!((0..1000).all(|key| tx.shard_index(&key) == clone.shard_index(&key)), "a clone has the same seed");
    clone.send("key", 1).unwrap();
    assert_eq!(rx.recv_any(), Ok((tx.shard_index("key"), 1)));
    assert_spread("random", &RandomState::new(), 0..N);
}
