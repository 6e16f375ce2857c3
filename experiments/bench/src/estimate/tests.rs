//! How often verdicts are right, by simulation: rounds on a core that drifts, with a neighbour that now and then takes a part of
//! a run.

use thalweg_record::stats::Draws;

use super::*;
use crate::ab::ROUNDS;
use crate::{Verdict, judge};

/// Noise of runs, as logarithms.
pub(crate) struct Noise(Draws);

impl Noise {
    pub fn new(name: &str) -> Self {
        Self(Draws::new(name))
    }

    /// From the normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.0.share()));
        radius * libm::cos(std::f64::consts::TAU * self.0.share())
    }

    /// Of a run: 0.7 %, and in one of ten up to 10 % more.
    pub fn run(&mut self) -> f64 {
        let disturbed = if self.0.share() < 0.1 { 0.1 * self.0.share() } else { 0.0 };
        0.007 * self.normal() + disturbed
    }

    /// The changes of rounds, where the candidate is slower by `change`. What drifts is the same for both of a round.
    pub fn rounds(&mut self, count: usize, change: f64) -> Vec<f64> {
        (0..count).map(|_| change + self.run() - self.run()).collect()
    }
}

/// The threshold of 1 % that the command has.
fn one_percent() -> f64 {
    libm::log1p(0.01)
}

/// How many of `tries` comparisons of so many benchmarks each have a benchmark that is called changed.
fn called(noise: &mut Noise, tries: usize, benchmarks: usize, rounds: usize, change: f64, threshold: f64) -> usize {
    let is_called = |noise: &mut Noise| {
        let estimates: Vec<_> =
            (0..benchmarks).map(|_| paired(&noise.rounds(rounds, change), threshold, benchmarks)).collect();
        let verdicts = judge(&estimates, threshold);
        verdicts.iter().any(|verdict| matches!(verdict, Verdict::Regressed | Verdict::Improved))
    };
    (0..tries).filter(|_| is_called(noise)).count()
}

#[test]
fn a_slowdown_of_three_percent_is_called_nine_times_of_ten() {
    let found = called(&mut Noise::new("slowdown"), 500, 1, ROUNDS, libm::log1p(0.03), one_percent());
    assert!(found >= 450, "{found} of 500");
}

#[test]
fn the_same_build_twice_is_seldom_called_changed() {
    let mut noise = Noise::new("the same");
    // Even with no threshold at all, which is the hardest case.
    for (benchmarks, rounds) in [(1, 6), (1, ROUNDS), (10, ROUNDS), (40, ROUNDS)] {
        let wrong = called(&mut noise, 200, benchmarks, rounds, 0.0, 0.0);
        assert!(wrong <= 17, "{benchmarks} benchmarks, {rounds} rounds: {wrong} of 200 are wrong");
        let wrong = called(&mut noise, 200, benchmarks, rounds, 0.0, one_percent());
        assert!(wrong <= 2, "{benchmarks} benchmarks, {rounds} rounds, beyond 1 %: {wrong} of 200 are wrong");
    }
}

#[test]
fn forty_comparisons_of_the_same_build_have_one_wrong_verdict_at_most() {
    for seed in 0..20 {
        let wrong = called(&mut Noise::new(&format!("forty {seed}")), 40, 5, ROUNDS, 0.0, one_percent());
        assert!(wrong <= 1, "seed {seed}: {wrong}");
    }
}

#[test]
fn what_could_be_seen_is_seen_four_times_in_five() {
    let mut noise = Noise::new("detectable");
    let threshold = one_percent();
    let typical = |noise: &mut Noise, rounds: usize| {
        let all: Vec<f64> =
            (0..200).filter_map(|_| paired(&noise.rounds(rounds, 0.0), threshold, 1).detectable).collect();
        middle(&all).unwrap()
    };
    for rounds in [21, 41, ROUNDS] {
        let least = typical(&mut noise, rounds);
        let found = called(&mut noise, 400, 1, rounds, least, threshold);
        assert!((300..=390).contains(&found), "{rounds} rounds, {least}: {found} of 400");
    }
}

#[test]
fn intervals_hold_the_change_and_unchanged_means_it() {
    let mut noise = Noise::new("intervals");
    let (mut held, mut unchanged) = (0, 0);
    for _ in 0..400 {
        let estimate = paired(&noise.rounds(ROUNDS, 0.002), one_percent(), 1);
        let interval = estimate.interval.unwrap();
        held += usize::from((interval.low..=interval.high).contains(&0.002));
        unchanged += usize::from(judge(&[estimate], one_percent()) == [Verdict::Unchanged]);
    }
    assert!(held >= 370 && unchanged >= 300, "{held} {unchanged}");
}

#[test]
fn few_rounds_show_nothing() {
    for tests in [1, 10, 100] {
        let fewest = fewest_rounds(tests);
        let clear = |rounds: usize| -> Vec<f64> { (0..rounds).map(|round| 0.1 + 1e-4 * round as f64).collect() };
        let all = |rounds| vec![paired(&clear(rounds), one_percent(), tests); tests];
        assert!(judge(&all(fewest), one_percent()).iter().all(|verdict| *verdict == Verdict::Regressed), "{tests}");
        let too_few = all(fewest - 1);
        assert!(judge(&too_few, one_percent()).iter().all(|verdict| *verdict == Verdict::Inconclusive), "{tests}");
        assert_eq!(too_few[0].detectable, None);
    }
    assert_eq!(fewest_rounds(1), 6);
}

#[test]
fn faster_is_slower_the_other_way_round() {
    let changes = Noise::new("mirror").rounds(ROUNDS, 0.04);
    let mirrored: Vec<f64> = changes.iter().map(|change| -change).collect();
    let (slow, fast) = (paired(&changes, one_percent(), 1), paired(&mirrored, one_percent(), 1));
    assert_eq!((slow.p_slower, slow.p_faster), (fast.p_faster, fast.p_slower));
    assert_eq!(judge(&[slow, fast], one_percent()), [Verdict::Regressed, Verdict::Improved]);
}

#[test]
fn unpaired_runs_are_judged_by_students_test() {
    // scipy.stats.ttest_ind(new, old), its p value and its confidence_interval(), SciPy 1.17.1.
    let (old, new) = ([0.0, 0.01, 0.005, 0.009], [0.012, 0.02, 0.014, 0.026]);
    let spread = Spread::of([&old[..], &new[..]]);
    let estimate = unpaired(&old, &new, spread, 0.0, 1);
    let interval = estimate.interval.unwrap();
    let found = [2.0 * estimate.p_slower, interval.low, interval.high];
    let expected = [0.021_626_602_907_553_99, 0.002_470_647_431_384_167_4, 0.021_529_352_568_615_83];
    for (found, expected) in found.into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    assert!(spread.degrees == 6 && estimate.p_faster > 0.98);
}
