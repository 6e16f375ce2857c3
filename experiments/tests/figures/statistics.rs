//! Summaries over seeds, from rows to `summary.csv`.

use std::fs;

use thalweg::random::Stream;
use thalweg::record::{Precision, Run, Runs, Setting, Status, Trials, write_runs};
use thalweg::stats::{Metric, choose_best, configurations, median_interval, write_summary};

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
        "moons,sgd,0.1,2,0,1.5,1.25,1.75,1,2,",
        "moons,sgd,1e-5,1,0,0.5,0.5,0.5,,,",
        "moons,sgd,0.2,1,1,inf,inf,inf,,,inf,inf,inf,,,",
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
    assert_eq!(&hash[..16], "80ac37be47b6d250");
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
