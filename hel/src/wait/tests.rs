//! The parts of the waiting by themselves: the list, the panics, the lessons of spinning.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::list::{Key, Kind, WaitList};
use super::policy::Policy;
use super::spin::Spin;
use super::waiting::Blocked;
use super::{End, FirstPanic, Limit, Side, TimedOut, Wait, bits};
use crate::sync::barrier;

/// A waker that counts, or panics.
#[derive(Debug, Default)]
struct Count {
    wakes: AtomicUsize,
    panics: bool,
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
        assert!(!self.panics, "a waker that panics");
    }
}

fn count() -> (Arc<Count>, Waker) {
    let count = Arc::new(Count::default());
    (Arc::clone(&count), Waker::from(count))
}

fn wakes(count: &Count) -> usize {
    count.wakes.load(Ordering::SeqCst)
}

/// Random pushes, pops and removals beside a queue of tickets.
#[test]
fn the_list_is_a_queue_whose_entries_can_leave() {
    let (mut list, mut model, mut keys) = (WaitList::default(), VecDeque::new(), Vec::new());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for ticket in 1..5_000_u64 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        match random % 5 {
            0 | 1 => {
                let at_front = random & 64 != 0;
                keys.push(list.push(ticket, Waker::noop().clone(), Kind::Hard, at_front));
                if at_front { model.push_front(ticket) } else { model.push_back(ticket) }
            }
            2 => assert_eq!(list.pop().is_some(), model.pop_front().is_some()),
            _ if keys.is_empty() => {}
            _ => {
                let key: Key = keys.swap_remove(random as usize % keys.len());
                let stands = model.iter().position(|&ticket| ticket == key.ticket);
                assert_eq!(list.waker_mut(key).is_some(), stands.is_some());
                assert_eq!(list.remove(key).is_some(), stands.is_some());
                stands.map(|at| model.remove(at));
                assert!(list.remove(key).is_none(), "out once is out");
            }
        }
        assert_eq!(list.is_empty(), model.is_empty());
    }
}

#[test]
fn an_entry_used_again_is_not_the_old_one() {
    let mut list = WaitList::default();
    let first = list.push(1, Waker::noop().clone(), Kind::Hard, false);
    assert!(list.pop().is_some());
    let second = list.push(2, Waker::noop().clone(), Kind::Soft, false);
    assert_eq!(first.index, second.index);
    assert!(list.remove(first).is_none());
    assert!(matches!(list.pop(), Some((_, Kind::Soft))) && list.is_empty());
}

/// What a side has learnt after 100 waits, each so many operations after the one before.
fn after_runs_of(operations: usize) -> Policy {
    let policy = Policy::default();
    (1..=100).for_each(|wait| policy.waits_after(wait * operations));
    policy
}

/// A heavy barrier that is taken for too dear would never be measured again.
#[test]
fn where_runs_are_long_clearing_is_tried_now_and_then() {
    let tried = |operations: usize| {
        let policy = after_runs_of(operations);
        (0..1_280).filter(|_| policy.is_worth_a_try()).count()
    };
    assert_eq!([1, 100, 130].map(tried), [0; 3]);
    // Runs that are all alike are their own average, but for what rounding takes off it: 3 at most.
    assert_eq!([131, 1_000].map(tried), [10; 2]);
}

/// No heavy barrier is taken for cheaper than one fence, nor for dearer than a millisecond, which is less than the longest
/// run of fences takes.
#[test]
fn clearing_pays_where_runs_are_long() {
    assert!(!after_runs_of(0).worth_clearing() && !after_runs_of(1).worth_clearing());
    let long = after_runs_of(1 << 20);
    // It may be refused between the two questions, and no more than once.
    assert!((0..2).any(|_| long.worth_clearing() == barrier::asymmetric()));
}

#[test]
fn every_closure_runs_and_the_first_panic_goes_on() {
    let mut ran = 0;
    let mut panics = FirstPanic::default();
    for nth in 0..3 {
        panics.run(|| {
            ran += 1;
            assert!(nth == 0, "number {nth}");
        });
    }
    let payload = catch_unwind(AssertUnwindSafe(|| panics.resume())).unwrap_err();
    assert_eq!((ran, payload.downcast_ref::<String>().map(String::as_str)), (3, Some("number 1")));
}

