//! Performance profiles (Dolan and Moré 2002): on which share of the problems an optimizer comes within a factor of the
//! best.

use super::axis::{Axis, Scale};
use super::comparison;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::styles;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::Comparison;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "profile",
    summary: "performance profile: the share of problems on which an optimizer comes within a factor of the best (in a study of `members`)",
    metrics: comparison::scores,
    keys: &["panel", "row", "select", "x_range"],
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
};

/// The largest factor that the axis shows.
const MOST: f64 = 1e4;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of_ratios(chart, data)?;
    let ratios = ratios(&found);
    let finite = ratios.iter().flatten().copied().filter(|ratio| ratio.is_finite());
    let largest = finite.fold(2.0, f64::max).min(MOST);
    let x = series::axis_in("x", Scale::Log, chart.options.x_range.unwrap_or((1.0, 1.25 * largest)))?;
    let y = Axis::new(Scale::Linear, 0.0, 1.02);
    let lines: Vec<Vec<(f64, f64)>> = ratios.iter().map(|ratios| steps(ratios, x.low(), x.high())).collect();
    let looks = styles(&found.optimizers);
    let mut layers: Vec<Layer> =
        lines.iter().enumerate().map(|(i, points)| Layer::Line(looks[i], points.clone())).collect();
    layers.extend(lines.iter().enumerate().map(|(i, points)| {
        // One at the end of every rise.
        let tops = points.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1]);
        Layer::Markers(looks[i], tops.collect())
    }));
    let entry = |(i, name): (usize, &&str)| Entry { symbol: Symbol::Line(looks[i]), text: words::method(name) };
    let label = found.score.label();
    Ok(Picture {
        title: chart.title_or(|| format!("Performance profile of the {label}")),
        x,
        x_label: format!("{label}, relative to the best method's (log)"),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: "share of problems within that factor".to_owned(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: found.optimizers.iter().enumerate().map(entry).collect(),
        notes: comparison::notes(&found),
    })
}

/// For each optimizer, its costs on the problems divided by the best one's, ascending: 1 where it is the best; infinite
/// where it diverged, or where only the best one's cost is zero.
fn ratios(comparison: &Comparison<'_>) -> Vec<Vec<f64>> {
    let mut all = vec![Vec::new(); comparison.optimizers.len()];
    for problem in 0..comparison.problems.len() {
        let costs = comparison.costs(problem);
        let best = costs.iter().copied().fold(f64::INFINITY, f64::min);
        for (optimizer, cost) in costs.into_iter().enumerate() {
            let ratio = if cost.is_infinite() {
                cost
            } else if cost == best {
                1.0
            } else {
                cost / best
            };
            all[optimizer].push(ratio);
        }
    }
    all.iter_mut().for_each(|ratios| ratios.sort_by(f64::total_cmp));
    all
}

/// The share of values up to x, as the corners of its steps from `low` to `high`.
pub(super) fn steps(sorted: &[f64], low: f64, high: f64) -> Vec<(f64, f64)> {
    let share = |count: usize| count as f64 / sorted.len() as f64;
    let mut done = sorted.partition_point(|value| *value < low);
    let mut points = vec![(low, share(done))];
    for equal in sorted[done..].chunk_by(|a, b| a == b) {
        if equal[0] > high {
            break;
        }
        points.push((equal[0], share(done)));
        done += equal.len();
        points.push((equal[0], share(done)));
    }
    points.push((high, share(done)));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_rise_at_the_values() {
        let inf = f64::INFINITY;
        let points = steps(&[1.0, 1.0, 3.0, inf], 1.0, 10.0);
        assert_eq!(points, [(1.0, 0.0), (1.0, 0.0), (1.0, 0.5), (3.0, 0.5), (3.0, 0.75), (10.0, 0.75)]);
        assert_eq!(steps(&[0.5, 20.0], 1.0, 10.0), [(1.0, 0.5), (10.0, 0.5)]);
    }
}
