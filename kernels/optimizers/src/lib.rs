//! Optimizers: one file each, the only home of an update rule.
//!
//! A rule is written for registers, which hold the same parameter of several trials; hyperparameters differ from lane to
//! lane. What it needs from them is computed in f64, once per trial and step, and rounded to the precision of the trial.

mod adabelief;
mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod adjust;
mod amsgrad;
mod lion;
mod moments;
pub mod momentum;
mod nadam;
pub mod nesterov;
mod radam;
pub mod reference;
mod rmsprop;
pub mod sgd;
mod single;
mod yogi;

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};
pub use thalweg_numerics::parameter::{Domain, Hyperparameter};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real, Vector};

pub use adjust::{Adjustment, clipped_norms, clipping_factor};
pub use single::SingleUpdate;

/// The most state arrays that any rule keeps.
pub const MAX_STATE: usize = 3;
/// The most coefficients that any rule reads.
pub const MAX_COEFFICIENTS: usize = 9;

/// An update rule, written once for every precision, instruction set and width.
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
    advance: fn(&[f64], &mut [f64], &mut [f64]),
    update: Table<UpdateKernel>,
    single: Table<single::SingleKernel>,
}

/// Every optimizer.
pub static ALL: &[&Optimizer] = &[
    &sgd::SGD,
    &momentum::MOMENTUM,
    &nesterov::NESTEROV,
    &adagrad::ADAGRAD,
    &rmsprop::RMSPROP,
    &adadelta::ADADELTA,
    &adam::ADAM,
    &amsgrad::AMSGRAD,
    &adamax::ADAMAX,
    &nadam::NADAM,
    &radam::RADAM,
    &adamw::ADAMW,
    &lion::LION,
    &yogi::YOGI,
    &adabelief::ADABELIEF,
];

/// One step of a block of trials.
///
/// A block is one or more groups, each as many trials as a register has lanes; its arrays are
/// `[group][parameter][lane]`.
pub struct Update<'a, T> {
    /// Groups of the block.
    pub groups: usize,
    /// `[group][parameter][lane]`
    pub weights: &'a mut [T],
    /// `[group][parameter][lane]`
    pub gradient: &'a [T],
    /// `[array][group][parameter][lane]`
    pub state: &'a mut [T],
    /// The parameters of each trial that are updated.
    pub range: Range<usize>,
    /// `[group][coefficient][lane]`, from [`Optimizer::advance`].
    pub coefficients: &'a [T],
    /// `[group][lane]`: becomes NaN when a new weight is not finite; else it is left as it was.
    pub alarm: &'a mut [T],
}

impl Optimizer {
    const fn new<R: Rule>(
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
            advance: R::advance,
            update: Table { f32: update::<R, f32>, f64: update::<R, f64> },
            single: Table { f32: single::update::<R, f32>, f64: single::update::<R, f64> },
        }
    }

    const fn with_notes(self, notes: &'static [(&'static str, f64)]) -> Self {
        Self { notes, ..self }
    }

    /// The optimizer called `name`.
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

    /// Does one step of some parameters of a block; returns whether an alarm of the block is raised now.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn update<T: Real>(&self, isa: Isa, block: Update<'_, T>) -> bool {
        assert_eq!(block.gradient.len(), block.weights.len());
        assert_eq!(block.state.len(), block.weights.len() * self.state);
        assert_eq!(block.alarm.len(), block.groups * isa.lanes::<T>());
        assert_eq!(block.coefficients.len(), block.alarm.len() * self.coefficients);
        assert!(block.weights.len().is_multiple_of(block.alarm.len()));
        assert!(block.range.start <= block.range.end && block.range.end <= block.weights.len() / block.alarm.len());
        self.update.get::<T>()(isa, block)
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

