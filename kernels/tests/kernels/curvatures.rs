//! Second derivatives of every activation, and the step back of a gradient and its tangent: against their f64 twins and
//! differences of first derivatives, at the edges of the formats, and to the bit between instruction sets.

use thalweg_kernels::Isa;
use thalweg_kernels::activation::{ALL, Activation, Tangent};

use crate::compare::{Precision, assert_same};
use crate::numbers::Numbers;

/// The largest error of g'', in epsilons of what bounds it.
const CURVATURE_EPSILONS: f64 = 4.0;

/// Every activation with its default, and some with other values.
fn all() -> Vec<Activation> {
    let other = [("leaky-relu", 0.2), ("elu", 0.5), ("elu", 2.0)];
    let other = other.map(|(name, value)| Activation::named(name).unwrap().with(value));
    ALL.iter().map(|activation| **activation).chain(other).collect()
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
    for activation in &all() {
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
    for activation in &all() {
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
    for activation in &all() {
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
    for activation in &all() {
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
    for activation in &all() {
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
        for activation in &all() {
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
