//! How a metric develops over the steps of training: a line per optimizer, at its best configuration.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::axis::{Axis, Scale};
use super::choice;
use super::groups::{self, Lines};
use super::labels;
use super::named;
use super::observed::{self, Numbers};
use super::options::{Progress, Theory};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series::{self, SeedPoint, Series};
use super::style::{Style, styles};
use super::theory;
use super::ticks::value_label;
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, Times};
use thalweg_record::record::{self, Curve, Setting, Status, TOLERANCE, Trials};
use thalweg_record::stats::{Configuration, CurveMetric, Metric, Statistic};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "curves",
    summary: "a metric, or a column `y` of an observer's table, by step, epoch or gradients taken, of each optimizer's best configuration or of selected ones",
    metrics: || CurveMetric::ALL.map(CurveMetric::name).to_vec(),
    keys: &[
        "x",
        "y",
        "from_optimum",
        "series",
        "colour",
        "panel",
        "row",
        "select",
        "select_by",
        "statistic",
        "trials",
        "theory",
        "lines",
        "x_scale",
        "y_scale",
        "x_range",
        "y_range",
    ],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: Some(times),
};

/// Markers on the longest line, which has too many points to mark them all.
const MARKERS: usize = 9;

/// The values of one trial by step.
type Trial<'a> = (record::Trial<'a>, BTreeMap<u64, f64>);

/// What stands on the ordinate.
#[derive(Clone, Copy)]
enum Measure<'a> {
    /// A column of `curves.csv`, and the loss that it is measured from.
    Metric(CurveMetric, Option<f64>),
    /// A column of an observer's table, and the place of its index.
    Column((&'a str, &'a str), Option<&'a str>),
}

impl<'a> Measure<'a> {
    fn of(chart: &'a Chart) -> Self {
        let options = &chart.options;
        if let Some(column) = options.y.as_deref().and_then(observed::split) {
            return Self::Column(column, options.index.as_deref());
        }
        let metric = CurveMetric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
        Self::Metric(metric, options.optimum.filter(|_| options.from_optimum))
    }

    /// What a trial that diverged counts as.
    fn worst(self) -> f64 {
        if let Self::Metric(metric, _) = self { metric.worst() } else { f64::INFINITY }
    }

    /// The value of a number: the worst one for NaN; and for a loss that is as near to the optimum as that is known, 0, which is
    /// where rounding and the numbers of another machine cannot be told from a loss above it.
    fn value(self, number: f64) -> f64 {
        let value = if number.is_nan() { self.worst() } else { number };
        let Self::Metric(_, Some(optimum)) = self else { return value };
        let above = value - optimum;
        if above > TOLERANCE * optimum { above } else { 0.0 }
    }

    fn labelled(self, text: impl Fn(CurveMetric) -> String) -> String {
        match self {
            Self::Metric(metric, from) => {
                let from = if from.is_some() { " above the least-squares optimum" } else { "" };
                format!("{}{from}", text(metric))
            }
            Self::Column(column, _) => observed::label(column),
        }
    }
}

/// Where the numbers of trials are.
enum Source<'a> {
    /// The rows of `curves.csv`, by key.
    Rows(HashMap<&'a str, Vec<&'a Curve>>),
    /// A table of its own.
    Numbers(Numbers),
}

