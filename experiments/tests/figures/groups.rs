//! Lines, colours, panels and rows by the values of columns.

use thalweg::figure::{Chart, FigureError, Layer, Options, Picture, Selection, Style, Symbol, Tables};
use thalweg::record::{Curve, Runs, Setting, Trials};

use crate::synthetic;

/// The synthetic sweep under two batch sizes and two activations, all of which say the same, but for small batches with
/// `relu`, of which there are none.
fn sweep() -> (Runs, Vec<Curve>) {
    let (runs, curves) = synthetic::sweep(3);
    let mut rows = Vec::new();
    for (batch, activation) in [(Some(64.0), "tanh"), (None, "tanh"), (None, "relu")] {
        let batch = batch.map_or(Setting::Choice("full".into()), Setting::Among);
        for run in &runs.rows {
            let mut run = run.clone();
            run.settings.extend([Some(batch.clone()), Some(Setting::Choice(activation.into()))]);
            rows.push(run);
        }
    }
    let hyperparameters = runs.hyperparameters.iter().map(String::as_str).chain(["batch", "activation"]);
    (Runs { hyperparameters: hyperparameters.map(str::to_owned).collect(), rows, ..runs }, curves)
}

fn picture(kind: &str, options: Options) -> Result<Picture, FigureError> {
    let (runs, curves) = sweep();
    let chart = Chart::new(kind, None).unwrap().with(Options { below: Some(0.4), ..options });
    let trials = Trials::from(&runs);
    Ok(chart.pictures(&Tables::new(&trials, &curves))?.remove(0).1)
}

fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn legend(picture: &Picture) -> Vec<&str> {
    picture.legend.iter().map(|entry| entry.text.as_str()).collect()
}

fn styles(picture: &Picture) -> Vec<Style> {
    let style = |symbol: &Symbol| if let Symbol::Line(style) = symbol { Some(*style) } else { None };
    picture.legend.iter().filter_map(|entry| style(&entry.symbol)).collect()
}

