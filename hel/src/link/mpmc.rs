use crossbeam_utils::CachePadded;

use super::Link;
use super::group::Group;
use crate::op::{AtOnce, Front, RawSource, RawTarget, Unsent};
use crate::ring::mpmc::{Claim, ClaimMany, ExclusivePopper, Ring};
use crate::ring::{Missed, Refused, Starved};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Arc, Defect, defect};
use crate::wait::{End, FirstPanic, Side, bits};

/// A channel with any number of senders and receivers.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    link: Link<Ring<T>>,
    /// A shard of many says that it has items, so that who receives from all of them need not look at each.
    hint: Option<(Arc<Group>, usize)>,
    counts: CachePadded<Counts>,
}

/// How many handles there are. Away from the rest, so that cloning disturbs nobody.
#[derive(Debug)]
struct Counts {
    senders: AtomicUsize,
    /// With [`EXCLUSIVE`] while one of them is the only one.
    receivers: AtomicUsize,
}

/// The mark on a count of receivers that may not grow. Each counted handle holds an `Arc`, so a count never gets there.
const EXCLUSIVE: usize = 1 << (usize::BITS - 1);

impl<T> Shared<T> {
    /// A channel with one handle at each end.
    ///
    /// # Panics
    /// If `capacity` is 0 or cannot be allocated.
    pub(crate) fn new(capacity: usize) -> Self {
        Self::with(Ring::new(capacity), Side::shared(), Side::shared(), None)
    }

    /// The shard number `index` of `group`, with one handle at each end.
    ///
    /// # Panics
    /// If `capacity` is 0 or cannot be allocated.
    pub(crate) fn of_group(capacity: usize, group: &Arc<Group>, index: usize) -> Self {
        let items = Side::of_shard(Arc::clone(&group.items));
        let room = Side::of_shard(Arc::clone(&group.room));
        let hint = group.hints.is_some().then(|| (Arc::clone(group), index));
        Self::with(Ring::new(capacity), items, room, hint)
    }

    fn with(ring: Ring<T>, items: Side, room: Side, hint: Option<(Arc<Group>, usize)>) -> Self {
        let counts = Counts { senders: AtomicUsize::new(1), receivers: AtomicUsize::new(1) };
        Self { link: Link { ring, items, room }, hint, counts: CachePadded::new(counts) }
    }

    /// The ring and the two sides.
    pub(crate) fn link(&self) -> &Link<Ring<T>> {
        &self.link
    }

