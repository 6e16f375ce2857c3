//! What tuning is worth: the three regimes, what it saves each method, and what the best of k settings costs.

use super::{Cell, Column, Table};
use crate::figure::{Selection, words};
use crate::findings::tuning::{candidates, factor, factors, regimes as regimes_of};
use crate::findings::{Criterion, settings};
use thalweg_record::stats::{
    Assessment, Budgets, Configuration, Interval, Regime, Regimes, ResampledRanks, Score, ascending, median,
    median_interval,
};

use thiserror::Error;

/// Why there is no such table.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NoTable {
    /// All there is are tuned settings.
    #[error(
        "there is one problem, and no method was tried with its defaults there: tuned settings have nothing to be compared with"
    )]
    OneProblem,
    /// The same of several problems.
    #[error("no method ran on every problem with the same settings, or with its defaults")]
    NothingShared,
    /// No method has settings to choose among.
    #[error("no method was tried with two settings or more")]
    OneSetting,
    /// Budgets go up to the number of settings that every method has.
    #[error("some method was tried with one setting alone, so that there is no larger budget for all of them")]
    NoBudget,
}

/// The regimes, if there is another one than tuning.
fn known<'a>(
    configurations: &[Configuration<'a>],
    criterion: Criterion,
    defaults: &[Selection],
) -> Result<Regimes<'a>, NoTable> {
    let candidates = candidates(configurations, criterion);
    let regimes = regimes_of(configurations, &candidates, defaults);
    let varies = |at: usize| (0..candidates.problems.len()).any(|problem| candidates.on(problem, at).len() > 1);
    if !(0..candidates.optimizers.len()).any(varies) {
        return Err(NoTable::OneSetting);
    }
    match regimes.entrants.iter().any(|entrant| entrant.regime != Regime::Tuned) {
        true => Ok(regimes),
        false if candidates.problems.len() == 1 => Err(NoTable::OneProblem),
        false => Err(NoTable::NothingShared),
    }
}

