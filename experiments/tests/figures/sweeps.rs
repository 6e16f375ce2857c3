//! Figures of a synthetic sweep and of what is left of one when little went well.

use std::fs;
use std::path::Path;

use thalweg::figure::{Appearance, Chart, FigureError, Input, KINDS, Options, Scale, Selection, Tables, draw};
use thalweg::record::{Curve, Quantities, Runs, Setting, Status, Trials, read_trials, write_runs};
use thalweg::stats::Metric;

use crate::synthetic::{self, svg};

/// Draws a figure, also as PNG; with `FIGURES=folder` in the environment, a copy stays there to be looked at.
fn drawn(name: &str, chart: &Chart, runs: &Runs, curves: &[Curve]) -> Result<String, FigureError> {
    let folder = tempfile::tempdir().unwrap();
    let paths = draw(chart, &Tables::new(&Trials::from(runs), curves), folder.path(), &synthetic::look())?;
    if let Some(kept) = std::env::var_os("FIGURES") {
        for path in &paths {
            fs::copy(path, Path::new(&kept).join(name).with_extension(path.extension().unwrap())).unwrap();
        }
    }
    let [svg, png] = &paths[..] else { panic!("{name}: {paths:?}") };
    assert!(fs::read(png).unwrap().starts_with(b"\x89PNG"));
    let text = fs::read_to_string(svg).unwrap();
    assert!(text.ends_with("</svg>\n") && !text.contains("NaN") && !text.contains("inf"), "{name}");
    Ok(text)
}

fn chart(kind: &str, metric: &str) -> Chart {
    over_columns(Chart::new(kind, Some(metric)).unwrap())
}

/// The chart over the two hyperparameters of the synthetic sweep, if it is of a kind that has columns.
fn over_columns(chart: Chart) -> Chart {
    let [x, y] = ["lr", "momentum"].map(|column| (chart.kind().required == 2).then(|| column.to_owned()));
    chart.with(Options { x, y, ..Options::default() })
}

/// The rows of the trials for which `keep` is true.
fn part(seeds: u64, keep: impl Fn(&thalweg::record::Run) -> bool) -> (Runs, Vec<Curve>) {
    let (mut runs, mut curves) = synthetic::sweep(seeds);
    runs.rows.retain(|run| keep(run));
    curves.retain(|curve| runs.rows.iter().any(|run| run.key == curve.key));
    (runs, curves)
}

#[test]
fn sensitivity_of_losses_and_accuracies() {
    let (runs, curves) = synthetic::sweep(5);
    for metric in ["final_train_loss", "final_validation_accuracy"] {
        let text = drawn(&format!("sensitivity-{metric}"), &chart("sensitivity", metric), &runs, &curves).unwrap();
        for label in ["SGD", "momentum (μ = 0.5)", "Adam", "learning rate α", "median over 5 seeds"] {
            assert!(text.contains(&format!(">{label}<")), "{label}");
        }
    }
}

#[test]
fn curves_of_the_best_configurations() {
    let (runs, curves) = synthetic::sweep(5);
    for metric in ["train_loss", "validation_accuracy"] {
        let text = drawn(&format!("curves-{metric}"), &chart("curves", metric), &runs, &curves).unwrap();
        assert!(text.contains("Adam (α = 0.0"), "{text}");
    }
    let by_accuracy = chart("curves", "grad_norm")
        .with(Options { select_by: Some(Metric::FinalValidationAccuracy), ..Options::default() });
    let text = drawn("curves-grad_norm", &by_accuracy, &runs, &curves).unwrap();
    assert!(text.contains(">settings with the best median of the final validation accuracy<"));
}

#[test]
fn curves_of_selected_configurations() {
    let (runs, curves) = synthetic::sweep(5);
    let select = |rate| Selection {
        optimizer: Some("momentum".into()),
        settings: vec![("lr".into(), Setting::Number(rate)), ("momentum".into(), Setting::Number(0.9))],
    };
    let selection = vec![select(0.01), select(0.1), select(1.0)];
    let chart = chart("curves", "train_loss").with(Options {
        selection,
        title: Some("Momentum 0.9 diverges at 1".into()),
        ..Options::default()
    });
    let text = drawn("curves-selected", &chart, &runs, &curves).unwrap();
    assert!(text.contains("Momentum 0.9 diverges at 1"));
    assert!(text.contains("the median diverged"));
}

#[test]
fn an_svg_never_changes() {
    let (runs, curves) = synthetic::sweep(5);
    let trials = Trials::from(&runs);
    let hashes = ["sensitivity", "curves", "heatmap"].map(|kind| {
        let pictures = over_columns(Chart::new(kind, None).unwrap()).pictures(&Tables::new(&trials, &curves)).unwrap();
        let text = svg(&pictures[0].1).unwrap();
        (kind, blake3::hash(text.as_bytes()).to_hex()[..16].to_owned())
    });
    let expected =
        [("sensitivity", "85eb05cdbea1c2a5"), ("curves", "34f2f70736edac8c"), ("heatmap", "6b4f84a5b7ef66c2")];
    assert_eq!(hashes.to_vec(), expected.map(|(kind, hash)| (kind, hash.to_owned())));
}

