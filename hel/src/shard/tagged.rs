use super::ShardedReceiver;
use super::any::AnyRx;
use crate::ends::sealed;
use crate::hand::InHand;
use crate::op::RawSource;
use crate::ring::Starved;
use crate::wait::{End, Side};

/// A sharded receiver whose items carry the number of their shard: what `recv_any_async` and `into_stream_any` receive
/// from.
#[derive(Debug)]
pub struct Tagged<S>(pub(super) S);

/// The attempts of a [`Tagged`] receiver.
#[derive(Debug)]
pub struct TaggedRx<'a, T>(AnyRx<'a, T>);

impl<T> End for TaggedRx<'_, T> {
    fn side(&self) -> &Side {
        self.0.side()
    }

    fn done(&self) -> usize {
        self.0.done()
    }

    fn ready(&self) -> usize {
        self.0.ready()
    }

    fn would_serve(&self) -> bool {
        self.0.would_serve()
    }
}

impl<T> TaggedRx<'_, T> {
    fn take_tagged(&mut self) -> Result<(usize, T), Starved> {
        let mut hand = InHand::empty();
        let index = self.0.take_any(hand.slot())?;
        Ok((index, hand.into_inner()))
    }
}

impl<T> RawSource for TaggedRx<'_, T> {
    type Item = (usize, T);

    fn take(&mut self, place: &mut Option<(usize, T)>) -> Result<(), Starved> {
        *place = Some(self.take_tagged()?);
        Ok(())
    }

    fn take_many(&mut self, max: usize, into: &mut Vec<(usize, T)>) -> Result<usize, Starved> {
        let before = into.len();
        into.push(self.take_tagged()?);
        // As many as there is room for, so that senders that keep up do not keep us here.
        let most = max.min(self.0.0.capacity());
        into.extend(std::iter::from_fn(|| self.take_tagged().ok()).take(most - 1));
        Ok(into.len() - before)
    }
}

impl<T> Tagged<&ShardedReceiver<T>> {
    pub(super) fn rx(&self) -> TaggedRx<'_, T> {
        TaggedRx(self.0.rx())
    }
}

impl<T> sealed::Source for Tagged<&ShardedReceiver<T>> {
    type Value = (usize, T);
    type Raw<'a>
        = TaggedRx<'a, T>
    where
        Self: 'a;

    fn raw(&mut self) -> TaggedRx<'_, T> {
        self.rx()
    }
}

impl<T> sealed::Source for Tagged<ShardedReceiver<T>> {
    type Value = (usize, T);
    type Raw<'a>
        = TaggedRx<'a, T>
    where
        Self: 'a;

    fn raw(&mut self) -> TaggedRx<'_, T> {
        TaggedRx(self.0.rx())
    }
}

impl<T> sealed::Borrowed for Tagged<&ShardedReceiver<T>> {}
