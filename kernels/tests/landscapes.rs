//! Every landscape, on every instruction set and width, in both precisions: against its f64 twin, which is held against
//! finite differences and published values.

use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL, Dimensions, Landscape, Points};

mod compare;
mod lanes;
mod numbers;

use compare::{Precision, assert_same};
use lanes::{interleave, separate};
use numbers::Numbers;

/// The numbers of coordinates to test a landscape in.
fn dimensions(landscape: &Landscape) -> Vec<usize> {
    match landscape.facts.dimensions {
        Dimensions::Exactly(count) => vec![count],
        Dimensions::AtLeast(count) => vec![count, 2, 5],
        Dimensions::Spectrum => vec![1, 2, 7],
    }
}

fn spectrum(landscape: &Landscape, dimensions: usize) -> Vec<f64> {
    let count = if landscape.facts.dimensions == Dimensions::Spectrum { dimensions } else { 0 };
    (0..count).map(|i| 0.25 + 3.5 * i as f64).collect()
}

/// Points of the domain, and some farther away.
fn points(landscape: &Landscape, dimensions: usize, count: usize) -> Vec<Vec<f64>> {
    let mut numbers = Numbers::new(dimensions as u64);
    let (low, high) = landscape.facts.domain;
    let point = |at: usize| {
        let stretch = if at % 4 == 3 { 10.0 } else { 1.0 };
        // f32 has them all.
        (0..dimensions).map(|_| f64::from((stretch * (low + (high - low) * numbers.uniform())) as f32)).collect()
    };
    (0..count).map(point).collect()
}

/// f and its gradient at `points`, as many as there are lanes in some groups.
fn evaluate<T: Precision>(landscape: &Landscape, isa: Isa, points: &[Vec<f64>]) -> Vec<(T, Vec<T>)> {
    let (lanes, dimensions) = (isa.lanes::<T>(), points[0].len());
    let spectrum: Vec<T> = spectrum(landscape, dimensions).into_iter().map(T::from_f64).collect();
    let rounded: Vec<Vec<T>> = points.iter().map(|x| x.iter().map(|x| T::from_f64(*x)).collect()).collect();
    let x: Vec<T> = rounded.chunks_exact(lanes).flat_map(interleave).collect();
    let block = Points { x: &x, dimensions, spectrum: &spectrum };
    let (mut values, mut gradient) = (vec![T::default(); points.len()], vec![T::default(); x.len()]);
    landscape.value(isa, block, &mut values);
    landscape.gradient(isa, block, &mut gradient);
    let gradients = gradient.chunks_exact(lanes * dimensions).flat_map(|group| separate(group, lanes));
    values.into_iter().zip(gradients).collect()
}

fn agrees_with_its_reference<T: Precision>() {
    for landscape in ALL {
        for dimensions in dimensions(landscape) {
            let spectrum = spectrum(landscape, dimensions);
            // Three registers of the widest one.
            let points = points(landscape, dimensions, 48);
            let expected = evaluate::<T>(landscape, Isa::available()[0], &points);
            for isa in Isa::available() {
                for (at, (value, gradient)) in evaluate::<T>(landscape, isa, &points).into_iter().enumerate() {
                    let what = || format!("{landscape:?} on {isa:?} at {:?}", points[at]);
                    assert_same(&[value], &[expected[at].0], what);
                    assert_same(&gradient, &expected[at].1, what);
                }
            }
            for (point, (value, gradient)) in points.iter().zip(expected) {
                let (exact, exact_gradient) = (landscape.reference)(point, &spectrum);
                // Terms cancel; an error is small beside the largest of them, which the point's size gives.
                let size = point.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
                let scale = (landscape.reference)(&vec![-size; dimensions], &spectrum).0.abs().max(1.0);
                let close = |a: f64, b: f64| (a - b).abs() <= 100.0 * T::EPSILON * scale.max(b.abs());
                assert!(close(value.to_f64(), exact), "{landscape:?} at {point:?}: {value} is not {exact}");
                for (a, b) in gradient.iter().zip(exact_gradient) {
                    assert!(close(a.to_f64(), b), "{landscape:?} at {point:?}: partial derivative {a} is not {b}");
                }
            }
        }
    }
}

#[test]
fn landscapes_agree_with_their_references_on_every_isa_in_f32() {
    agrees_with_its_reference::<f32>();
}

#[test]
fn landscapes_agree_with_their_references_on_every_isa_in_f64() {
    agrees_with_its_reference::<f64>();
}

#[test]
fn gradients_are_the_slopes_of_values() {
    for landscape in ALL {
        for dimensions in dimensions(landscape) {
            let spectrum = spectrum(landscape, dimensions);
            for point in points(landscape, dimensions, 20) {
                let (value, gradient) = (landscape.reference)(&point, &spectrum);
                for (i, partial) in gradient.iter().enumerate() {
                    let step = 1e-5 * point[i].abs().max(1.0);
                    let at = |offset: f64| {
                        let mut moved = point.clone();
                        moved[i] += offset;
                        (landscape.reference)(&moved, &spectrum).0
                    };
                    // Richardson's extrapolation of central differences: the error is of the fourth order.
                    let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
                    let slope = (4.0 * slope(step) - slope(2.0 * step)) / 3.0;
                    let tolerance = 1e-7 * partial.abs().max(value.abs()).max(1.0);
                    assert!((slope - partial).abs() < tolerance, "{landscape:?} at {point:?}: {partial} {slope}");
                }
            }
        }
    }
}

#[test]
fn optima_are_where_the_literature_has_them() {
    for landscape in ALL {
        for dimensions in dimensions(landscape) {
            let spectrum = spectrum(landscape, dimensions);
            let optimum = (landscape.facts.optimum)(dimensions);
            let (value, gradient) = (landscape.reference)(&optimum, &spectrum);
            assert_eq!(value, landscape.facts.minimum, "{landscape:?}");
            assert!(gradient.iter().all(|partial| partial.abs() < 1e-12), "{landscape:?}: {gradient:?}");
            for point in points(landscape, dimensions, 200) {
                assert!((landscape.reference)(&point, &spectrum).0 >= landscape.facts.minimum, "{landscape:?}");
            }
        }
    }
}

/// Moré, Garbow and Hillstrom 1981: Rosenbrock's start has the value 24.2, Beale's start (1, 1) has 14.203125.
#[test]
fn values_are_those_of_the_literature() {
    let value = |name: &str, x: &[f64]| (Landscape::named(name).unwrap().reference)(x, &[]).0;
    assert!((value("rosenbrock", &[-1.2, 1.0]) - 24.2).abs() < 1e-13);
    assert_eq!(value("beale", &[1.0, 1.0]), 14.203125);
    assert!((value("rastrigin", &[0.5, 0.5]) - 40.5).abs() < 1e-13);
    assert!((value("rastrigin", &[4.0, -3.0]) - 25.0).abs() < 1e-13);
}

#[test]
fn what_is_not_finite_stays_so() {
    for landscape in ALL {
        let dimensions = dimensions(landscape)[0];
        for isa in Isa::available() {
            let x = vec![vec![f64::NAN; dimensions]; isa.lanes::<f64>()];
            for (value, gradient) in evaluate::<f64>(landscape, isa, &x) {
                assert!(value.is_nan() && gradient.iter().all(|partial| partial.is_nan()), "{landscape:?} {isa:?}");
            }
        }
    }
}
