//! Parallel coordinates: an upright axis for each setting that varies and one for the outcome, a line per configuration.

use super::axis::Axis;
use super::colors::viridis;
use super::comparison::remark;
use super::coordinates::{Abscissa, Coordinate, Places};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Stroke, Symbol};
use super::series;
use super::style::{Marker, Style, Tint};
use super::ticks::{Tick, value_label};
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, help};
use thalweg_record::record::LABEL;
use thalweg_record::stats::{Configuration, Metric, ascending_order, choose_best_of};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "parallel",
    summary: "the settings and the outcome of every configuration, an upright axis for each that varies and a line per configuration (parallel coordinates), the best one emphasised",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["columns", "select"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// The most axes that a reader can follow a line over.
const MOST_AXES: usize = 12;

/// The most lines: of more, some are shown.
const MOST_LINES: usize = 400;

/// Stripes of the colours beside the last axis, how wide they are and how far from it.
const STRIPES: usize = 48;
const STRIPE: (f64, f64) = (7.0, 0.06);

const BEST: Style = Style { color: Tint::Ink, dash: &[], marker: Marker::Circle };
const LOST: Style = Style { color: Tint::Axis, dash: &[4.0, 3.0], marker: Marker::Cross };

/// A configuration and its outcome, unless that is lost.
struct Candidate<'a> {
    one: Configuration<'a>,
    outcome: Option<f64>,
}

impl<'a> Candidate<'a> {
    /// A configuration with its median of a metric, if its problem has that.
    fn of(one: &Configuration<'a>, metric: Metric) -> Option<Self> {
        let outcome = one.spread(metric)?.median;
        let is_lost = !outcome.is_finite() || 2.0 * one.diverged_share() >= 1.0;
        Some(Self { one: *one, outcome: (!is_lost).then_some(outcome) })
    }
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let selected = data.configurations.iter().filter(|one| chart.options.selects(one));
    let all: Vec<Candidate<'_>> = selected.filter_map(|one| Candidate::of(one, metric)).collect();
    if all.is_empty() {
        return Err(nothing(format!("no trial has the metric `{}`", metric.name())));
    }
    let names = columns(chart, &all)?;
    if names.is_empty() {
        return Err(nothing("no setting differs between the trials".to_owned()));
    }
    if names.len() > MOST_AXES {
        let count = names.len();
        return Err(nothing(format!(
            "{count} settings differ, but a reader can follow {MOST_AXES}: name some in `columns`"
        )));
    }
    let configurations: Vec<Configuration<'_>> = all.iter().map(|candidate| candidate.one).collect();
    let coordinates: Vec<Coordinate> = names.iter().map(|name| Coordinate::of(&configurations, name)).collect();
    Ok(picture(chart, data, metric, (&names, coordinates), &all))
}

/// The columns that have an axis: those that are asked for, or the method and the settings that differ.
fn columns(chart: &Chart, all: &[Candidate<'_>]) -> Result<Vec<String>, FigureError> {
    let Some(Candidate { one: first, .. }) = all.first() else { return Ok(Vec::new()) };
    let known = first.hyperparameters();
    for name in &chart.options.columns {
        if name != "optimizer" && !known.contains(name) {
            let help = help(name, ["optimizer"].into_iter().chain(known.iter().map(String::as_str)));
            return Err(FigureError::UnknownColumn { name: name.clone(), help });
        }
    }
    if !chart.options.columns.is_empty() {
        return Ok(chart.options.columns.clone());
    }
    let has_methods = all.iter().any(|other| other.one.series() != first.series());
    let differs = |(at, name): &(usize, &String)| {
        let mut having = all.iter().filter(|candidate| candidate.one.setting_of(*at).is_some());
        let of_first = having.next();
        *name != LABEL && of_first.is_some_and(|own| having.any(|other| !other.one.agrees_with(&own.one, *at)))
    };
    let settings = known.iter().enumerate().filter(differs).map(|(_, name)| name.clone());
    Ok(has_methods.then(|| "optimizer".to_owned()).into_iter().chain(settings).collect())
}

/// Some of the numbers below `count`, evenly spaced, the first and the last among them.
fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let kept = count.min(most);
    (0..kept).map(move |at| at * (count - 1) / kept.saturating_sub(1).max(1))
}

