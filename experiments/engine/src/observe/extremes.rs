//! The largest eigenvalues of the Hessian, of all trials of a block at once.
//!
//! Lanczos's method with full reorthogonalisation, for one eigenvalue after the other: what was found is kept out of the
//! next search, so that an eigenvalue which occurs several times is found as often. Each trial goes its own way from a
//! start of its own to an end of its own; what the trials of a block share is the products of the Hessian, and one that
//! is done asks for the product with zero. Vectors are kept in the precision of the trial; all sums are in f64, and in the
//! order of the parameters.

use thalweg_kernels::Real;
use thalweg_kernels::optimizer::{Oracle, Sample};

use super::tridiagonal::diagonalise;
use crate::random::Stream;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a, T> {
    /// The examples whose mean loss is meant.
    pub sample: Sample,
    /// Where, `[group][parameter][lane]`.
    pub weights: &'a [T],
    /// Parameters of a trial.
    pub parameters: usize,
    /// Lanes of a group.
    pub lanes: usize,
    /// For which trials, of which there are at most as many as lanes.
    pub running: &'a [bool],
    /// How many eigenvalues, from the largest on; fewer if there are fewer parameters.
    pub count: usize,
    /// Products of the Hessian for each of them, at most.
    pub iterations: usize,
}

/// An eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    /// Its value.
    pub value: f64,
    /// ‖Hv - λv‖ of a unit vector v: an eigenvalue is no farther away.
    pub residual: f64,
}

/// Finds the largest eigenvalues; keeps its memory from one question to the next.
#[derive(Debug, Default)]
pub struct Extremes<T> {
    /// Arrays of the block.
    direction: Vec<T>,
    product: Vec<T>,
    searches: Vec<Search<T>>,
}

/// The search of a trial.
#[derive(Debug, Default)]
struct Search<T> {
    found: Vec<Extreme>,
    /// A vector for each that was found, and those of the present search: unit vectors, at right angles.
    basis: Vec<T>,
    /// H in the present vectors: a symmetric tridiagonal matrix.
    diagonal: Vec<f64>,
    below: Vec<f64>,
    /// How large it is, about.
    scale: f64,
    /// The next vector, before it is one of length 1.
    next: Vec<f64>,
    /// Products of it with the others.
    along: Vec<f64>,
    is_over: bool,
    matrix: Matrix,
}

/// Room for eigenvalues and vectors.
#[derive(Debug, Default)]
struct Matrix {
    values: Vec<f64>,
    below: Vec<f64>,
    rows: Vec<f64>,
}

/// Steps between two looks at whether a search is done.
const PACE: usize = 4;

/// A vector of less than so many times the scale is nothing but rounding.
const NOTHING: f64 = 1e-13;

/// How large the residual of an eigenvalue may be, in eigenvalues of the largest size. What is wrong with the eigenvalue is
/// at most that, and of the order of its square where the next one is not near: less than can be seen in either precision.
fn tolerance<T>() -> f64 {
    if size_of::<T>() == size_of::<f32>() { 1e-5 } else { 1e-6 }
}

impl<T: Real> Extremes<T> {
    /// Finds the largest eigenvalues of every trial. The start of a search is drawn from the stream `extremes` of the
    /// trial's seed, in substreams from 0 on: the same whenever it is asked.
    pub fn find(&mut self, question: Question<'_, T>, seed: impl Fn(usize) -> u64, oracle: &mut dyn Oracle<T>) {
        let Question { sample, weights, parameters, lanes, running, .. } = question;
        let Self { direction, product, searches } = self;
        for array in [&mut *direction, &mut *product] {
            array.clear();
            array.resize(weights.len(), T::default());
        }
        if searches.len() < running.len() {
            searches.resize_with(running.len(), Search::default);
        }
        for (trial, search) in searches.iter_mut().take(running.len()).enumerate() {
            search.begin(parameters);
            search.is_over |= !running[trial] || question.count == 0 || question.iterations == 0;
            if !search.is_over {
                search.start(&Stream::new("extremes", seed(trial)));
            }
        }
        let searches = &mut searches[..running.len()];
        while searches.iter().any(|search| !search.is_over) {
            for (trial, search) in searches.iter().enumerate() {
                let last = search.basis.rchunks_exact(parameters).next().filter(|_| !search.is_over);
                let of_trial = numbers(direction, [trial, lanes, parameters]);
                match last {
                    Some(vector) => of_trial.zip(vector).for_each(|(number, own)| *number = *own),
                    None => of_trial.for_each(|number| *number = T::default()),
                }
            }
            oracle.hessian_product(sample, weights, direction, product);
            for (trial, search) in searches.iter_mut().enumerate().filter(|(_, search)| !search.is_over) {
                search.next.clear();
                search.next.extend(numbers(product, [trial, lanes, parameters]).map(|number| number.to_f64()));
                search.advance(question.count, question.iterations, || Stream::new("extremes", seed(trial)));
            }
        }
    }

