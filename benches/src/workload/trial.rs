//! The matrices of a dense layer of one trial, and its products by all others.

use thalweg_kernels::Buffer;
use thalweg_kernels::product::Shape;
use thalweg_kernels::reference::product::contraction;

use super::Runner;
use super::product::Product;
use crate::agreement::{Tolerance, assert_close};
#[cfg(feature = "peers")]
use crate::peer::Libxsmm;
use crate::peer::{self, ByColumns, Gemm, Matrix, Order};

/// The most elements of a product that are compared.
const COMPARED: usize = 1 << 14;

/// The matrices of one trial: weights `[output][input]`, inputs and slopes `[example][unit]`; and a product of them.
pub(super) struct Trial {
    product: Product,
    shape: Shape,
    pub weights: Buffer<f32>,
    pub inputs: Buffer<f32>,
    pub slopes: Buffer<f32>,
    pub result: Buffer<f32>,
    /// Made when they are first needed.
    copies: Option<ByColumns>,
    #[cfg(feature = "peers")]
    libxsmm: Option<Libxsmm>,
}

/// Some elements of a product, spread over all of it.
pub(super) struct Expected {
    places: Vec<usize>,
    /// In the contract's order of operations.
    by_contract: Vec<f64>,
    /// In f64.
    exactly: Vec<f64>,
}

impl Trial {
    pub fn new(product: Product, shape: Shape, weights: Buffer<f32>, inputs: Buffer<f32>, slopes: Buffer<f32>) -> Self {
        let Shape { outputs, inputs: width, examples } = shape;
        let elements = match product {
            Product::Forward => outputs * examples,
            Product::WeightGradient => outputs * width,
            Product::InputGradient => width * examples,
        };
        Self {
            product,
            shape,
            weights,
            inputs,
            slopes,
            result: Buffer::zeroed(elements),
            copies: None,
            #[cfg(feature = "peers")]
            libxsmm: None,
        }
    }

    /// Floating-point operations.
    pub fn work(&self) -> u64 {
        (2 * self.shape.outputs * self.shape.inputs * self.shape.examples) as u64
    }

    /// The pairs of numbers whose products add up to an element of the result.
    fn terms(&self, at: usize) -> Vec<(f32, f32)> {
        let Shape { outputs, inputs, examples } = self.shape;
        let (w, x, dz) = (&self.weights, &self.inputs, &self.slopes);
        match self.product {
            Product::Forward => {
                let (example, output) = (at / outputs, at % outputs);
                (0..inputs).map(|k| (w[output * inputs + k], x[example * inputs + k])).collect()
            }
            Product::WeightGradient => {
                let (output, input) = (at / inputs, at % inputs);
                (0..examples).map(|k| (dz[k * outputs + output], x[k * inputs + input])).collect()
            }
            Product::InputGradient => {
                let (example, input) = (at / inputs, at % inputs);
                (0..outputs).map(|k| (w[k * inputs + input], dz[example * outputs + k])).collect()
            }
        }
    }

    pub fn expected(&self) -> Expected {
        let step = self.result.len().div_ceil(COMPARED) | 1;
        let places: Vec<usize> = (0..self.result.len()).step_by(step).collect();
        let (mut by_contract, mut exactly) = (vec![], vec![]);
        for terms in places.iter().map(|at| self.terms(*at)) {
            by_contract.push(f64::from(contraction(terms.len(), |k| terms[k].0, |k| terms[k].1)));
            exactly.push(terms.iter().map(|(a, b)| f64::from(*a) * f64::from(*b)).sum());
        }
        Expected { places, by_contract, exactly }
    }

    /// The product, in the terms of libraries.
    fn gemm(&mut self) -> Gemm<'_> {
        let Shape { outputs, inputs, examples } = self.shape;
        let weights = Matrix::new(&self.weights, [outputs, inputs], Order::Rows);
        let x = Matrix::new(&self.inputs, [inputs, examples], Order::Columns);
        let slopes = Matrix::new(&self.slopes, [outputs, examples], Order::Columns);
        let (a, b, order) = match self.product {
            Product::Forward => (weights, x, Order::Columns),
            Product::WeightGradient => (slopes, x.transpose(), Order::Rows),
            Product::InputGradient => (weights.transpose(), slopes, Order::Columns),
        };
        Gemm::new(a, b, &mut self.result, order)
    }

    /// The product by a library.
    pub fn by_peer(&mut self, runner: Runner) {
        let copies = self.copies.take().unwrap_or_else(|| ByColumns::new(self.gemm()));
        match runner {
            #[cfg(feature = "peers")]
            Runner::Libxsmm | Runner::LibxsmmTransposing => {
                let mut kernel = self.libxsmm.take().unwrap_or_else(|| Libxsmm::new(self.gemm()));
                if runner == Runner::Libxsmm {
                    kernel.multiply(self.gemm(), &copies);
                } else {
                    kernel.transpose_and_multiply(self.gemm());
                }
                self.libxsmm = Some(kernel);
            }
            _ => peer::multiply(runner, self.gemm(), &copies),
        }
        self.copies = Some(copies);
    }

    /// The loops that one would write, with the contiguous index innermost.
    pub fn by_loops(&mut self) {
        let Shape { outputs, inputs, .. } = self.shape;
        self.result.fill(0.0);
        let examples = self.inputs.chunks_exact(inputs).zip(self.slopes.chunks_exact(outputs));
        for (example, (x, dz)) in examples.enumerate() {
            for (i, row) in self.weights.chunks_exact(inputs).enumerate() {
                match self.product {
                    Product::Forward => {
                        self.result[example * outputs + i] = row.iter().zip(x).map(|(w, x)| w * x).sum();
                    }
                    Product::WeightGradient => add_scaled(&mut self.result[i * inputs..][..inputs], dz[i], x),
                    Product::InputGradient => add_scaled(&mut self.result[example * inputs..][..inputs], dz[i], row),
                }
            }
        }
    }
}

/// y ← y + a x
fn add_scaled(y: &mut [f32], a: f32, x: &[f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

impl Expected {
    /// Panics unless the result is the contract's, to the bit.
    pub fn assert_contract(&self, what: &str, result: &[f32]) {
        assert_close(what, &self.chosen(result), &self.by_contract, Tolerance::absolute(0.0));
    }

    /// Panics unless the result is as near to the exact one as f32 can be expected to be.
    pub fn assert_near(&self, what: &str, result: &[f32]) {
        assert_close(what, &self.chosen(result), &self.exactly, Tolerance::absolute(1e-3));
    }

    fn chosen(&self, result: &[f32]) -> Vec<f32> {
        self.places.iter().map(|at| result[*at]).collect()
    }
}
