//! A task on a channel that never runs empty lets the others of its worker run.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt, stream};
use hel::channel::errors::AsyncRecvError;
use hel::{Receiver, RecvFuture};
use hel_tokio::{Coop, coop};
use tokio::task::coop as budget;

/// More than any budget, and than a timer takes, yet few enough to end if nobody gives way.
const MANY: usize = 1_000_000;

/// Drains a channel that is never empty, beside a neighbour and a timer on one thread. Says how many values had come
/// when each of the two had its turn.
async fn drain<W, F>(wrap: W) -> (usize, usize)
where
    W: Fn(RecvFuture<Receiver<()>>) -> F + Send + 'static,
    F: Future<Output = Result<(), AsyncRecvError>> + Send,
{
    let ((tx, rx), done) = (hel::bounded(1), Arc::new(AtomicUsize::new(0)));
    let (count, seen, seen_later) = (Arc::clone(&done), Arc::clone(&done), done);
    let busy = tokio::spawn(async move {
        while count.load(SeqCst) < MANY {
            tx.try_send(()).unwrap();
            wrap(RecvFuture::new(rx.clone())).await.unwrap();
            count.fetch_add(1, SeqCst);
        }
    });
    let neighbour = tokio::spawn(async move { seen.load(SeqCst) });
    let timer = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_micros(100)).await;
        seen_later.load(SeqCst)
    });
    let turns = (neighbour.await.unwrap(), timer.await.unwrap());
    busy.abort();
    let _ = busy.await;
    turns
}

#[tokio::test]
async fn a_drain_in_budget_lets_others_run() {
    let _watch = crate::support::watch();
    let (neighbour, timer) = drain(coop).await;
    assert!(neighbour > 0 && neighbour < 1_000, "the neighbour had its turn after {neighbour}");
    assert!(timer < MANY, "the timer had its turn after {timer}");
}

/// What the test above would see without `coop`.
#[tokio::test]
async fn a_drain_without_budget_does_not() {
    let _watch = crate::support::watch();
    let (neighbour, timer) = drain(|receive| receive).await;
    assert_eq!((neighbour, timer), (MANY, MANY));
}

/// How much budget is left after `body`, in a task of its own, which starts with a whole one.
async fn rest_after(body: impl FnOnce(&mut Context<'_>) + Send + 'static) -> usize {
    let task = tokio::spawn(async {
        let mut cx = Context::from_waker(Waker::noop());
        body(&mut cx);
        (0..1_000).take_while(|_| budget::poll_proceed(&mut cx).map(|it| it.made_progress()).is_ready()).count()
    });
    task.await.unwrap()
}

#[tokio::test]
async fn an_operation_costs_if_and_only_if_it_is_ready() {
    let _watch = crate::support::watch();
    let whole = rest_after(|_| ()).await;
    let waits = |cx: &mut Context<'_>| {
        let (_tx, rx) = hel::bounded::<u32>(1);
        let mut waiting = pin!(coop(rx.recv_async()));
        (0..5).for_each(|_| assert!(waiting.as_mut().poll(cx).is_pending()));
    };
    assert_eq!(rest_after(waits).await, whole);
    let ready = |cx: &mut Context<'_>| {
        let (tx, rx) = hel::bounded(8);
        for n in 0..5 {
            assert_eq!(pin!(coop(tx.send_async(n))).poll(cx), Poll::Ready(Ok(())));
        }
        assert_eq!(pin!(coop(rx.recv_async())).poll(cx), Poll::Ready(Ok(0)));
        let mut stream = coop(rx.stream());
        assert_eq!(pin!(stream.next()).poll(cx), Poll::Ready(Some(1)));
        let mut sink = coop(tx.sink());
        assert_eq!(pin!(sink.send(5)).poll(cx), Poll::Ready(Ok(())));
    };
    assert_eq!(rest_after(ready).await, whole - 8);
    // Of a stream or sink eight values cost one.
    let many = |cx: &mut Context<'_>| {
        let (tx, rx) = hel::bounded(32);
        let (mut sink, mut stream) = (coop(tx.sink()), coop(rx.stream()));
        for n in 0..17 {
            assert_eq!(pin!(sink.send(n)).poll(cx), Poll::Ready(Ok(())));
        }
        for n in 0..16 {
            assert_eq!(pin!(stream.next()).poll(cx), Poll::Ready(Some(n)));
        }
    };
    assert_eq!(rest_after(many).await, whole - 3 - 2);
    // By themselves, hel's futures use none.
    let plain = |cx: &mut Context<'_>| {
        let (tx, rx) = hel::bounded(1);
        for n in 0..10_000 {
            assert_eq!(pin!(tx.send_async(n)).poll(cx), Poll::Ready(Ok(())));
            assert_eq!(pin!(rx.recv_async()).poll(cx), Poll::Ready(Ok(n)));
        }
    };
    assert_eq!(rest_after(plain).await, whole);
}

