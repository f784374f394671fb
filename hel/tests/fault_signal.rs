//! P7 and P12 beside a thread that is stopped wherever it stands: by the handler of a signal, in the middle of a send, a
//! receive, a wait, or the registration of one. Whoever only tries goes on, always. Whoever waits up to a deadline goes on
//! as well, unless the thread was stopped in the few instructions under the lock of a wait queue, and then as soon as that
//! one goes on. Nothing is lost.
//!
//! Nothing is measured: a call that does not return ends the test by its watchdog.
#![cfg(all(target_os = "linux", not(any(hel_loom, miri))))]

mod support;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use hel::Builder;
use hel::channel::{mpmc, spsc};
use support::rng::Rng;
use support::{limit, poll_once};

/// The thread in the handler stays there as long as this is set.
static HOLD: AtomicBool = AtomicBool::new(false);
/// It is in the handler.
static HELD: AtomicBool = AtomicBool::new(false);

/// One test at a time: there is one handler.
static ONE: Mutex<()> = Mutex::new(());

/// Waits, by what a handler may call: atomics and `nanosleep`.
extern "C" fn stop(_: libc::c_int) {
    // SAFETY: the pointer is to this thread's own variable, and valid as long as the thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above; nobody else uses it.
    let before = unsafe { *errno };
    HELD.store(true, SeqCst);
    let moment = libc::timespec { tv_sec: 0, tv_nsec: 20_000 };
    while HOLD.load(SeqCst) {
        // SAFETY: the pointer is to a `timespec` of ours, and nothing is written.
        unsafe { libc::nanosleep(&raw const moment, std::ptr::null_mut()) };
    }
    HELD.store(false, SeqCst);
    // SAFETY: as above.
    unsafe { *errno = before };
}

fn install() {
    // SAFETY: all zeroes is a valid `sigaction`: no flags, an empty mask.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = stop as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: `action` is set up, and `stop` does only what a handler may.
    let result = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) };
    assert_eq!(result, 0);
}

/// A handle that lets a `thread` be stopped, and go on.
struct Victim(libc::pthread_t);

impl Victim {
    fn stop(&self) {
        HOLD.store(true, SeqCst);
        // SAFETY: the thread runs until it is told to end, which is after the last call of this.
        let result = unsafe { libc::pthread_kill(self.0, libc::SIGUSR1) };
        assert_eq!(result, 0);
        while !HELD.load(SeqCst) {
            thread::yield_now();
        }
    }

    fn go_on(&self) {
        HOLD.store(false, SeqCst);
        while HELD.load(SeqCst) {
            thread::yield_now();
        }
    }
}

/// Long enough that a thread falls asleep, short enough for thousands.
const MOMENT: Duration = Duration::from_micros(30);

/// A sending end whose operations end by themselves. Values are numbers, and nothing here allocates after the first
/// rounds: a thread stopped in the allocator would hold up the others, and that is not hel's doing.
trait Tx: Send {
    /// One operation; true if it sent the value.
    fn send(&mut self, how: usize, value: u64, batch: &mut Vec<u64>) -> bool;
}

/// The same of a receiving end; what it received goes to `got`.
trait Rx: Send {
    fn receive(&mut self, how: usize, got: &mut Vec<u64>);
    fn len(&self) -> usize;
}

/// How many ways there are to send, and to receive. The first two wait for nothing.
const WAYS: usize = 6;
const TRIES: usize = 2;

macro_rules! ends {
    ($($tx:ty),* ; $($rx:ty),*) => {
        $(impl Tx for $tx {
            fn send(&mut self, how: usize, value: u64, batch: &mut Vec<u64>) -> bool {
                batch.clear();
                batch.push(value);
                match how {
                    0 => self.try_send(value).is_ok(),
                    1 => self.try_send_batch(batch).is_ok(),
                    2 => self.send_timeout(value, MOMENT).is_ok(),
                    3 => self.send_deadline(value, Instant::now() + MOMENT).is_ok(),
                    4 => matches!(poll_once(&mut self.send_async(value)), Poll::Ready(Ok(()))),
                    _ => self.send_batch_timeout(batch, MOMENT).is_ok(),
                }
            }
        })*
        $(impl Rx for $rx {
            fn receive(&mut self, how: usize, got: &mut Vec<u64>) {
                match how {
                    0 => got.extend(self.try_recv()),
                    1 => _ = self.try_recv_batch(got, 2),
                    2 => got.extend(self.recv_timeout(MOMENT)),
                    3 => got.extend(self.recv_deadline(Instant::now() + MOMENT)),
                    4 => {
                        if let Poll::Ready(Ok(value)) = poll_once(&mut self.recv_async()) {
                            got.push(value);
                        }
                    }
                    _ => _ = self.recv_batch_timeout(got, 2, MOMENT),
                }
            }

            fn len(&self) -> usize {
                <$rx>::len(self)
            }
        })*
    };
}

