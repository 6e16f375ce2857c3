//! What is timed: one file per kernel family.

use thalweg_kernels::Isa;

use crate::answer::Answer;

pub mod activation;
pub mod curvature;
pub mod data;
pub mod dense;
pub mod descent;
pub mod families;
pub mod hessian;
pub mod labels;
pub mod landscape;
pub mod loss;
pub mod math;
pub mod matrices;
pub mod method;
pub mod optimizer;
pub mod pass;
pub mod product;
pub mod step;
pub mod study;
pub mod sweep;
pub mod table;
mod trial;
pub mod walk;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// The kernels of this workspace.
    Thalweg,
    /// The matrix product of faer, one trial after another.
    Faer,
    /// That of matrixmultiply.
    MatrixMultiply,
    /// That of nalgebra.
    Nalgebra,
    /// That of OpenBLAS.
    #[cfg(feature = "peers")]
    OpenBlas,
    /// That of BLIS.
    #[cfg(feature = "peers")]
    Blis,
    /// That of LIBXSMM, of matrices that were put into its order beforehand.
    #[cfg(feature = "peers")]
    Libxsmm,
    /// The same of matrices as they stand, some of which it transposes first.
    #[cfg(feature = "peers")]
    LibxsmmTransposing,
    /// The elementary functions of SLEEF with an error of at most 1 ULP.
    #[cfg(feature = "peers")]
    SleefU10,
    /// Those with an error of at most 3.5 ULP.
    #[cfg(feature = "peers")]
    SleefU35,
    /// Plain scalar code.
    Reference,
}

impl Runner {
    /// Whether it is ours.
    pub fn is_ours(&self) -> bool {
        *self == Self::Thalweg
    }

    /// Whether its kernels are for small products only.
    pub fn is_for_small_products(self) -> bool {
        match self {
            #[cfg(feature = "peers")]
            Self::Libxsmm | Self::LibxsmmTransposing => true,
            _ => false,
        }
    }

    /// Its name in the ids of benches.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thalweg => "thalweg",
            Self::Faer => "faer",
            Self::MatrixMultiply => "matrixmultiply",
            Self::Nalgebra => "nalgebra",
            #[cfg(feature = "peers")]
            Self::OpenBlas => "openblas",
            #[cfg(feature = "peers")]
            Self::Blis => "blis",
            #[cfg(feature = "peers")]
            Self::Libxsmm => "libxsmm",
            #[cfg(feature = "peers")]
            Self::LibxsmmTransposing => "libxsmm-transposing",
            #[cfg(feature = "peers")]
            Self::SleefU10 => "sleef-u10",
            #[cfg(feature = "peers")]
            Self::SleefU35 => "sleef-u35",
            Self::Reference => "reference",
        }
    }
}

/// What one run of a workload must at least do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// The size of a number in bytes.
    pub number: usize,
    /// Numbers that are read.
    pub loaded: u64,
    /// Numbers that are written.
    pub stored: u64,
    /// Different numbers among them, which must fit a cache.
    pub held: u64,
    /// Multiply-adds, if the formula says how many.
    pub multiplications: Option<u64>,
}

/// A computation that has its inputs and outputs ready.
pub trait Workload {
    /// Its name within its group.
    fn name(&self) -> String;

    /// What one run gets done, in its [`unit`](Self::unit).
    fn work(&self) -> u64;

    /// What work is counted in: elements, if nothing else is said.
    fn unit(&self) -> &'static str {
        "elements"
    }

    /// Who can compute it.
    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg, Runner::Reference]
    }

    /// Computes it once.
    fn run(&mut self, runner: Runner);

    /// What a run demands of the machine, if it is a kernel and not a whole training.
    fn demands(&self) -> Option<Demands> {
        None
    }

    /// Adds the result of the last run by [`Runner::Thalweg`].
    fn answer(&self, to: &mut Answer);

    /// Panics unless every runner's answer is right.
    fn check(&mut self);
}

/// Makes a workload for an instruction set.
pub type Make<'a> = dyn Fn(Isa) -> Box<dyn Workload> + 'a;
