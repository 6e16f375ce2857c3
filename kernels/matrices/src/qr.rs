//! A = Q R.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::householder::Reflections;
use crate::rows::Lanes;

/// Q in the place of A. With R, they are those of A over a power of two near its largest element, so that no square of an
/// element that counts overflows or vanishes; without, those of A as it is.
#[inline(always)]
pub(crate) fn qr<S: Simd, T: Real>(lanes: Lanes<S>, mut reflections: Reflections<'_, T>, r: Option<&mut [T]>) {
    let mut power = Vector::constant(lanes.simd, 1.0);
    if r.is_some() {
        power = power_below(largest(lanes, reflections.a));
        let inverse = power.like(1.0) / power;
        // The product of the two is 1, but for infinity: then it is NaN, and leaves no number in its lane.
        lanes.scale(reflections.a, inverse * (power * inverse));
    }
    reflections.triangularise(lanes);
    if let Some(r) = r {
        copy_triangle(lanes, &reflections, power, r);
    }
    reflections.form(lanes);
}

/// R times `power`, with signs such that its diagonal has no negative number.
#[inline(always)]
fn copy_triangle<S: Simd, T: Real>(
    lanes: Lanes<S>,
    reflections: &Reflections<'_, T>,
    power: Vector<S, T>,
    r: &mut [T],
) {
    let columns = reflections.columns;
    r.fill(T::default());
    for i in 0..columns {
        let diagonal = lanes.element(reflections.diagonal, i);
        lanes.set(r, i * columns + i, diagonal.abs() * power);
        let sign = diagonal.and(diagonal.like(-0.0));
        for j in i + 1..columns {
            let place = i * columns + j;
            lanes.set(r, place, lanes.element(reflections.a, place).xor(sign) * power);
        }
    }
}

/// The power of two of a positive number's exponent; infinity for infinity and NaN. The smallest that is normal for those
/// below.
#[inline(always)]
fn power_below<S: Simd, T: Real>(x: Vector<S, T>) -> Vector<S, T> {
    let smallest = if size_of::<T>() == size_of::<f32>() { f32::MIN_POSITIVE.into() } else { f64::MIN_POSITIVE };
    x.and(x.like(f64::INFINITY)).greater(x.like(smallest))
}

/// The largest absolute value of each trial; NaN where there is one.
#[inline(always)]
fn largest<S: Simd, T: Real>(lanes: Lanes<S>, a: &[T]) -> Vector<S, T> {
    let mut most = Vector::splat(lanes.simd, T::default());
    let (whole, rest) = T::as_registers::<S>(a);
    for at in 0..whole.len() + usize::from(!rest.is_empty()) {
        most = most.max(Vector::read(lanes.simd, whole, rest, at).abs());
    }
    if lanes.count > 1 {
        return most;
    }
    // Of one trial, every lane holds some of its elements.
    let register = [most.register()];
    let numbers: &[T] = bytemuck::cast_slice(&register);
    numbers.iter().fold(most.like(0.0), |most, x| most.max(Vector::splat(lanes.simd, *x)))
}
