//! Every kind of figure of the largest, the smallest and the strangest numbers: a picture, or an error that says why
//! there is none.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use thalweg::figure::{Answer, At, Chart, Input, KINDS, Kept, Kind, Options, Progress, Scale, Tables, Theory};
use thalweg::random::Stream;
use thalweg::record::{Curve, Run, Runs, Setting, Sheet, Status, Surface, Trials, Waypoint};

use crate::any_networks::AnyNetworks;
use crate::synthetic::{self, svg};

/// Sweeps of each kind and flavour of numbers.
const SWEEPS: u64 = 6;

/// What numbers are like in a sweep.
#[derive(Clone, Copy, Debug)]
enum Flavour {
    Tiny,
    Huge,
    Equal,
    Neighbours,
    Zeros,
    NotFinite,
    All,
}

const FLAVOURS: [Flavour; 7] = [
    Flavour::Tiny,
    Flavour::Huge,
    Flavour::Equal,
    Flavour::Neighbours,
    Flavour::Zeros,
    Flavour::NotFinite,
    Flavour::All,
];

/// A source of numbers.
struct Numbers {
    stream: Stream,
    flavour: Flavour,
    /// Whether some are negative.
    signed: bool,
}

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        (self.stream.uniform() * count as f64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Any number of the flavour.
    fn next(&mut self) -> f64 {
        let value = self.positive();
        if self.signed && self.below(3) == 0 { -value } else { value }
    }

    fn positive(&mut self) -> f64 {
        const SMALLEST: f64 = f64::from_bits(1);
        let flavour = if matches!(self.flavour, Flavour::All) { self.of(&FLAVOURS) } else { self.flavour };
        match flavour {
            Flavour::Tiny => self.of(&[SMALLEST, 2.0 * SMALLEST, 1e-320, 1e-310, f64::MIN_POSITIVE, 1e-308, 3e-308]),
            Flavour::Huge => self.of(&[f64::MAX, f64::MAX.next_down(), 1e308, 9e307, 3e300, 1e155]),
            Flavour::Equal => 0.25,
            Flavour::Neighbours => self.of(&[1.0, 1.0f64.next_up(), 1.0f64.next_down(), 1.0f64.next_up().next_up()]),
            Flavour::Zeros => self.of(&[0.0, -0.0, 0.0, SMALLEST]),
            Flavour::NotFinite => self.of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0]),
            Flavour::All => self.of(&[1e-5, 0.1, 3.0, 1e10]),
        }
    }

    /// A cell, which may be empty.
    fn cell(&mut self) -> Option<f64> {
        (self.below(8) > 0).then(|| self.next())
    }

    /// Different finite numbers that ascend.
    fn ascending(&mut self, count: usize) -> Vec<f64> {
        let mut values: Vec<f64> = (0..count).map(|_| self.next() + 0.0).filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    fn range(&mut self) -> Option<(f64, f64)> {
        let values = self.ascending(2);
        (self.below(4) == 0 && values.len() == 2).then(|| (values[0], values[1]))
    }
}

/// Trials of a few optimizers on a few problems. Hyperparameters are a grid, or else the starts are.
fn runs(numbers: &mut Numbers, by_start: bool) -> Runs {
    let mold = synthetic::sweep(1).0.rows.swap_remove(0);
    let [lr, momentum] = [0, 1].map(|_| match numbers.below(4) {
        0 => vec![numbers.next()],
        count => numbers.ascending(count + 1),
    });
    let (problems, optimizers) = (numbers.below(3) + 1, numbers.below(3) + 1);
    let mut rows = Vec::new();
    for problem in 0..problems {
        for optimizer in 0..optimizers {
            for (lr, momentum) in lr.iter().flat_map(|lr| momentum.iter().map(move |momentum| (*lr, *momentum))) {
                let seeds = if by_start { 1 } else { numbers.below(3) as u64 + 1 };
                for seed in 0..seeds {
                    let lost = numbers.below(4) == 0;
                    let mut cell = || if lost { None } else { numbers.cell() };
                    let place = [Some(lr), Some(momentum)];
                    let starts = if by_start { place } else { [cell(), cell()] };
                    let settings = if by_start { [None; 2] } else { place };
                    rows.push(Run {
                        key: format!("t{:016x}", rows.len()),
                        problem: format!("problem-{problem}"),
                        optimizer: ["momentum", "sgd", "adam"][optimizer].to_owned(),
                        settings: settings.map(|number| number.map(Setting::Number)).to_vec(),
                        init_seed: seed,
                        status: if lost { Status::Diverged } else { Status::Ok },
                        initial_train_loss: cell(),
                        final_train_loss: cell(),
                        best_train_loss: cell(),
                        final_validation_loss: cell(),
                        final_train_accuracy: cell(),
                        steps_to_target: seed.is_multiple_of(2).then_some(seed),
                        extra: starts.into_iter().chain((0..3).map(|_| cell())).collect(),
                        ..mold.clone()
                    });
                }
            }
        }
    }
    let extra = ["start_x0", "start_x1", "final_x0", "final_x1", "final_value"];
    let [hyperparameters, extra] =
        [&["lr", "momentum"][..], &extra].map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    Runs { hyperparameters, extra, rows, ..Runs::default() }
}

