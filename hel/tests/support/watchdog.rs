//! A test that hangs ends, and says its name.

use std::io::{self, Write};
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What [`limit`] allows. A test that needs more than a fraction of it is too big.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs `body` here and ends the whole process, naming the test, if it takes longer than 30 seconds.
///
/// A blocked thread cannot be stopped from outside in any other way; the test's name is its thread's.
pub(crate) fn limit<R>(body: impl FnOnce() -> R) -> R {
    limit_of(LIMIT, body)
}

/// The same with another limit.
pub(crate) fn limit_of<R>(limit: Duration, body: impl FnOnce() -> R) -> R {
    let _watchdog = Watchdog::start(limit);
    body()
}

/// Sleeps until told that the body is over; never told, it ends the process.
struct Watchdog {
    over: Option<Sender<()>>,
    monitor: Option<JoinHandle<()>>,
}

impl Watchdog {
    fn start(limit: Duration) -> Self {
        let (over, told) = mpsc::channel();
        let test = thread::current().name().unwrap_or("a thread without a name").to_owned();
        let monitor = thread::spawn(move || {
            if told.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                // Not `eprintln`, which the test runner captures and the abort would lose.
                let _ = writeln!(io::stderr(), "watchdog: {test} did not end within {limit:?}");
                process::abort();
            }
        });
        Self { over: Some(over), monitor: Some(monitor) }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(monitor) = self.monitor.take() {
            let _ = monitor.join();
        }
    }
}
