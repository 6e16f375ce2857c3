//! Activation functions: one file each, value and derivatives.
//!
//! Where it can, the derivative is written as a function of the *value* a = g(z), which back propagation still holds, so
//! that z need not be kept; [`Activation::needs`] tells. Each states the largest error of its derivative relative to the
//! derivative itself, which is what counts for optimizers that divide by the size of a gradient.
//!
//! The second derivative serves products of the Hessian with a direction ([`Activation::backward_with_tangent`]). Its error is
//! at most 4 ε of what bounds it: 1, 2 for `softsign`, α for `elu` (measured on a grid).

mod below_output;
mod derivative_error;
mod fused;
mod reference;
mod tangent;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

pub use below_output::{BelowOutput, ShallowGradient};
pub use derivative_error::DerivativeError;
pub use fused::{Layer, Output};
pub use relu::RELU;
pub use tangent::Tangent;
pub use tanh::TANH;

use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Origin, Vector, parts};

/// What back propagation through an activation function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The value a = g(z).
    Value,
    /// The argument z.
    Argument,
}

/// A function g that is applied to every unit of a layer, written once for every precision, instruction set and width.
///
/// [`Function::value`], [`Function::backward`] and [`Function::curvature`], and every function that they call on registers, must be
/// `#[inline(always)]`: they are compiled into the loop of each instruction set, and what is not inlined there has none of
/// its instructions. They use the operations of [`Vector`] only, so that their bits are the same everywhere.
pub trait Function: 'static {
    /// What [`Self::backward`] and [`Self::curvature`] take.
    const NEEDS: Needs = Needs::Value;

    /// Whether g'' is anything but zero.
    const CURVES: bool = true;

    /// Whether [`Self::half`] is less than all of it.
    const HAS_HALVES: bool = false;

    /// g(z), with the function's parameter p, if it has one. NaN gives NaN.
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U>;
    /// g'(z) · upstream, from a = g(z) or from z.
    fn backward<S: Simd, T: Elementary, const U: usize>(
        x: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        p: Vector<S, T, U>,
    ) -> Vector<S, T, U>;
    /// g''(z), from what [`Self::backward`] takes. Where g' has a step, the derivative of the rest of it: g'' is that of g'
    /// almost everywhere. At ±∞ the limit; NaN gives NaN if the function [curves](Self::CURVES).
    fn curvature<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U>;

    /// What [`Self::of_half`] makes g(z) of: about half of a long formula. For functions without a parameter.
    #[inline(always)]
    fn half<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>) -> [Vector<S, T, U>; 2] {
        [z, z]
    }
    /// g(z) from its half.
    #[inline(always)]
    fn of_half<S: Simd, T: Elementary, const U: usize>([z, _]: [Vector<S, T, U>; 2]) -> Vector<S, T, U> {
        Self::value(z, z)
    }

    /// g(z), g'(z) and g''(z) in plain f64, with the function's parameter, if it has one: what tests and benches compare with.
    fn reference(z: f64, p: f64) -> (f64, f64, f64);
}

/// An activation function, as networks, specs, the command and the docs know it.
#[derive(Clone, Copy)]
pub struct Activation {
    /// Its name in specs.
    pub name: &'static str,
    /// g(z)
    pub formula: &'static str,
    /// g'(z)
    pub derivative: &'static str,
    /// A number that its formula has besides z, which is omitted from keys and tables at its default.
    pub parameter: Option<&'static Hyperparameter>,
    /// The value of the parameter; 0 where there is none.
    setting: f64,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    reference: fn(f64, f64) -> (f64, f64, f64),
    /// What [`Self::backward`] takes.
    pub needs: Needs,
    /// The largest error of g'(z) relative to g'(z), for the default of the parameter.
    pub derivative_error: DerivativeError,
    forward: Table<Forward>,
    backward: Table<Backward>,
    /// None where g'' is zero.
    tangent: Option<Table<tangent::BackwardWithTangent>>,
    fused: Option<Fused>,
}

/// Kernels of a function together with the small products beside it.
#[derive(Clone, Copy)]
struct Fused {
    layer: Table<fused::ForwardLayer>,
    output: Table<below_output::BackwardFromOutput>,
    shallow: Table<below_output::GradientOfShallow>,
}

