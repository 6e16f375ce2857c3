//! Activations together with the small products beside them, on interleaved trials: the sums of a product of one or two
//! terms stay in registers, where the product would store them and the activation load them again, and so does what the
//! single output above takes. The bits are those of the kernels in turn.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector, has_many_registers};
use thalweg_products::Shape;

use super::{Activation, Function, TOGETHER};

/// A layer whose inputs trials share: as the forward product of [`population`](thalweg_products::population()) takes it.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a, T> {
    /// Its size.
    pub shape: Shape,
    /// `[output][input][lane]`
    pub weights: &'a [T],
    /// `[output][lane]`
    pub bias: Option<&'a [T]>,
    /// `[example][input]`
    pub inputs: &'a [T],
}

/// A single output above a layer: the product of its weights and the layer's values.
#[derive(Debug)]
pub struct Output<'a, T> {
    /// `[unit][lane]`
    pub weights: &'a [T],
    /// `[lane]`
    pub bias: Option<&'a [T]>,
    /// `[example][lane]`
    pub values: &'a mut [T],
}

impl Activation {
    /// a = g(W X + b) for a layer of one or two inputs, and, if there is one, the output above it: v · a + c.
    ///
    /// # Panics
    ///
    /// If the function is not [fused](Self::is_fused), a slice does not fit the shape, or there are more inputs.
    #[doc = include_str!("loops/forward_layer.md")]
    pub fn forward_layer<T: Elementary>(
        &self,
        isa: Isa,
        layer: Layer<'_, T>,
        values: &mut [T],
        output: Option<Output<'_, T>>,
    ) {
        let (Shape { outputs, inputs, examples }, lanes) = (layer.shape, isa.lanes::<T>());
        assert!((1..=2).contains(&inputs), "there are one or two inputs");
        assert!(layer.weights.len() == outputs * inputs * lanes && layer.inputs.len() == inputs * examples);
        assert!(values.len() == outputs * examples * lanes);
        assert!(layer.bias.is_none_or(|bias| bias.len() == outputs * lanes));
        assert!(output.as_ref().is_none_or(|output| {
            output.weights.len() == outputs * lanes
                && output.values.len() == examples * lanes
                && output.bias.is_none_or(|bias| bias.len() == lanes)
        }));
        self.fused().layer.get::<T>()(isa, Forward { layer, values, output, setting: T::from_f64(self.setting) });
    }
}

/// What [`Activation::forward_layer`] takes, and the function's parameter.
pub(super) struct Forward<'a, T> {
    layer: Layer<'a, T>,
    values: &'a mut [T],
    output: Option<Output<'a, T>>,
    setting: T,
}

#[derive(Clone, Copy)]
pub(super) struct ForwardLayer;
impl Family for ForwardLayer {
    type Member<T: Real> = fn(Isa, Forward<'_, T>);
}

pub(super) fn forward_layer<F: Function, T: Elementary>(isa: Isa, forward: Forward<'_, T>) {
    struct Op<'a, F, T, const D: usize>(Forward<'a, T>, PhantomData<F>);
    impl<F: Function, T: Elementary, const D: usize> WithSimd for Op<'_, F, T, D> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Forward { layer, values, output, setting } = self.0;
            let units = layer.shape.outputs;
            let (inputs, _) = layer.inputs.as_chunks::<D>();
            let (weights, _) = T::as_registers::<S>(layer.weights).0.as_chunks::<D>();
            let bias = layer.bias.map(|bias| T::as_registers::<S>(bias).0);
            let zero = T::splat(simd, T::default());
            // Without biases, what changes no sum.
            let no_bias = &[T::splat(simd, T::from_f64(-0.0)); STRIP];
            let halves = &mut Halves([[zero; STRIP]; 2]);
            let mut units_of = Units { simd, weights, bias, no_bias, halves, p: setting };
            if units == 0 {
                return output.into_iter().for_each(|output| only_bias::<S, T>(simd, output));
            }
            let rows = T::as_registers_mut::<S>(values).0.chunks_exact_mut(units).zip(inputs);
            let Some(Output { weights, bias, values }) = output else {
                for (row, x) in rows {
                    units_of.example::<F, false>(x, row, &[]);
                }
                return;
            };
            let (above, _) = T::as_registers::<S>(weights);
            let bias = bias.map(|bias| Vector::new(simd, T::as_registers::<S>(bias).0[0]));
            for ((row, x), value) in rows.zip(T::as_registers_mut::<S>(values).0) {
                let sum = units_of.example::<F, true>(x, row, above);
                *value = bias.map_or(sum, |bias| sum + bias).register();
            }
        }
    }
    if forward.layer.shape.inputs == 1 {
        isa.dispatch(Op::<F, T, 1>(forward, PhantomData));
    } else {
        isa.dispatch(Op::<F, T, 2>(forward, PhantomData));
    }
}

/// The output above a layer without units.
#[inline(always)]
fn only_bias<S: Simd, T: Elementary>(simd: S, output: Output<'_, T>) {
    let zero = Vector::<S, T>::splat(simd, T::default());
    let bias = output.bias.map_or(zero, |bias| zero + Vector::new(simd, T::as_registers::<S>(bias).0[0]));
    T::as_registers_mut::<S>(output.values).0.fill(bias.register());
}

/// Units that are taken together: their weights and, of a formula in halves, what is between the two, stay near.
const STRIP: usize = 16;

/// The units of a layer of `D` inputs; p is the function's parameter.
struct Units<'a, S: Simd, T: Real, const D: usize> {
    simd: S,
    weights: &'a [[T::Reg<S>; D]],
    bias: Option<&'a [T::Reg<S>]>,
    no_bias: &'a [T::Reg<S>; STRIP],
    halves: &'a mut Halves<T::Reg<S>>,
    p: T,
}

