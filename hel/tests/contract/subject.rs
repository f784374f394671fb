//! What is polled and then dropped: every async operation behind one trait.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use hel::channel::errors::AsyncSendError;
use hel::{SendSink, Target};

use crate::clock::Clock;
use crate::support::{Counted, poll_with};

/// What the caller of an operation has at hand, and keeps.
pub(crate) struct Hands {
    pub(crate) clock: Clock,
    pub(crate) slot: Option<Counted>,
    pub(crate) vec: Vec<Counted>,
    pub(crate) tagged: Vec<(usize, Counted)>,
}

impl Hands {
    pub(crate) fn take(&mut self) -> Counted {
        self.slot.take().expect("a value to send")
    }
}

/// An operation under way.
pub(crate) trait Subject {
    /// Polls it once: ready with true if it did what it is there for, with false if it could not. What it hands over
    /// goes to `out`.
    fn poll(&mut self, waker: &Waker, out: &mut Vec<Counted>) -> Poll<bool>;

    /// Drops it.
    fn drop_it(&mut self);

    /// What the object that it was an operation of still holds and gives back.
    fn kept(&mut self) -> Vec<Counted> {
        Vec::new()
    }
}

/// A future, and how to read what it gives.
struct Op<F, R>(Option<F>, R);

impl<F, R> Subject for Op<F, R>
where
    F: Future + Unpin,
    R: FnMut(F::Output, &mut Vec<Counted>) -> bool,
{
    fn poll(&mut self, waker: &Waker, out: &mut Vec<Counted>) -> Poll<bool> {
        let Self(future, read) = self;
        poll_with(future.as_mut().expect("not dropped yet"), waker).map(|output| read(output, out))
    }

    fn drop_it(&mut self) {
        self.0 = None;
    }
}

pub(crate) fn future<'a, F: Future + Unpin + 'a>(
    future: F,
    read: impl FnMut(F::Output, &mut Vec<Counted>) -> bool + 'a,
) -> Box<dyn Subject + 'a> {
    Box::new(Op(Some(future), read))
}

/// A future whose success is all that it gives.
pub(crate) fn outcome<'a, O, X>(op: impl Future<Output = Result<O, X>> + Unpin + 'a) -> Box<dyn Subject + 'a> {
    future(op, |output, _| output.is_ok())
}

/// A stream: the stream is dropped, or only a `next()` on it.
struct Next<S, R, K> {
    stream: Option<S>,
    read: R,
    kept: K,
    only_next: bool,
}

impl<S, R, K> Subject for Next<S, R, K>
where
    S: Stream + Unpin,
    R: FnMut(S::Item, &mut Vec<Counted>),
    K: FnMut(&mut S) -> Vec<Counted>,
{
    fn poll(&mut self, waker: &Waker, out: &mut Vec<Counted>) -> Poll<bool> {
        let mut next = self.stream.as_mut().expect("not dropped yet").next();
        poll_with(&mut next, waker).map(|item| item.map(|item| (self.read)(item, out)).is_some())
    }

    /// A `next()` holds nothing but a reference to its stream, and none is under way between two polls here.
    fn drop_it(&mut self) {
        if !self.only_next {
            self.stream = None;
        }
    }

    fn kept(&mut self) -> Vec<Counted> {
        self.stream.as_mut().map_or_else(Vec::new, &mut self.kept)
    }
}

pub(crate) fn stream<'a, S: Stream + Unpin + 'a>(
    stream: S,
    only_next: bool,
    read: impl FnMut(S::Item, &mut Vec<Counted>) + 'a,
    kept: impl FnMut(&mut S) -> Vec<Counted> + 'a,
) -> Box<dyn Subject + 'a> {
    Box::new(Next { stream: Some(stream), read, kept, only_next })
}

/// What of a sink is dropped.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    /// A `send()` of a value.
    Send,
    /// A `feed()` of a value.
    Feed,
    /// A `flush()`.
    Flush,
    /// The sink.
    All,
}

/// A sink that what is under way on it shares with the test, which looks into it later.
struct Lent<K: Target>(Rc<RefCell<SendSink<K>>>);

impl<K: Target<Item = Counted>> Lent<K> {
    fn on<O>(&self, f: impl FnOnce(Pin<&mut SendSink<K>>) -> O) -> O {
        f(Pin::new(&mut *self.0.borrow_mut()))
    }
}

impl<K: Target<Item = Counted>> Sink<Counted> for Lent<K> {
    type Error = AsyncSendError<Counted>;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.on(|sink| sink.poll_ready(cx))
    }

    fn start_send(self: Pin<&mut Self>, item: Counted) -> Result<(), Self::Error> {
        self.on(|sink| sink.start_send(item))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.on(|sink| sink.poll_flush(cx))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.on(|sink| sink.poll_close(cx))
    }
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<(), AsyncSendError<Counted>>> + 'a>>;

/// A sink and what is under way on it.
struct OnSink<'a, K: Target> {
    under_way: Option<Sent<'a>>,
    sink: Option<Rc<RefCell<SendSink<K>>>>,
    part: Part,
}

impl<K: Target<Item = Counted>> Subject for OnSink<'_, K> {
    fn poll(&mut self, waker: &Waker, out: &mut Vec<Counted>) -> Poll<bool> {
        let polled = poll_with(self.under_way.as_mut().expect("not dropped yet"), waker);
        polled.map(|result| result.map_err(|error| out.push(error.into_inner())).is_ok())
    }

    fn drop_it(&mut self) {
        self.under_way = None;
        if self.part == Part::All {
            self.sink = None;
        }
    }

    fn kept(&mut self) -> Vec<Counted> {
        self.sink.as_mut().and_then(|sink| sink.borrow_mut().take_unsent()).into_iter().collect()
    }
}

/// Begins `part` with what the caller has at hand: the first value in the `Vec` goes to the sink before.
pub(crate) fn on_sink<'a, K>(mut sink: SendSink<K>, part: Part, hands: &mut Hands) -> Box<dyn Subject + 'a>
where
    K: Target<Item = Counted> + 'a,
{
    if let Some(first) = hands.vec.pop() {
        Pin::new(&mut sink).start_send(first).expect("the channel is open");
    }
    let sink = Rc::new(RefCell::new(sink));
    let (mut lent, item) = (Lent(Rc::clone(&sink)), hands.slot.take());
    let under_way: Sent<'a> = match (part, item) {
        (Part::Send, Some(item)) => Box::pin(async move { lent.send(item).await }),
        (Part::Feed, Some(item)) => Box::pin(async move { lent.feed(item).await }),
        _ => Box::pin(async move { lent.flush().await }),
    };
    Box::new(OnSink { under_way: Some(under_way), sink: Some(sink), part })
}
