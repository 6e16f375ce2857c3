//! A network with its weights: lines by sign and size, units with their biases, or with their values for an example.

use super::chosen::Chosen;
use super::comparison::remark;
use super::graph::Graph;
use super::kept::{Answer, Dense, Example, Network, sigmoid};
use super::labels::subscript;
use super::panels::arranged;
use super::picture::{Disc, Entry, Label, Layer, Panel, Picture, Stroke, Symbol};
use super::style::{Tint, style};
use super::ticks::value_label;
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::Moment;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "diagram",
    summary: "the network of a trial with its weights, by sign and size, and its biases, or what its units are for an example, from \
              weights that were kept",
    metrics: || vec!["weights"],
    keys: &["trials", "at", "example", "split", "panel", "row", "select", "select_by"],
    required: 0,
    input: Input::Networks,
    table: None,
    compose,
    times: None,
};

/// Numbers are written where no layer has more units, and beside lines where between two layers the smaller one has no more.
const MOST_WRITTEN: usize = 8;
const MOST_BESIDE: usize = 3;

/// How large a disc is with a number in it, and how far from its middle its name is above and its bias below.
const WIDE: f64 = 38.0;
const BESIDE: f64 = 26.0;

/// From one unit to the next where numbers are written, in pixels.
const SPACING: f64 = 84.0;

/// The widths of the lines of the smallest weights and of the largest, and where numbers stand along them.
const WIDTHS: (f64, f64) = (0.5, 5.0);
const ALONG: (f64, f64) = (0.3, 0.7);

/// The colours and the dashes of weights below and above 0.
const SIGNS: [(Tint, &[f64]); 2] = [(Tint::Hue(0), &[5.0, 2.5]), (Tint::Hue(1), &[])];

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let chosen = Chosen::of(chart, data)?;
    let networks = chosen.moments.iter().map(|moment| Ok((*moment, chosen.network(chart, *moment)?)));
    let networks: Vec<(Moment, Network)> = networks.collect::<Result<_, FigureError>>()?;
    let examples = if chart.options.example.is_some() { chosen.examples(chart)? } else { Vec::new() };
    let example = chart.options.example.map(|number| find(chart, &examples, number)).transpose().map_err(nothing)?;
    let widths = networks[0].1.widths();
    if let Some(example) = example.filter(|example| example.features.len() != widths[0]) {
        let (found, inputs) = (example.features.len(), widths[0]);
        return Err(nothing(format!("the example has {found} features, and the network {inputs} inputs")));
    }
    let graph = Graph::of(&widths).map_err(nothing)?;
    let weights = networks.iter().flat_map(|(_, network)| &network.layers).flat_map(|layer| &layer.weights);
    let largest = weights.fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let drawing = Drawing { graph, largest, example, examples: &examples };
    let panel = |(moment, network): &(Moment, Network)| {
        let mut panel = Panel { heading: chosen.heading(*moment), ..drawing.panel(network) };
        let units = drawing.discs(network).into_iter().map(|disc| (disc.at, Whose::Trial(chosen.trial.key())));
        panel.layers.push(of_points(style(0), units.collect()));
        panel
    };
    let panels: Vec<Panel> = networks.iter().map(panel).collect();
    // Numbers need the whole width.
    let (panels, columns) = if drawing.is_written() { (panels, 1) } else { arranged(panels) };
    let mut notes = drawing.notes(chart, &networks);
    notes.extend(chosen.notes.iter().cloned());
    let problem = words::problem(chosen.configuration.problem());
    Ok(Picture {
        title: chart.title_or(|| match chosen.moments[..] {
            [Moment::Final] => format!("{problem}: the trained network"),
            _ => format!("{problem}: the network{}", chosen.when()),
        }),
        x: drawing.graph.x(),
        x_label: String::new(),
        panels,
        columns,
        color_bar: None,
        legend: Vec::new(),
        notes,
    })
}

/// The example of this number in the split of a chart.
fn find<'a>(chart: &Chart, examples: &'a [Example], number: u64) -> Result<&'a Example, String> {
    let split = chart.options.split;
    let mut own = examples.iter().filter(|example| example.split == split);
    let count = own.clone().count();
    let found = usize::try_from(number).ok().and_then(|number| own.nth(number));
    found.ok_or_else(|| format!("there is no example {number} among the {count} {} examples, from 0", split.words()))
}