#[test]
fn figures_need_no_other_losses_and_accuracies_than_they_say() {
    let (runs, curves) = synthetic::sweep(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.csv");
    write_runs(&path, &runs).unwrap();
    let all = read_trials(&path, Quantities::ALL).unwrap();
    let mut drawn = 0;
    for kind in KINDS.iter().filter(|kind| kind.input == Input::Problem && kind.table.is_none()) {
        for metric in (kind.metrics)() {
            for select_by in [None, Some(Metric::FinalValidationAccuracy)] {
                let below = Some(0.3);
                let options = chart(kind.name, metric).options().clone();
                let chart = chart(kind.name, metric).with(Options { select_by, below, ..options });
                let some = read_trials(&path, chart.quantities()).unwrap();
                let picture = |trials| Some(svg(&chart.pictures(&Tables::new(trials, &curves)).ok()?[0].1).unwrap());
                let pictures = [&all, &some].map(picture);
                assert!(pictures[0] == pictures[1], "{} of {metric}", kind.name);
                drawn += usize::from(pictures[0].is_some());
            }
        }
    }
    assert!(drawn > 40, "{drawn}");
}

#[test]
fn little_data_gives_a_figure_still() {
    let all_diverged = part(5, |run| run.status == Status::Diverged && run.optimizer == "adam");
    let one_trial = part(1, |run| run.optimizer == "adam" && run.settings[0] == Some(Setting::Number(0.01)));
    let one_rate = part(5, |run| run.settings[0] == Some(Setting::Number(0.01)));
    let one_seed = part(1, |_| true);
    let cases =
        [("all-diverged", all_diverged), ("one-trial", one_trial), ("one-rate", one_rate), ("one-seed", one_seed)];
    for (name, (runs, curves)) in &cases {
        assert!(!runs.rows.is_empty(), "{name}");
        // One trial is no grid, and has no trajectory.
        for kind in KINDS.iter().filter(|kind| ["sensitivity", "curves"].contains(&kind.name)) {
            let metrics = (kind.metrics)();
            drawn(&format!("{name}-{}", kind.name), &chart(kind.name, metrics[0]), runs, curves).unwrap();
            for metric in metrics {
                match chart(kind.name, metric).pictures(&Tables::new(&Trials::from(runs), curves)) {
                    Ok(pictures) => assert!(svg(&pictures[0].1).unwrap().ends_with("</svg>\n"), "{name}"),
                    Err(FigureError::NoData { .. }) => {}
                    Err(error) => panic!("{name}: {error}"),
                }
            }
        }
    }
}

#[test]
fn losses_of_many_magnitudes_have_a_place() {
    let (mut runs, curves) = synthetic::sweep(3);
    for run in &mut runs.rows {
        run.final_train_loss = run.final_train_loss.map(|loss| if loss < 0.01 { 0.0 } else { libm::pow(loss, 9.0) });
    }
    let text = drawn("wide", &chart("sensitivity", "final_train_loss"), &runs, &curves).unwrap();
    assert!(text.contains(">−12<"), "the decades are named");
    for run in &mut runs.rows {
        run.final_train_loss = run.final_train_loss.map(|loss| loss - 0.25);
    }
    let text = drawn("negative", &chart("sensitivity", "final_train_loss"), &runs, &curves).unwrap();
    assert!(text.contains(">−0.25<"), "the axis is linear");
}

#[test]
fn as_many_lines_as_can_be_told_apart() {
    let (mut runs, curves) = part(3, |run| run.optimizer == "adam");
    let adam = runs.rows.clone();
    runs.rows.clear();
    for line in 0..28 {
        runs.rows.extend(adam.iter().cloned().map(|mut run| {
            run.settings[1] = Some(Setting::Number(f64::from(line) / 100.0));
            run.final_train_loss = run.final_train_loss.map(|loss| loss * (1.0 + 0.2 * f64::from(line)));
            run
        }));
    }
    let chart = chart("sensitivity", "final_train_loss");
    let text = drawn("many", &chart, &runs, &curves).unwrap();
    assert!(text.contains(">Adam (μ = 0.27)<"));
    runs.rows.push(thalweg::record::Run { optimizer: "sgd".into(), ..runs.rows[0].clone() });
    assert!(matches!(drawn("too-many", &chart, &runs, &curves), Err(FigureError::TooManyLines { found: 29, .. })));
}

#[test]
fn lines_end_at_the_ranges_asked_for() {
    let (runs, curves) = synthetic::sweep(5);
    let options = Options { x_range: Some((1e-3, 1.0)), y_range: Some((0.02, 0.2)), ..Options::default() };
    let text = drawn("zoomed", &chart("sensitivity", "final_train_loss").with(options), &runs, &curves).unwrap();
    assert!(!text.contains("points=\"-") && !text.contains(" -"), "nothing lies outside of the drawing");
}

#[test]
fn a_range_from_zero_makes_an_axis_linear() {
    let (runs, curves) = synthetic::sweep(1);
    let trials = Trials::from(&runs);
    let ticks = |range| {
        let options = Options { y_range: Some(range), ..Options::default() };
        let pictures = chart("curves", "train_loss").with(options).pictures(&Tables::new(&trials, &curves)).unwrap();
        pictures[0].1.panels[0].y.ticks().iter().map(|tick| tick.value).collect::<Vec<_>>()
    };
    assert_eq!(ticks((0.0, 1.0)), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    assert_eq!(ticks((0.01, 10.0))[..2], [0.01, 0.02]);
}

#[test]
fn a_word_may_be_longer_than_the_chart() {
    let (runs, curves) = part(1, |run| run.optimizer == "adam");
    let options = Options { title: Some("l".repeat(400)), ..Options::default() };
    drawn("long-title", &chart("sensitivity", "final_train_loss").with(options), &runs, &curves).unwrap();
}

#[test]
fn no_data_is_an_error_that_says_so() {
    let (runs, curves) = synthetic::sweep(1);
    let message =
        |chart: &Chart, runs: &Runs, curves: &[Curve]| drawn("none", chart, runs, curves).unwrap_err().to_string();
    assert_eq!(
        message(&chart("sensitivity", "final_train_loss"), &Runs::default(), &[]),
        "no figure of kind `sensitivity`: there are no trials"
    );
    assert_eq!(
        message(&chart("sensitivity", "final_test_loss"), &runs, &curves),
        "no figure of kind `sensitivity`: no trial has a positive `lr` and the metric `final_test_loss`"
    );
    assert_eq!(
        message(&chart("curves", "train_loss"), &runs, &[]),
        "no figure of kind `curves`: no selected trial has a curve of `train_loss`"
    );
    let everything = vec![
        Selection { optimizer: Some("sgd".into()), settings: vec![] },
        Selection { optimizer: Some("adam".into()), settings: vec![] },
    ];
    assert_eq!(
        message(
            &chart("curves", "train_loss").with(Options { selection: everything, ..Options::default() }),
            &runs,
            &curves
        ),
        "no figure of kind `curves`: 52 lines, but a reader can tell 28 apart"
    );
    let options = Options { x_range: Some((0.0, 1.0)), x_scale: Some(Scale::Log), ..Options::default() };
    assert_eq!(
        message(&chart("curves", "train_loss").with(options), &runs, &curves),
        "the x range from 0 to 1 is not one for a log axis"
    );
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let help = |kind, metric| {
        let error = Chart::new(kind, metric).unwrap_err();
        (error.to_string(), miette::Diagnostic::help(&error).unwrap().to_string())
    };
    assert_eq!(
        help("sensitvity", None),
        (
            "there is no figure of kind `sensitvity`".into(),
            format!(
                "did you mean `sensitivity`? There are: {}",
                KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
            )
        )
    );
    assert!(help("curves", Some("final_train_loss")).1.ends_with(
        "There are: train_loss, validation_loss, test_loss, train_accuracy, validation_accuracy, test_accuracy, grad_norm, update_norm"
    ));
}

#[test]
fn each_problem_has_its_own_figure() {
    let (mut runs, curves) = part(2, |run| run.optimizer == "adam");
    let mut other = runs.rows.clone();
    for run in &mut other {
        run.problem = "two spirals".into();
    }
    runs.rows.extend(other);
    let folder = tempfile::tempdir().unwrap();
    let paths = draw(
        &chart("sensitivity", "final_train_loss"),
        &Tables::new(&Trials::from(&runs), &curves),
        folder.path(),
        &Appearance::default(),
    )
    .unwrap();
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["sensitivity-final_train_loss-moons.svg", "sensitivity-final_train_loss-two-spirals.svg"]);
}

#[test]
fn the_text_of_a_title_is_escaped() {
    let (runs, curves) = part(1, |run| run.optimizer == "adam");
    let chart = chart("sensitivity", "final_train_loss")
        .with(Options { title: Some("a < b & \"c\"".into()), ..Options::default() });
    let text = drawn("escaped", &chart, &runs, &curves).unwrap();
    assert!(
        text.contains("<title>a &lt; b &amp; &quot;c&quot;</title>") && text.contains("a &lt; b &amp; &quot;c&quot;")
    );
}