/// The configurations that have a line: the best first, and those that are lost.
struct Shown<'a> {
    kept: Vec<&'a Candidate<'a>>,
    lost: Vec<&'a Candidate<'a>>,
    /// Whether there are others.
    is_part: bool,
}

impl<'a> Shown<'a> {
    /// Those of all; of more than can be seen, some of both kinds in proportion.
    fn of(all: &'a [Candidate<'a>], metric: Metric) -> Self {
        let (kept, lost): (Vec<&Candidate<'_>>, Vec<&Candidate<'_>>) =
            all.iter().partition(|one| one.outcome.is_some());
        let cost = |one: &&Candidate<'_>| {
            let outcome = one.outcome.unwrap_or(f64::INFINITY);
            if metric.lower_is_better() { outcome } else { -outcome }
        };
        let mut order = ascending_order(&kept.iter().map(cost).collect::<Vec<f64>>());
        // Of equally good ones the best is that which other figures name.
        let configurations: Vec<Configuration<'_>> = all.iter().map(|candidate| candidate.one).collect();
        if let Some(best) = choose_best_of(&configurations, metric, |_, _| true).first() {
            let is_best = |at: &usize| kept[*at].one.text() == best.text() && kept[*at].one.problem() == best.problem();
            if let Some(place) = order.iter().position(is_best) {
                order[..=place].rotate_right(1);
            }
        }
        let is_part = all.len() > MOST_LINES;
        let part = |count: usize| if is_part { (MOST_LINES * count / all.len()).max(1) } else { count };
        let most = [part(kept.len()), part(lost.len())];
        Self {
            kept: spread(kept.len(), most[0]).map(|at| kept[order[at]]).collect(),
            lost: spread(lost.len(), most[1]).map(|at| lost[at]).collect(),
            is_part,
        }
    }
}

