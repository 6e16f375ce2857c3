//! The three matrix products of a dense layer of one trial, in f32.

use thalweg_kernels::product::{Finish, Input, PIECE, Products, Shape, Start};
use thalweg_kernels::{Buffer, Isa};

use super::product::Product;
use super::trial::Trial;
use super::{Demands, Runner, Workload};
use crate::answer::Answer;
use crate::{inputs, peer};

/// The shapes that are timed: outputs, inputs, examples. Squares, and the layers of W3 and W4.
pub const SHAPES: &[[usize; 3]] = &[
    [4, 4, 4],
    [8, 8, 8],
    [16, 16, 16],
    [24, 24, 24],
    [32, 32, 32],
    [48, 48, 48],
    [64, 64, 64],
    [128, 128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [1024, 1024, 1024],
    [64, 64, 128],
    [128, 64, 128],
    [10, 64, 128],
    [512, 784, 256],
    [256, 512, 256],
    [10, 256, 256],
];

/// Whether a product of this shape is one call: a chain of examples takes no more than a piece.
pub fn is_one_call(product: Product, [.., examples]: [usize; 3]) -> bool {
    product != Product::WeightGradient || examples <= PIECE
}

/// A layer of one trial; results of the others are in `trial`.
struct Layer {
    product: Product,
    shape: Shape,
    dense: Box<dyn Products<f32> + Send>,
    ours: Buffer<f32>,
    trial: Trial,
}

/// The workload of one product.
pub fn workload(product: Product, [outputs, inputs, examples]: [usize; 3], isa: Isa) -> Box<dyn Workload> {
    let mut stream = inputs::stream(7);
    let mut draw = |elements: usize| inputs::buffer(elements, || stream.normal());
    let shape = Shape { outputs, inputs, examples };
    let (weights, inputs, slopes) = (draw(outputs * inputs), draw(inputs * examples), draw(outputs * examples));
    let trial = Trial::new(product, shape, weights, inputs, slopes);
    let ours = Buffer::zeroed(trial.result.len());
    Box::new(Layer { product, shape, dense: thalweg_kernels::product::dense(isa), ours, trial })
}

impl Workload for Layer {
    fn name(&self) -> String {
        let Shape { outputs, inputs, examples } = self.shape;
        format!("{outputs}x{inputs}x{examples}")
    }

    fn work(&self) -> u64 {
        self.trial.work()
    }

    fn unit(&self) -> &'static str {
        "FLOPs"
    }

    fn demands(&self) -> Option<Demands> {
        let Trial { weights, inputs, slopes, result, .. } = &self.trial;
        let loaded = match self.product {
            Product::Forward => weights.len() + inputs.len(),
            Product::WeightGradient => slopes.len() + inputs.len(),
            Product::InputGradient => weights.len() + slopes.len(),
        };
        let (loaded, stored) = (loaded as u64, result.len() as u64);
        let multiplications = Some(self.work() / 2);
        Some(Demands { number: size_of::<f32>(), loaded, stored, held: loaded + stored, multiplications })
    }

    fn runners(&self) -> Vec<Runner> {
        let largest = self.shape.outputs.max(self.shape.inputs).max(self.shape.examples);
        let can = |runner: &Runner| largest <= 128 || !runner.is_for_small_products();
        [Runner::Thalweg].into_iter().chain(peer::PRODUCTS.iter().copied().filter(can)).collect()
    }

    fn run(&mut self, runner: Runner) {
        let Self { product, shape, dense, ours, trial } = self;
        let inputs = Input::Shared(&trial.inputs);
        match (runner, product) {
            (Runner::Thalweg, Product::Forward) => dense.forward(*shape, &trial.weights, Finish::NOTHING, inputs, ours),
            (Runner::Thalweg, Product::WeightGradient) => {
                dense.weight_gradient(*shape, &trial.slopes, inputs, ours, None, Start::Zero);
            }
            (Runner::Thalweg, Product::InputGradient) => {
                dense.input_gradient(*shape, &trial.weights, &trial.slopes, None, ours);
            }
            (peer, _) => trial.by_peer(peer),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.ours);
    }

    /// Thalweg's result must be the contract's to the bit, those of the others near the exact one.
    fn check(&mut self) {
        let expected = self.trial.expected();
        for runner in self.runners() {
            self.run(runner);
            let what = format!("{:?} {} by {}", self.product, self.name(), runner.name());
            match runner {
                Runner::Thalweg => expected.assert_contract(&what, &self.ours),
                _ => expected.assert_near(&what, &self.trial.result),
            }
        }
    }
}
