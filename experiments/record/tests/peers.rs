//! Statistics, against values that `experiments/tests/reference/statistics_peers.py` had from SciPy, statsmodels, rliable and
//! lifelines.

use serde_json::Value;
use thalweg_record::stats::{
    Probability, RESAMPLES, RankTest, ResampledRanks, Verdict, best_of_shares, holm, improvement,
    interquartile_interval, interquartile_mean, kaplan_meier, p_above, p_below, profile_score, sign_interval,
    signed_rank,
};

fn peers() -> Value {
    serde_json::from_str(include_str!("../../tests/reference/statistics_peers.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn assert_close(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {found} is not {expected}");
}

#[test]
fn friedmans_test_counts_below_six_problems() {
    for case in peers()["friedman"].as_array().unwrap() {
        let test = RankTest::of(&rows(&case["costs"])).unwrap();
        let Probability::Exact(p) = test.p else { panic!("{test:?}") };
        assert_close(p, &case["p"], "Friedman");
        assert_eq!((test.p_f, test.critical_difference, test.bar(0)), (None, None, None));
    }
}

#[test]
fn what_is_too_much_to_count_is_drawn() {
    // Counted for 4 methods on 5 problems, the largest table that is small enough for both.
    let row = |problem: usize, methods: usize| -> Vec<f64> {
        (0..methods).map(|method| ((method * (problem + 2)) % methods) as f64).collect()
    };
    let large: Vec<Vec<f64>> = (0..5).map(|problem| row(problem, 11)).collect();
    let test = RankTest::of(&large).unwrap();
    let Probability::Sampled(p, draws) = test.p else { panic!("{test:?}") };
    assert!(p > 0.0 && p < 1.0 && draws == 100_000, "{p}");
    // Two problems that agree are 1 of 11! cases, whoever counts.
    let same = vec![row(0, 11), row(0, 11)];
    let test = RankTest::of(&same).unwrap();
    assert_eq!((test.p, test.is_unanimous), (Probability::Exact(1.0 / 39_916_800.0), true));
}

#[test]
fn six_problems_that_agree_are_counted_as_well() {
    let test = RankTest::of(&vec![vec![1.0, 2.0]; 6]).unwrap();
    assert_eq!((test.p, test.p_f), (Probability::Exact(1.0 / 32.0), None));
    let bars = [0, 1].map(|method| test.bar(method).unwrap());
    assert_eq!((bars[0].low, bars[1].high), (1.0, 2.0));
}

#[test]
fn signed_ranks_are_scipys() {
    for case in peers()["signed_rank"].as_array().unwrap() {
        let test = signed_rank(&numbers(&case["differences"])).unwrap();
        assert_close(test.statistic, &case["statistic"], "sum of ranks");
        assert_close(test.p, &case["p"], "p");
    }
    let inf = f64::INFINITY;
    assert_eq!(signed_rank(&[0.0, 0.0]), None);
    assert_eq!(signed_rank(&[inf, inf, -1.0]).unwrap().statistic, 5.0);
}

#[test]
fn signs_are_counted_as_by_scipy() {
    for case in peers()["signs"].as_array().unwrap() {
        let (differences, value) = (numbers(&case["differences"]), case["value"].as_f64().unwrap());
        assert_close(p_above(&differences, value), &case["above"], "above");
        assert_close(p_below(&differences, value), &case["below"], "below");
        let interval = sign_interval(&differences, 0.95).unwrap();
        assert_close(interval.low, &case["low"], "low");
        assert_close(interval.high, &case["high"], "high");
    }
}

#[test]
fn many_tests_are_adjusted_as_statsmodels_does() {
    let case = &peers()["holm"];
    let adjusted = holm(&numbers(&case["p"]));
    for (found, expected) in adjusted.iter().zip(case["adjusted"].as_array().unwrap()) {
        assert_close(*found, expected, "Holm");
    }
}

#[test]
fn interquartile_means_are_those_of_rliable_and_scipy() {
    let peers = peers();
    let mut all: Vec<f64> = rows(&peers["iqm"]["scores"]).concat();
    all.sort_by(f64::total_cmp);
    assert_close(interquartile_mean(&all).unwrap(), &peers["iqm"]["iqm"], "rliable");
    for case in peers["trim_mean"].as_array().unwrap() {
        assert_close(interquartile_mean(&numbers(&case[0])).unwrap(), &case[1], "SciPy");
    }
    assert_eq!(interquartile_mean(&[]), None);
}

#[test]
fn an_interval_of_the_interquartile_mean_is_that_of_all_resamples() {
    // All 4⁴ resamples of each of two groups, so that the interval's tails are known without drawing.
    let groups = [[0.1, 0.5, 0.9, 2.0], [0.3, 0.4, 1.1, 7.0]];
    let resamples = |group: [f64; 4]| -> Vec<[f64; 4]> {
        (0..256_usize).map(|code| [0, 2, 4, 6].map(|shift| group[(code >> shift) & 3])).collect()
    };
    let [first, second] = groups.map(resamples);
    let mut means = Vec::with_capacity(1 << 16);
    for one in &first {
        for other in &second {
            let mut values = [*one, *other].concat();
            values.sort_by(f64::total_cmp);
            means.push(interquartile_mean(&values).unwrap());
        }
    }
    let interval = interquartile_interval(&[&groups[0], &groups[1]]).unwrap();
    let share = |such: &dyn Fn(f64) -> bool| means.iter().filter(|mean| such(**mean)).count() as f64 / 65_536.0;
    // Four standard errors of a share of 2.5 % among 2,000.
    let error = 4.0 * (0.025_f64 * 0.975 / 2000.0).sqrt();
    assert!(share(&|mean| mean < interval.low) < 0.025 + error && share(&|mean| mean <= interval.low) > 0.025 - error);
    assert!(
        share(&|mean| mean > interval.high) < 0.025 + error && share(&|mean| mean >= interval.high) > 0.025 - error
    );
    assert_eq!(interquartile_interval(&[&[1.0], &[2.0]]), None);
}

#[test]
fn a_probability_of_improvement_is_rliables() {
    let case = &peers()["improvement"];
    let (ones, others) = (rows(&case["one"]), rows(&case["other"]));
    let problems: Vec<(&[f64], &[f64])> = ones.iter().zip(&others).map(|(a, b)| (&a[..], &b[..])).collect();
    assert_close(improvement(&problems), &case["p"], "improvement");
}

#[test]
fn the_score_of_a_profile_is_its_integral() {
    let case = &peers()["profile"];
    assert_close(profile_score(&numbers(&case["ratios"]), 4.0), &case["score"], "profile");
}

#[test]
fn the_best_of_several_is_that_of_dodge_et_al() {
    let case = &peers()["best_of"];
    let (values, criteria) = (numbers(&case["values"]), numbers(&case["criteria"]));
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| criteria[*a].total_cmp(&criteria[*b]));
    for (k, expected) in (1..).zip(case["expected"].as_array().unwrap()) {
        let shares = best_of_shares(values.len(), k);
        let found: f64 = shares.iter().zip(&order).map(|(share, place)| share * values[*place]).sum();
        assert_close(found, expected, "best of k");
    }
}

