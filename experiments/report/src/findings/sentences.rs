//! Sentences that the numbers allow.
//!
//! The words are those of the statistics: a method is "ahead of" another one where a test at the level of 5 % says so, and
//! "not told apart from" it where none does; where no test could, with so few seeds or problems, that is said.

use super::criterion::Criterion;
use super::paired::{LEVEL, Paired, fewest_pairs};
use super::ranking::{Ranking, Standing, Verdict, rankings};
use super::text::{counted, interval, number, percent, settings};
use super::tuning;
use crate::figure::{Selection, words};
use thalweg_record::record::Status;
use thalweg_record::stats::{
    Assessment, Configuration, FEWEST_PROBLEMS, GOOD_FACTOR, MOST_METHODS, Probability, RankTest,
};

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// The problem that it is about; empty if it is about all of them.
    pub problem: String,
    /// The sentence.
    pub text: String,
}

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// How many trials there are.
    Trials,
    /// The best settings of the first method.
    Best,
    /// Whether methods can be told apart.
    Order,
    /// How wide the range of good learning rates is.
    Range,
    /// Chosen values at the end of their axis.
    Edge,
    /// How many trials diverged.
    Divergence,
    /// Ranks over problems.
    Ranks,
    /// What settings tuned on each problem are worth, and how many of them were tried.
    Tuning,
    /// How far the numbers can be believed.
    Caution,
}

impl Subject {
    /// Its name, in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trials => "trials",
            Self::Best => "best",
            Self::Order => "order",
            Self::Range => "range",
            Self::Edge => "edge",
            Self::Divergence => "divergence",
            Self::Ranks => "ranks",
            Self::Tuning => "tuning",
            Self::Caution => "caution",
        }
    }
}

/// With more methods than this, the counts of pairs are left out.
pub(super) const MOST_COUNTS: usize = 6;

/// With more problems than this, single ranges, edges and counts of diverged trials are left to tables.
const FEW_PROBLEMS: usize = 4;

