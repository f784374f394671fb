//! Steps of the sending end.

use std::task::{Context, Poll};

use crate::lease::Lease;
use crate::model::{Model, Place, Side, Turn, Why};
use crate::pending::drop_future;
use crate::send_ops::{From, TxOp};
use crate::tx::{Given, Sent, TxEnd};
use crate::value::{self, Value};
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
    /// None once it was a sink that was closed, and while a future owns it.
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
            drop_future(&mut op.future);
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

    pub(crate) fn home(&self, key: u8) -> Place {
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
    pub(crate) fn send_left(&mut self, at: usize, left: &mut Vec<Item>) -> Option<Why> {
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
    pub(crate) fn values(&self, arg: u8) -> Vec<Value> {
        let stride = 1 + (arg >> 6);
        (0..arg >> 3 & 7).map(|n| Value::new((arg & 7).wrapping_add(n.wrapping_mul(stride)) % KEYS)).collect()
    }

    pub fn send(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let value = Value::new(arg >> 2 & (KEYS - 1));
        let item = item(&value);
        let blocks = self.model.refused(self.goes_to(at, item.key)) != Some(Why::NotNow);
        let end = self.tx[at].bare().expect("bare");
        // If a receiver's waker panicked the value is sent.
        let sent = value::shaken(|| end.send(value, arg & 3, blocks)).unwrap_or(Ok(()));
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
        let end = self.tx[at].bare().expect("bare");
        value::shaken(|| end.cancel_poll());
        self.waits.leave(soft);
    }
}
