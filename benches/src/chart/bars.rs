//! Throughput: a panel per work, a bar per contender, with its spread.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::paint::{self, INK, PANEL, Page, Panel};
use crate::results::{Results, Row};
use crate::works::Measure;

const TITLE: i32 = 26;
const ROW: i32 = 18;
/// Where the bars begin, and how much room the figures take behind them.
const NAMES: i32 = 150;
const FIGURES: i32 = 60;
/// On which the bars lie.
const TRACK: RGBColor = RGBColor(238, 238, 234);

pub(super) fn draw(all: &[Results], machine: &str) -> Result<Option<String>, String> {
    let works = all.iter().filter(|results| results.measure == Measure::Rate);
    let panels: Vec<_> = works.map(panel).collect();
    paint::page(&panels, machine)
}

fn panel(results: &Results) -> Panel<'_> {
    let height = TITLE + ROW * results.rows.len() as i32;
    Panel { height, paint: Box::new(move |page, place| work(page, place, results)) }
}

fn work(page: &Page<'_>, (left, top): (i32, i32), results: &Results) -> Result<(), String> {
    let title = format!("{}, {}", results.work, results.measure.unit());
    paint::text(page, &title, (left, top + TITLE / 2), HPos::Left, 17, INK)?;
    let most = results.rows.iter().map(|row| row.spread().max).fold(f64::MIN_POSITIVE, f64::max);
    let mut rows: Vec<_> = results.rows.iter().collect();
    rows.sort_by(|one, other| other.spread().median.total_cmp(&one.spread().median));
    for (index, row) in rows.into_iter().enumerate() {
        contender(page, (left, top + TITLE + ROW * index as i32), row, most)?;
    }
    Ok(())
}

fn contender(page: &Page<'_>, (left, top): (i32, i32), row: &Row, most: f64) -> Result<(), String> {
    let spread = row.spread();
    let width = f64::from(PANEL - NAMES - FIGURES);
    let at = |score: f64| left + NAMES + (score / most * width) as i32;
    let (middle, colour) = (top + ROW / 2, paint::colour(paint::base(row)));
    paint::text(page, &row.name, (left + NAMES - 8, middle), HPos::Right, 14, INK)?;
    paint::bar(page, (left + NAMES, top + 3), (at(most), top + ROW - 3), TRACK)?;
    paint::bar(page, (left + NAMES, top + 3), (at(spread.median), top + ROW - 3), colour)?;
    paint::line(page, vec![(at(spread.min), middle), (at(spread.max), middle)], INK, 1)?;
    paint::text(page, &paint::figure(spread.median), (left + PANEL - FIGURES + 8, middle), HPos::Left, 14, INK)
}
