//! The gradient of a landscape.

use thalweg_kernels::landscape::{Dimensions, Landscape, Points};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Buffer, Isa};

use super::{Demands, Runner, Workload};
use crate::agreement::{Tolerance, assert_close};
use crate::answer::Answer;
use crate::inputs;

/// Points: their coordinates and gradients stay in the first-level cache.
const POINTS: usize = 1024;
/// The gradient at points of the landscape's domain. An element is a point; the reference is the textbook's formula in
/// f64, a point at a time.
struct Gradient<T> {
    landscape: &'static Landscape,
    isa: Isa,
    /// Coordinates of a point.
    dimensions: usize,
    spectrum: Vec<T>,
    x: Buffer<T>,
    result: Buffer<T>,
    plain: Vec<f64>,
}

/// The workload of a landscape.
pub fn workload<T: Elementary>(landscape: &'static Landscape, isa: Isa) -> Box<dyn Workload> {
    let mut stream = inputs::stream(11);
    let has_spectrum = landscape.facts.dimensions == Dimensions::Spectrum;
    let dimensions = if landscape.facts.dimensions == Dimensions::Exactly(1) { 1 } else { 2 };
    let (lanes, mut at) = (isa.lanes::<T>(), 0);
    let mut coordinate = || {
        let (low, high) = landscape.facts.bounds(at / lanes % dimensions);
        at += 1;
        low + (high - low) * stream.uniform()
    };
    let spectrum = if has_spectrum { vec![T::from_f64(1.0), T::from_f64(10.0)] } else { vec![] };
    Box::new(Gradient {
        landscape,
        isa,
        dimensions,
        spectrum,
        x: inputs::buffer(POINTS * dimensions, &mut coordinate),
        result: Buffer::zeroed(POINTS * dimensions),
        plain: vec![0.0; POINTS * dimensions],
    })
}

impl<T: Elementary> Workload for Gradient<T> {
    fn name(&self) -> String {
        format!("{}-{}", self.landscape.facts.name, T::NAME)
    }

    fn work(&self) -> u64 {
        POINTS as u64
    }

    fn unit(&self) -> &'static str {
        "points"
    }

    fn demands(&self) -> Option<Demands> {
        let (loaded, stored) = (self.x.len() as u64, self.result.len() as u64);
        Some(Demands { number: size_of::<T>(), loaded, stored, held: loaded + stored, multiplications: None })
    }

    fn run(&mut self, runner: Runner) {
        let lanes = self.isa.lanes::<T>();
        if runner == Runner::Thalweg {
            let points = Points { x: &self.x, dimensions: self.dimensions, spectrum: &self.spectrum };
            return self.landscape.gradient(self.isa, points, &mut self.result);
        }
        let spectrum: Vec<f64> = self.spectrum.iter().map(|x| x.to_f64()).collect();
        for point in 0..POINTS {
            let at = |i: usize| (point / lanes * self.dimensions + i) * lanes + point % lanes;
            let x: Vec<f64> = (0..self.dimensions).map(|i| self.x[at(i)].to_f64()).collect();
            let (_, gradient) = self.landscape.reference(&x, &spectrum);
            gradient.into_iter().enumerate().for_each(|(i, partial)| self.plain[at(i)] = partial);
        }
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.result);
    }

    fn check(&mut self) {
        self.run(Runner::Thalweg);
        self.run(Runner::Reference);
        // Of the largest partial derivative, since terms cancel, and of the largest coordinate, since waves are as far
        // off as their angles are rounded.
        let largest = self.plain.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let farthest = self.x.iter().fold(1.0, |most: f64, x| most.max(x.to_f64().abs()));
        let epsilon = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let tolerance = Tolerance::absolute(8.0 * epsilon * farthest * largest);
        assert_close(self.name(), &self.result, &self.plain, tolerance);
    }
}
