//! One step of a method that sees more than one weight, on a group of trials of a 2-16-16-1 network.

use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::reference::Trial;
use thalweg_kernels::optimizer::{Block, Frame, Layer, Optimizer, Oracle, Room, Sample, Settings, state_arrays};
use thalweg_kernels::product::{self, Products};
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Outputs and inputs of the layers, each of which has biases.
const SHAPES: [(usize, usize); 3] = [(16, 2), (16, 16), (1, 16)];
/// Steps that are compared with the reference.
const STEPS: u64 = 3;

/// A group at its method's default hyperparameters. A run is one more step with the same gradient; the reference is the
/// textbook's formula in f64, a trial at a time.
struct Group<T> {
    optimizer: &'static Optimizer,
    isa: Isa,
    layers: Vec<Layer>,
    /// Those of every trial, and the factors of its learning rates.
    settings: [Vec<f64>; 2],
    step: u64,
    weights: Buffer<T>,
    gradient: Buffer<T>,
    arrays: Buffer<T>,
    products: Vec<f64>,
    alarm: Buffer<T>,
    room: Room,
    multiply: Box<dyn Products<T>>,
    plain: Vec<(Trial, Vec<f64>)>,
}

/// The gradient is given.
struct Given;

impl<T> Oracle<T> for Given {
    fn batch(&self) -> Sample {
        Sample::All
    }

    fn gradient(&mut self, _: Sample, _: &[T], _: &mut [T]) {
        unreachable!("methods that ask for gradients are not timed here")
    }

    fn hessian_product(&mut self, _: Sample, _: &[T], _: &[T], _: &mut [T]) {
        unreachable!("methods that ask for products are not timed here")
    }
}

fn layers() -> Vec<Layer> {
    let mut end = 0;
    let mut take = |count: usize| {
        end += count;
        end - count..end
    };
    SHAPES.map(|(rows, columns)| Layer { weights: take(rows * columns), rows, columns, bias: take(rows) }).into()
}

/// The workload of a method that asks for no gradients but the one that it is given.
pub fn workload<T: Elementary>(optimizer: &'static Optimizer, isa: Isa) -> Box<dyn Workload> {
    let (lanes, layers) = (isa.lanes::<T>(), layers());
    let count = layers.last().map_or(0, |layer| layer.bias.end);
    let mut stream = inputs::stream(7);
    let weights: Buffer<T> = inputs::buffer(count * lanes, || stream.normal());
    let gradient: Buffer<T> = inputs::buffer(count * lanes, || stream.normal());
    let hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(|parameter| parameter.default).collect();
    let of_lane = |array: &[T], lane: usize| -> Vec<f64> {
        array.iter().skip(lane).step_by(lanes).map(|number| number.to_f64()).collect()
    };
    let alone = |lane: usize| Trial::new(optimizer, &hyperparameters, &layers, &of_lane(&weights, lane));
    let plain = (0..lanes).map(|lane| (alone(lane), of_lane(&gradient, lane))).collect();
    let rates = vec![1.0; lanes * layers.len()];
    let mut arrays = Buffer::zeroed(count * lanes * (optimizer.state + optimizer.scratch));
    optimizer.begin(&weights, &mut arrays);
    Box::new(Group {
        optimizer,
        isa,
        step: 0,
        products: vec![1.0; lanes * optimizer.products],
        alarm: Buffer::zeroed(lanes),
        room: Room::default(),
        multiply: product::population(isa),
        layers,
        settings: [hyperparameters.repeat(lanes), rates],
        weights,
        gradient,
        arrays,
        plain,
    })
}

impl<T: Elementary> Workload for Group<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.optimizer.name, T::NAME)
    }

    fn work(&self) -> u64 {
        self.weights.len() as u64
    }

    fn demands(&self) -> Option<Demands> {
        None
    }

    fn run(&mut self, runner: Runner) {
        if runner == Runner::Reference {
            self.plain.iter_mut().for_each(|(trial, gradient)| trial.step(gradient));
            return;
        }
        self.step += 1;
        let (lanes, layers) = (self.isa.lanes::<T>(), &self.layers);
        let [values, rates] = &self.settings;
        let size = self.weights.len();
        let block = Block {
            frame: Frame { isa: self.isa, groups: 1, lanes, layers },
            step: self.step,
            weights: &mut self.weights,
            gradient: &self.gradient,
            arrays: state_arrays(&mut self.arrays, size),
            settings: Settings::new(values, self.optimizer.hyperparameters.len(), rates, layers.len()),
            products: &mut self.products,
            multiply: &mut *self.multiply,
            alarm: &mut self.alarm,
            oracle: &mut Given,
        };
        self.optimizer.step(block, &mut self.room);
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.weights);
    }

    fn check(&mut self) {
        let lanes = self.isa.lanes::<T>();
        for done in 1..=STEPS {
            self.run(Runner::Thalweg);
            self.run(Runner::Reference);
            let count = self.weights.len() / lanes;
            let expected: Vec<f64> =
                (0..count * lanes).map(|at| self.plain[at % lanes].0.weights[at / lanes]).collect();
            // A thousandth of a step of Schedule-Free SGD at its default rate of 1e-3 or more.
            let tolerance = Tolerance::absolute(if size_of::<T>() == 4 { 1e-5 } else { 1e-12 });
            assert_close(format!("step {done} of {}", self.name()), &self.weights, &expected, tolerance);
        }
        assert!(self.alarm.iter().all(|alarm| alarm.is_finite()), "{}: a false alarm", self.name());
    }
}
