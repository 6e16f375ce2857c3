//! Small matrices of a group of trials, in f32: made orthogonal, and decomposed.

use thalweg_kernels::matrices::{JORDAN, Matrices, Size, Way};
use thalweg_kernels::product::{Products, dense, population};
use thalweg_kernels::{Buffer, Isa};

use super::{Runner, Workload};
use crate::answer::Answer;
use crate::inputs;

/// The sizes that are timed: layers of a problem in the plane, and larger ones.
pub const SIZES: &[[usize; 2]] = &[[2, 16], [16, 2], [16, 16], [64, 16], [64, 64]];

/// What is computed, of matrices whose shorter side is m and whose longer one n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Five iterations of Jordan's quintic.
    Quintic,
    /// The polar factor.
    Polar,
    /// Cholesky's factor of m × m.
    Cholesky,
    /// L⁻¹ B with n columns.
    Solve,
    /// Q and R of n × m.
    Qr,
}

/// All of them, with their names.
pub const TASKS: [(&str, Task); 5] = [
    ("quintic", Task::Quintic),
    ("polar", Task::Polar),
    ("cholesky", Task::Cholesky),
    ("solve", Task::Solve),
    ("qr", Task::Qr),
];

/// The matrices of a group, or of one trial, and what computes.
struct Group {
    task: Task,
    size: Size,
    matrices: Matrices<f32>,
    products: Box<dyn Products<f32> + Send>,
    ways: Vec<Way<'static>>,
    /// What is restored before each run: numbers for most tasks, a positive definite matrix for Cholesky's.
    given: Buffer<f32>,
    result: Buffer<f32>,
    /// L, or R.
    triangle: Buffer<f32>,
}

/// The workload of one task on a group of as many trials as a register has lanes.
pub fn workload(task: Task, size: [usize; 2], isa: Isa) -> Box<dyn Workload> {
    Box::new(Group::new(task, size, Matrices::population(isa), population(isa)))
}

impl Group {
    fn new(
        task: Task,
        [rows, columns]: [usize; 2],
        matrices: Matrices<f32>,
        products: Box<dyn Products<f32> + Send>,
    ) -> Self {
        let (short, lanes) = (rows.min(columns), matrices.lanes());
        let mut stream = inputs::stream(9);
        let elements = if task == Task::Cholesky { short * short } else { rows * columns };
        let mut given = Buffer::zeroed(elements * lanes);
        let mut triangle = Buffer::zeroed(short * short * lanes);
        // The same matrix in all lanes: what is computed does not depend on the numbers.
        for (at, element) in given.chunks_exact_mut(lanes).enumerate() {
            let is_diagonal = task == Task::Cholesky && at / short == at % short;
            element.fill(if is_diagonal { 2.0 * short as f32 } else { stream.normal() as f32 });
        }
        for (at, element) in triangle.chunks_exact_mut(lanes).enumerate() {
            element.fill(if at / short == at % short { 2.0 } else { 1.0 / short as f32 });
        }
        let ways = vec![if task == Task::Polar { Way::Polar } else { Way::Iterations(JORDAN, 5) }; lanes];
        let result = Buffer::zeroed(given.len());
        Self { task, size: Size { rows, columns }, matrices, products, ways, given, result, triangle }
    }

    fn sides(&self) -> [usize; 2] {
        let Size { rows, columns } = self.size;
        [rows.min(columns), rows.max(columns)]
    }
}

impl Workload for Group {
    fn name(&self) -> String {
        format!("{}x{}", self.size.rows, self.size.columns)
    }

    /// Operations of the formulas; of polar factors, those of the quintic.
    fn work(&self) -> u64 {
        let [m, n] = self.sides().map(|side| side as u64);
        let of_trial = match self.task {
            Task::Quintic | Task::Polar => 5 * (4 * m * m * n + 2 * m * m * m),
            Task::Cholesky => (m * m * m / 3).max(1),
            Task::Solve => m * m * n,
            Task::Qr => 4 * (m * m * n - m * m * m / 3),
        };
        of_trial * self.matrices.lanes() as u64
    }

    fn unit(&self) -> &'static str {
        "FLOPs"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        let [m, n] = self.sides();
        self.result.copy_from_slice(&self.given);
        let Self { task, size, matrices, products, ways, result, triangle, .. } = self;
        match task {
            Task::Quintic | Task::Polar => matrices.orthogonalise(&mut **products, *size, ways, result),
            Task::Cholesky => matrices.cholesky(m, result),
            Task::Solve => matrices.solve_lower(m, n, triangle, result),
            Task::Qr => matrices.qr(Size { rows: n, columns: m }, result, triangle),
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.result);
    }

    /// Every lane must be to the bit what scalar code gives for one trial.
    fn check(&mut self) {
        let scalar = Isa::available()[0];
        let size = [self.size.rows, self.size.columns];
        let mut alone = Self::new(self.task, size, Matrices::alone(scalar), dense(scalar));
        alone.run(Runner::Thalweg);
        self.run(Runner::Thalweg);
        for (lanes, expected) in self.result.chunks_exact(self.matrices.lanes()).zip(alone.result.iter()) {
            let is_right = lanes.iter().all(|x| x.to_bits() == expected.to_bits() && x.is_finite());
            assert!(is_right, "{:?} of {}: {lanes:?} are not {expected}", self.task, self.name());
        }
    }
}
