//! The update of one trial, vectorised along its parameters.

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};

use crate::{MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule, TOGETHER};

/// One step of some parameters of one trial. A parameter has the same bits as in a block of trials.
pub struct SingleUpdate<'a, T> {
    /// `[parameter]`
    pub weights: &'a mut [T],
    /// `[parameter]`
    pub gradient: &'a [T],
    /// `[array][parameter]`
    pub state: &'a mut [T],
    /// The parameters that are updated.
    pub range: Range<usize>,
    /// `[coefficient]`, from [`Optimizer::advance`].
    pub coefficients: &'a [T],
    /// Becomes NaN when a new weight is not finite; else it is left as it was.
    pub alarm: &'a mut T,
}

impl Optimizer {
    /// Does one step of some parameters of one trial; returns whether its alarm is raised now.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn update_single<T: Real>(&self, isa: Isa, step: SingleUpdate<'_, T>) -> bool {
        assert_eq!(step.gradient.len(), step.weights.len());
        assert_eq!(step.state.len(), step.weights.len() * self.state);
        assert_eq!(step.coefficients.len(), self.coefficients);
        assert!(step.range.start <= step.range.end && step.range.end <= step.weights.len());
        self.single.get::<T>()(isa, step)
    }
}

#[derive(Clone, Copy)]
pub(super) struct SingleKernel;
impl Family for SingleKernel {
    type Member<T: Real> = fn(Isa, SingleUpdate<'_, T>) -> bool;
}

pub(super) fn update<R: Rule, T: Real>(isa: Isa, step: SingleUpdate<'_, T>) -> bool {
    struct Op<'a, R, T>(SingleUpdate<'a, T>, PhantomData<R>);
    impl<R: Rule, T: Real> WithSimd for Op<'_, R, T> {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> bool {
            let SingleUpdate { weights, gradient, state, range, coefficients, alarm } = self.0;
            let mut arrays = state.chunks_exact_mut(weights.len().max(1));
            let state = std::array::from_fn(|_| arrays.next().map_or(&mut [][..], |array| &mut array[range.clone()]));
            let mut step = Step { simd, weights: &mut weights[range.clone()], gradient: &gradient[range], state };
            let (lanes, count) = (T::lanes::<S>(), step.weights.len());
            let (mut p, mut sum) = (0, Vector::<S, T>::splat(simd, T::default()));
            while p + TOGETHER * lanes <= count {
                sum = step.registers::<R, TOGETHER>(p, coefficients, sum);
                p += TOGETHER * lanes;
            }
            while p + lanes <= count {
                sum = step.registers::<R, 1>(p, coefficients, sum);
                p += lanes;
            }
            // Zeros, or a NaN among them.
            *alarm = bytemuck::cast_slice(&[sum.register()]).iter().fold(*alarm, |sum, x: &T| sum + *x);
            *alarm = step.rest::<R>(p, coefficients, *alarm);
            !alarm.is_finite()
        }
    }
    isa.dispatch(Op::<R, T>(step, PhantomData))
}

/// The parameters that are updated, and what belongs to them.
struct Step<'a, S, T> {
    simd: S,
    weights: &'a mut [T],
    gradient: &'a [T],
    state: [&'a mut [T]; MAX_STATE],
}

impl<S: Simd, T: Real> Step<'_, S, T> {
    /// Updates `U` registers of parameters from `p` on; returns `alarm`, or NaN where a new weight is not finite.
    #[inline(always)]
    fn registers<R: Rule, const U: usize>(
        &mut self,
        p: usize,
        coefficients: &[T],
        alarm: Vector<S, T>,
    ) -> Vector<S, T> {
        let simd = self.simd;
        let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
        for i in 0..R::COEFFICIENTS {
            c[i] = Vector::splat(simd, coefficients[i]);
        }
        let mut state = [Vector::splat(simd, T::default()); MAX_STATE];
        for i in 0..R::STATE {
            state[i] = Vector::load(simd, T::as_registers::<S>(&self.state[i][p..]).0);
        }
        let w = Vector::<S, T, U>::load(simd, T::as_registers::<S>(&self.weights[p..]).0);
        let g = Vector::load(simd, T::as_registers::<S>(&self.gradient[p..]).0);
        let w = R::update(w, g, &mut state, &c);
        w.store(T::as_registers_mut::<S>(&mut self.weights[p..]).0);
        for i in 0..R::STATE {
            state[i].store(T::as_registers_mut::<S>(&mut self.state[i][p..]).0);
        }
        let mut alarm = alarm;
        for register in w.registers() {
            let w = Vector::<S, T>::new(simd, register);
            // 0 times a finite number leaves the alarm as it is, 0 times anything else makes it NaN.
            alarm = w.mul_add(w.like(0.0), alarm);
        }
        alarm
    }

    /// Updates the parameters from `p` on, which are fewer than a register has lanes.
    #[inline(always)]
    fn rest<R: Rule>(&mut self, p: usize, coefficients: &[T], alarm: T) -> T {
        let simd = self.simd;
        if p == self.weights.len() {
            return alarm;
        }
        let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
        for i in 0..R::COEFFICIENTS {
            c[i] = Vector::splat(simd, coefficients[i]);
        }
        let part = |values: &[T]| Vector::<S, T>::new(simd, T::load_part(simd, &values[p..]));
        let mut state = [Vector::splat(simd, T::default()); MAX_STATE];
        for i in 0..R::STATE {
            state[i] = part(self.state[i]);
        }
        let w = R::update(part(self.weights), part(self.gradient), &mut state, &c);
        T::store_part(simd, &mut self.weights[p..], w.register());
        for i in 0..R::STATE {
            T::store_part(simd, &mut self.state[i][p..], state[i].register());
        }
        self.weights[p..].iter().fold(alarm, |alarm, w| w.fused_mul_add(T::default(), alarm))
    }
}
