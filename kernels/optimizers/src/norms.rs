//! Sums of squares over some parameters of every trial: what clipping by norm and optimizers that see norms are made of.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real};

/// Adds the squares of some parameters of each trial, in f64 and in the order of the parameters, to `sums`.
///
/// `array` is `[group][parameter][lane]` with `lanes` lanes per group, `sums` is `[group][lane]`. Where there are limits,
/// `[group][lane]`, numbers are cut to ± their trial's before they are squared.
///
/// # Panics
///
/// If the slices do not fit each other.
pub fn add_squares<T: Real>(
    isa: Isa,
    lanes: usize,
    array: &[T],
    range: Range<usize>,
    limits: Option<&[T]>,
    sums: &mut [f64],
) {
    assert!(sums.len().is_multiple_of(lanes) && array.len().is_multiple_of(sums.len()));
    assert!(range.start <= range.end && range.end <= array.len() / sums.len());
    assert!(limits.is_none_or(|limits| limits.len() == sums.len()));
    if !range.is_empty() {
        SQUARES.get::<T>()(isa, Squares { lanes, array, range, limits, sums });
    }
}

/// g, but at most `limit` in size.
#[inline(always)]
pub(crate) fn clip<T: Real>(g: T, limit: T) -> T {
    if g > limit {
        limit
    } else if g < -limit {
        -limit
    } else {
        g
    }
}

/// Behind pointers, so that this kernel is compiled here and not in every crate that is generic over the precision.
static SQUARES: Table<Kernel> = Table { f32: squares, f64: squares };

#[derive(Clone, Copy)]
struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Squares<'_, T>);
}

fn squares<T: Real>(isa: Isa, squares: Squares<'_, T>) {
    isa.dispatch(squares);
}

/// What [`add_squares`] takes.
struct Squares<'a, T> {
    lanes: usize,
    array: &'a [T],
    range: Range<usize>,
    limits: Option<&'a [T]>,
    sums: &'a mut [f64],
}

impl<T: Real> WithSimd for Squares<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { lanes, array, range, limits, sums } = self;
        let size = array.len() / (sums.len() / lanes);
        for (group, sums) in sums.chunks_exact_mut(lanes).enumerate() {
            let rows = array[group * size..][range.start * lanes..range.end * lanes].chunks_exact(lanes);
            match limits {
                None => rows.for_each(|row| {
                    for (sum, x) in sums.iter_mut().zip(row) {
                        let x = x.to_f64();
                        *sum += x * x;
                    }
                }),
                Some(limits) => rows.for_each(|row| {
                    for ((sum, x), limit) in sums.iter_mut().zip(row).zip(&limits[group * lanes..]) {
                        let x = clip(*x, *limit).to_f64();
                        *sum += x * x;
                    }
                }),
            }
        }
    }
}
