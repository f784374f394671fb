//! Steps of the receiving end.

use std::task::{Context, Poll};

use hel::channel::mpmc;

use crate::lease::Lease;
use crate::model::{Model, Place, Side, Why};
use crate::pending::{Clock, Pending};
use crate::rx::{Came, Got, Held, RxEnd};
use crate::value::Value;
use crate::waits::{EntryId, Kind};
use crate::world::{SEATS, World};

/// A receiving end, and the one future that may be under way on it.
pub struct RxSeat {
    op: Option<RxOp>,
    /// None only while it is turned into something else.
    end: Option<Lease<RxEnd>>,
    place: Place,
    /// Where its `poll_recv` waits, and where the stream made of it does.
    soft: EntryId,
    stream: EntryId,
}

struct RxOp {
    future: Box<dyn Pending<Came>>,
    entry: EntryId,
    /// The place for a batch, and how many may come.
    into: Option<(Lease<Vec<Value>>, usize)>,
    clock: Option<Clock>,
    /// It collects, and has got these.
    gathered: Option<Vec<u32>>,
}

impl RxSeat {
    /// The end, unless a future has it.
    fn free(&mut self) -> Option<&mut RxEnd> {
        self.end.as_mut().filter(|end| !end.is_lent()).map(Lease::get)
    }

    /// The future under way goes, then what it had borrowed is back.
    fn end_op(&mut self) {
        if let Some(mut op) = self.op.take() {
            op.future = Box::new(Over);
            if let Some((into, _)) = &mut op.into {
                into.back();
            }
        }
        if let Some(end) = &mut self.end {
            end.back();
        }
    }

    /// How many values its future has collected so far.
    pub fn holds(&self) -> usize {
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
        self.rx.push(RxSeat { op: None, end: Some(Lease::new(end)), place, soft, stream });
    }

    fn rx_at(&mut self, who: u8) -> Option<usize> {
        let seats = self.rx.len();
        (seats > 0).then(|| usize::from(who) % seats)
    }

    /// The receiver `who` means, if no future has it.
    fn free_rx(&mut self, who: u8) -> Option<(usize, Place)> {
        let at = self.rx_at(who)?;
        let place = self.rx[at].place;
        self.rx[at].free().map(|_| (at, place))
    }

    /// Compares what was received with what should have been.
    fn got(&mut self, place: Place, got: Got, most: usize) {
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
        let got = self.rx[at].free().expect("free").receive(arg, blocks);
        self.got(place, got, 1);
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
        self.rx[at].free().expect("free").cancel_poll();
        let soft = self.rx[at].soft;
        self.waits.leave(soft);
    }

