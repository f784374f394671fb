use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::{Receiver, Sender};
use crate::link::mpmc::Shared;
use crate::sync::Arc;

/// A sender that does not keep the channel open: what [`Sender::downgrade`] returns.
pub struct WeakSender<T>(Arc<Shared<T>>);

/// A receiver that does not keep the channel open: what [`Receiver::downgrade`] returns.
pub struct WeakReceiver<T>(Arc<Shared<T>>);

impl<T> WeakSender<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self(shared)
    }

    /// A sender again, unless the last one has gone.
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.0.revive_sender().then(|| Sender::new(Arc::clone(&self.0)))
    }
}

impl<T> WeakReceiver<T> {
    pub(super) fn new(shared: Arc<Shared<T>>) -> Self {
        Self(shared)
    }

    /// A receiver again, unless the last one has gone, or one is [exclusive](super::ExclusiveReceiver), or another thread is
    /// just trying to make it so.
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        self.0.revive_receiver().then(|| Receiver::new(Arc::clone(&self.0)))
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakReceiver").finish_non_exhaustive()
    }
}

// As for the strong ends.
impl<T> UnwindSafe for WeakSender<T> {}
impl<T> RefUnwindSafe for WeakSender<T> {}
impl<T> UnwindSafe for WeakReceiver<T> {}
impl<T> RefUnwindSafe for WeakReceiver<T> {}
