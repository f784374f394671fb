//! What creating a channel does where it cannot be done: a size that no memory holds panics at once and says which it was;
//! so does memory for the slots that is not to be had. Any other allocation that fails ends the process, as everywhere in
//! Rust. Nothing hangs, nothing is leaked by the panic.
#![cfg(not(any(hel_loom, miri)))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use hel::Builder;
use hel::channel::spsc;

/// The system's allocator, which fails once when told to.
struct Failing;

thread_local! {
    // Constants and without destructors: reading them never allocates.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

#[global_allocator]
static FAILING: Failing = Failing;

// SAFETY: every call goes to `System` unchanged, or gives null, which says that there is no memory.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let left = LEFT.get();
        LEFT.set(left.and_then(|left| left.checked_sub(1)));
        if left == Some(0) {
            return std::ptr::null_mut();
        }
        LIVE.set(LIVE.get() + 1);
        // SAFETY: the caller's promise about `layout`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - 1);
        // SAFETY: the caller's promise about both.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What `make` panics with.
#[track_caller]
fn panic_of<R>(make: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| drop(make()))).expect_err("a panic");
    payload.downcast::<String>().map_or_else(|_| String::new(), |text| *text)
}

#[test]
fn numbers_of_shards_that_no_memory_holds_panic_at_once() {
    for shards in [usize::MAX, isize::MAX as usize, usize::MAX / 64, 1 << (usize::BITS - 8)] {
        let builder = Builder::new(1).shards(shards);
        let messages = [
            panic_of(|| builder.clone().round_robin::<u8>()),
            panic_of(|| builder.clone().shard_key::<u8>()),
            panic_of(|| builder.clone().shard_spsc::<u8>()),
            panic_of(|| hel::channel::mpmc::round_robin::<u8, 1>(shards)),
            panic_of(|| spsc::SpscShard::<u8, 1>::new(shards)),
        ];
        for message in messages {
            assert_eq!(message, format!("{shards} shards: no memory for that many"));
        }
    }
}

#[test]
fn capacities_that_no_memory_holds_panic_at_once() {
    let mut capacities = vec![usize::MAX, isize::MAX as usize, 1 << (usize::BITS - 3)];
    // More than there is, but not more than there could be: with 32 bits 2^24 slots are memory that there is.
    if usize::BITS > 32 {
        capacities.push(1 << (usize::BITS - 8));
    }
    for capacity in capacities {
        let builder = Builder::new(capacity).shards(2);
        let messages = [
            panic_of(|| hel::bounded::<u64>(capacity)),
            panic_of(|| spsc::bounded::<u64>(capacity)),
            panic_of(|| builder.clone().round_robin::<u64>()),
            panic_of(|| builder.clone().shard_key::<u64>()),
            panic_of(|| builder.clone().shard_group::<u64, _>([["a"], ["b"]])),
            panic_of(|| builder.clone().shard_spsc::<u64>()),
        ];
        for message in messages {
            assert!(message.starts_with(&format!("channel capacity {capacity}")), "{message}");
        }
    }
}

type Make = fn();

/// Each kind of channel, made and dropped.
const KINDS: [(&str, Make); 5] = [
    ("bounded", || drop(hel::bounded::<u64>(64))),
    ("one to one", || drop(spsc::bounded::<u64>(64))),
    ("round robin", || drop(Builder::new(4).shards(3).round_robin::<u64>())),
    ("keyed, with hints", || drop(Builder::new(4).shards(18).shard_key::<u64>())),
    ("pairs", || drop(Builder::new(4).shards(3).shard_spsc::<u64>())),
];

const WHICH: &str = "HEL_TEST_ALLOCATION";

/// In a process of its own: makes a channel with one allocation that fails, and says how that went.
fn make_with_a_failure(kind: usize, at: usize) {
    let make = KINDS[kind].1;
    // What the process asks for once only is there afterwards.
    make();
    let live = LIVE.get();
    LEFT.set(Some(at));
    let made = catch_unwind(make);
    let reached = LEFT.take().is_none();
    let message = made.err().map(|payload| *payload.downcast::<String>().expect("a message"));
    let clean = message.is_some_and(|message| message.contains("no memory for that many"));
    println!("reached: {reached}, clean: {clean}, leaked: {}", LIVE.get() - live);
}

/// One allocation after another fails, until there is none left to fail.
#[test]
fn each_allocation_of_a_creation_may_fail() {
    let test = "each_allocation_of_a_creation_may_fail";
    if let Some((kind, at)) = std::env::var(WHICH).ok().as_deref().and_then(|which| which.split_once(' ')) {
        return make_with_a_failure(kind.parse().unwrap(), at.parse().unwrap());
    }
    for (kind, (name, _)) in KINDS.iter().enumerate() {
        let (mut clean, mut aborted) = (0, 0);
        for at in 0.. {
            let mut again = Command::new(std::env::current_exe().unwrap());
            again.args(["--exact", test, "--nocapture"]).env(WHICH, format!("{kind} {at}")).env("RUST_BACKTRACE", "0");
            let run = again.output().unwrap();
            let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
            if out.contains("reached: false, clean: false, leaked: 0") {
                break;
            } else if out.contains("reached: true, clean: true, leaked: 0") {
                clean += 1;
            } else {
                assert!(!run.status.success() && err.contains("memory allocation of"), "{name}, {at}: {out}{err}");
                aborted += 1;
            }
        }
        assert!(clean > 0 && aborted > 0, "{name}: {clean} clean panics, {aborted} ends of the process");
    }
}
