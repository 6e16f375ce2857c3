//! Counting the operations of kernels, for whoever wants to know how far from the hardware's limits they run.
//!
//! A kernel that runs on [`Isa::counted`](crate::Isa::counted) notes every operation on registers. Everywhere else the
//! notes are nothing: that a kernel is not on that instruction set is known when it is compiled.

use std::any::TypeId;
use std::cell::Cell;

use pulp::Simd;

/// What stands for the instruction set whose operations are counted: four lanes of f32.
pub(crate) use pulp::Scalar128b as Counted;

/// How many operations on single numbers kernels carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Multiplications, fused with an addition or not.
    pub multiplications: u64,
    /// Divisions.
    pub divisions: u64,
    /// Square roots.
    pub roots: u64,
    /// Additions, comparisons, selections and operations on bits.
    pub others: u64,
}

thread_local! {
    static COUNT: Cell<Operations> = const { Cell::new(Operations { multiplications: 0, divisions: 0, roots: 0, others: 0 }) };
}

/// The operations that kernels on [`Isa::counted`](crate::Isa::counted) carry out while `run` runs, on this thread.
pub fn operations(run: impl FnOnce()) -> Operations {
    COUNT.set(Operations::default());
    run();
    COUNT.get()
}

/// Notes an operation on registers of `lanes` numbers.
#[inline(always)]
pub(crate) fn note<S: Simd>(operation: &str, lanes: usize) {
    if TypeId::of::<S>() == TypeId::of::<Counted>() {
        add(operation, lanes as u64);
    }
}

/// Kept out of the kernels, which are long enough without it.
#[inline(never)]
fn add(operation: &str, lanes: u64) {
    let mut count = COUNT.get();
    match operation {
        "mul" | "mul_add" | "neg_mul_add" => count.multiplications += lanes,
        "div" => count.divisions += lanes,
        "sqrt_lanes" => count.roots += lanes,
        _ => count.others += lanes,
    }
    COUNT.set(count);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Isa;
    use crate::product::{Input, Population, Products, Shape};

    #[test]
    fn a_product_has_as_many_multiplications_as_the_textbook_says() {
        let shape = Shape { outputs: 3, inputs: 5, examples: 7 };
        let lanes = Isa::counted().lanes::<f32>();
        let (weights, inputs) = (vec![1.0_f32; 15 * lanes], vec![1.0; 35 * lanes]);
        let mut outputs = vec![0.0; 21 * lanes];
        let mut population = Population::new(Isa::counted());
        let count = operations(|| population.forward(shape, &weights, None, Input::PerLane(&inputs), &mut outputs));
        assert_eq!(count, Operations { multiplications: (3 * 5 * 7 * lanes) as u64, ..Operations::default() });
        assert!(outputs.iter().all(|x| *x == 5.0));
    }
}
