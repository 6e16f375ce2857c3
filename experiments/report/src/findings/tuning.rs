//! What trying settings is worth: against defaults, against one setting for all problems, and by how many are tried.

use super::criterion::Criterion;
use super::paired::{LEVEL, Paired, fewest_pairs};
use super::sentences::{MOST_COUNTS, listed, probability};
use super::text::{counted, interval, number};
use crate::figure::{Defaults, Selection, words};
use thalweg_record::stats::{
    Assessment, Budgets, Candidates, Configuration, FEWEST_PROBLEMS, Interval, Pair, Regime, Regimes, Score, Verdict,
    ascending, ascending_order,
};

/// The candidates that a criterion judges, those of the methods that ran on all problems.
pub(crate) fn candidates<'a>(configurations: &[Configuration<'a>], criterion: Criterion) -> Candidates<'a> {
    let score = Score::Outcome(criterion.shown);
    Candidates::of(configurations, score, Some(criterion.chosen_by), &|_| true).complete()
}

/// The methods under the three regimes; `known` are the default settings of optimizers.
pub(crate) fn regimes<'a>(
    configurations: &[Configuration<'a>],
    candidates: &Candidates<'a>,
    known: &[Selection],
) -> Regimes<'a> {
    let defaults = Defaults::of(configurations, known);
    Regimes::of(candidates, Assessment::CrossFit, &|one| defaults.are(one))
}

/// How many times as much as with tuned settings a method costs under another regime.
pub(crate) fn factor(log_ratio: f64) -> f64 {
    libm::pow(10.0, log_ratio)
}

/// The interval of such a factor.
pub(crate) fn factors(of: Interval) -> Interval {
    Interval { low: factor(of.low), high: factor(of.high) }
}

/// What tuning is worth to the methods, as far as it is told.
pub(super) fn gains(regimes: &Regimes<'_>, label: &str) -> Vec<String> {
    match regimes.problems.len() {
        0 => Vec::new(),
        1 => gains_over_defaults(regimes, label).into_iter().collect(),
        _ => [Regime::OneForAll, Regime::Defaults]
            .into_iter()
            .filter_map(|from| gains_from(regimes, from, label))
            .collect(),
    }
}

/// The factors that tuning on each of several problems saves against a regime.
fn gains_from(regimes: &Regimes<'_>, from: Regime, label: &str) -> Option<String> {
    let problems = regimes.problems.len();
    let is_known = |pair: &Pair| !pair.log_ratio.is_nan();
    let gain = |method: usize| Some((method, regimes.gain(method, from).filter(is_known)?));
    let mut gains: Vec<(usize, Pair)> = (0..regimes.optimizers.len()).filter_map(gain).collect();
    gains.sort_by(|one, other| other.1.log_ratio.total_cmp(&one.1.log_ratio));
    let name = |method: usize| words::method(regimes.optimizers[method]);
    let against = format!("against {}", if from == Regime::Defaults { "their defaults" } else { words::regime(from) });
    if problems < FEWEST_PROBLEMS {
        let of = |(method, pair): &(usize, Pair)| format!("{}{}", name(*method), by(pair.log_ratio));
        // What is as good to three digits is no gain.
        let is_more = |(_, pair): &&(usize, Pair)| pair.log_ratio > 0.0 && number(factor(pair.log_ratio)) != "1";
        let shown = shortened(gains.iter().filter(is_more).map(of).collect())?;
        return Some(format!(
            "On these {problems} problems, settings tuned on each lower the median {label} of {shown}, {against} (medians; it \
             takes {FEWEST_PROBLEMS} problems to say more)."
        ));
    }
    let is_told = |(_, pair): &&(usize, Pair)| pair.interval.is_some_and(|own| own.low > 0.0);
    let of = |(method, pair): &(usize, Pair)| {
        let sure =
            pair.interval.map_or_else(String::new, |own| format!(" (95 % interval {})", interval(&factors(own))));
        format!("{}{}{sure}", name(*method), by(pair.log_ratio))
    };
    let told = shortened(gains.iter().filter(is_told).map(of).collect());
    let untold: Vec<String> = gains.iter().filter(|one| !is_told(one)).map(|(method, _)| name(*method)).collect();
    let of = if untold.len() > MOST_COUNTS { format!("{} others", untold.len()) } else { listed(&untold) };
    let none = (!untold.is_empty()).then(|| format!("no gain is told of {of}"));
    let over = format!("medians over {problems} problems");
    match (told, none) {
        (Some(told), none) => {
            let none = none.map_or_else(String::new, |none| format!("; {none}"));
            Some(format!(
                "Settings tuned on each problem lower the median {label} of {told}, {against} ({over}){none}."
            ))
        }
        (None, Some(none)) => Some(format!("Of settings tuned on each problem, {against}, {none} ({over}).")),
        (None, None) => None,
    }
}

