//! Barriers of unequal cost for a checker that has only ordinary fences.
//!
//! A heavy barrier asks every other thread for a fence and waits until each has run one or does not run at all; a
//! running thread answers at the points where an interrupt of the real barrier may strike it.

use loom::sync::atomic::{Ordering, fence};

use super::knobs::{Barriers, knobs};
use super::mutant::left_out;
use super::world;

/// The notifier's side: a place where a heavy barrier of another thread may strike, and nothing else.
#[track_caller]
pub(crate) fn light() {
    if left_out() {
        return nothing();
    }
    match knobs().barriers {
        Barriers::Asymmetric => point(),
        // ORDERING: SeqCst, with the fence that `heavy` is in this mode.
        Barriers::Plain => super::atomic::fence(Ordering::SeqCst),
        Barriers::Absent => {}
    }
}

/// A full fence.
#[track_caller]
pub(crate) fn full() {
    if left_out() {
        return nothing();
    }
    // ORDERING: SeqCst: what the native side's locked instruction gives.
    super::atomic::fence(Ordering::SeqCst);
}

/// A full fence that stands after a read-modify-write: natively that may be one already, in the language it is not.
#[track_caller]
pub(crate) fn after_rmw() {
    full();
}

/// A further place where a heavy barrier of another thread may strike.
pub(crate) fn point() {
    if !asymmetric_shim() {
        return;
    }
    world::with(|world| {
        let station = world.mine();
        // ORDERING: Relaxed: an old value is an interrupt that has not come yet; the lock below does the ordering.
        let request = world.requests.load(Ordering::Relaxed);
        if request == station.seen.get() {
            return;
        }
        station.seen.set(request);
        let mut report = station.report.lock().unwrap();
        // ORDERING: SeqCst: the fence that the interrupt runs in this thread, between the two of `heavy`.
        fence(Ordering::SeqCst);
        report.answered = request;
        drop(report);
        station.changed.notify_all();
    });
}

/// Whether the model has a heavy barrier, so that gates may be cleared.
pub(crate) fn asymmetric() -> bool {
    knobs().barriers != Barriers::Absent
}

/// Every thread of the model runs a full fence between the call and the return of this function.
#[track_caller]
pub(crate) fn heavy() {
    if left_out() {
        return nothing();
    }
    if !asymmetric_shim() {
        // ORDERING: SeqCst, with the notifier's own full fence.
        return super::atomic::fence(Ordering::SeqCst);
    }
    // ORDERING: SeqCst: the caller's fence before it enters the kernel.
    fence(Ordering::SeqCst);
    world::with(|world| {
        // ORDERING: AcqRel: requests are in one order, and a later one includes what an earlier one saw.
        let request = world.requests.fetch_add(1, Ordering::AcqRel) + 1;
        offline();
        for station in world.others() {
            let mut report = station.report.lock().unwrap();
            while report.answered < request && !report.offline {
                report = station.changed.wait(report).unwrap();
            }
        }
    });
    online();
}

/// How many fences cost as much as one heavy barrier: what the test chose. 0: clearing a gate is always worth it.
pub(crate) fn fences_per_heavy() -> u32 {
    knobs().fences_per_heavy
}

/// The thread stops running: from here on heavy barriers pass it by.
pub(super) fn offline() {
    if !asymmetric_shim() {
        return;
    }
    // ORDERING: SeqCst: what the thread did before is before every heavy barrier that passes it by.
    fence(Ordering::SeqCst);
    world::with(|world| {
        let station = world.mine();
        station.report.lock().unwrap().offline = true;
        station.changed.notify_all();
    });
}

/// The thread runs again: it sees what every heavy barrier that passed it by had before it.
pub(super) fn online() {
    if !asymmetric_shim() {
        return;
    }
    world::with(|world| world.mine().report.lock().unwrap().offline = false);
    // ORDERING: SeqCst: every heavy barrier that passed this thread by is before what the thread does now.
    fence(Ordering::SeqCst);
}

/// In the place of a barrier that is left out: the step that its fence would be, and no fence.
fn nothing() {
    world::with(|world| world.step());
}

fn asymmetric_shim() -> bool {
    knobs().barriers == Barriers::Asymmetric
}
