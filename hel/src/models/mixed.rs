//! Threads and tasks on both sides of one channel.

use super::kit::{block_on, ends, in_every_mode, never_cleared, spawn};
use crate::spsc;
use crate::sync::Model;
use crate::sync::thread;

/// One thread and one task on each side, and room for one value.
#[test]
fn a_thread_and_a_task_on_each_side() {
    fn story() {
        let ends = ends(1, []);
        let receiver = spawn(&ends, |ends| ends.recv());
        let sender = spawn(&ends, |ends| ends.tx.send(1).unwrap());
        let task = spawn(&ends, |ends| block_on(ends.tx.send_async(2)).unwrap());
        assert_eq!(ends.task_recv() + receiver.join(), 3);
        sender.join();
        task.join();
    }
    Model::new().check(story);
}

/// A thread and a task receive what one thread sends through room for one.
#[test]
fn a_thread_to_a_thread_and_a_task() {
    fn story() {
        let ends = ends(1, []);
        let receiver = spawn(&ends, |ends| ends.recv());
        let task = spawn(&ends, |ends| ends.task_recv());
        ends.tx.send(1).unwrap();
        ends.tx.send(2).unwrap();
        assert_eq!(task.join() + receiver.join(), 3);
    }
    Model::new().check(story);
}

/// A thread and a task send through room for one to a task.
#[test]
fn a_thread_and_a_task_to_a_task() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| ends.tx.send(1).unwrap());
        let task = spawn(&ends, |ends| block_on(ends.tx.send_async(2)).unwrap());
        assert_eq!(ends.task_recv() + ends.task_recv(), 3);
        sender.join();
        task.join();
    }
    Model::new().check(story);
}

/// A thread sends and a task receives more than there is room for.
#[test]
fn a_thread_to_a_task() {
    fn story() {
        let ends = ends(1, []);
        let sender = spawn(&ends, |ends| {
            ends.tx.send(1).unwrap();
            ends.tx.send(2).unwrap();
        });
        assert_eq!((ends.task_recv(), ends.task_recv()), (1, 2));
        sender.join();
    }
    Model::new().check(story);
    never_cleared().check(story);
}

/// One-to-one, both ends blocking, room for one.
#[test]
fn spsc_both_ends_block() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || {
            tx.send(1).unwrap();
            tx.send(2).unwrap();
        });
        assert_eq!((rx.recv(), block_on(rx.recv_async())), (Ok(1), Ok(2)));
        assert!(rx.recv().is_err());
        sender.join();
    }
    Model::new().check(story);
    never_cleared().check(story);
}

/// One-to-one: the receiver goes while the sender blocks, and the value is taken back or was received.
#[test]
fn spsc_take_back_by_a_blocked_sender() {
    fn story() {
        let (mut tx, mut rx) = spsc::bounded(1);
        let sender = thread::spawn(move || [1, 2].map(|value| tx.send(value).is_ok()));
        let first = rx.try_recv().is_ok();
        rx.close();
        let mut received = usize::from(first);
        while rx.recv().is_ok() {
            received += 1;
        }
        let sent = sender.join().into_iter().filter(|sent| *sent).count();
        assert_eq!(sent, received);
    }
    in_every_mode(story);
}
/// A batch of two behind a hole: both receivers are woken, find the hole and sleep again; the hole's sender wakes one,
/// and that one the other.
#[test]
fn batch_behind_a_hole() {
    fn story() {
        let ends = ends(3, []);
        let receiver = spawn(&ends, |ends| ends.recv());
        let task = spawn(&ends, |ends| ends.task_recv());
        let hole = spawn(&ends, |ends| ends.put(1));
        assert_eq!(ends.tx.try_send_batch(&mut vec![2, 3]), Ok(2));
        hole.join();
        assert_eq!(receiver.join() + task.join() + ends.rx.try_recv().unwrap(), 6);
    }
    Model::new().check(story);
}
