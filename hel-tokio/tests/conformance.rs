//! The suite that every runtime has to pass, on tokio's two schedulers.

#[path = "../../hel/tests/conformance/mod.rs"]
mod conformance;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use conformance::Harness;
use hel_tokio::Tokio;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

conformance::conformance_suite!(one_thread: Scheduler<1>);
conformance::conformance_suite!(four_workers: Scheduler<4>);

/// A runtime with so many threads.
struct Scheduler<const THREADS: usize>(Runtime);

impl<const THREADS: usize> Harness for Scheduler<THREADS> {
    type Rt = Tokio;
    type Task<T: Send + 'static> = Task<T>;

    fn start() -> Self {
        let mut builder = match THREADS {
            1 => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        };
        Self(builder.worker_threads(THREADS).enable_time().build().unwrap())
    }

    fn rt(&self) -> Tokio {
        Tokio
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn spawn<F>(&self, future: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Task(self.0.spawn(future))
    }

    async fn abort<T: Send + 'static>(task: Task<T>) {
        task.0.abort();
        let _ = task.0.await;
    }

    fn shutdown(self) {
        drop(self.0);
    }
}

/// A task that hands its panic on.
struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(Result::unwrap)
    }
}
