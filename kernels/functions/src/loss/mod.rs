//! Loss functions: one file each, value, gradient and curvature with respect to the outputs of the last layer.
//!
//! The loss of a batch is the mean over its m examples, J = (1/m) Σ L. Kernels give L per example and lane, and (1/m)
//! dL/dz; the caller computes the mean, in f64 and in the order of the examples.

mod curvature;
mod kernels;
mod rows;

use pulp::Simd;
use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;
use thalweg_numerics::table::Table;
use thalweg_numerics::{Isa, Origin, Real, Vector, parts};
use thalweg_products::Input;

pub use curvature::Curvature;
pub use rows::Rows;

use kernels::With;

/// What a loss is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Targets are numbers, one per output.
    Regression,
    /// Targets are 0 or 1, for the one output.
    Binary,
    /// Targets are the indices of classes, one output per class.
    Multiclass,
    /// Targets are the shares of the classes, one per class and output.
    Distribution,
}

impl Task {
    /// Whether an example has a target for every output.
    pub fn has_target_per_output(self) -> bool {
        matches!(self, Self::Regression | Self::Distribution)
    }
}

/// A loss L(z, y) of the outputs z of one example, given its target y, written once for every precision, instruction set and
/// width.
///
/// Its functions, and every function that they call on registers, must be `#[inline(always)]`: they are compiled into the
/// loop of each instruction set, and what is not inlined there has none of its instructions. They use the operations of
/// [`Vector`] only, so that their bits are the same everywhere.
pub trait Function: 'static {
    /// Whether an example has one output and one target, so that several can be taken [together](Self::slope).
    const HAS_ONE_OUTPUT: bool = false;

    /// dL/dz of `U` examples, for losses that have one output. It is only asked of those.
    #[inline(always)]
    fn slope<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _y: Vector<S, T, U>) -> Vector<S, T, U> {
        z
    }

    /// Turns z into scale · dL/dz, with the loss's parameter p, if it has one, and gives a number that is finite
    /// exactly as long as every output is (and, for losses that can overflow where outputs do not, the loss).
    fn gradient<S: Simd, T: Elementary>(
        z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        p: Vector<S, T>,
    ) -> Vector<S, T>;

    /// Turns Rz, a change of the outputs, into scale · (d²L/dz²) · Rz. Where dL/dz has a step, d²L/dz² is the derivative of the
    /// rest of it.
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        tangent: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        p: Vector<S, T>,
    );

    /// L(z, y), and 1 where the example is classified correctly (else 0).
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        p: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>);

    /// L(z, y) and dL/dz of one example in plain f64, with the loss's parameter, if it has one: what tests and benches
    /// compare with.
    fn reference(z: &[f64], y: &[f64], p: f64) -> (f64, Vec<f64>);
}

/// Numbers of one example, one register each: its output units, or its target.
#[derive(Clone, Copy, Debug)]
pub struct Units<'a, S: Simd, T: Real>(S, &'a [T::Reg<S>]);

/// Output units of one example that are about to be overwritten.
#[derive(Debug)]
pub struct UnitsMut<'a, S: Simd, T: Real>(S, &'a mut [T::Reg<S>]);

impl<S: Simd, T: Real> Units<'_, S, T> {
    /// How many there are.
    #[inline(always)]
    pub fn count(self) -> usize {
        self.1.len()
    }

    /// Number `i`.
    #[inline(always)]
    pub fn get(self, i: usize) -> Vector<S, T> {
        Vector::new(self.0, self.1[i])
    }

    /// `x` in every lane.
    #[inline(always)]
    pub fn constant(self, x: f64) -> Vector<S, T> {
        Vector::constant(self.0, x)
    }
}

impl<S: Simd, T: Real> UnitsMut<'_, S, T> {
    /// What they are now.
    #[inline(always)]
    pub fn read(&self) -> Units<'_, S, T> {
        Units(self.0, self.1)
    }

    /// Overwrites unit `i`.
    #[inline(always)]
    pub fn set(&mut self, i: usize, value: Vector<S, T>) {
        self.1[i] = value.register();
    }
}

/// The target of one example.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a, S: Simd, T: Real> {
    /// The same one for every lane.
    Shared(S, &'a [T]),
    /// One for each lane.
    PerLane(Units<'a, S, T>),
}

impl<'a, S: Simd, T: Real> Target<'a, S, T> {
    /// The target of example `e`, of `width` numbers.
    #[inline(always)]
    fn of(simd: S, targets: Input<'a, T>, e: usize, width: usize) -> Self {
        match targets {
            Input::Shared(values) => Target::Shared(simd, &values[e * width..][..width]),
            Input::PerLane(values) => {
                Target::PerLane(Units(simd, &T::as_registers::<S>(values).0[e * width..][..width]))
            }
        }
    }

    /// Its element `i`.
    #[inline(always)]
    pub fn get(self, i: usize) -> Vector<S, T> {
        match self {
            Target::Shared(simd, values) => Vector::splat(simd, values[i]),
            Target::PerLane(units) => units.get(i),
        }
    }
}

/// L(z, y) and dL/dz of one example in plain f64, given the parameter.
type Reference = fn(&[f64], &[f64], f64) -> (f64, Vec<f64>);

/// A loss function, as networks, specs, the command and the docs know it.
#[derive(Clone, Copy)]
pub struct Loss {
    /// Its name in specs.
    pub name: &'static str,
    /// Its name in text and on axes.
    pub title: &'static str,
    /// L(z, y)
    pub formula: &'static str,
    /// dL/dz
    pub derivative: &'static str,
    /// What it is for.
    pub task: Task,
    /// A number in its formula besides z and y; omitted from keys and tables at its default.
    pub parameter: Option<&'static Hyperparameter>,
    /// The value of the parameter; 0 where there is none.
    setting: f64,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    reference: Reference,
    gradient: Table<kernels::Gradients>,
    curvature: Table<curvature::Kernel>,
    value: Table<kernels::Values>,
}

parts! {
    /// Every loss function that is built in, with the default of its parameter.
    ALL: Loss = [
        mse::MSE,
        bce::BCE,
        softmax_cross_entropy::SOFTMAX_CROSS_ENTROPY,
        mae::MAE,
        huber::HUBER,
        softmax_cross_entropy_dense::SOFTMAX_CROSS_ENTROPY_DENSE,
    ]
}

/// A chunk of examples, as the gradient kernels take it. Lanes are those of a register.
pub struct Gradient<'a, T> {
    /// z on the way in, scale · dL/dz on the way out: `[example][unit][lane]`.
    pub outputs: &'a mut [T],
    /// `[example][unit]` for regression and distributions, `[example]` else; per lane or shared.
    pub targets: Input<'a, T>,
    /// Units of the last layer.
    pub units: usize,
    /// Usually 1/m.
    pub scale: T,
    /// Per lane: becomes NaN when an output or a loss is not finite; else it is left as it was.
    pub alarm: &'a mut [T],
}

