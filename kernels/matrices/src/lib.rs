//! Small matrices of many trials at once: orthogonal factors, Cholesky's and Householder's decompositions.
//!
//! What optimizers are written with that see a layer as a matrix. A group is as many trials as a register has lanes; its
//! arrays are `[row][column][lane]`, and every operation is lane-wise. One trial alone has arrays of one lane: its rows
//! fill the registers, and it has the same bits as in a group, on every instruction set.
//!
//! Nothing here looks at a number to decide what to do next. There is no pivoting, and iterations are as many as they are
//! for any matrix: a trial whose matrix is singular, or holds a NaN, costs what the others do and disturbs none of them.
//!
//! ```
//! use thalweg_matrices::{Matrices, Size, Way};
//! use thalweg_numerics::Isa;
//! use thalweg_products::population;
//!
//! // A quarter turn after a stretch, in every lane.
//! let isa = Isa::best();
//! let lanes = isa.lanes::<f64>();
//! let mut x: Vec<f64> = [0.0, -3.0, 2.0, 0.0].into_iter().flat_map(|x| vec![x; lanes]).collect();
//! let ways = vec![Way::Polar; lanes];
//! Matrices::population(isa).orthogonalise(&mut *population(isa), Size { rows: 2, columns: 2 }, &ways, &mut x);
//! for (x, turn) in x.chunks(lanes).zip([0.0, -1.0, 1.0, 0.0]) {
//!     assert!(x.iter().all(|x| (x - turn).abs() < 1e-15));
//! }
//! ```
//!
//! Part of `thalweg-kernels`, which has the numerics contract.

#![forbid(unsafe_code)]

mod cholesky;
mod elementwise;
mod householder;
mod iteration;
mod norm;
mod operation;
mod polar;
mod qr;
mod rows;
mod schedule;

use thalweg_numerics::{Buffer, Isa, Real};
use thalweg_products::Products;

use householder::Space;
use iteration::Iteration;
use operation::{Group, Operation};
use polar::Halley;
pub use schedule::{JORDAN, NEWTON_SCHULZ, POLAR_EXPRESS, Schedule, Way};

/// What is added to a norm before a matrix is divided by it, so that nothing stays nothing.
pub const EPSILON: f64 = 1e-7;

/// The size of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its rows.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
}

impl Size {
    fn elements(self) -> usize {
        self.rows * self.columns
    }

    fn is_tall(self) -> bool {
        self.rows > self.columns
    }

    /// The shorter side.
    fn short(self) -> usize {
        self.rows.min(self.columns)
    }

    /// The longer side.
    fn long(self) -> usize {
        self.rows.max(self.columns)
    }
}

/// Operations on the matrices of a group of trials, or of one trial. It keeps the space that they need from call to call.
pub struct Matrices<T> {
    group: Group,
    norms: Vec<f64>,
    reflecting: Space<T>,
    iteration: Iteration<T>,
    halley: Halley<T>,
    /// Polar factors of a group in which only some trials ask for them.
    polar: Buffer<T>,
    /// Which they are.
    chosen: Buffer<T>,
}

impl<T: Real> Matrices<T> {
    /// For groups of as many trials as a register has lanes.
    pub fn population(isa: Isa) -> Self {
        Self::new(isa, isa.lanes::<T>())
    }

    /// For one trial at a time.
    pub fn alone(isa: Isa) -> Self {
        Self::new(isa, 1)
    }

    fn new(isa: Isa, lanes: usize) -> Self {
        Self {
            group: Group { isa, lanes },
            norms: vec![0.0; lanes],
            reflecting: Space::default(),
            iteration: Iteration::default(),
            halley: Halley::default(),
            polar: Buffer::default(),
            chosen: Buffer::default(),
        }
    }

    /// The trials of a group.
    pub fn lanes(&self) -> usize {
        self.group.lanes
    }

    #[track_caller]
    fn check(&self, what: &str, slice: &[T], elements: usize) {
        assert_eq!(slice.len(), elements * self.lanes(), "{what}: {elements} elements of {} lanes", self.lanes());
    }

