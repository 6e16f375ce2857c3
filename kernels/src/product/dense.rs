//! The dense form: one trial's matrices as they are, vectorised along their rows.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::panel::{Chain, Elements, Panel, REGISTERS, ROWS, Run};
use super::{Input, PIECE, Products, Shape, Start};
use crate::{Buffer, Isa, Real, Vector};

/// Terms of a reduction that a pass over C takes at most: a panel of B then fills half the first-level cache.
const DEPTH: usize = PIECE / 2;
/// Rows of C that a pass over B takes at most: as much of A as half the second-level cache holds.
const HEIGHT: usize = 40 * ROWS;

/// Products of one trial at a time, for networks whose blocks of interleaved trials would not fit the caches.
///
/// Arrays have one lane, so that inputs which trials share and inputs of their own are the same thing. Every element of
/// a product is the same chain of fused multiply-adds as in the population form, and has the same bits.
pub struct Dense<T> {
    isa: Isa,
    packed: Packed<T>,
}

/// Copies of what the inner loop reads, in the order in which it does.
#[derive(Default)]
struct Packed<T> {
    /// Some terms of B: `[panel][term][column]`, padded to whole registers.
    b: Buffer<T>,
    /// Some rows and terms of A: `[tile][term][row]`.
    a: Buffer<T>,
    /// The bias, padded to whole registers.
    bias: Buffer<T>,
}

/// A matrix in memory, row after row.
#[derive(Clone, Copy)]
struct Matrix<'a, T> {
    elements: &'a [T],
    /// Numbers from a row to the next.
    stride: usize,
    /// Whether its transpose is meant.
    transposed: bool,
}

impl<T: Real> Dense<T> {
    /// Products on an instruction set.
    pub fn new(isa: Isa) -> Self {
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
        let width = REGISTERS * T::lanes::<S>();
        if let Some(bias) = self.bias {
            let padded = self.packed.bias.at_least(bias.len().next_multiple_of(width));
            padded[..bias.len()].copy_from_slice(bias);
        }
        let depth = self.size[2];
        for piece in (0..depth.max(1)).step_by(PIECE) {
            let end = depth.min(piece + PIECE);
            // The chain of a later piece must not be cut: C holds the sum of those before it.
            let step = if piece == 0 { DEPTH } else { PIECE };
            for begin in (piece..end.max(1)).step_by(step) {
                let chain = match (piece, begin) {
                    (0, 0) if self.start == Start::Zero => Chain::New,
                    (0, _) => Chain::Continued,
                    _ => Chain::Added,
                };
                self.pass(simd, begin..end.min(begin + step), chain);
            }
        }
    }
}

impl<T: Real> Contraction<'_, T> {
    /// Adds some terms to all of C.
    #[inline(always)]
    fn pass<S: Simd>(&mut self, simd: S, terms: Range<usize>, chain: Chain) {
        let [rows, columns, depth] = self.size;
        let width = REGISTERS * T::lanes::<S>();
        let b = self.packed.b.at_least(terms.len() * columns.next_multiple_of(width));
        pack_panels(b, self.b, columns, terms.clone(), width, T::lanes::<S>());
        for top in (0..rows).step_by(HEIGHT) {
            let height = HEIGHT.min(rows - top);
            let a = if self.a.transposed {
                let packed = self.packed.a.at_least(terms.len() * height.next_multiple_of(ROWS));
                pack_tiles(packed, self.a, top..top + height, terms.clone());
                Elements::Tiles(packed.as_ptr())
            } else {
                let start = self.a.elements[top * self.a.stride + terms.start..].as_ptr();
                Elements::Rows { start, stride: self.a.stride }
            };
            for left in (0..columns).step_by(width) {
                let panel = Panel::<S, T> {
                    simd,
                    rows: height,
                    depth: terms.len(),
                    a,
                    b: self.packed.b[left * terms.len()..].as_ptr().cast(),
                    c: self.c[top * columns + left..].as_mut_ptr(),
                    c_stride: columns,
                    columns: width.min(columns - left),
                    chain,
                    bias: (self.bias.is_some() && terms.end == depth).then(|| self.packed.bias[left..].as_ptr().cast()),
                };
                simd.vectorize(Run(&panel));
            }
        }
    }
}

/// Copies some terms of B into panels of `width` columns; the last one, if one register holds it, is so wide. What pads
/// it is left as it is: no column that exists depends on it.
#[inline(always)]
fn pack_panels<T: Real>(
    packed: &mut [T],
    b: Matrix<'_, T>,
    columns: usize,
    terms: Range<usize>,
    width: usize,
    lanes: usize,
) {
    for left in (0..columns).step_by(width) {
        let here = width.min(columns - left);
        let padded = if here > lanes { width } else { lanes };
        let panel = packed[left * terms.len()..][..padded * terms.len()].chunks_exact_mut(padded);
        if b.transposed {
            let sources = &b.elements[left * b.stride..];
            for (row, term) in panel.zip(terms.clone()) {
                for (j, x) in row[..here].iter_mut().enumerate() {
                    *x = sources[j * b.stride + term];
                }
            }
        } else {
            for (row, term) in panel.zip(terms.clone()) {
                copy(row, &b.elements[term * b.stride + left..], here, width);
            }
        }
    }
}

/// Copies some rows and terms of A, which is stored transposed, into tiles.
#[inline(always)]
fn pack_tiles<T: Real>(packed: &mut [T], a: Matrix<'_, T>, rows: Range<usize>, terms: Range<usize>) {
    let tiles = packed.chunks_exact_mut(ROWS * terms.len().max(1));
    for (tile, top) in tiles.zip(rows.clone().step_by(ROWS)) {
        let here = ROWS.min(rows.end - top);
        for (column, term) in tile.chunks_exact_mut(ROWS).zip(terms.clone()) {
            copy(column, &a.elements[term * a.stride + top..], here, ROWS);
        }
    }
}

/// Copies the first `count` numbers, which usually are the `full` many that the compiler knows of and unrolls.
#[inline(always)]
fn copy<T: Copy>(to: &mut [T], from: &[T], count: usize, full: usize) {
    if count == full {
        to[..full].copy_from_slice(&from[..full]);
    } else {
        to[..count].iter_mut().zip(from).for_each(|(to, from)| *to = *from);
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
