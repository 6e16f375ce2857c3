//! Back propagation through the activations of a layer below a single output, on interleaved trials, together with the
//! small products beside it: gradients stay in registers, where one kernel would store them and the next load them again.
//! The bits are those of the kernels in turn.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real, Vector, has_many_registers};
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

/// The gradient of a network of one hidden layer and a single output.
#[derive(Debug)]
pub struct ShallowGradient<'a, T> {
    /// Of the layer's weights, `[unit][input][lane]`.
    pub weights: &'a mut [T],
    /// Of the layer's biases, `[unit][lane]`.
    pub bias: Option<&'a mut [T]>,
    /// Of the output's weights, `[unit][lane]`.
    pub output_weights: &'a mut [T],
    /// Of the output's bias, `[lane]`.
    pub output_bias: Option<&'a mut [T]>,
}

/// What [`Activation::shallow_gradient`] takes, and the function's parameter.
pub(super) struct Backward<'a, T> {
    below: BelowOutput<'a, T>,
    inputs: &'a [T],
    gradient: ShallowGradient<'a, T>,
    start: Start,
    setting: T,
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

    /// The gradient of a network of one hidden layer with a single output above it: what
    /// [`weight_gradient`](thalweg_products::Products::weight_gradient) makes of dL/dz of the output and the layer's values,
    /// and of [dL/dz of the layer](Self::backward_from_output) and one or two inputs, `[example][input]`, which trials share.
    ///
    /// # Panics
    ///
    /// If the function is not [fused](Self::is_fused), the slices do not fit each other, there are more inputs, or a chain
    /// would take more than [`PIECE`] examples.
    #[doc = include_str!("loops/shallow_gradient.md")]
    pub fn shallow_gradient<T: Elementary>(
        &self,
        isa: Isa,
        below: BelowOutput<'_, T>,
        inputs: &[T],
        gradient: ShallowGradient<'_, T>,
        start: Start,
    ) {
        below.check(isa);
        let (lanes, units) = (isa.lanes::<T>(), below.weights.len());
        let examples = below.output_gradient.len() / lanes;
        assert!(examples <= PIECE, "a chain takes at most {PIECE} examples");
        let depth = gradient.weights.len().checked_div(units).unwrap_or(1);
        assert!((1..=2).contains(&depth), "there are one or two inputs");
        assert!(gradient.weights.len() == depth * units && inputs.len() == depth * examples);
        assert!(gradient.bias.as_ref().is_none_or(|bias| bias.len() == units));
        assert!(gradient.output_weights.len() == units);
        assert!(gradient.output_bias.as_ref().is_none_or(|bias| bias.len() == lanes));
        let setting = T::from_f64(self.setting);
        self.fused().shallow.get::<T>()(isa, Backward { below, inputs, gradient, start, setting });
    }
}

#[derive(Clone, Copy)]
pub(super) struct BackwardFromOutput;
impl Family for BackwardFromOutput {
    type Member<T: Real> = fn(Isa, BelowOutput<'_, T>, &mut [T], T);
}

#[derive(Clone, Copy)]
pub(super) struct GradientOfShallow;
impl Family for GradientOfShallow {
    type Member<T: Real> = fn(Isa, Backward<'_, T>);
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

pub(super) fn shallow_gradient<F: Function, T: Elementary>(isa: Isa, backward: Backward<'_, T>) {
    struct Op<'a, F, T, const D: usize>(Backward<'a, T>, PhantomData<F>);
    impl<F: Function, T: Elementary, const D: usize> WithSimd for Op<'_, F, T, D> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Backward { below, inputs, gradient, start, setting } = self.0;
            let (inputs, _) = inputs.as_chunks::<D>();
            let chains = Chains { simd, below: below.registers::<S>(), inputs, start, p: setting };
            let sums = Sums {
                weights: T::as_registers_mut::<S>(gradient.weights).0.as_chunks_mut::<D>().0,
                bias: gradient.bias.map(|bias| T::as_registers_mut::<S>(bias).0),
                above: T::as_registers_mut::<S>(gradient.output_weights).0,
            };
            if let Some(bias) = gradient.output_bias {
                chains.output_bias(&mut T::as_registers_mut::<S>(bias).0[0]);
            }
            // As many units as the registers hold the chains of.
            if S::IS_SCALAR {
                chains.run::<F, 1>(sums);
            } else if has_many_registers::<S>() {
                chains.run::<F, TOGETHER>(sums);
            } else {
                chains.run::<F, 2>(sums);
            }
        }
    }
    if backward.inputs.len() * isa.lanes::<T>() == backward.below.output_gradient.len() {
        isa.dispatch(Op::<F, T, 1>(backward, PhantomData));
    } else {
        isa.dispatch(Op::<F, T, 2>(backward, PhantomData));
    }
}

