//! Curves of columns of observers' tables: which rows they are of, and the lines that theory draws.

use std::fmt::Write;
use std::fs;

use tempfile::TempDir;
use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Selection, Symbol, Tables, Theory};
use thalweg::record::{Run, Runs, Setting, Sheet, Trials};

use crate::synthetic;

/// Two trials of each optimizer at one learning rate, with a schedule or not, and a table of two layers: the number at step s of
/// layer n is 100 n + s, and one more in the second trial.
struct Sweep {
    _folder: TempDir,
    trials: Trials,
    sheet: Sheet,
}

const RATE: f64 = 0.04;

fn sweep() -> Sweep {
    let folder = tempfile::tempdir().unwrap();
    let (sample, _) = synthetic::sweep(1);
    let mut text = "key,problem,optimizer,lr,momentum,schedule,step,layer,curvature,other\n".to_owned();
    let mut rows = Vec::new();
    let optimizers = [("sgd", None), ("momentum", Some(0.9)), ("nesterov", Some(0.5)), ("adam", None)];
    for (optimizer, momentum) in optimizers {
        for schedule in ["constant", "cosine"] {
            for seed in [0, 1] {
                let key = synthetic::key(&format!("{optimizer} {schedule} {seed}"));
                let settings = [
                    Some(Setting::Number(RATE)),
                    momentum.map(Setting::Number),
                    Some(Setting::Choice(schedule.to_owned())),
                ];
                for (step, layer) in [(0, 1), (0, 2), (10, 1), (10, 2), (20, 1), (20, 2)] {
                    let number = 100 * layer + step + seed;
                    writeln!(text, "{key},moons,{optimizer},,,,{step},{layer},{number}.0,").unwrap();
                }
                let (init_seed, order_seed) = (seed, seed);
                let optimizer = optimizer.to_owned();
                rows.push(Run {
                    key,
                    optimizer,
                    settings: settings.to_vec(),
                    init_seed,
                    order_seed,
                    ..sample.rows[0].clone()
                });
            }
        }
    }
    let path = folder.path().join("layers.csv");
    fs::write(&path, text).unwrap();
    let hyperparameters = ["lr", "momentum", "schedule"].map(str::to_owned).to_vec();
    let trials = Trials::from(&Runs { hyperparameters, rows, ..sample });
    Sweep { trials, sheet: Sheet::open(&path).unwrap(), _folder: folder }
}

impl Sweep {
    fn picture(&self, options: Options) -> Result<Picture, FigureError> {
        let y = options.y.clone().or(Some("layers.curvature".to_owned()));
        let chart = Chart::new("curves", None).unwrap().with(Options { y, ..options });
        let tables = Tables { sheet: Some(&self.sheet), ..Tables::new(&self.trials, &[]) };
        let mut pictures = chart.pictures(&tables)?;
        assert_eq!((pictures.len(), pictures[0].0), (1, "moons"));
        Ok(pictures.remove(0).1)
    }
}

/// The lines, each as its first number.
fn firsts(picture: &Picture) -> Vec<f64> {
    let layers = picture.panels.iter().flat_map(|panel| &panel.layers);
    layers.filter_map(|layer| if let Layer::Line(_, points) = layer { Some(points[0].1) } else { None }).collect()
}

fn texts(picture: &Picture) -> (Vec<&str>, String) {
    let notes: Vec<&str> = picture.notes.iter().map(|note| note.text.as_str()).collect();
    (picture.legend.iter().map(|entry| entry.text.as_str()).collect(), notes.join("|"))
}

fn select(optimizer: Option<&str>, settings: &[(&str, Setting)]) -> Selection {
    let settings = settings.iter().map(|(name, setting)| ((*name).to_owned(), setting.clone())).collect();
    Selection { optimizer: optimizer.map(str::to_owned), settings }
}

fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_figure_that_names_no_index_shows_the_first() {
    let picture = sweep().picture(Options::default()).unwrap();
    // The best of each optimizer, and the median over two seeds.
    assert_eq!(firsts(&picture), [100.5; 4]);
    assert!(texts(&picture).1.contains("of each step the first, layer = 1"), "{}", texts(&picture).1);
    assert_eq!(
        (picture.title.as_str(), picture.panels[0].y_label.as_str()),
        ("Two moons: curvature (layers) by step", "curvature (layers)")
    );
}

