//! The dense form: one trial's matrices as they are, vectorised along their rows.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::chain::Chain;
use super::finish::Epilogue;
use super::pack::{Matrix, pack_panel, pack_tiles};
use super::panel::{Elements, Tiles, most_rows, registers};
use super::turn::{self, Turning, turns};
use super::{Finish, Input, PIECE, Products, Shape, Start};
use crate::real::has_masked_moves;
use crate::{Buffer, Isa, Real, Vector};

/// Rows of C that a panel of B is used for before the next one: as much of A as half the second-level cache holds.
const HEIGHT: usize = 1026;
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
}

impl<T: Real> From<Isa> for Dense<T> {
    fn from(isa: Isa) -> Self {
        Self { isa, packed: Packed::default() }
    }
}

impl<T: Real> Products<T> for Dense<T> {
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(weights.len() == units * width && outputs.len() == units * examples);
        assert!(finish.bias.is_none_or(|bias| bias.len() == units));
        self.isa.dispatch(Contraction {
            packed: &mut self.packed,
            size: [examples, units, width],
            a: Matrix { elements: rows(inputs, examples * width), stride: width, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: true },
            c: outputs,
            start: Start::Zero,
            epilogue: finish.into(),
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
            epilogue: Epilogue::NONE,
        });
    }

    fn input_gradient(
        &mut self,
        shape: Shape,
        weights: &[T],
        output_gradient: &[T],
        rectified: Option<&[T]>,
        input_gradient: &mut [T],
    ) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(weights.len() == units * width && output_gradient.len() == units * examples);
        assert_eq!(input_gradient.len(), width * examples);
        assert!(rectified.is_none_or(|rectified| rectified.len() == input_gradient.len()));
        self.isa.dispatch(Contraction {
            packed: &mut self.packed,
            size: [examples, width, units],
            a: Matrix { elements: output_gradient, stride: units, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: false },
            c: input_gradient,
            start: Start::Zero,
            epilogue: Epilogue { rectified, ..Epilogue::NONE },
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
    /// Its units are the columns.
    epilogue: Epilogue<&'a [T]>,
}

impl<T: Real> WithSimd for Contraction<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [rows, _, depth] = self.size;
        if self.is_one_tile::<S>() {
            return self.one_tile(simd);
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

/// Rows in tiles as equal as can be: some of so many rows, and some of one row less.
#[derive(Clone, Debug)]
struct Tiling([Course; 2]);

/// Some tiles of the same height, one below the other.
#[derive(Clone, Debug)]
struct Course {
    top: usize,
    height: usize,
    count: usize,
}

impl Tiling {
    /// Tiles of at most `most` rows.
    #[inline(always)]
    fn new(rows: Range<usize>, most: usize) -> Self {
        let (top, total) = (rows.start, rows.len());
        let tiles = if total <= most { 1 } else { total.div_ceil(most) };
        let height = if tiles == 1 { total } else { total.div_ceil(tiles) };
        if total == 0 {
            return Self([Course { top, height: 0, count: 0 }, Course { top, height: 0, count: 0 }]);
        }
        let count = total - (height - 1) * tiles;
        Self([
            Course { top, height, count },
            Course { top: top + height * count, height: height - 1, count: tiles - count },
        ])
    }
}

impl<T: Real> Contraction<'_, T> {
    /// Whether a single tile, of matrices as they stand, is all there is to do.
    #[inline(always)]
    fn is_one_tile<S: Simd>(&self) -> bool {
        let ([rows, columns, depth], lanes) = (self.size, T::lanes::<S>());
        let readable = !self.b.transposed && (has_masked_moves::<S>() || columns.is_multiple_of(lanes));
        let fits = (1..=registers::<S>() * lanes).contains(&columns)
            && (1..=most_rows::<S>(columns.div_ceil(lanes))).contains(&rows);
        readable && fits && depth <= PIECE
    }

    /// All of C, if it is one tile: small products are as quick as the arithmetic about tiles.
    #[inline(always)]
    fn one_tile<S: Simd>(&mut self, simd: S) {
        let [rows, columns, depth] = self.size;
        let tile = Tiles {
            simd,
            rows,
            count: 1,
            depth,
            a: self.elements(0, &(0..depth), rows, None),
            b: self.b.elements.as_ptr(),
            b_stride: self.b.stride,
            padded: false,
            c: self.c.as_mut_ptr(),
            c_stride: columns,
            columns,
            chain: if self.start == Start::Zero { Chain::New } else { Chain::Continued },
            epilogue: self.epilogue.map(<[T]>::as_ptr),
        };
        // SAFETY: rows, columns and terms are those of the matrices, whose sizes the caller has checked.
        unsafe { tile.run() };
    }

    /// Adds some terms to some rows of C.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, rows: Range<usize>, terms: Range<usize>, chain: Chain) {
        let (lanes, columns) = (T::lanes::<S>(), self.size[1]);
        let all = columns.div_ceil(lanes);
        let panels = all.div_ceil(registers::<S>());
        let widest = if panels == 1 { all } else { all.div_ceil(panels) };
        let copy = self.copy_a(&rows, &terms, most_rows::<S>(widest));
        for panel in 0..panels {
            let Range { start: left, end } = share(all, panels, panel);
            let columns = left * lanes..columns.min(end * lanes);
            let near = rows.len() < WORTH_COPYING || self.b.stride * size_of::<T>() <= NEAR;
            let readable = has_masked_moves::<S>() || columns.len().is_multiple_of(lanes);
            let width = (end - left) * lanes;
            let mut tiles = Tiles {
                simd,
                rows: 0,
                count: 0,
                depth: terms.len(),
                a: self.elements(rows.start, &terms, 0, None),
                b: self.packed.b.as_ptr(),
                b_stride: width,
                padded: true,
                c: self.c.as_mut_ptr(),
                c_stride: self.size[1],
                columns: columns.len(),
                chain,
                epilogue: Epilogue::NONE,
            };
            let last = terms.end == self.size[2];
            let epilogue = if last { self.epilogue } else { Epilogue::NONE };
            tiles.epilogue = epilogue.map(|array| array[columns.start..].as_ptr());
            let mut rest = rows.clone();
            if self.b.transposed && turns::<S>() {
                rest.start += self.turn(tiles, &rows, columns.clone(), &terms);
            } else if !self.b.transposed && readable && near {
                (tiles.b, tiles.b_stride) =
                    (self.b.elements[terms.start * self.b.stride + columns.start..].as_ptr(), self.b.stride);
                tiles.padded = false;
            } else {
                let packed = self.packed.b.at_least(width * terms.len());
                pack_panel(simd, packed, self.b, terms.clone(), columns.clone(), width);
            }
            tiles.b = if tiles.padded { self.packed.b.as_ptr() } else { tiles.b };
            let tiling = Tiling::new(rest, most_rows::<S>(widest));
            for Course { top, height, count } in tiling.0 {
                if count > 0 {
                    let start = top * tiles.c_stride + columns.start;
                    tiles.c = self.c[start..].as_mut_ptr();
                    tiles.epilogue.rectified = epilogue.rectified.map(|values| values[start..].as_ptr());
                    let copied = copy.then(|| (top - rows.start) * terms.len());
                    let a = self.elements(top, &terms, height, copied);
                    // SAFETY: rows, columns and terms are those of the matrices, whose sizes the caller has checked.
                    unsafe { Tiles { rows: height, count, a, ..tiles }.run() };
                }
            }
        }
    }

    /// Computes the first rows of a panel of C while turning B into its copy; returns how many.
    #[inline(always)]
    fn turn<S: Simd>(
        &mut self,
        tiles: Tiles<S, T>,
        rows: &Range<usize>,
        columns: Range<usize>,
        terms: &Range<usize>,
    ) -> usize {
        let lanes = T::lanes::<S>();
        let height = rows.len().min(turn::ROWS);
        let a = self.elements(rows.start, terms, height, None);
        let packed = self.packed.b.at_least(tiles.b_stride * terms.len());
        for first in columns.clone().step_by(lanes) {
            let to = packed[first - columns.start..].as_mut_ptr();
            let turning = Turning {
                tile: Tiles {
                    rows: height,
                    count: 1,
                    a,
                    c: self.c[rows.start * tiles.c_stride + first..].as_mut_ptr(),
                    columns: lanes.min(columns.end - first),
                    epilogue: tiles.epilogue.map(|array| array.wrapping_add(first - columns.start)),
                    ..tiles
                },
                to,
                from: self.b.elements[first * self.b.stride + terms.start..].as_ptr(),
                stride: self.b.stride,
            };
            // SAFETY: as for other tiles; the copy has place for all terms.
            unsafe { turning.run() };
        }
        height
    }

    /// Copies some rows and terms of A into tiles, if that is worth it.
    #[inline(always)]
    fn copy_a(&mut self, rows: &Range<usize>, terms: &Range<usize>, most: usize) -> bool {
        let worth = self.a.transposed && self.size[1] >= WIDE && self.a.stride * size_of::<T>() > NEAR;
        if worth {
            let mut packed = self.packed.a.at_least(rows.len() * terms.len());
            for Course { top, height, count } in Tiling::new(rows.clone(), most).0 {
                let (course, rest) = packed.split_at_mut(height * count * terms.len());
                if count > 0 {
                    pack_tiles(course, self.a, top..top + height * count, terms.clone(), height);
                }
                packed = rest;
            }
        }
        worth
    }

    /// A from a row on, in tiles of `height` rows, whose copy starts at `copy`, if there is one.
    #[inline(always)]
    fn elements(&self, row: usize, terms: &Range<usize>, height: usize, copy: Option<usize>) -> Elements<T> {
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
