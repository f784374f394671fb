//! One row of the table, played on a channel: poll, let something happen, drop, and look where everything is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;

use hel::channel::errors::TryRecvError;

use crate::clock::{Clock, SECOND};
use crate::ends::{Kind, Receiving, Sending};
use crate::subject::{Hands, Subject};
use crate::support::waker::CountingWaker;
use crate::support::{Counted, Ledger};

/// When an operation is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    NeverPolled,
    ReadyAtOnce,
    Pending,
    Woken,
    Closed,
    Ready,
    Disconnected,
    Expired,
    TimedOut,
    Lingering,
    /// Ready since the time to wait for more is over.
    Lingered,
}

impl When {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NeverPolled => "never polled",
            Self::ReadyAtOnce => "ready at once",
            Self::Pending => "pending",
            Self::Woken => "woken",
            Self::Closed => "closed",
            Self::Ready | Self::Lingered => "ready",
            Self::Disconnected => "disconnected",
            Self::Expired => "expired",
            Self::TimedOut => "timed out",
            Self::Lingering => "lingering",
        }
    }

    /// How many polls are pending before.
    pub(crate) fn polls(self) -> std::ops::RangeInclusive<usize> {
        if self.is_at_once() { 0..=0 } else { 1..=3 }
    }

    /// Whether it finds at its first poll what it wants.
    fn is_at_once(self) -> bool {
        matches!(self, Self::NeverPolled | Self::ReadyAtOnce)
    }
}

/// What a row says, as it was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) values: String,
    pub(crate) wake_up: String,
    pub(crate) channel: String,
}

/// How an operation begins at an end; an owned one takes the end.
pub(crate) type Begin<E> = for<'a> fn(&'a mut Option<E>, &'a mut Hands) -> Box<dyn Subject + 'a>;

/// The other side of the channel.
trait Peer {
    /// Lets the operation go on by one value.
    fn serve(&mut self);
    fn close(&mut self);
}

struct Sends<'a, T> {
    tx: &'a mut T,
    ledger: &'a Ledger,
}

impl<T: Sending> Peer for Sends<'_, T> {
    fn serve(&mut self) {
        assert!(self.tx.at_once(self.ledger.value()).is_ok());
    }

    fn close(&mut self) {
        self.tx.end_it();
    }
}

struct Receives<'a, R> {
    rx: &'a mut R,
    got: &'a mut Vec<Counted>,
    /// Closing is all that the operation waits for.
    only_close: bool,
}

impl<R: Receiving> Peer for Receives<'_, R> {
    fn serve(&mut self) {
        match self.only_close {
            true => self.close(),
            false => self.got.push(self.rx.at_once().unwrap()),
        }
    }

    fn close(&mut self) {
        self.rx.end_it();
    }
}

/// What was seen of the wake-ups.
#[derive(Debug)]
struct Wakes {
    /// How often the channel woke the operation.
    own: usize,
    /// How many copies of its waker are held after the drop.
    held: usize,
    /// How often the next in the queue was woken before the drop, and after it; none if nobody else can wait.
    next: Option<(usize, usize)>,
    /// Whether the next could go on after the drop.
    next_served: bool,
    /// Whether the operation took what it was woken for.
    took: bool,
}

impl Wakes {
    fn words(&self) -> String {
        let words = match self.next {
            _ if self.held > 0 => "kept",
            _ if self.own == 0 => "none",
            None if self.took => "used",
            None => "alone",
            Some((0, 0)) if self.next_served => "LOST",
            Some((0, 0)) => "used",
            Some((0, 1)) if self.next_served => "passed on",
            Some((1, 1)) => "shared",
            _ => return format!("{self:?}"),
        };
        words.to_owned()
    }
}

/// The values that an operation was dropped with, and who was told.
struct Dropped {
    wakes: Wakes,
    out: Vec<Counted>,
    is_ok: bool,
    kept: Vec<Counted>,
    next_got: Vec<Counted>,
}

/// Polls, lets things happen, and drops.
struct Play<'s> {
    subject: Box<dyn Subject + 's>,
    next: Option<Box<dyn Subject + 's>>,
    clock: Clock,
    own: Arc<CountingWaker>,
    behind: Arc<CountingWaker>,
    out: Vec<Counted>,
    woken: usize,
}

