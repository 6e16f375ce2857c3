//! How a metric develops over the steps of training: a line per optimizer, at its best configuration.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::axis::Scale;
use super::groups::{self, Lines};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series::{self, SeedPoint, Series};
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{self, Curve, Status, TOLERANCE, Trials};
use thalweg_record::stats::{Configuration, CurveMetric, Spread};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "curves",
    summary: "a metric by step or epoch, of each optimizer's best configuration or of selected ones",
    metrics: || CurveMetric::ALL.map(CurveMetric::name).to_vec(),
    keys: &[
        "by_epoch",
        "from_optimum",
        "series",
        "colour",
        "panel",
        "row",
        "select",
        "select_by",
        "x_scale",
        "x_range",
        "y_range",
    ],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
};

/// Markers on the longest line, which has too many points to mark them all.
const MARKERS: usize = 9;

/// The values of one trial by step.
type Trial<'a> = (record::Trial<'a>, BTreeMap<u64, f64>);

/// What stands on the ordinate.
#[derive(Clone, Copy)]
struct Measure {
    metric: CurveMetric,
    /// The loss that it is measured from.
    optimum: Option<f64>,
}

impl Measure {
    /// The value of a row: the worst one for NaN; and for a loss that is as near to the optimum as that is known, 0, which is where
    /// rounding and the numbers of another machine cannot be told from a loss above it.
    fn value(self, row: &Curve) -> Option<f64> {
        let value = self.metric.value(row).map(|value| if value.is_nan() { self.metric.worst() } else { value })?;
        let Some(optimum) = self.optimum else { return Some(value) };
        let above = value - optimum;
        Some(if above > TOLERANCE * optimum { above } else { 0.0 })
    }

    fn label(self, metric: &str) -> String {
        let from = if self.optimum.is_some() { " above the least-squares optimum" } else { "" };
        format!("{metric}{from}")
    }
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = CurveMetric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let measure = Measure { metric, optimum: chart.options.optimum.filter(|_| chart.options.from_optimum) };
    let all = data.configurations;
    let lines = Lines::of(chart, data.runs);
    let chosen = chosen(chart, data.runs, all);
    groups::check_count(KIND.name, chosen.len())?;
    let mut rows: HashMap<&str, Vec<&Curve>> = HashMap::new();
    for curve in data.curves {
        rows.entry(&curve.key).or_default().push(curve);
    }
    let per_epoch = chart.options.steps_per_epoch.filter(|_| chart.options.by_epoch);
    let unit = per_epoch.unwrap_or(1) as f64;
    let points: Vec<_> = chosen.iter().map(|configuration| over_seeds(configuration, &rows, measure, unit)).collect();
    let (shown, points): (Vec<Configuration<'_>>, Vec<Vec<SeedPoint>>) =
        chosen.iter().copied().zip(points).filter(|(_, points)| !points.is_empty()).unzip();
    let names = |one: &Configuration<'_>| {
        let names = labels::telling(chart, all, one, &["lr"]);
        let is_fixed = chart.options.fixed().any(|(name, _)| name == "lr");
        Some(if is_fixed { names } else { names.into_iter().chain(["lr".to_owned()]).collect() })
    };
    let looks = groups::looks(lines.as_ref(), &shown, names);
    let series: Vec<Series> =
        looks.into_iter().zip(points).map(|((style, label), points)| Series { style, label, points }).collect();
    if series.is_empty() {
        let reason = format!("no selected trial has a curve of `{}`", metric.name());
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    picture(chart, data, measure, &series, series::seed_counts(&chosen))
}

/// The configurations that a chart of curves shows.
pub(super) fn chosen<'a>(chart: &Chart, runs: &Trials, all: &[Configuration<'a>]) -> Vec<Configuration<'a>> {
    let metric = CurveMetric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let by = chart.options.select_by.unwrap_or_else(|| metric.outcome());
    groups::chosen(chart, all, Lines::of(chart, runs).as_ref(), by)
}

