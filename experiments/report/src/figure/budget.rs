//! What a budget buys: the best of k configurations, by k, on one problem as a cost and on several as an average rank.

use super::axis::{Axis, Scale};
use super::comparison::{self, remark};
use super::picture::{Edge, Entry, Layer, Panel, Picture, Symbol};
use super::series::{self, SeedPoint, Series};
use super::style::styles;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Band, Budgets, Candidates, Comparison};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "budget",
    summary: "what the best of k configurations costs by k, or on several problems its average rank, and from which k on ranks stay",
    metrics: comparison::scores,
    keys: &["panel", "row", "select", "select_by", "assessment", "x_range", "y_range"],
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

/// Above this many configurations, their numbers stand on a log axis.
const MANY: f64 = 20.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let candidates = comparison::candidates(chart, data)?;
    let budgets = Budgets::of(&candidates, chart.options.assessment);
    let most = *budgets.budgets.last().expect("an optimizer has a configuration") as f64;
    let scale = if most > MANY { Scale::Log } else { Scale::Linear };
    let room = if scale == Scale::Log { (1.0, most) } else { (0.5, most + 0.5) };
    let scale = series::scale_in(scale, chart.options.x_range);
    let x = series::axis_in("x", scale, chart.options.x_range.unwrap_or((room.0, room.1.max(room.0 + 1.0))))?;
    let label = candidates.score.label();
    let is_one = candidates.problems.len() == 1;
    let (panel, mut notes) =
        if is_one { costs(chart, &candidates, &budgets)? } else { ranks(chart, &candidates, &budgets)? };
    notes.extend(settled(&budgets));
    let guide = budgets.settled().map(|k| Layer::Guide(vec![(k as f64, panel.y.low()), (k as f64, panel.y.high())]));
    let best = Comparison::of(&candidates, chart.options.assessment);
    let looks = styles(&candidates.optimizers);
    let owners = looks.iter().enumerate().map(|(i, look)| Layer::Owner(*look, comparison::whose(&best, i)));
    let layers = guide.into_iter().chain(panel.layers).chain(owners).collect();
    notes.push(remark("settings drawn with replacement from those that were tried"));
    notes.extend(comparison::choice(&candidates.criteria, candidates.score, budgets.assessment));
    let title = match candidates.problems[..] {
        // Of several panels, all are named.
        [problem] => {
            let problem = if data.problem.is_empty() { problem } else { data.problem };
            format!("{}: {label} by the settings tried", words::problems(problem))
        }
        _ => format!("Ranks by {label} and by the settings tried"),
    };
    let entry = |(i, name): (usize, &&str)| Entry { symbol: Symbol::Line(looks[i]), text: words::method(name) };
    Ok(Picture {
        title: chart.title_or(|| title),
        x,
        x_label: "settings tried, the best of which is kept".to_owned(),
        panels: vec![Panel { layers, ..panel }],
        columns: 1,
        color_bar: None,
        legend: candidates.optimizers.iter().enumerate().map(entry).collect(),
        notes,
    })
}

/// A panel without its layers' axes and notes of its own.
fn panel(y: Axis, y_label: String, layers: Vec<Layer>) -> Panel {
    Panel { heading: String::new(), height: 320.0, y, y_label, layers, symbols: Vec::new() }
}

/// The costs on the only problem.
fn costs(chart: &Chart, candidates: &Candidates<'_>, budgets: &Budgets) -> Result<(Panel, Vec<Entry>), FigureError> {
    let point = |optimizer: usize, (at, k): (usize, &usize)| {
        let cost = budgets.cost(at, 0, optimizer);
        let band = Band { middle: cost.median, low: cost.q25, high: cost.q75 };
        SeedPoint { x: *k as f64, band, lost: cost.median.is_infinite() }
    };
    let looks = styles(&candidates.optimizers);
    let line = |optimizer: usize| Series {
        style: looks[optimizer],
        label: words::method(candidates.optimizers[optimizer]),
        points: budgets.budgets.iter().enumerate().map(|at| point(optimizer, at)).collect(),
    };
    let lines: Vec<Series> = (0..candidates.optimizers.len()).map(line).collect();
    let y = series::ordinate(chart, &lines, f64::INFINITY)?;
    let mut layers = series::layers(&lines, &y, Edge::Top);
    layers.extend(lines.iter().map(|line| {
        let shown = line.points.iter().filter(|point| !point.lost);
        Layer::Markers(line.style, shown.map(|point| (point.x, point.band.middle)).collect())
    }));
    let mut notes = vec![
        Entry { symbol: Symbol::PlainLine, text: "median over draws and trials".to_owned() },
        Entry { symbol: Symbol::Band, text: "quartiles".to_owned() },
    ];
    if lines.iter().flat_map(|line| &line.points).any(|point| point.lost) {
        notes.push(Entry { symbol: Symbol::Beyond(Edge::Top), text: "the median diverged".to_owned() });
    }
    Ok((panel(y, candidates.score.label(), layers), notes))
}

/// The average ranks over problems.
fn ranks(chart: &Chart, candidates: &Candidates<'_>, budgets: &Budgets) -> Result<(Panel, Vec<Entry>), FigureError> {
    let (ranks, intervals) = (budgets.ranks(), budgets.rank_intervals().unwrap_or_default());
    let count = candidates.optimizers.len();
    let y = match chart.options.y_range {
        Some(range) => series::axis_in("y", Scale::Linear, range)?,
        None => Axis::new(Scale::Linear, 0.85, count as f64 + 0.15),
    };
    let places = || budgets.budgets.iter().map(|k| *k as f64);
    let looks = styles(&candidates.optimizers);
    let band = |optimizer: usize| {
        let ends = intervals.iter().map(|row| (row[optimizer].low, row[optimizer].high));
        Layer::Band(looks[optimizer], places().zip(ends).map(|(k, (low, high))| (k, low, high)).collect())
    };
    let points = |optimizer: usize| places().zip(ranks.iter().map(|row| row[optimizer])).collect::<Vec<_>>();
    let mut layers: Vec<Layer> = (0..count).map(band).collect();
    layers.extend((0..count).map(|optimizer| Layer::Line(looks[optimizer], points(optimizer))));
    layers.extend((0..count).map(|optimizer| Layer::Markers(looks[optimizer], points(optimizer))));
    let mut notes = vec![Entry { symbol: Symbol::PlainLine, text: "average rank by the median".to_owned() }];
    if !intervals.is_empty() {
        notes.push(Entry { symbol: Symbol::Band, text: "95 %, bootstrap of the problems".to_owned() });
    }
    notes.push(remark(format!("{} problems", candidates.problems.len())));
    Ok((panel(y, "average rank (1 is best)".to_owned(), layers), notes))
}

/// From which budget on ranks stay as they are.
fn settled(budgets: &Budgets) -> Vec<Entry> {
    let most = budgets.budgets.last();
    match budgets.settled() {
        Some(k) if Some(&k) == most => {
            vec![Entry { symbol: Symbol::Guide, text: "the order changes up to the last budget".to_owned() }]
        }
        Some(k) => vec![Entry { symbol: Symbol::Guide, text: format!("the order stays from {k} on") }],
        None => Vec::new(),
    }
}
