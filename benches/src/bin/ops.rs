//! Does one operation so many times, for callgrind to count: `ops NAME COUNT`, or `ops` for the names.
//!
//! Everything happens on one thread and nothing ever waits, so these are the fast paths. What comes before and after the
//! loop costs the same whatever the count is, and so drops out of the difference between two counts.
#![forbid(unsafe_code)]

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::process::{ExitCode, exit};
use std::task::{Context, Poll, Waker};

use hel::channel::{mpmc, spsc};

/// Room for every count that the script asks for.
const ROOM: usize = 4096;

const BATCH: usize = 64;

/// Room for so many batches.
const BATCH_ROOM: usize = BATCH * ROOM;

/// An operation and how to do it.
type Op = (&'static str, fn(usize) -> !);

const OPS: [Op; 22] = [
    ("spsc send", spsc_send),
    ("spsc recv", spsc_recv),
    ("spsc send_async", spsc_send_async),
    ("spsc recv_async", spsc_recv_async),
    ("spsc send_batch of 64", spsc_send_batch),
    ("spsc recv_batch of 64", spsc_recv_batch),
    ("send", send),
    ("recv", recv),
    ("try_send", try_send),
    ("try_recv", try_recv),
    ("try_recv on empty", try_recv_on_empty),
    ("send_async", send_async),
    ("recv_async", recv_async),
    ("poll_recv", poll_recv),
    ("send_batch of 64", send_batch),
    ("recv_batch of 64", recv_batch),
    ("round robin send", round_robin_send),
    ("sticky send", sticky_send),
    ("keyed send", keyed_send),
    ("sharded recv", sharded_recv),
    ("clone and drop of a sender", clone),
    ("creation of a channel", create),
];

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let asked = match arguments.as_slice() {
        [] => {
            OPS.iter().for_each(|(name, _)| println!("{name}"));
            return ExitCode::SUCCESS;
        }
        [name, count] => OPS.iter().find(|op| op.0 == name).zip(count.parse().ok().filter(|count| *count <= ROOM)),
        _ => None,
    };
    let Some(((_, op), count)) = asked else {
        eprintln!("usage: ops [NAME COUNT], with a count of at most {ROOM}");
        return ExitCode::FAILURE;
    };
    op(count)
}

/// The value of a future that does not wait.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing was to wait"),
    }
}

/// Does it `count` times, looks each time whether it worked, and ends the program there: what would be dropped afterwards
/// is not to be counted.
fn repeat<O>(count: usize, mut operation: impl FnMut(u64) -> O, worked: impl Fn(&O) -> bool) -> ! {
    for number in 0..count as u64 {
        assert!(worked(&black_box(operation(black_box(number)))), "the operation does not do what is to be counted");
    }
    exit(0)
}

fn full() -> (hel::Sender<u64>, hel::Receiver<u64>) {
    let (tx, rx) = hel::bounded(ROOM);
    fill(|number| tx.send(number));
    (tx, rx)
}

fn full_pair() -> (spsc::Sender<u64>, spsc::Receiver<u64>) {
    let (mut tx, rx) = spsc::bounded(ROOM);
    fill(|number| tx.send(number));
    (tx, rx)
}

fn fill<E>(mut send: impl FnMut(u64) -> Result<(), E>) {
    (0..ROOM as u64).for_each(|number| assert!(send(number).is_ok()));
}

fn spsc_send(count: usize) -> ! {
    let (mut tx, _rx) = spsc::bounded(ROOM);
    repeat(count, |number| tx.send(number), Result::is_ok);
}

fn spsc_recv(count: usize) -> ! {
    let (_tx, mut rx) = full_pair();
    repeat(count, |_| rx.recv(), Result::is_ok);
}

fn spsc_send_async(count: usize) -> ! {
    let (mut tx, _rx) = spsc::bounded(ROOM);
    repeat(count, |number| ready(tx.send_async(number)), Result::is_ok);
}

fn spsc_recv_async(count: usize) -> ! {
    let (_tx, mut rx) = full_pair();
    repeat(count, |_| ready(rx.recv_async()), Result::is_ok);
}

fn send(count: usize) -> ! {
    let (tx, _rx) = hel::bounded(ROOM);
    repeat(count, |number| tx.send(number), Result::is_ok);
}

