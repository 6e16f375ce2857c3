//! The kernel that applies a pass over the parameters of trials: an update rule, or a part of a method.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};

use crate::{MAX_COEFFICIENTS, MAX_STATE, Rule, Update};

/// An operation on numbers of the same parameter, written once for every precision, instruction set and width.
///
/// Every [`Rule`] is one. What it computes is `#[inline(always)]`, as a rule's update is.
pub trait Pass: 'static {
    /// Arrays that it reads and writes besides `x` and `g`.
    const STATE: usize;
    /// Numbers per trial that it reads.
    const COEFFICIENTS: usize;

    /// The new value of `x`, from it, from `g`, which is only read, and from the state.
    fn apply<S: Simd, T: Real, const U: usize>(
        x: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U>;
}

impl<R: Rule> Pass for R {
    const STATE: usize = R::STATE;
    const COEFFICIENTS: usize = R::COEFFICIENTS;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        R::update(w, g, state, c)
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Update<'_, T>) -> bool;
}

/// How many registers go through a rule together: divisions and square roots of one overlap those of the others.
const TOGETHER: usize = 4;

pub(crate) fn update<P: Pass, T: Real>(isa: Isa, step: Update<'_, T>) -> bool {
    struct Op<'a, P, T>(Update<'a, T>, PhantomData<P>);
    impl<P: Pass, T: Real> WithSimd for Op<'_, P, T> {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> bool {
            run::<P, S, T>(simd, self.0)
        }
    }
    isa.dispatch(Op::<P, T>(step, PhantomData))
}

#[inline(always)]
fn run<P: Pass, S: Simd, T: Real>(simd: S, step: Update<'_, T>) -> bool {
    let Update { groups, weights, gradient, state, range, coefficients, alarm } = step;
    let size = weights.len();
    // The parameters of one trial fill registers from the first one that is updated on.
    let alone = alarm.len() < groups * T::lanes::<S>();
    let part = if alone { range.clone() } else { 0..size };
    let (weights, weights_rest) = T::as_registers_mut::<S>(&mut weights[part.clone()]);
    let (gradient, gradient_rest) = T::as_registers::<S>(&gradient[part.clone()]);
    let mut state: [_; MAX_STATE] =
        state.map(|array| T::as_registers_mut::<S>(array.get_mut(part.clone()).unwrap_or_default()));
    let parameters = weights.len() / groups;
    let (start, count) = if alone { (0, parameters) } else { (range.start, range.len()) };
    let (of_lanes, _) = T::as_registers::<S>(coefficients);
    let (registers, _) = T::as_registers_mut::<S>(alarm);
    // Zeros as long as all alarms are: looking at every lane would take as long as a small update.
    let mut alarms = Vector::<S, T>::splat(simd, T::default());
    for group in 0..groups {
        let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
        for i in 0..P::COEFFICIENTS {
            c[i] = if alone {
                Vector::splat(simd, coefficients[i])
            } else {
                Vector::new(simd, of_lanes[group * P::COEFFICIENTS + i])
            };
        }
        let range = group * parameters + start..group * parameters + start + count;
        let mut of_group = Arrays::<S, T> {
            weights: (&mut weights[range.clone()], weights_rest),
            gradient: (&gradient[range.clone()], gradient_rest),
            state: state
                .each_mut()
                .map(|(whole, rest)| (whole.get_mut(range.clone()).unwrap_or_default(), &mut **rest)),
        };
        let before = if alone { alarms } else { Vector::new(simd, registers[group]) };
        let raised = of_group.step_all::<P>(&c, before);
        alarms = alarms + raised;
        if !alone {
            registers[group] = raised.register();
        }
    }
    if alone {
        // Zeros, or a NaN among them.
        alarm[0] = bytemuck::cast_slice(&[alarms.register()]).iter().fold(alarm[0], |sum, x: &T| sum + *x);
        return !alarm[0].is_finite();
    }
    !bytemuck::cast_slice(&[alarms.register()]).iter().all(|alarm: &T| alarm.is_finite())
}

/// Whole registers of an array, and the rest.
type Split<'a, S, T> = (&'a mut [<T as Real>::Reg<S>], &'a mut [T]);

