//! LAMB.

use std::ops::Range;

use pulp::Simd;
use thalweg_numerics::{Real, Vector};

use crate::moments::corrections;
use crate::reference::{Whole, corrected};
use crate::{
    Add, Block, Hyperparameter, Layer, MAX_COEFFICIENTS, MAX_STATE, Method, Operands, Optimizer, Pass, Sees, Start,
};

/// LAMB (You et al., Large Batch Optimization for Deep Learning, arXiv:1904.00962, Algorithm 2), as in optax.
///
/// ```text
/// m ← β1 m + (1 - β1) g
/// c ← β2 c + (1 - β2) g²
/// u = m̂ / (√ĉ + ε) + λ w                    m̂ = m / (1 - β1^t), ĉ = c / (1 - β2^t)
/// w ← w - α (‖w‖ / ‖u‖) u
/// ```
///
/// The norms are those of a *tensor*, the weights or the biases of a layer, as in optax; with `scope = "layer"` those of a
/// layer's weights and biases together, with `"trial"` those of all parameters. Where one of the two is zero, their quotient
/// is 1. Squares are added in f64, tensor by tensor and in the order of the parameters, and those of tensors one to another.
pub static LAMB: Optimizer = Optimizer::of_method::<Lamb>(
    "lamb",
    "LAMB",
    "You et al., 2020, arXiv:1904.00962",
    "m = β1 m + (1 - β1) g; c = β2 c + (1 - β2) g²; u = m̂ / (√ĉ + ε) + λ w; w -= α ‖w‖ / ‖u‖ u",
    &[
        Hyperparameter::lr(1e-3),
        Hyperparameter::decay("beta1", "β1", "decay of the mean gradient", 0.9),
        Hyperparameter::decay("beta2", "β2", "decay of the mean squared gradient", 0.999),
        Hyperparameter::epsilon(1e-6),
        Hyperparameter::non_negative("weight_decay", "λ", "decay of the weights, before the norms are taken", 0.0),
        Hyperparameter::choice("scope", "what the norms are of", &["tensor", "layer", "trial"]).omit_at_default(),
    ],
);

struct Lamb;

/// Room for norms and coefficients.
#[derive(Default)]
struct Room<T> {
    /// The tensors, and the layer of each.
    tensors: Vec<(Range<usize>, usize)>,
    /// ‖w‖² and ‖u‖², `[tensor][trial]`.
    squares: [Vec<f64>; 2],
    sums: Vec<f64>,
    coefficients: Vec<T>,
}

impl Method for Lamb {
    const STATE: &'static [Start] = &[Start::Zero; 2];
    const SCRATCH: usize = 1;
    const PRODUCTS: usize = 2;
    const SEES: Sees = Sees::Norms;

    type Room<T: Real> = Room<T>;

    fn step<T: Real>(block: Block<'_, T>, room: &mut Room<T>) {
        let Block { frame, weights, gradient, arrays, settings, products, alarm, .. } = block;
        let [mean, square, u, ..] = arrays;
        let Room { tensors, squares, sums, coefficients } = room;
        for (trial, products) in products.chunks_exact_mut(2).enumerate() {
            corrections(products, settings.of(trial)[1], settings.of(trial)[2], 0.0);
        }
        frame.coefficients(coefficients, |trial| {
            let &[_, beta1, beta2, eps, decay, _] = settings.of(trial) else {
                unreachable!("LAMB has six hyperparameters")
            };
            let [mean, square] = [0, 1].map(|at| 1.0 / (1.0 - products[2 * trial + at]));
            [beta1, 1.0 - beta1, beta2, 1.0 - beta2, mean, square, eps, decay]
        });
        let all = 0..weights.len() / frame.trials();
        frame.pass::<Direction, T, 3>(Operands {
            x: u,
            g: gradient,
            state: [mean, square, weights],
            range: all,
            coefficients,
            alarm,
        });
        tensors.clear();
        for (at, layer) in frame.layers.iter().enumerate() {
            tensors.extend(layer.tensors().map(|tensor| (tensor, at)));
        }
        for (squares, array) in squares.iter_mut().zip([&*weights, &*u]) {
            squares.clear();
            for (tensor, _) in &*tensors {
                frame.squares(array, tensor.clone(), sums);
                squares.extend_from_slice(sums);
            }
        }
        for (tensor, (range, layer)) in tensors.iter().enumerate() {
            frame.coefficients(coefficients, |trial| {
                let scope = SCOPES[settings.of(trial)[5] as usize];
                let norm = |squares: &[f64]| {
                    let of = |(other, (_, of)): (usize, &(_, usize))| {
                        let is_meant = scope(other == tensor, of == layer);
                        is_meant.then(|| squares[other * frame.trials() + trial])
                    };
                    tensors.iter().enumerate().filter_map(of).sum::<f64>().sqrt()
                };
                let ratio = trust(norm(&squares[0]), norm(&squares[1]));
                [-settings.of(trial)[0] * settings.rate(*layer, trial) * ratio]
            });
            let range = range.clone();
            frame.pass::<Add, T, 0>(Operands { x: weights, g: u, state: [], range, coefficients, alarm });
        }
    }

    fn reference(h: &[f64], layers: &[Layer], weights: &mut [f64], gradient: &[f64], memory: &mut Whole) {
        let (step, [mean, square]) = (memory.step, memory.arrays.as_mut_slice()) else {
            unreachable!("LAMB keeps two arrays")
        };
        let mut u = vec![0.0; weights.len()];
        for (p, g) in gradient.iter().enumerate() {
            mean[p] = h[1] * mean[p] + (1.0 - h[1]) * g;
            square[p] = h[2] * square[p] + (1.0 - h[2]) * g * g;
            let root = corrected(square[p], h[2], step, 0.0).sqrt() + h[3];
            u[p] = corrected(mean[p], h[1], step, 0.0) / root + h[4] * weights[p];
        }
        let tensors = || layers.iter().flat_map(Layer::tensors);
        let scopes: Vec<Range<usize>> = match h[5] {
            0.0 => tensors().collect(),
            1.0 => layers.iter().map(|layer| layer.weights.start..layer.bias.end).collect(),
            _ => std::iter::once(0..weights.len()).collect(),
        };
        for scope in scopes {
            let norm = |array: &[f64]| array[scope.clone()].iter().map(|x| x * x).sum::<f64>().sqrt();
            let ratio = trust(norm(weights), norm(&u));
            scope.for_each(|p| weights[p] -= h[0] * ratio * u[p]);
        }
    }
}

/// Whether a tensor counts for the norm of another, as it is the same one or of the same layer.
const SCOPES: [fn(bool, bool) -> bool; 3] = [|is_same, _| is_same, |_, is_of_layer| is_of_layer, |_, _| true];

/// ‖w‖ / ‖u‖, or 1 where one of them is 0.
fn trust(weights: f64, update: f64) -> f64 {
    if weights == 0.0 || update == 0.0 { 1.0 } else { weights / update }
}

/// The update before it is scaled; it reads the weights last.
struct Direction;

impl Pass for Direction {
    const STATE: usize = 3;
    const COEFFICIENTS: usize = 8;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        _: Vector<S, T, U>,
        g: Vector<S, T, U>,
        state: &mut [Vector<S, T, U>; MAX_STATE],
        c: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let ([mean, square, w, _], [beta1, rest1, beta2, rest2, first, second, eps, decay, _]) = (state, *c);
        *mean = beta1.mul_add(*mean, rest1 * g);
        *square = beta2.mul_add(*square, rest2 * (g * g));
        decay.mul_add(*w, (first * *mean) / ((second * *square).sqrt() + eps))
    }
}
