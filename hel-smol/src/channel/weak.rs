use std::fmt;

use hel::channel::mpmc;

use super::{Receiver, Sender};

/// A sender that does not keep the channel open: what [`Sender::downgrade`] returns.
pub struct WeakSender<T>(mpmc::WeakSender<T>);

/// A receiver that does not keep the channel open: what [`Receiver::downgrade`] returns.
pub struct WeakReceiver<T>(mpmc::WeakReceiver<T>);

impl<T> WeakSender<T> {
    pub(super) fn new(inner: mpmc::WeakSender<T>) -> Self {
        Self(inner)
    }

    /// A sender again, unless the channel is closed.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        // hel gives one as long as a sender lives, also after `close`; async-channel does not.
        self.0.upgrade().map(Sender::new).filter(|sender| !sender.is_closed())
    }
}

impl<T> WeakReceiver<T> {
    pub(super) fn new(inner: mpmc::WeakReceiver<T>) -> Self {
        Self(inner)
    }

    /// A receiver again, unless the channel is closed. Values may still be buffered then: only a receiver that was kept
    /// gets them.
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        // As in `WeakSender`.
        self.0.upgrade().map(Receiver::new).filter(|receiver| !receiver.is_closed())
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
