//! What hel was asked for: each use case of the request stands here as a program that ends and checks its result.
#![cfg(not(hel_loom))]
#![expect(clippy::while_let_loop, reason = "the request matches every outcome by name, so this has to compile")]

#[path = "../support/mod.rs"]
mod support;

mod basics;
mod events;
mod game;
mod matching;
mod risk;

use support::limit;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Runs `body` under the watchdog on a plain thread from which `tokio::spawn` works; it may block.
fn beside_tokio<R>(body: impl FnOnce() -> R) -> R {
    limit(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let _entered = runtime.enter();
        body()
    })
}

/// Waits for a task from the thread of the test.
fn join<R>(task: JoinHandle<R>) -> R {
    Handle::current().block_on(task).unwrap()
}
