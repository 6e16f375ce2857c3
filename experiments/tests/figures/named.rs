//! Trials that figures name by their keys.

use miette::Diagnostic;
use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Tables};
use thalweg::record::Trials;

use crate::synthetic;

fn options(trials: &[&str]) -> Options {
    Options { trials: trials.iter().map(|key| (*key).to_owned()).collect(), ..Options::default() }
}

fn curves(seeds: u64, trials: &[&str]) -> Result<Picture, FigureError> {
    let (runs, curves) = synthetic::sweep(seeds);
    let chart = Chart::new("curves", Some("train_loss")).unwrap().with(options(trials));
    let trials = Trials::from(&runs);
    let keys = chart.keys(&trials);
    // As they are read: those of the trials that are shown.
    let is_shown = |key: &str| keys.iter().any(|known| known.to_string() == key);
    let own: Vec<_> = curves.into_iter().filter(|row| is_shown(&row.key)).collect();
    Ok(chart.pictures(&Tables::new(&trials, &own))?.remove(0).1)
}

fn labels(picture: &Picture) -> Vec<&str> {
    picture.legend.iter().map(|entry| entry.text.as_str()).collect()
}

#[test]
fn a_trial_is_a_line_with_what_tells_it_apart() {
    // The first number of a key is that of the configuration, the second the seed.
    let shown = curves(3, &["t0000000500000002", "t0000000500000000"]).unwrap();
    assert_eq!(labels(&shown), ["SGD (α = 0.001), seed 2", "SGD (α = 0.001), seed 0"], "in the order of their names");
    let (_, rows) = synthetic::sweep(3);
    let wanted: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| row.key == "t0000000500000002")
        .map(|row| (row.step as f64, row.train_loss.unwrap()))
        .collect();
    let is_own = |layer: &Layer| matches!(layer, Layer::Line(_, points) if *points == wanted);
    assert!(shown.panels[0].layers.iter().any(is_own), "no median");
    assert_eq!(shown.notes[0].text, "a trial each");
    let shown = curves(3, &["t0000000500000002", "t0000000600000002", "t0000019000000002"]).unwrap();
    assert_eq!(labels(&shown), ["SGD (α = 0.001)", "SGD (α = 0.00158)", "Adam (α = 10^{−5})"]);
}

#[test]
fn the_beginning_of_a_key_is_enough_if_no_other_begins_so() {
    assert_eq!(labels(&curves(1, &["t00000005", "t00000006"]).unwrap()), ["SGD (α = 0.001)", "SGD (α = 0.00158)"]);
    let error = curves(3, &["t00000005"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 trials have a key that begins with `t00000005`, t0000000500000000 and t0000000500000001 among them"
    );
    let error = curves(3, &["t00000005000000zz"]).unwrap_err();
    assert_eq!(error.to_string(), "no trial has the key `t00000005000000zz`, or one that begins so");
    assert!(error.help().unwrap().to_string().starts_with("did you mean `t00000005000000"), "{error:?}");
}
