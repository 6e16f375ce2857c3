//! The parts of a training step of networks that share their batches, by the kernels that training chooses for them.

use thalweg::network::{Architecture, Batches, Examples, Fan, Initializer, Layer, Network};
use thalweg::train::{Layout, Objective, Sample, Team, TrainingPath};
use thalweg_kernels::activation::{self, Activation, BelowOutput, ShallowGradient};
use thalweg_kernels::loss::{Gradient, Loss};
use thalweg_kernels::optimizer::reference::Memory;
use thalweg_kernels::optimizer::{Optimizer, Update, state_arrays};
use thalweg_kernels::product::{self, Finish, Input, Products, Shape, Start};
use thalweg_kernels::{Buffer, Isa};

use super::pass::plain_loop;
use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Examples that go through a network together, as training has it for networks of these sizes.
const CHUNK: usize = 32;

/// What is trained, and how.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// The name of its spec.
    pub name: &'static str,
    units: &'static [usize],
    activation: &'static str,
    optimizer: &'static str,
    /// Examples of a batch.
    batch: usize,
}

/// The trainings: W1 and W2.
pub const TRAININGS: [Training; 2] = [
    Training { name: "w1", units: &[2, 16, 1], activation: "tanh", optimizer: "adam", batch: 64 },
    Training { name: "w2", units: &[2, 64, 64, 1], activation: "relu", optimizer: "momentum", batch: 128 },
];

/// A part of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every layer's outputs, with their activations.
    Forward,
    /// dL/dz of the last layer.
    LossGradient,
    /// dL/dz of the others.
    Backward,
    /// The gradient of weights and biases. Where one kernel computes it together with [`Backward`](Self::Backward), there is
    /// only this.
    WeightGradient,
    /// The optimizer's.
    Update,
    /// All of them.
    Whole,
}

impl Part {
    /// The parts in their order, and all together.
    pub const ALL: [Self; 6] =
        [Self::Forward, Self::LossGradient, Self::Backward, Self::WeightGradient, Self::Update, Self::Whole];

    /// Its name in groups of benches.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::LossGradient => "loss-gradient",
            Self::Backward => "backward",
            Self::WeightGradient => "weight-gradient",
            Self::Update => "update",
            Self::Whole => "whole",
        }
    }
}

/// As many trials as a register has lanes, and a batch that they share. A run does one part with what the parts before left;
/// where it works in place (the loss's gradient, the update), it takes what the run before left, on which its time does not
/// depend.
struct Step {
    part: Part,
    training: Training,
    isa: Isa,
    architecture: Architecture,
    examples: Examples<f32>,
    products: Box<dyn Products<f32> + Send>,
    weights: Buffer<f32>,
    gradient: Buffer<f32>,
    /// Activations of the hidden layers of a chunk.
    values: Vec<Buffer<f32>>,
    /// dL/dz of every layer; before that, of the last one z.
    slopes: Vec<Buffer<f32>>,
    optimizer: &'static Optimizer,
    state: Buffer<f32>,
    coefficients: Buffer<f32>,
    alarm: Buffer<f32>,
}

/// Whether training has something to do in this part that is not done in another.
pub fn has(training: Training, part: Part) -> bool {
    part != Part::Backward || !is_shallow(&training.architecture())
}

/// The workload of a part.
pub fn workload(training: Training, part: Part, isa: Isa) -> Box<dyn Workload> {
    Box::new(Step::new(training, part, isa))
}

/// Whether each pass is one kernel.
fn is_shallow(architecture: &Architecture) -> bool {
    architecture.layers().len() == 2 && architecture.activation.is_fused()
}

impl Training {
    fn architecture(self) -> Architecture {
        let activation = Activation::named(self.activation).expect("there is such an activation");
        let loss = Loss::named("bce").expect("there is such a loss");
        Architecture::new(self.units, true, activation, loss)
    }
}

impl Step {
    fn new(training: Training, part: Part, isa: Isa) -> Self {
        let (architecture, lanes) = (training.architecture(), isa.lanes::<f32>());
        let optimizer = Optimizer::named(training.optimizer).expect("there is such an optimizer");
        let mut stream = inputs::stream(17);
        let features: Vec<f64> = (0..training.batch * architecture.inputs()).map(|_| stream.normal()).collect();
        let labels: Vec<f64> = (0..training.batch).map(|_| stream.below(2) as f64).collect();
        let mut weights = Buffer::zeroed(architecture.parameters() * lanes);
        for layer in architecture.layers() {
            let scale = 1.0 / (layer.inputs as f64).sqrt();
            weights[layer.weights.start * lanes..layer.bias.end * lanes].fill_with(|| (scale * stream.normal()) as f32);
        }
        let (mut fresh, mut coefficients) =
            (vec![0.0; optimizer.coefficients], Buffer::zeroed(lanes * optimizer.coefficients));
        let defaults: Vec<f64> = optimizer.hyperparameters.iter().map(|parameter| parameter.default).collect();
        optimizer.advance(&defaults, &mut vec![1.0; optimizer.products], &mut fresh);
        for (row, coefficient) in coefficients.chunks_exact_mut(lanes).zip(&fresh) {
            row.fill(*coefficient as f32);
        }
        let of_layer = |layer: &Layer| Buffer::zeroed(CHUNK * layer.outputs * lanes);
        let slopes: Vec<Buffer<f32>> = architecture.layers().iter().map(of_layer).collect();
        let values = architecture.layers().iter().rev().skip(1).rev().map(of_layer).collect();
        let mut step = Self {
            part,
            training,
            isa,
            examples: Examples::new(&features, &labels, training.batch),
            products: product::population(isa),
            gradient: Buffer::zeroed(weights.len()),
            state: Buffer::zeroed(weights.len() * optimizer.state),
            alarm: Buffer::zeroed(lanes),
            architecture,
            weights,
            values,
            slopes,
            optimizer,
            coefficients,
        };
        step.pass();
        step
    }

