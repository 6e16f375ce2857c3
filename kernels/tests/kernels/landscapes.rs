//! Every landscape, on every instruction set and width, in both precisions: against its f64 twin, which is held against
//! finite differences and published values.

use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL, Dimensions, Landscape, Optimum, Points, Rotation};
use thalweg_kernels::orthogonal::orthogonal;
use thalweg_kernels::reference::product::contraction;

use crate::compare::{Precision, assert_same};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;
use crate::reference;

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

/// Points of the domain, and every fourth one farther away.
fn points(landscape: &Landscape, dimensions: usize, count: usize) -> Vec<Vec<f64>> {
    let mut numbers = Numbers::new(dimensions as u64);
    let mut coordinate = |i: usize, stretch: f64| {
        let (low, high) = landscape.facts.bounds(i);
        // Rounded, so that f32 has them all.
        f64::from((stretch * (low + (high - low) * numbers.uniform())) as f32)
    };
    let mut point = |at: usize| {
        let stretch = if at % 4 == 3 { 10.0 } else { 1.0 };
        (0..dimensions).map(|i| coordinate(i, stretch)).collect()
    };
    (0..count).map(&mut point).collect()
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
            let steepest = points.iter().step_by(2).flat_map(|point| landscape.reference(point, &spectrum).1);
            let steepest = steepest.fold(0.0, |most: f64, partial| most.max(partial.abs()));
            for (point, (value, gradient)) in points.iter().zip(expected) {
                let (exact, exact_gradient) = landscape.reference(point, &spectrum);
                // Terms cancel; an error is small beside the largest of them, which the point's size gives. Waves are
                // as far off as their angles are rounded.
                let size = point.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
                let scale = landscape.reference(&vec![-size; dimensions], &spectrum).0.abs().max(1.0);
                let scale = scale.max(steepest * size);
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
                let (value, gradient) = landscape.reference(&point, &spectrum);
                for (i, partial) in gradient.iter().enumerate() {
                    let step = 1e-5 * point[i].abs().max(1.0);
                    let at = |offset: f64| {
                        let mut moved = point.clone();
                        moved[i] += offset;
                        landscape.reference(&moved, &spectrum).0
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
            let at = |x: &[f64]| landscape.reference(x, &spectrum);
            let flat = |gradient: &[f64]| gradient.iter().all(|partial| partial.abs() < 1e-12);
            let minimum = match landscape.facts.optimum {
                Optimum::Minimum { value, .. } => value(dimensions),
                Optimum::Saddle { value, at: point } => {
                    let (found, gradient) = at(&point(dimensions));
                    assert!(found == value && flat(&gradient), "{landscape:?}: {found} {gradient:?}");
                    assert_eq!(landscape.facts.minimum(dimensions), None);
                    continue;
                }
            };
            let rounding = 1e-14 * minimum.abs().max(1.0);
            for point in landscape.facts.minima(dimensions) {
                let (value, gradient) = at(&point);
                assert!((value - minimum).abs() < rounding, "{landscape:?}: {value} at {point:?}, not {minimum}");
                assert!(flat(&gradient), "{landscape:?} at {point:?}: {gradient:?}");
                let inside =
                    |(i, x): (usize, &f64)| (landscape.facts.bounds(i).0..=landscape.facts.bounds(i).1).contains(x);
                assert!(point.iter().enumerate().all(inside), "{landscape:?}: {point:?} is outside");
            }
            let points = points(landscape, dimensions, 4000);
            for point in points.iter().enumerate().filter(|(at, _)| at % 4 != 3).map(|(_, point)| point) {
                assert!(at(point).0 > minimum - rounding, "{landscape:?}: less than the minimum at {point:?}");
            }
        }
    }
}

/// A saddle goes up in one direction and down in another.
#[test]
fn a_saddle_is_no_minimum() {
    for landscape in ALL {
        let Optimum::Saddle { value, at } = landscape.facts.optimum else { continue };
        let count = dimensions(landscape)[0];
        let around = (0..count).flat_map(|i| {
            let mut point = at(count);
            point[i] += 1e-3;
            [landscape.reference(&point, &[]).0]
        });
        let around: Vec<f64> = around.collect();
        assert!(around.iter().any(|f| *f > value) && around.iter().any(|f| *f < value), "{landscape:?}: {around:?}");
    }
}

/// Moré, Garbow and Hillstrom 1981: Rosenbrock's start has the value 24.2, Beale's start (1, 1) has 14.203125. The
/// minima are those of the surveys that the landscapes cite, to the digits printed there.
#[test]
fn values_are_those_of_the_literature() {
    let value = |name: &str, x: &[f64]| Landscape::named(name).unwrap().reference(x, &[]).0;
    assert!((value("rosenbrock", &[-1.2, 1.0]) - 24.2).abs() < 1e-13);
    assert_eq!(value("beale", &[1.0, 1.0]), 14.203125);
    assert!((value("rastrigin", &[0.5, 0.5]) - 40.5).abs() < 1e-13);
    assert!((value("rastrigin", &[4.0, -3.0]) - 25.0).abs() < 1e-13);
    let printed: &[(&str, &[f64], f64, f64)] = &[
        ("six-hump-camel", &[0.0898, -0.7126], -1.0316, 1e-4),
        ("styblinski-tang", &[-2.903534, -2.903534], -78.332, 1e-3),
        ("gramacy-lee", &[0.548563], -0.869011, 1e-6),
        ("shubert", &[-0.4914], -12.0312, 1e-4),
        ("himmelblau", &[3.0, 2.0], 0.0, 0.0),
        ("himmelblau", &[-2.805118, 3.131312], 0.0, 1e-9),
        ("himmelblau", &[-3.77931, -3.283186], 0.0, 1e-9),
        ("himmelblau", &[3.584428, -1.848126], 0.0, 1e-9),
        ("himmelblau", &[-0.270845, -0.923039], 181.617, 1e-3),
        ("booth", &[0.0, 0.0], 74.0, 0.0),
        ("matyas", &[1.0, 1.0], 0.04, 1e-15),
        ("three-hump-camel", &[-1.7475523, 0.8737761], 0.2986, 1e-4),
    ];
    for (name, x, expected, tolerance) in printed {
        let found = value(name, x);
        assert!((found - expected).abs() <= *tolerance, "{name} at {x:?}: {found}, not {expected}");
    }
}

/// Values and derivatives of PyTorch's automatic differentiation, in every number of coordinates.
#[test]
fn landscapes_agree_with_torch() {
    let file = reference::read("landscape_torch.json");
    for landscape in ALL {
        let cases = file["landscapes"][landscape.facts.name].as_array();
        let cases = cases.unwrap_or_else(|| panic!("no numbers of torch for {landscape:?}"));
        for case in cases {
            let [x, gradient, spectrum] = ["x", "gradient", "spectrum"].map(|key| reference::numbers(&case[key]));
            let value = case["value"].as_f64().unwrap();
            for isa in Isa::available() {
                let points = Points {
                    x: &interleave(&vec![x.clone(); isa.lanes::<f64>()]),
                    dimensions: x.len(),
                    spectrum: &spectrum,
                };
                let (mut values, mut slopes) = (vec![0.0; isa.lanes::<f64>()], vec![0.0; points.x.len()]);
                landscape.value(isa, points, &mut values);
                landscape.gradient(isa, points, &mut slopes);
                let what = format!("{landscape:?} on {isa:?} at {x:?}");
                assert!((values[0] - value).abs() <= 1e-13 * value.abs().max(1.0), "{what}: {} {value}", values[0]);
                let size = gradient.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
                for (slope, expected) in separate(&slopes, isa.lanes::<f64>())[0].iter().zip(&gradient) {
                    assert!((slope - expected).abs() <= 1e-13 * size, "{what}: {slope} {expected}");
                }
            }
        }
    }
}

/// Ackley's funnel ends in a point, where the gradient is given as zero; Griewank's product has factors that are zero.
#[test]
fn gradients_are_finite_where_formulas_divide() {
    for isa in Isa::available() {
        let gradient = |name: &str, x: f64| {
            evaluate::<f64>(Landscape::named(name).unwrap(), isa, &vec![vec![x, x]; isa.lanes::<f64>()])[0].clone()
        };
        assert_eq!(gradient("ackley", 0.0), (0.0, vec![0.0; 2]));
        assert!(gradient("ackley", 1e-200).1.iter().all(|partial| partial.abs() < 1e-190));
        assert!(gradient("ackley", 1e-9).1.iter().all(|partial| (partial - 2.0).abs() < 1e-6));
        assert!(gradient("griewank", std::f64::consts::FRAC_PI_2).1.iter().all(|partial| partial.is_finite()));
    }
}

#[test]
fn a_rotation_turns_back_and_is_a_product() {
    for n in [1, 2, 5, 700] {
        let mut numbers = Numbers::new(n as u64);
        let q = orthogonal(&(0..n * n).map(|_| numbers.normal()).collect::<Vec<_>>(), n);
        let rotation = Rotation::<f64>::new(&q, n);
        let trials: Vec<Vec<f64>> = (0..8).map(|_| (0..n).map(|_| numbers.normal()).collect()).collect();
        for isa in Isa::available() {
            let lanes = isa.lanes::<f64>();
            let x: Vec<f64> = trials.chunks_exact(lanes).flat_map(interleave).collect();
            let (mut turned, mut back) = (vec![f64::NAN; x.len()], vec![f64::NAN; x.len()]);
            rotation.forth(isa, &x, &mut turned);
            rotation.back(isa, &turned, &mut back);
            assert!(x.iter().zip(&back).all(|(x, back)| (x - back).abs() < 1e-13), "{n} {isa:?}");
            let groups = turned.chunks_exact(lanes * n).flat_map(|group| separate(group, lanes));
            for (turned, x) in groups.zip(&trials) {
                for (row, turned) in q.chunks_exact(n).zip(turned) {
                    let expected = contraction(n, |k| row[k], |k| x[k]);
                    assert_eq!(turned.to_bits(), expected.to_bits(), "{n} {isa:?}");
                }
            }
        }
    }
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
