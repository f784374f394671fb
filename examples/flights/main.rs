//! One sharded channel between a thread and four consumers of four kinds, on real events.
//!
//! A plain thread reads the departures from New York's airports and sends each by the tail number of its aircraft, so
//! that all departures of one aircraft go through one shard. Each shard has one consumer: a plain thread, a task on
//! tokio, one on smol and one on async-std. At the end the program prints what they counted together, and checks it
//! against a plain loop over the same file: the same totals, every line of the file received exactly once, and the
//! departures of each aircraft at one consumer, in the order of the file.
//!
//! ```text
//! cargo run --release --example flights [-- PATH]
//! ```

mod channel;
mod check;
mod departure;
mod tally;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use channel::through_channel;
use check::check;
use departure::departures;
use tally::table;

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
        "\nchecked against a plain loop: the same totals, each of {} departures received exactly once,\n\
         those of each of {} aircraft by one consumer and in order\n",
        together.departures(),
        together.aircraft.len()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_says_where_the_data_is() {
        let error = run(Path::new("no/such/file.csv")).unwrap_err();
        assert!(error.contains("no/such/file.csv") && error.contains("examples/data/flights.csv"), "{error}");
    }
}
