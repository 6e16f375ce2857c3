//! Heatmaps and trajectories: what stands in their cells, and where their lines run.

use std::fs;
use std::path::Path;

use miette::Diagnostic;
use thalweg::figure::{Chart, FigureError, Fill, Layer, MOST_RECTANGLES, Options, Picture, Tables, draw};
use thalweg::record::{Run, Runs, Setting, Status, Surface, Trials, Waypoint, read_surface, read_trajectory};

use crate::synthetic::{self, svg};

/// A trial of momentum at these coefficients.
pub fn trial(lr: f64, momentum: f64, seed: u64, last: Option<f64>) -> Run {
    let (mut runs, _) = synthetic::sweep(1);
    let first = runs.rows.swap_remove(0);
    Run {
        key: synthetic::key(&format!("{lr}-{momentum}-{seed}")),
        optimizer: "momentum".into(),
        settings: vec![Some(Setting::Number(lr)), Some(Setting::Number(momentum))],
        init_seed: seed,
        order_seed: seed,
        status: if last.is_some() { Status::Ok } else { Status::Diverged },
        initial_train_loss: Some(1.0),
        final_train_loss: last,
        ..first
    }
}

/// A grid of trials with three seeds, whose final loss is a function of the numbers of column and row.
pub fn grid(columns: usize, rows: usize, loss: impl Fn(usize, usize) -> Option<f64>) -> Runs {
    let mut runs = Runs { hyperparameters: vec!["lr".into(), "momentum".into()], ..Runs::default() };
    let mold = trial(1.0, 0.0, 0, Some(0.0));
    for row in 0..rows {
        for column in 0..columns {
            let (lr, momentum) = (libm::pow(2.0, column as f64 - 4.0), row as f64 / rows as f64);
            runs.rows.extend((0..3).map(|seed| Run {
                settings: vec![Some(Setting::Number(lr)), Some(Setting::Number(momentum))],
                init_seed: seed,
                status: if loss(column, row).is_some() { Status::Ok } else { Status::Diverged },
                final_train_loss: loss(column, row).map(|loss| loss * (1.0 + 0.01 * (seed as f64 - 1.0))),
                ..mold.clone()
            }));
        }
    }
    runs
}

fn heatmap(x: &str, y: &str) -> Chart {
    let (x, y) = (Some(x.to_owned()), Some(y.to_owned()));
    Chart::new("heatmap", Some("final_train_loss")).unwrap().with(Options { x, y, ..Options::default() })
}

/// The only picture; with `FIGURES=folder` in the environment, its file stays there to be looked at.
fn picture(name: &str, chart: &Chart, tables: &Tables<'_>) -> Result<Picture, FigureError> {
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("FIGURES").map(|kept| Path::new(&kept).to_owned());
    let named = chart.clone().with(Options { name: Some(name.to_owned()), ..chart.options().clone() });
    draw(&named, tables, kept.as_deref().unwrap_or(folder.path()), &synthetic::look())?;
    Ok(chart.pictures(tables)?.remove(0).1)
}

fn fills(picture: &Picture, panel: usize) -> Vec<Fill> {
    picture.panels[panel].cells().next().unwrap().fills.clone()
}

/// The segments of the line around what ended worse than it began.
fn border(picture: &Picture) -> Vec<[(f64, f64); 2]> {
    let segments = picture.panels[0].layers.iter().filter_map(|layer| match layer {
        Layer::Borders(segments) => Some(segments.clone()),
        _ => None,
    });
    segments.flatten().collect()
}

fn notes(picture: &Picture) -> String {
    picture.notes.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>().join("|")
}

/// (red, green, blue) as SVG writes it.
fn hex(fill: Fill) -> String {
    let Fill::Color(color) = fill else { panic!("{fill:?}") };
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}

