//! An outcome of every trial against a column: a mark each.

use super::axis::{Axis, Scale};
use super::cells::scale_of;
use super::comparison::remark;
use super::groups::{self, Lines};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::Style;
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::Key;
use thalweg_record::stats::{Configuration, Metric};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "scatter",
    summary: "the outcome of every trial by a column `x`: what there is to see where points are drawn and not on a grid",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &["x", "series", "colour", "panel", "row", "select", "x_range", "y_range"],
    required: 1,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

/// The most marks of a figure, about: more hide each other, and take megabytes.
const MOST_MARKS: usize = 10_000;

/// The marks of a line: its look, its name, and where they are.
struct Marks {
    style: Style,
    label: String,
    points: Vec<(f64, f64)>,
    owners: Vec<Key>,
    diverged: usize,
}

impl Marks {
    /// Keeps one of so many. The trials of a setting are in the order of their outcomes, so that each has its share.
    fn thin(&mut self, every: usize) {
        if every > 1 {
            self.points = self.points.iter().step_by(every).copied().collect();
            self.owners = self.owners.iter().step_by(every).copied().collect();
        }
    }
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let name = chart.options.x.as_deref().unwrap_or_default();
    let is_shown = |one: &&Configuration<'_>| chart.options.selects(one) && one.number(name).is_some();
    let shown: Vec<Configuration<'_>> = data.configurations.iter().filter(is_shown).copied().collect();
    let mut all = marks(chart, data, &shown, metric, name);
    let numbers = |of: fn(&(f64, f64)) -> f64| all.iter().flat_map(|line| &line.points).map(of).collect::<Vec<f64>>();
    let (xs, ys) = (numbers(|point| point.0), numbers(|point| point.1));
    if ys.is_empty() {
        let reason = format!("no trial has a number `{name}` and a finite `{}`", metric.name());
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    groups::check_count(KIND.name, all.len())?;
    let mut spread = xs.clone();
    spread.sort_by(f64::total_cmp);
    spread.dedup();
    let x = axis("x", scale_of(&spread), chart.options.x_range, xs)?;
    let is_log = metric.lower_is_better() && ys.iter().all(|y| *y > 0.0);
    let y = axis("y", if is_log { Scale::Log } else { Scale::Linear }, chart.options.y_range, ys)?;
    let trials: usize = all.iter().map(|line| line.points.len()).sum();
    let diverged: usize = all.iter().map(|line| line.diverged).sum();
    let every = trials.div_ceil(MOST_MARKS);
    all.iter_mut().for_each(|line| line.thin(every));
    let marked: usize = all.iter().map(|line| line.points.len()).sum();
    let of_all = if every > 1 { format!("{marked} of {trials} trials") } else { format!("{trials} trials") };
    let mut notes = vec![remark(format!("{of_all}, a mark each"))];
    notes.extend((diverged > 0).then(|| remark(format!("{diverged} more diverged"))));
    notes.extend(labels::note(chart));
    let entry = |line: &Marks| Entry { symbol: Symbol::Marker(line.style), text: line.label.clone() };
    let owners: Vec<Layer> = all.iter().map(owners).collect();
    Ok(Picture {
        title: chart
            .title_or(|| format!("{}: {} by {}", words::problems(data.problem), metric.label(), words::column(name))),
        x,
        x_label: words::column(name),
        columns: 1,
        legend: all.iter().map(entry).collect(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: metric.axis_label(),
            layers: all.into_iter().map(|line| Layer::Markers(line.style, line.points)).chain(owners).collect(),
            symbols: Vec::new(),
        }],
        color_bar: None,
        notes,
    })
}

/// Whose the marks are.
fn owners(line: &Marks) -> Layer {
    let of = |(point, key): (&(f64, f64), &Key)| (*point, Whose::Trial(*key));
    of_points(line.style, line.points.iter().zip(&line.owners).map(of).collect())
}

/// The marks of each line; without columns that tell lines apart, of each optimizer.
fn marks(chart: &Chart, data: &Data<'_>, shown: &[Configuration<'_>], metric: Metric, name: &str) -> Vec<Marks> {
    let lines = Lines::of(chart, data.runs);
    let are_alike = |one: &Configuration<'_>, other: &Configuration<'_>| match &lines {
        Some(lines) => lines.are_alike(one, other),
        None => one.series() == other.series(),
    };
    let mut of_line: Vec<Vec<Configuration<'_>>> = Vec::new();
    for one in shown.iter().filter(|one| lines.as_ref().is_none_or(|lines| lines.have(one))) {
        match of_line.iter_mut().find(|line| are_alike(&line[0], one)) {
            Some(line) => line.push(*one),
            None => of_line.push(vec![*one]),
        }
    }
    let firsts: Vec<Configuration<'_>> = of_line.iter().map(|line| line[0]).collect();
    let looks = groups::looks(lines.as_ref(), &firsts, |_| lines.is_none().then(Vec::new));
    let marks = |(line, (style, label)): (&Vec<Configuration<'_>>, (Style, String))| {
        let x = |one: &Configuration<'_>| one.number(name).unwrap_or(f64::NAN);
        let outcomes = |one: &Configuration<'_>| {
            let mut own: Vec<(f64, Key)> =
                one.runs().filter_map(|trial| Some((metric.outcome(trial)?, trial.key()))).collect();
            own.sort_by(|one, other| one.0.total_cmp(&other.0));
            let x = x(one);
            own.into_iter().map(move |(y, key)| ((x, y), key))
        };
        let all = line.iter().flat_map(outcomes);
        let (shown, lost): (Vec<_>, Vec<_>) = all.partition(|((x, y), _)| x.is_finite() && y.is_finite());
        let (points, owners) = shown.into_iter().unzip();
        Marks { style, label, points, owners, diverged: lost.len() }
    };
    of_line.iter().zip(looks).map(marks).collect()
}

/// An axis over a range that was asked for, or around these values.
fn axis(name: &'static str, scale: Scale, range: Option<(f64, f64)>, values: Vec<f64>) -> Result<Axis, FigureError> {
    let scale = series::scale_in(scale, range);
    match range {
        Some(range) => series::axis_in(name, scale, range),
        None => Ok(Axis::around(scale, values).unwrap_or_else(|| Axis::new(Scale::Linear, 0.0, 1.0))),
    }
}
