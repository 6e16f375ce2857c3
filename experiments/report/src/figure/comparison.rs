//! What figures that compare optimizers over several problems have in common.

use super::axis::{Axis, Scale};
use super::choice::AT_END;
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::style::MOST_LINES;
use super::ticks::{Tick, value_label};
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError};
use thalweg_record::stats::{Assessment, Candidates, Comparison, ResampledRanks, Score};

/// The keys that every kind that compares problems takes.
pub(super) const KEYS: &[&str] = &["panel", "row", "select", "select_by", "assessment"];

/// The names of everything that can be compared.
pub(super) fn scores() -> Vec<&'static str> {
    Score::all().map(Score::name).collect()
}

/// What a chart chooses from: configurations of two optimizers or more, each with trials on every problem.
pub(super) fn candidates<'a>(chart: &Chart, data: &Data<'a>) -> Result<Candidates<'a>, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: chart.kind().name, reason };
    let score = Score::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let by = chart.options.select_by;
    let candidates = Candidates::of(data.configurations, score, by, &|one| chart.options.selects(one));
    if candidates.optimizers.len() < 2 {
        let found = candidates.optimizers.len();
        let by = by.map_or_else(String::new, |by| format!(" and `{}`, which is chosen by", by.name()));
        let what = format!("`{}`{by}", score.name());
        return Err(nothing(format!("{found} optimizers have {what}, and two or more can be compared")));
    }
    if let Some((problem, optimizer)) = candidates.gap() {
        return Err(nothing(format!(
            "{optimizer} has no trials of {problem}: every optimizer needs some of every problem"
        )));
    }
    if candidates.optimizers.len() > MOST_LINES {
        let found = candidates.optimizers.len();
        return Err(FigureError::TooManyLines { kind: chart.kind().name, found, most: MOST_LINES });
    }
    Ok(candidates)
}

/// The comparison that a chart shows.
pub(super) fn of<'a>(chart: &Chart, data: &Data<'a>) -> Result<Comparison<'a>, FigureError> {
    Ok(Comparison::of(&candidates(chart, data)?, chart.options.assessment))
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

/// A figure of rows with these names, the first one on top, over an axis of ranks among this many.
pub(super) fn picture_of_ranks(
    title: String,
    (names, row_height): (&[String], f64),
    competitors: usize,
    layers: Vec<Layer>,
    notes: Vec<Entry>,
) -> Picture {
    Picture {
        title,
        x: Axis::new(Scale::Linear, 0.85, competitors as f64 + 0.15),
        x_label: format!("average rank (1 is best of {competitors})"),
        panels: vec![Panel {
            heading: String::new(),
            height: row_height * names.len() as f64,
            y: rows(names),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: Vec::new(),
        notes,
    }
}

/// The best configurations of an optimizer, whose what is said of all problems is.
pub(super) fn whose(comparison: &Comparison<'_>, optimizer: usize) -> Whose {
    Whose::of(comparison.bests(optimizer).map(|best| best.configuration))
}

/// A line of text without a drawing.
pub(super) fn remark(text: impl Into<String>) -> Entry {
    Entry { symbol: Symbol::None, text: text.into() }
}

/// The name of an optimizer, marked where it has a value at an end of its axis on some problem.
pub(super) fn name(comparison: &Comparison<'_>, optimizer: usize) -> String {
    let is_at_end = comparison.bests(optimizer).any(|best| !best.at_ends.is_empty());
    format!("{}{}", words::method(comparison.optimizers[optimizer]), if is_at_end { AT_END } else { "" })
}

/// What is drawn anew to see how sure ranks are.
pub(super) fn bootstrap_of(ranks: &ResampledRanks) -> &'static str {
    if ranks.is_of_problems {
        "bootstrap of problems and trials"
    } else {
        "bootstrap of trials, on these problems alone"
    }
}

/// A difference, with its sign.
pub(super) fn signed(value: f64) -> String {
    // A rounded −0 has no sign.
    let label = value_label(value + 0.0);
    if value > 0.0 { format!("+{label}") } else { label }
}

/// How a comparison was made, as lines of the legend.
pub(super) fn notes(comparison: &Comparison<'_>) -> Vec<Entry> {
    let count = comparison.problems.len();
    let problems = if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") };
    let mut notes = vec![remark(format!("{problems}; each method with its best settings on each"))];
    notes.extend(choice(&comparison.criteria, comparison.score, comparison.assessment));
    notes.extend(ends(comparison));
    notes
}

/// What is chosen by, and on which trials that is judged.
pub(super) fn choice(criteria: &[Score], score: Score, assessment: Assessment) -> Vec<Entry> {
    let mut by: Vec<Score> = Vec::new();
    for criterion in criteria {
        if !by.contains(criterion) {
            by.push(*criterion);
        }
    }
    let is_of_test = by.iter().any(|score| matches!(score, Score::Outcome(metric) if metric.is_of_test()));
    let mut notes = Vec::new();
    if by != [score] {
        notes = labels::listed("chosen by", by.iter().map(|score| score.label()));
    }
    notes.extend(is_of_test.then(|| remark("(chosen on the test split)")));
    notes.push(match assessment {
        Assessment::CrossFit => remark("chosen on all folds of the trials but one, judged on that one (cross-fit)"),
        Assessment::InSample => remark("judged on the trials that they were chosen on (in-sample)"),
    });
    notes
}

/// Who has values at an end of their axis, and on how many problems.
fn ends(comparison: &Comparison<'_>) -> Vec<Entry> {
    let count = |optimizer: usize| comparison.bests(optimizer).filter(|best| !best.at_ends.is_empty()).count();
    let of = |(optimizer, name): (usize, &&str)| match count(optimizer) {
        0 => None,
        count => Some(format!("{} {count}", words::method(name))),
    };
    let marked: Vec<String> = comparison.optimizers.iter().enumerate().filter_map(of).collect();
    if marked.is_empty() {
        return Vec::new();
    }
    let mut notes = vec![remark(format!("{AT_END} best at an end of an axis;"))];
    notes.extend(labels::listed("problems:", marked.into_iter()));
    notes
}
