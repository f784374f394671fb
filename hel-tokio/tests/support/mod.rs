//! What the tests of this crate share.

use std::io::{self, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{process, thread};

/// While it lives, a test may run; after 30 seconds it ends the process and names the test.
pub(crate) struct Watch(#[expect(dead_code, reason = "dropping it tells the watchdog")] Sender<()>);

/// To be kept by a test from its first line to its last: one that hangs ends.
pub(crate) fn watch() -> Watch {
    let (over, told) = channel();
    let test = thread::current().name().unwrap_or("a thread without a name").to_owned();
    thread::spawn(move || {
        if told.recv_timeout(Duration::from_secs(30)) == Err(RecvTimeoutError::Timeout) {
            // Not `eprintln`, which the test runner captures and the abort would lose.
            let _ = writeln!(io::stderr(), "watchdog: {test} did not end within 30 seconds");
            process::abort();
        }
    });
    Watch(over)
}
