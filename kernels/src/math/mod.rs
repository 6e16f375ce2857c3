//! Elementary functions.

mod exp;
mod format;
mod ln;
mod sigmoid;
mod softplus;
mod tanh;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use crate::{Isa, Vector};

pub trait Elementary: exp::Constants + ln::Constants + tanh::Constants {
    #[inline(always)]
    fn exp<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        exp::exp(x)
    }
    #[inline(always)]
    fn ln<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        ln::ln(x)
    }
    #[inline(always)]
    fn tanh<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        tanh::tanh(x)
    }
    #[inline(always)]
    fn sigmoid<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        sigmoid::sigmoid(x)
    }
    #[inline(always)]
    fn softplus<S: Simd, const U: usize>(x: Vector<S, Self, U>) -> Vector<S, Self, U> {
        softplus::softplus(x)
    }
}
impl Elementary for f32 {}
impl Elementary for f64 {}

trait Function {
    fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U>;
}

struct InPlace<'a, T, F>(&'a mut [T], PhantomData<F>);

impl<T: Elementary, F: Function> WithSimd for InPlace<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (body, tail) = T::as_registers_mut::<S>(self.0);
        let (fours, ones) = body.as_chunks_mut::<4>();
        for four in fours {
            *four = F::eval(Vector::<S, T, 4>::from_registers(simd, *four)).registers();
        }
        for one in ones {
            *one = F::eval(Vector::<S, T>::new(simd, *one)).register();
        }
        if !tail.is_empty() {
            let last = F::eval(Vector::<S, T>::new(simd, T::load_part(simd, tail)));
            T::store_part(simd, tail, last.register());
        }
    }
}

macro_rules! f {
    ($($n:ident $s:ident),*) => {$(
        struct $s;
        impl Function for $s {
            #[inline(always)]
            fn eval<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>) -> Vector<S, T, U> { T::$n(x) }
        }
        pub fn $n<T: Elementary>(isa: Isa, xs: &mut [T]) { isa.dispatch(InPlace(xs, PhantomData::<$s>)); }
    )*};
}
f!(exp Exp, ln Ln, tanh Tanh, sigmoid Sigmoid, softplus Softplus);
impl<S: Simd, T: Elementary, const U: usize> Vector<S, T, U> {
    #[inline(always)]
    pub fn exp(self) -> Self {
        T::exp(self)
    }
    #[inline(always)]
    pub fn ln(self) -> Self {
        T::ln(self)
    }
    #[inline(always)]
    pub fn tanh(self) -> Self {
        T::tanh(self)
    }
    #[inline(always)]
    pub fn sigmoid(self) -> Self {
        T::sigmoid(self)
    }
    #[inline(always)]
    pub fn softplus(self) -> Self {
        T::softplus(self)
    }
}
