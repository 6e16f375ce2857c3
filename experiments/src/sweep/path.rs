//! Which path a population takes.

use thalweg_kernels::Isa;

use super::{Condition, Model, Population};
use crate::record::Precision;
use crate::train::TrainingPath;

/// A path, and why it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The path.
    pub path: TrainingPath,
    /// Lanes of a block on the population path; none for those of a register.
    pub lanes: Option<usize>,
    /// Why, as a clause.
    pub reason: String,
}

/// The most bytes that the weights of a register of trials, their gradient and the optimizer's state take on the
/// population path.
const POPULATION_BYTES: u64 = 4 << 20;

/// The most bytes that the points of a block on a landscape, their gradient and the optimizer's state take: half of a
/// first-level cache. Many starts per block share the cost of a kernel call.
const LANDSCAPE_BYTES: u64 = 16 << 10;

impl Choice {
    /// The path that is faster for a population on so many threads, unless the spec names one. It changes no result.
    pub fn new(condition: &Condition, population: &Population, isa: Isa, threads: usize) -> Self {
        let Condition { spec, model, .. } = condition;
        let (lanes, size) = match spec.train.precision {
            Precision::F32 => (isa.lanes::<f32>(), 4),
            Precision::F64 => (isa.lanes::<f64>(), 8),
        };
        let trials = population.trials;
        let arrays = 2 + (population.optimizer.state + population.optimizer.scratch) as u64;
        let bytes = model.parameters() * arrays * size;
        if matches!(model, Model::Landscape(_)) {
            // No thread shall be without a block while another one has two.
            let share = trials.div_ceil(threads).next_multiple_of(lanes);
            let fitting = trials.min((LANDSCAPE_BYTES / bytes) as usize).min(share).max(lanes);
            let lanes = spec.engine.lanes.unwrap_or(fitting);
            let reason = format!("{lanes} starts at once take {}", kib(lanes as u64 * bytes));
            return Self { path: TrainingPath::Population, lanes: Some(lanes), reason };
        }
        let together = kib(bytes * lanes as u64);
        let (path, reason) = match spec.engine.path {
            Some(path) => (path, "as engine.path says".to_owned()),
            None if 2 * trials <= lanes => {
                (TrainingPath::Dense, format!("{trials} trials would leave most of {lanes} lanes empty"))
            }
            None if bytes * lanes as u64 > POPULATION_BYTES => {
                (TrainingPath::Dense, format!("{lanes} trials at once take {together}, too much for the caches"))
            }
            None => (TrainingPath::Population, format!("{lanes} trials at once take {together}")),
        };
        Self { path, lanes: spec.engine.lanes, reason }
    }
}

fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1024))
}
