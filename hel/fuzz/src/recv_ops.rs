//! Steps of futures that receive.

use std::task::{Context, Poll};

use crate::batching::{Collected, check_collected};
use crate::lease::Lease;
use crate::model::{Place, Side, Why};
use crate::pending::{Clock, Pending, drop_future};
use crate::rx::{Came, Wanted};
use crate::value::Value;
use crate::waits::{EntryId, Kind};
use crate::world::World;

pub(crate) struct RxOp {
    pub(crate) future: Box<dyn Pending<Came>>,
    pub(crate) entry: EntryId,
    /// The place for a batch, and how many may come.
    pub(crate) into: Option<(Lease<Vec<Value>>, usize)>,
    pub(crate) clock: Option<Clock>,
    /// It collects, and has got these.
    pub(crate) gathered: Option<Vec<Collected>>,
}

impl World {
    /// Starts a future: of one value or a batch, with a limit or without. It is polled by another step.
    pub fn start_recv(&mut self, who: u8, arg: u8) {
        self.begin_recv(who, arg, false);
    }

    /// Starts one that owns its end, which goes with it.
    pub fn start_owned_recv(&mut self, who: u8, arg: u8) {
        self.begin_recv(who, arg, true);
    }

    fn begin_recv(&mut self, who: u8, arg: u8, owned: bool) {
        let Some((at, place)) = self.free_rx(who) else { return };
        if owned && !self.rx[at].free().expect("free").is_bare() {
            return;
        }
        // From which shards something was collected is seen by the end, which has to be here.
        let gathers = arg & 12 == 12 && !(owned && place == Place::Any);
        let clock = (gathers || arg & 2 == 2).then(Clock::new);
        let entry = self.waits.enter(Side::Items, place, Kind::Hard);
        let mut into = (arg & 4 == 4).then(|| (Lease::new(Vec::new()), usize::from(arg >> 4) % 4));
        // SAFETY: the reference goes to the future only, and `into` goes back after that has gone.
        let wanted = match into.as_mut().map(|(into, most)| (unsafe { into.lend() }, *most)) {
            None => Wanted::One { told_of: arg & 1 == 1 },
            Some((into, most)) if gathers => Wanted::Gathered(into, most),
            Some((into, most)) => Wanted::Many(into, most),
        };
        let future = if owned {
            let end = self.rx[at].end.take().expect("free").into_inner();
            end.start_owned(wanted, clock.as_ref())
        } else {
            // SAFETY: as above: `end_op` drops the future, or `forget_recv_op` forgets it, before `back`.
            unsafe { self.rx[at].end.as_mut().expect("free").lend() }.start(wanted, clock.as_ref())
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
            // There is no timer before it waits.
            return assert!(!over || self.waits.gave_way(op.entry), "its limit has passed");
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
        self.bury_rx(at);
    }

    /// The model does what a poll of a gathering should have done: it took all there was, up to what it asks for.
    fn follow_gather(&mut self, at: usize, polled: Poll<Came>, most: usize, over: bool) {
        let place = self.rx[at].place;
        let starved = self.model.starved(place);
        let end = self.rx[at].end.as_ref().filter(|_| place == Place::Any);
        // SAFETY: a receiver from any shard lends no more than shared references of itself.
        let lens = end.and_then(|end| unsafe { end.peek() }.shard_lens());
        let before = self.rx[at].holds_gathered();
        let come = self.model.len(place).min(most - before);
        let collected = self.collect(place, come, lens);
        let op = self.rx[at].op.as_mut().expect("it gathers");
        op.gathered.as_mut().expect("it gathers").extend(collected);
        let count = before + come;
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
        self.bury_rx(at);
    }

    /// An end that its future owned has gone with that.
    fn bury_rx(&mut self, at: usize) {
        if self.rx[at].end.is_none() {
            let seat = self.rx.remove(at);
            self.drop_rx(seat);
        }
    }

    pub fn forget_recv_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.rx_at(who) else { return };
        if self.rx[at].op.is_some() && self.rx[at].end.is_none() {
            return self.forget_rx(at);
        }
        let Some(op) = &mut self.rx[at].op else { return };
        op.future.forget();
        let entry = op.entry;
        self.waits.forget(entry);
        self.check_into(at);
        self.rx[at].end_op();
    }

    /// As if forgotten with its end: nothing of it is touched any more, until all others have gone.
    fn forget_rx(&mut self, at: usize) {
        let seat = self.rx.remove(at);
        for entry in seat.op.iter().map(|op| op.entry).chain([seat.soft, seat.stream]) {
            self.waits.forget(entry);
        }
        self.forgotten_rx.push(seat);
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
        check_collected(&into, &gathered);
    }

    /// What a batch has received, if one is under way. Its future goes.
    fn take_into(&mut self, at: usize) -> Vec<Value> {
        let Some(RxOp { into: Some((into, _)), future, .. }) = &mut self.rx[at].op else { return Vec::new() };
        drop_future(future);
        into.back();
        std::mem::take(into.get())
    }

    fn end_rx_op(&mut self, at: usize) {
        if let Some(entry) = self.rx[at].op.as_ref().map(|op| op.entry) {
            self.rx[at].end_op();
            self.waits.end(entry);
        }
    }
}
