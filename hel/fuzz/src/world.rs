//! One run: ends of a channel, what the model says of it, and steps that happen to both.

use hel::channel::mpmc::{WeakReceiver, WeakSender};

use crate::model::{Model, Place, Turn};
use crate::receiving::RxSeat;
use crate::sending::TxSeat;
use crate::value::{self, Value};
use crate::waits::Waits;

/// So many seats at each end, and not more.
pub const SEATS: usize = 6;
/// Keys are below this.
pub const KEYS: u8 = 8;

pub struct World {
    pub model: Model,
    pub waits: Waits,
    pub rx: Vec<RxSeat>,
    pub tx: Vec<TxSeat>,
    /// Those that were forgotten, each with a future that owns it.
    pub forgotten_rx: Vec<RxSeat>,
    pub forgotten_tx: Vec<TxSeat>,
    pub weak_rx: Vec<(WeakReceiver<Value>, usize)>,
    pub weak_tx: Vec<(WeakSender<Value>, usize)>,
    /// The shard of each key.
    pub homes: Vec<usize>,
    /// How often a round-robin sender was cloned.
    pub clones: usize,
    /// Values that went with a forgotten future.
    pub lost: usize,
}

impl World {
    pub fn new(shards: usize, capacity: usize, one_owner: bool) -> Self {
        value::reset();
        Self {
            model: Model::new(shards, capacity),
            waits: Waits::new(one_owner),
            rx: Vec::new(),
            tx: Vec::new(),
            forgotten_rx: Vec::new(),
            forgotten_tx: Vec::new(),
            weak_rx: Vec::new(),
            weak_tx: Vec::new(),
            homes: vec![0; usize::from(KEYS)],
            clones: 0,
            lost: 0,
        }
    }

    /// The turn of the next clone of a round-robin sender.
    pub fn next_clone(&mut self, run: usize) -> Turn {
        self.clones += 1;
        Turn::new(self.clones % self.model.shards.len(), run)
    }

    /// Values that are made from now on panic when hel drops them, or wakers when it calls them; or no more.
    pub fn heat(&mut self, _: u8, arg: u8) {
        if arg & 1 == 0 { value::turn_heat() } else { value::turn_trap() }
    }

    /// What has to hold between steps.
    pub fn check(&mut self) {
        self.waits.check(&self.model);
        let held = self.tx.iter().chain(&self.forgotten_tx).map(TxSeat::holds).sum::<usize>()
            + self.rx.iter().chain(&self.forgotten_rx).map(RxSeat::holds).sum::<usize>();
        let alive = self.model.len(Place::Any) + held + self.lost;
        assert_eq!(value::alive(), alive, "values alive");
        for seat in &mut self.rx {
            seat.check(&self.model);
        }
        for seat in &mut self.tx {
            seat.check(&self.model);
        }
    }

    /// Everything goes, end by end, and what was forgotten with its end last; nothing may be left.
    pub fn finish(mut self) {
        while let Some(seat) = self.rx.pop() {
            self.drop_rx(seat);
            self.check();
        }
        while let Some(seat) = self.tx.pop() {
            self.drop_tx(seat);
            self.check();
        }
        while let Some(seat) = self.forgotten_rx.pop() {
            self.drop_rx(seat);
            self.check();
        }
        while let Some(seat) = self.forgotten_tx.pop() {
            self.drop_tx(seat);
            self.check();
        }
        assert_eq!(value::alive(), self.lost, "values that nobody holds");
    }
}
