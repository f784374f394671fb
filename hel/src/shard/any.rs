use super::ShardedReceiver;
use crate::ends::sealed::Source;
use crate::mpmc::Receiver;
use crate::op::RawSource;
use crate::ring::Starved;
use crate::sync::atomic::Ordering;
use crate::sync::{Defect, IN_MODEL, defect};
use crate::wait::{End, Side};

/// A receiver from any shard as an end.
#[derive(Debug)]
pub struct AnyRx<'a, T>(pub(super) &'a ShardedReceiver<T>);

/// So many values in a row come from one shard before it is another's turn.
const TURN: usize = if IN_MODEL { 1 } else { 16 };

impl<T> AnyRx<'_, T> {
    /// Receives into `place`, which is empty, from the shard whose turn it is, or from the next that has something. Says
    /// from which.
    pub(super) fn take_any(&mut self, place: &mut Option<T>) -> Result<usize, Starved> {
        let (index, ()) = self.find(|mut shard| shard.raw().take(place))?;
        self.gave(index, 1);
        Ok(index)
    }

    /// The first success of `attempt`: at the shard whose turn it is, at those that are said to have items, at any other.
    fn find<O>(&self, mut attempt: impl FnMut(&Receiver<T>) -> Result<O, Starved>) -> Result<(usize, O), Starved> {
        let AnyRx(this) = self;
        let shards = this.shards.len();
        // ORDERING: Relaxed, these and those below: the handle's own place, and a race over it only skews the turns.
        let first = this.turn.load(Ordering::Relaxed);
        if this.group.has_hints() {
            let begins = this.given.load(Ordering::Relaxed) == 0;
            let by_number = begins.then(|| this.round.load(Ordering::Relaxed));
            for index in by_number.into_iter().chain([first]) {
                if let Ok(out) = attempt(&this.shards[index]) {
                    return Ok((index, out));
                }
            }
            for _ in 0..shards {
                let Some(index) = this.group.hinted(first) else { break };
                this.group.unhint(index);
                if let Ok(out) = attempt(&this.shards[index]) {
                    // There may be more. Taken back before, so that what is pushed meanwhile is hinted again.
                    this.group.hint(index);
                    return Ok((index, out));
                }
            }
        }
        if this.group.has_hints() && defect(Defect::SleepsOnHints) {
            return Err(Starved::Empty);
        }
        let mut starved = Starved::Drained;
        for step in 0..shards {
            let index = if first + step < shards { first + step } else { first + step - shards };
            match attempt(&this.shards[index]) {
                Ok(out) => {
                    this.group.hint(index);
                    return Ok((index, out));
                }
                Err(Starved::Drained) => {}
                Err(Starved::Hole) => starved = Starved::Hole,
                Err(Starved::Empty) if starved == Starved::Drained => starved = Starved::Empty,
                Err(Starved::Empty) => {}
            }
        }
        Err(starved)
    }

    /// Notes that shard `index` gave `count` values.
    fn gave(&self, index: usize, count: usize) {
        let AnyRx(this) = self;
        let after = |index: usize| if index + 1 < this.shards.len() { index + 1 } else { 0 };
        let given = this.given.load(Ordering::Relaxed) + count;
        if given < TURN {
            this.turn.store(index, Ordering::Relaxed);
            this.given.store(given, Ordering::Relaxed);
        } else {
            this.turn.store(after(index), Ordering::Relaxed);
            this.given.store(0, Ordering::Relaxed);
            this.round.store(after(this.round.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
    }
}

impl<T> End for AnyRx<'_, T> {
    fn side(&self) -> &Side {
        &self.0.group.items
    }

    fn done(&self) -> usize {
        // The shards are taken to be alike.
        (&mut &self.0.shards[0]).raw().done().wrapping_mul(self.0.shards.len())
    }

    fn ready(&self) -> usize {
        self.0.len()
    }

    fn would_serve(&self) -> bool {
        let looks = if defect(Defect::LeaverLooksAtOneShard) { 1 } else { self.0.shards.len() };
        let mut drained = true;
        for mut shard in &self.0.shards[..looks] {
            let serves = shard.raw().would_serve();
            let over = shard.is_disconnected() && shard.is_empty();
            if serves && !over {
                return true;
            }
            drained &= over;
        }
        drained
    }
}

impl<T> RawSource for AnyRx<'_, T> {
    type Item = T;

    fn take(&mut self, place: &mut Option<T>) -> Result<(), Starved> {
        self.take_any(place).map(drop)
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let mut count = 0;
        // Once for each shard, so that senders that keep up do not keep us here.
        for _ in 0..self.0.shards.len() {
            if count == max {
                break;
            }
            match self.find(|mut shard| shard.raw().take_many(max - count, into)) {
                Ok((index, more)) => {
                    self.gave(index, more);
                    count += more;
                }
                Err(starved) if count == 0 => return Err(starved),
                Err(_) => break,
            }
        }
        Ok(count)
    }
}