impl<'a> Source<'a> {
    fn read(data: &Data<'a>, measure: Measure<'_>, chosen: &[Configuration<'_>]) -> Result<Self, FigureError> {
        let Measure::Column((_, column), index) = measure else {
            let mut rows: HashMap<&str, Vec<&Curve>> = HashMap::new();
            for curve in data.curves {
                rows.entry(&curve.key).or_default().push(curve);
            }
            return Ok(Self::Rows(rows));
        };
        let nothing = || FigureError::NoData { kind: KIND.name, reason: "it needs a table of an observer".to_owned() };
        let keys = chosen.iter().flat_map(Configuration::runs).map(|run| run.key()).collect();
        Ok(Self::Numbers(Numbers::read(data.sheet.ok_or_else(nothing)?, column, index, &keys)?))
    }

    /// The values of a trial by step.
    fn values(&self, of: &Configuration<'_>, run: record::Trial<'_>, measure: Measure<'_>) -> BTreeMap<u64, f64> {
        match (self, measure) {
            (Self::Rows(rows), Measure::Metric(metric, _)) => {
                let rows = rows.get(run.key().to_string().as_str()).into_iter().flatten();
                rows.filter_map(|row| Some((row.step, measure.value(metric.value(row)?)))).collect()
            }
            (Self::Numbers(numbers), Measure::Column(_, index)) => {
                let numbers = numbers.of(of, run.key(), index).into_iter().flatten();
                numbers.map(|(step, number)| (*step, measure.value(*number))).collect()
            }
            _ => BTreeMap::new(),
        }
    }
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let measure = Measure::of(chart);
    let all = data.configurations;
    let chosen = chosen(chart, data.runs, all);
    let wanted = lines(chart, &chosen);
    groups::check_count(KIND.name, wanted.len())?;
    let source = Source::read(data, measure, &chosen)?;
    let points = wanted
        .iter()
        .map(|(one, trials)| over_seeds((one, trials), &source, (measure, chart.options.statistic), unit(chart, one)))
        .collect::<Vec<_>>();
    let (shown, points): (Vec<Line<'_>>, Vec<Vec<SeedPoint>>) =
        wanted.into_iter().zip(points).filter(|(_, points)| !points.is_empty()).unzip();
    let (looks, ends) = looks(chart, data, &shown);
    let series: Vec<Series> =
        looks.into_iter().zip(points).map(|((style, label), points)| Series { style, label, points }).collect();
    if series.is_empty() {
        let what = chart.options.y.as_deref().unwrap_or(chart.metric());
        let reason = format!("no selected trial has a curve of `{what}`");
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    let edges = if chart.options.theory == Some(Theory::Edge) { edges(&shown, &series) } else { Vec::new() };
    let seeds = if names_trials(chart) { (1, 1) } else { series::seed_counts(&chosen) };
    let first = if let Source::Numbers(numbers) = source { numbers.first } else { None };
    let mut more: Vec<Entry> = first.into_iter().map(|text| Entry { symbol: Symbol::None, text }).collect();
    more.extend(labels::note(chart));
    if groups::are_best(chart) {
        more.extend(choice::notes("settings with the best median of", chosen_by(chart, all)));
        more.extend(ends);
    }
    let mut picture = picture(chart, data, measure, (&series, &edges), (seeds, more))?;
    let owner = |(line, (one, trials)): (&Series, &Line<'_>)| {
        let trial = trials.first().filter(|_| names_trials(chart)).map(|run| Whose::Trial(run.key()));
        Layer::Owner(line.style, trial.unwrap_or_else(|| Whose::of([*one])))
    };
    picture.panels[0].layers.extend(series.iter().zip(&shown).map(owner));
    Ok(picture)
}

/// The configurations that a chart of curves shows.
pub(super) fn chosen<'a>(chart: &Chart, runs: &Trials, all: &[Configuration<'a>]) -> Vec<Configuration<'a>> {
    groups::chosen(chart, all, Lines::of(chart, runs).as_ref(), chosen_by(chart, all))
}

/// The same of several figures or panels, each of some of the configurations.
pub(super) fn chosen_of<'a>(chart: &Chart, runs: &Trials, all: &[Vec<Configuration<'a>>]) -> Vec<Configuration<'a>> {
    all.iter().flat_map(|own| chosen(chart, runs, own)).collect()
}

/// The trials of a line, and their configuration.
type Line<'a> = (Configuration<'a>, Vec<record::Trial<'a>>);

/// Whether lines are of single trials.
fn names_trials(chart: &Chart) -> bool {
    !chart.options.trials.is_empty()
}

/// A line for each configuration over its seeds; or for each trial that is named, in the order of their names.
fn lines<'a>(chart: &Chart, chosen: &[Configuration<'a>]) -> Vec<Line<'a>> {
    if !names_trials(chart) {
        return chosen.iter().map(|one| (*one, one.runs().collect())).collect();
    }
    let place = |run: record::Trial<'_>| chart.options.trials.iter().position(|key| *key == run.key().to_string());
    let named = |one: &Configuration<'a>| {
        let one = *one;
        one.runs().filter_map(move |run| Some((place(run)?, (one, vec![run])))).collect::<Vec<_>>()
    };
    let mut lines: Vec<(usize, Line<'a>)> = chosen.iter().flat_map(named).collect();
    lines.sort_by_key(|(place, _)| *place);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The looks and the names of lines, and what marks at names mean.
fn looks(chart: &Chart, data: &Data<'_>, shown: &[Line<'_>]) -> (Vec<(Style, String)>, Vec<Entry>) {
    let all = data.configurations;
    let configurations: Vec<Configuration<'_>> = shown.iter().map(|(one, _)| *one).collect();
    if names_trials(chart) {
        let singles: Vec<named::Single<'_>> =
            shown.iter().flat_map(|(one, trials)| trials.iter().map(|run| (*one, *run))).collect();
        let methods: Vec<&str> = configurations.iter().map(Configuration::series).collect();
        return (styles(&methods).into_iter().zip(named::names(data.runs, &singles)).collect(), Vec::new());
    }
    let lines = Lines::of(chart, data.runs);
    let names = |one: &Configuration<'_>| {
        let names = labels::telling(chart, all, one, &["lr"]);
        let is_fixed = chart.options.fixed().any(|(name, _)| name == "lr");
        Some(if is_fixed { names } else { names.into_iter().chain(["lr".to_owned()]).collect() })
    };
    let looks = groups::looks(lines.as_ref(), &configurations, names);
    choice::marked(chart, all, lines.as_ref(), &configurations, looks)
}

