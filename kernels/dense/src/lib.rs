//! The dense form: one trial's matrices as they are, vectorised along their rows.

#[cfg(target_arch = "x86_64")]
use std::any::Any;
mod pack;
mod panel;
mod tiling;
mod turn;

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::Table;
use thalweg_numerics::{Buffer, Isa, Real, Vector, has_masked_moves};

use pack::{Matrix, pack_panel, pack_tiles};
use panel::{Elements, Order, Tiles, most_rows, registers};
use thalweg_products::chain::Chain;
use thalweg_products::finish::Epilogue;
use thalweg_products::{Constructor, Finish, Input, PIECE, Products, Shape, Start};
use tiling::share;
use turn::turns;

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
struct Dense<S, T> {
    simd: S,
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

/// Products of one trial at a time, for networks whose blocks of interleaved trials would not fit the caches: arrays have
/// one lane, so that inputs which trials share and inputs of their own are the same thing.
pub fn dense<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    DENSE.get::<T>()(isa)
}

/// Behind pointers, so that these kernels are compiled once and not again in every crate that is generic over the
/// precision.
static DENSE: Table<Constructor> = Table { f32: boxed, f64: boxed };

/// What computes the products. For small ones setup dominates, so that the instruction set is chosen once, here.
fn boxed<T: Real>(isa: Isa) -> Box<dyn Products<T> + Send> {
    struct Boxed<T>(PhantomData<T>);
    impl<T: Real> WithSimd for Boxed<T> {
        type Output = Box<dyn Products<T> + Send>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            Box::new(Dense { simd, packed: Packed::<T>::default() })
        }
    }
    isa.dispatch(Boxed(PhantomData))
}

impl<S: Simd, T: Real> Products<T> for Dense<S, T> {
    fn forward(&mut self, shape: Shape, weights: &[T], finish: Finish<'_, T>, inputs: Input<'_, T>, outputs: &mut [T]) {
        let Shape { outputs: units, inputs: width, examples } = shape;
        assert!(weights.len() == units * width && outputs.len() == units * examples);
        assert!(finish.bias.is_none_or(|bias| bias.len() == units));
        Contraction {
            simd: self.simd,
            packed: &mut self.packed,
            size: [examples, units, width],
            a: Matrix { elements: rows(inputs, examples * width), stride: width, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: true },
            c: outputs,
            start: Start::Zero,
            epilogue: finish.into(),
        }
        .run();
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
            self.simd.vectorize(ColumnSums { simd: self.simd, rows: output_gradient, sums, start });
        }
        Contraction {
            simd: self.simd,
            packed: &mut self.packed,
            size: [units, width, examples],
            a: Matrix { elements: output_gradient, stride: units, transposed: true },
            b: Matrix { elements: rows(inputs, examples * width), stride: width, transposed: false },
            c: weights,
            start,
            epilogue: Epilogue::NONE,
        }
        .run();
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
        Contraction {
            simd: self.simd,
            packed: &mut self.packed,
            size: [examples, width, units],
            a: Matrix { elements: output_gradient, stride: units, transposed: false },
            b: Matrix { elements: weights, stride: width, transposed: false },
            c: input_gradient,
            start: Start::Zero,
            epilogue: Epilogue { rectified, ..Epilogue::NONE },
        }
        .run();
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
struct Contraction<'a, S, T> {
    simd: S,
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

/// What a panel of B adds to C.
struct Part {
    rows: Range<usize>,
    columns: Range<usize>,
    terms: Range<usize>,
    chain: Chain,
    b: Source,
    /// Rows of a tile at most.
    most: usize,
    /// Whether these rows and terms of A are copied, into tiles of so many.
    copied: bool,
}

/// Where a panel of B is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Where it stands.
    InPlace,
    /// In a copy, that the first rows make on the way.
    Turned,
    /// In a copy.
    Copied,
}

