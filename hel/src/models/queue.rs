//! The queue: registering, notifying, leaving, giving up and handing on, against each other.

use std::task::{Context, Waker};

use super::kit::{armed, block_on, ends, in_every_mode, never_cleared, poll, poll_here, spawn, wait_to_be_woken};
use crate::sync::{Defect, Model};

/// A waiter that gives up while it is being woken either takes the value or leaves it, with the wake-up, to the next.
#[test]
fn b1_giving_up_against_being_popped() {
    fn story() {
        let ends = ends(1, []);
        let leaver = spawn(&ends, |ends| ends.give_up_recv().is_some());
        let waiter = spawn(&ends, |ends| ends.task_recv());
        ends.put(1);
        if leaver.join() {
            ends.put(2);
        }
        assert!(waiter.join() > 0);
    }
    Model::new().check(story);
}

/// A future that is dropped while it is being woken hands the wake-up on, and looks whether there is need after it has
/// left.
#[test]
fn b1_dropping_against_being_popped() {
    fn story() {
        let ends = ends(1, []);
        let tasks = spawn(&ends, |ends| {
            let (mut leaver, mut waiter) = (ends.rx.recv_async(), ends.rx.recv_async());
            if poll(&mut leaver).is_pending() && poll_here(&mut waiter).is_pending() {
                drop(leaver);
                wait_to_be_woken();
                assert!(poll(&mut waiter).is_ready());
            }
        });
        let sender = spawn(&ends, |ends| ends.put(1));
        sender.join();
        tasks.join();
    }
    in_every_mode(story);
    for mode in [Model::new(), Model::new().plain(), Model::new().no_membarrier()] {
        mode.defect(Defect::NoHandOn).fails(story, "deadlock");
        mode.defect(Defect::LookBeforeLeave).fails(story, "deadlock");
    }
}

/// Room that comes free behind a hole: who is woken for nothing takes the wake-up along, and hands it on.
#[test]
fn b2_room_token_is_handed_on() {
    Model::new().check(two_rooms);
    Model::new().defect(Defect::NoHandOn).fails(two_rooms, "deadlock");
}

fn two_rooms() {
    let ends = ends(2, [1, 2]);
    let receiver = spawn(&ends, |ends| ends.rx.try_recv().is_ok());
    let sender = spawn(&ends, |ends| block_on(ends.tx.send_async(3)).unwrap());
    let other = spawn(&ends, |ends| ends.tx.send(4).unwrap());
    let both = ends.rx.try_recv().is_ok();
    if !(receiver.join() && both) {
        ends.rx.try_recv().unwrap();
    }
    other.join();
    sender.join();
}

/// Two senders wait for the one slot of a channel, and the first one gives up.
#[test]
fn b2_room_for_one_at_a_time() {
    fn story() {
        let ends = ends(1, [1]);
        let tasks = spawn(&ends, |ends| {
            let (mut leaver, mut waiter) = (ends.tx.send_async(2), ends.tx.send_async(3));
            if poll(&mut leaver).is_pending() && poll_here(&mut waiter).is_pending() {
                drop(leaver);
                wait_to_be_woken();
                assert!(poll(&mut waiter).is_ready());
            }
        });
        let receiver = spawn(&ends, |ends| assert_eq!(ends.recv(), 1));
        receiver.join();
        tasks.join();
    }
    in_every_mode(story);
    Model::new().defect(Defect::NoHandOn).fails(story, "deadlock");
}

/// A task that is polled in vain, woken, and registers again in the same poll, still owes the wake-up that it was given:
/// the value behind the hole is the other one's.
#[test]
fn b3_a_token_survives_re_registration() {
    fn story() {
        let ends = armed(2, []);
        let hole = spawn(&ends, |ends| ends.put(1));
        let tasks = spawn(&ends, |ends| {
            ends.put(2);
            let (mut first, mut second) = (ends.rx.recv_async(), ends.rx.recv_async());
            if poll(&mut first).is_ready() || poll_here(&mut second).is_ready() || poll(&mut first).is_pending() {
                return;
            }
            wait_to_be_woken();
            assert!(poll(&mut second).is_ready());
        });
        hole.join();
        tasks.join();
    }
    in_every_mode(story);
    never_cleared().defect(Defect::TokenForgotten).fails(story, "deadlock");
}

/// A task polled once too often, by another: the wake-up goes to the waker of the last poll.
#[test]
fn b5_polled_once_too_often_with_another_waker() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.put(1));
        let mut task = ends.rx.recv_async();
        let found = match poll(&mut task) {
            std::task::Poll::Ready(found) => found,
            std::task::Poll::Pending => block_on(task),
        };
        assert_eq!(found, Ok(1));
        sender.join();
    }
    in_every_mode(story);
}

/// A waiter whose value was taken by a third registers again and gets the next one.
#[test]
fn b9_woken_for_nothing_registers_again() {
    fn story() {
        let ends = ends(2, []);
        let thief = spawn(&ends, |ends| ends.rx.try_recv().is_ok());
        let sender = spawn(&ends, |ends| {
            ends.put(1);
            ends.put(2);
        });
        assert!(ends.recv() > 0);
        sender.join();
        assert_eq!(ends.rx.try_recv().is_err(), thief.join());
    }
    Model::new().check(story);
    never_cleared().check(story);
}

/// A notifier finds the queue locked by a task that is polled once too often: who unlocks deals out what is owed.
#[test]
fn b11_debts_are_settled_by_whoever_unlocks() {
    fn story() {
        let ends = armed(1, []);
        let tasks = spawn(&ends, |ends| {
            let mut task = ends.rx.recv_async();
            if poll_here(&mut task).is_pending() && poll_here(&mut task).is_pending() {
                wait_to_be_woken();
                assert!(poll(&mut task).is_ready());
            }
        });
        ends.put(1);
        tasks.join();
    }
    in_every_mode(story);
    never_cleared().defect(Defect::DebtsWithoutSettle).fails(story, "deadlock");
}

/// Two notifiers at once, and two waiters, one of whom leaves: all of them want the lock.
#[test]
fn b11_two_notifiers_and_a_locked_queue() {
    fn story() {
        let ends = ends(2, []);
        let tasks = spawn(&ends, |ends| {
            let (mut leaver, mut waiter) = (ends.rx.recv_async(), ends.rx.recv_async());
            if poll(&mut leaver).is_pending() && poll_here(&mut waiter).is_pending() {
                drop(leaver);
                wait_to_be_woken();
                assert!(block_on(waiter).is_ok());
            }
        });
        let sender = spawn(&ends, |ends| ends.put(1));
        ends.put(2);
        sender.join();
        tasks.join();
    }
    Model::new().check(story);
}

/// What a handle keeps registered between polls uses up no wake-up that a future or a thread needs.
#[test]
fn soft_waiter_beside_a_hard_one() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.put(1));
        let mut soft = ends.rx.clone();
        let polled = soft.poll_recv(&mut Context::from_waker(Waker::noop()));
        if polled.is_pending() {
            assert_eq!(ends.recv(), 1);
        }
        sender.join();
    }
    in_every_mode(story);
}
