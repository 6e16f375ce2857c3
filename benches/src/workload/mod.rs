//! What is timed: one file a kernel family.

use thalweg_kernels::Isa;

pub mod activation;
pub mod dense;
pub mod descent;
pub mod labels;
pub mod landscape;
pub mod loss;
pub mod math;
pub mod optimizer;
pub mod pass;
pub mod product;
pub mod sweep;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The kernels of this workspace.
    Thalweg,
    /// The matrix product of faer, one trial after the other.
    Faer,
    /// Plain scalar code.
    Reference,
}

impl Runner {
    /// Its name in the ids of benches.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thalweg => "thalweg",
            Self::Faer => "faer",
            Self::Reference => "reference",
        }
    }
}

/// A computation that has its inputs and outputs ready.
pub trait Workload {
    /// Its name within its group.
    fn name(&self) -> String;

    /// What one run gets done: elements, floating-point operations or training runs.
    fn work(&self) -> u64;

    /// Who can compute it.
    fn runners(&self) -> &'static [Runner] {
        &[Runner::Thalweg, Runner::Reference]
    }

    /// Computes it once.
    fn run(&mut self, runner: Runner);

    /// Panics unless every runner's answer is right.
    fn check(&mut self);
}

/// Makes a workload for an instruction set.
pub type Make = fn(Isa) -> Box<dyn Workload>;