fn picture(
    chart: &Chart,
    data: &Data<'_>,
    metric: Metric,
    (names, mut coordinates): (&[String], Vec<Coordinate>),
    all: &[Candidate<'_>],
) -> Picture {
    let values: Vec<f64> = all.iter().filter_map(|candidate| candidate.outcome).collect();
    let outcomes = Coordinate::of_outcomes(metric, &values, values.len() < all.len());
    let share = |outcome: f64| match &outcomes.places {
        Places::Numbers(axis, _) => axis.place(outcome),
        Places::Names(_) => 0.0,
    };
    let first = coordinates.iter().zip(names).next().map(|(axis, name)| axis.upright(0.0, name));
    let abscissa = Abscissa::of(names.len() + 1, &first.unwrap_or_else(|| outcomes.upright(0.0, "")));
    let path = |(candidate, rank): (&Candidate<'_>, f64)| {
        let end = candidate.outcome.map_or_else(|| outcomes.height_without(), |own| outcomes.height(share(own)));
        let heights = names.iter().zip(&coordinates).map(|(name, axis)| axis.height_of(&candidate.one, name, rank));
        heights.chain([end]).enumerate().map(|(at, height)| (abscissa.place(at as f64), height)).collect::<Vec<_>>()
    };
    let Shown { kept, lost, is_part } = Shown::of(all, metric);
    let count = kept.len() + lost.len();
    let better_is_up = !metric.lower_is_better();
    let rank = |at: usize| {
        let share = at as f64 / (count - 1).max(1) as f64;
        if better_is_up { 1.0 - share } else { share }
    };
    let dashed: Vec<Vec<(f64, f64)>> =
        lost.iter().enumerate().map(|(at, one)| path((one, rank(kept.len() + at)))).collect();
    let ends = dashed.iter().filter_map(|path| path.last().copied()).collect();
    let mut layers: Vec<Layer> = dashed.into_iter().map(|path| Layer::Thin(LOST, path)).collect();
    layers.push(Layer::Markers(LOST, ends));
    layers.extend(kept.iter().enumerate().rev().map(|(at, one)| {
        let color = shade(metric, one.outcome.map_or(1.0, share));
        Layer::Thin(Style { color, dash: &[], marker: Marker::Circle }, path((one, rank(at))))
    }));
    let best = kept.first().copied();
    let emphasised = best.map(|best| path((best, rank(0))));
    layers
        .extend(emphasised.into_iter().flat_map(|path| [Layer::Line(BEST, path.clone()), Layer::Markers(BEST, path)]));
    let owned = |(at, one): (usize, &Candidate<'_>)| Layer::Owners {
        style: BEST,
        is_line: true,
        points: path((one, rank(at))).into_iter().map(|place| (place, Whose::of([one.one]))).collect(),
    };
    let owners: Vec<Layer> = kept.iter().chain(&lost).copied().enumerate().map(owned).collect();
    layers.push(stripes(metric, &outcomes, abscissa.place(names.len() as f64 + STRIPE.1)));
    // What has no end of its own at the right is no entry of the legend, which could be written there.
    let mut notes = looks(names, best, (!lost.is_empty()).then_some(seeds(all)));
    notes.extend(counts(all, is_part.then_some(count)));
    if coordinates.iter().any(|axis| axis.is_crowded) {
        notes.push(remark("lines at one of few values are spread by rank"));
    }
    coordinates.push(outcomes);
    let column = |at: usize| names.get(at).map_or("", String::as_str);
    layers.extend(
        coordinates
            .iter()
            .enumerate()
            .map(|(at, axis)| Layer::Upright(axis.upright(abscissa.place(at as f64), column(at)))),
    );
    layers.extend(owners);
    let tick =
        |(at, axis): (usize, &Coordinate)| Tick { value: abscissa.place(at as f64), label: Some(axis.label.clone()) };
    Picture {
        title: chart.title_or(|| format!("{}: settings and {}", words::problems(data.problem), metric.label())),
        x: Axis::named(1, coordinates.iter().enumerate().map(tick)),
        x_label: String::new(),
        columns: 1,
        color_bar: None,
        legend: Vec::new(),
        panels: vec![Panel {
            heading: String::new(),
            height: 330.0,
            y: Axis::named(1, []),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }],
        notes: notes.into_iter().chain(labels::note(chart)).collect(),
    }
}

/// The colour of a share of the axis of outcomes: dark is good.
fn shade(metric: Metric, share: f64) -> Tint {
    Tint::Value(viridis(if metric.lower_is_better() { share } else { 1.0 - share }))
}

/// All colours along the axis of outcomes, at this place.
fn stripes(metric: Metric, outcomes: &Coordinate, x: f64) -> Layer {
    let stripe = |at: usize| {
        let height = |at: usize| outcomes.height(at as f64 / STRIPES as f64);
        let color = shade(metric, (at as f64 + 0.5) / STRIPES as f64);
        Stroke { ends: [(x, height(at)), (x, height(at + 1))], color, width: STRIPE.0, dash: &[] }
    };
    Layer::Strokes((0..STRIPES).map(stripe).collect())
}

/// The fewest and the most trials of a configuration.
fn seeds(all: &[Candidate<'_>]) -> (usize, usize) {
    series::seed_counts(all.iter().map(|candidate| &candidate.one))
}

/// The best configuration with its settings and outcome; and what dashes mean, where configurations of so many seeds are lost.
fn looks(names: &[String], best: Option<&Candidate<'_>>, lost: Option<(usize, usize)>) -> Vec<Entry> {
    let settings: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "optimizer").collect();
    let text = |best: &Candidate<'_>| {
        let outcome = best.outcome.map(value_label).unwrap_or_default();
        format!("the best, {outcome}: {}", labels::label(&best.one, &settings))
    };
    let best = best.map(|best| Entry { symbol: Symbol::Line(BEST), text: text(best) });
    let text = |(_, most)| if most == 1 { "diverged" } else { "half or more diverged" };
    let lost = lost.map(|seeds| Entry { symbol: Symbol::Line(LOST), text: text(seeds).to_owned() });
    best.into_iter().chain(lost).collect()
}

/// What a line is, and how many there are of how many, if some are left out.
fn counts(all: &[Candidate<'_>], shown: Option<usize>) -> Vec<Entry> {
    let seeds = match seeds(all) {
        (1, 1) => "one seed".to_owned(),
        (fewest, most) if fewest == most => format!("the median over {most} seeds"),
        (fewest, most) => format!("the median over {fewest} to {most} seeds"),
    };
    let mut notes = vec![remark(format!("a line per configuration, {seeds}, coloured by the outcome"))];
    let count = all.len();
    notes.extend(
        shown.map(|shown| remark(format!("{shown} of {count} configurations, evenly spread over their ranks"))),
    );
    notes
}
