//! Steps of the sending end.

use std::task::{Context, Poll};

use crate::lease::Lease;
use crate::model::{Model, Place, Side, Turn, Why};
use crate::pending::{Clock, Pending};
use crate::tx::{Given, Sent, SentMany, TxEnd, Went};
use crate::value::Value;
use crate::waits::{EntryId, Kind};
use crate::world::{KEYS, World};

/// Where the values of a sender go.
#[derive(Clone)]
pub enum Way {
    Shard(usize),
    Turns { turn: Turn, run: usize },
    ByKey,
}

/// A sending end, and the one future that may be under way on it.
pub struct TxSeat {
    pub(crate) op: Option<TxOp>,
    /// None once it was a sink that was closed.
    pub(crate) end: Option<Lease<TxEnd>>,
    pub(crate) way: Way,
    /// Where its `poll_send` waits, and where the sink made of it does.
    pub(crate) soft: EntryId,
    pub(crate) sink: EntryId,
    /// What the sink keeps.
    pub(crate) kept: Option<Item>,
    /// It was a sink, and `poll_close` dropped the sender.
    pub(crate) closed: bool,
}

/// What the model knows of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub(crate) id: u32,
    pub(crate) key: u8,
}

pub(crate) struct TxOp {
    future: Box<dyn Pending<Went>>,
    pub(crate) entry: EntryId,
    /// What is not sent yet, of how many.
    left: Vec<Item>,
    total: usize,
    from: From,
    clock: Option<Clock>,
}

/// Where a future has its values.
pub(crate) enum From {
    Itself,
    Slot(Lease<Option<Value>>),
    Batch(Lease<Vec<Value>>),
    /// It has none, and waits for the close.
    Close,
}

impl TxSeat {
    pub(crate) fn free(&mut self) -> Option<&mut TxEnd> {
        self.end.as_mut().filter(|end| !end.is_lent()).map(Lease::get)
    }

    /// The end, unless a future has it or it is a sink.
    pub(crate) fn bare(&mut self) -> Option<&mut TxEnd> {
        self.free().filter(|end| !end.is_sink())
    }

    pub(crate) fn sink(&mut self) -> Option<&mut TxEnd> {
        self.free().filter(|end| end.is_sink())
    }

    pub(crate) fn place(&self) -> Place {
        if let Way::Shard(shard) = self.way { Place::Shard(shard) } else { Place::Any }
    }

    /// How many values it has that are in no channel.
    pub fn holds(&self) -> usize {
        usize::from(self.kept.is_some()) + self.op.as_ref().map_or(0, |op| op.left.len())
    }

    pub fn check(&mut self, model: &Model) {
        let place = self.place();
        let Some(end) = self.bare() else { return };
        let of = model.of(place);
        let says = (model.len(place), of.len() * model.capacity, model.is_closed(place));
        assert_eq!(end.says(), says, "(len, capacity, is_disconnected) of {place:?}");
        if let Some(dead) = end.dead_shards() {
            assert!(dead.into_iter().eq(of.clone().filter(|&shard| model.shards[shard].closed)), "dead_shards");
            assert!(of.into_iter().all(|shard| end.shard_len(shard) == Some(model.shards[shard].queue.len())));
        }
    }

    /// The future under way goes, then what it had borrowed is back: what of it was not sent.
    pub(crate) fn end_op(&mut self) -> Vec<Value> {
        let mut unsent = Vec::new();
        if let Some(mut op) = self.op.take() {
            op.future = Box::new(Over);
            match &mut op.from {
                From::Slot(slot) => {
                    slot.back();
                    unsent.extend(slot.get().take());
                }
                From::Batch(batch) => {
                    batch.back();
                    unsent.append(batch.get());
                }
                From::Itself | From::Close => {}
            }
        }
        if let Some(end) = &mut self.end {
            end.back();
        }
        unsent
    }
}

