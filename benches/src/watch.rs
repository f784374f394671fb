//! A contender that never ends must not hang the program: after a minute it is named and the program stops.

use std::process::exit;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);

/// Knows what runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    now: Arc<Mutex<Option<(String, Instant)>>>,
}

impl Watch {
    /// Begins to look, every few seconds, until the program ends.
    pub(crate) fn start() -> Self {
        let watch = Self::default();
        let looking = watch.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(LIMIT / 12);
                if let Some(name) = looking.overdue(LIMIT) {
                    eprintln!("\n{name}: not done after {} s, the program stops here", LIMIT.as_secs());
                    exit(3);
                }
            }
        });
        watch
    }

    /// Runs `work` under this name.
    pub(crate) fn over<O>(&self, name: impl FnOnce() -> String, work: impl FnOnce() -> O) -> O {
        let name = name();
        self.set(Some((name.clone(), Instant::now())));
        let named = NameOnPanic(&name);
        let done = work();
        drop(named);
        self.set(None);
        done
    }

    fn set(&self, now: Option<(String, Instant)>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn overdue(&self, limit: Duration) -> Option<String> {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.as_ref().filter(|(_, since)| since.elapsed() >= limit).map(|(name, _)| name.clone())
    }
}

/// Says in whose work a panic happened, which the panic itself does not know.
struct NameOnPanic<'a>(&'a str);

impl Drop for NameOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}: failed", self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_still_runs_is_overdue() {
        let watch = Watch::default();
        assert_eq!(watch.overdue(Duration::ZERO), None);
        watch.over(|| "slow".to_owned(), || assert_eq!(watch.overdue(Duration::ZERO), Some("slow".to_owned())));
        assert_eq!(watch.overdue(Duration::ZERO), None);
    }
}
