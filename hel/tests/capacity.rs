//! P9, exact capacity: as many values fit as were asked for, of any size and alignment; what cannot be, panics at once.
#![cfg(not(hel_loom))]

#[path = "support/extra1.rs"]
mod extra1;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use extra1::{Exclusive, Kind, Mpmc, RecvEnd, SendEnd, Spsc};
use hel::channel::errors::{TrySendBatchError, TrySendError};
use support::limit;

fn capacities() -> impl Iterator<Item = usize> {
    (1..=9).chain([16, 100, 1000])
}

/// What both ends say about how full the channel is.
#[track_caller]
fn assert_holds<T>(tx: &impl SendEnd<T>, rx: &impl RecvEnd<T>, len: usize, capacity: usize) {
    assert_eq!((tx.len(), rx.len()), (len, len));
    assert_eq!((tx.is_empty(), rx.is_empty()), (len == 0, len == 0));
    assert_eq!((tx.is_full(), rx.is_full()), (len == capacity, len == capacity));
    assert_eq!((tx.capacity(), rx.capacity()), (capacity, capacity));
}

/// Fills and empties the channel several times, so that every slot is the first once.
fn holds_exactly_its_capacity<K: Kind>() {
    for capacity in capacities() {
        let (mut tx, mut rx) = K::bounded(capacity);
        for lap in 0..4 {
            for len in 0..capacity {
                assert_holds(&tx, &rx, len, capacity);
                assert_eq!(tx.try_send(len), Ok(()), "{len} of {capacity}, lap {lap}");
            }
            assert_holds(&tx, &rx, capacity, capacity);
            assert_eq!(tx.try_send(lap), Err(TrySendError::Full(lap)));
            for len in (0..capacity).rev() {
                assert_eq!(rx.try_recv(), Ok(capacity - 1 - len));
                assert_holds(&tx, &rx, len, capacity);
            }
            // One step on, so that the next lap begins at another slot.
            tx.try_send(0).unwrap();
            rx.try_recv().unwrap();
        }
    }
}

#[test]
fn mpmc_holds_exactly_its_capacity() {
    holds_exactly_its_capacity::<Mpmc>();
}

#[test]
fn exclusive_holds_exactly_its_capacity() {
    holds_exactly_its_capacity::<Exclusive>();
}

#[test]
fn spsc_holds_exactly_its_capacity() {
    holds_exactly_its_capacity::<Spsc>();
}

/// Batches fill what is left, wherever in the ring it begins.
fn batches_fit_exactly<K: Kind>() {
    for capacity in capacities().filter(|&capacity| capacity < 100) {
        let (mut tx, mut rx) = K::bounded(capacity);
        for start in 0..=capacity {
            let mut values: Vec<_> = (0..capacity + 2).collect();
            assert_eq!(tx.try_send_batch(&mut values), Err(TrySendBatchError::Full { sent: capacity }), "from {start}");
            assert_eq!(values, [capacity, capacity + 1]);
            assert_holds(&tx, &rx, capacity, capacity);
            let mut got = Vec::new();
            assert_eq!(rx.try_recv_batch(&mut got, usize::MAX), Ok(capacity));
            assert_eq!(got, (0..capacity).collect::<Vec<_>>());
            tx.try_send(0).unwrap();
            rx.try_recv().unwrap();
        }
    }
}

#[test]
fn mpmc_batches_fit_exactly() {
    batches_fit_exactly::<Mpmc>();
}

#[test]
fn exclusive_batches_fit_exactly() {
    batches_fit_exactly::<Exclusive>();
}

#[test]
fn spsc_batches_fit_exactly() {
    batches_fit_exactly::<Spsc>();
}

/// `len` never exceeds the capacity, whatever runs at the same time.
fn len_stays_within<K: Kind>() {
    let (mut tx, mut rx) = K::bounded(3);
    thread::scope(|scope| {
        scope.spawn(move || {
            for n in 0..50_000_u32 {
                tx.send(n).unwrap();
                assert!(tx.len() <= 3);
            }
        });
        while rx.recv().is_ok() {
            assert!(rx.len() <= 3);
        }
    });
}

#[test]
fn mpmc_len_stays_within_the_capacity() {
    limit(len_stays_within::<Mpmc>);
}

#[test]
fn exclusive_len_stays_within_the_capacity() {
    limit(len_stays_within::<Exclusive>);
}

#[test]
fn spsc_len_stays_within_the_capacity() {
    limit(len_stays_within::<Spsc>);
}

/// The message with which asking for `capacity` values of type `T` panics.
#[track_caller]
fn refusal<K: Kind, T: Send>(capacity: usize) -> String {
    let asked = limit(|| catch_unwind(AssertUnwindSafe(|| drop(K::bounded::<T>(capacity)))));
    let payload = asked.expect_err("it has to panic");
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| payload.downcast_ref::<&str>().unwrap().to_string())
}

fn refuses_zero<K: Kind>() {
    for message in [refusal::<K, u64>(0), refusal::<K, ()>(0)] {
        assert!(message.contains("capacity") && message.contains("at least 1"), "{message}");
    }
}

#[test]
fn mpmc_refuses_capacity_zero() {
    refuses_zero::<Mpmc>();
}

#[test]
fn spsc_refuses_capacity_zero() {
    refuses_zero::<Spsc>();
}

type Mebibyte = [u8; 1 << 20];