#[derive(Clone, Copy)]
struct UpdateKernel;
impl Family for UpdateKernel {
    type Member<T: Real> = fn(Isa, Update<'_, T>) -> bool;
}

/// How many parameters go through a rule together: divisions and square roots of one overlap those of the others.
const TOGETHER: usize = 4;

fn update<R: Rule, T: Real>(isa: Isa, block: Update<'_, T>) -> bool {
    struct Op<'a, R, T>(Update<'a, T>, PhantomData<R>);
    impl<R: Rule, T: Real> WithSimd for Op<'_, R, T> {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> bool {
            let Update { groups, weights, gradient, state, range, coefficients, alarm } = self.0;
            let (weights, _) = T::as_registers_mut::<S>(weights);
            let (gradient, _) = T::as_registers::<S>(gradient);
            let (state, _) = T::as_registers_mut::<S>(state);
            let (coefficients, _) = T::as_registers::<S>(coefficients);
            let (alarm, _) = T::as_registers_mut::<S>(alarm);
            let (size, parameters) = (weights.len(), weights.len() / groups);
            let mut arrays = state.chunks_exact_mut(size.max(1));
            let mut state: [_; MAX_STATE] = std::array::from_fn(|_| arrays.next().unwrap_or_default());
            let coefficients = coefficients.chunks_exact(R::COEFFICIENTS);
            // Zeros as long as all alarms are: looking at every lane would take as long as a small update.
            let mut alarms = Vector::<S, T>::splat(simd, T::default());
            for ((group, alarm), coefficients) in alarm.iter_mut().enumerate().zip(coefficients) {
                let (first, count) = (group * parameters + range.start, range.len());
                let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
                for i in 0..R::COEFFICIENTS {
                    c[i] = Vector::new(simd, coefficients[i]);
                }
                let mut of_group = Arrays {
                    weights: &mut weights[first..first + count],
                    gradient: &gradient[first..first + count],
                    state: state.each_mut().map(|array| array.get_mut(first..first + count).unwrap_or_default()),
                };
                let of_group = of_group.step_all::<R>(&c, Vector::new(simd, *alarm));
                alarms = alarms + of_group;
                *alarm = of_group.register();
            }
            !bytemuck::cast_slice(&[alarms.register()]).iter().all(|alarm: &T| alarm.is_finite())
        }
    }
    isa.dispatch(Op::<R, T>(block, PhantomData))
}

/// The parameters of a group that are updated, their gradient and their state, as registers.
struct Arrays<'a, S: Simd, T: Real> {
    weights: &'a mut [T::Reg<S>],
    gradient: &'a [T::Reg<S>],
    state: [&'a mut [T::Reg<S>]; MAX_STATE],
}

impl<S: Simd, T: Real> Arrays<'_, S, T> {
    /// Updates every parameter; returns `alarm`, or NaN where a new weight is not finite.
    #[inline(always)]
    fn step_all<R: Rule>(&mut self, c: &[Vector<S, T>; MAX_COEFFICIENTS], alarm: Vector<S, T>) -> Vector<S, T> {
        let (mut p, end, mut alarm) = (0, self.weights.len(), alarm);
        while p + TOGETHER <= end {
            alarm = self.step::<R, TOGETHER>(p, c, alarm);
            p += TOGETHER;
        }
        if p + 2 <= end {
            alarm = self.step::<R, 2>(p, c, alarm);
            p += 2;
        }
        if p < end {
            alarm = self.step::<R, 1>(p, c, alarm);
        }
        alarm
    }

    /// Updates `U` parameters from `p` on.
    #[inline(always)]
    fn step<R: Rule, const U: usize>(
        &mut self,
        p: usize,
        coefficients: &[Vector<S, T>; MAX_COEFFICIENTS],
        alarm: Vector<S, T>,
    ) -> Vector<S, T> {
        let simd = alarm.simd();
        let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
        for i in 0..R::COEFFICIENTS {
            c[i] = Vector::from_registers(simd, [coefficients[i].register(); U]);
        }
        let mut state = [Vector::splat(simd, T::default()); MAX_STATE];
        for i in 0..R::STATE {
            state[i] = Vector::load(simd, &self.state[i][p..]);
        }
        let w = Vector::load(simd, &self.weights[p..]);
        let w = R::update(w, Vector::load(simd, &self.gradient[p..]), &mut state, &c);
        w.store(&mut self.weights[p..]);
        for i in 0..R::STATE {
            state[i].store(&mut self.state[i][p..]);
        }
        let mut alarm = alarm;
        for register in w.registers() {
            let w = Vector::<S, T>::new(simd, register);
            // 0 times a finite number leaves the alarm as it is, 0 times anything else makes it NaN.
            alarm = w.mul_add(w.like(0.0), alarm);
        }
        alarm
    }
}
