//! When trials reach their target: the share that has by a step, where some were not followed for long enough.

use super::axis::{Axis, Scale};
use super::choice::AT_END;
use super::comparison::{self, remark};
use super::groups;
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::styles;
use super::whose::of_lines;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Status, Trial};
use thalweg_record::stats::{Assessment, Candidates, Comparison, Configuration, Reached, Score, kaplan_meier};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "target",
    summary: "the share of trials that have reached train.target by a step (Kaplan and Meier), of each optimizer's best configuration or of selected ones",
    metrics: || vec![Score::StepsToTarget.name(), Score::GradientsToTarget.name()],
    keys: &["panel", "row", "select", "select_by", "x_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// Configurations that are shown, each with whether a value of it is at an end of its axis.
type Shown<'a> = Vec<(Configuration<'a>, bool)>;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let score = Score::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let all = data.configurations;
    let (shown, notes_of_choice) = shown(chart, all, score);
    groups::check_count(KIND.name, shown.len())?;
    let estimate = |(one, _): &(Configuration<'_>, bool)| {
        kaplan_meier(&one.runs().map(|trial| followed(trial, score)).collect::<Vec<_>>())
    };
    let methods: Vec<&str> = shown.iter().map(|(one, _)| one.series()).collect();
    let looks = styles(&methods);
    let lines: Vec<Vec<Reached>> = shown.iter().map(estimate).collect();
    let steps = || lines.iter().flatten().map(|reached| reached.step);
    if steps().next().is_none() {
        let reason = "no selected trial has reached a target (train.target)".to_owned();
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    let last = steps().fold(1.0, f64::max);
    let x = series::axis_in("x", Scale::Linear, chart.options.x_range.unwrap_or((0.0, 1.05 * last)))?;
    let corners = |line: &[Reached], value: fn(&Reached) -> f64| -> Vec<(f64, f64)> {
        let mut points = vec![(0.0, 0.0)];
        for reached in line {
            let below = points.last().map_or(0.0, |last| last.1);
            points.extend([(reached.step, below), (reached.step, value(reached))]);
        }
        points.push((x.high(), points[points.len() - 1].1));
        points
    };
    let band = |(index, line): (usize, &Vec<Reached>)| {
        let (low, high) = (corners(line, |reached| reached.low), corners(line, |reached| reached.high));
        Layer::Band(looks[index], low.iter().zip(&high).map(|(low, high)| (low.0, low.1, high.1)).collect())
    };
    let mut layers: Vec<Layer> = lines.iter().enumerate().map(band).collect();
    let line =
        |(index, line): (usize, &Vec<Reached>)| Layer::Line(looks[index], corners(line, |reached| reached.share));
    layers.extend(lines.iter().enumerate().map(line));
    layers.extend(of_lines(&looks, shown.iter().map(|(one, _)| one)));
    let entry = |(index, (one, is_at_end)): (usize, &(Configuration<'_>, bool))| {
        let names = labels::telling(chart, all, one, &[]);
        let label = labels::label(one, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let text = if *is_at_end { format!("{label}{AT_END}") } else { label };
        Entry { symbol: Symbol::Line(looks[index]), text }
    };
    let mut notes = vec![
        Entry { symbol: Symbol::PlainLine, text: "estimate of Kaplan and Meier".to_owned() },
        Entry { symbol: Symbol::Band, text: "95 % interval (Greenwood)".to_owned() },
        remark("diverged trials never reach it"),
    ];
    notes.extend(labels::note(chart));
    notes.extend(notes_of_choice);
    Ok(Picture {
        title: chart.title_or(|| format!("{}: when the target is reached", words::problems(data.problem))),
        legend: shown.iter().enumerate().map(entry).collect(),
        x_label: score.label(),
        x,
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y: Axis::new(Scale::Linear, 0.0, 1.02),
            y_label: "share of trials that have reached it".to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        notes,
    })
}

/// The configurations that are selected, or the best of each optimizer; and what is said of the choice.
fn shown<'a>(chart: &Chart, all: &[Configuration<'a>], score: Score) -> (Shown<'a>, Vec<Entry>) {
    let is_selected = |one: &Configuration<'a>| chart.options.selects(one);
    if chart.options.selects_configurations() {
        return (all.iter().copied().filter(|one| is_selected(one)).map(|one| (one, false)).collect(), Vec::new());
    }
    let candidates = Candidates::of(all, score, chart.options.select_by, &is_selected);
    let best = Comparison::of(&candidates, Assessment::InSample);
    let optimizers = 0..best.optimizers.len();
    let shown = optimizers.flat_map(|optimizer| best.bests(optimizer).collect::<Vec<_>>());
    let shown: Shown<'_> = shown.map(|best| (best.configuration, !best.at_ends.is_empty())).collect();
    let mut notes = vec![remark("settings with the best median")];
    if shown.iter().any(|(_, is_at_end)| *is_at_end) {
        notes.push(remark(format!("{AT_END} best at an end of an axis")));
    }
    notes.extend(comparison::choice(&best.criteria, score, Assessment::InSample));
    (shown, notes)
}

/// How long a trial was followed, and whether it reached the target then: one that diverged never would.
fn followed(trial: Trial<'_>, score: Score) -> (f64, bool) {
    let scale = if score == Score::GradientsToTarget { trial.gradients_of_step() } else { 1.0 };
    match trial.steps_to_target() {
        Some(step) => (step as f64 * scale, true),
        None if trial.status() == Status::Diverged => (f64::INFINITY, false),
        None => (trial.steps() as f64 * scale, false),
    }
}
