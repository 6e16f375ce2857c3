//! The product of a network's Hessian with a direction, and the gradient on the same examples.

use thalweg::network::{Architecture, Batches, Examples, Fan, Initializer, Network};
use thalweg::train::{Lane, Layout, Objective, Sample, Team, TrainingPath};
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::Loss;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Buffer, Isa};

use super::pass::Net;
use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Examples of a pass.
const EXAMPLES: usize = 1024;

/// The networks: of two moons, with one hidden layer and with two, and of digits.
pub const NETS: [Net; 3] = [
    Net { name: "2-16-1", units: &[2, 16, 1], activation: "tanh", loss: "bce" },
    Net { name: "2-16-16-1", units: &[2, 16, 16, 1], activation: "tanh", loss: "bce" },
    Net { name: "64-128-64-10", units: &[64, 128, 64, 10], activation: "relu", loss: "softmax-cross-entropy" },
];

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The gradient of the mean loss.
    Gradient,
    /// The product of its Hessian with a direction of each trial.
    Product,
}

/// A network on random examples with random labels, on all lanes of a register or on one trial.
struct Pass<T: Elementary> {
    net: Net,
    wanted: Wanted,
    path: TrainingPath,
    isa: Isa,
    network: Network<T>,
    scratch: <Network<T> as Objective<T>>::Scratch,
    weights: Buffer<T>,
    direction: Buffer<T>,
    result: Buffer<T>,
    alarm: Buffer<T>,
}

/// The workload of a pass, in f32.
pub fn workload(net: Net, wanted: Wanted, path: TrainingPath, isa: Isa) -> Box<dyn Workload> {
    Box::new(Pass::<f32>::new(net, wanted, path, isa))
}

impl<T: Elementary> Pass<T> {
    fn new(net: Net, wanted: Wanted, path: TrainingPath, isa: Isa) -> Self {
        let activation = Activation::named(net.activation).expect("there is such an activation");
        let loss = Loss::named(net.loss).expect("there is such a loss");
        let architecture = Architecture::new(net.units, true, activation, loss);
        let mut stream = inputs::stream(14);
        let features = (0..EXAMPLES * architecture.inputs()).map(|_| f64::from(stream.normal() as f32));
        let features: Vec<f64> = features.collect();
        let classes = architecture.outputs().max(2) as u64;
        let labels: Vec<f64> = (0..EXAMPLES).map(|_| stream.below(classes) as f64).collect();
        let layout = Layout { isa, path, groups: 1 };
        let size = architecture.parameters() * layout.lanes::<T>();
        let direction = inputs::buffer(size, || stream.normal());
        let examples = Examples::new(&features, &labels, EXAMPLES);
        let batches =
            Batches { examples: EXAMPLES, size: EXAMPLES, drop_last: false, shuffled: false, replacement: false };
        let initializer = Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 };
        let splits = [examples, Examples::default(), Examples::default()];
        let network = Network::new(architecture, initializer, splits, batches, None);
        let mut scratch = network.scratch(layout, &Team::alone());
        let mut weights = Buffer::zeroed(size);
        let lane = |init_seed| Lane { init_seed, ..Lane::default() };
        let lanes: Vec<Lane<'_>> = (0..layout.lanes::<T>() as u64).map(lane).collect();
        network.start(&mut scratch, &lanes, &mut weights);
        let (result, alarm) = (Buffer::zeroed(size), Buffer::zeroed(lanes.len()));
        Self { net, wanted, path, isa, network, scratch, weights, direction, result, alarm }
    }

    fn compute(&mut self) {
        let Self { network, scratch, weights, direction, result, alarm, .. } = self;
        match self.wanted {
            Wanted::Gradient => network.gradient_of(scratch, Sample::All, weights, result, alarm),
            Wanted::Product => network.hessian_product(scratch, Sample::All, weights, direction, result),
        }
    }
}

impl Pass<f32> {
    /// What is wanted in f64, at the same weights: products as differences of gradients. So short a step leaves half of the digits,
    /// but few units at a kink.
    fn exactly(&self) -> Vec<f64> {
        const H: f64 = 1e-9;
        let lanes = self.alarm.len();
        let mut exact = vec![0.0; self.result.len()];
        // One trial after the other: f64 has other lanes.
        for lane in 0..lanes {
            let mut alone = Pass::<f64>::new(self.net, Wanted::Gradient, TrainingPath::Dense, self.isa);
            let mut gradient = |h: f64| {
                let numbers = |of: &Buffer<f32>| of.iter().skip(lane).step_by(lanes).map(|x| f64::from(*x)).collect();
                let (weights, direction): (Vec<f64>, Vec<f64>) = (numbers(&self.weights), numbers(&self.direction));
                let moved = weights.iter().zip(&direction).map(|(w, v)| w + h * v);
                alone.weights.iter_mut().zip(moved).for_each(|(to, w)| *to = w);
                alone.compute();
                alone.result.to_vec()
            };
            let of_lane = match self.wanted {
                Wanted::Gradient => gradient(0.0),
                Wanted::Product => {
                    let (above, below) = (gradient(H), gradient(-H));
                    above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * H)).collect()
                }
            };
            exact.iter_mut().skip(lane).step_by(lanes).zip(of_lane).for_each(|(to, x)| *to = x);
        }
        exact
    }
}

impl Workload for Pass<f32> {
    fn name(&self) -> String {
        format!("{}-{}", self.net.name, self.path.name())
    }

    fn work(&self) -> u64 {
        (EXAMPLES * self.alarm.len()) as u64
    }

    fn unit(&self) -> &'static str {
        "examples"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.compute();
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.result);
    }

    fn check(&mut self) {
        self.result.fill(f32::NAN);
        self.compute();
        let exact = self.exactly();
        let largest = exact.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let what = format!("the {:?} of {}", self.wanted, self.name());
        assert_close(what, &self.result, &exact, Tolerance::absolute(1e-4 * largest));
    }
}
