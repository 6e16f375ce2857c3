//! Average ranks of optimizers with how sure they are, by a bootstrap over problems and trials.

use super::comparison::{self, remark};
use super::labels;
use super::picture::{Entry, Layer, Picture, Symbol};
use super::style::{Style, styles};
use super::ticks::value_label;
use super::whose::of_points;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{Assessment, Comparison, ResampledRanks, Verdict, ascending_order, average_ranks};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "rank-intervals",
    summary: "average ranks over problems with bootstrap intervals, and how probably the first one is ahead of each",
    metrics: comparison::scores,
    keys: comparison::KEYS,
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

const ROW: f64 = 26.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of(chart, data)?;
    let ranks = ResampledRanks::of(&found);
    let order = ascending_order(&ranks.averages);
    let (first, count) = (order[0], order.len());
    let name = |&optimizer: &usize| {
        let name = format!("{} {:.2}", comparison::name(&found, optimizer), ranks.averages[optimizer]);
        if optimizer == first { name } else { format!("{name} ({})", share(ranks.ahead[first][optimizer])) }
    };
    let names: Vec<String> = order.iter().map(name).collect();
    let looks = styles(&found.optimizers);
    let solid = |optimizer: usize| Style { dash: &[], ..looks[optimizer] };
    let best = ranks.intervals[first];
    let mut layers =
        vec![Layer::Band(solid(first), vec![(best.low, 0.0, count as f64), (best.high, 0.0, count as f64)])];
    for (row, &optimizer) in order.iter().enumerate() {
        let (interval, y) = (ranks.intervals[optimizer], comparison::middle(row, count));
        layers.push(Layer::Line(solid(optimizer), vec![(interval.low, y), (interval.high, y)]));
        layers.push(Layer::Markers(looks[optimizer], vec![(ranks.averages[optimizer], y)]));
    }
    let is_cross_fit = found.assessment == Assessment::CrossFit;
    if is_cross_fit {
        let costs: Vec<Vec<f64>> = (0..found.problems.len()).map(|problem| found.costs_in_sample(problem)).collect();
        let in_sample = average_ranks(&costs);
        let at = |(row, &optimizer): (usize, &usize)| (in_sample[optimizer], comparison::middle(row, count));
        layers.push(Layer::Rings(order.iter().enumerate().map(at).collect()));
    }
    layers.extend(order.iter().enumerate().map(|(row, &optimizer)| {
        let place = (ranks.averages[optimizer], comparison::middle(row, count));
        of_points(looks[optimizer], vec![(place, comparison::whose(&found, optimizer))])
    }));
    let mut notes = vec![Entry {
        symbol: Symbol::PlainLine,
        text: format!("average rank, 95 % interval by a {}", comparison::bootstrap_of(&ranks)),
    }];
    notes.extend(is_cross_fit.then(|| Entry { symbol: Symbol::Ring, text: "the same in-sample".to_owned() }));
    notes.extend(verdicts(&found, &ranks, &order));
    notes.extend(comparison::notes(&found));
    let title = chart.title_or(|| format!("Ranks by {}, and how sure they are", found.score.label()));
    Ok(comparison::picture_of_ranks(title, (&names, ROW), count, layers, notes))
}

/// A share of resamples: what none of them showed is not impossible.
fn share(share: f64) -> String {
    match share {
        share if share > 0.999 => "> 0.999".to_owned(),
        share if share < 0.001 => "< 0.001".to_owned(),
        share => value_label((1000.0 * share).round() / 1000.0),
    }
}

/// Whom the first one is ahead of, and who is not told apart from it.
fn verdicts(found: &Comparison<'_>, ranks: &ResampledRanks, order: &[usize]) -> Vec<Entry> {
    let (first, others) = order.split_first().expect("there are two optimizers or more");
    let leader = words::method(found.optimizers[*first]);
    let of = |verdict: Verdict| {
        let such = others.iter().filter(move |other| ranks.verdict(*first, **other) == verdict);
        such.map(|&other| words::method(found.optimizers[other]))
    };
    let mut notes = vec![remark(format!("(in brackets: P({leader} is ahead))"))];
    notes.extend(labels::listed(&format!("{leader} is ahead of"), of(Verdict::Ahead)));
    notes.extend(labels::listed("undecided:", of(Verdict::Undecided)));
    notes
}