    /// The sending end.
    #[inline(always)]
    pub(crate) fn tx(&self) -> Tx<'_, T> {
        Tx(self)
    }

    /// The receiving end.
    #[inline(always)]
    pub(crate) fn rx(&self) -> Rx<'_, T> {
        Rx(self)
    }

    /// Stops the sending for good: what is in the ring can still be received. True if this call did it.
    pub(crate) fn close(&self) -> bool {
        let mut panics = FirstPanic::default();
        let first = self.shut(0, &mut panics);
        panics.resume();
        first
    }

    /// C1 to C3 on both sides.
    fn shut(&self, items: u32, panics: &mut FirstPanic) -> bool {
        let first = self.link.ring.close();
        self.link.items.close(items, panics);
        self.link.room.close(0, panics);
        first
    }

    /// The last receiver has gone: what is buffered is dropped now, not when the senders go.
    fn abandon(&self) {
        let mut panics = FirstPanic::default();
        self.shut(bits::GONE, &mut panics);
        panics.run(|| self.link.ring.clear());
        if self.link.ring.len() > 0 {
            // A push is half-way. Either what it publishes is seen after the barrier, or it sees GONE and sweeps.
            if !defect(Defect::LastReceiverWithoutHeavy) {
                self.link.items.heavy();
            }
            panics.run(|| self.link.ring.clear());
        }
        panics.resume();
    }

    /// Values were published: tell the receivers.
    #[inline(always)]
    fn pushed(&self, count: usize) {
        if let Some((group, index)) = &self.hint {
            group.hint(*index);
        }
        if self.link.items.notify(count) & bits::GONE != 0 {
            self.sweep();
        }
    }

    /// There are no receivers any more, so nothing may stay behind.
    #[cold]
    fn sweep(&self) {
        self.link.ring.clear();
    }

    pub(crate) fn senders(&self) -> usize {
        self.counts.senders.load(Ordering::Acquire)
    }

    pub(crate) fn receivers(&self) -> usize {
        let count = self.counts.receivers.load(Ordering::Acquire);
        // Beside the exclusive one stands, while it comes or goes, the plain one that it was or becomes.
        if count & EXCLUSIVE == 0 { count } else { 1 }
    }

    /// One more sender, cloned from a live one.
    pub(crate) fn add_sender(&self) {
        // ORDERING: Relaxed: the handle cloned from keeps the count above 0, and passing the clone on synchronises.
        self.counts.senders.fetch_add(1, Ordering::Relaxed);
    }

    /// One more receiver, cloned from a live one.
    pub(crate) fn add_receiver(&self) {
        // ORDERING: Relaxed, as in `add_sender`.
        self.counts.receivers.fetch_add(1, Ordering::Relaxed);
    }

    /// One more sender, unless the last one has gone.
    pub(crate) fn revive_sender(&self) -> bool {
        revive(&self.counts.senders)
    }

    /// One more receiver, unless the last one has gone or one is exclusive.
    pub(crate) fn revive_receiver(&self) -> bool {
        revive(&self.counts.receivers)
    }

    /// A sender goes. The last one disconnects.
    pub(crate) fn drop_sender(&self) {
        // ORDERING: AcqRel: the last one sees what the others sent before they went.
        if self.counts.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.close();
        }
    }

    /// A receiver goes. The last one disconnects and drops what is left.
    pub(crate) fn drop_receiver(&self) {
        self.uncount_receiver(1);
    }

    /// One receiver more, which will be alone once the only other one, who calls this, has gone. False if there are others.
    fn add_exclusive(&self) -> bool {
        let receivers = &self.counts.receivers;
        if defect(Defect::ExclusiveBesideOthers) {
            // ORDERING: AcqRel, stronger than below: only the question is left out.
            receivers.fetch_add(EXCLUSIVE + 1, Ordering::AcqRel);
            return true;
        }
        let acquire = if defect(Defect::ExclusiveWithoutAcquire) { Ordering::Relaxed } else { Ordering::Acquire };
        // ORDERING: Acquire, with the `fetch_sub` of those that have gone: what they did, and what they received, came
        // before. (The plain one that goes next acquires as well.) Relaxed on failure: nothing is done on its strength.
        receivers.compare_exchange(1, EXCLUSIVE + 2, acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes one receiver off the count, and with it the mark of an exclusive one. After the last one nothing stays behind.
    fn uncount_receiver(&self, counted: usize) {
        let order = if defect(Defect::ExclusiveWithoutAcquire) { Ordering::Release } else { Ordering::AcqRel };
        // ORDERING: AcqRel, as in `drop_sender`; and who comes after an exclusive one sees what that did.
        if self.counts.receivers.fetch_sub(counted, order) == counted {
            self.abandon();
        }
    }
}

/// Raises a count that is neither 0 nor that of an exclusive receiver.
fn revive(count: &AtomicUsize) -> bool {
    let may_grow = |now| now != 0 && (now & EXCLUSIVE == 0 || defect(Defect::UpgradeBesideExclusive));
    // ORDERING: Relaxed: a guess, which the exchange verifies.
    let mut now = count.load(Ordering::Relaxed);
    while may_grow(now) {
        // ORDERING: AcqRel on success, with the `fetch_sub` of a handle that goes; a failure only tries again.
        match count.compare_exchange_weak(now, now + 1, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(seen) => now = seen,
        }
    }
    false
}

/// The sending end of a [`Shared`] channel.
#[derive(Debug)]
pub struct Tx<'a, T>(&'a Shared<T>);

impl<T> End for Tx<'_, T> {
    fn side(&self) -> &Side {
        &self.0.link.room
    }

    fn done(&self) -> usize {
        self.0.link.ring.pushed()
    }

    fn ready(&self) -> usize {
        self.0.link.ring.capacity() - self.0.link.ring.len()
    }

    fn would_serve(&self) -> bool {
        self.0.link.ring.has_room()
    }
}