fn curves(numbers: &mut Numbers, runs: &Runs) -> Vec<Curve> {
    let mut curves = Vec::new();
    for run in &runs.rows {
        for step in [0, 1, u64::MAX / 2] {
            let mut cell = || numbers.cell();
            curves.push(Curve {
                key: run.key.clone(),
                step,
                train_loss: cell(),
                validation_loss: cell(),
                test_loss: cell(),
                train_accuracy: cell(),
                validation_accuracy: cell(),
                test_accuracy: cell(),
                grad_norm: cell(),
                update_norm: cell(),
            });
        }
    }
    curves
}

/// A landscape on a grid of `columns` × `columns` points, or of as many as differ.
fn surface(numbers: &mut Numbers, columns: usize) -> Surface {
    let (x0, x1) = (numbers.ascending(columns), numbers.ascending(columns));
    let values = (0..x0.len() * x1.len()).map(|_| numbers.next()).collect();
    Surface { x0, x1, values }
}

/// The text of the table of a kind that is drawn from one.
fn table(numbers: &mut Numbers, kind: &Kind, runs: &Runs) -> String {
    let mut text = String::new();
    let mut row = |cells: &[String]| writeln!(text, "{}", cells.join(",")).unwrap();
    let header = |names: &str| names.split(',').map(str::to_owned).collect::<Vec<_>>();
    match kind.name {
        "function" => {
            row(&header("function,target,x,value,derivative"));
            for x in numbers.ascending(6) {
                row(&["relu".into(), String::new(), cell(x), cell(numbers.next()), cell(numbers.next())]);
            }
        }
        "network" => {
            row(&header("layer,unit,from,before,after,perturbed"));
            for layer in ["0", "1"] {
                let from = if layer == "0" { "" } else { "0" };
                row(&[layer.into(), "0".into(), String::new(), cell(numbers.next()), cell(numbers.next()), "0".into()]);
                row(&[layer.into(), "0".into(), from.into(), cell(numbers.next()), cell(numbers.next()), "1".into()]);
            }
            let any = cell(numbers.positive());
            if numbers.below(2) == 0 {
                row(&[any.clone(), any, String::new(), "0".into(), "1".into(), "0".into()]);
            }
        }
        "timing" => {
            row(&header("size,variant,min_ns,median_ns,max_ns,bytes"));
            for x in numbers.ascending(4) {
                row(&[cell(x), "one".into()]
                    .into_iter()
                    .chain((0..4).map(|_| cell(numbers.next())))
                    .collect::<Vec<_>>());
            }
        }
        "quantiles" => {
            row(&header("key,step,rate_q05,rate_q50,rate_q95"));
            for run in &runs.rows {
                let step = cell(numbers.positive().abs());
                let cells = [run.key.clone(), step].into_iter().chain((0..3).map(|_| cell(numbers.next())));
                row(&cells.collect::<Vec<_>>());
            }
        }
        _ => {
            row(&header("lr,momentum,measure"));
            let axes = (numbers.ascending(5), numbers.ascending(5));
            for (x, y) in axes.0.iter().flat_map(|x| axes.1.iter().map(move |y| (*x, *y))) {
                row(&[cell(x), cell(y), cell(numbers.next())]);
            }
        }
    }
    text
}

fn cell(number: f64) -> String {
    thalweg::record::Precision::F64.format(number)
}

/// The options that a kind takes.
fn options(numbers: &mut Numbers, kind: &Kind) -> Options {
    let takes = |key: &str| kind.keys.contains(&key);
    let name = |key: &str, name: &str| takes(key).then(|| name.to_owned());
    let is_timing = kind.name == "timing";
    let columns = ["series", "colour", "panel", "row"].map(|key| {
        let column = numbers.of(&["optimizer", "problem", "momentum"]);
        (takes(key) && kind.input == Input::Problem && numbers.below(4) == 0).then(|| column.to_owned())
    });
    let [series, color, panel, row] = columns;
    Options {
        x: name("x", if is_timing { "size" } else { "lr" }).filter(|_| kind.name != "curves"),
        y: name("y", "momentum"),
        series: if is_timing { name("series", "variant") } else { series },
        color,
        panel,
        row,
        column: name("column", if kind.name == "quantiles" { "rate" } else { "measure" }),
        against: name("against", "momentum"),
        below: takes("below").then(|| numbers.next()),
        x_range: numbers.range().filter(|_| takes("x_range")),
        y_range: numbers.range().filter(|_| takes("y_range")),
        x_scale: [None, Some(Scale::Log), Some(Scale::Linear)][numbers.below(3)].filter(|_| takes("x_scale")),
        y_scale: [None, Some(Scale::Log), Some(Scale::Linear)][numbers.below(3)].filter(|_| takes("y_scale")),
        theory: takes("theory").then_some(Theory::Quadratic),
        spectrum: Some((numbers.next(), numbers.next())),
        from_optimum: takes("from_optimum") && numbers.below(2) == 0,
        optimum: Some(numbers.next()),
        progress: Progress::ALL[numbers.below(3)],
        by_probability: takes("by_probability") && numbers.below(2) == 0,
        steps_per_epoch: Some(3),
        at: if takes("at") && numbers.below(2) == 0 { At::All } else { At::Last },
        example: takes("example").then_some(3),
        ..Options::default()
    }
}

