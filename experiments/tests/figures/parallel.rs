//! Parallel coordinates: a line per configuration, as many as can be seen, the best one named.

use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Style, Tables, Tint, Upright};
use thalweg::record::{Runs, Setting, Trials};
use thalweg::stats::{Metric, choose_best_of, configurations};

use crate::legible::assert_legible;
use crate::synthetic::{self, svg};

fn picture(runs: &Runs, metric: &str, options: Options) -> Result<Picture, FigureError> {
    let chart = Chart::new("parallel", Some(metric)).unwrap().with(options);
    Ok(chart.pictures(&Tables::new(&Trials::from(runs), &[]))?.remove(0).1)
}

fn thin(picture: &Picture) -> Vec<(Style, &Vec<(f64, f64)>)> {
    let lines = picture.panels[0].layers.iter();
    lines
        .filter_map(|layer| if let Layer::Thin(style, points) = layer { Some((*style, points)) } else { None })
        .collect()
}

fn uprights(picture: &Picture) -> Vec<&Upright> {
    let layers = picture.panels[0].layers.iter();
    layers.filter_map(|layer| if let Layer::Upright(upright) = layer { Some(upright) } else { None }).collect()
}

fn labels(upright: &Upright) -> Vec<&str> {
    upright.ticks.iter().filter_map(|tick| tick.label.as_deref()).collect()
}

#[test]
fn a_configuration_is_a_line_over_the_settings_that_vary() {
    let (runs, _) = synthetic::sweep(3);
    let shown = picture(&runs, "final_train_loss", Options::default()).unwrap();
    let names: Vec<&str> = shown.x.ticks().iter().filter_map(|tick| tick.label.as_deref()).collect();
    assert_eq!(names, ["method", "learning rate α", "momentum μ", "final training loss"]);
    let (trials, lines) = (Trials::from(&runs), thin(&shown));
    let all = configurations(&trials);
    assert_eq!(lines.len(), all.len());
    let places = |points: &[(f64, f64)]| points.iter().map(|point| point.0).collect::<Vec<_>>();
    let axes: Vec<f64> = uprights(&shown).iter().map(|upright| upright.x).collect();
    assert!(axes.windows(3).all(|three| (three[2] - 2.0 * three[1] + three[0]).abs() < 1e-12), "{axes:?}");
    assert!(lines.iter().all(|(_, points)| places(points) == axes));
    let lost = all.iter().filter(|one| 2.0 * one.diverged_share() >= 1.0).count();
    let is_dashed = |(style, _): &&(Style, &Vec<(f64, f64)>)| !style.dash.is_empty() && style.color == Tint::Axis;
    assert!(lost > 5);
    assert_eq!(lines.iter().filter(is_dashed).count(), lost);
    let axes = uprights(&shown);
    assert_eq!(labels(axes[0]), ["SGD", "momentum", "Adam"]);
    assert_eq!(labels(axes[2]), ["none", "0", "0.5", "0.9"], "what has no momentum has a place below");
    assert_eq!(labels(axes[3]).last(), Some(&"diverged"));
    // Decades are equally far apart.
    let rates: Vec<f64> = axes[1].ticks.iter().filter(|tick| tick.label.is_some()).map(|tick| tick.value).collect();
    assert!(rates.windows(3).all(|three| (three[2] - 2.0 * three[1] + three[0]).abs() < 1e-9), "{rates:?}");
}

#[test]
fn the_best_is_emphasised_and_the_better_is_darker() {
    let (runs, _) = synthetic::sweep(3);
    let trials = Trials::from(&runs);
    for (metric, is_loss) in [("final_validation_loss", true), ("final_validation_accuracy", false)] {
        let shown = picture(&runs, metric, Options::default()).unwrap();
        let emphasised = shown.panels[0].layers.iter().find_map(|layer| match layer {
            Layer::Line(_, points) => Some(points),
            _ => None,
        });
        let end = emphasised.unwrap().last().unwrap().1;
        let kept = thin(&shown).into_iter().filter(|(style, _)| style.dash.is_empty()).collect::<Vec<_>>();
        let ends = || kept.iter().map(|(_, points)| points.last().unwrap().1);
        let best = if is_loss { ends().fold(1.0, f64::min) } else { ends().fold(0.0, f64::max) };
        assert_eq!(end, best);
        let (_, last) = kept.last().unwrap();
        assert_eq!(last.last().unwrap().1, best, "it is drawn over the others");
        let Tint::Value(color) = kept.last().unwrap().0.color else { panic!("a colour of a value") };
        assert_eq!((color.0, color.1, color.2), (0x44, 0x01, 0x54));
        let metric = Metric::from_name(metric).unwrap();
        let chosen = choose_best_of(&configurations(&trials), metric, |_, _| true);
        let spread = chosen[0].spread(metric).unwrap().median;
        let text = &shown.notes[0].text;
        assert!(text.starts_with(&format!("the best, {}: Adam (α = ", thalweg::figure::value_label(spread))), "{text}");
    }
}

#[test]
fn of_many_lines_some_are_drawn_the_best_and_the_worst_among_them() {
    let (mut runs, _) = synthetic::sweep(1);
    let mold = runs.rows.iter().find(|run| run.final_train_loss.is_some()).unwrap().clone();
    runs.rows = (0..20_000)
        .map(|at| {
            let mut run = mold.clone();
            run.key = synthetic::key(&format!("{at}"));
            run.settings = vec![Some(Setting::Number(libm::pow(10.0, -4.0 * f64::from(at) / 20_000.0))), None];
            run.final_train_loss = Some(1.0 + f64::from((7919 * at) % 20_000));
            run
        })
        .collect();
    let shown = picture(&runs, "final_train_loss", Options::default()).unwrap();
    let lines = thin(&shown);
    assert_eq!(lines.len(), 400);
    let ends: Vec<f64> = lines.iter().map(|(_, points)| points.last().unwrap().1).collect();
    let axis = uprights(&shown)[1];
    assert_eq!([ends[399], ends[0]], [axis.ends.0, axis.ends.1]);
    assert!(shown.notes.iter().any(|note| note.text == "400 of 20000 configurations, evenly spread over their ranks"));
    assert!(svg(&shown).unwrap().len() < 200_000);
}

#[test]
fn columns_are_those_that_are_named() {
    let (runs, _) = synthetic::sweep(1);
    let columns = |names: &[&str]| Options {
        columns: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Options::default()
    };
    let shown = picture(&runs, "final_train_loss", columns(&["lr"])).unwrap();
    assert_eq!(uprights(&shown).len(), 2);
    let error = picture(&runs, "final_train_loss", columns(&["momentun"])).unwrap_err();
    assert!(matches!(&error, FigureError::UnknownColumn { help, .. } if help.starts_with("did you mean `momentum`?")));
    let shown = picture(&runs, "final_train_loss", Options::default()).unwrap();
    assert_legible(&shown);
    let text = svg(&shown).unwrap();
    assert_eq!(blake3::hash(text.as_bytes()).to_hex()[..16], *"805b4c2f72ebe471", "the same bytes on every machine");
}