#[test]
fn a_cell_is_the_median_of_its_trials() {
    let runs = grid(6, 4, |column, row| match (column, row) {
        (5, _) | (4, 3) => None,
        (4, _) => Some(1.5),
        _ => Some(libm::pow(10.0, -(column as f64))),
    });
    let shown = picture("heatmap", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let fills = fills(&shown, 0);
    assert_eq!(fills.len(), 24);
    assert_eq!(fills.iter().filter(|fill| **fill == Fill::Hatched).count(), 5);
    // 1.5 is the largest median, 1e-3 the smallest: the ends of the colours.
    assert_eq!([hex(fills[4]), hex(fills[3])], ["#FDE725", "#440154"]);
    let bar = shown.color_bar.as_ref().unwrap();
    assert_eq!((bar.axis.low(), bar.axis.high()), (1e-3, 1.5));
    assert!((bar.axis.place(libm::sqrt(1.5e-3)) - 0.5).abs() < 1e-12, "more than two decades are on a log scale");
    // Cells lie halfway between learning rates on a log axis, and between momenta on a linear one.
    let cells = shown.panels[0].cells().next().unwrap();
    assert!((cells.x[1] - libm::sqrt(0.0625 * 0.125)).abs() < 1e-12);
    assert_eq!(cells.y, [-0.125, 0.125, 0.375, 0.625, 0.875]);
    // Columns 4 and 5 ended above 1, diverged or not: one line from bottom to top.
    assert_eq!(border(&shown), [[(cells.x[4], -0.125), (cells.x[4], 0.875)]]);
    assert_eq!(
        notes(&shown),
        "median over 3 seeds|half or more diverged|border to where the final training loss exceeds the initial"
    );
    let text = svg(&shown).unwrap();
    assert_eq!(text.matches("fill=\"#440154\"").count(), 4, "one rectangle per cell");
    assert!(text.contains(">learning rate α<") && text.contains(">final training loss<") && !text.contains("<image"));
}

#[test]
fn a_line_follows_the_borders_of_cells() {
    let runs = grid(4, 4, |column, row| Some(if column == 1 && row == 2 { 2.0 } else { 0.5 }));
    let shown = picture("island", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    assert_eq!(border(&shown).len(), 4, "the sides of one cell");
    let all_better = grid(4, 4, |_, _| Some(0.5));
    let shown = picture("flat", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&all_better), &[])).unwrap();
    assert!(border(&shown).is_empty() && notes(&shown) == "median over 3 seeds");
    assert!(svg(&shown).unwrap().ends_with("</svg>\n"), "one value has a colour too");
    let none = grid(4, 4, |_, _| None);
    let shown = picture("lost", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&none), &[])).unwrap();
    assert!(fills(&shown, 0).iter().all(|fill| *fill == Fill::Hatched) && border(&shown).is_empty());
}