/// The outcome that the best configurations are best in.
fn chosen_by(chart: &Chart, all: &[Configuration<'_>]) -> Metric {
    let metric = CurveMetric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    choice::by(chart, metric.outcome(), all)
}

/// The largest curvature that the steps of each line's trials are stable at, and its formula; of lines that have one, and of
/// equal ones the first.
fn edges(shown: &[Line<'_>], series: &[Series]) -> Vec<(Style, f64, &'static str)> {
    let mut edges: Vec<(Style, f64, &'static str)> = Vec::new();
    for ((one, _), line) in shown.iter().zip(series) {
        // The theory is of constant steps along the gradient.
        let is_plain = |(name, setting): (&str, Setting)| match name {
            "schedule" => setting == Setting::Choice("constant".to_owned()),
            "warmup" | "weight_decay" | "decoupled_weight_decay" => setting.number() == Some(0.0),
            "clip_value" | "clip_norm" => setting.number() == Some(f64::INFINITY),
            name => !name.starts_with("lr_scale_"),
        };
        let momentum = one.number("momentum").unwrap_or(0.0);
        let edge = one.number("lr").and_then(|rate| theory::edge(one.optimizer(), momentum, rate));
        let Some(edge) = edge.filter(|_| one.settings().all(is_plain)) else { continue };
        if edges.iter().all(|(_, known, _)| *known != edge) {
            edges.push((line.style, edge, theory::edge_text(one.optimizer())));
        }
    }
    edges
}

/// Dashes of the lines that theory draws.
const DASHES: &[f64] = &[6.0, 4.0];

fn picture(
    chart: &Chart,
    data: &Data<'_>,
    measure: Measure<'_>,
    (series, edges): (&[Series], &[(Style, f64, &'static str)]),
    (seeds, more): ((usize, usize), Vec<Entry>),
) -> Result<Picture, FigureError> {
    let (by, x_label) = match chart.options.progress {
        Progress::Gradients => ("gradients taken", "gradients of batches"),
        Progress::Steps => ("step", "steps of training"),
        Progress::Epochs => ("epoch", "epochs of training"),
    };
    let steps: Vec<f64> = series.iter().flat_map(|line| &line.points).map(|point| point.x).collect();
    let last = steps.iter().copied().fold(1.0, f64::max);
    let x = abscissa(chart, last)?;
    let edge = series::worst_edge(measure.worst());
    let y = series::ordinate_with(chart, series, measure.worst(), &levels(chart, series, edges))?;
    let across = |level: f64| vec![(x.low(), level), (x.high(), level)];
    let mut layers: Vec<Layer> = chart.options.lines.iter().map(|level| Layer::Guide(across(*level))).collect();
    layers.extend(edges.iter().map(|(style, level, _)| {
        let dashed = Style { dash: DASHES, ..*style };
        Layer::Thin(dashed, across(*level))
    }));
    let mut drawn = series::layers(series, &y, edge);
    // The same distance on all lines, so that one that ends early is not crowded.
    let gap = series.iter().map(|line| line.points.len()).max().unwrap_or(1).div_ceil(MARKERS);
    drawn.extend(series.iter().enumerate().map(|(i, line)| markers(line, gap * i / series.len(), gap)));
    let end = chart.options.until.unwrap_or(f64::INFINITY);
    layers.extend(drawn.into_iter().filter_map(|layer| series::until(layer, end)));
    let mut notes = series::notes(series, (seeds, chart.options.statistic), &y, edge);
    if let Some(first) = notes.first_mut().filter(|_| names_trials(chart)) {
        "a trial each".clone_into(&mut first.text);
    }
    notes.extend(said_of_lines(chart, edges));
    notes.extend(more);
    let label = measure.labelled(|metric| metric.label().to_owned());
    Ok(Picture {
        title: chart.title_or(|| format!("{}: {label} by {by}", words::problems(data.problem))),
        x,
        x_label: x_label.to_owned(),
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
            y_label: measure.labelled(CurveMetric::axis_label),
            layers,
            symbols: Vec::new(),
        }],
    })
}

/// The abscissa of lines that end there.
fn abscissa(chart: &Chart, last: f64) -> Result<Axis, FigureError> {
    let scale = chart.options.x_scale.unwrap_or(Scale::Linear);
    let from = if scale == Scale::Log { 1.0 } else { 0.0 };
    series::axis_in("x", scale, chart.options.x_range.unwrap_or((from, last.max(from + 1.0))))
}

/// The points of the lines.
fn times(chart: &Chart, data: &Data<'_>) -> Result<Times, FigureError> {
    let measure = Measure::of(chart);
    let chosen = chosen(chart, data.runs, data.configurations);
    let source = Source::read(data, measure, &chosen)?;
    let wanted = lines(chart, &chosen);
    let points = wanted.iter().flat_map(|(one, trials)| {
        over_seeds((one, trials), &source, (measure, chart.options.statistic), unit(chart, one))
    });
    let places: Vec<f64> = points.map(|point| point.x).collect();
    let x = abscissa(chart, places.iter().copied().fold(1.0, f64::max))?;
    Ok(Times::new(x.scale(), places).on(&x))
}

/// The levels that the ordinate holds besides the lines: those that were asked for, and of theory those that the lines come
/// near to.
fn levels(chart: &Chart, series: &[Series], edges: &[(Style, f64, &'static str)]) -> Vec<f64> {
    let medians = series.iter().flat_map(|line| &line.points).filter(|point| !point.lost);
    let highest = medians.map(|point| point.band.middle).fold(f64::NEG_INFINITY, f64::max);
    let near = edges.iter().map(|(_, level, _)| *level).filter(|level| *level <= 2.0 * highest);
    chart.options.lines.iter().copied().chain(near).collect()
}

/// What the level lines mean.
fn said_of_lines(chart: &Chart, edges: &[(Style, f64, &'static str)]) -> Vec<Entry> {
    let mut notes: Vec<Entry> = Vec::new();
    for (_, _, formula) in edges {
        let text = format!("dashed: theory, {formula}");
        if notes.iter().all(|note| note.text != text) {
            notes.push(Entry { symbol: Symbol::None, text });
        }
    }
    let levels: Vec<String> = chart.options.lines.iter().map(|level| value_label(*level)).collect();
    let text = levels.join(", ");
    notes.extend((!levels.is_empty()).then_some(Entry { symbol: Symbol::Guide, text }));
    notes
}

/// Markers at every `gap`th point from `first` on; if there are fewer points, at the first of all.
fn markers(line: &Series, first: usize, gap: usize) -> Layer {
    let shown: Vec<&SeedPoint> = line.points.iter().filter(|point| !point.lost).collect();
    let first = if first < shown.len() { first } else { 0 };
    let marked = shown.iter().skip(first).step_by(gap);
    Layer::Markers(line.style, marked.map(|point| (point.x, point.band.middle)).collect())
}

/// How many of what the abscissa counts a step is.
fn unit(chart: &Chart, configuration: &Configuration<'_>) -> f64 {
    match chart.options.progress {
        Progress::Steps => 1.0,
        Progress::Epochs => 1.0 / chart.options.steps_per_epoch.unwrap_or(1) as f64,
        Progress::Gradients => configuration.runs().next().map_or(1.0, |run| run.gradients_of_step()),
    }
}

/// The statistic, by default median and quartiles, at the steps that all trials still running have, each of which is so many units of the abscissa.
///
/// A trial that diverged counts as the worst outcome from then on, and one that stopped at its target keeps its last
/// value: without them, the others would pass for all.
fn over_seeds(
    (configuration, runs): (&Configuration<'_>, &[record::Trial<'_>]),
    source: &Source<'_>,
    (measure, statistic): (Measure<'_>, Statistic),
    unit: f64,
) -> Vec<SeedPoint> {
    let values = |run: record::Trial<'_>| source.values(configuration, run, measure);
    let trials: Vec<Trial<'_>> =
        runs.iter().map(|run| (*run, values(*run))).filter(|(_, values)| !values.is_empty()).collect();
    let steps: BTreeSet<u64> = trials.iter().flat_map(|(_, values)| values.keys().copied()).collect();
    steps.into_iter().filter_map(|step| at_step(&trials, step, (measure.worst(), statistic), unit)).collect()
}

fn at_step(trials: &[Trial<'_>], step: u64, (worst, statistic): (f64, Statistic), unit: f64) -> Option<SeedPoint> {
    let mut lost = 0;
    let mut outcomes = Vec::with_capacity(trials.len());
    for (run, values) in trials {
        let (last_step, last) = values.last_key_value()?;
        let outcome = match (values.get(&step), run.status()) {
            (Some(value), _) => *value,
            (None, Status::Diverged) if step > *last_step => {
                lost += 1;
                worst
            }
            (None, Status::Target) if step > *last_step => *last,
            _ => return None,
        };
        outcomes.push(outcome);
    }
    outcomes.sort_by(f64::total_cmp);
    let band = statistic.of(&outcomes)?;
    let lost = 2 * lost >= trials.len() || !band.middle.is_finite();
    Some(SeedPoint { x: step as f64 * unit, band, lost })
}
