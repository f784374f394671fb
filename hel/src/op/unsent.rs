//! What of a batch is not sent yet.

use std::cell::Cell;
use std::iter::Rev;
use std::slice;
use std::vec::Drain;

use crate::sync::IN_MODEL;

/// What of a batch is not sent yet: it stays in the caller's `Vec` whatever happens.
///
/// Taking from the front of a `Vec` moves all the rest. A long batch that goes in several runs is turned round, so that the
/// front is the cheap end, and turned back when this guard is dropped.
#[derive(Debug)]
pub struct Unsent<'b, T> {
    values: &'b mut Vec<T>,
    turned: bool,
    total: usize,
    /// An attempt sent none, and since then none has sent all that it had looked at.
    hindered: bool,
}

/// Up to so many values are moved up each time, in place of turning them round: it takes next to nothing, also where few go at
/// a time.
const SHORT: usize = 256;
/// The same for the bytes of all of them.
const SMALL: usize = 8192;

impl<'b, T> Unsent<'b, T> {
    pub(crate) fn new(values: &'b mut Vec<T>) -> Self {
        let total = values.len();
        Self { values, turned: false, total, hindered: false }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// What is left, from the front.
    pub(crate) fn iter(&self) -> Front<slice::Iter<'_, T>, slice::Iter<'_, T>> {
        if self.turned { Front::Turned(self.values.iter().rev()) } else { Front::Straight(self.values.iter()) }
    }

    /// How many have been sent.
    pub(crate) fn sent(&self) -> usize {
        self.total - self.values.len()
    }

    /// Takes `count` values off the front, in order: `Straight` they are the caller's to take.
    pub(crate) fn take(&mut self, count: usize) -> Front<&mut Vec<T>, Drain<'_, T>> {
        let at = self.values.len() - count;
        if self.turned { Front::Turned(self.values.drain(at..).rev()) } else { Front::Straight(self.values) }
    }

    /// Of the first `count` values gives those that are `wanted`, by number, to `take`; the others stay, in order.
    ///
    /// They come in order, or where the batch is turned round ([`is_turned`](Self::is_turned)) from the last to the first.
    /// Neither closure may panic.
    pub(crate) fn take_where(
        &mut self,
        count: usize,
        mut wanted: impl FnMut(usize) -> bool,
        mut take: impl FnMut(usize, T),
    ) {
        let (turned, len) = (self.turned, self.values.len());
        let range = if turned { len - count..len } else { 0..count };
        let (mut looked, at) = (0, Cell::new(0));
        let picked = self.values.extract_if(range, |_| {
            looked += 1;
            at.set(if turned { count - looked } else { looked - 1 });
            wanted(at.get())
        });
        for value in picked {
            take(at.get(), value);
        }
    }

    /// Whether an attempt sent none, and since then none has sent all that it had looked at.
    pub(crate) fn is_hindered(&self) -> bool {
        self.hindered
    }

    pub(crate) fn set_hindered(&mut self, hindered: bool) {
        self.hindered = hindered;
    }

    /// Whether the front is at the end of the `Vec`.
    pub(crate) fn is_turned(&self) -> bool {
        self.turned
    }

    /// Puts the value taken last back to the front.
    pub(crate) fn put_back(&mut self, value: T) {
        if self.turned { self.values.push(value) } else { self.values.insert(0, value) }
    }

    /// Makes taking from the front cheap, for a batch that goes in several runs.
    pub(crate) fn turn(&mut self) {
        if !self.turned {
            self.values.reverse();
            self.turned = true;
        }
    }

    /// The same, if it is long. A few values are moved up as quickly as they are turned round, and go the faster if they lie
    /// in order.
    pub(crate) fn turn_if_long(&mut self) {
        let len = self.len();
        if len > SHORT || size_of_val(self.values.as_slice()) > SMALL || passes_for_long(len) {
            self.turn();
        }
    }

    /// Puts what is left back in order.
    pub(crate) fn settle(&mut self) {
        if self.turned {
            self.values.reverse();
            self.turned = false;
        }
    }
}

/// In models and in fuzzing all batches are short: there every second length passes for long.
fn passes_for_long(len: usize) -> bool {
    (IN_MODEL || cfg!(hel_fuzz)) && len % 2 == 1
}

/// Values from the front of a batch. Told apart once, and not again for each value.
pub(crate) enum Front<S, T> {
    Straight(S),
    Turned(Rev<T>),
}

impl<T> Drop for Unsent<'_, T> {
    fn drop(&mut self) {
        self.settle();
    }
}