impl Drop for TxSeat {
    fn drop(&mut self) {
        self.end_op();
    }
}

pub(crate) fn item(value: &Value) -> Item {
    Item { id: value.id, key: value.key }
}

impl World {
    /// A sender more, which the model counts already.
    pub fn seat_tx(&mut self, end: TxEnd, way: Way) {
        let place = if let Way::Shard(shard) = way { Place::Shard(shard) } else { Place::Any };
        let kind = if let TxEnd::Keyed(_) = end { Kind::Choosy } else { Kind::Soft };
        let soft = self.waits.enter(Side::Room, place, Kind::Soft);
        let sink = self.waits.enter(Side::Room, place, kind);
        self.tx.push(TxSeat { op: None, end: Some(Lease::new(end)), way, soft, sink, kept: None, closed: false });
    }

    pub(crate) fn tx_at(&mut self, who: u8) -> Option<usize> {
        let seats = self.tx.len();
        (seats > 0).then(|| usize::from(who) % seats)
    }

    pub(crate) fn bare_tx(&mut self, who: u8) -> Option<usize> {
        let at = self.tx_at(who)?;
        self.tx[at].bare().map(|_| at)
    }

    pub(crate) fn sink_tx(&mut self, who: u8) -> Option<usize> {
        let at = self.tx_at(who)?;
        self.tx[at].sink().map(|_| at)
    }

    fn home(&self, key: u8) -> Place {
        Place::Shard(self.homes[usize::from(key)])
    }

    /// Where a value of that sender goes, as far as waiting goes.
    pub(crate) fn goes_to(&self, at: usize, key: u8) -> Place {
        if let Way::ByKey = self.tx[at].way { self.home(key) } else { self.tx[at].place() }
    }

    /// Sends values by the model: as many as go. Not for batches by key.
    pub(crate) fn send_by_model(&mut self, at: usize, items: &[Item]) -> usize {
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let shard = match &mut self.tx[at].way {
            Way::Turns { turn, .. } => {
                let mut sent = 0;
                while sent < ids.len() {
                    match turn.send(&mut self.model, &ids[sent..]) {
                        0 => break,
                        more => sent += more,
                    }
                }
                return sent;
            }
            Way::Shard(shard) => *shard,
            Way::ByKey => self.homes[usize::from(items[0].key)],
        };
        let of = &mut self.model.shards[shard];
        let room = if of.closed { 0 } else { self.model.capacity - of.queue.len() };
        let sent = room.min(ids.len());
        of.queue.extend(&ids[..sent]);
        sent
    }

    /// Compares what a send of one value said with what it should have.
    fn sent(&mut self, at: usize, item: Item, sent: Sent) {
        let refused = self.model.refused(self.goes_to(at, item.key));
        match (sent, refused) {
            (Ok(()), None) => assert_eq!(self.send_by_model(at, &[item]), 1),
            (Err((why, value)), Some(expected)) => {
                assert_eq!((why, value.id), (expected, item.id), "why {item:?} was not sent, and that it came back");
            }
            (sent, refused) => panic!("sending {item:?} gave {sent:?}, expected {refused:?}"),
        }
    }

    /// Sends what goes of a batch, by the model or, by key, as the channel did it. Says why the rest did not.
    fn send_left(&mut self, at: usize, left: &mut Vec<Item>) -> Option<Why> {
        if let Way::ByKey = self.tx[at].way {
            self.follow_keyed(at, left);
        } else {
            let sent = self.send_by_model(at, left);
            left.drain(..sent);
        }
        left.first().map(|item| {
            let place = self.goes_to(at, item.key);
            self.model.refused(place).unwrap_or_else(|| panic!("{item:?} is left, and there is room in {place:?}"))
        })
    }

