//! Elementary functions on slices, of which the kernels' own crates hold the generic code only: `loops.py` compiles this
//! file by itself, to have their loops.

use thalweg_numerics::{Isa, math};

pub fn elementary(isa: Isa, single: &mut [f32], double: &mut [f64]) {
    math::exp(isa, single);
    math::exp(isa, double);
    math::ln(isa, single);
    math::ln(isa, double);
    math::tanh(isa, single);
    math::tanh(isa, double);
    math::sigmoid(isa, single);
    math::sigmoid(isa, double);
}
