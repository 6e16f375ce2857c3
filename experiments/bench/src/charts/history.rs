//! How benchmarks, or groups of them, changed from record to record.

use std::collections::BTreeMap;

use thalweg_report::figure::{Axis, Entry, Layer, Panel, Picture, Scale, Style, Symbol, Tick, style};

use super::changes::{FEWEST, change_points};
use super::level::levels;
use super::name::{Name, OURS, runner_rank, runner_words};
use super::{Measure, Record, remark};
use crate::Row;
use crate::estimate::middle;

/// The most benchmarks that have a panel each: of more, each group has one.
const MOST_BENCHMARKS: usize = 12;

/// The height of a panel in one column.
const HEIGHT: f64 = 240.0;

/// A value of a line in a record.
#[derive(Clone, Copy, Debug)]
struct Point {
    record: usize,
    middle: f64,
    low: f64,
    high: f64,
    /// What changes are looked for in: the logarithm of a time in cycles.
    cycles: f64,
}

/// A line in a panel.
struct Line {
    runner: String,
    points: Vec<Point>,
}

/// A panel, by its heading.
struct Plot {
    heading: String,
    y_label: String,
    lines: Vec<Line>,
}

/// The history of what records have: a panel for each benchmark, or for each group if there are many. Groups are shown beside
/// the first record, beside which a single one says nothing.
pub(super) fn picture(records: &[Record<'_>], measure: Measure) -> Option<Picture> {
    let mut benchmarks: Vec<Name<'_>> = Vec::new();
    for row in records.iter().flat_map(|record| &record.rows) {
        let name = Name::of(&row.benchmark);
        if !benchmarks.iter().any(|known| (known.group, known.workload) == (name.group, name.workload)) {
            benchmarks.push(name);
        }
    }
    let is_of_groups = benchmarks.len() > MOST_BENCHMARKS;
    if is_of_groups && records.len() < 2 {
        return None;
    }
    let plots = if is_of_groups {
        of_groups(records, measure)
    } else {
        benchmarks.iter().map(|name| of_benchmark(records, *name, measure)).collect()
    };
    Some(draw(records, &plots, is_of_groups, measure))
}

/// The values of a benchmark by record: the medians of its runs, and the ends of all their intervals.
fn points(records: &[Record<'_>], id: &str, measure: Measure) -> Vec<Point> {
    let point = |(record, own): (usize, &Record<'_>)| {
        let rows: Vec<&Row> = own.rows.iter().copied().filter(|row| row.benchmark == id).collect();
        let middle_of = |of: &dyn Fn(&Row) -> f64| middle(&rows.iter().map(|row| of(row)).collect::<Vec<_>>());
        let time = middle_of(&|row| row.time_ns)?;
        let low = rows.iter().map(|row| row.low_ns).fold(time, f64::min);
        let high = rows.iter().map(|row| row.high_ns).fold(time, f64::max);
        let cycles = libm::log(middle_of(&Row::cycles)?);
        let work = rows.first()?.work as f64;
        Some(match measure {
            Measure::Throughput => Point { record, middle: work / time, low: work / high, high: work / low, cycles },
            Measure::Time => Point { record, middle: 1e-9 * time, low: 1e-9 * low, high: 1e-9 * high, cycles },
        })
    };
    records.iter().enumerate().filter_map(point).collect()
}

fn of_benchmark(records: &[Record<'_>], name: Name<'_>, measure: Measure) -> Plot {
    let rows = || records.iter().flat_map(|record| &record.rows);
    let is_own = |own: &Name<'_>| (own.group, own.workload) == (name.group, name.workload);
    let mut lines: Vec<Line> = Vec::new();
    for row in rows().filter(|row| is_own(&Name::of(&row.benchmark))) {
        let runner = Name::of(&row.benchmark).runner;
        if !lines.iter().any(|line| line.runner == runner) {
            lines.push(Line { runner: runner.to_owned(), points: points(records, &row.benchmark, measure) });
        }
    }
    let unit = rows().find(|row| is_own(&Name::of(&row.benchmark))).map_or("", |row| row.unit.as_str());
    let y_label = match (measure, unit) {
        (Measure::Time, _) => "time (s)".to_owned(),
        (Measure::Throughput, "FLOPs") => "GFLOP/s".to_owned(),
        (Measure::Throughput, unit) => format!("10^{{9}} {unit} / s"),
    };
    let group = name.group_words();
    let heading = if group.is_empty() { name.workload_words() } else { format!("{group}: {}", name.workload_words()) };
    Plot { heading, y_label, lines }
}

/// The level of each group, of our own kernels if there are any, relative to the first record that has it.
fn of_groups(records: &[Record<'_>], measure: Measure) -> Vec<Plot> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let rows = || records.iter().flat_map(|record| &record.rows);
    let has_ours = rows().any(|row| Name::of(&row.benchmark).runner == OURS);
    for row in rows() {
        let name = Name::of(&row.benchmark);
        let own = groups.entry(name.group).or_default();
        if (name.runner == OURS || !has_ours) && !own.contains(&row.benchmark.as_str()) {
            own.push(&row.benchmark);
        }
    }
    groups.retain(|_, ids| !ids.is_empty());
    let plot = |(group, ids): (&str, Vec<&str>)| {
        let by_record: Vec<Vec<Point>> = ids.iter().map(|id| points(records, id, measure)).collect();
        let table = |of: &dyn Fn(&Point) -> f64| -> Vec<Vec<Option<f64>>> {
            let at = |own: &Vec<Point>, record| own.iter().find(|point| point.record == record).map(of);
            by_record.iter().map(|own| (0..records.len()).map(|record| at(own, record)).collect()).collect()
        };
        let (shown, cycles) = (levels(&table(&|point| libm::log(point.middle))), levels(&table(&|point| point.cycles)));
        let points = shown.iter().zip(&cycles).enumerate().filter_map(|(record, (shown, cycles))| {
            let (level, cycles) = ((*shown)?, (*cycles)?.middle);
            let [middle, low, high] = [level.middle, level.low, level.high].map(libm::exp);
            Some(Point { record, middle, low, high, cycles })
        });
        let heading = Name { group, runner: OURS, workload: "" }.group_words();
        let line = Line { runner: OURS.to_owned(), points: points.collect() };
        Plot { heading: format!("{heading} ({})", ids.len()), y_label: String::new(), lines: vec![line] }
    };
    groups.into_iter().map(plot).collect()
}

fn draw(records: &[Record<'_>], plots: &[Plot], is_of_groups: bool, measure: Measure) -> Picture {
    let mut runners: Vec<&str> = Vec::new();
    for line in plots.iter().flat_map(|plot| &plot.lines) {
        if !runners.contains(&line.runner.as_str()) {
            runners.push(&line.runner);
        }
    }
    runners.sort_by_key(|runner| runner_rank(runner));
    let look = |line: &Line| style(runner_rank(&line.runner));
    let changes = changes(plots);
    let ends = |plots: &[Plot]| -> Vec<f64> {
        let points = plots.iter().flat_map(|plot| &plot.lines).flat_map(|line| &line.points);
        points.flat_map(|point| [point.low, point.middle, point.high]).collect()
    };
    let axis = |values| Axis::around(Scale::Log, values).unwrap_or_else(|| Axis::new(Scale::Log, 0.5, 2.0));
    let common = is_of_groups.then(|| axis(ends(plots).into_iter().chain([0.9, 1.1]).collect()));
    let panels = plots.iter().zip(&changes).map(|(plot, changes)| {
        let y = common.clone().unwrap_or_else(|| axis(ends(std::slice::from_ref(plot))));
        let mut layers: Vec<Layer> = plot.lines.iter().map(|line| band(line, look(line))).collect();
        for (line, places) in plot.lines.iter().zip(changes) {
            layers.extend(places.iter().map(|x| Layer::Hint(look(line), vec![(*x, y.low()), (*x, y.high())])));
        }
        let points = |line: &Line| line.points.iter().map(|point| (at(point.record), point.middle)).collect::<Vec<_>>();
        layers.extend(plot.lines.iter().map(|line| Layer::Line(look(line), points(line))));
        layers.extend(plot.lines.iter().map(|line| Layer::Points(look(line), points(line))));
        let (heading, y_label) = (plot.heading.clone(), plot.y_label.clone());
        Panel { heading, height: HEIGHT, y, y_label, layers, symbols: Vec::new() }
    });
    let panels: Vec<Panel> = panels.collect();
    let columns = match panels.len() {
        1 => 1,
        2..=4 => 2,
        _ => 3,
    };
    let what = if measure == Measure::Time { "Time" } else { "Throughput" };
    let title = if is_of_groups { format!("{what} relative to the first record") } else { format!("{what} by record") };
    let entry = |runner: &&str| Entry { symbol: Symbol::Line(style(runner_rank(runner))), text: runner_words(runner) };
    Picture {
        title,
        x: abscissa(records, columns),
        x_label: dates(records),
        panels,
        columns,
        color_bar: None,
        legend: if is_of_groups { Vec::new() } else { runners.iter().map(entry).collect() },
        notes: notes(records, is_of_groups, changes.iter().flatten().any(|places| !places.is_empty())),
    }
}

/// Where a record is on the abscissa.
fn at(record: usize) -> f64 {
    record as f64 + 0.5
}

fn band(line: &Line, look: Style) -> Layer {
    match &line.points[..] {
        // A band without width would be invisible.
        [one] => Layer::Thin(look, vec![(at(one.record), one.low), (at(one.record), one.high)]),
        points => Layer::Band(look, points.iter().map(|one| (at(one.record), one.low, one.high)).collect()),
    }
}

/// Where the level of each line of each panel changes: between two records.
fn changes(plots: &[Plot]) -> Vec<Vec<Vec<f64>>> {
    let lines = || plots.iter().flat_map(|plot| &plot.lines);
    let cycles: Vec<Vec<f64>> = lines().map(|line| line.points.iter().map(|point| point.cycles).collect()).collect();
    let between =
        |line: &Line, next: usize| f64::midpoint(at(line.points[next - 1].record), at(line.points[next].record));
    let found = lines().zip(change_points(&cycles));
    let mut places = found.map(|(line, own)| own.into_iter().map(|next| between(line, next)).collect::<Vec<f64>>());
    plots.iter().map(|plot| places.by_ref().take(plot.lines.len()).collect()).collect()
}

/// The name of the abscissa, with the days between which records lie.
fn dates(records: &[Record<'_>]) -> String {
    match records {
        [first, .., last] => format!("revision ({} to {})", first.day, last.day),
        _ => records.iter().map(|one| format!("revision ({})", one.day)).collect(),
    }
}

/// The records, those with a name as many as there is room for.
fn abscissa(records: &[Record<'_>], columns: usize) -> Axis {
    let room = [8, 5, 3][columns.clamp(1, 3) - 1];
    let every = records.len().div_ceil(room).max(1);
    let last = records.len().saturating_sub(1);
    // The newest one has a name.
    let is_named = |record: usize| (last - record).is_multiple_of(every);
    let label = |record: usize, own: &Record<'_>| is_named(record).then(|| own.revision.clone());
    let ticks = records.iter().enumerate();
    Axis::named(records.len(), ticks.map(|(record, own)| Tick { value: at(record), label: label(record, own) }))
}

fn notes(records: &[Record<'_>], is_of_groups: bool, has_changes: bool) -> Vec<Entry> {
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    let mut notes = if is_of_groups {
        vec![
            entry(Symbol::PlainLine, "geometric mean over benchmarks"),
            entry(Symbol::Band, "quartiles over benchmarks"),
            remark("(n): how many there are"),
        ]
    } else {
        vec![entry(Symbol::PlainLine, "median of runs"), entry(Symbol::Band, "95 % intervals within runs")]
    };
    match records {
        [_] => notes.push(remark("one record: a history begins with the second")),
        few if few.len() < FEWEST => notes.push(remark("changes are looked for from six records on")),
        _ if has_changes => notes.push(remark("dotted upright: the level in cycles changed there")),
        _ => notes.push(remark("no change of the level in cycles was found")),
    }
    if records.iter().any(|record| record.revision.ends_with('*')) {
        notes.push(remark("*: with changes beside the revision"));
    }
    notes
}
