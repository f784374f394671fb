//! Steps of the receiving end.

use std::task::{Context, Poll};

use hel::channel::mpmc;

use crate::batching::Batching;
use crate::lease::Lease;
use crate::model::{Model, Place, Side, Why};
use crate::pending::drop_future;
use crate::recv_ops::RxOp;
use crate::rx::{Got, Held, RxEnd};
use crate::value::{self, Value};
use crate::waits::{EntryId, Kind};
use crate::world::{SEATS, World};

/// A receiving end, and the one future that may be under way on it.
pub struct RxSeat {
    pub(crate) op: Option<RxOp>,
    /// None only while it is turned into something else, and while a future owns it.
    pub(crate) end: Option<Lease<RxEnd>>,
    pub(crate) place: Place,
    /// Where its `poll_recv` waits, and where the stream made of it does.
    pub(crate) soft: EntryId,
    pub(crate) stream: EntryId,
    /// It is a stream of batches.
    pub(crate) batching: Option<Batching>,
}

impl RxSeat {
    /// The end, unless a future has it.
    pub(crate) fn free(&mut self) -> Option<&mut RxEnd> {
        self.end.as_mut().filter(|end| !end.is_lent()).map(Lease::get)
    }

    /// The future under way goes, then what it had borrowed is back.
    pub(crate) fn end_op(&mut self) {
        if let Some(mut op) = self.op.take() {
            drop_future(&mut op.future);
            if let Some((into, _)) = &mut op.into {
                into.back();
            }
        }
        if let Some(end) = &mut self.end {
            end.back();
        }
    }

    /// How many values its future, or its stream of batches, has collected so far.
    pub fn holds(&self) -> usize {
        self.holds_gathered() + self.batching.as_ref().map_or(0, Batching::holds)
    }

    pub(crate) fn holds_gathered(&self) -> usize {
        self.op.as_ref().and_then(|op| op.gathered.as_ref()).map_or(0, Vec::len)
    }

    pub fn check(&mut self, model: &Model) {
        let place = self.place;
        let Some(end) = self.free() else { return };
        let of = model.of(place);
        let says = (model.len(place), of.len() * model.capacity, model.is_closed(place));
        assert_eq!(end.says(), says, "(len, capacity, is_disconnected) of {place:?}");
        let (senders, receivers) = end.counts();
        let most = |count: fn(&crate::model::Shard) -> usize| model.shards[of.clone()].iter().map(count).max();
        assert!(senders.is_none() || senders == most(|shard| shard.senders), "sender_count");
        assert!(receivers.is_none() || receivers == most(|shard| shard.receivers), "receiver_count");
    }
}

impl Drop for RxSeat {
    fn drop(&mut self) {
        self.end_op();
    }
}

impl World {
    /// A receiver more, which the model counts already.
    pub fn seat_rx(&mut self, end: RxEnd, place: Place) {
        let [soft, stream] = [(); 2].map(|()| self.waits.enter(Side::Items, place, Kind::Soft));
        self.rx.push(RxSeat { op: None, end: Some(Lease::new(end)), place, soft, stream, batching: None });
    }

    pub(crate) fn rx_at(&mut self, who: u8) -> Option<usize> {
        let seats = self.rx.len();
        (seats > 0).then(|| usize::from(who) % seats)
    }

    /// The receiver `who` means, if no future has it.
    pub(crate) fn free_rx(&mut self, who: u8) -> Option<(usize, Place)> {
        let at = self.rx_at(who)?;
        let place = self.rx[at].place;
        self.rx[at].free().map(|_| (at, place))
    }

    /// Compares what was received with what should have been.
    pub(crate) fn got(&mut self, place: Place, got: Got, most: usize) {
        let starved = self.model.starved(place).filter(|_| most > 0);
        match (got, starved) {
            (Ok(values), None) => {
                assert_eq!(values.len(), most.min(self.model.len(place)), "received so many from {place:?}");
                for (shard, value) in values {
                    self.model.received(place, shard, value.id);
                }
            }
            (Err(why), Some(expected)) => assert_eq!(why, expected, "receiving from {place:?}"),
            (got, expected) => panic!("received {got:?} from {place:?}, expected {expected:?}"),
        }
    }

