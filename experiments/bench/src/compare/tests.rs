//! Verdicts on records, by simulation.

use super::*;
use crate::Verdict;
use crate::estimate::tests::Noise;
use crate::report::Format;

/// The rows of rounds of one bench, whose benchmarks share a run's fate but for noise of their own.
fn rows(noise: &mut Noise, revision: &str, rounds: usize, benchmarks: usize, change: impl Fn(usize) -> f64) -> Build {
    let mut rows = Vec::new();
    for round in 0..rounds {
        let fate = noise.run();
        for at in 0..benchmarks {
            let time = 1000.0 * libm::exp(fate + 0.004 * noise.normal() + change(at));
            rows.push(row(revision, &format!("g/thalweg/b{at}"), &format!("2026-11-{revision}T{round:02}"), time));
        }
    }
    Build { revision: revision.to_owned(), changes: None, rows }
}

fn row(revision: &str, benchmark: &str, started: &str, time_ns: f64) -> Row {
    Row {
        benchmark: benchmark.to_owned(),
        bench: "g".to_owned(),
        started: started.to_owned(),
        time_ns,
        low_ns: time_ns,
        high_ns: time_ns,
        fast_ns: time_ns,
        samples: 20,
        iterations: 1000,
        work: 2048,
        unit: "elements".to_owned(),
        work_per_ns: 2048.0 / time_ns,
        bytes: None,
        bound: None,
        share: None,
        checksum: Some("0123456789abcdef".to_owned()),
        precision: "f32".to_owned(),
        isa: "v3".to_owned(),
        peak_gflops_f32: None,
        peak_gflops_f64: None,
        peak_gbs_l1: None,
        peak_gbs_l2: None,
        peak_gbs_l3: None,
        peak_gbs_memory: None,
        clock_ghz: None,
        cpu: "a".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        crates: String::new(),
        revision: revision.to_owned(),
        changes: None,
    }
}

fn verdicts(builds: &[Build]) -> Comparison {
    of_builds(builds, &builds[0], &builds[1], 0.01).unwrap()
}

fn wrong(comparison: &Comparison) -> bool {
    comparison.count(Verdict::Regressed) + comparison.count(Verdict::Improved) > 0
}

#[test]
fn the_same_build_is_seldom_called_changed() {
    let mut noise = Noise::new("records of the same build");
    for rounds in [2, 3, 5] {
        let pairs = (0..300).map(|_| ["10", "11"].map(|revision| rows(&mut noise, revision, rounds, 12, |_| 0.0)));
        let count = pairs.filter(|builds| wrong(&verdicts(builds))).count();
        assert!(count <= 15, "{rounds} rounds: {count} of 300");
    }
}

/// The rows of a suite whose benchmarks differ in how much their runs do, and of which a neighbour disturbs a part.
fn suite(noise: &mut Noise, revision: &str, rounds: usize, benchmarks: usize, change: impl Fn(usize) -> f64) -> Build {
    let steady: Vec<f64> = (0..benchmarks).map(|at| 0.006 * libm::exp(0.5 * f64::sin(at as f64))).collect();
    let mut rows = Vec::new();
    for round in 0..rounds {
        let fate = noise.run();
        // A tenth of the round, one after the other.
        let disturbed = (noise.normal().abs() * benchmarks as f64) as usize % benchmarks;
        for (at, steady) in steady.iter().enumerate() {
            let neighbour = if (disturbed..disturbed + benchmarks / 10).contains(&at) { 0.06 } else { 0.0 };
            let time = 1000.0 * libm::exp(fate + neighbour + steady * noise.normal() + change(at));
            rows.push(row(revision, &format!("g/thalweg/b{at:03}"), &format!("2026-11-{revision}T{round:02}"), time));
        }
    }
    Build { revision: revision.to_owned(), changes: None, rows }
}

#[test]
fn four_rounds_of_a_suite_show_a_kernel_that_is_slower_by_a_fifth() {
    let mut noise = Noise::new("a suite with one change");
    let (mut found, mut others) = (0, 0);
    for _ in 0..100 {
        let slow = |at: usize| if at == 17 { libm::log(1.2) } else { 0.0 };
        let builds = [suite(&mut noise, "10", 4, 100, |_| 0.0), suite(&mut noise, "11", 4, 100, slow)];
        let comparison = verdicts(&builds);
        found += usize::from(comparison.findings[17].verdict == Verdict::Regressed);
        let called = comparison.count(Verdict::Regressed) + comparison.count(Verdict::Improved);
        others += usize::from(called > usize::from(comparison.findings[17].verdict == Verdict::Regressed));
    }
    assert!(found >= 90 && others <= 5, "{found} of 100; others in {others}");
}

#[test]
fn the_same_suite_is_seldom_called_changed() {
    let mut noise = Noise::new("suites of the same build");
    for rounds in [2, 3, 4] {
        let pairs = (0..200).map(|_| ["10", "11"].map(|revision| suite(&mut noise, revision, rounds, 60, |_| 0.0)));
        let count = pairs.filter(|builds| wrong(&verdicts(builds))).count();
        assert!(count <= 10, "{rounds} rounds: {count} of 200");
    }
}

