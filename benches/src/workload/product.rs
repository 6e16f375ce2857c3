//! The three matrix products of a dense layer, in f32.

use thalweg_kernels::product::{Finish, Input, Products, Shape, Start};
use thalweg_kernels::{Buffer, Isa};

use super::trial::Trial;
use super::{Demands, Runner, Workload};
use crate::answer::Answer;
use crate::{inputs, peer};

/// The shapes that are timed: outputs, inputs, examples. Those of layers, and squares.
pub const SHAPES: &[[usize; 3]] = &[
    [16, 2, 64],
    [16, 16, 64],
    [16, 16, 272],
    [1, 16, 272],
    [32, 32, 128],
    [64, 64, 128],
    [128, 64, 128],
    [128, 128, 128],
    [4, 4, 4],
    [8, 8, 8],
    [16, 16, 16],
    [24, 24, 24],
    [32, 32, 32],
    [48, 48, 48],
    [64, 64, 64],
];

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

/// A layer of as many trials as a register has lanes; every matrix in interleaved form, and one copy per trial.
struct Layer {
    product: Product,
    sharing: Sharing,
    shape: Shape,
    population: Box<dyn Products<f32> + Send>,
    weights: Buffer<f32>,
    inputs: Buffer<f32>,
    slopes: Buffer<f32>,
    result: Buffer<f32>,
    trials: Vec<Trial>,
}

/// The workload of one product. All others take one trial after another; shared inputs change nothing for them.
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
    let lane = |interleaved: &[f32], width: usize, at: usize| {
        inputs::aligned(interleaved.iter().skip(at % width).step_by(width).copied())
    };
    let trial = |at: usize| {
        let (weights, inputs) = (lane(&weights, lanes, at), lane(&inputs, per_trial, at));
        Trial::new(product, shape, weights, inputs, lane(&slopes, lanes, at))
    };
    let trials: Vec<Trial> = (0..lanes).map(trial).collect();
    let result = Buffer::zeroed(trials[0].result.len() * lanes);
    let population = thalweg_kernels::product::population(isa);
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
            Product::Forward => population.forward(shape, weights, Finish::NOTHING, inputs, result),
            Product::WeightGradient => {
                population.weight_gradient(shape, slopes, inputs, result, None, Start::Zero);
            }
            Product::InputGradient => population.input_gradient(shape, weights, slopes, None, result),
        }
    }
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
        self.trials.iter().map(Trial::work).sum()
    }

    fn unit(&self) -> &'static str {
        "FLOPs"
    }

    fn demands(&self) -> Option<Demands> {
        let loaded = match self.product {
            Product::Forward => self.weights.len() + self.inputs.len(),
            Product::WeightGradient => self.slopes.len() + self.inputs.len(),
            Product::InputGradient => self.weights.len() + self.slopes.len(),
        };
        let (loaded, stored) = (loaded as u64, self.result.len() as u64);
        let multiplications = Some(self.work() / 2);
        Some(Demands { number: size_of::<f32>(), loaded, stored, held: loaded + stored, multiplications })
    }

    fn runners(&self) -> Vec<Runner> {
        let mut runners = vec![Runner::Thalweg];
        if self.sharing == Sharing::PerLane {
            runners.extend_from_slice(peer::PRODUCTS);
            runners.push(Runner::Reference);
        }
        runners
    }

    fn run(&mut self, runner: Runner) {
        match runner {
            Runner::Thalweg => self.by_thalweg(),
            Runner::Reference => self.trials.iter_mut().for_each(Trial::by_loops),
            peer => self.trials.iter_mut().for_each(|trial| trial.by_peer(peer)),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.result);
    }

    /// Thalweg's result must be the contract's to the bit, those of the others near the exact one.
    fn check(&mut self) {
        let lanes = self.trials.len();
        let expected: Vec<_> = self.trials.iter().map(Trial::expected).collect();
        let name = format!("{:?} {}", self.product, self.name());
        for runner in self.runners() {
            self.run(runner);
            let what = format!("{name} by {}", runner.name());
            for (lane, (trial, expected)) in self.trials.iter().zip(&expected).enumerate() {
                if runner == Runner::Thalweg {
                    let result: Vec<f32> = self.result.iter().skip(lane).step_by(lanes).copied().collect();
                    expected.assert_contract(&what, &result);
                } else {
                    expected.assert_near(&what, &trial.result);
                }
            }
        }
    }
}
