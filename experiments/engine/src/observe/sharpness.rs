//! The largest eigenvalues of the Hessian.

use thalweg_kernels::Real;
use thalweg_kernels::optimizer::Sample;

use super::{Column, Cost, Extent, Extremes, Index, Look, Observe, Observer, Question, Records, Rows};
use crate::parameter::Parameter;

/// Sharpness: the largest eigenvalues of the Hessian of the training loss, on all examples, without weight decay (Cohen,
/// Kaur, Li, Kolter and Talwalkar, arXiv:2103.00065).
///
/// Lanczos's method ([`Extremes`]) with full reorthogonalisation, for each eigenvalue from a start of its own, which is
/// the same at every step: drawn from the trial's `init_seed`. It ends when the residual ‖Hv - λv‖ is below 1e-6 of |λ|, or below
/// 1e-10 of the eigenvalue that is largest in size (of f32 trials 1e-5 and 1e-6), so that λ is off by about the square of that; or
/// after `iterations` products.
/// An eigenvalue that occurs several times has as many rows.
pub static SHARPNESS: Observer = Observer::new::<Sharpness>(
    (
        "sharpness",
        "the largest eigenvalues of the Hessian of the training loss on all examples",
        "λ₁ ≥ λ₂ ≥ … of H by Lanczos's method with full reorthogonalisation (Cohen et al., arXiv:2103.00065)",
    ),
    &[
        Parameter::count("count", "how many eigenvalues, from the largest on", (1, 1_000), 1),
        Parameter::count(
            "iterations",
            "products of the Hessian for each of them, at most; never more than there are parameters",
            (1, 100_000),
            100,
        ),
    ],
    (
        Records::Table {
            name: "sharpness",
            index: Some(Index { name: "number", meaning: "the eigenvalue, from the largest on" }),
        },
        &[
            Column { name: "eigenvalue", unit: "L/w²", meaning: "an eigenvalue of the Hessian" },
            Column {
                name: "residual",
                unit: "L/w²",
                meaning: "‖Hv - λv‖ of the unit vector that was found: an eigenvalue is no farther away",
            },
        ],
    ),
    ("up to `iterations` products of the Hessian for each eigenvalue, on all examples; 10 to 50 are usual", cost),
);

fn cost(extent: &Extent<'_>) -> Cost {
    let &Extent { values, weights, number, .. } = extent;
    let (count, iterations) = ((values[0] as u64).min(weights), (values[1] as u64).min(weights));
    // The vectors of the eigenvalues found and of one search, two arrays of the block, and a vector in f64.
    let bytes = number * weights * (count + iterations + 2) + 8 * weights + 8 * iterations * (iterations + 6);
    Cost { gradients: 0, products: count * iterations, rows: count, bytes }
}

struct Sharpness;

impl Observe for Sharpness {
    type Room<T: Real> = Extremes<T>;

    fn look<T: Real>(look: Look<'_, T>, extremes: &mut Extremes<T>, rows: &mut Rows<'_, T>) {
        let question = Question {
            sample: Sample::All,
            weights: look.weights,
            parameters: look.parameters(),
            lanes: look.lanes,
            running: look.running,
            count: look.values[0] as usize,
            iterations: look.values[1] as usize,
        };
        extremes.find(question, |trial| look.trials[trial].init_seed, look.oracle);
        for trial in 0..look.running.len() {
            for (number, extreme) in (1..).zip(extremes.of(trial)) {
                rows.push(trial, number, &[Some(extreme.value), Some(extreme.residual)]);
            }
        }
    }
}
