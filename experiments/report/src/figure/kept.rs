//! Networks whose weights were kept, and the examples that they learned: what figures of single trials are drawn from.

use std::fmt;

use super::choice;
use super::comparison::remark;
use super::labels;
use super::picture::{Entry, Layer, Panel};
use super::words;
use super::{Chart, Data, FigureError};
use thalweg_record::record::{Key, Trial};
use thalweg_record::stats::{Configuration, Metric, choose_best_of};

/// When the weights of a trial were kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Before the first step.
    Initial,
    /// After this many steps.
    Step(u64),
    /// After the last step.
    Final,
}

impl Moment {
    /// As a heading.
    fn heading(self) -> String {
        match self {
            Self::Initial | Self::Step(0) => "before training".to_owned(),
            Self::Step(1) => "after 1 step".to_owned(),
            Self::Step(step) => format!("after {step} steps"),
            Self::Final => "after training".to_owned(),
        }
    }

    /// As an error names it.
    fn name(self) -> String {
        match self {
            Self::Initial => "initial".to_owned(),
            Self::Step(step) => step.to_string(),
            Self::Final => "final".to_owned(),
        }
    }
}

/// Whose weights a figure shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The last that were kept.
    #[default]
    Last,
    /// Those of these moments, a panel each.
    These(Vec<Moment>),
    /// All that were kept, or some of them, evenly spaced.
    All,
}

/// A part of the examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// What networks learn from.
    #[default]
    Train,
    /// What choices may be based on.
    Validation,
    /// What is left for the end.
    Test,
}

impl Split {
    /// All of them, by the names that tables have.
    pub const NAMES: [(&'static str, Self); 3] =
        [("train", Self::Train), ("validation", Self::Validation), ("test", Self::Test)];

    /// As words have it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// What the numbers that a network ends with mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The numbers that are to be predicted.
    Values,
    /// z, where σ(z) is the probability of the second of two classes.
    Logit,
    /// A number for each class, of which the largest says which one.
    Scores,
}

/// A dense layer: s · W x + b.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// Units of the layer before.
    pub inputs: usize,
    /// W, row by row: a row for each unit.
    pub weights: Vec<f64>,
    /// b; empty if units have none.
    pub biases: Vec<f64>,
    /// s.
    pub scale: f64,
}

impl Dense {
    /// How many units it has.
    pub fn units(&self) -> usize {
        self.weights.len() / self.inputs.max(1)
    }

    fn apply(&self, x: &[f64]) -> Vec<f64> {
        let unit = |(unit, row): (usize, &[f64])| {
            let product: f64 = row.iter().zip(x).map(|(weight, x)| weight * x).sum();
            self.scale * product + self.biases.get(unit).copied().unwrap_or(0.0)
        };
        self.weights.chunks_exact(self.inputs.max(1)).enumerate().map(unit).collect()
    }
}

/// A function of hidden units, in place.
pub type Function = Box<dyn Fn(&mut [f64]) + Send + Sync>;

/// A network with its weights.
pub struct Network {
    /// Its layers, at least one.
    pub layers: Vec<Dense>,
    /// What is applied after every layer but the last.
    pub activation: Function,
    /// What its outputs mean.
    pub answer: Answer,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("layers", &self.layers).field("answer", &self.answer).finish_non_exhaustive()
    }
}

impl Network {
    /// The values of the units of each layer after the inputs, in f64: those of the last one are what the loss takes.
    pub fn values(&self, inputs: &[f64]) -> Vec<Vec<f64>> {
        let mut values: Vec<Vec<f64>> = Vec::with_capacity(self.layers.len());
        for (at, layer) in self.layers.iter().enumerate() {
            let mut own = layer.apply(values.last().map_or(inputs, Vec::as_slice));
            if at + 1 < self.layers.len() {
                (self.activation)(&mut own);
            }
            values.push(own);
        }
        values
    }

    /// The values of the last layer.
    pub fn outputs(&self, inputs: &[f64]) -> Vec<f64> {
        self.values(inputs).pop().unwrap_or_default()
    }

    /// Features of an example.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.inputs)
    }

    /// Units of each layer, inputs first.
    pub fn widths(&self) -> Vec<usize> {
        std::iter::once(self.inputs()).chain(self.layers.iter().map(Dense::units)).collect()
    }
}

/// The logistic function σ(z).
pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

/// An example, as networks see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its split.
    pub split: Split,
    /// Its features.
    pub features: Vec<f64>,
    /// What is to be predicted: numbers, or that of the class.
    pub targets: Vec<f64>,
    /// The name of the class, if there are classes.
    pub class: Option<String>,
}

/// What a folder of results keeps of networks.
///
/// What is wrong is said in words that go on "no figure of this kind:".
pub trait Kept: fmt::Debug {
    /// When the weights of a trial were kept, ascending.
    ///
    /// # Errors
    /// If that cannot be found out.
    fn moments(&self, trial: Key) -> Result<Vec<Moment>, String>;

