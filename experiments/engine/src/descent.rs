//! Landscapes as objectives: optimizers go down them from given points.

use thalweg_kernels::landscape::{Landscape, Points, Rotation};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;
use thalweg_kernels::orthogonal::orthogonal;
use thalweg_kernels::table::{Family, Table};
use thalweg_kernels::walk::{Walk, Walker};
use thalweg_kernels::{Isa, Real};

mod differences;

use crate::random::Stream;
use crate::train::{self, Evaluation, Lane, Layout, Objective, Sample, Setting, Split, Team, Trainer};
use differences::Differences;

/// A landscape to descend. Its value takes the place of the training loss, and is evaluated at logged steps only: at
/// every step, only the point is watched.
#[derive(Debug)]
pub struct Descent<T> {
    landscape: &'static Landscape,
    spectrum: Vec<T>,
    dimensions: usize,
    rotation: Option<Rotation<T>>,
    gradient_noise: f64,
}

/// What a worker needs to descend a landscape.
#[derive(Debug)]
pub struct Scratch<T> {
    layout: Layout,
    values: Vec<T>,
    /// The points and their gradient in the coordinates of the landscape, if it is turned.
    turned: [Vec<T>; 2],
    noise: Noise<T>,
    /// What products of the Hessian need, from the first one on.
    differences: Option<Differences>,
}

/// The noise of a block's gradients.
#[derive(Debug, Default)]
struct Noise<T> {
    /// The streams of the block's different seeds.
    streams: Vec<(u64, Stream)>,
    /// The index among them of each lane's stream.
    stream_of: Vec<usize>,
    /// One number per coordinate, one stream after another.
    draws: Vec<T>,
}

impl<T: Elementary> Descent<T> {
    /// A landscape with this many coordinates; the spectrum is empty where there is none.
    pub fn new(landscape: &'static Landscape, dimensions: usize, spectrum: &[f64]) -> Self {
        let spectrum = spectrum.iter().map(|eigenvalue| T::from_f64(*eigenvalue)).collect();
        Self { landscape, spectrum, dimensions, rotation: None, gradient_noise: 0.0 }
    }

    /// The landscape turned by a random orthogonal matrix Q: f(Qᵀx). Q is that of a matrix of normal numbers, row by
    /// row from the stream `rotation` of the seed; see [`thalweg_kernels::orthogonal`].
    #[must_use]
    pub fn rotated(self, seed: u64) -> Self {
        let (n, mut stream) = (self.dimensions, Stream::new("rotation", seed));
        let normals: Vec<f64> = (0..n * n).map(|_| stream.normal()).collect();
        Self { rotation: Some(Rotation::new(&orthogonal(&normals, n), n)), ..self }
    }

    /// Gradients with noise: a normal number of this standard deviation is added to every partial derivative at every
    /// step. They come from the stream `noise` of the trial's order seed, substream `step` (from 0), coordinate by
    /// coordinate, and are rounded before they are added: trials with equal seeds have the same noise at the same step,
    /// wherever they are.
    #[must_use]
    pub fn with_gradient_noise(self, standard_deviation: f64) -> Self {
        Self { gradient_noise: standard_deviation, ..self }
    }

    /// The same function of points in f64: its constants stay as this precision has them.
    fn in_f64(&self) -> Descent<f64> {
        Descent {
            landscape: self.landscape,
            spectrum: self.spectrum.iter().map(|eigenvalue| eigenvalue.to_f64()).collect(),
            dimensions: self.dimensions,
            rotation: self.rotation.as_ref().map(Rotation::in_f64),
            gradient_noise: 0.0,
        }
    }

    /// The values at some points.
    ///
    /// # Panics
    ///
    /// If a point has another number of coordinates.
    pub fn values(&self, isa: Isa, points: &[Vec<f64>]) -> Vec<f64> {
        let x = self.groups(points, isa.lanes::<T>());
        let mut values = vec![T::default(); x.len() / self.dimensions];
        let mut turned = vec![T::default(); if self.rotation.is_some() { x.len() } else { 0 }];
        let points_of_landscape = self.turn_back(isa, &x, &mut turned);
        self.landscape.value(isa, self.points(points_of_landscape), &mut values);
        values[..points.len()].iter().map(|value| value.to_f64()).collect()
    }

