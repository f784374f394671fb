//! A receiving end as an iterator.

use std::fmt;
use std::iter::FusedIterator;

use crate::ends::Source;
use crate::op;
use crate::wait::Forever;

/// Blocks for each value until the channel is closed and empty: what `iter` and `into_iter` return.
///
/// It blocks the thread; in a task use a stream.
pub struct Iter<S: Source>(S);

/// Takes values that are there, and ends when there are none: what `try_iter` returns.
pub struct TryIter<S: Source>(S);

impl<S: Source> Iter<S> {
    pub(crate) fn new(source: S) -> Self {
        Self(source)
    }
}

impl<S: Source> TryIter<S> {
    pub(crate) fn new(source: S) -> Self {
        Self(source)
    }
}

impl<S: Source> Iterator for Iter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        op::recv(self.0.raw(), Forever).ok()
    }
}

impl<S: Source> FusedIterator for Iter<S> {}

impl<S: Source> Iterator for TryIter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        op::try_recv(self.0.raw()).ok()
    }
}

impl<S: Source> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

impl<S: Source> fmt::Debug for TryIter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryIter").finish_non_exhaustive()
    }
}
