//! `thalweg list`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use thalweg_kernels::landscape::{Dimensions, Facts, Optimum};
use thalweg_kernels::optimizer::{Domain, Hyperparameter, Optimizer};
use thalweg_kernels::{activation, landscape, loss, optimizer};

use super::CliError;
use crate::data::{self, GENERATORS, SHIPPED};
use crate::figure;
use crate::network::{INITIALIZERS, PARAMETERISATIONS};
use crate::spec::{FIGURE_KEYS, KINDS, RECORD, SHARED, Tier, shipped};
use crate::study;
use crate::train::{COLUMNS, COURSES, CourseFacts, OPTIONS};

/// Show what specs can name, with parameters and defaults.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg list
  thalweg list optimizers losses")]
pub(super) struct List {
    /// Only these [default: everything].
    #[arg(value_enum)]
    what: Vec<What>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Specs,
    Problems,
    Landscapes,
    Data,
    Optimizers,
    Schedules,
    Activations,
    Losses,
    Initializers,
    Parameterisations,
    Record,
    Columns,
    Figures,
}

impl List {
    pub fn run(self) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        let what = if self.what.is_empty() { What::value_variants() } else { &self.what };
        for (index, what) in what.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            what.show(&mut out)?;
        }
        Ok(())
    }
}

impl What {
    fn show(self, out: &mut impl Write) -> Result<(), CliError> {
        match self {
            Self::Specs => {
                let read = |shipped: &shipped::Shipped| study::read_shipped(shipped.name, &[]);
                let specs = shipped::ALL.iter().map(read).collect::<Result<Vec<_>, _>>()?;
                let (workloads, studies): (Vec<_>, Vec<_>) =
                    specs.iter().partition(|study| study.tier() == Tier::Workload);
                for (title, specs) in [("Studies", studies), ("Workloads", workloads)] {
                    table(out, title, specs.into_iter().map(|spec| (spec.name(), spec.title().to_owned())))?;
                }
            }
            Self::Problems => problems(out)?,
            Self::Landscapes => {
                table(out, "Landscapes", landscape::ALL.iter().map(|l| (l.facts.name, describe_landscape(&l.facts))))?;
            }
            Self::Data => {
                let rows = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
                let row = |data: &data::ShippedData| (data.name, format!("{} examples", rows(data.bytes)));
                table(out, "Shipped data", SHIPPED.iter().map(row))?;
            }
            Self::Optimizers => optimizers(out)?,
            Self::Schedules => {
                let title =
                    "Schedules (of an optimizer's learning rate: its factor in step i of the n after the warm-up)";
                table(out, title, COURSES.iter().map(|course| (course.name, describe_course(course))))?;
            }
            Self::Activations => {
                let text = |g: &activation::Activation| {
                    let parameter = describe_parameter(g.parameter);
                    format!("g(z) = {}; g'(z) = {}{parameter}; {}", g.formula, g.derivative, g.derivative_error)
                };
                table(out, "Activations", activation::ALL.iter().map(|g| (g.name, text(g))))?;
            }
            Self::Losses => {
                let text = |l: &loss::Loss| {
                    let parameter = describe_parameter(l.parameter);
                    format!("{}: L = {}; dL/dz = {}{parameter}", l.title, l.formula, l.derivative)
                };
                table(out, "Losses", loss::ALL.iter().map(|l| (l.name, text(l))))?;
            }
            Self::Initializers => {
                let rows = INITIALIZERS.iter().map(|(name, formula, _)| (*name, (*formula).to_owned()));
                let title = "Initial weights (biases start at zero, but for those of a file; init_scale: 1 by default; init_offset: what is added to the first layer's, an axis)";
                let file = "weights and biases of a safetensors file, as record.weights writes it";
                table(out, title, rows.chain([("{ file = … }", file.to_owned())]))?;
            }
            Self::Parameterisations => {
                let rows = PARAMETERISATIONS.iter().map(|(name, formula, _)| (*name, (*formula).to_owned()));
                table(out, "Parameterisations (gain: a factor on the products of hidden layers, 1 by default)", rows)?;
            }
            Self::Record => {
                table(out, "Record (keys of [record])", RECORD.map(|(key, text)| (key, text.to_owned())))?;
            }
            Self::Columns => {
                let rows = COLUMNS.iter().map(|column| (column.name, column.summary.to_owned()));
                table(out, "Columns (of runs.csv, in record.columns)", rows)?;
            }
            Self::Figures => {
                let text = |kind: &figure::Kind| {
                    format!("{}; metrics: {}; keys: {}", kind.summary, (kind.metrics)().join(", "), keys(kind))
                };
                table(out, "Figures", figure::KINDS.iter().map(|kind| (kind.name, text(kind))))?;
                let keys = FIGURE_KEYS.iter().map(|(key, meaning)| (*key, (*meaning).to_owned()));
                table(out, "Keys of figures", keys)?;
            }
        }
        Ok(())
    }
}

