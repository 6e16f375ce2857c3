//! What a worker needs for optimizers that see more than one number.

use thalweg_kernels::optimizer::{Layer, Optimizer, Room, Settings};
use thalweg_kernels::{Buffer, Real};

use super::{Lane, RateSchedule};

/// The hyperparameters of a block, step by step, and what methods keep.
pub(super) struct Methods<T> {
    /// Steps of a trial.
    steps: u64,
    /// Whether the learning rate of a trial of the block changes from step to step.
    is_scheduled: bool,
    /// `[trial][hyperparameter]`
    values: Vec<f64>,
    /// What learning rates are multiplied by, `[layer][trial]`.
    rates: Vec<f64>,
    /// What decoupled weight decay leaves of a weight, `[layer][trial]`.
    pub shrink: Buffer<T>,
    /// `[trial][product]`
    pub products: Vec<f64>,
    pub room: Room,
}

impl<T: Real> Methods<T> {
    /// For blocks that have not begun.
    pub fn new() -> Self {
        let (values, rates, products) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            steps: 0,
            is_scheduled: false,
            values,
            rates,
            shrink: Buffer::zeroed(0),
            products,
            room: Room::default(),
        }
    }

    /// Begins a block of trials of `steps` steps, of an optimizer that is no rule.
    pub fn start(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], steps: u64) {
        self.steps = steps;
        self.is_scheduled = lanes.iter().any(|lane| lane.options.is_scheduled());
        self.values.clear();
        lanes.iter().for_each(|lane| self.values.extend(lane.hyperparameters));
        self.products.clear();
        self.products.resize(lanes.len() * optimizer.products, 1.0);
    }

    /// Computes the rates of a step, counted from 1: without schedules, those of the first one stay.
    pub fn advance(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], layers: &[Layer], step: u64) {
        if step > 1 && !self.is_scheduled {
            return;
        }
        self.rates.clear();
        let shrink = self.shrink.at_least(layers.len() * lanes.len());
        // Neighbours often differ in their rates, but not in how these change.
        let mut known: Option<(RateSchedule, f64)> = None;
        for layer in 0..layers.len() {
            for (trial, lane) in lanes.iter().enumerate() {
                let rate = lane.options.rate;
                let factor = match known {
                    Some((of, factor)) if of == rate => factor,
                    _ => rate.factor(step, self.steps),
                };
                known = Some((rate, factor));
                let scaled = factor * lane.lr_scale.get(layer).copied().unwrap_or(1.0);
                self.rates.push(scaled);
                // Without a learning rate there is nothing for a decay to act on: weights are kept whole.
                let lr = optimizer.learning_rate().map_or(0.0, |lr| lane.hyperparameters[lr] * scaled);
                shrink[layer * lanes.len() + trial] = T::from_f64(1.0 - lr * lane.options.decoupled_weight_decay);
            }
        }
    }

    /// The settings of the step, and the products and the room of the block.
    pub fn parts(&mut self, optimizer: &Optimizer, layers: usize) -> (Settings<'_>, &mut [f64], &mut Room) {
        let settings = Settings::new(&self.values, optimizer.hyperparameters.len(), &self.rates, layers);
        (settings, &mut self.products, &mut self.room)
    }
}
