//! A pass of a network over some examples: the gradient of their mean loss.

use thalweg::network::{Architecture, Batches, Examples, Fan, Initializer, Network};
use thalweg::train::{self, Lane, Layout, Objective, Team};
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::Loss;
use thalweg_kernels::{Buffer, Isa};

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;
use crate::plain::Plain;

pub(super) mod plain_loop;

/// How the examples go through the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One after another.
    Loop,
    /// As the columns of a matrix.
    Matrix,
}

/// A network.
#[derive(Clone, Copy, Debug)]
pub struct Net {
    /// Its name: units per layer, the inputs first.
    pub name: &'static str,
    /// Units per layer.
    pub units: &'static [usize],
    /// The activation of its hidden layers.
    pub activation: &'static str,
    /// Its loss.
    pub loss: &'static str,
}

/// The networks: the one of lecture notes, whose layers are smaller than a register, and one for digits.
pub const NETS: [Net; 2] = [
    Net { name: "3-4-1", units: &[3, 4, 1], activation: "sigmoid", loss: "bce" },
    Net { name: "64-128-64-10", units: &[64, 128, 64, 10], activation: "relu", loss: "softmax-cross-entropy" },
];

/// One network, one trial, `m` random examples with random labels. A run is forward and back propagation of all of
/// them, by the kernels for matrices of one trial.
///
/// The reference, of the loop only, is what one would write down: loops over examples, layers, units and inputs, with
/// std's functions.
struct Pass<T: Plain> {
    form: Form,
    net: Net,
    examples: Examples<T>,
    network: Network<T>,
    scratch: <Network<T> as Objective<T>>::Scratch,
    weights: Buffer<T>,
    gradient: Buffer<T>,
    alarm: Buffer<T>,
}

/// The workload of a pass over `m` examples, in f32.
pub fn workload(net: Net, m: usize, form: Form, isa: Isa) -> Box<dyn Workload> {
    Box::new(Pass::<f32>::new(net, m, form, isa))
}

impl Net {
    fn architecture(self) -> Architecture {
        let activation = Activation::named(self.activation).expect("there is such an activation");
        let loss = Loss::named(self.loss).expect("there is such a loss");
        Architecture::new(self.units, true, activation, loss)
    }
}

impl<T: Plain> Pass<T> {
    fn new(net: Net, m: usize, form: Form, isa: Isa) -> Self {
        let architecture = net.architecture();
        let mut stream = inputs::stream(11);
        let features: Vec<f64> = (0..m * architecture.inputs()).map(|_| f64::from(stream.normal() as f32)).collect();
        let classes = architecture.outputs().max(2) as u64;
        let labels: Vec<f64> = (0..m).map(|_| stream.below(classes) as f64).collect();
        let examples = Examples::new(&features, &labels, m);
        let batches = Batches { examples: m, size: m, drop_last: false, shuffled: false, replacement: false };
        let splits = [examples.clone(), Examples::default(), Examples::default()];
        let chunk = (form == Form::Loop).then_some(1);
        let parameters = architecture.parameters();
        let network = Network::new(architecture, initializer(), splits, batches, chunk);
        let mut scratch = network.scratch(Layout { isa, path: train::TrainingPath::Dense, groups: 1 }, &Team::alone());
        let mut weights = Buffer::zeroed(parameters);
        network.start(&mut scratch, &[Lane::default()], &mut weights);
        let (gradient, alarm) = (Buffer::zeroed(parameters), Buffer::zeroed(1));
        Self { form, net, examples, network, scratch, weights, gradient, alarm }
    }

    fn by_thalweg(&mut self) {
        let Self { network, scratch, weights, gradient, alarm, .. } = self;
        network.gradient(scratch, 0, weights, gradient, alarm);
    }

    fn by_loop(&mut self) {
        plain_loop::gradient(self.network.architecture(), &self.examples, &self.weights, &mut self.gradient);
    }
}

fn initializer() -> Initializer {
    Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 }
}

impl Workload for Pass<f32> {
    fn name(&self) -> String {
        format!("{}x{}", self.net.name, self.examples.count)
    }

    fn work(&self) -> u64 {
        self.examples.count as u64
    }

    fn unit(&self) -> &'static str {
        "examples"
    }

    fn runners(&self) -> Vec<Runner> {
        if self.form == Form::Loop { vec![Runner::Thalweg, Runner::Reference] } else { vec![Runner::Thalweg] }
    }

    fn run(&mut self, runner: Runner) {
        match runner {
            Runner::Thalweg => self.by_thalweg(),
            _ => self.by_loop(),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.gradient);
    }

    /// The kernels must give the same bits in both forms, and within rounding what the plain loop gives in f64.
    fn check(&mut self) {
        let isa = Isa::best();
        let m = self.examples.count;
        let mut exact = Pass::<f64>::new(self.net, m, Form::Loop, isa);
        exact.weights.iter_mut().zip(self.weights.iter()).for_each(|(to, from)| *to = f64::from(*from));
        exact.by_loop();
        let tolerance = Tolerance { relative: 1e-4, absolute: 1e-6 };
        for runner in self.runners() {
            self.gradient.fill(f32::NAN);
            self.run(runner);
            let what = format!("the gradient of {} by {}", self.name(), runner.name());
            assert_close(what, &self.gradient, &exact.gradient, tolerance);
        }
        self.by_thalweg();
        let other = if self.form == Form::Loop { Form::Matrix } else { Form::Loop };
        let mut other = Self::new(self.net, m, other, isa);
        other.by_thalweg();
        let same = self.gradient.iter().zip(other.gradient.iter()).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{}: loop and matrix form differ", self.name());
        assert!(self.alarm[0].is_finite(), "{}: a false alarm", self.name());
    }
}
