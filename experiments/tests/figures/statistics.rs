//! Summaries over seeds, from rows to `summary.csv`.

use std::fs;
use std::path::Path;

use thalweg::figure::{Chart, Layer, Options, Tables};
use thalweg::random::Stream;
use thalweg::record::{Precision, Run, Runs, Setting, Status, Trials, write_runs};
use thalweg::stats::{Metric, Statistic, choose_best, configurations, median_interval, quantile, write_summary};

use crate::synthetic;

/// A sweep of SGD with one row per `(lr, loss, accuracy)`; a trial without loss diverged.
fn runs(rows: &[(f64, Option<f64>, Option<f64>)]) -> Runs {
    let template = synthetic::sweep(1).0.rows.swap_remove(0);
    let row = |&(lr, loss, accuracy): &(f64, Option<f64>, Option<f64>)| Run {
        settings: vec![Some(Setting::Number(lr))],
        status: if loss.is_some() { Status::Ok } else { Status::Diverged },
        final_train_loss: loss,
        final_train_accuracy: accuracy,
        final_validation_loss: None,
        final_validation_accuracy: None,
        ..template.clone()
    };
    Runs {
        hyperparameters: vec!["lr".into()],
        extra: vec![],
        rows: rows.iter().map(row).collect(),
        precision: Precision::F64,
    }
}

#[test]
fn a_diverged_trial_is_the_worst_one() {
    let runs = runs(&[(0.1, Some(1.0), Some(0.5)), (0.1, None, None), (0.1, Some(2.0), Some(0.75))]);
    let trials = Trials::from(&runs);
    let [configuration] = &configurations(&trials)[..] else { panic!("the trials have the same settings") };
    assert_eq!(configuration.outcomes(Metric::FinalTrainLoss), [1.0, 2.0, f64::INFINITY]);
    assert_eq!(configuration.outcomes(Metric::FinalTrainAccuracy), [0.0, 0.5, 0.75]);
    assert!(configuration.outcomes(Metric::FinalValidationLoss).is_empty());
    assert_eq!(configuration.diverged_share(), 1.0 / 3.0);
    assert_eq!(configuration.text(), "moons sgd lr=0.1");
}

#[test]
fn the_best_median_wins_then_the_loss_then_the_plan() {
    let best = |rows: &[(f64, Option<f64>, Option<f64>)], metric| {
        let trials = Trials::from(&runs(rows));
        let [best] = &choose_best(&configurations(&trials), metric)[..] else { panic!("there is one optimizer") };
        best.setting("lr").unwrap().text()
    };
    let accuracies = [(0.1, Some(0.3), Some(0.9)), (0.2, Some(0.2), Some(1.0)), (0.3, Some(0.1), Some(1.0))];
    assert_eq!(best(&accuracies, Metric::FinalTrainAccuracy), "0.3");
    assert_eq!(best(&accuracies, Metric::FinalTrainLoss), "0.3");
    let equal = [(0.1, Some(0.3), Some(0.9)), (0.2, Some(0.2), Some(1.0)), (0.3, Some(0.2), Some(1.0))];
    assert_eq!(best(&equal, Metric::FinalTrainAccuracy), "0.2");
    assert_eq!(best(&[(0.1, None, None), (0.2, Some(1e9), None)], Metric::FinalTrainLoss), "0.2");
    assert_eq!(best(&[(0.1, None, None), (0.2, None, None)], Metric::FinalTrainLoss), "0.1");
}

#[test]
fn every_optimizer_has_its_best() {
    let trials = Trials::from(&synthetic::sweep(5).0);
    let all = configurations(&trials);
    let best = choose_best(&all, Metric::FinalValidationLoss);
    let names: Vec<_> = best.iter().map(|configuration| configuration.optimizer()).collect();
    assert_eq!(names, ["sgd", "momentum", "adam"]);
    assert!(choose_best(&all, Metric::FinalTestAccuracy).is_empty());
}

