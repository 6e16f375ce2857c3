//! What an update rule needs of the hyperparameters of a block, step by step.

use std::ops::Range;

use thalweg_kernels::optimizer::Optimizer;
use thalweg_kernels::{Buffer, Real};

use super::{Lane, Options, RateSchedule};

/// The coefficients of a block's next step, for each part of the parameters that has a learning rate of its own:
/// `[part][group][coefficient][lane]`.
pub(super) struct Coefficients<T> {
    /// Lanes of a group.
    width: usize,
    values: Buffer<T>,
    /// The running products of each run.
    products: Vec<f64>,
    /// The running products of a run before the step.
    before: Vec<f64>,
    fresh: Vec<f64>,
    /// The hyperparameters of a run with the learning rate of a part.
    scaled: Vec<f64>,
    /// Neighbours with equal hyperparameters, whose coefficients are computed once.
    runs: Vec<Range<usize>>,
    /// All parameters, and the objective's parts of them.
    whole: Range<usize>,
    parts: Vec<Range<usize>>,
    /// Whether a trial of the block has separate learning rates for the parts.
    by_part: bool,
    /// What decoupled weight decay leaves of a weight, `[part][lane]`.
    shrink: Buffer<T>,
    /// Whether the learning rate of a trial of the block changes from step to step.
    is_scheduled: bool,
    /// Whether the hyperparameters of all trials of the block go into the rule as they are.
    is_plain: bool,
    /// Steps of a trial.
    steps: u64,
}

/// The parameters that are updated together, and what their update needs.
pub(super) struct Part<'a, T> {
    /// The parameters.
    pub range: Range<usize>,
    /// `[group][coefficient][lane]`
    pub coefficients: &'a [T],
    /// `[lane]`
    pub shrink: &'a [T],
}

impl<T: Real> Coefficients<T> {
    /// For blocks of `lanes` lanes, `width` per group, optimizers among `optimizers`, and these parts of the
    /// parameters.
    pub fn new(lanes: usize, width: usize, optimizers: &[&Optimizer], parts: Vec<Range<usize>>) -> Self {
        let most =
            |count: fn(&Optimizer) -> usize| optimizers.iter().map(|optimizer| count(optimizer)).max().unwrap_or(0);
        let (coefficients, products) = (most(|optimizer| optimizer.coefficients), most(|optimizer| optimizer.products));
        Self {
            width,
            values: Buffer::zeroed(parts.len() * lanes * coefficients),
            products: vec![1.0; lanes * products],
            before: vec![1.0; products],
            fresh: vec![0.0; coefficients],
            scaled: Vec::with_capacity(most(|optimizer| optimizer.hyperparameters.len())),
            runs: Vec::with_capacity(lanes),
            shrink: Buffer::zeroed(parts.len() * lanes),
            is_scheduled: false,
            is_plain: true,
            steps: 0,
            whole: 0..parts.last().map_or(0, |part| part.end),
            parts,
            by_part: false,
        }
    }