    /// The gradients at some points, without noise.
    ///
    /// # Panics
    ///
    /// If a point has another number of coordinates.
    pub fn gradients(&self, isa: Isa, points: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let lanes = isa.lanes::<T>();
        let x = self.groups(points, lanes);
        let mut turned = [0, 1].map(|_| vec![T::default(); if self.rotation.is_some() { x.len() } else { 0 }]);
        let mut gradients = vec![T::default(); x.len()];
        self.slope(isa, &x, &mut gradients, &mut turned);
        let coordinate =
            |at: usize, i: usize| gradients[(at / lanes * self.dimensions + i) * lanes + at % lanes].to_f64();
        (0..points.len()).map(|at| (0..self.dimensions).map(|i| coordinate(at, i)).collect()).collect()
    }

    /// Points as registers hold them, `[group][coordinate][lane]`, with zeros in the lanes that are left over.
    fn groups(&self, points: &[Vec<f64>], lanes: usize) -> Vec<T> {
        let mut x = vec![T::default(); points.len().next_multiple_of(lanes) * self.dimensions];
        for (at, point) in points.iter().enumerate() {
            assert_eq!(point.len(), self.dimensions);
            for (i, coordinate) in point.iter().enumerate() {
                x[(at / lanes * self.dimensions + i) * lanes + at % lanes] = T::from_f64(*coordinate);
            }
        }
        x
    }

    /// The gradients of points, with room for the points and their gradients in the coordinates of the landscape.
    fn slope(&self, isa: Isa, x: &[T], gradients: &mut [T], turned: &mut [Vec<T>; 2]) {
        match &self.rotation {
            None => self.landscape.gradient(isa, self.points(x), gradients),
            Some(rotation) => {
                let [back, slope] = turned;
                rotation.back(isa, x, back);
                self.landscape.gradient(isa, self.points(back), slope);
                rotation.forth(isa, slope, gradients);
            }
        }
    }

    fn points<'a>(&'a self, x: &'a [T]) -> Points<'a, T> {
        Points { x, dimensions: self.dimensions, spectrum: &self.spectrum }
    }

    /// The points in the landscape's own coordinates, Qᵀx, in `turned`; the points themselves if it is not turned.
    fn turn_back<'a>(&self, isa: Isa, x: &'a [T], turned: &'a mut [T]) -> &'a [T] {
        let Some(rotation) = &self.rotation else { return x };
        rotation.back(isa, x, turned);
        turned
    }
}

/// Behind pointers, so that the training loop is compiled here and not where it is called.
static TRAINER: Table<TrainerOf> = Table { f32: train::trainer, f64: train::trainer };

#[derive(Clone, Copy)]
struct TrainerOf;
impl Family for TrainerOf {
    type Member<T: Real> = for<'a> fn(&'a Descent<T>, Setting<'a>) -> Box<dyn Trainer + 'a>;
}

impl<T: Elementary> Objective<T> for Descent<T> {
    type Scratch = Scratch<T>;

    fn trainer<'a>(&'a self, setting: Setting<'a>) -> Box<dyn Trainer + 'a> {
        TRAINER.get::<T>()(self, setting)
    }

    fn parameters(&self) -> usize {
        self.dimensions
    }

    fn scratch(&self, layout: Layout, _: &Team) -> Scratch<T> {
        let lanes = layout.groups * layout.lanes::<T>();
        let turned = if self.rotation.is_some() { lanes * self.dimensions } else { 0 };
        Scratch {
            layout,
            values: vec![T::default(); lanes],
            turned: [0, 1].map(|_| vec![T::default(); turned]),
            noise: Noise::new(if self.gradient_noise > 0.0 { lanes } else { 0 }, self.dimensions),
            differences: None,
        }
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
        if self.gradient_noise > 0.0 {
            scratch.noise.start(lanes);
        }
    }

    /// Noise is that of a step: there is none in the gradient of [`Sample::All`].
    fn gradient_of(&self, scratch: &mut Scratch<T>, sample: Sample, weights: &[T], gradient: &mut [T], _: &mut [T]) {
        let isa = scratch.layout.isa;
        self.slope(isa, weights, gradient, &mut scratch.turned);
        if let Sample::Batch(step) = sample
            && self.gradient_noise > 0.0
        {
            scratch.noise.draw(step, self.gradient_noise, self.dimensions);
            scratch.noise.add(gradient, self.dimensions, scratch.layout.lanes::<T>());
        }
    }

