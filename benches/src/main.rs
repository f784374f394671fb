//! hel beside other channels: every round runs each contender once, so that all see the same weather.
//! `README.md` in this folder says what the works are and what the figures mean.
#![forbid(unsafe_code)]

mod chart;
mod contenders;
mod duel;
mod ends;
mod host;
mod json;
mod machine;
mod options;
mod payload;
mod plan;
mod progress;
mod report;
mod results;
mod run;
mod stage;
mod stats;
mod tally;
mod watch;
mod weather;
mod works;

use std::fs;
use std::process::ExitCode;

use machine::Machine;
use options::{Options, USAGE};
use progress::Progress;
use results::Results;
use watch::Watch;
use works::Work;

fn main() -> ExitCode {
    // What crossfire's documentation asks of a program that may run on one processor.
    crossfire::detect_backoff_cfg();
    let done = options::parse(std::env::args().skip(1)).map_err(|why| format!("{why}\n{USAGE}"));
    match done.and_then(|options| act(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn act(options: &Options) -> Result<(), String> {
    let works = works::all();
    let scaling = works::scaling(machine::cores());
    if let Some(arguments) = &options.child {
        println!("{}", duel::child(&[works, scaling].concat(), arguments)?);
        return Ok(());
    }
    let works = if options.cores { scaling } else { works };
    let wanted = |work: &Work| work.name.contains(&options.only) && (work.target || !options.targets);
    let works: Vec<_> = works.into_iter().filter(wanted).collect();
    if works.is_empty() {
        return Err(format!("no work has {:?} in its name; --list says which there are", options.only));
    }
    if options.list {
        works.iter().for_each(list);
        return Ok(());
    }
    let results = fight(&works, options)?;
    keep(&results, options)
}

fn list(work: &Work) {
    let names: Vec<_> = work.entries().iter().map(contenders::Entry::name).collect();
    println!("{}\n    {}", work.name, names.join(", "));
}

/// Writes what is to be written.
fn keep(results: &[Results], options: &Options) -> Result<(), String> {
    let machine = Machine::here();
    if let Some(file) = &options.json {
        let text = json::of(&machine, results);
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if let Some(dir) = &options.plot {
        for file in chart::draw(results, &machine.line(), dir)? {
            println!("{}", file.display());
        }
    }
    Ok(())
}

fn fight(works: &[Work], options: &Options) -> Result<Vec<Results>, String> {
    println!("{}\n", Machine::here().line());
    let watch = Watch::start();
    let mut progress = Progress::of(works.iter().map(|work| duel::steps(work, options.method)).sum());
    let mut all = Vec::with_capacity(works.len());
    for work in works {
        let results = duel::measure(work, options.method, &watch, &mut progress)?;
        progress.clear();
        println!("{}", report::work(&results));
        all.push(results);
    }
    if options.targets {
        println!("{}", report::targets(&all));
    }
    Ok(all)
}
