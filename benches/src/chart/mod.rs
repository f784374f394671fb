//! Charts of the results, as SVG. They have a light ground of their own, and so read alike on a light page and on a dark
//! one.

mod bars;
mod curves;
mod paint;
mod percentiles;

use std::fs;
use std::path::{Path, PathBuf};

use crate::results::Results;

/// Draws everything that the results allow into `dir`, and says what that was.
///
/// # Errors
/// In words, if a file cannot be written.
pub(crate) fn draw(all: &[Results], machine: &str, dir: &Path) -> Result<Vec<PathBuf>, String> {
    let charts = [
        ("throughput.svg", bars::draw(all, machine)?),
        ("scaling.svg", curves::draw(all, machine)?),
        ("latency.svg", percentiles::draw(all, machine)?),
    ];
    fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut written = Vec::new();
    for (name, chart) in charts {
        let Some(svg) = chart else { continue };
        let file = dir.join(name);
        fs::write(&file, svg).map_err(|error| format!("{}: {error}", file.display()))?;
        written.push(file);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::results;
    use crate::works::Measure;

    /// Every label in order, as a reader would meet them.
    fn assert_shows(svg: Option<String>, labels: &[&str]) {
        let svg = svg.expect("a chart");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for label in labels {
            assert!(svg.lines().any(|line| line.trim() == *label), "no {label} in {svg}");
        }
    }

    #[test]
    fn throughput_shows_works_contenders_figures_and_the_machine() {
        let svg = bars::draw(&[results(Measure::Rate)], "a machine").expect("drawn");
        assert_shows(svg, &["a work, M/s", "hel", "slow", "quick", "limit", "30.0", "15.0", "a machine"]);
        assert_eq!(bars::draw(&[results(Measure::P50)], "").expect("drawn"), None);
    }

    #[test]
    fn latency_shows_percentiles() {
        let mut timed = results(Measure::P999);
        assert_eq!(percentiles::draw(&[timed.clone()], "").expect("drawn"), None);
        timed.rows.iter_mut().for_each(|row| row.percentiles = vec![[0.25, 3.0, 120.0]]);
        let svg = percentiles::draw(&[timed], "a machine").expect("drawn");
        assert_shows(svg, &["a work, µs", "hel", "quick", "0.25 / 3.0 / 120", "a machine – points: p50, p99, p99.9"]);
    }

    #[test]
    fn curves_join_the_works_of_a_curve() {
        let at = |place| Results { curve: Some(("a curve".to_owned(), place)), ..results(Measure::Rate) };
        let svg = curves::draw(&[at(2), at(4)], "a machine").expect("drawn");
        assert_shows(svg, &["a curve, M/s", "2", "4", "hel", "slow", "quick", "a machine"]);
        assert_eq!(curves::draw(&[at(2)], "").expect("drawn"), None);
    }

    #[test]
    fn files_are_written_for_what_there_is() {
        let dir = std::env::temp_dir().join(format!("duel-charts-{}", std::process::id()));
        let files = draw(&[results(Measure::Rate)], "a machine", &dir).expect("written");
        assert_eq!(files, [dir.join("throughput.svg")]);
        fs::remove_dir_all(&dir).expect("a folder to remove");
    }
}
