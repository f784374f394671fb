//! The check of what came through the channel against a plain loop.

use std::collections::BTreeMap;

use crate::departure::Departure;
use crate::tally::{Share, Tally};

/// Adds the shares up and compares them with `expected`, counted here in a plain loop.
pub(crate) fn check(
    shares: &[Share],
    expected: impl Iterator<Item = Result<Departure, String>>,
) -> Result<Tally, String> {
    let mut plain = Tally::default();
    for departure in expected {
        plain.add(&departure?);
    }
    let mut together = Tally::default();
    shares.iter().for_each(|share| together.merge(&share.tally));

    each_exactly_once(&together, &plain)?;
    same_totals(&together, &plain)?;
    one_consumer_each(shares)?;
    in_order(shares, &plain)?;
    Ok(together)
}

fn each_exactly_once(together: &Tally, plain: &Tally) -> Result<(), String> {
    let (received, sent) = (together.lines(), plain.lines());
    if let Some(twice) = received.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(format!("line {} was received more than once", twice[0]));
    }
    if let Some(lost) = sent.iter().find(|line| received.binary_search(line).is_err()) {
        return Err(format!("line {lost} was never received"));
    }
    if received.len() != sent.len() {
        return Err(format!("received {} events, the file has {}", received.len(), sent.len()));
    }
    Ok(())
}

fn same_totals(together: &Tally, plain: &Tally) -> Result<(), String> {
    for (carrier, totals) in &plain.carriers {
        let counted = together.carriers.get(carrier).copied().unwrap_or_default();
        if counted != *totals {
            return Err(format!("totals of {carrier} differ: {counted:?} through the channel, {totals:?} in a loop"));
        }
    }
    Ok(())
}

/// No aircraft has departures in two shares.
fn one_consumer_each(shares: &[Share]) -> Result<(), String> {
    let mut consumers = BTreeMap::new();
    for share in shares {
        for tail in share.tally.aircraft.keys() {
            if let Some(other) = consumers.insert(tail, share.consumer) {
                return Err(format!("aircraft {tail} came to two consumers: {other} and {}", share.consumer));
            }
        }
    }
    Ok(())
}

/// Each aircraft's departures were received in the order of the file.
fn in_order(shares: &[Share], plain: &Tally) -> Result<(), String> {
    for share in shares {
        for (tail, received) in &share.tally.aircraft {
            if let Some(pair) = received.windows(2).find(|pair| pair[0] > pair[1]) {
                let [later, earlier] = [pair[0], pair[1]];
                return Err(format!("aircraft {tail}: line {later} was received before line {earlier}"));
            }
            if plain.aircraft.get(tail) != Some(received) {
                return Err(format!("aircraft {tail}: {} received other lines than its own", share.consumer));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::tests::{departure, share};

    /// Lines 2 to 9, of the aircraft 0 and 1 by turns.
    fn check_lines(shares: &[&[usize]]) -> Result<Tally, String> {
        let shares: Vec<_> = shares.iter().map(|lines| share(lines)).collect();
        check(&shares, (2..10).map(|line| Ok(departure(line))))
    }

    #[test]
    fn shares_that_add_up_pass() {
        assert_eq!(check_lines(&[&[2, 4, 6, 8], &[], &[3, 5, 7, 9]]).unwrap().departures(), 8);
        assert_eq!(check_lines(&[&[3, 2, 5, 4, 6, 8, 7, 9]]).unwrap().departures(), 8);
    }

    #[test]
    fn a_lost_a_double_and_a_strange_event_are_found() {
        for (odd, error) in [
            (&[3, 5, 9][..], "line 7 was never received"),
            (&[3, 5, 7, 7, 9], "line 7 was received more than once"),
            (&[3, 5, 7, 9, 11], "received 9 events, the file has 8"),
        ] {
            assert_eq!(check_lines(&[&[2, 4, 6, 8], odd]).unwrap_err(), error);
        }
    }

    #[test]
    fn an_aircraft_out_of_order_or_at_two_consumers_is_found() {
        assert_eq!(
            check_lines(&[&[2, 4, 6, 8], &[3, 7, 5, 9]]).unwrap_err(),
            "aircraft N1: line 7 was received before line 5"
        );
        assert_eq!(
            check_lines(&[&[2, 4], &[3, 5, 6, 7, 8, 9]]).unwrap_err(),
            "aircraft N0 came to two consumers: thread and thread"
        );
    }

    #[test]
    fn changed_content_is_found() {
        let changed = |line| match line {
            9 => Departure { carrier: "AA".to_owned(), ..departure(9) },
            line => departure(line),
        };
        let error = check(&[share(&[2, 3, 4, 5, 6, 7, 8, 9])], (2..10).map(|line| Ok(changed(line)))).unwrap_err();
        assert!(error.starts_with("totals of AA differ"), "{error}");

        let swapped = |line: usize| Departure { tail: format!("N{}", (line + 1) % 2), ..departure(line) };
        let error = check(&[share(&[2, 3, 4, 5, 6, 7, 8, 9])], (2..10).map(|line| Ok(swapped(line)))).unwrap_err();
        assert_eq!(error, "aircraft N0: thread received other lines than its own");
    }
}
