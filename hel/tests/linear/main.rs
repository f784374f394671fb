//! P1: one shard is a bounded FIFO queue, linearizable as far as threads can tell.
//!
//! Many short histories of one channel are recorded and each is searched for an order in which a queue would have done
//! the same. `HEL_LINEAR_OPS` asks for another number of operations, `HEL_LINEAR_SEED` for other ones. The last file has
//! what takes two channels to see.
#![cfg(not(any(hel_loom, hel_shuttle)))]

mod history;
mod litmus;
mod queues;
mod record;
mod search;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write;
use std::time::Duration;

use history::History;
use queues::{Fan, Hasty, Lifo, OneToOne, Plain, Roomy};
use record::{Plan, Queue, record};
use search::{Rules, linearizable};
use support::watchdog::limit_of;

/// Histories recorded by one set of threads, before they are checked.
const CHUNK: usize = 200;

/// How many operations a test records and checks.
fn operations() -> usize {
    let given = std::env::var("HEL_LINEAR_OPS").ok();
    given.map_or(if cfg!(debug_assertions) { 100_000 } else { 400_000 }, |given| {
        given.parse().expect("HEL_LINEAR_OPS is a number")
    })
}

fn seed() -> u64 {
    let given = std::env::var("HEL_LINEAR_SEED").ok();
    given.map_or(1, |given| given.parse().expect("HEL_LINEAR_SEED is a number"))
}

/// What was checked.
#[derive(Debug, Default)]
struct Tally {
    histories: usize,
    operations: usize,
    /// Operations during which another thread's was under way.
    overlapping: usize,
    /// Histories that a queue without P1's exception would not have.
    excepted: usize,
}

/// Records and checks histories of `make`'s queues until there are enough operations, or one is none of a queue.
fn search_for_a_wrong_one<Q: Queue>(plans: &[Plan], rules: Rules, make: fn(usize) -> Q) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let wanted = operations();
    for round in 0.. {
        let plan = plans[round % plans.len()];
        for history in record(plan, make, seed() + round as u64, CHUNK) {
            tally.histories += 1;
            tally.operations += history.operations();
            tally.overlapping += history.overlapping();
            if !linearizable(&history, Rules::Strict) {
                tally.excepted += 1;
                if rules == Rules::Strict || !linearizable(&history, rules) {
                    return Err(explain(&history, &tally));
                }
            }
        }
        if tally.operations >= wanted {
            break;
        }
    }
    Ok(tally)
}

fn explain(history: &History, tally: &Tally) -> String {
    let mut text = format!("history {} is not one of a queue of {}:", tally.histories, history.capacity);
    for (process, events) in history.processes.iter().enumerate() {
        for event in events {
            let _ = write!(text, "\n  {process}: {event:?}");
        }
    }
    text
}

fn check<Q: Queue>(name: &str, plans: &[Plan], rules: Rules, make: fn(usize) -> Q) {
    // In a deep run an hour; the watchdog is there for a wake-up that is lost.
    limit_of(Duration::from_secs(60 + operations() as u64 / 1000), || {
        match search_for_a_wrong_one(plans, rules, make) {
            Ok(tally) => {
                println!("{name}: {tally:?}");
                assert!(tally.overlapping > 0, "one after the other, threads show nothing");
            }
            Err(wrong) => panic!("{name}: {wrong}"),
        }
    });
}

/// Three and four threads, room for one to three.
const SHARED: [Plan; 6] = [
    Plan { capacity: 1, threads: 3, operations: 5, senders: None },
    Plan { capacity: 2, threads: 3, operations: 6, senders: None },
    Plan { capacity: 3, threads: 3, operations: 6, senders: None },
    Plan { capacity: 1, threads: 4, operations: 4, senders: None },
    Plan { capacity: 2, threads: 4, operations: 4, senders: None },
    Plan { capacity: 3, threads: 4, operations: 5, senders: None },
];

#[test]
fn many_to_many() {
    check("bounded", &SHARED, Rules::Promised, Plain::new);
}

#[test]
fn one_shard_received_from_as_any() {
    check("one shard of three", &SHARED, Rules::Promised, Fan::new);
}

/// Nothing is ever half-way at the edge of a one-to-one ring, so there is nothing to except.
#[test]
fn one_to_one() {
    let plan = |capacity| Plan { capacity, threads: 2, operations: 8, senders: Some(1) };
    check("spsc", &[plan(1), plan(2), plan(3)], Rules::Strict, OneToOne::new);
}

/// What is recorded tells queues from what is none.
#[test]
fn other_things_are_found_out() {
    let plans = [Plan { capacity: 2, threads: 3, operations: 6, senders: None }];
    let wrong = [
        ("newest first", search_for_a_wrong_one(&plans, Rules::Promised, Lifo::new)),
        ("room for one too many", search_for_a_wrong_one(&plans, Rules::Promised, Roomy::new)),
        ("empty when in a hurry", search_for_a_wrong_one(&plans, Rules::Promised, Hasty::new)),
    ];
    for (name, found) in wrong {
        assert!(found.is_err(), "{name} passes for a queue: {found:?}");
    }
}
