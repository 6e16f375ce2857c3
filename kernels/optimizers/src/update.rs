//! The kernel that applies a rule to the parameters of trials.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};

use crate::{MAX_COEFFICIENTS, MAX_STATE, Rule, Update};

#[derive(Clone, Copy)]
pub(crate) struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Update<'_, T>) -> bool;
}

/// How many registers go through a rule together: divisions and square roots of one overlap those of the others.
const TOGETHER: usize = 4;

pub(crate) fn update<R: Rule, T: Real>(isa: Isa, step: Update<'_, T>) -> bool {
    struct Op<'a, R, T>(Update<'a, T>, PhantomData<R>);
    impl<R: Rule, T: Real> WithSimd for Op<'_, R, T> {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> bool {
            run::<R, S, T>(simd, self.0)
        }
    }
    isa.dispatch(Op::<R, T>(step, PhantomData))
}

#[inline(always)]
fn run<R: Rule, S: Simd, T: Real>(simd: S, step: Update<'_, T>) -> bool {
    let Update { groups, weights, gradient, state, range, coefficients, alarm } = step;
    let (size, lanes) = (weights.len(), alarm.len() / groups);
    let parameters = size / alarm.len();
    let mut arrays = state.chunks_exact_mut(size.max(1));
    let mut state: [_; MAX_STATE] = std::array::from_fn(|_| arrays.next().unwrap_or_default());
    let coefficients = coefficients.chunks_exact(R::COEFFICIENTS * lanes);
    // Zeros as long as all alarms are: looking at every lane would take as long as a small update.
    let mut alarms = Vector::<S, T>::splat(simd, T::default());
    for ((group, alarm), coefficients) in alarm.chunks_exact_mut(lanes).enumerate().zip(coefficients) {
        let first = group * parameters;
        let of_group = (first + range.start) * lanes..(first + range.end) * lanes;
        let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
        for (c, coefficient) in c.iter_mut().zip(coefficients.chunks_exact(lanes)) {
            *c = if lanes == T::lanes::<S>() { load(simd, coefficient) } else { Vector::splat(simd, coefficient[0]) };
        }
        let mut of_group = Arrays {
            weights: &mut weights[of_group.clone()],
            gradient: &gradient[of_group.clone()],
            state: state.each_mut().map(|array| array.get_mut(of_group.clone()).unwrap_or_default()),
        };
        let raised = of_group.step_all::<R, S>(simd, &c);
        if lanes == T::lanes::<S>() {
            let raised = load(simd, alarm) + raised;
            alarms = alarms + raised;
            T::as_registers_mut::<S>(alarm).0[0] = raised.register();
        } else {
            // Zeros, or a NaN among them.
            alarm[0] = bytemuck::cast_slice(&[raised.register()]).iter().fold(alarm[0], |sum, x: &T| sum + *x);
            alarms = Vector::splat(simd, alarm[0]);
        }
    }
    !bytemuck::cast_slice(&[alarms.register()]).iter().all(|alarm: &T| alarm.is_finite())
}

/// A slice of as many numbers as a register has lanes.
#[inline(always)]
fn load<S: Simd, T: Real>(simd: S, slice: &[T]) -> Vector<S, T> {
    Vector::new(simd, T::as_registers::<S>(slice).0[0])
}

/// The parameters of a group that are updated, their gradient and their state.
struct Arrays<'a, T> {
    weights: &'a mut [T],
    gradient: &'a [T],
    state: [&'a mut [T]; MAX_STATE],
}

impl<T: Real> Arrays<'_, T> {
    /// Updates every parameter; returns zero, or NaN in a lane in which a new weight is not finite.
    #[inline(always)]
    fn step_all<R: Rule, S: Simd>(&mut self, simd: S, c: &[Vector<S, T>; MAX_COEFFICIENTS]) -> Vector<S, T> {
        let mut raised = Vector::splat(simd, T::default());
        let (weights, weights_rest) = T::as_registers_mut::<S>(self.weights);
        let (gradient, gradient_rest) = T::as_registers::<S>(self.gradient);
        let count = weights.len();
        let state = self.state.each_mut().map(|array| T::as_registers_mut::<S>(array));
        let mut p = 0;
        while !S::IS_SCALAR && p + TOGETHER <= count {
            let mut of_four = [Vector::<S, T, TOGETHER>::splat(simd, T::default()); MAX_STATE];
            for i in 0..R::STATE {
                of_four[i] = Vector::load(simd, &state[i].0[p..]);
            }
            let (w, g) = (Vector::load(simd, &weights[p..]), Vector::load(simd, &gradient[p..]));
            let w = R::update(w, g, &mut of_four, &coefficients::<R, S, T, TOGETHER>(c));
            w.store(&mut weights[p..]);
            for i in 0..R::STATE {
                of_four[i].store(&mut state[i].0[p..]);
            }
            raised = alarm(w, raised);
            p += TOGETHER;
        }
        // What is left, the last ones of which may not fill a register.
        let all = count + usize::from(!weights_rest.is_empty());
        let c = coefficients::<R, S, T, 1>(c);
        while p < all {
            let mut of_one = [Vector::splat(simd, T::default()); MAX_STATE];
            for i in 0..R::STATE {
                of_one[i] = Vector::read(simd, state[i].0, state[i].1, p);
            }
            let w = Vector::read(simd, weights, weights_rest, p);
            let mut w = R::update(w, Vector::read(simd, gradient, gradient_rest, p), &mut of_one, &c);
            w.write(weights, weights_rest, p);
            if p == count {
                // What padded the register raises no alarm.
                w = Vector::read(simd, weights, weights_rest, p);
            }
            for i in 0..R::STATE {
                of_one[i].write(state[i].0, state[i].1, p);
            }
            raised = alarm(w, raised);
            p += 1;
        }
        raised
    }
}

/// The coefficients for `U` registers.
#[inline(always)]
fn coefficients<R: Rule, S: Simd, T: Real, const U: usize>(
    coefficients: &[Vector<S, T>; MAX_COEFFICIENTS],
) -> [Vector<S, T, U>; MAX_COEFFICIENTS] {
    let simd = coefficients[0].simd();
    let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
    for i in 0..R::COEFFICIENTS {
        c[i] = Vector::from_registers(simd, [coefficients[i].register(); U]);
    }
    c
}

/// `raised`, or NaN where a new weight is not finite.
#[inline(always)]
fn alarm<S: Simd, T: Real, const U: usize>(w: Vector<S, T, U>, raised: Vector<S, T>) -> Vector<S, T> {
    let mut raised = raised;
    for register in w.registers() {
        let w = Vector::<S, T>::new(raised.simd(), register);
        // 0 times a finite number leaves the alarm as it is, 0 times anything else makes it NaN.
        raised = w.mul_add(w.like(0.0), raised);
    }
    raised
}
