//! The loops of the kernels of losses over the examples of a chunk.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};
use thalweg_products::Input;

use super::{Function, Gradient, Target, Units, UnitsMut, Value};

/// What kernels need besides a chunk.
#[derive(Clone, Copy)]
pub(super) struct With<T> {
    /// How many numbers the target of an example has.
    pub width: usize,
    /// The loss's parameter.
    pub setting: T,
}

#[derive(Clone, Copy)]
pub(super) struct Gradients;
impl Family for Gradients {
    type Member<T: Real> = fn(Isa, Gradient<'_, T>, With<T>);
}

#[derive(Clone, Copy)]
pub(super) struct Values;
impl Family for Values {
    type Member<T: Real> = fn(Isa, Value<'_, T>, With<T>);
}

pub(super) fn gradient<F: Function, T: Elementary>(isa: Isa, chunk: Gradient<'_, T>, with: With<T>) {
    struct Op<'a, F, T>(Gradient<'a, T>, With<T>, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Gradient { outputs, targets, units, scale, alarm } = self.0;
            let (scale, p) = (Vector::splat(simd, scale), Vector::splat(simd, self.1.setting));
            let (outputs, _) = T::as_registers_mut::<S>(outputs);
            let (alarm, _) = T::as_registers_mut::<S>(alarm);
            let mut sum = Vector::<S, T>::new(simd, alarm[0]);
            let together = if F::HAS_ONE_OUTPUT && !S::IS_SCALAR {
                slopes::<F, S, T>(simd, outputs, targets, scale, &mut sum)
            } else {
                0
            };
            for (e, registers) in outputs.chunks_exact_mut(units).enumerate().skip(together) {
                let target = Target::of(simd, targets, e, self.1.width);
                let finite = F::gradient(UnitsMut(simd, registers), target, scale, p);
                // 0 times a finite number leaves the alarm as it is, 0 times anything else makes it NaN.
                sum = finite.mul_add(finite.like(0.0), sum);
            }
            alarm[0] = sum.register();
        }
    }
    isa.dispatch(Op::<F, T>(chunk, with, PhantomData));
}

/// Examples with one output that go through a loss together.
const TOGETHER: usize = 4;

/// The gradient of as many examples as make whole groups, one register of `outputs` each; returns how many those are.
#[inline(always)]
fn slopes<F: Function, S: Simd, T: Elementary>(
    simd: S,
    outputs: &mut [T::Reg<S>],
    targets: Input<'_, T>,
    scale: Vector<S, T>,
    sum: &mut Vector<S, T>,
) -> usize {
    let groups = outputs.as_chunks_mut::<TOGETHER>().0;
    let count = groups.len() * TOGETHER;
    let mut alarms = Vector::<S, T, TOGETHER>::splat(simd, T::default());
    for (group, registers) in groups.iter_mut().enumerate() {
        let mut y = *registers;
        for (i, y) in y.iter_mut().enumerate() {
            *y = Target::of(simd, targets, group * TOGETHER + i, 1).get(0).register();
        }
        let z = Vector::<S, T, TOGETHER>::from_registers(simd, *registers);
        let scale = Vector::from_registers(simd, [scale.register(); TOGETHER]);
        *registers = (F::slope(z, Vector::from_registers(simd, y)) * scale).registers();
        alarms = z.mul_add(z.like(0.0), alarms);
    }
    for alarm in alarms.registers() {
        *sum = *sum + Vector::new(simd, alarm);
    }
    count
}

pub(super) fn value<F: Function, T: Elementary>(isa: Isa, chunk: Value<'_, T>, with: With<T>) {
    struct Op<'a, F, T>(Value<'a, T>, With<T>, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Value { outputs, targets, units, losses, correct } = self.0;
            let (outputs, _) = T::as_registers::<S>(outputs);
            let (losses, _) = T::as_registers_mut::<S>(losses);
            let (correct, _) = T::as_registers_mut::<S>(correct);
            let p = Vector::splat(simd, self.1.setting);
            let rows = losses.iter_mut().zip(correct);
            for ((e, registers), (loss, right)) in outputs.chunks_exact(units).enumerate().zip(rows) {
                let target = Target::of(simd, targets, e, self.1.width);
                let (l, r) = F::value(Units(simd, registers), target, p);
                (*loss, *right) = (l.register(), r.register());
            }
        }
    }
    isa.dispatch(Op::<F, T>(chunk, with, PhantomData));
}