/// What these trials allow to be said by a criterion; `defaults` are the default settings of optimizers, as far as they are known.
pub fn findings(configurations: &[Configuration<'_>], criterion: Criterion, defaults: &[Selection]) -> Vec<Finding> {
    let (rankings, assessment) = rankings(configurations, criterion);
    let mut findings = vec![trials(configurations)];
    for ranking in &rankings {
        let mut say = |subject, text| {
            findings.push(Finding { subject, problem: ranking.problem.to_owned(), text });
        };
        say(Subject::Best, best(ranking, configurations, criterion));
        order(ranking).into_iter().for_each(|text| say(Subject::Order, text));
        if rankings.len() <= FEW_PROBLEMS {
            range(ranking, criterion).into_iter().for_each(|text| say(Subject::Range, text));
            edges(ranking).into_iter().for_each(|text| say(Subject::Edge, text));
            divergence(ranking).into_iter().for_each(|text| say(Subject::Divergence, text));
        }
    }
    let about_all = |subject, text| Finding { subject, problem: String::new(), text };
    findings.extend(ranks(&rankings, criterion).map(|text| about_all(Subject::Ranks, text)));
    let tuning = of_tuning(configurations, criterion, defaults);
    findings.extend(tuning.into_iter().map(|text| about_all(Subject::Tuning, text)));
    let caution = caution(assessment, criterion);
    findings.push(about_all(Subject::Caution, caution));
    findings
}

/// What tuning is worth, who is ahead without it, and how many settings it takes to know.
fn of_tuning(configurations: &[Configuration<'_>], criterion: Criterion, defaults: &[Selection]) -> Vec<String> {
    let candidates = tuning::candidates(configurations, criterion);
    let regimes = tuning::regimes(configurations, &candidates, defaults);
    let mut texts = tuning::gains(&regimes, &candidates.score.label());
    texts.extend(tuning::overtakings(&regimes));
    texts.extend(tuning::settling(&candidates));
    texts
}

/// What the choice of settings does to the numbers.
fn caution(assessment: Assessment, criterion: Criterion) -> String {
    let chosen = format!("Settings are chosen by the median {}", criterion.chosen_by.label());
    match assessment {
        Assessment::CrossFit => format!("{chosen}, and judged on trials that took no part in the choice (cross-fit)."),
        Assessment::InSample if criterion.is_in_sample() => {
            format!(
                "{chosen}, on the trials that the numbers are of: they flatter, most of all methods with many settings."
            )
        }
        Assessment::InSample => format!("{chosen}."),
    }
}

fn trials(configurations: &[Configuration<'_>]) -> Finding {
    let count: usize = configurations.iter().map(|one| one.runs().len()).sum();
    let runs = configurations.iter().flat_map(Configuration::runs);
    let diverged = runs.filter(|run| run.status() == Status::Diverged).count();
    let diverged = match diverged {
        0 => "none diverged".to_owned(),
        diverged => format!("{diverged} diverged ({})", percent(diverged as f64 / count as f64)),
    };
    let text =
        format!("{} of {}; {diverged}.", counted(count, "trial"), counted(configurations.len(), "configuration"));
    Finding { subject: Subject::Trials, problem: String::new(), text }
}

fn best(ranking: &Ranking<'_>, all: &[Configuration<'_>], criterion: Criterion) -> String {
    let first = &ranking.standings[0];
    let seeds = counted(first.best.runs().len(), "trial");
    let sure =
        first.interval.map_or_else(|| seeds.clone(), |sure| format!("95 % interval {}, {seeds}", interval(&sure)));
    let (method, label, settings) = (first.method(), criterion.shown.label(), settings(&first.best, all));
    let with = if settings.is_empty() { String::new() } else { format!(" with {settings}") };
    let median = number(first.median);
    match ranking.standings.len() {
        1 => format!("{method} on {}: median {label} {median} ({sure}){with}.", ranking.problem_in_words()),
        _ => {
            format!("{method} has the best median {label} on {}: {median} ({sure}){with}.", ranking.problem_in_words())
        }
    }
}

/// Who is ahead of whom, as far as the first method goes.
fn order(ranking: &Ranking<'_>) -> Vec<String> {
    let (first, others) = ranking.standings.split_first().expect("a ranking begins with a method");
    let name = first.method();
    // A long list has room for names alone.
    let is_long = others.len() > MOST_COUNTS;
    let with = |other: &Standing<'_>, pair: &Paired| {
        if is_long {
            return other.method();
        }
        let count = pair.wins + pair.losses;
        format!("{} ({} of {count} pairs, {})", other.method(), pair.wins, probability(pair.p))
    };
    let behind: Vec<String> = others
        .iter()
        .filter_map(|other| match &other.verdict {
            Verdict::Behind(pair) => Some(with(other, pair)),
            _ => None,
        })
        .collect();
    let (mut apart, mut unpaired, mut pairs) = (Vec::new(), Vec::new(), usize::MAX);
    for other in others {
        match &other.verdict {
            Verdict::NotApart(pair) => {
                pairs = pairs.min(first.best.runs().len());
                apart.push(with(other, pair));
            }
            Verdict::Unpaired => unpaired.push(other.method()),
            Verdict::First | Verdict::Behind(_) => {}
        }
    }
    let fewest = fewest_pairs(others.len().max(1));
    let mut texts = Vec::new();
    if !behind.is_empty() {
        let all = if is_long && behind.len() == others.len() { vec!["all others".to_owned()] } else { behind };
        texts.push(format!("{name} is ahead of {}.", listed(&all)));
    }
    if is_long && pairs < fewest && apart.len() == others.len() {
        let pairs = counted(pairs, "pair");
        return vec![format!(
            "None of {} others is told apart: with {pairs} none could be, it takes {fewest}.",
            apart.len()
        )];
    }
    if !apart.is_empty() {
        let few = if pairs < fewest {
            format!(" With {} no difference can be told: it takes {fewest}.", counted(pairs, "pair"))
        } else {
            String::new()
        };
        texts.push(format!("{name} is not told apart from {}.{few}", listed(&apart)));
    }
    if !unpaired.is_empty() {
        texts.push(format!("{name} and {} ran with different seeds, and are not compared.", listed(&unpaired)));
    }
    texts
}

/// A p-value as sentences have it.
pub(super) fn probability(p: f64) -> String {
    if p < 1e-4 { "p < 0.0001".to_owned() } else { format!("p = {}", number(p)) }
}

/// `a`, `a and b`, or `a, b and c`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} and {last}", start.join(", ")),
    }
}

