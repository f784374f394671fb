//! Every async method of every end, and how each state of it is reached.

use hel::channel::mpmc::ShardedReceiver;
use hel::rt::{self, Batches};

use crate::clock::SECOND;
use crate::ends::{Exclusive, Keyed, KeyedByFn, Kind, Plain, Receiving, RoundRobin, Sending, Sinking, Spsc};
use crate::stage::{self, Begin, Load, Outcome, When};
use crate::subject::{Part, future, on_sink, outcome, stream};
use crate::support::Counted;

/// One method of one end.
pub(crate) struct Scenario {
    pub(crate) method: &'static str,
    pub(crate) on: &'static str,
    pub(crate) is_shared: bool,
    pub(crate) states: Vec<When>,
    pub(crate) run: Box<dyn Fn(When, usize) -> Outcome>,
}

/// The states that all have.
const COMMON: [When; 6] =
    [When::NeverPolled, When::ReadyAtOnce, When::Pending, When::Woken, When::Closed, When::Disconnected];
const PLAIN: &[When] = &[When::Ready];
const TIMED: &[When] = &[When::Ready, When::Expired, When::TimedOut];
const LINGERING: &[When] = &[When::Lingering, When::Lingered];
const CLOSING: [When; 5] = [When::NeverPolled, When::ReadyAtOnce, When::Pending, When::Woken, When::Ready];

/// Room or values for so many, where a method takes more than one.
const MAX: usize = 3;

pub(crate) fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    receives::<Plain>(&mut all);
    receives::<Exclusive>(&mut all);
    receives::<Spsc>(&mut all);
    receives::<RoundRobin>(&mut all);
    from_any_shard(&mut all);
    sends::<Plain>(&mut all);
    sends::<Spsc>(&mut all);
    sends::<RoundRobin>(&mut all);
    sends::<Keyed>(&mut all);
    sends::<KeyedByFn>(&mut all);
    sinks::<Plain>(&mut all);
    sinks::<Spsc>(&mut all);
    sinks::<RoundRobin>(&mut all);
    sinks::<KeyedByFn>(&mut all);
    all
}

/// Adds a method of a receiving end.
struct OfReceiver<'r>(&'r mut Vec<Scenario>);

impl OfReceiver<'_> {
    fn add<K: Kind>(&mut self, method: &'static str, there: usize, more: &[When], begin: Begin<K::Rx>) {
        self.add_last::<K>(method, there, more, false, begin);
    }

    fn add_last<K: Kind>(
        &mut self,
        method: &'static str,
        there: usize,
        more: &[When],
        last: bool,
        begin: Begin<K::Rx>,
    ) {
        self.0.push(Scenario {
            method,
            on: K::RX,
            is_shared: K::Rx::SHARED && !last,
            states: [&COMMON, more].concat(),
            run: Box::new(move |when, polls| stage::receive::<K>(begin, there, last, when, polls)),
        });
    }
}

fn end<E>(end: &mut Option<E>) -> &mut E {
    end.as_mut().expect("the end is there")
}

fn value<X>(output: Result<Counted, X>, out: &mut Vec<Counted>) -> bool {
    output.map(|value| out.push(value)).is_ok()
}

fn push(item: Counted, out: &mut Vec<Counted>) {
    out.push(item);
}

fn receives<K: Kind>(all: &mut Vec<Scenario>) {
    let mut of = OfReceiver(all);
    of.add::<K>("recv_async", 1, PLAIN, |rx, _| future(end(rx).one(), value));
    of.add::<K>("recv_batch_async", 2, PLAIN, |rx, hands| outcome(end(rx).batch(&mut hands.vec, MAX)));
    of.add::<K>("stream().next()", 1, PLAIN, |rx, _| stream(end(rx).as_stream(), true, push, |_| Vec::new()));
    of.add::<K>("stream()", 1, PLAIN, |rx, _| stream(end(rx).as_stream(), false, push, |_| Vec::new()));
    let into_stream: Begin<K::Rx> =
        |rx, _| stream(rx.take().expect("the end").to_stream(), false, push, |_| Vec::new());
    if K::Rx::SHARED {
        of.add::<K>("into_stream()", 1, PLAIN, into_stream);
    }
    of.add_last::<K>("into_stream() of the last", 1, PLAIN, true, into_stream);
    of.add::<K>("timeout(recv_async)", 1, TIMED, |rx, hands| {
        future(rt::timeout(hands.clock.clone(), SECOND, end(rx).one()), value)
    });
    of.add::<K>("timeout(recv_batch_async)", 2, TIMED, |rx, hands| {
        outcome(rt::timeout(hands.clock.clone(), SECOND, end(rx).batch(&mut hands.vec, MAX)))
    });
    of.add::<K>("gather", MAX, LINGERING, |rx, hands| {
        outcome(rt::gather(hands.clock.clone(), end(rx).lend(), &mut hands.vec, MAX, SECOND))
    });
    of.add::<K>("Batches::next()", MAX, LINGERING, |rx, hands| {
        let batches = Batches::new(hands.clock.clone(), end(rx).lend(), MAX, SECOND);
        stream(batches, true, |batch, out| out.extend(batch), Batches::take_partial)
    });
    of.add::<K>("Batches", MAX, LINGERING, |rx, hands| {
        let batches = Batches::new(hands.clock.clone(), end(rx).lend(), MAX, SECOND);
        stream(batches, false, |batch, out| out.extend(batch), Batches::take_partial)
    });
}

