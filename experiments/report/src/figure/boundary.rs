//! What a network answers to every pair of features: probabilities, classes or numbers, under the examples.

use super::axis::{Axis, Scale};
use super::cells::{Cells, Fill};
use super::chosen::Chosen;
use super::colors::viridis;
use super::comparison::remark;
use super::contour::{self, Levels};
use super::kept::{Answer, Example, Network, sigmoid};
use super::labels::subscript;
use super::panels::{arranged, columns_of};
use super::picture::{ColorBar, Disc, Entry, Layer, Panel, Picture, Symbol};
use super::series::axis_in;
use super::style::{Style, Tint, style};
use super::whose::{Whose, of_points};
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Key, Moment, Surface};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "boundary",
    summary: "what the network of a trial answers to every pair of two features, under its examples: class probabilities and the \
              decision boundary, or predicted numbers, from weights that were kept and data.csv",
    metrics: || vec!["answer"],
    keys: &["trials", "at", "split", "panel", "row", "select", "select_by", "x_range", "y_range"],
    required: 0,
    input: Input::Networks,
    table: None,
    compose,
    times: Some(|chart, data| Chosen::of(chart, data)?.steps(chart)),
};

/// Cells along an axis.
const CELLS: usize = 100;

/// The most classes: more have no colour of their own.
pub const MOST_CLASSES: usize = 7;

/// How much of a class's colour there is where it is certain, of 255, and in how many steps it gets there.
const CERTAIN: f64 = 120.0;
const SHADES: f64 = 24.0;

/// Colours of the bar.
const STRIPES: usize = 95;

/// The most examples that are drawn.
const MOST_EXAMPLES: usize = 800;

/// How large an example is that has the colour of its number, and in a small panel.
const DOT: f64 = 7.0;
const SMALL_DOT: f64 = 5.0;

/// Heights of panels by the number of columns.
const HEIGHTS: [f64; 3] = [360.0, 250.0, 180.0];

/// What the pictures of all moments have in common.
struct Scene<'a> {
    shown: Vec<&'a Example>,
    answer: Answer,
    x: Axis,
    y: Axis,
    /// Of numbers, those that colours stand for.
    values: Axis,
    /// Whether panels are small.
    is_small: bool,
    /// The names of the classes.
    classes: Vec<String>,
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let chosen = Chosen::of(chart, data)?;
    let examples = chosen.examples(chart)?;
    let networks = chosen.moments.iter().map(|moment| Ok((*moment, chosen.network(chart, *moment)?)));
    let networks: Vec<(Moment, Network)> = networks.collect::<Result<_, FigureError>>()?;
    let answer = networks.first().map_or(Answer::Values, |(_, network)| network.answer);
    let scene = Scene { is_small: networks.len() > 1, ..Scene::of(chart, &examples, answer)? };
    let height = HEIGHTS[columns_of(networks.len()).saturating_sub(1)];
    let panels: Vec<Panel> = networks
        .iter()
        .map(|(moment, network)| Panel {
            heading: chosen.heading(*moment),
            height,
            ..scene.panel(network, chosen.trial.key())
        })
        .collect();
    let (panels, columns) = arranged(panels);
    let mut notes = scene.notes(chart, examples.len());
    notes.extend(chosen.notes.iter().cloned());
    let what = if answer == Answer::Values { "prediction" } else { "decision boundary" };
    let problem = words::problem(chosen.configuration.problem());
    Ok(Picture {
        title: chart.title_or(|| format!("{problem}: {what}{}", chosen.when())),
        x_label: format!("feature x{}", subscript("0")),
        panels,
        columns,
        color_bar: scene.color_bar(),
        legend: scene.legend(),
        notes,
        x: scene.x,
    })
}

