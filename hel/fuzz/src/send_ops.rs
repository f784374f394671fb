//! Steps of futures that send.

use std::task::{Context, Poll};

use crate::lease::Lease;
use crate::model::{Side, Why};
use crate::pending::{Clock, Pending};
use crate::sending::{Item, Way, item};
use crate::tx::{Offered, SentMany, TxEnd, Went};
use crate::value::Value;
use crate::waits::{EntryId, Kind};
use crate::world::World;

pub(crate) struct TxOp {
    pub(crate) future: Box<dyn Pending<Went>>,
    pub(crate) entry: EntryId,
    /// What is not sent yet, of how many.
    pub(crate) left: Vec<Item>,
    pub(crate) total: usize,
    pub(crate) from: From,
    pub(crate) clock: Option<Clock>,
}

/// Where a future has its values.
pub(crate) enum From {
    Itself,
    Slot(Lease<Option<Value>>),
    Batch(Lease<Vec<Value>>),
    /// It has none, and waits for the close.
    Close,
}

impl World {
    /// Starts a future that sends one value, by itself or out of a slot, or a batch, or that waits for the close.
    pub fn start_send(&mut self, who: u8, arg: u8) {
        self.begin_send(who, arg, false);
    }

    /// Starts one that owns its end, which goes with it.
    pub fn start_owned_send(&mut self, who: u8, arg: u8) {
        self.begin_send(who, arg, true);
    }

    fn begin_send(&mut self, who: u8, arg: u8, owned: bool) {
        let Some(at) = self.bare_tx(who) else { return };
        let (form, end) = (arg & 3, self.tx[at].bare().expect("bare"));
        let grouped = matches!(end, TxEnd::Grouped(_));
        if grouped && form == 2 || owned && (form == 3 || !end.can_be_owned(form == 2)) {
            return;
        }
        let clock = (arg & 4 == 4 && !grouped && form != 3).then(Clock::new);
        let keyed = matches!(self.tx[at].way, Way::ByKey);
        let mut values = match form {
            2 => self.values(arg & !7 | arg >> 5),
            3 => Vec::new(),
            _ => vec![Value::new(arg >> 3 & 7)],
        };
        let left: Vec<_> = values.iter().map(item).collect();
        // One that has its end for itself waits as a batch does: for room in any shard, to see whether it is the right one.
        let choosy = keyed && (form == 2 || owned);
        let place = match form {
            0 | 1 if !choosy => self.goes_to(at, left[0].key),
            _ => self.tx[at].place(),
        };
        let (side, kind) = match form {
            3 => (Side::Close, Kind::Hard),
            _ if choosy => (Side::Room, Kind::Choosy),
            _ => (Side::Room, Kind::Hard),
        };
        let (offered, from) = match form {
            0 => (Offered::One(values.pop().expect("one")), From::Itself),
            1 => {
                let mut slot = Lease::new(values.pop());
                // SAFETY: the reference goes to the future only, and the slot goes back after that has gone.
                (Offered::Slot(unsafe { slot.lend() }), From::Slot(slot))
            }
            2 => {
                let mut batch = Lease::new(values);
                // SAFETY: as above.
                (Offered::Many(unsafe { batch.lend() }), From::Batch(batch))
            }
            _ => (Offered::Nothing, From::Close),
        };
        let entry = self.waits.enter(side, place, kind);
        let future = if owned {
            let end = self.tx[at].end.take().expect("bare").into_inner();
            end.start_owned(offered, clock.as_ref())
        } else {
            // SAFETY: as above: `end_op` drops the future, or `forget_send_op` forgets it, before `back`.
            unsafe { self.tx[at].end.as_mut().expect("bare").lend() }.start(offered, clock.as_ref())
        };
        assert!(!future.is_terminated(), "a new future is not over");
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
        // There is no timer before it waits.
        let over = over && !self.waits.gave_way(op.entry);
        if let From::Close = op.from {
            let place = self.tx[at].place();
            assert_eq!(polled.is_ready(), self.model.is_closed(place), "whether {place:?} is closed");
        } else {
            self.follow_send_op(at, polled.is_ready(), over);
        }
        let op = self.tx[at].op.as_ref().expect("under way");
        match polled {
            Poll::Ready(went) => {
                self.end_tx_op(at, went, over);
                self.bury_tx(at);
            }
            Poll::Pending => {
                assert!(!over, "its limit has passed");
                if let Some(item) = op.left.first() {
                    self.waits.needs(op.entry, self.homes[usize::from(item.key)]);
                }
            }
        }
    }

    /// The model does what the poll should have done.
    fn follow_send_op(&mut self, at: usize, ready: bool, over: bool) {
        let op = self.tx[at].op.as_mut().expect("under way");
        let (mut left, one) = (std::mem::take(&mut op.left), !matches!(op.from, From::Batch(_)));
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
        self.bury_tx(at);
    }

    /// An end that its future owned has gone with that.
    fn bury_tx(&mut self, at: usize) {
        if self.tx[at].end.is_none() {
            let seat = self.tx.remove(at);
            self.drop_tx(seat);
        }
    }

    /// As if forgotten with its end: nothing of it is touched any more, until all others have gone.
    fn forget_tx(&mut self, at: usize) {
        let seat = self.tx.remove(at);
        for entry in seat.op.iter().map(|op| op.entry).chain([seat.soft, seat.sink]) {
            self.waits.forget(entry);
        }
        self.forgotten_tx.push(seat);
    }

    pub fn forget_send_op(&mut self, who: u8, _: u8) {
        let Some(at) = self.tx_at(who) else { return };
        if self.tx[at].op.is_some() && self.tx[at].end.is_none() {
            return self.forget_tx(at);
        }
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
