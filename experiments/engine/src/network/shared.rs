//! The products of the dense path, shared by the threads of a team.

use faer::{MatMut, MatRef};
use thalweg_kernels::product::matrices::MatrixProducts;
use thalweg_kernels::product::{self, Finish, Input, PIECE, Products, Shape, Start};
use thalweg_kernels::{Isa, Real};

use crate::train::Team;
use crate::train::team::{Cut, place, share};

/// Multiply-adds of a product in a nanosecond, about: what is worth sharing depends on it, and nothing else.
const PER_NANOSECOND: usize = 40;

/// Products of one trial that are cut into blocks of their result, where that is worth it.
pub(super) struct Shared<T> {
    team: Team,
    alone: Box<dyn Products<T> + Send>,
    /// One per thread, each with copies of its own.
    members: Vec<Box<dyn MatrixProducts<T> + Send>>,
}

impl<T: Real> Shared<T> {
    pub fn new(isa: Isa, team: &Team) -> Self {
        let members = (0..team.threads()).map(|_| product::matrices::matrices(isa)).collect();
        Self { team: team.clone(), alone: product::dense(isa), members }
    }

    /// Into how many parts a product of this shape is cut, whose result has so many rows and columns.
    fn parts(&self, shape: Shape, size: [usize; 2]) -> usize {
        let Shape { outputs, inputs, examples } = shape;
        self.team.parts(size[0].max(size[1]), outputs * inputs * examples / PER_NANOSECOND)
    }
}

impl<T: Real> Products<T> for Shared<T> {
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        let parts = self.parts(shape, [examples, units]);
        if parts == 1 {
            return self.alone.forward(shape, weights, finish, inputs, outputs);
        }
        let work = Forward {
            weights: MatRef::from_row_major_slice(weights, units, width),
            finish,
            inputs: MatRef::from_column_major_slice(inputs.of_one_lane(), width, examples),
            outputs: MatMut::from_column_major_slice_mut(outputs, units, examples),
        };
        share(parts, (&mut self.members[..parts], work), &|(own, work)| {
            own[0].forward(work.weights, work.finish, work.inputs, work.outputs);
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
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(examples <= PIECE, "a chain takes at most {PIECE} examples");
        let parts = self.parts(shape, [units, width]);
        if parts == 1 {
            return self.alone.weight_gradient(shape, output_gradient, inputs, weights, bias, start);
        }
        let work = WeightGradient {
            output_gradient: MatRef::from_column_major_slice(output_gradient, units, examples),
            inputs: MatRef::from_column_major_slice(inputs.of_one_lane(), width, examples),
            weights: MatMut::from_row_major_slice_mut(weights, units, width),
            bias,
        };
        share(parts, (&mut self.members[..parts], work), &|(own, work)| {
            own[0].weight_gradient(work.output_gradient, work.inputs, work.weights, work.bias, start);
        });
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
        let parts = self.parts(shape, [examples, width]);
        if parts == 1 {
            return self.alone.input_gradient(shape, weights, output_gradient, rectified, input_gradient);
        }
        let work = InputGradient {
            weights: MatRef::from_row_major_slice(weights, units, width),
            output_gradient: MatRef::from_column_major_slice(output_gradient, units, examples),
            rectified: rectified.map(|values| MatRef::from_column_major_slice(values, width, examples)),
            input_gradient: MatMut::from_column_major_slice_mut(input_gradient, width, examples),
        };
        share(parts, (&mut self.members[..parts], work), &|(own, work)| {
            own[0].input_gradient(work.weights, work.output_gradient, work.rectified, work.input_gradient);
        });
    }
}

/// Whether a result is cut along its rows, for parts that are about square: they read least.
fn is_cut_along_rows(result: MatRef<'_, impl Sized>) -> bool {
    result.nrows() >= result.ncols()
}

/// What [`MatrixProducts::forward`] takes: a column per example.
struct Forward<'a, T> {
    weights: MatRef<'a, T>,
    finish: Finish<'a, T>,
    inputs: MatRef<'a, T>,
    outputs: MatMut<'a, T>,
}

impl<T: Real> Cut for Forward<'_, T> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let Self { weights, finish, inputs, outputs } = self;
        if is_cut_along_rows(outputs.as_ref()) {
            let at = place(outputs.nrows(), sides);
            let ((w, v), (z, y)) = (weights.split_at_row(at), outputs.split_at_row_mut(at));
            let (b, c) = finish.bias.map(|bias| bias.split_at(at)).unzip();
            let [finish, other] = [b, c].map(|bias| Finish { bias, ..finish });
            return [
                Self { weights: w, finish, inputs, outputs: z },
                Self { weights: v, finish: other, inputs, outputs: y },
            ];
        }
        let at = place(outputs.ncols(), sides);
        let ((x, u), (z, y)) = (inputs.split_at_col(at), outputs.split_at_col_mut(at));
        [Self { weights, finish, inputs: x, outputs: z }, Self { weights, finish, inputs: u, outputs: y }]
    }
}

/// What [`MatrixProducts::weight_gradient`] takes.
struct WeightGradient<'a, T> {
    output_gradient: MatRef<'a, T>,
    inputs: MatRef<'a, T>,
    weights: MatMut<'a, T>,
    bias: Option<&'a mut [T]>,
}

impl<T: Real> Cut for WeightGradient<'_, T> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let Self { output_gradient, inputs, weights, bias } = self;
        if is_cut_along_rows(weights.as_ref()) {
            let at = place(weights.nrows(), sides);
            let ((d, e), (w, v)) = (output_gradient.split_at_row(at), weights.split_at_row_mut(at));
            let (b, c) = bias.map(|bias| bias.split_at_mut(at)).unzip();
            return [
                Self { output_gradient: d, inputs, weights: w, bias: b },
                Self { output_gradient: e, inputs, weights: v, bias: c },
            ];
        }
        let at = place(weights.ncols(), sides);
        let ((x, u), (w, v)) = (inputs.split_at_row(at), weights.split_at_col_mut(at));
        // The biases go with the first columns.
        [
            Self { output_gradient, inputs: x, weights: w, bias },
            Self { output_gradient, inputs: u, weights: v, bias: None },
        ]
    }
}

/// What [`MatrixProducts::input_gradient`] takes.
struct InputGradient<'a, T> {
    weights: MatRef<'a, T>,
    output_gradient: MatRef<'a, T>,
    rectified: Option<MatRef<'a, T>>,
    input_gradient: MatMut<'a, T>,
}

impl<T: Real> Cut for InputGradient<'_, T> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let Self { weights, output_gradient, rectified, input_gradient } = self;
        if is_cut_along_rows(input_gradient.as_ref()) {
            let at = place(input_gradient.nrows(), sides);
            let ((w, v), (g, h)) = (weights.split_at_col(at), input_gradient.split_at_row_mut(at));
            let (x, u) = rectified.map(|values| values.split_at_row(at)).unzip();
            return [
                Self { weights: w, output_gradient, rectified: x, input_gradient: g },
                Self { weights: v, output_gradient, rectified: u, input_gradient: h },
            ];
        }
        let at = place(input_gradient.ncols(), sides);
        let ((d, e), (g, h)) = (output_gradient.split_at_col(at), input_gradient.split_at_col_mut(at));
        let (x, u) = rectified.map(|values| values.split_at_col(at)).unzip();
        [
            Self { weights, output_gradient: d, rectified: x, input_gradient: g },
            Self { weights, output_gradient: e, rectified: u, input_gradient: h },
        ]
    }
}
