//! Tasks that give way: they wake themselves and look again before they register.

use std::task::Poll;

use super::kit::{armed, block_on, ends, poll, spawn};
use crate::spsc;
use crate::sync::thread;
use crate::sync::{Defect, Model};

/// Searches in every mode that a channel may find itself in, with tasks that give way.
fn in_every_mode(story: fn()) {
    for mode in [Model::new(), Model::new().ratio(u32::MAX), Model::new().no_membarrier(), Model::new().plain()] {
        mode.gives_way().check(story);
    }
}

/// A task that gave way and finds nothing again registers, and the value or its wake-up reaches it.
#[test]
fn who_gave_way_misses_no_value() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.put(1));
        assert_eq!(ends.task_recv(), 1);
        sender.join();
    }
    in_every_mode(story);
    Model::new().gives_way().defect(Defect::GivesWayUnwoken).fails(story, "deadlock");
}

/// The same for room.
#[test]
fn who_gave_way_misses_no_room() {
    fn story() {
        let ends = ends(1, [1]);
        let receiver = spawn(&ends, |ends| ends.recv());
        block_on(ends.tx.send_async(2)).unwrap();
        assert_eq!((receiver.join(), ends.rx.try_recv()), (1, Ok(2)));
    }
    in_every_mode(story);
    Model::new().gives_way().defect(Defect::GivesWayUnwoken).fails(story, "deadlock");
}

/// The same for the end of the channel.
#[test]
fn who_gave_way_learns_of_the_close() {
    fn story() {
        let ends = ends(1, []);
        let closer = spawn(&ends, |ends| assert!(ends.tx.close()));
        assert!(block_on(ends.rx.recv_async()).is_err());
        closer.join();
    }
    in_every_mode(story);
}

/// One that stands in line gets a value, although one that gave way may take the one that he was woken for.
#[test]
fn who_gives_way_beside_one_in_line() {
    fn story() {
        let ends = armed(2, []);
        let waiter = spawn(&ends, |ends| ends.recv());
        let task = spawn(&ends, |ends| ends.task_recv());
        ends.put(1);
        ends.put(2);
        assert_eq!(waiter.join() + task.join(), 3);
    }
    // Two waiters that arm the gate themselves, or gates that were born so, are too large.
    Model::new().ratio(u32::MAX).gives_way().glued_fences().check(story);
}

/// One that gave way owes nobody a wake-up when it is dropped: it was given none.
#[test]
fn dropped_after_it_gave_way() {
    fn story() {
        let ends = ends(1, []);
        let waiter = spawn(&ends, |ends| {
            let mut dropped = ends.rx.recv_async();
            let first = poll(&mut dropped);
            drop(dropped);
            match first {
                Poll::Ready(found) => found,
                Poll::Pending => block_on(ends.rx.recv_async()),
            }
        });
        ends.put(1);
        assert_eq!(waiter.join(), Ok(1));
    }
    in_every_mode(story);
}

/// The only one on its side, who sits down in its chair after that.
#[test]
fn an_owner_who_gave_way_misses_no_value() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || tx.try_send(1).unwrap());
        assert_eq!(block_on(rx.recv_async()), Ok(1));
        sender.join();
        assert!(block_on(rx.recv_async()).is_err());
    }
    in_every_mode(story);
}

/// The same for room.
#[test]
fn an_owner_who_gave_way_misses_no_room() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        tx.try_send(1).unwrap();
        let receiver = thread::spawn(move || (rx.try_recv().unwrap(), rx));
        block_on(tx.send_async(2)).unwrap();
        let (first, mut rx) = receiver.join();
        assert_eq!((first, rx.try_recv()), (1, Ok(2)));
    }
    in_every_mode(story);
}