    /// The eigenvalues of a trial, the largest first; none of one that is not running.
    pub fn of(&self, trial: usize) -> &[Extreme] {
        &self.searches[trial].found
    }
}

/// The numbers of a trial in an array of a block.
fn numbers<T>(array: &mut [T], [trial, lanes, parameters]: [usize; 3]) -> impl Iterator<Item = &mut T> {
    let first = trial / lanes * lanes * parameters + trial % lanes;
    array[first..].iter_mut().step_by(lanes).take(parameters)
}

impl<T: Real> Search<T> {
    /// Forgets what was found of so many parameters.
    fn begin(&mut self, parameters: usize) {
        self.found.clear();
        self.basis.clear();
        self.is_over = parameters == 0;
        self.next.clear();
        self.next.resize(parameters, 0.0);
    }

    /// Begins the search for the next eigenvalue.
    fn start(&mut self, stream: &Stream) {
        self.diagonal.clear();
        self.below.clear();
        self.scale = 0.0;
        let mut stream = stream.substream(self.found.len() as u64);
        self.next.fill_with(|| stream.normal());
        self.straighten();
        self.straighten();
        self.keep(length(&self.next));
    }

    /// Goes on with the product of the last vector.
    fn advance(&mut self, count: usize, iterations: usize, stream: impl Fn() -> Stream) {
        let parameters = self.next.len();
        let along = self.straighten();
        let rest = self.straighten();
        self.diagonal.push(along + rest);
        let beyond = length(&self.next);
        let before = self.below.last().copied().unwrap_or(0.0);
        self.scale = larger(self.scale, before + self.diagonal[self.diagonal.len() - 1].abs() + beyond);
        if !self.scale.is_finite() {
            let nothing = Extreme { value: f64::NAN, residual: f64::NAN };
            self.found.resize(count.min(parameters), nothing);
            self.is_over = true;
            return;
        }
        let size = self.diagonal.len();
        let is_all = size == iterations || self.found.len() + size == parameters;
        let is_last = is_all || beyond <= NOTHING * self.scale;
        if !is_last
            && (!size.is_multiple_of(PACE) || self.largest(beyond, 1).1.residual > tolerance::<T>() * self.scale)
        {
            self.below.push(beyond);
            self.keep(beyond);
            return;
        }
        let (place, found) = self.largest(beyond, size);
        self.found.push(found);
        if self.found.len() == count.min(parameters) {
            self.found.sort_by(|one, other| other.value.total_cmp(&one.value));
            self.is_over = true;
            return;
        }
        self.settle(place);
        self.start(&stream());
    }

    /// Takes the vectors of the basis out of the next one; returns how much of the last one was there.
    fn straighten(&mut self) -> f64 {
        let Self { basis, next, along, .. } = self;
        along.clear();
        let parameters = next.len();
        // Sums of several vectors at a time, each in the order of the parameters.
        let mut vectors = basis.chunks(4 * parameters);
        for few in &mut vectors {
            let mut sums = [0.0; 4];
            let few: Vec<&[T]> = few.chunks_exact(parameters).collect();
            match few[..] {
                [a, b, c, d] => {
                    for ((((a, b), c), d), x) in a.iter().zip(b).zip(c).zip(d).zip(&*next) {
                        sums[0] += a.to_f64() * x;
                        sums[1] += b.to_f64() * x;
                        sums[2] += c.to_f64() * x;
                        sums[3] += d.to_f64() * x;
                    }
                }
                _ => {
                    for (sum, own) in sums.iter_mut().zip(&few) {
                        *sum = own.iter().zip(&*next).map(|(own, x)| own.to_f64() * x).sum();
                    }
                }
            }
            along.extend(&sums[..few.len()]);
        }
        for (own, along) in basis.chunks_exact(parameters).zip(&*along) {
            next.iter_mut().zip(own).for_each(|(x, own)| *x -= along * own.to_f64());
        }
        along.last().copied().unwrap_or(0.0)
    }