    /// All parts but the update.
    fn pass(&mut self) {
        for at in 0..self.chunks() {
            self.forward(at);
            self.loss_gradient(at);
            self.backward();
            self.weight_gradient(at);
        }
    }

    fn chunks(&self) -> usize {
        self.training.batch / CHUNK
    }

    fn forward(&mut self, at: usize) {
        let Self { isa, architecture, examples, products, weights, values, slopes, .. } = self;
        let (lanes, layers, activation) = (isa.lanes::<f32>(), architecture.layers(), architecture.activation);
        let x = chunk(&examples.inputs, architecture.inputs(), at);
        for (index, layer) in layers.iter().enumerate() {
            let (matrix, bias) = parameters(weights, layer, lanes);
            let shape = shape(layer);
            if index == 0 && activation.is_fused() {
                let of_first = activation::Layer { shape, weights: matrix, bias: Some(bias), inputs: x };
                let above = is_shallow(architecture).then(|| {
                    let (weights, bias) = parameters(weights, &layers[1], lanes);
                    activation::Output { weights, bias: Some(bias), values: &mut slopes[1] }
                });
                let is_all = above.is_some();
                activation.forward_layer(*isa, of_first, &mut values[0], above);
                if is_all {
                    return;
                }
                continue;
            }
            let hidden = index + 1 < layers.len();
            let (before, after) = values.split_at_mut(index);
            let before = before.last().map_or(Input::Shared(x), |values| Input::PerLane(values));
            let outputs = if hidden { &mut after[0] } else { &mut slopes[index] };
            products.forward(shape, matrix, Finish { bias: Some(bias), relu: hidden }, before, outputs);
        }
    }

    fn loss_gradient(&mut self, at: usize) {
        let last = self.slopes.len() - 1;
        let targets = Input::Shared(chunk(&self.examples.targets, 1, at));
        let scale = 1.0 / self.training.batch as f32;
        let (outputs, alarm) = (&mut self.slopes[last][..], &mut self.alarm[..]);
        self.architecture.loss.gradient(self.isa, Gradient { outputs, targets, units: 1, scale, alarm });
    }

    fn backward(&mut self) {
        let Self { isa, architecture, products, weights, values, slopes, .. } = self;
        if is_shallow(architecture) {
            return;
        }
        for (index, layer) in architecture.layers().iter().enumerate().skip(1).rev() {
            let (matrix, _) = parameters(weights, layer, isa.lanes::<f32>());
            let (below, dz) = slopes.split_at_mut(index);
            let (known, dx) = (&values[index - 1], &mut below[index - 1]);
            if layer.outputs == 1 && architecture.activation.is_fused() {
                let output = BelowOutput { x: known, weights: matrix, output_gradient: &dz[0] };
                architecture.activation.backward_from_output(*isa, output, dx);
            } else {
                products.input_gradient(shape(layer), matrix, &dz[0], Some(known), dx);
            }
        }
    }

    fn weight_gradient(&mut self, at: usize) {
        let start = if at == 0 { Start::Zero } else { Start::Continue };
        let Self { isa, architecture, examples, products, weights, gradient, values, slopes, .. } = self;
        let (lanes, layers) = (isa.lanes::<f32>(), architecture.layers());
        let x = chunk(&examples.inputs, architecture.inputs(), at);
        if is_shallow(architecture) {
            let (of_layer, of_output) = gradient.split_at_mut(layers[1].weights.start * lanes);
            let (weights_of_layer, bias) = of_layer.split_at_mut(layers[0].weights.len() * lanes);
            let (output_weights, output_bias) = of_output.split_at_mut(layers[1].weights.len() * lanes);
            let below = BelowOutput {
                x: &values[0],
                weights: parameters(weights, &layers[1], lanes).0,
                output_gradient: &slopes[1],
            };
            let (bias, output_bias) = (Some(bias), Some(output_bias));
            let gradient = ShallowGradient { weights: weights_of_layer, bias, output_weights, output_bias };
            return architecture.activation.shallow_gradient(*isa, below, x, gradient, start);
        }
        for (index, layer) in layers.iter().enumerate() {
            let before = if index == 0 { Input::Shared(x) } else { Input::PerLane(&values[index - 1][..]) };
            let own = &mut gradient[layer.weights.start * lanes..layer.bias.end * lanes];
            let (matrix, bias) = own.split_at_mut(layer.weights.len() * lanes);
            products.weight_gradient(shape(layer), &slopes[index], before, matrix, Some(bias), start);
        }
    }

