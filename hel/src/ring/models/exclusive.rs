//! loom models of the one popper that needs no CAS: against pushers, and where the role comes and goes.

use super::{balance, check, mpmc_ring, pop_some, push_each, spawn};
use crate::ring::mpmc::{ExclusivePopper, Ring};
use crate::ring::{Refused, Starved};
use crate::sync::{Arc, Defect, Model};

type Popper = ExclusivePopper<Box<usize>, Ring<Box<usize>>>;

fn try_exclusive(ring: &Arc<Ring<Box<usize>>>) -> Option<Popper> {
    ExclusivePopper::claim(Arc::clone(ring), |ring| ring)
}

fn exclusive(ring: &Arc<Ring<Box<usize>>>) -> Popper {
    try_exclusive(ring).expect("nobody else has the role")
}

/// Tries to pop `tries` times.
fn pop_alone(popper: &mut Popper, tries: usize) -> Vec<usize> {
    (0..tries).filter_map(|_| popper.pop().ok()).map(|value| *value).collect()
}

fn against_two_senders(capacity: usize) {
    let ring = mpmc_ring(capacity);
    let mut popper = exclusive(&ring);
    let pushers = [&[10, 11][..], &[20]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
    let popped = pop_alone(&mut popper, 2);
    let pushed = pushers.map(|pusher| pusher.join());
    drop(popper);
    balance(&ring, pushed, [popped]);
}

#[test]
fn exclusive_popper_against_two_senders() {
    check(|| against_two_senders(1));
    check(|| against_two_senders(2));
}

#[test]
fn exclusive_batches_against_two_senders() {
    check(|| {
        let ring = mpmc_ring(2);
        let mut popper = exclusive(&ring);
        let pushers = [&[10, 11][..], &[20]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        let mut into = Vec::new();
        let _starved = [popper.pop_many(2, &mut into), popper.pop_many(2, &mut into)];
        let popped = into.into_iter().map(|value| *value).collect();
        let pushed = pushers.map(|pusher| pusher.join());
        drop(popper);
        balance(&ring, pushed, [popped]);
    });
}

/// The role is taken while somebody pops: what is claimed already stays claimed, and nothing more is.
fn role_against_a_pop() {
    // Not dropped, so that a value taken twice does no harm before it is found.
    let take = |value: Box<usize>| *Box::leak(value);
    let ring = mpmc_ring(2);
    assert_eq!(push_each(&ring, &[1, 2]), [1, 2]);
    let other = spawn(&ring, move |ring| [(); 2].map(|()| ring.pop().map(take)));
    let mut popper = exclusive(&ring);
    let mine = [(); 2].map(|()| popper.pop().map(take));
    let mut taken: Vec<_> = mine.into_iter().chain(other.join()).flatten().collect();
    taken.sort_unstable();
    assert_eq!(taken, [1, 2], "each once");
}

#[test]
fn an_exclusive_popper_shuts_others_out() {
    check(role_against_a_pop);
    Model::new().plain().defect(Defect::ExclusiveByStore).fails(role_against_a_pop, "each once");
}

/// The role ends while others pop: they take over where it left off, and a batch is no different.
#[test]
fn an_exclusive_popper_leaves_the_ring_to_others() {
    check(|| {
        let ring = mpmc_ring(2);
        let mut popper = exclusive(&ring);
        assert_eq!(push_each(&ring, &[1, 2]), [1, 2]);
        let others = [
            spawn(&ring, |ring| pop_some(ring, 1)),
            spawn(&ring, |ring| {
                let mut into = Vec::new();
                let _starved = ring.pop_many(2, &mut into);
                into.into_iter().map(|value| *value).collect()
            }),
        ];
        let popped = pop_alone(&mut popper, 1);
        assert_eq!(popped, [1]);
        drop(popper);
        let [first, second] = others.map(|other| other.join());
        balance(&ring, [vec![1, 2]], [popped, first, second]);
    });
}

/// Of two that want the role one gets it, and after that one the other could.
#[test]
fn one_of_two_is_exclusive() {
    check(|| {
        let ring = mpmc_ring(1);
        assert_eq!(push_each(&ring, &[1]), [1]);
        let other = Arc::clone(&ring);
        let other = crate::sync::thread::spawn(move || try_exclusive(&other));
        let mine = try_exclusive(&ring);
        let theirs = other.join();
        assert!(mine.is_some() != theirs.is_some());
        let mut winner = mine.or(theirs).unwrap();
        assert_eq!(pop_alone(&mut winner, 1), [1]);
        drop(winner);
        assert!(try_exclusive(&ring).is_some());
    });
}

/// As for the others: told yes, a value is popped before drained; told no, never. And drained is for ever.
#[test]
fn exclusive_close_against_push() {
    check(|| {
        let ring = mpmc_ring(2);
        let mut popper = exclusive(&ring);
        let pushers = [&[1], &[2]].map(|values| spawn(&ring, |ring| push_each(ring, values)));
        assert!(ring.close());
        assert_eq!(ring.claim().err(), Some(Refused::Closed));
        let popped = [(); 2].map(|()| popper.pop().map(|value| *value));
        let pushed = pushers.map(|pusher| pusher.join());
        let drained = popped.iter().skip_while(|result| **result != Err(Starved::Drained));
        assert!(drained.clone().all(|result| *result == Err(Starved::Drained)), "{popped:?}");
        drop(popper);
        balance(&ring, pushed, [popped.into_iter().flatten().collect()]);
        assert_eq!(ring.pop(), Err(Starved::Drained));
    });
}
