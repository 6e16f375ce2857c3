//! The curvature of a loss along a change of the outputs: where back propagation of a product of the Hessian begins.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};
use thalweg_products::Input;

use super::kernels::With;
use super::{Function, Loss, Target, Units, UnitsMut};

/// A chunk of examples, as the kernels of curvatures take it. Lanes are those of a register.
pub struct Curvature<'a, T> {
    /// z: `[example][unit][lane]`.
    pub outputs: &'a [T],
    /// Rz, a change of the outputs, on the way in; scale · (d²L/dz²) · Rz on the way out: `[example][unit][lane]`.
    pub tangent: &'a mut [T],
    /// `[example][unit]` for regression and distributions, `[example]` else; per lane or shared.
    pub targets: Input<'a, T>,
    /// Units of the last layer.
    pub units: usize,
    /// Usually 1/m.
    pub scale: T,
}

impl Loss {
    /// Rz → scale · (d²L/dz²) · Rz, in place.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn curvature<T: Elementary>(&self, isa: Isa, chunk: Curvature<'_, T>) {
        let examples = chunk.tangent.len() / (chunk.units * isa.lanes::<T>());
        self.check(isa, examples, chunk.outputs, chunk.targets, chunk.units);
        assert_eq!(chunk.tangent.len(), chunk.outputs.len());
        let with = With { width: self.target_width(chunk.units), setting: T::from_f64(self.setting) };
        self.curvature.get::<T>()(isa, chunk, with);
    }
}

#[derive(Clone, Copy)]
pub(super) struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Curvature<'_, T>, With<T>);
}

pub(super) fn kernel<F: Function, T: Elementary>(isa: Isa, chunk: Curvature<'_, T>, with: With<T>) {
    struct Op<'a, F, T>(Curvature<'a, T>, With<T>, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Curvature { outputs, tangent, targets, units, scale } = self.0;
            let (scale, p) = (Vector::splat(simd, scale), Vector::splat(simd, self.1.setting));
            let (outputs, _) = T::as_registers::<S>(outputs);
            let (tangent, _) = T::as_registers_mut::<S>(tangent);
            let examples = outputs.chunks_exact(units).zip(tangent.chunks_exact_mut(units));
            for (e, (z, tangent)) in examples.enumerate() {
                let target = Target::of(simd, targets, e, self.1.width);
                F::curvature(Units(simd, z), UnitsMut(simd, tangent), target, scale, p);
            }
        }
    }
    isa.dispatch(Op::<F, T>(chunk, with, PhantomData));
}