    fn update(&mut self) {
        let size = self.weights.len();
        let update = Update {
            groups: 1,
            weights: &mut self.weights,
            gradient: &self.gradient,
            state: state_arrays(&mut self.state, size),
            range: 0..size / self.isa.lanes::<f32>(),
            coefficients: &self.coefficients,
            alarm: &mut self.alarm,
        };
        self.optimizer.update(self.isa, update);
    }

    /// The gradient that training has of the same weights and examples.
    fn trained(&self) -> Buffer<f32> {
        let Self { training, isa, architecture, examples, weights, alarm, .. } = self;
        let size = training.batch;
        let batches = Batches { examples: size, size, drop_last: false, shuffled: false, replacement: false };
        let initializer = Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 };
        let splits = [examples.clone(), Examples::default(), Examples::default()];
        let network = Network::new(architecture.clone(), initializer, splits, batches, None);
        let layout = Layout { isa: *isa, path: TrainingPath::Population, groups: 1 };
        let mut scratch = network.scratch(layout, &Team::alone());
        let mut gradient = Buffer::zeroed(weights.len());
        network.gradient_of(&mut scratch, Sample::All, weights, &mut gradient, &mut Buffer::zeroed(alarm.len()));
        gradient
    }

    /// One lane of numbers that are interleaved.
    fn lane(&self, of: &[f32], lane: usize) -> Vec<f64> {
        of.iter().skip(lane).step_by(self.isa.lanes::<f32>()).map(|number| f64::from(*number)).collect()
    }
}

/// Numbers of the examples of a chunk.
fn chunk(numbers: &[f32], width: usize, at: usize) -> &[f32] {
    &numbers[at * CHUNK * width..(at + 1) * CHUNK * width]
}

fn shape(layer: &Layer) -> Shape {
    Shape { outputs: layer.outputs, inputs: layer.inputs, examples: CHUNK }
}

/// A layer's weights and biases.
fn parameters<'a>(weights: &'a [f32], layer: &Layer, lanes: usize) -> (&'a [f32], &'a [f32]) {
    let of = |range: &std::ops::Range<usize>| &weights[range.start * lanes..range.end * lanes];
    (of(&layer.weights), of(&layer.bias))
}

impl Workload for Step {
    fn name(&self) -> String {
        self.training.name.to_owned()
    }

    fn work(&self) -> u64 {
        (self.training.batch * self.isa.lanes::<f32>()) as u64
    }

    fn unit(&self) -> &'static str {
        "examples"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        match self.part {
            Part::Update => self.update(),
            Part::Whole => {
                self.pass();
                self.update();
            }
            part => (0..self.chunks()).for_each(|at| match part {
                Part::Forward => self.forward(at),
                Part::LossGradient => self.loss_gradient(at),
                Part::Backward => self.backward(),
                _ => self.weight_gradient(at),
            }),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.weights);
        to.add(&self.gradient);
        self.values.iter().chain(&self.slopes).for_each(|layer| to.add(layer));
    }

    /// The gradient must be training's to the bit, as these are its kernels, and that of plain loops in f64; a step the
    /// textbook's.
    fn check(&mut self) {
        *self = Self::new(self.training, self.part, self.isa);
        let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&self.gradient), bits(&self.trained()), "the gradient of training of {}", self.name());
        let [features, labels] = [&self.examples.inputs, &self.examples.targets]
            .map(|numbers| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<f64>>());
        let examples = Examples::<f64>::new(&features, &labels, self.training.batch);
        let mut plain = vec![0.0; self.architecture.parameters()];
        let before = self.weights.to_vec();
        self.update();
        let defaults: Vec<f64> = self.optimizer.hyperparameters.iter().map(|parameter| parameter.default).collect();
        let tolerance = Tolerance { relative: 1e-4, absolute: 1e-6 };
        for lane in 0..self.isa.lanes::<f32>() {
            let (weights, gradient) = (self.lane(&before, lane), self.lane(&self.gradient, lane));
            plain_loop::gradient(&self.architecture, &examples, &weights, &mut plain);
            let single: Vec<f32> = gradient.iter().map(|number| *number as f32).collect();
            assert_close(format!("the gradient of {}", self.name()), &single, &plain, tolerance);
            let step = |(w, g): (&f64, &f64)| self.optimizer.reference(&defaults, *w, *g, &mut Memory::default());
            let expected: Vec<f64> = weights.iter().zip(&gradient).map(step).collect();
            let got: Vec<f32> = self.lane(&self.weights, lane).iter().map(|number| *number as f32).collect();
            assert_close(format!("the step of {}", self.name()), &got, &expected, tolerance);
        }
        *self = Self::new(self.training, self.part, self.isa);
        assert!(self.alarm.iter().all(|alarm| alarm.is_finite()), "{}: a false alarm", self.name());
    }
}
