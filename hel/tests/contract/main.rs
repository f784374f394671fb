//! `CONTRACT.md`, executed: its table says what happens to an async operation that is dropped, and each row is played.
#![cfg(all(not(hel_loom), feature = "futures"))]

#[allow(dead_code, reason = "the tests of what takes time use all of it")]
#[path = "../rt/clock.rs"]
mod clock;
mod ends;
mod registry;
mod stage;
mod subject;
#[path = "../support/mod.rs"]
mod support;
mod table;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use registry::{Scenario, scenarios};
use stage::Outcome;
use table::{Key, contract, of_end};

/// The methods of the ends in the page are those that are played.
#[test]
fn every_end_has_the_methods_that_the_page_names() {
    let mut named = table::ends();
    let mut played: Vec<_> = scenarios().iter().map(|one| (one.method.to_owned(), one.on.to_owned())).collect();
    named.sort();
    played.sort();
    assert_eq!(named, played, "in the page, and played");
}

#[test]
fn every_row_has_a_scenario_and_every_scenario_a_row() {
    let rows: BTreeSet<Key> = contract().into_keys().collect();
    let states = |one: &Scenario| {
        one.states.iter().map(|when| (one.method.to_owned(), when.name().to_owned())).collect::<Vec<_>>()
    };
    let played: BTreeSet<Key> = scenarios().iter().flat_map(states).collect();
    let without: Vec<_> = rows.symmetric_difference(&played).collect();
    assert!(without.is_empty(), "in the page or played only: {without:?}");
}

/// Plays a method in each of its states, and says where that differs from the page.
fn differences(one: &Scenario) -> Vec<String> {
    let contract = contract();
    let mut different = Vec::new();
    for &when in &one.states {
        let row = contract.get(&(one.method.to_owned(), when.name().to_owned()));
        let said = row.map(|row| of_end(row, one.is_shared));
        for polls in when.polls() {
            let found = catch_unwind(AssertUnwindSafe(|| (one.run)(when, polls))).ok();
            if found.is_none() || found != said {
                let case = format!("`{}` of {}, {}, {polls} polls", one.method, one.on, when.name());
                different.push(format!("{case}: the page says {said:?}, and it is {found:?}"));
            }
        }
    }
    different
}

#[test]
fn every_row_is_true_on_every_end() {
    support::limit(|| {
        let different: Vec<_> = scenarios().iter().flat_map(differences).collect();
        assert!(different.is_empty(), "{}", different.join("\n"));
    });
}

/// A wake-up cell has two sides only where they differ, and where both kinds of end have the method.
#[test]
fn a_slash_stands_where_ends_differ() {
    let scenarios = scenarios();
    for ((method, when), Outcome { wake_up, .. }) in contract() {
        let Some((shared, alone)) = wake_up.split_once(" / ") else { continue };
        assert_ne!(shared, alone, "`{method}`, {when}");
        let kinds: BTreeSet<_> = scenarios.iter().filter(|one| one.method == method).map(|one| one.is_shared).collect();
        assert!(kinds.contains(&true), "`{method}`, {when}: no shared end has it");
    }
}