/// The parameters of a group that are updated, their gradient and their state.
struct Arrays<'a, S: Simd, T: Real> {
    weights: Split<'a, S, T>,
    gradient: (&'a [T::Reg<S>], &'a [T]),
    state: [Split<'a, S, T>; MAX_STATE],
}

impl<S: Simd, T: Real> Arrays<'_, S, T> {
    /// Updates every parameter; returns `alarm`, or NaN in a lane in which a new weight is not finite.
    #[inline(always)]
    fn step_all<P: Pass>(&mut self, c: &[Vector<S, T>; MAX_COEFFICIENTS], alarm: Vector<S, T>) -> Vector<S, T> {
        let (simd, mut alarm) = (alarm.simd(), alarm);
        let (mut p, count) = (0, self.weights.0.len());
        // As many alarms as registers go together: a single one would be a chain of all of them.
        let mut alarms = Vector::<S, T, TOGETHER>::splat(simd, T::default());
        while !S::IS_SCALAR && p + TOGETHER <= count {
            alarms = raise(self.step::<P, TOGETHER>(p, c), alarms);
            p += TOGETHER;
        }
        for raised in alarms.registers() {
            alarm = alarm + Vector::new(simd, raised);
        }
        let Self { weights: (weights, weights_rest), gradient: (gradient, gradient_rest), state } = self;
        // What is left, the last of which may not fill a register.
        let all = count + usize::from(!weights_rest.is_empty());
        let c = coefficients::<P, S, T, 1>(c);
        while p < all {
            let mut of_one = [Vector::splat(simd, T::default()); MAX_STATE];
            for i in 0..P::STATE {
                of_one[i] = Vector::read(simd, state[i].0, state[i].1, p);
            }
            let w = Vector::read(simd, weights, weights_rest, p);
            let mut w = P::apply(w, Vector::read(simd, gradient, gradient_rest, p), &mut of_one, &c);
            w.write(weights, weights_rest, p);
            if p == count {
                // What padded the register raises no alarm.
                w = Vector::read(simd, weights, weights_rest, p);
            }
            for i in 0..P::STATE {
                of_one[i].write(state[i].0, state[i].1, p);
            }
            alarm = raise(w, alarm);
            p += 1;
        }
        alarm
    }

    /// Updates `U` registers from `p` on; returns the new weights.
    #[inline(always)]
    fn step<P: Pass, const U: usize>(&mut self, p: usize, c: &[Vector<S, T>; MAX_COEFFICIENTS]) -> Vector<S, T, U> {
        let simd = c[0].simd();
        let mut state = [Vector::<S, T, U>::splat(simd, T::default()); MAX_STATE];
        for i in 0..P::STATE {
            state[i] = Vector::load(simd, &self.state[i].0[p..]);
        }
        let (w, g) = (Vector::load(simd, &self.weights.0[p..]), Vector::load(simd, &self.gradient.0[p..]));
        let w = P::apply(w, g, &mut state, &coefficients::<P, S, T, U>(c));
        w.store(&mut self.weights.0[p..]);
        for i in 0..P::STATE {
            state[i].store(&mut self.state[i].0[p..]);
        }
        w
    }
}

/// The coefficients for `U` registers.
#[inline(always)]
fn coefficients<P: Pass, S: Simd, T: Real, const U: usize>(
    coefficients: &[Vector<S, T>; MAX_COEFFICIENTS],
) -> [Vector<S, T, U>; MAX_COEFFICIENTS] {
    let simd = coefficients[0].simd();
    let mut c = [Vector::splat(simd, T::default()); MAX_COEFFICIENTS];
    for i in 0..P::COEFFICIENTS {
        c[i] = Vector::from_registers(simd, [coefficients[i].register(); U]);
    }
    c
}

/// `alarm`, or NaN where a new weight is not finite.
#[inline(always)]
fn raise<S: Simd, T: Real, const U: usize>(w: Vector<S, T, U>, alarm: Vector<S, T, U>) -> Vector<S, T, U> {
    // 0 times a finite number leaves the alarm as it is, 0 times anything else makes it NaN.
    w.mul_add(w.like(0.0), alarm)
}
