//! What hel promises under any async runtime, written once. No runtime is named here: an adapter's tests include this
//! folder, implement [`Harness`] and say `conformance_suite!`.
//!
//! ```text
//! #[path = "../../hel/tests/conformance/mod.rs"]
//! mod conformance;
//!
//! conformance::conformance_suite!(one_thread: OneThread);
//! ```
//!
//! Nothing depends on how fast the machine is: where time plays a part, any outcome is right as long as nothing is lost.

pub(crate) mod collecting;
pub(crate) mod limits;
pub(crate) mod streams;
#[path = "../support/mod.rs"]
pub(crate) mod support;
pub(crate) mod tasks;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use hel::rt::Runtime;
use support::rng::Rng;

/// A runtime as the suite sees it.
pub(crate) trait Harness: Sized {
    /// Its clock and timers.
    type Rt: Runtime<Timer: Send> + Send + Sync + 'static;
    /// A task; awaited it gives what the task gave, or panics as the task did.
    type Task<T: Send + 'static>: Future<Output = T> + Send;

    fn start() -> Self;

    fn rt(&self) -> Self::Rt;

    /// Runs a future on this thread; tasks that were spawned run as well.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    fn spawn<F>(&self, future: F) -> Self::Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static;

    /// Ends a task where it waits; afterwards its future is dropped.
    fn abort<T: Send + 'static>(task: Self::Task<T>) -> impl Future<Output = ()> + Send;

    /// Ends the runtime; afterwards the futures of all its tasks are dropped, whatever they waited for.
    fn shutdown(self);
}

/// Makes the suite's tests for one harness, each under the watchdog.
macro_rules! conformance_suite {
    ($name:ident: $harness:ty) => {
        mod $name {
            $crate::conformance::each_test! { $harness:
                limits {
                    every_receiving_end_has_limits,
                    every_sending_end_has_limits,
                    what_comes_in_time_is_received,
                    sends_that_time_out_are_not_delivered,
                    receives_that_time_out_lose_nothing,
                    batches_that_time_out_keep_the_rest,
                    one_try_and_no_limit,
                }
                collecting {
                    a_gather_ends_though_the_channel_is_open,
                    gathers_lose_nothing_wherever_they_are_dropped,
                    a_batch_comes_though_the_channel_is_open,
                    batches_of_every_end_hold_everything,
                    a_pool_of_batches_shares_everything,
                }
                streams {
                    a_chain_of_streams_and_sinks,
                    the_usual_combinators_of_streams,
                    the_usual_combinators_of_sinks,
                    work_in_any_order,
                    a_next_that_loses_a_select_loses_nothing,
                }
                tasks {
                    receivers_that_are_aborted_pass_on_what_woke_them,
                    senders_that_are_aborted_have_sent_or_not,
                    a_parked_task_is_gone_once_it_is_aborted,
                    a_runtime_ends_with_parked_tasks,
                    a_channel_outlives_its_runtimes,
                    threads_and_tasks_at_both_ends,
                }
            }
        }
    };
}
pub(crate) use conformance_suite;

macro_rules! each_test {
    ($harness:ty: $($part:ident { $($test:ident,)* })*) => {
        $(mod $part {
            #[allow(unused_imports, reason = "the harness may be named by its path")]
            use super::super::*;
            $(#[test] fn $test() {
                $crate::conformance::support::limit($crate::conformance::$part::$test::<$harness>);
            })*
        })*
    };
}
pub(crate) use each_test;

/// A limit that a test which does not hang never reaches.
const LONG: Duration = Duration::from_secs(3600);
/// One that passes soon.
const SHORT: Duration = Duration::from_millis(1);

/// A limit around what an operation takes, so that all outcomes are common.
fn some_limit(rng: &mut Rng) -> Duration {
    if rng.one_in(8) { Duration::ZERO } else { Duration::from_micros(rng.below(2_500) as u64) }
}

/// Waits for a time.
async fn pause<R: Runtime>(rt: R, time: Duration) {
    rt.timer(rt.now() + time).await;
}

/// Gives way once.
fn give_way() -> impl Future<Output = ()> + Send {
    let mut given = false;
    std::future::poll_fn(move |cx| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// What several tasks write to.
#[derive(Debug)]
struct Shared<T>(Arc<Mutex<Vec<T>>>);

impl<T: Ord> Shared<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    fn push(&self, value: T) {
        self.0.lock().unwrap().push(value);
    }

    fn extend(&self, values: impl IntoIterator<Item = T>) {
        self.0.lock().unwrap().extend(values);
    }

    /// All of it, sorted.
    fn take(&self) -> Vec<T> {
        let mut values = std::mem::take(&mut *self.0.lock().unwrap());
        values.sort_unstable();
        values
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Counts the futures that wait.
#[derive(Clone, Default)]
struct Parked(Arc<AtomicUsize>);

impl Parked {
    /// The same future, counted once it has been pending.
    fn count<F: Future>(&self, future: F) -> Counting<F> {
        Counting { future: Box::pin(future), parked: Some(self.clone()) }
    }

    /// Waits until so many have been pending.
    async fn reaches(&self, count: usize) {
        while self.0.load(SeqCst) < count {
            give_way().await;
        }
    }
}

struct Counting<F> {
    future: Pin<Box<F>>,
    parked: Option<Parked>,
}

impl<F: Future> Future for Counting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = self.future.as_mut().poll(cx);
        if polled.is_pending() {
            if let Some(parked) = self.parked.take() {
                parked.0.fetch_add(1, SeqCst);
            }
        }
        polled
    }
}