#[test]
fn half_of_the_trials_decide() {
    let losses = |row: usize| [Some(0.2), Some(0.4), if row < 2 { Some(3.0) } else { None }, None];
    let mut runs = grid(4, 4, |_, _| Some(0.5));
    let mold = runs.rows[0].clone();
    runs.rows.clear();
    for (row, count) in [(0, 3), (1, 4), (2, 2), (3, 4)] {
        for (seed, last) in (0..).zip(losses(row).into_iter().take(count)) {
            let momentum = row as f64 / 4.0;
            let trial = trial(0.1, momentum, seed, last);
            runs.rows.push(Run { problem: mold.problem.clone(), ..trial });
        }
    }
    let shown = picture("halves", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    let lost: Vec<bool> = fills(&shown, 0).iter().map(|fill| *fill == Fill::Hatched).collect();
    assert_eq!(lost, [false, false, false, true]);
    assert!(notes(&shown).starts_with("median over 2 to 4 seeds|half or more diverged"));
    // In row 1, two of four are worse than they began, in row 3 too; in rows 0 and 2 less than half are.
    assert_eq!(border(&shown).len(), 3);
}

#[test]
fn other_hyperparameters_are_optimised_over_and_extra_columns_are_axes() {
    let mut runs = grid(3, 3, |column, row| Some((1 + column + 3 * row) as f64 / 10.0));
    let others: Vec<Run> = runs.rows.iter().cloned().map(|run| Run { optimizer: "adam".into(), ..run }).collect();
    runs.rows.extend(others);
    runs.hyperparameters.push("beta1".into());
    runs.extra = vec!["start_x0".into()];
    let many = runs.rows.clone();
    for run in &mut runs.rows {
        run.settings.push(Some(Setting::Number(0.9)));
        run.extra = vec![Some(run.final_train_loss.unwrap().ceil())];
    }
    runs.rows.extend(many.into_iter().filter(|run| run.optimizer == "adam").map(|mut run| {
        run.settings.push(Some(Setting::Number(0.5)));
        run.extra = vec![Some(1.0)];
        run.final_train_loss = run.final_train_loss.map(|loss| 0.5 + loss / 10.0);
        run
    }));
    let shown = picture("panels", &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    assert_eq!(shown.panels.iter().map(|panel| panel.heading.as_str()).collect::<Vec<_>>(), ["momentum", "Adam"]);
    assert!(notes(&shown).starts_with("median over 3 seeds|the best over β₁"));
    // With beta1 = 0.5, 0.9 becomes 0.59, and 0.1 would become 0.51.
    let (bar, adam) = (&shown.color_bar.as_ref().unwrap().axis, fills(&shown, 1));
    assert_eq!((bar.low(), bar.high()), (0.1, 0.9));
    assert_eq!([hex(adam[0]), hex(fills(&shown, 0)[8])], ["#440154", "#FDE725"]);
    assert_ne!(adam[8], fills(&shown, 0)[8]);
    let shown = picture("extra", &heatmap("start_x0", "momentum"), &Tables::new(&Trials::from(&runs), &[])).unwrap();
    assert_eq!((shown.x_label.as_str(), fills(&shown, 0).len()), ("x₀ at the start", 3));
}

#[test]
fn many_cells_are_an_image() {
    let side = 64;
    let loss = |column: usize, row: usize| (column + row < 100).then(|| libm::exp(0.1 * (column + row) as f64));
    for (columns, is_image) in [(side, false), (side + 1, true)] {
        let runs = grid(columns, side, loss);
        let shown =
            picture(&format!("image-{columns}"), &heatmap("lr", "momentum"), &Tables::new(&Trials::from(&runs), &[]))
                .unwrap();
        assert_eq!(shown.panels[0].cells().next().unwrap().fills.len() > MOST_RECTANGLES, is_image);
        let text = svg(&shown).unwrap();
        assert_eq!(text.matches("<image ").count(), usize::from(is_image));
        let hash = blake3::hash(text.as_bytes()).to_hex()[..16].to_owned();
        assert_eq!(
            hash,
            if is_image { "917901eb749412c7" } else { "f064146a4d8d3fb2" },
            "the same bytes on every machine"
        );
        if is_image {
            let (_, data) = text.split_once("base64,").unwrap();
            let data = base64(data.split_once('"').unwrap().0);
            let mut reader = png::Decoder::new(&data[..]).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((info.width as usize, info.height as usize), (columns, side), "a pixel a cell");
            assert_eq!(info.color_type, png::ColorType::Indexed);
            let palette = reader.info().palette.clone().unwrap();
            let color = |column: usize, row: usize| {
                let index = usize::from(pixels[(side - 1 - row) * columns + column]);
                palette[3 * index..3 * index + 3].to_vec()
            };
            assert_eq!(color(0, 0), [0x44, 0x01, 0x54]);
            assert_eq!(color(side, side - 1), [0xe4, 0xe4, 0xe4], "below the hatching");
            assert_eq!(color(side, 99 - side), [0xfd, 0xe7, 0x25]);
        }
    }
}

/// The bytes of a text in base 64.
fn base64(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values: Vec<u32> = text.trim_end_matches('=').chars().map(|c| digits.find(c).unwrap() as u32).collect();
    let quads = values.chunks(4).flat_map(|quad| {
        let bits = quad.iter().enumerate().fold(0, |bits, (i, value)| bits | value << (18 - 6 * i));
        bits.to_be_bytes()[1..quad.len()].to_vec()
    });
    quads.collect()
}

#[test]
fn what_cannot_be_a_heatmap_says_why() {
    let runs = grid(3, 3, |_, _| Some(0.5));
    let failed = |chart: &Chart, runs: &Runs| {
        let error = chart.pictures(&Tables::new(&Trials::from(runs), &[])).unwrap_err();
        (error.to_string(), error.help().map(|help| help.to_string()).unwrap_or_default())
    };
    let (error, help) = failed(&heatmap("lr", "momentun"), &runs);
    assert_eq!(error, "`runs.csv` has no column of numbers `momentun`");
    assert_eq!(help, "did you mean `momentum`? There are: lr, momentum");
    let bare = Chart::new("heatmap", None).unwrap();
    assert_eq!(failed(&bare, &runs).0, "no figure of kind `heatmap`: the columns `x` and `y` are not named");
    let mut diagonal = runs.clone();
    diagonal.rows.retain(|run| {
        let Some(Setting::Number(lr)) = run.settings[0] else { return false };
        run.settings[1] == Some(Setting::Number((libm::log2(lr) + 4.0) / 3.0))
    });
    assert_eq!(
        failed(&heatmap("lr", "momentum"), &diagonal).0,
        "no figure of kind `heatmap`: momentum has trials in 3 of 9 cells: `lr` and `momentum` are no grid"
    );
    let mut nameless = runs;
    nameless.rows.iter_mut().for_each(|run| run.settings[1] = None);
    assert_eq!(
        failed(&heatmap("lr", "momentum"), &nameless).0,
        "no figure of kind `heatmap`: no trial has numbers in `lr` and `momentum` and the metric `final_train_loss`"
    );
}

/// Gradient descent on Rosenbrock's function: (runs, trajectory, surface).
pub fn rosenbrock() -> (Runs, Vec<Waypoint>, Surface) {
    let f = |[a, b]: [f64; 2]| (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a);
    let gradient = |[a, b]: [f64; 2]| [-2.0 * (1.0 - a) - 400.0 * a * (b - a * a), 200.0 * (b - a * a)];
    let mut runs = Runs { hyperparameters: vec!["lr".into(), "momentum".into()], ..Runs::default() };
    let mut trajectory = Vec::new();
    for (optimizer, lr, momentum) in [("sgd", 1e-3, 0.0), ("sgd", 1e-2, 0.0), ("momentum", 1e-3, 0.9)] {
        for (seed, start) in (0..).zip([[-1.5, 2.0], [-0.5, -0.5]]) {
            if optimizer == "momentum" && seed > 0 {
                continue;
            }
            let (mut x, mut velocity) = (start, [0.0; 2]);
            let run = trial(lr, momentum, seed, Some(0.1));
            for step in 0..=200 {
                trajectory.push(Waypoint {
                    key: synthetic::key(&format!("{optimizer}{}", run.key)),
                    step,
                    x,
                    value: f(x),
                });
                let g = gradient(x);
                for axis in 0..2 {
                    velocity[axis] = momentum * velocity[axis] + g[axis];
                    x[axis] -= lr * velocity[axis];
                }
            }
            let (status, settings) = match lr {
                1e-2 => (Status::Diverged, run.settings.clone()),
                _ => (Status::Ok, run.settings.clone()),
            };
            let settings = vec![settings[0].clone(), settings[1].clone().filter(|_| optimizer == "momentum")];
            let key = synthetic::key(&format!("{optimizer}{}", run.key));
            let problem = "rosenbrock".into();
            runs.rows.push(Run { key, problem, optimizer: optimizer.into(), status, settings, ..run });
        }
    }
    let axis = |low: f64, high: f64| (0..=80).map(|i| low + (high - low) * f64::from(i) / 80.0).collect::<Vec<f64>>();
    let (x0, x1) = (axis(-2.0, 2.0), axis(-1.0, 3.0));
    let values = x0.iter().flat_map(|&a| x1.iter().map(move |&b| f([a, b]))).collect();
    (runs, trajectory, Surface { x0, x1, values })
}

#[test]
fn trajectories_run_over_contours() {
    let (runs, trajectory, surface) = rosenbrock();
    let trials = Trials::from(&runs);
    let tables = Tables { trajectory: &trajectory, sheet: None, surface: Some(&surface), ..Tables::new(&trials, &[]) };
    let chart = Chart::new("trajectories", None).unwrap();
    let shown = picture("trajectories", &chart, &tables).unwrap();
    let legend: Vec<&str> = shown.legend.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(legend, ["SGD (α = 0.001)", "SGD (α = 0.01) (diverged)", "momentum"]);
    let panel = &shown.panels[0];
    assert_eq!(panel.height, 480.0, "both axes have one scale");
    let count = |such: fn(&Layer) -> bool| panel.layers.iter().filter(|layer| such(layer)).count();
    assert_eq!(count(|layer| matches!(layer, Layer::Thin(..))), 4, "several ways of one configuration are thin");
    assert_eq!(count(|layer| matches!(layer, Layer::Line(..))), 1);
    for layer in &panel.layers {
        match layer {
            Layer::Line(_, way) => {
                assert_eq!((way.len(), way[0]), (201, (-1.5, 2.0)));
                assert!(way.iter().all(|(a, b)| a.is_finite() && b.is_finite()));
            }
            Layer::Levels(lines) => {
                assert!(lines.len() >= shown.color_bar.as_ref().unwrap().axis.ticks().len());
                // Along each line, the function has one value, as far as straight sides of cells show it.
                let f = |(a, b): (f64, f64)| (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a);
                let high: Vec<f64> = lines.iter().flatten().map(|&point| f(point)).filter(|f| *f > 900.0).collect();
                assert!(high.len() > 20 && high.iter().all(|f| (f - 1000.0).abs() < 20.0 || (f - 2000.0).abs() < 20.0));
            }
            Layer::Rings(starts) => assert_eq!(starts, &[(-1.5, 2.0), (-0.5, -0.5)]),
            _ => {}
        }
    }
    let text = svg(&shown).unwrap();
    assert!([">x₀<", ">x₁<", ">start; "].iter().all(|label| text.contains(label)));
    assert_eq!(text.matches("<image ").count(), 1, "the bands");
    assert!(!text.contains("points=\"-") && !text.contains(" -"), "what leaves the frame is cut off");
    assert_eq!(blake3::hash(text.as_bytes()).to_hex()[..16], *"b6c7ea74d91ada32");
}

#[test]
fn trajectories_need_their_tables() {
    let (runs, trajectory, surface) = rosenbrock();
    let chart = Chart::new("trajectories", None).unwrap();
    let message = |trajectory: &[Waypoint], surface: Option<&Surface>| {
        let trials = Trials::from(&runs);
        let tables = Tables { trajectory, surface, ..Tables::new(&trials, &[]) };
        chart.pictures(&tables).unwrap_err().to_string()
    };
    let missing = "no figure of kind `trajectories`: `trajectory.csv` and `surface.csv` are not there: \
                   record.trajectory and record.surface have to be set";
    assert_eq!(message(&[], Some(&surface)), missing);
    assert_eq!(message(&trajectory, None), missing);
    let unknown = vec![Waypoint { key: "unknown".into(), ..trajectory[0].clone() }];
    assert_eq!(
        message(&unknown, Some(&surface)),
        "no figure of kind `trajectories`: no selected trial has a trajectory"
    );
}

#[test]
fn tables_of_landscapes_are_read_with_the_place_of_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let path = file("trajectory.csv", "key,step,x0,x1,value\na,0,1.5,-2,3\na,1,inf,NaN,inf\n");
    let read = read_trajectory(&path).unwrap();
    assert_eq!(read[0], Waypoint { key: "a".into(), step: 0, x: [1.5, -2.0], value: 3.0 });
    assert!(read[1].x[0] == f64::INFINITY && read[1].x[1].is_nan());
    let path = file("trajectory.csv", "key,step,x0,value\na,0,1.5,3\na,1,inf,inf\n");
    let read = read_trajectory(&path).unwrap();
    assert_eq!(read[0], Waypoint { key: "a".into(), step: 0, x: [1.5, 0.0], value: 3.0 });
    assert_eq!((read.len(), read[1].x[0]), (2, f64::INFINITY));
    let path = file("surface.csv", "x0,x1,value\n0,0,1\n0,1,2\n0,2,3\n1,0,4\n1,1,5\n1,2,inf\n");
    let read = read_surface(&path).unwrap();
    let expected =
        Surface { x0: vec![0.0, 1.0], x1: vec![0.0, 1.0, 2.0], values: vec![1.0, 2.0, 3.0, 4.0, 5.0, f64::INFINITY] };
    assert_eq!(read, expected);
    for (name, text, message) in [
        ("trajectory.csv", "key,step,x0,height\n", ":1: expected column `x1`, found `height`"),
        ("trajectory.csv", "key,step,x0,x1,value\na,0,1,two,3\n", ":2: column `x1`: expected a number"),
        ("trajectory.csv", "key,step,x0,x1,value\na,0,1,,3\n", ":2: column `x1`: expected a number"),
        ("surface.csv", "x0,x1,value\n0,0,1\n0,1,2\n1,0,3\n", ": 3 rows, but the grid that they begin has 4"),
        ("surface.csv", "x0,x1,value\n0,0,1\n0,1,2\n1,0.5,3\n", ":4: column `x1`: expected the next of the second"),
        (
            "surface.csv",
            "x0,x1,value\n0,0,1\n0,1,2\n1,0,3\n2,0,3\n",
            ":5: column `x0`: expected the next point of a grid",
        ),
        ("surface.csv", "x0,x1,value\n0,1,1\n0,0,2\n", ":3: column `x1`: expected a larger number"),
    ] {
        let path = file(name, text);
        let said = match name {
            "surface.csv" => read_surface(&path).unwrap_err().to_string(),
            _ => read_trajectory(&path).unwrap_err().to_string(),
        };
        assert!(said.contains(&format!("{name}{message}")), "{said}");
    }
}
