//! What `CONTRACT.md` says.

use std::collections::BTreeMap;

use crate::stage::Outcome;

const CONTRACT: &str = include_str!("../../CONTRACT.md");

/// A method, and when it is dropped, or an end that it is a method of.
pub(crate) type Key = (String, String);

/// The cells of the tables that have so many columns, row by row, without their heads.
fn rows<const COLUMNS: usize>() -> impl Iterator<Item = [String; COLUMNS]> {
    let cells = |line: &str| {
        let line = line.strip_prefix('|')?.strip_suffix('|')?;
        <[String; COLUMNS]>::try_from(line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()).ok()
    };
    let is_head = |row: &[String; COLUMNS]| row[0] == "method" || row[0].starts_with("---");
    CONTRACT.lines().filter_map(cells).filter(move |row| !is_head(row))
}

/// The names in a cell.
fn names(cell: &str) -> impl Iterator<Item = String> {
    cell.split(", ").map(|name| {
        let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        name.expect("a name in backticks").to_owned()
    })
}

/// Which method which end has.
pub(crate) fn ends() -> Vec<Key> {
    let pairs = |[methods, ends]: [String; 2]| {
        names(&methods)
            .flat_map(|method| names(&ends).map(move |end| (method.clone(), end)).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    rows().flat_map(pairs).collect()
}

/// What each method does in each state.
pub(crate) fn contract() -> BTreeMap<Key, Outcome> {
    let mut contract = BTreeMap::new();
    for [methods, when, values, wake_up, channel] in rows() {
        for method in names(&methods) {
            let outcome = Outcome { values: values.clone(), wake_up: wake_up.clone(), channel: channel.clone() };
            let before = contract.insert((method.clone(), when.clone()), outcome);
            assert_eq!(before, None, "`{method}`, {when} has two rows");
        }
    }
    contract
}

/// What of a row holds for an end that others share, or for one that has one owner.
pub(crate) fn of_end(row: &Outcome, is_shared: bool) -> Outcome {
    let (shared, alone) = row.wake_up.split_once(" / ").unwrap_or((&row.wake_up, &row.wake_up));
    Outcome { wake_up: if is_shared { shared } else { alone }.to_owned(), ..row.clone() }
}
