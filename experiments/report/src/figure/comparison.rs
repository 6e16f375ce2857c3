//! What figures that compare optimizers over several problems have in common.

use super::axis::Axis;
use super::picture::{Entry, Symbol};
use super::style::MOST_LINES;
use super::ticks::{Tick, value_label};
use super::{Chart, Data, FigureError};
use thalweg_record::stats::{Comparison, Score};

/// The names of everything that can be compared.
pub(super) fn scores() -> Vec<&'static str> {
    Score::all().map(Score::name).collect()
}

/// The comparison that a chart shows: of two optimizers or more, each with trials on every problem.
pub(super) fn of<'a>(chart: &Chart, data: &Data<'a>) -> Result<Comparison<'a>, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: chart.kind().name, reason };
    let score = Score::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let comparison = Comparison::of(data.configurations, score, |configuration| chart.options.selects(configuration));
    if comparison.optimizers.len() < 2 {
        let found = comparison.optimizers.len();
        return Err(nothing(format!("{found} optimizers have `{}`, and two or more can be compared", score.name())));
    }
    if let Some((problem, optimizer)) = comparison.gap() {
        return Err(nothing(format!(
            "{optimizer} has no trials of {problem}: every optimizer needs some of every problem"
        )));
    }
    if comparison.optimizers.len() > MOST_LINES {
        let found = comparison.optimizers.len();
        return Err(FigureError::TooManyLines { kind: chart.kind().name, found, most: MOST_LINES });
    }
    Ok(comparison)
}

/// The same, of costs whose ratios mean something: none is negative, as a landscape's values may be.
pub(super) fn of_ratios<'a>(chart: &Chart, data: &Data<'a>) -> Result<Comparison<'a>, FigureError> {
    let comparison = of(chart, data)?;
    for (index, problem) in comparison.problems.iter().enumerate() {
        let bests = (0..comparison.optimizers.len()).filter_map(|optimizer| comparison.best(index, optimizer));
        if let Some(cost) = bests.flat_map(|best| &best.costs).find(|cost| **cost < 0.0) {
            let reason = format!("it compares ratios, and a cost on {problem} is negative: {}", value_label(*cost));
            return Err(FigureError::NoData { kind: chart.kind().name, reason });
        }
    }
    Ok(comparison)
}

/// An axis of rows of height 1 with a name in the middle of each, the first one on top.
pub(super) fn rows(names: &[String]) -> Axis {
    let count = names.len();
    let ticks = names.iter().rev().enumerate();
    Axis::named(count, ticks.map(|(row, name)| Tick { value: row as f64 + 0.5, label: Some(name.clone()) }))
}

/// The middle of a row of [`rows`].
pub(super) fn middle(row: usize, count: usize) -> f64 {
    (count - 1 - row) as f64 + 0.5
}

/// A line of text without a drawing.
pub(super) fn remark(text: impl Into<String>) -> Entry {
    Entry { symbol: Symbol::None, text: text.into() }
}

/// How a comparison was made, as lines of the legend.
pub(super) fn notes(comparison: &Comparison<'_>) -> Vec<Entry> {
    vec![remark(format!("{} problems; each method with its best settings on each", comparison.problems.len()))]
}
