//! From the order of a source to that of a split: features are scaled in f64 and rounded, in blocks, on all threads.

use rayon::prelude::*;
use thalweg_kernels::Real;

use super::Scaling;
use super::source::Source;

/// Numbers of a block.
const BLOCK: usize = 1 << 18;
/// Numbers that are worth a thread's while.
const LEAST: usize = 1 << 12;

/// A scaled number is too large.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow;

/// Shows `see` the features of these examples, in this order, block by block.
pub(super) fn visit(source: &Source, width: usize, examples: &[u32], see: &mut dyn FnMut(&[f64])) {
    let mut block = Vec::new();
    for examples in examples.chunks((BLOCK / width.max(1)).max(1)) {
        block.resize(examples.len() * width, 0.0);
        let rows = block.par_chunks_exact_mut(width.max(1)).zip(examples).with_min_len(rows_worth_it(width));
        rows.for_each(|(row, example)| source.read(*example as usize, row));
        see(&block);
    }
}

/// The scaled features of these examples, in this order.
///
/// # Errors
///
/// If one is not finite, before it is rounded.
pub(super) fn gather<T: Real>(
    source: &Source,
    width: usize,
    examples: &[u32],
    scaling: &Scaling,
) -> Result<Vec<T>, Overflow> {
    let mut numbers = vec![T::default(); examples.len() * width];
    let rows = numbers.par_chunks_exact_mut(width.max(1)).zip(examples).with_min_len(rows_worth_it(width));
    rows.try_for_each_init(
        || vec![0.0; width],
        |row, (rounded, example)| {
            source.read(*example as usize, row);
            scale(scaling, row, rounded)
        },
    )?;
    Ok(numbers)
}

/// [`gather`] of several lists of examples from numbers that nobody else needs. First all are scaled and rounded where they
/// stand, which for f32 takes half of their place and gives the rest back: never more is in memory than the numbers and
/// a block of them, or twice the result.
///
/// # Errors
///
/// If one is not finite, before it is rounded, and is of one of the lists.
pub(super) fn gather_from<T: Real>(
    mut numbers: Vec<f64>,
    width: usize,
    lists: [&[u32]; 3],
    scaling: &Scaling,
) -> Result<[Vec<T>; 3], Overflow> {
    let (width, size) = (width.max(1), size_of::<T>());
    let mut block = vec![T::default(); numbers.len().min((BLOCK / width).max(1) * width)];
    for first in (0..numbers.len()).step_by(block.len().max(1)) {
        let count = block.len().min(numbers.len() - first);
        let (block, from) = (&mut block[..count], &mut numbers[first..first + count]);
        let rows = block.par_chunks_exact_mut(width).zip(from.par_chunks_exact_mut(width));
        // What overflows is no number after it was rounded, either; examples that are left out may.
        rows.with_min_len(rows_worth_it(width)).for_each(|(rounded, row)| {
            if scale(scaling, row, rounded).is_err() {
                rounded.fill(T::from_f64(f64::NAN));
            }
        });
        // Blocks before this one have left at least as much place as they took.
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut numbers);
        bytes[first * size..][..count * size].copy_from_slice(bytemuck::cast_slice(block));
    }
    let count = numbers.len();
    numbers.truncate((count * size).div_ceil(size_of::<f64>()));
    numbers.shrink_to_fit();
    let rounded: &[T] = &bytemuck::cast_slice(&numbers)[..count];
    let gather = |examples: &[u32]| {
        let mut gathered = vec![T::default(); examples.len() * width];
        let rows = gathered.par_chunks_exact_mut(width).zip(examples).with_min_len(rows_worth_it(width));
        rows.try_for_each(|(row, example)| {
            row.copy_from_slice(&rounded[*example as usize * width..][..width]);
            if row[0].to_f64().is_nan() { Err(Overflow) } else { Ok(()) }
        })?;
        Ok(gathered)
    };
    let [train, validation, test] = lists.map(gather);
    Ok([train?, validation?, test?])
}

/// The scaled row, rounded.
#[inline]
fn scale<T: Real>(scaling: &Scaling, row: &mut [f64], rounded: &mut [T]) -> Result<(), Overflow> {
    scaling.apply(row);
    rounded.iter_mut().zip(&*row).for_each(|(rounded, x)| *rounded = T::from_f64(*x));
    if row.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(Overflow) }
}

fn rows_worth_it(width: usize) -> usize {
    (LEAST / width.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Normals, Stream};
    use crate::spec::Scale;

    /// Rows of every source, in any order, are those of its numbers one after the other; and both ways to gather them
    /// agree with scaling and rounding number by number.
    #[test]
    fn rows_are_those_of_the_numbers_in_their_order() {
        for width in [1, 7, 90] {
            let count = 3_000 / width;
            let stream = || Stream::new("features", 5);
            let (mut uniform, mut normal) = (stream(), stream());
            let draw = |next: &mut dyn FnMut() -> f64| (0..count * width).map(|_| next()).collect::<Vec<f64>>();
            let sources = [
                (draw(&mut || uniform.uniform()), Source::Uniform(Box::new(stream()))),
                (
                    draw(&mut || normal.normal()),
                    Source::Normal(Box::new(Normals::new(stream(), (count * width) as u64))),
                ),
            ];
            let mut order: Vec<u32> = (0..count as u32).collect();
            Stream::new("test order", 1).shuffle(&mut order);
            for (numbers, source) in sources {
                let rows = |examples: &[u32]| -> Vec<f64> {
                    examples.iter().flat_map(|at| &numbers[*at as usize * width..][..width]).copied().collect()
                };
                let mut seen = Vec::new();
                visit(&source, width, &order, &mut |block| seen.extend_from_slice(block));
                assert_eq!(seen, rows(&order));
                let lists = [&order[count / 2..], &order[..count / 3], &order[count / 3..count / 2]];
                for scale in [Scale::None, Scale::MinMax, Scale::Standard, Scale::Divide(3.0)] {
                    let scaling = Scaling::fit(scale, &rows(lists[0]), width);
                    let at_once = gather_from::<f32>(numbers.clone(), width, lists, &scaling).unwrap();
                    let exact = gather_from::<f64>(numbers.clone(), width, lists, &scaling).unwrap();
                    for ((list, rounded), exact) in lists.into_iter().zip(at_once).zip(exact) {
                        let mut want = rows(list);
                        scaling.apply(&mut want);
                        assert_eq!(gather::<f64>(&source, width, list, &scaling).unwrap(), want);
                        assert_eq!(exact, want);
                        assert_eq!(rounded, want.iter().map(|x| *x as f32).collect::<Vec<f32>>());
                        assert_eq!(gather::<f32>(&source, width, list, &scaling).unwrap(), rounded);
                    }
                }
            }
        }
    }

    #[test]
    fn what_overflows_matters_where_it_is_used() {
        let scaling = Scaling::fit(Scale::Divide(1e-10), &[], 2);
        let numbers = vec![1.0, 2.0, 1.0, 1e300, 3.0, 4.0];
        let gather = |lists: [&[u32]; 3]| gather_from::<f32>(numbers.clone(), 2, lists, &scaling);
        assert_eq!(gather([&[0, 1], &[], &[2]]), Err(Overflow));
        assert_eq!(gather([&[2, 0], &[], &[]]).unwrap()[0], [3e10, 4e10, 1e10, 2e10]);
        assert_eq!(super::gather::<f32>(&Source::Numbers(numbers.clone()), 2, &[1], &scaling), Err(Overflow));
    }
}