/// By which factor something is lower; without one, where it was infinite.
fn by(log_ratio: f64) -> String {
    if log_ratio.is_finite() {
        format!(" by a factor of {}", number(factor(log_ratio)))
    } else {
        " (which diverges otherwise)".to_owned()
    }
}

/// All of a few, or of many the first and the last.
fn shortened(items: Vec<String>) -> Option<String> {
    match &items[..] {
        [] => None,
        [first, .., last] if items.len() > MOST_COUNTS => {
            Some(format!("{} methods, from {first} to {last}", items.len()))
        }
        all => Some(listed(all)),
    }
}

/// What tuning saves on the only problem, against the defaults of the methods that were tried with them.
fn gains_over_defaults(regimes: &Regimes<'_>, label: &str) -> Option<String> {
    let methods: Vec<usize> =
        (0..regimes.optimizers.len()).filter(|at| regimes.entrant(*at, Regime::Defaults).is_some()).collect();
    let (mut told, mut untold, mut pairs) = (Vec::new(), Vec::new(), 0);
    for &method in &methods {
        let name = words::method(regimes.optimizers[method]);
        let Some(pair) = paired(regimes, (method, Regime::Tuned), (method, Regime::Defaults)) else { continue };
        let Some(gain) = regimes.gain(method, Regime::Defaults) else { continue };
        pairs = pairs.max(regimes.entrant(method, Regime::Defaults).map_or(0, |own| own.cells[0].1.len()));
        let p = (pair.p * methods.len() as f64).min(1.0);
        let count = format!("{} of {} pairs, {}", pair.wins, pair.wins + pair.losses, probability(p));
        if p <= LEVEL && pair.wins > pair.losses {
            told.push(format!("{name}{} ({count})", by(gain.log_ratio)));
        } else if pair.wins + pair.losses > 0 {
            untold.push(format!("{name} ({count})"));
        }
    }
    let fewest = fewest_pairs(methods.len().max(1));
    if pairs < fewest {
        let pairs = counted(pairs, "pair");
        return (!untold.is_empty())
            .then(|| format!("With {pairs} no gain of tuned settings over defaults can be told: it takes {fewest}."));
    }
    let (none, told) = (listed(&untold), shortened(told));
    match (told, untold.is_empty()) {
        (Some(told), true) => Some(format!("Tuned settings lower the {label} of {told}, against their defaults.")),
        (Some(told), false) => Some(format!(
            "Tuned settings lower the {label} of {told}, against their defaults; no gain is told of {none}."
        )),
        (None, false) => Some(format!("Of tuned settings, against defaults, no gain is told of {none}.")),
        (None, true) => None,
    }
}

/// Two entrants on the only problem, trial by trial.
fn paired(regimes: &Regimes<'_>, one: (usize, Regime), other: (usize, Regime)) -> Option<Paired> {
    let cell = |(method, regime)| regimes.entrant(method, regime)?.cells.first();
    let (one, other) = (cell(one)?, cell(other)?);
    Paired::of((&one.0, &one.1), (&other.0, &other.1))
}

