//! Elementary functions of exact operations only: the same bits on every instruction set.
//!
//! Each has three forms: a method of [`Vector`] (`x.tanh()`), a function of [`Elementary`] for generic code
//! (`T::tanh(x)`), and one on a slice here ([`tanh()`]), whose documentation has the formula, the largest error and the
//! special values. NaN gives NaN everywhere, with any payload. Errors are counted in ULP: units in the last place of
//! the correctly rounded result.
//!
//! The functions of a slice take several registers at a time, which overlaps the latencies of their formulas.

mod cos;
mod erf;
mod exp;
mod expm1;
mod format;
mod gelu_derivative;
mod large_angle;
mod ln;
mod log1p;
mod sigmoid;
mod sin;
mod softplus;
mod tanh;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

pub use cos::cos;
pub use erf::erf;
pub use exp::exp;
pub use expm1::expm1;
pub use gelu_derivative::gelu_derivative;
pub use ln::ln;
pub use log1p::log1p;
pub use sigmoid::sigmoid;
pub use sin::sin;
pub use softplus::softplus;
pub use tanh::tanh;

use crate::{Isa, Vector, has_many_registers};

/// A floating-point type with elementary functions: `f32` or `f64`.
pub trait Elementary:
    exp::Constants
    + expm1::Constants
    + ln::Constants
    + tanh::Constants
    + erf::Constants
    + gelu_derivative::Constants
    + sin::Constants
{
    /// e^x; see [`exp()`].
    #[inline(always)]
    fn exp<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        exp::lanes(x)
    }

    /// e^x - 1; see [`expm1()`].
    #[inline(always)]
    fn expm1<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        expm1::lanes(x)
    }

    /// The natural logarithm; see [`ln()`].
    #[inline(always)]
    fn ln<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        ln::lanes(x)
    }

    /// ln(1 + x); see [`log1p()`].
    #[inline(always)]
    fn log1p<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        log1p::lanes(x)
    }

    /// The hyperbolic tangent; see [`tanh()`].
    #[inline(always)]
    fn tanh<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        tanh::lanes(x)
    }

    /// The first half of the hyperbolic tangent: numbers from which [`tanh_of_half`](Self::tanh_of_half) goes on. A kernel
    /// whose registers do not hold enough chains of the whole formula takes its halves one after the other.
    #[inline(always)]
    fn tanh_half<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> [Vector<S, Self, U>; 2] {
        tanh::halved(x)
    }

    /// The hyperbolic tangent from its [first half](Self::tanh_half).
    #[inline(always)]
    fn tanh_of_half<S: Simd, const U: usize>(half: [Vector<S, Self, U>; 2]) -> Vector<S, Self, U> {
        tanh::of_half(half)
    }

    /// 1 / (1 + e^-x); see [`sigmoid()`].
    #[inline(always)]
    fn sigmoid<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        sigmoid::lanes(x)
    }

    /// ln(1 + e^x); see [`softplus()`].
    #[inline(always)]
    fn softplus<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        softplus::lanes(x)
    }

    /// The error function; see [`erf()`].
    #[inline(always)]
    fn erf<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        erf::lanes(x)
    }

    /// The derivative of x Φ(x); see [`gelu_derivative()`].
    #[inline(always)]
    fn gelu_derivative<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        gelu_derivative::lanes(x)
    }

    /// The sine; see [`sin()`].
    #[inline(always)]
    fn sin<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        sin::lanes(x)
    }

    /// The cosine; see [`cos()`].
    #[inline(always)]
    fn cos<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        cos::lanes(x)
    }
}

impl Elementary for f32 {}
impl Elementary for f64 {}

impl<S: Simd, T: Elementary, const U: usize> Vector<S, T, U> {
    /// e^x; see [`exp()`].
    #[inline(always)]
    #[must_use]
    pub fn exp(self) -> Self {
        T::exp(self)
    }

    /// e^x - 1; see [`expm1()`].
    #[inline(always)]
    #[must_use]
    pub fn expm1(self) -> Self {
        T::expm1(self)
    }

    /// The natural logarithm; see [`ln()`].
    #[inline(always)]
    #[must_use]
    pub fn ln(self) -> Self {
        T::ln(self)
    }

