//! Optimizers: one file each, the only home of an update rule.
//!
//! A rule is written for registers, which hold the same parameter of several trials; hyperparameters differ from lane to
//! lane. What it needs from them is computed in f64, once per trial and step, and rounded to the precision of the trial.

#![forbid(unsafe_code)]

mod add;
mod adjust;
mod averaging;
mod method;
mod moments;
mod norms;
mod oracle;
pub mod reference;
mod update;

use std::ops::Range;

use pulp::Simd;
pub use thalweg_numerics::parameter::{Domain, Hyperparameter};
use thalweg_numerics::table::Table;
use thalweg_numerics::{Isa, Origin, Real, Vector, parts};

pub use add::Add;
pub use adjust::{Adjustment, clipping_factor};
pub use method::{Block, Frame, Layer, MAX_ARRAYS, Method, Operands, Room, Sees, Settings};
pub use momentum::{MOMENTUM, Momentum};
pub use nesterov::{NESTEROV, Nesterov};
pub use norms::add_squares;
pub use oracle::{Oracle, Sample};
use reference::{Memory, Reference};
pub use sgd::{SGD, Sgd};
pub use update::Pass;

/// The most arrays that any rule keeps.
pub const MAX_STATE: usize = 4;
/// The most coefficients that any rule reads.
pub const MAX_COEFFICIENTS: usize = 9;

/// An update rule, written once for every precision, instruction set and width.
///
/// [`Rule::update`], and every function that it calls on registers, must be `#[inline(always)]`: it is compiled into the
/// loop of each instruction set, and what is not inlined there has none of its instructions. It uses the operations of
/// [`Vector`] only, which are exact or correctly rounded, so that its bits are the same everywhere.
pub trait Rule: 'static {
    /// Numbers that are kept per parameter from step to step.
    const STATE: usize;
    /// What they are at first.
    const START: [Start; MAX_STATE] = [Start::Zero; MAX_STATE];
    /// The one of them that losses are measured at; the parameters themselves if there is none.
    const EVALUATED: Option<usize> = None;
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

/// What an array of an optimizer holds before the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Zeros.
    Zero,
    /// The initial weights.
    Weights,
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
    /// Numbers that it keeps per parameter from step to step.
    pub state: usize,
    /// What they are at first.
    pub start: &'static [Start],
    /// Numbers per parameter that it needs within a step.
    pub scratch: usize,
    /// The one of its numbers per parameter that losses are measured at; none where that is the weights.
    pub evaluated: Option<usize>,
    /// What of a trial it sees.
    pub sees: Sees,
    /// Gradients that a step takes.
    pub gradients: usize,
    /// Running products that it keeps per trial, 1 at first: if there are any, no step's coefficients are those of another.
    pub products: usize,
    /// Numbers per trial that it computes anew each step.
    pub coefficients: usize,
    /// Keys of every optimizer that it does not take, and why.
    pub without: &'static [(&'static str, &'static str)],
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    kernels: Kernels,
    reference: Reference,
}

/// How an optimizer does a step.
#[derive(Clone, Copy)]
enum Kernels {
    /// Number by number.
    Rule { advance: fn(&[f64], &mut [f64], &mut [f64]), update: Table<update::Kernel> },
    /// All of a block.
    Method(Table<method::Kernel>),
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
        schedule_free_adamw::SCHEDULE_FREE_ADAMW,
        schedule_free_sgd::SCHEDULE_FREE_SGD,
        lamb::LAMB,
        muon::MUON,
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
pub fn state_arrays<T, const N: usize>(state: &mut [T], size: usize) -> [&mut [T]; N] {
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
        let update: Table<update::Kernel> = Table { f32: update::update::<R, f32>, f64: update::update::<R, f64> };
        Self {
            name,
            title,
            paper,
            formula,
            hyperparameters,
            notes: &[],
            state: R::STATE,
            start: const { R::START.split_at(R::STATE).0 },
            scratch: 0,
            evaluated: R::EVALUATED,
            sees: Sees::Number,
            gradients: 1,
            products: R::PRODUCTS,
            coefficients: R::COEFFICIENTS,
            without: &[],
            origin: None,
            kernels: Kernels::Rule { advance: R::advance, update },
            reference: Reference::Number(R::reference),
        }
    }