fn notes(picture: &Picture) -> String {
    picture.notes.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn every_kind_that_draws_lines_has_one_per_value() {
    for kind in ["sensitivity", "curves", "ecdf", "density", "probability"] {
        let x = (kind == "probability").then(|| "lr".to_owned());
        let shown = picture(kind, Options { x, series: name("batch"), ..Options::default() }).unwrap();
        let texts = legend(&shown);
        assert_eq!(texts.len(), 2, "{kind}: {texts:?}");
        assert!(
            texts[0].starts_with("batch size = 64") && texts[1].starts_with("batch size = full"),
            "{kind}: {texts:?}"
        );
    }
    let shown = picture("sensitivity", Options { series: name("optimizer"), ..Options::default() }).unwrap();
    assert_eq!(legend(&shown), ["SGD", "momentum", "Adam"]);
    assert!(notes(&shown).contains("the best over momentum μ, batch size, activation"), "{}", notes(&shown));
}

#[test]
fn colours_and_dashes_have_a_column_each() {
    let options = Options { series: name("optimizer"), color: name("batch"), ..Options::default() };
    let shown = picture("sensitivity", options).unwrap();
    assert_eq!(
        legend(&shown),
        [
            "SGD, batch size = 64",
            "momentum, batch size = 64",
            "Adam, batch size = 64",
            "SGD, batch size = full",
            "momentum, batch size = full",
            "Adam, batch size = full"
        ]
    );
    let styles = styles(&shown);
    for (one, other) in [(0, 1), (1, 2), (3, 4)] {
        assert!(styles[one].color == styles[other].color && styles[one].dash != styles[other].dash);
    }
    for line in 0..3 {
        let (one, other) = (styles[line], styles[line + 3]);
        assert!((one.dash, one.marker) == (other.dash, other.marker) && one.color != other.color);
    }
}

#[test]
fn panels_are_in_rows_and_columns_on_common_axes() {
    let options = Options { panel: name("batch"), row: name("activation"), ..Options::default() };
    for kind in ["sensitivity", "curves", "ecdf", "density"] {
        let shown = picture(kind, options.clone()).unwrap();
        let of_one = shown.panels.len() / 4;
        assert_eq!((shown.columns, shown.panels.len()), (2, 4 * of_one), "{kind}");
        let headings: Vec<&str> = shown.panels.iter().step_by(of_one).map(|panel| panel.heading.as_str()).collect();
        let expected = ["tanh", "ReLU"];
        let expected: Vec<String> = ["64", "full"]
            .iter()
            .flat_map(|batch| expected.map(|activation| format!("batch size = {batch}, {activation}")))
            .collect();
        assert_eq!(headings, expected, "{kind}");
        let is_empty =
            |panel: usize| matches!(&shown.panels[panel].layers[..], [Layer::Remark(text)] if text == "no trials");
        assert_eq!([0, 1, 2, 3].map(|panel| is_empty(panel * of_one)), [false, true, false, false], "{kind}");
        assert!((0..shown.panels.len()).all(|panel| shown.panels[panel].y == shown.panels[panel % of_one].y));
    }
    // One column alone has panels one above the other, whichever key names it.
    let panel = Options { panel: name("batch"), ..Options::default() };
    let row = Options { row: name("batch"), ..Options::default() };
    for options in [panel, row] {
        let shown = picture("ecdf", options).unwrap();
        assert_eq!((shown.columns, shown.panels.len()), (1, 2));
    }
}

#[test]
fn colours_of_cells_mean_the_same_in_all_panels() {
    let [x, y] = ["lr", "momentum"].map(name);
    let options = Options { x, y, panel: name("batch"), row: name("activation"), ..Options::default() };
    let shown = picture("heatmap", options).unwrap();
    assert_eq!((shown.columns, shown.panels.len()), (2, 4));
    let fills = |panel: usize| shown.panels[panel].cells().next().map(|cells| cells.fills.clone());
    assert!(fills(0) == fills(2) && fills(0).is_some() && fills(1).is_none());
}

#[test]
fn names_stand_side_by_side_on_an_axis() {
    for kind in ["sensitivity", "probability"] {
        let options = Options { x: name("batch"), series: name("optimizer"), ..Options::default() };
        let shown = picture(kind, options).unwrap();
        let labels: Vec<&str> = shown.x.ticks().iter().filter_map(|tick| tick.label.as_deref()).collect();
        assert_eq!(labels, ["64", "full"], "{kind}");
        let Some(points) = shown.panels[0].layers.iter().find_map(|layer| match layer {
            Layer::Line(_, points) => Some(points.iter().map(|point| point.0).collect::<Vec<_>>()),
            _ => None,
        }) else {
            panic!("{kind}: no line")
        };
        assert_eq!(points, [0.5, 1.5], "{kind}");
    }
}

#[test]
fn what_is_selected_everywhere_is_said_once() {
    let select = |optimizer: &str| Selection {
        optimizer: Some(optimizer.to_owned()),
        settings: vec![
            ("lr".into(), Setting::Number(0.01)),
            ("batch".into(), Setting::Choice("full".into())),
            ("activation".into(), Setting::Choice("tanh".into())),
        ],
    };
    let selection = vec![select("sgd"), select("adam")];
    for kind in ["curves", "ecdf", "density"] {
        let shown = picture(kind, Options { selection: selection.clone(), ..Options::default() }).unwrap();
        assert_eq!(legend(&shown), ["SGD", "Adam"], "{kind}");
        assert_eq!(shown.subtitle(), "α = 0.01, batch size = full, tanh");
    }
}

#[test]
fn a_scatter_has_a_mark_for_every_trial() {
    let (runs, _) = sweep();
    let marks = |picture: &Picture| -> Vec<usize> {
        let layers = picture.panels.iter().flat_map(|panel| &panel.layers);
        layers
            .filter_map(|layer| if let Layer::Markers(_, points) = layer { Some(points.len()) } else { None })
            .collect()
    };
    let shown = picture("scatter", Options { x: name("lr"), ..Options::default() }).unwrap();
    assert_eq!(legend(&shown), ["SGD", "momentum", "Adam"]);
    let finite = |optimizer: &str| {
        let own = runs.rows.iter().filter(|run| run.optimizer == optimizer);
        own.filter(|run| run.final_train_loss.is_some_and(f64::is_finite)).count()
    };
    let expected = ["sgd", "momentum", "adam"].map(finite);
    assert_eq!(marks(&shown), expected);
    let lost = runs.rows.len() - expected.iter().sum::<usize>();
    assert!(lost > 0 && notes(&shown).contains(&format!("{lost} more diverged")), "{}", notes(&shown));
    let of_batches = picture("scatter", Options { x: name("lr"), color: name("batch"), ..Options::default() }).unwrap();
    assert_eq!(legend(&of_batches), ["batch size = 64", "batch size = full"]);
    assert_eq!(marks(&of_batches).iter().sum::<usize>(), expected.iter().sum::<usize>());
    let names = picture("scatter", Options { x: name("activation"), ..Options::default() });
    assert!(matches!(names, Err(FigureError::NoData { .. })));
}
