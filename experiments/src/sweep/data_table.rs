//! `data.csv`: the examples that networks learn.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;

use super::{Condition, Model, Plan, Shape};
use crate::data::{DataFiles, Features, Splits};
use crate::dataset::{Dataset, Targets, Task};
use crate::record::{Precision, Setting, atomic};
use crate::spec::{InputError, Spec};

/// The name of the file.
pub const DATA: &str = "data.csv";

/// The most numbers of all examples, features and targets.
pub const MAX_DATA: u64 = 100_000_000;

/// The columns that every table of examples has after those that name the problem.
pub const DATA_COLUMNS: [&str; 3] = ["data_seed", "split", "example"];

/// The columns that tell the problems of a spec apart: those of `runs.csv` on which examples depend, `problem` first, and the
/// seed of the examples.
pub fn data_key(spec: &Spec) -> Vec<String> {
    let factors = spec.factors.iter().filter(|factor| factor.is_of_examples()).map(|factor| match &factor.column {
        // A key such as `problem.target` may have the name of a column of this table.
        column if is_own(column) => format!("problem.{column}"),
        column => column.clone(),
    });
    ["problem".to_owned()].into_iter().chain(factors).chain([DATA_COLUMNS[0].to_owned()]).collect()
}

fn is_own(column: &str) -> bool {
    DATA_COLUMNS.contains(&column) || ["target", "class"].iter().any(|own| column.starts_with(own))
}

/// The cells of [`data_key`] for a spec of one condition and examples of this seed.
pub fn data_cells(spec: &Spec, seed: u64) -> Vec<String> {
    let levels = spec.factors.iter().zip(&spec.conditions[0].levels).filter(|(factor, _)| factor.is_of_examples());
    let levels = levels.map(|(_, level)| level.as_ref().map(Setting::cell).unwrap_or_default());
    let problem = spec.problem.name().to_owned();
    [problem].into_iter().chain(levels).chain([seed.to_string()]).collect()
}

/// The layout of a table: as many columns as the widest problem needs.
struct Layout {
    features: usize,
    targets: usize,
    classes: bool,
}

impl Layout {
    fn of(plan: &Plan) -> Self {
        let mut layout = Self { features: 0, targets: 1, classes: false };
        for (condition, shape) in networks(plan) {
            layout.features = layout.features.max(condition.extent.inputs as usize);
            if condition.spec.problem.task() == Task::Classification {
                layout.classes = true;
            } else {
                layout.targets = layout.targets.max(shape.outputs());
            }
        }
        layout
    }

    fn header(&self, spec: &Spec) -> Vec<String> {
        let mut header = data_key(spec);
        header.extend(DATA_COLUMNS[1..].iter().map(|&name| name.to_owned()));
        header.extend((0..self.features).map(|feature| format!("x{feature}")));
        match self.targets {
            1 => header.push("target".to_owned()),
            several => header.extend((0..several).map(|target| format!("target{target}"))),
        }
        header.extend(self.classes.then(|| "class".to_owned()));
        header
    }
}

fn networks(plan: &Plan) -> impl Iterator<Item = (&Condition, &Shape)> {
    plan.conditions.iter().filter_map(|condition| match &condition.model {
        Model::Network(shape) => Some((condition, &**shape)),
        Model::Landscape(_) => None,
    })
}

/// Checks that the table of the examples of a plan, if it is wanted, is no larger than it may be.
///
/// # Errors
///
/// If it is.
pub fn check_data(spec: &Spec, plan: &Plan) -> Result<(), InputError> {
    let numbers = |(condition, shape): (&Condition, &Shape)| {
        let examples: u64 = condition.extent.examples.iter().sum();
        let each = condition.extent.inputs + shape.outputs() as u64;
        examples.saturating_mul(each).saturating_mul(condition.instances())
    };
    if !spec.record.data {
        return Ok(());
    }
    let own = networks(plan).enumerate().filter(|(at, (condition, _))| condition.examples == *at);
    let count = own.map(|(_, network)| numbers(network)).fold(0, u64::saturating_add);
    if count <= MAX_DATA {
        return Ok(());
    }
    let message = format!("the examples have {count} numbers, more than the {MAX_DATA} that a table of them may have");
    Err(spec.error("record.data", message))
}

/// Writes the examples of a plan as a table: one row per example, as the networks see it, by problem, split and place in the split.
/// A missing number is an empty cell: problems may have different numbers of features.
///
/// `data` are the examples of the first problem, and those of others are made from `files`.
///
/// # Errors
///
/// If it cannot be written, or examples cannot be made.
pub fn write_data(
    spec: &Spec,
    plan: &Plan,
    (data, files): (&Splits, &[DataFiles]),
    out: &mut impl Write,
) -> io::Result<()> {
    let layout = Layout::of(plan);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(layout.header(spec))?;
    let mut written = HashSet::new();
    for condition in plan.conditions.iter() {
        for number in 0..condition.instances() {
            let problem = condition.instance(number);
            let key = data_cells(&condition.spec, problem.seed);
            if !written.insert(key.clone()) {
                continue;
            }
            let made;
            let examples = if (condition.examples, number) == (0, 0) {
                data
            } else {
                let of = &files[condition.files];
                made = Splits::of_instance(&condition.spec, of, &problem).map_err(io::Error::other)?;
                &made
            };
            let precision = condition.spec.train.precision;
            let splits = [("train", &examples.train), ("validation", &examples.validation), ("test", &examples.test)];
            for (name, split) in splits {
                let rows = Rows { layout: &layout, key: &key, split: name, precision };
                rows.write(&mut writer, split)?;
            }
        }
    }
    writer.flush()
}

/// The same into a file, whole or not at all.
///
/// # Errors
///
/// The same.
pub fn write_data_to(spec: &Spec, plan: &Plan, examples: (&Splits, &[DataFiles]), path: &Path) -> io::Result<()> {
    atomic::write(path, |file| write_data(spec, plan, examples, file))
}

/// The rows of a split.
struct Rows<'a> {
    layout: &'a Layout,
    key: &'a [String],
    split: &'static str,
    precision: Precision,
}

impl Rows<'_> {
    fn write<W: Write>(&self, writer: &mut csv::Writer<W>, split: &Dataset<Features>) -> csv::Result<()> {
        let Self { layout, key, precision, .. } = self;
        let features = split.features.to_f64();
        for example in 0..split.len() {
            key.iter().try_for_each(|cell| writer.write_field(cell))?;
            writer.write_field(self.split)?;
            writer.write_field(example.to_string())?;
            let own = &features[example * split.inputs..][..split.inputs];
            own.iter().try_for_each(|x| writer.write_field(precision.format(*x)))?;
            (own.len()..layout.features).try_for_each(|_| writer.write_field(""))?;
            let targets: Vec<String> = match &split.targets {
                Targets::Values { values, outputs } => {
                    values[example * outputs..][..*outputs].iter().map(|value| precision.format(*value)).collect()
                }
                Targets::Classes { labels, .. } => vec![labels[example].to_string()],
            };
            targets.iter().try_for_each(|target| writer.write_field(target))?;
            (targets.len()..layout.targets).try_for_each(|_| writer.write_field(""))?;
            if layout.classes {
                let class = match &split.targets {
                    Targets::Classes { labels, classes } => classes[labels[example] as usize].as_str(),
                    Targets::Values { .. } => "",
                };
                writer.write_field(class)?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }
}
