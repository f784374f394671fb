//! What futures, streams, sinks and iterators are generic over: an owned or a borrowed end.

/// A receiving end, owned or borrowed: what a [`RecvFuture`](crate::RecvFuture), a
/// [`RecvStream`](crate::RecvStream) or an [`Iter`](crate::Iter) receives from.
///
/// Implemented by [`Receiver`](crate::Receiver), `&Receiver`, [`ExclusiveReceiver`](crate::ExclusiveReceiver),
/// `&mut ExclusiveReceiver`, [`spsc::Receiver`](crate::channel::spsc::Receiver), `&mut spsc::Receiver`,
/// [`ShardedReceiver`](crate::channel::mpmc::ShardedReceiver), `&ShardedReceiver` and
/// [`Tagged`](crate::channel::mpmc::Tagged) ones. It cannot be implemented outside hel.
pub trait Source: sealed::Source<Value = <Self as Source>::Item> {
    /// What is received.
    type Item;
}

/// A sending end, owned or borrowed: what a [`SendFuture`](crate::SendFuture) or a [`SendSink`](crate::SendSink) sends
/// to.
///
/// Implemented by [`Sender`](crate::Sender), `&Sender`, [`spsc::Sender`](crate::channel::spsc::Sender),
/// `&mut spsc::Sender`, [`RoundRobinSender`](crate::channel::mpmc::RoundRobinSender),
/// [`KeyFnSender`](crate::channel::mpmc::KeyFnSender) and references to them. It cannot be implemented outside hel.
pub trait Target: sealed::Target<Value = <Self as Target>::Item> {
    /// What is sent.
    type Item;
}

/// A [`Source`] or [`Target`] that is a reference to an end, so that a method taking `self` leaves the end with its
/// owner.
pub trait Borrowed: sealed::Borrowed {}

pub(crate) mod sealed {
    use crate::op::{RawSource, RawTarget};

    pub trait Source: Unpin {
        type Value;
        type Raw<'a>: RawSource<Item = Self::Value>
        where
            Self: 'a;

        /// The attempts that this end offers.
        fn raw(&mut self) -> Self::Raw<'_>;
    }

    pub trait Target: Unpin {
        type Value;
        type Raw<'a>: RawTarget<Item = Self::Value>
        where
            Self: 'a;

        /// The attempts that this end offers.
        fn raw(&mut self) -> Self::Raw<'_>;
    }

    pub trait Borrowed {}
}

impl<S: sealed::Source> Source for S {
    type Item = S::Value;
}

impl<K: sealed::Target> Target for K {
    type Item = K::Value;
}

impl<B: sealed::Borrowed> Borrowed for B {}
