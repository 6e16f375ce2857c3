//! Observers: what is recorded of trials at logged steps besides their losses. One file each, which declares itself.
//!
//! An observer looks at all trials of a block at once ([`Look`]) and adds rows of numbers for each ([`Rows`]): to columns
//! of `curves.csv`, or to a table of its own. It looks at nothing but its own trial's numbers for each of them, adds in
//! f64 and in the order of the parameters, and uses the operations of the numerics contract only: so that a trial's rows
//! have the same bits wherever it is trained. What it sees it cannot change.

mod extremes;
mod look;
mod observed;
mod tridiagonal;

use std::any::Any;
use std::marker::PhantomData;

use thalweg_kernels::table::{Family, Table};
use thalweg_kernels::{Origin, Real, parts};

use crate::parameter::Parameter;

pub use extremes::{Extreme, Extremes, Question};
pub use look::{Look, Rows};
pub use norms::NORMS;
pub use observed::{Observed, Row};
pub use sharpness::SHARPNESS;

parts! {
    /// Every observer that is built in.
    ALL: Observer = [
        norms::NORMS,
        effective_lr::EFFECTIVE_LR,
        layers::LAYERS,
        sharpness::SHARPNESS,
        batch_sharpness::BATCH_SHARPNESS,
    ]
}

/// What looks at trials, written once for both precisions.
pub trait Observe: 'static {
    /// What a thread keeps from look to look: room for what is computed, so that no look but the first allocates.
    type Room<T: Real>: Default + Send + 'static;

    /// Looks at the trials of a block after a step, and adds rows to those that are running.
    fn look<T: Real>(look: Look<'_, T>, room: &mut Self::Room<T>, rows: &mut Rows<'_, T>);
}

/// An observer, as the training loop, specs, the command and the docs know it.
#[derive(Clone, Copy)]
pub struct Observer {
    /// Its name in specs.
    pub name: &'static str,
    /// What it shows, in a line.
    pub summary: &'static str,
    /// Its formula, and where it was published.
    pub source: &'static str,
    /// Its parameters, in the order in which it takes their values; each has a default. [`EVERY`] is one of every observer's
    /// besides.
    pub parameters: &'static [Parameter],
    /// Where its rows go.
    pub records: Records,
    /// The numbers of a row.
    pub columns: &'static [Column],
    /// What a look costs, in words.
    pub asks: &'static str,
    /// What a look costs.
    pub cost: fn(&Extent<'_>) -> Cost,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    look: Table<Kernel>,
}

/// Where the rows of an observer go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// To the rows of `curves.csv`: one for each trial and step.
    Curves,
    /// To a table of its own.
    Table {
        /// The name of its file, without the ending.
        name: &'static str,
        /// What tells the rows of a trial and step apart, if there are several.
        index: Option<Index>,
    },
}

/// The column that tells the rows of a trial and step apart: integers from 1 on, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub meaning: &'static str,
}

/// A column of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its numbers are measured in, with w for the unit of weights and L for that of the loss; 1 for pure numbers.
    pub unit: &'static str,
    /// What they are.
    pub meaning: &'static str,
}

/// What the cost of a look depends on.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// The values of the observer's parameters.
    pub values: &'a [f64],
    /// Parameters of a trial.
    pub weights: u64,
    /// Layers that they are in.
    pub layers: u64,
    /// Bytes of a number in the precision of the trial.
    pub number: u64,
}

/// What a look costs for each trial, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Gradients that it asks for.
    pub gradients: u64,
    /// Products of the Hessian that it asks for.
    pub products: u64,
    /// Rows that it adds.
    pub rows: u64,
    /// Bytes that are kept from look to look.
    pub bytes: u64,
}

impl Cost {
    /// A row, and nothing asked for.
    pub const ROW: Self = Self { gradients: 0, products: 0, rows: 1, bytes: 0 };
}

/// How often an observer looks.
pub static EVERY: Parameter = Parameter::count(
    "every",
    "at which steps it looks: every so-many-th of curves.csv, counted from the first, and the last",
    (1, 1 << 32),
    1,
);

impl Observer {
    /// An observer that does what `O` does: its name, what it shows, its formula and where that was published, its
    /// parameters, where its rows go and what they consist of, and what a look costs, in words and in numbers.
    pub const fn new<O: Observe>(
        (name, summary, source): (&'static str, &'static str, &'static str),
        parameters: &'static [Parameter],
        (records, columns): (Records, &'static [Column]),
        (asks, cost): (&'static str, fn(&Extent<'_>) -> Cost),
    ) -> Self {
        let look: Table<Kernel> = Table { f32: look_of::<O, f32>, f64: look_of::<O, f64> };
        Self { name, summary, source, parameters, records, columns, asks, cost, origin: None, look }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The name of its table, if it has one, without the ending of the file.
    pub fn table(&self) -> Option<&'static str> {
        match self.records {
            Records::Curves => None,
            Records::Table { name, .. } => Some(name),
        }
    }

    /// What tells the rows of a trial and step apart, if there are several.
    pub fn index(&self) -> Option<Index> {
        match self.records {
            Records::Curves => None,
            Records::Table { index, .. } => index,
        }
    }

    /// The values of its parameters where nobody says others.
    pub fn defaults(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.default.unwrap_or(0.0)).collect()
    }

    /// Looks at the trials of a block.
    pub(crate) fn look<T: Real>(&self, look: Look<'_, T>, room: &mut Room, rows: &mut Rows<'_, T>) {
        self.look.get::<T>()(look, room, rows);
    }
}

/// What a thread keeps for an observer.
#[derive(Default)]
pub(crate) struct Room(Option<Box<dyn Any + Send>>);

#[derive(Clone, Copy)]
struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Look<'_, T>, &mut Room, &mut Rows<'_, T>);
}

fn look_of<O: Observe, T: Real>(look: Look<'_, T>, room: &mut Room, rows: &mut Rows<'_, T>) {
    /// Tells the room of one observer from that of another.
    struct Of<O: Observe, T: Real>(O::Room<T>, PhantomData<fn(O)>);
    let is_own = room.0.as_ref().is_some_and(|room| room.is::<Of<O, T>>());
    if !is_own {
        room.0 = Some(Box::new(Of::<O, T>(O::Room::default(), PhantomData)));
    }
    let own = room.0.as_mut().and_then(|room| room.downcast_mut::<Of<O, T>>());
    let Of(own, _) = own.expect("it was made for this observer");
    O::look(look, own, rows);
}

/// There is one of each name.
impl PartialEq for Observer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