fn picture(
    chart: &Chart,
    data: &Data<'_>,
    measure: Measure,
    series: &[Series],
    seeds: (usize, usize),
) -> Result<Picture, FigureError> {
    let metric = measure.metric;
    let by = if chart.options.by_epoch { "epoch" } else { "step" };
    let steps: Vec<f64> = series.iter().flat_map(|line| &line.points).map(|point| point.x).collect();
    let last = steps.iter().copied().fold(1.0, f64::max);
    let scale = chart.options.x_scale.unwrap_or(Scale::Linear);
    let first = if scale == Scale::Log { 1.0 } else { 0.0 };
    let x = series::axis_in("x", scale, chart.options.x_range.unwrap_or((first, last.max(first + 1.0))))?;
    let edge = series::worst_edge(metric.worst());
    let y = series::ordinate(chart, series, metric.worst())?;
    let mut layers = series::layers(series, &y, edge);
    // The same distance on all lines, so that one that ends early is not crowded.
    let gap = series.iter().map(|line| line.points.len()).max().unwrap_or(1).div_ceil(MARKERS);
    layers.extend(series.iter().enumerate().map(|(i, line)| markers(line, gap * i / series.len(), gap)));
    let mut notes = series::notes(series, seeds, &y, edge);
    notes.extend(labels::note(chart));
    if groups::are_best(chart) {
        let by = chart.options.select_by.unwrap_or_else(|| metric.outcome());
        let texts = ["settings with the best median of".to_owned(), format!("the {}", by.label())];
        notes.extend(texts.map(|text| Entry { symbol: Symbol::None, text }));
    }
    Ok(Picture {
        title: chart.title_or(|| format!("{}: {} by {by}", data.problem, measure.label(metric.label()))),
        x,
        x_label: format!("{by}s of training"),
        columns: 1,
        color_bar: None,
        legend: series
            .iter()
            .map(|line| Entry { symbol: Symbol::Line(line.style), text: line.label.clone() })
            .collect(),
        notes,
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: measure.label(&metric.axis_label()),
            layers,
            symbols: Vec::new(),
        }],
    })
}

/// Markers at every `gap`th point from `first` on; if there are fewer points, at the first of all.
fn markers(line: &Series, first: usize, gap: usize) -> Layer {
    let shown: Vec<&SeedPoint> = line.points.iter().filter(|point| !point.lost).collect();
    let first = if first < shown.len() { first } else { 0 };
    let marked = shown.iter().skip(first).step_by(gap);
    Layer::Markers(line.style, marked.map(|point| (point.x, point.spread.median)).collect())
}

/// Median and quartiles at the steps that all trials still running have, counted in units of `unit`.
///
/// A trial that diverged counts as the worst outcome from then on, and one that stopped at its target keeps its last
/// value: without them, the others would pass for all.
fn over_seeds(
    configuration: &Configuration<'_>,
    rows: &HashMap<&str, Vec<&Curve>>,
    measure: Measure,
    unit: f64,
) -> Vec<SeedPoint> {
    let values = |run: record::Trial<'_>| -> BTreeMap<u64, f64> {
        let rows = rows.get(run.key().to_string().as_str()).into_iter().flatten();
        rows.filter_map(|row| Some((row.step, measure.value(row)?))).collect()
    };
    let trials: Vec<Trial<'_>> =
        configuration.runs().map(|run| (run, values(run))).filter(|(_, values)| !values.is_empty()).collect();
    let steps: BTreeSet<u64> = trials.iter().flat_map(|(_, values)| values.keys().copied()).collect();
    steps.into_iter().filter_map(|step| at_step(&trials, step, measure.metric, unit)).collect()
}

fn at_step(trials: &[Trial<'_>], step: u64, metric: CurveMetric, unit: f64) -> Option<SeedPoint> {
    let mut lost = 0;
    let mut outcomes = Vec::with_capacity(trials.len());
    for (run, values) in trials {
        let (last_step, last) = values.last_key_value()?;
        let outcome = match (values.get(&step), run.status()) {
            (Some(value), _) => *value,
            (None, Status::Diverged) if step > *last_step => {
                lost += 1;
                metric.worst()
            }
            (None, Status::Target) if step > *last_step => *last,
            _ => return None,
        };
        outcomes.push(outcome);
    }
    outcomes.sort_by(f64::total_cmp);
    let spread = Spread::of(&outcomes)?;
    let lost = 2 * lost >= trials.len() || !spread.median.is_finite();
    Some(SeedPoint { x: step as f64 / unit, spread, lost })
}
