//! Landscapes as objectives: optimizers go down them from given points.

use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{Landscape, Points};
use thalweg_kernels::math::Elementary;

use crate::train::{Evaluation, Lane, Layout, Objective, Split};

/// A landscape to go down. Its value takes the place of the training loss, and is looked at on logged steps only: what is
/// watched at every step is the point.
#[derive(Debug)]
pub struct Descent<T> {
    landscape: &'static Landscape,
    spectrum: Vec<T>,
    dimensions: usize,
}

/// What a worker needs to go down a landscape.
#[derive(Debug)]
pub struct Scratch<T> {
    layout: Layout,
    values: Vec<T>,
}

impl<T: Elementary> Descent<T> {
    /// A landscape of so many coordinates; the spectrum is empty where there is none.
    pub fn new(landscape: &'static Landscape, dimensions: usize, spectrum: &[f64]) -> Self {
        let spectrum = spectrum.iter().map(|eigenvalue| T::from_f64(*eigenvalue)).collect();
        Self { landscape, spectrum, dimensions }
    }

    fn points<'a>(&'a self, x: &'a [T]) -> Points<'a, T> {
        Points { x, dimensions: self.dimensions, spectrum: &self.spectrum }
    }
}

impl<T: Elementary> Objective<T> for Descent<T> {
    type Scratch = Scratch<T>;

    fn parameters(&self) -> usize {
        self.dimensions
    }

    fn scratch(&self, layout: Layout) -> Scratch<T> {
        Scratch { layout, values: vec![T::default(); layout.groups * layout.lanes::<T>()] }
    }

    fn start(&self, scratch: &mut Scratch<T>, lanes: &[Lane<'_>], weights: &mut [T]) {
        let width = scratch.layout.lanes::<T>();
        let groups = lanes.chunks_exact(width).zip(weights.chunks_exact_mut(self.dimensions * width));
        for (lanes, weights) in groups {
            for (at, lane) in lanes.iter().enumerate() {
                for (row, x) in weights.chunks_exact_mut(width).zip(lane.start) {
                    row[at] = T::from_f64(*x);
                }
            }
        }
    }

    fn gradient(&self, scratch: &mut Scratch<T>, _: u64, weights: &[T], gradient: &mut [T], _: &mut [T]) {
        self.landscape.gradient(scratch.layout.isa, self.points(weights), gradient);
    }

    fn evaluate(&self, scratch: &mut Scratch<T>, _: u64, _: Split, weights: &[T], evaluation: &mut Evaluation) {
        self.landscape.value(scratch.layout.isa, self.points(weights), &mut scratch.values);
        evaluation.reset(scratch.values.len());
        evaluation.loss.iter_mut().zip(&scratch.values).for_each(|(loss, value)| *loss = value.to_f64());
    }

    fn has(&self, split: Split) -> bool {
        split == Split::Train
    }

    fn classifies(&self) -> bool {
        false
    }
}

/// The values of a landscape at some points, in f64.
pub fn values(landscape: &Landscape, spectrum: &[f64], points: &[Vec<f64>]) -> Vec<f64> {
    let isa = Isa::best();
    let lanes = isa.lanes::<f64>();
    let Some(first) = points.first() else { return Vec::new() };
    let dimensions = first.len();
    let mut x = vec![0.0; points.len().next_multiple_of(lanes) * dimensions];
    for (at, point) in points.iter().enumerate() {
        for (i, coordinate) in point.iter().enumerate() {
            x[(at / lanes * dimensions + i) * lanes + at % lanes] = *coordinate;
        }
    }
    let mut values = vec![0.0; x.len() / dimensions];
    landscape.value(isa, Points { x: &x, dimensions, spectrum }, &mut values);
    values.truncate(points.len());
    values
}
