//! The machine and the build, as every report states them; and which processors this process may use.

use std::fs;
use std::num::NonZero;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

/// What the figures depend on.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) rustc: &'static str,
    pub(crate) commit: &'static str,
}

impl Machine {
    pub(crate) fn here() -> Self {
        let cpu_info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            cpu: model(&cpu_info).unwrap_or("unknown processor").to_owned(),
            cores: cores(),
            kernel: kernel.trim().to_owned(),
            rustc: env!("DUEL_RUSTC"),
            commit: env!("DUEL_COMMIT"),
        }
    }

    pub(crate) fn line(&self) -> String {
        let Self { cpu, cores, kernel, rustc, commit } = self;
        format!("{cpu}, {cores} cores, Linux {kernel}, {rustc}, commit {commit}")
    }
}

/// How many processors this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn model(cpu_info: &str) -> Option<&str> {
    let line = cpu_info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

/// Keeps this thread, and those that it starts from now on, on the first `count` processors that it may use.
///
/// # Errors
/// In words, if there are not so many or the system refuses.
pub(crate) fn keep_to(count: usize) -> Result<(), String> {
    let allowed = sched_getaffinity(None).map_err(|error| error.to_string())?;
    let mut kept = CpuSet::new();
    (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).take(count).for_each(|cpu| kept.set(cpu));
    if (kept.count() as usize) < count {
        return Err(format!("{count} processors asked for, {} there", kept.count()));
    }
    sched_setaffinity(None, &kept).map_err(|error| error.to_string())
}

/// Keeps this thread on one of the processors that it may use: the one with this number, counted round.
///
/// Where the system refuses, the thread stays where it is.
pub(crate) fn keep_to_nth(index: usize) {
    let Ok(allowed) = sched_getaffinity(None) else { return };
    let all: Vec<_> = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu)).collect();
    let mut kept = CpuSet::new();
    if let Some(cpu) = all.get(index % all.len().max(1)) {
        kept.set(*cpu);
        let _ = sched_setaffinity(None, &kept);
    }
}

/// The processor time that this process has used.
pub(crate) fn cpu_time() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_found() {
        assert_eq!(model("processor : 0\nmodel name\t: A fine CPU @ 3\n"), Some("A fine CPU @ 3"));
        assert_eq!(model(""), None);
    }

    #[test]
    fn a_thread_is_kept_to_one_processor() {
        let kept = std::thread::spawn(|| keep_to(1).map(|()| cores())).join().expect("no panic");
        assert_eq!(kept, Ok(1));
        assert!(keep_to(CpuSet::MAX_CPU + 1).is_err());
        let pinned = std::thread::spawn(|| {
            keep_to_nth(1000);
            cores()
        });
        assert_eq!(pinned.join().expect("no panic"), 1);
    }

    #[test]
    fn computing_takes_processor_time() {
        let before = cpu_time();
        while cpu_time() == before {
            std::hint::spin_loop();
        }
        assert!(cpu_time() > before);
    }
}