    pub fn recv(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let blocks = self.model.starved(place) != Some(Why::NotNow);
        let end = self.rx[at].free().expect("free");
        if let Some(got) = value::shaken(|| end.receive(arg, blocks)) {
            return self.got(place, got, 1);
        }
        // A sender's waker panicked: the value that was received went with that.
        let lens = self.rx[at].free().expect("free").shard_lens();
        self.collect(place, 1, lens);
    }

    pub fn recv_batch(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let most = usize::from(arg >> 4) % 7;
        let blocks = self.model.starved(place) != Some(Why::NotNow);
        let got = self.rx[at].free().expect("free").receive_many(arg & 15, most, blocks);
        self.got(place, got, most);
    }

    pub fn try_iter(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let most = usize::from(arg) % 5;
        let values = self.rx[at].free().expect("free").try_iter(most);
        let starved = self.model.starved(place).filter(|_| values.is_empty() && most > 0);
        self.got(place, starved.map_or(Ok(values), Err), most);
    }

    pub fn poll_recv(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let most = if arg & 4 == 0 { 1 } else { usize::from(arg >> 4) % 4 };
        let soft = self.rx[at].soft;
        let end = self.rx[at].end.as_mut().expect("free").get();
        let polled = self.waits.poll(soft, arg & 1 == 1, |waker| {
            let cx = &mut Context::from_waker(waker);
            let polled = if arg & 4 == 0 { end.poll_recv(cx, arg & 2 == 2) } else { end.poll_recv_batch(cx, most) };
            (polled.is_pending(), polled)
        });
        match polled {
            Poll::Ready(got) => self.got(place, got, most),
            Poll::Pending => assert_eq!(self.model.starved(place), Some(Why::NotNow), "pending at {place:?}"),
        }
    }

    pub fn cancel_recv(&mut self, who: u8, _: u8) {
        let Some((at, _)) = self.free_rx(who) else { return };
        let end = self.rx[at].free().expect("free");
        value::shaken(|| end.cancel_poll());
        let soft = self.rx[at].soft;
        self.waits.leave(soft);
    }

    /// Makes a stream of the end, or gives the end back.
    pub fn turn_stream(&mut self, who: u8, _: u8) {
        let Some((at, _)) = self.free_rx(who).filter(|&(at, _)| self.rx[at].batching.is_none()) else { return };
        let end = self.rx[at].end.take().expect("free").into_inner();
        let was_stream = end.is_stream();
        self.rx[at].end = Some(Lease::new(end.turn()));
        if was_stream {
            let stream = self.rx[at].stream;
            self.waits.leave(stream);
        }
    }

