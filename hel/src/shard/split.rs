//! A keyed batch: the values at its front, told apart by shard in one pass.

use crate::sync::IN_MODEL;

/// So many values are told apart at a time. Numbers up to it fit a byte.
pub(super) const CHUNK: usize = if IN_MODEL { 3 } else { 64 };

/// Not a part.
const NONE: u8 = u8::MAX;

/// Which of up to [`CHUNK`] values go to the same shard. All of it lies on the stack.
pub(super) struct Split {
    parts: [Part; CHUNK],
    distinct: usize,
    /// For each value the number of its part, and how many values of that part come before it.
    of: [(u8, u8); CHUNK],
    len: usize,
}

/// The values of one shard.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) shard: usize,
    pub(super) count: usize,
}

impl Split {
    /// Tells at most [`CHUNK`] values apart, given the shard of each.
    pub(super) fn new(shards: impl Iterator<Item = usize>) -> Self {
        let mut split = Self { parts: [Part { shard: 0, count: 0 }; CHUNK], distinct: 0, of: [(0, 0); CHUNK], len: 0 };
        // Where a part is found by its shard: open addressing, and never full before the last part is in.
        let mut table = [NONE; CHUNK];
        for shard in shards.take(CHUNK) {
            let part = split.part(shard, &mut table);
            split.of[split.len] = (part as u8, split.parts[part].count as u8);
            split.parts[part].count += 1;
            split.len += 1;
        }
        split
    }

    fn part(&mut self, shard: usize, table: &mut [u8; CHUNK]) -> usize {
        let mut at = shard % CHUNK;
        loop {
            match table[at] {
                NONE => {
                    table[at] = self.distinct as u8;
                    self.parts[self.distinct].shard = shard;
                    self.distinct += 1;
                    return self.distinct - 1;
                }
                part if self.parts[usize::from(part)].shard == shard => return usize::from(part),
                _ => at = (at + 1) % CHUNK,
            }
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The parts, in the order of their first values.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts[..self.distinct]
    }

    /// The part of the value number `at`, and how many values of that part come before it.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let (part, before) = self.of[at];
        (usize::from(part), usize::from(before))
    }
}

#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests {
    use super::*;

    fn check(shards: &[usize]) {
        let split = Split::new(shards.iter().copied());
        assert_eq!(split.len(), shards.len().min(CHUNK));
        let mut seen = vec![0; split.parts().len()];
        for (at, &shard) in shards.iter().take(CHUNK).enumerate() {
            let (part, before) = split.place(at);
            assert_eq!((split.parts()[part].shard, before), (shard, seen[part]));
            seen[part] += 1;
        }
        assert!(split.parts().iter().map(|part| part.count).eq(seen));
        let mut distinct: Vec<_> = split.parts().iter().map(|part| part.shard).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), split.parts().len(), "one part for each shard");
    }

    #[test]
    fn values_are_told_apart_by_shard() {
        check(&[]);
        check(&[7]);
        check(&[0; 100]);
        check(&[usize::MAX, CHUNK * CHUNK, usize::MAX]);
        check(&(0..100).collect::<Vec<_>>());
        // All of them meet at one place of the table.
        check(&(0..100).map(|n| n * CHUNK).collect::<Vec<_>>());
        check(&(0..100).map(|n| n * n % 7).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_value_is_of_the_first_part() {
        assert_eq!(Split::new([9, 1, 9].into_iter()).parts()[0].shard, 9);
    }
}
