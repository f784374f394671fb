//! What a consumer counts, and the table.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::departure::Departure;

/// What one consumer received.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) consumer: &'static str,
    pub(crate) tally: Tally,
}

/// Departures counted by carrier, and each aircraft's lines as they were received.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) carriers: BTreeMap<String, Totals>,
    pub(crate) aircraft: BTreeMap<String, Vec<usize>>,
}

/// One carrier's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
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
        self.aircraft.entry(departure.tail.clone()).or_default().push(departure.line);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (carrier, totals) in &other.carriers {
            let sum = self.carriers.entry(carrier.clone()).or_default();
            sum.departures += totals.departures;
            sum.known_delays += totals.known_delays;
            sum.delay_minutes += totals.delay_minutes;
        }
        for (tail, lines) in &other.aircraft {
            self.aircraft.entry(tail.clone()).or_default().extend(lines);
        }
    }

    pub(crate) fn departures(&self) -> usize {
        self.carriers.values().map(|totals| totals.departures).sum()
    }

    /// The lines of all aircraft, sorted.
    pub(crate) fn lines(&self) -> Vec<usize> {
        let mut lines: Vec<_> = self.aircraft.values().flatten().copied().collect();
        lines.sort_unstable();
        lines
    }
}

impl Totals {
    fn mean_delay(&self) -> Option<f64> {
        (self.known_delays > 0).then(|| self.delay_minutes as f64 / self.known_delays as f64)
    }
}

/// The totals by carrier, then who received how many.
pub(crate) fn table(together: &Tally, shares: &[Share]) -> String {
    let mut text = format!("{:<10}{:>12}{:>20}\n", "carrier", "departures", "mean delay (min)");
    for (carrier, totals) in &together.carriers {
        let mean = totals.mean_delay().map_or_else(|| "unknown".to_owned(), |mean| format!("{mean:.1}"));
        let _ = writeln!(text, "{carrier:<10}{:>12}{mean:>20}", totals.departures);
    }
    let _ = writeln!(text, "{:<10}{:>12}\n", "all", together.departures());
    let _ = writeln!(text, "{:<10}{:>12}{:>20}", "consumer", "received", "aircraft");
    for Share { consumer, tally } in shares {
        let _ = writeln!(text, "{consumer:<10}{:>12}{:>20}", tally.departures(), tally.aircraft.len());
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The departure in `line`; the even lines are one aircraft's, the odd ones another's.
    pub(crate) fn departure(line: usize) -> Departure {
        let delay = line.is_multiple_of(2).then_some(4);
        Departure { line, carrier: "UA".to_owned(), tail: format!("N{}", line % 2), delay }
    }

    /// What a thread counts that receives these lines in this order.
    pub(crate) fn share(lines: &[usize]) -> Share {
        let mut tally = Tally::default();
        lines.iter().for_each(|&line| tally.add(&departure(line)));
        Share { consumer: "thread", tally }
    }

    #[test]
    fn the_mean_leaves_out_unknown_delays() {
        let share = share(&[2, 3, 4, 5]);
        let report = table(&share.tally, std::slice::from_ref(&share));
        assert!(report.contains("UA                   4                 4.0"), "{report}");
        assert!(report.contains("thread               4                   2"), "{report}");
    }
}