    /// By central differences of the gradient in f64, whatever the precision of the trial, which rounds the product:
    /// \[g(x + h v/‖v‖) - g(x - h v/‖v‖)\] ‖v‖ / 2h with h = 2⁻¹⁷ √max(1, ‖x‖). Noise is the same everywhere, and has no part
    /// in it; every sample is the landscape.
    ///
    /// Its error is h²/6 ‖v‖ times the third derivative of the gradient nearby, for what differences leave out, and for what
    /// is rounded 10⁻¹⁰ ‖v‖ √max(1, ‖x‖) times the largest second derivative and gradient on the way there. At a kink of the
    /// gradient, a product is as large as h is small.
    fn hessian_product(&self, scratch: &mut Scratch<T>, _: Sample, weights: &[T], direction: &[T], product: &mut [T]) {
        let new = || Differences::new(self.in_f64(), scratch.layout.isa);
        let differences = scratch.differences.get_or_insert_with(new);
        differences.product(scratch.layout.lanes::<T>(), [weights, direction], product);
    }

    fn walk(&self, scratch: &mut Scratch<T>, optimizer: &Optimizer, walk: Walk<'_, T>) -> bool {
        let is_plain = self.rotation.is_none() && self.gradient_noise == 0.0;
        let walker = Walker::new(scratch.layout.isa, self.landscape, optimizer, self.dimensions);
        let Some(walker) = walker.filter(|_| is_plain) else { return false };
        walker.go(walk);
        true
    }

    fn evaluate(&self, scratch: &mut Scratch<T>, _: u64, _: Split, weights: &[T], evaluation: &mut Evaluation) {
        let isa = scratch.layout.isa;
        let x = self.turn_back(isa, weights, &mut scratch.turned[0]);
        self.landscape.value(isa, self.points(x), &mut scratch.values);
        evaluation.reset(scratch.values.len());
        evaluation.loss.iter_mut().zip(&scratch.values).for_each(|(loss, value)| *loss = value.to_f64());
    }

    fn floor(&self) -> f64 {
        self.landscape.facts.minimum(self.dimensions).unwrap_or(f64::NEG_INFINITY)
    }

    fn has(&self, split: Split) -> bool {
        split == Split::Train
    }

    fn classifies(&self) -> bool {
        false
    }
}

impl<T: Elementary> Noise<T> {
    /// Room for the noise of `lanes` lanes, each of which may have a seed of its own.
    fn new(lanes: usize, dimensions: usize) -> Self {
        Self {
            streams: Vec::with_capacity(lanes),
            stream_of: Vec::with_capacity(lanes),
            draws: Vec::with_capacity(lanes * dimensions),
        }
    }

    /// The streams of a block. Lanes of a block are sorted by seed.
    fn start(&mut self, lanes: &[Lane<'_>]) {
        self.streams.clear();
        self.stream_of.clear();
        for lane in lanes {
            if self.streams.last().is_none_or(|(seed, _)| *seed != lane.order_seed) {
                self.streams.push((lane.order_seed, Stream::new("noise", lane.order_seed)));
            }
            self.stream_of.push(self.streams.len() - 1);
        }
    }

    /// Draws the numbers of every stream for a step.
    fn draw(&mut self, step: u64, standard_deviation: f64, dimensions: usize) {
        self.draws.clear();
        for (_, stream) in &self.streams {
            let mut stream = stream.substream(step);
            self.draws.extend((0..dimensions).map(|_| T::from_f64(standard_deviation * stream.normal())));
        }
    }

    /// Adds the draws to a gradient, `[group][coordinate][lane]`, with `width` lanes per group.
    fn add(&self, gradient: &mut [T], dimensions: usize, width: usize) {
        let groups = gradient.chunks_exact_mut(dimensions * width).zip(self.stream_of.chunks_exact(width));
        for (gradient, stream_of) in groups {
            for (i, row) in gradient.chunks_exact_mut(width).enumerate() {
                row.iter_mut().zip(stream_of).for_each(|(g, stream)| *g += self.draws[stream * dimensions + i]);
            }
        }
    }
}
