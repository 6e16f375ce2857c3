//! Counting the operations of kernels, to tell how far from the hardware's limits they run.
//!
//! With the feature `counting`, a kernel that runs on the scalar instruction set notes every operation. On the others,
//! notes compile to nothing: the instruction set of a kernel is known at compile time.

use std::any::TypeId;
use std::cell::Cell;

use pulp::Simd;

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

/// The operations that kernels on the scalar instruction set carry out while `run` runs, on this thread.
pub fn operations(run: impl FnOnce()) -> Operations {
    COUNT.set(Operations::default());
    run();
    COUNT.get()
}

/// Notes an operation.
#[inline(always)]
pub(crate) fn note<S: Simd>(operation: &str) {
    if TypeId::of::<S>() == TypeId::of::<pulp::Scalar>() {
        add(operation);
    }
}

/// Kept out of the kernels, which are long enough without it.
#[inline(never)]
fn add(operation: &str) {
    let mut count = COUNT.get();
    *match operation {
        "mul" | "mul_add" | "neg_mul_add" => &mut count.multiplications,
        "div" => &mut count.divisions,
        "sqrt_lanes" => &mut count.roots,
        _ => &mut count.others,
    } += 1;
    COUNT.set(count);
}
