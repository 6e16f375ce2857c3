//! Steps along a curve: gradient descent on a parabola, whose iterates are known.

use thalweg::figure::{Chart, Disc, Layer, Panel, Picture, Tables};
use thalweg::record::{Run, Runs, Setting, Status, Surface, Trials, Waypoint};

use crate::legible::assert_legible;
use crate::maps::trial;
use crate::synthetic::{self, svg};

const START: f64 = -1.5;
const STEPS: u64 = 8;

/// Gradient descent on ½ x², whose iterates are (1 - α)^t times the start.
fn iterate(rate: f64, step: u64) -> f64 {
    (0..step).fold(START, |x, _| x * (1.0 - rate))
}

fn tables(rates: &[f64]) -> (Runs, Vec<Waypoint>, Surface) {
    let mut runs = Runs { hyperparameters: vec!["lr".into()], ..Runs::default() };
    let mut trajectory = Vec::new();
    for &rate in rates {
        let key = synthetic::key(&format!("{rate}"));
        let status = if rate > 2.5 { Status::Diverged } else { Status::Ok };
        let (problem, optimizer) = ("quadratic".into(), "sgd".into());
        let settings = vec![Some(Setting::Number(rate))];
        runs.rows.push(Run { key: key.clone(), problem, optimizer, status, settings, ..trial(1.0, 0.0, 0, Some(0.1)) });
        trajectory.extend((0..=STEPS).map(|step| {
            let x = iterate(rate, step);
            Waypoint { key: key.clone(), step, x: [x, 0.0], value: 0.5 * x * x }
        }));
    }
    let x0: Vec<f64> = (-20..=20).map(|at| f64::from(at) / 10.0).collect();
    let values = x0.iter().map(|x| 0.5 * x * x).collect();
    (runs, trajectory, Surface { x0, x1: Vec::new(), values })
}

fn picture(rates: &[f64]) -> Picture {
    let (runs, trajectory, surface) = tables(rates);
    let trials = Trials::from(&runs);
    let tables = Tables { trajectory: &trajectory, surface: Some(&surface), ..Tables::new(&trials, &[]) };
    Chart::new("descent", None).unwrap().pictures(&tables).unwrap().remove(0).1
}

fn discs(panel: &Panel) -> &Vec<Disc> {
    let discs = panel.layers.iter().find_map(|layer| if let Layer::Discs(discs) = layer { Some(discs) } else { None });
    discs.unwrap()
}

#[test]
fn iterates_lie_on_the_curve_and_chords_join_them() {
    let shown = picture(&[0.1, 0.9, 1.8]);
    assert_eq!((shown.columns, shown.panels.len()), (3, 3));
    for (panel, rate) in shown.panels.iter().zip([0.1, 0.9, 1.8]) {
        assert_eq!(panel.heading, format!("SGD (α = {rate})"));
        let expected: Vec<(f64, f64)> = (0..=STEPS).map(|step| iterate(rate, step)).map(|x| (x, 0.5 * x * x)).collect();
        let chords =
            panel.layers.iter().find_map(|layer| if let Layer::Thin(_, path) = layer { Some(path) } else { None });
        assert_eq!(chords, Some(&expected));
        let centres: Vec<(f64, f64)> = discs(panel).iter().rev().map(|disc| disc.at).collect();
        assert_eq!(centres, expected);
        let starts = panel.layers.iter().find_map(|layer| if let Layer::Rings(at) = layer { Some(at) } else { None });
        assert_eq!(starts, Some(&vec![(START, 1.125)]));
        assert!(panel.layers.iter().any(|layer| matches!(layer, Layer::Markers(_, at) if at[..] == expected[8..])));
    }
    let bar = shown.color_bar.as_ref().unwrap();
    assert_eq!((bar.label.as_str(), bar.colors.len()), ("step", 9));
}

#[test]
fn what_leaves_the_panel_is_said() {
    // Steps of 2.2 grow by a factor of 1.2 each; those of 3 by 2, until no number holds them.
    let shown = picture(&[0.5, 2.2, 3.0]);
    let headings: Vec<&str> = shown.panels.iter().map(|panel| panel.heading.as_str()).collect();
    assert_eq!(headings, ["SGD (α = 0.5)", "SGD (α = 2.2): leaves at step 2", "SGD (α = 3): diverges"]);
    let exits: Vec<Vec<f64>> = shown
        .panels
        .iter()
        .flat_map(|panel| &panel.layers)
        .filter_map(|layer| if let Layer::Beyond(_, _, places) = layer { Some(places.clone()) } else { None })
        .collect();
    assert!(exits[0].is_empty());
    // The chord from 1.8 to -2.16 meets the upper edge where it is that high.
    let (from, to, top) = ((1.8, 1.62), (-2.16, 2.3328), shown.panels[1].y.high());
    let expected = from.0 + (to.0 - from.0) * (top - from.1) / (to.1 - from.1);
    assert!((exits[1][0] - expected).abs() < 1e-9, "{exits:?} {expected}");
    assert!(shown.notes.iter().any(|note| note.text == "leaves the panel"));
}

#[test]
fn panels_are_read_row_by_row() {
    let shown = picture(&[0.1, 0.2, 0.3, 0.4, 0.5]);
    let rates: Vec<&str> = shown.panels.iter().map(|panel| &panel.heading["SGD (α = ".len()..]).collect();
    assert_eq!((shown.columns, rates), (3, vec!["0.1)", "0.4)", "0.2)", "0.5)", "0.3)"]));
}

#[test]
fn steps_have_the_same_bytes_everywhere_and_need_their_tables() {
    let shown = picture(&[0.1, 1.8, 2.2, 3.0]);
    assert_legible(&shown);
    assert_legible(&picture(&[0.1, 1.8, 2.2]));
    let text = svg(&shown).unwrap();
    assert_eq!(blake3::hash(text.as_bytes()).to_hex()[..16], *"796c0dae1e438203");
    let (runs, ..) = tables(&[0.1]);
    let error = Chart::new("descent", None).unwrap().pictures(&Tables::new(&Trials::from(&runs), &[])).unwrap_err();
    assert!(error.to_string().contains("record.trajectory and record.surface have to be set"));
}