impl<S: Simd, T: Real> Contraction<'_, S, T> {
    /// Computes C.
    #[inline(always)]
    fn run(mut self) {
        let [rows, columns, depth] = self.size;
        let narrow = columns <= registers::<S>() * T::lanes::<S>() && (1..=HEIGHT).contains(&rows) && depth <= PIECE;
        if !narrow || self.source(rows, columns) == Source::Copied || self.is_worth_copying_a() {
            return self.simd.vectorize(Blocks(self));
        }
        // Small products are as quick as the way to their tiles.
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = self.half_registers() {
            let whole = columns - T::lanes::<S>() / 2;
            if whole > 0 {
                self.only_panel(0..whole);
            }
            let Self { packed, size, a, b, c, start, epilogue, .. } = self;
            return Contraction { simd, packed, size, a, b, c, start, epilogue }.only_panel(whole..columns);
        }
        self.only_panel(0..columns);
    }

    /// The instruction set whose registers are half as large, where half of the last register of columns would be empty.
    /// Its multiply-adds of half a register take half the time.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn half_registers(&self) -> Option<pulp::x86::V3> {
        let lanes = T::lanes::<S>();
        let simd: &dyn Any = &self.simd;
        let v4 = simd.downcast_ref::<pulp::x86::V4>()?;
        (self.size[1] % lanes == lanes / 2).then(|| **v4)
    }

    /// Computes some columns of C, a panel's at most, of few rows and terms.
    #[inline(always)]
    fn only_panel(&mut self, columns: Range<usize>) {
        let [rows, _, depth] = self.size;
        let chain = if self.start == Start::Zero { Chain::New } else { Chain::Continued };
        let b = if self.b.transposed { Source::Turned } else { Source::InPlace };
        let most = most_rows::<S>(columns.len().div_ceil(T::lanes::<S>()));
        self.panel(Part { rows: 0..rows, columns, terms: 0..depth, chain, b, most, copied: false });
    }

    /// Adds some terms to some rows and columns of C, which are a panel's.
    #[inline(always)]
    fn panel(&mut self, part: Part) {
        let Part { rows, columns, terms, chain, b, most, copied } = part;
        let [_, units, depth] = self.size;
        let start = if self.b.transposed { [columns.start, terms.start] } else { [terms.start, columns.start] };
        let from = self.b.elements.as_ptr().wrapping_add(start[0] * self.b.stride + start[1]);
        let mut tiles = Tiles {
            simd: self.simd,
            depth: terms.len(),
            a_stride: 0,
            a_step: 0,
            b: from,
            b_stride: self.b.stride,
            c_stride: units,
            columns: columns.len(),
            chain,
            epilogue: Epilogue::NONE,
        };
        if terms.end == depth {
            let from = |array: &[T], start| NonNull::from(&array[start..]).cast();
            let Epilogue { bias, relu, rectified } = self.epilogue;
            tiles.epilogue = Epilogue {
                bias: bias.map(|bias| from(bias, columns.start)),
                relu,
                rectified: rectified.map(|values| from(values, rows.start * units + columns.start)),
            };
        }
        let mut a = if copied { self.copy_of_a(&terms) } else { self.a_from(rows.start, terms.start) };
        let mut c = self.c.as_mut_ptr().wrapping_add(rows.start * units + columns.start);
        let mut rows = rows.len();
        if b != Source::InPlace {
            let width = columns.len().next_multiple_of(T::lanes::<S>());
            let packed = self.packed.b.at_least(width * terms.len());
            (tiles.b, tiles.b_stride) = (packed.as_ptr(), width);
            if b == Source::Turned {
                let turned = rows.min(turn::ROWS);
                // SAFETY: as below; the copy has place for all terms.
                unsafe { turn::first_rows(tiles, a, c, turned, packed.as_mut_ptr(), from, self.b.stride) };
                a.start = a.start.wrapping_add(turned * a.per_row);
                c = c.wrapping_add(turned * units);
                rows -= turned;
            } else {
                pack_panel(self.simd, packed, self.b, terms, columns, width);
            }
        }
        // SAFETY: rows, columns and terms are those of the matrices, whose sizes the caller has checked.
        unsafe { tiles.cover(a, c, rows, most) };
    }

    /// A from a row and a term on, where it stands.
    #[inline(always)]
    fn a_from(&self, row: usize, term: usize) -> Elements<T> {
        let Matrix { elements, stride, transposed } = self.a;
        let (at, order, per_row) = if transposed {
            (term * stride + row, Order::Rows, 1)
        } else {
            (row * stride + term, Order::Terms, stride)
        };
        Elements { start: elements.as_ptr().wrapping_add(at), order, stride, per_row }
    }

    /// The copy of some rows and these terms of A.
    #[inline(always)]
    fn copy_of_a(&self, terms: &Range<usize>) -> Elements<T> {
        Elements { start: self.packed.a.as_ptr(), order: Order::Tiles, stride: 0, per_row: terms.len() }
    }

    /// Where so many columns of B are read for so many rows of C.
    #[inline(always)]
    fn source(&self, rows: usize, columns: usize) -> Source {
        if self.b.transposed {
            return if turns::<S>() { Source::Turned } else { Source::Copied };
        }
        let near = rows < WORTH_COPYING || self.b.stride * size_of::<T>() <= NEAR;
        let readable = has_masked_moves::<S>() || columns.is_multiple_of(T::lanes::<S>());
        if near && readable { Source::InPlace } else { Source::Copied }
    }

    /// Whether a copy of A pays.
    #[inline(always)]
    fn is_worth_copying_a(&self) -> bool {
        self.a.transposed && self.size[1] >= WIDE && self.a.stride * size_of::<T>() > NEAR
    }
}

