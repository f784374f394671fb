//! One channel between threads and tasks, on real events.
//!
//! A plain thread reads the departures from New York's airports and sends each through one bounded channel. Four
//! consumers share the other end: two plain threads and two async tasks. At the end the program prints what they
//! counted together, and checks it against a plain loop over the same file: the same totals, and every line of the
//! file received exactly once.
//!
//! ```text
//! cargo run --release --example flights [-- PATH]
//! ```

mod departure;
mod tally;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use departure::{Departure, departures};
use hel::{Receiver, Sender};
use tally::{Share, Tally, check, table};

const CAPACITY: usize = 256;
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/flights.csv");

fn main() -> ExitCode {
    let path = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(DATA), PathBuf::from);
    match run(&path) {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("flights: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Counts the file's departures through the channel, checks the result, and returns what to print.
fn run(path: &Path) -> Result<String, String> {
    let shares = through_channel(open(path)?)?;
    let together = check(&shares, departures(open(path)?))?;
    let mut report = table(&together, &shares);
    report += &format!(
        "\nchecked against a plain loop: the same totals, each of {} departures received exactly once\n",
        together.departures()
    );
    Ok(report)
}

fn open(path: &Path) -> Result<BufReader<File>, String> {
    File::open(path).map(BufReader::new).map_err(|error| {
        let path = path.display();
        format!(
            "cannot open {path}: {error}\n\
             the data lies in the repository as examples/data/flights.csv; to read another copy of it:\n\
             cargo run --release --example flights -- PATH"
        )
    })
}

/// Sends every departure through one channel to two threads and two tasks, and returns each one's share.
fn through_channel(input: impl BufRead + Send + 'static) -> Result<Vec<Share>, String> {
    let (tx, rx) = hel::bounded(CAPACITY);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let rx = rx.clone();
            thread::spawn(move || count_on_thread(&rx))
        })
        .collect();
    let tasks: Vec<_> = (0..2)
        .map(|_| {
            let rx = rx.clone();
            smol::spawn(async move { count_in_task(&rx).await })
        })
        .collect();
    // Only the consumers hold receivers now: should all of them stop, the producer would be told.
    drop(rx);
    let producer = thread::spawn(move || produce(input, &tx));

    let mut shares = Vec::new();
    for (n, thread) in threads.into_iter().enumerate() {
        let tally = thread.join().map_err(|_| "a consumer thread panicked")?;
        shares.push(Share { consumer: format!("thread {}", n + 1), tally });
    }
    for (n, task) in tasks.into_iter().enumerate() {
        shares.push(Share { consumer: format!("task {}", n + 1), tally: smol::block_on(task) });
    }
    producer.join().map_err(|_| "the producer panicked")??;
    Ok(shares)
}

/// Reads and sends; a full channel makes it wait. Dropping `tx` at the end tells the consumers that this was all.
fn produce(input: impl BufRead, tx: &Sender<Departure>) -> Result<(), String> {
    for departure in departures(input) {
        tx.send(departure?).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn count_on_thread(rx: &Receiver<Departure>) -> Tally {
    let mut tally = Tally::default();
    while let Ok(departure) = rx.recv() {
        tally.add(&departure);
    }
    tally
}

async fn count_in_task(rx: &Receiver<Departure>) -> Tally {
    let mut tally = Tally::default();
    while let Ok(departure) = rx.recv_async().await {
        tally.add(&departure);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;
    use departure::HEADER;

    #[test]
    fn the_channel_gives_what_a_plain_loop_gives() {
        let text = sample(2_000);
        let shares = through_channel(std::io::Cursor::new(text.clone())).unwrap();
        let together = check(&shares, departures(text.as_bytes())).unwrap();
        assert_eq!(together.departures(), 2_000);
    }

    #[test]
    fn a_bad_line_ends_the_run_and_is_named() {
        let text = format!("{}not,a,departure\n", sample(10));
        let error = through_channel(std::io::Cursor::new(text)).unwrap_err();
        assert!(error.starts_with("line 12:"), "{error}");
    }

    #[test]
    fn a_missing_file_says_where_the_data_is() {
        let error = run(Path::new("no/such/file.csv")).unwrap_err();
        assert!(error.contains("no/such/file.csv") && error.contains("examples/data/flights.csv"), "{error}");
    }

    fn sample(lines: usize) -> String {
        let mut text = format!("{HEADER}\n");
        for n in 0..lines {
            let carrier = ["AA", "B6", "UA"][n % 3];
            text += &format!("2013-01-01T05:17,{carrier},{n},N14228,EWR,IAH,{},11,1400\n", n % 40);
        }
        text
    }
}
