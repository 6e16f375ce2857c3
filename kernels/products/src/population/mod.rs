//! The population form: a register holds the same element of several trials.

mod epilogue;
mod form;
mod operand;
mod shallow;
mod tile;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::{Buffer, Isa, Real, has_many_registers};

use crate::finish::Epilogue;
use crate::{Finish, Input, PIECE, Products, Shape, Start};
use form::{CACHED_BYTES, Form, Forward, InputGradientByExamples, InputGradientByInputs, Size, WeightGradient};
use operand::{Factor, PerLane, Shared};
use tile::{PANEL, Problem};

/// Products of a block of interleaved trials, as many as a register has lanes.
///
/// Every product is made of lane-wise fused multiply-adds over register tiles: full width for any layer size, no
/// shuffles, no tails.
struct Population<T> {
    isa: Isa,
    /// Whether tiles are small.
    has_few_registers: bool,
    /// What a strip of tiles reads of its left operand.
    panel: Buffer<T>,
}

impl<T: Real> Population<T> {
    #[track_caller]
    fn check(&self, what: &str, slice: &[T], elements: usize) {
        let lanes = self.isa.lanes::<T>();
        assert_eq!(slice.len(), elements * lanes, "{what}: {elements} elements of {lanes} lanes");
    }

    #[track_caller]
    fn check_input(&self, inputs: Input<'_, T>, shape: Shape) {
        match inputs {
            Input::Shared(slice) => assert_eq!(slice.len(), shape.inputs * shape.examples, "shared inputs"),
            Input::PerLane(slice) => self.check("inputs", slice, shape.inputs * shape.examples),
        }
    }
}

/// Whether an instruction set has few registers, and some.
fn has_few_registers(isa: Isa) -> bool {
    struct Op;
    impl WithSimd for Op {
        type Output = bool;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> bool {
            !S::IS_SCALAR && !has_many_registers::<S>()
        }
    }
    isa.dispatch(Op)
}

/// What computes the products.
pub(crate) fn boxed<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    Box::new(Population { isa, has_few_registers: has_few_registers(isa), panel: Buffer::default() })
}

