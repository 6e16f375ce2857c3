//! The empirical distribution of an outcome over trials: a line per optimizer, at its best configuration.

use super::axis::{Axis, Scale};
use super::choice;
use super::comparison::remark;
use super::groups::{self, Lines};
use super::labels;
use super::picture::{Layer, Panel, Picture};
use super::profile::steps;
use super::series;
use super::style::Style;
use super::whose::of_lines;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Configuration, Metric};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "ecdf",
    summary: "the share of trials whose outcome is at most x, of each optimizer's best configuration or of selected ones",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["series", "colour", "panel", "row", "select", "select_by", "x_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let all = data.configurations;
    let by = choice::by(chart, metric, all);
    let lines_of = Lines::of(chart, data.runs);
    let chosen = groups::chosen(chart, all, lines_of.as_ref(), by);
    let lines: Vec<_> =
        chosen.iter().map(|c| (c, c.outcomes(metric))).filter(|(_, values)| !values.is_empty()).collect();
    if lines.is_empty() {
        let reason = format!("no selected trial has the metric `{}`", metric.name());
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    groups::check_count(KIND.name, lines.len())?;
    let shown: Vec<Configuration<'_>> = lines.iter().map(|(configuration, _)| **configuration).collect();
    let looks = groups::looks(lines_of.as_ref(), &shown, |one| Some(labels::telling(chart, all, one, &[])));
    let (looks, ends) = choice::marked(chart, all, lines_of.as_ref(), &shown, looks);
    let finite: Vec<f64> =
        lines.iter().flat_map(|(_, values)| values).copied().filter(|value| value.is_finite()).collect();
    let is_log =
        metric.lower_is_better() && finite.iter().all(|value| *value >= 0.0) && finite.iter().any(|value| *value > 0.0);
    let scale = series::scale_in(if is_log { Scale::Log } else { Scale::Linear }, chart.options.x_range);
    let x = match chart.options.x_range {
        Some(range) => series::axis_in("x", scale, range)?,
        None => Axis::around(scale, finite).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0)),
    };
    let layer = |((_, values), (style, _)): (&(_, Vec<f64>), &(Style, _))| {
        Layer::Line(*style, steps(values, x.low(), x.high()))
    };
    let owners = of_lines(looks.iter().map(|(style, _)| style), &shown);
    let layers = lines.iter().zip(&looks).map(layer).chain(owners).collect();
    let counts = series::seed_counts(&shown);
    let count = if counts.0 == counts.1 { counts.1.to_string() } else { format!("{} to {}", counts.0, counts.1) };
    let mut notes = vec![remark(format!("{count} trials a line; diverged ones are never reached"))];
    notes.extend(labels::note(chart));
    if groups::are_best(chart) {
        notes.extend(choice::notes("settings with the best median of", by));
        notes.extend(ends);
    }
    Ok(Picture {
        title: chart.title_or(|| format!("{}: distribution of the {}", words::problems(data.problem), metric.label())),
        legend: groups::legend(looks),
        x,
        x_label: metric.axis_label(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y: Axis::new(Scale::Linear, 0.0, 1.02),
            y_label: "share of trials up to x".to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        notes,
    })
}
