//! Average ranks of optimizers over problems, with Nemenyi's critical difference (Demšar 2006).
//!
//! Each bar is half the critical difference long on either side of its mark, as far as there are such ranks. Two optimizers
//! whose bars do not overlap differ at the level of 5 %. Few problems have no bars.

use super::comparison::{self, remark, signed};
use super::labels;
use super::picture::{Entry, Layer, Picture, Symbol};
use super::style::{Style, styles};
use super::ticks::value_label;
use super::whose::of_points;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::stats::{
    Assessment, Comparison, FEWEST_PROBLEMS, Interval, Probability, RankTest, ascending_order, average_ranks,
};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "rank",
    summary: "average ranks over problems, with the tests of Friedman, Nemenyi and Wilcoxon (in a study of `members`)",
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
    let costs: Vec<Vec<f64>> = (0..found.problems.len()).map(|problem| found.costs(problem)).collect();
    let test = RankTest::of(&costs).ok_or_else(|| FigureError::NoData {
        kind: KIND.name,
        reason: "a rank test needs two problems, two to twenty optimizers, and a difference between them".to_owned(),
    })?;
    let order = ascending_order(&test.averages);
    let count = order.len();
    let names = names(&found, &test.averages, &order);
    let looks = styles(&found.optimizers);
    let solid = |optimizer: usize| Style { dash: &[], ..looks[optimizer] };
    // What overlaps with the best one's bar is not known to be worse.
    let band =
        |bar: Interval| Layer::Band(solid(order[0]), [bar.low, bar.high].map(|end| (end, 0.0, count as f64)).into());
    let mut layers: Vec<Layer> = test.bar(order[0]).map(band).into_iter().collect();
    for (row, &optimizer) in order.iter().enumerate() {
        let y = comparison::middle(row, count);
        if let Some(bar) = test.bar(optimizer) {
            layers.push(Layer::Line(solid(optimizer), vec![(bar.low, y), (bar.high, y)]));
            for end in [bar.low, bar.high] {
                layers.push(Layer::Line(solid(optimizer), vec![(end, y - 0.14), (end, y + 0.14)]));
            }
        }
        layers.push(Layer::Markers(looks[optimizer], vec![(test.averages[optimizer], y)]));
    }
    layers.extend(order.iter().enumerate().map(|(row, &optimizer)| {
        let place = (test.averages[optimizer], comparison::middle(row, count));
        of_points(looks[optimizer], vec![(place, comparison::whose(&found, optimizer))])
    }));
    let mut notes = tests(&test);
    notes.extend(pairs(&found, &order));
    if found.assessment == Assessment::CrossFit {
        notes.push(remark("(in brackets: in-sample − cross-fit)"));
    }
    notes.extend(comparison::notes(&found));
    let title = chart.title_or(|| format!("Average ranks by {}", found.score.label()));
    Ok(comparison::picture_of_ranks(title, (&names, ROW), count, layers, notes))
}

/// The optimizers in an order, with their average ranks and how much lower these are in-sample.
pub(super) fn names(found: &Comparison<'_>, averages: &[f64], order: &[usize]) -> Vec<String> {
    let in_sample =
        average_ranks(&(0..found.problems.len()).map(|problem| found.costs_in_sample(problem)).collect::<Vec<_>>());
    let name = |&optimizer: &usize| {
        let (name, rank) = (comparison::name(found, optimizer), averages[optimizer]);
        match found.assessment {
            Assessment::CrossFit => format!("{name} {rank:.2} ({})", signed_rank(in_sample[optimizer] - rank)),
            Assessment::InSample => format!("{name} {rank:.2}"),
        }
    };
    order.iter().map(name).collect()
}

/// A difference of average ranks, with two digits.
fn signed_rank(difference: f64) -> String {
    signed((100.0 * difference).round() / 100.0)
}

/// What the tests of all optimizers at once say.
fn tests(test: &RankTest) -> Vec<Entry> {
    let p = |p: f64| if p < 1e-4 { "< 10^{−4}".to_owned() } else { format!("= {}", value_label(p)) };
    let chi_squared = value_label(test.chi_squared);
    let mut notes = Vec::new();
    if let Some(difference) = test.critical_difference {
        notes.push(Entry {
            symbol: Symbol::PlainLine,
            text: "average rank ± half the critical difference at 5 % (Nemenyi)".to_owned(),
        });
        notes.push(remark(format!("critical difference {}", value_label(difference))));
    }
    match test.p {
        _ if test.is_unanimous => {
            notes.push(remark(format!("all {} problems rank them alike:", test.problems)));
            notes.push(remark(format!("Friedman: exact p {}", p(test.p.value()))));
        }
        Probability::Exact(exact) => notes.push(remark(format!("Friedman: χ² = {chi_squared}, exact p {}", p(exact)))),
        Probability::Sampled(sampled, _) => {
            notes.push(remark(format!("Friedman: χ² = {chi_squared}, p {}", p(sampled))));
            notes.push(remark("(by permutations that were drawn)"));
        }
        Probability::Asymptotic(limit) => notes.push(remark(format!("Friedman: χ² = {chi_squared}, p {}", p(limit)))),
    }
    notes.extend(test.p_f.map(|p_f| remark(format!("Iman–Davenport: p {}", p(p_f)))));
    if test.problems < FEWEST_PROBLEMS {
        notes.push(remark("(too few problems for χ², F, Nemenyi)"));
    }
    notes
}

/// What the signed-rank test says of pairs, adjusted for all of them.
fn pairs(found: &Comparison<'_>, order: &[usize]) -> Vec<Entry> {
    let pairs = found.pairwise();
    let over = if pairs.len() > 1 { format!(", Holm over {} pairs", pairs.len()) } else { String::new() };
    let mut notes = vec![remark(format!("Wilcoxon{over}, at 5 %:"))];
    let is_ahead = |one: usize, other: usize| {
        let is_it = |pair: &&thalweg_record::stats::Pairwise| pair.leader() == Some(one) && pair.has(other);
        pairs.iter().find(is_it).is_some_and(|pair| pair.holm <= 0.05)
    };
    for &one in order {
        let behind = order.iter().filter(|other| **other != one && is_ahead(one, **other));
        let behind = behind.map(|&other| words::method(found.optimizers[other]));
        notes.extend(labels::listed(&format!("{} ahead of", words::method(found.optimizers[one])), behind));
    }
    if notes.len() == 1 {
        notes.push(remark("no two are told apart"));
    }
    notes
}