impl<'a> Scene<'a> {
    fn of(chart: &Chart, examples: &'a [Example], answer: Answer) -> Result<Self, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
        if let Some(other) = examples.iter().find(|example| example.features.len() != 2) {
            let count = other.features.len();
            return Err(nothing(format!("examples have {count} features, and a plane has two")));
        }
        let mut classes: Vec<(f64, String)> = Vec::new();
        for example in examples.iter().filter(|_| answer != Answer::Values) {
            let class = example.targets[0];
            if !classes.iter().any(|(known, _)| *known == class) {
                classes.push((class, class_name(example)));
            }
        }
        classes.sort_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((class, _)) = classes.last().filter(|(class, _)| *class >= MOST_CLASSES as f64) {
            let found = *class as usize + 1;
            return Err(nothing(format!("{found} classes are more than the {MOST_CLASSES} that have a colour each")));
        }
        let own: Vec<&Example> = examples.iter().filter(|example| example.split == chart.options.split).collect();
        if own.is_empty() {
            return Err(nothing(format!("there are no {} examples", chart.options.split.words())));
        }
        let axis = |feature: usize, name, range: Option<(f64, f64)>| match range {
            Some(range) => axis_in(name, Scale::Linear, range),
            None => Axis::around(Scale::Linear, own.iter().map(|example| example.features[feature]))
                .ok_or_else(|| nothing("no feature is a number".to_owned())),
        };
        let (x, y) = (axis(0, "x", chart.options.x_range)?, axis(1, "y", chart.options.y_range)?);
        let targets = own.iter().map(|example| example.targets[0]);
        let values = chart.options.colors.clone().or_else(|| Axis::around(Scale::Linear, targets));
        let values = values.ok_or_else(|| nothing("no target is a number".to_owned()))?;
        let every = own.len().div_ceil(MOST_EXAMPLES);
        let shown = own.into_iter().step_by(every).collect();
        Ok(Self {
            shown,
            answer,
            x,
            y,
            values,
            is_small: false,
            classes: classes.into_iter().map(|(_, name)| name).collect(),
        })
    }