/// What chains of a gradient over the examples take; p is the function's parameter.
struct Chains<'a, S: Simd, T: Real, const D: usize> {
    simd: S,
    below: [&'a [T::Reg<S>]; 3],
    inputs: &'a [[T; D]],
    start: Start,
    p: T,
}

/// Where the sums of the chains are kept: one of each for every unit.
struct Sums<'a, S: Simd, T: Real, const D: usize> {
    weights: &'a mut [[T::Reg<S>; D]],
    bias: Option<&'a mut [T::Reg<S>]>,
    above: &'a mut [T::Reg<S>],
}

impl<S: Simd, T: Elementary, const D: usize> Chains<'_, S, T, D> {
    /// The gradient of the output's bias.
    #[inline(always)]
    fn output_bias(&self, bias: &mut T::Reg<S>) {
        let zero = T::splat(self.simd, T::default());
        let mut sum = Vector::<S, T>::new(self.simd, if self.start == Start::Continue { *bias } else { zero });
        for dz in self.below[2] {
            sum = sum + Vector::new(self.simd, *dz);
        }
        *bias = sum.register();
    }

    /// The gradient of all units, `U` at a time.
    #[inline(always)]
    fn run<F: Function, const U: usize>(&self, mut sums: Sums<'_, S, T, D>) {
        let (units, mut unit) = (sums.above.len(), 0);
        while unit + U <= units {
            self.units::<F, U>(unit, &mut sums);
            unit += U;
        }
        while U > 1 && unit < units {
            self.units::<F, 1>(unit, &mut sums);
            unit += 1;
        }
    }

    /// The gradient of `U` units from `first` on.
    #[inline(always)]
    fn units<F: Function, const U: usize>(&self, first: usize, sums: &mut Sums<'_, S, T, D>) {
        let (simd, [x, output, output_gradient]) = (self.simd, self.below);
        let zero = Vector::<S, T, U>::splat(simd, T::default());
        let weights = &mut sums.weights[first..first + U];
        let mut bias = sums.bias.as_deref_mut().map(|bias| &mut bias[first..first + U]);
        let above = &mut sums.above[first..first + U];
        let (mut products, mut total, mut values) = ([zero; D], zero, zero);
        if self.start == Start::Continue {
            for k in 0..D {
                let mut column = zero.registers();
                for u in 0..U {
                    column[u] = weights[u][k];
                }
                products[k] = Vector::from_registers(simd, column);
            }
            total = bias.as_ref().map_or(zero, |bias| Vector::load(simd, bias));
            values = Vector::load(simd, above);
        }
        let w = Vector::<S, T, U>::load(simd, &output[first..]);
        for ((row, dz), inputs) in x.chunks_exact(output.len()).zip(output_gradient).zip(self.inputs) {
            let a = Vector::load(simd, &row[first..]);
            values = Vector::from_registers(simd, [*dz; U]).mul_add(a, values);
            let dz = slopes::<F, S, T, U>(a, w, *dz, self.p);
            for k in 0..D {
                products[k] = dz.mul_add(Vector::splat(simd, inputs[k]), products[k]);
            }
            total = total + dz;
        }
        for k in 0..D {
            let column = products[k].registers();
            for u in 0..U {
                weights[u][k] = column[u];
            }
        }
        if let Some(bias) = &mut bias {
            total.store(bias);
        }
        values.store(above);
    }
}
