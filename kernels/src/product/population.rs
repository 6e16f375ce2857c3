//! The population form: a register holds the same element of several trials.

use pulp::{Simd, WithSimd};

use super::tile::{Form, Forward, InputGradient, PerLane, Problem, Shared, WeightGradient};
use super::{Input, PIECE, Products, Shape, Start};
use crate::{Isa, Real, Vector};

/// Products of a block of interleaved trials, as many as a register has lanes.
///
/// Every product is made of lane-wise fused multiply-adds over register tiles: full width for any layer size, no
/// shuffles, no tails.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    isa: Isa,
}

impl Population {
    /// Products on an instruction set.
    pub fn new(isa: Isa) -> Self {
        Self { isa }
    }

    #[track_caller]
    fn check<T: Real>(self, what: &str, slice: &[T], elements: usize) {
        let lanes = self.isa.lanes::<T>();
        assert_eq!(slice.len(), elements * lanes, "{what}: {elements} elements of {lanes} lanes");
    }

    #[track_caller]
    fn check_input<T: Real>(self, inputs: Input<'_, T>, shape: Shape) {
        match inputs {
            Input::Shared(slice) => assert_eq!(slice.len(), shape.inputs * shape.examples, "shared inputs"),
            Input::PerLane(slice) => self.check("inputs", slice, shape.inputs * shape.examples),
        }
    }
}

impl<T: Real> Products<T> for Population {
    fn forward(&mut self, shape: Shape, weights: &[T], bias: Option<&[T]>, inputs: Input<'_, T>, outputs: &mut [T]) {
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check("outputs", outputs, shape.outputs * shape.examples);
        self.check_input(inputs, shape);
        if let Some(bias) = bias {
            self.check("bias", bias, shape.outputs);
        }
        self.isa.dispatch(Contraction {
            form: Forward,
            rows: shape.outputs,
            columns: shape.examples,
            depth: shape.inputs,
            a: (weights, shape.inputs),
            b: (inputs, shape.inputs),
            c: (outputs, shape.outputs),
            start: Start::Zero,
            bias,
        });
    }

    fn weight_gradient(
        &mut self,
        shape: Shape,
        output_gradient: &[T],
        inputs: Input<'_, T>,
        weights: &mut [T],
        bias: Option<&mut [T]>,
        start: Start,
    ) {
        assert!(shape.examples <= PIECE, "a chain takes at most {PIECE} examples");
        self.check("output gradient", output_gradient, shape.outputs * shape.examples);
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check_input(inputs, shape);
        if let Some(bias) = bias {
            self.check("bias", bias, shape.outputs);
            self.isa.dispatch(RowSums { rows: shape.outputs, a: output_gradient, sums: bias, start });
        }
        self.isa.dispatch(Contraction {
            form: WeightGradient,
            rows: shape.outputs,
            columns: shape.inputs,
            depth: shape.examples,
            a: (output_gradient, shape.outputs),
            b: (inputs, shape.inputs),
            c: (weights, shape.inputs),
            start,
            bias: None,
        });
    }

    fn input_gradient(&mut self, shape: Shape, weights: &[T], output_gradient: &[T], input_gradient: &mut [T]) {
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check("output gradient", output_gradient, shape.outputs * shape.examples);
        self.check("input gradient", input_gradient, shape.inputs * shape.examples);
        self.isa.dispatch(Contraction {
            form: InputGradient,
            rows: shape.inputs,
            columns: shape.examples,
            depth: shape.outputs,
            a: (weights, shape.inputs),
            b: (Input::PerLane(output_gradient), shape.outputs),
            c: (input_gradient, shape.inputs),
            start: Start::Zero,
            bias: None,
        });
    }
}

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\] on all lanes; each matrix with the stride of its index that is not contiguous.
struct Contraction<'a, T, F> {
    form: F,
    rows: usize,
    columns: usize,
    depth: usize,
    a: (&'a [T], usize),
    b: (Input<'a, T>, usize),
    c: (&'a mut [T], usize),
    start: Start,
    bias: Option<&'a [T]>,
}

impl<T: Real, F: Form> WithSimd for Contraction<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { form, rows, columns, depth, start, .. } = self;
        let (a, _) = T::as_registers::<S>(self.a.0);
        let (c, _) = T::as_registers_mut::<S>(self.c.0);
        let bias = self.bias.map(|bias| T::as_registers::<S>(bias).0);
        // The unsafe code below rests on these: every matrix is dense, whichever of its indices is contiguous.
        assert!(a.len() == rows * depth && c.len() == rows * columns);
        assert!(bias.is_none_or(|bias| bias.len() == rows));
        let problem = Problem {
            simd,
            form,
            rows,
            columns,
            depth,
            a: PerLane(a.as_ptr()),
            a_stride: self.a.1,
            b: (),
            b_stride: self.b.1,
            c: c.as_mut_ptr(),
            c_stride: self.c.1,
            start,
            bias: bias.map(|bias| PerLane(bias.as_ptr())),
        };
        match self.b.0 {
            Input::Shared(b) => {
                assert!(b.len() == columns * depth);
                // SAFETY: the assertions above.
                unsafe { problem.with(Shared(b.as_ptr())).run() };
            }
            Input::PerLane(b) => {
                let (b, _) = T::as_registers::<S>(b);
                assert!(b.len() == columns * depth);
                // SAFETY: the assertions above.
                unsafe { problem.with(PerLane(b.as_ptr())).run() };
            }
        }
    }
}

/// The sums of the rows of A, `[term][row]`, each in the order of its terms: the gradient of a bias.
struct RowSums<'a, T> {
    rows: usize,
    a: &'a [T],
    sums: &'a mut [T],
    start: Start,
}

impl<T: Real> WithSimd for RowSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (a, _) = T::as_registers::<S>(self.a);
        let (sums, _) = T::as_registers_mut::<S>(self.sums);
        let (eights, ones) = sums.as_chunks_mut::<8>();
        let mut first = 0;
        for eight in eights {
            row_sums::<S, T, 8>(simd, a, first, self.rows, eight, self.start);
            first += 8;
        }
        for one in ones {
            row_sums::<S, T, 1>(simd, a, first, self.rows, std::array::from_mut(one), self.start);
            first += 1;
        }
    }
}

/// `U` sums over the registers `first ..` of every row of `width` registers.
#[inline(always)]
fn row_sums<S: Simd, T: Real, const U: usize>(
    simd: S,
    a: &[T::Reg<S>],
    first: usize,
    width: usize,
    sums: &mut [T::Reg<S>; U],
    start: Start,
) {
    let mut sum = Vector::<S, T, U>::splat(simd, T::default());
    if start == Start::Continue {
        sum = Vector::from_registers(simd, *sums);
    }
    for row in a.chunks_exact(width) {
        sum = sum + Vector::load(simd, &row[first..]);
    }
    *sums = sum.registers();
}
