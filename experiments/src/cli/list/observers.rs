//! Observers, with their columns and what a look of theirs costs.

use super::entry::{Entry, Group};
use super::problems::parameter_text;
use crate::observe::{Column, EVERY, Observer, Records};
use crate::parameter::Parameter;
use crate::registry::Registry;

pub(super) fn observers(registry: &Registry) -> Group {
    let entry = |observer: &&'static Observer| {
        let parameters = observer.parameters.iter().map(row);
        let (place, index) = match observer.records {
            Records::Curves => ("curves.csv".to_owned(), None),
            Records::Table { name, index } => (format!("{name}.csv"), index),
        };
        let index = index.map(|index| (index.name.to_owned(), format!("{place}: {}", index.meaning)));
        let columns = observer.columns.iter().map(|Column { name, unit, meaning }| {
            let unit = if *unit == "1" { String::new() } else { format!(", in {unit}") };
            ((*name).to_owned(), format!("{place}: {meaning}{unit}"))
        });
        let cost = ("a look asks for".to_owned(), observer.asks.to_owned());
        let text = format!("{}: {}", observer.summary, observer.source);
        Entry {
            name: observer.name.to_owned(),
            text,
            rows: parameters.chain(index).chain(columns).chain([cost]).collect(),
        }
    };
    let shared = Entry {
        name: "each of them".to_owned(),
        text: "with other values than these it is written { kind = \"sharpness\", every = 10 }".to_owned(),
        rows: vec![row(&EVERY)],
    };
    let title = "Observers (in record.observe; w: the unit of weights, L: that of the loss)".to_owned();
    Group { title, entries: registry.observers().iter().map(entry).chain([shared]).collect() }
}

fn row(parameter: &Parameter) -> (String, String) {
    (parameter.name.to_owned(), parameter_text(parameter, ""))
}
