//! The dense form: one trial's matrices as they are, vectorised along their rows.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::chain::Chain;
use super::pack::{Matrix, pack_panel, pack_tiles};
use super::panel::{Elements, ROWS, Tiles, registers};
use super::{Input, PIECE, Products, Shape, Start};
use crate::{Buffer, Isa, Real, Vector};

/// Rows of C that a panel of B is used for before the next one: as much of A as half the second-level cache holds.
const HEIGHT: usize = 171 * ROWS;
/// Rows for which a panel of B is worth a copy.
const WORTH_COPYING: usize = 48;
/// Bytes from a row to the next up to which a matrix is read where it stands: with larger ones its rows collide in the
/// first-level cache, or are a page each.
const NEAR: usize = 1 << 10;
/// Columns for which a transposed A is worth a copy.
const WIDE: usize = 64;

/// Products of one trial at a time, for networks whose blocks of interleaved trials would not fit the caches.
///
/// Arrays have one lane, so that inputs which trials share and inputs of their own are the same thing. Every element of
/// a product is the same chain of fused multiply-adds as in the population form, and has the same bits.
pub(super) struct Dense<T> {
    isa: Isa,
    packed: Packed<T>,
}

/// Copies of what the inner loop reads, in the order in which it does.
#[derive(Default)]
struct Packed<T> {
    /// Some terms of a panel of B: `[term][column]`, padded to whole registers.
    b: Buffer<T>,
    /// Some rows and terms of A: `[tile][term][row]`.
    a: Buffer<T>,
    /// The bias, padded to whole registers.
    bias: Buffer<T>,
}

impl<T: Real> From<Isa> for Dense<T> {
    fn from(isa: Isa) -> Self {
        Self { isa, packed: Packed::default() }
    }
}

impl<T: Real> Products<T> for Dense<T> {
    fn forward(&mut self, shape: Shape, weights: &[T], bias: Option<&[T]>, inputs: Input<'_, T>, outputs: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(weights.len() == units * width && outputs.len() == units * examples);
        assert!(bias.is_none_or(|bias| bias.len() == units));
        self.isa.dispatch(Contraction {
            packed: &mut self.packed,
            size: [examples, units, width],
            a: Matrix { elements: rows(inputs, examples * width), stride: width, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: true },
            c: outputs,
            start: Start::Zero,
            bias,
        });
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
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(examples <= PIECE, "a chain takes at most {PIECE} examples");
        assert!(weights.len() == units * width && output_gradient.len() == units * examples);
        if let Some(sums) = bias {
            assert_eq!(sums.len(), units);
            self.isa.dispatch(ColumnSums { rows: output_gradient, sums, start });
        }
        self.isa.dispatch(Contraction {
            packed: &mut self.packed,
            size: [units, width, examples],
            a: Matrix { elements: output_gradient, stride: units, transposed: true },
            b: Matrix { elements: rows(inputs, examples * width), stride: width, transposed: false },
            c: weights,
            start,
            bias: None,
        });
    }

    fn input_gradient(&mut self, shape: Shape, weights: &[T], output_gradient: &[T], input_gradient: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(weights.len() == units * width && output_gradient.len() == units * examples);
        assert_eq!(input_gradient.len(), width * examples);
        self.isa.dispatch(Contraction {
            packed: &mut self.packed,
            size: [examples, width, units],
            a: Matrix { elements: output_gradient, stride: units, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: false },
            c: input_gradient,
            start: Start::Zero,
            bias: None,
        });
    }
}

/// With one lane, shared numbers and numbers per lane are the same.
#[track_caller]
fn rows<T>(inputs: Input<'_, T>, len: usize) -> &[T] {
    let (Input::Shared(rows) | Input::PerLane(rows)) = inputs;
    assert_eq!(rows.len(), len, "inputs");
    rows
}

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[k\]\[n\].
struct Contraction<'a, T> {
    packed: &'a mut Packed<T>,
    /// m, n and k.
    size: [usize; 3],
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: &'a mut [T],
    start: Start,
    /// `[n]`
    bias: Option<&'a [T]>,
}

impl<T: Real> WithSimd for Contraction<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [rows, _, depth] = self.size;
        if let Some(bias) = self.bias {
            let padded = self.packed.bias.at_least(bias.len() + registers::<S>() * T::lanes::<S>());
            padded[..bias.len()].copy_from_slice(bias);
        }
        for first in (0..depth.max(1)).step_by(PIECE) {
            let terms = first..depth.min(first + PIECE);
            let chain = match first {
                0 if self.start == Start::Zero => Chain::New,
                0 => Chain::Continued,
                _ => Chain::Added,
            };
            let blocks = rows.div_ceil(HEIGHT);
            for block in 0..blocks {
                self.block(simd, share(rows, blocks, block), terms.clone(), chain);
            }
        }
    }
}

