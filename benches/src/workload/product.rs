//! The three matrix products of a dense layer, in f32.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use thalweg_kernels::product::{Input, Population, Products, Shape, Start};
use thalweg_kernels::reference::product::contraction;
use thalweg_kernels::{Buffer, Isa};

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::inputs;
use crate::roofline::Demands;

/// The shapes that are timed: outputs, inputs, examples.
pub const SHAPES: &[[usize; 3]] =
    &[[16, 2, 64], [16, 16, 64], [16, 16, 272], [1, 16, 272], [32, 32, 128], [64, 64, 128], [128, 64, 128]];

/// Which of the products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Z = W X
    Forward,
    /// dW = dZ Xᵀ
    WeightGradient,
    /// dX = Wᵀ dZ
    InputGradient,
}

/// Whether the trials of a block have the same inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// The first layer's, where trials share their batches.
    Shared,
    /// Those of later layers.
    PerLane,
}

/// A layer of as many trials as a register has lanes; of every matrix the interleaved form, and one copy a trial.
struct Layer {
    product: Product,
    sharing: Sharing,
    shape: Shape,
    population: Population<f32>,
    weights: Buffer<f32>,
    inputs: Buffer<f32>,
    slopes: Buffer<f32>,
    result: Buffer<f32>,
    trials: Vec<Trial>,
}

/// The matrices of one trial: weights `[output][input]`, inputs and slopes `[example][unit]`.
pub(super) struct Trial {
    pub weights: Vec<f32>,
    pub inputs: Vec<f32>,
    pub slopes: Vec<f32>,
    pub result: Vec<f32>,
}

/// The workload of one product. faer and the plain loops take one trial after the other; shared inputs change nothing
/// for the plain loops, which are timed on inputs per lane only.
pub fn workload(
    product: Product,
    [outputs, inputs, examples]: [usize; 3],
    sharing: Sharing,
    isa: Isa,
) -> Box<dyn Workload> {
    let shape = Shape { outputs, inputs, examples };
    let lanes = isa.lanes::<f32>();
    let mut stream = inputs::stream(6);
    let mut draw = |elements: usize, lanes: usize| inputs::buffer(elements * lanes, || stream.normal());
    let weights = draw(outputs * inputs, lanes);
    let slopes = draw(outputs * examples, lanes);
    let per_trial = match sharing {
        Sharing::Shared => 1,
        Sharing::PerLane => lanes,
    };
    let inputs = draw(shape.inputs * examples, per_trial);
    let elements = match product {
        Product::Forward => outputs * examples,
        Product::WeightGradient => outputs * shape.inputs,
        Product::InputGradient => shape.inputs * examples,
    };
    let lane = |interleaved: &[f32], width: usize, at: usize| -> Vec<f32> {
        interleaved.iter().skip(at % width).step_by(width).copied().collect()
    };
    let trial = |at: usize| Trial {
        weights: lane(&weights, lanes, at),
        inputs: lane(&inputs, per_trial, at),
        slopes: lane(&slopes, lanes, at),
        result: vec![0.0; elements],
    };
    let trials = (0..lanes).map(trial).collect();
    let result = Buffer::zeroed(elements * lanes);
    let population = Population::new(isa);
    Box::new(Layer { product, sharing, shape, population, weights, inputs, slopes, result, trials })
}

impl Layer {
    fn by_thalweg(&mut self) {
        let inputs = match self.sharing {
            Sharing::Shared => Input::Shared(&self.inputs),
            Sharing::PerLane => Input::PerLane(&self.inputs),
        };
        let Self { population, shape, weights, slopes, result, .. } = self;
        let shape = *shape;
        match self.product {
            Product::Forward => population.forward(shape, weights, None, inputs, result),
            Product::WeightGradient => {
                population.weight_gradient(shape, slopes, inputs, result, None, Start::Zero);
            }
            Product::InputGradient => population.input_gradient(shape, weights, slopes, result),
        }
    }
}

impl Trial {
    /// The result, each element in the contract's order of operations.
    pub fn by_contract(&self, product: Product, shape: Shape) -> Vec<f64> {
        (0..self.result.len()).map(|at| f64::from(self.element(product, shape, at))).collect()
    }