impl<'a, T> Tx<'a, T> {
    /// Claims room for up to `max` values. All of it has to be filled, and then [announced](Self::announce).
    pub(crate) fn claim_many(&self, max: usize) -> Result<ClaimMany<'a, T>, Refused> {
        self.0.link.ring.claim_many(max)
    }

    /// Tells the receivers of `count` values that were put into the ring. A panic of one who is woken comes out of this.
    #[inline(always)]
    pub(crate) fn announce(&self, count: usize) {
        self.0.pushed(count);
    }

    /// Claims a place in the ring if that goes at the first try. It has to be filled and [announced](Self::announce).
    #[inline(always)]
    pub(crate) fn claim_at_once(&self) -> Result<Claim<'a, T>, Missed> {
        self.0.link.ring.claim_at_once()
    }

    /// Puts `value` into the ring, which has to be announced.
    #[inline(always)]
    pub(crate) fn put(&self, value: &mut Option<T>) -> Result<(), Refused> {
        // Before the claim: one that is not filled is a hole for ever.
        assert!(value.is_some(), "an operation under way holds its value");
        fill(self.0.link.ring.claim()?, value);
        Ok(())
    }

    /// Puts as many values into the ring as fit, and says how many are to be announced.
    pub(crate) fn put_many(&self, values: &mut Unsent<'_, T>) -> Result<usize, Refused> {
        let claim = self.0.link.ring.claim_many(values.len())?;
        let count = claim.len();
        match values.take(count) {
            Front::Straight(values) => claim.fill_front(values),
            Front::Turned(values) => claim.fill(values),
        }
        Ok(count)
    }
}

/// Gives the value that is there to a claim for it.
#[inline(always)]
fn fill<T>(claim: Claim<'_, T>, value: &mut Option<T>) {
    if let Some(value) = value.take() {
        claim.fill(value);
    }
}

impl<T> RawTarget for Tx<'_, T> {
    type Item = T;

    #[inline(always)]
    fn offer(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        self.put(value)?;
        self.announce(1);
        Ok(())
    }

    #[inline(always)]
    fn offer_at_once(&mut self, value: T) -> AtOnce<T> {
        match self.claim_at_once() {
            Ok(claim) => claim.fill(value),
            Err(missed) => return AtOnce::Kept(value, missed),
        }
        self.announce(1);
        AtOnce::Sent
    }

    fn at_hole(&self) -> bool {
        self.0.link.ring.at_hole()
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, T>) -> Result<(), Refused> {
        let count = self.put_many(values)?;
        self.announce(count);
        Ok(())
    }
}

/// The receiving end of a [`Shared`] channel.
#[derive(Debug)]
pub struct Rx<'a, T>(&'a Shared<T>);

impl<T> End for Rx<'_, T> {
    fn side(&self) -> &Side {
        &self.0.link.items
    }

    fn done(&self) -> usize {
        self.0.link.ring.popped()
    }

    fn ready(&self) -> usize {
        self.0.link.ring.len()
    }

    fn would_serve(&self) -> bool {
        let ring = &self.0.link.ring;
        ring.has_item() && !(defect(Defect::DrainedNotReady) && ring.len() == 0)
    }
}

impl<T> RawSource for Rx<'_, T> {
    type Item = T;

    #[inline(always)]
    fn take(&mut self, place: &mut Option<T>) -> Result<(), Starved> {
        self.0.link.ring.pop_into(place)?;
        self.0.link.room.notify(1);
        Ok(())
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let count = self.0.link.ring.pop_many(max, into)?;
        self.0.link.room.notify(count);
        Ok(count)
    }
}

/// The receiving end of a [`Shared`] channel that has no other one.
#[derive(Debug)]
pub struct ExclusiveRx<T> {
    /// Dropped first: whoever comes after the count can pop.
    popper: ExclusivePopper<T, Shared<T>>,
    counted: Counted<T>,
}

/// An exclusive receiver is counted as long as this lives.
#[derive(Debug)]
struct Counted<T>(Arc<Shared<T>>);

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.0.uncount_receiver(EXCLUSIVE + 1);
    }
}

impl<T> ExclusiveRx<T> {
    /// An end that will be the only one once the plain receiver that asks for it has gone. None if there are others.
    pub(crate) fn claim(shared: &Arc<Shared<T>>) -> Option<Self> {
        let counted = shared.add_exclusive().then(|| Counted(Arc::clone(shared)))?;
        let popper = ExclusivePopper::claim(Arc::clone(shared), |shared| &shared.link.ring)?;
        Some(Self { popper, counted })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<T>> {
        &self.counted.0
    }
}

impl<T> End for ExclusiveRx<T> {
    fn side(&self) -> &Side {
        &self.shared().link.items
    }

    fn done(&self) -> usize {
        self.shared().rx().done()
    }

    fn ready(&self) -> usize {
        self.shared().rx().ready()
    }

    fn would_serve(&self) -> bool {
        self.shared().rx().would_serve()
    }
}

impl<T> RawSource for ExclusiveRx<T> {
    type Item = T;

    #[inline(always)]
    fn take(&mut self, place: &mut Option<T>) -> Result<(), Starved> {
        self.popper.pop_into(place)?;
        self.shared().link.room.notify(1);
        Ok(())
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let count = self.popper.pop_many(max, into)?;
        self.shared().link.room.notify(count);
        Ok(count)
    }
}
