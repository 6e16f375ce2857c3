//! Thalweg with a kind of figure of one's own: `cargo run --release -- run study.toml`.

use std::process::ExitCode;

use thalweg::Registry;
use thalweg::figure::{Axis, Chart, Data, FigureError, Input, Kind, Layer, Panel, Picture, Scale, Tick, style};
use thalweg::stats::{Metric, choose_best};

fn main() -> ExitCode {
    thalweg::main_with(Registry::builtin().with_figure(&STRIP))
}

/// Every trial of each optimizer's best configuration as a mark: what quartiles hide.
static STRIP: Kind = Kind {
    name: "strip",
    summary: "the outcome of every trial, of each optimizer's best configuration",
    metrics: || Metric::ALL.map(Metric::name).to_vec(),
    keys: &[],
    required: 0,
    input: Input::Problem,
    table: None,
    compose,
    times: None,
};

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let metric = Metric::from_name(chart.metric()).expect("a chart's metric is one of its kind's");
    let best = choose_best(data.configurations, metric);
    let outcomes: Vec<Vec<f64>> = best.iter().map(|configuration| configuration.outcomes(metric)).collect();
    let scale = if metric.lower_is_better() { Scale::Log } else { Scale::Linear };
    let y = Axis::around(scale, outcomes.iter().flatten().copied()).ok_or_else(|| FigureError::NoData {
        kind: STRIP.name,
        reason: format!("no trial has the metric `{}`", metric.name()),
    })?;
    let marks = |(column, outcomes): (usize, &Vec<f64>)| {
        // From left to right in the order of seeds.
        let place = |seed: usize| column as f64 + 0.2 + 0.6 * (seed as f64 + 0.5) / outcomes.len() as f64;
        Layer::Markers(style(column), outcomes.iter().enumerate().map(|(seed, y)| (place(seed), *y)).collect())
    };
    let name = |(column, configuration): (usize, &thalweg::stats::Configuration<'_>)| Tick {
        value: column as f64 + 0.5,
        label: Some(configuration.series().to_owned()),
    };
    Ok(Picture {
        title: chart.title_or(|| format!("{}: {} of every trial", data.problem, metric.label())),
        x: Axis::named(best.len(), best.iter().enumerate().map(name)),
        x_label: "optimizer, at its best setting".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: metric.axis_label(),
            layers: outcomes.iter().enumerate().map(marks).collect(),
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: Vec::new(),
        notes: Vec::new(),
    })
}
