//! Activation functions: one file each, value and derivative.
//!
//! Where it can, the derivative is written as a function of the *value* a = g(z), which back propagation still holds, so
//! that z need not be kept; [`Activation::needs`] tells.

mod below_output;
mod elu;
mod fused;
mod gelu;
mod gelu_tanh;
mod identity;
mod leaky_relu;
mod relu;
mod sigmoid;
mod silu;
mod softplus;
mod tanh;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

pub use below_output::BelowOutput;
pub use fused::Layer;

use thalweg_numerics::math::Elementary;
use thalweg_numerics::parameter::Hyperparameter;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Vector};

/// What back propagation through an activation function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The value a = g(z).
    Value,
    /// The argument z.
    Argument,
}

/// A function g that is applied to every unit of a layer.
trait Function: 'static {
    /// What [`Self::backward`] takes.
    const NEEDS: Needs = Needs::Value;

    /// g(z), with the function's parameter p, if it has one. NaN gives NaN.
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, p: Vector<S, T, U>) -> Vector<S, T, U>;
    /// g'(z) · upstream, from a = g(z) or from z.
    fn backward<S: Simd, T: Elementary, const U: usize>(
        x: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        p: Vector<S, T, U>,
    ) -> Vector<S, T, U>;
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
    /// A number that its formula has besides z, which goes without saying where it has its default.
    pub parameter: Option<&'static Hyperparameter>,
    /// The value of the parameter; 0 where there is none.
    setting: f64,
    reference: Reference,
    /// What [`Self::backward`] takes.
    pub needs: Needs,
    forward: Table<Forward>,
    backward: Table<Backward>,
    layer: Table<fused::ForwardLayer>,
    output: Table<below_output::BackwardFromOutput>,
    below_output: Table<below_output::WeightGradientFromOutput>,
}

/// g(z) and g'(z) in plain f64, for functions without and with a parameter.
#[derive(Clone, Copy)]
enum Reference {
    Plain(fn(f64) -> (f64, f64)),
    WithParameter(fn(f64, f64) -> (f64, f64)),
}

/// Every activation function, with the default of its parameter.
pub static ALL: &[&Activation] = &[
    &identity::IDENTITY,
    &relu::RELU,
    &sigmoid::SIGMOID,
    &tanh::TANH,
    &leaky_relu::LEAKY_RELU,
    &elu::ELU,
    &gelu::GELU,
    &gelu_tanh::GELU_TANH,
    &silu::SILU,
    &softplus::SOFTPLUS,
];

impl Activation {
    const fn new<F: Function>(
        name: &'static str,
        formula: &'static str,
        derivative: &'static str,
        reference: fn(f64) -> (f64, f64),
    ) -> Self {
        Self {
            name,
            formula,
            derivative,
            parameter: None,
            setting: 0.0,
            reference: Reference::Plain(reference),
            needs: F::NEEDS,
            forward: Table { f32: forward::<F, f32>, f64: forward::<F, f64> },
            backward: Table { f32: backward::<F, f32>, f64: backward::<F, f64> },
            layer: Table { f32: fused::forward_layer::<F, f32>, f64: fused::forward_layer::<F, f64> },
            output: Table {
                f32: below_output::backward_from_output::<F, f32>,
                f64: below_output::backward_from_output::<F, f64>,
            },
            below_output: Table {
                f32: below_output::weight_gradient_from_output::<F, f32>,
                f64: below_output::weight_gradient_from_output::<F, f64>,
            },
        }
    }

    /// The same, for a function with a parameter.
    const fn with_parameter(self, parameter: &'static Hyperparameter, reference: fn(f64, f64) -> (f64, f64)) -> Self {
        let setting = parameter.default;
        Self { parameter: Some(parameter), setting, reference: Reference::WithParameter(reference), ..self }
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

    /// g(z) and g'(z) in plain f64: what tests and benches compare with.
    pub fn reference(&self, z: f64) -> (f64, f64) {
        match self.reference {
            Reference::Plain(function) => function(z),
            Reference::WithParameter(function) => function(z, self.setting),
        }
    }

    /// Whether it is the one that [products](thalweg_products::Products) do on the way to memory.
    pub fn is_relu(&self) -> bool {
        self.name == relu::RELU.name
    }

    /// The activation function called `name`.
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

fn forward<F: Function, T: Elementary>(isa: Isa, z: &mut [T], setting: T) {
    struct Op<'a, F, T>(&'a mut [T], T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (p, of_four) = (Vector::splat(simd, self.1), Vector::splat(simd, self.1));
            let (body, tail) = T::as_registers_mut::<S>(self.0);
            let mut groups = body.chunks_exact_mut(4);
            for group in &mut groups {
                F::value(Vector::<S, T, 4>::load(simd, group), of_four).store(group);
            }
            for register in groups.into_remainder().chunks_exact_mut(1) {
                F::value(Vector::<S, T, 1>::load(simd, register), p).store(register);
            }
            if !tail.is_empty() {
                let z = Vector::<S, T>::new(simd, T::load_part(simd, tail));
                T::store_part(simd, tail, F::value(z, p).register());
            }
        }
    }
    isa.dispatch(Op::<F, T>(z, setting, PhantomData));
}

fn backward<F: Function, T: Elementary>(isa: Isa, a: &[T], gradient: &mut [T], setting: T) {
    struct Op<'a, F, T>(&'a [T], &'a mut [T], T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (p, of_four) = (Vector::splat(simd, self.2), Vector::splat(simd, self.2));
            let (a, a_tail) = T::as_registers::<S>(self.0);
            let (gradient, tail) = T::as_registers_mut::<S>(self.1);
            let (mut a_groups, mut groups) = (a.chunks_exact(4), gradient.chunks_exact_mut(4));
            for (a, group) in (&mut a_groups).zip(&mut groups) {
                let upstream = Vector::<S, T, 4>::load(simd, group);
                F::backward(Vector::load(simd, a), upstream, of_four).store(group);
            }
            let rest = groups.into_remainder().chunks_exact_mut(1);
            for (a, register) in a_groups.remainder().chunks_exact(1).zip(rest) {
                let upstream = Vector::<S, T, 1>::load(simd, register);
                F::backward(Vector::load(simd, a), upstream, p).store(register);
            }
            if !tail.is_empty() {
                let a = Vector::<S, T>::new(simd, T::load_part(simd, a_tail));
                let upstream = Vector::new(simd, T::load_part(simd, tail));
                T::store_part(simd, tail, F::backward(a, upstream, p).register());
            }
        }
    }
    isa.dispatch(Op::<F, T>(a, gradient, setting, PhantomData));
}
