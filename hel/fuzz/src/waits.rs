//! Who waits, and who has been woken: checked after every step.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Wake, Waker};

use crate::model::{Model, Place, Side};
use crate::value;

thread_local! {
    /// How often somebody gave way, in all runs.
    pub static GAVE_WAY: Cell<usize> = const { Cell::new(0) };
}

/// A waker that counts, and may panic after that.
#[derive(Debug, Default)]
struct Flag(AtomicUsize);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
        value::woken();
    }
}

/// How a waiter holds its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A future: a wake-up that it is given is used or passed on.
    Hard,
    /// A handle, stream or sink between polls: woken in passing.
    Soft,
    /// Part of a keyed batch: as soft, and what it needs is room in one shard of those it waits at.
    Choosy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    pub side: Side,
    pub place: Place,
}

pub type EntryId = usize;

#[derive(Debug)]
struct Entry {
    flag: Arc<Flag>,
    queue: Queue,
    kind: Kind,
    state: State,
    /// What a choosy one needs: the shard of the first value left.
    needs: Option<usize>,
    /// What its last poll did that is right only if something else is so, which has to be said before the next check.
    doubt: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not polled since it was made, or since it was ready.
    Idle,
    /// It gave way in its last poll: it woke itself and stands nowhere. It owes its next look to itself, and nobody anything.
    GaveWay,
    /// Its last poll was pending, and it was not woken since.
    Stands,
    /// Woken since its last poll.
    Woken,
    /// Forgotten while it stood there.
    Forgotten,
    Gone,
}

#[derive(Debug)]
pub struct Waits {
    entries: Vec<Entry>,
    /// Those that stand in each queue, the next first.
    order: HashMap<Queue, Vec<EntryId>>,
    /// Queues where a wake-up went to a forgotten future, so that nobody need be awake.
    excused: Vec<Queue>,
    /// One owner waits on each side: what it forgot costs nothing, and its registrations replace each other.
    one_owner: bool,
}

impl Waits {
    pub fn new(one_owner: bool) -> Self {
        Self { entries: Vec::new(), order: HashMap::new(), excused: Vec::new(), one_owner }
    }

    /// Someone who may come to wait.
    pub fn enter(&mut self, side: Side, place: Place, kind: Kind) -> EntryId {
        let queue = Queue { side, place };
        self.entries.push(Entry { flag: Arc::default(), queue, kind, state: State::Idle, needs: None, doubt: None });
        self.entries.len() - 1
    }

    /// Says what a choosy one needs next.
    pub fn needs(&mut self, id: EntryId, shard: usize) {
        self.entries[id].needs = Some(shard);
    }

    /// One poll by `poll`, which gets the waker and says whether it is pending. A `fresh` waker is not the last one.
    pub fn poll<O>(&mut self, id: EntryId, fresh: bool, poll: impl FnOnce(&Waker) -> (bool, O)) -> O {
        let entry = &mut self.entries[id];
        let stale = fresh.then(|| std::mem::take(&mut entry.flag));
        let before = entry.flag.0.load(SeqCst);
        let waker = Waker::from(Arc::clone(&entry.flag));
        let (pending, out) = poll(&waker);
        drop(waker);
        let entry = &mut self.entries[id];
        if let Some(stale) = stale {
            assert_eq!(Arc::strong_count(&stale), 1, "an old waker is still held");
        }
        let woken = entry.flag.0.swap(before, SeqCst) - before;
        assert!(woken <= 1, "it was woken {woken} times in its own poll: {entry:?}");
        let (gave_way, queue) = (woken == 1, entry.queue);
        if gave_way {
            self.gives_way(id, pending);
        }
        let (state, queue) = (self.entries[id].state, self.order.entry(queue).or_default());
        match (state, pending && !gave_way) {
            (State::Stands, true) => {}
            (State::Woken, true) if !self.one_owner => queue.insert(0, id),
            (_, true) => queue.push(id),
            (_, false) => queue.retain(|&other| other != id),
        }
        self.entries[id].state = match (pending, gave_way) {
            (true, true) => State::GaveWay,
            (true, false) => State::Stands,
            (false, _) => State::Idle,
        };
        out
    }

    /// It woke itself in its own poll. Where others stand in line it may not, nor for the close.
    fn gives_way(&mut self, id: EntryId, pending: bool) {
        GAVE_WAY.set(GAVE_WAY.get() + 1);
        let queue = self.entries[id].queue;
        assert_ne!(queue.side, Side::Close, "nobody gives way who waits for the close");
        let stands = |&&other: &&EntryId| other != id && self.entries[other].flag.0.load(SeqCst) == 0;
        let line = self.order.get(&queue).and_then(|ids| ids.iter().find(stands));
        assert_eq!(line, None, "it gave way past one who stands in line: {:?}", self.entries[id]);
        let entry = &mut self.entries[id];
        entry.doubt = match (pending, entry.state) {
            (false, _) => Some("gave way and was ready, though no limit had passed"),
            (true, State::Idle) => None,
            (true, _) => Some("gave way though its wait had begun before, and it had got nothing since"),
        };
    }