    /// The network of a trial of a configuration at one of these moments.
    ///
    /// # Errors
    /// If its file cannot be read, or is none.
    fn network(&self, configuration: &Configuration<'_>, trial: Key, moment: Moment) -> Result<Network, String>;

    /// The examples of a trial of a configuration, split by split.
    ///
    /// # Errors
    /// If they were not recorded, or cannot be read.
    fn examples(&self, configuration: &Configuration<'_>, trial: Trial<'_>) -> Result<Vec<Example>, String>;
}

/// The trial that a figure shows, and the moments.
pub(super) struct Chosen<'a> {
    pub kept: &'a dyn Kept,
    pub configuration: Configuration<'a>,
    pub trial: Trial<'a>,
    pub moments: Vec<Moment>,
    /// Which trial it is, and why.
    pub notes: Vec<Entry>,
}

/// The most moments that are shown where all are asked for, and where they are listed.
const MOST_MOMENTS: usize = 8;
const MOST_LISTED: usize = 24;

impl<'a> Chosen<'a> {
    /// The trial that a chart names; or of the best of its configurations the median one, among those whose weights were kept.
    pub fn of(chart: &Chart, data: &Data<'a>) -> Result<Self, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        let kept = data.kept.ok_or_else(|| nothing("there are no weights".to_owned()))?;
        let (configuration, trial, why) = match chart.options.trial.as_deref() {
            Some(key) => named(data, key).map_err(nothing)?,
            None => best(chart, data, kept).map_err(nothing)?,
        };
        let there = kept.moments(trial.key()).map_err(nothing)?;
        if there.is_empty() {
            let key = trial.key();
            return Err(nothing(format!(
                "weights/ has none of the trial {key}: record.weights_of says whose are kept"
            )));
        }
        let moments = moments(&chart.options.at, &there, trial.steps()).map_err(nothing)?;
        if moments.len() > MOST_LISTED {
            let (found, most) = (moments.len(), MOST_LISTED);
            return Err(FigureError::TooManyPanels { kind: chart.kind.name, found, most });
        }
        let names = labels::telling(chart, data.configurations, &configuration, &[]);
        let label = labels::label(&configuration, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let seed = trial.init_seed();
        let mut notes = labels::note(chart);
        notes.push(remark(format!("{}, seed {seed}", words::capital(&label))));
        notes.extend(why.map(remark));
        Ok(Self { kept, configuration, trial, moments, notes })
    }

    /// Its network at a moment.
    pub fn network(&self, chart: &Chart, moment: Moment) -> Result<Network, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        self.kept.network(&self.configuration, self.trial.key(), moment).map_err(nothing)
    }

    /// Its examples.
    pub fn examples(&self, chart: &Chart) -> Result<Vec<Example>, FigureError> {
        let nothing = |reason: String| FigureError::NoData { kind: chart.kind.name, reason };
        self.kept.examples(&self.configuration, self.trial).map_err(nothing)
    }

    /// The heading of a panel at a moment: none where there is one.
    pub fn heading(&self, moment: Moment) -> String {
        if self.moments.len() == 1 { String::new() } else { moment.heading() }
    }

    /// The moment in the words of a title, where there is one.
    pub fn when(&self) -> String {
        match self.moments[..] {
            [Moment::Final] | [] => String::new(),
            [only] => format!(" {}", only.heading()),
            _ => " over training".to_owned(),
        }
    }
}

type Found<'a> = (Configuration<'a>, Trial<'a>, Option<String>);

/// The trial whose key begins so.
fn named<'a>(data: &Data<'a>, key: &str) -> Result<Found<'a>, String> {
    let runs = data.configurations.iter().flat_map(|one| one.runs().map(move |trial| (*one, trial)));
    let mut found = runs.filter(|(_, trial)| trial.key().to_string().starts_with(key));
    match (found.next(), found.next()) {
        (Some((configuration, trial)), None) => Ok((configuration, trial, None)),
        (Some(_), Some(_)) => Err(format!("several trials have a key that begins with {key}")),
        (None, _) => Err(format!("no trial has the key {key}: the column `key` of runs.csv has them")),
    }
}

