//! Who looks at the trials of a condition, and when.

use super::{Condition, Model, Plan};
use crate::observe::{Cost, Extent, NORMS};
use crate::record::Precision;
use crate::spec::Observation;
use crate::train;

/// An observer of a condition's trials, the steps that it looks at, and what a look costs.
#[derive(Clone, Debug)]
pub struct Watch<'a> {
    /// The observer, as the spec has it.
    pub observation: &'a Observation,
    /// The steps.
    pub steps: Vec<u64>,
    /// What a look costs for each trial, at most.
    pub cost: Cost,
}

/// Bytes of a number in a table, about.
const NUMBER: u64 = 12;

impl Condition {
    /// Those of the spec, in their order.
    pub fn watches(&self) -> Vec<Watch<'_>> {
        let weights = self.model.parameters();
        let layers = match &self.model {
            Model::Network(shape) => shape.layers.len() as u64 - 1,
            Model::Landscape(_) => 1,
        };
        let number = if self.spec.train.precision == Precision::F32 { 4 } else { 8 };
        let watch = |observation: &'_ Observation| {
            let extent = Extent { values: &observation.values, weights, layers, number };
            (observation.steps(&self.schedule.recorded), (observation.observer.cost)(&extent))
        };
        let watches = self.spec.record.observe.iter().map(|observation| {
            let (steps, cost) = watch(observation);
            Watch { observation, steps, cost }
        });
        watches.collect()
    }
}

impl Plan {
    /// How many gradients and products of the Hessian observers ask for, of all trials together, at most.
    pub fn asked(&self) -> [u128; 2] {
        let mut asked = [0_u128; 2];
        for (at, condition) in self.conditions.iter().enumerate() {
            for Watch { cost, steps, .. } in condition.watches() {
                let looks = u128::from(self.trials.under(at)) * steps.len() as u128;
                let of = [cost.gradients, cost.products];
                asked.iter_mut().zip(of).for_each(|(asked, each)| *asked += looks * u128::from(each));
            }
        }
        asked
    }
}

impl Watch<'_> {
    /// The rows of a trial, at most.
    pub fn rows(&self) -> u64 {
        self.cost.rows.saturating_mul(self.steps.len() as u64)
    }

    /// Bytes of its rows of a trial in tables, about, where so many come before the numbers of each. The columns that every
    /// `curves.csv` has are not counted.
    pub fn text_bytes(&self, leading: u64) -> u64 {
        let observer = self.observation.observer;
        let own = NUMBER * observer.columns.len() as u64;
        let row = match observer.table() {
            Some(_) => leading + NUMBER + own,
            None if observer == &NORMS => 0,
            None => own,
        };
        self.rows().saturating_mul(row)
    }

    /// Bytes of its numbers of a trial while it is trained.
    pub fn outcome_bytes(&self) -> u64 {
        self.rows().saturating_mul(8 * (2 + self.observation.observer.columns.len() as u64))
    }

    /// The same for the training loop.
    pub(super) fn of_loop(&self) -> train::Watch<'_> {
        let Observation { observer, values, .. } = self.observation;
        train::Watch { observer, values, steps: &self.steps }
    }
}
