//! `[record]`, `[[figure]]` and `[engine]`: what is kept, what is drawn, and how fast.

use super::error::InputError;
use super::landscape::Lattice;
use super::reader::{Named, Table};
use super::weights::{RECORD, Weights, WeightsOf};
use crate::figure::{KINDS, Kind};
use crate::train::Path;

/// What is kept of each trial besides its row in `runs.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which logged steps become rows of `curves.csv`.
    pub curves: Curves,
    /// Whether the points that trials pass on a landscape become rows of `trajectory.csv`.
    pub trajectory: bool,
    /// The points of a landscape whose values become rows of `surface.csv`.
    pub surface: Option<Lattice>,
    /// Which weights become files.
    pub weights: Weights,
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

impl Named for Path {
    const NAMES: &'static [(&'static str, Self)] = &Self::ALL;
}

/// A figure to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The name of its kind, one of [`KINDS`].
    pub kind: &'static str,
    /// What it shows, one of the metrics of its kind.
    pub metric: &'static str,
    /// Its title, if not the usual one.
    pub title: Option<String>,
    /// The columns of `runs.csv` from left to right and from bottom to top, for kinds that have them.
    pub columns: Option<[String; 2]>,
}

/// What changes the speed of a sweep and nothing else: these never enter a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engine {
    /// How blocks are computed, if not chosen by footprint.
    pub path: Option<Path>,
    /// Lanes of a block, if not chosen by footprint.
    pub lanes: Option<usize>,
    /// Examples that a kernel call works on, if not chosen by footprint.
    pub chunk: Option<usize>,
}

impl Record {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else {
            let (weights, weights_of) = (Weights::None, WeightsOf::All);
            return Ok(Self { curves: Curves::All, trajectory: false, surface: None, weights, weights_of });
        };
        table.allow(&RECORD.map(|(key, _)| key))?;
        Ok(Self {
            curves: table.optional("curves").map_or(Ok(Curves::All), |field| field.named())?,
            trajectory: table.optional("trajectory").map_or(Ok(false), |field| field.boolean())?,
            surface: table.optional("surface").map(|field| Lattice::read(&field.table()?)).transpose()?,
            weights: table.optional("weights").map_or(Ok(Weights::None), |field| field.named())?,
            weights_of: table.optional("weights_of").map_or(Ok(WeightsOf::All), |field| WeightsOf::read(&field))?,
        })
    }
}

impl Figure {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&["kind", "metric", "title", "x", "y"])?;
        let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let kind = KINDS[table.required("kind", &format!("one of {}", kinds.join(", ")))?.choice(&kinds)?];
        let metrics = (kind.metrics)();
        let metric = match (table.optional("metric"), &metrics[..]) {
            (Some(field), _) => field.choice(&metrics)?,
            (None, [_]) => 0,
            (None, _) => table.required("metric", &format!("one of {}", metrics.join(", ")))?.choice(&metrics)?,
        };
        Ok(Self {
            kind: kind.name,
            metric: metrics[metric],
            title: table.optional("title").map(|field| field.string().map(str::to_owned)).transpose()?,
            columns: Self::read_columns(table, kind)?,
        })
    }

    fn read_columns(table: &Table<'_>, kind: &Kind) -> Result<Option<[String; 2]>, InputError> {
        if !kind.has_columns {
            return match ["x", "y"].into_iter().find_map(|key| table.optional(key)) {
                Some(field) => Err(field.error(format!("a figure of kind {} has no columns to choose", kind.name))),
                None => Ok(None),
            };
        }
        let column = |key| Ok(table.required(key, "the name of a column of runs.csv")?.string()?.to_owned());
        Ok(Some([column("x")?, column("y")?]))
    }
}

impl Engine {
    pub(super) fn read(table: Option<&Table<'_>>) -> Result<Self, InputError> {
        let Some(table) = table else { return Ok(Self::default()) };
        table.allow(&["path", "lanes", "chunk"])?;
        let size = |key, most| -> Result<Option<usize>, InputError> {
            table.optional(key).map(|field| field.integer(1..=most).map(|size| size as usize)).transpose()
        };
        let path = table.optional("path").map(|field| field.named()).transpose()?;
        Ok(Self { path, lanes: size("lanes", 4_096)?, chunk: size("chunk", 1 << 20)? })
    }
}