impl Play<'_> {
    fn poll(&mut self) -> Poll<bool> {
        self.subject.poll(&self.own.waker(), &mut self.out)
    }

    /// Something happens on the channel, which may wake.
    fn notice(&mut self, event: impl FnOnce()) {
        let before = self.own.wakes();
        event();
        self.woken += self.own.wakes() - before;
    }

    /// Serves until it is ready.
    fn finish(&mut self, peer: &mut dyn Peer) -> bool {
        (0..CALLS).any(|_| {
            self.notice(|| peer.serve());
            self.poll() == Poll::Ready(true)
        })
    }

    fn reach(&mut self, when: When, polls: usize, peer: &mut dyn Peer) {
        (0..polls).for_each(|nth| assert_eq!(self.poll(), Poll::Pending, "{when:?}, poll {nth}"));
        if let Some(next) = self.next.as_mut().filter(|_| polls > 0) {
            assert!(next.poll(&self.behind.waker(), &mut Vec::new()).is_pending());
        }
        match when {
            When::NeverPolled | When::Pending => {}
            When::ReadyAtOnce => assert_eq!(self.poll(), Poll::Ready(true)),
            When::Woken => self.notice(|| peer.serve()),
            When::Ready => assert!(self.finish(peer)),
            When::Closed => self.notice(|| peer.close()),
            When::Disconnected => {
                self.notice(|| peer.close());
                assert_eq!(self.poll(), Poll::Ready(false));
            }
            When::Expired => self.clock.advance(SECOND),
            When::TimedOut => {
                self.clock.advance(SECOND);
                assert_eq!(self.poll(), Poll::Ready(false));
            }
            When::Lingering => {
                self.notice(|| peer.serve());
                assert_eq!(self.poll(), Poll::Pending);
            }
            When::Lingered => {
                self.notice(|| peer.serve());
                assert_eq!(self.poll(), Poll::Pending);
                self.clock.advance(SECOND);
                assert_eq!(self.poll(), Poll::Ready(true));
            }
        }
        if matches!(when, When::Expired | When::TimedOut) {
            assert!(self.own.wakes() > 0, "the timer wakes");
        }
    }

    fn drop_it(mut self, when: When) -> Dropped {
        let before = self.behind.wakes();
        self.subject.drop_it();
        let (held, after) = (self.own.held(), self.behind.wakes());
        let kept = self.subject.kept();
        let mut next_got = Vec::new();
        let polled = self.next.as_mut().filter(|_| !when.is_at_once()).map(|next| {
            let polled = next.poll(&self.behind.waker(), &mut next_got);
            polled.is_ready()
        });
        let wakes = Wakes {
            own: self.woken,
            held,
            next: polled.map(|_| (before, after)),
            next_served: polled == Some(true),
            took: matches!(when, When::Ready | When::Disconnected | When::Lingering | When::Lingered),
        };
        let is_ok = !matches!(when, When::Disconnected | When::TimedOut);
        Dropped { wakes, out: self.out, is_ok, kept, next_got }
    }
}

/// More than any operation here takes or has.
const CALLS: usize = 4;

fn play<'s>(
    subject: Box<dyn Subject + 's>,
    next: Option<Box<dyn Subject + 's>>,
    clock: Clock,
    (when, polls): (When, usize),
    peer: &mut dyn Peer,
) -> Dropped {
    let (own, behind) = (CountingWaker::new(), CountingWaker::new());
    let mut play = Play { subject, next, clock, own, behind, out: Vec::new(), woken: 0 };
    play.reach(when, polls, peer);
    play.drop_it(when)
}

/// Where values are, by number; those that are nowhere were dropped.
#[derive(Default)]
struct Places(BTreeMap<usize, &'static str>);

impl Places {
    /// Notes that `values` are in a place, in this order.
    fn note<'v>(&mut self, place: &'static str, values: impl IntoIterator<Item = &'v Counted>) {
        let ids: Vec<_> = values.into_iter().map(|value| value.id).collect();
        assert!(ids.is_sorted(), "out of order {place}: {ids:?}");
        for id in ids {
            assert_eq!(self.0.insert(id, place), None, "value {id} is in two places");
        }
    }

    /// In order of the values, each place once in a row.
    fn words(&self, ids: std::ops::Range<usize>) -> String {
        let mut places: Vec<_> = ids.map(|id| *self.0.get(&id).unwrap_or(&"dropped")).collect();
        places.dedup();
        if places.is_empty() { "none".to_owned() } else { places.join(", then ") }
    }
}

fn hands(clock: &Clock) -> Hands {
    Hands { clock: clock.clone(), slot: None, vec: Vec::new(), tagged: Vec::new() }
}

/// What is left in an end, if there is one.
fn drain<R: Receiving>(rx: Option<&mut R>) -> Vec<Counted> {
    let mut left = Vec::new();
    if let Some(rx) = rx {
        while let Ok(value) = rx.at_once() {
            left.push(value);
        }
    }
    left
}

/// Whether a value still gets from one end to the other.
fn channel_words<T: Sending, R: Receiving>(ledger: &Ledger, tx: Option<&mut T>, rx: Option<&mut R>) -> String {
    let value = ledger.value();
    let id = value.id;
    let sent = tx.is_some_and(|tx| tx.at_once(value).is_ok());
    let words = match rx.map(|rx| rx.at_once()) {
        Some(Ok(value)) if sent && value.id == id => "open",
        Some(Err(TryRecvError::Disconnected)) | None if !sent => "closed",
        other => return format!("{sent}, {other:?}"),
    };
    words.to_owned()
}

