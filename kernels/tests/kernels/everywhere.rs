//! Operations on matrices of trials, in every form and on every instruction set.

use thalweg_kernels::matrices::Matrices;
use thalweg_kernels::product::{Products, dense, population};
use thalweg_kernels::{Isa, Real};

use crate::compare::assert_same;
use crate::lanes::{interleave, separate};

/// Trials of a test: a whole number of groups of any width.
pub const TRIALS: usize = 16;

/// Makes of a block of trials, the first of which is given, what the operation gives; both are `[element][lane]`.
pub type Operation<'a, T> = &'a dyn Fn(&mut Matrices<T>, &mut dyn Products<T>, usize, Vec<T>) -> Vec<T>;

/// What an operation gives for each trial alone, with scalar code. Fails where it has other bits in a group, or on another
/// instruction set.
#[track_caller]
pub fn everywhere<T: Real>(trials: &[Vec<T>], what: &str, operation: Operation<'_, T>) -> Vec<Vec<T>> {
    assert_eq!(trials.len(), TRIALS);
    let mut expected = Vec::new();
    for isa in Isa::available() {
        let mut alone = (Matrices::alone(isa), dense(isa));
        let results: Vec<Vec<T>> =
            (0..TRIALS).map(|trial| operation(&mut alone.0, &mut *alone.1, trial, trials[trial].clone())).collect();
        if expected.is_empty() {
            expected = results.clone();
        }
        let mut group = (Matrices::population(isa), population(isa));
        let lanes = group.0.lanes();
        for first in (0..TRIALS).step_by(lanes) {
            let block = interleave(&trials[first..first + lanes]);
            let block = operation(&mut group.0, &mut *group.1, first, block);
            for (lane, in_group) in separate(&block, lanes).iter().enumerate() {
                let trial = first + lane;
                assert_same(in_group, &expected[trial], || format!("{what}, trial {trial} in a group, {isa:?}"));
                assert_same(&results[trial], &expected[trial], || format!("{what}, trial {trial} alone, {isa:?}"));
            }
        }
    }
    expected
}
