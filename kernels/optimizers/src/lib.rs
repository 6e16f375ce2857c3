//! Optimizers: one file each, the only home of an update rule.
//!
//! A rule is written for registers, which hold the same parameter of several trials; hyperparameters differ from lane to
//! lane. What it needs from them is computed in f64, once per trial and step, and rounded to the precision of the trial.

#![forbid(unsafe_code)]

mod adjust;
mod layer;
mod moments;
mod oracle;
pub mod reference;
mod update;

use std::ops::Range;

use pulp::Simd;
pub use thalweg_numerics::parameter::{Domain, Hyperparameter};
use thalweg_numerics::table::Table;
use thalweg_numerics::{Isa, Origin, Real, Vector, parts};

pub use adjust::{Adjustment, clipped_norms, clipping_factor};
pub use layer::Layer;
pub use momentum::{MOMENTUM, Momentum};
pub use nesterov::{NESTEROV, Nesterov};
pub use oracle::{Oracle, Sample};
use reference::Memory;
pub use sgd::{SGD, Sgd};

/// The most state arrays that any rule keeps.
pub const MAX_STATE: usize = 3;
/// The most coefficients that any rule reads.
pub const MAX_COEFFICIENTS: usize = 9;

/// An update rule, written once for every precision, instruction set and width.
///
/// [`Rule::update`], and every function that it calls on registers, must be `#[inline(always)]`: it is compiled into the
/// loop of each instruction set, and what is not inlined there has none of its instructions. It uses the operations of
/// [`Vector`] only, which are exact or correctly rounded, so that its bits are the same everywhere.
pub trait Rule: 'static {
    /// Numbers that are kept per parameter from step to step, zero at first.
    const STATE: usize;
    /// Numbers that are kept per trial in f64, 1 at first: running products such as β^t, and what else depends on t.
    const PRODUCTS: usize;
    /// Numbers per trial that [`Rule::update`] reads.
    const COEFFICIENTS: usize;

    /// The coefficients of the next step, from the hyperparameters. In f64, once per trial and step.
    fn advance(hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]);

    /// The new value of the parameter `w` with gradient `g`.
    fn update<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U>;

    /// The same step of one parameter in plain f64, as its paper has it: what tests and benches compare with.
    fn reference(hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64;
}

/// An optimizer, as the training loop, specs, the command and the docs know it.
#[derive(Clone, Copy)]
pub struct Optimizer {
    /// Its name in specs.
    pub name: &'static str,
    /// Its name in text and legends.
    pub title: &'static str,
    /// Where it was published.
    pub paper: &'static str,
    /// Its update rule in one line.
    pub formula: &'static str,
    /// Its hyperparameters, in the order in which a trial stores their values.
    pub hyperparameters: &'static [Hyperparameter],
    /// Names and values of the hyperparameters that `convention = "notes"` sets: lecture notes often have formulas that differ
    /// from the paper's. `convention = "paper"` sets the same ones to their defaults; where there are none, there are no
    /// conventions.
    pub notes: &'static [(&'static str, f64)],
    /// Numbers that it keeps per parameter from step to step, zero at first.
    pub state: usize,
    /// Running products that it keeps per trial, 1 at first: if there are any, no step's coefficients are those of another.
    pub products: usize,
    /// Numbers per trial that it computes anew each step.
    pub coefficients: usize,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    advance: fn(&[f64], &mut [f64], &mut [f64]),
    reference: fn(&[f64], f64, f64, &mut Memory) -> f64,
    update: Table<update::Kernel>,
}

parts! {
    /// Every optimizer that is built in.
    ALL: Optimizer = [
        sgd::SGD,
        momentum::MOMENTUM,
        nesterov::NESTEROV,
        adagrad::ADAGRAD,
        rmsprop::RMSPROP,
        adadelta::ADADELTA,
        adam::ADAM,
        amsgrad::AMSGRAD,
        adamax::ADAMAX,
        nadam::NADAM,
        radam::RADAM,
        adamw::ADAMW,
        lion::LION,
        yogi::YOGI,
        adabelief::ADABELIEF,
        optimistic::OPTIMISTIC,
    ]
}