/// A chunk of examples, as the kernels of values take it. Lanes are those of a register.
pub struct Value<'a, T> {
    /// z: `[example][unit][lane]`.
    pub outputs: &'a [T],
    /// `[example][unit]` for regression and distributions, `[example]` else; per lane or shared.
    pub targets: Input<'a, T>,
    /// Units of the last layer.
    pub units: usize,
    /// L: `[example][lane]`.
    pub losses: &'a mut [T],
    /// 1 where the example is classified correctly, else 0: `[example][lane]`.
    pub correct: &'a mut [T],
}

impl Loss {
    /// The loss of a function: its names in specs and in text, its formula and that of its gradient, and what it is for.
    pub const fn new<F: Function>(
        name: &'static str,
        title: &'static str,
        formula: &'static str,
        derivative: &'static str,
        task: Task,
    ) -> Self {
        Self {
            name,
            title,
            formula,
            derivative,
            task,
            parameter: None,
            setting: 0.0,
            origin: None,
            reference: F::reference,
            gradient: Table { f32: kernels::gradient::<F, f32>, f64: kernels::gradient::<F, f64> },
            curvature: Table { f32: curvature::kernel::<F, f32>, f64: curvature::kernel::<F, f64> },
            value: Table { f32: kernels::value::<F, f32>, f64: kernels::value::<F, f64> },
        }
    }

    /// The same, for a loss with a parameter.
    #[must_use]
    pub const fn with_parameter(self, parameter: &'static Hyperparameter) -> Self {
        Self { parameter: Some(parameter), setting: parameter.default, ..self }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The same loss with another value of its parameter.
    ///
    /// # Panics
    ///
    /// If it has no parameter.
    #[must_use]
    pub fn with(self, setting: f64) -> Self {
        assert!(self.parameter.is_some(), "{self:?} has no parameter");
        Self { setting, ..self }
    }

    /// The value of its parameter, if it has one.
    pub fn setting(&self) -> Option<f64> {
        self.parameter.map(|_| self.setting)
    }

    /// L(z, y) and dL/dz of one example in plain f64: what tests and benches compare with.
    pub fn reference(&self, z: &[f64], y: &[f64]) -> (f64, Vec<f64>) {
        (self.reference)(z, y, self.setting)
    }

    /// The built-in loss function called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|loss| loss.name == name)
    }

    /// How many target numbers an example has, with this many output units.
    pub fn target_width(&self, units: usize) -> usize {
        if self.task.has_target_per_output() { units } else { 1 }
    }

    /// z → scale · dL/dz, in place.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn gradient<T: Elementary>(&self, isa: Isa, chunk: Gradient<'_, T>) {
        let examples = chunk.outputs.len() / (chunk.units * isa.lanes::<T>());
        self.check(isa, examples, chunk.outputs, chunk.targets, chunk.units);
        assert_eq!(chunk.alarm.len(), isa.lanes::<T>());
        let with = With { width: self.target_width(chunk.units), setting: T::from_f64(self.setting) };
        self.gradient.get::<T>()(isa, chunk, with);
    }

    /// L per example and lane, and whether it is classified correctly.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn value<T: Elementary>(&self, isa: Isa, chunk: Value<'_, T>) {
        let examples = chunk.losses.len() / isa.lanes::<T>();
        self.check(isa, examples, chunk.outputs, chunk.targets, chunk.units);
        assert_eq!(chunk.correct.len(), chunk.losses.len());
        let with = With { width: self.target_width(chunk.units), setting: T::from_f64(self.setting) };
        self.value.get::<T>()(isa, chunk, with);
    }

    fn check<T: Real>(&self, isa: Isa, examples: usize, outputs: &[T], targets: Input<'_, T>, units: usize) {
        let (lanes, width) = (isa.lanes::<T>(), self.target_width(units));
        assert_eq!(outputs.len(), examples * units * lanes);
        match targets {
            Input::Shared(targets) => assert_eq!(targets.len(), examples * width),
            Input::PerLane(targets) => assert_eq!(targets.len(), examples * width * lanes),
        }
    }
}

/// Names are unique, except that the parameter may differ.
impl PartialEq for Loss {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.setting == other.setting
    }
}

impl std::fmt::Debug for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if self.parameter.is_some() { write!(f, "({})", self.setting) } else { Ok(()) }
    }
}
