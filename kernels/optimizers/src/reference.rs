//! What update rules in plain f64 have in common: each stands as [`Rule::reference`](crate::Rule::reference) beside its
//! kernel, for one parameter and one step.

use crate::{Layer, MAX_STATE, Optimizer, Start};

/// The memory of one parameter, and the number of steps done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// What is kept from step to step.
    pub arrays: [f64; MAX_STATE],
    /// A product over the steps, if the rule has one that is not a power.
    pub product: f64,
    /// Steps done, this one included.
    pub step: i32,
}

/// The memory of a whole trial, of a method that sees more than one parameter.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// As large as the weights: what is kept from step to step.
    pub arrays: Vec<Vec<f64>>,
    /// Sums and products over the steps, 1 at first.
    pub products: Vec<f64>,
    /// Steps done, this one included.
    pub step: i32,
}

/// A trial of any optimizer in plain f64: what tests and benches compare with.
#[derive(Clone, Debug)]
pub struct Trial {
    optimizer: Optimizer,
    hyperparameters: Vec<f64>,
    layers: Vec<Layer>,
    /// The weights that gradients are taken at.
    pub weights: Vec<f64>,
    /// Of an optimizer that sees one parameter at a time, one each.
    numbers: Vec<Memory>,
    whole: Whole,
}

impl Trial {
    /// A trial that starts at these weights, of layers in which methods see them.
    pub fn new(optimizer: &Optimizer, hyperparameters: &[f64], layers: &[Layer], weights: &[f64]) -> Self {
        let start = |start: &Start| if *start == Start::Weights { weights.to_vec() } else { vec![0.0; weights.len()] };
        let arrays: Vec<Vec<f64>> = optimizer.start.iter().map(start).collect();
        let memory = |p: usize| {
            let mut memory = Memory::default();
            memory.arrays.iter_mut().zip(&arrays).for_each(|(number, array)| *number = array[p]);
            memory
        };
        let numbers = (0..weights.len()).map(memory).collect();
        Self {
            optimizer: *optimizer,
            hyperparameters: hyperparameters.to_vec(),
            layers: layers.to_vec(),
            weights: weights.to_vec(),
            numbers,
            whole: Whole { arrays, products: vec![1.0; optimizer.products], step: 0 },
        }
    }

    /// Does a step with the gradient at the weights.
    pub fn step(&mut self, gradient: &[f64]) {
        let Self { optimizer, hyperparameters, layers, weights, numbers, whole } = self;
        match optimizer.reference {
            Reference::Number(reference) => {
                for ((w, g), memory) in weights.iter_mut().zip(gradient).zip(numbers) {
                    memory.step += 1;
                    *w = reference(hyperparameters, *w, *g, memory);
                }
            }
            Reference::Whole(reference) => {
                whole.step += 1;
                reference(hyperparameters, layers, weights, gradient, whole);
            }
        }
    }

    /// The weights that losses are measured at.
    pub fn evaluated(&self) -> Vec<f64> {
        match (self.optimizer.evaluated, self.optimizer.reference) {
            (None, _) => self.weights.clone(),
            (Some(array), Reference::Number(_)) => self.numbers.iter().map(|memory| memory.arrays[array]).collect(),
            (Some(array), Reference::Whole(_)) => self.whole.arrays[array].clone(),
        }
    }
}

/// What [`Method::reference`](crate::Method::reference) is.
type WholeStep = fn(&[f64], &[Layer], &mut [f64], &[f64], &mut Whole);

/// A step in plain f64.
#[derive(Clone, Copy)]
pub(crate) enum Reference {
    /// Of one parameter: [`Rule::reference`](crate::Rule::reference).
    Number(fn(&[f64], f64, f64, &mut Memory) -> f64),
    /// Of a trial: [`Method::reference`](crate::Method::reference).
    Whole(WholeStep),
}

/// √(x + ε) or √x + ε.
pub(super) fn root(x: f64, eps: f64, inside: f64) -> f64 {
    if inside == 0.0 { x.sqrt() + eps } else { (x + eps).sqrt() }
}

/// A running mean, corrected for its start at zero unless it is not to be.
pub(super) fn corrected(mean: f64, beta: f64, step: i32, uncorrected: f64) -> f64 {
    if uncorrected == 0.0 { mean / (1.0 - beta.powi(step)) } else { mean }
}

/// The sign of a number, 0 at 0.
pub(super) fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The velocity of momentum after a gradient g, in either form: ahead by μ v where Nesterov's step looks ahead.
pub(super) fn velocity(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, mu, keras) = (h[0], h[1], h[2] == 1.0);
    let velocity = &mut memory.arrays[0];
    *velocity = if keras { mu * *velocity - lr * g } else { mu * *velocity + g };
    *velocity
}

/// Adam's step, of lr, β1, β2, ε, where ε stands and whether nothing is corrected. `sign` is -1 where the printed formula
/// of some notes is meant, `is_largest` where the largest mean of squares counts.
pub(super) fn adam(h: [f64; 6], sign: f64, is_largest: bool, g: f64, memory: &mut Memory) -> f64 {
    let [lr, beta1, beta2, eps, inside, uncorrected] = h;
    let ([mean, square, largest, _], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + sign * (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * g * g;
    *largest = largest.max(*square);
    let square = if is_largest { *largest } else { *square };
    lr * corrected(*mean, beta1, step, uncorrected) / root(corrected(square, beta2, step, uncorrected), eps, inside)
}