fn range(ranking: &Ranking<'_>, criterion: Criterion) -> Option<String> {
    let ranges: Vec<String> = ranking
        .standings
        .iter()
        .filter_map(|standing| {
            let range = standing.range?;
            let least = if range.is_open == [false; 2] { "" } else { "at least " };
            let (low, high) = (number(range.low), number(range.high));
            Some(format!("{} over {least}{:.1} decades ({low} to {high})", standing.method(), range.decades()))
        })
        .collect();
    let what = if criterion.shown.lower_is_better() {
        criterion.shown.label().to_owned()
    } else {
        criterion.shown.label().replace("accuracy", "error")
    };
    (!ranges.is_empty()).then(|| {
        format!("Learning rates whose {what} is within {GOOD_FACTOR} times that of the best: {}.", listed(&ranges))
    })
}

fn edges(ranking: &Ranking<'_>) -> Vec<String> {
    let edge = |standing: &Standing<'_>| {
        let ends: Vec<String> = standing
            .edges
            .iter()
            .map(|edge| {
                let end = if edge.is_last { "largest" } else { "smallest" };
                let value = standing.best.number(edge.name).map_or_else(String::new, number);
                format!("the {end} {} of its axis, {value}", edge.name.replace('_', " "))
            })
            .collect();
        let is = format!("{} does best with {}: a better one may lie beyond.", standing.method(), listed(&ends));
        (!ends.is_empty()).then_some(is)
    };
    ranking.standings.iter().filter_map(edge).collect()
}

fn divergence(ranking: &Ranking<'_>) -> Option<String> {
    let some: Vec<String> = ranking
        .standings
        .iter()
        .filter(|standing| standing.diverged > 0)
        .map(|one| format!("{} of {} of {}", one.diverged, counted(one.trials, "trial"), one.method()))
        .collect();
    (!some.is_empty()).then(|| format!("Diverged: {}.", listed(&some)))
}

/// The average ranks of methods that ran on all problems, and what can be said of them.
fn ranks(rankings: &[Ranking<'_>], criterion: Criterion) -> Option<String> {
    let methods: Vec<&str> = rankings.first()?.standings.iter().map(|standing| standing.best.series()).collect();
    let row = |ranking: &Ranking<'_>| ranking.costs(&methods, criterion);
    let rows = rankings.iter().map(row).collect::<Option<Vec<_>>>()?;
    let test = RankTest::of(&rows).filter(|_| methods.len() <= MOST_METHODS)?;
    let mut order: Vec<usize> = (0..methods.len()).collect();
    order.sort_by(|a, b| test.averages[*a].total_cmp(&test.averages[*b]));
    let averages: Vec<String> =
        order.iter().map(|at| format!("{} {}", words::method(methods[*at]), number(test.averages[*at]))).collect();
    let start = format!("Average ranks over {} problems: {}.", test.problems, averages.join(", "));
    let (name, p) = match (test.p_f, test.p) {
        (Some(p), _) => ("Iman-Davenport", p),
        (None, Probability::Exact(p)) => ("Friedman, exactly", p),
        (None, Probability::Sampled(p, _) | Probability::Asymptotic(p)) => ("Friedman, of drawn orders", p),
    };
    let said = format!("({name}, {})", probability(p));
    if test.is_unanimous {
        return Some(format!("{start} All problems agree {said}."));
    }
    if p > LEVEL {
        return Some(format!("{start} They are not told apart {said}."));
    }
    let Some(difference) = test.critical_difference else {
        return Some(format!("{start} They differ {said}; pairs are compared from {FEWEST_PROBLEMS} problems on."));
    };
    let first = order[0];
    let is_apart = |at: &&usize| test.averages[**at] - test.averages[first] > difference;
    let behind: Vec<String> = order.iter().filter(is_apart).map(|at| words::method(methods[*at])).collect();
    let ahead = if behind.is_empty() {
        "no single pair with the first is".to_owned()
    } else {
        format!("{} is ahead of {}", words::method(methods[first]), listed(&behind))
    };
    Some(format!("{start} They differ {said}; by Nemenyi's test {ahead}."))
}
