//! The methods on a problem, each with its best settings, and how sure their order is.

use super::criterion::Criterion;
use super::edge::Edge;
use super::good_range::GoodRange;
use super::paired::{LEVEL, Paired, holm};
use thalweg_record::record::Status;
use thalweg_record::stats::{Configuration, Interval, Score, choose_best};

/// The methods on a problem, the best first.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    /// The problem.
    pub problem: &'a str,
    /// The methods.
    pub standings: Vec<Standing<'a>>,
}

impl Ranking<'_> {
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
    /// The median over their trials.
    pub median: f64,
    /// The 95 % bootstrap interval of that median; none for one trial.
    pub interval: Option<Interval>,
    /// The good learning rates around the best one.
    pub range: Option<GoodRange>,
    /// Where the best settings are the ends of their axes.
    pub edges: Vec<Edge>,
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

/// The rankings of all problems that have the metrics, in the order of the problems.
///
/// The first method is compared with each other one, seed by seed, by the sign test, whose p is adjusted for the number of
/// comparisons on the problem: the same seeds make the same initial weights and batches.
pub fn rankings<'a>(configurations: &[Configuration<'a>], criterion: Criterion) -> Vec<Ranking<'a>> {
    let score = Score::Outcome(criterion.shown);
    let mut rankings: Vec<Ranking<'a>> = Vec::new();
    for best in choose_best(configurations, criterion.chosen_by) {
        let Some(spread) = best.spread(criterion.shown) else { continue };
        let own = configurations.iter().filter(|one| is_same(one, &best));
        let trials = own.clone().map(|one| one.runs().len()).sum();
        let diverged = own.flat_map(Configuration::runs).filter(|run| run.status() == Status::Diverged).count();
        let standing = Standing {
            best,
            median: spread.median,
            interval: best.interval(criterion.shown),
            range: GoodRange::around(&best, configurations, score),
            edges: Edge::of(&best, configurations),
            verdict: Verdict::First,
            trials,
            diverged,
        };
        match rankings.iter_mut().find(|ranking| ranking.problem == best.problem()) {
            Some(ranking) => ranking.standings.push(standing),
            None => rankings.push(Ranking { problem: best.problem(), standings: vec![standing] }),
        }
    }
    rankings.iter_mut().for_each(|ranking| order(ranking, criterion, score));
    rankings
}

fn is_same(one: &Configuration<'_>, other: &Configuration<'_>) -> bool {
    one.problem() == other.problem() && one.series() == other.series()
}

fn order(ranking: &mut Ranking<'_>, criterion: Criterion, score: Score) {
    ranking.standings.sort_by(|a, b| cost(a.median, criterion).total_cmp(&cost(b.median, criterion)));
    let (first, others) = ranking.standings.split_first_mut().expect("a ranking begins with a method");
    let pairs: Vec<Option<Paired>> = others.iter().map(|other| Paired::of(&first.best, &other.best, score)).collect();
    let adjusted = holm(&pairs.iter().flatten().map(|pair| pair.p).collect::<Vec<_>>());
    let mut adjusted = adjusted.into_iter();
    for (other, pair) in others.iter_mut().zip(pairs) {
        other.verdict = match pair.zip(pair.and_then(|_| adjusted.next())) {
            None => Verdict::Unpaired,
            Some((pair, p)) => {
                let pair = Paired { p, ..pair };
                // The medians say who is first; the pairs may say the opposite.
                let is_ahead = p <= LEVEL && pair.wins > pair.losses;
                if is_ahead { Verdict::Behind(pair) } else { Verdict::NotApart(pair) }
            }
        };
    }
}