    /// Makes a stream of the end, or gives the end back.
    pub fn turn_stream(&mut self, who: u8, _: u8) {
        let Some((at, _)) = self.free_rx(who) else { return };
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

    /// Starts a future: of one value or a batch, with a limit or without. It is polled by another step.
    pub fn start_recv(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        // What is collected from any shard is seen only at the end, which is too late for the model.
        let gathers = arg & 12 == 12 && place != Place::Any;
        let clock = (gathers || arg & 2 == 2).then(Clock::new);
        let entry = self.waits.enter(Side::Items, place, Kind::Hard);
        // SAFETY: the reference goes to the future only, which `end_op` drops, or `forget_recv` forgets, before `back`.
        let end = unsafe { self.rx[at].end.as_mut().expect("free").lend() };
        let (future, into) = if arg & 4 == 0 {
            (end.start(clock.as_ref(), arg & 1 == 1), None)
        } else {
            let (mut into, most) = (Lease::new(Vec::new()), usize::from(arg >> 4) % 4);
            // SAFETY: as above; `into` goes back after the future has gone.
            let lent = unsafe { into.lend() };
            let future = match &clock {
                Some(clock) if gathers => end.start_gather(lent, most, clock),
                clock => end.start_many(lent, most, clock.as_ref()),
            };
            (future, Some((into, most)))
        };
        assert!(!future.is_terminated(), "a new future is not over");
        self.rx[at].op = Some(RxOp { future, entry, into, clock, gathered: gathers.then(Vec::new) });
    }

    pub fn poll_recv_op(&mut self, who: u8, arg: u8) {
        let Some(at) = self.rx_at(who) else { return };
        let place = self.rx[at].place;
        let Some(op) = &mut self.rx[at].op else { return };
        let most = op.into.as_ref().map_or(1, |(_, most)| *most);
        let over = op.clock.as_ref().is_some_and(Clock::is_over);
        let polled = self.waits.poll(op.entry, arg & 1 == 1, |waker| {
            let polled = op.future.poll(&mut Context::from_waker(waker));
            (polled.is_pending(), polled)
        });
        assert_eq!(op.future.is_terminated(), polled.is_ready(), "a future is over once it was ready, and not before");
        if over {
            self.waits.limit_passed(op.entry);
        }
        if op.gathered.is_some() {
            return self.follow_gather(at, polled, most, over);
        }
        let Poll::Ready(came) = polled else {
            assert_eq!(self.model.starved(place), Some(Why::NotNow), "a future pending at {place:?}");
            return assert!(!over, "its limit has passed");
        };
        let got = match came {
            Came::Value(shard, value) => Ok(vec![(shard, value)]),
            Came::Count(count) => {
                let values = self.take_into(at);
                assert_eq!(values.len(), count, "as many as it says");
                Ok(values.into_iter().map(|value| (None, value)).collect())
            }
            Came::Not(why) => {
                assert!(over || why == Why::Never, "its limit has not passed");
                Err(why)
            }
        };
        self.end_rx_op(at);
        self.got(place, got, most);
    }

    /// The model does what a poll of a gathering should have done: it took all there was, up to what it asks for.
    fn follow_gather(&mut self, at: usize, polled: Poll<Came>, most: usize, over: bool) {
        let place = self.rx[at].place;
        let starved = self.model.starved(place);
        let gathered = self.rx[at].op.as_mut().and_then(|op| op.gathered.as_mut()).expect("it gathers");
        let before = gathered.len();
        for shard in self.model.of(place) {
            let queue = &mut self.model.shards[shard].queue;
            let more = queue.len().min(most - gathered.len());
            gathered.extend(queue.drain(..more));
        }
        let count = gathered.len();
        let ended = count < most && self.model.starved(place) == Some(Why::Never);
        let ready = count == most || ended || count > 0 && over;
        match polled {
            Poll::Pending => assert!(!ready, "a gathering pending with {count} of {most}, {starved:?}"),
            Poll::Ready(Came::Not(Why::Never)) => assert!(ended && count == 0, "it gathered {count}"),
            Poll::Ready(Came::Count(said)) => assert!(ready && said == count, "it says {said} of {count}"),
            Poll::Ready(_) => unreachable!("it gives a count"),
        }
        if ready {
            self.drop_recv_at(at);
        } else if count > before {
            let entry = self.rx[at].op.as_ref().expect("it gathers").entry;
            self.waits.waits_anew(entry);
        }
    }

    /// Drops the future under way; it has received nothing, but for what it has gathered.
    pub fn drop_recv_op(&mut self, who: u8, _: u8) {
        if let Some(at) = self.rx_at(who) {
            self.drop_recv_at(at);
        }
    }

    fn drop_recv_at(&mut self, at: usize) {
        self.check_into(at);
        self.end_rx_op(at);
    }

    pub fn forget_recv_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.rx_at(who) else { return };
        let Some(op) = &mut self.rx[at].op else { return };
        op.future.forget();
        let entry = op.entry;
        self.waits.forget(entry);
        self.check_into(at);
        self.rx[at].end_op();
    }

    pub fn expire_recv_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.rx_at(who) else { return };
        if let Some(clock) = self.rx[at].op.as_ref().and_then(|op| op.clock.as_ref()) {
            clock.expire();
        }
    }

    /// What a future that goes has received: nothing, but for what it has gathered, in order.
    fn check_into(&mut self, at: usize) {
        let gathered = self.rx[at].op.as_mut().and_then(|op| op.gathered.take()).unwrap_or_default();
        let into = self.take_into(at);
        assert!(into.iter().map(|value| value.id).eq(gathered), "received by a future that went: {into:?}");
    }

    /// What a batch has received, if one is under way. Its future goes.
    fn take_into(&mut self, at: usize) -> Vec<Value> {
        let Some(RxOp { into: Some((into, _)), future, .. }) = &mut self.rx[at].op else { return Vec::new() };
        *future = Box::new(Over);
        into.back();
        std::mem::take(into.get())
    }

    fn end_rx_op(&mut self, at: usize) {
        if let Some(entry) = self.rx[at].op.as_ref().map(|op| op.entry) {
            self.rx[at].end_op();
            self.waits.end(entry);
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
        drop(seat);
        self.model.drop_receiver(place);
    }

    pub fn close_rx(&mut self, who: u8, _: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        let first = self.rx[at].free().expect("free").close();
        assert_eq!(first, self.model.close(place), "whether this call closed {place:?}");
    }

    /// To an exclusive receiver and back, or to one receiver for each shard.
    pub fn convert_rx(&mut self, who: u8, arg: u8) {
        let Some((at, place)) = self.free_rx(who) else { return };
        if self.rx[at].free().expect("free").is_stream() {
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

/// In the place of a future that has gone.
struct Over;

impl Pending<Came> for Over {
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<Came> {
        unreachable!("its future has gone")
    }

    fn is_terminated(&self) -> bool {
        true
    }

    fn forget(&mut self) {}
}