/// The median trial of the best configuration, and how it was chosen.
fn best<'a>(chart: &Chart, data: &Data<'a>, kept: &dyn Kept) -> Result<Found<'a>, String> {
    let mut there = Vec::new();
    for one in data.configurations.iter().filter(|one| chart.options.selects(one)) {
        let mut runs = Vec::new();
        for trial in one.runs() {
            if !kept.moments(trial.key())?.is_empty() {
                runs.push(trial);
            }
        }
        if !runs.is_empty() {
            there.push((*one, runs));
        }
    }
    let all: Vec<Configuration<'a>> = there.iter().map(|(one, _)| *one).collect();
    let metric = match all.first() {
        Some(first) if first.has(Metric::FinalValidationLoss) => Metric::FinalValidationLoss,
        _ => Metric::FinalTrainLoss,
    };
    let by = choice::by(chart, metric, &all);
    let best = choose_best_of(&all, by, |_, _| true).into_iter().next();
    let best = best.and_then(|best| there.iter().find(|(one, _)| one.text() == best.text()));
    let Some((configuration, runs)) = best else {
        return Err("weights/ has none of the trials that are selected".to_owned());
    };
    let mut ranked: Vec<(f64, Trial<'a>)> =
        runs.iter().map(|trial| (by.outcome(*trial).unwrap_or(f64::INFINITY), *trial)).collect();
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
    let middle = ranked[(ranked.len() - 1) / 2].1;
    let setting = if all.len() > 1 { "the best setting" } else { "" };
    let median = if ranked.len() > 1 { format!("the median of {} trials", ranked.len()) } else { String::new() };
    let what: Vec<&str> = [setting, &median].into_iter().filter(|part| !part.is_empty()).collect();
    let why = (!what.is_empty()).then(|| format!("{} by the {}", what.join(", "), by.label()));
    Ok((*configuration, middle, why))
}

/// The moments that are asked for, of those that are there: at least one.
fn moments(at: &At, there: &[Moment], steps: u64) -> Result<Vec<Moment>, String> {
    // The first step and the last one have two names.
    let alike = |moment: Moment| match moment {
        Moment::Initial => Some(Moment::Step(0)),
        Moment::Step(0) => Some(Moment::Initial),
        Moment::Step(step) if step == steps => Some(Moment::Final),
        Moment::Step(_) => None,
        Moment::Final => Some(Moment::Step(steps)),
    };
    let find = |wanted: &Moment| {
        let found = [Some(*wanted), alike(*wanted)].into_iter().flatten().find(|moment| there.contains(moment));
        found.ok_or_else(|| {
            let names: Vec<String> = there.iter().map(|moment| moment.name()).collect();
            let wanted = wanted.name();
            format!("`{wanted}` is not among the moments whose weights were kept: {}", names.join(", "))
        })
    };
    match at {
        At::Last => Ok(there.last().copied().into_iter().collect()),
        At::These(wanted) => wanted.iter().map(find).collect(),
        At::All => {
            let is_twice = |moment: &Moment| alike(*moment).is_some_and(|other| there.contains(&other));
            let each: Vec<Moment> = there
                .iter()
                .copied()
                .filter(|moment| !(matches!(moment, Moment::Step(_)) && is_twice(moment)))
                .collect();
            let last = each.len().saturating_sub(1);
            let kept = each.len().min(MOST_MOMENTS);
            Ok((0..kept).map(|at| each[at * last / (kept - 1).max(1)]).collect())
        }
    }
}

/// Panels that are read like lines of text, in columns as [`super::Picture`] has them; and how many columns there are.
pub(super) fn arranged(panels: Vec<Panel>) -> (Vec<Panel>, usize) {
    let count = panels.len();
    let divides = |columns: &usize| count.is_multiple_of(*columns);
    let columns = if count <= 3 { count } else { [4, 3, 5].into_iter().find(divides).unwrap_or(4) };
    let rows = count.div_ceil(columns.max(1));
    let blank =
        |panel: &Panel| Panel { heading: String::new(), layers: vec![Layer::Remark(String::new())], ..panel.clone() };
    let place = |at: usize| (at % rows) * columns + at / rows;
    let own = |at: usize| panels.get(place(at)).cloned().or_else(|| panels.first().map(blank));
    ((0..rows * columns).filter_map(own).collect(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_two_names_at_the_ends() {
        let there = [Moment::Initial, Moment::Step(0), Moment::Step(10), Moment::Step(20), Moment::Final];
        let all = moments(&At::All, &there, 20).unwrap();
        assert_eq!(all, [Moment::Initial, Moment::Step(10), Moment::Final]);
        let few = [Moment::Initial, Moment::Step(20)];
        let wanted = At::These(vec![Moment::Step(0), Moment::Final]);
        assert_eq!(moments(&wanted, &few, 20).unwrap(), few);
        assert_eq!(moments(&At::Last, &few, 20).unwrap(), [Moment::Step(20)]);
        let lacking = moments(&At::These(vec![Moment::Step(7)]), &few, 20).unwrap_err();
        assert_eq!(lacking, "`7` is not among the moments whose weights were kept: initial, 20");
    }

    #[test]
    fn a_network_is_layer_after_layer() {
        let layers = vec![
            Dense { inputs: 2, weights: vec![1.0, -1.0, 0.5, 2.0], biases: vec![0.0, -3.0], scale: 2.0 },
            Dense { inputs: 2, weights: vec![1.0, 10.0], biases: Vec::new(), scale: 1.0 },
        ];
        let relu: Function = Box::new(|z| z.iter_mut().for_each(|z| *z = z.max(0.0)));
        let network = Network { layers, activation: relu, answer: Answer::Logit };
        assert_eq!(network.values(&[3.0, 1.0]), [vec![4.0, 4.0], vec![44.0]]);
        assert_eq!(network.widths(), [2, 2, 1]);
    }
}
