//! Back propagation of a gradient together with its tangent: the backward step of a product of the Hessian with a direction.
//!
//! R{·} is the derivative along a direction of the weights. On the way forward it is that of [`Activation::backward`]: Ra =
//! g'(z) · Rz. On the way back, g'(z) changes as well.
//!
//! Source: Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6, 1994.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real, Vector};

use super::{Activation, Function};

/// What [`Activation::backward_with_tangent`] takes of some units.
#[derive(Debug)]
pub struct Tangent<'a, T> {
    /// What [`backward`](Activation::backward) takes: the values a = g(z), or z.
    pub x: &'a [T],
    /// Rz. It is not looked at where the function does not [curve](Activation::curves).
    pub arguments: &'a [T],
    /// dL/da on the way in, dL/dz on the way out.
    pub gradient: &'a mut [T],
    /// R(dL/da) on the way in, R(dL/dz) on the way out.
    pub tangent: &'a mut [T],
}

impl Activation {
    /// Whether g'' is anything but zero.
    pub fn curves(&self) -> bool {
        self.tangent.is_some()
    }

    /// dL/da → dL/dz = dL/da · g'(z), as [`Self::backward`] has it, and R(dL/da) → R(dL/dz) = g''(z) · Rz · dL/da + g'(z) ·
    /// R(dL/da), both in place.
    ///
    /// The last term is rounded as `backward` rounds it; g'' Rz, a product, times dL/da is added to it by a fused
    /// multiply-add, and left out where g'' is 0, so that a unit that is straight passes what is infinite.
    ///
    /// # Panics
    ///
    /// If the slices differ in length.
    pub fn backward_with_tangent<T: Elementary>(&self, isa: Isa, units: Tangent<'_, T>) {
        let Some(table) = &self.tangent else {
            self.backward(isa, units.x, units.gradient);
            return self.backward(isa, units.x, units.tangent);
        };
        let count = units.x.len();
        assert!(units.arguments.len() == count && units.gradient.len() == count && units.tangent.len() == count);
        table.get::<T>()(isa, units, T::from_f64(self.setting));
    }
}

#[derive(Clone, Copy)]
pub(super) struct BackwardWithTangent;
impl Family for BackwardWithTangent {
    type Member<T: Real> = fn(Isa, Tangent<'_, T>, T);
}

/// The kernels of a function, if it has a use for them.
pub(super) const fn table<F: Function>() -> Option<Table<BackwardWithTangent>> {
    if F::CURVES { Some(Table { f32: backward::<F, f32>, f64: backward::<F, f64> }) } else { None }
}

/// Registers that go through a function together: half as many as elsewhere, for twice the numbers.
const TOGETHER: usize = 2;

fn backward<F: Function, T: Elementary>(isa: Isa, units: Tangent<'_, T>, setting: T) {
    struct Op<'a, F, T>(Tangent<'a, T>, T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Tangent { x, arguments, gradient, tangent } = self.0;
            let (x, x_rest) = T::as_registers::<S>(x);
            let (arguments, arguments_rest) = T::as_registers::<S>(arguments);
            let (gradient, gradient_rest) = T::as_registers_mut::<S>(gradient);
            let (tangent, rest) = T::as_registers_mut::<S>(tangent);
            let mut at = 0;
            let p = Vector::splat(simd, self.1);
            while !S::IS_SCALAR && at + TOGETHER <= tangent.len() {
                let x = Vector::<S, T, TOGETHER>::load(simd, &x[at..]);
                let upstream = [Vector::load(simd, &gradient[at..]), Vector::load(simd, &tangent[at..])];
                let [slope, change] = both::<F, S, T, TOGETHER>(x, Vector::load(simd, &arguments[at..]), upstream, p);
                slope.store(&mut gradient[at..]);
                change.store(&mut tangent[at..]);
                at += TOGETHER;
            }
            let p = Vector::splat(simd, self.1);
            let end = tangent.len() + usize::from(!rest.is_empty());
            while at < end {
                let x = Vector::read(simd, x, x_rest, at);
                let upstream = [Vector::read(simd, gradient, gradient_rest, at), Vector::read(simd, tangent, rest, at)];
                let argument = Vector::read(simd, arguments, arguments_rest, at);
                let [slope, change] = both::<F, S, T, 1>(x, argument, upstream, p);
                slope.write(gradient, gradient_rest, at);
                change.write(tangent, rest, at);
                at += 1;
            }
        }
    }
    isa.dispatch(Op::<F, T>(units, setting, PhantomData));
}

/// dL/dz and R(dL/dz) from Rz, dL/da and R(dL/da).
#[inline(always)]
fn both<F: Function, S: Simd, T: Elementary, const U: usize>(
    x: Vector<S, T, U>,
    argument: Vector<S, T, U>,
    [gradient, tangent]: [Vector<S, T, U>; 2],
    p: Vector<S, T, U>,
) -> [Vector<S, T, U>; 2] {
    let (curvature, passed) = (F::curvature(x, p), F::backward(x, tangent, p));
    let bent = (curvature * argument).mul_add(gradient, passed);
    [F::backward(x, gradient, p), Vector::select(curvature.equal(x.like(0.0)), passed, bent)]
}
