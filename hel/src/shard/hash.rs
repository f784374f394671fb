use std::hash::{BuildHasher, Hasher};

use foldhash::quality::{FixedState, FoldHasher};

/// The hash that keyed channels use unless told otherwise: foldhash, with every integer widened to 64 bits first.
///
/// So `7i32` and `7u64` are one key and go to one shard. It is fast for short keys and mixes every bit of them. It is not
/// seeded: a key goes to the same shard in each run of a program, and who chooses the keys can overload a shard. Where
/// keys come from an adversary give the builder a seeded hasher.
#[derive(Clone, Debug)]
pub struct DefaultHashBuilder(FixedState);

impl Default for DefaultHashBuilder {
    fn default() -> Self {
        /// Any number serves; this one is the fraction of the golden ratio.
        const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
        Self(FixedState::with_seed(SEED))
    }
}

impl BuildHasher for DefaultHashBuilder {
    type Hasher = DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher(self.0.build_hasher())
    }
}

/// The hasher of [`DefaultHashBuilder`].
#[derive(Clone)]
pub struct DefaultHasher(FoldHasher<'static>);

impl std::fmt::Debug for DefaultHasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DefaultHasher").finish_non_exhaustive()
    }
}

impl Hasher for DefaultHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    #[inline]
    fn write_u64(&mut self, n: u64) {
        self.0.write_u64(n);
    }

    #[inline]
    fn write_u8(&mut self, n: u8) {
        self.write_u64(n.into());
    }

    #[inline]
    fn write_u16(&mut self, n: u16) {
        self.write_u64(n.into());
    }

    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.write_u64(n.into());
    }

    #[inline]
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }

    #[inline]
    fn write_i8(&mut self, n: i8) {
        self.write_i64(n.into());
    }

    #[inline]
    fn write_i16(&mut self, n: i16) {
        self.write_i64(n.into());
    }

    #[inline]
    fn write_i32(&mut self, n: i32) {
        self.write_i64(n.into());
    }

    #[inline]
    fn write_i64(&mut self, n: i64) {
        self.write_u64(n as u64);
    }

    #[inline]
    fn write_isize(&mut self, n: isize) {
        self.write_i64(n as i64);
    }

    #[inline]
    fn write_u128(&mut self, n: u128) {
        match u64::try_from(n) {
            Ok(n) => self.write_u64(n),
            Err(_) => self.0.write_u128(n),
        }
    }

    #[inline]
    fn write_i128(&mut self, n: i128) {
        match (i64::try_from(n), u64::try_from(n)) {
            (Ok(n), _) => self.write_i64(n),
            (_, Ok(n)) => self.write_u64(n),
            _ => self.0.write_i128(n),
        }
    }
}
