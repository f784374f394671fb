//! The test support itself, where a fault in it would let other tests pass that should not.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::thread;

use support::alloc::{Counting, allocations};
use support::waker::{CountingWaker, HostileWaker, Trap};
use support::{Ledger, block_on, poll_once, poll_with};

#[global_allocator]
static COUNTING: Counting = Counting;

/// Under Miri there are no child processes.
#[cfg(not(miri))]
mod hanging {
    use super::support::{limit, watchdog::limit_of};
    use std::process::{Command, Output};
    use std::thread;
    use std::time::Duration;

    const HANG: &str = "HEL_TEST_HANGS";

    #[test]
    fn a_test_that_hangs_is_ended_and_named() {
        if std::env::var_os(HANG).is_some() {
            limit_of(Duration::from_millis(20), || {
                loop {
                    thread::park();
                }
            });
        }
        let Output { status, stderr, .. } = again("hanging::a_test_that_hangs_is_ended_and_named");
        let stderr = String::from_utf8_lossy(&stderr);
        assert!(!status.success());
        assert!(stderr.contains("watchdog: hanging::a_test_that_hangs_is_ended_and_named did not end"), "{stderr}");
    }

    /// This very program, running only that test, and hanging in it.
    fn again(test: &str) -> Output {
        let program = std::env::current_exe().unwrap();
        // With one test thread, libtest would run the test on the main thread, whose name is not the test's.
        let arguments = ["--exact", test, "--test-threads=2"];
        limit(|| Command::new(program).args(arguments).env(HANG, "1").output().unwrap())
    }
}

#[test]
fn the_watchdog_lets_results_and_panics_through() {
    assert_eq!(support::limit(|| 7), 7);
    assert!(catch_unwind(|| support::limit(|| panic!("as asked"))).is_err());
}

#[test]
fn a_ledger_finds_what_was_lost_and_what_was_dropped_twice() {
    let ledger = Ledger::new();
    let values = ledger.values(3);
    assert_eq!((ledger.made(), ledger.alive(), values[2].id), (3, 3, 2));
    assert!(catch_unwind(AssertUnwindSafe(|| ledger.assert_each_dropped_once())).is_err());
    drop(values);
    assert_eq!(ledger.alive(), 0);
    ledger.assert_each_dropped_once();

    let doubled = Ledger::new();
    let value = doubled.value();
    drop((doubled.duplicate(&value), value));
    assert!(catch_unwind(AssertUnwindSafe(|| doubled.assert_each_dropped_once())).is_err());
}

#[test]
fn a_panicking_value_is_counted() {
    let ledger = Ledger::new();
    let value = ledger.panicking();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(value))).is_err());
    ledger.assert_each_dropped_once();
}

#[test]
fn a_counting_waker_knows_its_wakes_and_its_copies() {
    let counting = CountingWaker::new();
    let waker = counting.waker();
    let copy = waker.clone();
    copy.wake_by_ref();
    assert_eq!((counting.wakes(), counting.held()), (1, 2));
    copy.wake();
    assert_eq!((counting.wakes(), counting.held()), (2, 1));
}

#[test]
fn each_trap_springs_once_in_its_own_call() {
    let hostile = HostileWaker::new();
    let waker = hostile.waker();
    let panics = |body: &dyn Fn()| catch_unwind(AssertUnwindSafe(body)).is_err();

    hostile.set(Trap::Clone);
    waker.wake_by_ref();
    assert!(hostile.is_set() && panics(&|| drop(waker.clone())) && !hostile.is_set());
    let copy = waker.clone();
    hostile.set(Trap::Wake);
    drop(copy);
    assert!(panics(&|| waker.wake_by_ref()) && !hostile.is_set());
    hostile.set(Trap::Wake);
    let copy = waker.clone();
    assert!(catch_unwind(AssertUnwindSafe(|| copy.wake())).is_err());
    hostile.set(Trap::Drop);
    waker.wake_by_ref();
    assert!(panics(&|| drop(waker.clone())));

    assert_eq!((hostile.held(), hostile.wakes()), (1, 4));
    drop(waker);
    assert_eq!(hostile.held(), 0);
}

#[test]
fn allocations_are_counted_on_this_thread_only() {
    assert_eq!(allocations(|| ()).1, 0);
    let (_boxed, count) = allocations(|| Box::new([0u8; 64]));
    assert_eq!(count, 1);
    let (vec, count) = allocations(|| {
        let mut vec = Vec::<u64>::with_capacity(1);
        vec.extend([1, 2, 3]);
        vec
    });
    assert_eq!((vec.len(), count), (3, 2));

    thread::scope(|scope| {
        let (go, start) = std::sync::mpsc::channel();
        let (done, end) = std::sync::mpsc::channel();
        scope.spawn(move || {
            start.recv().unwrap();
            drop(vec![1; 100]);
            done.send(()).unwrap();
        });
        let mine = allocations(|| go.send(()).unwrap()).1;
        end.recv().unwrap();
        assert!(mine <= 2, "the channel's own block at most, not the other thread's vector: {mine}");
    });
}

#[test]
fn futures_are_polled_and_driven() {
    let counting = CountingWaker::new();
    let mut yields = Box::pin(std::future::poll_fn({
        let mut left = 3;
        move |cx| {
            cx.waker().wake_by_ref();
            left -= 1;
            if left == 0 { Poll::Ready("done") } else { Poll::Pending }
        }
    }));
    assert!(poll_once(&mut yields).is_pending());
    assert!(poll_with(&mut yields, &counting.waker()).is_pending());
    assert_eq!(counting.wakes(), 1);
    assert_eq!(block_on(yields), "done");

    let (go, start) = futures_util::future::abortable(std::future::pending::<()>());
    let other = thread::spawn(move || start.abort());
    assert!(block_on(go).is_err());
    other.join().unwrap();
}

#[test]
fn random_numbers_repeat_and_vary() {
    let numbers = |seed| -> Vec<_> {
        let mut rng = support::rng::Rng::new(seed);
        (0..64).map(|_| rng.below(10)).collect()
    };
    assert_eq!(numbers(1), numbers(1));
    assert_ne!(numbers(1), numbers(2));
    assert!((0..10).all(|n| numbers(1).contains(&n)));
}