/// Composes and draws a figure of a sweep; whether there is one.
fn has_picture(numbers: &mut Numbers, kind: &Kind, folder: &Path) -> Result<bool, String> {
    let mut runs = runs(numbers, kind.name == "basins");
    if numbers.below(10) == 0 {
        runs.rows.truncate(numbers.below(2));
    }
    let curves = curves(numbers, &runs);
    let waypoint = |run: &Run, step: u64, x: [f64; 2]| Waypoint { key: run.key.clone(), step, x, value: 0.0 };
    let steps = runs.rows.iter().flat_map(|run| [0, 1].map(|step| (run, step)));
    let trajectory: Vec<Waypoint> =
        steps.map(|(run, step)| waypoint(run, step, [numbers.next(), numbers.next()])).collect();
    let columns = numbers.below(5) + 2;
    let mut surface = surface(numbers, columns);
    if kind.name == "descent" {
        surface.x1.clear();
        surface.values.truncate(columns);
    }
    let path = folder.join("table.csv");
    fs::write(&path, table(numbers, kind, &runs)).unwrap();
    let sheet = Sheet::open(&path).map_err(|error| error.to_string())?;
    let sheet = kind.table.map(|_| &sheet);
    let trials = Trials::from(&runs);
    let networks = (kind.input == Input::Networks).then(|| AnyNetworks {
        answer: numbers.of(&[Answer::Values, Answer::Logit, Answer::Scores]),
        numbers: (0..17).map(|_| numbers.next()).collect(),
    });
    let kept = networks.as_ref().map(|networks| networks as &dyn Kept);
    let tables =
        Tables { trajectory: &trajectory, surface: Some(&surface), sheet, kept, ..Tables::new(&trials, &curves) };
    let metrics = (kind.metrics)();
    let metric = numbers.of(&metrics);
    let chart = Chart::new(kind.name, Some(metric)).unwrap().with(options(numbers, kind));
    let Ok(pictures) = chart.pictures(&tables) else { return Ok(false) };
    for (_, picture) in &pictures {
        let text = svg(picture).map_err(|error| error.to_string())?;
        let is_whole = text.ends_with("</svg>\n") && !text.contains("=\"NaN") && text.len() < 20_000_000;
        if !is_whole {
            return Err(format!("{} bytes of {metric}", text.len()));
        }
    }
    Ok(true)
}

#[test]
fn every_kind_survives_every_number() {
    let folder = tempfile::tempdir().unwrap();
    let mut drawn: BTreeMap<&str, usize> = KINDS.iter().map(|kind| (kind.name, 0)).collect();
    for kind in KINDS {
        for (index, flavour) in (0..).zip(FLAVOURS) {
            for sweep in 0..SWEEPS {
                let stream = Stream::new(&format!("extremes of {}", kind.name), index * SWEEPS + sweep);
                let mut numbers = Numbers { stream, flavour, signed: sweep % 2 == 0 };
                match has_picture(&mut numbers, kind, folder.path()) {
                    Ok(is_drawn) => *drawn.entry(kind.name).or_default() += usize::from(is_drawn),
                    Err(error) => panic!("{} of {flavour:?}, sweep {sweep}: {error}", kind.name),
                }
            }
        }
    }
    // The walk is worth something only where there is something to draw.
    let most = FLAVOURS.len() * SWEEPS as usize;
    assert!(drawn.values().all(|count| *count > most / 20), "{drawn:?} of {most}");
}

#[test]
fn columns_that_are_no_grid_take_no_memory() {
    let mut runs = synthetic::sweep(1).0;
    let mold = runs.rows[0].clone();
    runs.rows = (0..100_000)
        .map(|i| Run { settings: [i, i].map(|i| Some(Setting::Number(f64::from(i)))).to_vec(), ..mold.clone() })
        .collect();
    let [x, y] = ["lr", "momentum"].map(|name| Some(name.to_owned()));
    let chart = Chart::new("heatmap", None).unwrap().with(Options { x, y, ..Options::default() });
    let error = chart.pictures(&Tables::new(&Trials::from(&runs), &[])).unwrap_err().to_string();
    assert!(error.contains("sgd has trials in 100000 of 10000000000 cells"), "{error}");
}

#[test]
fn a_figure_of_a_mile_is_refused() {
    let (runs, curves) = synthetic::sweep(1);
    let title = Some("x".repeat(100_000));
    let chart = Chart::new("sensitivity", None).unwrap().with(Options { title, ..Options::default() });
    let trials = Trials::from(&runs);
    let picture = &chart.pictures(&Tables::new(&trials, &curves)).unwrap()[0].1;
    for error in [svg(picture).map(|_| ()), thalweg::figure::png(picture, &synthetic::look(), Vec::new())] {
        assert!(error.unwrap_err().to_string().contains("pixels are too many"));
    }
}
