//! Products of so small a depth that writing C bounds them: the first layer of a problem in the plane, and the layer below
//! a single output.

use pulp::Simd;
use thalweg_numerics::kernel::Kernel;
use thalweg_numerics::{Real, Vector};

use super::form::{Form, place};
use super::operand::Element;
use super::tile::Problem;

/// C from front to back, from zero, for a depth of `D`: A and B, which are small, stay in the first-level cache. Sound under
/// the promise of [`Problem`], if that is its depth.
pub(super) struct Shallow<'a, S: Simd, T: Real, F, B, const D: usize>(pub &'a Problem<S, T, F, B>);

/// Examples whose results are computed together, so that what they share is loaded once.
const TOGETHER: usize = 2;

impl<S, T, F, B, const D: usize> Kernel for Shallow<'_, S, T, F, B, D>
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    type Output = ();

    #[inline(always)]
    unsafe fn run(self) {
        let p = *self.0;
        let outer = if F::C_ALONG_N { p.rows } else { p.columns };
        let whole = outer / TOGETHER * TOGETHER;
        // SAFETY: the caller promises it; every row and column is one of the problem's.
        unsafe {
            for first in (0..whole).step_by(TOGETHER) {
                lines::<S, T, F, B, D, TOGETHER>(&p, first);
            }
            for first in whole..outer {
                lines::<S, T, F, B, D, 1>(&p, first);
            }
        }
    }
}

/// `U` contiguous lines of C from `first` on: rows, or columns if those are what is contiguous.
///
/// # Safety
///
/// The promise of [`Problem`]; there are as many lines, and the depth is D.
#[inline(always)]
unsafe fn lines<S, T, F, B, const D: usize, const U: usize>(p: &Problem<S, T, F, B>, first: usize)
where
    S: Simd,
    T: Real,
    F: Form,
    B: Element<S, T>,
{
    // SAFETY: the caller promises that m < rows, n < columns and k < depth.
    let a = |m, k| Vector::<S, T>::new(p.simd, unsafe { *p.a.add(place(F::A_ALONG_K, p.a_stride, m, k)) });
    // SAFETY: as above.
    let b = |n, k| unsafe { p.b.at(place(F::B_ALONG_K, p.b_stride, n, k)).load(p.simd) };
    let zero = Vector::splat(p.simd, T::default());
    let mut outer = [[zero; D]; U];
    for u in 0..U {
        for k in 0..D {
            outer[u][k] = if F::C_ALONG_N { a(first + u, k) } else { b(first + u, k) };
        }
    }
    for unit in 0..if F::C_ALONG_N { p.columns } else { p.rows } {
        let mut inner = [zero; D];
        for k in 0..D {
            inner[k] = if F::C_ALONG_N { b(unit, k) } else { a(unit, k) };
        }
        for u in 0..U {
            // SAFETY: as above.
            let c = unsafe { &mut *p.c.add((first + u) * p.c_stride + unit) };
            let mut sum = zero;
            for k in 0..D {
                sum = inner[k].mul_add(outer[u][k], sum);
            }
            let (m, n) = if F::C_ALONG_N { (first + u, unit) } else { (unit, first + u) };
            // SAFETY: as above.
            unsafe { p.finish(std::array::from_mut(std::array::from_mut(&mut sum)), m, n) };
            *c = sum.register();
        }
    }
}