fn from_any_shard(all: &mut Vec<Scenario>) {
    let mut of = OfReceiver(all);
    let one: Begin<ShardedReceiver<Counted>> =
        |rx, _| future(end(rx).recv_any_async(), |output, out| output.map(|(_, value)| out.push(value)).is_ok());
    of.add::<RoundRobin>("recv_any_async", 1, PLAIN, one);
    of.add::<RoundRobin>("recv_any_batch_async", 2, PLAIN, |rx, hands| {
        outcome(end(rx).recv_any_batch_async(&mut hands.tagged, MAX))
    });
    of.add::<RoundRobin>("timeout(recv_any_async)", 1, TIMED, |rx, hands| {
        let timed = rt::timeout(hands.clock.clone(), SECOND, end(rx).recv_any_async());
        future(timed, |output, out| output.map(|(_, value)| out.push(value)).is_ok())
    });
}

/// Adds a method of a sending end.
struct OfSender<'r>(&'r mut Vec<Scenario>);

impl OfSender<'_> {
    fn add<K: Kind>(&mut self, method: &'static str, load: Load, more: &[When], begin: Begin<K::Tx>) {
        self.add_last::<K>(method, load, more, false, begin);
    }

    fn add_last<K: Kind>(&mut self, method: &'static str, load: Load, more: &[When], last: bool, begin: Begin<K::Tx>) {
        self.0.push(Scenario {
            method,
            on: K::TX,
            is_shared: K::Tx::SHARED && !last,
            states: if load == Load::Close { CLOSING.to_vec() } else { [&COMMON, more].concat() },
            run: Box::new(move |when, polls| stage::send::<K>(begin, load, last, when, polls)),
        });
    }
}

fn sends<K: Kind>(all: &mut Vec<Scenario>) {
    let mut of = OfSender(all);
    of.add::<K>("send_async", Load::One, PLAIN, |tx, hands| {
        future(end(tx).one(hands.take()), |output, out| output.map_err(|error| out.push(error.into_inner())).is_ok())
    });
    of.add::<K>("send_ref_async", Load::One, PLAIN, |tx, hands| outcome(end(tx).by_ref(&mut hands.slot)));
    let [batch, timed_batch] = K::BATCHES;
    of.add::<K>(batch, Load::Batch, PLAIN, |tx, hands| outcome(end(tx).batch(&mut hands.vec)));
    of.add::<K>("timeout(send_async)", Load::One, TIMED, |tx, hands| {
        let timed = rt::timeout(hands.clock.clone(), SECOND, end(tx).one(hands.take()));
        future(timed, |output, out| output.map_err(|error| out.push(error.into_inner())).is_ok())
    });
    of.add::<K>("timeout(send_ref_async)", Load::One, TIMED, |tx, hands| {
        outcome(rt::timeout(hands.clock.clone(), SECOND, end(tx).by_ref(&mut hands.slot)))
    });
    of.add::<K>(timed_batch, Load::Batch, TIMED, |tx, hands| {
        outcome(rt::timeout(hands.clock.clone(), SECOND, end(tx).batch(&mut hands.vec)))
    });
    of.add::<K>("closed_async", Load::Close, &[], |tx, _| future(end(tx).closed(), |(), _| true));
}

fn sinks<K: Kind<Tx: Sinking>>(all: &mut Vec<Scenario>) {
    let mut of = OfSender(all);
    of.add::<K>("sink().send(value)", Load::One, PLAIN, |tx, hands| on_sink(end(tx).as_sink(), Part::Send, hands));
    of.add::<K>("sink().feed(value)", Load::Two, PLAIN, |tx, hands| on_sink(end(tx).as_sink(), Part::Feed, hands));
    of.add::<K>("sink().flush()", Load::First, PLAIN, |tx, hands| on_sink(end(tx).as_sink(), Part::Flush, hands));
    of.add::<K>("sink()", Load::First, PLAIN, |tx, hands| on_sink(end(tx).as_sink(), Part::All, hands));
    let into_sink: Begin<K::Tx> = |tx, hands| on_sink(tx.take().expect("the end").to_sink(), Part::All, hands);
    if K::Tx::SHARED {
        of.add::<K>("into_sink()", Load::First, PLAIN, into_sink);
    }
    of.add_last::<K>("into_sink() of the last", Load::First, PLAIN, true, into_sink);
}
