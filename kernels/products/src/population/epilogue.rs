//! What is done to the elements of a product on their way to memory.

use thalweg_numerics::{Real, Vector};

use pulp::Simd;

use super::form::{Form, Product, place};
use super::tile::Problem;
use crate::finish::{rectify, stop};

impl<S: Simd, T: Real, F: Form, B> Problem<S, T, F, B> {
    /// What becomes of the sums that are the elements of C from (m, n) on.
    ///
    /// # Safety
    ///
    /// There are such elements.
    #[inline(always)]
    pub unsafe fn finish<const M: usize, const N: usize>(&self, sum: &mut [[Vector<S, T>; N]; M], m: usize, n: usize) {
        if F::PRODUCT == Product::Forward
            && let Some(bias) = self.epilogue.bias
        {
            for i in 0..M {
                for j in 0..N {
                    let unit = if F::C_ALONG_N { n + j } else { m + i };
                    // SAFETY: there is a bias for every unit.
                    sum[i][j] = sum[i][j] + Vector::new(self.simd, unsafe { *bias.add(unit) });
                }
            }
        }
        if F::PRODUCT == Product::Forward && self.epilogue.relu {
            rectify(sum);
        }
        if F::PRODUCT == Product::InputGradient
            && let Some(rectified) = self.epilogue.rectified
        {
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