    /// ln(1 + x); see [`log1p()`].
    #[inline(always)]
    #[must_use]
    pub fn log1p(self) -> Self {
        T::log1p(self)
    }

    /// The hyperbolic tangent; see [`tanh()`].
    #[inline(always)]
    #[must_use]
    pub fn tanh(self) -> Self {
        T::tanh(self)
    }

    /// 1 / (1 + e^-x); see [`sigmoid()`].
    #[inline(always)]
    #[must_use]
    pub fn sigmoid(self) -> Self {
        T::sigmoid(self)
    }

    /// ln(1 + e^x); see [`softplus()`].
    #[inline(always)]
    #[must_use]
    pub fn softplus(self) -> Self {
        T::softplus(self)
    }

    /// The error function; see [`erf()`].
    #[inline(always)]
    #[must_use]
    pub fn erf(self) -> Self {
        T::erf(self)
    }

    /// The derivative of x Φ(x); see [`gelu_derivative()`].
    #[inline(always)]
    #[must_use]
    pub fn gelu_derivative(self) -> Self {
        T::gelu_derivative(self)
    }

    /// The sine; see [`sin()`].
    #[inline(always)]
    #[must_use]
    pub fn sin(self) -> Self {
        T::sin(self)
    }

    /// The cosine; see [`cos()`].
    #[inline(always)]
    #[must_use]
    pub fn cos(self) -> Self {
        T::cos(self)
    }
}

/// A function of one argument, as a type: a closure could not be inlined by force.
trait Function {
    /// How many registers go through it together.
    const TOGETHER: Together = Together { of_32: (4, 4), of_16: (4, 4) };

    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U>;
}

/// How many registers go through a function together, 2, 3, 4 or 6: the number that was measured to be fastest for each
/// instruction set and precision, in f32 and in f64. More of them overlap more latencies, until they no longer fit.
#[derive(Clone, Copy)]
struct Together {
    /// Where there are 32 registers: AVX-512 and NEON.
    of_32: (usize, usize),
    /// Where there are 16: AVX2.
    of_16: (usize, usize),
}

impl Together {
    const fn number<S: Simd, T: Elementary>(self) -> usize {
        let (f32, f64) = if has_many_registers::<S>() { self.of_32 } else { self.of_16 };
        let number = if size_of::<T>() == size_of::<f32>() { f32 } else { f64 };
        assert!(matches!(number, 2 | 3 | 4 | 6));
        number
    }
}

/// Replaces each element by its function.
fn in_place<T: Elementary, F: Function>(isa: Isa, xs: &mut [T]) {
    struct Op<'a, T, F>(&'a mut [T], PhantomData<F>);
    impl<T: Elementary, F: Function> WithSimd for Op<'_, T, F> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            // Constants that the compiler knows: three of the four are not compiled.
            if const { F::TOGETHER.number::<S, T>() == 2 } {
                each_in_place::<S, T, F, 2>(simd, self.0);
            } else if const { F::TOGETHER.number::<S, T>() == 3 } {
                each_in_place::<S, T, F, 3>(simd, self.0);
            } else if const { F::TOGETHER.number::<S, T>() == 4 } {
                each_in_place::<S, T, F, 4>(simd, self.0);
            } else {
                each_in_place::<S, T, F, 6>(simd, self.0);
            }
        }
    }
    isa.dispatch(Op::<T, F>(xs, PhantomData));
}

#[inline(always)]
fn each_in_place<S: Simd, T: Elementary, F: Function, const U: usize>(simd: S, xs: &mut [T]) {
    let (body, tail) = T::as_registers_mut::<S>(xs);
    let (groups, ones) = body.as_chunks_mut::<U>();
    for group in groups {
        *group = F::eval(Vector::<S, T, U>::from_registers(simd, *group)).registers();
    }
    for one in ones {
        *one = F::eval(Vector::<S, T>::new(simd, *one)).register();
    }
    if !tail.is_empty() {
        let last = Vector::<S, T>::new(simd, T::load_part(simd, tail));
        T::store_part(simd, tail, F::eval(last).register());
    }
}
