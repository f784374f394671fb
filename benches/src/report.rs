//! Medians, spreads and ratios, and the table that shows them.

use std::fmt::Write;

use crate::works::{Contender, Work};

/// The rates of one contender over all rounds, in millions per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rates {
    median: f64,
    min: f64,
    max: f64,
}

impl Rates {
    /// Of at least one rate.
    pub(crate) fn of(mut rates: Vec<f64>) -> Self {
        rates.sort_by(f64::total_cmp);
        let (middle, last) = (rates.len() / 2, rates.len() - 1);
        let median = if rates.len() % 2 == 1 { rates[middle] } else { (rates[middle - 1] + rates[middle]) / 2.0 };
        Self { median, min: rates[0], max: rates[last] }
    }
}

/// The table of one work, and hel's medians as multiples of the best other channel's.
pub(crate) fn table(work: &Work, rates: &[Rates]) -> String {
    let mut text = format!("{}\n{:<24}{:>9}{:>9}{:>9}\n", work.name, "M/s", "median", "min", "max");
    for (contender, rates) in work.contenders.iter().zip(rates) {
        let Rates { median, min, max } = rates;
        let _ = writeln!(text, "{:<24}{median:>9.2}{min:>9.2}{max:>9.2}", contender.name);
    }
    let median_of = |of: fn(&Contender) -> bool| {
        work.contenders.iter().zip(rates).filter(move |(contender, _)| of(contender)).map(|(c, r)| (c.name, r.median))
    };
    let best_other = median_of(|c| !c.is_hel() && !c.is_limit()).max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((best, rate)) = best_other {
        for (name, median) in median_of(Contender::is_hel) {
            let _ = writeln!(text, "{name}: {:.2} times {best}", median / rate);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(Rates::of(vec![3.0, 1.0, 9.0]), Rates { median: 3.0, min: 1.0, max: 9.0 });
        assert_eq!(Rates::of(vec![4.0, 1.0, 2.0, 9.0]), Rates { median: 3.0, min: 1.0, max: 9.0 });
    }

    #[test]
    fn hel_is_compared_with_the_best_other_channel() {
        let contender = |name| Contender { name, run: |_| Duration::ZERO };
        let contenders = ["hel spsc", "slow", "quick", "limit: none"].map(contender).into();
        let work = Work { name: "test", messages: 1, contenders };
        let text = table(&work, &[30.0, 1.0, 20.0, 90.0].map(|rate| Rates::of(vec![rate])));
        assert!(text.contains("hel spsc: 1.50 times quick"), "{text}");
    }
}
