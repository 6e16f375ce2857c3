//! How optimizers compare with one of them, problem by problem: the median ratio over paired trials with its bootstrap
//! interval.

use super::axis::{Axis, Scale};
use super::comparison::{self, remark};
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::style::{Style, styles};
use super::ticks::value_label;
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind, help};
use thalweg_record::stats::{Assessment, Comparison, interquartile_mean};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "paired",
    summary: "costs relative to those of the optimizer `against`, over paired trials, with bootstrap intervals (in a study of `members`)",
    metrics: comparison::scores,
    keys: &["against", "panel", "row", "select", "select_by", "assessment", "x_range"],
    required: 1,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

/// Height of an optimizer's line in the row of a problem, and of the room between rows.
const LINE: f64 = 9.0;
const ROOM: f64 = 9.0;

/// The most decades that the axis shows on either side of 1.
const MOST: f64 = 6.0;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let found = comparison::of_ratios(chart, data)?;
    let nothing = |reason| FigureError::NoData { kind: KIND.name, reason };
    let against = chart.options.against.as_deref().ok_or_else(|| nothing("`against` names no optimizer".to_owned()))?;
    let one = found.optimizers.iter().position(|name| *name == against);
    let one = one.ok_or_else(|| {
        nothing(format!("no trials are of `{against}`; {}", help(against, found.optimizers.iter().copied())))
    })?;
    let others: Vec<usize> = (0..found.optimizers.len()).filter(|other| *other != one).collect();
    let count = found.problems.len();
    let step = LINE / (LINE * others.len() as f64 + ROOM);
    let (mut drawn, mut owners) = (Vec::new(), Vec::new());
    let mut reach = 0.3_f64;
    for problem in 0..count {
        for (line, &other) in others.iter().enumerate() {
            let pair = found.pair(problem, one, other).expect("every optimizer has trials of every problem");
            let y = comparison::middle(problem, count) - (line as f64 - (others.len() - 1) as f64 / 2.0) * step;
            let (low, high) =
                pair.interval.map_or((pair.log_ratio, pair.log_ratio), |interval| (interval.low, interval.high));
            let finite = [low, high, pair.log_ratio].into_iter().filter(|value| value.is_finite());
            reach = finite.fold(reach, |reach, value| reach.max(value.abs())).min(MOST);
            drawn.push((other, y, pair.log_ratio, low, high));
            let best = found.best(problem, other).map(|best| Whose::of([best.configuration]));
            owners.extend(best.map(|best| (other, y, pair.log_ratio, best)));
        }
    }
    let power = |exponent: f64| libm::pow(10.0, exponent.clamp(-20.0, 20.0));
    let x = match chart.options.x_range {
        Some(range) => super::series::axis_in("x", Scale::Log, range)?,
        None => Axis::new(Scale::Log, power(-1.1 * reach), power(1.1 * reach)),
    };
    let looks = styles(&found.optimizers);
    let solid = |other: usize| Style { dash: &[], ..looks[other] };
    let mut layers = vec![Layer::Guide(vec![(1.0, 0.0), (1.0, count as f64)])];
    for &(other, y, ratio, low, high) in &drawn {
        layers.push(Layer::Line(solid(other), vec![(power(low), y), (power(high), y)]));
        // A ratio beyond the axis, such as to a trial that diverged, is marked at the end of the axis.
        let place = power(ratio).clamp(x.low(), x.high());
        layers.push(Layer::Markers(looks[other], vec![(place, y)]));
    }
    layers.extend(others.iter().map(|&other| {
        let own = owners.iter().filter(|(optimizer, ..)| *optimizer == other);
        let point = |(_, y, ratio, whose): &(usize, f64, f64, Whose)| {
            ((power(*ratio).clamp(x.low(), x.high()), *y), whose.clone())
        };
        of_points(looks[other], own.map(point).collect())
    }));
    let entry = |&other: &usize| Entry { symbol: Symbol::Marker(looks[other]), text: named(&found, other) };
    let baseline = words::method(against);
    let mut notes = vec![
        Entry { symbol: Symbol::Guide, text: format!("as good as {baseline}") },
        remark("median ratio over paired trials with its 95 % bootstrap interval"),
    ];
    if drawn.iter().any(|(_, _, ratio, _, _)| !(x.low()..=x.high()).contains(&power(*ratio))) {
        notes.push(remark("(at an end of the axis: beyond it)"));
    }
    if let Some(factor) = optimism(&found, one) {
        let optimism = value_label(factor);
        notes.push(remark(format!("×: in-sample / cross-fit, over all problems ({baseline}: ×{optimism})")));
    }
    notes.extend(comparison::notes(&found));
    let label = found.score.label();
    let problems: Vec<String> = found.problems.iter().map(|problem| words::problem(problem)).collect();
    Ok(Picture {
        title: chart.title_or(|| format!("{label} relative to {baseline}")),
        x,
        x_label: format!("{label} / that of {baseline} (right: {baseline} is better)"),
        panels: vec![Panel {
            heading: String::new(),
            height: (LINE * others.len() as f64 + ROOM) * count as f64,
            y: comparison::rows(&problems),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: others.iter().map(entry).collect(),
        notes,
    })
}

/// The name of an optimizer with its optimism.
fn named(found: &Comparison<'_>, optimizer: usize) -> String {
    let name = comparison::name(found, optimizer);
    match optimism(found, optimizer) {
        Some(factor) => format!("{name} ×{}", value_label(factor)),
        None => name,
    }
}

/// The ratio of a cost in-sample to the cross-fitted one, below 1 where the choice flatters: the interquartile mean of logarithms
/// over the problems on which neither is zero or infinite. None where nothing is cross-fitted.
fn optimism(found: &Comparison<'_>, optimizer: usize) -> Option<f64> {
    let ratio = |in_sample: f64, judged: f64| libm::log10(in_sample) - libm::log10(judged);
    let ratios = found.bests(optimizer).map(|best| ratio(best.in_sample, best.median));
    let mut ratios: Vec<f64> = ratios.filter(|ratio| ratio.is_finite()).collect();
    ratios.sort_by(f64::total_cmp);
    let mean = interquartile_mean(&ratios).filter(|_| found.assessment == Assessment::CrossFit)?;
    Some(libm::pow(10.0, mean))
}
