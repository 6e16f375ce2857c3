//! The forms of the products: how their matrices stand in memory, and the tiles that suit them.

use pulp::Simd;
use thalweg_numerics::{Real, has_many_registers};

/// Which index of each matrix is contiguous; the other one's stride is known at run time. And what that asks of tiles.
///
/// What a form never does is a constant here, so that tiles are not compiled for it.
pub(super) trait Form: Copy + 'static {
    /// Whether A\[m\]\[k\] is contiguous along k (else along m).
    const A_ALONG_K: bool;
    /// Whether B\[n\]\[k\] is contiguous along k (else along n).
    const B_ALONG_K: bool;
    /// Whether C\[m\]\[n\] is contiguous along n (else along m); so are the units that have biases.
    const C_ALONG_N: bool;
    /// Which product it is.
    const PRODUCT: Product;
    /// Where a strip's part of A may be copied before it is read again and again.
    const COPIES_A: Copies = Copies::Nowhere;
    /// The tiles of three and four rows where there are many registers.
    const TILES: Tiles = Tiles::Large;
    /// Whether strips of five and six rows are asked for where there are many registers.
    const IS_TALL: bool = true;

    /// The strips that suit a product of this size.
    fn strips<S: Simd, T: Real>(size: Size) -> Strips;
}

/// The products of a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    /// Has biases and rectification.
    Forward,
    /// Of at most a piece of terms; continues chains, and takes the sums of A's rows.
    WeightGradient,
    /// May be stopped where the layer before was rectified.
    InputGradient,
}

/// Where parts of A are copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    Nowhere,
    /// Where there are few registers, so that tiles are small and A is read more often.
    FewRegisters,
    Everywhere,
}

impl Copies {
    /// Whether it is copied on this instruction set.
    pub const fn on<S: Simd>(self) -> bool {
        match self {
            Self::Nowhere => false,
            Self::FewRegisters => !S::IS_SCALAR && !has_many_registers::<S>(),
            Self::Everywhere => !S::IS_SCALAR,
        }
    }
}

/// How large tiles of three and four rows are. Large ones read less per multiply-add; small ones spread the stores of C,
/// each of which costs the multiply-add units a cycle (measured on Zen 4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tiles {
    /// 3 × 3 and 4 × 2
    Small,
    /// 3 × 6 and 4 × 4
    Large,
}

/// The size of C and the terms of its reduction.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
}

/// How rows are cut into strips.
#[derive(Clone, Copy)]
pub(super) struct Strips {
    /// Rows of a strip at most.
    pub most: usize,
    /// Terms of a strip's part of A that are copied at a time; 0: none.
    pub copied: usize,
}

/// Weights of which so much stay in the first-level cache while activations stream through it.
pub(super) const CACHED_BYTES: usize = 16 << 10;

/// Rows of a strip at most where what is read of B stays near. Few registers make for small tiles, which read much: there,
/// six rows pay. Of many registers, tiles of four rows read little enough, and their stores are spread better.
const fn few_rows<S: Simd>() -> usize {
    if has_many_registers::<S>() { 4 } else { 6 }
}

/// The terms of a copy of `rows` rows that takes `bytes` bytes.
const fn terms<S: Simd, T: Real>(bytes: usize, rows: usize) -> usize {
    bytes / (rows * size_of::<T::Reg<S>>())
}

/// Z = W X: A = W, B = X, C = Zᵀ; with inputs that trials share, or per lane.
#[derive(Clone, Copy)]
pub(super) struct Forward<const SHARED: bool>;
impl<const SHARED: bool> Form for Forward<SHARED> {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
    const PRODUCT: Product = Product::Forward;
    const COPIES_A: Copies = if SHARED { Copies::Nowhere } else { Copies::Everywhere };
    const TILES: Tiles = if SHARED { Tiles::Large } else { Tiles::Small };
    const IS_TALL: bool = !SHARED;

    /// Where rows are so long that six of them drive each other out of the first-level cache, they are copied.
    fn strips<S: Simd, T: Real>(size: Size) -> Strips {
        if SHARED {
            return Strips { most: few_rows::<S>(), copied: 0 };
        }
        let deep = size.depth >= 128;
        let most = if deep || size.rows >= 64 { 6 } else { few_rows::<S>() };
        Strips { most, copied: if deep && size.columns >= 16 { terms::<S, T>(48 << 10, 6) } else { 0 } }
    }
}

/// dW = dZ Xᵀ: A = dZ, B = X, C = dW; with inputs that trials share, or per lane.
#[derive(Clone, Copy)]
pub(super) struct WeightGradient<const SHARED: bool>;
impl<const SHARED: bool> Form for WeightGradient<SHARED> {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = false;
    const C_ALONG_N: bool = true;
    const PRODUCT: Product = Product::WeightGradient;
    const COPIES_A: Copies = if SHARED { Copies::Everywhere } else { Copies::FewRegisters };
    const IS_TALL: bool = !SHARED;

    fn strips<S: Simd, T: Real>(size: Size) -> Strips {
        let many_registers = has_many_registers::<S>();
        if many_registers && !SHARED {
            // Where all of a product is in the first-level cache, small tiles spread the stores.
            let small = size.depth < 24 && size.rows <= 16;
            return Strips { most: if small { 2 } else { 6 }, copied: 0 };
        }
        // A term of dZ is as far from the next as the layer is wide, hence copies. The stores of large registers take
        // issue slots from the multiply-adds: a strip has to be wide to make up for them (on Zen 4, more than 64 columns).
        let (most, wide) = (few_rows::<S>(), if many_registers { 96 } else { 8 });
        Strips { most, copied: if size.columns >= wide { terms::<S, T>(24 << 10, most) } else { 0 } }
    }
}

/// dX = Wᵀ dZ with weights that stay in the first-level cache, or that are copied there strip by strip: A = W, B = dZ,
/// C = dXᵀ.
#[derive(Clone, Copy)]
pub(super) struct InputGradientByInputs;
impl Form for InputGradientByInputs {
    const A_ALONG_K: bool = false;
    const B_ALONG_K: bool = true;
    const C_ALONG_N: bool = false;
    const PRODUCT: Product = Product::InputGradient;
    const COPIES_A: Copies = Copies::FewRegisters;
    const TILES: Tiles = Tiles::Small;
    const IS_TALL: bool = false;

    fn strips<S: Simd, T: Real>(size: Size) -> Strips {
        let (most, bytes) = (few_rows::<S>(), size.rows * size.depth * size_of::<T::Reg<S>>());
        Strips { most, copied: if bytes <= CACHED_BYTES { 0 } else { terms::<S, T>(24 << 10, most) } }
    }
}

/// dX = Wᵀ dZ: A = dZ, B = W, C = dX. A strip of examples goes through all weights.
#[derive(Clone, Copy)]
pub(super) struct InputGradientByExamples;
impl Form for InputGradientByExamples {
    const A_ALONG_K: bool = true;
    const B_ALONG_K: bool = false;
    const C_ALONG_N: bool = true;
    const PRODUCT: Product = Product::InputGradient;

    fn strips<S: Simd, T: Real>(_: Size) -> Strips {
        Strips { most: 6, copied: 0 }
    }
}

/// The place of element (i, j), where j is contiguous (else i) and the other index has the stride `stride`.
#[inline(always)]
pub(super) fn place(contiguous: bool, stride: usize, i: usize, j: usize) -> usize {
    if contiguous { i * stride + j } else { i + j * stride }
}
