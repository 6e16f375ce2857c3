//! Second derivatives of every activation and loss: against their f64 twins and differences of first derivatives, at the edges
//! of the formats, and to the bit between instruction sets.

use thalweg_kernels::Isa;
use thalweg_kernels::activation::{ALL as ACTIVATIONS, Activation, Tangent};
use thalweg_kernels::loss::{ALL as LOSSES, Curvature, Loss, Rows, Task};
use thalweg_kernels::product::Input;

use crate::compare::{Precision, assert_same};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;

/// The largest error of g'', in epsilons of what bounds it.
const CURVATURE_EPSILONS: f64 = 4.0;

/// Every activation with its default, and some with other values.
fn activations() -> Vec<Activation> {
    let other = [("leaky-relu", 0.2), ("elu", 0.5), ("elu", 2.0)];
    let other = other.map(|(name, value)| Activation::named(name).unwrap().with(value));
    ACTIVATIONS.iter().map(|activation| **activation).chain(other).collect()
}

/// What |g''| does not exceed, as the documentation has it.
fn bound(activation: &Activation) -> f64 {
    match activation.name {
        "softsign" => 2.0,
        "elu" => activation.setting().unwrap(),
        _ => 1.0,
    }
}

/// Points where something happens, with some of every size.
fn points() -> Vec<f64> {
    let mut numbers = Numbers::new(1);
    let mut points: Vec<f64> = (-4000..=4000).map(|i| f64::from(i) * 0.005).collect();
    points.extend((0..500).map(|_| 87.0 * (2.0 * numbers.uniform() - 1.0)));
    points.extend((0..500).map(|i| numbers.normal() * 0.5_f64.powi(i % 120 - 60)));
    points
}

/// dL/dz and R(dL/dz) from x, Rz, dL/da and R(dL/da).
fn back<T: Precision>(activation: &Activation, isa: Isa, [x, arguments, gradient, tangent]: [&[T]; 4]) -> [Vec<T>; 2] {
    let (mut gradient, mut tangent) = (gradient.to_vec(), tangent.to_vec());
    let units = Tangent { x, arguments, gradient: &mut gradient, tangent: &mut tangent };
    activation.backward_with_tangent(isa, units);
    [gradient, tangent]
}

/// What back propagation takes of the arguments z.
fn known<T: Precision>(activation: &Activation, isa: Isa, z: &[T]) -> Vec<T> {
    let mut a = z.to_vec();
    activation.forward(isa, &mut a);
    activation.needed(z, &a).to_vec()
}

/// g''(z): all of R(dL/dz) where Rz and dL/da are 1 and R(dL/da) is 0.
fn curvatures<T: Precision>(activation: &Activation, isa: Isa, z: &[T]) -> Vec<T> {
    let (one, zero) = (vec![T::from_f64(1.0); z.len()], vec![T::default(); z.len()]);
    let [_, curvatures] = back(activation, isa, [&known(activation, isa, z), &one, &one, &zero]);
    curvatures
}

#[test]
fn references_are_slopes_of_slopes() {
    const H: f64 = 1e-3;
    for activation in &activations() {
        for z in points().into_iter().filter(|z| z.abs() > 2.0 * H) {
            let slope = |h: f64| (activation.reference(z + h).1 - activation.reference(z - h).1) / (2.0 * h);
            let want = (4.0 * slope(H) - slope(2.0 * H)) / 3.0;
            let got = activation.reference(z).2;
            assert!((got - want).abs() <= 1e-9, "{activation:?} at {z}: {got} is not {want}");
        }
    }
}

fn agrees_with_its_reference<T: Precision>() {
    let points: Vec<T> = points().into_iter().map(T::from_f64).collect();
    for activation in &activations() {
        let (mut largest, mut worst) = (0.0_f64, (0.0, 0.0));
        for (got, z) in curvatures(activation, Isa::best(), &points).iter().zip(&points) {
            let (got, (.., want)) = (got.to_f64(), activation.reference(z.to_f64()));
            largest = largest.max(want.abs());
            let error = (got - want).abs() / (T::EPSILON * bound(activation));
            worst = if error > worst.0 || error.is_nan() { (error, z.to_f64()) } else { worst };
        }
        println!(
            "g'' of {activation:?} is off by {:.2} ε of its largest size at {:e} in {}",
            worst.0,
            worst.1,
            T::NAME
        );
        assert!(worst.0 <= CURVATURE_EPSILONS, "{activation:?}: {} ε at {:e}", worst.0, worst.1);
        assert_eq!(activation.curves(), largest > 0.0, "{activation:?}");
        assert!(largest <= bound(activation), "{activation:?}: {largest}");
    }
}

#[test]
fn every_curvature_agrees_with_its_reference() {
    agrees_with_its_reference::<f32>();
    agrees_with_its_reference::<f64>();
}

/// Lengths around the width of a register and of the two that go through a formula together.
fn lengths(lanes: usize) -> [usize; 7] {
    [0, 1, lanes - 1, lanes, lanes + 1, 2 * lanes + 3, 5 * lanes + 2]
}

/// Any bit pattern: NaN, infinities and subnormal numbers among them.
fn patterns<T: Precision>(seed: u64, count: usize) -> Vec<T> {
    let mut numbers = Numbers::new(seed);
    (0..count)
        .map(|at| if at % 3 > 0 { T::from_f64(numbers.normal()) } else { T::from_pattern(numbers.bits()) })
        .collect()
}