#[test]
fn the_summary_says_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.csv");
    let runs = runs(&[(0.1, Some(1.0), None), (0.1, Some(2.0), None), (1e-5, Some(0.5), None), (0.2, None, None)]);
    let table = folder.path().join("runs.csv");
    write_runs(&table, &runs).unwrap();
    write_summary(&path, &table).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with(
        "problem,optimizer,lr,trials,diverged_share,final_train_loss_median,final_train_loss_q25,\
         final_train_loss_q75,final_train_loss_ci_low,final_train_loss_ci_high,best_train_loss_median,"
    ));
    assert!(header.ends_with(",final_test_accuracy_ci_high"));
    for expected in [
        "moons,sgd,0.1,2,0.0,1.5,1.25,1.75,1.0,2.0,",
        "moons,sgd,1e-5,1,0.0,0.5,0.5,0.5,,,",
        "moons,sgd,0.2,1,1.0,inf,inf,inf,,,inf,inf,inf,,,",
    ] {
        let line = lines.next().unwrap();
        assert!(line.starts_with(expected), "{line}");
    }
    assert!(text.lines().all(|line| line.ends_with(",,,,,") || line == header));
}

#[test]
fn the_summary_of_a_sweep_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.csv");
    let table = folder.path().join("runs.csv");
    write_runs(&table, &synthetic::sweep(5).0).unwrap();
    write_summary(&path, &table).unwrap();
    let hash = blake3::hash(&fs::read(&path).unwrap()).to_hex();
    assert_eq!(&hash[..16], "b6e0490b5ce0ffc7");
}

#[test]
fn summaries_of_all_results_are_what_they_were() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("summary.csv");
    let mut count = 0;
    for study in fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path()) {
        let [runs, summary] = ["runs.csv", "summary.csv"].map(|name| study.join(name));
        if runs.exists() && summary.exists() {
            write_summary(&path, &runs).unwrap();
            assert!(fs::read(&path).unwrap() == fs::read(summary).unwrap(), "{}", study.display());
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// The rows of a summary, one after the other and from the rows of trials that are side by side.
fn plain_summary(runs: &Runs) -> String {
    let mut text = String::new();
    let settings = |run: &Run| -> String {
        let text = |setting: &Option<Setting>| setting.as_ref().map(Setting::cell).unwrap_or_default();
        run.settings.iter().map(|setting| format!(",{}", text(setting))).collect()
    };
    let quoted =
        |name: &str| if name.contains('"') { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.into() };
    for own in runs.rows.chunk_by(|a, b| (&a.problem, &a.settings) == (&b.problem, &b.settings)) {
        let diverged = own.iter().filter(|run| run.status == Status::Diverged).count();
        let number = |value: f64| Precision::F64.format(value);
        text += &format!("{},{}{},{}", quoted(&own[0].problem), own[0].optimizer, settings(&own[0]), own.len());
        text += &format!(",{}", number(diverged as f64 / own.len() as f64));
        let losses: [fn(&Run) -> Option<f64>; 7] = [
            |run| run.final_train_loss,
            |run| run.best_train_loss,
            |run| run.final_validation_loss,
            |run| run.final_test_loss,
            |run| run.final_train_accuracy,
            |run| run.final_validation_accuracy,
            |run| run.final_test_accuracy,
        ];
        for (metric, value) in Metric::ALL.into_iter().zip(losses) {
            let exists = runs.rows.iter().any(|run| run.problem == own[0].problem && value(run).is_some());
            let outcome = |run: &Run| match run.status {
                Status::Diverged => Some(metric.worst()),
                _ => value(run).map(|value| if value.is_nan() { metric.worst() } else { value }),
            };
            let kept = own.iter().filter(|_| exists);
            let mut outcomes: Vec<f64> = kept.filter_map(outcome).collect();
            outcomes.sort_by(f64::total_cmp);
            let interval = median_interval(&outcomes);
            let cells = [0.5, 0.25, 0.75].map(|share| quantile(&outcomes, share));
            let ends = [interval.map(|interval| interval.low), interval.map(|interval| interval.high)];
            text.extend(cells.into_iter().chain(ends).map(|cell| format!(",{}", cell.map(number).unwrap_or_default())));
        }
        text += "\n";
    }
    text
}

#[test]
fn a_summary_of_many_batches_is_that_of_its_rows() {
    let mold = synthetic::sweep(1).0.rows.swap_remove(0);
    let row = |index: u64| {
        let (status, loss) = match index % 11 {
            0 => (Status::Diverged, None),
            1 => (Status::Ok, Some(f64::NAN)),
            _ => (Status::Ok, Some(index as f64 / 7.0)),
        };
        // Far into the table, all trials of a problem diverge, and a configuration has as many trials as a batch.
        let is_lost = (4000..12_000).contains(&index);
        Run {
            problem: if index < 9000 { "moons" } else { "a \"moon\"" }.into(),
            settings: vec![Some(Setting::Number((index.min(9500) / 5 % 700) as f64))],
            status: if is_lost { Status::Diverged } else { status },
            final_train_loss: loss.filter(|_| !is_lost),
            best_train_loss: loss,
            final_validation_loss: loss.filter(|_| index < 100),
            final_train_accuracy: loss.filter(|_| index > 14_000),
            final_validation_accuracy: None,
            ..mold.clone()
        }
    };
    let rows = (0..16_000).map(row).collect();
    let runs = Runs { hyperparameters: vec!["lr".into()], extra: vec![], rows, precision: Precision::F64 };
    let expected = plain_summary(&runs);
    let folder = tempfile::tempdir().unwrap();
    let [table, path] = ["runs.csv", "summary.csv"].map(|name| folder.path().join(name));
    write_runs(&table, &runs).unwrap();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write_summary(&path, &table)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.split_once('\n').unwrap().1 == expected, "on {threads} threads");
    }
}