fn dimensions(dimensions: Dimensions) -> String {
    match dimensions {
        Dimensions::Exactly(count) => format!("coordinates: {count}"),
        Dimensions::AtLeast(count) => format!("coordinates: {count} or more"),
        Dimensions::Spectrum => "coordinates: as many as eigenvalues".to_owned(),
    }
}

fn describe_landscape(facts: &Facts) -> String {
    let interval = |(low, high): &(f64, f64)| format!("[{low}, {high}]");
    let domain = match facts.domain {
        [all] if facts.dimensions != Dimensions::Exactly(1) => format!("{}ⁿ", interval(all)),
        each => each.iter().map(interval).collect::<Vec<_>>().join(" × "),
    };
    // Where the number of coordinates is free, two of them show what there is to see.
    let (count, of) = match facts.dimensions {
        Dimensions::Exactly(count) => (count, ""),
        Dimensions::AtLeast(_) | Dimensions::Spectrum => (2, " for n = 2"),
    };
    let point = |x: &Vec<f64>| format!("({})", x.iter().map(|x| six_digits(*x)).collect::<Vec<_>>().join(", "));
    let optimum = match facts.optimum {
        Optimum::Minimum { value, at } => {
            let places: Vec<_> = at(count).iter().map(point).collect();
            format!("minimum {} at {}{of}", six_digits(value(count)), places.join(", "))
        }
        Optimum::Saddle { value, at } => {
            format!("no minimum, a saddle of {} at {}", six_digits(value), point(&at(count)))
        }
    };
    let dimensions = dimensions(facts.dimensions);
    format!("f(x) = {}; {dimensions}; domain {domain}; {optimum} ({})", facts.formula, facts.source)
}

/// A number to six digits after the point, without zeros at the end.
fn six_digits(x: f64) -> String {
    let text = format!("{x:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A title, and one line per name.
fn table<'a>(out: &mut impl Write, title: &str, rows: impl IntoIterator<Item = (&'a str, String)>) -> io::Result<()> {
    writeln!(out, "{title}:")?;
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().try_for_each(|(name, text)| writeln!(out, "  {name:width$}  {text}"))
}

/// The keys that a kind of figure takes; optional ones in brackets.
fn keys(kind: &figure::Kind) -> String {
    let (required, optional) = kind.keys.split_at(kind.required);
    let optional = ["title", "name"].iter().chain(optional).map(|key| format!("[{key}]"));
    required.iter().map(|key| (*key).to_owned()).chain(optional).collect::<Vec<_>>().join(" ")
}

