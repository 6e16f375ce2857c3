//! What figures are drawn from.

use super::Kept;
use thalweg_record::record::{Curve, Sheet, Surface, Trials, Waypoint};
use thalweg_record::stats::Configuration;

/// The tables that figures are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// All trials.
    pub runs: &'a Trials,
    /// The rows of `curves.csv`; none where no curves were recorded.
    pub curves: &'a [Curve],
    /// The rows of `trajectory.csv`; none where no trajectories were recorded.
    pub trajectory: &'a [Waypoint],
    /// The landscape of `surface.csv`, if the trials are on one.
    pub surface: Option<&'a Surface>,
    /// The table that the figure names, for kinds that are drawn from one ([`Kind::table`](super::Kind::table)).
    pub sheet: Option<&'a Sheet>,
    /// The networks whose weights were kept.
    pub kept: Option<&'a dyn Kept>,
}

impl<'a> Tables<'a> {
    /// Trials and their curves, without trajectories.
    pub fn new(runs: &'a Trials, curves: &'a [Curve]) -> Self {
        Self { runs, curves, trajectory: &[], surface: None, sheet: None, kept: None }
    }
}

/// The tables, with the configurations of one problem only.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// The problem; empty where all are shown at once.
    pub problem: &'a str,
    /// All trials.
    pub runs: &'a Trials,
    /// The trials of each configuration that is to be shown, over their seeds.
    pub configurations: &'a [Configuration<'a>],
    /// The rows of `curves.csv`.
    pub curves: &'a [Curve],
    /// The rows of `trajectory.csv`.
    pub trajectory: &'a [Waypoint],
    /// The landscape of `surface.csv`, if the trials are on one.
    pub surface: Option<&'a Surface>,
    /// The table that the figure names, for kinds that are drawn from one ([`Kind::table`](super::Kind::table)).
    pub sheet: Option<&'a Sheet>,
    /// The networks whose weights were kept.
    pub kept: Option<&'a dyn Kept>,
}