impl<T: Real> Products<T> for Population<T> {
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]) {
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check("outputs", outputs, shape.outputs * shape.examples);
        self.check_input(inputs, shape);
        if let Some(bias) = finish.bias {
            self.check("bias", bias, shape.outputs);
        }
        let epilogue = finish.into();
        let (units, examples, depth) = (shape.outputs, shape.examples, shape.inputs);
        let panel = &mut self.panel;
        match inputs {
            Input::Shared(x) => self.isa.dispatch(Contraction {
                form: PhantomData::<Forward<true>>,
                size: [units, examples, depth],
                a: weights,
                b: Shared(x),
                c: outputs,
                start: Start::Zero,
                epilogue,
                sums: None,
                panel,
            }),
            Input::PerLane(x) => self.isa.dispatch(Contraction {
                form: PhantomData::<Forward<false>>,
                size: [units, examples, depth],
                a: weights,
                b: PerLane(x),
                c: outputs,
                start: Start::Zero,
                epilogue,
                sums: None,
                panel,
            }),
        }
    }

    fn weight_gradient(
        &mut self,
        shape: Shape,
        output_gradient: &[T],
        inputs: Input<'_, T>,
        weights: &mut [T],
        bias: Option<&mut [T]>,
        start: Start,
    ) {
        assert!(shape.examples <= PIECE, "a chain takes at most {PIECE} examples");
        self.check("output gradient", output_gradient, shape.outputs * shape.examples);
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check_input(inputs, shape);
        if let Some(sums) = &bias {
            self.check("bias", sums, shape.outputs);
        }
        let (a, c) = (output_gradient, weights);
        let size = [shape.outputs, shape.inputs, shape.examples];
        let (panel, sums) = (&mut self.panel, bias);
        let epilogue = Epilogue::NONE;
        match inputs {
            Input::Shared(x) => {
                let (form, b) = (PhantomData::<WeightGradient<true>>, Shared(x));
                self.isa.dispatch(Contraction { form, size, a, b, c, start, epilogue, sums, panel });
            }
            Input::PerLane(x) => {
                let (form, b) = (PhantomData::<WeightGradient<false>>, PerLane(x));
                self.isa.dispatch(Contraction { form, size, a, b, c, start, epilogue, sums, panel });
            }
        }
    }

    fn input_gradient(
        &mut self,
        shape: Shape,
        weights: &[T],
        output_gradient: &[T],
        rectified: Option<&[T]>,
        input_gradient: &mut [T],
    ) {
        self.check("weights", weights, shape.outputs * shape.inputs);
        self.check("output gradient", output_gradient, shape.outputs * shape.examples);
        self.check("input gradient", input_gradient, shape.inputs * shape.examples);
        if let Some(rectified) = rectified {
            self.check("rectified", rectified, shape.inputs * shape.examples);
        }
        let (c, depth) = (input_gradient, shape.outputs);
        let (start, panel) = (Start::Zero, &mut self.panel);
        let epilogue = Epilogue { rectified, ..Epilogue::NONE };
        if size_of_val(weights) <= CACHED_BYTES || self.has_few_registers {
            let size = [shape.inputs, shape.examples, depth];
            let b = PerLane(output_gradient);
            self.isa.dispatch(Contraction {
                form: PhantomData::<InputGradientByInputs>,
                size,
                a: weights,
                b,
                c,
                start,
                epilogue,
                sums: None,
                panel,
            });
        } else {
            let size = [shape.examples, shape.inputs, depth];
            let b = PerLane(weights);
            self.isa.dispatch(Contraction {
                form: PhantomData::<InputGradientByExamples>,
                size,
                a: output_gradient,
                b,
                c,
                start,
                epilogue,
                sums: None,
                panel,
            });
        }
    }
}

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[n\]\[k\] on all lanes. Every matrix is dense; its form says which index is contiguous.
struct Contraction<'a, T, F, B> {
    form: PhantomData<F>,
    /// m, n and k.
    size: [usize; 3],
    a: &'a [T],
    b: B,
    c: &'a mut [T],
    start: Start,
    epilogue: Epilogue<&'a [T]>,
    /// Of the rows of A.
    sums: Option<&'a mut [T]>,
    panel: &'a mut Buffer<T>,
}

impl<T: Real, F: Form, B: Factor<T>> WithSimd for Contraction<'_, T, F, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [rows, columns, depth] = self.size;
        let (a, _) = T::as_registers::<S>(self.a);
        let (b, b_len) = self.b.elements::<S>();
        let (c, _) = T::as_registers_mut::<S>(self.c);
        let epilogue = self.epilogue.map(|array| T::as_registers::<S>(array).0);
        let sums = self.sums.map(|sums| T::as_registers_mut::<S>(sums).0);
        // The unsafe code below rests on these.
        assert!(a.len() == rows * depth && b_len == columns * depth && c.len() == rows * columns);
        assert!(epilogue.bias.is_none_or(|bias| bias.len() == if F::C_ALONG_N { columns } else { rows }));
        assert!(epilogue.rectified.is_none_or(|rectified| rectified.len() == c.len()));
        assert!(sums.as_ref().is_none_or(|sums| sums.len() == rows));
        let problem = Problem {
            simd,
            form: self.form,
            rows,
            columns,
            depth,
            a: a.as_ptr(),
            a_stride: if F::A_ALONG_K { depth } else { rows },
            b,
            b_stride: if F::B_ALONG_K { depth } else { columns },
            c: c.as_mut_ptr(),
            c_stride: if F::C_ALONG_N { columns } else { rows },
            start: self.start,
            strips: F::strips::<S, T>(Size { rows, columns, depth }),
            epilogue: epilogue.map(<[_]>::as_ptr),
            sums: sums.map(|sums| sums.as_mut_ptr()),
            panel: self.panel.at_least(PANEL * T::lanes::<S>()).as_mut_ptr().cast(),
        };
        // SAFETY: the assertions above.
        unsafe { problem.run() };
    }
}
