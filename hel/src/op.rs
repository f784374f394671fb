//! Every verb of both ends, written once.
//!
//! An end offers one attempt that never waits; here it becomes trying, blocking with and without a limit, and batches.
//! Futures, streams and sinks drive the same attempts through the same [`Wait`].

mod unsent;

use std::task::{Context, Poll};
use std::time::{Duration, Instant};

pub(crate) use self::unsent::{Front, Unsent};
use crate::errors::{
    AsyncRecvError, AsyncSendError, RecvError, SendBatchError, SendError, TryRecvError, TrySendBatchError, TrySendError,
};
use crate::hand::InHand;
use crate::ring::mpmc::Backoff;
use crate::ring::{Missed, Refused, Starved};
use crate::sync::{IN_MODEL, barrier, spin_loop};
use crate::wait::{End, Limit, TimedOut, Wait, stand_aside};

/// Looks at a ring whose peer stands half-way through an operation, before saying Empty or Full.
const HOLE_LOOKS: usize = if IN_MODEL { 1 } else { 64 };

/// A sending end: attempts that never wait.
pub trait RawTarget: End {
    type Item;

    /// Sends `value` if there is room, and leaves it where it is otherwise.
    fn offer(&mut self, value: &mut Option<Self::Item>) -> Result<(), Refused>;

    /// Sends `value` if that goes at once. Whatever else comes of it is for [`offer_rest`](Self::offer_rest), which has to be
    /// written as well by who says [`MetClose`](AtOnce::MetClose). Nothing may panic before the value is sent, or the value
    /// would be lost: who asks a key function first never sends here.
    #[inline(always)]
    fn offer_at_once(&mut self, value: Self::Item) -> AtOnce<Self::Item> {
        AtOnce::Kept(value, Missed::NotFree)
    }

    /// Goes on after an [`offer_at_once`](Self::offer_at_once) that did not say [`Sent`](AtOnce::Sent): with the value if it was
    /// kept, with none after a close was met. Then that is sent after all, or the value is back in its slot.
    fn offer_rest(&mut self, value: &mut Option<Self::Item>) -> Result<(), Refused> {
        self.offer(value)
    }

    /// Whether a refusal for want of room is due to a peer that stands half-way through its own operation.
    fn at_hole(&self) -> bool;

    /// Sends as many as fit at once, at least one, taking them from the front.
    fn offer_many(&mut self, values: &mut Unsent<'_, Self::Item>) -> Result<(), Refused>;
}

/// What came of a value that was to be sent at once.
///
/// It goes by value, and no function that is not inlined sees its place in memory unless it is kept. So what the caller
/// has in registers goes from there into its slot. On the way through memory it would be written word by word and read
/// two words at a time, which a processor cannot do before the words have left its store buffer: behind all stores to
/// slots that another core has still to give up.
#[derive(Debug)]
pub enum AtOnce<T> {
    /// It is sent.
    Sent,
    /// It is not, and there was no time to find out why: but for another sender that was faster.
    Kept(T, Missed),
    /// It is in the ring, and the channel was closed meanwhile.
    MetClose,
}

/// A receiving end: attempts that never wait.
pub trait RawSource: End {
    type Item;

    /// Receives one value, if there is one, into `place`, which is empty.
    ///
    /// Not by value: that would be moved from one result to the next, past stores and loads that other threads see. The
    /// compiler keeps the two places on either side of such a one apart, so that each move copies the whole value.
    fn take(&mut self, place: &mut Option<Self::Item>) -> Result<(), Starved>;

    /// Receives up to `max` values that are there, at least one, to the end of `into`.
    fn take_many(&mut self, max: usize, into: &mut Vec<Self::Item>) -> Result<usize, Starved>;
}

impl<R: RawTarget> RawTarget for &mut R {
    type Item = R::Item;

    #[inline(always)]
    fn offer(&mut self, value: &mut Option<R::Item>) -> Result<(), Refused> {
        (**self).offer(value)
    }

    #[inline(always)]
    fn offer_at_once(&mut self, value: R::Item) -> AtOnce<R::Item> {
        (**self).offer_at_once(value)
    }

    fn offer_rest(&mut self, value: &mut Option<R::Item>) -> Result<(), Refused> {
        (**self).offer_rest(value)
    }

    fn at_hole(&self) -> bool {
        (**self).at_hole()
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, R::Item>) -> Result<(), Refused> {
        (**self).offer_many(values)
    }
}

impl<R: RawSource> RawSource for &mut R {
    type Item = R::Item;

