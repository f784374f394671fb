//! Random work over all routes, on threads and on tasks of three runtimes, for as long as wanted.
//!
//! `cargo run --release --example soak -- [MINUTES] [--lose-a-wake-up]`, or `HEL_SOAK_MINUTES`; a quarter of a minute unless told.
//! Channels come and go; operations are cancelled, limited, and met by closes. It checks that each value comes to one end,
//! in order; that memory and descriptors stay flat; and that everybody makes progress. The last line says what was done.
//! It exits with 0 only if all of it held.

mod ends;
mod parcel;
mod random;
mod receiving;
mod round;
mod sending;
mod watch;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, panic, process, thread};

use random::Random;
use round::{Hosts, ROUTES};
use watch::{Taken, Watch};

/// So many channels live at a time.
const AT_A_TIME: usize = 4;

/// What was done, by route.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    rounds: u64,
    made: u64,
    received: u64,
    back: u64,
    dropped: u64,
}

fn main() {
    let (minutes, lose) = options();
    // Whoever panics ends the program: what the others would do then says nothing.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        hook(info);
        eprintln!("soak: FAILED: a check did not hold");
        process::exit(1);
    }));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime");
    let watch = Watch::default();
    watch.start();
    let hosts = Hosts { tokio: runtime.handle().clone(), watch, lose_a_wake_up: AtomicBool::new(lose) };
    let seed = env::var("HEL_SOAK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(clock);
    println!("soak: {minutes} minutes, seed {seed}");
    let (sums, seen) = soak(&hosts, Duration::from_secs_f64(minutes * 60.0), seed);
    report(&sums, &seen, minutes);
}

/// How many minutes, and whether to lose a wake-up.
fn options() -> (f64, bool) {
    let mut minutes = env::var("HEL_SOAK_MINUTES").ok();
    let mut lose = false;
    for argument in env::args().skip(1) {
        if argument == "--lose-a-wake-up" { lose = true } else { minutes = Some(argument) }
    }
    let minutes = minutes.map_or(Ok(0.25), |text| text.parse::<f64>());
    match minutes {
        Ok(minutes) if minutes > 0.0 && minutes.is_finite() => (minutes, lose),
        _ => {
            eprintln!("soak [MINUTES] [--lose-a-wake-up]");
            process::exit(64);
        }
    }
}

/// A seed that differs from run to run.
fn clock() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_micros() as u64)
}

/// Plays rounds until the time is over; looks at what the process takes once a second meanwhile.
fn soak(hosts: &Hosts, time: Duration, seed: u64) -> ([Sum; ROUTES.len()], Vec<Taken>) {
    let sums = Mutex::new([Sum::default(); ROUTES.len()]);
    let (number, stop) = (AtomicU64::new(0), Arc::new(AtomicBool::new(false)));
    let mut seen = Vec::new();
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    let number = number.fetch_add(1, Relaxed);
                    let came = round::play(hosts, Random::new(seed.wrapping_add(number << 32)), number);
                    let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
                    add(&mut sums[came.route], &came.tally);
                }
            });
        }
        let begun = Instant::now();
        // What allocators, runtimes and threads take once is not what is looked for.
        let warm = (time / 5).min(Duration::from_secs(120));
        while begun.elapsed() < time {
            thread::sleep(Duration::from_secs(1).min(time / 20));
            if begun.elapsed() >= warm {
                seen.extend(Taken::now());
            }
        }
        stop.store(true, Relaxed);
    });
    (sums.into_inner().unwrap_or_else(PoisonError::into_inner), seen)
}

fn add(sum: &mut Sum, tally: &parcel::Tally) {
    sum.rounds += 1;
    sum.made += tally.made.load(Relaxed);
    sum.received += tally.received.load(Relaxed);
    sum.back += tally.back.load(Relaxed);
    sum.dropped += tally.dropped.load(Relaxed);
}

/// Says what was done, and ends the program with what that is worth.
fn report(sums: &[Sum], seen: &[Taken], minutes: f64) {
    let mut all = Sum::default();
    for (route, sum) in ROUTES.iter().zip(sums) {
        println!("soak: {route}: {} channels, {} values", sum.rounds, sum.made);
        all.rounds += sum.rounds;
        all.made += sum.made;
        all.received += sum.received;
        all.back += sum.back;
        all.dropped += sum.dropped;
    }
    let Sum { rounds, made, received, back, dropped } = all;
    let taken = match watch::flat(seen) {
        _ if seen.is_empty() => "memory and descriptors not looked at, for want of /proc".to_owned(),
        Ok((first, last)) => format!(
            "memory {} to {} KiB, descriptors {} to {}",
            first.memory, last.memory, first.descriptors, last.descriptors
        ),
        Err(grown) => {
            eprintln!("soak: FAILED: {grown}");
            process::exit(3);
        }
    };
    if made != received + back + dropped || sums.iter().any(|sum| sum.rounds == 0) {
        eprintln!(
            "soak: FAILED: {made} values made, {received} received, {back} handed back, {dropped} dropped, or a route was not used"
        );
        process::exit(4);
    }
    println!(
        "soak: ok: {minutes} minutes, {rounds} channels, {made} values = {received} received + {back} handed back \
         + {dropped} dropped; {taken}"
    );
}
