//! What an update rule needs of the hyperparameters of a block, step by step.

use std::ops::Range;

use thalweg_kernels::optimizer::Method;
use thalweg_kernels::{Buffer, Real};

use super::Lane;

/// The coefficients of a block's next step: `[group][coefficient][lane]`.
pub(super) struct Coefficients<T> {
    /// Lanes of a group.
    width: usize,
    values: Buffer<T>,
    /// The running products of each run.
    products: Vec<f64>,
    fresh: Vec<f64>,
    /// Neighbours with equal hyperparameters, whose coefficients are computed once.
    runs: Vec<Range<usize>>,
}

impl<T: Real> Coefficients<T> {
    /// For blocks of so many lanes, `width` a group, and optimizers among `methods`.
    pub fn new(lanes: usize, width: usize, methods: &[&Method]) -> Self {
        let most = |count: fn(&Method) -> usize| methods.iter().map(|method| count(method)).max().unwrap_or(0);
        let coefficients = most(|method| method.coefficients);
        Self {
            width,
            values: Buffer::zeroed(lanes * coefficients),
            products: vec![1.0; lanes * most(|method| method.products)],
            fresh: vec![0.0; coefficients],
            runs: Vec::with_capacity(lanes),
        }
    }

    /// Begins a block.
    pub fn start(&mut self, lanes: &[Lane<'_>]) {
        self.products.fill(1.0);
        self.runs.clear();
        for at in 0..lanes.len() {
            match self.runs.last_mut() {
                Some(run) if lanes[run.start].hyperparameters == lanes[at].hyperparameters => run.end = at + 1,
                _ => self.runs.push(at..at + 1),
            }
        }
    }

    /// The coefficients of step `step`, counted from 1.
    pub fn advance(&mut self, method: &Method, lanes: &[Lane<'_>], step: u64) -> &[T] {
        // Without running products, no step differs from the first.
        if step == 1 || method.products > 0 {
            self.compute(method, lanes);
        }
        &self.values[..lanes.len() * method.coefficients]
    }

    fn compute(&mut self, method: &Method, lanes: &[Lane<'_>]) {
        let Self { width, values, products, fresh, runs } = self;
        let fresh = &mut fresh[..method.coefficients];
        for (index, run) in runs.iter().enumerate() {
            let products = &mut products[index * method.products..(index + 1) * method.products];
            method.advance(lanes[run.start].hyperparameters, products, fresh);
            for (i, coefficient) in fresh.iter().enumerate() {
                let coefficient = T::from_f64(*coefficient);
                for lane in run.clone() {
                    let first = lane / *width * *width * method.coefficients + lane % *width;
                    values[first + i * *width] = coefficient;
                }
            }
        }
    }
}
