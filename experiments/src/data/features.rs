//! Features in the precision in which networks see them.

use std::any::Any;
use std::sync::Arc;

use thalweg_kernels::Real;

use crate::record::Precision;

/// The features of a split, one example after another; rounded to the precision of the sweep, so that networks take them
/// as they are. Copies share the numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Rounded to f32.
    F32(Arc<Vec<f32>>),
    /// As they were computed.
    F64(Arc<Vec<f64>>),
}

impl Features {
    /// Of numbers of either precision.
    pub(super) fn new<T: Real>(numbers: Vec<T>) -> Self {
        let numbers: Arc<dyn Any + Send + Sync> = Arc::new(numbers);
        match numbers.downcast::<Vec<f32>>() {
            Ok(numbers) => Self::F32(numbers),
            Err(numbers) => Self::F64(numbers.downcast().unwrap_or_else(|_| panic!("{} is no precision", T::NAME))),
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(numbers) => numbers.len(),
            Self::F64(numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The precision of the numbers.
    pub fn precision(&self) -> Precision {
        match self {
            Self::F32(_) => Precision::F32,
            Self::F64(_) => Precision::F64,
        }
    }

    /// The bytes of a number of the precision.
    pub fn bytes(precision: Precision) -> u64 {
        match precision {
            Precision::F32 => 4,
            Precision::F64 => 8,
        }
    }

    /// The numbers in f64.
    pub fn to_f64(&self) -> Vec<f64> {
        self.shared().to_vec()
    }

    /// The numbers in a precision: those that are here, if it is theirs.
    pub fn shared<T: Real>(&self) -> Arc<Vec<T>> {
        match self {
            Self::F32(numbers) => rounded(numbers),
            Self::F64(numbers) => rounded(numbers),
        }
    }
}

fn rounded<A: Real, T: Real>(numbers: &Arc<Vec<A>>) -> Arc<Vec<T>> {
    let same: Arc<dyn Any + Send + Sync> = Arc::<Vec<A>>::clone(numbers);
    same.downcast().unwrap_or_else(|_| Arc::new(numbers.iter().map(|x| T::from_f64(x.to_f64())).collect()))
}
