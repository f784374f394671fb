//! What waiting costs, counted: in builds with `--cfg hel_counters`, for measuring. In all others nothing is left of it.

/// Something that is worth counting, since it costs more than the ring does.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(any(hel_loom, hel_shuttle), allow(dead_code, reason = "the checkers have barriers of their own"))]
pub(crate) enum Event {
    /// A notifier found its gate armed and ran a full fence.
    Fence,
    /// A heavy barrier.
    Heavy,
    /// A gate was cleared.
    Clear,
    /// A thread found nothing and began to wait.
    Wait,
    /// What it waited for came while it paused.
    Paused,
    /// A thread let others run.
    Yield,
    /// What it waited for came after that.
    Yielded,
    /// A task woke itself, to let the others of its executor run.
    GiveWay,
    /// What it waited for came meanwhile.
    GivenWay,
    /// A thread went to sleep.
    Park,
    /// Somebody registered a waker.
    Register,
    /// A registered waker was called.
    Wake,
    /// Another thread claimed the position that this one was about to claim.
    Lost,
    /// A route found a shard full and went on to the next.
    Passed,
}

/// Counts one `event`.
#[inline(always)]
pub(crate) fn count(event: Event) {
    #[cfg(hel_counters)]
    counting::add(event);
    #[cfg(not(hel_counters))]
    let _ = event;
}

/// The sums, for who measures.
#[cfg(hel_counters)]
pub mod counting {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Mutex, PoisonError};

    use super::Event;

    /// What is counted, in the order of the events.
    pub const NAMES: [&str; 14] = [
        "fences",
        "heavy",
        "clears",
        "waits",
        "paused",
        "yields",
        "yielded",
        "gave way",
        "gave way with success",
        "parks",
        "registers",
        "wakes",
        "lost",
        "passed",
    ];

    const _: () = assert!(Event::Passed as usize + 1 == NAMES.len(), "a name for each event");

    /// A count for each name.
    pub type Counts = [u64; NAMES.len()];

    /// One thread's counts: kept when it ends, so that nothing is lost.
    type Own = [AtomicU64; NAMES.len()];

    static ALL: Mutex<Vec<&'static Own>> = Mutex::new(Vec::new());

    thread_local! {
        static OWN: &'static Own = {
            let own: &'static Own = Box::leak(Box::default());
            ALL.lock().unwrap_or_else(PoisonError::into_inner).push(own);
            own
        };
    }

    pub(super) fn add(event: Event) {
        // ORDERING: Relaxed, both: one thread writes it, and who reads it meanwhile gets a count that is about right.
        let _ = OWN.try_with(|own| {
            let place = &own[event as usize];
            place.store(place.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        });
    }

    /// What all threads have counted since the process began.
    #[must_use]
    pub fn total() -> Counts {
        let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sums = Counts::default();
        for own in all.iter() {
            // ORDERING: Relaxed, as in `add`.
            sums.iter_mut().zip(own.iter()).for_each(|(sum, place)| *sum += place.load(Ordering::Relaxed));
        }
        sums
    }
}