fn recv(count: usize) -> ! {
    let (_tx, rx) = full();
    repeat(count, |_| rx.recv(), Result::is_ok);
}

fn try_send(count: usize) -> ! {
    let (tx, _rx) = hel::bounded(ROOM);
    repeat(count, |number| tx.try_send(number), Result::is_ok);
}

fn try_recv(count: usize) -> ! {
    let (_tx, rx) = full();
    repeat(count, |_| rx.try_recv(), Result::is_ok);
}

fn try_recv_on_empty(count: usize) -> ! {
    let (_tx, rx) = hel::bounded::<u64>(ROOM);
    repeat(count, |_| rx.try_recv(), Result::is_err);
}

fn send_async(count: usize) -> ! {
    let (tx, _rx) = hel::bounded(ROOM);
    repeat(count, |number| ready(tx.send_async(number)), Result::is_ok);
}

fn recv_async(count: usize) -> ! {
    let (_tx, rx) = full();
    repeat(count, |_| ready(rx.recv_async()), Result::is_ok);
}

fn poll_recv(count: usize) -> ! {
    let (_tx, mut rx) = full();
    let mut context = Context::from_waker(Waker::noop());
    repeat(count, |_| rx.poll_recv(&mut context), Poll::is_ready);
}

/// Counted per batch.
fn send_batch(count: usize) -> ! {
    let (tx, _rx) = hel::bounded(BATCH_ROOM);
    let mut batch = Vec::with_capacity(BATCH);
    repeat(
        count,
        |number| {
            batch.resize(BATCH, number);
            tx.send_batch(&mut batch)
        },
        |count| *count == Ok(BATCH),
    );
}

/// Counted per batch.
fn recv_batch(count: usize) -> ! {
    let (tx, rx) = hel::bounded(BATCH_ROOM);
    assert_eq!(tx.send_batch(&mut vec![7_u64; BATCH_ROOM]), Ok(BATCH_ROOM));
    let mut batch = Vec::with_capacity(BATCH);
    repeat(
        count,
        |_| {
            batch.clear();
            rx.recv_batch(&mut batch, BATCH)
        },
        |count| *count == Ok(BATCH),
    );
}

fn spsc_send_batch(count: usize) -> ! {
    let (mut tx, _rx) = spsc::bounded(BATCH_ROOM);
    let mut batch = Vec::with_capacity(BATCH);
    repeat(
        count,
        |number| {
            batch.resize(BATCH, number);
            tx.send_batch(&mut batch)
        },
        |count| *count == Ok(BATCH),
    );
}

fn spsc_recv_batch(count: usize) -> ! {
    let (mut tx, mut rx) = spsc::bounded(BATCH_ROOM);
    assert_eq!(tx.send_batch(&mut vec![7_u64; BATCH_ROOM]), Ok(BATCH_ROOM));
    let mut batch = Vec::with_capacity(BATCH);
    repeat(
        count,
        |_| {
            batch.clear();
            rx.recv_batch(&mut batch, BATCH)
        },
        |count| *count == Ok(BATCH),
    );
}

fn round_robin_send(count: usize) -> ! {
    let (tx, _rx) = mpmc::round_robin::<u64, ROOM>(4);
    repeat(count, |number| tx.send(number), Result::is_ok);
}

fn sticky_send(count: usize) -> ! {
    let (tx, _rx) = mpmc::round_robin::<u64, ROOM>(4);
    let tx = tx.sticky(64);
    repeat(count, |number| tx.send(number), Result::is_ok);
}

fn keyed_send(count: usize) -> ! {
    let (tx, _rx) = mpmc::shard_key::<u64, ROOM>(4);
    repeat(count, |number| tx.send(black_box("user-000042"), number), Result::is_ok);
}

fn sharded_recv(count: usize) -> ! {
    let (tx, rx) = mpmc::round_robin::<u64, ROOM>(4);
    fill(|number| tx.send(number));
    repeat(count, |_| rx.recv(), Result::is_ok);
}

fn clone(count: usize) -> ! {
    let (tx, _rx) = hel::bounded::<u64>(ROOM);
    repeat(count, |_| tx.clone(), |tx| !tx.is_disconnected());
}

fn create(count: usize) -> ! {
    repeat(count, |_| hel::bounded::<u64>(64), |(tx, _rx)| tx.capacity() == 64);
}
