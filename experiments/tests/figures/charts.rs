//! Figures of landscapes, tables and theory: what is drawn, and its bytes.

use std::fs;
use std::path::Path;

use thalweg::figure::{Chart, FigureError, Fill, Layer, Options, Picture, Tables, Theory, Tint, draw};
use thalweg::record::{Run, Runs, Setting, Sheet, Status, Surface, Trials, read_surface};

use crate::synthetic::{self, svg};

/// A trial on a landscape.
struct Trial<'a> {
    optimizer: &'a str,
    settings: [Option<f64>; 2],
    start: &'a [f64],
    end: Option<&'a [f64]>,
    value: f64,
}

/// The rows of trials with hyperparameters lr and momentum.
fn rows(trials: &[Trial<'_>]) -> Runs {
    let (mut runs, _) = synthetic::sweep(1);
    let mold = runs.rows.swap_remove(0);
    let dimensions = trials[0].start.len();
    let coordinates = |which: &'static str| (0..dimensions).map(move |i| format!("{which}_x{i}"));
    let row = |(index, trial): (usize, &Trial<'_>)| {
        let ends = trial.end.map_or(vec![None; dimensions], |end| end.iter().map(|x| Some(*x)).collect());
        let value = trial.end.map(|_| trial.value);
        Run {
            key: format!("t{index:016x}"),
            problem: "landscape".into(),
            optimizer: trial.optimizer.into(),
            settings: trial.settings.iter().map(|number| number.map(Setting::Number)).collect(),
            status: if trial.end.is_some() { Status::Ok } else { Status::Diverged },
            final_train_loss: value,
            initial_train_loss: Some(1.0),
            extra: trial.start.iter().map(|x| Some(*x)).chain(ends).chain([value]).collect(),
            ..mold.clone()
        }
    };
    Runs {
        hyperparameters: vec!["lr".into(), "momentum".into()],
        extra: coordinates("start").chain(coordinates("final")).chain(["final_value".into()]).collect(),
        rows: trials.iter().enumerate().map(row).collect(),
        ..Runs::default()
    }
}

/// The only picture; with `FIGURES=folder` in the environment, its file stays there to be looked at.
fn picture(kind: &str, options: Options, tables: &Tables<'_>) -> Result<Picture, FigureError> {
    let metric = Chart::new(kind, None).unwrap().metric();
    let chart = Chart::new(kind, Some(metric)).unwrap().with(options);
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("FIGURES").map(|kept| Path::new(&kept).to_owned());
    draw(&chart, tables, kept.as_deref().unwrap_or(folder.path()), &synthetic::look())?;
    Ok(chart.pictures(tables)?.remove(0).1)
}

fn pin(picture: &Picture) -> String {
    blake3::hash(svg(picture).unwrap().as_bytes()).to_hex()[..16].to_owned()
}

fn texts(picture: &Picture) -> String {
    picture.legend.iter().chain(&picture.notes).map(|entry| entry.text.as_str()).collect::<Vec<_>>().join("|")
}

/// A table in a file of its own.
fn sheet(folder: &Path, text: &str) -> Sheet {
    let path = folder.join("table.csv");
    fs::write(&path, text).unwrap();
    Sheet::open(&path).unwrap()
}

fn named(name: &str) -> Options {
    Options { name: Some(name.to_owned()), ..Options::default() }
}

#[test]
fn a_probability_has_its_interval_and_its_control() {
    // With momentum μ, 10 μ of ten starts reach the minimum; without, at the effective rate, one does.
    let mut trials = Vec::new();
    for step in 0..10_u32 {
        let momentum = f64::from(step) / 10.0;
        for start in 0..10_u32 {
            let value = if start < step { 1e-9 } else { 1.0 };
            let end: Option<&[f64]> = if start == 9 && step == 9 { None } else { Some(&[0.0]) };
            let settings = [Some(0.01), Some(momentum)];
            trials.push(Trial { optimizer: "momentum", settings, start: &[0.0], end, value });
            let value = if start == 0 { 1e-9 } else { 1.0 };
            let settings = [Some(0.01 / (1.0 - momentum)), None];
            trials.push(Trial { optimizer: "sgd", settings, start: &[0.0], end: Some(&[0.0]), value });
        }
    }
    let runs = rows(&trials);
    let options =
        Options { x: Some("momentum".into()), below: Some(1e-3), against: Some("sgd".into()), ..named("probability") };
    let shown = picture("probability", options, &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let lines: Vec<&Vec<(f64, f64)>> = shown.panels[0]
        .layers
        .iter()
        .filter_map(|layer| if let Layer::Line(_, points) = layer { Some(points) } else { None })
        .collect();
    assert_eq!(lines.len(), 2);
    let expected: Vec<f64> = (0..10).map(|step| f64::from(step) / 10.0).collect();
    assert_eq!(lines[0].iter().map(|point| point.1).collect::<Vec<_>>(), expected);
    assert!(lines[1].iter().all(|point| point.1 == 0.1) && lines[1].len() == 10, "{:?}", lines[1]);
    let Layer::Band(_, band) = &shown.panels[0].layers[0] else { panic!() };
    assert!(band[0].1 == 0.0 && (band[0].2 - 0.2775327998628892).abs() < 1e-15);
    assert!(texts(&shown).contains("momentum: control"), "{}", texts(&shown));
    assert_eq!(pin(&shown), "c93488f4b032e3f3");
    let error = picture(
        "probability",
        Options { x: Some("beta".into()), below: Some(0.0), ..named("x") },
        &Tables::new(&Trials::from(&runs), &[]),
    );
    assert!(error.unwrap_err().to_string().contains("no trial has a number `beta`"));
}

/// Where a start goes on a landscape whose minima are the even numbers.
fn nearest(x: f64) -> f64 {
    2.0 * (x / 2.0).round()
}

#[test]
fn basins_of_a_plane_are_cells_by_their_end() {
    let mut trials = Vec::new();
    let starts: Vec<[f64; 2]> =
        (0..24).flat_map(|i| (0..24).map(move |j| [f64::from(i) * 0.2 - 2.3, f64::from(j) * 0.2 - 2.3])).collect();
    let ends: Vec<[f64; 2]> = starts.iter().map(|start| start.map(nearest)).collect();
    for (start, end) in starts.iter().zip(&ends) {
        let end: Option<&[f64]> = if start[0] > 2.2 && start[1] > 2.2 { None } else { Some(end) };
        let value = end.map_or(0.0, |end| end[0] * end[0] + end[1] * end[1]);
        trials.push(Trial { optimizer: "sgd", settings: [Some(0.01), None], start, end, value });
    }
    let runs = rows(&trials);
    let axis: Vec<f64> = (0..=48).map(|i| f64::from(i) * 0.1 - 2.4).collect();
    let wave = |x: f64| x * x + 4.0 * (1.0 - libm::cos(std::f64::consts::PI * x));
    let values = axis.iter().flat_map(|x0| axis.iter().map(|x1| wave(*x0) + wave(*x1))).collect();
    let surface = Surface { x0: axis.clone(), x1: axis, values };
    let trials = Trials::from(&runs);
    let tables = Tables { surface: Some(&surface), ..Tables::new(&trials, &[]) };
    let shown = picture("basins", named("basins"), &tables).unwrap();
    let cells = shown.panels[0].cells().next().unwrap();
    assert_eq!(cells.size(), (24, 24));
    let mut colors: Vec<String> = cells.fills.iter().map(|fill| format!("{fill:?}")).collect();
    colors.sort();
    colors.dedup();
    assert_eq!(colors.len(), 9 + 1, "nine minima, and the start that diverged");
    assert_eq!(cells.fill(23, 23), Fill::Hatched);
    assert_eq!(cells.fill(11, 11), cells.fill(12, 12));
    assert!(texts(&shown).starts_with("ends, and their lowest values|(0, 0): 0|"), "{}", texts(&shown));
    assert_eq!(pin(&shown), "4d28659d42935517");
    let mut gaps = runs.clone();
    gaps.rows.remove(5);
    let error = picture("basins", named("x"), &Tables::new(&Trials::from(&gaps), &[])).unwrap_err().to_string();
    assert!(error.contains("the starts are no grid"), "{error}");
}

#[test]
fn basins_of_a_curve_stand_below_it() {
    let starts: Vec<[f64; 1]> = (0..81).map(|i| [f64::from(i) * 0.1 - 4.0]).collect();
    let near: Vec<[f64; 1]> = starts.iter().map(|start| start.map(nearest)).collect();
    let mut trials = Vec::new();
    for (start, end) in starts.iter().zip(&near) {
        let value = end[0] * end[0];
        trials.push(Trial { optimizer: "sgd", settings: [Some(0.01), None], start, end: Some(end), value });
        trials.push(Trial {
            optimizer: "momentum",
            settings: [Some(0.01), Some(0.9)],
            start,
            end: Some(&[0.0]),
            value: 0.0,
        });
    }
    let runs = rows(&trials);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("surface.csv");
    let wave = |x: f64| x * x + 4.0 * (1.0 - libm::cos(std::f64::consts::PI * x));
    let lines: String = (0..=400).map(|i| f64::from(i) * 0.02 - 4.0).map(|x| format!("{x},{}\n", wave(x))).collect();
    fs::write(&path, format!("x0,value\n{lines}")).unwrap();
    let surface = read_surface(&path).unwrap();
    let trials = Trials::from(&runs);
    let tables = Tables { surface: Some(&surface), ..Tables::new(&trials, &[]) };
    let shown = picture("basins", named("basins-line"), &tables).unwrap();
    assert_eq!(shown.panels.len(), 2);
    let Layer::Discs(discs) = &shown.panels[0].layers[1] else { panic!() };
    assert_eq!(discs.len(), 5);
    let rows: Vec<usize> = shown.panels[1].cells().map(|cells| cells.fills.len()).collect();
    // A cell for each stretch of starts that end alike.
    assert_eq!(rows, [5, 1]);
    assert_eq!(pin(&shown), "a0cea48c9c23f192");
}

#[test]
fn quantiles_are_bands_around_the_median() {
    let (runs, _) = synthetic::sweep(3);
    let folder = tempfile::tempdir().unwrap();
    let mut text = "key,step,rate_q05,rate_q25,rate_q50,rate_q75,rate_q95\n".to_owned();
    for run in &runs.rows {
        for step in 1..=50_u32 {
            let decay = if run.optimizer == "adam" { 0.02 } else { 0.1 / libm::sqrt(f64::from(step)) };
            let cells = [0.3, 0.7, 1.0, 1.5, 3.0].map(|factor| (factor * decay).to_string()).join(",");
            text += &format!("{},{step},{cells}\n", run.key);
        }
    }
    let sheet = sheet(folder.path(), &text);
    let trials = Trials::from(&runs);
    let tables = Tables { sheet: Some(&sheet), ..Tables::new(&trials, &[]) };
    let options = Options { column: Some("rate".into()), ..named("quantiles") };
    let shown = picture("quantiles", options, &tables).unwrap();
    let layers = &shown.panels[0].layers;
    assert_eq!(layers.iter().filter(|layer| matches!(layer, Layer::Band(..))).count(), 2 * 3);
    let Layer::Band(_, outer) = &layers[0] else { panic!() };
    assert!((outer[3].1 - 0.015).abs() < 1e-12 && (outer[3].2 - 0.15).abs() < 1e-12, "{:?}", outer[3]);
    assert!(texts(&shown).contains("5 % to 95 %|25 % to 75 %"));
    assert_eq!(pin(&shown), "33485132bce080e9");
    let options = Options { column: Some("rte".into()), ..named("x") };
    let error = picture("quantiles", options, &tables).unwrap_err().to_string();
    assert!(error.contains("no column `rte_q50`; it has key, step, rate_q05"), "{error}");
}

#[test]
fn an_image_has_the_dimension_of_its_boundary() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "key,lr_scale_0,lr_scale_1,boundary_measure\n".to_owned();
    for i in 0..96_u32 {
        for j in 0..96_u32 {
            let at = |k: u32| f64::from(k) / 16.0 - 3.0;
            let distance = at(i) + at(j) - 0.4 * libm::sin(6.0 * at(i)) - 1.0;
            let value = if distance < 0.0 { 1.0 - 1.0 / distance } else { -1.0 / (distance + 0.1) };
            let [x, y] = [i, j].map(|k| libm::pow(10.0, at(k)));
            text += &format!("0,{x},{y},{value}\n");
        }
    }
    let sheet = sheet(folder.path(), &text);
    let runs = Runs::default();
    let trials = Trials::from(&runs);
    let tables = Tables { sheet: Some(&sheet), ..Tables::new(&trials, &[]) };
    let options = Options {
        x: Some("lr_scale_0".into()),
        y: Some("lr_scale_1".into()),
        column: Some("boundary_measure".into()),
        ..named("image")
    };
    let shown = picture("image", options.clone(), &tables).unwrap();
    let cells = shown.panels[0].cells().next().unwrap();
    assert!(cells.is_image() && cells.size() == (96, 96));
    let notes = texts(&shown);
    let dimension: f64 = notes.split("counting boxes: ").nth(1).unwrap().parse().unwrap();
    assert!((0.9..1.2).contains(&dimension), "{notes}");
    assert_eq!(pin(&shown), "02cec23c6b8c8ef9");
    let missing = Options { column: Some("measure".into()), ..options };
    let error = picture("image", missing, &tables).unwrap_err().to_string();
    assert!(error.ends_with("table.csv has no column `measure`"), "{error}");
}

#[test]
fn a_network_shows_what_one_weight_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "layer,unit,from,before,after,perturbed\n".to_owned();
    for (layer, width) in [3, 4, 1].into_iter().enumerate() {
        for unit in 0..width {
            let is_reached = layer == 2 || layer == 1 && unit == 1;
            let after = if is_reached { 0.5 + 0.1 / layer as f64 } else { 0.5 };
            text += &format!("{layer},{unit},,0.5,{after},0\n");
            let sources = [0, 3, 4][layer];
            for from in 0..sources {
                let is_changed = layer == 2 || unit == 1;
                let after = if is_changed { 1.0 + 0.01 * f64::from(from + 1) } else { 1.0 };
                let perturbed = u8::from(layer == 1 && unit == 1 && from == 0);
                text += &format!("{layer},{unit},{from},1,{after},{perturbed}\n");
            }
        }
    }
    let table = sheet(folder.path(), &text);
    let runs = Runs::default();
    let shown =
        picture("network", named("network"), &Tables { sheet: Some(&table), ..Tables::new(&Trials::from(&runs), &[]) })
            .unwrap();
    let [Layer::Strokes(strokes), Layer::Guide(perturbed), Layer::Discs(discs)] = &shown.panels[0].layers[..] else {
        panic!("{:?}", shown.panels[0].layers)
    };
    assert_eq!((perturbed.len(), strokes.len(), discs.len()), (2, 12 + 4, 8));
    let white = discs.iter().filter(|disc| disc.color == Tint::Paper).count();
    assert_eq!(white, 6, "the inputs and three hidden units did not change");
    assert_eq!(pin(&shown), "cf13915159f4c418");
    let broken = sheet(folder.path(), "layer,unit,from,before,after,perturbed\n0,0,,1,1,0\n1,0,3,1,1,0\n1,0,,1,1,0\n");
    let error =
        picture("network", named("x"), &Tables { sheet: Some(&broken), ..Tables::new(&Trials::from(&runs), &[]) });
    assert!(error.unwrap_err().to_string().contains("unit 0 of layer 1 has a weight from no unit"));
}

