//! P11: no allocation per operation, parked or not; creation takes a fixed handful and little memory; who is blocked
//! uses no processor.
#![cfg(not(hel_loom))]

#[path = "support/extra2.rs"]
mod extra2;
mod support;

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use extra2::{Channel, Mpmc, Runner, RxEnd, Spsc, TxEnd, on_both_kinds};
use support::alloc::{Counting, allocations};
use support::{limit, poll_once};

on_both_kinds!(
    creation_takes_a_fixed_handful,
    verbs_that_need_not_wait_allocate_nothing,
    operations_that_are_dropped_while_waiting_allocate_nothing,
    threads_that_park_allocate_nothing,
    tasks_that_wait_allocate_nothing,
    batches_that_wait_allocate_nothing,
);

/// Counts bytes as well as calls.
struct Sizing;

thread_local! {
    // Constant and without a destructor: reading it never allocates.
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

#[global_allocator]
static SIZING: Sizing = Sizing;

// SAFETY: every call goes to `Counting`, and by it to `System`, unchanged. `realloc` is the default, by these two.
unsafe impl GlobalAlloc for Sizing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.set(BYTES.get() + layout.size());
        // SAFETY: the caller's promise about `layout`.
        unsafe { Counting.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise about both.
        unsafe { Counting.dealloc(block, layout) }
    }
}

/// How many bytes this thread allocates in `body`.
fn bytes<R>(body: impl FnOnce() -> R) -> (R, usize) {
    let before = BYTES.get();
    let result = body();
    (result, BYTES.get() - before)
}

const ROUNDS: usize = 200;
const WARM_UP: usize = 20;

/// Runs `round` often, and fails if any but the first few allocate.
#[track_caller]
fn assert_no_allocations(what: &str, mut round: impl FnMut()) {
    (0..WARM_UP).for_each(|_| round());
    let count = allocations(|| (0..ROUNDS).for_each(|_| round())).1;
    assert_eq!(count, 0, "{what}: {count} allocations in {ROUNDS} rounds");
}

fn creation_takes_a_fixed_handful<K: Channel>() {
    let counts = [2, 3, 4096].map(|capacity| allocations(|| K::bounded::<u64>(capacity)).1);
    assert!(counts.iter().all(|&count| count == counts[0]), "the same for every capacity: {counts:?}");
    assert!((1..=4).contains(&counts[0]), "a handful: {counts:?}");
}

#[test]
fn an_idle_channel_is_small() {
    let (ends, size) = bytes(|| hel::bounded::<u64>(256));
    assert!(size < 6 * 1024, "{size} bytes");
    drop(ends);
    let (ends, size) = bytes(|| hel::channel::spsc::bounded::<u64>(256));
    assert!(size < 6 * 1024, "{size} bytes");
    drop(ends);
}

fn verbs_that_need_not_wait_allocate_nothing<K: Channel>() {
    let (mut tx, mut rx) = K::bounded::<u64>(4);
    let (mut batch, mut into) = (Vec::with_capacity(4), Vec::with_capacity(4));
    let noop = &mut Context::from_waker(Waker::noop());
    assert_no_allocations("try", || {
        tx.try_send(1).unwrap();
        rx.try_recv().unwrap();
        assert!(rx.try_recv().is_err());
    });
    assert_no_allocations("blocking", || {
        tx.send(1).unwrap();
        tx.send_timeout(2, Duration::MAX).unwrap();
        rx.recv().unwrap();
        rx.recv_timeout(Duration::MAX).unwrap();
    });
    assert_no_allocations("batch", || {
        for _ in 0..2 {
            batch.extend(0..4);
            into.clear();
            tx.send_batch(&mut batch).unwrap();
            assert!(tx.try_send_batch(&mut vec![]).is_ok());
            assert_eq!(rx.recv_batch(&mut into, 9), Ok(4));
        }
        batch.extend(0..4);
        into.clear();
        tx.try_send_batch(&mut batch).unwrap();
        assert_eq!(rx.gather(&mut into, 4, Duration::ZERO), Ok(4));
    });
    assert_no_allocations("async", || {
        assert!(poll_once(&mut tx.send_async(1)).is_ready());
        assert!(poll_once(&mut tx.send_ref_async(&mut Some(2))).is_ready());
        assert!(poll_once(&mut rx.recv_async()).is_ready());
        into.clear();
        assert!(poll_once(&mut rx.recv_batch_async(&mut into, 4)).is_ready());
    });
    assert_no_allocations("poll", || {
        assert!(tx.poll_send(noop, &mut Some(1)).is_ready());
        assert!(rx.poll_recv(noop).is_ready());
    });
}