#[test]
fn targets_are_reached_as_lifelines_has_it() {
    for case in peers()["kaplan_meier"].as_array().unwrap() {
        let reached = numbers(&case["reached"]).into_iter().map(|reached| reached == 1.0);
        let trials: Vec<(f64, bool)> = numbers(&case["steps"]).into_iter().zip(reached).collect();
        let found = kaplan_meier(&trials);
        let expected = case["rows"].as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            // lifelines gives what is left.
            for (value, column) in
                [(found.step, 0), (1.0 - found.share, 1), (1.0 - found.high, 2), (1.0 - found.low, 3)]
            {
                assert_close(value, &expected[column], "Kaplan-Meier");
            }
        }
    }
    assert!(kaplan_meier(&[(5.0, false)]).is_empty());
    assert_eq!(kaplan_meier(&[(5.0, true)])[0].share, 1.0);
}

/// Four standard errors of a share of resamples.
fn error_of(share: f64) -> f64 {
    4.0 * (share * (1.0 - share) / RESAMPLES as f64).sqrt()
}

#[test]
fn resampled_ranks_of_one_problem_are_those_of_all_resamples() {
    let costs = [[1.0, 4.0, 6.0], [2.0, 3.0, 5.0]];
    let median = |costs: [f64; 3], places: [usize; 3]| {
        let mut drawn = places.map(|place| costs[place]);
        drawn.sort_by(f64::total_cmp);
        drawn[1]
    };
    let all = (0..27).map(|code| [code / 9, code / 3 % 3, code % 3]);
    let won = |places: [usize; 3]| f64::from(median(costs[0], places) < median(costs[1], places));
    let exact = all.map(won).sum::<f64>() / 27.0;
    let found = ResampledRanks::of_costs(&[vec![&costs[0], &costs[1]]]);
    assert!((found.ahead[0][1] - exact).abs() < error_of(exact), "{} is not {exact}", found.ahead[0][1]);
    assert!((found.ahead[0][1] + found.ahead[1][0] - 1.0).abs() < 1e-12 && !found.is_of_problems);
    assert_eq!((found.averages, found.intervals[0].low, found.intervals[0].high), (vec![2.0, 1.0], 1.0, 2.0));
}

#[test]
fn resampled_ranks_of_problems_are_binomial() {
    // The first one wins four of six problems: of six that are drawn, it is ahead with more than three, and as good with three.
    let (one, two) = ([1.0], [2.0]);
    let rows: Vec<Vec<&[f64]>> =
        (0..6).map(|problem| if problem < 4 { vec![&one[..], &two[..]] } else { vec![&two[..], &one[..]] }).collect();
    let found = ResampledRanks::of_costs(&rows);
    // scipy.stats.binom.sf(3, 6, 2 / 3) + scipy.stats.binom.pmf(3, 6, 2 / 3) / 2
    let exact = 0.790_123_456_790_123_4;
    assert!((found.ahead[0][1] - exact).abs() < error_of(exact), "{} is not {exact}", found.ahead[0][1]);
    assert!(found.is_of_problems && found.verdict(0, 1) == Verdict::Undecided);
    let agreed: Vec<Vec<&[f64]>> = (0..6).map(|_| vec![&one[..], &two[..]]).collect();
    let found = ResampledRanks::of_costs(&agreed);
    assert_eq!((found.verdict(0, 1), found.verdict(1, 0), found.first[0]), (Verdict::Ahead, Verdict::Behind, 1.0));
}
