use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::list::{Key, Kind};
use super::{FirstPanic, Side};
use crate::sync::{Defect, Event, count, defect, with_parker};

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

/// No limit, for those who have to make a [`Limit`] of it only when they come to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forever;

impl From<Forever> for Limit {
    fn from(_: Forever) -> Self {
        Self::Never
    }
}

impl Limit {
    /// Whether there is no time left at all.
    fn is_over(self) -> bool {
        match self {
            Self::Never => false,
            Self::After(limit) => limit.is_zero(),
            Self::At(at) => at <= Instant::now(),
        }
    }

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
#[derive(Debug)]
pub(crate) struct Wait(State);

/// A variant without a key leaves its place unwritten: an operation that never waits makes one of these every time.
#[derive(Debug)]
enum State {
    /// Not in the queue, as far as this operation knows.
    Idle(Who),
    /// The same, of a task that has given way to the others of its executor: it has woken itself.
    Yielded(Who),
    /// Registered; whether it still stands there only the queue can tell.
    Queued { who: Who, index: u32, ticket: u64 },
    /// The operation has given its result.
    Done,
}

/// Who waits.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// A thread, which has waited awake before and need not do so again.
    Thread,
    Task(Kind),
}

impl Who {
    fn kind(self) -> Kind {
        match self {
            Self::Thread => Kind::Hard,
            Self::Task(kind) => kind,
        }
    }
}

impl Wait {
    /// A wait of a future or a thread.
    pub(crate) fn hard() -> Self {
        Self(State::Idle(Who::Task(Kind::Hard)))
    }

    /// A wait of a thread that has spun already.
    fn after_spinning() -> Self {
        Self(State::Idle(Who::Thread))
    }

    /// A wait of a handle, stream or sink, between polls that may never come.
    pub(crate) fn soft() -> Self {
        Self(State::Idle(Who::Task(Kind::Soft)))
    }

    fn who(&self) -> Who {
        match self.0 {
            State::Idle(who) | State::Yielded(who) | State::Queued { who, .. } => who,
            State::Done => Who::Task(Kind::Hard),
        }
    }

    fn key(&self) -> Option<Key> {
        match self.0 {
            State::Queued { index, ticket, .. } => Some(Key { index, ticket }),
            State::Idle(_) | State::Yielded(_) | State::Done => None,
        }
    }

    fn set_key(&mut self, key: Option<Key>) {
        let who = self.who();
        self.0 = match key {
            None => State::Idle(who),
            Some(Key { index, ticket }) => State::Queued { who, index, ticket },
        };
    }

    /// Takes the key out: the operation has left, or is about to. One that gave way has nothing to leave.
    fn take_key(&mut self) -> Option<Key> {
        let key = self.key();
        if !self.is_finished() {
            self.set_key(None);
        }
        key
    }

