//! Round trips: a panel per work, a line per contender from the median over the 99th to the 99.9th percentile.

use plotters::style::text_anchor::HPos;

use super::paint::{self, FAINT, INK, PANEL, Page, Panel};
use crate::results::Results;

const TITLE: i32 = 26;
const ROW: i32 = 18;
/// The marks of the axis, below.
const AXIS: i32 = 20;
const NAMES: i32 = 130;
const FIGURES: i32 = 140;

pub(super) fn draw(all: &[Results], machine: &str) -> Result<Option<String>, String> {
    let timed = all.iter().filter(|results| results.rows.iter().any(|row| !row.percentiles.is_empty()));
    let panels: Vec<_> = timed.map(panel).collect();
    let foot = format!("{machine} – points: p50, p99, p99.9");
    paint::page(&panels, if panels.is_empty() { machine } else { &foot })
}

fn panel(results: &Results) -> Panel<'_> {
    let height = TITLE + ROW * results.rows.len() as i32 + AXIS;
    Panel { height, paint: Box::new(move |page, place| work(page, place, results)) }
}

/// Powers of ten from `first` on.
struct Decades {
    first: i32,
    count: i32,
}

impl Decades {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values.clone().fold(f64::MAX, f64::min).max(1e-3);
        let most = values.fold(0.0, f64::max).max(least);
        let first = least.log10().floor() as i32;
        Self { first, count: (most.log10().ceil() as i32 - first).max(1) }
    }

    /// From 0 to 1.
    fn place(&self, value: f64) -> f64 {
        (value.max(1e-3).log10() - f64::from(self.first)) / f64::from(self.count)
    }
}

fn work(page: &Page<'_>, (left, top): (i32, i32), results: &Results) -> Result<(), String> {
    let rows: Vec<_> = results.rows.iter().filter_map(|row| Some((row, row.median_percentiles()?))).collect();
    let decades = Decades::of(rows.iter().flat_map(|(_, percentiles)| *percentiles));
    let width = f64::from(PANEL - NAMES - FIGURES);
    let at = |value: f64| left + NAMES + (decades.place(value) * width) as i32;
    paint::text(page, &format!("{}, µs", results.work), (left, top + TITLE / 2), HPos::Left, 17, INK)?;
    let bottom = top + TITLE + ROW * rows.len() as i32;
    for power in decades.first..=decades.first + decades.count {
        let mark = 10_f64.powi(power);
        paint::line(page, vec![(at(mark), top + TITLE), (at(mark), bottom)], FAINT, 1)?;
        paint::text(page, &format!("{mark}"), (at(mark), bottom + AXIS / 2), HPos::Center, 13, INK)?;
    }
    for (index, (row, percentiles)) in rows.into_iter().enumerate() {
        let middle = top + TITLE + ROW * index as i32 + ROW / 2;
        let colour = paint::colour(paint::base(row));
        let points = percentiles.map(|value| (at(value), middle));
        paint::text(page, &row.name, (left + NAMES - 8, middle), HPos::Right, 14, INK)?;
        paint::line(page, points.to_vec(), colour, 2)?;
        for (point, radius) in points.into_iter().zip([5, 4, 3]) {
            paint::dot(page, point, radius, colour)?;
        }
        let figures = percentiles.map(paint::figure).join(" / ");
        paint::text(page, &figures, (left + PANEL - FIGURES + 12, middle), HPos::Left, 14, INK)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_hold_all_values() {
        let decades = Decades::of([0.2, 30.0, 7.0].into_iter());
        assert_eq!((decades.first, decades.count), (-1, 3));
        assert_eq!(decades.place(0.1), 0.0);
        assert_eq!(decades.place(100.0), 1.0);
        let one = Decades::of([5.0].into_iter());
        assert_eq!((one.first, one.count), (0, 1));
    }
}
