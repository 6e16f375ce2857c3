//! Performance profiles (Dolan and Moré 2002): on which share of the problems an optimizer comes within a factor of the
//! best.

use super::axis::{Axis, Scale};
use super::comparison::{self, remark, signed};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::styles;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Assessment, Comparison, MOST_RATIO, profile_score, ratios_to_best};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "profile",
    summary: "performance profile: the share of problems on which an optimizer comes within a factor of the best (in a study of `members`)",
    metrics: comparison::scores,
    keys: &["panel", "row", "select", "select_by", "assessment", "x_range"],
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

/// The largest factor that the axis shows.
const MOST: f64 = 1e4;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of_ratios(chart, data)?;
    let ratios = ratios(&found, Comparison::costs);
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
    layers.extend(looks.iter().enumerate().map(|(i, look)| Layer::Owner(*look, comparison::whose(&found, i))));
    let names = names(&found, &ratios);
    let entry = |(i, text): (usize, String)| Entry { symbol: Symbol::Line(looks[i]), text };
    let mut notes =
        vec![remark(format!("number: mean share of problems up to a factor of {MOST_RATIO}, as AlgoPerf's score"))];
    if found.assessment == Assessment::CrossFit {
        notes.push(remark("(in brackets: in-sample − cross-fit)"));
    }
    notes.extend(comparison::notes(&found));
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
        legend: names.into_iter().enumerate().map(entry).collect(),
        notes,
    })
}

/// For each optimizer, its ratios to the best one of each problem by these costs.
fn ratios<'a>(found: &Comparison<'a>, costs: fn(&Comparison<'a>, usize) -> Vec<f64>) -> Vec<Vec<f64>> {
    ratios_to_best(&(0..found.problems.len()).map(|problem| costs(found, problem)).collect::<Vec<_>>())
}

/// The names of optimizers with the scores of their profiles, and how much higher these are in-sample.
fn names(found: &Comparison<'_>, own: &[Vec<f64>]) -> Vec<String> {
    let in_sample = ratios(found, Comparison::costs_in_sample);
    let rounded = |value: f64| (1000.0 * value).round() / 1000.0;
    let name = |(optimizer, ratios): (usize, &Vec<f64>)| {
        let score = profile_score(ratios, MOST_RATIO);
        let text = format!("{} {score:.2}", comparison::name(found, optimizer));
        let optimism = profile_score(&in_sample[optimizer], MOST_RATIO) - score;
        let is_cross_fit = found.assessment == Assessment::CrossFit;
        if is_cross_fit { format!("{text} ({})", signed(rounded(optimism))) } else { text }
    };
    own.iter().enumerate().map(name).collect()
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