    /// Whether it has not waited, as far as it knows, and not given its result.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.0, State::Idle(_))
    }

    /// Whether it has registered and not left since.
    #[inline]
    pub(crate) fn is_queued(&self) -> bool {
        matches!(self.0, State::Queued { .. })
    }

    /// Whether it has woken its own task and not looked since: it will be polled again, whatever else happens (unless its
    /// waker panicked, which came out of that poll).
    pub(crate) fn has_given_way(&self) -> bool {
        matches!(self.0, State::Yielded(_))
    }

    /// Marks the operation as over: polling it again is a bug in the caller.
    pub(crate) fn finish(&mut self) {
        debug_assert!(!self.is_queued(), "left before it is finished");
        self.0 = State::Done;
    }

    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.0, State::Done)
    }

    /// One poll: `look` really tries, and says `None` if the operation has to wait.
    ///
    /// `Pending` is given out only if, at the last lock, an entry with this very waker stood in the queue (or, of one owner,
    /// it was seen in its seat), and a look after its registration found nothing; or if this very waker has just been
    /// called, so that there will be another poll.
    #[inline]
    pub(crate) fn poll<E: End, O>(
        &mut self,
        end: &mut E,
        waker: &Waker,
        mut look: impl FnMut(&mut E) -> Option<O>,
    ) -> Poll<O> {
        let found = look(end);
        self.poll_after(found, end, waker, look)
    }

    /// As [`poll`](Self::poll), after a first look that `found` something or not. A closure that is called in two places
    /// is not inlined into the first of them; what the caller does itself is.
    #[inline]
    pub(crate) fn poll_after<E: End, O>(
        &mut self,
        found: Option<O>,
        end: &mut E,
        waker: &Waker,
        look: impl FnMut(&mut E) -> Option<O>,
    ) -> Poll<O> {
        let Some(out) = found else { return self.poll_slow(end, waker, look) };
        self.found(end);
        Poll::Ready(out)
    }

    /// A look of this poll found something: there is no more to wait for.
    #[inline]
    pub(crate) fn found<E: End>(&mut self, end: &mut E) {
        if !matches!(self.0, State::Idle(_)) {
            self.served(end);
        }
    }

    /// The look that came first found nothing. What a task does most of the time is done here, and needs few registers.
    #[cold]
    #[inline(never)]
    fn poll_slow<E: End, O>(&mut self, end: &mut E, waker: &Waker, look: impl FnMut(&mut E) -> Option<O>) -> Poll<O> {
        if matches!(self.0, State::Idle(Who::Task(_))) && end.side().spin().trusts_yields() && !end.side().is_waiting()
        {
            return self.give_way(end, waker);
        }
        self.poll_to_wait(end, waker, look)
    }

    /// Looks on for a moment where that pays, and registers.
    #[cold]
    #[inline(never)]
    fn poll_to_wait<E: End, O>(
        &mut self,
        end: &mut E,
        waker: &Waker,
        mut look: impl FnMut(&mut E) -> Option<O>,
    ) -> Poll<O> {
        let woken_for_nothing = match self.0 {
            State::Queued { index, ticket, .. } => {
                if end.side().refresh(Key { index, ticket }, waker) {
                    return Poll::Pending;
                }
                // Somebody else took what it was woken for, or it was woken for some other reason. Lest that was one who
                // gave way, they stand in line as well from now on.
                end.side().spin().distrust_yields();
                true
            }
            State::Yielded(_) => {
                self.yielded(end, false);
                false
            }
            // What threads learn is no lesson for tasks.
            State::Idle(Who::Thread) | State::Done => false,
            State::Idle(Who::Task(_)) => {
                if let Some(out) = super::spin::briefly(end, &mut look) {
                    return Poll::Ready(out);
                }
                // Where others wait already it stands in line.
                if !end.side().is_waiting() && end.side().spin().tries_yield() {
                    return self.give_way(end, waker);
                }
                false
            }
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

    /// Lets the other tasks of the executor run: this one will be polled after them.
    fn give_way<E: End, O>(&mut self, end: &E, waker: &Waker) -> Poll<O> {
        self.0 = State::Yielded(self.who());
        count(Event::GiveWay);
        end.side().spin().task_yields();
        if !defect(Defect::GivesWayUnwoken) {
            FirstPanic::guard(|| waker.wake_by_ref());
        }
        Poll::Pending
    }

    /// One that has waited found something.
    #[cold]
    #[inline(never)]
    fn served<E: End>(&mut self, end: &E) {
        match self.0 {
            State::Queued { .. } => self.leave(end),
            State::Yielded(_) => self.yielded(end, true),
            State::Idle(_) | State::Done => {}
        }
    }

    /// A task that gave way looked again: did that bring anything?
    #[inline]
    fn yielded<E: End>(&mut self, end: &E, success: bool) {
        self.set_key(None);
        if success {
            count(Event::GivenWay);
        }
        end.side().spin().task_yielded(success);
    }

    fn register<E: End>(&mut self, end: &E, waker: Waker, at_front: bool) {
        let kind = if end.is_choosy() { Kind::Soft } else { self.who().kind() };
        let (key, panics) = end.side().register(waker, kind, at_front, end.done());
        self.set_key(key);
        panics.resume();
    }

    /// The end of a wait, however it ended: served, disconnected, timed out or dropped.
    #[cold]
    pub(crate) fn leave<E: End>(&mut self, end: &E) {
        if let Some(key) = self.take_key() {
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
        count(Event::Wait);
        if limit.is_over() {
            // ORDERING: a full fence, so that a value sent before this call by anybody we heard from is not missed.
            crate::sync::barrier::full();
            return look(end).ok_or(TimedOut);
        }
        let crowded = end.side().spin().asks_for_a_crowd();
        if !crowded {
            if let Some(out) = super::spin::at_once(end, &mut look) {
                return Ok(out);
            }
        }
        let started = Instant::now();
        let deadline = limit.deadline(started);
        if let Some(out) = super::spin::spin(end, crowded, started, deadline, &mut look) {
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
                count(Event::Park);
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
        if let Some(key) = self.take_key() {
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
        if let Some(key) = self.wait.take_key() {
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
