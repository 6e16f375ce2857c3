//! The trials of an optimizer by the values of two columns of `runs.csv`, and what those of each cell show together.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Chart, Data};
use thalweg_record::record::{Column, Key, Quantity, Status, Trial};
use thalweg_record::stats::{Configuration, Metric, median};

/// The trials of one optimizer by the values of two columns.
pub(super) struct Grid<'a> {
    pub optimizer: &'a str,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// Row by row, from the smallest y; none where there are no trials.
    pub cells: Vec<Option<Cell>>,
    /// The other hyperparameters that vary.
    pub besides: Vec<&'a str>,
}

/// What trials are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    /// What is shown.
    pub metric: Metric,
    /// What the best over other hyperparameters is chosen by.
    pub by: Metric,
    /// The value of the metric that has to be undercut, if one has to be.
    pub below: Option<f64>,
}

/// What the trials of a cell show together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub median: f64,
    /// The median of what the best over other hyperparameters is chosen by.
    merit: f64,
    /// Whether at least half of the trials diverged.
    pub lost: bool,
    /// Whether at least half of the trials ended with a larger training loss than they began with.
    pub worse: bool,
    /// How many trials end below what has to be undercut.
    pub reached: u32,
    pub trials: u32,
    /// The first of them.
    pub first: Key,
    /// Whether its trials have different seeds.
    pub seeds_differ: bool,
}

/// The selected configurations that have the metric, and a trial with numbers in both columns, by optimizer in plan
/// order.
pub(super) fn by_optimizer<'a>(
    chart: &Chart,
    data: &Data<'a>,
    columns: [Column; 2],
    metric: Metric,
) -> Vec<Vec<&'a Configuration<'a>>> {
    let mut groups: Vec<Vec<&Configuration<'_>>> = Vec::new();
    let selected = data.configurations.iter().filter(|other| other.has(metric) && chart.options.selects(other));
    for configuration in selected.filter(|other| placed(other, columns).next().is_some()) {
        match groups.iter_mut().find(|group| group[0].series() == configuration.series()) {
            Some(group) => group.push(configuration),
            None => groups.push(vec![configuration]),
        }
    }
    groups
}

/// The numbers in both columns of the trials of a configuration that have them, with the trial's number.
fn placed(configuration: &Configuration<'_>, columns: [Column; 2]) -> impl Iterator<Item = ([f64; 2], u32)> {
    (0..).zip(configuration.runs()).filter_map(move |(index, run)| {
        let [x, y] = columns.map(|column| column.number(run).filter(|number| number.is_finite()));
        Some(([x?, y?], index))
    })
}

/// Trials of one configuration that lie in one cell, one after the other.
struct Stretch {
    cell: u64,
    /// The settings that are no axis, by number.
    variant: u32,
    configuration: u32,
    trials: Range<u32>,
}

impl<'a> Grid<'a> {
    /// The grid of the trials of an optimizer; or, if more than half of its cells are empty, how many are not, and how
    /// many there would be.
    pub fn new(
        data: &Data<'a>,
        columns: [Column; 2],
        configurations: &[&Configuration<'a>],
        judged: Judged,
    ) -> Result<Self, (usize, u128)> {
        let first = configurations[0];
        let values = |which: usize| {
            let places = configurations.iter().flat_map(|configuration| placed(configuration, columns));
            let mut values: Vec<f64> = Vec::new();
            let sort = |values: &mut Vec<f64>| {
                values.sort_by(f64::total_cmp);
                values.dedup();
            };
            // Millions of trials have few values: from time to time, the others are dropped.
            let mut most = 4096;
            for (place, _) in places {
                values.push(place[which]);
                if values.len() == most {
                    sort(&mut values);
                    most = (2 * values.len()).max(most);
                }
            }
            sort(&mut values);
            values
        };
        let (x, y) = (values(0), values(1));
        let place = |values: &[f64], value: f64| values.partition_point(|other| *other < value);
        let is_axis = |index: usize| columns.contains(&Column::Hyperparameter(index));
        let differs = |index: &usize| configurations.iter().any(|other| !other.agrees_with(first, *index));
        let others = (0..data.runs.hyperparameters.len()).filter(|index| !is_axis(*index));
        let besides: Vec<usize> = others.filter(differs).collect();

        let variant = |configuration: &Configuration<'_>| -> Vec<Option<String>> {
            let text = |&index: &usize| configuration.setting_of(index).map(|setting| setting.text());
            besides.iter().map(text).collect()
        };
        let variants: BTreeSet<Vec<Option<String>>> = configurations.iter().map(|other| variant(other)).collect();
        let variants: Vec<Vec<Option<String>>> = variants.into_iter().collect();
        // By cell, and there by the other settings: equally good configurations look alike, except perhaps for the
        // count of trials, and so their order is fixed.
        let mut stretches: Vec<Stretch> = Vec::with_capacity(configurations.len());
        for (number, configuration) in (0..).zip(configurations) {
            let variant = variants.binary_search(&variant(configuration)).expect("it is of one of the variants") as u32;
            for ([at_x, at_y], trial) in placed(configuration, columns) {
                let cell = (place(&y, at_y) * x.len() + place(&x, at_x)) as u64;
                match stretches.last_mut() {
                    Some(last) if (last.configuration, last.cell, last.trials.end) == (number, cell, trial) => {
                        last.trials.end += 1;
                    }
                    _ => stretches.push(Stretch { cell, variant, configuration: number, trials: trial..trial + 1 }),
                }
            }
        }
        let order = |stretch: &Stretch| (stretch.cell, stretch.variant, stretch.configuration, stretch.trials.start);
        stretches.sort_unstable_by_key(order);
        let found = stretches.chunk_by(|a, b| a.cell == b.cell).count();
        let all = x.len() as u128 * y.len() as u128;
        if 2 * (found as u128) < all {
            return Err((found, all));
        }
        let mut cells: Vec<Option<Cell>> = vec![None; x.len() * y.len()];
        for stretches in stretches.chunk_by(|a, b| (a.cell, a.variant) == (b.cell, b.variant)) {
            let runs = |stretch: &Stretch| {
                let configuration = configurations[stretch.configuration as usize];
                stretch.trials.clone().map(|trial| configuration.run(trial as usize))
            };
            let runs: Vec<Trial<'_>> = stretches.iter().flat_map(runs).collect();
            let Some(candidate) = Cell::of(&runs, judged) else { continue };
            let cell = &mut cells[stretches[0].cell as usize];
            if cell.is_none_or(|best| candidate.is_better(&best, judged.by)) {
                *cell = Some(candidate);
            }
        }
        let besides = besides.iter().map(|&index| data.runs.hyperparameters[index].as_str()).collect();
        Ok(Self { optimizer: first.optimizer(), x, y, cells, besides })
    }

