//! The canonical text of a spec: every default written out, one spelling per meaning.

use std::fmt::{Display, Write};

use super::axis::Axis;
use super::grid::{Grid, ONLY};
use super::landscape::{Landscape, Lattice, Starts};
use super::network::{AUTO, INIT_OFFSET, Init, Network, unusual};
use super::observe::Observation;
use super::output::Tuning;
use super::problem::{Scale, Source};
use super::reader::Named;
use super::train::{Batch, Length, LogEvery, Seeds, Train};
use super::{Condition, Spec, metric};
use crate::network::Parameterisation;
use crate::record::LABEL;
use crate::train::OPTIONS;
use thalweg_kernels::optimizer::Domain;

/// A number as TOML writes it, with the fewest digits that read back to the same value.
pub fn number(x: f64) -> String {
    if x.is_nan() { "nan".to_owned() } else { format!("{x:?}") }
}

/// A string as TOML writes it.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

pub(super) fn list<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    format!("[{}]", items.into_iter().map(text).collect::<Vec<_>>().join(", "))
}

/// A text under construction.
pub(super) struct Writer(String);

impl Writer {
    pub fn header(&mut self, header: &str) {
        self.0.push_str(&format!("\n{header}\n"));
    }

    pub fn line(&mut self, key: &str, value: impl Display) {
        writeln!(self.0, "{key} = {value}").expect("writing to a string does not fail");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(key, quoted(value));
    }
}

impl Spec {
    /// The spec as TOML with every default written out. Reading it gives the same spec, and specs that mean the same
    /// have the same text.
    pub fn canonical(&self) -> String {
        let mut out = Writer(String::new());
        out.text("name", &self.name);
        out.text("title", &self.title);
        out.text("tier", self.tier.name());
        self.write_conditions(&mut out);
        let combinations = self.combinations.lines();
        if !combinations.is_empty() {
            out.header("[sweep]");
            combinations.iter().for_each(|(key, value)| out.line(key, value));
        }
        for grid in &self.optimizers {
            write_grid(&mut out, grid);
        }
        out.header("[record]");
        out.text("curves", self.record.curves.name());
        if !self.record.tables {
            out.line("tables", false);
        }
        if self.record.trajectory {
            out.line("trajectory", true);
        }
        if self.record.observe != Observation::default_for(self.record.curves) {
            out.line("observe", super::observe::text(&self.record.observe));
        }
        if let Some(perturbation) = &self.record.perturb {
            out.line("perturb", super::perturbation::text(perturbation));
        }
        if self.record.spectrum {
            out.line("spectrum", true);
        }
        if self.record.data {
            out.line("data", true);
        }
        if !self.record.columns.is_empty() {
            out.line("columns", list(&self.record.columns, |column| quoted(column.name)));
        }
        if let Some(summary) = &self.record.summary {
            out.line("summary", list(summary, |name| quoted(name)));
        }
        if let Some(surface) = &self.record.surface {
            out.line("surface", lattice(surface));
        }
        self.record.weights_lines().into_iter().for_each(|(key, value)| out.line(key, value));
        for figure in &self.figures {
            out.header("[[figure]]");
            figure.lines().into_iter().for_each(|(key, value)| out.line(key, value));
        }
        let style = super::style::lines(&self.style);
        if !style.is_empty() {
            out.header("[style]");
            style.into_iter().for_each(|(key, value)| out.line(key, value));
        }
        write_engine(&mut out, self.engine);
        out.0
    }
}

/// The lines of a table.
#[derive(Clone, Default)]
pub(super) struct Lines(pub Vec<(String, String)>);

impl Lines {
    fn line(&mut self, key: &str, value: impl Display) {
        self.0.push((key.to_owned(), value.to_string()));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(key, quoted(value));
    }
}

/// The lines of `[problem]`, `[network]` and `[train]`; a landscape has no network.
pub(super) fn sections(condition: &Condition) -> [Lines; 3] {
    let Condition { problem, network, train, .. } = condition;
    let mut lines = [Lines::default(), Lines::default(), Lines::default()];
    match &problem.source {
        Source::Landscape(landscape) => write_landscape(&mut lines[0], landscape, problem.seed),
        _ => problem.lines(None).into_iter().for_each(|(key, value)| lines[0].line(key, value)),
    }
    if let Some(label) = &problem.label {
        lines[0].text("label", label);
    }
    if let Some(network) = network {
        write_network(&mut lines[1], network);
    }
    let is_random = problem.landscape().is_none_or(|landscape| landscape.gradient_noise > 0.0);
    write_train(&mut lines[2], train, network.is_some(), is_random);
    lines
}

