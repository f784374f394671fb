//! The method: self-check, warm-up, then rounds in which every contender runs once.

use std::process::Command;
use std::time::Duration;

use crate::contenders::Entry;
use crate::machine;
use crate::plan::{Audited, Motion};
use crate::progress::Progress;
use crate::results::{Results, Row};
use crate::run::{Outcome, run};
use crate::stage::Stage;
use crate::watch::Watch;
use crate::weather;
use crate::works::{Measure, Work};

/// No run has more messages than this, however fast it goes.
const MOST: u64 = 1 << 27;

/// Messages of the run that checks the order of every value.
const CHECKED: u64 = if cfg!(debug_assertions) { 2_000 } else { 20_000 };

/// How long that run takes at most, where it goes by the clock.
const CHECK_TIME: Duration = Duration::from_millis(100);

/// How the works are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) rounds: usize,
    /// How long one run takes, about.
    pub(crate) time: Duration,
}

/// What may fail: the child process of a work that runs in one.
pub(crate) type Failed = String;

/// Measures one work.
///
/// # Errors
/// If a child process could not do its work.
///
/// # Panics
/// If a contender loses, doubles, tears or reorders a value.
pub(crate) fn measure(work: &Work, method: Method, watch: &Watch, progress: &mut Progress) -> Result<Results, Failed> {
    let line = weather::line_there_and_back();
    let entries = work.entries();
    let mut counts = Vec::with_capacity(entries.len());
    let mut rows: Vec<_> = entries.iter().map(row).collect();
    for entry in &entries {
        progress.step(&format!("{}: {} warms up", work.name, entry.name()));
        watch.over(|| title(work, entry), || self_check(work, entry));
        counts.push(watch.over(|| title(work, entry), || calibrate(work, entry, method.time))?);
    }
    for round in 0..method.rounds {
        for place in 0..entries.len() {
            let index = (round + place) % entries.len();
            progress.step(&format!("{}: {}", work.name, rows[index].name));
            let load = Load { messages: counts[index], time: method.time };
            let outcome = watch.over(|| title(work, &entries[index]), || perform(work, &entries[index], load))?;
            rows[index].note(work.measure, &outcome);
        }
    }
    Ok(Results { work: work.name.clone(), measure: work.measure, line, curve: work.curve.clone(), rows })
}

/// How many steps of progress [`measure`] takes.
pub(crate) fn steps(work: &Work, method: Method) -> usize {
    work.entries().len() * (1 + method.rounds)
}

fn title(work: &Work, entry: &Entry) -> String {
    format!("{}, {}", work.name, entry.name())
}

fn row(entry: &Entry) -> Row {
    let (hel, limit) = (entry.is_hel(), entry.is_limit());
    Row { name: entry.name(), hel, limit, scores: Vec::new(), percentiles: Vec::new() }
}

impl Row {
    fn note(&mut self, measure: Measure, outcome: &Outcome) {
        let micros = outcome.percentiles.map(|all| all.map(|nanos| nanos as f64 / 1e3));
        self.percentiles.extend(micros);
        self.scores.push(match (measure, micros) {
            (Measure::P50, Some([p50, ..])) => p50,
            (Measure::P999, Some([.., p999])) => p999,
            // Never 0, so that a ratio is a number.
            (Measure::Cpu, _) => (outcome.cpu.as_secs_f64() * 1e3).max(0.01),
            (Measure::Memory, _) => (outcome.bytes as f64).max(1.0),
            _ => outcome.per_second() / 1e6,
        });
    }
}

/// A short run in which every value is looked at.
///
/// # Panics
/// If one is lost, doubled, torn or out of order.
pub(crate) fn self_check(work: &Work, entry: &Entry) {
    if !matches!(work.plan.motion, Motion::Create | Motion::Keep | Motion::Trickle(_)) {
        run(stage(work, entry, Load { messages: CHECKED, time: CHECK_TIME }, Audited::InOrder), work.host, 0, false);
    }
}

/// Runs longer and longer, which warms up, until it is clear how many messages take about `time`.
fn calibrate(work: &Work, entry: &Entry, time: Duration) -> Result<u64, Failed> {
    if let Some(messages) = work.fixed() {
        return Ok(messages);
    }
    if work.patience().is_some() {
        // It ends by the clock.
        perform(work, entry, Load { messages: MOST, time: time / 4 })?;
        return Ok(MOST);
    }
    let mut messages = 1_000;
    loop {
        let took = perform(work, entry, Load { messages, time })?.time.as_secs_f64().max(1e-9);
        let factor = time.as_secs_f64() / took;
        if factor < 4.0 || messages >= MOST {
            return Ok(((messages as f64 * factor) as u64).clamp(100, MOST));
        }
        messages = ((messages as f64 * factor.min(20.0)) as u64).min(MOST);
    }
}

/// How long a run is: in messages or, where round trips are timed, by the clock.
#[derive(Clone, Copy, Debug)]
struct Load {
    messages: u64,
    time: Duration,
}

/// One timed run, in this process or in a child: one that never saw more processors, or has memory to itself.
fn perform(work: &Work, entry: &Entry, load: Load) -> Result<Outcome, Failed> {
    if work.is_apart() { run_in_child(work, entry, load.messages) } else { Ok(run_here(work, entry, load)) }
}

fn stage(work: &Work, entry: &Entry, load: Load, audit: Audited) -> Stage {
    let limit = load.time * work.patience().unwrap_or(1);
    entry.stage(&work.job(load.messages, audit, limit)).expect("a contender does what it said it could")
}