    /// Which values of a keyed batch went: the first of each shard, as many as are there more.
    fn follow_keyed(&mut self, at: usize, left: &mut Vec<Item>) {
        // SAFETY: a keyed sender lends no more than shared references of itself.
        let TxEnd::Keyed(Given::Bare(tx)) = (unsafe { self.tx[at].end.as_ref().expect("there").peek() }) else {
            unreachable!("only those send batches by key")
        };
        for (shard, of) in self.model.shards.iter_mut().enumerate() {
            let more = tx.shards()[shard].len() - of.queue.len();
            assert!(more == 0 || !of.closed, "sent to a dead shard");
            let mut taken = 0;
            left.retain(|item| {
                let goes = self.homes[usize::from(item.key)] == shard && taken < more;
                if goes {
                    taken += 1;
                    of.queue.push_back(item.id);
                }
                !goes
            });
            assert_eq!(taken, more, "more came to shard {shard} than was sent");
        }
        // Those near the front do not wait where there is room.
        for item in left.iter().take(4) {
            assert!(self.model.refused(self.home(item.key)).is_some(), "{item:?} is left, and there is room");
        }
    }

    /// Values of a batch, of several keys where that matters.
    fn values(&self, arg: u8) -> Vec<Value> {
        let stride = 1 + (arg >> 6);
        (0..arg >> 3 & 7).map(|n| Value::new((arg & 7).wrapping_add(n.wrapping_mul(stride)) % KEYS)).collect()
    }

    pub fn send(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let value = Value::new(arg >> 2 & (KEYS - 1));
        let item = item(&value);
        let blocks = self.model.refused(self.goes_to(at, item.key)) != Some(Why::NotNow);
        let sent = self.tx[at].bare().expect("bare").send(value, arg & 3, blocks);
        self.sent(at, item, sent);
    }

    pub fn send_batch(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        if let TxEnd::Grouped(_) = self.tx[at].bare().expect("bare") {
            return;
        }
        let mut values = self.values(arg);
        let mut left: Vec<_> = values.iter().map(item).collect();
        // It may wait only where all of it goes.
        let place = self.tx[at].place();
        let room = if self.model.is_closed(place) {
            0
        } else {
            self.model.capacity - self.model.len(place).min(self.model.capacity)
        };
        let blocks = matches!(self.tx[at].way, Way::Shard(_)) && (room >= left.len() || self.model.is_closed(place));
        let (total, form) = (left.len(), arg >> 6);
        let (sent, why) = self.tx[at].bare().expect("bare").send_many(&mut values, form, blocks);
        let expected = self.send_left(at, &mut left);
        assert_eq!((sent, why), (total - left.len(), expected), "how many of a batch went, and why not all");
        assert!(values.iter().map(item).eq(left), "what is left of a batch, in order");
    }

    pub fn poll_send(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let value = Value::new(arg >> 2 & (KEYS - 1));
        let (item, soft, mut slot) = (item(&value), self.tx[at].soft, Some(value));
        let end = self.tx[at].end.as_mut().expect("bare").get();
        if let TxEnd::Keyed(_) | TxEnd::Grouped(_) = end {
            return;
        }
        let polled = self.waits.poll(soft, arg & 1 == 1, |waker| {
            let polled = end.poll_send(&mut Context::from_waker(waker), &mut slot).expect("it has this form");
            (polled.is_pending(), polled)
        });
        let sent = match polled {
            Poll::Ready(Ok(())) => {
                assert_eq!(slot, None, "sent, and still there");
                Ok(())
            }
            Poll::Ready(Err(why)) => Err((why, slot.expect("it was not sent"))),
            Poll::Pending => Err((Why::NotNow, slot.expect("it was not sent"))),
        };
        self.sent(at, item, sent);
    }

    pub fn cancel_send(&mut self, who: u8, _: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let soft = self.tx[at].soft;
        if let TxEnd::Keyed(_) | TxEnd::Grouped(_) = self.tx[at].bare().expect("bare") {
            return;
        }
        self.tx[at].bare().expect("bare").cancel_poll();
        self.waits.leave(soft);
    }

