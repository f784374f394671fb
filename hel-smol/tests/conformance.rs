//! The suite that every runtime has to pass, on a smol executor with one thread and with four.

#[path = "../../hel/tests/conformance/mod.rs"]
mod conformance;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};

use conformance::Harness;
use hel_smol::{Smol, channel};
use smol::Executor;

conformance::conformance_suite!(one_thread: Threads<1>);
conformance::conformance_suite!(four_threads: Threads<4>);

/// An executor run by so many threads: the one in `block_on` and others beside it.
struct Threads<const COUNT: usize> {
    executor: Arc<Executor<'static>>,
    stop: channel::Sender<()>,
    others: Vec<JoinHandle<()>>,
}

impl<const COUNT: usize> Harness for Threads<COUNT> {
    type Rt = Smol;
    type Task<T: Send + 'static> = Task<T>;

    fn start() -> Self {
        let (stop, stopped) = channel::bounded::<()>(1);
        let executor = Arc::new(Executor::new());
        let others = (1..COUNT).map(|_| {
            let (executor, stopped) = (Arc::clone(&executor), stopped.clone());
            thread::spawn(move || assert!(smol::block_on(executor.run(stopped.recv())).is_err()))
        });
        Self { others: others.collect(), executor, stop }
    }

    fn rt(&self) -> Smol {
        Smol
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        smol::block_on(self.executor.run(future))
    }

    fn spawn<F>(&self, future: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Task(Some(self.executor.spawn(future)))
    }

    async fn abort<T: Send + 'static>(mut task: Task<T>) {
        if let Some(task) = task.0.take() {
            task.cancel().await;
        }
    }

    fn shutdown(self) {
        self.stop.close();
        self.others.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(Arc::strong_count(&self.executor), 1);
    }
}

/// A task that goes on when nobody waits for it any more, as those of other runtimes do.
struct Task<T>(Option<smol::Task<T>>);

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(self.0.as_mut().expect("an aborted task is not awaited")).poll(cx)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.detach();
        }
    }
}
