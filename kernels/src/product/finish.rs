//! What is done to the elements of a product on their way to memory.

use pulp::Simd;

use super::form::{Form, place};
use super::tile::Problem;
use crate::activation::relu;
use crate::{Real, Vector};

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
pub(super) struct Epilogue<P> {
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

impl<S: Simd, T: Real, F: Form, B> Problem<S, T, F, B> {
    /// What becomes of the sums that are the elements of C from (m, n) on.
    ///
    /// # Safety
    ///
    /// There are such elements.
    #[inline(always)]
    pub unsafe fn finish<const M: usize, const N: usize>(&self, sum: &mut [[Vector<S, T>; N]; M], m: usize, n: usize) {
        if let Some(bias) = self.epilogue.bias {
            for i in 0..M {
                for j in 0..N {
                    let unit = if F::C_ALONG_N { n + j } else { m + i };
                    // SAFETY: there is a bias for every unit.
                    sum[i][j] = sum[i][j] + Vector::new(self.simd, unsafe { *bias.add(unit) });
                }
            }
        }
        if self.epilogue.relu {
            rectify(sum);
        }
        if let Some(rectified) = self.epilogue.rectified {
            let mut values = *sum;
            for i in 0..M {
                for j in 0..N {
                    let at = place(F::C_ALONG_N, self.c_stride, m + i, n + j);
                    // SAFETY: there are as many as elements of C.
                    values[i][j] = Vector::new(self.simd, unsafe { *rectified.add(at) });
                }
            }
            stop(sum, &values);
        }
    }
}

// Loops without a branch in them: the compiler unrolls no others, and keeps the sums in memory.

/// max(0, sum)
#[inline(always)]
pub(super) fn rectify<S: Simd, T: Real, const M: usize, const N: usize>(sum: &mut [[Vector<S, T>; N]; M]) {
    for i in 0..M {
        for j in 0..N {
            sum[i][j] = relu::value(sum[i][j]);
        }
    }
}

/// 0 where the unit's value is 0 or less.
#[inline(always)]
pub(super) fn stop<S: Simd, T: Real, const M: usize, const N: usize>(
    sum: &mut [[Vector<S, T>; N]; M],
    values: &[[Vector<S, T>; N]; M],
) {
    for i in 0..M {
        for j in 0..N {
            sum[i][j] = relu::backward(values[i][j], sum[i][j]);
        }
    }
}