    /// What a network answers, and the examples.
    fn panel(&self, network: &Network, trial: Key) -> Panel {
        let places =
            |axis: &Axis| -> Vec<f64> { (0..=CELLS).map(|at| axis.value_at(at as f64 / CELLS as f64)).collect() };
        let (x, y) = (places(&self.x), places(&self.y));
        let answers: Vec<Vec<f64>> = x.iter().flat_map(|&a| y.iter().map(move |&b| network.outputs(&[a, b]))).collect();
        let surface = |of: &dyn Fn(&[f64]) -> f64| {
            let values = answers.iter().map(|answer| of(answer)).collect();
            Surface { x0: x.clone(), x1: y.clone(), values }
        };
        let cell = |column: usize, row: usize| {
            let corners = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| (column + i) * y.len() + row + j);
            let mean = |output: usize| corners.iter().map(|corner| answers[*corner][output]).sum::<f64>() / 4.0;
            self.fill(&(0..answers[corners[0]].len()).map(mean).collect::<Vec<_>>())
        };
        let fills = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (column, row)));
        let fills = fills.map(|(column, row)| cell(column, row)).collect();
        let mut layers = vec![Layer::Cells(Cells { x: x.clone(), y: y.clone(), fills })];
        match self.answer {
            Answer::Values => {
                let surface = surface(&|answer| answer[0]);
                let levels = Levels::of(&surface).map_or_else(Vec::new, |levels| {
                    levels.heights.iter().flat_map(|height| contour::lines(&surface, levels.base + height)).collect()
                });
                layers.push(Layer::Levels(levels));
                let dot = |example: &&Example| Disc {
                    at: (example.features[0], example.features[1]),
                    size: if self.is_small { SMALL_DOT } else { DOT },
                    color: Tint::Value(self.shade(example.targets[0])),
                };
                layers.push(Layer::Discs(self.shown.iter().map(dot).collect()));
            }
            Answer::Logit => {
                layers.extend(contour::lines(&surface(&|answer| answer[0]), 0.0).into_iter().map(Layer::Guide))
            }
            Answer::Scores => {
                let count = answers[0].len();
                let margin = |class: usize| {
                    surface(&|answer: &[f64]| {
                        let others = answer.iter().enumerate().filter(|(other, _)| *other != class);
                        answer[class] - others.map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max)
                    })
                };
                // Every border has two sides, and that of the last class is one of another's.
                let borders = (0..count.saturating_sub(1)).flat_map(|class| contour::lines(&margin(class), 0.0));
                layers.extend(borders.map(Layer::Guide));
            }
        }
        if self.answer != Answer::Values {
            for class in 0..self.classes.len() {
                let own = self.shown.iter().filter(|example| class_of(example) == class);
                let points = own.map(|example| (example.features[0], example.features[1])).collect();
                layers.push(if self.is_small {
                    Layer::Points(look(class), points)
                } else {
                    Layer::Markers(look(class), points)
                });
            }
        }
        let own = self.shown.iter().map(|example| ((example.features[0], example.features[1]), Whose::Trial(trial)));
        layers.push(of_points(look(0), own.collect()));
        Panel {
            heading: String::new(),
            height: 0.0,
            y: self.y.clone(),
            y_label: format!("feature x{}", subscript("1")),
            layers,
            symbols: Vec::new(),
        }
    }

    fn fill(&self, answer: &[f64]) -> Fill {
        match self.answer {
            Answer::Values => Fill::Color(self.shade(answer[0])),
            Answer::Logit => probability(sigmoid(answer[0])),
            Answer::Scores => {
                let best = (0..answer.len()).fold(0, |best, at| if answer[at] > answer[best] { at } else { best });
                Fill::Wash(best as u8, (CERTAIN * 0.75) as u8)
            }
        }
    }

    fn shade(&self, value: f64) -> super::Rgb {
        viridis(self.values.place(value))
    }

    fn color_bar(&self) -> Option<ColorBar> {
        let stripes = || (0..STRIPES).map(|stripe| (stripe as f64 + 0.5) / STRIPES as f64);
        match self.answer {
            Answer::Values => Some(ColorBar {
                label: "prediction and target".to_owned(),
                axis: self.values.clone(),
                colors: stripes().map(|share| Tint::Value(viridis(share))).collect(),
            }),
            Answer::Logit => Some(ColorBar {
                label: match self.classes.get(1) {
                    Some(class) => format!("probability of {class}"),
                    None => "probability of the second class".to_owned(),
                },
                axis: Axis::new(Scale::Linear, 0.0, 1.0),
                colors: stripes().map(|share| probability(share).color()).collect(),
            }),
            Answer::Scores => None,
        }
    }

    fn legend(&self) -> Vec<Entry> {
        let entry = |(class, name): (usize, &String)| Entry { symbol: Symbol::Marker(look(class)), text: name.clone() };
        self.classes.iter().enumerate().map(entry).collect()
    }

    fn notes(&self, chart: &Chart, all: usize) -> Vec<Entry> {
        let mut notes = Vec::new();
        match self.answer {
            Answer::Values => {}
            Answer::Logit => notes.push(Entry { symbol: Symbol::Guide, text: "probability ½".to_owned() }),
            Answer::Scores => notes.push(Entry { symbol: Symbol::Guide, text: "border between classes".to_owned() }),
        }
        let what = chart.options.split.words();
        let count = self.shown.len();
        notes.push(remark(if count < all {
            format!("{count} {what} examples, of {all} in all")
        } else {
            format!("{count} {what} examples")
        }));
        notes
    }
}

/// The colour of a probability of the second of two classes.
fn probability(share: f64) -> Fill {
    let certainty = (2.0 * share - 1.0).abs();
    let depth = (certainty * SHADES).round() / SHADES * CERTAIN;
    Fill::Wash(u8::from(share > 0.5), depth as u8)
}

fn class_of(example: &Example) -> usize {
    example.targets[0] as usize
}

/// A class in words.
fn class_name(example: &Example) -> String {
    match &example.class {
        Some(name) if name.parse::<f64>().is_err() => words::value_text(name),
        Some(name) => format!("class {name}"),
        None => format!("class {}", class_of(example)),
    }
}

/// The colour and the shape of a class.
fn look(class: usize) -> Style {
    Style { color: Tint::Hue(class as u8), ..style(class) }
}
