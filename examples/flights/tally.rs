//! What a consumer counts, the table, and the check against a plain loop.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::departure::Departure;

/// What one consumer received.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) consumer: String,
    pub(crate) tally: Tally,
}

/// Departures counted by carrier, and the lines that they came from.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    carriers: BTreeMap<String, Totals>,
    lines: Vec<usize>,
}

/// One carrier's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    departures: usize,
    known_delays: usize,
    delay_minutes: i64,
}

impl Tally {
    pub(crate) fn add(&mut self, departure: &Departure) {
        let totals = self.carriers.entry(departure.carrier.clone()).or_default();
        totals.departures += 1;
        if let Some(minutes) = departure.delay {
            totals.known_delays += 1;
            totals.delay_minutes += i64::from(minutes);
        }
        self.lines.push(departure.line);
    }

    pub(crate) fn departures(&self) -> usize {
        self.lines.len()
    }

    fn merge(&mut self, other: &Self) {
        for (carrier, totals) in &other.carriers {
            let sum = self.carriers.entry(carrier.clone()).or_default();
            sum.departures += totals.departures;
            sum.known_delays += totals.known_delays;
            sum.delay_minutes += totals.delay_minutes;
        }
        self.lines.extend_from_slice(&other.lines);
    }
}

impl Totals {
    fn mean_delay(&self) -> Option<f64> {
        (self.known_delays > 0).then(|| self.delay_minutes as f64 / self.known_delays as f64)
    }
}

/// Adds the shares up and compares them with `expected`, counted here in a plain loop.
pub(crate) fn check(
    shares: &[Share],
    expected: impl Iterator<Item = Result<Departure, String>>,
) -> Result<Tally, String> {
    let mut plain = Tally::default();
    for departure in expected {
        plain.add(&departure?);
    }
    let mut together = Tally::default();
    for share in shares {
        together.merge(&share.tally);
    }
    // The plain loop saw the lines in rising order, each once: so must the shares together, once sorted.
    together.lines.sort_unstable();
    if let Some(twice) = together.lines.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("line {} was received more than once", twice[0]));
    }
    if let Some(lost) = plain.lines.iter().find(|line| together.lines.binary_search(line).is_err()) {
        return Err(format!("line {lost} was never received"));
    }
    if together.lines.len() != plain.lines.len() {
        return Err(format!("received {} events, the file has {}", together.lines.len(), plain.lines.len()));
    }
    for (carrier, totals) in &plain.carriers {
        let counted = together.carriers.get(carrier).copied().unwrap_or_default();
        if counted != *totals {
            return Err(format!("totals of {carrier} differ: {counted:?} through the channel, {totals:?} in a loop"));
        }
    }
    Ok(together)
}

/// The totals by carrier, then who received how many.
pub(crate) fn table(together: &Tally, shares: &[Share]) -> String {
    let mut text = format!("{:<10}{:>12}{:>20}\n", "carrier", "departures", "mean delay (min)");
    for (carrier, totals) in &together.carriers {
        let mean = totals.mean_delay().map_or_else(|| "unknown".to_owned(), |mean| format!("{mean:.1}"));
        let _ = writeln!(text, "{carrier:<10}{:>12}{mean:>20}", totals.departures);
    }
    let _ = writeln!(text, "{:<10}{:>12}\n", "all", together.departures());
    let _ = writeln!(text, "{:<10}{:>12}", "consumer", "received");
    for share in shares {
        let _ = writeln!(text, "{:<10}{:>12}", share.consumer, share.tally.departures());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departure(line: usize) -> Departure {
        Departure { line, carrier: "UA".to_owned(), delay: (line % 2 == 0).then_some(4) }
    }

    fn share(lines: &[usize]) -> Share {
        let mut tally = Tally::default();
        lines.iter().for_each(|&line| tally.add(&departure(line)));
        Share { consumer: "thread 1".to_owned(), tally }
    }

    fn check_lines(shares: &[&[usize]]) -> Result<Tally, String> {
        let shares: Vec<_> = shares.iter().map(|lines| share(lines)).collect();
        check(&shares, (2..6).map(|line| Ok(departure(line))))
    }

    #[test]
    fn shares_that_add_up_pass() {
        assert_eq!(check_lines(&[&[5, 2], &[], &[4, 3]]).unwrap().departures(), 4);
    }

    #[test]
    fn a_lost_a_double_and_a_strange_event_are_found() {
        assert_eq!(check_lines(&[&[2, 3], &[5]]).unwrap_err(), "line 4 was never received");
        assert_eq!(check_lines(&[&[2, 3, 4], &[3, 5]]).unwrap_err(), "line 3 was received more than once");
        assert_eq!(check_lines(&[&[2, 3, 4], &[5, 6]]).unwrap_err(), "received 5 events, the file has 4");
    }

    #[test]
    fn changed_content_is_found() {
        let mut changed = share(&[2, 3, 4, 5]);
        changed.tally.add(&Departure { line: 6, carrier: "AA".to_owned(), delay: None });
        let plain = (2..7).map(|line| Ok(departure(line)));
        assert!(check(&[changed], plain).unwrap_err().starts_with("totals of UA differ"));
    }

    #[test]
    fn the_mean_leaves_out_unknown_delays() {
        let report = table(&check_lines(&[&[2, 3, 4, 5]]).unwrap(), &[share(&[2, 3, 4, 5])]);
        assert!(report.contains("UA                   4                 4.0"), "{report}");
    }
}
