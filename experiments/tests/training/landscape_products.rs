//! Products of the Hessian of landscapes with directions: against the Hessian where it is known, against differences of higher
//! order elsewhere, and to the bit however they are computed.

use thalweg::descent::Descent;
use thalweg::train::{Layout, Objective, Sample, Team, TrainingPath};
use thalweg_kernels::landscape::{ALL as LANDSCAPES, Dimensions, Landscape};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Isa, Real};

use crate::networks::random_weights;

/// Points of a test: they fill whole registers of every width.
const POINTS: usize = 16;

/// The gradients and the products of points in directions, all of them `[coordinate][point]`.
fn compute<T: Elementary>(descent: &Descent<T>, isa: Isa, [points, directions]: [&[T]; 2]) -> [Vec<T>; 2] {
    let (lanes, n) = (isa.lanes::<T>(), points.len() / POINTS);
    let group = |numbers: &[T]| -> Vec<T> {
        let of = |first: usize| numbers.chunks_exact(POINTS).flat_map(move |row| row[first..first + lanes].to_vec());
        (0..POINTS).step_by(lanes).flat_map(of).collect()
    };
    let layout = Layout { isa, path: TrainingPath::Population, groups: POINTS / lanes };
    let mut scratch = descent.scratch(layout, &Team::alone());
    let [mut gradient, mut product] = [0, 1].map(|_| vec![T::default(); points.len()]);
    let (points, directions) = (group(points), group(directions));
    descent.gradient_of(&mut scratch, Sample::All, &points, &mut gradient, &mut []);
    descent.hessian_product(&mut scratch, Sample::Batch(3), &points, &directions, &mut product);
    let at = |i: usize, point: usize| (point / lanes * n + i) * lanes + point % lanes;
    [gradient, product].map(|numbers| {
        (0..n).flat_map(|i| (0..POINTS).map(move |point| (i, point))).map(|(i, p)| numbers[at(i, p)]).collect()
    })
}

fn product<T: Elementary>(descent: &Descent<T>, point: [&[T]; 2]) -> Vec<T> {
    let [_, product] = compute(descent, Isa::best(), point);
    product
}

/// A landscape in some dimensions.
fn descent<T: Elementary>(landscape: &'static Landscape) -> (Descent<T>, usize, Vec<f64>) {
    let (dimensions, spectrum) = match landscape.facts.dimensions {
        Dimensions::Exactly(count) => (count, vec![]),
        Dimensions::AtLeast(_) => (3, vec![]),
        Dimensions::Spectrum => (4, vec![0.5, 1.0, 30.0, 7.0]),
    };
    (Descent::new(landscape, dimensions, &spectrum), dimensions, spectrum)
}

/// Points of the middle of a landscape's domain, which f32 can hold.
fn points(landscape: &Landscape, dimensions: usize) -> Vec<f64> {
    let draws = random_weights::<f32>(dimensions, POINTS, 1);
    let place = |(at, x): (usize, f32)| {
        let (low, high) = landscape.facts.bounds(at / POINTS);
        f64::from((0.5 * (low + high)) as f32 + (0.2 * (high - low)) as f32 * x)
    };
    draws.into_iter().enumerate().map(place).collect()
}

fn directions(dimensions: usize) -> Vec<f64> {
    random_weights::<f32>(dimensions, POINTS, 2).into_iter().map(f64::from).collect()
}

#[test]
fn a_quadratic_has_the_products_of_its_spectrum() {
    let spectrum = [1e-3, 1.0, 250.0];
    let quadratic = || Descent::<f64>::new(Landscape::named("quadratic").unwrap(), 3, &spectrum);
    for size in [0.0, 1.0, 1e4] {
        let points: Vec<f64> = random_weights::<f64>(3, POINTS, 1).into_iter().map(|x| size * x).collect();
        let directions = directions(3);
        for (at, got) in product(&quadratic(), [&points, &directions]).into_iter().enumerate() {
            let error = (got - spectrum[at / POINTS] * directions[at]).abs();
            assert!(error <= 1e-10 * 250.0 * f64::max(1.0, size).sqrt(), "at {size}: off by {error:e}");
        }
        // Turned, its gradient is linear: the product with a direction is the gradient there.
        let turned = quadratic().rotated(3);
        let [want, _] = compute(&turned, Isa::best(), [&directions, &directions]);
        for (got, want) in product(&turned, [&points, &directions]).iter().zip(&want) {
            let error = (got - want).abs();
            assert!(error <= 1e-10 * 250.0 * f64::max(1.0, size).sqrt(), "turned, at {size}: off by {error:e}");
        }
    }
}

#[test]
fn rosenbrock_has_its_products() {
    let (rosenbrock, n) = (Descent::<f64>::new(Landscape::named("rosenbrock").unwrap(), 5, &[]), 5);
    let (points, directions) = (random_weights::<f64>(n, POINTS, 1), directions(n));
    let got = product(&rosenbrock, [&points, &directions]);
    for point in 0..POINTS {
        let [x, v] =
            [&points, &directions].map(|of| of.iter().skip(point).step_by(POINTS).copied().collect::<Vec<_>>());
        let mut want = vec![0.0; n];
        for i in 0..n - 1 {
            want[i] += (1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0) * v[i] - 400.0 * x[i] * v[i + 1];
            want[i + 1] += 200.0 * v[i + 1] - 400.0 * x[i] * v[i];
        }
        for (i, want) in want.into_iter().enumerate() {
            let error = (got[i * POINTS + point] - want).abs();
            assert!(error <= 1e-6, "off by {error:e} at {x:?}");
        }
    }
}