fn run_here(work: &Work, entry: &Entry, load: Load) -> Outcome {
    let computing = if work.loaded { machine::cores() } else { 0 };
    let stage = stage(work, entry, load, Audited::No);
    #[cfg(hel_counters)]
    let before = hel::counters::total();
    let outcome = run(stage, work.host, computing, work.pinned);
    #[cfg(hel_counters)]
    tell_counts(&title(work, entry), before, outcome.messages);
    outcome
}

/// Says what a run of hel counted, for each 1,000 messages: in builds with `--cfg hel_counters`.
#[cfg(hel_counters)]
fn tell_counts(title: &str, before: hel::counters::Counts, messages: u64) {
    let counted = hel::counters::total().into_iter().zip(before).map(|(after, before)| after - before);
    let mut text = String::new();
    for (name, count) in hel::counters::NAMES.into_iter().zip(counted).filter(|(_, count)| *count > 0) {
        text.push_str(&format!("  {name} {:.2}", count as f64 * 1e3 / messages.max(1) as f64));
    }
    if !text.is_empty() {
        eprintln!("\n{title}, {messages} messages, of each 1,000:{text}");
    }
}

fn run_in_child(work: &Work, entry: &Entry, messages: u64) -> Result<Outcome, Failed> {
    let fail = |why: &str| format!("{}: its process {why}", title(work, entry));
    let program = std::env::current_exe().map_err(|error| fail(&error.to_string()))?;
    let child = Command::new(program).args(["--child", &work.name, &entry.name(), &messages.to_string()]).output();
    let output = child.map_err(|error| fail(&error.to_string()))?;
    if !output.status.success() {
        return Err(fail(&format!("failed: {}", String::from_utf8_lossy(&output.stderr))));
    }
    parse_outcome(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| fail("said nothing that makes sense"))
}

/// The run that a child process was started for; what it prints.
///
/// # Errors
/// If there is no such work or contender, or no such number of processors.
pub(crate) fn child(works: &[Work], arguments: &[String]) -> Result<String, Failed> {
    let [work, entry, messages] = arguments else { return Err("a child needs three words".to_owned()) };
    let work = works.iter().find(|each| each.name == *work).ok_or("no such work")?;
    let entry = work.entries().into_iter().find(|each| each.name() == *entry).ok_or("no such contender")?;
    let messages = messages.parse().map_err(|_| "not a number of messages")?;
    if let Some(cpus) = work.cpus {
        machine::keep_to(cpus)?;
    }
    // What crossfire's documentation asks of a program that may run on one processor.
    crossfire::detect_backoff_cfg();
    Ok(print_outcome(&run_here(work, &entry, Load { messages, time: Duration::from_secs(10) })))
}

fn print_outcome(outcome: &Outcome) -> String {
    let [p50, p99, p999] = outcome.percentiles.unwrap_or_default();
    let Outcome { messages, bytes, .. } = outcome;
    format!("{messages} {} {} {bytes} {p50} {p99} {p999}", outcome.time.as_nanos(), outcome.cpu.as_nanos())
}

fn parse_outcome(text: &str) -> Option<Outcome> {
    let words: Option<Vec<u64>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    let [messages, nanos, cpu, bytes, p50, p99, p999] = words?.try_into().ok()?;
    let percentiles = Some([p50, p99, p999]).filter(|all| *all != [0; 3]);
    let (time, cpu) = (Duration::from_nanos(nanos), Duration::from_nanos(cpu));
    Some(Outcome { messages, time, cpu, bytes, percentiles })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::works;

    /// The same work, in less time.
    fn brief(work: &Work) -> Work {
        let mut brief = Work { loaded: false, ..work.clone() };
        brief.plan.motion = match work.plan.motion {
            Motion::Trickle(_) => Motion::Trickle(Duration::from_micros(1)),
            Motion::Stall(_) => Motion::Stall(Duration::from_millis(1)),
            other => other,
        };
        brief
    }

    /// Each run checks by itself what arrived.
    #[test]
    fn every_contender_does_every_work() {
        let watch = Watch::start();
        for work in [works::all(), works::scaling(2)].concat() {
            for entry in work.entries() {
                watch.over(|| title(&work, &entry), || self_check(&work, &entry));
                watch.over(
                    || title(&work, &entry),
                    || run_here(&brief(&work), &entry, Load { messages: 50, time: CHECK_TIME }),
                );
            }
        }
    }

    #[test]
    fn an_outcome_comes_back_from_a_child() {
        for percentiles in [None, Some([1, 2, 3])] {
            let (time, cpu) = (Duration::from_nanos(9), Duration::from_nanos(8));
            let outcome = Outcome { messages: 7, time, cpu, bytes: 6, percentiles };
            let back = parse_outcome(&print_outcome(&outcome)).expect("an outcome");
            assert_eq!((back.messages, back.time, back.cpu), (7, time, cpu));
            assert_eq!((back.bytes, back.percentiles), (6, percentiles));
        }
        assert!(parse_outcome("").is_none());
        assert!(parse_outcome("1 2 3 4 five").is_none());
    }

    #[test]
    fn a_child_does_one_run() {
        let all = works::all();
        let words = |words: [&str; 3]| words.map(str::to_owned);
        let said = child(&all, &words(["threads 1:1, spsc, 8 B", "hel", "100"])).expect("a run");
        assert_eq!(parse_outcome(&said).map(|outcome| outcome.messages), Some(100));
        assert!(child(&all, &words(["threads 1:1, spsc, 8 B", "nobody", "100"])).is_err());
        assert!(child(&all, &words(["nothing", "hel", "100"])).is_err());
        assert!(child(&all, &[]).is_err());
    }

    #[test]
    fn calibration_finds_a_count_that_takes_about_so_long() {
        let work = &works::all()[0];
        let count = calibrate(work, &work.entries()[0], Duration::from_millis(2)).expect("in this process");
        assert!((100..=MOST).contains(&count));
    }
}
