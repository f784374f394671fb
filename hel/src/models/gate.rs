//! The gate, through all its changes of mode.

use super::kit::{PASSES, block_on, ends, in_every_mode, never_cleared, spawn};
use crate::sync::thread::JoinHandle;
use crate::sync::{Defect, Model};

/// One value and one waiter: either the look after the barrier finds the value, or the notifier finds the waiter.
#[test]
fn a_waiter_sees_the_value_or_is_woken() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.put(1));
        assert_eq!(ends.recv(), 1);
        sender.join();
    }
    in_every_mode(story);
    Model::new().defect(Defect::NoFenceInRegister).fails(story, "deadlock");
    never_cleared().no_membarrier().defect(Defect::NoFenceInRegister).fails(story, "deadlock");
}

/// Two quiet values, two waiters: the second waiter comes while the first one's barrier runs, and may not trust it.
#[test]
fn a1_second_waiter_while_the_first_barrier_runs() {
    Model::new().check(two_values_two_receivers);
    never_cleared().check(two_values_two_receivers);
}

fn two_values_two_receivers() {
    let ends = ends(2, []);
    let receiver = spawn(&ends, |ends| ends.task_recv());
    let sender = spawn(&ends, |ends| {
        ends.put(1);
        ends.put(2);
    });
    assert_eq!(ends.recv() + receiver.join(), 3);
    sender.join();
}

/// The mirror image: two slots come free quietly while two senders register.
#[test]
fn a1_two_slots_two_senders() {
    fn story() {
        let ends = ends(2, [1, 2]);
        let sender = spawn(&ends, |ends| block_on(ends.tx.send_async(3)).unwrap());
        let receiver = spawn(&ends, |ends| {
            assert_eq!(ends.rx.try_recv(), Ok(1));
            assert_eq!(ends.rx.try_recv(), Ok(2));
        });
        ends.tx.send(4).unwrap();
        sender.join();
        receiver.join();
    }
    Model::new().check(story);
    let early = Model::new().defect(Defect::FencedByFetchOr);
    early.defect(Defect::TokenForgotten).fails(story, "deadlock");
}

/// FENCED set by the registration itself loses a value where only those hand on who were woken. Either of the two rules
/// covers for the other.
#[test]
fn a1_fenced_too_early_is_found() {
    let early = Model::new().defect(Defect::FencedByFetchOr);
    early.defect(Defect::TokenForgotten).fails(two_values_two_receivers, "deadlock");
    early.check(two_values_two_receivers);
    Model::new().defect(Defect::TokenForgotten).check(two_values_two_receivers);
}

/// With a full fence on both sides no publish is quiet, and the same fault cannot be seen.
#[test]
fn a1_fenced_too_early_hides_behind_full_fences() {
    let early = Model::new().plain().defect(Defect::FencedByFetchOr);
    early.defect(Defect::TokenForgotten).check(two_values_two_receivers);
}

/// The same with the two values from two senders, the first of whom may leave a hole.
#[test]
fn a1_two_senders_a_hole_and_two_receivers() {
    Model::new().check(two_senders_two_receivers);
}

/// Two senders find what one finds.
#[test]
fn a1_fenced_too_early_is_found_by_two_senders() {
    let early = Model::new().defect(Defect::FencedByFetchOr);
    early.defect(Defect::TokenForgotten).fails(two_senders_two_receivers, "deadlock");
}

fn two_senders_two_receivers() {
    let ends = ends(2, []);
    let receiver = spawn(&ends, |ends| ends.task_recv());
    let senders = [1, 2].map(|value| spawn(&ends, move |ends| ends.put(value)));
    assert_eq!(ends.recv() + receiver.join(), 3);
    senders.into_iter().for_each(JoinHandle::join);
}

/// A notifier's second load of the gate, after its fence, is the one that counts.
#[test]
fn a3_waiting_is_asked_after_the_fence() {
    fn story() {
        let ends = ends(1, []);
        assert_eq!(ends.give_up_recv(), None);
        let sender = spawn(&ends, |ends| ends.put(1));
        assert_eq!(ends.recv(), 1);
        sender.join();
    }
    in_every_mode(story);
    never_cleared().defect(Defect::WaitingOnFirstLoad).fails(story, "deadlock");
    Model::new().plain().ratio(u32::MAX).defect(Defect::WaitingOnFirstLoad).check(story);
}

/// A barrier that returns after its era has ended must not set FENCED: the notifier that woke the waiter has cleared
/// the gate, and others publish quietly since.
#[test]
fn a4_fenced_belongs_to_the_era_of_its_barrier() {
    fn story() {
        let ends = ends(2, []);
        let sender = spawn(&ends, |ends| {
            ends.put(1);
            ends.put(2);
        });
        assert_eq!((ends.recv(), ends.task_recv()), (1, 2));
        sender.join();
    }
    in_every_mode(story);
    Model::new().defect(Defect::FencedWithoutEra).fails(story, "deadlock");
    Model::new().plain().defect(Defect::FencedWithoutEra).check(story);
}

/// The gate is cleared by a waiter that gives up, while another registers and a value is published.
#[test]
fn a5_a_leaver_clears_the_gate() {
    fn story() {
        let ends = ends(1, []);
        let leaver = spawn(&ends, |ends| ends.give_up_recv());
        let sender = spawn(&ends, |ends| ends.put(1));
        let found = ends.rx.recv_timeout(PASSES).ok();
        sender.join();
        let found = leaver.join().or(found);
        assert_eq!(found.unwrap_or_else(|| ends.recv()), 1);
    }
    Model::new().check(story);
    never_cleared().check(story);
}

/// Nobody sleeps and the gate is armed: the notifier who has paid enough fences clears it, while a waiter registers.
#[test]
fn a8_the_payer_clears_the_gate() {
    fn story() {
        let ends = ends(2, []);
        assert_eq!(ends.give_up_recv(), None);
        let sender = spawn(&ends, |ends| {
            ends.put(1);
            ends.put(2);
        });
        assert_eq!((ends.recv(), ends.recv()), (1, 2));
        sender.join();
    }
    Model::new().ratio(1).check(story);
    Model::new().ratio(2).check(story);
}
