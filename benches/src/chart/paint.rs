//! The page, its colours, and the few shapes that the charts are made of.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::results::Row;

/// Panels in two columns, each so wide.
pub(super) const PANEL: i32 = 560;

const MARGIN: i32 = 20;

/// Room for the name of the machine.
const FOOT: i32 = 30;

const GROUND: RGBColor = RGBColor(250, 250, 247);
pub(super) const INK: RGBColor = RGBColor(30, 30, 30);
pub(super) const FAINT: RGBColor = RGBColor(205, 205, 200);

/// Dark enough to be told from the ground, and from each other.
const COLOURS: [(&str, RGBColor); 12] = [
    ("hel", RGBColor(200, 30, 80)),
    ("hel-rs", RGBColor(235, 140, 160)),
    ("crossbeam", RGBColor(0, 110, 180)),
    ("flume", RGBColor(120, 180, 225)),
    ("kanal", RGBColor(0, 140, 100)),
    ("crossfire", RGBColor(210, 120, 0)),
    ("async-channel", RGBColor(150, 110, 70)),
    ("tokio", RGBColor(110, 80, 170)),
    ("std", RGBColor(90, 90, 90)),
    ("fanring", RGBColor(130, 150, 30)),
    ("tachyonix", RGBColor(180, 120, 200)),
    ("rtrb", RGBColor(160, 160, 160)),
];

/// Who a row is about, without the form in which it took part.
pub(super) fn base(row: &Row) -> &str {
    row.name.split([' ', ',']).next().unwrap_or_default()
}

pub(super) fn colour(name: &str) -> RGBColor {
    COLOURS.iter().find(|each| each.0 == name).map_or(INK, |each| each.1)
}

pub(super) type Page<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Paints from the left and upper corner that it is given.
pub(super) type Painter<'a> = Box<dyn Fn(&Page<'_>, (i32, i32)) -> Result<(), String> + 'a>;

/// Something to draw, and how high it is.
pub(super) struct Panel<'a> {
    pub(super) height: i32,
    pub(super) paint: Painter<'a>,
}

/// The panels in two columns, over the name of the machine. None, if there is nothing to draw.
pub(super) fn page(panels: &[Panel<'_>], machine: &str) -> Result<Option<String>, String> {
    if panels.is_empty() {
        return Ok(None);
    }
    let mut bottoms = [MARGIN; 2];
    let mut places = Vec::with_capacity(panels.len());
    for panel in panels {
        let column = usize::from(bottoms[1] < bottoms[0]);
        places.push((MARGIN + column as i32 * (PANEL + MARGIN), bottoms[column]));
        bottoms[column] += panel.height + MARGIN;
    }
    let size = (MARGIN + 2 * (PANEL + MARGIN), bottoms[0].max(bottoms[1]) + FOOT);
    let mut svg = String::new();
    {
        let page = SVGBackend::with_string(&mut svg, (size.0 as u32, size.1 as u32)).into_drawing_area();
        page.fill(&GROUND).map_err(words)?;
        for (panel, place) in panels.iter().zip(places) {
            (panel.paint)(&page, place)?;
        }
        text(&page, machine, (MARGIN, size.1 - FOOT / 2), HPos::Left, 14, INK)?;
        page.present().map_err(words)?;
    }
    Ok(Some(svg))
}

pub(super) fn words(error: impl ToString) -> String {
    error.to_string()
}

pub(super) fn text(
    page: &Page<'_>,
    words_: &str,
    at: (i32, i32),
    side: HPos,
    size: i32,
    colour: RGBColor,
) -> Result<(), String> {
    let style = ("sans-serif", size).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    page.draw(&Text::new(words_, at, style)).map_err(words)
}

pub(super) fn bar(page: &Page<'_>, from: (i32, i32), to: (i32, i32), colour: RGBColor) -> Result<(), String> {
    page.draw(&Rectangle::new([from, to], colour.filled())).map_err(words)
}

pub(super) fn line(page: &Page<'_>, points: Vec<(i32, i32)>, colour: RGBColor, width: u32) -> Result<(), String> {
    page.draw(&PathElement::new(points, colour.stroke_width(width))).map_err(words)
}

pub(super) fn dot(page: &Page<'_>, at: (i32, i32), radius: i32, colour: RGBColor) -> Result<(), String> {
    page.draw(&Circle::new(at, radius, colour.filled())).map_err(words)
}

/// Three figures that matter.
pub(super) fn figure(value: f64) -> String {
    match value {
        0.0..1.0 => format!("{value:.2}"),
        1.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!([0.123, 1.26, 99.96, 123.4].map(figure), ["0.12", "1.3", "100.0", "123"]);
    }

    #[test]
    fn every_contender_has_a_colour() {
        for work in crate::works::all() {
            for entry in work.entries() {
                let name = entry.name();
                let base = name.split([' ', ',']).next().unwrap_or_default();
                assert!(COLOURS.iter().any(|each| each.0 == base), "{name}");
            }
        }
    }
}
