//! The suite that every runtime has to pass, on async-std's.

#[path = "../../hel/tests/conformance/mod.rs"]
mod conformance;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_std::task::{self, JoinHandle};
use conformance::Harness;
use futures_util::future::{Either, select};
use hel_async_std::{AsyncStd, channel};

conformance::conformance_suite!(on_async_std: Tasks);

/// async-std has one runtime, for all of a program, and it never ends. What can end is a group of tasks: each of them
/// listens to `stopped` beside its work and holds an `alive`.
struct Tasks {
    stop: channel::Sender<()>,
    stopped: channel::Receiver<()>,
    alive: channel::Sender<()>,
    gone: channel::Receiver<()>,
}

impl Harness for Tasks {
    type Rt = AsyncStd;
    type Task<T: Send + 'static> = Task<T>;

    fn start() -> Self {
        let ((stop, stopped), (alive, gone)) = (channel::bounded(1), channel::bounded(1));
        Self { stop, stopped, alive, gone }
    }

    fn rt(&self) -> AsyncStd {
        AsyncStd
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }

    fn spawn<F>(&self, future: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (stopped, alive) = (self.stopped.clone(), self.alive.clone());
        Task(task::spawn(async move {
            let _alive = alive; // dropped after the work
            match select(Box::pin(future), stopped.recv()).await {
                Either::Left((output, _)) => Some(output),
                Either::Right(_) => None,
            }
        }))
    }

    async fn abort<T: Send + 'static>(task: Task<T>) {
        task.0.cancel().await;
    }

    fn shutdown(self) {
        self.stop.close();
        drop(self.alive);
        assert!(self.gone.recv_blocking().is_err(), "until all tasks have gone");
    }
}

struct Task<T>(JoinHandle<Option<T>>);

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.0).poll(cx).map(|output| output.expect("the group of the task has been stopped"))
    }
}
