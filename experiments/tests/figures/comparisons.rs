//! Optimizers over several problems: the statistics, against SciPy's, and the figures.

use std::fs;
use std::path::Path;

use serde_json::Value;
use thalweg::drawing::make;
use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Selection, Tables, draw};
use thalweg::record::{Run, Runs, Setting, Trials, write_runs};
use thalweg::spec::Study;
use thalweg::stats::{
    Assessment, Candidates, Comparison, Probability, RankTest, Score, configurations, ranks, wilson_interval,
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
        assert!((test.critical_difference.unwrap() - difference).abs() < 1e-9 * difference);
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
pub fn problems() -> Runs {
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
pub fn picture(kind: &str, metric: &str, options: Options, runs: &Runs) -> Result<Picture, FigureError> {
    let chart = Chart::new(kind, Some(metric)).unwrap().with(options);
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("FIGURES").map(|kept| Path::new(&kept).to_owned());
    let trials = Trials::from(runs);
    let tables = Tables::new(&trials, &[]);
    draw(&chart, &tables, kept.as_deref().unwrap_or(folder.path()), &synthetic::look())?;
    let mut pictures = chart.pictures(&tables)?;
    assert_eq!(pictures.len(), 1, "all problems are in one picture");
    Ok(pictures.remove(0).1)
}

pub fn lines(picture: &Picture) -> Vec<&[(f64, f64)]> {
    let lines = picture.panels[0].layers.iter();
    lines.filter_map(|layer| if let Layer::Line(_, points) = layer { Some(points.as_slice()) } else { None }).collect()
}

pub fn texts(picture: &Picture) -> String {
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
    assert!(texts(&shown).contains("4 problems; each method"));
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
    assert!(text.contains("Friedman: χ² = ") && text.contains("exact p = "), "{text}");
    assert!(text.contains("too few problems for χ², F, Nemenyi") && lines(&shown).is_empty(), "{text}");
    assert!(text.contains("judged on that one (cross-fit)") && !text.contains("test split"), "{text}");
    // Each problem twice is enough for bars, which end at the first and the last rank.
    let twice = |run: &Run| Run { problem: format!("{} again", run.problem), ..run.clone() };
    let more: Vec<Run> = runs.rows.iter().map(twice).collect();
    let runs = Runs { rows: runs.rows.iter().cloned().chain(more).collect(), ..runs };
    let shown = picture("rank", "final_train_loss", Options::default(), &runs).unwrap();
    assert!(texts(&shown).contains("critical difference 1.17"), "{}", texts(&shown));
    let bars = lines(&shown).concat();
    assert!(bars.iter().any(|at| at.0 == 3.0) && bars.iter().all(|at| (1.0..=3.0).contains(&at.0)), "{bars:?}");
}

#[test]
fn pairs_stand_in_rows_of_problems() {
    let runs = problems();
    let options = Options { against: Some("adam".into()), ..Options::default() };
    let shown = picture("paired", "final_train_loss", options, &runs).unwrap();
    assert_eq!(lines(&shown).len(), 4 * 2, "a line per problem and other optimizer");
    let names: Vec<&str> = shown.panels[0].y.ticks().iter().rev().filter_map(|tick| tick.label.as_deref()).collect();
    assert_eq!(names, ["two moons", "iris", "digits", "friedman"]);
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
    for (name, rows) in [("ranks", 3), ("pairs", 3), ("budget", 4 * 3 * 26), ("regimes", 4 * 3 * 3)] {
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
    assert!(fs::read_to_string(drawn).unwrap().contains(">All: final training loss by level<"));
    let pin = |name: &str| blake3::hash(&fs::read(out.join(name)).unwrap()).to_hex()[..16].to_owned();
    let figures = ["rank-final_train_loss", "profile", "paired-final_train_loss", "safety-final_train_loss"]
        .map(|name| (name, pin(&format!("figures/{name}.svg"))));
    let expected = [
        ("rank-final_train_loss", "64df878e665c3c93"),
        ("profile", "78fbf5386ac6140b"),
        ("paired-final_train_loss", "cf520d2dc1837253"),
        ("safety-final_train_loss", "d99a77b117324b0b"),
    ];
    assert_eq!(figures, expected.map(|(name, hash)| (name, hash.to_owned())));
}