    /// Makes the next vector, of this length, one of the basis.
    fn keep(&mut self, length: f64) {
        self.basis.extend(self.next.iter().map(|x| T::from_f64(x / length)));
    }

    /// The largest eigenvalue of the present matrix, and its place; the last `rows` rows of the eigenvectors are in the room.
    fn largest(&mut self, beyond: f64, rows: usize) -> (usize, Extreme) {
        let Self { diagonal, below, matrix, .. } = self;
        let size = diagonal.len();
        matrix.values.clone_from(diagonal);
        matrix.below.clone_from(below);
        matrix.rows.clear();
        matrix.rows.resize(rows * size, 0.0);
        for (row, cells) in matrix.rows.chunks_exact_mut(size).enumerate() {
            cells[size - rows + row] = 1.0;
        }
        diagonalise(&mut matrix.values, &mut matrix.below, &mut matrix.rows);
        let largest = |best: usize, at: usize| if matrix.values[at] > matrix.values[best] { at } else { best };
        let place = (0..size).fold(0, largest);
        let residual = beyond * matrix.rows[(rows - 1) * size + place].abs();
        (place, Extreme { value: matrix.values[place], residual })
    }

    /// Keeps the vector of the eigenvalue at a place among those of the present matrix, and forgets the others.
    fn settle(&mut self, place: usize) {
        let Self { basis, next, matrix, found, .. } = self;
        let (size, parameters) = (matrix.values.len(), next.len());
        let before = (found.len() - 1) * parameters;
        next.fill(0.0);
        for (own, row) in basis[before..].chunks_exact(parameters).zip(matrix.rows.chunks_exact(size)) {
            next.iter_mut().zip(own).for_each(|(x, own)| *x += row[place] * own.to_f64());
        }
        self.basis.truncate(before);
        self.straighten();
        self.keep(length(&self.next));
    }
}

/// The Euclidean norm.
fn length(numbers: &[f64]) -> f64 {
    let square: f64 = numbers.iter().map(|x| x * x).sum();
    square.sqrt()
}

