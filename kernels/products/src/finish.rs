//! What is done to the elements of a product on their way to memory.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

/// What is done to the outputs of a layer on their way to memory.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a, T> {
    /// `[output][lane]`, added.
    pub bias: Option<&'a [T]>,
    /// Whether they are rectified after that.
    pub relu: bool,
}

impl<T> Finish<'_, T> {
    /// Outputs as the product of weights and inputs has them.
    pub const NOTHING: Self = Self { bias: None, relu: false };
}

/// What is done to the elements of C after the last term.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<P> {
    /// Added; one for every unit.
    pub bias: Option<P>,
    /// Whether they are rectified after that.
    pub relu: bool,
    /// Elements in the order of C: where they are 0 or less, so becomes C.
    pub rectified: Option<P>,
}

impl<P> Epilogue<P> {
    /// C is the product.
    pub const NONE: Self = Self { bias: None, relu: false, rectified: None };

    /// The same with the arrays seen as something else.
    #[inline(always)]
    pub fn map<Q>(self, see: impl Fn(P) -> Q) -> Epilogue<Q> {
        Epilogue { bias: self.bias.map(&see), relu: self.relu, rectified: self.rectified.map(&see) }
    }
}

impl<'a, T> From<Finish<'a, T>> for Epilogue<&'a [T]> {
    fn from(Finish { bias, relu }: Finish<'a, T>) -> Self {
        Self { bias, relu, rectified: None }
    }
}

// Loops without a branch in them: the compiler unrolls no others, and keeps the sums in memory.

/// max(0, sum)
#[inline(always)]
pub fn rectify<S: Simd, T: Real, const M: usize, const N: usize>(sum: &mut [[Vector<S, T>; N]; M]) {
    for i in 0..M {
        for j in 0..N {
            sum[i][j] = sum[i][j].rectified();
        }
    }
}

/// 0 where the unit's value is 0 or less.
#[inline(always)]
pub fn stop<S: Simd, T: Real, const M: usize, const N: usize>(
    sum: &mut [[Vector<S, T>; N]; M],
    values: &[[Vector<S, T>; N]; M],
) {
    for i in 0..M {
        for j in 0..N {
            sum[i][j] = sum[i][j].where_positive(values[i][j]);
        }
    }
}