/// One step of a block of trials, or of one trial.
///
/// A block is one or more groups, each as many trials as a register has lanes; its arrays are
/// `[group][parameter][lane]`. One trial alone is a group with one lane: its parameters fill the registers, and have the
/// same bits as in a block.
pub struct Update<'a, T> {
    /// Groups of the block.
    pub groups: usize,
    /// `[group][parameter][lane]`
    pub weights: &'a mut [T],
    /// `[group][parameter][lane]`
    pub gradient: &'a [T],
    /// Each `[group][parameter][lane]`, as many as the optimizer keeps; the others are empty ([`state_arrays`]).
    pub state: [&'a mut [T]; MAX_STATE],
    /// The parameters of each trial that are updated.
    pub range: Range<usize>,
    /// `[group][coefficient][lane]`, from [`Optimizer::advance`].
    pub coefficients: &'a [T],
    /// `[group][lane]`: becomes NaN when a new weight is not finite; else it is left as it was.
    pub alarm: &'a mut [T],
}

/// The arrays of `[array][group][parameter][lane]`, each of `size` numbers.
pub fn state_arrays<T>(state: &mut [T], size: usize) -> [&mut [T]; MAX_STATE] {
    let mut arrays = state.chunks_exact_mut(size.max(1));
    std::array::from_fn(|_| arrays.next().unwrap_or_default())
}

impl Optimizer {
    /// The optimizer of a rule: its names in specs and in text, where it was published, its formula in a line, and its
    /// hyperparameters in the order in which the rule takes them.
    ///
    /// # Panics
    ///
    /// When it is compiled, if the rule keeps more than [`MAX_STATE`] arrays or reads more than [`MAX_COEFFICIENTS`].
    pub const fn new<R: Rule>(
        name: &'static str,
        title: &'static str,
        paper: &'static str,
        formula: &'static str,
        hyperparameters: &'static [Hyperparameter],
    ) -> Self {
        assert!(R::STATE <= MAX_STATE && R::COEFFICIENTS <= MAX_COEFFICIENTS);
        Self {
            name,
            title,
            paper,
            formula,
            hyperparameters,
            notes: &[],
            state: R::STATE,
            products: R::PRODUCTS,
            coefficients: R::COEFFICIENTS,
            origin: None,
            advance: R::advance,
            reference: R::reference,
            update: Table { f32: update::update::<R, f32>, f64: update::update::<R, f64> },
        }
    }

    /// The same with what `convention = "notes"` sets; see [`Optimizer::notes`].
    #[must_use]
    pub const fn with_notes(self, notes: &'static [(&'static str, f64)]) -> Self {
        Self { notes, ..self }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The next value of a parameter `w` with gradient `g` in plain f64: what tests and benches compare with.
    pub fn reference(&self, hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        memory.step += 1;
        (self.reference)(hyperparameters, w, g, memory)
    }

    /// The built-in optimizer called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|optimizer| optimizer.name == name)
    }

    /// The place of the learning rate among the hyperparameters.
    pub fn learning_rate(&self) -> Option<usize> {
        self.hyperparameters.iter().position(|hyperparameter| hyperparameter.name == "lr")
    }

    /// The coefficients of one trial's next step; `products` carries the trial's running products from step to step.
    ///
    /// # Panics
    ///
    /// If a slice is shorter than this optimizer needs.
    pub fn advance(&self, hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        (self.advance)(hyperparameters, products, coefficients);
    }

    /// Does one step of some parameters of a block, or of one trial; returns whether an alarm is raised now.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn update<T: Real>(&self, isa: Isa, step: Update<'_, T>) -> bool {
        let Update { groups, weights, gradient, state, range, coefficients, alarm } = &step;
        assert!(alarm.len() == groups * isa.lanes::<T>() || (*groups == 1 && alarm.len() == 1));
        assert_eq!(gradient.len(), weights.len());
        assert!(state[..self.state].iter().all(|array| array.len() == weights.len()));
        assert_eq!(coefficients.len(), alarm.len() * self.coefficients);
        assert!(weights.len().is_multiple_of(alarm.len()));
        assert!(range.start <= range.end && range.end <= weights.len() / alarm.len());
        self.update.get::<T>()(isa, step)
    }
}

/// There is one of each name.
impl PartialEq for Optimizer {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Optimizer {}

impl std::fmt::Debug for Optimizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
