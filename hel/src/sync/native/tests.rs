//! White-box tests of the native side.

use std::cell::RefCell;
use std::sync::atomic::AtomicBool;
use std::sync::{Barrier as Meeting, mpsc};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use super::atomic::{AtomicUsize, Ordering};
use super::barrier::{self, Barrier};
use super::kernel::Step::{self, Drain, Expedite, Global, Register};
use super::park::Parker;
use super::{Mutex, UnsafeCell, with_parker};

/// A kernel that writes down what it was asked, and refuses what it is told to refuse.
#[derive(Default)]
struct Kernel {
    asked: RefCell<Vec<Step>>,
    refused: RefCell<Vec<Step>>,
}

impl Kernel {
    fn ask(&self, step: Step) -> bool {
        self.asked.borrow_mut().push(step);
        !self.refused.borrow().contains(&step)
    }

    fn refuse(&self, steps: &[Step]) {
        *self.refused.borrow_mut() = steps.to_vec();
    }

    /// What `f` makes `barrier` ask for.
    fn asked_by(&self, f: impl FnOnce(&Self)) -> Vec<Step> {
        self.asked.borrow_mut().clear();
        f(self);
        self.asked.take()
    }
}

#[test]
fn the_probe_asks_once() {
    let (barrier, kernel) = (Barrier::new(), Kernel::default());
    let asymmetric = |kernel: &Kernel| assert!(barrier.asymmetric(|step| kernel.ask(step)));
    let asked = kernel.asked_by(asymmetric);
    assert_eq!(asked[0], Register);
    assert!(asked.len() > 1 && asked[1..].iter().all(|&step| step == Expedite), "tried, and timed: {asked:?}");
    assert_eq!(kernel.asked_by(asymmetric), []);
    assert_eq!(kernel.asked_by(|kernel| barrier.heavy(|step| kernel.ask(step))), [Expedite]);
}

#[test]
fn a_heavy_barrier_may_come_before_the_first_question() {
    let (barrier, kernel) = (Barrier::new(), Kernel::default());
    let asked = kernel.asked_by(|kernel| barrier.heavy(|step| kernel.ask(step)));
    assert_eq!(asked[..3], [Register, Expedite, Expedite]);
    assert_eq!(kernel.asked_by(|kernel| barrier.heavy(|step| kernel.ask(step))), [Expedite]);
}

#[test]
fn without_membarrier_a_heavy_barrier_is_a_fence() {
    for refused in [Register, Expedite] {
        let (barrier, kernel) = (Barrier::new(), Kernel::default());
        kernel.refuse(&[refused]);
        assert!(!barrier.asymmetric(|step| kernel.ask(step)));
        kernel.refuse(&[]);
        assert_eq!(kernel.asked_by(|kernel| barrier.heavy(|step| kernel.ask(step))), []);
        assert!(!barrier.asymmetric(|step| kernel.ask(step)), "the first answer stands");
    }
}

#[test]
fn a_lost_registration_is_renewed() {
    let (barrier, kernel) = (Barrier::new(), Kernel::default());
    assert!(barrier.asymmetric(|step| kernel.ask(step)));
    let renewed = RefCell::new(false);
    let forgetful = |step| {
        kernel.ask(step);
        let before = *renewed.borrow();
        *renewed.borrow_mut() |= step == Register;
        before || step == Register
    };
    assert_eq!(kernel.asked_by(|_| barrier.heavy(forgetful)), [Expedite, Register, Expedite]);
    assert!(barrier.asymmetric(|step| kernel.ask(step)), "one lost registration is no refusal");
}

#[test]
fn a_refused_barrier_falls_back_step_by_step() {
    let cases: [(&[Step], &[Step]); 4] = [
        (&[Expedite], &[Expedite, Register, Expedite, Global]),
        (&[Expedite, Register], &[Expedite, Register, Global]),
        (&[Expedite, Global], &[Expedite, Register, Expedite, Global, Drain]),
        (&[Expedite, Register, Global], &[Expedite, Register, Global, Drain]),
    ];
    for (refused, asked) in cases {
        let (barrier, kernel) = (Barrier::new(), Kernel::default());
        assert!(barrier.asymmetric(|step| kernel.ask(step)));
        kernel.refuse(refused);
        let heavy = |kernel: &Kernel| barrier.heavy(|step| kernel.ask(step));
        assert_eq!(kernel.asked_by(heavy), asked);
        assert!(!barrier.asymmetric(|step| kernel.ask(step)), "no gate is cleared after a refusal");
        // Gates that are clear still need their barrier, so it goes on trying; but trust does not come back.
        assert_eq!(kernel.asked_by(heavy), asked);
        kernel.refuse(&[]);
        assert_eq!(kernel.asked_by(heavy), [Expedite]);
        assert!(!barrier.asymmetric(|step| kernel.ask(step)));
    }
}

#[test]
fn the_ratio_follows_the_costs() {
    let barrier = Barrier::new();
    let cost = &barrier.cost;
    assert_eq!(cost.ratio(), 1 << 20, "not measured: never worth it");
    cost.set_fences(Duration::from_nanos(256 * 10));
    cost.record_heavy(Duration::from_micros(1));
    assert_eq!(cost.ratio(), 100);
    cost.record_heavy(Duration::from_micros(3));
    assert_eq!(cost.ratio(), 150);
    cost.record_heavy(Duration::from_secs(3600));
    assert_eq!(cost.ratio(), 262, "an outlier counts as four times the average");
    for _ in 0..64 {
        cost.record_heavy(Duration::ZERO);
    }
    assert_eq!(cost.ratio(), 1);
}

