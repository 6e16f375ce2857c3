//! Back propagation through the activations of a layer below a single output, on interleaved trials, together with the
//! small products beside it: gradients stay in registers, where one kernel would store them and the next load them again.
//! The bits are those of the kernels in turn.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector};
use thalweg_products::{PIECE, Start};

use super::{Activation, Function, TOGETHER};

/// A layer below a single output, and what comes down from there.
#[derive(Clone, Copy, Debug)]
pub struct BelowOutput<'a, T> {
    /// What [`backward`](Activation::backward) takes of the layer: `[example][unit][lane]`.
    pub x: &'a [T],
    /// The weights of the output: `[unit][lane]`.
    pub weights: &'a [T],
    /// dL/dz of the output: `[example][lane]`.
    pub output_gradient: &'a [T],
}

impl<T: Real> BelowOutput<'_, T> {
    #[track_caller]
    fn check(&self, isa: Isa) {
        let (Self { x, weights, output_gradient }, lanes) = (self, isa.lanes::<T>());
        assert!(weights.len().is_multiple_of(lanes) && output_gradient.len().is_multiple_of(lanes));
        assert_eq!(x.len() * lanes, weights.len() * output_gradient.len());
    }

    /// The same as registers.
    #[inline(always)]
    fn registers<S: Simd>(&self) -> [&[T::Reg<S>]; 3] {
        [self.x, self.weights, self.output_gradient].map(|array| T::as_registers::<S>(array).0)
    }
}

/// The gradient of a layer's weights and biases, and the inputs that it takes besides.
pub(super) struct Gradient<'a, T> {
    inputs: &'a [T],
    weights: &'a mut [T],
    bias: Option<&'a mut [T]>,
    start: Start,
}

impl Activation {
    /// The gradient with respect to z of the layer, `[example][unit][lane]`: w · dL/dz of the output · g'(z).
    ///
    /// # Panics
    ///
    /// If the function is not [fused](Self::is_fused), or the slices do not fit each other.
    pub fn backward_from_output<T: Elementary>(&self, isa: Isa, below: BelowOutput<'_, T>, gradient: &mut [T]) {
        below.check(isa);
        assert_eq!(below.x.len(), gradient.len());
        self.fused().output.get::<T>()(isa, below, gradient, T::from_f64(self.setting));
    }

    /// The gradient with respect to the layer's weights, `[unit][input][lane]`, and biases, `[unit][lane]`: what
    /// [`weight_gradient`](thalweg_products::Products::weight_gradient) makes of [that](Self::backward_from_output) with
    /// respect to z and of one or two inputs, `[example][input]`, which trials share.
    ///
    /// # Panics
    ///
    /// If the function is not [fused](Self::is_fused), the slices do not fit each other, there are more inputs, or a chain would take more than [`PIECE`] examples.
    #[doc = include_str!("loops/weight_gradient_from_output.md")]
    pub fn weight_gradient_from_output<T: Elementary>(
        &self,
        isa: Isa,
        below: BelowOutput<'_, T>,
        inputs: &[T],
        weights: &mut [T],
        bias: Option<&mut [T]>,
        start: Start,
    ) {
        below.check(isa);
        let (units, examples) = (below.weights.len(), below.output_gradient.len() / isa.lanes::<T>());
        assert!(examples <= PIECE, "a chain takes at most {PIECE} examples");
        let depth = weights.len().checked_div(units).unwrap_or(1);
        assert!((1..=2).contains(&depth), "there are one or two inputs");
        assert!(weights.len() == depth * units && inputs.len() == depth * examples);
        assert!(bias.as_ref().is_none_or(|bias| bias.len() == units));
        let gradient = Gradient { inputs, weights, bias, start };
        self.fused().below_output.get::<T>()(isa, below, gradient, T::from_f64(self.setting));
    }
}

#[derive(Clone, Copy)]
pub(super) struct BackwardFromOutput;
impl Family for BackwardFromOutput {
    type Member<T: Real> = fn(Isa, BelowOutput<'_, T>, &mut [T], T);
}

#[derive(Clone, Copy)]
pub(super) struct WeightGradientFromOutput;
impl Family for WeightGradientFromOutput {
    type Member<T: Real> = fn(Isa, BelowOutput<'_, T>, Gradient<'_, T>, T);
}

pub(super) fn backward_from_output<F: Function, T: Elementary>(
    isa: Isa,
    below: BelowOutput<'_, T>,
    gradient: &mut [T],
    setting: T,
) {
    struct Op<'a, F, T> {
        below: BelowOutput<'a, T>,
        gradient: &'a mut [T],
        setting: T,
        function: PhantomData<F>,
    }
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let [x, weights, output_gradient] = self.below.registers::<S>();
            let (gradient, _) = T::as_registers_mut::<S>(self.gradient);
            let p = self.setting;
            if weights.is_empty() {
                return;
            }
            let examples = x.chunks_exact(weights.len()).zip(gradient.chunks_exact_mut(weights.len()));
            for ((x, row), dz) in examples.zip(output_gradient) {
                let mut unit = 0;
                while !S::IS_SCALAR && unit + TOGETHER <= weights.len() {
                    let (x, w) = (Vector::load(simd, &x[unit..]), Vector::load(simd, &weights[unit..]));
                    slopes::<F, S, T, TOGETHER>(x, w, *dz, p).store(&mut row[unit..]);
                    unit += TOGETHER;
                }
                while unit < weights.len() {
                    let (x, w) = (Vector::load(simd, &x[unit..]), Vector::load(simd, &weights[unit..]));
                    slopes::<F, S, T, 1>(x, w, *dz, p).store(&mut row[unit..]);
                    unit += 1;
                }
            }
        }
    }
    isa.dispatch(Op::<F, T> { below, gradient, setting, function: PhantomData });
}