    /// Begins a block of trials of `steps` steps.
    pub fn start(&mut self, lanes: &[Lane<'_>], steps: u64) {
        self.steps = steps;
        self.products.fill(1.0);
        self.runs.clear();
        let settings = |lane: usize| (lanes[lane].hyperparameters, lanes[lane].lr_scale, lanes[lane].options);
        for at in 0..lanes.len() {
            match self.runs.last_mut() {
                Some(run) if settings(run.start) == settings(at) => run.end = at + 1,
                _ => self.runs.push(at..at + 1),
            }
        }
        let (plain, distinct) = (Options::default(), self.runs.iter().map(|run| &lanes[run.start]));
        self.is_scheduled = distinct.clone().any(|lane| lane.options.is_scheduled());
        self.by_part = distinct.clone().any(|lane| !lane.lr_scale.is_empty());
        self.is_plain = !self.by_part && distinct.clone().all(|lane| lane.options == plain);
    }

    /// A lane of every run of equal settings.
    pub fn distinct<'a>(&'a self, lanes: &'a [Lane<'a>]) -> impl Iterator<Item = &'a Lane<'a>> + Clone {
        self.runs.iter().map(|run| &lanes[run.start])
    }

    /// The coefficients of all parameters in every step after the first, `[group][coefficient][lane]`, if they are the
    /// same in all of these steps.
    pub fn constant(&self, optimizer: &Optimizer) -> Option<&[T]> {
        let is_constant = optimizer.products == 0 && !self.is_scheduled && !self.by_part;
        is_constant.then(|| &self.values[..self.shrink.len() / self.parts.len() * optimizer.coefficients])
    }

    /// The parameters to be updated together in step `step`, counted from 1, and their coefficients.
    pub fn advance(
        &mut self,
        optimizer: &Optimizer,
        lanes: &[Lane<'_>],
        step: u64,
    ) -> impl Iterator<Item = Part<'_, T>> {
        // Without running products and schedules, no step differs from the first.
        if step == 1 || optimizer.products > 0 || self.is_scheduled {
            self.compute(optimizer, lanes, step);
        }
        let parts = if self.by_part { &self.parts[..] } else { std::slice::from_ref(&self.whole) };
        let of_parts = self.values.chunks_exact(lanes.len() * optimizer.coefficients);
        let of_parts = of_parts.zip(self.shrink.chunks_exact(lanes.len()));
        parts.iter().zip(of_parts).map(|(range, (coefficients, shrink))| Part {
            range: range.clone(),
            coefficients,
            shrink,
        })
    }

    fn compute(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], step: u64) {
        // Neighbours often differ in their rates, but not in how these change.
        let mut known: Option<(RateSchedule, f64)> = None;
        let parts = if self.by_part { self.parts.len() } else { 1 };
        for index in 0..self.runs.len() {
            let rate = lanes[self.runs[index].start].options.rate;
            let factor = match known {
                _ if !self.is_scheduled => 1.0,
                Some((of, factor)) if of == rate => factor,
                _ => rate.factor(step, self.steps),
            };
            known = Some((rate, factor));
            let products = index * optimizer.products..(index + 1) * optimizer.products;
            self.before[..optimizer.products].copy_from_slice(&self.products[products.clone()]);
            for part in 0..parts {
                // The products advance by one step, however many parts there are.
                self.products[products.clone()].copy_from_slice(&self.before[..optimizer.products]);
                self.compute_part(optimizer, lanes, (index, part), factor);
            }
        }
    }

    /// The coefficients of one part for the lanes of one run, whose learning rates have this factor.
    fn compute_part(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], (index, part): (usize, usize), factor: f64) {
        let Self { width, values, products, fresh, scaled, runs, shrink, is_plain, .. } = self;
        let (run, fresh) = (&runs[index], &mut fresh[..optimizer.coefficients]);
        let lane = lanes[run.start];
        scaled.clear();
        scaled.extend_from_slice(lane.hyperparameters);
        if !*is_plain {
            // Without a learning rate there is nothing for a schedule or a decay to act on: weights are kept whole.
            let kept = optimizer.learning_rate().map_or(1.0, |lr| {
                scaled[lr] = scaled[lr] * factor * lane.lr_scale.get(part).copied().unwrap_or(1.0);
                1.0 - scaled[lr] * lane.options.decoupled_weight_decay
            });
            shrink[part * lanes.len()..][run.clone()].fill(T::from_f64(kept));
        }
        let products = &mut products[index * optimizer.products..(index + 1) * optimizer.products];
        optimizer.advance(scaled, products, fresh);
        let values = &mut values[part * lanes.len() * optimizer.coefficients..];
        for lane in run.clone() {
            // Divided once per lane: that takes as long as all the rest.
            let (group, lane) = (lane / *width, lane % *width);
            let of_group = &mut values[group * *width * optimizer.coefficients..];
            for (row, coefficient) in of_group.chunks_exact_mut(*width).zip(&*fresh) {
                row[lane] = T::from_f64(*coefficient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thalweg_kernels::optimizer;

    #[test]
    fn an_optimizer_without_a_learning_rate_keeps_its_weights() {
        let mut own = **optimizer::ALL.iter().find(|optimizer| optimizer.name == "sgd").unwrap();
        let mut step = own.hyperparameters[0];
        step.name = "step";
        own.hyperparameters = Vec::leak(vec![step]);
        let options = Options { weight_decay: 0.1, decoupled_weight_decay: 0.1, ..Options::default() };
        let lanes = [Lane { hyperparameters: &[0.1], options, ..Lane::default() }; 2];
        let mut coefficients = Coefficients::<f64>::new(2, 2, &[&own], std::iter::once(0..3).collect());
        coefficients.start(&lanes, 1);
        assert!(coefficients.advance(&own, &lanes, 1).all(|part| part.shrink == [1.0, 1.0]));
    }
}
