//! A service that is told to stop while orders are on their way, and loses none.
//!
//! Clients send orders, a pool of workers books them in batches. A `CancellationToken` stops the *clients*; the workers
//! go on until the channel is empty and the last sender has gone. So shutting down is an order of steps, not a race:
//! cancel, let the clients hand in what they have, let the workers drain, then count.
//!
//! ```text
//! cargo run --release --example shutdown
//! ```

use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt;
use hel::{Receiver, Sender};
use hel_tokio::{TokioBatches, TokioSender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const CLIENTS: u64 = 4;
const WORKERS: usize = 2;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("a runtime starts");
    let Outcome { accepted, booked } = runtime.block_on(service(Duration::from_millis(50)));
    if accepted != booked {
        eprintln!("shutdown: {accepted:?} accepted, {booked:?} booked");
        return ExitCode::FAILURE;
    }
    println!("{} orders accepted before the shutdown, and all of them booked", accepted.orders);
    ExitCode::SUCCESS
}

/// How many orders, and a sum that tells if any was lost, booked twice or changed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    orders: u64,
    sum: u64,
}

impl Tally {
    fn add(mut self, other: Self) -> Self {
        self.note(other.orders, other.sum);
        self
    }

    fn note(&mut self, orders: u64, sum: u64) {
        self.orders += orders;
        self.sum = self.sum.wrapping_add(sum);
    }
}

/// What the clients were told, and what the workers did.
#[derive(Debug)]
struct Outcome {
    accepted: Tally,
    booked: Tally,
}

/// Runs until somebody pulls the plug, here after some time.
async fn service(time: Duration) -> Outcome {
    let stop = CancellationToken::new();
    let (tx, rx) = hel::bounded(64);
    let mut workers: JoinSet<_> = (0..WORKERS).map(|_| work(rx.clone())).collect();
    let mut clients: JoinSet<_> = (0..CLIENTS).map(|client| order(client, tx.clone(), stop.clone())).collect();
    // The tasks have their own handles; with these the channel would never end.
    drop((tx, rx));

    tokio::time::sleep(time).await;
    stop.cancel();
    Outcome { accepted: total(&mut clients).await, booked: total(&mut workers).await }
}

async fn total(tasks: &mut JoinSet<Tally>) -> Tally {
    let mut total = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        total = total.add(tally.expect("a task panicked"));
    }
    total
}

/// A client: an order counts as accepted if and only if the channel took it.
async fn order(client: u64, tx: Sender<u64>, stop: CancellationToken) -> Tally {
    let mut accepted = Tally::default();
    for number in 0.. {
        let order = number * CLIENTS + client;
        tokio::select! {
            // Cancelled in the middle of a send: the future is dropped, so the order was not sent.
            () = stop.cancelled() => break,
            sent = tx.send_timeout_async(order, Duration::from_secs(1)) => match sent {
                Ok(()) => accepted.note(1, order),
                // Too busy: the order comes back, and the client may try elsewhere.
                Err(error) if error.is_timeout() => {}
                Err(_) => break,
            },
        }
    }
    accepted
}

/// A worker: it does not look at the token, since what is in the channel has been accepted.
async fn work(rx: Receiver<u64>) -> Tally {
    let mut booked = Tally::default();
    let mut batches = rx.into_batches(32, Duration::from_millis(5));
    while let Some(batch) = batches.next().await {
        booked.note(batch.len() as u64, batch.into_iter().fold(0, u64::wrapping_add));
    }
    booked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whenever_it_is_stopped_nothing_is_lost() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for time in 0..20 {
            let Outcome { accepted, booked } = runtime.block_on(service(Duration::from_millis(time)));
            assert_eq!(accepted, booked);
        }
        let threads = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        let Outcome { accepted, booked } = threads.block_on(service(Duration::from_millis(5)));
        assert_eq!(accepted, booked);
    }
}