    /// The optimizer of a method, which sees more than one number; the arguments are those of [`Self::new`].
    ///
    /// # Panics
    ///
    /// When it is compiled, if the method asks for more than [`MAX_ARRAYS`] arrays.
    pub const fn of_method<M: Method>(
        name: &'static str,
        title: &'static str,
        paper: &'static str,
        formula: &'static str,
        hyperparameters: &'static [Hyperparameter],
    ) -> Self {
        assert!(M::STATE.len() + M::SCRATCH <= MAX_ARRAYS);
        Self {
            name,
            title,
            paper,
            formula,
            hyperparameters,
            notes: &[],
            state: M::STATE.len(),
            start: M::STATE,
            scratch: M::SCRATCH,
            evaluated: M::EVALUATED,
            sees: M::SEES,
            gradients: 1 + M::GRADIENTS,
            products: M::PRODUCTS,
            coefficients: 0,
            without: &[],
            origin: None,
            kernels: Kernels::Method(Table { f32: method::step::<M, f32>, f64: method::step::<M, f64> }),
            reference: Reference::Whole(M::reference),
        }
    }

    /// The same with what `convention = "notes"` sets; see [`Optimizer::notes`].
    #[must_use]
    pub const fn with_notes(self, notes: &'static [(&'static str, f64)]) -> Self {
        Self { notes, ..self }
    }

    /// The same without some of the keys that every optimizer has, each with the reason; see [`Optimizer::without`].
    #[must_use]
    pub const fn without(self, without: &'static [(&'static str, &'static str)]) -> Self {
        Self { without, ..self }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// Whether it changes a parameter by what it knows of that one alone, so that it has [`Self::advance`] and
    /// [`Self::update`]; else it has [`Self::step`].
    pub fn is_rule(&self) -> bool {
        matches!(self.kernels, Kernels::Rule { .. })
    }

    /// The next value of a parameter `w` with gradient `g` in plain f64: what tests and benches compare with. See
    /// [`reference::Trial`] for whole trials.
    ///
    /// # Panics
    ///
    /// If it is no [rule](Self::is_rule).
    pub fn reference(&self, hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
        let Reference::Number(reference) = self.reference else { panic!("{self:?} is no rule") };
        memory.step += 1;
        reference(hyperparameters, w, g, memory)
    }

    /// Sets the arrays that it keeps, one after another in `state`, to what they hold before the first step.
    ///
    /// # Panics
    ///
    /// If `state` is shorter than they are.
    pub fn begin<T: Real>(&self, weights: &[T], state: &mut [T]) {
        for (array, start) in self.start.iter().enumerate() {
            let array = &mut state[array * weights.len()..][..weights.len()];
            match start {
                Start::Zero => array.fill(T::default()),
                Start::Weights => array.copy_from_slice(weights),
            }
        }
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
    /// If a slice is shorter than this optimizer needs, or it is no [rule](Self::is_rule).
    pub fn advance(&self, hyperparameters: &[f64], products: &mut [f64], coefficients: &mut [f64]) {
        let Kernels::Rule { advance, .. } = self.kernels else { panic!("{self:?} is no rule") };
        advance(hyperparameters, products, coefficients);
    }

    /// Does one step of some parameters of a block, or of one trial; returns whether an alarm is raised now.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other, or it is no [rule](Self::is_rule).
    pub fn update<T: Real>(&self, isa: Isa, step: Update<'_, T>) -> bool {
        let Kernels::Rule { update, .. } = self.kernels else { panic!("{self:?} is no rule") };
        let Update { groups, weights, gradient, state, range, coefficients, alarm } = &step;
        assert!(alarm.len() == groups * isa.lanes::<T>() || (*groups == 1 && alarm.len() == 1));
        assert_eq!(gradient.len(), weights.len());
        assert!(state[..self.state].iter().all(|array| array.len() == weights.len()));
        assert_eq!(coefficients.len(), alarm.len() * self.coefficients);
        assert!(weights.len().is_multiple_of(alarm.len()));
        assert!(range.start <= range.end && range.end <= weights.len() / alarm.len());
        update.get::<T>()(isa, step)
    }

    /// Does one step of a block.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other, or it is a [rule](Self::is_rule).
    pub fn step<T: Real>(&self, block: Block<'_, T>, room: &mut Room) {
        let Kernels::Method(step) = self.kernels else { panic!("{self:?} is a rule") };
        let Block { frame, weights, gradient, arrays, products, alarm, .. } = &block;
        assert!(alarm.len() == frame.trials() && weights.len().is_multiple_of(alarm.len()));
        assert_eq!(gradient.len(), weights.len());
        assert!(arrays[..self.state + self.scratch].iter().all(|array| array.len() == weights.len()));
        assert_eq!(products.len(), frame.trials() * self.products);
        step.get::<T>()(block, room);
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
