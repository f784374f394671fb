//! One line of the file, and the reading of it.

use std::io::BufRead;

/// The first line of the file.
pub(crate) const HEADER: &str = "time,carrier,flight,tail,origin,dest,dep_delay,arr_delay,distance";

/// What the example needs of one departure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Departure {
    /// Its line in the file, counted from 1: what makes each event unique.
    pub(crate) line: usize,
    /// The airline's code of two characters.
    pub(crate) carrier: String,
    /// The tail number, which names the aircraft.
    pub(crate) tail: String,
    /// Minutes late (early if negative), where known.
    pub(crate) delay: Option<i32>,
}

/// The departures in `input`, in order; an error names its line.
pub(crate) fn departures(input: impl BufRead) -> impl Iterator<Item = Result<Departure, String>> {
    input.lines().enumerate().filter_map(|(index, text)| {
        let line = index + 1;
        let parsed = text.map_err(|error| error.to_string()).and_then(|text| parse(line, &text));
        parsed.map_err(|error| format!("line {line}: {error}")).transpose()
    })
}

/// `None` for the header, which has to be the first line.
fn parse(line: usize, text: &str) -> Result<Option<Departure>, String> {
    if line == 1 {
        return if text == HEADER { Ok(None) } else { Err(format!("expected the header {HEADER:?}, found {text:?}")) };
    }
    let fields: Vec<_> = text.split(',').collect();
    let [_time, carrier, _flight, tail, _origin, _dest, delay, _arr_delay, _distance] = fields[..] else {
        return Err(format!("expected 9 fields, found {}", fields.len()));
    };
    if carrier.is_empty() {
        return Err("the carrier is missing".to_owned());
    }
    if tail.is_empty() {
        return Err("the tail number is missing".to_owned());
    }
    let delay = match delay {
        "" => None,
        minutes => {
            Some(minutes.parse().map_err(|_| format!("departure delay {minutes:?} is not a number of minutes"))?)
        }
    };
    Ok(Some(Departure { line, carrier: carrier.to_owned(), tail: tail.to_owned(), delay }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second_line(text: &str) -> Result<Departure, String> {
        departures(format!("{HEADER}\n{text}\n").as_bytes()).next().unwrap()
    }

    #[test]
    fn a_departure_keeps_line_carrier_aircraft_and_delay() {
        let parsed = second_line("2013-01-01T05:44,B6,725,N804JB,JFK,BQN,-1,-18,1576");
        let expected = Departure { line: 2, carrier: "B6".to_owned(), tail: "N804JB".to_owned(), delay: Some(-1) };
        assert_eq!(parsed, Ok(expected));
    }

    #[test]
    fn an_unknown_delay_is_none() {
        assert_eq!(second_line("2013-01-01T05:44,B6,725,N804JB,JFK,BQN,,,1576").unwrap().delay, None);
    }

    #[test]
    fn errors_name_the_line() {
        for (text, error) in [
            ("2013-01-01T05:44,B6,725", "line 2: expected 9 fields, found 3"),
            ("2013-01-01T05:44,,725,N804JB,JFK,BQN,-1,-18,1576", "line 2: the carrier is missing"),
            ("2013-01-01T05:44,B6,725,,JFK,BQN,-1,-18,1576", "line 2: the tail number is missing"),
            ("t,B6,725,N804JB,JFK,BQN,soon,,1", "line 2: departure delay \"soon\" is not a number of minutes"),
        ] {
            assert_eq!(second_line(text), Err(error.to_owned()));
        }
    }

    #[test]
    fn the_header_has_to_be_there() {
        let error = departures("2013-01-01T05:17,UA\n".as_bytes()).next().unwrap().unwrap_err();
        assert!(error.starts_with("line 1: expected the header"), "{error}");
    }
}
