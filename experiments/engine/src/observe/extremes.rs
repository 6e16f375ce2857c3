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
    /// The largest sum of the sizes of a row of it.
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

/// Whether an eigenvalue is near enough to one of the Hessian, whose size is about `scale`: its residual is small beside itself,
/// or beside what rounding does to products. What is wrong with it is at most the residual, and of the order of its square where
/// the next one is not near.
fn is_near<T>(extreme: Extreme, scale: f64) -> bool {
    let [share, rounding] = if size_of::<T>() == size_of::<f32>() { [1e-5, 1e-6] } else { [1e-6, 1e-10] };
    extreme.residual <= share * extreme.value.abs() || extreme.residual <= rounding * scale
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
        let is_found = is_last || (size.is_multiple_of(PACE) && is_near::<T>(self.largest(beyond, 1).1, self.scale));
        if !is_found {
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
mod tests;
