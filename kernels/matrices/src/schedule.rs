//! The polynomials of an orthogonalisation, iteration by iteration.

/// The coefficients a, b and c of each iteration X ← a X + (b A + c A²) X, A = X Xᵀ, which makes a σ + b σ³ + c σ⁵ of every
/// singular value σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule<'a> {
    /// What the norm of the matrix is multiplied by before the matrix is divided by it: more than 1 where the polynomials
    /// must not meet a singular value above 1.
    pub margin: f64,
    /// Those of each iteration. Further ones are like the last.
    pub coefficients: &'a [[f64; 3]],
}

impl Schedule<'_> {
    /// The coefficients of an iteration, from 0 on.
    ///
    /// # Panics
    ///
    /// If the schedule has none.
    pub fn coefficients(&self, iteration: usize) -> [f64; 3] {
        self.coefficients[iteration.min(self.coefficients.len() - 1)]
    }
}

/// Jordan's quintic, which was chosen to be steep at 0: few iterations bring all but tiny singular values near 1. It never
/// settles; in the end they lie between 0.68 and 1.14.
///
/// Jordan and others, Muon: an optimizer for hidden layers in neural networks, 2024,
/// <https://kellerjordan.github.io/posts/muon/>.
pub const JORDAN: Schedule<'static> = Schedule { margin: 1.0, coefficients: &[[3.4445, -4.7750, 2.0315]] };

/// The cubic of Newton and Schulz, 3/2 σ - 1/2 σ³: converges to 1, quadratically in the end, and slowly from small singular
/// values.
///
/// Higham, Functions of matrices, 2008, chapter 8.
pub const NEWTON_SCHULZ: Schedule<'static> = Schedule { margin: 1.0, coefficients: &[[1.5, -0.5, 0.0]] };

/// Polynomials each of which is the best one after those before, for singular values from 10⁻³ to 1. They bring all others
/// to 1 as well, with more iterations.
///
/// Amsel, Persson, Musco and Gower, The Polar Express, 2025, arXiv:2505.16932, algorithm 1, with its margin of 1.01 in the
/// norm and in all polynomials but the last.
pub const POLAR_EXPRESS: Schedule<'static> = Schedule {
    margin: POLAR_EXPRESS_MARGIN,
    coefficients: &[
        with_margin([8.28721201814563, -23.595886519098837, 17.300387312530933]),
        with_margin([4.107059111542203, -2.9478499167379106, 0.5448431082926601]),
        with_margin([3.9486908534822946, -2.908902115962949, 0.5518191394370137]),
        with_margin([3.3184196573706015, -2.488488024314874, 0.51004894012372]),
        with_margin([2.300652019954817, -1.6689039845747493, 0.4188073119525673]),
        with_margin([1.891301407787398, -1.2679958271945868, 0.37680408948524835]),
        with_margin([1.8750014808534479, -1.2500016453999487, 0.3750001645474248]),
        [1.875, -1.25, 0.375],
    ],
};

const POLAR_EXPRESS_MARGIN: f64 = 1.01;

/// The polynomial of σ / 1.01.
const fn with_margin([a, b, c]: [f64; 3]) -> [f64; 3] {
    let cube = POLAR_EXPRESS_MARGIN * POLAR_EXPRESS_MARGIN * POLAR_EXPRESS_MARGIN;
    [a / POLAR_EXPRESS_MARGIN, b / cube, c / (cube * POLAR_EXPRESS_MARGIN * POLAR_EXPRESS_MARGIN)]
}

/// How the matrix of a trial is made orthogonal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way<'a> {
    /// By so many iterations.
    Iterations(Schedule<'a>, usize),
    /// To the nearest orthogonal matrix: the polar factor.
    Polar,
}
