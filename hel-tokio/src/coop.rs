use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedFuture, FusedStream, Stream};
use futures_sink::Sink;
use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

/// Makes a hel future, stream or sink take part in tokio's budget.
///
/// tokio gives each task a budget per turn, and its own channels, timers and sockets use it up; when it is gone they are
/// pending, so that other tasks have their turn. A plain hel operation is ready whenever it can be, as `std`'s are.
/// A task that loops over such operations on a channel that never runs empty should wrap them.
///
/// A future costs one unit of the budget, as an operation of tokio's does. Of a stream or sink eight values together cost
/// one, since to ask for the budget takes about as long as to receive a value. So up to seven may still come when the
/// budget is gone, and a stream or sink that uses it alone gives way after 1,024.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = hel::bounded(16);
/// tx.send_batch_async(&mut vec![1, 2, 3]).await.unwrap();
/// drop(tx);
/// let mut sum = 0;
/// while let Ok(n) = hel_tokio::coop(rx.recv_async()).await {
///     sum += n; // the other tasks of this worker have their turn, however much comes
/// }
/// # assert_eq!(sum, 6);
/// # }
/// ```
pub fn coop<X>(inner: X) -> Coop<X> {
    Coop { inner, paid: 0 }
}

/// Polls if the task has budget left, and uses some if that was worth it.
pub(crate) fn poll_in_budget<O>(cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<O>) -> Poll<O> {
    let budget = ready!(poll_proceed(cx));
    let polled = poll(cx);
    if polled.is_ready() {
        budget.made_progress();
    }
    polled
}

pin_project! {
    /// A future, [`Stream`] or [`Sink`] that takes part in tokio's budget: what [`coop`] returns.
    ///
    /// # Cancel safety
    /// As what it wraps.
    #[derive(Debug)]
    #[must_use = "futures, streams and sinks do nothing unless polled"]
    pub struct Coop<X> {
        #[pin]
        inner: X,
        // How many values of a stream or sink are paid for already.
        paid: u32,
    }
}

/// How many values of a stream or sink cost one unit of the budget.
const VALUES: u32 = 8;

/// As [`poll_in_budget`], for one value of many.
fn poll_one_of_many<O>(
    paid: &mut u32,
    cx: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<O>,
) -> Poll<O> {
    let polled = if *paid > 0 { poll(cx) } else { poll_in_budget(cx, poll) };
    if polled.is_ready() {
        *paid = paid.checked_sub(1).unwrap_or(VALUES - 1);
    }
    polled
}

impl<X: Clone> Clone for Coop<X> {
    fn clone(&self) -> Self {
        coop(self.inner.clone())
    }
}

impl<X> Coop<X> {
    /// What it wraps.
    pub fn get_ref(&self) -> &X {
        &self.inner
    }

    /// What it wraps. What is done to it directly uses no budget.
    pub fn get_mut(&mut self) -> &mut X {
        &mut self.inner
    }

    /// Gives back what it wraps.
    pub fn into_inner(self) -> X {
        self.inner
    }
}

impl<X: Future> Future for Coop<X> {
    type Output = X::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<X::Output> {
        poll_in_budget(cx, |cx| self.project().inner.poll(cx))
    }
}

impl<X: FusedFuture> FusedFuture for Coop<X> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl<X: Stream> Stream for Coop<X> {
    type Item = X::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<X::Item>> {
        let this = self.project();
        poll_one_of_many(this.paid, cx, |cx| this.inner.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<X: FusedStream> FusedStream for Coop<X> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// A value counts when the sink is found ready for it.
impl<X: Sink<T>, T> Sink<T> for Coop<X> {
    type Error = X::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), X::Error>> {
        let this = self.project();
        poll_one_of_many(this.paid, cx, |cx| this.inner.poll_ready(cx))
    }

    fn start_send(self: Pin<&mut Self>, item: T) -> Result<(), X::Error> {
        self.project().inner.start_send(item)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), X::Error>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), X::Error>> {
        self.project().inner.poll_close(cx)
    }
}
