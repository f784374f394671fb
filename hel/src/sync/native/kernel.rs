//! What the kernel can do about the other threads' store buffers.
#![allow(unsafe_code)]

use std::time::Duration;

/// How long the last resort waits. Store buffers drain within a microsecond; no architecture writes down a bound.
const DRAIN: Duration = Duration::from_millis(20);

/// One thing to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Permission for [`Expedite`](Self::Expedite): once per process, lost by `exec`, kept by `fork`.
    Register,
    /// A full fence in every running thread of this process, by interrupts: microseconds.
    Expedite,
    /// A full fence in every running thread of the system, by waiting for each to be scheduled: milliseconds.
    Global,
    /// Time for every store buffer to drain by itself. Never refused, and the one place in hel that trusts a clock.
    Drain,
}

/// Asks for `step`; false if it was refused.
pub(super) fn ask(step: Step) -> bool {
    match step {
        Step::Register => membarrier(1 << 4),
        Step::Expedite => membarrier(1 << 3),
        Step::Global => membarrier(1 << 0),
        Step::Drain => {
            std::thread::sleep(DRAIN);
            true
        }
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn membarrier(command: libc::c_long) -> bool {
    const NO_FLAGS: libc::c_long = 0;
    const NO_CPU: libc::c_long = 0;
    // SAFETY: S1: the call takes three numbers, and touches no memory of this process.
    let result = unsafe { libc::syscall(libc::SYS_membarrier, command, NO_FLAGS, NO_CPU) };
    result == 0
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn membarrier(_command: i32) -> bool {
    false
}

/// Keeps this thread to the processor that it runs on.
#[cfg(all(test, target_os = "linux", not(miri)))]
pub(crate) fn stay_here() {
    // SAFETY: S1: a set is an array of bits; all zeroes is the empty one.
    let mut here: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: S1: it takes nothing, and says a number.
    let cpu = usize::try_from(unsafe { libc::sched_getcpu() }).expect("a processor");
    // SAFETY: S1: it writes one bit of the set, or panics where there is no such bit.
    unsafe { libc::CPU_SET(cpu, &mut here) };
    // SAFETY: S1: the call reads the set, whose size it is given; 0 is the thread that calls.
    assert_eq!(unsafe { libc::sched_setaffinity(0, size_of_val(&here), &here) }, 0);
}
