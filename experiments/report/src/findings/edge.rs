//! Chosen values at the end of their axis: the optimum may lie beyond.

use thalweg_record::stats::Configuration;

/// A chosen value that is the first or the last of its axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The column.
    pub column: String,
    /// The value.
    pub value: f64,
    /// Whether it is the largest, and not the smallest.
    pub is_largest: bool,
}

impl Edge {
    /// The edges that a configuration lies at, among those of its method on its problem.
    ///
    /// An axis of fewer than three numbers has nothing but ends, and says nothing.
    pub fn of(chosen: &Configuration<'_>, all: &[Configuration<'_>]) -> Vec<Self> {
        const FEWEST: usize = 3;
        let own: Vec<_> =
            all.iter().filter(|one| one.problem() == chosen.problem() && one.series() == chosen.series()).collect();
        let edge = |(at, name): (usize, &String)| {
            let value = chosen.setting_of(at)?.number()?;
            let mut values: Vec<f64> = own.iter().filter_map(|one| one.setting_of(at)?.number()).collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            let is_largest = values.last() == Some(&value);
            let is_end = is_largest || values.first() == Some(&value);
            (is_end && values.len() >= FEWEST).then(|| Self { column: name.clone(), value, is_largest })
        };
        chosen.hyperparameters().iter().enumerate().filter_map(edge).collect()
    }
}
