//! How throughput grows: a panel per curve, a line per contender in the better of its forms.

use std::collections::{BTreeMap, BTreeSet};

use plotters::style::text_anchor::HPos;

use super::paint::{self, FAINT, INK, PANEL, Page, Panel};
use crate::results::Results;
use crate::works::Measure;

const HEIGHT: i32 = 330;
const TITLE: i32 = 26;
const AXIS: i32 = 24;
const SCALE: i32 = 50;
const NAMES: i32 = 120;
const STEPS: i32 = 4;

/// Scores by place, by contender.
type Lines<'a> = BTreeMap<&'a str, BTreeMap<usize, f64>>;

pub(super) fn draw(all: &[Results], machine: &str) -> Result<Option<String>, String> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in all.iter().filter_map(|results| results.curve.as_ref()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let curves = names.into_iter().map(|name| (name, lines(all, name)));
    // One place makes no curve.
    let curves = curves.filter(|(_, lines)| places(lines).len() > 1);
    let panels: Vec<_> = curves.map(|(name, lines)| panel(name, lines)).collect();
    paint::page(&panels, machine)
}

fn lines<'a>(all: &'a [Results], curve: &str) -> Lines<'a> {
    let mut lines = Lines::new();
    for results in all.iter().filter(|results| results.measure == Measure::Rate) {
        let Some((_, place)) = results.curve.as_ref().filter(|(name, _)| name == curve) else { continue };
        for row in results.rows.iter().filter(|row| !row.limit) {
            let score = lines.entry(paint::base(row)).or_default().entry(*place).or_insert(0.0);
            *score = row.spread().median.max(*score);
        }
    }
    lines
}

fn places(lines: &Lines<'_>) -> BTreeSet<usize> {
    lines.values().flat_map(|line| line.keys().copied()).collect()
}

fn panel<'a>(name: &'a str, lines: Lines<'a>) -> Panel<'a> {
    Panel { height: HEIGHT, paint: Box::new(move |page, place| curve(page, place, name, &lines)) }
}

fn curve(page: &Page<'_>, (left, top): (i32, i32), name: &str, lines: &Lines<'_>) -> Result<(), String> {
    paint::text(page, &format!("{name}, M/s"), (left, top + TITLE / 2), HPos::Left, 17, INK)?;
    let places: Vec<_> = places(lines).into_iter().collect();
    let most = lines.values().flat_map(|line| line.values().copied()).fold(f64::MIN_POSITIVE, f64::max);
    let (width, height) = (PANEL - SCALE - NAMES, HEIGHT - TITLE - AXIS);
    let x = |index: usize| left + SCALE + width * index as i32 / (places.len() as i32 - 1);
    let y = |score: f64| top + TITLE + height - (score / most * f64::from(height - 10)) as i32;
    for step in 0..=STEPS {
        let score = most * f64::from(step) / f64::from(STEPS);
        paint::line(page, vec![(x(0), y(score)), (x(places.len() - 1), y(score))], FAINT, 1)?;
        paint::text(page, &paint::figure(score), (left + SCALE - 8, y(score)), HPos::Right, 13, INK)?;
    }
    for (index, place) in places.iter().enumerate() {
        paint::text(page, &place.to_string(), (x(index), top + HEIGHT - AXIS / 2), HPos::Center, 13, INK)?;
    }
    for (name, line) in lines {
        let at = |(index, place): (usize, &usize)| line.get(place).map(|score| (x(index), y(*score)));
        let points: Vec<_> = places.iter().enumerate().filter_map(at).collect();
        let (colour, thick) = (paint::colour(name), if *name == "hel" { 4 } else { 2 });
        points.iter().try_for_each(|point| paint::dot(page, *point, thick, colour))?;
        paint::line(page, points, colour, thick as u32)?;
    }
    names(page, (left + PANEL - NAMES + 16, top + TITLE), lines)
}

/// The names in their colours, the best at the last place first.
fn names(page: &Page<'_>, (left, top): (i32, i32), lines: &Lines<'_>) -> Result<(), String> {
    let mut names: Vec<_> = lines.iter().collect();
    let last = |line: &BTreeMap<usize, f64>| line.last_key_value().map_or(0.0, |(_, score)| *score);
    names.sort_by(|one, other| last(other.1).total_cmp(&last(one.1)));
    for (index, (name, _)) in names.into_iter().enumerate() {
        let middle = top + 10 + 20 * index as i32;
        paint::bar(page, (left, middle - 5), (left + 10, middle + 5), paint::colour(name))?;
        paint::text(page, name, (left + 16, middle), HPos::Left, 14, INK)?;
    }
    Ok(())
}