ends!(
    mpmc::Sender<u64>, mpmc::RoundRobinSender<u64>, spsc::Sender<u64>;
    mpmc::Receiver<u64>, mpmc::ExclusiveReceiver<u64>, mpmc::ShardedReceiver<u64>, spsc::Receiver<u64>
);

/// A thread's ends, and what went through them.
struct Party {
    tx: Option<Box<dyn Tx>>,
    rx: Option<Box<dyn Rx>>,
    rng: Rng,
    /// The ways in which it sends and receives: the first so many.
    ways: usize,
    /// The value that it sends next: its own number and a count.
    next: u64,
    first: u64,
    batch: Vec<u64>,
    got: Vec<u64>,
}

const MANY: usize = 1 << 20;

impl Party {
    fn new(number: u64, tx: Option<Box<dyn Tx>>, rx: Option<Box<dyn Rx>>, ways: usize) -> Self {
        let first = number << 32;
        let (batch, got) = (Vec::with_capacity(4), Vec::with_capacity(MANY));
        Self { tx, rx, rng: Rng::new(number), ways, next: first, first, batch, got }
    }

    fn one(&mut self) {
        let (sends, how) = (self.rng.one_in(2), self.rng.below(self.ways));
        match (sends, &mut self.tx, &mut self.rx) {
            (true, Some(tx), _) | (_, Some(tx), None) => {
                self.next += u64::from(tx.send(how, self.next, &mut self.batch));
            }
            // Room for a batch: it does not grow here.
            (_, _, Some(rx)) if self.got.len() + 2 < MANY => rx.receive(how, &mut self.got),
            _ => {}
        }
    }

    /// Operations one after another until told to end, each counted.
    fn run(mut self, count: &Count, over: &AtomicBool) -> Self {
        while !over.load(SeqCst) {
            self.one();
            count.0.fetch_add(1, SeqCst);
        }
        self
    }
}

/// How often the others have to get on while the thread is stopped. Each is one operation that returned.
const GETS_ON: usize = 8;

/// Stops the first of `parties` again and again, wherever it stands. The second, which only tries, goes on each time; so
/// does the third, if there is one, unless a lock holds it up.
fn stopped_anywhere(rounds: usize, mut parties: Vec<Party>) {
    install();
    let counts: Vec<_> = parties.iter().map(|_| Count::default()).collect();
    let (over, mut held_up) = (AtomicBool::new(false), 0);
    let victim = parties.remove(0);
    let mut ended = thread::scope(|scope| {
        let (counts, over) = (&counts, &over);
        let (tell, told) = std::sync::mpsc::channel();
        let first = scope.spawn(move || {
            // SAFETY: it only asks for this thread's own handle.
            tell.send(Victim(unsafe { libc::pthread_self() })).unwrap();
            victim.run(&counts[0], over)
        });
        let others: Vec<_> =
            (1..).zip(parties).map(|(at, party)| scope.spawn(move || party.run(&counts[at], over))).collect();
        let (victim, mut rng) = (told.recv().unwrap(), Rng::new(7));
        // Everybody has grown what it needs.
        counts.iter().map(|count| count.after(200)).for_each(|grown| until(|| grown.has_come()));
        for _ in 0..rounds {
            (0..rng.below(400)).for_each(|_| std::hint::spin_loop());
            victim.stop();
            let (tries, waits) = (counts[1].after(GETS_ON), counts.get(2).map(|count| count.after(GETS_ON)));
            until(|| tries.has_come());
            if let Some(waits) = waits {
                // Counted in sleeps: a pause of the whole process is not taken for one of this thread.
                let patience = (0..100).any(|_| {
                    thread::sleep(Duration::from_millis(1));
                    waits.has_come()
                });
                held_up += usize::from(!patience);
                victim.go_on();
                until(|| waits.has_come());
            } else {
                victim.go_on();
            }
            // So that it does not stand in the same call for ever.
            let first = counts[0].after(1);
            until(|| first.has_come());
        }
        over.store(true, SeqCst);
        [first].into_iter().chain(others).map(|party| party.join().unwrap()).collect::<Vec<_>>()
    });
    drain(&mut ended);
    check(&ended);
    // By chance it stands under a lock in a few of a hundred rounds.
    assert!(held_up <= rounds / 4, "those with a deadline were held up in {held_up} of {rounds} rounds");
}

