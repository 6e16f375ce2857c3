//! What is compiled for every instruction set.

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real};

use crate::cholesky::{cholesky, solve, solve_transposed};
use crate::elementwise::{choose, clear, mark, mix, polynomial, shift, transpose};
use crate::householder::Reflections;
use crate::norm::{norms, rescale};
use crate::qr::qr;
use crate::rows::Lanes;

/// Trials whose matrices are worked on together.
#[derive(Clone, Copy)]
pub(crate) struct Group {
    pub isa: Isa,
    /// Numbers of an element: as many as a register has, or one.
    pub lanes: usize,
}

impl Group {
    /// Carries out an operation on arrays of this group.
    pub fn run<T: Real>(self, operation: Operation<'_, T>) {
        KERNEL.get::<T>()(self, operation);
    }
}

/// An operation on matrices of one size.
pub(crate) enum Operation<'a, T> {
    /// See [`cholesky`].
    Cholesky { n: usize, a: &'a mut [T] },
    /// See [`solve`].
    Solve { size: [usize; 2], l: &'a [T], b: &'a mut [T] },
    /// See [`solve_transposed`].
    SolveTransposed { size: [usize; 2], l: &'a [T], b: &'a mut [T] },
    /// See [`qr`].
    Qr { reflections: Reflections<'a, T>, r: Option<&'a mut [T]> },
    /// See [`norms`].
    Norms { x: &'a [T], norms: &'a mut [f64] },
    /// See [`rescale`].
    Rescale { x: &'a mut [T], factors: &'a [f64] },
    /// See [`polynomial`].
    Polynomial { n: usize, coefficients: &'a [T], a: &'a [T], square: &'a mut [T] },
    /// See [`shift`].
    Shift { n: usize, c: f64, a: &'a mut [T] },
    /// See [`mix`].
    Mix { factors: [f64; 2], x: &'a mut [T], y: &'a [T] },
    /// See [`choose`].
    Choose { chosen: &'a [T], x: &'a mut [T], y: &'a [T] },
    /// See [`transpose`].
    Transpose { size: [usize; 2], a: &'a [T], transposed: &'a mut [T] },
    /// See [`mark`].
    Mark { n: usize, x: &'a [T], rows: &'a mut [T], columns: &'a mut [T] },
    /// See [`clear`].
    Clear { n: usize, x: &'a mut [T], rows: &'a [T], columns: &'a [T] },
}

/// Behind pointers, so that these kernels are compiled here and not in every crate that is generic over the precision.
static KERNEL: Table<Kernel> = Table { f32: run, f64: run };

#[derive(Clone, Copy)]
struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Group, Operation<'_, T>);
}

fn run<T: Real>(group: Group, operation: Operation<'_, T>) {
    group.isa.dispatch(Op { lanes: group.lanes, operation });
}

struct Op<'a, T> {
    lanes: usize,
    operation: Operation<'a, T>,
}

impl<T: Real> WithSimd for Op<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // Where it is not one, it is a number that the compiler knows.
        let count = if self.lanes == 1 { 1 } else { T::lanes::<S>() };
        let lanes = Lanes { simd, count };
        match self.operation {
            Operation::Cholesky { n, a } => cholesky(lanes, n, a),
            Operation::Solve { size, l, b } => solve(lanes, size, l, b),
            Operation::SolveTransposed { size, l, b } => solve_transposed(lanes, size, l, b),
            Operation::Qr { reflections, r } => qr(lanes, reflections, r),
            Operation::Norms { x, norms: sums } => norms(lanes, x, sums),
            Operation::Rescale { x, factors } => rescale(lanes, x, factors),
            Operation::Polynomial { n, coefficients, a, square } => polynomial(lanes, n, coefficients, a, square),
            Operation::Shift { n, c, a } => shift(lanes, n, c, a),
            Operation::Mix { factors, x, y } => mix(lanes, factors, x, y),
            Operation::Choose { chosen, x, y } => choose(lanes, chosen, x, y),
            Operation::Mark { n, x, rows, columns } => mark(lanes, n, x, rows, columns),
            Operation::Clear { n, x, rows, columns } => clear(lanes, n, x, rows, columns),
            Operation::Transpose { size, a, transposed } => transpose(lanes, size, a, transposed),
        }
    }
}
