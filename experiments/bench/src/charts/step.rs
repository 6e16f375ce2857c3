//! What a training step is made of: the shares of its parts.

use thalweg_report::figure::{Axis, Entry, Layer, Panel, Picture, Scale, Style, Symbol, Tick, style};

use super::name::Name;
use super::{Kernel, remark};

/// The family of benchmarks that time the parts of a step: `step/<part>/<runner>/<training>`.
const FAMILY: &str = "step";

/// The part that is all of them together.
const WHOLE: &str = "whole";

/// The parts in their order.
const PARTS: [(&str, &str); 5] = [
    ("forward", "forward pass"),
    ("loss-gradient", "gradient of the loss"),
    ("backward", "backward pass"),
    ("weight-gradient", "gradient of the weights"),
    ("update", "update"),
];

/// The height of a training's bar with the room around it, and how much of that the bar takes.
const ROW: f64 = 40.0;
const BAR: f64 = 0.6;

/// A bar for each training of which parts are timed, as shares of the sum of their times; none if there is none.
pub(super) fn picture(kernels: &[Kernel<'_>]) -> Option<Picture> {
    let own: Vec<&Kernel<'_>> =
        kernels.iter().filter(|kernel| kernel.is_ours() && kernel.name.family() == FAMILY).collect();
    let mut trainings: Vec<&str> = Vec::new();
    for kernel in own.iter().filter(|kernel| part(&kernel.name) != WHOLE) {
        trainings.extend((!trainings.contains(&kernel.name.workload)).then_some(kernel.name.workload));
    }
    let count = trainings.len();
    let mut layers = Vec::new();
    let mut ticks = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    for (row, training) in trainings.iter().enumerate() {
        let time = |wanted: &str| {
            let found = own.iter().find(|kernel| kernel.name.workload == *training && part(&kernel.name) == wanted);
            found.map(|kernel| kernel.row.work as f64 / kernel.work_per_ns)
        };
        let times: Vec<(&str, f64)> = PARTS.iter().filter_map(|(name, _)| Some((*name, time(name)?))).collect();
        let sum: f64 = times.iter().map(|(_, time)| time).sum();
        let middle = (count - 1 - row) as f64 + 0.5;
        let mut start = 0.0;
        for (name, time) in times.into_iter().filter(|_| sum > 0.0) {
            let end = start + time / sum;
            layers.push(Layer::Bar(look(name), (start, end), (middle - BAR / 2.0, middle + BAR / 2.0)));
            shown.extend((!shown.contains(&name)).then_some(name));
            start = end;
        }
        let of_whole = time(WHOLE).map_or_else(String::new, |whole| format!(" ({:.0} %)", 100.0 * sum / whole));
        ticks.push(Tick { value: middle, label: Some(format!("{}{of_whole}", training.to_uppercase())) });
    }
    ticks.reverse();
    let has_whole = own.iter().any(|kernel| part(&kernel.name) == WHOLE);
    let entry = |(name, words): &(&str, &str)| Entry {
        symbol: Symbol::Stroke(look(name).color, &[]),
        text: (*words).to_owned(),
    };
    (!layers.is_empty()).then(|| Picture {
        title: "Parts of a training step".to_owned(),
        x: Axis::new(Scale::Linear, 0.0, 1.0),
        x_label: "share of the parts' time".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: ROW * count as f64,
            y: Axis::named(count, ticks),
            y_label: String::new(),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: PARTS.iter().filter(|(name, _)| shown.contains(name)).map(entry).collect(),
        notes: if has_whole { vec![remark("(%): the parts' time / that of a whole step")] } else { Vec::new() },
    })
}

/// The part that a benchmark times.
fn part<'a>(name: &Name<'a>) -> &'a str {
    name.group.split_once('/').map_or("", |(_, part)| part)
}

fn look(part: &str) -> Style {
    style(PARTS.iter().position(|(name, _)| *name == part).unwrap_or(PARTS.len()))
}
