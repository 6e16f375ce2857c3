//! The gradient of a landscape.

use thalweg_kernels::landscape::{Dimensions, Landscape, Points};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Buffer, Isa};

use super::{Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::inputs;

/// Points: their coordinates and gradients stay in the first-level cache.
const POINTS: usize = 1024;
/// Coordinates of a point.
const DIMENSIONS: usize = 2;

/// The gradient at points of the landscape's domain. An element is a point; the reference is the textbook's formula in
/// f64, a point at a time.
struct Gradient<T> {
    landscape: &'static Landscape,
    isa: Isa,
    spectrum: Vec<T>,
    x: Buffer<T>,
    result: Buffer<T>,
    plain: Vec<f64>,
}

/// The workload of a landscape.
pub fn workload<T: Elementary>(landscape: &'static Landscape, isa: Isa) -> Box<dyn Workload> {
    let (low, high) = landscape.facts.domain;
    let mut stream = inputs::stream(11);
    let has_spectrum = landscape.facts.dimensions == Dimensions::Spectrum;
    let spectrum = if has_spectrum { vec![T::from_f64(1.0), T::from_f64(10.0)] } else { vec![] };
    Box::new(Gradient {
        landscape,
        isa,
        spectrum,
        x: inputs::buffer(POINTS * DIMENSIONS, || low + (high - low) * stream.uniform()),
        result: Buffer::zeroed(POINTS * DIMENSIONS),
        plain: vec![0.0; POINTS * DIMENSIONS],
    })
}

impl<T: Elementary> Workload for Gradient<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.landscape.facts.name, T::NAME)
    }

    fn work(&self) -> u64 {
        POINTS as u64
    }

    fn run(&mut self, runner: Runner) {
        let lanes = self.isa.lanes::<T>();
        if runner == Runner::Thalweg {
            let points = Points { x: &self.x, dimensions: DIMENSIONS, spectrum: &self.spectrum };
            return self.landscape.gradient(self.isa, points, &mut self.result);
        }
        let spectrum: Vec<f64> = self.spectrum.iter().map(|x| x.to_f64()).collect();
        for point in 0..POINTS {
            let at = |i: usize| (point / lanes * DIMENSIONS + i) * lanes + point % lanes;
            let x: [f64; DIMENSIONS] = std::array::from_fn(|i| self.x[at(i)].to_f64());
            let (_, gradient) = (self.landscape.reference)(&x, &spectrum);
            gradient.into_iter().enumerate().for_each(|(i, partial)| self.plain[at(i)] = partial);
        }
    }

    fn check(&mut self) {
        self.run(Runner::Thalweg);
        self.run(Runner::Reference);
        // Of the largest partial derivative, since terms cancel and Rastrigin's angle of up to 32 is rounded.
        let largest = self.plain.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let tolerance = Tolerance::absolute(largest * if size_of::<T>() == 4 { 5e-6 } else { 1e-14 });
        assert_close(self.name(), &self.result, &self.plain, tolerance);
    }
}
