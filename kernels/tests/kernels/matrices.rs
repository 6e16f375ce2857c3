//! The dense products on faer's views, in every layout, against the same products on plain slices: equal to the bit.

use faer::{Mat, MatMut, MatRef};
use thalweg_kernels::product::matrices::matrices;
use thalweg_kernels::product::{Finish, Input, Shape, Start, dense};
use thalweg_kernels::{Isa, Real};

use crate::numbers::Numbers;

/// Outputs, inputs and examples.
const SHAPES: &[[usize; 3]] = &[[1, 1, 1], [3, 2, 5], [1, 9, 4], [7, 1, 6], [5, 17, 1], [16, 33, 9], [40, 70, 20]];

/// How a matrix stands in memory.
#[derive(Clone, Copy, Debug)]
enum Layout {
    ColumnMajor,
    RowMajor,
    /// Column after column, with room between them, as in faer's own matrices.
    Padded,
    /// The last row and column first.
    Reversed,
}

const LAYOUTS: [Layout; 4] = [Layout::ColumnMajor, Layout::RowMajor, Layout::Padded, Layout::Reversed];

/// A matrix in some layout.
struct Stored<T> {
    memory: Mat<T>,
    layout: Layout,
    rows: usize,
}

impl<T: Real> Stored<T> {
    fn new(layout: Layout, rows: usize, columns: usize, at: impl Fn(usize, usize) -> T) -> Self {
        let (height, width) = match layout {
            Layout::RowMajor => (columns, rows),
            Layout::Padded => (rows + 3, columns),
            Layout::ColumnMajor | Layout::Reversed => (rows, columns),
        };
        let memory = Mat::from_fn(height, width, |_, _| T::from_f64(f64::NAN));
        let mut stored = Self { memory, layout, rows };
        let mut view = stored.view_mut();
        for i in 0..rows {
            for j in 0..columns {
                view[(i, j)] = at(i, j);
            }
        }
        stored
    }

    fn view(&self) -> MatRef<'_, T> {
        let memory = self.memory.as_ref();
        match self.layout {
            Layout::ColumnMajor => memory,
            Layout::RowMajor => memory.transpose(),
            Layout::Padded => memory.subrows(0, self.rows),
            Layout::Reversed => memory.reverse_rows_and_cols(),
        }
    }

    fn view_mut(&mut self) -> MatMut<'_, T> {
        let memory = self.memory.as_mut();
        match self.layout {
            Layout::ColumnMajor => memory,
            Layout::RowMajor => memory.transpose_mut(),
            Layout::Padded => memory.subrows_mut(0, self.rows),
            Layout::Reversed => memory.reverse_rows_and_cols_mut(),
        }
    }

    /// Fails where it is not `expected`, or where the room around it was written to.
    #[track_caller]
    fn assert_is(&self, expected: impl Fn(usize, usize) -> T, what: &str) {
        let view = self.view();
        for i in 0..view.nrows() {
            for j in 0..view.ncols() {
                let (got, want) = (view[(i, j)].to_f64(), expected(i, j).to_f64());
                assert_eq!(got.to_bits(), want.to_bits(), "{what} at ({i}, {j}), {:?}", self.layout);
            }
        }
        if let Layout::Padded = self.layout {
            let around = self.memory.as_ref().subrows(self.rows, 3);
            let untouched = |i: usize, j: usize| around[(i, j)].to_f64().is_nan();
            assert!((0..3).all(|i| (0..around.ncols()).all(|j| untouched(i, j))), "{what}: written beyond its rows");
        }
    }
}

fn products_of_matrices<T: Real>(isa: Isa, [outputs, inputs, examples]: [usize; 3], layouts: [Layout; 3]) {
    let mut numbers = Numbers::new((outputs + inputs + examples) as u64);
    let mut draw = |count: usize| (0..count).map(|_| T::from_f64(numbers.normal())).collect::<Vec<T>>();
    let (w, x, dz) = (draw(outputs * inputs), draw(inputs * examples), draw(outputs * examples));
    let (bias, shape) = (draw(outputs), Shape { outputs, inputs, examples });
    let (mut plain, mut matrices) = (dense::<T>(isa), matrices::<T>(isa));
    let [of_a, of_b, of_c] = layouts;
    let zero = |_: usize, _: usize| T::default();
    let what = |product: &str| format!("{product} of {shape:?} on {isa:?}");
    let weights = |layout| Stored::new(layout, outputs, inputs, |i, k| w[i * inputs + k]);
    let inputs_in = |layout| Stored::new(layout, inputs, examples, |k, e| x[e * inputs + k]);
    let gradient = |layout| Stored::new(layout, outputs, examples, |i, e| dz[e * outputs + i]);

    let mut want = vec![T::default(); outputs * examples];
    let finish = Finish { bias: Some(&*bias), relu: true };
    plain.forward(shape, &w, finish, Input::Shared(&x), &mut want);
    let mut got = Stored::new(of_c, outputs, examples, zero);
    matrices.forward(weights(of_a).view(), finish, inputs_in(of_b).view(), got.view_mut());
    got.assert_is(|i, e| want[e * outputs + i], &what("forward"));

    let (mut want, mut sums) = (w.clone(), vec![bias.clone(), bias.clone()]);
    plain.weight_gradient(shape, &dz, Input::Shared(&x), &mut want, Some(&mut sums[0]), Start::Continue);
    let mut got = weights(of_c);
    let (a, b) = (gradient(of_a), inputs_in(of_b));
    matrices.weight_gradient(a.view(), b.view(), got.view_mut(), Some(&mut sums[1]), Start::Continue);
    got.assert_is(|i, k| want[i * inputs + k], &what("weight gradient"));
    assert!(sums[0] == sums[1], "{}", what("bias gradient"));

    let mut want = vec![T::default(); inputs * examples];
    plain.input_gradient(shape, &w, &dz, Some(&x), &mut want);
    for rectified in LAYOUTS {
        let mut got = Stored::new(of_c, inputs, examples, zero);
        let (a, b, rectified) = (weights(of_a), gradient(of_b), inputs_in(rectified));
        matrices.input_gradient(a.view(), b.view(), Some(rectified.view()), got.view_mut());
        let layout = rectified.layout;
        got.assert_is(|k, e| want[e * inputs + k], &format!("{} {layout:?} {of_a:?} {of_b:?}", what("input gradient")));
    }
}

fn products_of_matrices_in_every_layout<T: Real>() {
    for isa in Isa::available() {
        for &shape in SHAPES {
            for a in LAYOUTS {
                for b in LAYOUTS {
                    LAYOUTS.iter().for_each(|&c| products_of_matrices::<T>(isa, shape, [a, b, c]));
                }
            }
        }
    }
}

#[test]
fn products_of_matrices_in_every_layout_in_f32() {
    products_of_matrices_in_every_layout::<f32>();
}

#[test]
fn products_of_matrices_in_every_layout_in_f64() {
    products_of_matrices_in_every_layout::<f64>();
}

/// Few enough for Miri.
#[test]
fn miri_products_of_matrices() {
    for layout in LAYOUTS {
        products_of_matrices::<f32>(Isa::available()[0], [3, 2, 5], [layout; 3]);
    }
}

#[test]
#[should_panic(expected = "the shapes of a product")]
fn matrices_that_do_not_fit_are_refused() {
    let (w, x, mut z) = (Mat::<f32>::zeros(2, 3), Mat::zeros(4, 5), Mat::zeros(2, 5));
    matrices(Isa::best()).forward(w.as_ref(), Finish::NOTHING, x.as_ref(), z.as_mut());
}