parts! {
    /// Every activation function that is built in, with the default of its parameter.
    ALL: Activation = [
        identity::IDENTITY,
        relu::RELU,
        sigmoid::SIGMOID,
        tanh::TANH,
        leaky_relu::LEAKY_RELU,
        elu::ELU,
        gelu::GELU,
        gelu_tanh::GELU_TANH,
        silu::SILU,
        softplus::SOFTPLUS,
        softsign::SOFTSIGN,
    ]
}

impl Activation {
    /// The activation of a function: its name in specs, its formula and that of its derivative, and the largest error of the
    /// derivative.
    pub const fn new<F: Function>(
        name: &'static str,
        formula: &'static str,
        derivative: &'static str,
        derivative_error: DerivativeError,
    ) -> Self {
        Self {
            name,
            formula,
            derivative,
            parameter: None,
            setting: 0.0,
            origin: None,
            reference: F::reference,
            needs: F::NEEDS,
            derivative_error,
            forward: Table { f32: forward::<F, f32>, f64: forward::<F, f64> },
            backward: Table { f32: backward::<F, f32>, f64: backward::<F, f64> },
            tangent: tangent::table::<F>(),
            fused: None,
        }
    }

    /// The same with [fused](Self::is_fused) forms: for functions that workloads and textbooks use, as each is as much code
    /// as all the rest of a function. They take the value of the function.
    #[must_use]
    pub const fn with_fused<F: Function>(self) -> Self {
        assert!(matches!(F::NEEDS, Needs::Value));
        let fused = Fused {
            layer: Table { f32: fused::forward_layer::<F, f32>, f64: fused::forward_layer::<F, f64> },
            output: Table {
                f32: below_output::backward_from_output::<F, f32>,
                f64: below_output::backward_from_output::<F, f64>,
            },
            shallow: Table {
                f32: below_output::shallow_gradient::<F, f32>,
                f64: below_output::shallow_gradient::<F, f64>,
            },
        };
        Self { fused: Some(fused), ..self }
    }

    /// The same, for a function with a parameter.
    #[must_use]
    pub const fn with_parameter(self, parameter: &'static Hyperparameter) -> Self {
        Self { parameter: Some(parameter), setting: parameter.default, ..self }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// The same function with another value of its parameter.
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

    /// g(z), g'(z) and g''(z) in plain f64: what tests and benches compare with.
    pub fn reference(&self, z: f64) -> (f64, f64, f64) {
        (self.reference)(z, self.setting)
    }

    /// Whether it is the one that [products](thalweg_products::Products) do on the way to memory.
    pub fn is_relu(&self) -> bool {
        self.name == RELU.name
    }

    /// Whether [`forward_layer`](Self::forward_layer), [`backward_from_output`](Self::backward_from_output) and
    /// [`shallow_gradient`](Self::shallow_gradient) are there for it: faster than a product and the
    /// function one after the other, to the same bits.
    pub fn is_fused(&self) -> bool {
        self.fused.is_some()
    }

    fn fused(&self) -> &Fused {
        self.fused.as_ref().unwrap_or_else(|| panic!("{self:?} has no fused forms"))
    }

    /// The built-in activation function called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|activation| activation.name == name)
    }

    /// z → g(z), in place.
    pub fn forward<T: Elementary>(&self, isa: Isa, z: &mut [T]) {
        self.forward.get::<T>()(isa, z, T::from_f64(self.setting));
    }

    /// What [`Self::backward`] takes, of z and a = g(z).
    pub fn needed<'a, X: ?Sized>(&self, z: &'a X, a: &'a X) -> &'a X {
        match self.needs {
            Needs::Value => a,
            Needs::Argument => z,
        }
    }

    /// dL/da → dL/dz = dL/da · g'(z), in place, from what it [needs](Self::needs): the values a = g(z), or z.
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    pub fn backward<T: Elementary>(&self, isa: Isa, x: &[T], gradient: &mut [T]) {
        assert_eq!(x.len(), gradient.len());
        self.backward.get::<T>()(isa, x, gradient, T::from_f64(self.setting));
    }
}

/// There is one of each name, but for the parameter.
impl PartialEq for Activation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.setting == other.setting
    }
}

impl std::fmt::Debug for Activation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if self.parameter.is_some() { write!(f, "({})", self.setting) } else { Ok(()) }
    }
}