/// What the pictures of all moments have in common.
struct Drawing<'a> {
    graph: Graph<'a>,
    /// The largest size of a weight.
    largest: f64,
    example: Option<&'a Example>,
    examples: &'a [Example],
}

impl Drawing<'_> {
    fn panel(&self, network: &Network) -> Panel {
        let (mut weights, mut units) = (Vec::new(), Vec::new());
        if self.is_written() {
            for (at, layer) in network.layers.iter().enumerate() {
                self.write_weights(at, layer, &mut weights);
            }
            self.write_units(network, &mut units);
        }
        let (strokes, discs) = (Layer::Strokes(self.strokes(network)), Layer::Discs(self.discs(network)));
        let panel = self.graph.panel(vec![strokes, Layer::Labels(weights), discs, Layer::Labels(units)]);
        let height = if self.is_written() { SPACING * self.graph.most() as f64 } else { panel.height };
        Panel { height, ..panel }
    }

    /// Whether there is room for numbers.
    fn is_written(&self) -> bool {
        self.graph.most() <= MOST_WRITTEN
    }

    /// The weights, large ones over small ones.
    fn strokes(&self, network: &Network) -> Vec<Stroke> {
        let mut all: Vec<(f64, Stroke)> = Vec::new();
        for (at, layer) in network.layers.iter().enumerate() {
            for (place, weight) in layer.weights.iter().enumerate() {
                let (unit, from) = (place / layer.inputs, place % layer.inputs);
                let share = if *weight == 0.0 { 0.0 } else { weight.abs() / self.largest };
                // Of two numbers without bounds, neither is the larger.
                let share = if share.is_nan() { 1.0 } else { share };
                let (color, dash) = SIGNS[usize::from(*weight >= 0.0)];
                let ends = [self.graph.place(at, from), self.graph.place(at + 1, unit)];
                let width = WIDTHS.0 + (WIDTHS.1 - WIDTHS.0) * share;
                all.push((share, Stroke { ends, color, width, dash }));
            }
        }
        all.sort_by(|one, other| one.0.total_cmp(&other.0));
        all.into_iter().map(|(_, stroke)| stroke).collect()
    }

    fn discs(&self, network: &Network) -> Vec<Disc> {
        let size = if self.is_written() { WIDE } else { self.graph.disc() };
        let units = network.widths().into_iter().enumerate();
        let units = units.flat_map(|(layer, width)| (0..width).map(move |unit| (layer, unit)));
        units.map(|(layer, unit)| Disc { at: self.graph.place(layer, unit), size, color: Tint::Paper }).collect()
    }

    /// The numbers of the weights of a layer, each beside its line, where they have room: those of the smaller of two layers
    /// stand one after another along the lines.
    fn write_weights(&self, at: usize, layer: &Dense, labels: &mut Vec<Label>) {
        let (inputs, units) = (layer.inputs, layer.units());
        let fewer = inputs.min(units);
        if fewer > MOST_BESIDE {
            return;
        }
        for (place, weight) in layer.weights.iter().enumerate() {
            let (unit, from) = (place / inputs, place % inputs);
            let turn = if inputs <= units { from } else { unit };
            let along = if fewer == 1 { 0.5 } else { ALONG.0 + (ALONG.1 - ALONG.0) * turn as f64 / (fewer - 1) as f64 };
            let (start, end) = (self.graph.place(at, from), self.graph.place(at + 1, unit));
            let between = |low: f64, high: f64| low + along * (high - low);
            let place = (between(start.0, end.0), between(start.1, end.1));
            labels.push(Label { on_paper: true, ..label(written(*weight), place) });
        }
    }

    /// Names of inputs and outputs, and in the discs biases, or values for the example, with biases below.
    fn write_units(&self, network: &Network, labels: &mut Vec<Label>) {
        let last = network.layers.len();
        let above = |name: String, at| Label { shift: (0.0, -BESIDE), on_paper: true, ..label(name, at) };
        for input in 0..network.inputs() {
            let at = self.graph.place(0, input);
            let name = format!("x{}", subscript(&input.to_string()));
            match self.example {
                Some(example) => labels.extend([label(written(example.features[input]), at), above(name, at)]),
                None => labels.push(label(name, at)),
            }
        }
        let values = self.example.map(|example| answered(network, example));
        for (layer, dense) in network.layers.iter().enumerate() {
            for unit in 0..dense.units() {
                let at = self.graph.place(layer + 1, unit);
                let bias = dense.biases.get(unit).map(|bias| written(*bias));
                match &values {
                    Some(values) => {
                        labels.push(label(written(values[layer][unit]), at));
                        labels.extend(bias.map(|bias| Label {
                            shift: (0.0, BESIDE),
                            on_paper: true,
                            ..label(format!("b {bias}"), at)
                        }));
                    }
                    None => labels.extend(bias.map(|bias| label(bias, at))),
                }
                if layer + 1 == last {
                    labels.push(above(self.output_name(network, unit), at));
                }
            }
        }
    }

    fn output_name(&self, network: &Network, unit: usize) -> String {
        let class = match network.answer {
            Answer::Values => return "prediction".to_owned(),
            Answer::Logit => 1,
            Answer::Scores => unit,
        };
        let own = self.examples.iter().find(|example| example.targets[0] == class as f64);
        own.and_then(|example| example.class.clone())
            .filter(|name| name.parse::<f64>().is_err())
            .map_or_else(|| format!("class {class}"), |name| words::value_text(&name))
    }

    fn notes(&self, chart: &Chart, networks: &[(Moment, Network)]) -> Vec<Entry> {
        let sign = |sign: usize, text: &str| {
            let (color, dash) = SIGNS[sign];
            Entry { symbol: Symbol::Stroke(color, dash), text: text.to_owned() }
        };
        let mut notes = vec![sign(1, "weight above 0"), sign(0, "weight below 0")];
        notes.push(remark(format!("widths: sizes of weights, the largest {}", value_label(self.largest))));
        match self.example {
            _ if !self.is_written() => {
                notes.push(remark(format!("numbers are written where layers have up to {MOST_WRITTEN} units")));
            }
            Some(example) => {
                let is_of_classes = networks.iter().any(|(_, network)| network.answer != Answer::Values);
                let target = match &example.class {
                    Some(class) => format!("class {class}"),
                    None => {
                        let targets: Vec<String> = example.targets.iter().map(|target| written(*target)).collect();
                        format!("target {}", targets.join(", "))
                    }
                };
                let (split, number) = (chart.options.split.words(), chart.options.example.unwrap_or(0));
                notes.push(remark(format!(
                    "in discs: values of units for {split} example {number} ({target}); b: biases"
                )));
                notes.extend(is_of_classes.then(|| remark("outputs: probabilities")));
            }
            None => notes.push(remark("in discs: biases")),
        }
        notes
    }
}