#[test]
fn a_panic_while_unwinding_is_swallowed() {
    struct Second;
    impl Drop for Second {
        fn drop(&mut self) {
            let mut panics = FirstPanic::default();
            panics.run(|| panic!("the second"));
            panics.resume();
        }
    }
    let payload = catch_unwind(|| {
        let _second = Second;
        panic!("the first");
    });
    assert_eq!(payload.unwrap_err().downcast_ref::<&str>(), Some(&"the first"));
}

/// An end whose look a test decides.
struct Fake {
    side: Side,
    item: bool,
}

impl End for Fake {
    fn side(&self) -> &Side {
        &self.side
    }

    fn done(&self) -> usize {
        0
    }

    fn ready(&self) -> usize {
        usize::from(self.item)
    }

    fn would_serve(&self) -> bool {
        self.item
    }
}

fn look(end: &mut Fake) -> Option<()> {
    std::mem::take(&mut end.item).then_some(())
}

fn fake() -> Fake {
    Fake { side: Side::shared(), item: false }
}

#[test]
fn the_gate_tells_whether_anybody_waits() {
    let mut end = fake();
    let (counted, waker) = count();
    let mut wait = Wait::hard();
    assert_eq!(end.side.gate() & bits::WAITING, 0);
    assert!(wait.poll(&mut end, &waker, look).is_pending());
    assert_eq!(end.side.gate() & (bits::WAITING | bits::ARMED), bits::WAITING | bits::ARMED);
    assert_ne!(end.side.notify(1) & bits::WAITING, 0);
    assert_eq!((wakes(&counted), end.side.gate() & bits::WAITING), (1, 0));
    end.item = true;
    assert_eq!(wait.poll(&mut end, &waker, look), Poll::Ready(()));
}

#[test]
fn a_wake_up_that_is_not_used_goes_on() {
    let mut end = fake();
    let ((first, waker), (second, other)) = (count(), count());
    let (mut one, mut two) = (Wait::hard(), Wait::hard());
    assert!(one.poll(&mut end, &waker, look).is_pending());
    assert!(two.poll(&mut end, &other, look).is_pending());
    end.item = true;
    end.side.notify(1);
    assert_eq!((wakes(&first), wakes(&second)), (1, 0));
    one.leave(&end);
    assert_eq!((wakes(&first), wakes(&second)), (1, 1));
}

#[test]
fn one_that_was_woken_for_nothing_comes_first_again() {
    let mut end = fake();
    let ((first, waker), (second, other)) = (count(), count());
    let (mut one, mut two) = (Wait::hard(), Wait::hard());
    assert!(one.poll(&mut end, &waker, look).is_pending());
    assert!(two.poll(&mut end, &other, look).is_pending());
    end.side.notify(1);
    assert!(one.poll(&mut end, &waker, look).is_pending());
    end.side.notify(1);
    assert_eq!((wakes(&first), wakes(&second)), (2, 0));
}

#[test]
fn a_shard_tells_those_who_wait_for_any_as_well() {
    let any = Arc::new(Side::shared());
    let mut shard = Fake { side: Side::of_shard(Arc::clone(&any)), item: false };
    let ((own, waker), (other, any_waker)) = (count(), count());
    assert!(Wait::hard().poll(&mut shard, &waker, look).is_pending());
    let mut fan_in = AnyEnd(any);
    assert!(Wait::hard().poll(&mut fan_in, &any_waker, |_| None::<()>).is_pending());
    shard.side.notify(1);
    assert_eq!((wakes(&own), wakes(&other)), (1, 1));
}

/// The end of one who waits for any shard.
struct AnyEnd(Arc<Side>);

impl End for AnyEnd {
    fn side(&self) -> &Side {
        &self.0
    }

    fn done(&self) -> usize {
        0
    }

    fn ready(&self) -> usize {
        0
    }

    fn would_serve(&self) -> bool {
        false
    }
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let mut end = fake();
    let bad = Arc::new(Count { panics: true, ..Count::default() });
    let (good, waker) = count();
    let mut waits = [Wait::hard(), Wait::hard()];
    assert!(waits[0].poll(&mut end, &Waker::from(bad), look).is_pending());
    assert!(waits[1].poll(&mut end, &waker, look).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| end.side.notify(2))).is_err());
    assert_eq!(wakes(&good), 1);
}