fn write_landscape(out: &mut Lines, landscape: &Landscape, seed: u64) {
    let bounds = |(low, high): &(f64, f64)| format!("[{}, {}]", number(*low), number(*high));
    out.text("kind", "landscape");
    out.text("function", landscape.function.facts.name);
    if !landscape.spectrum.is_empty() {
        out.line("spectrum", point(&landscape.spectrum));
    }
    if let Some(seed) = landscape.rotation {
        out.line("rotation", seed);
    }
    if landscape.gradient_noise > 0.0 {
        out.line("gradient_noise", number(landscape.gradient_noise));
    }
    match &landscape.starts {
        Starts::Points(points) if points.len() == 1 => out.line("start", point(&points[0])),
        Starts::Points(points) => out.line("start", list(points, |start| point(start))),
        Starts::Grid(grid) => out.line("start", lattice(grid)),
        Starts::Sample { bounds: all, count } => {
            out.line("start", format!("{{ sample = {}, count = {count} }}", list(all, bounds)));
            out.line("seed", seed);
        }
    }
}

/// A point as specs write it.
pub fn point(coordinates: &[f64]) -> String {
    list(coordinates, |x| number(*x))
}

fn lattice(Lattice(axes): &Lattice) -> String {
    let bounds = |(low, high, _): &(f64, f64, u64)| format!("[{}, {}]", number(*low), number(*high));
    format!("{{ grid = {}, points = {} }}", list(axes, bounds), list(axes, |(_, _, points)| points.to_string()))
}

/// A scaling as specs write it.
pub(super) fn scale(scale: Scale) -> String {
    match scale {
        Scale::Divide(by) => format!("{{ divide = {} }}", number(by)),
        other => quoted(other.name().unwrap_or_default()),
    }
}

fn write_network(out: &mut Lines, network: &Network) {
    out.line("hidden", list(&network.hidden, usize::to_string));
    out.text("activation", network.activation.name);
    if let Some((parameter, value)) = unusual(network.activation.parameter, network.activation.setting()) {
        out.line(parameter.name, number(value));
    }
    out.line("bias", network.bias);
    if network.parameterisation != Parameterisation::default() {
        out.text("parameterisation", network.parameterisation.name());
    }
    if network.gain != 1.0 {
        out.line("gain", number(network.gain));
    }
    match &network.init {
        Init::Drawn(initializer) => {
            out.text("init", initializer.name());
            if let Some(scale) = initializer.stated_scale() {
                out.line("init_scale", number(scale));
            }
        }
        Init::File(path) => out.line("init", format!("{{ file = {} }}", quoted(path))),
    }
    if let Some(axis) = &network.init_offset {
        out.line(INIT_OFFSET, axis_text(axis, &Domain::Choice(&[])));
    }
    out.text("loss", network.loss.map_or(AUTO, |loss| loss.name));
    if let Some(loss) = network.test_loss {
        out.text("test_loss", loss.name);
    }
    let mut losses = network.loss.into_iter().chain(network.test_loss);
    if let Some((parameter, value)) = losses.find_map(|loss| unusual(loss.parameter, loss.setting())) {
        out.line(parameter.name, number(value));
    }
}

