use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::list::{Key, Kind};
use super::{FirstPanic, Side};
use crate::sync::{Defect, defect, with_parker};

/// One end of a channel, as far as waiting goes.
pub trait End {
    /// Where this end waits.
    fn side(&self) -> &Side;

    /// How many operations this end has done, a count that wraps. About right is enough.
    fn done(&self) -> usize;

    /// How many operations would go at once if tried now. About right is enough.
    fn ready(&self) -> usize;

    /// Whether a peer on this side would be served now: an item or room at the ring's edge, or the end of the channel.
    fn would_serve(&self) -> bool;

    /// Whether it may be woken for something that it has no use for. Then it waits like one that is not polled for sure:
    /// it is woken in passing and uses up no wake-up.
    fn is_choosy(&self) -> bool {
        false
    }

    /// L3: a waiter that leaves passes on what it found no use for.
    fn pass_on(&self) {
        if self.side().is_waiting() && self.would_serve() && !defect(Defect::NoHandOn) {
            self.side().hand_on(1);
        }
    }
}

impl<E: End> End for &mut E {
    fn side(&self) -> &Side {
        (**self).side()
    }

    fn done(&self) -> usize {
        (**self).done()
    }

    fn ready(&self) -> usize {
        (**self).ready()
    }

    fn would_serve(&self) -> bool {
        (**self).would_serve()
    }

    fn is_choosy(&self) -> bool {
        (**self).is_choosy()
    }

    fn pass_on(&self) {
        (**self).pass_on();
    }
}

/// A blocking operation reached its deadline.
#[derive(Debug)]
pub(crate) struct TimedOut;

/// How long a blocking operation may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// As long as it takes.
    Never,
    /// From the moment it starts to wait.
    After(Duration),
    /// Until then.
    At(Instant),
}

impl Limit {
    /// The deadline of a wait that starts `now`. `None`: there is none, or none that the clock can reach.
    pub(crate) fn deadline(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Never => None,
            Self::After(limit) => now.checked_add(limit),
            Self::At(at) => Some(at),
        }
    }
}

/// The place of one operation in its side's queue: what a future, a handle or a blocked thread keeps between looks.
///
/// Polled by tasks and parked in by threads, it is the one state machine of every operation that waits.
#[derive(Debug, Default)]
pub(crate) struct Wait {
    ticket: u64,
    index: u32,
    state: State,
    kind: Kind,
    /// It has waited awake before its first poll, and need not do so again.
    awake: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Not in the queue, as far as this operation knows.
    #[default]
    Idle,
    /// Registered; whether it still stands there only the queue can tell.
    Queued,
    /// The operation has given its result.
    Done,
}

impl Wait {
    /// A wait of a future or a thread.
    pub(crate) fn hard() -> Self {
        Self::default()
    }

    /// A wait of a thread that has spun already.
    fn after_spinning() -> Self {
        Self { awake: true, ..Self::hard() }
    }

    /// A wait of a handle, stream or sink, between polls that may never come.
    pub(crate) fn soft() -> Self {
        Self { kind: Kind::Soft, ..Self::default() }
    }

    fn key(&self) -> Option<Key> {
        (self.state == State::Queued).then_some(Key { index: self.index, ticket: self.ticket })
    }

    fn set_key(&mut self, key: Option<Key>) {
        match key {
            None => self.state = State::Idle,
            Some(Key { index, ticket }) => (self.state, self.index, self.ticket) = (State::Queued, index, ticket),
        }
    }

    /// Whether it has registered and not left since.
    #[inline]
    pub(crate) fn is_queued(&self) -> bool {
        self.state == State::Queued
    }

    /// Marks the operation as over: polling it again is a bug in the caller.
    pub(crate) fn finish(&mut self) {
        debug_assert!(self.state != State::Queued, "left before it is finished");
        self.state = State::Done;
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.state == State::Done
    }

    /// One poll: `look` really tries, and says `None` if the operation has to wait.
    ///
    /// `Pending` is given out only if, at the last lock, an entry with this very waker stood in the queue (or, of one owner,
    /// it was seen in its seat), and a look
    /// after its registration found nothing.
    #[inline]
    pub(crate) fn poll<E: End, O>(
        &mut self,
        end: &mut E,
        waker: &Waker,
        mut look: impl FnMut(&mut E) -> Option<O>,
    ) -> Poll<O> {
        match look(end) {
            Some(out) if self.state == State::Idle => Poll::Ready(out),
            Some(out) => {
                self.leave(end);
                Poll::Ready(out)
            }
            None => self.poll_slow(end, waker, look),
        }
    }