fn problems(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Problems (what is an axis can take several values, as a hyperparameter can):")?;
    for generator in GENERATORS {
        let rows = generator.parameters.iter().map(|parameter| (parameter.name, parameter_text(parameter))).collect();
        entry(out, generator.name, generator.summary, rows)?;
    }
    let text = |keys: &[(&'static str, &str)]| keys.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
    for kind in KINDS {
        entry(out, kind.name, kind.summary, text(kind.keys))?;
    }
    entry(out, "each of them but a landscape", "how its examples are used", text(SHARED))
}

/// A name with what it is, and a line for each of its keys.
fn entry(out: &mut impl Write, name: &str, summary: &str, rows: Vec<(&str, String)>) -> io::Result<()> {
    writeln!(out, "  {name}: {summary}")?;
    let width = rows.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    rows.iter().try_for_each(|(key, text)| writeln!(out, "    {key:width$}  {text}"))
}

fn parameter_text(parameter: &data::Parameter) -> String {
    let domain = match parameter.domain {
        data::Domain::Count { low, high } => format!(", from {low} to {high}"),
        data::Domain::Number { low, high } => format!(", in {}, an axis", interval(low, high)),
        data::Domain::Choice(names) => format!(": {}", names.join(" or ")),
    };
    let default = match (parameter.default, &parameter.domain) {
        (None, _) => String::new(),
        (Some(index), data::Domain::Choice(names)) => format!(" [default: {}]", names[index as usize]),
        (Some(count), data::Domain::Count { .. }) => format!(" [default: {count}]"),
        (Some(number), data::Domain::Number { .. }) => format!(" [default: {number:?}]"),
    };
    format!("{}{domain}{default}", parameter.summary)
}

/// An interval of numbers: each end, and whether it is included.
fn interval(low: (f64, bool), high: (f64, bool)) -> String {
    let number = |x: f64| if x == f64::INFINITY { "∞".to_owned() } else { x.to_string() };
    let (open, close) = (if low.1 { '[' } else { '(' }, if high.1 { ']' } else { ')' });
    format!("{open}{}, {}{close}", number(low.0), number(high.0))
}

fn optimizers(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "Optimizers:")?;
    for optimizer in optimizer::ALL {
        writeln!(out, "  {}: {} ({})", optimizer.name, optimizer.formula, optimizer.paper)?;
        let width = optimizer.hyperparameters.iter().map(|hyperparameter| hyperparameter.name.len()).max().unwrap_or(0);
        for hyperparameter in optimizer.hyperparameters {
            writeln!(out, "    {:width$}  {}", hyperparameter.name, describe(hyperparameter))?;
        }
        if !optimizer.notes.is_empty() {
            let notes: Vec<String> =
                optimizer.notes.iter().map(|(name, value)| setting(optimizer, name, *value)).collect();
            writeln!(out, "    {:width$}  paper, the defaults, or notes: {}", "convention", notes.join(", "))?;
        }
    }
    writeln!(out, "  each of them: weight decay, clipping, and a schedule of the learning rate")?;
    let width = OPTIONS.iter().map(|option| option.name.len()).max().unwrap_or(0);
    for option in &OPTIONS {
        writeln!(out, "    {:width$}  {}", option.name, describe(option))?;
    }
    let decays = |optimizer: &&&Optimizer| optimizer.hyperparameters.iter().any(|own| own.name == "weight_decay");
    let decaying: Vec<&str> = optimizer::ALL.iter().filter(decays).map(|optimizer| optimizer.name).collect();
    writeln!(out, "    (with a weight decay of their own in the place of both: {})", decaying.join(", "))?;
    writeln!(out, "  each of them: learning rates of their own for the layers")?;
    writeln!(
        out,
        "    lr_scale  [s0, s1, …], factors of α, one per layer (its weights and biases), each an axis [default: none]"
    )
}

/// The formula of a schedule, and the keys that it takes.
fn describe_course(course: &CourseFacts) -> String {
    let key = |name: &&str| if course.needs.contains(name) { (*name).to_owned() } else { format!("[{name}]") };
    format!("{}; keys: {}", course.formula, course.reads.iter().map(key).collect::<Vec<_>>().join(" "))
}

/// A hyperparameter with a value, as specs write it.
fn setting(optimizer: &Optimizer, name: &str, value: f64) -> String {
    match optimizer.hyperparameters.iter().find(|hyperparameter| hyperparameter.name == name).map(|h| h.domain) {
        Some(Domain::Choice(names)) => format!("{name} = {}", names[value as usize]),
        _ => format!("{name} = {value:?}"),
    }
}

/// What the formula of a function has besides its argument.
fn describe_parameter(parameter: Option<&Hyperparameter>) -> String {
    parameter.map_or_else(String::new, |parameter| format!("; {}: {}", parameter.name, describe(parameter)))
}

fn describe(hyperparameter: &Hyperparameter) -> String {
    let Hyperparameter { name, symbol, summary, default, .. } = hyperparameter;
    let symbol = if symbol == name { String::new() } else { format!("{symbol}, ") };
    match hyperparameter.domain {
        Domain::Choice(names) => format!("{summary}: {} [default: {}]", names.join(" or "), names[*default as usize]),
        Domain::Number { low, high } => {
            format!("{symbol}{summary}, in {} [default: {default:?}]", interval(low, high))
        }
    }
}
