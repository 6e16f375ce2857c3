//! Clipping and weight decay of a block, step by step.

use std::ops::Range;

use thalweg_kernels::optimizer::{Adjustment, add_squares, clipping_factor};
use thalweg_kernels::{Buffer, Isa, Real};

use super::step::Steps;
use super::{Lane, Layout};

/// What is done to the gradients of a block before the update; nothing unless a trial of the block asks for something.
pub(super) struct Adjuster<T> {
    isa: Isa,
    /// Lanes of a group.
    width: usize,
    /// Whether a trial of the block asks for something.
    pub is_on: bool,
    /// Whether one of them has its norm clipped.
    by_norm: bool,
    /// As large as the gradient, once it is needed.
    adjusted: Buffer<T>,
    limit: Vec<T>,
    factor: Vec<T>,
    decay: Vec<T>,
    norms: Vec<f64>,
}

impl<T: Real> Adjuster<T> {
    /// For blocks of this layout.
    pub fn new(layout: Layout) -> Self {
        let width = layout.lanes::<T>();
        let lanes = layout.groups * width;
        Self {
            isa: layout.isa,
            width,
            is_on: false,
            by_norm: false,
            adjusted: Buffer::zeroed(0),
            limit: vec![T::default(); lanes],
            factor: vec![T::default(); lanes],
            decay: vec![T::default(); lanes],
            norms: vec![0.0; lanes],
        }
    }

    /// Begins a block with gradients of this size; `distinct` has every setting of its lanes.
    pub fn start<'a>(&mut self, lanes: &[Lane<'_>], distinct: impl Iterator<Item = &'a Lane<'a>> + Clone, size: usize) {
        self.is_on = distinct.clone().any(|lane| lane.options.adjusts());
        self.by_norm = distinct.clone().any(|lane| lane.options.clip_norm < f64::INFINITY);
        if !self.is_on {
            return;
        }
        self.adjusted.at_least(size);
        for (at, lane) in lanes.iter().enumerate() {
            self.limit[at] = T::from_f64(lane.options.clip_value);
            self.decay[at] = T::from_f64(lane.options.weight_decay);
        }
        self.factor.fill(T::from_f64(1.0));
    }

    /// Measures the gradients of a step.
    pub fn measure(&mut self, lanes: &[Lane<'_>], gradient: &[T]) {
        if !self.by_norm {
            return;
        }
        self.norms.fill(0.0);
        let all = 0..gradient.len() / lanes.len();
        add_squares(self.isa, self.width, gradient, all, Some(&self.limit), &mut self.norms);
        for ((factor, square), lane) in self.factor.iter_mut().zip(&self.norms).zip(lanes) {
            *factor = T::from_f64(clipping_factor(square.sqrt(), lane.options.clip_norm));
        }
    }

    /// The gradients of a block of this size that were adjusted last.
    pub fn adjusted(&self, size: usize) -> &[T] {
        &self.adjusted[..size]
    }

    /// Clips and decays some parameters, `keep` of the weights where decay is decoupled; returns the gradients that the
    /// update takes.
    pub fn adjust(
        &mut self,
        steps: &Steps<T>,
        weights: &mut [T],
        gradient: &[T],
        range: Range<usize>,
        shrink: &[T],
    ) -> &[T] {
        let Self { width, adjusted, limit, factor, decay, .. } = self;
        let lanes = *width;
        steps.adjust(Adjustment { weights, gradient, adjusted, range, lanes, limit, factor, decay, shrink });
        &self.adjusted
    }
}