    #[cold]
    fn poll_slow<E: End, O>(
        &mut self,
        end: &mut E,
        waker: &Waker,
        mut look: impl FnMut(&mut E) -> Option<O>,
    ) -> Poll<O> {
        let woken_for_nothing = match self.key() {
            Some(key) if end.side().refresh(key, waker) => return Poll::Pending,
            Some(_) => true,
            // What threads learn is no lesson for tasks.
            None if self.awake => false,
            None => match super::spin::briefly(end, &mut look) {
                Some(out) => return Poll::Ready(out),
                None => false,
            },
        };
        self.register(end, waker.clone(), woken_for_nothing);
        match look(end) {
            Some(out) => {
                self.leave(end);
                Poll::Ready(out)
            }
            None => Poll::Pending,
        }
    }

    fn register<E: End>(&mut self, end: &E, waker: Waker, at_front: bool) {
        let kind = if end.is_choosy() { Kind::Soft } else { self.kind };
        let (key, panics) = end.side().register(waker, kind, at_front, end.done());
        self.set_key(key);
        panics.resume();
    }

    /// The end of a wait, however it ended: served, disconnected, timed out or dropped.
    #[cold]
    pub(crate) fn leave<E: End>(&mut self, end: &E) {
        if let Some(key) = self.key() {
            self.state = State::Idle;
            let early = defect(Defect::LookBeforeLeave) && end.side().is_waiting() && end.would_serve();
            let mut stood = false;
            let mut panics = FirstPanic::default();
            panics.run(|| stood = end.side().leave(key));
            if defect(Defect::LookBeforeLeave) {
                if early {
                    end.side().hand_on(1);
                }
            } else if !(defect(Defect::TokenForgotten) && stood) {
                panics.run(|| end.pass_on());
            }
            panics.resume();
        }
    }

    /// Blocks the thread until `look` finds something or the limit is reached.
    #[cold]
    pub(crate) fn block<E: End, O>(
        end: &mut E,
        limit: Limit,
        mut look: impl FnMut(&mut E) -> Option<O>,
    ) -> Result<O, TimedOut> {
        let started = Instant::now();
        let deadline = limit.deadline(started);
        if deadline.is_some_and(|at| at <= started) {
            // ORDERING: a full fence, so that a value sent before this call by anybody we heard from is not missed.
            crate::sync::barrier::full();
            return look(end).ok_or(TimedOut);
        }
        if let Some(out) = super::spin::spin(end, started, deadline, &mut look) {
            return Ok(out);
        }
        with_parker(|parker| {
            let mut waiter = Blocked { end, wait: Wait::after_spinning() };
            loop {
                let Blocked { end, wait } = &mut waiter;
                if let Poll::Ready(out) = wait.poll(*end, parker.waker(), &mut look) {
                    end.side().spin().parked(started.elapsed());
                    return Ok(out);
                }
                if !parker.park(deadline) {
                    return waiter.give_up(&mut look);
                }
            }
        })
    }

    /// Waits until the side is closed.
    pub(crate) fn poll_closed(&mut self, side: &Side, waker: &Waker) -> Poll<()> {
        let mut key = self.key();
        let closed = side.watch(&mut key, waker);
        self.set_key(if closed { None } else { key });
        if closed { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Stops waiting for the close.
    pub(crate) fn leave_closed(&mut self, side: &Side) {
        if let Some(key) = self.key() {
            self.state = State::Idle;
            side.unwatch(key);
        }
    }
}

/// A thread that waits. It leaves the queue on every way out, unwinding included.
pub(super) struct Blocked<'a, E: End> {
    pub(super) end: &'a mut E,
    pub(super) wait: Wait,
}

impl<E: End> Blocked<'_, E> {
    /// L1 to L3 of a wait that timed out: leave, try a last time, pass on.
    pub(super) fn give_up<O>(&mut self, look: &mut impl FnMut(&mut E) -> Option<O>) -> Result<O, TimedOut> {
        let mut out = None;
        let mut panics = FirstPanic::default();
        if let Some(key) = self.wait.key() {
            self.wait.state = State::Idle;
            panics.run(|| _ = self.end.side().leave(key));
        }
        panics.run(|| out = look(self.end));
        panics.run(|| self.end.pass_on());
        panics.resume();
        out.ok_or(TimedOut)
    }
}

impl<E: End> Drop for Blocked<'_, E> {
    fn drop(&mut self) {
        self.wait.leave(self.end);
    }
}