fn write_train(out: &mut Lines, train: &Train, has_examples: bool, is_random: bool) {
    if has_examples {
        match train.batch {
            Batch::Full => out.text("batch", "full"),
            Batch::Size(size) => out.line("batch", size),
            Batch::AtMost(size) => out.line("batch", format!("{{ at_most = {size} }}")),
        }
        out.line("drop_last", train.drop_last);
        if train.replacement {
            out.line("replacement", true);
        }
    }
    match train.length {
        Length::Steps(steps) => out.line("steps", steps),
        Length::Epochs(epochs) => out.line("epochs", epochs),
    }
    match &train.seeds {
        _ if !is_random => {}
        Seeds::Range { from, count } => out.line("seeds", format!("{{ from = {from}, count = {count} }}")),
        Seeds::List(seeds) => out.line("seeds", list(seeds, u64::to_string)),
    }
    if let Some(seed) = train.init_seed {
        out.line("init_seed", seed);
    }
    if let Some(seed) = train.order_seed {
        out.line("order_seed", seed);
    }
    match train.log_every {
        LogEvery::Epoch => out.text("log_every", "epoch"),
        LogEvery::Steps(steps) => out.line("log_every", steps),
    }
    if let Some(examples) = train.log_examples {
        out.line("log_examples", examples);
    }
    out.text("precision", train.precision.name());
    out.line("divergence_factor", number(train.divergence_factor));
    if let Some(target) = train.target {
        let key = if metric::is_accuracy(target.metric) { "above" } else { "below" };
        let (metric, threshold) = (quoted(target.metric), number(target.threshold));
        out.line("target", format!("{{ metric = {metric}, {key} = {threshold}, stop = {} }}", target.stop));
    }
}

fn write_grid(out: &mut Writer, grid: &Grid) {
    out.header("[[optimizer]]");
    out.text("kind", grid.optimizer.name);
    if let Some(label) = &grid.label {
        out.text(LABEL, label);
    }
    match &grid.only[..] {
        [] => {}
        [rule] => out.text(ONLY, &rule.text()),
        rules => out.line(ONLY, list(rules, |rule| quoted(&rule.text()))),
    }
    for (hyperparameter, axis) in grid.optimizer.hyperparameters.iter().zip(&grid.axes) {
        if !grid.mentions(hyperparameter) {
            continue;
        }
        out.line(hyperparameter.name, axis_text(axis, &hyperparameter.domain));
    }
    for (at, axis) in &grid.options {
        out.line(OPTIONS[*at].name, axis_text(axis, &OPTIONS[*at].domain));
    }
    if !grid.lr_scale.is_empty() {
        out.line("lr_scale", list(&grid.lr_scale, |axis| axis_text(axis, &Domain::Choice(&[]))));
    }
}

pub(super) fn axis_text(axis: &Axis, domain: &Domain) -> String {
    // Where points are drawn, ranges have no number of values.
    let range = |kind: &str, (low, high): (f64, f64), key: &str, count: u64| {
        let count = if count == 0 { String::new() } else { format!(", {key} = {count}") };
        format!("{{ {kind} = [{}, {}]{count} }}", number(low), number(high))
    };
    match axis {
        Axis::Values(values) if values.len() == 1 => number(values[0]),
        Axis::Values(values) => list(values, |x| number(*x)),
        Axis::Linear { low, high, points } => range("linear", (*low, *high), "points", *points),
        Axis::Log { low, high, points } => range("log", (*low, *high), "points", *points),
        Axis::Integers { low, high } => range("integers", (*low, *high), "", 0),
        Axis::Sample { distribution, low, high, samples } => {
            range(distribution.name(), (*low, *high), "samples", *samples)
        }
        Axis::Choices(choices) => {
            let names = if let Domain::Choice(names) = domain { names } else { &[][..] };
            list(choices, |index| quoted(names.get(*index).copied().unwrap_or_default()))
        }
    }
}

fn write_engine(out: &mut Writer, engine: Tuning) {
    if engine == Tuning::default() {
        return;
    }
    out.header("[engine]");
    if let Some(path) = engine.path {
        out.text("path", path.name());
    }
    if let Some(lanes) = engine.lanes {
        out.line("lanes", lanes);
    }
    if let Some(chunk) = engine.chunk {
        out.line("chunk", chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_read_back() {
        for text in ["", "plain", "a \"quote\" and \\", "two\nlines\tand\u{7f}\u{1}", "λ × µ"] {
            let document = format!("x = {}", quoted(text));
            let table: toml::Table = document.parse().unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
        for x in [0.1, 1e-5, 1e300, 5e-324, 10.0, f64::INFINITY] {
            let table: toml::Table = format!("x = {}", number(x)).parse().unwrap();
            assert_eq!(table["x"].as_float(), Some(x));
        }
    }
}
