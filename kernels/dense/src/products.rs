//! The products of a layer as products of two matrices.

use std::marker::PhantomData;

use faer::{MatMut, MatRef};
use pulp::{Simd, WithSimd};
use thalweg_numerics::{Isa, Real};
use thalweg_products::{Finish, Input, PIECE, Products, Shape, Start};

use crate::MatrixProducts;
use crate::contraction::{Contraction, Follow, Packed};
use crate::sums::ColumnSums;
use crate::view::{copied, is_row_major, operand, row_major, through_copy};

/// The products on an instruction set, which is chosen once: for small products, setup dominates.
struct Dense<S, T> {
    simd: S,
    packed: Packed<T>,
}

pub(crate) fn boxed<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    struct Boxed<T>(PhantomData<T>);
    impl<T: Real> WithSimd for Boxed<T> {
        type Output = Box<dyn Products<T> + Send>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            Box::new(Dense { simd, packed: Packed::<T>::default() })
        }
    }
    isa.dispatch(Boxed(PhantomData))
}

pub(crate) fn boxed_matrices<T: Real>(isa: Isa) -> Box<dyn MatrixProducts<T> + Send> {
    struct Boxed<T>(PhantomData<T>);
    impl<T: Real> WithSimd for Boxed<T> {
        type Output = Box<dyn MatrixProducts<T> + Send>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            Box::new(Dense { simd, packed: Packed::<T>::default() })
        }
    }
    isa.dispatch(Boxed(PhantomData))
}

/// Rows of examples are the columns of X and Z.
impl<S: Simd, T: Real> Products<T> for Dense<S, T> {
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        let a = MatRef::from_row_major_slice(inputs.of_one_lane(), examples, width);
        let b = MatRef::from_column_major_slice(weights, width, units);
        let c = MatMut::from_row_major_slice_mut(outputs, examples, units);
        self.multiply(a, b, c, Follow { finish, ..Follow::NOTHING });
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
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(examples <= PIECE, "a chain takes at most {PIECE} examples");
        let gradient = MatRef::from_row_major_slice(output_gradient, examples, units);
        let b = MatRef::from_row_major_slice(inputs.of_one_lane(), examples, width);
        let c = MatMut::from_row_major_slice_mut(weights, units, width);
        self.sums(gradient, bias, start);
        self.multiply(gradient.transpose(), b, c, Follow { start, ..Follow::NOTHING });
    }

    fn input_gradient(
        &mut self,
        shape: Shape,
        weights: &[T],
        output_gradient: &[T],
        rectified: Option<&[T]>,
        input_gradient: &mut [T],
    ) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        let a = MatRef::from_row_major_slice(output_gradient, examples, units);
        let b = MatRef::from_row_major_slice(weights, units, width);
        let c = MatMut::from_row_major_slice_mut(input_gradient, examples, width);
        let rectified = rectified.map(|values| MatRef::from_row_major_slice(values, examples, width));
        self.multiply(a, b, c, Follow { rectified, ..Follow::NOTHING });
    }
}

impl<S: Simd, T: Real> MatrixProducts<T> for Dense<S, T> {
    fn forward(
        &mut self,
        weights: MatRef<'_, T>,
        finish: Finish<'_, T>,
        inputs: MatRef<'_, T>,
        outputs: MatMut<'_, T>,
    ) {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (a, b) = (operand(inputs.transpose(), &mut a), operand(weights.transpose(), &mut b));
        self.multiply_any(a, b, outputs.transpose_mut(), Follow { finish, ..Follow::NOTHING });
    }

    fn weight_gradient(
        &mut self,
        output_gradient: MatRef<'_, T>,
        inputs: MatRef<'_, T>,
        weights: MatMut<'_, T>,
        bias: Option<&mut [T]>,
        start: Start,
    ) {
        assert!(inputs.ncols() <= PIECE, "a chain takes at most {PIECE} examples");
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (gradient, b) = (row_major(output_gradient.transpose(), &mut a), operand(inputs.transpose(), &mut b));
        self.sums(gradient, bias, start);
        self.multiply_any(gradient.transpose(), b, weights, Follow { start, ..Follow::NOTHING });
    }

    fn input_gradient(
        &mut self,
        weights: MatRef<'_, T>,
        output_gradient: MatRef<'_, T>,
        rectified: Option<MatRef<'_, T>>,
        input_gradient: MatMut<'_, T>,
    ) {
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let (a, b) = (operand(output_gradient.transpose(), &mut a), operand(weights, &mut b));
        let rectified = rectified.map(|values| values.transpose());
        self.multiply_any(a, b, input_gradient.transpose_mut(), Follow { rectified, ..Follow::NOTHING });
    }
}

impl<S: Simd, T: Real> Dense<S, T> {
    /// C = A B of operands; C is row-major, and rectified values stand like it.
    fn multiply(&mut self, a: MatRef<'_, T>, b: MatRef<'_, T>, c: MatMut<'_, T>, follow: Follow<'_, T>) {
        Contraction::new(self.simd, &mut self.packed, [a, b], c, follow).run();
    }

    /// The same for a C of any layout.
    fn multiply_any(&mut self, a: MatRef<'_, T>, b: MatRef<'_, T>, c: MatMut<'_, T>, follow: Follow<'_, T>) {
        let stands_like_c = |values: MatRef<'_, T>| is_row_major(values) && values.row_stride() == c.row_stride();
        if is_row_major(c.as_ref()) && follow.rectified.is_none_or(stands_like_c) {
            return self.multiply(a, b, c, follow);
        }
        let mut copy = Vec::new();
        let rectified = follow.rectified.map(|values| copied(values, &mut copy));
        through_copy(c, |c| self.multiply(a, b, c, Follow { rectified, ..follow }));
    }

    /// The gradient of the biases; the gradient of the outputs has a contiguous row per example.
    fn sums(&mut self, gradient: MatRef<'_, T>, sums: Option<&mut [T]>, start: Start) {
        if let Some(sums) = sums {
            assert_eq!(sums.len(), gradient.ncols(), "biases");
            self.simd.vectorize(ColumnSums { simd: self.simd, matrix: gradient, sums, start });
        }
    }
}
