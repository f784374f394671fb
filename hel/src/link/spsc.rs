use super::Link;
use crate::op::{AtOnce, Front, RawSource, RawTarget, Unsent};
use crate::ring::spsc::{self, Consumer, Producer, Ring};
use crate::ring::{Missed, Refused, Starved};
use crate::sync::{Defect, defect};
use crate::wait::{End, FirstPanic, Side, bits};

/// What the two ends of a one-to-one channel share.
pub(crate) type Shared<T> = Link<Ring<T>>;

impl<T> spsc::Shared<T> for Shared<T> {
    #[inline(always)]
    fn ring(&self) -> &Ring<T> {
        &self.ring
    }
}

impl<T> Shared<T> {
    /// A channel whose roles nobody has claimed yet.
    ///
    /// # Panics
    /// If `capacity` is 0 or cannot be allocated.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { ring: Ring::new(capacity), items: Side::exclusive(), room: Side::exclusive() }
    }

    /// Whether anybody has closed the channel.
    pub(crate) fn is_closed(&self) -> bool {
        self.items.is_closed()
    }

    /// C2 and C3 on both sides. True if this call closed the channel.
    fn shut(&self, panics: &mut FirstPanic) -> bool {
        let old = self.items.close(0, panics);
        self.room.close(0, panics);
        old & bits::CLOSED == 0
    }
}

/// What an offer may rely on.
const HELD: &str = "an operation under way holds its value";

/// The one sender.
#[derive(Debug)]
pub struct Tx<T>(Producer<T, Shared<T>>);

impl<T> Tx<T> {
    pub(crate) fn new(producer: Producer<T, Shared<T>>) -> Self {
        Self(producer)
    }

    pub(crate) fn shared(&self) -> &Shared<T> {
        self.0.link()
    }

    /// Promises to send nothing more. True if this call closed the channel.
    pub(crate) fn close(&self) -> bool {
        // The next send has to ask for room, and is told there that the channel is closed.
        self.0.stop();
        let mut panics = FirstPanic::default();
        let first = self.shared().shut(&mut panics);
        panics.resume();
        first
    }

    /// Finds room when none is known, unless the channel is closed: a sender that has seen CLOSED publishes no more.
    #[inline]
    fn refresh(&mut self) -> Result<(), Refused> {
        if self.shared().is_closed() && !defect(Defect::SpscSendsOnAfterClosed) {
            return Err(Refused::Closed);
        }
        if self.0.refresh() { Ok(()) } else { Err(Refused::Full) }
    }

    /// An offer when no room is known.
    #[cold]
    #[inline(never)]
    fn offer_after_refresh(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        self.refresh()?;
        self.0.claim_known().ok_or(Refused::Full)?.fill(value.take().expect(HELD));
        if self.pushed() { Ok(()) } else { self.take_back(value) }
    }

    /// A value met a close. If that came first it is ours again, unless it lies before the receiver's limit all the same.
    #[cold]
    #[inline(never)]
    fn take_back(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        if self.met_close() {
            return Ok(());
        }
        *value = self.0.reclaim();
        if value.is_some() { Err(Refused::Closed) } else { Ok(()) }
    }

    /// Tells the receiver. False: the channel was closed meanwhile, and what was just published may be unread.
    #[inline(always)]
    fn pushed(&mut self) -> bool {
        self.shared().items.notify_sole() & bits::CLOSED == 0
    }

    /// The hand-shake of a publish that met a close: true if everything published will be read.
    ///
    /// If the receiver sealed the ring first, what lies past its limit is ours to take back.
    #[cold]
    fn met_close(&mut self) -> bool {
        defect(Defect::SpscNoSealedLast) || self.0.part()
    }
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> End for Tx<T> {
    fn side(&self) -> &Side {
        &self.shared().room
    }

    fn done(&self) -> usize {
        self.shared().ring.pushed()
    }

    fn ready(&self) -> usize {
        self.shared().ring.capacity() - self.shared().ring.len()
    }

    fn would_serve(&self) -> bool {
        self.shared().ring.has_room() || self.shared().is_closed()
    }
}

impl<T> RawTarget for Tx<T> {
    type Item = T;

    #[inline(always)]
    fn offer(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        let Some(claim) = self.0.claim_known() else { return self.offer_after_refresh(value) };
        claim.fill(value.take().expect(HELD));
        if self.pushed() { Ok(()) } else { self.take_back(value) }
    }

