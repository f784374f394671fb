//! The channel: one thread sends by aircraft, and each shard is received from by its own kind of consumer.

use std::io::BufRead;
use std::thread;

use hel::Receiver;
use hel::channel::mpmc::{KeySender, shard_key};

use crate::departure::{Departure, departures};
use crate::tally::{Share, Tally};

/// For each shard.
const CAPACITY: usize = 256;

/// Sends every departure through the channel and returns what each consumer counted.
pub(crate) fn through_channel(input: impl BufRead + Send + 'static) -> Result<Vec<Share>, String> {
    let (tx, rx) = shard_key::<Departure, CAPACITY>(4);
    let receivers: [Receiver<Departure>; 4] = rx.into_receivers().try_into().map_err(|_| "there are 4 shards")?;
    let producer = thread::spawn(move || produce(input, tx));
    let shares = consume(receivers)?;
    producer.join().map_err(|_| "the producer panicked")??;
    Ok(shares)
}

/// Reads and sends; a full shard makes it wait. Dropping `tx` at the end tells the consumers that this was all.
fn produce(input: impl BufRead, tx: KeySender<Departure>) -> Result<(), String> {
    let tx = tx.by(|departure: &Departure| &departure.tail);
    for departure in departures(input) {
        tx.send(departure?).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Four consumers side by side, until all that was sent has been received.
fn consume([first, second, third, fourth]: [Receiver<Departure>; 4]) -> Result<Vec<Share>, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .map_err(|error| format!("tokio did not start: {error}"))?;

    let thread = thread::spawn(move || count_on_thread(first));
    let on_tokio = runtime.spawn(count_in_task(second));
    let on_smol = smol::spawn(count_in_task(third));
    let on_async_std = async_std::task::spawn(count_in_task(fourth));

    let share = |consumer, tally| Share { consumer, tally };
    Ok(vec![
        share("a thread", thread.join().map_err(|_| "the consumer thread panicked")?),
        share("tokio", runtime.block_on(on_tokio).map_err(|_| "the task on tokio panicked")?),
        share("smol", smol::block_on(on_smol)),
        share("async-std", async_std::task::block_on(on_async_std)),
    ])
}

fn count_on_thread(rx: Receiver<Departure>) -> Tally {
    let mut tally = Tally::default();
    while let Ok(departure) = rx.recv() {
        tally.add(&departure);
    }
    tally
}

/// The same on any runtime: nothing in it is tokio's, smol's or async-std's.
async fn count_in_task(rx: Receiver<Departure>) -> Tally {
    let mut tally = Tally::default();
    while let Ok(departure) = rx.recv_async().await {
        tally.add(&departure);
    }
    tally
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::check::check;
    use crate::departure::HEADER;

    #[test]
    fn the_channel_gives_what_a_plain_loop_gives() {
        let text = sample(2_000);
        let shares = through_channel(Cursor::new(text.clone())).unwrap();
        let together = check(&shares, departures(text.as_bytes())).unwrap();
        assert_eq!((together.departures(), together.aircraft.len()), (2_000, 100));
        assert!(shares.iter().all(|share| share.tally.departures() > 0), "{shares:?}");
    }

    #[test]
    fn a_bad_line_ends_the_run_and_is_named() {
        let text = format!("{}not,a,departure\n", sample(10));
        let error = through_channel(Cursor::new(text)).unwrap_err();
        assert!(error.starts_with("line 12:"), "{error}");
    }

    fn sample(lines: usize) -> String {
        let mut text = format!("{HEADER}\n");
        for n in 0..lines {
            let (carrier, tail) = (["AA", "B6", "UA"][n % 3], n % 100);
            text += &format!("2013-01-01T05:17,{carrier},{n},N{tail},EWR,IAH,{},11,1400\n", n % 40);
        }
        text
    }
}
