//! Phase diagrams: what becomes of trials, and theory's lines through the points that it has in closed form.

use thalweg::figure::{Chart, Fill, Layer, Options, Picture, Symbol, Tables, Theory};
use thalweg::record::{Runs, Trials};

use crate::legible::assert_legible;
use crate::maps::grid;
use crate::synthetic::svg;

/// Columns from 0: two that are too slow, two of which a third of the seeds arrives, three that arrive, one that grows, and
/// one that diverges.
fn runs() -> Runs {
    grid(9, 6, |column, _| match column {
        0 | 1 => Some(0.5),
        2 | 3 => Some(0.01),
        4..=6 => Some(1e-3),
        7 => Some(1.5),
        _ => None,
    })
}

fn options() -> Options {
    let (x, y) = (Some("lr".to_owned()), Some("momentum".to_owned()));
    let (theory, spectrum) = (Some(Theory::Quadratic), Some((0.25, 4.0)));
    Options { x, y, below: Some(0.01), theory, spectrum, ..Options::default() }
}

fn picture(runs: &Runs, options: Options) -> Picture {
    let chart = Chart::new("phase", Some("final_train_loss")).unwrap().with(options);
    chart.pictures(&Tables::new(&Trials::from(runs), &[])).unwrap().remove(0).1
}

#[test]
fn a_cell_tells_what_became_of_its_trials() {
    let shown = picture(&runs(), options());
    let cells = shown.panels[0].cells().next().unwrap();
    let fill = |column: usize| cells.fill(column, 0);
    assert!((0..9).all(|column| (0..6).all(|row| cells.fill(column, row) == fill(column))));
    assert_eq!([fill(7), fill(8)], [Fill::Hatched; 2], "those that grow are lost as well");
    assert!(fill(0) == fill(1) && fill(2) == fill(3) && fill(4) == fill(6));
    let lightness = |fill: Fill| {
        let Fill::Color(color) = fill else { panic!("{fill:?}") };
        0.2126 * f64::from(color.0) + 0.7152 * f64::from(color.1) + 0.0722 * f64::from(color.2)
    };
    assert!(lightness(fill(0)) > lightness(fill(2)) + 20.0 && lightness(fill(2)) > lightness(fill(4)) + 60.0);
    let legend: Vec<&str> = shown.legend.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(
        legend,
        [
            "converges: final training loss below 0.01",
            "converges with some seeds, the darker the more",
            "too slow: not there by the last step",
            "half or more diverge: the training loss grows"
        ]
    );
    assert_eq!(shown.notes[0].text, "3 seeds a cell");
}

#[test]
fn lines_of_theory_pass_through_closed_forms() {
    let shown = picture(&runs(), options());
    let layers = &shown.panels[0].layers;
    let bound = layers.iter().find_map(|layer| if let Layer::Guide(points) = layer { Some(points) } else { None });
    assert!(bound.unwrap().iter().all(|(rate, momentum)| (rate - 2.0 * (1.0 + momentum) / 4.0).abs() < 1e-12));
    let damping = layers.iter().find_map(|layer| if let Layer::Line(_, points) = layer { Some(points) } else { None });
    let damping = damping.unwrap();
    let root = |rate: f64| 1.0 - libm::sqrt(0.25 * rate);
    assert!(damping.iter().all(|(rate, momentum)| (momentum - root(*rate) * root(*rate)).abs() < 1e-12));
    let ring = layers.iter().find_map(|layer| if let Layer::Rings(points) = layer { points.first() } else { None });
    // Polyak: 4 / (2 + 1/2)² and ((2 - 1/2) / (2 + 1/2))².
    let (rate, momentum) = *ring.unwrap();
    assert!((rate - 0.64).abs() < 1e-12 && (momentum - 0.36).abs() < 1e-12);
    assert!((damping.last().unwrap().0 - rate).abs() < 1e-12, "it ends where the other end of the spectrum is as slow");
    let notes: Vec<&str> = shown.notes.iter().map(|entry| entry.text.as_str()).collect();
    assert!(notes.contains(&"theory: α = 2 (1 + μ) / λ"));
    assert!(notes.contains(&"theory: critical damping at the smallest λ, μ = (1 − √(αλ))²"));
}

#[test]
fn other_axes_have_other_lines() {
    let swapped = Options { x: Some("momentum".to_owned()), y: Some("lr".to_owned()), ..options() };
    let shown = picture(&runs(), swapped);
    let is_bound = |layer: &Layer| match layer {
        Layer::Guide(points) => points.iter().all(|(momentum, rate)| (rate - (1.0 + momentum) / 2.0).abs() < 1e-12),
        _ => false,
    };
    assert!(shown.panels[0].layers.iter().any(is_bound));
    // Without momentum, the bound is upright over any other column.
    let mut plain = runs();
    plain.hyperparameters[1] = "weight_decay".into();
    plain.rows.iter_mut().for_each(|run| run.optimizer = "sgd".into());
    let shown = picture(&plain, Options { y: Some("weight_decay".to_owned()), ..options() });
    let is_upright = |layer: &Layer| matches!(layer, Layer::Guide(points) if points.iter().all(|point| point.0 == 0.5));
    assert!(shown.panels[0].layers.iter().any(is_upright));
    assert!(!shown.notes.iter().any(|note| note.text.contains("damping")));
    // Over the curvature it is 2 / λ.
    plain.hyperparameters[1] = "spectrum".into();
    let shown = picture(&plain, Options { y: Some("spectrum".to_owned()), ..options() });
    let is_inverse = |layer: &Layer| match layer {
        Layer::Guide(points) => points.iter().all(|(rate, curvature)| (rate * curvature - 2.0).abs() < 1e-9),
        _ => false,
    };
    assert_eq!(shown.panels[0].y_label, "curvature λ");
    assert!(shown.panels[0].layers.iter().any(is_inverse));
    let none = picture(&runs(), Options { theory: None, ..options() });
    assert!(!none.notes.iter().any(|note| matches!(note.symbol, Symbol::Guide)));
}

#[test]
fn a_diagram_has_the_same_bytes_everywhere() {
    let shown = picture(&runs(), options());
    assert_legible(&shown);
    let text = svg(&shown).unwrap();
    assert_eq!(blake3::hash(text.as_bytes()).to_hex()[..16], *"dba31a4a13df3027");
}

#[test]
fn a_diagram_needs_a_value() {
    let chart = Chart::new("phase", None).unwrap().with(Options { below: None, ..options() });
    let error = chart.pictures(&Tables::new(&Trials::from(&runs()), &[])).unwrap_err();
    assert_eq!(error.to_string(), "no figure of kind `phase`: it needs the value `below`");
}
