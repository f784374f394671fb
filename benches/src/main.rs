//! hel beside other channels, in one process: every round runs each contender once, so that all see the same weather.
//! `README.md` in this folder says what the numbers mean.
#![forbid(unsafe_code)]

mod contenders;
mod harness;
mod report;
mod shards;
mod works;

use std::process::ExitCode;

use report::{Rates, table};
use works::Work;

const USAGE: &str = "usage: compare [--rounds R] [--only SUBSTRING]";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    rounds: usize,
    only: String,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let works: Vec<_> = works::all().into_iter().filter(|work| work.name.contains(&options.only)).collect();
    if works.is_empty() {
        eprintln!("no work has {:?} in its name; there are:", options.only);
        works::all().iter().for_each(|work| eprintln!("  {}", work.name));
        return ExitCode::FAILURE;
    }
    for work in &works {
        println!("{}", table(work, &measure(work, options.rounds)));
    }
    ExitCode::SUCCESS
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { rounds: 5, only: String::new() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--rounds" => {
                let rounds = value()?;
                options.rounds = rounds.parse().ok().filter(|&r| r > 0).ok_or(format!("not a number: {rounds:?}"))?;
            }
            "--only" => options.only = value()?,
            other => return Err(format!("unknown argument {other:?}")),
        }
    }
    Ok(options)
}

/// Interleaved: each round runs every contender once, and begins with another one than the round before.
fn measure(work: &Work, rounds: usize) -> Vec<Rates> {
    let count = work.contenders.len();
    let mut rates = vec![Vec::with_capacity(rounds); count];
    for round in 0..rounds {
        for place in 0..count {
            let index = (round + place) % count;
            let time = (work.contenders[index].run)(work.messages);
            rates[index].push(work.messages as f64 / time.as_secs_f64() / 1e6);
        }
    }
    rates.into_iter().map(Rates::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &str) -> Result<Options, String> {
        parse(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments() {
        assert_eq!(parse_words(""), Ok(Options { rounds: 5, only: String::new() }));
        assert_eq!(parse_words("--only spsc --rounds 3"), Ok(Options { rounds: 3, only: "spsc".to_owned() }));
        for wrong in ["--rounds", "--rounds 0", "--rounds many", "--loud"] {
            assert!(parse_words(wrong).is_err(), "{wrong}");
        }
    }
}
