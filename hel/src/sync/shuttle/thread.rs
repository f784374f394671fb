//! Threads of a model, as many as it likes.

/// Waits for a thread of the model, and takes what it returned.
#[derive(Debug)]
pub(crate) struct JoinHandle<T>(::shuttle::thread::JoinHandle<T>);

/// Runs `f` on a thread of its own.
pub(crate) fn spawn<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    JoinHandle(::shuttle::thread::spawn(f))
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended.
    pub(crate) fn join(self) -> T {
        self.0.join().expect("a thread of a model that panics ends the model")
    }
}
