//! `record.observe`: who looks at trials, and how often.

use thalweg_engine::observe::{EVERY, NORMS, Observer};
use thalweg_engine::parameter::Domain;

use super::canonical::{list, quoted};
use super::error::InputError;
use super::key::{Key, Values, Without};
use super::output::Curves;
use super::reader::Field;
use super::{Spec, parameter, suggestion};
use crate::registry::{self, Registry};

/// An observer, how often it looks, and the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The observer.
    pub observer: &'static Observer,
    /// It looks at every so-many-th step of `curves.csv`, counted from the first, and at the last.
    pub every: u64,
    /// The values of its parameters, in their order.
    pub values: Vec<f64>,
}

/// The keys of an item that is a table; every observer has keys of its own besides.
pub(super) fn keys(_: &Registry) -> Vec<Key> {
    let names = Values::Name(|registry| registry::names(registry.observers()));
    let Domain::Count { low, high } = EVERY.domain else { unreachable!("it counts steps") };
    let every = Key::new(EVERY.name, EVERY.summary, Values::Integer(low, high), Without::Value("1"));
    vec![Key::needed("kind", "what is observed", names), every]
}

impl Observation {
    /// An observer as it is where nobody says more.
    pub fn of(observer: &'static Observer) -> Self {
        Self { observer, every: 1, values: observer.defaults() }
    }

    /// Those where a spec says nothing.
    pub(super) fn default_for(curves: Curves) -> Vec<Self> {
        if curves == Curves::None { Vec::new() } else { vec![Self::of(&NORMS)] }
    }

    /// The steps that it looks at, of those of `curves.csv`.
    pub fn steps(&self, recorded: &[u64]) -> Vec<u64> {
        let every = usize::try_from(self.every).unwrap_or(usize::MAX);
        let mut steps: Vec<u64> = recorded.iter().copied().step_by(every).collect();
        steps.extend(recorded.last().filter(|last| steps.last() != Some(last)));
        steps
    }

    /// As specs write it: by its name alone if there is nothing else to say.
    pub fn text(&self) -> String {
        let Self { observer, every, values } = self;
        if *every == 1 && values.is_empty() {
            return quoted(observer.name);
        }
        let values = observer.parameters.iter().zip(values);
        let values = values.map(|(own, value)| format!(", {} = {}", own.name, parameter::text(own, *value)));
        format!("{{ kind = {}, every = {every}{} }}", quoted(observer.name), values.collect::<String>())
    }
}

/// Observers as specs write them.
pub(super) fn text(observations: &[Observation]) -> String {
    list(observations, Observation::text)
}

/// Reads a list of observers.
pub(super) fn read(field: &Field<'_>) -> Result<Vec<Observation>, InputError> {
    let mut observations: Vec<Observation> = Vec::new();
    for item in field.list("a list of observers, such as [\"norms\", { kind = \"sharpness\", every = 10 }]")? {
        let observation = read_one(&item)?;
        if observations.iter().any(|other| other.observer == observation.observer) {
            return Err(item.error(format!("`{}` occurs twice", observation.observer.name)));
        }
        observations.push(observation);
    }
    Ok(observations)
}

fn read_one(item: &Field<'_>) -> Result<Observation, InputError> {
    let observers = item.registry().observers();
    let Some(table) = item.as_table() else { return Ok(Observation::of(item.part(observers)?)) };
    let names = registry::names(observers).join(", ");
    let observer = table.required("kind", &format!("one of {names}"))?.part(observers)?;
    let own = observer.parameters.iter().map(|parameter| parameter.name);
    table.allow(&["kind", EVERY.name].into_iter().chain(own).collect::<Vec<_>>())?;
    let every = parameter::read(&table, &EVERY)? as u64;
    let values = observer.parameters.iter().map(|own| parameter::read(&table, own)).collect::<Result<_, _>>()?;
    Ok(Observation { observer, every, values })
}

/// Checks that what observers look at is there, and that no column of theirs is one of the sweep's.
pub(super) fn check(spec: &Spec) -> Result<(), InputError> {
    let observations = &spec.record.observe;
    if spec.record.curves == Curves::None && !observations.is_empty() {
        let message = "observers look at the steps of curves.csv, but record.curves is \"none\"";
        return Err(spec.error("record.observe", message));
    }
    let axes = spec.axes();
    for (at, Observation { observer, .. }) in observations.iter().enumerate() {
        let own = observer.columns.iter().map(|column| column.name).chain(observer.index().map(|index| index.name));
        if let Some(name) = own.into_iter().find(|name| axes.iter().any(|axis| axis == name)) {
            let message = format!("its column `{name}` has the name of a setting of the trials");
            return Err(spec.error(&format!("record.observe.{at}"), message));
        }
    }
    Ok(())
}

/// Where the numbers of a figure come from: an observer and its column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub observer: &'static Observer,
    pub column: usize,
}

impl Spec {
    /// The columns of observers' tables that figures can show, as `<table>.<column>`.
    fn observed_columns(&self) -> Vec<(String, Shown)> {
        let mut observers: Vec<&'static Observer> = self.record.observe.iter().map(|own| own.observer).collect();
        if self.record.curves != Curves::None && !observers.contains(&&NORMS) {
            observers.push(&NORMS);
        }
        let columns = |observer: &'static Observer| {
            let table = observer.table().unwrap_or("curves");
            let named = move |(column, own): (usize, &thalweg_engine::observe::Column)| {
                (format!("{table}.{}", own.name), Shown { observer, column })
            };
            observer.columns.iter().enumerate().map(named)
        };
        observers.into_iter().flat_map(columns).collect()
    }

    /// The observer's column of this name; an error about the key, if nobody records it.
    pub(super) fn observed_column(&self, key: &str, name: &str) -> Result<Shown, InputError> {
        let known = self.observed_columns();
        if let Some((_, shown)) = known.iter().find(|(known, _)| known == name) {
            return Ok(*shown);
        }
        let table = name.split('.').next().map(|table| format!("{table}.csv"));
        if let Some(observer) = self.unobserved(table.as_deref()) {
            return Err(self.error(key, self.not_recorded(observer)));
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        let error = self.error(key, format!("no observer records a column `{name}`"));
        Err(error.with_help(suggestion(name, &names)))
    }

    /// The observer whose table this is, if the sweep does not record it.
    pub(super) fn unobserved(&self, table: Option<&str>) -> Option<&'static Observer> {
        let name = table?.strip_suffix(".csv")?;
        let is_recorded = |observer: &Observer| self.record.observe.iter().any(|own| own.observer == observer);
        let mut observers = self.registry().observers().iter().copied();
        observers.find(|observer| observer.table() == Some(name) && !is_recorded(observer))
    }

    /// What is to be written for an observer's table.
    pub(super) fn not_recorded(&self, observer: &Observer) -> String {
        let names = self.record.observe.iter().map(Observation::text).chain([quoted(observer.name)]);
        let table = observer.table().unwrap_or("curves");
        format!("{table}.csv has to be recorded: record.observe = [{}]", names.collect::<Vec<_>>().join(", "))
    }
}