/// At once, without touching memory, and saying what was asked for.
fn refuses_what_cannot_be<K: Kind>() {
    for capacity in [usize::MAX, usize::MAX - 1, usize::MAX / 2 + 1, isize::MAX as usize, isize::MAX as usize / 2] {
        let messages = [
            refusal::<K, u64>(capacity),
            refusal::<K, u8>(capacity),
            refusal::<K, Mebibyte>(capacity),
            refusal::<K, ()>(capacity),
        ];
        for message in messages {
            assert!(message.contains(&format!("capacity {capacity}")), "{message}");
        }
    }
}

#[test]
fn mpmc_refuses_what_cannot_be() {
    refuses_what_cannot_be::<Mpmc>();
}

#[test]
fn spsc_refuses_what_cannot_be() {
    refuses_what_cannot_be::<Spsc>();
}

/// Few enough to count, too many for any memory.
#[cfg(target_pointer_width = "64")]
fn refuses_what_does_not_fit_memory<K: Kind>() {
    for message in [refusal::<K, u64>(1 << 60), refusal::<K, u64>(1 << 58), refusal::<K, Mebibyte>(1 << 40)] {
        assert!(message.contains("memory"), "{message}");
    }
}

#[cfg(target_pointer_width = "64")]
#[test]
fn mpmc_refuses_what_does_not_fit_memory() {
    refuses_what_does_not_fit_memory::<Mpmc>();
}

#[cfg(target_pointer_width = "64")]
#[test]
fn spsc_refuses_what_does_not_fit_memory() {
    refuses_what_does_not_fit_memory::<Spsc>();
}

/// A channel of nothing-sized values is as big as asked for, and making it takes no time that grows with it.
#[cfg(target_pointer_width = "64")]
#[test]
fn spsc_of_nothing_is_made_at_once_at_any_capacity() {
    limit(|| {
        let (mut tx, mut rx) = Spsc::bounded(1 << 60);
        tx.try_send(()).unwrap();
        assert_holds(&tx, &rx, 1, 1 << 60);
        assert_eq!(rx.try_recv(), Ok(()));
    });
}

/// Values go through a channel of 4, twice round, with a thread at the other end and every one checked.
fn passes<K: Kind, T: Send>(make: impl Fn(u8) -> T + Sync, check: impl Fn(&T, u8)) {
    let (mut tx, mut rx) = K::bounded(4);
    thread::scope(|scope| {
        let make = &make;
        let sender = move || {
            (0..11).for_each(|n| assert!(tx.send(make(n)).is_ok()));
        };
        thread::Builder::new().stack_size(128 << 20).spawn_scoped(scope, sender).unwrap();
        for n in 0..11 {
            check(&rx.recv().unwrap(), n);
        }
        assert!(rx.recv().is_err());
    });
}

/// Runs `body` with a stack for values of 1 MiB, of which a debug build makes many copies.
fn on_a_big_stack(body: impl FnOnce() + Send) {
    limit(|| {
        thread::scope(|scope| {
            thread::Builder::new().stack_size(128 << 20).spawn_scoped(scope, body).unwrap().join().unwrap();
        });
    });
}

#[derive(Clone, Copy)]
#[repr(align(256))]
struct Aligned(u8);

fn passes_all_shapes<K: Kind>() {
    passes::<K, ()>(|_| (), |(), _| ());
    let aligned = |value: &Aligned, n| {
        assert_eq!(value.0, n);
        assert_eq!(std::ptr::from_ref(value).addr() % 256, 0);
    };
    passes::<K, Aligned>(Aligned, aligned);
    passes::<K, Mebibyte>(|n| [n; 1 << 20], |value, n| assert!(value.iter().all(|&byte| byte == n)));
}

#[test]
fn mpmc_passes_values_of_all_shapes() {
    on_a_big_stack(passes_all_shapes::<Mpmc>);
}

#[test]
fn exclusive_passes_values_of_all_shapes() {
    on_a_big_stack(passes_all_shapes::<Exclusive>);
}

#[test]
fn spsc_passes_values_of_all_shapes() {
    on_a_big_stack(passes_all_shapes::<Spsc>);
}

/// 16 MiB of slots are made where they stay: a thread with a small stack can do it.
fn big_rings_never_pass_over_the_stack<K: Kind>() {
    let make = || drop(K::bounded::<[u8; 4096]>(4096));
    limit(|| thread::Builder::new().stack_size(128 << 10).spawn(make).unwrap().join().unwrap());
}

#[test]
fn mpmc_big_rings_never_pass_over_the_stack() {
    big_rings_never_pass_over_the_stack::<Mpmc>();
}

#[test]
fn spsc_big_rings_never_pass_over_the_stack() {
    big_rings_never_pass_over_the_stack::<Spsc>();
}

/// Nothing of a zero-sized value is stored, and each is still dropped once.
fn drops_of_nothing_are_counted<K: Kind>() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }

    let before = DROPS.load(Ordering::Relaxed);
    let (mut tx, mut rx) = K::bounded(3);
    assert!((0..3).all(|_| tx.try_send(Nothing).is_ok()));
    drop(rx.try_recv());
    drop(rx);
    assert_eq!(DROPS.load(Ordering::Relaxed) - before, 3);
}

#[test]
fn drops_of_zero_sized_values_are_counted() {
    drops_of_nothing_are_counted::<Mpmc>();
    drops_of_nothing_are_counted::<Exclusive>();
    drops_of_nothing_are_counted::<Spsc>();
}