    pub fn poll_next(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who).filter(|&(at, _)| {
            let end = self.rx[at].end.as_mut().expect("free");
            end.get().is_stream()
        }) else {
            return;
        };
        let stream = self.rx[at].stream;
        let end = self.rx[at].end.as_mut().expect("free").get();
        let (polled, over) = self.waits.poll(stream, arg & 1 == 1, |waker| {
            let out = end.poll_next(&mut Context::from_waker(waker)).expect("a stream");
            (out.0.is_pending(), out)
        });
        assert_eq!(over, matches!(polled, Poll::Ready(None)), "a stream is over once it has said None, and not before");
        match polled {
            Poll::Ready(item) => self.got(place, item.map(|value| vec![(None, value)]).ok_or(Why::Never), 1),
            Poll::Pending => assert_eq!(self.model.starved(place), Some(Why::NotNow), "a stream pending at {place:?}"),
        }
    }

    pub fn clone_rx(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who).filter(|_| self.rx.len() < SEATS) else { return };
        let shard = usize::from(arg) % self.model.shards.len();
        let (end, place) = match self.rx[at].free().expect("free") {
            RxEnd::Plain(held) => (RxEnd::Plain(Held::Bare(held.get().clone())), place),
            RxEnd::Any(held) if arg & 64 == 0 => (RxEnd::Any(Held::Bare(held.get().clone())), place),
            RxEnd::Any(held) => {
                let rx = held.get().shards()[shard].clone();
                (RxEnd::Plain(Held::Bare(rx)), Place::Shard(shard))
            }
            RxEnd::Exclusive(_) | RxEnd::Spsc(_) => return,
        };
        self.model.add_receiver(place);
        self.seat_rx(end, place);
    }

    pub fn drop_rx_at(&mut self, who: u8, _: u8) {
        let Some(at) = self.rx_at(who) else { return };
        let seat = self.rx.remove(at);
        self.drop_rx(seat);
    }

    /// The future under way goes first, then the end.
    pub fn drop_rx(&mut self, mut seat: RxSeat) {
        let (place, entry) = (seat.place, seat.op.as_ref().map(|op| op.entry));
        seat.end_op();
        for entry in entry.into_iter().chain([seat.soft, seat.stream]) {
            self.waits.end(entry);
        }
        let end = seat.end.take().map(Lease::into_inner);
        value::dropping(|| drop(end));
        self.model.drop_receiver(place);
    }

    pub fn close_rx(&mut self, who: u8, _: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let end = self.rx[at].free().expect("free");
        let (first, expected) = (value::shaken(|| end.close()), self.model.close(place));
        assert!(first.is_none_or(|first| first == expected), "whether this call closed {place:?}");
    }

    /// To an exclusive receiver and back, or to one receiver for each shard.
    pub fn convert_rx(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        if !self.rx[at].free().expect("free").is_bare() {
            return;
        }
        let seat = &mut self.rx[at];
        let end = seat.end.take().expect("free").into_inner();
        let alone = self.model.shards[self.model.of(place)].iter().all(|shard| shard.receivers == 1);
        let (ends, changed) = match end {
            RxEnd::Plain(Held::Bare(rx)) => match rx.into_exclusive() {
                Ok(rx) => (vec![RxEnd::Exclusive(Held::Bare(rx))], true),
                Err(rx) => (vec![RxEnd::Plain(Held::Bare(rx))], false),
            },
            RxEnd::Exclusive(Held::Bare(rx)) => (vec![RxEnd::Plain(Held::Bare(rx.into_shared()))], true),
            RxEnd::Any(Held::Bare(rx)) if self.rx.len() + self.model.shards.len() <= SEATS => into_shards(rx, arg),
            end => return self.rx[at].end = Some(Lease::new(end)),
        };
        let exclusive = matches!(ends[0], RxEnd::Exclusive(_));
        assert!(!exclusive || alone, "exclusive beside others");
        assert!(changed || !alone, "it is the only one");
        if !changed {
            self.rx[at].end = ends.into_iter().next().map(Lease::new);
            return;
        }
        let seat = self.rx.remove(at);
        [seat.soft, seat.stream].into_iter().for_each(|entry| self.waits.end(entry));
        for (shard, end) in self.model.of(place).zip(ends) {
            self.model.shards[shard].exclusive = exclusive;
            self.seat_rx(end, Place::Shard(shard));
        }
    }

    pub fn downgrade_rx(&mut self, who: u8, _: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        if let (RxEnd::Plain(held), Place::Shard(shard)) = (self.rx[at].free().expect("free"), place) {
            let weak = held.get().downgrade();
            self.weak_rx.push((weak, shard));
        }
    }

    pub fn upgrade_rx(&mut self, who: u8, _: u8) {
        if self.weak_rx.is_empty() || self.rx.len() >= SEATS {
            return;
        }
        let (weak, shard) = &self.weak_rx[usize::from(who) % self.weak_rx.len()];
        let (upgraded, shard) = (weak.upgrade(), *shard);
        let of = &self.model.shards[shard];
        assert_eq!(upgraded.is_some(), of.receivers > 0 && !of.exclusive, "whether a weak receiver is upgraded");
        if let Some(rx) = upgraded {
            self.model.add_receiver(Place::Shard(shard));
            self.seat_rx(RxEnd::Plain(Held::Bare(rx)), Place::Shard(shard));
        }
    }
}

/// One receiver for each shard, exclusive or not, and whether that could be had.
fn into_shards(rx: mpmc::ShardedReceiver<Value>, arg: u8) -> (Vec<RxEnd>, bool) {
    if arg & 1 == 0 {
        return (rx.into_receivers().into_iter().map(|rx| RxEnd::Plain(Held::Bare(rx))).collect(), true);
    }
    match rx.into_exclusive() {
        Ok(all) => (all.into_iter().map(|rx| RxEnd::Exclusive(Held::Bare(rx))).collect(), true),
        Err(rx) => (vec![RxEnd::Any(Held::Bare(rx))], false),
    }
}
