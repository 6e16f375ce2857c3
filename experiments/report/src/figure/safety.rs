//! How safe a learning rate is: on which share of the problems it comes close to the optimizer's best one.

use super::axis::{Axis, Scale};
use super::comparison::remark;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::style::{MOST_LINES, styles};
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::Quantity;
use thalweg_record::stats::{Configuration, Metric, median};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "safety",
    summary: "by learning rate, the share of problems on which (loss - best) / (initial - best) is at most `below` (in a study of `members`)",
    metrics: || vec![Metric::FinalTrainLoss.name()],
    keys: &["below", "panel", "row", "select", "select_by", "x_range"],
    required: 0,
    input: Input::Problems,
    table: None,
    compose,
    times: None,
};

/// The regret up to which a loss is close to the best one.
const CLOSE: f64 = 0.05;

/// The learning rate that the notes call safe.
const USUAL: f64 = 0.01;

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::FinalTrainLoss;
    let all = data.configurations;
    let chosen: Vec<&Configuration<'_>> =
        all.iter().filter(|configuration| chart.options.selects(configuration)).collect();
    let mut optimizers: Vec<&str> = Vec::new();
    let mut problems: Vec<&str> = Vec::new();
    for configuration in &chosen {
        if !optimizers.contains(&configuration.series()) {
            optimizers.push(configuration.series());
        }
        if !problems.contains(&configuration.problem()) {
            problems.push(configuration.problem());
        }
    }
    if optimizers.len() > MOST_LINES {
        return Err(FigureError::TooManyLines { kind: KIND.name, found: optimizers.len(), most: MOST_LINES });
    }
    let close = chart.options.below.unwrap_or(CLOSE);
    let by = chart.options.select_by.unwrap_or(metric);
    let lines: Vec<Vec<(f64, f64)>> = optimizers
        .iter()
        .map(|optimizer| {
            let of_problem = |problem: &&str| {
                let own = chosen.iter().filter(|c| c.series() == *optimizer && c.problem() == *problem);
                regrets(own.copied(), metric, by)
            };
            shares(&problems.iter().map(of_problem).collect::<Vec<_>>(), close)
        })
        .collect();
    let rates: Vec<f64> = lines.iter().flatten().map(|(rate, _)| *rate).collect();
    if rates.is_empty() {
        let reason = "no optimizer has the same positive `lr` on all problems".to_owned();
        return Err(FigureError::NoData { kind: KIND.name, reason });
    }
    let x = match chart.options.x_range {
        Some(range) => series::axis_in("x", Scale::Log, range)?,
        None => Axis::around(Scale::Log, rates).expect("the learning rates are positive and finite"),
    };
    let looks = styles(&optimizers);
    let mut layers = vec![Layer::Guide(vec![(USUAL, 0.0), (USUAL, 1.0)])];
    layers.extend(lines.iter().enumerate().map(|(i, line)| Layer::Line(looks[i], line.clone())));
    layers.extend(lines.iter().enumerate().map(|(i, line)| Layer::Markers(looks[i], line.clone())));
    layers.extend(lines.iter().enumerate().map(|(i, line)| {
        let of = |rate: f64| {
            let is_own = |one: &&Configuration<'_>| one.series() == optimizers[i] && one.number("lr") == Some(rate);
            Whose::of(chosen.iter().copied().filter(is_own).copied())
        };
        let points = line.iter().map(|point| (*point, of(point.0))).collect();
        Layer::Owners { style: looks[i], is_line: true, points }
    }));
    let entry = |(i, name): (usize, &&str)| Entry { symbol: Symbol::Line(looks[i]), text: words::method(name) };
    Ok(Picture {
        title: chart.title_or(|| "How often a learning rate is close to the best".to_owned()),
        x,
        x_label: "learning rate".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y: Axis::new(Scale::Linear, 0.0, 1.02),
            y_label: format!("share of problems with a regret up to {close}"),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: optimizers.iter().enumerate().map(entry).collect(),
        notes: vec![
            Entry { symbol: Symbol::Guide, text: format!("learning rate {USUAL}") },
            remark("regret: (loss − best) / (initial − best), the best over the method's learning rates"),
            remark(format!("{} problems, medians over seeds, the best over other hyperparameters", problems.len())),
        ]
        .into_iter()
        .chain((by != metric).then(|| remark(format!("(in the {})", by.label()))))
        .chain(by.is_of_test().then(|| remark("(chosen on the test split)")))
        .collect(),
    })
}

/// The regret of each learning rate of an optimizer on one problem.
fn regrets<'a>(own: impl Iterator<Item = &'a Configuration<'a>>, metric: Metric, by: Metric) -> Vec<(f64, f64)> {
    // By learning rate, the loss and the cost that it was chosen by.
    let mut losses: Vec<(f64, f64, f64)> = Vec::new();
    let mut initial: Vec<f64> = Vec::new();
    for configuration in own {
        let (Some(rate), Some(spread)) = (configuration.number("lr"), configuration.spread(metric)) else {
            continue;
        };
        initial.extend(
            configuration
                .runs()
                .filter_map(|run| run.quantity(Quantity::InitialTrainLoss))
                .filter(|loss| loss.is_finite()),
        );
        let Some(merit) = configuration.spread(by).map(|spread| spread.median) else { continue };
        let merit = if by.lower_is_better() { merit } else { -merit };
        match losses.iter_mut().find(|(known, ..)| *known == rate) {
            Some(best) if merit < best.2 => *best = (rate, spread.median, merit),
            Some(_) => {}
            None => losses.push((rate, spread.median, merit)),
        }
    }
    initial.sort_by(f64::total_cmp);
    let best = losses.iter().map(|(_, loss, _)| *loss).fold(f64::INFINITY, f64::min);
    let range = median(&initial).map_or(f64::NAN, |initial| initial - best);
    let regret = |loss: f64| if loss == best { 0.0 } else { (loss - best) / range };
    losses.into_iter().map(|(rate, loss, _)| (rate, regret(loss))).collect()
}

/// By learning rate, the share of problems whose regret is at most `close`; only rates that every problem has.
fn shares(problems: &[Vec<(f64, f64)>], close: f64) -> Vec<(f64, f64)> {
    let at = |problem: &Vec<(f64, f64)>, rate: f64| {
        problem.iter().find(|(known, _)| *known == rate).map(|(_, regret)| *regret)
    };
    let Some(first) = problems.first() else { return Vec::new() };
    let mut shares: Vec<(f64, f64)> = first
        .iter()
        .filter(|(rate, _)| *rate > 0.0 && rate.is_finite())
        .filter_map(|(rate, _)| {
            let regrets = problems.iter().map(|problem| at(problem, *rate)).collect::<Option<Vec<f64>>>()?;
            let safe = regrets.iter().filter(|regret| **regret <= close).count();
            Some((*rate, safe as f64 / regrets.len() as f64))
        })
        .collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    shares
}