/// What the first halves give, on lines of the cache: a register across two of them takes two loads.
#[repr(align(64))]
struct Halves<R>([[R; STRIP]; 2]);

impl<S: Simd, T: Elementary, const D: usize> Units<'_, S, T, D> {
    /// The values of all units on one example, into `row`; with `OUTPUT` also their product with the weights `above`.
    #[inline(always)]
    fn example<F: Function, const OUTPUT: bool>(
        &mut self,
        x: &[T; D],
        row: &mut [T::Reg<S>],
        above: &[T::Reg<S>],
    ) -> Vector<S, T> {
        let mut sum = Vector::splat(self.simd, T::default());
        for (strip, row) in row.chunks_mut(STRIP).enumerate() {
            let units = strip * STRIP..strip * STRIP + row.len();
            let layer = Strip {
                simd: self.simd,
                p: self.p,
                x: x.map(|x| Vector::splat(self.simd, x)),
                weights: &self.weights[units.clone()],
                bias: self.bias.map_or(&self.no_bias[..row.len()], |bias| &bias[units.clone()]),
            };
            let above = if OUTPUT { &above[units] } else { &[] };
            sum = if S::IS_SCALAR {
                layer.at_once::<F, 1, OUTPUT>(row, above, sum)
            } else if F::HAS_HALVES && !has_many_registers::<S>() {
                // Few registers do not hold chains enough of a long formula to hide its latency: its halves are shorter.
                layer.in_halves::<F, OUTPUT>(self.halves, row, above, sum)
            } else {
                layer.at_once::<F, TOGETHER, OUTPUT>(row, above, sum)
            };
        }
        sum
    }
}

/// Some units of a layer and an example.
struct Strip<'a, S: Simd, T: Real, const D: usize> {
    simd: S,
    p: T,
    x: [Vector<S, T>; D],
    weights: &'a [[T::Reg<S>; D]],
    bias: &'a [T::Reg<S>],
}

impl<S: Simd, T: Elementary, const D: usize> Strip<'_, S, T, D> {
    /// `U` units together.
    #[inline(always)]
    fn at_once<F: Function, const U: usize, const OUTPUT: bool>(
        &self,
        row: &mut [T::Reg<S>],
        above: &[T::Reg<S>],
        sum: Vector<S, T>,
    ) -> Vector<S, T> {
        let (mut sum, simd) = (sum, self.simd);
        let ((weights, weights_rest), (bias, bias_rest)) = (self.weights.as_chunks::<U>(), self.bias.as_chunks::<U>());
        let ((rows, row_rest), (above, above_rest)) = (row.as_chunks_mut::<U>(), above.as_chunks::<U>());
        let p = Vector::<S, T, U>::splat(simd, self.p);
        for (group, ((w, b), row)) in weights.iter().zip(bias).zip(rows).enumerate() {
            let a = F::value(self.arguments(w, b), p);
            *row = a.registers();
            if OUTPUT {
                sum = add(a, &above[group], sum);
            }
        }
        let p = Vector::<S, T>::splat(simd, self.p);
        for (unit, ((w, b), row)) in weights_rest.iter().zip(bias_rest).zip(row_rest).enumerate() {
            let a = F::value(self.arguments(&[*w], &[*b]), p);
            *row = a.register();
            if OUTPUT {
                sum = add(a, &[above_rest[unit]], sum);
            }
        }
        sum
    }

    /// The first half of the function on all of them, and then the second.
    #[inline(always)]
    fn in_halves<F: Function, const OUTPUT: bool>(
        &self,
        Halves([first, second]): &mut Halves<T::Reg<S>>,
        row: &mut [T::Reg<S>],
        above: &[T::Reg<S>],
        sum: Vector<S, T>,
    ) -> Vector<S, T> {
        let (mut sum, simd) = (sum, self.simd);
        for (((w, b), first), second) in self.weights.iter().zip(self.bias).zip(first.iter_mut()).zip(second.iter_mut())
        {
            [*first, *second] = F::half(self.arguments(&[*w], &[*b])).map(Vector::register);
        }
        if OUTPUT {
            for (((place, first), second), v) in row.iter_mut().zip(first).zip(second).zip(above) {
                let a = F::of_half([Vector::new(simd, *first), Vector::new(simd, *second)]);
                *place = a.register();
                sum = add(a, &[*v], sum);
            }
        } else {
            for ((place, first), second) in row.iter_mut().zip(first).zip(second) {
                *place = F::of_half([Vector::<S, T>::new(simd, *first), Vector::new(simd, *second)]).register();
            }
        }
        sum
    }

    /// W x + b of `U` units.
    #[inline(always)]
    fn arguments<const U: usize>(&self, weights: &[[T::Reg<S>; D]; U], bias: &[T::Reg<S>; U]) -> Vector<S, T, U> {
        let simd = self.simd;
        let mut z = Vector::<S, T, U>::splat(simd, T::default());
        for k in 0..D {
            let mut w = z.registers();
            for u in 0..U {
                w[u] = weights[u][k];
            }
            let x = Vector::from_registers(simd, [self.x[k].register(); U]);
            z = Vector::from_registers(simd, w).mul_add(x, z);
        }
        z + Vector::from_registers(simd, *bias)
    }
}

/// The sum and the products of values and weights, in the order of the units.
#[inline(always)]
fn add<S: Simd, T: Real, const U: usize>(
    a: Vector<S, T, U>,
    above: &[T::Reg<S>; U],
    sum: Vector<S, T>,
) -> Vector<S, T> {
    let (mut sum, simd) = (sum, a.simd());
    for (a, v) in a.registers().into_iter().zip(above) {
        sum = Vector::new(simd, *v).mul_add(Vector::new(simd, a), sum);
    }
    sum
}