/// Each registers, waits, and leaves again without having been served.
fn operations_that_are_dropped_while_waiting_allocate_nothing<K: Channel>() {
    let (mut tx, mut rx) = K::bounded::<u64>(1);
    let (mut batch, mut into) = (vec![7; 3], Vec::with_capacity(4));
    let noop = &mut Context::from_waker(Waker::noop());
    assert_no_allocations("receive", || {
        assert!(poll_once(&mut rx.recv_async()).is_pending());
        assert!(poll_once(&mut rx.recv_batch_async(&mut into, 4)).is_pending());
        assert!(rx.poll_recv(noop).is_pending());
        rx.cancel_poll();
        assert!(rx.recv_timeout(Duration::from_nanos(1)).is_err());
    });
    tx.try_send(0).unwrap();
    assert_no_allocations("send", || {
        assert!(poll_once(&mut tx.send_async(1)).is_pending());
        assert!(poll_once(&mut tx.send_ref_async(&mut Some(1))).is_pending());
        assert!(poll_once(&mut tx.send_batch_async(&mut batch)).is_pending());
        assert!(tx.poll_send(noop, &mut Some(1)).is_pending());
        tx.cancel_poll();
        assert!(tx.send_timeout(1, Duration::from_nanos(1)).is_err());
        assert!(poll_once(&mut tx.closed_async()).is_pending());
    });
}

/// The first waits of a channel: it keeps the places of its waiters, however many there were at a time.
fn wait_once<T: Copy + Default + Send + 'static>(tx: &mut impl TxEnd<T>, rx: &mut impl RxEnd<T>) {
    assert!(poll_once(&mut rx.recv_async()).is_pending());
    while tx.try_send(T::default()).is_ok() {}
    assert!(poll_once(&mut tx.send_async(T::default())).is_pending());
    assert!(rx.try_iter().count() > 0);
}

/// The first park of a thread: what it takes to wake it is kept, too. Later ones may come at any round or at none.
fn park_once<K: Channel>() {
    let (_tx, mut rx) = K::bounded::<u8>(1);
    assert!(rx.recv_timeout(Duration::from_millis(5)).is_err());
}

/// Sends numbers from one thread to another. Each lets the other wait now and then, for a value or for room.
fn flow<K: Channel>(
    mut send: impl FnMut(&mut K::Tx<u64>, u64) + Send + 'static,
    mut receive: impl FnMut(&mut K::Rx<u64>) -> u64,
) {
    let (mut tx, mut rx) = K::bounded(1);
    wait_once(&mut tx, &mut rx);
    let mut rounds = 0..;
    let sender = thread::spawn(move || {
        park_once::<K>();
        assert_no_allocations("the sender", || {
            let n = rounds.next().unwrap();
            pause_if(n % 16 == 0);
            send(&mut tx, n);
        });
    });
    park_once::<K>();
    let mut rounds = 0..;
    assert_no_allocations("the receiver", || {
        let n = rounds.next().unwrap();
        pause_if(n % 16 == 8);
        assert_eq!(receive(&mut rx), n);
    });
    sender.join().unwrap();
}

/// Long enough for the other thread to fall asleep, as a rule.
fn pause_if(due: bool) {
    if due {
        thread::sleep(Duration::from_micros(300));
    }
}

fn threads_that_park_allocate_nothing<K: Channel>() {
    flow::<K>(|tx, n| tx.send(n).unwrap(), |rx| rx.recv().unwrap());
    flow::<K>(
        |tx, n| tx.send_timeout(n, Duration::from_secs(60)).unwrap(),
        |rx| rx.recv_timeout(Duration::from_secs(60)).unwrap(),
    );
}

thread_local! {
    /// Made once per thread, so that only the channel could allocate.
    static RUNNER: Runner = Runner::new();
}

fn tasks_that_wait_allocate_nothing<K: Channel>() {
    flow::<K>(
        |tx, n| RUNNER.with(|runner| runner.run(tx.send_async(n))).unwrap(),
        |rx| RUNNER.with(|runner| runner.run(rx.recv_async())).unwrap(),
    );
    flow::<K>(
        |tx, n| {
            let mut slot = Some(n);
            RUNNER.with(|runner| runner.run(std::future::poll_fn(|cx| tx.poll_send(cx, &mut slot)))).unwrap();
        },
        |rx| RUNNER.with(|runner| runner.run(std::future::poll_fn(|cx| rx.poll_recv(cx)))).unwrap(),
    );
}

