//! Gradients that are made of several: options of every optimizer, which is given what they make of its gradient.

use thalweg_kernels::optimizer::{Frame, Hyperparameter, Operands, Oracle, Pass};
use thalweg_kernels::table::{Family, Table};
use thalweg_kernels::{Buffer, Real};

use super::Lane;
use super::sam::SAM;

/// A way to make the gradient of a step out of several.
pub struct Composite {
    /// Its option: how strong it is; at the default it is off.
    pub option: Hyperparameter,
    /// Gradients of the batch that it asks for in a step, besides the first one.
    pub gradients: usize,
    /// What it does to a block in which at least one trial has it on.
    pub apply: Table<Kernel>,
}

/// All of them, in the order in which they are applied.
pub const COMPOSITES: [&Composite; 1] = [&SAM];

/// A block of trials whose gradient is to be made.
pub struct Around<'a, T> {
    /// How its arrays stand in memory.
    pub frame: Frame<'a>,
    /// The value of the option, `[group][lane]`.
    pub strengths: &'a [f64],
    /// The weights.
    pub weights: &'a [T],
    /// The gradient of the batch at the weights, and what is made of it. That of a trial whose option is off may become
    /// anything: it is put back.
    pub gradient: &'a mut [T],
    /// As large as the weights.
    pub elsewhere: &'a mut [T],
    /// Room for numbers per trial.
    pub numbers: &'a mut Vec<f64>,
    /// Room for coefficients of passes.
    pub coefficients: &'a mut Vec<T>,
    /// Room for the alarms of passes, `[group][lane]`: the gradient tells what is not finite.
    pub alarm: &'a mut [T],
    /// Gradients elsewhere.
    pub oracle: &'a mut dyn Oracle<T>,
}

/// What [`Composite::apply`] points to.
#[derive(Clone, Copy)]
pub struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Around<'_, T>);
}

impl<T: Real> Around<'_, T> {
    /// A pass over the weights elsewhere, which reads the gradient.
    pub fn pass<P: Pass>(&mut self) {
        let Self { frame, gradient, elsewhere, coefficients, alarm, .. } = self;
        let range = 0..elsewhere.len() / alarm.len();
        frame.pass::<P, T, 0>(Operands { x: elsewhere, g: gradient, state: [], range, coefficients, alarm });
    }
}

/// What a worker needs to make gradients.
#[derive(Default)]
pub(super) struct Composites<T: Real> {
    /// Which of [`COMPOSITES`] a trial of the block has on.
    are_on: [bool; COMPOSITES.len()],
    /// `[composite][group][lane]`
    strengths: Vec<f64>,
    elsewhere: Buffer<T>,
    plain: Buffer<T>,
    numbers: Vec<f64>,
    coefficients: Vec<T>,
    alarm: Vec<T>,
}

impl<T: Real> Composites<T> {
    /// Begins a block.
    pub fn start(&mut self, lanes: &[Lane<'_>], size: usize) {
        self.strengths.clear();
        for (at, composite) in COMPOSITES.iter().enumerate() {
            self.strengths.extend(lanes.iter().map(|lane| lane.options.composites[at]));
            let own = &self.strengths[at * lanes.len()..];
            self.are_on[at] = own.iter().any(|strength| *strength != composite.option.default);
        }
        if self.is_on() {
            self.elsewhere.at_least(size);
            self.plain.at_least(size);
            self.alarm.resize(lanes.len(), T::default());
        }
    }

    /// Whether a trial of the block has one of them on.
    pub fn is_on(&self) -> bool {
        self.are_on.contains(&true)
    }

    /// Makes the gradient of a step, in place.
    pub fn apply(&mut self, frame: Frame<'_>, weights: &[T], gradient: &mut [T], oracle: &mut dyn Oracle<T>) {
        let (trials, size) = (frame.trials(), weights.len());
        let Self { strengths, elsewhere, plain, numbers, coefficients, alarm, .. } = self;
        for (at, composite) in COMPOSITES.iter().enumerate().filter(|(at, _)| self.are_on[*at]) {
            let strengths = &strengths[at * trials..][..trials];
            let is_off = |trial: usize| strengths[trial] == composite.option.default;
            let all_on = !(0..trials).any(is_off);
            if !all_on {
                plain[..size].copy_from_slice(gradient);
            }
            let (elsewhere, alarm) = (&mut elsewhere[..size], &mut alarm[..trials]);
            composite.apply.get::<T>()(Around {
                frame,
                strengths,
                weights,
                gradient: &mut *gradient,
                elsewhere,
                numbers,
                coefficients,
                alarm,
                oracle: &mut *oracle,
            });
            if !all_on {
                put_back(frame, gradient, &plain[..size], is_off);
            }
        }
    }
}

/// Gives the trials that are meant what they had.
fn put_back<T: Real>(frame: Frame<'_>, array: &mut [T], before: &[T], is_meant: impl Fn(usize) -> bool) {
    let group = array.len() / frame.groups;
    let groups = array.chunks_exact_mut(group).zip(before.chunks_exact(group));
    for (at, (array, before)) in groups.enumerate() {
        for lane in (0..frame.lanes).filter(|lane| is_meant(at * frame.lanes + lane)) {
            let rows = array.chunks_exact_mut(frame.lanes).zip(before.chunks_exact(frame.lanes));
            rows.for_each(|(row, before)| row[lane] = before[lane]);
        }
    }
}