    /// Makes matrices orthogonal, in place, each trial's in its own [`Way`]: the singular values of X become 1, or
    /// about that, and its singular vectors stay.
    ///
    /// By [iterations](Way::Iterations), X is first divided by its norm: X ← X / (μ ‖X‖ + ε), with the margin μ of the
    /// schedule, ε = [`EPSILON`] and the Frobenius norm, whose squares are added in f64 in the order of `x`; the quotient is
    /// taken as a product with the inverse in f64, and rounded. Then, as often as asked for and with the coefficients of each
    /// iteration,
    ///
    /// ```text
    /// A = X Xᵀ             (Xᵀ X where X has more rows than columns)
    /// B = a + (b A + c A²)
    /// X ← B X              (X B)
    /// ```
    ///
    /// The products are those of `products`, in the order of the contract; of B, c A² is fused with b A, and a is added to
    /// the diagonal. A trial that asks for fewer iterations than its neighbours keeps its bits during the rest of theirs.
    ///
    /// The [polar factor](Way::Polar) of X = W diag(σ) Vᵀ is W Vᵀ, by four (f32) or six (f64) of Halley's iterations with
    /// dynamical weights, for singular values from 2⁻²⁴ (f32) or 2⁻⁵³ (f64) of ‖X‖ on. Smaller ones, whose singular vectors
    /// are rounding errors, end between 0 and 1. The norm needs no ε here: the factor is that of X at any scale.
    ///
    /// A matrix of zeros stays one in either way, and so does a row or a column of them. A NaN or an infinity leaves no number
    /// in its lane, nor does a norm that f64 cannot hold.
    ///
    /// Bernstein and Newhouse, Old optimizer, new norm, 2024, arXiv:2409.20325; Nakatsukasa, Bai and Gygi, Optimizing
    /// Halley's iteration for computing the matrix polar decomposition, SIAM J. Matrix Anal. Appl. 31, 2010.
    ///
    /// # Panics
    ///
    /// If `x` is not as large as its size and lanes say, there is not a way for each lane, a schedule is empty, or
    /// `products` are those of another form.
    pub fn orthogonalise(&mut self, products: &mut dyn Products<T>, size: Size, ways: &[Way<'_>], x: &mut [T]) {
        self.check("X", x, size.elements());
        assert_eq!(ways.len(), self.lanes(), "a way for each lane");
        if x.is_empty() {
            return;
        }
        self.normalise(ways, x);
        let wanted = ways.iter().filter(|way| **way == Way::Polar).count();
        if wanted == ways.len() {
            self.halley.run(self.group, products, size, x);
            return;
        }
        if wanted > 0 {
            let factor = self.polar.at_least(x.len());
            factor.copy_from_slice(x);
            self.halley.run(self.group, products, size, factor);
        }
        self.iteration.run(self.group, products, size, ways, x);
        if wanted > 0 {
            let chosen = self.chosen.at_least(ways.len());
            for (chosen, way) in chosen.iter_mut().zip(ways) {
                *chosen = T::from_f64(if *way == Way::Polar { 0.0 } else { 1.0 });
            }
            let y = self.polar.at_least(x.len());
            self.group.run(Operation::Choose { chosen, x, y });
        }
    }

    /// Divides each matrix by its norm.
    fn normalise(&mut self, ways: &[Way<'_>], x: &mut [T]) {
        let norms = &mut *self.norms;
        self.group.run(Operation::Norms { x, norms });
        for (norm, way) in norms.iter_mut().zip(ways) {
            *norm = match way {
                // Finite numbers over it would be nothing.
                _ if norm.is_infinite() => f64::NAN,
                Way::Iterations(schedule, _) => 1.0 / (schedule.margin * *norm + EPSILON),
                Way::Polar if *norm == 0.0 => 0.0,
                Way::Polar => 1.0 / *norm,
            };
        }
        self.group.run(Operation::Rescale { x, factors: norms });
    }

    /// Cholesky's factor L of a symmetric positive definite n × n matrix A = L Lᵀ, in place: lower triangular, with zeros
    /// above its diagonal. Only the upper triangle of A is read.
    ///
    /// Row by row of Lᵀ: an element of A, less the products of the elements above it with those above the pivot, as one
    /// chain of fused multiply-adds; then the root of the pivot, and the rest of the row times the inverse of that root.
    /// Where a pivot is not positive, it is NaN, and with it all that follows: A is not positive definite, or not in the
    /// precision that it has.
    ///
    /// Golub and Van Loan, Matrix computations, section 4.2.
    ///
    /// # Panics
    ///
    /// If `a` is not as large as that.
    pub fn cholesky(&self, n: usize, a: &mut [T]) {
        self.check("A", a, n * n);
        self.group.run(Operation::Cholesky { n, a });
    }

    /// L⁻¹ B, in place, for a lower triangular L and a B of n rows. Row by row: less the multiples of the rows before, as one
    /// chain of fused multiply-adds, then times the inverse of the diagonal element. What is above the diagonal of L is not
    /// read.
    ///
    /// # Panics
    ///
    /// If the slices are not as large as that.
    pub fn solve_lower(&self, n: usize, columns: usize, l: &[T], b: &mut [T]) {
        self.check("L", l, n * n);
        self.check("B", b, n * columns);
        self.group.run(Operation::Solve { size: [n, columns], l, b });
    }

    /// L⁻ᵀ B, in place, as [`Self::solve_lower`], from the last row up; the rows after each are subtracted in their order. With
    /// L of [`Self::cholesky`], the two in turn solve A X = B.
    ///
    /// # Panics
    ///
    /// If the slices are not as large as that.
    pub fn solve_lower_transposed(&self, n: usize, columns: usize, l: &[T], b: &mut [T]) {
        self.check("L", l, n * n);
        self.check("B", b, n * columns);
        self.group.run(Operation::SolveTransposed { size: [n, columns], l, b });
    }

    /// The decomposition A = Q R of a matrix with at least as many rows as columns: Q of the same size, whose columns are
    /// orthonormal, in the place of A, and an upper triangular R without a negative number on its diagonal.
    ///
    /// By Householder's reflections, without pivoting, of A over a power of two near its largest element. A column that
    /// depends on those before it has a 0 on the diagonal of R, or what rounding leaves there, and a column of Q that is
    /// orthogonal to the others all the same; so is one that is nothing, or shorter than 10⁻¹⁵ (f32) or 10⁻¹⁴⁶ (f64) of the
    /// largest element. A NaN or an infinity leaves no number in its lane.
    ///
    /// Golub and Van Loan, Matrix computations, section 5.2.
    ///
    /// # Panics
    ///
    /// If there are more columns than rows, or the slices are not as large as that.
    pub fn qr(&mut self, size: Size, a: &mut [T], r: &mut [T]) {
        let Size { rows, columns } = size;
        assert!(columns <= rows, "{columns} columns of {rows} rows cannot be orthonormal");
        self.check("A", a, size.elements());
        self.check("R", r, columns * columns);
        let reflections = self.reflecting.reflections(self.lanes(), size, rows, a);
        self.group.run(Operation::Qr { reflections, r: Some(r) });
    }
}
