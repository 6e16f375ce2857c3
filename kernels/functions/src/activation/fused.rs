//! Activations together with the small product before them, on interleaved trials: the sums of a product of one or two
//! terms stay in registers, where the product would store them and the activation load them again. The bits are those of
//! the two kernels in turn.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};
use thalweg_products::{PIECE, Shape};

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

impl Activation {
    /// a = g(W X + b) for a layer of few inputs; more than two are faster one after the other.
    ///
    /// # Panics
    ///
    /// If the function is not [fused](Self::is_fused), a slice does not fit the shape, or a chain would take more than [`PIECE`] inputs.
    #[doc = include_str!("loops/forward_layer.md")]
    pub fn forward_layer<T: Elementary>(&self, isa: Isa, layer: Layer<'_, T>, values: &mut [T]) {
        let (Shape { outputs, inputs, examples }, lanes) = (layer.shape, isa.lanes::<T>());
        assert!(inputs <= PIECE, "a chain takes at most {PIECE} inputs");
        assert!(layer.weights.len() == outputs * inputs * lanes && layer.inputs.len() == inputs * examples);
        assert!(values.len() == outputs * examples * lanes);
        assert!(layer.bias.is_none_or(|bias| bias.len() == outputs * lanes));
        self.fused().layer.get::<T>()(isa, layer, values, T::from_f64(self.setting));
    }
}

#[derive(Clone, Copy)]
pub(super) struct ForwardLayer;
impl Family for ForwardLayer {
    type Member<T: Real> = fn(Isa, Layer<'_, T>, &mut [T], T);
}

pub(super) fn forward_layer<F: Function, T: Elementary>(isa: Isa, layer: Layer<'_, T>, values: &mut [T], setting: T) {
    struct Op<'a, F, T>(Layer<'a, T>, &'a mut [T], T, PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Shape { outputs, inputs, .. } = self.0.shape;
            let (weights, _) = T::as_registers::<S>(self.0.weights);
            let bias = self.0.bias.map(|bias| T::as_registers::<S>(bias).0);
            let (values, _) = T::as_registers_mut::<S>(self.1);
            let p = self.2;
            if outputs == 0 {
                return;
            }
            for (example, row) in values.chunks_exact_mut(outputs).enumerate() {
                let x = &self.0.inputs[example * inputs..][..inputs];
                let mut unit = 0;
                while !S::IS_SCALAR && unit + TOGETHER <= outputs {
                    let (weights, bias) = (&weights[unit * inputs..], bias.map(|bias| &bias[unit..]));
                    units::<F, S, T, TOGETHER>(simd, x, weights, bias, p).store(&mut row[unit..]);
                    unit += TOGETHER;
                }
                while unit < outputs {
                    let (weights, bias) = (&weights[unit * inputs..], bias.map(|bias| &bias[unit..]));
                    units::<F, S, T, 1>(simd, x, weights, bias, p).store(&mut row[unit..]);
                    unit += 1;
                }
            }
        }
    }
    isa.dispatch(Op::<F, T>(layer, values, setting, PhantomData));
}

/// The values of `U` units, whose weights and biases come first, of one example; p is the function's parameter.
#[inline(always)]
fn units<F: Function, S: Simd, T: Elementary, const U: usize>(
    simd: S,
    x: &[T],
    weights: &[T::Reg<S>],
    bias: Option<&[T::Reg<S>]>,
    p: T,
) -> Vector<S, T, U> {
    let depth = x.len();
    let weights = &weights[..U * depth];
    let mut z = Vector::<S, T, U>::splat(simd, T::default());
    for (k, x) in x.iter().enumerate() {
        let mut w = z.registers();
        for (unit, w) in w.iter_mut().enumerate() {
            *w = weights[unit * depth + k];
        }
        z = Vector::from_registers(simd, w).mul_add(Vector::splat(simd, *x), z);
    }
    if let Some(bias) = bias {
        z = z + Vector::load(simd, bias);
    }
    F::value(z, Vector::splat(simd, p))
}