/// Batches larger than the channel, so that the sender waits in each; the receiver waits for the first value of each.
fn batches_that_wait_allocate_nothing<K: Channel>() {
    const BATCH: usize = 16;
    let (mut tx, mut rx) = K::bounded::<usize>(4);
    wait_once(&mut tx, &mut rx);
    let sender = thread::spawn(move || {
        park_once::<K>();
        let mut batch = Vec::with_capacity(BATCH);
        let mut by_task = false;
        assert_no_allocations("send_batch", || {
            batch.extend(0..BATCH);
            by_task = !by_task;
            match by_task {
                true => assert_eq!(RUNNER.with(|runner| runner.run(tx.send_batch_async(&mut batch))), Ok(BATCH)),
                false => assert_eq!(tx.send_batch(&mut batch), Ok(BATCH)),
            }
        });
    });
    park_once::<K>();
    let mut into = Vec::with_capacity(BATCH);
    assert_no_allocations("recv_batch", || {
        into.clear();
        while into.len() < BATCH {
            let max = BATCH - into.len();
            rx.recv_batch(&mut into, max).unwrap();
            let max = BATCH - into.len();
            RUNNER.with(|runner| runner.run(rx.recv_batch_async(&mut into, max))).unwrap();
        }
        assert!(into.iter().copied().eq(0..BATCH));
    });
    sender.join().unwrap();
}

#[cfg(feature = "futures")]
mod streams {
    use super::*;
    use futures_util::{SinkExt, StreamExt};

    #[test]
    fn streams_and_sinks_allocate_nothing() {
        limit(|| {
            by_stream::<Mpmc>();
            by_stream::<Spsc>();
        });
    }

    /// The sender waits for room, the receiver for a value, both in one stream and one sink all along.
    fn by_stream<K: Channel>() {
        let (mut tx, mut rx) = K::bounded::<usize>(1);
        wait_once(&mut tx, &mut rx);
        let sender = thread::spawn(move || {
            let (mut sink, runner) = (tx.sink(), Runner::new());
            assert_no_allocations("sink", || runner.run(sink.send(7)).unwrap());
        });
        let (mut stream, runner) = (rx.stream(), Runner::new());
        assert_no_allocations("stream", || assert_eq!(runner.run(stream.next()), Some(7)));
        drop(stream);
        sender.join().unwrap();
    }
}

#[cfg(target_os = "linux")]
mod processor {
    use super::*;
    use extra2::spawn_asleep;

    const BLOCKED: Duration = Duration::from_millis(300);

    /// How long this thread has run on a processor.
    fn used() -> Duration {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the clock exists on every Linux, and the pointer is to a `timespec` of ours.
        let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        assert_eq!(result, 0);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    /// Blocks a thread in `block` until `release` lets it go after a while, and says what it used meanwhile.
    fn used_while_blocked(block: impl FnOnce() + Send + 'static, release: impl FnOnce()) -> Duration {
        let thread = spawn_asleep(move || {
            let before = used();
            block();
            used() - before
        });
        assert!(!thread.is_finished(), "it is blocked");
        thread::sleep(BLOCKED);
        release();
        thread.join().unwrap()
    }

    #[track_caller]
    fn assert_idle(used: Duration) {
        assert!(used < BLOCKED / 10, "used {used:?} of {BLOCKED:?}");
    }

    fn a_blocked_thread_uses_no_processor<K: Channel>() {
        let (mut tx, mut rx) = K::bounded(1);
        assert_idle(used_while_blocked(move || assert_eq!(rx.recv(), Ok(1)), || tx.send(1).unwrap()));
        let (mut tx, mut rx) = K::bounded(1);
        tx.send(0).unwrap();
        assert_idle(used_while_blocked(move || tx.send(1).unwrap(), || assert_eq!(rx.recv(), Ok(0))));
        let (tx, mut rx) = K::bounded::<u64>(1);
        let timed = move || assert!(rx.recv_timeout(BLOCKED).unwrap_err().is_timeout());
        // The sender stays until the time is up: the limit ends this wait, and nothing else.
        assert_idle(used_while_blocked(timed, || ()));
        drop(tx);
    }

    #[test]
    fn a_blocked_thread_uses_no_processor_on_mpmc() {
        limit(a_blocked_thread_uses_no_processor::<Mpmc>);
    }

    #[test]
    fn a_blocked_thread_uses_no_processor_on_spsc() {
        limit(a_blocked_thread_uses_no_processor::<Spsc>);
    }
}
