//! Clipping and weight decay of blocks: by the formula, and to the bit on every instruction set and layout.

use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::{Adjustment, add_squares, clipping_factor};

use crate::compare::{Precision, assert_same};
use crate::numbers::Numbers;

const TRIALS: usize = 32;
const PARAMETERS: usize = 11;

/// A trial: l, L, λ and k, its weights and its gradient.
struct Trial<T> {
    settings: [f64; 4],
    weights: Vec<T>,
    gradient: Vec<T>,
}

fn trials<T: Precision>() -> Vec<Trial<T>> {
    let mut numbers = Numbers::new(3);
    let trial = |index: usize| {
        let mut draw = |size: f64| (0..PARAMETERS).map(|_| T::from_f64(size * numbers.normal())).collect::<Vec<T>>();
        let limit = [f64::INFINITY, 1.0, 0.1][index % 3];
        let norm = [f64::INFINITY, 2.0][index / 3 % 2];
        let settings = [limit, norm, [0.0, 0.3, 10.0][index / 2 % 3], [1.0, 0.9][index % 2]];
        let (weights, mut gradient) = (draw(1.0), draw([1.0, 30.0][index % 2]));
        gradient[1] = T::from_f64(-0.0);
        if index > 24 {
            gradient[2] = T::from_f64([f64::NAN, f64::INFINITY, f64::NEG_INFINITY][index % 3]);
        }
        Trial { settings, weights, gradient }
    };
    (0..TRIALS).map(trial).collect()
}

/// Weights and gradients after an adjustment of the parameters from 2 on, trial by trial, with `lanes` trials per
/// group.
fn adjusted<T: Precision>(isa: Isa, lanes: usize, trials: &[Trial<T>]) -> Vec<T> {
    let place = |trial: usize, p: usize| (trial / lanes * PARAMETERS + p) * lanes + trial % lanes;
    let (mut weights, mut gradient) =
        (vec![T::default(); TRIALS * PARAMETERS], vec![T::default(); TRIALS * PARAMETERS]);
    for (index, trial) in trials.iter().enumerate() {
        for p in 0..PARAMETERS {
            weights[place(index, p)] = trial.weights[p];
            gradient[place(index, p)] = trial.gradient[p];
        }
    }
    let setting = |at: usize| trials.iter().map(|trial| T::from_f64(trial.settings[at])).collect::<Vec<T>>();
    let limit = setting(0);
    let mut norms = vec![0.0; TRIALS];
    add_squares(isa, lanes, &gradient, 0..PARAMETERS, Some(&limit), &mut norms);
    let factor = |(square, trial): (&f64, &Trial<T>)| T::from_f64(clipping_factor(square.sqrt(), trial.settings[1]));
    let factor: Vec<T> = norms.iter().zip(trials).map(factor).collect();
    let mut adjusted = vec![T::default(); weights.len()];
    Adjustment {
        weights: &mut weights,
        gradient: &gradient,
        adjusted: &mut adjusted,
        range: 2..PARAMETERS,
        lanes,
        limit: &limit,
        factor: &factor,
        decay: &setting(2),
        shrink: &setting(3),
    }
    .apply(isa);
    let of = |array: &[T]| {
        (0..TRIALS)
            .flat_map(|trial| (0..PARAMETERS).map(move |p| (trial, p)))
            .map(|(t, p)| array[place(t, p)])
            .collect()
    };
    let both: [Vec<T>; 2] = [of(&weights), of(&adjusted)];
    both.concat()
}

fn check<T: Precision>() {
    let trials = trials::<T>();
    let expected = adjusted(Isa::available()[0], 1, &trials);
    let (weights, gradients) = expected.split_at(TRIALS * PARAMETERS);
    for (index, trial) in trials.iter().enumerate() {
        let [limit, norm, decay, keep] = trial.settings;
        let clipped: Vec<f64> = trial
            .gradient
            .iter()
            .map(|g| if g.to_f64().is_nan() { f64::NAN } else { g.to_f64().clamp(-limit, limit) })
            .collect();
        let length = clipped.iter().map(|g| g * g).sum::<f64>().sqrt();
        let factor = if norm.is_infinite() || length + 1e-6 <= norm { 1.0 } else { norm / (length + 1e-6) };
        for p in 0..PARAMETERS {
            let (g, w) = (gradients[index * PARAMETERS + p].to_f64(), weights[index * PARAMETERS + p].to_f64());
            let before = trial.weights[p].to_f64();
            if p < 2 {
                assert!(g == 0.0 && w == before, "{p} is out of range");
                continue;
            }
            let (mean_g, mean_w) = (clipped[p] * factor + decay * before, before * keep);
            let close =
                |a: f64, b: f64| (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-5 * (1.0 + b.abs());
            assert!(close(w, mean_w), "weight {p} of {index}: {w}, not {mean_w}");
            // The norm of a gradient with NaN or infinity says nothing about the others.
            assert!(!length.is_finite() || close(g, mean_g), "gradient {p} of {index}: {g}, not {mean_g}");
        }
        assert!(
            !clipped.iter().any(|g| g.is_nan())
                || gradients[index * PARAMETERS..][..PARAMETERS].iter().any(|g| g.to_f64().is_nan())
        );
    }
    for isa in Isa::available() {
        for lanes in [1, isa.lanes::<T>()] {
            assert_same(&adjusted(isa, lanes, &trials), &expected, || format!("{isa:?}, {lanes} lanes"));
        }
    }
}

#[test]
fn adjustments_have_the_same_bits_everywhere_in_f32() {
    check::<f32>();
}

#[test]
fn adjustments_have_the_same_bits_everywhere_in_f64() {
    check::<f64>();
}

#[test]
fn nothing_changes_a_bit_by_default() {
    let mut weights = [1.0, -2.0, 0.0_f32];
    let gradient = [-0.0, f32::INFINITY, 1e-45];
    let mut adjusted = [7.0; 3];
    let (lanes, range) = (3, 0..1);
    let (limit, decay, one) = ([f32::INFINITY; 3], [0.0; 3], [1.0; 3]);
    let (factor, shrink) = (&one, &one);
    let (weights, adjusted_too) = (&mut weights, &mut adjusted);
    Adjustment {
        weights,
        gradient: &gradient,
        adjusted: adjusted_too,
        range,
        lanes,
        limit: &limit,
        factor,
        decay: &decay,
        shrink,
    }
    .apply(Isa::best());
    assert_eq!(adjusted.map(f32::to_bits), gradient.map(f32::to_bits));
    assert_eq!(*weights, [1.0, -2.0, 0.0]);
    assert_eq!(clipping_factor(f64::INFINITY, f64::INFINITY), 1.0);
    assert!(clipping_factor(f64::NAN, f64::INFINITY).is_nan());
    assert_eq!(clipping_factor(0.0, 1.0), 1.0);
}