/// A last look that panics after the deadline does not swallow the wake-up that its waiter had.
#[test]
fn a_wake_up_outlives_a_last_look_that_panics() {
    let mut end = fake();
    let ((_, waker), (behind, other)) = (count(), count());
    let (mut wait, mut next) = (Wait::hard(), Wait::hard());
    assert!(wait.poll(&mut end, &waker, look).is_pending());
    assert!(next.poll(&mut end, &other, look).is_pending());
    end.side.notify(1);
    let mut blocked = Blocked { end: &mut end, wait };
    let last_look = |end: &mut Fake| -> Option<()> {
        end.item = true;
        panic!("the last look");
    };
    assert!(catch_unwind(AssertUnwindSafe(|| blocked.give_up(&mut { last_look }))).is_err());
    assert_eq!(wakes(&behind), 1);
}

/// A deadline that has passed is one look, and no place in the queue.
#[test]
fn a_deadline_in_the_past_is_one_look() {
    let mut end = fake();
    let mut looks = 0;
    let past = Limit::At(Instant::now());
    let result = Wait::block(&mut end, past, |_| {
        looks += 1;
        None::<()>
    });
    assert!(matches!(result, Err(TimedOut)));
    assert_eq!((looks, end.side.gate() & bits::WAITING), (1, 0));
}

/// A failure weighs as much as eight successes, and so does nothing else.
#[test]
fn trust_is_earned_slowly_and_lost_fast() {
    let spin = Spin::new();
    let gives_way = |success: bool| {
        spin.task_yields();
        spin.task_yielded(success);
    };
    (0..100).for_each(|_| gives_way(true));
    gives_way(false);
    assert!(spin.trusts_yields());
    (0..7).for_each(|_| gives_way(true));
    gives_way(false);
    assert!(spin.trusts_yields(), "7 again");
    (0..7).for_each(|_| spin.task_yields());
    assert!(!spin.trusts_yields(), "dropped without another look");
    gives_way(true);
    spin.distrust_yields();
    assert!(!spin.trusts_yields());
}

/// Yields ask now and then whether there are more threads than processors, seldom where the answer is no.
#[test]
fn a_crowd_is_noticed_and_forgotten() {
    let spin = Spin::new();
    let (moment, switch) = (Duration::from_nanos(500), Duration::from_micros(50));
    let until_asked = |spin: &Spin| (0..100_000).take_while(|_| !spin.asks_for_a_crowd()).count();
    let first = until_asked(&spin);
    assert!(!spin.yielded(moment, 1));
    let second = until_asked(&spin);
    assert!(second > first, "{first}, then {second}: nobody was there");
    assert!(spin.yielded(switch, 1));
    assert!((0..10).all(|_| spin.asks_for_a_crowd()), "somebody was, and so the next ones yield first");
    assert!(!spin.yielded(moment, 1));
    assert!(!spin.asks_for_a_crowd(), "nobody any more");
    assert!(until_asked(&spin) <= first, "soon asked again");
    assert!(spin.yielded(Duration::from_millis(3), 1));
    assert!((0..1_000).all(|_| !spin.asks_for_a_crowd()), "a hog is no crowd: nobody yields to it");
}

/// Who stands aside did not wait: that teaches only whether there still is anybody to run.
#[test]
fn standing_aside_teaches_little() {
    let spin = Spin::new();
    let (moment, switch, budget) = (Duration::from_nanos(500), Duration::from_micros(50), spin.budget());
    assert!(spin.stood_aside(switch, 1) && !spin.is_crowded(), "a crowd is found by those who wait");
    assert!(spin.yielded(switch, 1) && spin.budget() < budget);
    let budget = spin.budget();
    assert!(spin.stood_aside(switch, 1) && spin.is_crowded());
    assert!(spin.stood_aside(Duration::from_millis(3), usize::MAX) && spin.is_crowded(), "long, and our peers' doing");
    assert_eq!(spin.budget(), budget);
    assert!(!spin.stood_aside(moment, 1) && !spin.is_crowded(), "nobody any more");
    assert!(spin.yielded(switch, 1));
    let shorter = spin.budget();
    assert!(shorter < budget && spin.may_yield());
    assert!(spin.stood_aside(Duration::from_millis(3), 1) && !spin.may_yield(), "nobody yields to a hog");
}

#[test]
fn nobody_stands_aside_where_there_is_no_crowd() {
    let end = fake();
    assert!(!super::stand_aside(&end));
    end.side.spin().yielded(Duration::from_micros(50), 1);
    assert!(end.side.spin().is_crowded());
    let ran = super::stand_aside(&end);
    assert!(ran || !end.side.spin().is_crowded(), "asked, and it was nobody");
}