/// Methods that are ahead of the one which is first when all are tuned, as long as settings are come by in another way.
pub(super) fn overtakings(regimes: &Regimes<'_>) -> Vec<String> {
    let problems = regimes.problems.len();
    match problems {
        1 => overtaken_on_one(regimes).into_iter().collect(),
        _ if problems < FEWEST_PROBLEMS => Vec::new(),
        _ => {
            let ranks = regimes.ranks();
            let place = |method: usize, regime: Regime| {
                regimes.entrants.iter().position(|one| (one.optimizer, one.regime) == (method, regime))
            };
            let tuned = (0..regimes.optimizers.len()).filter_map(|at| Some((at, place(at, Regime::Tuned)?)));
            let first = tuned.min_by(|one, other| ranks.averages[one.1].total_cmp(&ranks.averages[other.1]));
            let Some((first, _)) = first else { return Vec::new() };
            let of = |regime: Regime| {
                let own = place(first, regime)?;
                let is_ahead = |other: &usize| {
                    place(*other, regime).is_some_and(|other| ranks.verdict(other, own) == Verdict::Ahead)
                };
                let others: Vec<usize> = (0..regimes.optimizers.len()).filter(is_ahead).collect();
                overtaking(regimes, (first, &others), regime, "by ranks over problems, in 97.5 % of resamples or more")
            };
            [Regime::Defaults, Regime::OneForAll].into_iter().filter_map(of).collect()
        }
    }
}

fn overtaken_on_one(regimes: &Regimes<'_>) -> Option<String> {
    let count = regimes.optimizers.len();
    let costs = |method: usize| {
        let costs = &regimes.entrant(method, Regime::Tuned)?.cells.first()?.1;
        thalweg_record::stats::median(&ascending(costs))
    };
    let first = (0..count).min_by(|one, other| {
        let [one, other] = [*one, *other].map(|at| costs(at).unwrap_or(f64::INFINITY));
        one.total_cmp(&other)
    })?;
    let is_ahead = |other: &usize| {
        let pair = paired(regimes, (*other, Regime::Defaults), (first, Regime::Defaults));
        *other != first && pair.is_some_and(|pair| pair.p * (count - 1) as f64 <= LEVEL && pair.wins > pair.losses)
    };
    let others: Vec<usize> = (0..count).filter(is_ahead).collect();
    overtaking(regimes, (first, &others), Regime::Defaults, "sign test of paired seeds")
}

fn overtaking(regimes: &Regimes<'_>, (first, others): (usize, &[usize]), regime: Regime, by: &str) -> Option<String> {
    let name = |at: usize| words::method(regimes.optimizers[at]);
    let names: Vec<String> = others.iter().map(|at| name(*at)).collect();
    let with = if regime == Regime::Defaults { "defaults alone" } else { words::regime(regime) };
    let are = if names.len() == 1 { "is" } else { "are" };
    let first = name(first);
    (!names.is_empty())
        .then(|| format!("With {with}, {} {are} ahead of {first} ({by}), which is first when tuned.", listed(&names)))
}

/// From how many settings on the order of the methods is that of all.
pub(super) fn settling(candidates: &Candidates<'_>) -> Option<String> {
    let several = (candidates.optimizers.len() > 1 && !candidates.problems.is_empty()).then_some(candidates)?;
    let budgets = Budgets::of(several, Assessment::CrossFit);
    let (settled, most) = (budgets.settled()?, *budgets.budgets.last().filter(|most| **most > 1)?);
    let by = match &candidates.problems[..] {
        [problem] => format!("median on {}", words::problem(problem)),
        problems => format!("average rank over {}", counted(problems.len(), "problem")),
    };
    if settled == 1 {
        return Some(format!(
            "The ranking by the {by} is the same for any number of settings tried, from 1 to {most}."
        ));
    }
    let at = budgets.budgets.iter().position(|k| *k == settled)?;
    let ranks = budgets.ranks();
    let places = |ranks: &[f64]| {
        let mut places = vec![0; ranks.len()];
        ascending_order(ranks).into_iter().enumerate().for_each(|(place, method)| places[method] = place);
        places
    };
    let (before, after) = (places(&ranks[at - 1]), places(&ranks[at]));
    let methods = candidates.optimizers.iter().zip(before.iter().zip(&after));
    let changing: Vec<String> =
        methods.filter(|(_, (before, after))| before != after).map(|(name, _)| words::method(name)).collect();
    let who = if changing.len() > MOST_COUNTS { counted(changing.len(), "method") } else { listed(&changing) };
    Some(format!(
        "The ranking of {who} by the {by} changes until k = {settled} of {most} settings are tried and the best is kept."
    ))
}
