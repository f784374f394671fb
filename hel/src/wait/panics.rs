use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs several pieces of user code to the end, whichever of them panic, and lets the first panic go on afterwards.
///
/// Wakers and destructors are the caller's code: one that panics must not keep the next one from running.
#[derive(Debug, Default)]
#[must_use = "call `resume`, or the panic is swallowed"]
pub(crate) struct FirstPanic(Option<Box<dyn Any + Send>>);

impl FirstPanic {
    /// Calls `f` and keeps its panic, if it is the first.
    pub(crate) fn run(&mut self, f: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
            match self.0 {
                None => self.0 = Some(payload),
                // A payload is the caller's value too, and its destructor might panic again.
                Some(_) => std::mem::forget(payload),
            }
        }
    }

    /// Runs one piece of user code whose panic goes on, unless this thread is unwinding already: a second one would
    /// abort.
    pub(crate) fn guard(f: impl FnOnce()) {
        if !std::thread::panicking() {
            return f();
        }
        let mut panics = Self::default();
        panics.run(f);
        panics.resume();
    }

    /// Goes on with the first panic. While this thread is unwinding already it is swallowed: a second one would abort.
    pub(crate) fn resume(self) {
        if let Some(payload) = self.0 {
            if std::thread::panicking() {
                std::mem::forget(payload);
            } else {
                resume_unwind(payload);
            }
        }
    }
}
