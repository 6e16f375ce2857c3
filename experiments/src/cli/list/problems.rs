//! Studies, problems and data sets.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::entry::{Entry, Group};
use super::tables::rows;
use super::{CliError, plain};
use crate::dataset::{self, SHIPPED, ShippedData};
use crate::registry::Registry;
use crate::spec::{KINDS, SHARED, Tier, shipped};
use crate::study::read_shipped;

pub(super) fn specs(registry: &Arc<Registry>) -> Result<Vec<Group>, CliError> {
    let read = |shipped: &shipped::Shipped| read_shipped(registry, shipped.name, &[]);
    let specs = shipped::ALL.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let (workloads, studies): (Vec<_>, Vec<_>) = specs.iter().partition(|study| study.tier() == Tier::Workload);
    let group = |(title, specs): (&str, Vec<&crate::spec::Study>)| {
        plain(title, specs.into_iter().map(|spec| (spec.name(), spec.title().to_owned())))
    };
    Ok([("Studies", studies), ("Workloads", workloads)].map(group).into())
}

pub(super) fn problems(registry: &Registry) -> Group {
    let generated = registry.generators().iter().map(|generator| {
        let row = |parameter: &dataset::Parameter| (parameter.name.to_owned(), parameter_text(parameter, ", an axis"));
        let rows = generator.parameters.iter().map(row).collect();
        Entry { name: generator.name.to_owned(), text: generator.summary.to_owned(), rows }
    });
    let others = KINDS.iter().map(|kind| Entry {
        name: kind.name.to_owned(),
        text: kind.summary.to_owned(),
        rows: rows(registry, kind.keys),
    });
    let shared = Entry {
        name: "each of them but a landscape".to_owned(),
        text: "how its examples are used".to_owned(),
        rows: rows(registry, SHARED),
    };
    let title = "Problems (what is an axis can take several values, as a hyperparameter can)".to_owned();
    Group { title, entries: generated.chain(others).chain([shared]).collect() }
}

/// The data sets that come with the program, as their files and the notes beside them have it.
pub(super) fn data() -> Group {
    Group { title: "Shipped data".to_owned(), entries: SHIPPED.iter().map(describe).collect() }
}

fn describe(data: &ShippedData) -> Entry {
    let mut table = csv::Reader::from_reader(data.bytes());
    let columns: Vec<String> = table.headers().into_iter().flatten().map(str::to_owned).collect();
    let targets: Vec<String> =
        table.records().flatten().filter_map(|row| Some(row.iter().next_back()?.to_owned())).collect();
    let (target, features) = columns.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
    let text = format!("{} examples", targets.len());
    let features = match features {
        [first, .., last] if features.len() > FEW => format!("{} columns, from {first} to {last}", features.len()),
        _ => features.join(", "),
    };
    let rows =
        [("target", format!("{target}: {}", values(&targets))), ("features", features), ("source", data.source())];
    Entry { name: data.name.to_owned(), text, rows: rows.map(|(key, text)| (key.to_owned(), text)).into() }
}

/// The most columns or classes that are named one by one.
const FEW: usize = 20;

/// The classes of a column, or the range of its numbers.
fn values(cells: &[String]) -> String {
    let classes: BTreeSet<&str> = cells.iter().map(String::as_str).collect();
    let numbers = || cells.iter().filter_map(|cell| cell.parse::<f64>().ok());
    if classes.len() > FEW {
        let (low, high) = (numbers().fold(f64::INFINITY, f64::min), numbers().fold(f64::NEG_INFINITY, f64::max));
        return format!("numbers from {low} to {high}");
    }
    format!("{} classes, {}", classes.len(), classes.into_iter().collect::<Vec<_>>().join(", "))
}

/// A parameter's meaning, values and default; what is said of numbers besides.
pub(super) fn parameter_text(parameter: &dataset::Parameter, of_numbers: &str) -> String {
    let domain = match parameter.domain {
        dataset::Domain::Count { low, high } => format!(", from {low} to {high}"),
        dataset::Domain::Number { low, high } => format!(", in {}{of_numbers}", interval(low, high)),
        dataset::Domain::Choice(names) => format!(": {}", names.join(" or ")),
    };
    let default = match (parameter.default, &parameter.domain) {
        (None, _) => String::new(),
        (Some(index), dataset::Domain::Choice(names)) => format!(" [default: {}]", names[index as usize]),
        (Some(count), dataset::Domain::Count { .. }) => format!(" [default: {count}]"),
        (Some(number), dataset::Domain::Number { .. }) => format!(" [default: {number:?}]"),
    };
    format!("{}{domain}{default}", parameter.summary)
}

/// An interval of numbers: each end, and whether it is included.
pub(super) fn interval(low: (f64, bool), high: (f64, bool)) -> String {
    let number = |x: f64| if x == f64::INFINITY { "∞".to_owned() } else { x.to_string() };
    let (open, close) = (if low.1 { '[' } else { '(' }, if high.1 { ']' } else { ')' });
    format!("{open}{}, {}{close}", number(low.0), number(high.0))
}
