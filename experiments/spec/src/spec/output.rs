//! `[record]` and `[engine]`: what is kept, and how fast.

use thalweg_engine::network::Perturbation;

use super::error::InputError;
use super::key::{Key, Values, Without, names, names_of};
use super::landscape::Lattice;
use super::observe::{self, Observation};
use super::perturbation;
use super::reader::{Field, Named, Table};
use super::weights::{RECORD, Weights, WeightsAt, WeightsOf};
use crate::train::{COLUMNS, Column, TrainingPath};

/// What is kept of each trial besides its row in `runs.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which logged steps become rows of `curves.csv`.
    pub curves: Curves,
    /// Whether tables stay in the folder of results once figures are drawn.
    pub tables: bool,
    /// Whether the points that trials pass on a landscape become rows of `trajectory.csv`.
    pub trajectory: bool,
    /// The points of a landscape whose values become rows of `surface.csv`.
    pub surface: Option<Lattice>,
    /// Who looks at trials at steps of `curves.csv`.
    pub observe: Vec<Observation>,
    /// The weight whose influence becomes rows of `units.csv`.
    pub perturb: Option<Perturbation>,
    /// Whether the eigenvalues of the Hessian become rows of `spectrum.csv`, and the losses at the optimum of a network
    /// without hidden layers rows of `optimum.csv`.
    pub spectrum: bool,
    /// Whether the examples become rows of `data.csv`.
    pub data: bool,
    /// What else becomes a column of `runs.csv`.
    pub columns: Vec<&'static Column>,
    /// The columns by which `summary.csv` groups trials, besides the problem; all of them if there are none.
    pub summary: Option<Vec<String>>,
    /// Which weights become files.
    pub weights: Weights,
    /// The steps whose weights become files as well.
    pub weights_at: WeightsAt,
    /// Of which trials.
    pub weights_of: WeightsOf,
}

/// Which logged steps become rows of `curves.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curves {
    /// Every one.
    All,
    /// About fifty, evenly spaced on a log scale.
    Thin,
    /// None: no file.
    None,
}

impl Named for Curves {
    const NAMES: &'static [(&'static str, Self)] = &[("all", Self::All), ("thin", Self::Thin), ("none", Self::None)];
}

impl Named for TrainingPath {
    const NAMES: &'static [(&'static str, Self)] = &Self::ALL;
}

/// What changes the speed of a sweep and nothing else: these never enter a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// How blocks are computed, if not chosen by footprint.
    pub path: Option<TrainingPath>,
    /// Lanes of a block, if not chosen by footprint.
    pub lanes: Option<usize>,
    /// Examples that a kernel call works on, if not chosen by footprint.
    pub chunk: Option<usize>,
}

impl Record {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else {
            return Ok(Self {
                curves: Curves::All,
                tables: true,
                trajectory: false,
                surface: None,
                observe: Observation::default_for(Curves::All),
                perturb: None,
                spectrum: false,
                data: false,
                columns: Vec::new(),
                summary: None,
                weights: Weights::None,
                weights_at: WeightsAt::Steps(Vec::new()),
                weights_of: WeightsOf::All,
            });
        };
        if let Some(field) = table.optional("effective_lr") {
            let help = "observe = [\"norms\", \"effective-lr\"] records effective_lr.csv";
            return Err(field.error("effective learning rates are seen by an observer").with_help(help));
        }
        table.allow(&names(RECORD))?;
        let curves = table.optional("curves").map_or(Ok(Curves::All), |field| field.named())?;
        let observed = table.optional("observe").map(|field| observe::read(&field)).transpose()?;
        Ok(Self {
            curves,
            tables: table.optional("tables").map_or(Ok(true), |field| field.boolean())?,
            trajectory: table.optional("trajectory").map_or(Ok(false), |field| field.boolean())?,
            surface: table.optional("surface").map(|field| Lattice::read(&field.table()?)).transpose()?,
            observe: observed.unwrap_or_else(|| Observation::default_for(curves)),
            perturb: table.optional("perturb").map(|field| perturbation::read(&field)).transpose()?,
            spectrum: table.optional("spectrum").map_or(Ok(false), |field| field.boolean())?,
            data: table.optional("data").map_or(Ok(false), |field| field.boolean())?,
            columns: table.optional("columns").map_or(Ok(Vec::new()), |field| read_columns(&field))?,
            summary: table.optional("summary").map(|field| read_names(&field)).transpose()?,
            weights: table.optional("weights").map_or(Ok(Weights::None), |field| field.named())?,
            weights_at: match table.optional("weights_at") {
                Some(field) => WeightsAt::read(&field)?,
                None => WeightsAt::Steps(Vec::new()),
            },
            weights_of: table.optional("weights_of").map_or(Ok(WeightsOf::All), |field| WeightsOf::read(&field))?,
        })
    }
}

fn read_names(field: &Field<'_>) -> Result<Vec<String>, InputError> {
    let mut names: Vec<String> = Vec::new();
    for item in field.list("a list of columns, such as [\"optimizer\", \"lr\"]")? {
        let name = item.string()?.to_owned();
        if names.contains(&name) {
            return Err(item.error(format!("`{name}` occurs twice")));
        }
        names.push(name);
    }
    Ok(names)
}

fn read_columns(field: &Field<'_>) -> Result<Vec<&'static Column>, InputError> {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let mut columns = Vec::new();
    for item in field.list("a list of columns, such as [\"boundary_measure\"]")? {
        let column = &COLUMNS[item.choice(&names)?];
        if columns.contains(&column) {
            return Err(item.error(format!("`{}` occurs twice", column.name)));
        }
        columns.push(column);
    }
    Ok(columns)
}

/// The most lanes of a block.
const MAX_LANES: u64 = 4_096;

/// The most examples of a kernel call.
const MAX_CHUNK: u64 = 1 << 20;

/// The keys of `[engine]`.
pub(super) const ENGINE_KEYS: &[Key] = &[
    Key::new("path", "how blocks are computed", Values::Name(names_of::<TrainingPath>), Without::Words("by footprint")),
    Key::new("lanes", "lanes of a block", Values::Integer(1, MAX_LANES), Without::Words("by footprint")),
    Key::new(
        "chunk",
        "examples that a kernel call works on",
        Values::Integer(1, MAX_CHUNK),
        Without::Words("by footprint"),
    ),
];

impl Tuning {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else { return Ok(Self::default()) };
        table.allow(&names(ENGINE_KEYS))?;
        let size = |key, most| -> Result<Option<usize>, InputError> {
            table.optional(key).map(|field| field.integer(1..=most).map(|size| size as usize)).transpose()
        };
        let path = table.optional("path").map(|field| field.named()).transpose()?;
        Ok(Self { path, lanes: size("lanes", MAX_LANES)?, chunk: size("chunk", MAX_CHUNK)? })
    }
}