    #[inline(always)]
    fn offer_at_once(&mut self, value: T) -> AtOnce<T> {
        let Some(claim) = self.0.claim_known() else { return AtOnce::Kept(value, Missed::NotFree) };
        claim.fill(value);
        if self.pushed() { AtOnce::Sent } else { AtOnce::MetClose }
    }

    fn offer_rest(&mut self, value: &mut Option<T>) -> Result<(), Refused> {
        if value.is_some() { self.offer(value) } else { self.take_back(value) }
    }

    fn at_hole(&self) -> bool {
        false
    }

    fn offer_many(&mut self, values: &mut Unsent<'_, T>) -> Result<(), Refused> {
        // A claim of many looks for room by itself, so the close is asked for first.
        if self.shared().is_closed() {
            return Err(Refused::Closed);
        }
        let claim = self.0.claim_many(values.len()).ok_or(Refused::Full)?;
        let count = claim.len();
        match values.take(count) {
            Front::Straight(values) => claim.fill_front(values),
            Front::Turned(values) => claim.fill(values),
        }
        if self.pushed() || self.met_close() {
            return Ok(());
        }
        values.turn();
        let mut result = Ok(());
        while let Some(value) = self.0.reclaim() {
            values.put_back(value);
            result = Err(Refused::Closed);
        }
        result
    }
}

/// The one receiver.
#[derive(Debug)]
pub struct Rx<T> {
    consumer: Consumer<T, Shared<T>>,
}

impl<T> Rx<T> {
    pub(crate) fn new(consumer: Consumer<T, Shared<T>>) -> Self {
        Self { consumer }
    }

    pub(crate) fn shared(&self) -> &Shared<T> {
        self.consumer.link()
    }

    /// Stops the sending; what is buffered can still be received. True if this call closed the channel.
    pub(crate) fn close(&self) -> bool {
        let mut panics = FirstPanic::default();
        let first = self.shut(&mut panics);
        panics.resume();
        first
    }

    /// Closes both sides and settles what of the ring will be received.
    fn shut(&self, panics: &mut FirstPanic) -> bool {
        let first = self.shared().shut(panics);
        if first {
            if !defect(Defect::SpscCloseWithoutHeavy) {
                // What the sender published without seeing CLOSED is visible from here on.
                self.shared().items.heavy();
            }
            self.seal();
        }
        first
    }

    fn seal(&self) {
        if !defect(Defect::SpscNoSealedLast) {
            self.consumer.seal();
        }
    }

    /// Looks at the sender's index again; `Err` if there is still nothing.
    #[cold]
    #[inline(never)]
    fn refresh(&mut self) -> Result<(), Starved> {
        // CLOSED first, then the ring: the other way round the last value could be missed.
        let closed = !defect(Defect::RingBeforeClosed) && self.shared().is_closed();
        if closed {
            self.seal();
        }
        if self.consumer.refresh() {
            return Ok(());
        }
        if closed || defect(Defect::RingBeforeClosed) && self.shared().is_closed() {
            return Err(Starved::Drained);
        }
        Err(Starved::Empty)
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        let mut panics = FirstPanic::default();
        self.shut(&mut panics);
        // Sealed by now, by us or, if the sender closed first, here.
        self.seal();
        panics.run(|| self.consumer.clear());
        panics.resume();
    }
}

impl<T> End for Rx<T> {
    fn side(&self) -> &Side {
        &self.shared().items
    }

    fn done(&self) -> usize {
        self.shared().ring.popped()
    }

    fn ready(&self) -> usize {
        self.shared().ring.len()
    }

    fn would_serve(&self) -> bool {
        self.shared().ring.has_item() || self.shared().is_closed()
    }
}

impl<T> RawSource for Rx<T> {
    type Item = T;

    #[inline(always)]
    fn take(&mut self, place: &mut Option<T>) -> Result<(), Starved> {
        if !self.consumer.knows_value() {
            self.refresh()?;
        }
        if !self.consumer.pop_known(place) {
            return Err(Starved::Empty);
        }
        self.shared().room.notify_sole();
        Ok(())
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<T>) -> Result<usize, Starved> {
        let mut count = self.consumer.pop_many(max, into);
        if count == 0 {
            self.refresh()?;
            count = self.consumer.pop_many(max, into);
        }
        self.shared().room.notify_sole();
        Ok(count)
    }
}