    #[inline(always)]
    fn take(&mut self, place: &mut Option<R::Item>) -> Result<(), Starved> {
        (**self).take(place)
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<R::Item>) -> Result<usize, Starved> {
        (**self).take_many(max, into)
    }
}

/// One attempt as a look: `None` says wait. The value is in its slot if it was received.
#[inline(always)]
pub(crate) fn look_recv<R: RawSource>(end: &mut R, place: &mut Option<R::Item>) -> Option<Result<(), AsyncRecvError>> {
    match end.take(place) {
        Ok(()) => Some(Ok(())),
        Err(Starved::Drained) => Some(Err(AsyncRecvError::Disconnected)),
        Err(Starved::Empty | Starved::Hole) => None,
    }
}

/// Receives one value, or waits: none once the channel has ended.
#[inline]
pub(crate) fn poll_recv<R: RawSource>(wait: &mut Wait, end: &mut R, cx: &Context<'_>) -> Poll<Option<R::Item>> {
    let mut hand = InHand::empty();
    match look_recv(end, hand.slot()) {
        Some(result) => {
            wait.found(end);
            Poll::Ready(result.ok().map(|()| hand.into_inner()))
        }
        None => {
            let mut late = InHand::empty();
            let polled = poll_recv_to_wait(wait, end, cx, late.slot());
            polled.map(|result| result.ok().map(|()| late.into_inner()))
        }
    }
}

#[cold]
#[inline(never)]
fn poll_recv_to_wait<R: RawSource>(
    wait: &mut Wait,
    end: &mut R,
    cx: &Context<'_>,
    place: &mut Option<R::Item>,
) -> Poll<Result<(), AsyncRecvError>> {
    wait.poll_after(None, end, cx.waker(), |end| look_recv(end, place))
}

/// One batch attempt as a look.
pub(crate) fn look_recv_batch<R: RawSource>(
    end: &mut R,
    max: usize,
    into: &mut Vec<R::Item>,
) -> Option<Result<usize, AsyncRecvError>> {
    if max == 0 {
        return Some(Ok(0));
    }
    match end.take_many(max, into) {
        Ok(count) => Some(Ok(count)),
        Err(Starved::Drained) => Some(Err(AsyncRecvError::Disconnected)),
        Err(Starved::Empty | Starved::Hole) => None,
    }
}

/// One attempt as a look; the value stays in its slot if it was not sent.
#[inline(always)]
pub(crate) fn look_send<R: RawTarget>(
    end: &mut R,
    value: &mut Option<R::Item>,
) -> Option<Result<(), AsyncSendError<()>>> {
    sent(end.offer(value))
}

/// What came of an offer, as of a look.
#[inline(always)]
pub(crate) fn sent(offered: Result<(), Refused>) -> Option<Result<(), AsyncSendError<()>>> {
    match offered {
        Ok(()) => Some(Ok(())),
        Err(Refused::Closed) => Some(Err(AsyncSendError::Disconnected(()))),
        Err(Refused::Full) => None,
    }
}

/// Sends runs of a batch while there is room; `Some` when all of it has gone or nothing more can.
pub(crate) fn look_send_batch<R: RawTarget>(
    end: &mut R,
    values: &mut Unsent<'_, R::Item>,
) -> Option<Result<(), AsyncSendError<()>>> {
    while values.len() > 0 {
        match end.offer_many(values) {
            // More than one run: from here on taking from the front has to be cheap.
            Ok(()) => values.turn_if_long(),
            Err(Refused::Closed) => return Some(Err(AsyncSendError::Disconnected(()))),
            Err(Refused::Full) => return None,
        }
    }
    Some(Ok(()))
}

#[inline(always)]
pub(crate) fn try_recv<R: RawSource>(mut end: R) -> Result<R::Item, TryRecvError> {
    let mut hand = InHand::empty();
    if end.take(hand.slot()).is_ok() {
        return Ok(hand.into_inner());
    }
    let mut late = InHand::empty();
    try_recv_again(end, late.slot())?;
    Ok(late.into_inner())
}

#[cold]
fn try_recv_again<R: RawSource>(mut end: R, place: &mut Option<R::Item>) -> Result<(), TryRecvError> {
    retry(&mut end, |end| end.take(place), starved_at_hole).map_err(|starved| match starved {
        Starved::Drained => TryRecvError::Disconnected,
        Starved::Empty | Starved::Hole => TryRecvError::Empty,
    })
}

pub(crate) fn try_recv_batch<R: RawSource>(
    mut end: R,
    into: &mut Vec<R::Item>,
    max: usize,
) -> Result<usize, TryRecvError> {
    if max == 0 {
        return Ok(0);
    }
    let first = end.take_many(max, into);
    match first.or_else(|_| retry(&mut end, |end| end.take_many(max, into), starved_at_hole)) {
        Ok(count) => Ok(count),
        Err(Starved::Drained) => Err(TryRecvError::Disconnected),
        Err(Starved::Empty | Starved::Hole) => Err(TryRecvError::Empty),
    }
}

#[inline(always)]
pub(crate) fn try_send<R: RawTarget>(mut end: R, value: R::Item) -> Result<(), TrySendError<R::Item>> {
    match end.offer_at_once(value) {
        AtOnce::Sent => Ok(()),
        AtOnce::Kept(value, missed) => try_send_rest(end, Some(value), missed),
        AtOnce::MetClose => try_send_rest(end, None, Missed::NotFree),
    }
}

#[cold]
#[inline(never)]
fn try_send_rest<R: RawTarget>(
    mut end: R,
    mut value: Option<R::Item>,
    missed: Missed,
) -> Result<(), TrySendError<R::Item>> {
    if missed == Missed::Outrun {
        Backoff::new().pause();
    }
    if end.offer_rest(&mut value).is_ok() {
        return Ok(());
    }
    retry(&mut end, |end| end.offer(&mut value), refused_at_hole).map_err(|refused| {
        let value = value.expect("a value that was refused is still there");
        match refused {
            Refused::Closed => TrySendError::Disconnected(value),
            Refused::Full => TrySendError::Full(value),
        }
    })
}

pub(crate) fn try_send_batch<R: RawTarget>(mut end: R, values: &mut Vec<R::Item>) -> Result<usize, TrySendBatchError> {
    let mut values = Unsent::new(values);
    while values.len() > 0 {
        let first = end.offer_many(&mut values);
        let again = |end: &mut R| end.offer_many(&mut values);
        match first.or_else(|_| retry(&mut end, again, refused_at_hole)) {
            // More than one run: from here on taking from the front has to be cheap.
            Ok(()) => values.turn_if_long(),
            Err(Refused::Closed) => return Err(TrySendBatchError::Disconnected { sent: values.sent() }),
            Err(Refused::Full) => return Err(TrySendBatchError::Full { sent: values.sent() }),
        }
    }
    Ok(values.sent())
}

/// Whether an attempt failed only since a peer stands half-way through its own.
fn starved_at_hole<R: RawSource>(_: &R, starved: &Starved) -> bool {
    matches!(starved, Starved::Hole)
}

/// As [`starved_at_hole`], for the other end.
fn refused_at_hole<R: RawTarget>(end: &R, refused: &Refused) -> bool {
    matches!(refused, Refused::Full) && end.at_hole()
}

/// Tries once more after a full fence, and a bounded number of times at a hole.
fn retry<R, O, X>(
    end: &mut R,
    mut attempt: impl FnMut(&mut R) -> Result<O, X>,
    at_hole: impl Fn(&R, &X) -> bool,
) -> Result<O, X> {
    let mut looks = HOLE_LOOKS;
    loop {
        // ORDERING: what any thread did before this call, as far as we could know, is seen by the attempt: an Empty or
        // Full said after it is linearizable between threads that synchronise.
        barrier::full();
        match attempt(end) {
            Err(failed) if looks > 0 && at_hole(end, &failed) => {
                looks -= 1;
                spin_loop();
            }
            result => return result,
        }
    }
}

#[inline(always)]
pub(crate) fn recv<R: RawSource>(mut end: R, limit: impl Into<Limit>) -> Result<R::Item, RecvError> {
    let mut hand = InHand::empty();
    if end.take(hand.slot()).is_ok() {
        return Ok(hand.into_inner());
    }
    // A place of its own. A result that the slow way returned would have to lie in memory, and what is received at once
    // would be copied there to meet it.
    let mut late = InHand::empty();
    recv_rest(end, limit, late.slot())?;
    Ok(late.into_inner())
}

/// By value, as [`send_rest`]: nothing has to be written before it is known that it will be called.
#[cold]
#[inline(never)]
fn recv_rest<R: RawSource>(mut end: R, limit: impl Into<Limit>, place: &mut Option<R::Item>) -> Result<(), RecvError> {
    received(limit.into(), |limit| Wait::block(&mut end, limit, |end| look_recv(end, place)))
}

pub(crate) fn recv_batch<R: RawSource>(
    mut end: R,
    into: &mut Vec<R::Item>,
    max: usize,
    limit: Limit,
) -> Result<usize, RecvError> {
    match look_recv_batch(&mut end, max, into) {
        Some(result) => Ok(result?),
        None => received(limit, |limit| Wait::block(&mut end, limit, |end| look_recv_batch(end, max, into))),
    }
}

/// Waits for the first item as long as it takes, then takes what comes until there are `max`, or `linger` has passed.
pub(crate) fn gather<R: RawSource>(
    mut end: R,
    into: &mut Vec<R::Item>,
    max: usize,
    linger: Duration,
) -> Result<usize, RecvError> {
    let mut count = match look_recv_batch(&mut end, max, into) {
        Some(result) => result?,
        None => received(Limit::Never, |limit| Wait::block(&mut end, limit, |end| look_recv_batch(end, max, into)))?,
    };
    let deadline = Limit::After(linger).deadline(Instant::now());
    let limit = deadline.map_or(Limit::Never, Limit::At);
    let mut over = false;
    while count < max && !over {
        // One last look when the time is over, whatever it finds: senders that keep up do not keep us here.
        over = deadline.is_some_and(|at| at <= Instant::now());
        match Wait::block(&mut end, limit, |end| look_recv_batch(end, max - count, into)) {
            Ok(Ok(more)) => count += more,
            Ok(Err(_)) | Err(TimedOut) => break,
        }
    }
    Ok(count)
}

/// Runs a blocking receive and says how long it waited for nothing.
fn received<O>(
    limit: Limit,
    block: impl FnOnce(Limit) -> Result<Result<O, AsyncRecvError>, TimedOut>,
) -> Result<O, RecvError> {
    let waited = waited(limit);
    match block(limit) {
        Ok(result) => Ok(result?),
        Err(TimedOut) => Err(RecvError::TimeOut(waited)),
    }
}

/// The time that a limit allows from now on.
fn waited(limit: Limit) -> Duration {
    match limit {
        Limit::Never => Duration::MAX,
        Limit::After(limit) => limit,
        Limit::At(at) => at.saturating_duration_since(Instant::now()),
    }
}

#[inline(always)]
pub(crate) fn send<R: RawTarget>(
    mut end: R,
    value: R::Item,
    limit: impl Into<Limit>,
) -> Result<(), SendError<R::Item>> {
    match end.offer_at_once(value) {
        AtOnce::Sent => Ok(()),
        AtOnce::Kept(value, missed) => send_rest(end, Some(value), missed, limit),
        AtOnce::MetClose => send_rest(end, None, Missed::NotFree, limit),
    }
}

/// All by value: what is passed by its place has to be written there before it is known that this will be called. Each
/// write takes room in the processor's store buffer, where writes to slots wait.
#[cold]
#[inline(never)]
fn send_rest<R: RawTarget>(
    mut end: R,
    value: Option<R::Item>,
    missed: Missed,
    limit: impl Into<Limit>,
) -> Result<(), SendError<R::Item>> {
    let limit = limit.into();
    let mut value = InHand::of(value);
    // Two that send by turns take each line from each other all the time. Where others want to run they run for a while
    // here, and who was faster has the ring's edge to himself.
    if missed == Missed::Outrun && !(matches!(limit, Limit::Never) && stand_aside(&end)) {
        Backoff::new().pause();
    }
    if end.offer_rest(value.slot()).is_ok() {
        return Ok(());
    }
    let waited = waited(limit);
    let result = Wait::block(&mut end, limit, |end| look_send(end, value.slot()));
    let unsent = InHand::into_inner;
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(AsyncSendError::Disconnected(()))) => Err(SendError::Disconnected(unsent(value))),
        Err(TimedOut) => Err(SendError::TimeOut(unsent(value), waited)),
    }
}

pub(crate) fn send_batch<R: RawTarget>(
    mut end: R,
    values: &mut Vec<R::Item>,
    limit: Limit,
) -> Result<usize, SendBatchError> {
    let mut values = Unsent::new(values);
    let result = match look_send_batch(&mut end, &mut values) {
        Some(result) => Ok(result),
        None => {
            let waited = waited(limit);
            Wait::block(&mut end, limit, |end| look_send_batch(end, &mut values)).map_err(|TimedOut| waited)
        }
    };
    let sent = values.sent();
    match result {
        Ok(Ok(())) => Ok(sent),
        Ok(Err(_)) => Err(SendBatchError::Disconnected { sent }),
        Err(after) => Err(SendBatchError::TimeOut { sent, after }),
    }
}

#[cfg(all(test, not(any(hel_loom, hel_shuttle))))]
mod tests;
