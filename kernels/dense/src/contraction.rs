//! The product of two matrices: how it is cut into blocks, panels and tiles, and what is copied on the way.

#[cfg(target_arch = "x86_64")]
use std::any::Any;
use std::ops::Range;
use std::ptr::NonNull;

use faer::{MatMut, MatRef};
use pulp::{Simd, WithSimd};
use thalweg_numerics::{Buffer, Real, has_masked_moves};
use thalweg_products::chain::Chain;
use thalweg_products::finish::Epilogue;
use thalweg_products::{Finish, PIECE, Start};

use crate::pack::{Operand, pack_panel, pack_tiles};
use crate::panel::{Elements, Order, Tiles, most_rows, registers};
use crate::tiling::share;
use crate::turn::{self, turns};
use crate::view::is_row_major;

/// Rows of C that a panel of B is used for before the next one: as much of A as half the second-level cache holds.
const HEIGHT: usize = 1026;
/// Rows for which a panel of B is worth a copy.
const WORTH_COPYING: usize = 48;
/// Bytes from a row to the next up to which a matrix is read where it stands: with larger ones its rows collide in the
/// first-level cache, or are a page each.
const NEAR: usize = 1 << 10;
/// Columns for which a transposed A is worth a copy.
const WIDE: usize = 64;

/// Copies of what the inner loop reads, in the order in which it does.
#[derive(Default)]
pub(crate) struct Packed<T> {
    /// Some terms of a panel of B: `[term][column]`, padded to whole registers.
    b: Buffer<T>,
    /// Some rows and terms of A: `[tile][term][row]`.
    a: Buffer<T>,
}

/// C\[m\]\[n\] = Σₖ A\[m\]\[k\] · B\[k\]\[n\].
///
/// The unsafe code below rests on what [`Contraction::new`] asserts: shapes fit each other; of A and of B the rows or the
/// columns are contiguous, the other stride is not negative; C is row-major, and the rectified values stand like it.
pub(crate) struct Contraction<'a, S, T: Real> {
    simd: S,
    packed: &'a mut Packed<T>,
    /// m, n and k.
    size: [usize; 3],
    a: Operand<'a, T>,
    b: Operand<'a, T>,
    c: MatMut<'a, T>,
    follow: Follow<'a, T>,
}

/// Where chains start, and what follows the last term.
#[derive(Clone, Copy)]
pub(crate) struct Follow<'a, T> {
    pub start: Start,
    /// Its units are the columns.
    pub finish: Finish<'a, T>,
    /// Where these are 0 or less, so becomes C.
    pub rectified: Option<MatRef<'a, T>>,
}

impl<T> Follow<'_, T> {
    /// From zero, and nothing follows.
    pub const NOTHING: Self = Self { start: Start::Zero, finish: Finish::NOTHING, rectified: None };
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
    /// Whether these rows and terms of A are copied, into tiles of `most` rows.
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

impl<'a, S: Simd, T: Real> Contraction<'a, S, T> {
    /// A B into C.
    ///
    /// # Panics
    ///
    /// If the matrices are not as the documentation of the type says.
    #[inline(always)]
    pub fn new(
        simd: S,
        packed: &'a mut Packed<T>,
        [a, b]: [MatRef<'a, T>; 2],
        c: MatMut<'a, T>,
        follow: Follow<'a, T>,
    ) -> Self {
        let size @ [rows, columns, depth] = [c.nrows(), c.ncols(), a.ncols()];
        assert!(a.nrows() == rows && b.nrows() == depth && b.ncols() == columns, "the shapes of a product");
        assert!(is_row_major(c.as_ref()), "the layout of a product");
        assert!(follow.finish.bias.is_none_or(|bias| bias.len() == columns), "biases");
        let stands_like_c = |values: MatRef<'_, T>| {
            (values.nrows(), values.ncols()) == (rows, columns)
                && values.col_stride() == 1
                && values.row_stride() == c.row_stride()
        };
        assert!(follow.rectified.is_none_or(stands_like_c), "rectified values");
        Self { simd, packed, size, a: Operand::new(a), b: Operand::new(b), c, follow }
    }