/// Drops a receive that finds `there` values at its first poll, or one after the other.
pub(crate) fn receive<K: Kind>(begin: Begin<K::Rx>, there: usize, last: bool, when: When, polls: usize) -> Outcome {
    let (ledger, clock, (mut tx, rx)) = (Ledger::new(), Clock::new(), K::ends());
    if when.is_at_once() {
        (0..there).for_each(|_| tx.at_once(ledger.value()).unwrap());
    }
    let mut spare = rx.second().filter(|_| !last);
    assert_eq!(spare.is_some(), K::Rx::SHARED && !last);
    let (mut rx, mut hands) = (Some(rx), hands(&clock));
    let mut peer = Sends { tx: &mut tx, ledger: &ledger };
    let next = spare
        .as_mut()
        .map(|spare| crate::subject::future(spare.one(), |output, got| output.map(|value| got.push(value)).is_ok()));
    let dropped = play(begin(&mut rx, &mut hands), next, clock, (when, polls), &mut peer);
    let made = ledger.made();
    let mut rest = rx.as_mut().or(spare.as_mut());
    let left = drain(rest.as_deref_mut());
    let channel = channel_words(&ledger, Some(&mut tx), rest);
    let mut places = Places::default();
    places.note("received", &dropped.out);
    places.note("in the `Vec`", hands.vec.iter().chain(hands.tagged.iter().map(|(_, value)| value)));
    places.note("in the stream", &dropped.kept);
    places.note("in the channel", dropped.next_got.iter().chain(&left));
    let outcome = Outcome { values: places.words(0..made), wake_up: dropped.wakes.words(), channel };
    drop((tx, rx, spare, hands, left, dropped.out, dropped.kept, dropped.next_got));
    ledger.assert_each_dropped_once();
    outcome
}

/// What a send is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Nothing: it waits for the close.
    Close,
    /// One value in the slot, and a channel that is full.
    One,
    /// Three values in the `Vec`, and a channel with room for one.
    Batch,
    /// One value in the `Vec`, for a sink, and a channel that is full.
    First,
    /// One value in the `Vec` and one in the slot, and a channel that is full.
    Two,
}

impl Load {
    /// How many values in the `Vec`, and in the slot.
    fn values(self) -> (usize, usize) {
        match self {
            Self::Close => (0, 0),
            Self::One => (0, 1),
            Self::Batch => (3, 0),
            Self::First => (1, 0),
            Self::Two => (1, 1),
        }
    }
}

/// Drops a send.
pub(crate) fn send<K: Kind>(begin: Begin<K::Tx>, load: Load, last: bool, when: When, polls: usize) -> Outcome {
    let (ledger, clock, (mut tx, mut rx)) = (Ledger::new(), Clock::new(), K::ends());
    let mut hands = hands(&clock);
    let (vec, slot) = load.values();
    (0..vec).for_each(|_| hands.vec.push(ledger.value()));
    (0..slot).for_each(|_| hands.slot = Some(ledger.value()));
    let made = ledger.made();
    let mut got = Vec::new();
    if !when.is_at_once() {
        while tx.at_once(ledger.value()).is_ok() {}
        (0..usize::from(load == Load::Batch)).for_each(|_| got.push(rx.at_once().unwrap()));
    } else if load == Load::Close && when == When::ReadyAtOnce {
        rx.end_it();
    }
    let mut spare = tx.second().filter(|_| !last);
    assert_eq!(spare.is_some(), K::Tx::SHARED && !last);
    let (mut tx, only_close) = (Some(tx), load == Load::Close);
    let next = spare.as_mut().map(|spare| match only_close {
        true => crate::subject::future(spare.closed(), |(), _| true),
        false => crate::subject::outcome(spare.one(ledger.value())),
    });
    let mut peer = Receives { rx: &mut rx, got: &mut got, only_close };
    let dropped = play(begin(&mut tx, &mut hands), next, clock, (when, polls), &mut peer);
    got.extend(drain(Some(&mut rx)));
    let channel = channel_words(&ledger, tx.as_mut().or(spare.as_mut()), Some(&mut rx));
    let mut places = Places::default();
    places.note(if dropped.is_ok { "received" } else { "in the error" }, &dropped.out);
    places.note("in the slot", &hands.slot);
    places.note("in the `Vec`", &hands.vec);
    places.note("in the sink", &dropped.kept);
    got.retain(|value| value.id < made);
    places.note("sent", &got);
    let outcome = Outcome { values: places.words(0..made), wake_up: dropped.wakes.words(), channel };
    drop((tx, rx, spare, hands, got, dropped.out, dropped.kept));
    ledger.assert_each_dropped_once();
    outcome
}
