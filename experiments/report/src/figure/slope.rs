//! How ranks change from problem to problem: a line per optimizer, from the problem on top down.

use super::comparison::{self, remark};
use super::picture::{Entry, Layer, Picture, Symbol};
use super::style::styles;
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::ranks;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "slope",
    summary: "the rank of each optimizer on each problem, as a line per optimizer",
    metrics: comparison::scores,
    keys: comparison::KEYS,
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

const ROW: f64 = 30.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of(chart, data)?;
    let rows: Vec<Vec<f64>> = (0..found.problems.len()).map(|problem| ranks(&found.costs(problem))).collect();
    let count = rows.len();
    let points = |optimizer: usize| -> Vec<(f64, f64)> {
        let point = |(problem, ranks): (usize, &Vec<f64>)| (ranks[optimizer], comparison::middle(problem, count));
        rows.iter().enumerate().map(point).collect()
    };
    let looks = styles(&found.optimizers);
    let optimizers = 0..found.optimizers.len();
    let lines = optimizers.clone().map(|optimizer| Layer::Line(looks[optimizer], points(optimizer)));
    let marks = optimizers.clone().map(|optimizer| Layer::Markers(looks[optimizer], points(optimizer)));
    let owners = optimizers.clone().map(|optimizer| {
        let bests = found.bests(optimizer).map(|best| Whose::of([best.configuration]));
        Layer::Owners {
            style: looks[optimizer],
            is_line: true,
            points: points(optimizer).into_iter().zip(bests).collect(),
        }
    });
    let layers = lines.chain(marks).chain(owners).collect();
    let entry =
        |optimizer: usize| Entry { symbol: Symbol::Line(looks[optimizer]), text: comparison::name(&found, optimizer) };
    let mut notes = vec![remark("equal ones share the mean rank")];
    notes.extend(comparison::notes(&found));
    let title = chart.title_or(|| format!("Ranks by {} from problem to problem", found.score.label()));
    let names: Vec<String> = found.problems.iter().map(|problem| words::problem(problem)).collect();
    let picture = comparison::picture_of_ranks(title, (&names, ROW), found.optimizers.len(), layers, notes);
    let x_label = format!("rank (1 is best of {})", found.optimizers.len());
    Ok(Picture { x_label, legend: optimizers.map(entry).collect(), ..picture })
}
