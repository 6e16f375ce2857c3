//! Which path a population takes.

use thalweg_kernels::Isa;

use super::{Plan, Population};
use crate::record::Precision;
use crate::spec::Spec;
use crate::train::Path;

/// A path, and why it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The path.
    pub path: Path,
    /// Why, as a clause.
    pub reason: String,
}

/// What the weights of a register of trials, their gradient and the optimizer's state may take on the population path.
const POPULATION_BYTES: u64 = 4 << 20;

impl Choice {
    /// The path that is faster for a population, unless the spec names one. It changes no result.
    pub fn new(spec: &Spec, plan: &Plan, population: &Population, isa: Isa) -> Self {
        if let Some(path) = spec.engine.path {
            return Self { path, reason: "as engine.path says".to_owned() };
        }
        let (lanes, size) = match spec.train.precision {
            Precision::F32 => (isa.lanes::<f32>(), 4),
            Precision::F64 => (isa.lanes::<f64>(), 8),
        };
        let trials = population.trials.len();
        let arrays = 2 + population.optimizer.state as u64;
        let bytes = plan.shape.parameters * arrays * lanes as u64 * size;
        let kib = bytes.div_ceil(1024);
        if 2 * trials <= lanes {
            let reason = format!("{trials} trials would leave most of {lanes} lanes empty");
            Self { path: Path::Dense, reason }
        } else if bytes > POPULATION_BYTES {
            let reason = format!("{lanes} trials at once take {kib} KiB, too much for the caches");
            Self { path: Path::Dense, reason }
        } else {
            let reason = format!("{lanes} trials at once take {kib} KiB");
            Self { path: Path::Population, reason }
        }
    }
}