    fn element(&self, product: Product, Shape { outputs, inputs, examples }: Shape, at: usize) -> f32 {
        let (w, x, dz) = (&self.weights, &self.inputs, &self.slopes);
        match product {
            Product::Forward => {
                let (e, i) = (at / outputs, at % outputs);
                contraction(inputs, |k| w[i * inputs + k], |k| x[e * inputs + k])
            }
            Product::WeightGradient => {
                let (i, k) = (at / inputs, at % inputs);
                contraction(examples, |e| dz[e * outputs + i], |e| x[e * inputs + k])
            }
            Product::InputGradient => {
                let (e, k) = (at / inputs, at % inputs);
                contraction(outputs, |i| w[i * inputs + k], |i| dz[e * outputs + i])
            }
        }
    }

    pub fn by_faer(&mut self, product: Product, Shape { outputs, inputs, examples }: Shape) {
        let weights = MatRef::from_row_major_slice(&self.weights, outputs, inputs);
        let x = MatRef::from_column_major_slice(&self.inputs, inputs, examples);
        let slopes = MatRef::from_column_major_slice(&self.slopes, outputs, examples);
        let (result, a, b) = match product {
            Product::Forward => (MatMut::from_column_major_slice_mut(&mut self.result, outputs, examples), weights, x),
            Product::WeightGradient => {
                (MatMut::from_row_major_slice_mut(&mut self.result, outputs, inputs), slopes, x.transpose())
            }
            Product::InputGradient => {
                (MatMut::from_column_major_slice_mut(&mut self.result, inputs, examples), weights.transpose(), slopes)
            }
        };
        matmul(result, Accum::Replace, a, b, 1.0, Par::Seq);
    }

    /// The loops that one would write, with the contiguous index innermost.
    fn by_loops(&mut self, product: Product, Shape { outputs, inputs, .. }: Shape) {
        self.result.fill(0.0);
        let examples = self.inputs.chunks_exact(inputs).zip(self.slopes.chunks_exact(outputs));
        for (example, (x, dz)) in examples.enumerate() {
            for (i, row) in self.weights.chunks_exact(inputs).enumerate() {
                match product {
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

impl Workload for Layer {
    fn name(&self) -> String {
        let Shape { outputs, inputs, examples } = self.shape;
        let sharing = match self.sharing {
            Sharing::Shared => "-shared",
            Sharing::PerLane => "",
        };
        format!("{outputs}x{inputs}x{examples}{sharing}")
    }

    fn work(&self) -> u64 {
        (2 * self.shape.outputs * self.shape.inputs * self.shape.examples * self.trials.len()) as u64
    }

    fn demands(&self) -> Option<Demands> {
        let loaded = match self.product {
            Product::Forward => self.weights.len() + self.inputs.len(),
            Product::WeightGradient => self.slopes.len() + self.inputs.len(),
            Product::InputGradient => self.weights.len() + self.slopes.len(),
        };
        let (loaded, stored) = (loaded as u64, self.result.len() as u64);
        Some(Demands { number: size_of::<f32>(), loaded, stored, multiplications: Some(self.work() / 2) })
    }

    fn runners(&self) -> &'static [Runner] {
        match self.sharing {
            Sharing::Shared => &[Runner::Thalweg, Runner::Faer],
            Sharing::PerLane => &[Runner::Thalweg, Runner::Faer, Runner::Reference],
        }
    }

    fn run(&mut self, runner: Runner) {
        let (product, shape) = (self.product, self.shape);
        match runner {
            Runner::Thalweg => self.by_thalweg(),
            Runner::Faer => self.trials.iter_mut().for_each(|trial| trial.by_faer(product, shape)),
            Runner::Reference => self.trials.iter_mut().for_each(|trial| trial.by_loops(product, shape)),
        }
    }

    /// Thalweg's result must be the contract's to the bit, those of the others within 1e-4.
    fn check(&mut self) {
        let lanes = self.trials.len();
        let expected: Vec<Vec<f64>> =
            self.trials.iter().map(|trial| trial.by_contract(self.product, self.shape)).collect();
        let name = format!("{:?} {}", self.product, self.name());
        for &runner in self.runners() {
            self.run(runner);
            let what = format!("{name} by {}", runner.name());
            for (lane, (trial, expected)) in self.trials.iter().zip(&expected).enumerate() {
                if runner == Runner::Thalweg {
                    let result: Vec<f32> = self.result.iter().skip(lane).step_by(lanes).copied().collect();
                    assert_close(&what, &result, expected, Tolerance::absolute(0.0));
                } else {
                    assert_close(&what, &trial.result, expected, Tolerance::absolute(1e-4));
                }
            }
        }
    }
}