/// Two threads that each store and then load: with a light and a heavy barrier they never both miss.
#[test]
fn light_and_heavy_are_as_good_as_two_fences() {
    if !barrier::asymmetric() {
        return assert!(!barrier::asymmetric(), "the answer does not change");
    }
    const ROUNDS: usize = if cfg!(miri) { 10 } else { 2_000 };
    let words = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let seen = AtomicUsize::new(0);
    let start = Meeting::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..=ROUNDS {
                start.wait();
                words[0].store(round, Ordering::Release);
                barrier::light();
                seen.store(words[1].load(Ordering::Acquire), Ordering::Release);
                start.wait();
            }
        });
        for round in 1..=ROUNDS {
            start.wait();
            words[1].store(round, Ordering::Release);
            barrier::heavy();
            let here = words[0].load(Ordering::Acquire);
            start.wait();
            assert!(here == round || seen.load(Ordering::Acquire) == round, "both missed in round {round}");
        }
    });
    assert!((1..=1 << 20).contains(&barrier::fences_per_heavy()));
}

#[test]
fn a_wake_before_the_park_ends_one() {
    with_parker(|parker| {
        parker.waker().wake_by_ref();
        parker.waker().wake_by_ref();
        assert!(parker.park(None));
        assert!(!parker.park(Some(Instant::now())), "both wakes were one");
    });
}

#[test]
fn a_wake_counts_though_the_deadline_has_passed() {
    with_parker(|parker| {
        parker.waker().wake_by_ref();
        assert!(parker.park(Some(Instant::now())));
    });
}

#[test]
fn a_deadline_is_not_told_early() {
    with_parker(|parker| {
        // A token that somebody else left must not pass for the wake.
        thread::current().unpark();
        let deadline = Instant::now() + Duration::from_millis(5);
        assert!(!parker.park(Some(deadline)));
        assert!(Instant::now() >= deadline);
    });
}

/// Each round one thread sleeps until the other one has woken it: a wake that is lost hangs the test.
#[test]
fn no_wake_is_lost() {
    const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };
    let turn = AtomicUsize::new(0);
    let wakers: [Mutex<Option<Waker>>; 2] = Default::default();
    let met = Meeting::new(2);
    let play = |me: usize| {
        with_parker(|parker: &Parker| {
            *wakers[me].lock() = Some(parker.waker().clone());
            met.wait();
            let peer = wakers[1 - me].lock().clone().expect("the peer has left its waker");
            for round in 0..ROUNDS {
                while turn.load(Ordering::Acquire) != 2 * round + me {
                    parker.park(None);
                }
                turn.store(2 * round + me + 1, Ordering::Release);
                peer.wake_by_ref();
            }
        });
    };
    thread::scope(|scope| {
        scope.spawn(|| play(0));
        play(1);
    });
}

#[test]
fn waits_in_turn_share_a_parker_and_nested_ones_do_not() {
    let first = with_parker(|parker| parker.waker().clone());
    with_parker(|outer| {
        assert!(outer.waker().will_wake(&first));
        outer.waker().wake_by_ref();
        with_parker(|inner| {
            assert!(!inner.waker().will_wake(outer.waker()));
            assert!(!inner.park(Some(Instant::now())), "the outer wait's wake is not for the inner one");
            inner.waker().wake_by_ref();
            assert!(inner.park(None));
        });
        assert!(outer.park(None), "the inner wait left it");
    });
}

#[test]
fn a_wait_that_unwinds_leaves_the_next_one_a_parker() {
    let unwound = std::panic::catch_unwind(|| with_parker(|_| std::panic::resume_unwind(Box::new(()))));
    assert!(unwound.is_err());
    a_wake_before_the_park_ends_one();
}

/// A value whose drop waits, as one that holds a receiver may, while the thread's locals are torn down.
#[test]
fn a_wait_works_while_the_threads_locals_are_torn_down() {
    struct Late(mpsc::Sender<bool>);
    impl Drop for Late {
        fn drop(&mut self) {
            let woken = with_parker(|parker| {
                parker.waker().wake_by_ref();
                parker.park(None)
            });
            let _ = self.0.send(woken);
        }
    }
    thread_local!(static LATE: RefCell<Option<Late>> = const { RefCell::new(None) });
    for late_first in [true, false] {
        let (sender, woken) = mpsc::channel();
        thread::spawn(move || {
            let store = || LATE.set(Some(Late(sender)));
            if late_first {
                store();
                with_parker(|_| ());
            } else {
                with_parker(|_| ());
                store();
            }
        });
        assert_eq!(woken.recv(), Ok(true));
    }
}

#[test]
fn a_lock_outlives_a_panic() {
    let lock = Mutex::<u32>::default();
    let unwound = thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let _guard = lock.lock();
            std::panic::resume_unwind(Box::new(()));
        });
        holder.join()
    });
    assert!(unwound.is_err());
    assert_eq!(lock.try_lock().map(|value| *value), Some(0));
    let held = lock.lock();
    assert!(lock.try_lock().is_none());
    assert_eq!(*held, 0);
}

#[test]
fn a_cell_gives_back_what_was_put_in() {
    let cell = UnsafeCell::new(AtomicBool::new(false));
    let written = cell.with_mut(|place| place);
    assert_eq!(cell.with(|place| place), written.cast_const());
}