#[test]
fn a_change_of_all_is_told_and_if_it_is_large_left_to_each() {
    let mut noise = Noise::new("a change of all");
    let mut remark = |change: f64| {
        let builds = [suite(&mut noise, "10", 3, 40, |_| 0.0), suite(&mut noise, "11", 3, 40, |_| change)];
        verdicts(&builds).remarks[0].clone()
    };
    assert!(remark(0.03).contains("taken for what the machine did"));
    assert!(remark(0.3).contains("each is judged by itself"));
}

#[test]
fn single_runs_are_inconclusive_whatever_others_repeated() {
    let mut noise = Noise::new("single runs");
    let mut build = |revision, rounds, change: f64| rows(&mut noise, revision, rounds, 3, |_| change);
    let builds = [build("10", 3, 0.0), build("11", 1, 0.5), build("09", 8, 0.0)];
    let comparison = verdicts(&builds);
    assert_eq!(comparison.count(Verdict::Inconclusive), 3);
    assert!(comparison.remarks.iter().any(|remark| remark.contains("only once")), "{comparison:?}");
    assert!(comparison.findings.iter().all(|finding| finding.interval.is_none() && finding.detectable.is_none()));
}

#[test]
fn what_other_builds_repeated_says_how_runs_differ() {
    let mut noise = Noise::new("history");
    let mut found = 0;
    for _ in 0..50 {
        let slow = |at: usize| if at == 1 { libm::log(1.5) } else { 0.0 };
        let builds = [
            rows(&mut noise, "10", 2, 3, |_| 0.0),
            rows(&mut noise, "11", 2, 3, slow),
            rows(&mut noise, "09", 8, 3, |_| 0.0),
        ];
        let comparison = verdicts(&builds);
        let [of_others, of_slow, _] = [0, 1, 2].map(|at| comparison.findings[at].verdict);
        found += usize::from(of_slow == Verdict::Regressed && of_others != Verdict::Regressed);
    }
    assert!(found >= 48, "{found} of 50");
}

#[test]
fn a_slower_clock_is_no_regression() {
    let mut noise = Noise::new("clock");
    let mut builds = ["10", "11"].map(|revision| rows(&mut noise, revision, 4, 2, |_| 0.0));
    for (build, clock) in builds.iter_mut().zip([3.2, 2.8]) {
        for row in &mut build.rows {
            row.fast_ns *= 3.2 / clock;
            row.clock_ghz = Some(clock);
        }
    }
    assert!(!wrong(&verdicts(&builds)));
}

#[test]
fn answers_come_before_times() {
    let mut noise = Noise::new("answers");
    let mut builds = ["10", "11"].map(|revision| rows(&mut noise, revision, 2, 2, |_| 0.0));
    builds[1]
        .rows
        .iter_mut()
        .filter(|row| row.benchmark.ends_with('1'))
        .for_each(|row| row.checksum = Some("other".to_owned()));
    builds[1].rows.iter_mut().for_each(|row| row.rustc = "rustc 1.96.0".to_owned());
    let comparison = verdicts(&builds);
    assert_eq!(comparison.answers, ["g/thalweg/b1"]);
    let text = comparison.text(Format::Text).unwrap();
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is missing in {text}"));
    assert!(at("ANSWERS CHANGED") < at("benchmark  ") && at("rustc 1.96.0") < at("benchmark  "));
}

#[test]
fn instruction_sets_are_not_mixed() {
    let mut noise = Noise::new("instruction sets");
    let mut builds = ["10", "11"].map(|revision| rows(&mut noise, revision, 3, 2, |_| 0.0));
    let mut scalar = builds[0].rows.clone();
    scalar.iter_mut().for_each(|row| {
        row.isa = "scalar".to_owned();
        row.fast_ns *= 20.0;
        row.checksum = Some("of other lanes".to_owned());
    });
    builds[0].rows.extend(scalar);
    let comparison = verdicts(&builds);
    assert!(comparison.findings.len() == 2 && comparison.only_baseline == 2 && !wrong(&comparison));
    assert_eq!(comparison.answers, [""; 0]);
}

#[test]
fn builds_go_by_the_beginning_of_their_names() {
    let mut noise = Noise::new("names");
    let mut builds = ["10aa", "11bb"].map(|revision| rows(&mut noise, revision, 1, 1, |_| 0.0)).to_vec();
    builds[1].changes = Some("cafe0123".to_owned());
    assert_eq!(store::named(&builds, "11bb-dirty").unwrap(), &builds[1]);
    // Of one revision the clean build is meant, which is not the newest.
    let clean = rows(&mut noise, "11bb", 1, 1, |_| 0.0);
    let both = [builds[0].clone(), clean, builds[1].clone()];
    assert_eq!(store::named(&both, "11b").unwrap(), &both[1]);
    assert_eq!(store::named(&both, "11bb-dirty").unwrap(), &both[2]);
    let error = store::named(&builds, "12cc").unwrap_err().to_string();
    assert!(error.contains("no build called `12cc`"), "{error}");
    assert_eq!(before(&builds, &builds[1]).unwrap(), &builds[0]);
    assert!(matches!(before(&builds, &builds[0]), Err(BenchError::OneBuild(_))));
}
