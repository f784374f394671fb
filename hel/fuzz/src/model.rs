//! What a channel should be: a queue for each shard, who holds it open, and whether it is closed.

use std::collections::VecDeque;

/// Where something is sent to, received from, or waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Shard(usize),
    Any,
}

/// Why nothing was sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Empty, full, pending or timed out.
    NotNow,
    /// Disconnected.
    Never,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Items,
    Room,
    Close,
}

#[derive(Debug)]
pub struct Shard {
    pub queue: VecDeque<u32>,
    pub closed: bool,
    pub senders: usize,
    pub receivers: usize,
    /// Its only receiver is an exclusive one.
    pub exclusive: bool,
}

#[derive(Debug)]
pub struct Model {
    pub shards: Vec<Shard>,
    pub capacity: usize,
}

impl Model {
    pub fn new(shards: usize, capacity: usize) -> Self {
        let shard = || Shard { queue: VecDeque::new(), closed: false, senders: 0, receivers: 0, exclusive: false };
        Self { shards: (0..shards).map(|_| shard()).collect(), capacity }
    }

    pub fn of(&self, place: Place) -> std::ops::Range<usize> {
        match place {
            Place::Shard(index) => index..index + 1,
            Place::Any => 0..self.shards.len(),
        }
    }

    pub fn len(&self, place: Place) -> usize {
        self.shards[self.of(place)].iter().map(|shard| shard.queue.len()).sum()
    }

    pub fn has_room(&self, shard: usize) -> bool {
        let of = &self.shards[shard];
        !of.closed && of.queue.len() < self.capacity
    }

    pub fn is_closed(&self, place: Place) -> bool {
        self.shards[self.of(place)].iter().all(|shard| shard.closed)
    }

    /// Why a send of one value there does not go; none if it goes.
    pub fn refused(&self, place: Place) -> Option<Why> {
        if self.of(place).any(|shard| self.has_room(shard)) {
            return None;
        }
        Some(if self.is_closed(place) { Why::Never } else { Why::NotNow })
    }

    /// Why a receive there finds nothing; none if there is something.
    pub fn starved(&self, place: Place) -> Option<Why> {
        if self.len(place) > 0 {
            return None;
        }
        Some(if self.is_closed(place) { Why::Never } else { Why::NotNow })
    }

    /// Whether somebody who waits there would be served now.
    pub fn serves(&self, side: Side, place: Place) -> bool {
        match side {
            Side::Items => self.starved(place) != Some(Why::NotNow),
            Side::Room => self.refused(place) != Some(Why::NotNow),
            Side::Close => self.is_closed(place),
        }
    }

    /// A value was received from there; `from` if it says from which shard.
    pub fn received(&mut self, place: Place, from: Option<usize>, id: u32) {
        let of = from.map_or(self.of(place), |shard| shard..shard + 1);
        let front = of.into_iter().find(|&shard| self.shards[shard].queue.front() == Some(&id));
        let shard = front.unwrap_or_else(|| panic!("received {id} out of order or twice from {place:?}, {from:?}"));
        self.shards[shard].queue.pop_front();
    }

    pub fn close(&mut self, place: Place) -> bool {
        let of = self.of(place);
        self.shards[of].iter_mut().fold(false, |any, shard| !std::mem::replace(&mut shard.closed, true) | any)
    }

    pub fn add_sender(&mut self, place: Place) {
        let of = self.of(place);
        self.shards[of].iter_mut().for_each(|shard| shard.senders += 1);
    }

    pub fn add_receiver(&mut self, place: Place) {
        let of = self.of(place);
        self.shards[of].iter_mut().for_each(|shard| shard.receivers += 1);
    }

    pub fn drop_sender(&mut self, place: Place) {
        for shard in self.of(place) {
            let of = &mut self.shards[shard];
            of.senders -= 1;
            of.closed |= of.senders == 0;
        }
    }

    pub fn drop_receiver(&mut self, place: Place) {
        for shard in self.of(place) {
            let of = &mut self.shards[shard];
            of.receivers -= 1;
            if of.receivers == 0 {
                of.exclusive = false;
                of.closed = true;
                of.queue.clear();
            }
        }
    }
}

/// Whose turn it is, as a round-robin sender should see it.
#[derive(Clone, Debug)]
pub struct Turn {
    next: usize,
    left: usize,
    run: usize,
}

impl Turn {
    pub fn new(next: usize, run: usize) -> Self {
        Self { next, left: run, run }
    }

    /// Where one value, and those after it in its batch, go: to the first shard with room, as many as it has room for.
    /// Returns how many went.
    pub fn send(&mut self, model: &mut Model, ids: &[u32]) -> usize {
        let shards = model.shards.len();
        let in_turn = (0..shards).map(|step| (self.next + step) % shards);
        let Some(shard) = in_turn.into_iter().find(|&shard| model.has_room(shard)) else { return 0 };
        let count = ids.len().min(model.capacity - model.shards[shard].queue.len());
        model.shards[shard].queue.extend(&ids[..count]);
        let left = if shard == self.next { self.left } else { self.run };
        (self.next, self.left) = if left > count { (shard, left - count) } else { ((shard + 1) % shards, self.run) };
        count
    }
}