/// The values of a network's units for an example, with probabilities for classes.
fn answered(network: &Network, example: &Example) -> Vec<Vec<f64>> {
    let mut values = network.values(&example.features);
    if let Some(outputs) = values.last_mut() {
        match network.answer {
            Answer::Values => {}
            Answer::Logit => outputs.iter_mut().for_each(|z| *z = sigmoid(*z)),
            Answer::Scores => {
                let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                outputs.iter_mut().for_each(|z| *z = libm::exp(*z - largest));
                let sum: f64 = outputs.iter().sum();
                outputs.iter_mut().for_each(|share| *share /= sum);
            }
        }
    }
    values
}

fn label(text: String, at: (f64, f64)) -> Label {
    Label { text, at, shift: (0.0, 0.0), on_paper: false }
}

/// A number in three digits or so, which has room in a disc.
fn written(number: f64) -> String {
    if number.is_finite() && number.abs() >= 1e5 {
        return format!("{number:.0e}").replace('-', "\u{2212}");
    }
    let digits = match number.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{number:.digits$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero { text.replace('-', "") } else { text.replace('-', "\u{2212}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_room() {
        assert_eq!([1e5, -2e300].map(written), ["1e5", "−2e300"]);
        assert_eq!(
            [0.0, -0.001, -1.234, 9.996, 12.34, -123.4].map(written),
            ["0.00", "0.00", "−1.23", "10.0", "12.3", "−123"]
        );
    }
}