    /// Starts a future that sends one value, by itself or out of a slot, or a batch, or that waits for the close.
    pub fn start_send(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let clock = (arg & 4 == 4).then(Clock::new);
        let grouped = matches!(self.tx[at].bare().expect("bare"), TxEnd::Grouped(_));
        let clock = clock.filter(|_| !grouped);
        let keyed = matches!(self.tx[at].way, Way::ByKey) && !grouped;
        let mut values = if arg & 3 == 2 { self.values(arg & !7 | arg >> 5) } else { vec![Value::new(arg >> 3 & 7)] };
        let left: Vec<_> = values.iter().map(item).collect();
        let place = left.first().map_or(self.tx[at].place(), |item| self.goes_to(at, item.key));
        if grouped && arg & 3 == 2 {
            return;
        }
        // SAFETY: the reference goes to the future only, which `end_op` drops, or `forget_send_op` forgets, before `back`.
        let end = unsafe { self.tx[at].end.as_mut().expect("bare").lend() };
        let (entry, future, from, left) = match arg & 3 {
            0 => {
                let value = values.pop().expect("one");
                (self.waits.enter(Side::Room, place, Kind::Hard), end.start(value, clock.as_ref()), From::Itself, left)
            }
            1 => {
                let mut slot = Lease::new(values.pop());
                // SAFETY: as above; the slot goes back after the future has gone.
                let future = end.start_ref(unsafe { slot.lend() }, clock.as_ref());
                (self.waits.enter(Side::Room, place, Kind::Hard), future, From::Slot(slot), left)
            }
            2 => {
                let mut batch = Lease::new(values);
                // SAFETY: as above.
                let future = end.start_many(unsafe { batch.lend() }, clock.as_ref());
                let (kind, place) = if keyed { (Kind::Choosy, Place::Any) } else { (Kind::Hard, self.tx[at].place()) };
                (self.waits.enter(Side::Room, place, kind), future, From::Batch(batch), left)
            }
            _ => {
                let place = self.tx[at].place();
                (self.waits.enter(Side::Close, place, Kind::Hard), end.start_closed(), From::Close, Vec::new())
            }
        };
        assert!(!future.is_terminated(), "a new future is not over");
        let clock = clock.filter(|_| !matches!(from, From::Close));
        self.tx[at].op = Some(TxOp { future, entry, total: left.len(), left, from, clock });
    }

    pub fn poll_send_op(&mut self, who: u8, arg: u8) {
        let Some(at) = self.tx_at(who) else { return };
        let Some(op) = &mut self.tx[at].op else { return };
        let over = op.clock.as_ref().is_some_and(Clock::is_over);
        let polled = self.waits.poll(op.entry, arg & 1 == 1, |waker| {
            let polled = op.future.poll(&mut Context::from_waker(waker));
            (polled.is_pending(), polled)
        });
        assert_eq!(op.future.is_terminated(), polled.is_ready(), "a future is over once it was ready, and not before");
        if over {
            self.waits.limit_passed(op.entry);
        }
        if let From::Close = op.from {
            let place = self.tx[at].place();
            assert_eq!(polled.is_ready(), self.model.is_closed(place), "whether {place:?} is closed");
        } else {
            self.follow_send_op(at, polled.is_ready());
        }
        let op = self.tx[at].op.as_ref().expect("under way");
        match polled {
            Poll::Ready(went) => self.end_tx_op(at, went, over),
            Poll::Pending => {
                assert!(!over, "its limit has passed");
                if let Some(item) = op.left.first() {
                    self.waits.needs(op.entry, self.homes[usize::from(item.key)]);
                }
            }
        }
    }

