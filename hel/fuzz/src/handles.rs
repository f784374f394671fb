//! Steps of sinks, and of sending handles themselves.

use std::task::{Context, Poll};

use crate::lease::Lease;
use crate::model::{Place, Why};
use crate::sending::{TxSeat, Way, item};
use crate::tx::{Given, Sunk, TxEnd};
use crate::value::{self, Value};
use crate::world::{SEATS, World};

impl World {
    /// Makes a sink of the end, or gives the end back, and what the sink kept.
    pub fn turn_sink(&mut self, who: u8, _: u8) {
        let Some(at) = self.tx_at(who) else { return };
        if self.tx[at].free().is_none() {
            return;
        }
        let seat = &mut self.tx[at];
        let end = seat.end.take().expect("free").into_inner();
        let (was_sink, kept, sink) = (end.is_sink(), seat.kept.take(), seat.sink);
        let (end, value) = end.turn();
        assert_eq!(end.is_none(), seat.closed, "a closed sink has no end any more");
        seat.end = end.map(Lease::new);
        assert!(value.iter().map(item).eq(kept), "what a sink kept");
        if was_sink {
            self.waits.leave(sink);
        }
        if self.tx[at].closed {
            let seat = self.tx.remove(at);
            self.drop_tx(seat);
        }
    }

    pub fn start_sink(&mut self, who: u8, arg: u8) {
        let Some(at) = self.sink_tx(who).filter(|&at| self.tx[at].kept.is_none()) else { return };
        let value = Value::new(arg & 7);
        let (item, closed) = (item(&value), self.tx[at].closed);
        let result = self.tx[at].sink().expect("a sink").start_send(value);
        let place = self.goes_to(at, item.key);
        match (result, self.model.refused(place)) {
            (Ok(()), None) if !closed => assert_eq!(self.send_by_model(at, &[item]), 1),
            (Ok(()), Some(Why::NotNow)) if !closed => self.tx[at].kept = Some(item),
            (Err((Why::Never, value)), refused) if closed || refused == Some(Why::Never) => {
                assert_eq!(value.id, item.id)
            }
            (result, refused) => panic!("start_send gave {result:?}, expected {refused:?}"),
        }
    }

    /// `poll_ready`, `poll_flush` or `poll_close`.
    pub fn poll_sink(&mut self, who: u8, arg: u8) {
        let Some(at) = self.sink_tx(who) else { return };
        let (sink, form) = (self.tx[at].sink, arg >> 1 & 3);
        let end = self.tx[at].end.as_mut().expect("a sink").get();
        let polled = self.waits.poll(sink, arg & 1 == 1, |waker| {
            let cx = &mut Context::from_waker(waker);
            let polled: Sunk = match form {
                0 | 1 => end.poll_ready(cx),
                2 => end.poll_flush(cx),
                _ => end.poll_close(cx),
            };
            (polled.is_pending(), polled)
        });
        let kept = self.tx[at].kept;
        let refused = kept.map(|item| (item, self.model.refused(self.goes_to(at, item.key))));
        match (polled, refused) {
            (Poll::Ready(Ok(())), None) => {}
            (Poll::Ready(Ok(())), Some((item, None))) => {
                assert_eq!(self.send_by_model(at, &[item]), 1);
                self.tx[at].kept = None;
            }
            (Poll::Ready(Err((Why::Never, value))), Some((item, Some(Why::Never)))) => {
                assert_eq!(value.id, item.id);
                self.tx[at].kept = None;
            }
            (Poll::Pending, Some((item, Some(Why::NotNow)))) => {
                return self.waits.needs(sink, self.homes[usize::from(item.key)]);
            }
            (polled, refused) => panic!("a sink's poll gave {polled:?}, expected {refused:?}"),
        }
        if form == 3 && !std::mem::replace(&mut self.tx[at].closed, true) {
            let (place, soft) = (self.tx[at].place(), self.tx[at].soft);
            self.waits.leave(soft);
            self.model.drop_sender(place);
        }
    }