/// The larger number, or NaN.
fn larger(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

#[cfg(test)]
mod tests {
    use faer::{Mat, Side};
    use thalweg_kernels::orthogonal::orthogonal;

    use super::*;

    /// A quadratic for each lane: the Hessian is a matrix.
    struct Quadratics {
        lanes: usize,
        matrices: Vec<Mat<f64>>,
        products: usize,
    }

    impl<T: Real> Oracle<T> for Quadratics {
        fn gradient(&mut self, _: Sample, _: &[T], _: &mut [T]) {
            unreachable!("nobody asks")
        }

        fn hessian_product(&mut self, sample: Sample, _: &[T], direction: &[T], product: &mut [T]) {
            assert_eq!(sample, Sample::All);
            self.products += 1;
            for (lane, matrix) in self.matrices.iter().enumerate() {
                let size = matrix.nrows();
                let at = |i: usize| (lane / self.lanes * size + i) * self.lanes + lane % self.lanes;
                for i in 0..size {
                    let sum: f64 = (0..size).map(|j| matrix[(i, j)] * direction[at(j)].to_f64()).sum();
                    product[at(i)] = T::from_f64(sum);
                }
            }
        }
    }

    /// A matrix with these eigenvalues, to the rounding of a number.
    fn matrix(spectrum: &[f64], seed: u64) -> Mat<f64> {
        let (size, mut stream) = (spectrum.len(), Stream::new("test", seed));
        let normals: Vec<f64> = (0..size * size).map(|_| stream.normal()).collect();
        let turned = orthogonal(&normals, size);
        let cell = |i: usize, j: usize| {
            (0..size).map(|k| turned[i * size + k] * spectrum[k] * turned[j * size + k]).sum::<f64>()
        };
        Mat::from_fn(size, size, |i, j| if i <= j { cell(i, j) } else { cell(j, i) })
    }

    fn found<T: Real>(matrices: &[Mat<f64>], lanes: usize, count: usize, iterations: usize) -> Vec<Vec<Extreme>> {
        let parameters = matrices[0].nrows();
        let groups = matrices.len().div_ceil(lanes) + 1;
        let weights = vec![T::default(); groups * lanes * parameters];
        let running: Vec<bool> = (0..matrices.len()).map(|trial| trial != 1).collect();
        let question = Question {
            sample: Sample::All,
            weights: &weights,
            parameters,
            lanes,
            running: &running,
            count,
            iterations,
        };
        let mut extremes = Extremes::default();
        let mut oracle = Quadratics { lanes, matrices: matrices.to_vec(), products: 0 };
        // What was asked before does not matter.
        for _ in 0..2 {
            extremes.find(question, |trial| trial as u64 % 3, &mut oracle);
        }
        (0..matrices.len()).map(|trial| extremes.of(trial).to_vec()).collect()
    }

    /// The spectrum of which one eigenvalue is far below all others.
    const FAR: usize = 9;

    fn spectra() -> Vec<Vec<f64>> {
        let size = 60;
        let of = |eigenvalue: &dyn Fn(f64) -> f64| (0..size).map(|i| eigenvalue(f64::from(i) / 60.0)).collect();
        vec![
            // A bulk at zero and a few above, as networks have it.
            of(&|x| if x < 0.9 { 0.01 * x } else { (40.0 * (x - 0.85)).exp2() }),
            of(&|_| f64::NAN),
            of(&|x| x - 0.5),
            of(&|x| -1.0 - x),
            // No gap at the top, and pairs of equals.
            of(&|x| 1.0 - x * x),
            of(&|x| (30.0 * x).floor()),
            of(&|_| 3.0),
            of(&|_| 0.0),
            // Of rank one, and far from the others in size.
            of(&|x| if x == 0.0 { 1e-3 } else { 0.0 }),
            of(&|x| if x == 0.0 { -1e6 } else { x }),
            of(&|x| 1e100 * x),
            of(&|x| 1e-100 * x),
        ]
    }

    #[test]
    fn eigenvalues_are_those_of_faer() {
        let matrices: Vec<Mat<f64>> = (0..).zip(spectra()).map(|(seed, spectrum)| matrix(&spectrum, seed)).collect();
        let all = found::<f64>(&matrices, 4, 3, 60);
        for (trial, (matrix, found)) in matrices.iter().zip(&all).enumerate().filter(|(trial, _)| *trial != 1) {
            let mut expected = matrix.self_adjoint_eigenvalues(Side::Lower).unwrap();
            expected.reverse();
            let scale = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            assert_eq!(found.len(), 3);
            for (one, expected) in found.iter().zip(&expected) {
                let error = (one.value - expected).abs();
                // Where one eigenvalue is a million times as large as the others, a residual that is small beside it says
                // little about them.
                let tolerance = if trial == FAR { 1e-6 } else { 1e-9 };
                assert!(error <= tolerance * scale, "{} is not {expected}, in {trial}", one.value);
                assert!(one.residual <= 1e-5 * scale, "{} in {trial}", one.residual);
            }
        }
        assert!(all[1].is_empty());
    }

    #[test]
    fn a_trial_has_the_bits_that_it_has_alone() {
        let matrices: Vec<Mat<f64>> = (0..).zip(spectra()).map(|(seed, spectrum)| matrix(&spectrum, seed)).collect();
        let bits =
            |all: &[Extreme]| all.iter().map(|one| [one.value.to_bits(), one.residual.to_bits()]).collect::<Vec<_>>();
        let together = found::<f64>(&matrices, 4, 2, 20);
        for trial in [0, 3, 6, 9] {
            // As the first of its lanes, and of the same seed.
            let alone = found::<f64>(&[matrices[trial].clone()], 1, 2, 20);
            assert_eq!(bits(&alone[0]), bits(&together[trial]), "trial {trial}");
        }
    }

    #[test]
    fn few_parameters_have_few_eigenvalues() {
        for size in 1..=6 {
            let spectrum: Vec<f64> = (0..size).map(|i| f64::from(i / 2)).collect();
            let found = found::<f64>(&[matrix(&spectrum, 0)], 2, 9, 100);
            assert_eq!(found[0].len(), spectrum.len());
            let pairs = found[0].iter().zip(spectrum.iter().rev());
            pairs.for_each(|(one, expected)| assert!((one.value - expected).abs() < 1e-12, "{one:?}, not {expected}"));
        }
    }

    #[test]
    fn a_hessian_that_is_not_finite_has_no_eigenvalues_and_no_say_in_others() {
        let mut matrices = vec![matrix(&[1.0, 2.0, 4.0], 0); 3];
        matrices[0][(1, 1)] = f64::INFINITY;
        let found = found::<f32>(&matrices, 4, 2, 3);
        assert!(found[0].iter().all(|one| one.value.is_nan() && one.residual.is_nan()) && found[0].len() == 2);
        assert!((found[2][0].value - 4.0).abs() < 1e-6 && (found[2][1].value - 2.0).abs() < 1e-6);
    }
}
