//! `ranks.csv` and `pairs.csv`: optimizers over all problems, alone and two by two.

use std::path::Path;

use super::candidates::Candidates;
use super::comparison::{Comparison, log_ratio};
use super::configuration::Configuration;
use super::criterion::Assessment;
use super::good_range::good_decades;
use super::interquartile::{interquartile_interval, interquartile_mean};
use super::metric::Metric;
use super::profile::{MOST_RATIO, profile_score, ratios_to_best};
use super::quantile::{ascend, median};
use super::regimes::Regimes;
use super::resampled_ranks::{ResampledRanks, Verdict, average_ranks};
use super::score::Score;
use crate::record::{Precision, RecordError, atomic};

const RANKS: [&str; 17] = [
    "score",
    "chosen_by",
    "optimizer",
    "problems",
    "average_rank",
    "rank_low",
    "rank_high",
    "first",
    "rank_in_sample",
    "rank_optimism",
    "problems_at_end",
    "profile_score",
    "log_ratio_iqm",
    "log_ratio_iqm_low",
    "log_ratio_iqm_high",
    "good_lr_decades",
    "tunability",
];

const PAIRS: [&str; 9] =
    ["score", "chosen_by", "optimizer", "other", "ahead", "verdict", "improvement", "wilcoxon_p", "holm_p"];

/// Writes `ranks.csv`: for each score and each optimizer that has trials of every problem with it, its average rank with the
/// bootstrap interval and the share of resamples in which it is first ([`ResampledRanks`]), its rank in-sample and that minus
/// the cross-fitted one, on how many problems a chosen value is at an end of its axis, AlgoPerf's score of its performance
/// profile, the interquartile mean of log₁₀ (cost / the best optimizer's median on the problem) with its stratified bootstrap
/// interval, the median over problems of how many decades of learning rate are good ([`good_decades`]), and its tunability.
///
/// Cells of what needs ratios are empty where a cost is negative.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_ranks(
    path: &Path,
    configurations: &[Configuration<'_>],
    scores: &[(Score, Option<Metric>)],
) -> Result<(), RecordError> {
    let rows = scores.iter().flat_map(|&(score, by)| {
        let candidates = Candidates::of(configurations, score, by, &|_| true).complete();
        rank_rows(&candidates, by)
    });
    write(path, &RANKS, rows.collect())
}

/// Writes `pairs.csv`: for each score and each two optimizers of `ranks.csv`, the share of resamples in which the first one's
/// average rank is lower and what follows, the probability that a trial of it costs less ([`super::improvement`]), and the
/// signed-rank test of their medians over problems, before and after Holm's adjustment for all pairs.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_pairs(
    path: &Path,
    configurations: &[Configuration<'_>],
    scores: &[(Score, Option<Metric>)],
) -> Result<(), RecordError> {
    let rows = scores.iter().flat_map(|&(score, by)| {
        let candidates = Candidates::of(configurations, score, by, &|_| true).complete();
        pair_rows(&Comparison::of(&candidates, Assessment::CrossFit), by)
    });
    write(path, &PAIRS, rows.collect())
}

/// A cell of a number.
#[inline(never)] // Tables have dozens of them.
pub(super) fn number(value: f64) -> String {
    Precision::F64.format(value)
}

/// A cell of a number, empty if there is none.
pub(super) fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, number)
}

/// Writes a table, whole or not at all.
pub(super) fn write(path: &Path, header: &[&str], rows: Vec<Vec<String>>) -> Result<(), RecordError> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(header)?;
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush().map_err(csv::Error::from)
    })
    .map_err(|source| RecordError::Write { path: path.to_owned(), source })
}

/// What is chosen by on all problems.
pub(super) fn chosen_by(criteria: &[Score], by: Option<Metric>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in by.map(Metric::name).into_iter().chain(criteria.iter().map(|score| score.name())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

fn rank_rows(candidates: &Candidates<'_>, by: Option<Metric>) -> Vec<Vec<String>> {
    let comparison = Comparison::of(candidates, Assessment::CrossFit);
    let problems = comparison.problems.len();
    let costs: Vec<Vec<f64>> = (0..problems).map(|problem| comparison.costs(problem)).collect();
    let in_sample: Vec<Vec<f64>> = (0..problems).map(|problem| comparison.costs_in_sample(problem)).collect();
    let (ranks, in_sample) = (ResampledRanks::of(&comparison), average_ranks(&in_sample));
    let is_positive = costs.iter().flatten().all(|cost| *cost >= 0.0);
    let profiles = is_positive.then(|| ratios_to_best(&costs));
    let regimes = Regimes::of(candidates, Assessment::CrossFit, &|_| false);
    let row = |optimizer: usize| {
        let to_best = |problem: usize| -> Vec<f64> {
            let best = costs[problem].iter().copied().fold(f64::INFINITY, f64::min);
            let own = comparison.best(problem, optimizer).map_or(&[][..], |best| &best.costs);
            own.iter().map(|cost| log_ratio(best, *cost)).collect()
        };
        let ratios: Vec<Vec<f64>> = if is_positive { (0..problems).map(to_best).collect() } else { Vec::new() };
        let mut all = ratios.concat();
        ascend(&mut all);
        let interval = interquartile_interval(&ratios.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let decades = (0..problems).map(|problem| good_decades(candidates.on(problem, optimizer)));
        let mut decades: Vec<f64> = decades.flatten().collect();
        ascend(&mut decades);
        let is_cross_fit = comparison.assessment == Assessment::CrossFit;
        vec![
            comparison.score.name().to_owned(),
            chosen_by(&comparison.criteria, by),
            comparison.optimizers[optimizer].to_owned(),
            problems.to_string(),
            number(ranks.averages[optimizer]),
            number(ranks.intervals[optimizer].low),
            number(ranks.intervals[optimizer].high),
            number(ranks.first[optimizer]),
            number(in_sample[optimizer]),
            optional(is_cross_fit.then(|| in_sample[optimizer] - ranks.averages[optimizer])),
            comparison.bests(optimizer).filter(|best| !best.at_ends.is_empty()).count().to_string(),
            optional(profiles.as_ref().map(|profiles| profile_score(&profiles[optimizer], MOST_RATIO))),
            optional(interquartile_mean(&all).filter(|mean| !mean.is_nan())),
            optional(interval.map(|interval| interval.low)),
            optional(interval.map(|interval| interval.high)),
            optional(median(&decades)),
            optional(regimes.tunability(optimizer)),
        ]
    };
    (0..comparison.optimizers.len()).map(row).collect()
}

fn pair_rows(comparison: &Comparison<'_>, by: Option<Metric>) -> Vec<Vec<String>> {
    let ranks = ResampledRanks::of(comparison);
    let row = |pair: super::pairwise::Pairwise| {
        let (one, other) = (pair.one, pair.other);
        let verdict = match ranks.verdict(one, other) {
            Verdict::Ahead => "ahead",
            Verdict::Behind => "behind",
            Verdict::Undecided => "undecided",
        };
        vec![
            comparison.score.name().to_owned(),
            chosen_by(&comparison.criteria, by),
            comparison.optimizers[one].to_owned(),
            comparison.optimizers[other].to_owned(),
            number(ranks.ahead[one][other]),
            verdict.to_owned(),
            number(pair.improvement),
            optional(pair.test.map(|test| test.p)),
            number(pair.holm),
        ]
    };
    comparison.pairwise().into_iter().map(row).collect()
}