    /// The lines between cells whose trials ended worse than they began and the others, as segments along the axes.
    pub fn borders(&self, x: &[f64], y: &[f64]) -> Vec<[(f64, f64); 2]> {
        let (columns, rows) = (self.x.len(), self.y.len());
        let worse = |column: usize, row: usize| self.cells[row * columns + column].map(|cell| cell.worse);
        let differ = |a: Option<bool>, b: Option<bool>| a.zip(b).is_some_and(|(a, b)| a != b);
        let mut segments = Vec::new();
        for column in 1..columns {
            let is_border = |row: usize| differ(worse(column - 1, row), worse(column, row));
            segments.extend(runs(rows, is_border).map(|(from, to)| [(x[column], y[from]), (x[column], y[to])]));
        }
        for row in 1..rows {
            let is_border = |column: usize| differ(worse(column, row - 1), worse(column, row));
            segments.extend(runs(columns, is_border).map(|(from, to)| [(x[from], y[row]), (x[to], y[row])]));
        }
        segments
    }
}

/// The stretches of numbers below `count` for which something holds, as (first, last + 1).
fn runs(count: usize, holds: impl Fn(usize) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let held: Vec<bool> = (0..count).map(holds).collect();
    let mut stretches = Vec::new();
    let mut start = 0;
    for stretch in held.chunk_by(|a, b| a == b) {
        if stretch[0] {
            stretches.push((start, start + stretch.len()));
        }
        start += stretch.len();
    }
    stretches.into_iter()
}

impl Cell {
    fn of(runs: &[Trial<'_>], Judged { metric, by, below }: Judged) -> Option<Self> {
        let middle = |metric: Metric| {
            let mut outcomes: Vec<f64> = runs.iter().filter_map(|run| metric.outcome(*run)).collect();
            outcomes.sort_by(f64::total_cmp);
            median(&outcomes)
        };
        let median = middle(metric)?;
        let half = |holds: fn(&&Trial<'_>) -> bool| 2 * runs.iter().filter(holds).count() >= runs.len();
        let seeds = |run: Trial<'_>| (run.init_seed(), run.order_seed());
        let has_reached = |run: &&Trial<'_>| {
            let outcome = metric.value(**run).filter(|_| run.status() != Status::Diverged);
            below.zip(outcome).is_some_and(|(below, outcome)| outcome < below)
        };
        Some(Self {
            median,
            merit: if by == metric { median } else { middle(by)? },
            lost: half(|run| run.status() == Status::Diverged) || !median.is_finite(),
            worse: half(|run| ended_worse(**run)),
            reached: runs.iter().filter(has_reached).count() as u32,
            trials: runs.len() as u32,
            first: runs.first()?.key(),
            seeds_differ: runs.windows(2).all(|pair| seeds(pair[0]) != seeds(pair[1])),
        })
    }

    fn is_better(&self, other: &Self, by: Metric) -> bool {
        let cost = |cell: &Self| if by.lower_is_better() { cell.merit } else { -cell.merit };
        (self.lost, cost(self)) < (other.lost, cost(other))
    }
}

/// Whether a trial diverged, or ended with a larger training loss than it began with.
fn ended_worse(run: Trial<'_>) -> bool {
    let grew = |(initial, last): (f64, f64)| last.is_nan() || last > initial;
    let losses = run.quantity(Quantity::InitialTrainLoss).zip(run.quantity(Quantity::FinalTrainLoss));
    run.status() == Status::Diverged || losses.is_some_and(grew)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_found() {
        let held = [true, true, false, true, false, false, true];
        assert_eq!(runs(7, |i| held[i]).collect::<Vec<_>>(), [(0, 2), (3, 4), (6, 7)]);
        assert_eq!(runs(0, |_| true).count(), 0);
    }
}
