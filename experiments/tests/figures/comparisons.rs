//! Optimizers over several problems: the statistics, against SciPy's, and the figures.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thalweg::drawing::make;
use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Selection, Tables, draw};
use thalweg::record::{Run, Runs, Setting, Status, Trials, write_runs};
use thalweg::spec::Study;
use thalweg::stats::{
    Assessment, Candidates, Comparison, Metric, Probability, RankTest, Score, configurations, good_decades, ranks,
    wilson_interval,
};
use thalweg_kernels::Isa;

use crate::synthetic;

/// What `reference/rank_scipy.py` wrote.
fn scipy() -> Value {
    serde_json::from_str(include_str!("../reference/rank_scipy.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn assert_close(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-10 * expected.abs() + 1e-300, "{what}: {found} is not {expected}");
}

#[test]
fn rank_tests_are_scipys() {
    let scipy = scipy();
    let critical = numbers(&scipy["critical"]);
    for case in scipy["friedman"].as_array().unwrap() {
        let costs: Vec<Vec<f64>> = case["costs"].as_array().unwrap().iter().map(numbers).collect();
        let test = RankTest::of(&costs).unwrap();
        for (found, expected) in test.averages.iter().zip(case["averages"].as_array().unwrap()) {
            assert_close(*found, expected, "average rank");
        }
        assert_close(test.chi_squared, &case["chi_squared"], "χ²");
        assert!(matches!(test.p, Probability::Asymptotic(_)));
        assert_close(test.p.value(), &case["p_chi_squared"], "p of χ²");
        assert_close(test.f, &case["f"], "F");
        assert_close(test.p_f.unwrap(), &case["p_f"], "p of F");
        let (n, k) = (costs.len() as f64, costs[0].len() as f64);
        let difference = critical[costs[0].len() - 2] * libm::sqrt(k * (k + 1.0) / (6.0 * n));
        assert!((test.critical_difference - difference).abs() < 1e-9 * difference);
    }
}

#[test]
fn ranks_are_shared_by_equal_values() {
    let inf = f64::INFINITY;
    assert_eq!(ranks(&[0.3, 0.1, inf, 0.3, inf]), [2.5, 1.0, 4.5, 2.5, 4.5]);
    assert_eq!(RankTest::of(&[vec![1.0, 1.0], vec![2.0, 2.0]]), None);
    assert_eq!(RankTest::of(&[vec![1.0, 2.0]]), None);
    let unanimous = RankTest::of(&[vec![1.0, 2.0, 3.0], vec![1.0, 4.0, 5.0]]).unwrap();
    assert_eq!((unanimous.chi_squared, unanimous.f, unanimous.p_f), (4.0, f64::INFINITY, None));
    assert_eq!((unanimous.p, unanimous.is_unanimous), (Probability::Exact(1.0 / 6.0), true));
}

#[test]
fn intervals_of_shares_are_scipys() {
    for case in scipy()["wilson"].as_array().unwrap() {
        let [successes, trials, low, high] = &case.as_array().unwrap()[..] else { panic!("{case}") };
        let interval = wilson_interval(successes.as_u64().unwrap() as usize, trials.as_u64().unwrap() as usize);
        for (found, expected) in [(interval.low, low), (interval.high, high)] {
            assert!((found - expected.as_f64().unwrap()).abs() < 1e-15, "{found} is not {expected}");
        }
    }
}

/// The synthetic sweep on problems on which optimizers do differently well.
fn problems() -> Runs {
    let (sweep, _) = synthetic::sweep(5);
    let factors = [("moons", [1.0, 1.0]), ("iris", [8.0, 1.5]), ("digits", [20.0, 0.5]), ("friedman", [1.2, 1.1])];
    let rows = factors.iter().enumerate().flat_map(|(index, (problem, [adam, sgd]))| {
        let change = move |run: &Run| {
            let factor = match run.optimizer.as_str() {
                "adam" => *adam,
                "sgd" => *sgd,
                _ => 1.0 + 0.1 * index as f64,
            };
            let last = run.final_train_loss.map(|loss| loss * factor);
            Run {
                problem: (*problem).to_owned(),
                final_train_loss: last,
                key: synthetic::key(&format!("{index}{}", run.key)),
                ..run.clone()
            }
        };
        sweep.rows.iter().map(change).collect::<Vec<_>>()
    });
    Runs { rows: rows.collect(), hyperparameters: sweep.hyperparameters.clone(), ..Runs::default() }
}

/// The picture of all problems; with `FIGURES=folder` in the environment, its file stays there to be looked at.
fn picture(kind: &str, metric: &str, options: Options, runs: &Runs) -> Result<Picture, FigureError> {
    let chart = Chart::new(kind, Some(metric)).unwrap().with(options);
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("FIGURES").map(|kept| Path::new(&kept).to_owned());
    let trials = Trials::from(runs);
    let tables = Tables::new(&trials, &[]);
    draw(&chart, &tables, kept.as_deref().unwrap_or(folder.path()), true)?;
    let mut pictures = chart.pictures(&tables)?;
    assert_eq!(pictures.len(), 1, "all problems are in one picture");
    Ok(pictures.remove(0).1)
}

fn lines(picture: &Picture) -> Vec<&[(f64, f64)]> {
    let lines = picture.panels[0].layers.iter();
    lines.filter_map(|layer| if let Layer::Line(_, points) = layer { Some(points.as_slice()) } else { None }).collect()
}

fn texts(picture: &Picture) -> String {
    picture.legend.iter().chain(&picture.notes).map(|entry| entry.text.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn the_best_settings_are_compared() {
    let runs = problems();
    let score = Score::from_name("final_train_loss").unwrap();
    let trials = Trials::from(&runs);
    let all = configurations(&trials);
    let compared = |score, by| Comparison::of(&Candidates::of(&all, score, by, &|_| true), Assessment::InSample);
    let comparison = compared(score, None);
    assert_eq!(comparison.problems, ["moons", "iris", "digits", "friedman"]);
    assert_eq!(comparison.optimizers, ["sgd", "momentum", "adam"]);
    assert_eq!(comparison.best(0, 1).unwrap().configuration.setting("momentum"), Some(Setting::Number(0.9)));
    let pair = comparison.pair(2, 2, 0).unwrap();
    // On digits, the losses of adam are 20-fold and those of sgd halved.
    let before = comparison.pair(0, 2, 0).unwrap();
    assert!((pair.log_ratio - (before.log_ratio + libm::log10(0.5 / 20.0))).abs() < 1e-6);
    let interval = pair.interval.unwrap();
    assert!(interval.low <= pair.log_ratio && pair.log_ratio <= interval.high);
    assert_eq!(comparison.pair(2, 2, 2).unwrap().log_ratio, 0.0);
    let accuracy = Score::from_name("final_train_accuracy").unwrap();
    let wrong = compared(accuracy, None).costs(0);
    assert!(wrong.iter().all(|cost| (0.0..0.5).contains(cost)), "{wrong:?}");
}

/// Trials of one optimizer, as (lr, loss of each seed).
fn of_rates(rates: &[(f64, &[f64])]) -> Runs {
    let template = synthetic::sweep(1).0.rows.swap_remove(0);
    let rows = rates.iter().flat_map(|(rate, losses)| {
        let row = |(seed, loss): (u64, &f64)| Run {
            settings: vec![Some(Setting::Number(*rate))],
            init_seed: seed,
            order_seed: seed,
            status: Status::Ok,
            final_train_loss: Some(*loss),
            final_test_loss: Some(1.0 / loss),
            key: synthetic::key(&format!("{rate} {seed}")),
            ..template.clone()
        };
        (0..).zip(losses.iter()).map(row).collect::<Vec<_>>()
    });
    Runs { rows: rows.collect(), hyperparameters: vec!["lr".into()], ..Runs::default() }
}

#[test]
fn a_choice_is_judged_on_other_trials() {
    // Each rate is lucky with one seed of three: what is best on two seeds is not so on the third.
    let runs = of_rates(&[(0.1, &[1.0, 5.0, 9.0]), (0.2, &[9.0, 1.0, 5.0]), (0.3, &[5.0, 9.0, 1.0])]);
    let trials = Trials::from(&runs);
    let all = configurations(&trials);
    let score = Score::Outcome(Metric::FinalTrainLoss);
    let candidates = Candidates::of(&all, score, None, &|_| true);
    let cross_fit = Comparison::of(&candidates, Assessment::CrossFit);
    let best = cross_fit.best(0, 0).unwrap();
    // Without seed 0 the medians are 7, 3, 5; without seed 1, 5, 7, 3; without seed 2, 3, 5, 7.
    assert_eq!((&best.costs[..], best.median, best.in_sample), (&[9.0, 9.0, 9.0][..], 9.0, 5.0));
    assert_eq!((best.optimism(), cross_fit.assessment), (-4.0, Assessment::CrossFit));
    let in_sample = Comparison::of(&candidates, Assessment::InSample);
    assert_eq!((in_sample.best(0, 0).unwrap().median, in_sample.best(0, 0).unwrap().optimism()), (5.0, 0.0));
    // The test loss is best where the training loss, by which is chosen, is worst.
    let test = Candidates::of(&all, Score::Outcome(Metric::FinalTestLoss), None, &|_| true);
    assert_eq!(test.criteria, [score]);
    let one = of_rates(&[(0.1, &[1.0]), (0.2, &[2.0])]);
    let one = Trials::from(&one);
    let one = configurations(&one);
    let alone = Candidates::of(&one, Score::Outcome(Metric::FinalTestLoss), None, &|_| true);
    let alone = Comparison::of(&alone, Assessment::CrossFit);
    assert_eq!((alone.assessment, alone.best(0, 0).unwrap().median), (Assessment::InSample, 1.0));
    let by_test = Candidates::of(&one, Score::Outcome(Metric::FinalTestLoss), Some(Metric::FinalTestLoss), &|_| true);
    assert_eq!(Comparison::of(&by_test, Assessment::CrossFit).best(0, 0).unwrap().median, 0.5);
}

#[test]
fn ends_of_axes_are_seen() {
    let ends = |losses: [f64; 3]| {
        let rates = [0.1, 0.2, 0.3].into_iter().zip(&losses);
        let runs = of_rates(&rates.map(|(rate, loss)| (rate, std::slice::from_ref(loss))).collect::<Vec<_>>());
        let trials = Trials::from(&runs);
        let all = configurations(&trials);
        let candidates = Candidates::of(&all, Score::Outcome(Metric::FinalTrainLoss), None, &|_| true);
        let best = Comparison::of(&candidates, Assessment::InSample).best(0, 0).unwrap().at_ends.clone();
        best.iter().map(|end| (end.name.to_owned(), end.is_last)).collect::<Vec<_>>()
    };
    assert_eq!(ends([1.0, 2.0, 3.0]), [("lr".to_owned(), false)]);
    assert_eq!(ends([3.0, 2.0, 1.0]), [("lr".to_owned(), true)]);
    assert_eq!(ends([3.0, 1.0, 2.0]), []);
}

#[test]
fn a_good_range_of_learning_rates_has_no_gap() {
    let rates: [(f64, &[f64]); 5] = [(0.01, &[1.5]), (0.1, &[9.0]), (1.0, &[2.0]), (10.0, &[1.0]), (100.0, &[1.9])];
    let runs = of_rates(&rates);
    let trials = Trials::from(&runs);
    let all = configurations(&trials);
    let candidates = Candidates::of(&all, Score::Outcome(Metric::FinalTrainLoss), None, &|_| true);
    assert_eq!(good_decades(candidates.on(0, 0)), Some(2.0));
    assert_eq!(good_decades(&candidates.on(0, 0)[..2]), Some(0.0));
    assert_eq!(good_decades(&candidates.on(0, 0)[..1]), None);
}

#[test]
fn a_profile_starts_with_the_share_of_problems_won() {
    let runs = problems();
    let shown = picture("profile", "final_train_loss", Options::default(), &runs).unwrap();
    let wins: Vec<f64> =
        lines(&shown).iter().map(|line| line.iter().rfind(|point| point.0 == 1.0).unwrap().1).collect();
    assert_eq!(wins.iter().sum::<f64>(), 1.0, "every problem has one best optimizer: {wins:?}");
    for line in lines(&shown) {
        assert!(line.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1), "{line:?}");
    }
    assert!(texts(&shown).contains("4 problems; each optimizer"));
}

#[test]
fn ranks_are_drawn_from_the_best_down() {
    let runs = problems();
    let shown = picture("rank", "final_train_loss", Options::default(), &runs).unwrap();
    let marks: Vec<f64> = shown.panels[0]
        .layers
        .iter()
        .filter_map(|layer| if let Layer::Markers(_, points) = layer { Some(points[0].0) } else { None })
        .collect();
    assert_eq!(marks.iter().sum::<f64>(), 6.0);
    assert!(marks.is_sorted());
    let names: Vec<&str> = shown.panels[0].y.ticks().iter().rev().filter_map(|tick| tick.label.as_deref()).collect();
    assert_eq!(names.len(), 3);
    let text = texts(&shown);
    assert!(text.contains("Friedman: χ² = ") && text.contains("critical difference 1.66"), "{text}");
    assert!(text.contains("exact p = ") && text.contains("too few problems for p by χ²"), "{text}");
    assert!(text.contains("judged on that one (cross-fit)") && !text.contains("test split"), "{text}");
    let (low, high) =
        lines(&shown).concat().iter().fold((9.0_f64, 0.0_f64), |ends, at| (ends.0.min(at.0), ends.1.max(at.0)));
    assert!(low >= 1.0 && high <= 3.0, "bars end at the first and the last rank: {low}, {high}");
}

#[test]
fn two_problems_that_agree_prove_little() {
    let mut runs = problems();
    runs.rows.retain(|run| ["moons", "friedman"].contains(&run.problem.as_str()) && run.optimizer != "momentum");
    let text = texts(&picture("rank", "final_train_loss", Options::default(), &runs).unwrap());
    assert!(text.contains("all 2 problems rank them alike:|Friedman: exact p = 0.5"), "{text}");
    assert!(!text.contains("Davenport") && text.contains("no two are told apart"), "{text}");
    let text = texts(&picture("rank-intervals", "final_train_loss", Options::default(), &runs).unwrap());
    assert!(text.contains("bootstrap of trials (few problems)"), "{text}");
}

#[test]
fn what_is_said_of_the_choice_is_what_was_asked_for() {
    let runs = problems();
    let in_sample = Options { assessment: Assessment::InSample, ..Options::default() };
    for kind in ["rank", "rank-intervals", "profile", "budget", "regimes", "slope"] {
        let text = texts(&picture(kind, "final_train_loss", in_sample.clone(), &runs).unwrap());
        assert!(text.contains("chosen on (in-sample)"), "{kind}: {text}");
        let mut tested = runs.clone();
        tested.rows.iter_mut().for_each(|run| run.final_test_loss = run.final_train_loss);
        let text = texts(&picture(kind, "final_test_loss", Options::default(), &tested).unwrap());
        assert!(text.contains("chosen by final validation loss") && !text.contains("test split"), "{kind}: {text}");
        let by = Options { select_by: Some(Metric::FinalTestLoss), ..Options::default() };
        let text = texts(&picture(kind, "final_test_loss", by, &tested).unwrap());
        assert!(text.contains("(chosen on the test split)"), "{kind}: {text}");
    }
}

#[test]
fn a_budget_of_all_settings_comes_near_the_best_of_them() {
    let runs = problems();
    let options = Options { selection: vec![of_problem("moons")], ..Options::default() };
    let shown = picture("budget", "final_train_loss", options, &runs).unwrap();
    for line in lines(&shown) {
        assert!(line.windows(2).all(|pair| pair[0].1 >= pair[1].1), "more settings are never worse: {line:?}");
    }
    let shown = picture("budget", "final_train_loss", Options::default(), &runs).unwrap();
    let sums = (0..26).map(|k| lines(&shown).iter().filter_map(|line| line.get(k)).map(|point| point.1).sum::<f64>());
    assert!(sums.into_iter().all(|sum| (sum - 6.0).abs() < 1e-9), "the ranks of three add up");
    assert!(texts(&shown).contains("the order "));
}

fn of_problem(problem: &str) -> Selection {
    Selection { optimizer: None, settings: vec![("problem".into(), Setting::Choice(problem.into()))] }
}

#[test]
fn defaults_take_part_where_they_were_tried() {
    let runs = problems();
    let text = texts(&picture("regimes", "final_train_loss", Options::default(), &runs).unwrap());
    assert!(text.contains("defaults were not tried:") && !text.starts_with("defaults"), "{text}");
    let rate = runs.rows.iter().find(|run| run.optimizer == "adam").unwrap().settings[0].clone().unwrap();
    let adam = Selection { optimizer: Some("adam".into()), settings: vec![("lr".into(), rate)] };
    let options = Options { defaults: vec![adam], ..Options::default() };
    let text = texts(&picture("regimes", "final_train_loss", options, &runs).unwrap());
    assert!(text.starts_with("defaults|one setting for all problems|tuned on each problem"), "{text}");
}

#[test]
fn targets_are_reached_or_not() {
    let mut runs = problems();
    runs.rows.retain(|run| run.problem == "moons");
    let error = picture("target", "steps_to_target", Options::default(), &runs).unwrap_err().to_string();
    assert!(error.contains("no selected trial has reached a target"), "{error}");
    for run in runs.rows.iter_mut().filter(|run| run.final_train_loss.is_some_and(|loss| loss < 0.03)) {
        run.steps_to_target = Some(100 + 10 * run.init_seed);
    }
    let shown = picture("target", "steps_to_target", Options::default(), &runs).unwrap();
    for line in lines(&shown) {
        assert!(line.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1), "{line:?}");
    }
    assert!(lines(&shown).iter().any(|line| line.last().unwrap().1 == 1.0), "adam reaches it with all seeds");
    assert!(texts(&shown).contains("settings with the best median"));
}

#[test]
fn pairs_stand_in_rows_of_problems() {
    let runs = problems();
    let options = Options { against: Some("adam".into()), ..Options::default() };
    let shown = picture("paired", "final_train_loss", options, &runs).unwrap();
    assert_eq!(lines(&shown).len(), 4 * 2, "a line per problem and other optimizer");
    let names: Vec<&str> = shown.panels[0].y.ticks().iter().rev().filter_map(|tick| tick.label.as_deref()).collect();
    assert_eq!(names, ["moons", "iris", "digits", "friedman"]);
    let options = Options { against: Some("adma".into()), ..Options::default() };
    let error = picture("paired", "final_train_loss", options, &runs).unwrap_err().to_string();
    assert!(error.contains("no trials are of `adma`; did you mean `adam`?"), "{error}");
}

#[test]
fn a_safe_learning_rate_is_close_to_the_best_on_many_problems() {
    let runs = problems();
    let shown = picture("safety", "final_train_loss", Options::default(), &runs).unwrap();
    let lines = lines(&shown);
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert!(line.iter().any(|point| point.1 == 1.0), "the problems have the same best rate");
        assert!(line[0].1 < 1.0 && line.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}

#[test]
fn what_cannot_be_compared_says_why() {
    let mut runs = problems();
    let select = |optimizer: &str| Selection { optimizer: Some(optimizer.into()), settings: vec![] };
    let options = Options { selection: vec![select("adam")], ..Options::default() };
    let error = picture("rank", "final_train_loss", options, &runs).unwrap_err().to_string();
    assert!(error.contains("1 optimizers have `final_train_loss`, and two or more can be compared"), "{error}");
    runs.rows.retain(|run| run.optimizer != "sgd" || run.problem != "iris");
    let error = picture("profile", "final_train_loss", Options::default(), &runs).unwrap_err().to_string();
    assert!(error.contains("sgd has no trials of iris"), "{error}");
    let error = picture("rank", "final_test_loss", Options::default(), &runs).unwrap_err().to_string();
    assert!(error.contains("0 optimizers have `final_test_loss`"), "{error}");
}

#[test]
fn members_become_one_table_and_figures() {
    let folder = tempfile::tempdir().unwrap();
    for problem in ["moons", "iris", "digits", "friedman"] {
        let mut runs = problems();
        runs.rows.retain(|run| run.problem == problem);
        fs::create_dir(folder.path().join(format!("compare-{problem}"))).unwrap();
        write_runs(&folder.path().join(format!("compare-{problem}/runs.csv")), &runs).unwrap();
    }
    let text = r#"
name = "compared"
members = ["compare-moons", "compare-iris", "compare-digits", "compare-friedman"]

[[figure]]
kind = "rank"
metric = "final_train_loss"

[[figure]]
kind = "profile"
metric = "final_train_loss"
name = "profile"
select = [{ optimizer = "sgd" }, { optimizer = "momentum", momentum = 0.9 }]

[[figure]]
kind = "paired"
metric = "final_train_loss"
against = "sgd"

[[figure]]
kind = "safety"

[[figure]]
kind = "rank-intervals"
metric = "final_train_loss"

[[figure]]
kind = "budget"
metric = "final_train_loss"

[[figure]]
kind = "regimes"
metric = "final_train_loss"

[[figure]]
kind = "slope"
metric = "final_train_loss"
"#;
    let Study::Drawing(drawing) = Study::parse("compared.toml", text, Path::new(""), &[]).unwrap() else { panic!() };
    let out = folder.path().join("compared");
    make(&drawing, &out, &out, Isa::best(), false).unwrap();
    let table = fs::read_to_string(out.join("comparison.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 4 * 3, "{table}");
    assert!(table.starts_with(
        "score,problem,optimizer,settings,trials,diverged_share,median,ci_low,ci_high,rank,chosen_by,in_sample,optimism,"
    ));
    for (name, rows) in [("ranks", 3), ("pairs", 3), ("budget", 4 * 3 * 26), ("regimes", 4 * 3 * 2)] {
        let table = fs::read_to_string(out.join(format!("{name}.csv"))).unwrap();
        assert_eq!(table.lines().count(), 1 + rows, "{name}: {table}");
    }
    assert!(table.contains("\nfinal_train_loss,digits,sgd,lr="), "{table}");
    let labelled = r#"
name = "labelled"
members = [
  { study = "compare-moons", problem = "all", level = 1 },
  { study = "compare-iris", problem = "all", level = 2 },
  { study = "compare-digits", problem = "all", level = 3 },
]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
x = "level"
select = [{ optimizer = "momentum", momentum = 0.9, lr = 0.1 }]
"#;
    let Study::Drawing(labelled) = Study::parse("labelled.toml", labelled, Path::new(""), &[]).unwrap() else {
        panic!()
    };
    make(&labelled, &folder.path().join("labelled"), &folder.path().join("labelled"), Isa::best(), false).unwrap();
    let drawn = folder.path().join("labelled/figures/sensitivity-final_train_loss-level.svg");
    assert!(fs::read_to_string(drawn).unwrap().contains("\nall: final training loss by level\n"));
    let pin = |name: &str| blake3::hash(&fs::read(out.join(name)).unwrap()).to_hex()[..16].to_owned();
    let figures = ["rank-final_train_loss", "profile", "paired-final_train_loss", "safety-final_train_loss"]
        .map(|name| (name, pin(&format!("figures/{name}.svg"))));
    let expected = [
        ("rank-final_train_loss", "f647778428b350d6"),
        ("profile", "8ad4e41cd7de9b14"),
        ("paired-final_train_loss", "87e17fd3e21ef99c"),
        ("safety-final_train_loss", "f165e3f9997fd884"),
    ];
    assert_eq!(figures, expected.map(|(name, hash)| (name, hash.to_owned())));
}
