//! Every score, for other programs.

use std::fmt::Write;

use crate::machine::Machine;
use crate::results::{Results, Row};

/// One object: the machine, and the works with their contenders.
pub(crate) fn of(machine: &Machine, all: &[Results]) -> String {
    let Machine { cpu, cores, kernel, rustc, commit } = machine;
    let (cpu, kernel, rustc, commit) = (text(cpu), text(kernel), text(rustc), text(commit));
    let machine = format!(r#"{{"cpu":{cpu},"cores":{cores},"kernel":{kernel},"rustc":{rustc},"commit":{commit}}}"#);
    let works = list(all.iter().map(work), ",\n");
    format!("{{\"machine\":{machine},\n\"works\":{works}}}\n")
}

fn work(results: &Results) -> String {
    let (name, unit) = (text(&results.work), text(results.measure.unit()));
    let (line, rows) = (results.line, list(results.rows.iter().map(contender), ",\n"));
    format!(r#"{{"work":{name},"unit":{unit},"line_ns":{line},"contenders":{rows}}}"#)
}

fn contender(row: &Row) -> String {
    let mut object = format!(r#"{{"name":{},"scores":{}"#, text(&row.name), numbers(&row.scores));
    if !row.percentiles.is_empty() {
        let _ = write!(object, r#","percentiles_us":{}"#, list(row.percentiles.iter().map(|each| numbers(each)), ","));
    }
    object.push('}');
    object
}

fn numbers(values: &[f64]) -> String {
    // What is not a number has no place in JSON; a score always is one.
    list(values.iter().map(|value| if value.is_finite() { format!("{value}") } else { "null".to_owned() }), ",")
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(between))
}

fn text(value: &str) -> String {
    let mut quoted = String::from('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control < ' ' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::tests::results;
    use crate::works::Measure;

    #[test]
    fn text_is_escaped() {
        assert_eq!(text("a \"b\" \\ µ\n"), r#""a \"b\" \\ µ\u000a""#);
    }

    #[test]
    fn everything_is_there() {
        let machine =
            Machine { cpu: "a \"fine\" CPU".to_owned(), cores: 2, kernel: "6".to_owned(), rustc: "r", commit: "c" };
        let mut timed = results(Measure::P50);
        timed.rows[0].percentiles = vec![[1.0, 2.5, 3.0]];
        let json = of(&machine, &[timed]);
        for part in [
            r#""cpu":"a \"fine\" CPU","cores":2"#,
            r#"{"work":"a work","unit":"µs","line_ns":130,"contenders":[{"name":"hel","scores":[30,20,60],"percentiles_us":[[1,2.5,3]]}"#,
            r#"{"name":"limit","scores":[60,80,60]}]}]}"#,
        ] {
            assert!(json.contains(part), "{part} in {json}");
        }
        assert_eq!(json.matches(['{', '[']).count(), json.matches(['}', ']']).count());
    }
}