/// Each method on each problem with its defaults, with one setting for all problems (chosen on the others), and tuned there: the
/// median with its interval, by how much the choice flatters tuned settings, and the average rank over problems among all of
/// these. Bold is the best of its regime on its problem.
///
/// # Errors
/// If all there is are tuned settings.
pub fn regimes(
    configurations: &[Configuration<'_>],
    criterion: Criterion,
    defaults: &[Selection],
) -> Result<Table, NoTable> {
    let regimes = known(configurations, criterion, defaults)?;
    let score = Score::Outcome(criterion.shown);
    let ranks = (regimes.problems.len() > 1).then(|| regimes.ranks());
    let mut columns = vec![
        Column::text("optimizer", "method"),
        Column::text("regime", "settings come from"),
        Column::text("settings", "settings"),
        // Costs, so that less is better in every column.
        Column::number(&score.name().replace("_accuracy", "_error"), &format!("median {}", score.label())),
        Column::number("ci_low", "95 % from"),
        Column::number("ci_high", "to"),
        Column::number("optimism", "optimism"),
        Column::number("trials", "trials"),
    ];
    if ranks.is_some() {
        columns.insert(0, Column::text("problem", "problem"));
        columns.extend(rank_columns("", ""));
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for problem in 0..regimes.problems.len() {
        let best = |regime: Regime| {
            let own = regimes.entrants.iter().filter(|one| one.regime == regime);
            own.map(|one| middle(&one.cells[problem].1)).fold(f64::INFINITY, f64::min)
        };
        let best = Regime::ALL.map(|regime| (regime, best(regime)));
        for (at, entrant) in regimes.entrants.iter().enumerate() {
            let (chosen, costs) = &entrant.cells[problem];
            let method = regimes.optimizers[entrant.optimizer];
            let median = middle(costs);
            let is_best = best.contains(&(entrant.regime, median)) && median.is_finite();
            let in_sample = || middle(&chosen.runs().filter_map(|run| score.cost(run)).collect::<Vec<_>>());
            let is_judged = entrant.regime == Regime::Tuned && regimes.assessment == Assessment::CrossFit;
            let optimism = is_judged.then(in_sample).map(|own| if own == median { 0.0 } else { own - median });
            let mut row = vec![
                Cell { text: words::method(method), ..Cell::of(method) },
                Cell { text: words::regime(entrant.regime).to_owned(), ..Cell::of(entrant.regime.name()) },
                Cell::of(settings(chosen, configurations)),
                Cell::number(median).best_if(is_best),
            ];
            row.extend(ends(median_interval(&ascending(costs))));
            row.extend([optional(optimism), Cell::count(costs.len())]);
            if let Some(ranks) = &ranks {
                let name = regimes.problems[problem];
                row.insert(0, Cell { text: words::problem(name), ..Cell::of(name) });
                row.extend(rank_cells(ranks, Some(at)));
            }
            rows.push(row);
        }
    }
    let mut notes = vec!["Bold: the best of its regime on its problem.".to_owned()];
    notes.extend(meanings(&regimes));
    notes.push(match regimes.assessment {
        Assessment::CrossFit => "Optimism: the median on the trials of the choice minus the one shown, which is of trials that took no part in it (cross-fit).".to_owned(),
        Assessment::InSample => "Tuned settings are chosen and judged on the same trials, which flatters.".to_owned(),
    });
    notes.extend(ranks.as_ref().map(|ranks| said_of(ranks, regimes.entrants.len())));
    Ok(Table { title: format!("What tuning is worth, by the median {}", score.label()), columns, rows, notes })
}

/// What tuning on each problem saves each method: how many times as much it costs with its defaults, and with one setting for all
/// problems, with intervals, and its average ranks; first the method to which tuning is worth most.
///
/// # Errors
/// If all there is are tuned settings.
pub fn tunability(
    configurations: &[Configuration<'_>],
    criterion: Criterion,
    defaults: &[Selection],
) -> Result<Table, NoTable> {
    let regimes = known(configurations, criterion, defaults)?;
    let is_there = |regime: &Regime| regimes.entrants.iter().any(|one| one.regime == *regime);
    let others: Vec<Regime> = [Regime::OneForAll, Regime::Defaults].into_iter().filter(is_there).collect();
    let ranks = (regimes.problems.len() > 1).then(|| regimes.ranks());
    let mut columns = vec![Column::text("optimizer", "method")];
    for regime in &others {
        let name = regime.name().replace('-', "_");
        let short = short(*regime);
        columns.extend([
            Column::number(&format!("{name}_factor"), &format!("{short} / tuned")),
            Column::number(&format!("{name}_low"), "95 % from"),
            Column::number(&format!("{name}_high"), "to"),
        ]);
    }
    for regime in Regime::ALL.iter().filter(|regime| ranks.is_some() && is_there(regime)) {
        columns
            .extend(rank_columns(&format!("{}_", regime.name().replace('-', "_")), &format!(", {}", short(*regime))));
    }
    let gain = |method: usize| others.iter().find_map(|regime| regimes.gain(method, *regime));
    let mut order: Vec<usize> = (0..regimes.optimizers.len()).collect();
    let place = |method: &usize| gain(*method).map_or(f64::NEG_INFINITY, |gain| gain.log_ratio);
    order.sort_by(|one, other| place(other).total_cmp(&place(one)));
    let row = |method: usize| {
        let name = regimes.optimizers[method];
        let mut row = vec![Cell { text: words::method(name), ..Cell::of(name) }];
        for regime in &others {
            let gain = regimes.gain(method, *regime);
            row.push(optional(gain.map(|gain| factor(gain.log_ratio))));
            row.extend(ends(gain.and_then(|gain| gain.interval).map(factors)));
        }
        if let Some(ranks) = &ranks {
            for regime in Regime::ALL.into_iter().filter(is_there) {
                let own = |one: &thalweg_record::stats::Entrant<'_>| (one.optimizer, one.regime) == (method, regime);
                row.extend(rank_cells(ranks, regimes.entrants.iter().position(own)));
            }
        }
        row
    };
    let rows = order.into_iter().map(row).collect();
    let score = Score::Outcome(criterion.shown);
    let over = match &regimes.problems[..] {
        [_] => "paired trials".to_owned(),
        problems => format!("{} problems", problems.len()),
    };
    let mut notes = vec![format!(
        "How many times as much a method costs as with tuned settings: the median over {over}, with its bootstrap interval."
    )];
    notes.extend(meanings(&regimes));
    notes.extend(ranks.as_ref().map(|ranks| said_of(ranks, regimes.entrants.len())));
    Ok(Table { title: format!("What tuning saves each method, by the median {}", score.label()), columns, rows, notes })
}

/// What the best of k settings costs, which are drawn at random: the mean, and on each problem from which k on the methods keep
/// their order. Bold is the best of its problem.
///
/// # Errors
/// If there is nothing to choose among.
pub fn budget(configurations: &[Configuration<'_>], criterion: Criterion) -> Result<Table, NoTable> {
    let score = Score::Outcome(criterion.shown);
    let all = candidates(configurations, criterion);
    let own = |problem: &&str| -> Vec<Configuration<'_>> {
        configurations.iter().filter(|one| one.problem() == *problem).copied().collect()
    };
    let by_problem = all.problems.iter().map(|problem| candidates(&own(problem), criterion)).collect::<Vec<_>>();
    let budgets: Vec<Budgets> = by_problem.iter().map(|own| Budgets::of(own, Assessment::CrossFit)).collect();
    let shown = shown_budgets(&budgets);
    if shown.last().is_none_or(|most| *most < 2) {
        return Err(NoTable::NoBudget);
    }
    let at = |budgets: &Budgets, k: usize| budgets.budgets.iter().position(|own| *own == k);
    let cells = |problem: usize, method: usize| {
        let own = &budgets[problem];
        shown.iter().map(move |k| Some(own.cost(at(own, *k)?, 0, method))).collect::<Vec<_>>()
    };
    let is_finite = by_problem.iter().enumerate().all(|(problem, own)| {
        (0..own.optimizers.len())
            .flat_map(|method| cells(problem, method))
            .flatten()
            .all(|cost| cost.expected.is_finite())
    });
    let has_problems = by_problem.len() > 1;
    let mut rows = Vec::new();
    for (problem, own) in by_problem.iter().enumerate() {
        let several = own.optimizers.len() > 1;
        let settled = budgets[problem].settled().filter(|_| several);
        let values = |method: usize| -> Vec<Option<f64>> {
            let value = |cost: thalweg_record::stats::BestOf| if is_finite { cost.expected } else { cost.median };
            cells(problem, method).into_iter().map(|cost| cost.map(value)).collect()
        };
        let best = |column: usize| {
            (0..own.optimizers.len()).filter_map(|method| values(method)[column]).fold(f64::INFINITY, f64::min)
        };
        for (method, name) in own.optimizers.iter().enumerate() {
            let mut row = vec![Cell { text: words::method(name), ..Cell::of(*name) }];
            if has_problems {
                let name = own.problems[0];
                row.insert(0, Cell { text: words::problem(name), ..Cell::of(name) });
            }
            row.extend(values(method).into_iter().enumerate().map(|(column, value)| {
                let is_best = several && value.is_some_and(|value| value.is_finite() && value == best(column));
                optional(value).best_if(is_best)
            }));
            row.push(settled.map(Cell::count).unwrap_or_default());
            rows.push(row);
        }
    }
    let mut columns = vec![Column::text("optimizer", "method")];
    if has_problems {
        columns.insert(0, Column::text("problem", "problem"));
    }
    columns.extend(shown.iter().map(|k| Column::number(&format!("best_of_{k}"), &format!("best of {k}"))));
    columns.push(Column::number("settles_at", "order settles at"));
    let statistic = if is_finite { "Mean" } else { "Median" };
    let mut notes = vec![
        "The settings are drawn at random from those that were tried, and the best is judged on trials that took no part in the choice where there are some.".to_owned(),
    ];
    if !is_finite {
        notes.push("The median, as the mean is infinite where a trial may diverge.".to_owned());
    }
    let together = Budgets::of(&all, Assessment::CrossFit);
    let settled = together.settled().filter(|_| has_problems && all.optimizers.len() > 1);
    notes.extend(settled.map(|k| format!("By average ranks over all problems the order settles at {k}.")));
    Ok(Table { title: format!("{statistic} {} of the best of k settings", score.label()), columns, rows, notes })
}

/// The budgets that have a column: about powers of two, and the largest.
fn shown_budgets(budgets: &[Budgets]) -> Vec<usize> {
    let mut shown: Vec<usize> = Vec::new();
    for own in budgets.iter().map(|budgets| &budgets.budgets) {
        let powers = (0..usize::BITS).map(|power| 1_usize << power).take_while(|k| Some(k) <= own.last());
        shown.extend(powers.filter_map(|power| own.iter().find(|k| **k >= power)).chain(own.last()));
    }
    shown.sort_unstable();
    shown.dedup();
    shown
}

fn short(regime: Regime) -> &'static str {
    match regime {
        Regime::Defaults => "defaults",
        Regime::OneForAll => "one for all",
        Regime::Tuned => "tuned",
    }
}

fn rank_columns(name: &str, heading: &str) -> [Column; 3] {
    [
        Column::number(&format!("{name}average_rank"), &format!("average rank{heading}")),
        Column::number(&format!("{name}rank_low"), "95 % from"),
        Column::number(&format!("{name}rank_high"), "to"),
    ]
}

fn rank_cells(ranks: &ResampledRanks, entrant: Option<usize>) -> [Cell; 3] {
    let [low, high] = ends(entrant.map(|at| ranks.intervals[at]));
    [optional(entrant.map(|at| ranks.averages[at])), low, high]
}

fn ends(interval: Option<Interval>) -> [Cell; 2] {
    [optional(interval.map(|own| own.low)), optional(interval.map(|own| own.high))]
}

fn optional(value: Option<f64>) -> Cell {
    value.map(Cell::number).unwrap_or_default()
}

fn middle(costs: &[f64]) -> f64 {
    median(&ascending(costs)).unwrap_or(f64::INFINITY)
}

/// What regimes are, and who lacks one.
fn meanings(regimes: &Regimes<'_>) -> Vec<String> {
    let is_there = |regime: Regime| regimes.entrants.iter().any(|one| one.regime == regime);
    let lacking: Vec<String> = (0..regimes.optimizers.len())
        .filter(|at| regimes.entrant(*at, Regime::Defaults).is_none())
        .map(|at| words::method(regimes.optimizers[at]))
        .collect();
    let mut notes = Vec::new();
    if is_there(Regime::OneForAll) {
        notes.push("One for all: for each problem the setting with the lowest average rank on the others.".to_owned());
    }
    if !lacking.is_empty() {
        notes.push(format!("Not tried with their defaults: {}.", lacking.join(", ")));
    }
    notes
}

fn said_of(ranks: &ResampledRanks, entrants: usize) -> String {
    let drawn = if ranks.is_of_problems { "problems and trials" } else { "trials, on these problems alone" };
    format!("Ranks are among all {entrants} pairs of a method and a regime, with intervals by a bootstrap of {drawn}.")
}
