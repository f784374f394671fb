//! Scripts written by hand, for orders of waiting that no coverage tells apart. `seeds/` beside `src/` has them as bytes.
//!
//! Two numbers for the channel, then steps: a name of `script::TABLE`, whom it means, and its argument. `w` is start and two
//! polls of a receive, so that it waits even if it gives way first; `v` the same of a send.

mod batches;
mod giving_way;
mod owned;
mod panics;
mod shards;
mod waiting;

/// The target, the name and the script.
pub type Seed = (&'static str, &'static str, &'static str);

pub fn all() -> impl Iterator<Item = &'static Seed> {
    [waiting::SEEDS, giving_way::SEEDS, owned::SEEDS, batches::SEEDS, panics::SEEDS, shards::SEEDS]
        .into_iter()
        .flatten()
}