    /// The model does what the poll should have done.
    fn follow_send_op(&mut self, at: usize, ready: bool) {
        let op = self.tx[at].op.as_mut().expect("under way");
        let (mut left, one) = (std::mem::take(&mut op.left), !matches!(op.from, From::Batch(_)));
        let over = op.clock.as_ref().is_some_and(Clock::is_over);
        let why = if one {
            let refused = self.model.refused(self.goes_to(at, left[0].key));
            if refused.is_none() {
                assert_eq!(self.send_by_model(at, &left), 1);
                left.clear();
            }
            refused
        } else {
            self.send_left(at, &mut left)
        };
        assert_eq!(
            ready,
            over || why != Some(Why::NotNow),
            "whether a send is ready, which is {why:?}, with {left:?} left"
        );
        self.tx[at].op.as_mut().expect("under way").left = left;
    }

    /// A future of a send is ready.
    fn end_tx_op(&mut self, at: usize, went: Went, over: bool) {
        let op = self.tx[at].op.as_mut().expect("under way");
        let (entry, left, total) = (op.entry, std::mem::take(&mut op.left), op.total);
        let itself = matches!(op.from, From::Itself);
        let unsent = self.tx[at].end_op();
        self.waits.end(entry);
        let why = left.first().map(|item| self.model.refused(self.goes_to(at, item.key)).expect("it was not sent"));
        assert!(why != Some(Why::NotNow) || over, "given up before its limit");
        let back = match went {
            Went::Closed => return,
            Went::One(Ok(())) => {
                assert_eq!(why, None, "it says sent");
                None
            }
            Went::One(Err((said, back))) => {
                assert_eq!(why, Some(said), "why it was not sent");
                back
            }
            Went::Many(said) => {
                let expected: SentMany = (total - left.len(), why);
                assert_eq!(said, expected, "how many of a batch went, and why not all");
                None
            }
        };
        assert_eq!(back.is_some(), itself && !left.is_empty(), "the value comes back if it was not sent");
        assert!(back.iter().chain(&unsent).map(item).eq(left), "what was not sent, in order");
    }

    /// Drops the future under way, perhaps after its value was taken back: what it did not send is where it was, or
    /// dropped with it.
    pub fn drop_send_op(&mut self, who: u8, arg: u8) {
        let Some(at) = self.tx_at(who) else { return };
        let Some(op) = &mut self.tx[at].op else { return };
        let taken = if arg & 1 == 1 { op.future.take() } else { None };
        if let Some(value) = taken {
            assert_eq!(op.left, [item(&value)], "the value is taken back if and only if it was not sent");
            assert!(op.future.is_terminated(), "what was given up is over");
        }
        let (entry, left, itself) = (op.entry, std::mem::take(&mut op.left), matches!(op.from, From::Itself));
        let unsent = self.tx[at].end_op();
        self.waits.end(entry);
        assert!(itself || unsent.iter().map(item).eq(left), "what a dropped send leaves, in order");
    }

    pub fn forget_send_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.tx_at(who) else { return };
        let Some(op) = &mut self.tx[at].op else { return };
        op.future.forget();
        let (entry, mut left, itself) = (op.entry, std::mem::take(&mut op.left), matches!(op.from, From::Itself));
        self.waits.forget(entry);
        let mut unsent: Vec<_> = self.tx[at].end_op();
        if itself {
            self.lost += left.len();
        } else {
            unsent.sort_by_key(|value| value.id);
            left.sort_by_key(|item| item.id);
            assert!(unsent.iter().map(item).eq(left), "what a forgotten send leaves, in any order");
        }
    }

    pub fn expire_send_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.tx_at(who) else { return };
        if let Some(clock) = self.tx[at].op.as_ref().and_then(|op| op.clock.as_ref()) {
            clock.expire();
        }
    }
}

/// In the place of a future that has gone.
struct Over;

impl Pending<Went> for Over {
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<Went> {
        unreachable!("its future has gone")
    }

    fn is_terminated(&self) -> bool {
        true
    }

    fn forget(&mut self) {}
}