/// The quantiles of many resampled medians; ranks can differ by one where a share is almost met.
#[test]
fn resampling_gives_the_same_interval() {
    for n in [2, 3, 5, 10, 15, 40, 101] {
        let values: Vec<f64> = (0..n).map(f64::from).collect();
        let mut stream = Stream::new("bootstrap test", 1);
        let middles = |(lower, upper): (usize, usize), stream: &mut Stream| {
            let mut draws: Vec<u64> = (0..n).map(|_| stream.below(n as u64)).collect();
            draws.sort_unstable();
            [draws[lower], draws[upper]]
        };
        let at = ((n as usize - 1) / 2, n as usize / 2);
        let mut medians: Vec<[u64; 2]> = (0..20_000).map(|_| middles(at, &mut stream)).collect();
        let mut quantile = |side: usize, share: f64| {
            medians.sort_unstable_by_key(|middles| middles[side]);
            medians[(share * 20_000.0) as usize][side] as f64
        };
        let (low, high) = (quantile(0, 0.025), quantile(1, 0.975));
        let interval = median_interval(&values).unwrap();
        assert!((interval.low - low).abs() <= 1.0 && (interval.high - high).abs() <= 1.0, "{n}: {interval:?}");
    }
}

#[test]
fn a_figure_says_what_stands_for_its_trials() {
    let trials = Trials::from(&runs(&[(0.1, Some(1.0), None), (0.1, Some(2.0), None), (0.1, Some(6.0), None)]));
    for (statistic, middle, texts) in [
        (Statistic::Median, 2.0, ["median over 3 seeds", "quartiles"]),
        (Statistic::Mean, 3.0, ["mean over 3 seeds", "± standard deviation"]),
        (Statistic::InterquartileMean, 3.0, ["interquartile mean over 3 seeds", "95 % bootstrap interval"]),
    ] {
        let chart = Chart::new("sensitivity", Some("final_train_loss")).unwrap();
        let chart = chart.with(Options { statistic, ..Options::default() });
        let picture = chart.pictures(&Tables::new(&trials, &[])).unwrap().remove(0).1;
        let markers = picture.panels[0].layers.iter().find_map(|layer| match layer {
            Layer::Markers(_, points) => Some(points.clone()),
            _ => None,
        });
        assert_eq!(markers, Some(vec![(0.1, middle)]));
        for text in texts {
            assert!(picture.notes.iter().any(|note| note.text == text), "{text}: {:?}", picture.notes);
        }
    }
}