    /// Whether it gave way in its last poll, which was pending.
    pub fn gave_way(&self, id: EntryId) -> bool {
        self.entries[id].state == State::GaveWay
    }

    /// Its limit had passed at its last poll: so it was ready, whatever it had found and done.
    pub fn limit_passed(&mut self, id: EntryId) {
        self.entries[id].doubt = None;
    }

    /// It got something in its last poll and waits for more: at the back, like everybody who comes anew.
    pub fn waits_anew(&mut self, id: EntryId) {
        self.entries[id].doubt = None;
        if self.entries[id].state == State::GaveWay {
            return;
        }
        let queue = self.order.entry(self.entries[id].queue).or_default();
        queue.retain(|&other| other != id);
        queue.push(id);
    }

    /// It does not wait any more: dropped, cancelled or ready.
    pub fn leave(&mut self, id: EntryId) {
        let entry = &mut self.entries[id];
        self.order.entry(entry.queue).or_default().retain(|&other| other != id);
        entry.state = State::Idle;
    }

    /// As `leave`, for good.
    pub fn end(&mut self, id: EntryId) {
        self.leave(id);
        self.entries[id].state = State::Gone;
    }

    /// It is never polled again, and has not said so.
    pub fn forget(&mut self, id: EntryId) {
        let entry = &mut self.entries[id];
        match entry.state {
            State::Stands => entry.state = State::Forgotten,
            State::Woken => {
                self.excused.push(entry.queue);
                entry.state = State::Gone;
            }
            _ => entry.state = State::Gone,
        }
    }

    /// What a step has to leave behind.
    pub fn check(&mut self, model: &Model) {
        let mut order = std::mem::take(&mut self.order);
        for (queue, ids) in &mut order {
            self.note_woken(*queue, ids);
            self.check_owed(*queue, ids, model);
        }
        self.order = order;
        for (id, entry) in self.entries.iter().enumerate() {
            assert_eq!(entry.doubt, None, "waiter {id}: {entry:?}");
            let stands = matches!(entry.state, State::Stands | State::Forgotten);
            let held = Arc::strong_count(&entry.flag) - 1;
            assert_eq!(held, usize::from(stands), "wakers of waiter {id} held, which is {entry:?}");
        }
    }

    /// Finds who was woken, and takes them out of their queue. First come, first woken.
    fn note_woken(&mut self, queue: Queue, ids: &mut Vec<EntryId>) {
        let mut passed = None;
        ids.retain(|&id| {
            let entry = &mut self.entries[id];
            if Arc::strong_count(&entry.flag) > 1 && entry.flag.0.load(SeqCst) == 0 {
                passed = passed.or(Some(id));
                return true;
            }
            assert!(entry.flag.0.swap(0, SeqCst) > 0, "waiter {id} was taken out and not woken: {entry:?}");
            if !self.one_owner {
                assert_eq!(passed, None, "{id} was woken before one that came earlier: {entry:?}");
            }
            if entry.state == State::Forgotten {
                entry.state = State::Gone;
                if !self.one_owner && entry.kind == Kind::Hard {
                    self.excused.push(queue);
                }
            } else {
                entry.state = State::Woken;
            }
            false
        });
    }

    /// Whoever waits where something is ready is awake, or another one is that uses it or passes it on.
    fn check_owed(&mut self, queue: Queue, ids: &[EntryId], model: &Model) {
        let here = |entry: &&Entry| entry.queue == queue;
        let awake = self.entries.iter().filter(here).any(|it| it.kind == Kind::Hard && it.state == State::Woken);
        let serves = model.serves(queue.side, queue.place);
        if awake || !serves {
            self.excused.retain(|other| *other != queue);
        }
        let hard = ids.iter().any(|&id| self.entries[id].kind == Kind::Hard);
        let excused = awake || self.excused.contains(&queue);
        for &id in ids {
            let entry = &self.entries[id];
            let served = match entry.kind {
                _ if entry.state == State::Forgotten => false,
                Kind::Hard => serves && (queue.side == Side::Close || !excused),
                Kind::Soft => serves && !excused && !hard,
                Kind::Choosy => {
                    !excused && !hard && entry.needs.is_some_and(|shard| model.serves(Side::Room, Place::Shard(shard)))
                }
            };
            assert!(!served, "waiter {id} sleeps, though it would be served: {entry:?}");
        }
    }
}