    /// Computes C.
    #[inline(always)]
    pub fn run(mut self) {
        let [rows, columns, depth] = self.size;
        let narrow = columns <= registers::<S>() * T::lanes::<S>() && (1..=HEIGHT).contains(&rows) && depth <= PIECE;
        if !narrow || self.source(rows, columns) == Source::Copied || self.is_worth_copying_a() {
            return self.simd.vectorize(Blocks(self));
        }
        // For small products, setup dominates.
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = self.half_registers() {
            let whole = columns - T::lanes::<S>() / 2;
            if whole > 0 {
                self.only_panel(0..whole);
            }
            let Self { packed, size, a, b, c, follow, .. } = self;
            return Contraction { simd, packed, size, a, b, c, follow }.only_panel(whole..columns);
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
        let chain = if self.follow.start == Start::Zero { Chain::New } else { Chain::Continued };
        let b = if self.b.transposed { Source::Turned } else { Source::InPlace };
        let most = most_rows::<S>(columns.len().div_ceil(T::lanes::<S>()));
        self.panel(Part { rows: 0..rows, columns, terms: 0..depth, chain, b, most, copied: false });
    }

    /// Adds some terms to some rows and columns of C, which are a panel's.
    #[inline(always)]
    fn panel(&mut self, part: Part) {
        let Part { rows, columns, terms, chain, b, most, copied } = part;
        let depth = self.size[2];
        let c_stride = self.c.row_stride() as usize;
        let mut a = if copied { self.copy_of_a(&terms) } else { self.a_from(rows.start, terms.start) };
        let mut c = self.c.ptr_at_mut(rows.start, columns.start);
        let from = self.b.matrix.ptr_at(terms.start, columns.start);
        let mut tiles = Tiles {
            simd: self.simd,
            depth: terms.len(),
            a_stride: 0,
            a_step: 0,
            b: from,
            b_stride: self.b.stride,
            c_stride,
            columns: columns.len(),
            chain,
            epilogue: Epilogue::NONE,
        };
        if terms.end == depth {
            let Follow { finish: Finish { bias, relu }, rectified, .. } = self.follow;
            tiles.epilogue = Epilogue {
                bias: bias.map(|bias| NonNull::from(&bias[columns.start..]).cast()),
                relu,
                rectified: rectified
                    .and_then(|values| NonNull::new(values.ptr_at(rows.start, columns.start).cast_mut())),
            };
        }
        let mut rows = rows.len();
        if b != Source::InPlace {
            let width = columns.len().next_multiple_of(T::lanes::<S>());
            let packed = self.packed.b.at_least(width * terms.len());
            if b == Source::Copied {
                pack_panel(self.simd, packed, self.b, terms, columns, width);
            }
            // One pointer, from which tiles read what is written through it.
            let packed = packed.as_mut_ptr();
            (tiles.b, tiles.b_stride) = (packed, width);
            if const { turns::<S>() } && b == Source::Turned {
                let turned = rows.min(turn::ROWS);
                // SAFETY: as below; the copy has place for all terms.
                unsafe { turn::first_rows(tiles, a, c, turned, packed, from, self.b.stride) };
                a.start = a.start.wrapping_add(turned * a.per_row);
                c = c.wrapping_add(turned * c_stride);
                rows -= turned;
            }
        }
        // SAFETY: rows, columns and terms are those of the matrices, which fit each other.
        unsafe { tiles.cover(a, c, rows, most) };
    }

    /// A from a row and a term on, where it stands.
    #[inline(always)]
    fn a_from(&self, row: usize, term: usize) -> Elements<T> {
        let Operand { matrix, stride, transposed } = self.a;
        let (order, per_row) = if transposed { (Order::Rows, 1) } else { (Order::Terms, stride) };
        Elements { start: matrix.ptr_at(row, term), order, stride, per_row }
    }

    /// The copy of some rows and these terms of A.
    #[inline(always)]
    fn copy_of_a(&self, terms: &Range<usize>) -> Elements<T> {
        Elements { start: self.packed.a.as_ptr(), order: Order::Tiles, stride: 0, per_row: terms.len() }
    }

    /// Where a panel of B is read.
    #[inline(always)]
    fn source(&self, rows: usize, columns: usize) -> Source {
        if self.b.transposed {
            // Tiles that turn B are those of the forward product: rows of A are contiguous, and no gradient is rectified.
            let turned = const { turns::<S>() } && !self.a.transposed && self.follow.rectified.is_none();
            return if turned { Source::Turned } else { Source::Copied };
        }
        let near = rows < WORTH_COPYING || self.b.stride * size_of::<T>() <= NEAR;
        let readable = const { has_masked_moves::<S>() } || columns.is_multiple_of(T::lanes::<S>());
        if near && readable { Source::InPlace } else { Source::Copied }
    }

    /// Whether a copy of A pays.
    #[inline(always)]
    fn is_worth_copying_a(&self) -> bool {
        self.a.transposed && self.size[1] >= WIDE && self.a.stride * size_of::<T>() > NEAR
    }
}

/// A product of which small parts go through the caches one after the other.
struct Blocks<'a, S, T: Real>(Contraction<'a, S, T>);

impl<S: Simd, T: Real> WithSimd for Blocks<'_, S, T> {
    type Output = ();

    /// The token handed in is not always of the register width that was asked for.
    #[inline(always)]
    fn with_simd<Full: Simd>(self, _: Full) {
        let Self(mut contraction) = self;
        let [rows, _, depth] = contraction.size;
        for first in (0..depth.max(1)).step_by(PIECE) {
            let terms = first..depth.min(first + PIECE);
            let chain = match first {
                0 if contraction.follow.start == Start::Zero => Chain::New,
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
