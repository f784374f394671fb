//! Threads that block and smol tasks that await, on the same two channels.
//!
//! Jobs come from a thread and from a task, and are done by two threads and two tasks: whoever is free takes the next
//! one. The results go back over a second channel to a task that gathers them: as many as there are, but it does not
//! wait longer than a moment for more. At the end every job has to have been done once, with the right result.
//!
//! ```text
//! cargo run --release --example threads_and_smol
//! ```

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use hel::{Receiver, Sender};
use hel_smol::SmolReceiver;

const JOBS: u64 = 20_000;
const GATHER: usize = 256;
const MOMENT: Duration = Duration::from_millis(1);

/// A number, and how many steps it takes to 1.
type Done = (&'static str, u64, u32);

fn main() -> ExitCode {
    let done = through_channels(JOBS);
    for (worker, count) in by_worker(&done) {
        println!("{worker:<14}{count:>8} jobs");
    }
    if let Err(fault) = check(JOBS, done) {
        eprintln!("threads_and_smol: {fault}");
        return ExitCode::FAILURE;
    }
    println!("{JOBS} jobs, each done once: as in a plain loop");
    ExitCode::SUCCESS
}

/// The job: Collatz steps from `number` to 1.
fn steps(number: u64) -> u32 {
    let (mut n, mut steps) = (number, 0);
    while n > 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

fn through_channels(jobs: u64) -> Vec<Done> {
    let (job_tx, job_rx) = hel::bounded(64);
    let (done_tx, done_rx) = hel::bounded(64);

    // Odd numbers come from a thread, even ones from a task.
    let tx = job_tx.clone();
    let odd = thread::spawn(move || (1..=jobs).step_by(2).for_each(|n| tx.send(n).expect("workers stay to the end")));
    let even = smol::spawn(async move {
        for n in (2..=jobs).step_by(2) {
            job_tx.send_async(n).await.expect("workers stay to the end");
        }
    });

    let threads = ["first thread", "second thread"].map(|name| {
        let (jobs, done) = (job_rx.clone(), done_tx.clone());
        thread::spawn(move || work(name, &jobs, &done))
    });
    let tasks = ["first task", "second task"].map(|name| {
        let (jobs, done) = (job_rx.clone(), done_tx.clone());
        smol::spawn(async move { work_async(name, &jobs, &done).await })
    });
    drop((job_rx, done_tx)); // the workers' own are left: the channels end when they do

    let done = smol::block_on(async {
        let done = gather(&done_rx).await;
        even.await;
        for task in tasks {
            task.await;
        }
        done
    });
    odd.join().expect("the thread that makes jobs panicked");
    threads.into_iter().for_each(|thread| thread.join().expect("a worker panicked"));
    done
}

/// A worker on a thread: blocks while there is no job.
fn work(name: &'static str, jobs: &Receiver<u64>, done: &Sender<Done>) {
    for number in jobs {
        if done.send((name, number, steps(number))).is_err() {
            return; // nobody wants the results any more
        }
    }
}

/// A worker in a task: gives the thread to other tasks while there is no job.
async fn work_async(name: &'static str, jobs: &Receiver<u64>, done: &Sender<Done>) {
    while let Ok(number) = jobs.recv_async().await {
        if done.send_async((name, number, steps(number))).await.is_err() {
            return;
        }
    }
}

/// All results, a handful at a time.
async fn gather(results: &Receiver<Done>) -> Vec<Done> {
    let mut all = Vec::new();
    while results.gather_async(&mut all, GATHER, MOMENT).await.is_ok() {}
    all
}

fn by_worker(done: &[Done]) -> BTreeMap<&'static str, usize> {
    done.iter().fold(BTreeMap::new(), |mut counts, (worker, ..)| {
        *counts.entry(*worker).or_default() += 1;
        counts
    })
}

/// Every job once, and as a plain loop does it.
fn check(jobs: u64, mut done: Vec<Done>) -> Result<(), String> {
    done.sort_unstable_by_key(|&(_, number, _)| number);
    if !done.iter().map(|&(_, number, _)| number).eq(1..=jobs) {
        return Err(format!("{} results for {jobs} jobs, or not each job once", done.len()));
    }
    match done.iter().find(|&&(_, number, got)| got != steps(number)) {
        Some((worker, number, got)) => Err(format!("{worker} found {got} steps for {number}, not {}", steps(*number))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_done_once() {
        for jobs in [0, 1, 2, 1_000] {
            assert_eq!(check(jobs, through_channels(jobs)), Ok(()));
        }
    }

    #[test]
    fn the_check_finds_what_is_wrong() {
        let right = || vec![("", 1, 0), ("", 2, 1), ("", 3, 7)];
        assert_eq!(check(3, right()), Ok(()));
        assert!(check(4, right()).is_err());
        assert!(check(3, [right(), vec![("", 2, 1)]].concat()).is_err());
        assert!(check(3, vec![("", 1, 0), ("", 2, 1), ("", 3, 8)]).is_err());
    }
}