/// g' · w · dz of `U` units; p is the function's parameter.
#[inline(always)]
fn slopes<F: Function, S: Simd, T: Elementary, const U: usize>(
    x: Vector<S, T, U>,
    w: Vector<S, T, U>,
    dz: T::Reg<S>,
    p: T,
) -> Vector<S, T, U> {
    let dz = Vector::<S, T, U>::from_registers(x.simd(), [dz; U]);
    // A chain of one term, which starts from zero as every chain does.
    let upstream = w.mul_add(dz, dz.like(0.0));
    F::backward(x, upstream, Vector::splat(x.simd(), p))
}

pub(super) fn weight_gradient_from_output<F: Function, T: Elementary>(
    isa: Isa,
    below: BelowOutput<'_, T>,
    gradient: Gradient<'_, T>,
    setting: T,
) {
    struct Op<'a, F, T, const D: usize>(BelowOutput<'a, T>, Gradient<'a, T>, T, PhantomData<F>);
    impl<F: Function, T: Elementary, const D: usize> WithSimd for Op<'_, F, T, D> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Gradient { inputs, weights, bias, start } = self.1;
            let (inputs, _) = inputs.as_chunks::<D>();
            let chains = Chains { simd, below: self.0.registers::<S>(), inputs, start, p: self.2 };
            let (weights, _) = T::as_registers_mut::<S>(weights).0.as_chunks_mut::<D>();
            let bias = bias.map(|bias| T::as_registers_mut::<S>(bias).0);
            // As many units as the registers hold the chains of.
            if S::IS_SCALAR {
                chains.run::<F, 1>(weights, bias);
            } else if S::REGISTER_COUNT >= 32 {
                chains.run::<F, TOGETHER>(weights, bias);
            } else {
                chains.run::<F, 2>(weights, bias);
            }
        }
    }
    if gradient.weights.len() == below.weights.len() {
        isa.dispatch(Op::<F, T, 1>(below, gradient, setting, PhantomData));
    } else {
        isa.dispatch(Op::<F, T, 2>(below, gradient, setting, PhantomData));
    }
}

/// What the chains of a gradient over the examples take; p is the function's parameter.
struct Chains<'a, S: Simd, T: Real, const D: usize> {
    simd: S,
    below: [&'a [T::Reg<S>]; 3],
    inputs: &'a [[T; D]],
    start: Start,
    p: T,
}

impl<S: Simd, T: Elementary, const D: usize> Chains<'_, S, T, D> {
    /// The gradient of all units, `U` at a time.
    #[inline(always)]
    fn run<F: Function, const U: usize>(&self, weights: &mut [[T::Reg<S>; D]], mut bias: Option<&mut [T::Reg<S>]>) {
        let (units, mut unit) = (weights.len(), 0);
        while unit < units {
            let count = if U > 1 && units - unit >= U { U } else { 1 };
            let weights = &mut weights[unit..unit + count];
            let bias = bias.as_deref_mut().map(|bias| &mut bias[unit..unit + count]);
            if U > 1 && count == U {
                self.units::<F, U>(unit, weights, bias);
            } else {
                self.units::<F, 1>(unit, weights, bias);
            }
            unit += count;
        }
    }

    /// The gradient of `U` units from `first` on.
    #[inline(always)]
    fn units<F: Function, const U: usize>(
        &self,
        first: usize,
        weights: &mut [[T::Reg<S>; D]],
        bias: Option<&mut [T::Reg<S>]>,
    ) {
        let (simd, [x, output, output_gradient]) = (self.simd, self.below);
        let zero = Vector::<S, T, U>::splat(simd, T::default());
        let (mut sums, mut total) = ([zero; D], zero);
        if self.start == Start::Continue {
            for k in 0..D {
                let mut column = zero.registers();
                for u in 0..U {
                    column[u] = weights[u][k];
                }
                sums[k] = Vector::from_registers(simd, column);
            }
            total = bias.as_ref().map_or(zero, |bias| Vector::load(simd, bias));
        }
        let w = Vector::<S, T, U>::load(simd, &output[first..]);
        for ((row, dz), inputs) in x.chunks_exact(output.len()).zip(output_gradient).zip(self.inputs) {
            let dz = slopes::<F, S, T, U>(Vector::load(simd, &row[first..]), w, *dz, self.p);
            for k in 0..D {
                sums[k] = dz.mul_add(Vector::splat(simd, inputs[k]), sums[k]);
            }
            total = total + dz;
        }
        for k in 0..D {
            let column = sums[k].registers();
            for u in 0..U {
                weights[u][k] = column[u];
            }
        }
        if let Some(bias) = bias {
            total.store(bias);
        }
    }
}
