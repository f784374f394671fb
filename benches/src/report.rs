//! The tables.

use std::fmt::Write;

use crate::results::{Results, Row};
use crate::stats::Spread;

/// Everything about one work.
pub(crate) fn work(results: &Results) -> String {
    let mut text = format!(
        "{} (a line there and back: {:.0} ns)\n{:<24}{:>10}{:>10}{:>10}{:>10}",
        results.work,
        results.line,
        results.measure.unit(),
        "median",
        "min",
        "max",
        "to best"
    );
    let timed = results.rows.iter().any(|row| !row.percentiles.is_empty());
    text.push_str(if timed { "         p50 / p99 / p99.9 µs\n" } else { "\n" });
    for row in &results.rows {
        text.push_str(&line(results, row));
    }
    if let (Some(ratio), Some(peer)) = (results.to_best_peer(), results.best_peer()) {
        let Spread { median, min, max } = ratio;
        let best = &peer.name;
        let _ =
            writeln!(text, "hel to the best peer of each round: {median:.2} ({min:.2} to {max:.2}); over all {best}");
    }
    text
}

fn line(results: &Results, row: &Row) -> String {
    let Spread { median, min, max } = row.spread();
    let mut text = format!("{:<24}{median:>10.2}{min:>10.2}{max:>10.2}", row.name);
    if row.limit {
        let _ = write!(text, "{:>10}", "(limit)");
    } else {
        let _ = write!(text, "{:>10.2}", results.to_best(row).median);
    }
    if let Some([p50, p99, p999]) = row.median_percentiles() {
        let _ = write!(text, "         {p50:.2} / {p99:.2} / {p999:.2}");
    }
    text.push('\n');
    text
}

/// One line per work: hel beside the best peer.
pub(crate) fn targets(all: &[Results]) -> String {
    let mut text = format!(
        "{:<48}{:>9} {:<4}{:>20}{:>8}{:>16}{:>8}{:>8}\n",
        "hel, beside the best peer of each round", "hel", "", "best peer", "ratio", "of each round", "limit", "line ns"
    );
    for results in all {
        let (Some(hel), Some(ratio), Some(peer)) = (results.hel_score(), results.to_best_peer(), results.best_peer())
        else {
            continue;
        };
        let spread = format!("{:.2} to {:.2}", ratio.min, ratio.max);
        let limit = results.to_limit().map_or(String::new(), |limit| format!("{:.2}", limit.median));
        let (unit, peer) = (results.measure.unit(), &peer.name);
        let _ = writeln!(
            text,
            "{:<48}{:>9.2} {unit:<4}{peer:>20}{:>8.2}{spread:>16}{limit:>8}{:>8.0}",
            results.work, hel.median, ratio.median, results.line
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::results;
    use crate::works::Measure;

    #[test]
    fn a_work_shows_all_contenders_and_the_ratio() {
        let text = work(&results(Measure::Rate));
        for part in ["a work", "hel ", "slow", "quick", "(limit)", "2.00 (1.00 to 4.00); over all quick"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn latencies_show_their_percentiles() {
        let mut latencies = results(Measure::P999);
        latencies.rows[0].percentiles = vec![[1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [9.0, 9.0, 9.0]];
        let text = work(&latencies);
        assert!(text.contains("2.00 / 3.00 / 4.00"), "{text}");
    }

    #[test]
    fn targets_have_a_line_per_work() {
        let text = targets(&[results(Measure::Rate)]);
        assert_eq!(text.lines().count(), 2);
        let line = text.lines().last().unwrap_or_default();
        for part in ["a work", "30.00 M/s", "quick", "2.00", "1.00 to 4.00", "0.50", "130"] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}
