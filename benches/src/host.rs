//! Who runs the tasks.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::{Builder, Runtime};

/// Where the tasks of a work run. A work of threads alone has no use for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// Tasks on the thread that drives them.
    TokioOne,
    /// Tasks on this many workers.
    Tokio(usize),
    /// A local executor of smol's, on the thread that drives it.
    SmolOne,
    /// async-std's own pool: as many threads as processors.
    AsyncStd,
}

/// A host, set up.
#[derive(Debug)]
pub(crate) enum Engine {
    Tokio(Runtime),
    Smol,
    AsyncStd,
}

impl Host {
    pub(crate) fn start(self) -> Engine {
        let runtime = |mut builder: Builder| Engine::Tokio(builder.build().expect("a runtime"));
        match self {
            Self::TokioOne => runtime(Builder::new_current_thread()),
            Self::Tokio(workers) => {
                let mut builder = Builder::new_multi_thread();
                builder.worker_threads(workers);
                runtime(builder)
            }
            Self::SmolOne => Engine::Smol,
            Self::AsyncStd => Engine::AsyncStd,
        }
    }
}

type Boxed<O> = Pin<Box<dyn Future<Output = O> + Send>>;

impl Engine {
    /// Spawns all tasks, in order, and waits for all.
    ///
    /// # Panics
    /// If one of them panicked.
    pub(crate) fn run<O: Send + 'static>(&self, tasks: Vec<Boxed<O>>) -> Vec<O> {
        match self {
            Self::Tokio(runtime) => runtime.block_on(async {
                let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
                let mut done = Vec::with_capacity(tasks.len());
                for task in tasks {
                    done.push(task.await.expect("a task panicked"));
                }
                done
            }),
            Self::Smol => {
                let executor = smol::LocalExecutor::new();
                smol::block_on(executor.run(all(tasks.into_iter().map(|task| executor.spawn(task)).collect())))
            }
            Self::AsyncStd => async_std::task::block_on(all(tasks.into_iter().map(async_std::task::spawn).collect())),
        }
    }
}

/// Awaits tasks that have been spawned.
async fn all<O>(tasks: Vec<impl Future<Output = O>>) -> Vec<O> {
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await);
    }
    done
}