/// How many operations a party has done.
#[derive(Default)]
struct Count(AtomicUsize);

/// A number of operations to wait for.
struct Goal<'a>(&'a AtomicUsize, usize);

impl Count {
    fn after(&self, more: usize) -> Goal<'_> {
        Goal(&self.0, self.0.load(SeqCst) + more)
    }
}

impl Goal<'_> {
    fn has_come(&self) -> bool {
        self.0.load(SeqCst) >= self.1
    }
}

fn until(mut come: impl FnMut() -> bool) {
    while !come() {
        thread::yield_now();
    }
}

/// Takes out what is left in the channel.
fn drain(parties: &mut [Party]) {
    let receiver = parties.iter_mut().find(|party| party.rx.is_some()).expect("somebody receives");
    let rx = receiver.rx.as_mut().expect("it does");
    while rx.len() > 0 {
        rx.receive(0, &mut receiver.got);
    }
}

/// Everything that was sent was received once, and by each receiver in the order of its sender.
fn check(parties: &[Party]) {
    let mut all: Vec<u64> = parties.iter().flat_map(|party| party.got.iter().copied()).collect();
    all.sort_unstable();
    let mut sent: Vec<u64> = parties.iter().flat_map(|party| party.first..party.next).collect();
    sent.sort_unstable();
    assert!(all == sent, "{} values were sent, {} received", sent.len(), all.len());
    assert!(all.len() > 100, "only {} values went through", all.len());
}

/// Runs it under the watchdog, once it is this test's turn.
fn alone(body: impl FnOnce()) {
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    limit(body);
}

/// `HEL_SIGNAL_ROUNDS` asks for another number.
fn rounds() -> usize {
    std::env::var("HEL_SIGNAL_ROUNDS").map_or(60, |rounds| rounds.parse().expect("a number"))
}

/// One that is stopped, one that only tries, one that waits up to a deadline: all of them send and receive.
fn both_ways<T, R>(ends: impl Fn() -> (T, R)) -> Vec<Party>
where
    T: Tx + Clone + 'static,
    R: Rx + Clone + 'static,
{
    let (tx, rx) = ends();
    [WAYS, TRIES, WAYS]
        .into_iter()
        .zip(0..)
        .map(|(ways, number)| Party::new(number, Some(Box::new(tx.clone())), Some(Box::new(rx.clone())), ways))
        .collect()
}

#[test]
fn others_go_on_beside_a_thread_stopped_anywhere() {
    alone(|| {
        for capacity in [1, 4] {
            stopped_anywhere(rounds(), both_ways(|| hel::bounded(capacity)));
        }
    });
}

#[test]
fn others_go_on_in_all_shards_beside_a_thread_stopped_anywhere() {
    alone(|| stopped_anywhere(rounds(), both_ways(|| Builder::new(1).shards(3).round_robin())));
}

/// The sender is stopped, or the receiver.
fn one_end_each(ends: impl Fn() -> (Box<dyn Tx>, Box<dyn Rx>)) {
    for sender_stops in [true, false] {
        let (tx, rx) = ends();
        let of = |stops: bool| if stops { WAYS } else { TRIES };
        let sender = Party::new(0, Some(tx), None, of(sender_stops));
        let receiver = Party::new(1, None, Some(rx), of(!sender_stops));
        stopped_anywhere(rounds(), if sender_stops { vec![sender, receiver] } else { vec![receiver, sender] });
    }
}

#[test]
fn the_other_end_goes_on_beside_one_stopped_anywhere() {
    alone(|| {
        one_end_each(|| {
            let (tx, rx) = spsc::bounded(2);
            (Box::new(tx), Box::new(rx))
        });
        one_end_each(|| {
            let (tx, rx) = hel::bounded(2);
            (Box::new(tx), Box::new(rx.into_exclusive().expect("no clones")))
        });
    });
}