/// A thread that is kept to one processor waits awake like any other: its peer may be kept to another one.
#[cfg(all(target_os = "linux", not(miri)))]
#[test]
fn a_thread_that_is_kept_to_a_processor_waits_awake() {
    crate::sync::kernel::stay_here();
    let mut looks = 0;
    let mut second_look = |_: &mut Fake| {
        looks += 1;
        (looks == 2).then_some(())
    };
    assert!(super::spin::at_once(&mut fake(), &mut second_look).is_some());
}

#[test]
fn spinning_learns() {
    let spin = Spin::new();
    for _ in 0..8 {
        spin.parked(Duration::from_millis(5));
    }
    let short = spin.budget();
    assert!(short <= 1_000, "long waits: next to no spinning");
    spin.parked(Duration::from_micros(2));
    assert!(spin.budget() > short, "a short wait: spinning would have done");
    spin.succeeded(Duration::from_micros(2));
    assert!(spin.budget() >= 8_000, "several times what was enough");
    let long = spin.budget();
    assert!(!spin.yielded(Duration::from_nanos(500), 1));
    assert_eq!(spin.budget(), long, "nobody else wanted to run");
    spin.paused_in_vain();
    assert!(spin.budget() < long, "a quick yield brought what pauses did not");
    spin.succeeded(Duration::from_micros(2));
    assert!(spin.yielded(Duration::from_micros(20), 1));
    assert!(spin.budget() < long, "others want to run");
}

/// Beside somebody who never stops yields are left out, for longer each time, and good ones bring them back.
#[test]
fn a_yield_that_takes_a_slice_makes_shy() {
    let spin = Spin::new();
    let (slice, moment) = (Duration::from_millis(3), Duration::from_micros(20));
    let left_out = |spin: &Spin| (0..100_000).take_while(|_| !spin.may_yield()).count();
    assert_eq!(left_out(&spin), 0);
    spin.yielded(slice, 1);
    let first = left_out(&spin);
    spin.yielded(slice, 1);
    let second = left_out(&spin);
    assert!(first > 0 && second > first && second < 10_000, "{first}, then {second}");
    assert!((0..10).all(|_| spin.yielded(moment, 1)));
    spin.yielded(slice, 1);
    assert_eq!(left_out(&spin), first, "forgotten");
}

/// Unless those who ran meanwhile were peers that streamed.
#[test]
fn a_slice_that_brought_a_stream_makes_nobody_shy() {
    let spin = Spin::new();
    let slice = Duration::from_millis(3);
    assert!(spin.yielded(slice, 1_000));
    assert!(spin.may_yield());
    assert!(spin.asks_for_a_crowd(), "the next ones yield first");
    assert!(spin.yielded(slice, 100));
    assert!(!spin.may_yield(), "100 values in 3 ms are no stream");
}

/// A task whose pauses come to nothing leaves them out, and tries again once in a long while.
#[test]
fn a_task_learns_whether_pausing_pays() {
    let spin = Spin::new();
    let tries = (0..10_000).filter(|_| {
        let pauses = spin.task_pauses();
        (pauses > 0).then(|| spin.task_paused(pauses, false)).is_some()
    });
    let tries = tries.count();
    assert!((20..100).contains(&tries), "{tries} tries");
    (0..1_000).find(|_| spin.task_pauses() > 0).expect("tries again");
    let few = 8;
    spin.task_paused(few, true);
    assert!(spin.task_pauses() > few, "success makes for more");
}

/// A thread has waited awake before it registers: its waits do not teach the tasks of its side to leave their pauses out.
#[test]
fn threads_teach_tasks_nothing() {
    let mut end = fake();
    let pauses = end.side.spin().task_pauses();
    for _ in 0..2 {
        let limit = Limit::After(Duration::from_millis(1));
        assert!(matches!(Wait::block(&mut end, limit, look), Err(TimedOut)));
    }
    assert_eq!(end.side.spin().task_pauses(), pauses);
}

/// Two threads that wake each other up in turn look for long enough now and then to find out that they need not.
#[test]
fn parking_for_ever_is_put_to_the_test() {
    let spin = Spin::new();
    let wake_up = Duration::from_micros(40);
    let probes = (0..1_000).filter(|_| {
        spin.parked(Duration::from_millis(5));
        spin.next_budget(false) > wake_up
    });
    let probes = probes.count();
    assert!((10..100).contains(&probes), "{probes} probes");
    for _ in 0..1_000 {
        spin.parked(Duration::from_millis(5));
    }
    assert!(spin.next_budget(true) < wake_up, "not where others wait");
}
