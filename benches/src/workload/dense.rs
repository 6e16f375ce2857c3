//! The three matrix products of a dense layer of one trial, in f32.

use thalweg_kernels::Isa;
use thalweg_kernels::product::{Dense, Input, Products, Shape, Start};

use super::product::{Product, Trial};
use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::inputs;
use crate::roofline::Demands;

/// The shapes that are timed: outputs, inputs, examples. Squares first; the last ones are the layers of W3 and W4.
pub const SHAPES: &[[usize; 3]] = &[
    [4, 4, 4],
    [8, 8, 8],
    [16, 16, 16],
    [24, 24, 24],
    [32, 32, 32],
    [48, 48, 48],
    [64, 64, 64],
    [16, 16, 64],
    [32, 32, 128],
    [64, 64, 128],
    [128, 128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [128, 64, 128],
    [10, 64, 128],
    [512, 784, 256],
    [256, 512, 256],
    [10, 256, 256],
];

/// A layer of one trial, and faer's result for it.
struct Layer {
    product: Product,
    shape: Shape,
    dense: Dense<f32>,
    ours: Vec<f32>,
    trial: Trial,
}

/// The workload of one product.
pub fn workload(product: Product, [outputs, inputs, examples]: [usize; 3], isa: Isa) -> Box<dyn Workload> {
    let mut stream = inputs::stream(7);
    let mut draw = |elements: usize| -> Vec<f32> { (0..elements).map(|_| stream.normal() as f32).collect() };
    let elements = match product {
        Product::Forward => outputs * examples,
        Product::WeightGradient => outputs * inputs,
        Product::InputGradient => inputs * examples,
    };
    let trial = Trial {
        weights: draw(outputs * inputs),
        inputs: draw(inputs * examples),
        slopes: draw(outputs * examples),
        result: vec![0.0; elements],
    };
    let shape = Shape { outputs, inputs, examples };
    Box::new(Layer { product, shape, dense: Dense::new(isa), ours: vec![0.0; elements], trial })
}

impl Workload for Layer {
    fn name(&self) -> String {
        let Shape { outputs, inputs, examples } = self.shape;
        format!("{outputs}x{inputs}x{examples}")
    }

    fn work(&self) -> u64 {
        (2 * self.shape.outputs * self.shape.inputs * self.shape.examples) as u64
    }

    fn demands(&self) -> Option<Demands> {
        let Trial { weights, inputs, slopes, result, .. } = &self.trial;
        let loaded = match self.product {
            Product::Forward => weights.len() + inputs.len(),
            Product::WeightGradient => slopes.len() + inputs.len(),
            Product::InputGradient => weights.len() + slopes.len(),
        };
        let (loaded, stored) = (loaded as u64, result.len() as u64);
        Some(Demands { number: size_of::<f32>(), loaded, stored, multiplications: Some(self.work() / 2) })
    }

    fn runners(&self) -> &'static [Runner] {
        &[Runner::Thalweg, Runner::Faer]
    }

    fn run(&mut self, runner: Runner) {
        let Self { product, shape, dense, ours, trial } = self;
        let inputs = Input::Shared(&trial.inputs);
        match (runner, product) {
            (Runner::Thalweg, Product::Forward) => dense.forward(*shape, &trial.weights, None, inputs, ours),
            (Runner::Thalweg, Product::WeightGradient) => {
                dense.weight_gradient(*shape, &trial.slopes, inputs, ours, None, Start::Zero);
            }
            (Runner::Thalweg, Product::InputGradient) => {
                dense.input_gradient(*shape, &trial.weights, &trial.slopes, ours);
            }
            (_, product) => trial.by_faer(*product, *shape),
        }
    }

    /// Thalweg's result must be the contract's to the bit, faer's within 1e-3.
    fn check(&mut self) {
        let expected = self.trial.by_contract(self.product, self.shape);
        let name = format!("{:?} {}", self.product, self.name());
        self.run(Runner::Thalweg);
        assert_close(&name, &self.ours, &expected, Tolerance::absolute(0.0));
        self.run(Runner::Faer);
        assert_close(format!("{name} by faer"), &self.trial.result, &expected, Tolerance::absolute(1e-3));
    }
}
