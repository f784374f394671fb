//! P2 and P4 where it is crowded: many more threads than processors, all of it on one processor, and ten thousand
//! waiters whose cost is counted.
#![cfg(not(hel_loom))]

mod support;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::{env, thread};

use hel::{Receiver, Sender};
use support::rng::Rng;
use support::waker::HostileWaker;
use support::{Counted, Ledger, limit, poll_once, poll_with};

/// Threads at each end.
const HALF: usize = 32;
const EACH: usize = 60;

/// Sends its values, each in one of the ways that block or wait; some sends are given up at first.
fn send_all(tx: &Sender<Counted>, values: Vec<Counted>, rng: &mut Rng) {
    for value in values {
        match rng.below(4) {
            0 => tx.send(value).unwrap(),
            1 => smol::block_on(tx.send_async(value)).unwrap(),
            2 => {
                let mut given_up = tx.send_async(value);
                let sent = poll_once(&mut given_up).is_ready();
                if let Some(value) = given_up.take() {
                    assert!(!sent);
                    tx.send(value).unwrap();
                }
            }
            _ => {
                let mut batch = vec![value];
                assert_eq!(tx.send_batch(&mut batch).ok(), Some(1));
            }
        }
    }
}

/// Receives until the end, and gives up now and then.
fn receive_all(rx: &Receiver<Counted>, rng: &mut Rng) -> usize {
    let (mut count, mut batch) = (0, Vec::new());
    loop {
        let more = match rng.below(4) {
            0 => rx.recv().is_ok(),
            1 => smol::block_on(rx.recv_async()).is_ok(),
            2 => match poll_once(&mut rx.recv_async()) {
                Poll::Ready(result) => result.is_ok(),
                Poll::Pending => continue,
            },
            _ => {
                batch.clear();
                match rx.recv_batch(&mut batch, 3) {
                    Ok(got) => {
                        count += got;
                        continue;
                    }
                    Err(_) => return count,
                }
            }
        };
        if !more {
            return count;
        }
        count += 1;
    }
}

fn crowd(capacity: usize, seed: u64) {
    let (ledger, received) = (Ledger::new(), AtomicUsize::new(0));
    let (tx, rx) = hel::bounded(capacity);
    thread::scope(|scope| {
        for nth in 0..HALF as u64 {
            let (tx, rx, values, received) = (tx.clone(), rx.clone(), ledger.values(EACH), &received);
            scope.spawn(move || send_all(&tx, values, &mut Rng::new(seed + nth)));
            scope.spawn(move || received.fetch_add(receive_all(&rx, &mut Rng::new(seed + 100 + nth)), SeqCst));
        }
        drop((tx, rx));
    });
    assert_eq!(received.load(SeqCst), HALF * EACH);
    ledger.assert_each_dropped_once();
}

#[test]
fn sixty_four_threads() {
    limit(|| {
        for (nth, capacity) in [1, 2, 7, 64].into_iter().enumerate() {
            crowd(capacity, 1_000 * nth as u64);
        }
    });
}

/// This test file once more, in a process that has one processor. Where `taskset` is not to be had nothing is claimed.
#[test]
fn sixty_four_threads_on_one_processor() {
    let (Ok(this), Ok(allowed)) = (env::current_exe(), std::fs::read_to_string("/proc/self/status")) else { return };
    let list = allowed.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let first = list.and_then(|list| list.trim().split(['-', ',']).next());
    let mut pinned = Command::new("taskset");
    pinned.args(["-c", first.unwrap_or("0")]).arg(this).args(["--exact", "sixty_four_threads"]);
    match pinned.stdout(Stdio::piped()).stderr(Stdio::piped()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
            assert!(said.contains("1 passed"), "{said}");
        }
        Err(error) => eprintln!("not checked, no taskset: {error}"),
    }
}

/// What `count` receivers cost that wait, and are then served one by one: what is done to their wakers.
fn cost_of_being_served(count: usize) -> usize {
    let (tx, rx) = hel::bounded(8);
    let hostile = HostileWaker::new();
    let waker = hostile.waker();
    let mut waiting: Vec<_> = (0..count).map(|_| rx.recv_async()).collect();
    assert!(waiting.iter_mut().all(|future| poll_with(future, &waker).is_pending()));
    let held = hostile.held();
    for (n, future) in waiting.iter_mut().enumerate() {
        tx.try_send(n).unwrap();
        assert_eq!(poll_with(future, &waker), Poll::Ready(Ok(n)));
    }
    assert_eq!(hostile.held(), 1, "ours");
    held + hostile.wakes()
}

/// Cancelled instead, from the front, the back and both by turns: nobody is woken, and each waker is let go of at once.
fn cost_of_being_cancelled(count: usize) {
    for order in 0..3 {
        let (_tx, rx) = hel::bounded::<u32>(8);
        let hostile = HostileWaker::new();
        let waker = hostile.waker();
        let mut waiting: Vec<_> = (0..count).map(|_| Some(rx.recv_async())).collect();
        waiting.iter_mut().flatten().for_each(|future| assert!(poll_with(future, &waker).is_pending()));
        for step in 0..count {
            let at = match order {
                0 => step,
                1 => count - 1 - step,
                _ => {
                    if step % 2 == 0 {
                        step / 2
                    } else {
                        count - 1 - step / 2
                    }
                }
            };
            waiting[at] = None;
            assert_eq!(hostile.held(), count - step, "one for each that waits, and ours");
        }
        assert_eq!(hostile.wakes(), 0);
    }
}

/// One copy of the waker and one wake-up for each, however many wait. (What the queue does inside is not seen from here.)
#[test]
fn the_cost_of_waiters_is_linear() {
    limit(|| {
        for count in [100, 1_000, 10_000] {
            assert_eq!(cost_of_being_served(count), 2 * count + 1);
            cost_of_being_cancelled(count);
        }
    });
}