/// Part `index` of `count` nearly equal parts of `0..total`.
#[inline(always)]
fn share(total: usize, count: usize, index: usize) -> Range<usize> {
    // Small products are as quick as a few divisions.
    if count == 1 {
        return 0..total;
    }
    total * index / count..total * (index + 1) / count
}

impl<T: Real> Contraction<'_, T> {
    /// Adds some terms to some rows of C.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, rows: Range<usize>, terms: Range<usize>, chain: Chain) {
        let [_, columns, depth] = self.size;
        let (lanes, height) = (T::lanes::<S>(), rows.len());
        // Tiles as equal as can be: `high` of them have `most` rows, the others one less.
        let tiles = height.div_ceil(ROWS);
        let most = if tiles == 1 { height } else { height.div_ceil(tiles) };
        let high = height - (most - 1) * tiles;
        let middle = rows.start + high * most;
        let parts = [(rows.start..middle, most, high), (middle..rows.end, most - 1, tiles - high)];
        let copies_a = self.a.transposed && columns >= WIDE && self.a.stride * size_of::<T>() > NEAR;
        if copies_a {
            let packed = self.packed.a.at_least(height * terms.len());
            let (upper, lower) = packed.split_at_mut(high * most * terms.len());
            pack_tiles(upper, self.a, parts[0].0.clone(), terms.clone(), most);
            pack_tiles(lower, self.a, parts[1].0.clone(), terms.clone(), (most - 1).max(1));
        }
        let all = columns.div_ceil(lanes);
        let panels = all.div_ceil(registers::<S>());
        for panel in 0..panels {
            let Range { start: left, end } = share(all, panels, panel);
            let (left, right) = (left * lanes, columns.min(end * lanes));
            let whole = (right - left).is_multiple_of(lanes);
            let near = height < WORTH_COPYING || self.b.stride * size_of::<T>() <= NEAR;
            let (b, b_stride) = if !self.b.transposed && whole && near {
                (self.b.elements[terms.start * self.b.stride + left..].as_ptr(), self.b.stride)
            } else {
                let width = (right - left).next_multiple_of(lanes);
                let packed = self.packed.b.at_least(width * terms.len());
                pack_panel(simd, packed, self.b, terms.clone(), left..right, width);
                (packed.as_ptr(), width)
            };
            let mut done = 0;
            for (rows, height, count) in parts.clone() {
                if count == 0 {
                    continue;
                }
                let tiles = Tiles {
                    simd,
                    rows: height,
                    count,
                    depth: terms.len(),
                    a: self.elements(rows.start, terms.clone(), height, copies_a.then_some(done)),
                    b,
                    b_stride,
                    c: self.c[rows.start * columns + left..].as_mut_ptr(),
                    c_stride: columns,
                    columns: right - left,
                    chain,
                    bias: (self.bias.is_some() && terms.end == depth).then(|| self.packed.bias[left..].as_ptr()),
                };
                done += rows.len() * terms.len();
                // SAFETY: rows, columns and terms are those of the matrices, whose sizes the caller has checked.
                unsafe { tiles.run() };
            }
        }
    }

    /// A from a row on, in tiles of `height` rows, whose copy starts at `copy`, if there is one.
    #[inline(always)]
    fn elements(&self, row: usize, terms: Range<usize>, height: usize, copy: Option<usize>) -> Elements<T> {
        let Matrix { elements, stride, transposed } = self.a;
        if let Some(start) = copy {
            let start = self.packed.a[start..].as_ptr();
            return Elements { start, along_terms: false, stride: height, tile: height * terms.len() };
        }
        if transposed {
            let start = elements[terms.start * stride + row..].as_ptr();
            return Elements { start, along_terms: false, stride, tile: height };
        }
        let start = elements[row * stride + terms.start..].as_ptr();
        Elements { start, along_terms: true, stride, tile: height * stride }
    }
}

/// The sums of columns, each in the order of the rows: the gradient of a bias.
struct ColumnSums<'a, T> {
    /// `[row][column]`
    rows: &'a [T],
    sums: &'a mut [T],
    start: Start,
}

impl<T: Real> WithSimd for ColumnSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.start == Start::Zero {
            self.sums.fill(T::default());
        }
        let lanes = T::lanes::<S>();
        let columns = self.sums.len();
        for (part, first) in self.sums.chunks_mut(lanes).zip((0..columns).step_by(lanes)) {
            let mut sum = Vector::<S, T>::new(simd, T::load_part(simd, part));
            for row in self.rows.chunks_exact(columns) {
                sum = sum + Vector::new(simd, T::load_part(simd, &row[first..][..part.len()]));
            }
            T::store_part(simd, part, sum.register());
        }
    }
}
