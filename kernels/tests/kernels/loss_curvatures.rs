//! The curvature of every loss along a change of its outputs: against differences of its gradient, at the edges, and to the bit
//! between instruction sets and layouts.

use thalweg_kernels::Isa;
use thalweg_kernels::loss::{ALL, Curvature, Loss, Rows, Task};
use thalweg_kernels::product::Input;

use crate::compare::{Precision, assert_same};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;

/// This many trials fill whole registers of every width.
const TRIALS: usize = 16;

/// Every loss with its default, and some with other values.
fn all() -> Vec<Loss> {
    let other = [0.25, 3.0].map(|delta| Loss::named("huber").unwrap().with(delta));
    ALL.iter().map(|loss| **loss).chain(other).collect()
}

/// Examples of every trial: outputs and directions `[example][unit]`, and targets.
struct Examples {
    units: usize,
    outputs: Vec<Vec<f64>>,
    directions: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
}

const SCALE: f64 = 0.25;

impl Examples {
    fn new<T: Precision>(
        loss: &Loss,
        units: usize,
        count: usize,
        seed: u64,
        mut draw: impl FnMut(&mut Numbers) -> f64,
    ) -> Self {
        let mut numbers = Numbers::new(seed);
        let round = |x: f64| T::from_f64(x).to_f64();
        let outputs = (0..TRIALS).map(|_| (0..count * units).map(|_| round(draw(&mut numbers))).collect()).collect();
        let directions = (0..TRIALS).map(|_| (0..count * units).map(|_| round(numbers.normal())).collect()).collect();
        let mut target = || -> Vec<f64> {
            match loss.task {
                Task::Regression => (0..units).map(|_| round(numbers.normal())).collect(),
                Task::Binary => vec![numbers.below(2) as f64],
                Task::Multiclass => vec![numbers.below(units) as f64],
                Task::Distribution => (0..units).map(|_| round(numbers.uniform())).collect(),
            }
        };
        let targets = (0..TRIALS).map(|_| (0..count).flat_map(|_| target()).collect()).collect();
        Self { units, outputs, directions, targets }
    }

    /// What the kernel makes of every trial's direction.
    fn run<T: Precision>(&self, loss: &Loss, isa: Isa) -> Vec<Vec<T>> {
        let lanes = isa.lanes::<T>();
        let round = |values: &Vec<f64>| values.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>();
        let group = |first: usize| {
            let rows = |of: &[Vec<f64>]| interleave(&of[first..first + lanes].iter().map(round).collect::<Vec<_>>());
            let (outputs, mut tangent, targets) = (rows(&self.outputs), rows(&self.directions), rows(&self.targets));
            let targets = Input::PerLane(&targets[..]);
            let (units, scale) = (self.units, T::from_f64(SCALE));
            let chunk = Curvature { outputs: &outputs, tangent: &mut tangent, targets, units, scale };
            loss.curvature(isa, chunk);
            separate(&tangent, lanes)
        };
        (0..TRIALS).step_by(lanes).flat_map(group).collect()
    }

    /// The same with the examples of a trial in the lanes of registers.
    fn run_rows<T: Precision>(&self, loss: &Loss, isa: Isa) -> Vec<Vec<T>> {
        let mut rows = Rows::<T>::new(isa);
        let round = |values: &Vec<f64>| values.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>();
        let trial = |at: usize| {
            let [outputs, mut tangent, targets] =
                [&self.outputs[at], &self.directions[at], &self.targets[at]].map(round);
            let targets = Input::PerLane(&targets[..]);
            let (units, scale) = (self.units, T::from_f64(SCALE));
            rows.curvature(loss, Curvature { outputs: &outputs, tangent: &mut tangent, targets, units, scale });
            tangent
        };
        (0..TRIALS).map(trial).collect()
    }

    /// scale · (dL/dz(z + h v) - dL/dz(z - h v)) / 2h of an example in plain f64, and whether it is far from a kink.
    fn slope(&self, loss: &Loss, trial: usize, example: usize) -> Option<Vec<f64>> {
        const H: f64 = 1e-5;
        let width = loss.target_width(self.units);
        let [z, v] = [&self.outputs, &self.directions].map(|of| &of[trial][example * self.units..][..self.units]);
        let y = &self.targets[trial][example * width..][..width];
        let at = |h: f64| loss.reference(&z.iter().zip(v).map(|(z, v)| z + h * v).collect::<Vec<_>>(), y).1;
        let slope = |h: f64| -> Vec<f64> {
            at(h).iter().zip(at(-h)).map(|(above, below)| SCALE * (above - below) / (2.0 * h)).collect()
        };
        let (near, far) = (slope(H), slope(2.0 * H));
        near.iter().zip(&far).all(|(near, far)| (near - far).abs() < 1e-6).then_some(near)
    }
}

fn units(loss: &Loss) -> &'static [usize] {
    match loss.task {
        Task::Regression => &[1, 2, 5],
        Task::Binary => &[1],
        Task::Multiclass | Task::Distribution => &[2, 3, 10],
    }
}

fn curvatures_are_slopes<T: Precision>(tolerance: f64) {
    for loss in &all() {
        for &units in units(loss) {
            let examples = Examples::new::<T>(loss, units, 20, 7, |numbers| 1.5 * numbers.normal());
            let (mut compared, got) = (0, examples.run::<T>(loss, Isa::best()));
            for (trial, got) in got.iter().enumerate() {
                for (example, got) in got.chunks_exact(units).enumerate() {
                    let Some(want) = examples.slope(loss, trial, example) else { continue };
                    compared += 1;
                    for (got, want) in got.iter().zip(want) {
                        let error = (got.to_f64() - want).abs();
                        assert!(error <= tolerance, "{loss:?} of {units} units: {got} is not {want}");
                    }
                }
            }
            assert!(compared > 300, "{loss:?} has a kink wherever one looks");
        }
    }
}