#[test]
fn an_index_is_a_column_as_the_axes_are() {
    let sweep = sweep();
    let sgd = || vec![select(Some("sgd"), &[])];
    let picture = sweep.picture(Options { color: name("layer"), selection: sgd(), ..Options::default() }).unwrap();
    assert_eq!(firsts(&picture), [100.5, 200.5]);
    assert!(texts(&picture).0.iter().zip(["layer = 1", "layer = 2"]).all(|(text, layer)| text.starts_with(layer)));
    let options = Options { panel: name("layer"), series: name("optimizer"), ..Options::default() };
    let picture = sweep.picture(options).unwrap();
    assert_eq!(
        picture.panels.iter().map(|panel| panel.heading.as_str()).collect::<Vec<_>>(),
        ["layer = 1", "layer = 2"]
    );
    assert_eq!(firsts(&picture), [[100.5; 4], [200.5; 4]].concat());
    // Of each optimizer the best, as without it.
    let second = || select(None, &[("layer", Setting::Number(2.0))]);
    let picture = sweep.picture(Options { selection: vec![second()], ..Options::default() }).unwrap();
    assert_eq!(firsts(&picture), [200.5; 4]);
    assert_eq!(picture.subtitle(), "layer = 2");
    let none = select(None, &[("layer", Setting::Number(3.0))]);
    let error = sweep.picture(Options { selection: vec![none], ..Options::default() }).unwrap_err();
    assert!(matches!(error, FigureError::NoData { .. }), "{error}");
}

#[test]
fn theory_has_a_line_where_it_speaks_of_steps_that_are_all_alike() {
    let sweep = sweep();
    let constant = || vec![select(None, &[("schedule", Setting::Choice("constant".to_owned()))])];
    let theory = Some(Theory::Edge);
    let options = Options { theory, selection: constant(), lines: vec![250.0], ..Options::default() };
    let picture = sweep.picture(options).unwrap();
    let layers = &picture.panels[0].layers;
    let level = |points: &Vec<(f64, f64)>| (points[0].0, points[1].0, points[0].1);
    let edge = |layer: &Layer| if let Layer::Thin(_, points) = layer { Some(level(points)) } else { None };
    let guide = |layer: &Layer| if let Layer::Guide(points) = layer { Some(level(points)) } else { None };
    let edges: Vec<(f64, f64, f64)> = layers.iter().filter_map(edge).collect();
    let guides: Vec<(f64, f64, f64)> = layers.iter().filter_map(guide).collect();
    let near = |(from, to, level): &(f64, f64, f64), expected: f64| {
        (*from, *to) == (0.0, 20.0) && (level / expected - 1.0).abs() < 1e-12
    };
    // 2 / α, 2 (1 + μ) / α, 2 (1 + μ) / ((1 + 2μ) α), and none of Adam.
    let expected = [2.0 / RATE, 2.0 * 1.9 / RATE, 2.0 * 1.5 / (2.0 * RATE)];
    assert!(edges.len() == 3 && edges.iter().zip(expected).all(|(edge, level)| near(edge, level)), "{edges:?}");
    assert!(guides.len() == 1 && near(&guides[0], 250.0), "{guides:?}");
    let notes = texts(&picture).1;
    for formula in ["2 / α", "2 (1 + μ) / α", "2 (1 + μ) / ((1 + 2μ) α)"] {
        assert!(notes.contains(&format!("dashed: theory, {formula}")), "{notes}");
    }
    assert!(picture.notes.iter().any(|note| matches!(note.symbol, Symbol::Guide) && note.text == "250"));
    assert!(picture.panels[0].y.high() >= 250.0);
    let cosine = vec![select(None, &[("schedule", Setting::Choice("cosine".to_owned()))])];
    let picture = sweep.picture(Options { theory, selection: cosine, ..Options::default() }).unwrap();
    assert!(!picture.panels[0].layers.iter().any(|layer| matches!(layer, Layer::Thin(..))));
}

#[test]
fn what_is_not_there_is_an_error() {
    let sweep = sweep();
    let error = sweep.picture(Options { y: name("layers.curvatur"), ..Options::default() }).unwrap_err().to_string();
    assert!(error.contains("no column `curvatur`"), "{error}");
    let error = sweep.picture(Options { y: name("layers.other"), ..Options::default() }).unwrap_err().to_string();
    assert!(error.contains("no selected trial has a curve of `layers.other`"), "{error}");
    let chart = Chart::new("curves", None).unwrap().with(Options { y: name("layers.curvature"), ..Options::default() });
    assert_eq!((chart.table().as_deref(), chart.name().as_str()), (Some("layers.csv"), "curves-layers-curvature"));
    assert!(chart.pictures(&Tables::new(&sweep.trials, &[])).is_err());
}
