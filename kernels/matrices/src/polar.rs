//! Polar factors by Halley's iteration with dynamical weights.

use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Buffer, Real};
use thalweg_products::{Finish, Input, Products, Shape};

use crate::Size;
use crate::householder::Space;
use crate::operation::{Group, Operation};

/// The weights a, b and c of the iterations X ← X (a + b XᵀX) (1 + c XᵀX)⁻¹, which make σ (a + b σ²) / (1 + c σ²) of every
/// singular value σ.
///
/// If none is below l, these are the best ones (Nakatsukasa, Bai and Gygi, section 3):
///
/// ```text
/// d = ∛(4 (1 - l²) / l⁴)
/// a = √(1 + d) + ½ √(8 - 4 d + 8 (2 - l²) / (l² √(1 + d)))
/// b = (a - 1)² / 4
/// c = a + b - 1
/// ```
///
/// and l becomes l (a + b l²) / (1 + c l²). They are fixed by the first l: 2⁻²⁴ for f32 and 2⁻⁵³ for f64, half the distance
/// from 1 to the next number. At the end 1 - l is below that.
static WEIGHTS: Table<Weights> = Table {
    f32: &[
        [165140.37186393162, 6817753034.903473, 6817918174.275337],
        [54.90007499053652, 726.3045209963651, 780.2045959869016],
        [4.34419003165752, 2.7959017419593812, 6.140091773616901],
        [3.0073984518770454, 1.0074121361495896, 3.014810588026635],
    ],
    f64: &[
        [109085369661.43062, 2.974904468488199e21, 2.9749044685972843e21],
        [4778.103364679946, 5705179.139209116, 5709956.242573796],
        [16.96191647597106, 63.695694396469094, 79.65761087244015],
        [3.3998596152362595, 1.439831543210482, 3.8396911584467417],
        [3.0003354741592725, 1.0003355022950007, 3.0006709764542734],
        [3.000000000000262, 1.000000000000262, 3.000000000000524],
    ],
};

#[derive(Clone, Copy)]
struct Weights;
impl Family for Weights {
    type Member<T: Real> = &'static [[f64; 3]];
}

/// The largest c for which 1 + c X Xᵀ, whose condition is at most 1 + c, is inverted.
const LARGEST: f64 = 100.0;

/// Space for iterations. X has at most as many rows as columns in them, m and n.
#[derive(Default)]
pub(crate) struct Halley<T> {
    /// X of a matrix that has more.
    transposed: Buffer<T>,
    /// Xᵀ upon 1 / √c, then Q₁ upon Q₂: n + m rows of m.
    stack: Buffer<T>,
    reflecting: Space<T>,
    /// Of m × m.
    square: Buffer<T>,
    /// Of m × n.
    product: Buffer<T>,
    /// Which rows and columns hold something.
    marks: [Buffer<T>; 2],
}

impl<T: Real> Halley<T> {
    /// The polar factor of X, whose singular values are at most 1.
    pub fn run(&mut self, group: Group, products: &mut dyn Products<T>, size: Size, x: &mut [T]) {
        let [mut of_rows, mut of_columns] = std::mem::take(&mut self.marks);
        let n = size.columns;
        let (rows, columns) = (of_rows.at_least(size.rows * group.lanes), of_columns.at_least(n * group.lanes));
        group.run(Operation::Mark { n, x, rows, columns });
        let wide = Size { rows: size.short(), columns: size.long() };
        if size.is_tall() {
            let mut space = std::mem::take(&mut self.transposed);
            let transposed = space.at_least(x.len());
            group.run(Operation::Transpose { size: [size.rows, size.columns], a: x, transposed });
            self.iterate(group, products, wide, transposed);
            group.run(Operation::Transpose { size: [wide.rows, wide.columns], a: transposed, transposed: x });
            self.transposed = space;
        } else {
            self.iterate(group, products, wide, x);
        }
        // Rounding left a little where there was nothing.
        group.run(Operation::Clear { n, x, rows, columns });
        self.marks = [of_rows, of_columns];
    }

    fn iterate(&mut self, group: Group, products: &mut dyn Products<T>, size: Size, x: &mut [T]) {
        for &weights in WEIGHTS.get::<T>() {
            if weights[2] > LARGEST {
                self.iterate_by_qr(group, products, size, weights, x);
            } else {
                self.iterate_by_cholesky(group, products, size, weights, x);
            }
        }
    }

    /// X ← b/c X + (a - b/c) (1 + c X Xᵀ)⁻¹ X, where √c (1 + c X Xᵀ)⁻¹ X = Q₂ Q₁ᵀ of an orthonormal basis of the columns of
    /// Xᵀ upon 1/√c, which needs no square of X.
    fn iterate_by_qr(
        &mut self,
        group: Group,
        products: &mut dyn Products<T>,
        size: Size,
        [a, b, c]: [f64; 3],
        x: &mut [T],
    ) {
        let (lanes, Size { rows: m, columns: n }) = (group.lanes, size);
        let root = c.sqrt();
        let stack = self.stack.at_least((n + m) * m * lanes);
        let (upper, lower) = stack.split_at_mut(n * m * lanes);
        group.run(Operation::Transpose { size: [m, n], a: x, transposed: upper });
        lower.fill(T::default());
        for i in 0..m {
            lower[(i * m + i) * lanes..][..lanes].fill(T::from_f64(1.0 / root));
        }
        let stacked = Size { rows: n + m, columns: m };
        // Of the lower rows, column 0 has something in one, and each later column in one more.
        let reflections = self.reflecting.reflections(lanes, stacked, n + 1, stack);
        group.run(Operation::Qr { reflections, r: None });
        let (upper, lower) = stack.split_at(n * m * lanes);
        let product = self.product.at_least(m * n * lanes);
        let shape = Shape { outputs: n, inputs: m, examples: m };
        products.forward(shape, upper, Finish::NOTHING, Input::PerLane(lower), product);
        group.run(Operation::Mix { factors: [b / c, (a - b / c) / root], x, y: product });
    }

    /// The same by the Cholesky factor of 1 + c X Xᵀ.
    fn iterate_by_cholesky(
        &mut self,
        group: Group,
        products: &mut dyn Products<T>,
        size: Size,
        [a, b, c]: [f64; 3],
        x: &mut [T],
    ) {
        let (lanes, Size { rows: m, columns: n }) = (group.lanes, size);
        let square = self.square.at_least(m * m * lanes);
        let shape = Shape { outputs: m, inputs: n, examples: m };
        products.forward(shape, x, Finish::NOTHING, Input::PerLane(x), square);
        group.run(Operation::Shift { n: m, c, a: square });
        group.run(Operation::Cholesky { n: m, a: square });
        let product = self.product.at_least(m * n * lanes);
        product.copy_from_slice(x);
        group.run(Operation::Solve { size: [m, n], l: square, b: product });
        group.run(Operation::SolveTransposed { size: [m, n], l: square, b: product });
        group.run(Operation::Mix { factors: [b / c, a - b / c], x, y: product });
    }
}
