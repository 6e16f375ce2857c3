//! Many benchmarks of few rounds: what they have in common is taken out, and each learns from the others how runs differ.
//!
//! A round's fate, a slower clock or a neighbour, is the median of what its benchmarks took more than in other rounds; so is
//! what two builds' days did, by the median of all changes. What is left differs from benchmark to benchmark. Two or three
//! rounds say little of a variance, but hundreds of variances say how they are spread: each is moderated by that (Smyth,
//! Linear Models and Empirical Bayes Methods for Assessing Differential Expression in Microarray Experiments, 2004), and the
//! test is Student's with the degrees of freedom of both.

use std::collections::BTreeMap;

use crate::estimate::{Spread, mean, middle};

/// Fewer benchmarks say too little of what they have in common, and one that changed would count for too much.
pub(crate) const FEWEST: usize = 20;
/// Fewer rounds of a side say too little of what disturbed them.
pub(crate) const FEWEST_ROUNDS: usize = 3;

/// The runs of a benchmark, the baseline's first: the name of its round, and the logarithm of its time.
pub(crate) type Runs<'a> = [Vec<(&'a str, f64)>; 2];

/// Benchmarks without what they have in common.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    /// The change of all.
    pub common: f64,
    /// Of each benchmark the logarithms of the times of both sides, and how they differ.
    pub benchmarks: Vec<([Vec<f64>; 2], Spread)>,
}

/// Judges them together; none if they are too few, have too few rounds, or do not differ.
pub(crate) fn together(all: &[Runs<'_>]) -> Option<Together> {
    if all.len() < FEWEST || all.iter().flatten().any(|runs| runs.len() < FEWEST_ROUNDS) {
        return None;
    }
    let fates = [0, 1].map(|side| fates(all, side));
    let without =
        |runs: &Runs<'_>| [0, 1].map(|side| runs[side].iter().map(|(round, time)| time - fates[side][round]).collect());
    let mut times: Vec<[Vec<f64>; 2]> = all.iter().map(without).collect();
    let changes: Vec<f64> = times.iter().map(|[old, new]| mean(new) - mean(old)).collect();
    let common = middle(&changes)?;
    times.iter_mut().flat_map(|[_, new]| new).for_each(|time| *time -= common);
    let spreads: Vec<Spread> = times.iter().map(|sides| Spread::of(sides.iter().map(Vec::as_slice))).collect();
    let prior = prior(&spreads)?;
    let benchmarks = times.into_iter().zip(spreads.iter().map(|spread| moderated(*spread, prior))).collect();
    Some(Together { common, benchmarks })
}

/// What each round of a side has in common, about a mean of none.
fn fates<'a>(all: &[Runs<'a>], side: usize) -> BTreeMap<&'a str, f64> {
    let mut beyond: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for runs in all.iter().map(|runs| &runs[side]) {
        let mean = runs.iter().map(|(_, time)| time).sum::<f64>() / runs.len() as f64;
        runs.iter().for_each(|(round, time)| beyond.entry(round).or_default().push(time - mean));
    }
    beyond.into_iter().map(|(round, beyond)| (round, middle(&beyond).unwrap_or(0.0))).collect()
}

/// The most degrees of freedom: beyond them Student's distribution is the normal one.
const MOST_DEGREES: f64 = 1000.0;

/// The variance about which those of benchmarks lie, and the degrees of freedom that this is worth, by the moments of their
/// logarithms (Smyth 2004, section 6.2).
fn prior(spreads: &[Spread]) -> Option<Spread> {
    let least = 1e-5 * middle(&spreads.iter().map(|spread| spread.variance).collect::<Vec<_>>())?;
    if least == 0.0 {
        return None;
    }
    let half = |spread: &Spread| spread.degrees as f64 / 2.0;
    let centred =
        |spread: &Spread| libm::log(spread.variance.max(least)) - digamma(half(spread)) + libm::log(half(spread));
    let logarithms: Vec<f64> = spreads.iter().map(centred).collect();
    let middle = mean(&logarithms);
    let squares = logarithms.iter().map(|logarithm| (logarithm - middle) * (logarithm - middle)).sum::<f64>();
    let expected = spreads.iter().map(|spread| trigamma(half(spread))).sum::<f64>() / spreads.len() as f64;
    let beyond = squares / (spreads.len() - 1) as f64 - expected;
    if beyond <= trigamma(MOST_DEGREES / 2.0) {
        let variance = mean(&spreads.iter().map(|spread| spread.variance).collect::<Vec<_>>());
        return Some(Spread { variance, degrees: MOST_DEGREES as usize });
    }
    let half = inverse_trigamma(beyond);
    let variance = libm::exp(middle + digamma(half) - libm::log(half));
    Some(Spread { variance, degrees: (2.0 * half) as usize })
}

fn moderated(own: Spread, prior: Spread) -> Spread {
    let degrees = own.degrees + prior.degrees;
    let squares = own.variance * own.degrees as f64 + prior.variance * prior.degrees as f64;
    Spread { variance: squares / degrees as f64, degrees }
}

/// From here on the asymptotic series have ten digits.
const FAR: f64 = 10.0;

/// The derivative of ln Γ (Abramowitz and Stegun 1964, 6.3.18).
fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < FAR {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + libm::log(x) - 0.5 / x - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0))
}

/// Its derivative (6.4.12).
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < FAR {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    sum + 1.0 / x + square / 2.0 + square / x * (1.0 / 6.0 - square * (1.0 / 30.0 - square / 42.0))
}

/// Where [`trigamma`], which falls, has this value, by halving the interval of its logarithm.
fn inverse_trigamma(value: f64) -> f64 {
    const HALVINGS: usize = 60;
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..HALVINGS {
        let between = f64::midpoint(low, high);
        if trigamma(libm::exp(between)) > value { low = between } else { high = between }
    }
    libm::exp(low)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::estimate::tests::Noise;

    #[test]
    fn functions_have_their_known_values() {
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-10, "{a} {b}");
        near(digamma(1.0), -0.577_215_664_901_532_9);
        near(digamma(0.5), -0.577_215_664_901_532_9 - 2.0 * 2.0_f64.ln());
        near(trigamma(1.0), PI * PI / 6.0);
        near(trigamma(0.5), PI * PI / 2.0);
        near(inverse_trigamma(PI * PI / 6.0), 1.0);
    }

    #[test]
    fn a_prior_is_found_again() {
        let mut noise = Noise::new("prior");
        let mut square = |degrees: usize| (0..degrees).map(|_| noise.normal().powi(2)).sum::<f64>();
        // Variances of four degrees each about 0.01, inverse to a χ² of six.
        let mut draw = || {
            let variance = 0.01 * 6.0 / square(6);
            Spread { variance: variance * square(4) / 4.0, degrees: 4 }
        };
        let found = prior(&(0..4000).map(|_| draw()).collect::<Vec<_>>()).unwrap();
        assert!((0.009..0.011).contains(&found.variance) && (5..=7).contains(&found.degrees), "{found:?}");
        let same =
            prior(&(0..400).map(|_| Spread { variance: square(4) / 4.0, degrees: 4 }).collect::<Vec<_>>()).unwrap();
        assert!(same.degrees > 30 && (0.9..1.1).contains(&same.variance), "{same:?}");
    }
}