#[test]
fn every_curvature_is_the_slope_of_its_gradient() {
    curvatures_are_slopes::<f32>(1e-6);
    curvatures_are_slopes::<f64>(1e-9);
}

fn has_the_same_bits_everywhere<T: Precision>() {
    for loss in &all() {
        for &units in units(loss) {
            let normal = Examples::new::<T>(loss, units, 19, 8, Numbers::normal);
            let any = |numbers: &mut Numbers| T::from_pattern(numbers.bits()).to_f64();
            for examples in [normal, Examples::new::<T>(loss, units, 19, 9, any)] {
                let want = examples.run::<T>(loss, Isa::available()[0]);
                for isa in Isa::available() {
                    for got in [examples.run::<T>(loss, isa), examples.run_rows::<T>(loss, isa)] {
                        for (got, want) in got.iter().zip(&want) {
                            assert_same(got, want, || format!("{loss:?} of {units} units, {isa:?}"));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_curvature_has_the_same_bits_everywhere() {
    has_the_same_bits_everywhere::<f32>();
    has_the_same_bits_everywhere::<f64>();
}

/// One example of one trial, with a scale of 1.
fn curvature<T: Precision>(loss: &str, z: &[f64], v: &[f64], y: &[f64]) -> Vec<T> {
    let [outputs, mut tangent, targets] = [z, v, y].map(|x| x.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>());
    let (targets, scale) = (Input::PerLane(&targets[..]), T::from_f64(1.0));
    let chunk = Curvature { outputs: &outputs, tangent: &mut tangent, targets, units: z.len(), scale };
    Rows::new(Isa::best()).curvature(Loss::named(loss).unwrap(), chunk);
    tangent
}

/// p is so near 1 that nothing is left of 1 - p, nor of the difference between a class and the mean.
#[test]
fn saturated_classifiers_keep_their_curvature() {
    for z in [20.0, 60.0, -60.0] {
        let want = libm::exp(-f64::abs(z)) / (1.0 + libm::exp(-f64::abs(z))).powi(2) * 3.0;
        let got = curvature::<f32>("bce", &[z], &[3.0], &[1.0])[0];
        assert!((f64::from(got) / want - 1.0).abs() < 1e-6, "{z}: {got:e}, not {want:e}");
    }
    let e = libm::exp(-30.0);
    // p = (1, e, e) less what is smaller: p ∘ v - p (pᵀv) is e times the differences to the first.
    for loss in ["softmax-cross-entropy", "softmax-cross-entropy-dense"] {
        let y: &[f64] = if loss.ends_with("dense") { &[1.0, 0.0, 0.0] } else { &[0.0] };
        let got = curvature::<f32>(loss, &[40.0, 10.0, 10.0], &[1000.0, 1003.0, 999.0], y);
        for (got, want) in got.iter().zip([-2.0 * e, 3.0 * e, -e]) {
            assert!((f64::from(*got) / want - 1.0).abs() < 1e-5, "{loss}: {got:e}, not {want:e}");
        }
    }
}

#[test]
fn curvatures_of_losses_at_the_edges_are_as_documented() {
    let at = |loss, z: f64, v: f64| curvature::<f64>(loss, &[z], &[v], &[0.0])[0];
    assert_eq!([0.0, 1.0, -7.0].map(|z| at("mae", z, 3.0)), [0.0; 3]);
    assert_eq!(at("mae", 1.0, f64::INFINITY), 0.0);
    assert!(at("mae", 1.0, f64::NAN).is_nan() && at("mae", f64::NAN, 1.0).is_nan());
    assert_eq!([0.0, 0.5, 1.0, -1.0, 1.5, -7.0].map(|z| at("huber", z, 3.0)), [3.0, 3.0, 3.0, 3.0, 0.0, 0.0]);
    assert_eq!(at("huber", 7.0, f64::INFINITY), 0.0);
    assert_eq!([f64::INFINITY, f64::NEG_INFINITY].map(|z| at("bce", z, 3.0)), [0.0; 2]);
    assert!(["bce", "mse", "huber"].iter().all(|loss| at(loss, 0.5, f64::NAN).is_nan()));
}

/// One-hot labels cost memory and change nothing else.
#[test]
fn dense_cross_entropy_curves_as_the_sparse_one() {
    let [sparse, dense] =
        ["softmax-cross-entropy", "softmax-cross-entropy-dense"].map(|name| *Loss::named(name).unwrap());
    for units in [2, 3, 10] {
        let examples = Examples::new::<f32>(&sparse, units, 30, 10, |numbers| 8.0 * numbers.normal());
        let hot = |label: &f64| (0..units).map(|i| f64::from(u8::from(i == *label as usize))).collect::<Vec<f64>>();
        let targets = examples.targets.iter().map(|labels| labels.iter().flat_map(hot).collect()).collect();
        let want = examples.run::<f32>(&sparse, Isa::best());
        for (got, want) in (Examples { targets, ..examples }).run::<f32>(&dense, Isa::best()).iter().zip(&want) {
            assert_same(got, want, || format!("{units} classes"));
        }
    }
}
