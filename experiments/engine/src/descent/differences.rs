//! Products of a landscape's Hessian with a direction, by differences of its gradient.

use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;

use super::Descent;

/// The step from a point near the origin: about the third root of the rounding error, which balances it with what a difference
/// leaves out. Far out it grows as the root of the norm: polynomials would have it grow as the norm, and waves not at all.
const STEP: f64 = 1.0 / (1 << 17) as f64;

/// A landscape in f64, and room for the points on either side of a register of points.
#[derive(Debug)]
pub(super) struct Differences {
    descent: Descent<f64>,
    isa: Isa,
    /// `[side][coordinate][lane]`, and the gradients there.
    points: Vec<f64>,
    gradients: Vec<f64>,
    turned: [Vec<f64>; 2],
    /// Of every lane the norm of the direction, and the distance from one side to the other.
    norms: Vec<f64>,
    distances: Vec<f64>,
}

impl Differences {
    pub fn new(descent: Descent<f64>, isa: Isa) -> Self {
        let lanes = isa.lanes::<f64>();
        let both = 2 * descent.dimensions * lanes;
        let turned = if descent.rotation.is_some() { both } else { 0 };
        Self {
            descent,
            isa,
            points: vec![0.0; both],
            gradients: vec![0.0; both],
            turned: [0, 1].map(|_| vec![0.0; turned]),
            norms: vec![0.0; lanes],
            distances: vec![0.0; lanes],
        }
    }

    /// The products at points in directions, `[group][coordinate][lane]` with `width` lanes per group.
    pub fn product<T: Elementary>(&mut self, width: usize, [points, directions]: [&[T]; 2], product: &mut [T]) {
        let (lanes, group) = (self.isa.lanes::<f64>(), self.descent.dimensions * width);
        assert!(width.is_multiple_of(lanes) && points.len() == product.len() && directions.len() == product.len());
        let groups =
            points.chunks_exact(group).zip(directions.chunks_exact(group)).zip(product.chunks_exact_mut(group));
        for ((points, directions), product) in groups {
            for first in (0..width).step_by(lanes) {
                self.step_aside([points, directions], width, first);
                self.descent.slope(self.isa, &self.points, &mut self.gradients, &mut self.turned);
                self.compare(product, width, first);
            }
        }
    }

    /// Puts the lanes of a group from `first` on to either side of where they are.
    fn step_aside<T: Elementary>(&mut self, [points, directions]: [&[T]; 2], width: usize, first: usize) {
        let lanes = self.norms.len();
        let (above, below) = self.points.split_at_mut(self.descent.dimensions * lanes);
        for lane in 0..lanes {
            let [point, direction] = [points, directions].map(|of| numbers(of, width, first + lane));
            let size = norm(point.clone());
            // NaN where the point is.
            let step = if size < 1.0 { STEP } else { STEP * size.sqrt() };
            let norm = norm(direction.clone());
            for (at, (x, v)) in point.zip(direction).enumerate() {
                let aside = step * (v / norm);
                above[at * lanes + lane] = x + aside;
                below[at * lanes + lane] = x - aside;
            }
            (self.norms[lane], self.distances[lane]) = (norm, 2.0 * step);
        }
    }

    /// The differences of the gradients on both sides; zero where there is no direction.
    fn compare<T: Elementary>(&self, product: &mut [T], width: usize, first: usize) {
        let lanes = self.norms.len();
        let (above, below) = self.gradients.split_at(self.descent.dimensions * lanes);
        let sides = above.chunks_exact(lanes).zip(below.chunks_exact(lanes));
        for (row, (above, below)) in product.chunks_exact_mut(width).zip(sides) {
            for (lane, place) in row[first..first + lanes].iter_mut().enumerate() {
                let (norm, distance) = (self.norms[lane], self.distances[lane]);
                let change = (above[lane] - below[lane]) / distance * norm;
                *place = T::from_f64(if norm == 0.0 { 0.0 } else { change });
            }
        }
    }
}

/// The numbers of a lane of a group.
fn numbers<T: Elementary>(group: &[T], width: usize, lane: usize) -> impl Iterator<Item = f64> + Clone {
    group.iter().skip(lane).step_by(width).map(|x| x.to_f64())
}

/// The norm of numbers, whose squares are added in order.
fn norm(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |sum, x| sum + x * x).sqrt()
}