/// A product of which small parts go through the caches one after the other.
struct Blocks<'a, S, T>(Contraction<'a, S, T>);

impl<S: Simd, T: Real> WithSimd for Blocks<'_, S, T> {
    type Output = ();

    /// What is handed in is not always the width that was asked for.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let Self(mut contraction) = self;
        let [rows, _, depth] = contraction.size;
        for first in (0..depth.max(1)).step_by(PIECE) {
            let terms = first..depth.min(first + PIECE);
            let chain = match first {
                0 if contraction.start == Start::Zero => Chain::New,
                0 => Chain::Continued,
                _ => Chain::Added,
            };
            let blocks = rows.div_ceil(HEIGHT);
            for block in 0..blocks {
                contraction.block(share(rows, blocks, block), &terms, chain);
            }
        }
    }
}

impl<S: Simd, T: Real> Contraction<'_, S, T> {
    /// Adds some terms to some rows of C.
    #[inline(always)]
    fn block(&mut self, rows: Range<usize>, terms: &Range<usize>, chain: Chain) {
        let (lanes, columns) = (T::lanes::<S>(), self.size[1]);
        let all = columns.div_ceil(lanes);
        let panels = all.div_ceil(registers::<S>());
        let most = most_rows::<S>(if panels == 0 { 0 } else { all.div_ceil(panels) });
        let copied = self.is_worth_copying_a();
        if copied {
            let packed = self.packed.a.at_least(rows.len() * terms.len());
            pack_tiles(packed, self.a, rows.clone(), terms.clone(), most);
        }
        for panel in 0..panels {
            let Range { start, end } = share(all, panels, panel);
            let columns = start * lanes..columns.min(end * lanes);
            let b = self.source(rows.len(), columns.len());
            self.panel(Part { rows: rows.clone(), columns, terms: terms.clone(), chain, b, most, copied });
        }
    }
}

/// The sums of columns, each in the order of the rows: the gradient of a bias.
struct ColumnSums<'a, S, T> {
    simd: S,
    /// `[row][column]`
    rows: &'a [T],
    sums: &'a mut [T],
    start: Start,
}

impl<S: Simd, T: Real> WithSimd for ColumnSums<'_, S, T> {
    type Output = ();

    /// What is handed in is not always the width that was asked for.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let simd = self.simd;
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
