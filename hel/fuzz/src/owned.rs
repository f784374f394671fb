//! Futures that own their end, which goes with them.

use hel::rt::Operation;
use hel::{RecvBatchFuture, RecvFuture, SendBatchFuture, SendFuture, SendRefFuture, Source, Target};

use crate::pending::{Clock, Pending, pending};
use crate::rx::{self, Came, Held, RxEnd, Wanted};
use crate::tx::{self, Given, Offered, Single, TxEnd, Went};
use crate::value::Value;

impl RxEnd {
    /// A future that receives, and has this end for itself.
    pub fn start_owned(self, wanted: Wanted, clock: Option<&Clock>) -> Box<dyn Pending<Came>> {
        match self {
            Self::Plain(Held::Bare(end)) => receive(end, wanted, clock),
            Self::Exclusive(Held::Bare(end)) => receive(end, wanted, clock),
            Self::Spsc(Held::Bare(end)) => receive(end, wanted, clock),
            Self::Any(Held::Bare(end)) => receive(end, wanted, clock),
            _ => unreachable!("a stream is no end"),
        }
    }
}

fn receive<S: Source<Item = Value> + 'static>(end: S, wanted: Wanted, clock: Option<&Clock>) -> Box<dyn Pending<Came>> {
    match wanted {
        Wanted::One { .. } => {
            let value = |result: Result<Value, _>| result.map_or_else(Came::Not, |value| Came::Value(None, value));
            started(RecvFuture::new(end), clock, move |r| value(r.map_err(rx::gone)), move |r| value(rx::limited(r)))
        }
        Wanted::Many(into, max) => {
            let count = |result: Result<usize, _>| result.map_or_else(Came::Not, Came::Count);
            let future = RecvBatchFuture::new(end, into, max);
            started(future, clock, move |r| count(r.map_err(rx::gone)), move |r| count(rx::limited(r)))
        }
        Wanted::Gathered(into, max) => {
            let future = clock.expect("a gathering has a limit").gather(end, into, max);
            pending(future, |result| result.map_err(rx::gone).map_or_else(Came::Not, Came::Count))
        }
    }
}

impl TxEnd {
    /// Whether there are futures that own such an end, of one value or of a batch.
    pub fn can_be_owned(&self, batch: bool) -> bool {
        match self {
            Self::Plain(_) | Self::Spsc(_) | Self::Turns(_) => true,
            // What of a keyed batch went is seen by the end.
            Self::Keyed(_) => !batch,
            Self::Grouped(_) => false,
        }
    }

    /// A future that sends, and has this end for itself.
    pub fn start_owned(self, offered: Offered, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
        match self {
            Self::Plain(Given::Bare(end)) => send(end, offered, clock),
            Self::Spsc(Given::Bare(end)) => send(end, offered, clock),
            Self::Turns(Given::Bare(end)) => send(end, offered, clock),
            Self::Keyed(Given::Bare(end)) => send(end, offered, clock),
            _ => unreachable!("it cannot be owned"),
        }
    }
}

fn send<K: Target<Item = Value> + 'static>(end: K, offered: Offered, clock: Option<&Clock>) -> Box<dyn Pending<Went>> {
    match (offered, clock) {
        (Offered::One(value), None) => Box::new(Single::new(SendFuture::new(end, value))),
        (Offered::One(value), Some(clock)) => {
            pending(clock.limit(SendFuture::new(end, value)), |result| tx::kept(tx::limited(result)))
        }
        (Offered::Slot(slot), clock) => started(SendRefFuture::new(end, slot), clock, tx::gone_ref, tx::late_ref),
        (Offered::Many(values), clock) => started(
            SendBatchFuture::new(end, values),
            clock,
            |result| Went::Many(tx::awaited_many(result)),
            |result| Went::Many(tx::limited_many(result)),
        ),
        (Offered::Nothing, _) => unreachable!("who waits for the close borrows its end"),
    }
}

/// An operation with a limit or without.
fn started<F, O: 'static>(
    future: F,
    clock: Option<&Clock>,
    awaited: impl FnMut(F::Output) -> O + 'static,
    limited: impl FnMut(F::Limited) -> O + 'static,
) -> Box<dyn Pending<O>>
where
    F: Operation + futures_core::FusedFuture + 'static,
{
    match clock {
        Some(clock) => pending(clock.limit(future), limited),
        None => pending(future, awaited),
    }
}