/// The gradient is that of the kernel without tangents, and nothing depends on the place in a slice or the instruction set.
fn steps_back_the_same_everywhere<T: Precision>() {
    const COUNT: usize = 3000;
    let [x, arguments, gradient, tangent] = [1, 2, 3, 4].map(|seed| patterns::<T>(seed, COUNT));
    for activation in &activations() {
        let want = back(activation, Isa::available()[0], [&x, &arguments, &gradient, &tangent]);
        for isa in Isa::available() {
            let mut alone = gradient.clone();
            activation.backward(isa, &x, &mut alone);
            assert_same(&want[0], &alone, || format!("{activation:?} {isa:?}"));
            for n in lengths(isa.lanes::<T>()).into_iter().chain([COUNT]) {
                for first in [0, 1, 1000] {
                    let part = first..(first + n).min(COUNT);
                    let numbers = [&x, &arguments, &gradient, &tangent].map(|numbers| &numbers[part.clone()]);
                    for (got, want) in back(activation, isa, numbers).iter().zip(&want) {
                        assert_same(got, &want[part.clone()], || format!("{activation:?} {isa:?} {part:?}"));
                    }
                }
            }
        }
    }
}

#[test]
fn every_activation_steps_back_the_same_everywhere() {
    steps_back_the_same_everywhere::<f32>();
    steps_back_the_same_everywhere::<f64>();
}

/// R(dL/dz) = g'' Rz dL/da + g' R(dL/da), in all its factors.
#[test]
fn a_step_back_is_its_formula() {
    let mut numbers = Numbers::new(6);
    let [z, change, gradient, tangent] = [0; 4].map(|_| (0..200).map(|_| numbers.normal()).collect::<Vec<f64>>());
    for activation in &activations() {
        for isa in Isa::available() {
            let x = known(activation, isa, &z);
            let [_, got] = back(activation, isa, [&x, &change, &gradient, &tangent]);
            for (at, got) in got.iter().enumerate() {
                let (_, slope, bend) = activation.reference(z[at]);
                let want = bend * change[at] * gradient[at] + slope * tangent[at];
                let size = 1.0 + (change[at] * gradient[at]).abs() + tangent[at].abs();
                assert!((got - want).abs() <= 1e-14 * size, "{activation:?} {isa:?} at {}: {got} {want}", z[at]);
            }
        }
    }
}

/// The limits at infinity, the kinks as they are documented, and NaN where something depends on it.
#[test]
fn curvatures_at_the_edges_are_as_documented() {
    for activation in &activations() {
        for isa in Isa::available() {
            for (z, want) in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN].into_iter().zip([0.0; 4]) {
                assert_eq!(curvatures(activation, isa, &[z])[0], want, "{activation:?} {isa:?} at {z}");
                assert_eq!(curvatures(activation, isa, &[z as f32])[0], 0.0, "{activation:?} {isa:?} at {z}");
                assert_eq!(activation.reference(z).2, want, "{activation:?} at {z}");
            }
            let got = curvatures(activation, isa, &[f64::NAN])[0];
            assert_eq!(got.is_nan(), activation.curves(), "{activation:?} {isa:?}: {got} of NaN");
            let at_zero = curvatures(activation, isa, &[0.0, -0.0]);
            let (.., want) = activation.reference(0.0);
            assert_eq!(at_zero, [want; 2], "{activation:?} {isa:?}");
            match activation.name {
                "relu" | "leaky-relu" | "identity" | "softsign" => assert_eq!(want, 0.0),
                "elu" => assert_eq!(want, activation.setting().unwrap()),
                _ => {}
            }
        }
    }
}

/// A unit that is straight where it is passes R(dL/da), whatever the rest is; elsewhere what is not finite shows.
#[test]
fn straight_units_have_no_part_in_what_is_infinite() {
    let infinite = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    for isa in Isa::available() {
        for activation in &activations() {
            let x = known(activation, isa, &[3.0; 3]);
            let [_, got] = back(activation, isa, [&x, &infinite, &[1.0; 3], &[2.0; 3]]);
            let [_, other] = back(activation, isa, [&x, &[1.0; 3], &infinite, &[2.0; 3]]);
            if activation.curves() && activation.name != "elu" {
                assert!(got.iter().chain(&other).all(|x| !x.is_finite()), "{activation:?} {isa:?}: {got:?} {other:?}");
            } else {
                assert_eq!([got, other], [[2.0; 3]; 2], "{activation:?} {isa:?}");
            }
        }
    }
}

/// This many trials fill whole registers of every width.
const TRIALS: usize = 16;

/// Every loss with its default, and some with other values.
fn losses() -> Vec<Loss> {
    let other = [0.25, 3.0].map(|delta| Loss::named("huber").unwrap().with(delta));
    LOSSES.iter().map(|loss| **loss).chain(other).collect()
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
    for loss in &losses() {
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

fn losses_have_the_same_bits_everywhere<T: Precision>() {
    for loss in &losses() {
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
    losses_have_the_same_bits_everywhere::<f32>();
    losses_have_the_same_bits_everywhere::<f64>();
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
