//! What a work measured, and what follows from it.

use crate::stats::Spread;
use crate::works::Measure;

/// All rounds of one contender.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) hel: bool,
    pub(crate) limit: bool,
    /// A score per round, in the unit of the measure.
    pub(crate) scores: Vec<f64>,
    /// Median, 99th and 99.9th percentile of the round trips in microseconds, per round, where they were timed.
    pub(crate) percentiles: Vec<[f64; 3]>,
}

impl Row {
    pub(crate) fn spread(&self) -> Spread {
        Spread::of(self.scores.iter().copied())
    }

    /// The medians over the rounds, where round trips were timed.
    pub(crate) fn median_percentiles(&self) -> Option<[f64; 3]> {
        let median = |which: usize| Spread::of(self.percentiles.iter().map(|all| all[which])).median;
        (!self.percentiles.is_empty()).then(|| [0, 1, 2].map(median))
    }
}

/// All contenders of one work.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(crate) work: String,
    pub(crate) measure: Measure,
    /// How long a cache line took there and back before the work, in nanoseconds.
    pub(crate) line: f64,
    /// The curve on which the work lies, and where.
    pub(crate) curve: Option<(String, usize)>,
    pub(crate) rows: Vec<Row>,
}

impl Measure {
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Rate => "M/s",
            Self::P50 | Self::P999 => "µs",
            Self::Cpu => "ms",
            Self::Memory => "B",
        }
    }

    fn more_is_better(self) -> bool {
        self == Self::Rate
    }

    /// How many times better `score` is than `other`.
    pub(crate) fn times(self, score: f64, other: f64) -> f64 {
        if self.more_is_better() { score / other } else { other / score }
    }
}

impl Results {
    fn peers(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.hel && !row.limit)
    }

    fn hel(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.hel)
    }

    fn best<'a>(&self, rows: impl Iterator<Item = &'a Row>, score: impl Fn(&Row) -> f64) -> Option<&'a Row> {
        rows.max_by(|one, other| self.measure.times(score(one), score(other)).total_cmp(&1.0))
    }

    /// The peer with the best median.
    pub(crate) fn best_peer(&self) -> Option<&Row> {
        self.best(self.peers(), |row| row.spread().median)
    }

    /// Of a row's score, as a multiple of that of the best channel, itself included, of the same round.
    pub(crate) fn to_best(&self, row: &Row) -> Spread {
        let best = |round: usize| {
            let channels = self.rows.iter().filter(|row| !row.limit);
            self.best(channels, |row| row.scores[round]).map_or(row.scores[round], |best| best.scores[round])
        };
        Spread::of(row.scores.iter().enumerate().map(|(round, score)| self.measure.times(*score, best(round))))
    }

    /// hel's score as a multiple of that of the best peer of the same round. None, if there was nobody.
    pub(crate) fn to_best_peer(&self) -> Option<Spread> {
        let hel = self.hel()?;
        self.best_peer()?;
        let best = |round: usize| self.best(self.peers(), |row| row.scores[round]).map(|best| best.scores[round]);
        let ratio = |(round, score): (usize, &f64)| Some(self.measure.times(*score, best(round)?));
        Some(Spread::of(hel.scores.iter().enumerate().filter_map(ratio)))
    }

    /// hel's score as a multiple of the limit's, round by round.
    pub(crate) fn to_limit(&self) -> Option<Spread> {
        let (hel, limit) = (self.hel()?, self.rows.iter().find(|row| row.limit)?);
        let ratio = |(score, limit): (&f64, &f64)| self.measure.times(*score, *limit);
        Some(Spread::of(hel.scores.iter().zip(&limit.scores).map(ratio)))
    }

    pub(crate) fn hel_score(&self) -> Option<Spread> {
        Some(self.hel()?.spread())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row(name: &str, scores: &[f64]) -> Row {
        let (hel, limit) = (name == "hel", name == "limit");
        Row { name: name.to_owned(), hel, limit, scores: scores.to_vec(), percentiles: Vec::new() }
    }

    pub(crate) fn results(measure: Measure) -> Results {
        let rows = vec![
            row("hel", &[30.0, 20.0, 60.0]),
            row("slow", &[10.0, 10.0, 10.0]),
            row("quick", &[15.0, 20.0, 15.0]),
            row("limit", &[60.0, 80.0, 60.0]),
        ];
        Results { work: "a work".to_owned(), measure, line: 130.0, curve: None, rows }
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        let results = results(Measure::Rate);
        assert_eq!(results.best_peer().map(|row| row.name.as_str()), Some("quick"));
        assert_eq!(results.to_best_peer(), Some(Spread { median: 2.0, min: 1.0, max: 4.0 }));
        assert_eq!(results.to_limit(), Some(Spread { median: 0.5, min: 0.25, max: 1.0 }));
        assert_eq!(results.to_best(&results.rows[2]), Spread { median: 0.5, min: 0.25, max: 1.0 });
    }

    #[test]
    fn of_latencies_the_least_is_the_best() {
        let results = results(Measure::P50);
        assert_eq!(results.best_peer().map(|row| row.name.as_str()), Some("slow"));
        assert_eq!(results.to_best_peer().map(|ratio| ratio.median), Some(1.0 / 3.0));
    }

    #[test]
    fn nobody_to_compare_with_is_no_ratio() {
        let mut results = results(Measure::Rate);
        results.rows.truncate(1);
        assert_eq!(results.to_best_peer(), None);
        assert_eq!(results.to_limit(), None);
    }
}
