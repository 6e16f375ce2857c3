//! The methods on a problem, each with its best settings, and how sure their order is.

use super::criterion::Criterion;
use super::good_range::GoodRange;
use super::paired::{LEVEL, Paired};
use crate::figure::words;
use thalweg_record::record::Status;
use thalweg_record::stats::{
    Assessment, AtEnd, Best, Candidates, Comparison, Configuration, Interval, Score, holm, median_interval,
};

/// The methods on a problem, the best first.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    /// The problem.
    pub problem: &'a str,
    /// The methods.
    pub standings: Vec<Standing<'a>>,
}

impl Standing<'_> {
    /// The method in words.
    pub fn method(&self) -> String {
        words::method(self.best.series())
    }
}

impl Ranking<'_> {
    /// The problem in words.
    pub fn problem_in_words(&self) -> String {
        words::problem(self.problem)
    }

    /// The medians of these methods, negated where more is better; none if one of them has no trials here.
    pub(crate) fn costs(&self, methods: &[&str], criterion: Criterion) -> Option<Vec<f64>> {
        let own = |method: &&str| self.standings.iter().find(|standing| standing.best.series() == *method);
        methods.iter().map(|method| own(method).map(|standing| cost(standing.median, criterion))).collect()
    }
}

/// The less the better.
fn cost(median: f64, criterion: Criterion) -> f64 {
    if criterion.shown.lower_is_better() { median } else { -median }
}

/// A method with its best settings on a problem.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The settings.
    pub best: Configuration<'a>,
    /// The median of what the choice of settings is judged by.
    pub median: f64,
    /// The 95 % bootstrap interval of that median; none for one trial.
    pub interval: Option<Interval>,
    /// The median over the trials of the settings, on which they were chosen.
    pub in_sample: f64,
    /// The good learning rates around the best one.
    pub range: Option<GoodRange>,
    /// Where the best settings are the ends of their axes.
    pub edges: Vec<AtEnd<'a>>,
    /// Whether the method can be told from the first one.
    pub verdict: Verdict,
    /// How many trials the method has, with all settings.
    pub trials: usize,
    /// How many of them diverged.
    pub diverged: usize,
}

/// How a method compares with the first one of its problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It is the first one.
    First,
    /// The first one is ahead of it.
    Behind(Paired),
    /// The two are not told apart.
    NotApart(Paired),
    /// Their trials have other seeds: nothing was tested.
    Unpaired,
}

/// The rankings of all problems that have the metrics, in the order of the problems, and on which trials the settings are
/// judged.
///
/// The first method is compared with each other one, seed by seed, by the sign test, whose p is adjusted for the number of
/// comparisons on the problem: the same seeds make the same initial weights and batches.
pub fn rankings<'a>(configurations: &[Configuration<'a>], criterion: Criterion) -> (Vec<Ranking<'a>>, Assessment) {
    let score = Score::Outcome(criterion.shown);
    let candidates = Candidates::of(configurations, score, Some(criterion.chosen_by), &|_| true);
    let comparison = Comparison::of(&candidates, Assessment::CrossFit);
    let ranking = |(number, problem): (usize, &&'a str)| {
        let on = (0..comparison.optimizers.len()).filter_map(|method| comparison.best(number, method));
        ranking(problem, on.collect(), configurations, criterion)
    };
    (comparison.problems.iter().enumerate().map(ranking).collect(), comparison.assessment)
}

fn ranking<'a>(
    problem: &'a str,
    mut methods: Vec<&Best<'a>>,
    configurations: &[Configuration<'a>],
    criterion: Criterion,
) -> Ranking<'a> {
    methods.sort_by(|a, b| a.median.total_cmp(&b.median));
    let pairs: Vec<Option<Paired>> =
        methods[1..].iter().map(|other| Paired::of(judged(methods[0]), judged(other))).collect();
    let adjusted = holm(&pairs.iter().flatten().map(|pair| pair.p).collect::<Vec<_>>());
    let mut adjusted = adjusted.into_iter();
    let verdicts = pairs.into_iter().map(|pair| match pair.zip(pair.and_then(|_| adjusted.next())) {
        None => Verdict::Unpaired,
        Some((pair, p)) => {
            let pair = Paired { p, ..pair };
            // The medians say who is first; the pairs may say the opposite.
            let is_ahead = p <= LEVEL && pair.wins > pair.losses;
            if is_ahead { Verdict::Behind(pair) } else { Verdict::NotApart(pair) }
        }
    });
    let verdicts = std::iter::once(Verdict::First).chain(verdicts);
    let standings =
        methods.iter().zip(verdicts).map(|(best, verdict)| standing(best, verdict, configurations, criterion));
    Ranking { problem, standings: standings.collect() }
}

fn judged<'b>(best: &'b Best<'_>) -> (&'b Configuration<'b>, &'b [f64]) {
    (&best.configuration, &best.costs)
}

fn standing<'a>(
    best: &Best<'a>,
    verdict: Verdict,
    configurations: &[Configuration<'a>],
    criterion: Criterion,
) -> Standing<'a> {
    let chosen = best.configuration;
    let is_own = |one: &&Configuration<'_>| one.problem() == chosen.problem() && one.series() == chosen.series();
    let own = configurations.iter().filter(is_own);
    let trials = own.clone().map(|one| one.runs().len()).sum();
    let diverged = own.flat_map(Configuration::runs).filter(|run| run.status() == Status::Diverged).count();
    let mut values: Vec<f64> = best.costs.iter().map(|cost| value(*cost, criterion)).collect();
    values.sort_by(f64::total_cmp);
    Standing {
        best: chosen,
        median: value(best.median, criterion),
        interval: median_interval(&values),
        in_sample: value(best.in_sample, criterion),
        range: GoodRange::around(&chosen, configurations, Score::Outcome(criterion.shown)),
        edges: best.at_ends.clone(),
        verdict,
        trials,
        diverged,
    }
}

/// The value of a metric that has this cost: of an accuracy, the cost is the share that is classified wrongly, and infinite
/// where a trial diverged.
fn value(cost: f64, criterion: Criterion) -> f64 {
    if criterion.shown.lower_is_better() {
        return cost;
    }
    // Digits that the difference from 1 has not kept are no digits.
    let accuracy = (1.0 - cost).max(criterion.shown.worst());
    format!("{accuracy:.12}").parse().unwrap_or(accuracy)
}