#[test]
fn timings_are_lines_with_their_range() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "form,m,min_ns,median_ns,max_ns\n".to_owned();
    for m in [1, 10, 100, 1000] {
        text +=
            &format!("loop,{m},{},{},{}\nmatrix,{m},{},{},{}\n", 90 * m, 100 * m, 130 * m, 200 + m, 210 + m, 260 + m);
    }
    let sheet = sheet(folder.path(), &text);
    let runs = Runs::default();
    let trials = Trials::from(&runs);
    let tables = Tables { sheet: Some(&sheet), ..Tables::new(&trials, &[]) };
    let options = Options { x: Some("m".into()), series: Some("form".into()), ..named("timing") };
    let shown = picture("timing", options, &tables).unwrap();
    assert_eq!(shown.legend.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>(), ["loop", "matrix"]);
    let Layer::Line(_, points) = &shown.panels[0].layers[2] else { panic!() };
    assert_eq!(points[3], (1000.0, 1e-9 * 100_000.0));
    assert_eq!(pin(&shown), "3acb8a82568bde90");
}

#[test]
fn the_theory_of_a_quadratic_lies_over_what_was_measured() {
    // A trial diverges where theory says so.
    let mut trials = Vec::new();
    let bound = |momentum: f64| 2.0 * (1.0 + momentum) / 10.0;
    for step in 0..20_u32 {
        let momentum = f64::from(step) / 20.0;
        for k in 0..30_u32 {
            let lr = libm::pow(10.0, f64::from(k) / 15.0 - 2.0);
            let end: Option<&[f64]> = (lr < bound(momentum)).then_some(&[0.0, 0.0]);
            let value = libm::pow(10.0, -3.0 * lr / bound(momentum));
            trials.push(Trial {
                optimizer: "momentum",
                settings: [Some(lr), Some(momentum)],
                start: &[1.0, 1.0],
                end,
                value,
            });
        }
    }
    let runs = rows(&trials);
    let theory = Options { theory: Some(Theory::Quadratic), spectrum: Some((1.0, 10.0)), ..Options::default() };
    let options = Options {
        x: Some("lr".into()),
        y: Some("momentum".into()),
        name: Some("theory-heatmap".into()),
        ..theory.clone()
    };
    let shown = picture("heatmap", options, &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let guide =
        shown.panels[0].layers.iter().find_map(|layer| if let Layer::Guide(line) = layer { Some(line) } else { None });
    for (lr, momentum) in guide.unwrap() {
        assert!((lr - bound(*momentum)).abs() < 1e-12);
    }
    assert!(shown.panels[0].layers.iter().any(|layer| matches!(layer, Layer::Rings(points) if points.len() == 1)));
    assert!(texts(&shown).contains("theory: α = 2 (1 + μ) / λ|theory: fastest convergence"));
    assert_eq!(pin(&shown), "d3efcbcb2bf1e75f");
    let mut few = runs.clone();
    few.rows.retain(|run| [0.0, 0.5, 0.9].map(|m| Some(Setting::Number(m))).contains(&run.settings[1]));
    let options = Options { name: Some("theory-sensitivity".into()), ..theory };
    let shown = picture("sensitivity", options, &Tables::new(&Trials::from(&few), &[])).unwrap();
    let hints = shown.panels[0].layers.iter().filter_map(|layer| match layer {
        Layer::Thin(_, points) if points[0].0 == points[1].0 => Some(points[0].0),
        _ => None,
    });
    let hints: Vec<f64> = hints.collect();
    assert!(hints.len() >= 3 && [0.0, 0.5, 0.9].iter().all(|m| hints.contains(&bound(*m))), "{hints:?}");
}

#[test]
fn a_density_has_the_area_of_what_did_not_diverge() {
    let (runs, _) = synthetic::sweep(5);
    let shown = picture("density", named("density"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let lines = shown.panels[0].layers.iter().filter_map(|layer| match layer {
        Layer::Line(_, points) => Some(points.clone()),
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let area: f64 = line.windows(2).map(|p| libm::log10(p[1].0 / p[0].0) * (p[0].1 + p[1].1) / 2.0).sum();
        assert!((0.9..=1.001).contains(&area), "{area}");
    }
    assert_eq!(shown.panels[0].y_label, "density per decade");
    assert_eq!(pin(&shown), "a4354115498ef48a");
}

#[test]
fn a_distribution_rises_to_the_share_that_did_not_diverge() {
    let (runs, _) = synthetic::sweep(5);
    let shown = picture("ecdf", named("ecdf"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let lines = shown.panels[0].layers.iter().filter_map(|layer| match layer {
        Layer::Line(_, points) => Some(points.clone()),
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.last().unwrap().1 == 1.0 && line.windows(2).all(|p| p[0].1 <= p[1].1)));
    assert_eq!(pin(&shown), "a7eb9b8a426b4b29");
}