#[derive(Clone, Copy)]
struct Forward;
impl Family for Forward {
    type Member<T: thalweg_numerics::Real> = fn(Isa, &mut [T], T);
}

#[derive(Clone, Copy)]
struct Backward;
impl Family for Backward {
    type Member<T: thalweg_numerics::Real> = fn(Isa, &[T], &mut [T], T);
}

/// A constant that is the sum of two f64, as the sum of two numbers of type `T`.
#[inline(always)]
fn parts<T: Elementary>([high, low]: [f64; 2]) -> [f64; 2] {
    let first = T::from_f64(high).to_f64();
    [first, (high - first) + low]
}

/// t less a root that is the sum of two f64: right to a unit in the last place also beside the root.
#[inline(always)]
fn less_root<S: Simd, T: Elementary, const U: usize>(t: Vector<S, T, U>, root: [f64; 2]) -> Vector<S, T, U> {
    let [first, second] = parts::<T>(root);
    (t - t.like(first)) - t.like(second)
}

/// 1/k! from k = 1 on.
const INVERSE_FACTORIALS: [f64; 12] = {
    let mut all = [1.0; 12];
    let mut k = 1;
    while k < all.len() {
        all[k] = all[k - 1] / (k + 1) as f64;
        k += 1;
    }
    all
};

/// How far from its root the derivative of a gated unit has a formula of its own, as a change of the gate's argument.
const BESIDE_ROOT: f64 = 0.25;

/// e^y - 1 for |y| ≤ [`BESIDE_ROOT`], by its series, which is less work than the function for all y.
#[inline(always)]
fn small_expm1<S: Simd, T: Elementary, const U: usize>(y: Vector<S, T, U>) -> Vector<S, T, U> {
    // What is left out is below a tenth of a last place.
    let terms = if size_of::<T>() == size_of::<f32>() { 7 } else { 12 };
    let mut sum = y.like(INVERSE_FACTORIALS[terms - 1]);
    for factor in INVERSE_FACTORIALS[..terms - 1].iter().rev() {
        sum = y.mul_add(sum, y.like(*factor));
    }
    y * sum
}

/// Registers that go through a function together.
const TOGETHER: usize = 4;

fn forward<F: Function, T: Elementary>(isa: Isa, z: &mut [T], setting: T) {
    struct Op<'a, F, T>(&'a mut [T], T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (z, rest) = T::as_registers_mut::<S>(self.0);
            let mut at = 0;
            let p = Vector::splat(simd, self.1);
            while !S::IS_SCALAR && at + TOGETHER <= z.len() {
                F::value(Vector::<S, T, TOGETHER>::load(simd, &z[at..]), p).store(&mut z[at..]);
                at += TOGETHER;
            }
            let p = Vector::splat(simd, self.1);
            let end = z.len() + usize::from(!rest.is_empty());
            while at < end {
                F::value(Vector::read(simd, z, rest, at), p).write(z, rest, at);
                at += 1;
            }
        }
    }
    isa.dispatch(Op::<F, T>(z, setting, PhantomData));
}

fn backward<F: Function, T: Elementary>(isa: Isa, x: &[T], gradient: &mut [T], setting: T) {
    struct Op<'a, F, T>(&'a [T], &'a mut [T], T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (x, x_rest) = T::as_registers::<S>(self.0);
            let (gradient, rest) = T::as_registers_mut::<S>(self.1);
            let mut at = 0;
            let p = Vector::splat(simd, self.2);
            while !S::IS_SCALAR && at + TOGETHER <= gradient.len() {
                let upstream = Vector::<S, T, TOGETHER>::load(simd, &gradient[at..]);
                F::backward(Vector::load(simd, &x[at..]), upstream, p).store(&mut gradient[at..]);
                at += TOGETHER;
            }
            let p = Vector::splat(simd, self.2);
            let end = gradient.len() + usize::from(!rest.is_empty());
            while at < end {
                let upstream = Vector::read(simd, gradient, rest, at);
                F::backward(Vector::read(simd, x, x_rest, at), upstream, p).write(gradient, rest, at);
                at += 1;
            }
        }
    }
    isa.dispatch(Op::<F, T>(x, gradient, setting, PhantomData));
}
