//! Who is at what, who makes no progress, and what the process takes of the system.

use std::collections::HashMap;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// So many looks without progress, a second apart, and the program ends. Looks are counted, not time: a process that was
/// stopped as a whole for a while has not hung.
pub(crate) const PATIENCE: u64 = 30;

/// One worker, as the watchdog sees it.
#[derive(Debug)]
pub(crate) struct Worker {
    name: String,
    steps: AtomicU64,
    at: Mutex<&'static str>,
}

impl Worker {
    /// Says what the worker is about to do. Each call is progress.
    pub(crate) fn at(&self, step: &'static str) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = step;
        self.steps.fetch_add(1, Relaxed);
    }
}

/// All workers that live.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch(Arc<Mutex<Vec<Weak<Worker>>>>);

impl Watch {
    pub(crate) fn worker(&self, name: String) -> Arc<Worker> {
        let worker = Arc::new(Worker { name, steps: AtomicU64::new(0), at: Mutex::new("its beginning") });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&worker));
        worker
    }

    /// Looks at each worker once a second, for as long as the program runs.
    pub(crate) fn start(&self) {
        let watch = self.clone();
        thread::spawn(move || {
            let mut seen = HashMap::new();
            loop {
                thread::sleep(Duration::from_secs(1));
                let stuck = watch.look(&mut seen);
                if !stuck.is_empty() {
                    eprintln!("soak: FAILED: no progress for {PATIENCE} looks:");
                    stuck.iter().for_each(|line| eprintln!("  {line}"));
                    process::exit(2);
                }
            }
        });
    }

    /// Names those that have not moved for too many looks. `seen` has their steps and for how many looks.
    fn look(&self, seen: &mut HashMap<usize, (u64, u64)>) -> Vec<String> {
        let mut workers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        workers.retain(|worker| worker.strong_count() > 0);
        let mut stuck = Vec::new();
        let mut now = HashMap::new();
        for worker in workers.iter().filter_map(Weak::upgrade) {
            let (steps, key) = (worker.steps.load(Relaxed), Arc::as_ptr(&worker) as usize);
            let looks = seen.get(&key).filter(|(before, _)| *before == steps).map_or(0, |(_, looks)| looks + 1);
            now.insert(key, (steps, looks));
            if looks >= PATIENCE {
                let at = *worker.at.lock().unwrap_or_else(PoisonError::into_inner);
                stuck.push(format!("{}, in {at}, after {steps} steps", worker.name));
            }
        }
        *seen = now;
        stuck
    }
}

/// What the process takes: resident memory in KiB, and open descriptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Taken {
    pub(crate) memory: u64,
    pub(crate) descriptors: u64,
}

impl Taken {
    /// None where there is no `/proc` to say.
    pub(crate) fn now() -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let memory = line.trim().strip_suffix(" kB")?.parse().ok()?;
        // The one that reads the folder is among them, each time.
        let descriptors = std::fs::read_dir("/proc/self/fd").ok()?.count() as u64;
        Some(Self { memory, descriptors })
    }
}

/// Compares the first third of what was seen after the warm-up with the last: the highest of each.
///
/// # Errors
/// What has grown.
pub(crate) fn flat(seen: &[Taken]) -> Result<(Taken, Taken), String> {
    let third = (seen.len() / 3).max(1);
    let highest = |of: &[Taken]| Taken {
        memory: of.iter().map(|taken| taken.memory).max().unwrap_or(0),
        descriptors: of.iter().map(|taken| taken.descriptors).max().unwrap_or(0),
    };
    let (first, last) = (highest(&seen[..third.min(seen.len())]), highest(&seen[seen.len().saturating_sub(third)..]));
    // What allocators keep differs by some MiB; a leak of one small value per round would be more within an hour.
    if last.memory > first.memory + first.memory / 10 + 4096 {
        return Err(format!("resident memory grew from {} to {} KiB", first.memory, last.memory));
    }
    if last.descriptors > first.descriptors {
        return Err(format!("open descriptors grew from {} to {}", first.descriptors, last.descriptors));
    }
    Ok((first, last))
}

#[test]
fn what_grows_is_found() {
    let taken = |memory, descriptors| Taken { memory, descriptors };
    assert!(flat(&[taken(20_000, 9); 9]).is_ok());
    assert!(flat(&[[taken(20_000, 9); 6], [taken(27_000, 9); 6]].concat()).unwrap_err().contains("memory"));
    assert!(flat(&[[taken(20_000, 9); 6], [taken(20_000, 10); 6]].concat()).unwrap_err().contains("descriptors"));
}

#[test]
fn who_stands_still_is_named() {
    let (watch, mut seen) = (Watch::default(), HashMap::new());
    let (still, moves) = (watch.worker("one that stands still".to_owned()), watch.worker("one that moves".to_owned()));
    still.at("a receive");
    for _ in 0..PATIENCE {
        assert_eq!(watch.look(&mut seen), Vec::<String>::new());
        moves.at("a send");
    }
    assert_eq!(watch.look(&mut seen), ["one that stands still, in a receive, after 1 steps"]);
    drop(still);
    assert!(watch.look(&mut seen).is_empty());
}