/// Uses up what the task may still do in this turn, but for so many units.
fn spend_all_but(rest: usize, cx: &mut Context<'_>) {
    // Each one held is given back when the list is dropped.
    let held: Vec<_> = (0..rest).map(|_| budget::poll_proceed(cx)).collect();
    while budget::poll_proceed(cx).map(|it| it.made_progress()).is_ready() {}
    drop(held);
}

/// A task whose other work uses up all budget in each turn still has its limits.
#[tokio::test(start_paused = true)]
async fn a_limit_passes_without_budget() {
    let _watch = crate::support::watch();
    let ((tx, rx), limit) = (hel::bounded(1), Duration::from_secs(60));
    tx.send_async(1).await.unwrap();
    let mut send = pin!(hel_tokio::timeout(limit, tx.send_async(2)));
    let mut in_budget = pin!(coop(hel_tokio::timeout(limit, tx.send_async(3))));
    std::future::poll_fn(|cx| {
        assert!(send.as_mut().poll(cx).is_pending() && in_budget.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    tokio::time::advance(limit).await;
    std::future::poll_fn(|cx| {
        spend_all_but(0, cx);
        assert!(send.as_mut().poll(cx).is_ready() && in_budget.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    tokio::task::yield_now().await;
    std::future::poll_fn(|cx| {
        spend_all_but(1, cx);
        assert!(in_budget.as_mut().poll(cx).is_ready(), "one unit is enough");
        Poll::Ready(())
    })
    .await;
    assert_eq!((rx.len(), rx.try_recv()), (1, Ok(1)));
}

/// Without budget nothing is polled, and nothing lost.
#[tokio::test]
async fn a_value_waits_for_the_next_turn() {
    let _watch = crate::support::watch();
    let (tx, rx) = hel::bounded(1);
    tx.send_async(1).await.unwrap();
    let mut receive = coop(rx.recv_async());
    std::future::poll_fn(|cx| {
        while budget::poll_proceed(cx).map(|it| it.made_progress()).is_ready() {}
        assert!(pin!(&mut receive).poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    assert_eq!((rx.len(), receive.await), (1, Ok(1)));
}

#[tokio::test]
async fn wrapped_they_go_with_the_combinators() {
    let _watch = crate::support::watch();
    let ((tx, rx), (onward, end)) = (hel::bounded(2), hel::bounded(2));
    let sender = tokio::spawn(async move { coop(tx.into_sink()).send_all(&mut stream::iter((0..500).map(Ok))).await });
    let pipe = tokio::spawn(coop(rx.into_stream()).map(Ok).forward(coop(onward.into_sink())));
    let got: Vec<_> = coop(end.into_stream()).collect().await;
    assert!(got.into_iter().eq(0..500));
    sender.await.unwrap().unwrap();
    pipe.await.unwrap().unwrap();
    // Also what is not `Unpin`: a limit by tokio's timer.
    let (_tx, rx) = hel::bounded::<u32>(1);
    let late = coop(hel_tokio::timeout(Duration::from_millis(1), rx.recv_async())).await;
    assert!(late.unwrap_err().is_timeout());
    fn unpin<T: Unpin>(_: &T) {}
    let (tx, rx) = hel::bounded::<u32>(1);
    let mut stream: Coop<_> = coop(rx.into_stream());
    unpin(&stream);
    assert_eq!(stream.get_mut().get_mut().capacity(), 1);
    assert_eq!((stream.get_ref().get_ref().len(), stream.into_inner().into_inner().len()), (0, 0));
    drop(tx);
}