/// Derivatives of the gradient along a direction by Richardson's extrapolation of central differences, of the sixth order.
fn slope(landscape: &Landscape, spectrum: &[f64], x: &[f64], v: &[f64]) -> Vec<f64> {
    const H: f64 = 2e-3;
    let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    let at = |h: f64| {
        let moved: Vec<f64> = x.iter().zip(v).map(|(x, v)| x + h * v / norm).collect();
        landscape.reference(&moved, spectrum).1
    };
    let central = |h: f64| -> Vec<f64> {
        at(h).iter().zip(at(-h)).map(|(above, below)| (above - below) / (2.0 * h) * norm).collect()
    };
    let steps = [1.0, 2.0, 3.0].map(|times| central(times * H));
    (0..x.len()).map(|i| 1.5 * steps[0][i] - 0.6 * steps[1][i] + 0.1 * steps[2][i]).collect()
}

#[test]
fn products_of_every_landscape_are_slopes_of_its_gradient() {
    for landscape in LANDSCAPES {
        let (descent, n, spectrum) = descent::<f64>(landscape);
        let (points, directions) = (points(landscape, n), directions(n));
        let got = product(&descent, [&points, &directions]);
        let of =
            |numbers: &[f64], point: usize| numbers.iter().skip(point).step_by(POINTS).copied().collect::<Vec<_>>();
        let wants: Vec<Vec<f64>> = (0..POINTS)
            .map(|point| slope(landscape, &spectrum, &of(&points, point), &of(&directions, point)))
            .collect();
        let largest = wants.iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
        let errors = wants.iter().enumerate().flat_map(|(point, want)| {
            let got = of(&got, point);
            want.iter().zip(got).map(|(want, got)| (got - want).abs()).collect::<Vec<_>>()
        });
        let error = errors.fold(0.0, f64::max);
        println!("{landscape:?}: off by {error:e} of {largest:e}");
        assert!(error <= 1e-7 * largest, "{landscape:?}: off by {error:e} of {largest:e}");
    }
}

/// Also in f32, which rounds what f64 has; noise has no part in it, and a direction of zeros has a product of zeros.
#[test]
fn nothing_changes_a_bit_of_a_product() {
    for landscape in LANDSCAPES {
        let (descent, n, spectrum) = descent::<f64>(landscape);
        let (points, directions) = (points(landscape, n), directions(n));
        let want = product(&descent, [&points, &directions]);
        let [points_f32, directions_f32] =
            [&points, &directions].map(|of| of.iter().map(|x| *x as f32).collect::<Vec<f32>>());
        let same = |got: &[f64]| got.iter().zip(&want).all(|(got, want)| got.to_bits() == want.to_bits());
        let f32 = Descent::<f32>::new(landscape, n, &spectrum);
        for isa in Isa::available() {
            let [_, got] = compute(&descent, isa, [&points, &directions]);
            assert!(same(&got), "{landscape:?} on {isa:?}");
            let [_, got] = compute(&f32, isa, [&points_f32, &directions_f32]);
            let rounded = want.iter().map(|x| *x as f32);
            assert!(
                got.iter().zip(rounded).all(|(got, want)| got.to_bits() == want.to_bits()),
                "{landscape:?} on {isa:?}"
            );
        }
        let noisy = Descent::new(landscape, n, &spectrum).with_gradient_noise(0.5);
        assert!(same(&product(&noisy, [&points, &directions])), "{landscape:?} with noise");
        assert!(product(&descent, [&points, &vec![0.0; points.len()]]).iter().all(|x| *x == 0.0));
    }
    turned_has_the_same_bits::<f32>();
    turned_has_the_same_bits::<f64>();
}

fn turned_has_the_same_bits<T: Elementary>() {
    let turned = Descent::<T>::new(Landscape::named("rastrigin").unwrap(), 3, &[]).rotated(5);
    let [points, directions] = [1, 2].map(|seed| random_weights::<T>(3, POINTS, seed));
    let want = product(&turned, [&points, &directions]);
    for isa in Isa::available() {
        let [_, got] = compute(&turned, isa, [&points, &directions]);
        assert!(got == want, "turned on {isa:?} in {}", <T as Real>::NAME);
    }
}

/// What is not finite stays with its point.
#[test]
fn points_are_apart() {
    let (descent, n, _) = descent::<f32>(Landscape::named("rosenbrock").unwrap());
    let [points, directions] = [1, 2].map(|seed| random_weights::<f32>(n, POINTS, seed));
    let want = product(&descent, [&points, &directions]);
    for at in 0..points.len() {
        for side in 0..2 {
            let mut moved = [points.clone(), directions.clone()];
            moved[side][at] = f32::NAN;
            let got = product(&descent, [&moved[0], &moved[1]]);
            for (place, (got, want)) in got.iter().zip(&want).enumerate() {
                let is_own = place % POINTS == at % POINTS;
                assert!(if is_own { got.is_nan() } else { got == want }, "{at} of {side} at {place}");
            }
        }
    }
}
