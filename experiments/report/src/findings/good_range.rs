//! How wide the range of good learning rates is.

use thalweg_record::stats::{Configuration, GOOD_FACTOR, Score, median};

/// The column whose range it is.
const COLUMN: &str = "lr";

/// Neighbouring learning rates around the chosen one whose median cost is at most [`GOOD_FACTOR`] times that of the chosen one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodRange {
    /// The smallest.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// Whether it ends where the trials end, and not where they get worse, below and above.
    pub is_open: [bool; 2],
}

impl GoodRange {
    /// The range around a configuration, of those that differ from it in the learning rate alone.
    ///
    /// None where costs are not positive, so that a factor means nothing, where there is no positive learning rate, and
    /// where there is but one.
    pub fn around(chosen: &Configuration<'_>, all: &[Configuration<'_>], score: Score) -> Option<Self> {
        let column = chosen.hyperparameters().iter().position(|name| name == COLUMN)?;
        let rate = |one: &Configuration<'_>| one.setting_of(column)?.number().filter(|rate| *rate > 0.0);
        let is_alike = |one: &&Configuration<'_>| {
            one.problem() == chosen.problem()
                && one.series() == chosen.series()
                && (0..chosen.hyperparameters().len()).all(|at| at == column || one.agrees_with(chosen, at))
        };
        let alike = all.iter().filter(is_alike);
        let mut line: Vec<(f64, f64)> = alike.filter_map(|one| Some((rate(one)?, cost(one, score)?))).collect();
        line.sort_by(|a, b| a.0.total_cmp(&b.0));
        let own = rate(chosen)?;
        let at = line.iter().position(|(rate, _)| *rate == own).filter(|_| line.len() > 1)?;
        let best = line[at].1;
        if !(best > 0.0 && best.is_finite()) {
            return None;
        }
        let is_good = |(_, cost): &&(f64, f64)| *cost <= GOOD_FACTOR * best;
        let below = line[..at].iter().rev().take_while(is_good).count();
        let above = line[at + 1..].iter().take_while(is_good).count();
        let [low, high] = [at - below, at + above];
        Some(Self { low: line[low].0, high: line[high].0, is_open: [low == 0, high + 1 == line.len()] })
    }

    /// Its width in powers of ten.
    pub fn decades(&self) -> f64 {
        libm::log10(self.high) - libm::log10(self.low)
    }
}

fn cost(configuration: &Configuration<'_>, score: Score) -> Option<f64> {
    let mut costs = configuration.runs().map(|run| score.cost(run)).collect::<Option<Vec<f64>>>()?;
    costs.sort_by(f64::total_cmp);
    median(&costs)
}
