//! Average ranks of optimizers over problems, with Nemenyi's critical difference (Demšar 2006).
//!
//! Each bar is half the critical difference long on either side of its mark, so two optimizers differ at the level of 5
//! % exactly if their bars do not overlap.

use super::axis::{Axis, Scale};
use super::comparison::{self, remark};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::style::{Style, styles};
use super::ticks::value_label;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::RankTest;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "rank",
    summary: "average ranks over problems, with Friedman's test and Nemenyi's critical difference (in a study of `members`)",
    metrics: comparison::scores,
    keys: &["panel", "row", "select"],
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
};

const ROW: f64 = 26.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of(chart, data)?;
    let costs: Vec<Vec<f64>> = (0..found.problems.len()).map(|problem| found.costs(problem)).collect();
    let test = RankTest::of(&costs).ok_or_else(|| FigureError::NoData {
        kind: KIND.name,
        reason: "a rank test needs two problems, two to twenty optimizers, and a difference between them".to_owned(),
    })?;
    let mut order: Vec<usize> = (0..found.optimizers.len()).collect();
    order.sort_by(|a, b| test.averages[*a].total_cmp(&test.averages[*b]).then(a.cmp(b)));
    let count = order.len();
    let names: Vec<String> = order.iter().map(|&optimizer| words::method(found.optimizers[optimizer])).collect();
    let looks = styles(&found.optimizers);
    let half = test.critical_difference / 2.0;
    let solid = |optimizer: usize| Style { dash: &[], ..looks[optimizer] };
    let best = test.averages[order[0]];
    // What overlaps with the best one's bar is not known to be worse.
    let mut layers =
        vec![Layer::Band(solid(order[0]), vec![(best - half, 0.0, count as f64), (best + half, 0.0, count as f64)])];
    for (row, &optimizer) in order.iter().enumerate() {
        let (rank, y) = (test.averages[optimizer], comparison::middle(row, count));
        layers.push(Layer::Line(solid(optimizer), vec![(rank - half, y), (rank + half, y)]));
        for end in [rank - half, rank + half] {
            layers.push(Layer::Line(solid(optimizer), vec![(end, y - 0.14), (end, y + 0.14)]));
        }
        layers.push(Layer::Markers(looks[optimizer], vec![(rank, y)]));
    }
    let low = (best - half).min(1.0) - 0.15;
    let high = (test.averages[order[count - 1]] + half).max(count as f64) + 0.15;
    let p = |p: f64| if p < 1e-4 { "< 10^{−4}".to_owned() } else { format!("= {}", value_label(p)) };
    let mut notes = vec![
        Entry {
            symbol: Symbol::PlainLine,
            text: "average rank ± half the critical difference at 5 % (Nemenyi)".to_owned(),
        },
        remark(format!("critical difference {}", value_label(test.critical_difference))),
        remark(format!("Friedman: χ² = {}, p {}", value_label(test.chi_squared), p(test.p_chi_squared))),
        remark(format!("Iman–Davenport: p {}", p(test.p_f))),
    ];
    notes.extend(comparison::notes(&found));
    Ok(Picture {
        title: chart.title_or(|| format!("Average ranks by {}", found.score.label())),
        x: Axis::new(Scale::Linear, low, high),
        x_label: "average rank (1 is best)".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: ROW * count as f64,
            y: comparison::rows(&names),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: Vec::new(),
        notes,
    })
}
