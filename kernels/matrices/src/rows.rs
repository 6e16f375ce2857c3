//! Rows of matrices as registers: the operations that decompositions are made of.
//!
//! The elements of a row are contiguous. Of a block of trials, each fills a register; of one trial, a register takes as
//! many neighbours as it has lanes. What a row is multiplied by is a register in both cases, with a number per trial or
//! the same number in all lanes, so that one loop serves both, and an element has the same bits in both.

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

/// Registers of a row that go together: as many chains as keep two multiply-add units busy.
const WIDE: usize = 8;
/// The same for what is left of a row.
const NARROW: usize = 2;

/// How the elements of matrices stand in memory.
#[derive(Clone, Copy)]
pub(crate) struct Lanes<S> {
    pub simd: S,
    /// Numbers of an element: as many as a register has lanes, or one.
    pub count: usize,
}

/// Elements at equal distances.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    pub first: usize,
    pub step: usize,
}

impl Steps {
    /// The place of element `index` of them.
    #[inline(always)]
    fn at(self, index: usize) -> usize {
        self.first + index * self.step
    }
}

/// Multiples of rows, to be added in order.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a, T> {
    /// How many there are.
    pub count: usize,
    /// What the rows are multiplied by, and where it stands.
    pub factors: (&'a [T], Steps),
    /// The rows, and where the elements stand that go to the first one of the sum.
    pub rows: (&'a [T], Steps),
}

impl<S: Simd> Lanes<S> {
    /// An element of each trial; of one trial, in all lanes.
    #[inline(always)]
    pub fn element<T: Real>(self, array: &[T], at: usize) -> Vector<S, T> {
        if self.count == 1 {
            return Vector::splat(self.simd, array[at]);
        }
        let width = T::lanes::<S>();
        Vector::new(self.simd, T::as_registers::<S>(&array[at * width..][..width]).0[0])
    }

    /// Writes what [`Self::element`] reads.
    #[inline(always)]
    pub fn set<T: Real>(self, array: &mut [T], at: usize, value: Vector<S, T>) {
        let register = [value.register()];
        let lanes: &[T] = bytemuck::cast_slice(&register);
        let width = if self.count == 1 { 1 } else { T::lanes::<S>() };
        array[at * width..][..width].copy_from_slice(&lanes[..width]);
    }

    /// Elements `from` to `to` of an array.
    #[inline(always)]
    pub fn part<T>(self, array: &[T], from: usize, to: usize) -> &[T] {
        &array[from * self.count..to * self.count]
    }

    /// Elements `from` to `to` of an array.
    #[inline(always)]
    pub fn part_mut<T>(self, array: &mut [T], from: usize, to: usize) -> &mut [T] {
        &mut array[from * self.count..to * self.count]
    }

    /// row + Σ terms, or row - Σ terms: per element one chain of fused multiply-adds, in order.
    #[inline(always)]
    pub fn add<T: Real, const SUBTRACT: bool>(self, row: &mut [T], terms: Terms<'_, T>) {
        let width = T::lanes::<S>();
        let mut at = 0;
        while !S::IS_SCALAR && at + WIDE * width <= row.len() {
            self.add_to::<T, WIDE, SUBTRACT>(row, at, terms);
            at += WIDE * width;
        }
        while !S::IS_SCALAR && at + NARROW * width <= row.len() {
            self.add_to::<T, NARROW, SUBTRACT>(row, at, terms);
            at += NARROW * width;
        }
        while at + width <= row.len() {
            self.add_to::<T, 1, SUBTRACT>(row, at, terms);
            at += width;
        }
        if at < row.len() {
            let rest = &mut row[at..];
            let mut sum = Vector::new(self.simd, T::load_part(self.simd, rest));
            for term in 0..terms.count {
                let x = &terms.rows.0[terms.rows.1.at(term) * self.count + at..][..rest.len()];
                let x = Vector::new(self.simd, T::load_part(self.simd, x));
                sum =
                    multiply_add::<S, T, 1, SUBTRACT>(self.element(terms.factors.0, terms.factors.1.at(term)), x, sum);
            }
            T::store_part(self.simd, rest, sum.register());
        }
    }

    /// [`Self::add`] for `U` registers of the row from number `at` on.
    #[inline(always)]
    fn add_to<T: Real, const U: usize, const SUBTRACT: bool>(self, row: &mut [T], at: usize, terms: Terms<'_, T>) {
        let size = U * T::lanes::<S>();
        let row = T::as_registers_mut::<S>(&mut row[at..][..size]).0;
        let mut sum = Vector::<S, T, U>::load(self.simd, row);
        for term in 0..terms.count {
            let x = &terms.rows.0[terms.rows.1.at(term) * self.count + at..][..size];
            let x = Vector::load(self.simd, T::as_registers::<S>(x).0);
            sum = multiply_add::<S, T, U, SUBTRACT>(self.element(terms.factors.0, terms.factors.1.at(term)), x, sum);
        }
        sum.store(row);
    }

    /// Subtracts from `count` rows of an array multiples of a row, fused; what it is multiplied by stands in the array as
    /// well, where no row is touched.
    #[inline(always)]
    pub fn subtract_multiples<T: Real>(self, array: &mut [T], factors: Steps, rows: Steps, count: usize, row: &[T]) {
        let width = T::lanes::<S>();
        let mut at = 0;
        while !S::IS_SCALAR && at + WIDE * width <= row.len() {
            self.subtract_from::<T, WIDE>(array, factors, rows, count, row, at);
            at += WIDE * width;
        }
        while !S::IS_SCALAR && at + NARROW * width <= row.len() {
            self.subtract_from::<T, NARROW>(array, factors, rows, count, row, at);
            at += NARROW * width;
        }
        while at + width <= row.len() {
            self.subtract_from::<T, 1>(array, factors, rows, count, row, at);
            at += width;
        }
        if at < row.len() {
            let rest = Vector::new(self.simd, T::load_part(self.simd, &row[at..]));
            for index in 0..count {
                let factor = self.element(array, factors.at(index));
                let y = &mut array[rows.at(index) * self.count + at..][..row.len() - at];
                let difference = factor.neg_mul_add(rest, Vector::new(self.simd, T::load_part(self.simd, y)));
                T::store_part(self.simd, y, difference.register());
            }
        }
    }

    /// [`Self::subtract_multiples`] for `U` registers of the row from number `at` on.
    #[inline(always)]
    fn subtract_from<T: Real, const U: usize>(
        self,
        array: &mut [T],
        factors: Steps,
        rows: Steps,
        count: usize,
        row: &[T],
        at: usize,
    ) {
        let size = U * T::lanes::<S>();
        let x = Vector::<S, T, U>::load(self.simd, T::as_registers::<S>(&row[at..][..size]).0);
        for index in 0..count {
            let factor = wide(self.element(array, factors.at(index)));
            let y = T::as_registers_mut::<S>(&mut array[rows.at(index) * self.count + at..][..size]).0;
            factor.neg_mul_add(x, Vector::load(self.simd, y)).store(y);
        }
    }

    /// Multiplies a row.
    #[inline(always)]
    pub fn scale<T: Real>(self, row: &mut [T], factor: Vector<S, T>) {
        let (whole, rest) = T::as_registers_mut::<S>(row);
        for x in &mut *whole {
            *x = (Vector::new(self.simd, *x) * factor).register();
        }
        if !rest.is_empty() {
            let x = Vector::new(self.simd, T::load_part(self.simd, rest));
            T::store_part(self.simd, rest, (x * factor).register());
        }
    }
}

/// The same register `U` times.
#[inline(always)]
fn wide<S: Simd, T: Real, const U: usize>(x: Vector<S, T>) -> Vector<S, T, U> {
    Vector::from_registers(x.simd(), [x.register(); U])
}

/// sum + factor · x, or sum - factor · x, rounded once.
#[inline(always)]
fn multiply_add<S: Simd, T: Real, const U: usize, const SUBTRACT: bool>(
    factor: Vector<S, T>,
    x: Vector<S, T, U>,
    sum: Vector<S, T, U>,
) -> Vector<S, T, U> {
    if SUBTRACT { wide(factor).neg_mul_add(x, sum) } else { wide(factor).mul_add(x, sum) }
}