    pub fn take_unsent(&mut self, who: u8, _: u8) {
        let Some(at) = self.sink_tx(who) else { return };
        let (kept, sink) = (self.tx[at].kept.take(), self.tx[at].sink);
        let value = self.tx[at].sink().expect("a sink").take_unsent();
        assert!(value.iter().map(item).eq(kept), "what a sink kept");
        self.waits.leave(sink);
    }

    pub fn clone_tx(&mut self, who: u8, arg: u8) {
        let Some(at) = self.bare_tx(who).filter(|_| self.tx.len() < SEATS) else { return };
        let shard = usize::from(arg) % self.model.shards.len();
        let plain = arg & 64 == 64;
        let way = self.tx[at].way.clone();
        let (end, way) = match (self.tx[at].bare().expect("bare"), way) {
            (TxEnd::Plain(Given::Bare(tx)), way) => (TxEnd::Plain(Given::Bare(tx.clone())), way),
            (TxEnd::Turns(Given::Bare(tx)), Way::Turns { run, .. }) if !plain => {
                let end = TxEnd::Turns(Given::Bare(tx.clone()));
                (end, Way::Turns { turn: self.next_clone(run), run })
            }
            (TxEnd::Keyed(Given::Bare(tx)), way) if !plain => (TxEnd::Keyed(Given::Bare(tx.clone())), way),
            (TxEnd::Grouped(tx), way) if !plain => (TxEnd::Grouped(tx.clone()), way),
            (TxEnd::Turns(Given::Bare(tx)), _) => {
                (TxEnd::Plain(Given::Bare(tx.shards()[shard].clone())), Way::Shard(shard))
            }
            (TxEnd::Keyed(Given::Bare(tx)), _) => {
                (TxEnd::Plain(Given::Bare(tx.shards()[shard].clone())), Way::Shard(shard))
            }
            (TxEnd::Grouped(tx), _) => (TxEnd::Plain(Given::Bare(tx.shards()[shard].clone())), Way::Shard(shard)),
            _ => return,
        };
        self.seat_tx(end, way);
        let place = self.tx.last().expect("seated").place();
        self.model.add_sender(place);
    }

    pub fn drop_tx_at(&mut self, who: u8, _: u8) {
        let Some(at) = self.tx_at(who) else { return };
        let seat = self.tx.remove(at);
        self.drop_tx(seat);
    }

    /// The future under way goes first, then the end.
    pub fn drop_tx(&mut self, mut seat: TxSeat) {
        let (place, closed, entry) = (seat.place(), seat.closed, seat.op.as_ref().map(|op| op.entry));
        drop(seat.end_op());
        for entry in entry.into_iter().chain([seat.soft, seat.sink]) {
            self.waits.end(entry);
        }
        let end = seat.end.take().map(Lease::into_inner);
        value::dropping(|| drop(end));
        if !closed {
            self.model.drop_sender(place);
        }
    }

    pub fn close_tx(&mut self, who: u8, _: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let place = self.tx[at].place();
        let end = self.tx[at].bare().expect("bare");
        let (first, expected) = (value::shaken(|| end.close()), self.model.close(place));
        assert!(first.is_none_or(|first| first == expected), "whether this call closed {place:?}");
    }

    pub fn downgrade_tx(&mut self, who: u8, _: u8) {
        let Some(at) = self.bare_tx(who) else { return };
        let Way::Shard(shard) = self.tx[at].way else { return };
        if let TxEnd::Plain(Given::Bare(tx)) = self.tx[at].bare().expect("bare") {
            let weak = tx.downgrade();
            self.weak_tx.push((weak, shard));
        }
    }

    pub fn upgrade_tx(&mut self, who: u8, _: u8) {
        if self.weak_tx.is_empty() || self.tx.len() >= SEATS {
            return;
        }
        let (weak, shard) = &self.weak_tx[usize::from(who) % self.weak_tx.len()];
        let (upgraded, shard) = (weak.upgrade(), *shard);
        assert_eq!(upgraded.is_some(), self.model.shards[shard].senders > 0, "whether a weak sender is upgraded");
        if let Some(tx) = upgraded {
            self.model.add_sender(Place::Shard(shard));
            self.seat_tx(TxEnd::Plain(Given::Bare(tx)), Way::Shard(shard));
        }
    }
}
