//! Polynomials of matrices that drive their singular values to 1.

use thalweg_numerics::{Buffer, Real};
use thalweg_products::{Finish, Input, PIECE, Products, Shape, Start};

use crate::operation::{Group, Operation};
use crate::{Size, Way};

/// Space for iterations.
#[derive(Default)]
pub(crate) struct Iteration<T> {
    /// A.
    gram: Buffer<T>,
    /// A², then B.
    square: Buffer<T>,
    /// The next X.
    next: Buffer<T>,
    /// a, b and c, `[coefficient][lane]`.
    coefficients: Buffer<T>,
    /// Which lanes go on, `[lane]`.
    chosen: Buffer<T>,
}

impl<T: Real> Iteration<T> {
    /// As many iterations of X as each lane asks for.
    pub fn run(&mut self, group: Group, products: &mut dyn Products<T>, size: Size, ways: &[Way<'_>], x: &mut [T]) {
        let (lanes, short) = (group.lanes, size.short());
        let gram = self.gram.at_least(short * short * lanes);
        let square = self.square.at_least(short * short * lanes);
        let coefficients = self.coefficients.at_least(3 * lanes);
        let chosen = self.chosen.at_least(lanes);
        let (mut now, mut next) = (x, self.next.at_least(size.elements() * lanes));
        let are_alike = ways.iter().all(|way| *way == ways[0]);
        let most = ways.iter().map(count).max().unwrap_or_default();
        for iteration in 0..most {
            if are_alike {
                of_iteration(&ways[..1], iteration, lanes, coefficients, chosen);
            } else {
                of_iteration(ways, iteration, 1, coefficients, chosen);
            }
            multiply_by_transposed(group, products, size, now, gram, square);
            let shape = Shape { outputs: short, inputs: short, examples: short };
            products.forward(shape, gram, Finish::NOTHING, Input::PerLane(gram), square);
            group.run(Operation::Polynomial { n: short, coefficients, a: gram, square });
            let shape = Shape { outputs: short, inputs: size.columns, examples: size.rows };
            if size.is_tall() {
                products.forward(shape, square, Finish::NOTHING, Input::PerLane(now), next);
            } else {
                products.input_gradient(shape, now, square, None, next);
            }
            if ways.iter().any(|way| count(way) <= iteration) {
                group.run(Operation::Choose { chosen, x: next, y: now });
            }
            (now, next) = (next, now);
        }
        if most % 2 == 1 {
            next.copy_from_slice(now);
        }
    }
}

/// How many iterations a lane asks for.
fn count(way: &Way<'_>) -> usize {
    match way {
        Way::Iterations(_, count) => *count,
        Way::Polar => 0,
    }
}

/// The coefficients of an iteration, and which lanes it is for, where each way is that of `lanes` lanes.
fn of_iteration<T: Real>(ways: &[Way<'_>], iteration: usize, lanes: usize, coefficients: &mut [T], chosen: &mut [T]) {
    for (index, way) in ways.iter().enumerate() {
        let those = index * lanes..(index + 1) * lanes;
        let (is_chosen, of_way) = match way {
            Way::Iterations(schedule, count) if iteration < *count => (1.0, schedule.coefficients(iteration)),
            _ => (0.0, [0.0; 3]),
        };
        for (coefficients, coefficient) in coefficients.chunks_exact_mut(chosen.len()).zip(of_way) {
            coefficients[those.clone()].fill(T::from_f64(coefficient));
        }
        chosen[those].fill(T::from_f64(is_chosen));
    }
}

/// A = X Xᵀ, or Xᵀ X where X has more rows than columns; `space` is as large as A.
fn multiply_by_transposed<T: Real>(
    group: Group,
    products: &mut dyn Products<T>,
    size: Size,
    x: &[T],
    a: &mut [T],
    space: &mut [T],
) {
    let Size { rows, columns } = size;
    if !size.is_tall() {
        let shape = Shape { outputs: rows, inputs: columns, examples: rows };
        return products.forward(shape, x, Finish::NOTHING, Input::PerLane(x), a);
    }
    let row = columns * group.lanes;
    for (index, x) in x.chunks(PIECE * row).enumerate() {
        let shape = Shape { outputs: columns, inputs: columns, examples: x.len() / row };
        let sums = if index == 0 { &mut *a } else { &mut *space };
        products.weight_gradient(shape, x, Input::PerLane(x), sums, None, Start::Zero);
        if index > 0 {
            group.run(Operation::Mix { factors: [1.0, 1.0], x: a, y: space });
        }
    }
}
