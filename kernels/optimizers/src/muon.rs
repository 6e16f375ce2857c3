//! Muon.

use std::ops::Range;

use pulp::Simd;
use thalweg_matrices::{JORDAN, Matrices, NEWTON_SCHULZ, POLAR_EXPRESS, Size, Way};
use thalweg_numerics::{Real, Vector};

use crate::moments::corrections;
use crate::reference::{Whole, corrected};
use crate::{
    Block, Frame, Hyperparameter, Layer, MAX_COEFFICIENTS, MAX_STATE, Method, Operands, Optimizer, Pass, Sees,
    Settings, Start,
};

/// Muon, momentum orthogonalised (Jordan et al., 2024), as in the author's code.
///
/// ```text
/// m ← μ m + (1 - μ) g
/// u = μ m + (1 - μ) g                          u = m with nesterov = "false"
/// W ← (1 - α λ) W - α s O(u)                   s = √max(1, rows / columns), or 0.2 √max(rows, columns) with scale = "rms"
/// ```
///
/// O(u) is the matrix u with singular values of about 1: after `steps` iterations with `coefficients`, or the nearest
/// orthogonal matrix with `"polar"`; see [`Matrices::orthogonalise`]. The gradients of a single output, a matrix of one row,
/// are normalised by it: five quintic steps make 0.6964364 g / ‖g‖ of a gradient g.
///
/// It is for the weights of layers; biases, and with `layers = "hidden"` the weights of the first and the last layer, are
/// trained by AdamW, whose α, β1, β2, ε and λ are its own. Schedules act on both learning rates.
///
/// Source: <https://kellerjordan.github.io/posts/muon/>; `"rms"` is that of Liu et al., arXiv:2502.16982.
pub static MUON: Optimizer = Optimizer::of_method::<Muon>(
    "muon",
    "Muon",
    "Jordan et al., 2024, kellerjordan.github.io/posts/muon",
    "m = μ m + (1 - μ) g; W = (1 - α λ) W - α s O(μ m + (1 - μ) g), O: singular values become 1; else AdamW",
    &[
        Hyperparameter::lr(2e-2),
        Hyperparameter::decay("momentum", "μ", "decay of the mean gradient", 0.95),
        Hyperparameter::non_negative("weight_decay", "λ", "decay of the weights, decoupled from g", 0.0),
        Hyperparameter::non_negative("ns_steps", "steps", "iterations that make singular values 1", 5.0).whole(),
        Hyperparameter::choice(
            "ns_coefficients",
            "which iterations",
            &["quintic", "polar-express", "newton-schulz", "polar"],
        ),
        Hyperparameter::choice("nesterov", "whether the gradient is added to the mean once more", &["true", "false"]),
        Hyperparameter::choice("scale", "what steps are multiplied by: by shape, or to Adam's size", &["shape", "rms"]),
        Hyperparameter::choice("layers", "whose weights are seen as matrices", &["all", "hidden"]),
        Hyperparameter::positive("adam_lr", "α′", "learning rate of AdamW", 3e-4),
        Hyperparameter::decay("adam_beta1", "β1", "its decay of the mean gradient", 0.9),
        Hyperparameter::decay("adam_beta2", "β2", "its decay of the mean squared gradient", 0.95),
        Hyperparameter::non_negative("adam_eps", "ε", "keeps its denominator above zero", 1e-10),
        Hyperparameter::non_negative("adam_weight_decay", "λ′", "its decay of the weights", 0.0),
    ],
);

struct Muon;

/// The hyperparameters of a trial.
struct Values {
    lr: f64,
    momentum: f64,
    decay: f64,
    steps: f64,
    coefficients: f64,
    is_plain: bool,
    is_by_rms: bool,
    hidden_only: bool,
    adam: [f64; 5],
}

impl Values {
    fn new(hyperparameters: &[f64]) -> Self {
        let &[lr, momentum, decay, steps, coefficients, plain, rms, hidden, ref adam @ ..] = hyperparameters else {
            unreachable!("Muon has thirteen hyperparameters")
        };
        let adam = std::array::from_fn(|at| adam[at]);
        let [is_plain, is_by_rms, hidden_only] = [plain, rms, hidden].map(|choice| choice == 1.0);
        Self { lr, momentum, decay, steps, coefficients, is_plain, is_by_rms, hidden_only, adam }
    }

    /// Whether it sees the weights of a layer as a matrix.
    fn sees(&self, layer: usize, layers: usize) -> bool {
        !self.hidden_only || (layer > 0 && layer + 1 < layers)
    }

    /// How its matrices become orthogonal.
    fn way(&self) -> Way<'static> {
        let schedule = match self.coefficients {
            0.0 => JORDAN,
            1.0 => POLAR_EXPRESS,
            2.0 => NEWTON_SCHULZ,
            _ => return Way::Polar,
        };
        Way::Iterations(schedule, self.steps as usize)
    }

    /// What an orthogonal matrix is multiplied by besides the learning rate.
    fn scale(&self, rows: usize, columns: usize) -> f64 {
        let [rows, columns] = [rows, columns].map(|side| side as f64);
        if self.is_by_rms { 0.2 * rows.max(columns).sqrt() } else { (rows / columns).max(1.0).sqrt() }
    }

    /// μ and 1 - μ, and the shares of m and g in u.
    fn means(&self) -> [f64; 4] {
        let (mu, rest) = (self.momentum, 1.0 - self.momentum);
        if self.is_plain { [mu, rest, 1.0, 0.0] } else { [mu, rest, mu, rest] }
    }
}

/// Room for hyperparameters, matrices and coefficients.
pub struct Room<T: Real> {
    values: Vec<Values>,
    matrices: Option<Matrices<T>>,
    ways: Vec<Way<'static>>,
    coefficients: Vec<T>,
}

impl<T: Real> Default for Room<T> {
    fn default() -> Self {
        Self { values: Vec::new(), matrices: None, ways: Vec::new(), coefficients: Vec::new() }
    }
}

/// The arrays of a step but for the weights: u and what AdamW makes of it are needed within one.
struct Arrays<'a, T> {
    gradient: &'a [T],
    mean: &'a mut [T],
    square: &'a mut [T],
    u: &'a mut [T],
    adam: &'a mut [T],
    alarm: &'a mut [T],
}

impl Method for Muon {
    const STATE: &'static [Start] = &[Start::Zero; 2];
    const SCRATCH: usize = 2;
    const PRODUCTS: usize = 2;
    const SEES: Sees = Sees::Matrices;

    type Room<T: Real> = Room<T>;

    fn step<T: Real>(block: Block<'_, T>, room: &mut Room<T>) {
        let Block { frame, weights, gradient, arrays, settings, products, multiply, alarm, .. } = block;
        let [mean, square, u, adam, ..] = arrays;
        let mut arrays = Arrays { gradient, mean, square, u, adam, alarm };
        let Room { values, matrices, ways, coefficients } = room;
        values.clear();
        values.extend((0..frame.trials()).map(|trial| Values::new(settings.of(trial))));
        for (values, products) in values.iter().zip(products.chunks_exact_mut(2)) {
            let [_, beta1, beta2, ..] = values.adam;
            corrections(products, beta1, beta2, 0.0);
        }
        let count = frame.layers.len();
        for (at, layer) in frame.layers.iter().enumerate() {
            let sees = |trial: usize| values[trial].sees(at, count);
            let step = Step { frame, settings, values, products, layer: at, sees: &sees };
            step.look(&mut arrays, layer.weights.clone(), coefficients);
            if (0..frame.trials()).any(sees) {
                let size = Size { rows: layer.rows, columns: layer.columns };
                for group in 0..frame.groups {
                    let trials = group * frame.lanes..(group + 1) * frame.lanes;
                    let way = |trial: usize| if sees(trial) { values[trial].way() } else { UNSEEN };
                    ways.clear();
                    ways.extend(trials.map(way));
                    let make =
                        || if frame.lanes == 1 { Matrices::alone(frame.isa) } else { Matrices::population(frame.isa) };
                    let matrices = matrices.get_or_insert_with(make);
                    let of_group = &mut arrays.u[group * weights.len() / frame.groups..];
                    let x = &mut of_group[layer.weights.start * frame.lanes..layer.weights.end * frame.lanes];
                    matrices.orthogonalise(multiply, size, ways, x);
                }
            }
            step.go(&mut arrays, weights, layer.weights.clone(), coefficients);
            if !layer.bias.is_empty() {
                let step = Step { sees: &|_| false, ..step };
                step.look(&mut arrays, layer.bias.clone(), coefficients);
                step.go(&mut arrays, weights, layer.bias.clone(), coefficients);
            }
        }
    }

    fn reference(h: &[f64], layers: &[Layer], weights: &mut [f64], gradient: &[f64], memory: &mut Whole) {
        let (values, step) = (Values::new(h), memory.step);
        let [lr, beta1, beta2, eps, decay] = values.adam;
        let [mean, square] = memory.arrays.as_mut_slice() else { unreachable!("Muon keeps two arrays") };
        for (at, layer) in layers.iter().enumerate() {
            for tensor in layer.tensors() {
                if tensor == layer.weights && values.sees(at, layers.len()) {
                    let [mu, rest, of_mean, of_gradient] = values.means();
                    let mut u = Vec::new();
                    for p in tensor.clone() {
                        mean[p] = mu * mean[p] + rest * gradient[p];
                        u.push(of_mean * mean[p] + of_gradient * gradient[p]);
                    }
                    let factor = plain::orthogonal(&u, layer.rows, layer.columns, values.way());
                    let scale = values.lr * values.scale(layer.rows, layer.columns);
                    for (p, x) in tensor.zip(factor) {
                        weights[p] = (1.0 - values.lr * values.decay) * weights[p] - scale * x;
                    }
                    continue;
                }
                for p in tensor {
                    mean[p] = beta1 * mean[p] + (1.0 - beta1) * gradient[p];
                    square[p] = beta2 * square[p] + (1.0 - beta2) * gradient[p] * gradient[p];
                    let root = corrected(square[p], beta2, step, 0.0).sqrt() + eps;
                    weights[p] = (1.0 - lr * decay) * weights[p] - lr * corrected(mean[p], beta1, step, 0.0) / root;
                }
            }
        }
    }
}

/// What is done to the matrices of trials that are not seen as such, which nobody reads.
const UNSEEN: Way<'static> = Way::Iterations(JORDAN, 0);

/// A step of the weights or the biases of a layer; `sees` tells of which trials as matrices.
#[derive(Clone, Copy)]
struct Step<'a> {
    frame: Frame<'a>,
    settings: Settings<'a>,
    values: &'a [Values],
    products: &'a [f64],
    layer: usize,
    sees: &'a dyn Fn(usize) -> bool,
}

impl Step<'_> {
    /// Updates the means, and makes u of them; and what AdamW makes of it, where a trial needs that.
    fn look<T: Real>(&self, arrays: &mut Arrays<'_, T>, range: Range<usize>, coefficients: &mut Vec<T>) {
        let Self { frame, values, products, sees, .. } = *self;
        let Arrays { gradient, mean, square, u, adam, alarm } = arrays;
        frame.coefficients(coefficients, |trial| {
            let [_, beta1, ..] = values[trial].adam;
            if sees(trial) {
                values[trial].means()
            } else {
                [beta1, 1.0 - beta1, 1.0 / (1.0 - products[2 * trial]), 0.0]
            }
        });
        let (g, state) = (*gradient, [&mut **mean]);
        frame.pass::<Mean, T, 1>(Operands { x: u, g, state, range: range.clone(), coefficients, alarm });
        if (0..frame.trials()).all(sees) {
            return;
        }
        frame.coefficients(coefficients, |trial| {
            let [_, _, beta2, eps, _] = values[trial].adam;
            [beta2, 1.0 - beta2, 1.0 / (1.0 - products[2 * trial + 1]), eps, if sees(trial) { 0.0 } else { 1.0 }]
        });
        let state = [&mut **square, &mut **u];
        frame.pass::<Adaptive, T, 2>(Operands { x: adam, g, state, range, coefficients, alarm });
    }

    /// Changes the weights.
    fn go<T: Real>(
        &self,
        arrays: &mut Arrays<'_, T>,
        weights: &mut [T],
        range: Range<usize>,
        coefficients: &mut Vec<T>,
    ) {
        let Self { frame, settings, values, layer, sees, .. } = *self;
        let Layer { rows, columns, .. } = frame.layers[layer];
        frame.coefficients(coefficients, |trial| {
            let (values, rate) = (&values[trial], settings.rate(layer, trial));
            if sees(trial) {
                let lr = values.lr * rate;
                [1.0 - lr * values.decay, lr * values.scale(rows, columns), 0.0]
            } else {
                let [lr, _, _, _, decay] = values.adam;
                [1.0 - lr * rate * decay, lr * rate, 1.0]
            }
        });
        let Arrays { u, adam, alarm, .. } = arrays;
        frame.pass::<Descent, T, 1>(Operands { x: weights, g: u, state: [adam], range, coefficients, alarm });
    }
}

/// m ← a m + b g, c m + d g.
struct Mean;

impl Pass for Mean {
    const STATE: usize = 1;
    const COEFFICIENTS: usize = 4;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        _: Vector<S, T, U>,
        g: Vector<S, T, U>,
        [mean, ..]: &mut [Vector<S, T, U>; MAX_STATE],
        &[decay, rest, of_mean, of_gradient, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        *mean = decay.mul_add(*mean, rest * g);
        of_mean.mul_add(*mean, of_gradient * g)
    }
}

/// c ← β2 c + (1 - β2) g², u / (√ĉ + ε) where it is wanted; elsewhere the u before, which raises no alarm of its own.
struct Adaptive;

impl Pass for Adaptive {
    const STATE: usize = 2;
    const COEFFICIENTS: usize = 5;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        _: Vector<S, T, U>,
        g: Vector<S, T, U>,
        [square, u, ..]: &mut [Vector<S, T, U>; MAX_STATE],
        &[decay, rest, correction, eps, wanted, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let wanted = wanted.like(0.5).less(wanted);
        // What a trial keeps may not depend on what its neighbours want.
        *square = Vector::select(wanted, decay.mul_add(*square, rest * (g * g)), *square);
        let adaptive = *u / ((*square * correction).sqrt() + eps);
        Vector::select(wanted, adaptive, *u)
    }
}

/// k w - r d, of AdamW's direction where it is wanted.
struct Descent;

impl Pass for Descent {
    const STATE: usize = 1;
    const COEFFICIENTS: usize = 3;

    #[inline(always)]
    fn apply<S: Simd, T: Real, const U: usize>(
        w: Vector<S, T, U>,
        orthogonal: Vector<S, T, U>,
        [adam, ..]: &mut [Vector<S, T, U>; MAX_STATE],
        &[keep, rate, wanted, ..]: &[Vector<S, T, U>; MAX_COEFFICIENTS],
    ) -> Vector<S, T, U> {
        let direction = Vector::select(wanted.like(0.5).less(wanted), *adam, orthogonal);
        rate.neg_mul_add(direction, keep * w)
    }
}

/// The matrices of one trial in plain f64.
mod plain {
    use thalweg_matrices::{EPSILON, NEWTON_SCHULZ, Way};

    /// A matrix with singular values of about 1 instead of its own.
    pub(super) fn orthogonal(u: &[f64], rows: usize, columns: usize, way: Way<'_>) -> Vec<f64> {
        // The polar factor is what many steps of Newton and Schulz make of it.
        let (schedule, steps) = match way {
            Way::Iterations(schedule, steps) => (schedule, steps),
            Way::Polar => (NEWTON_SCHULZ, 200),
        };
        let norm = u.iter().map(|x| x * x).sum::<f64>().sqrt();
        let mut x: Vec<f64> = u.iter().map(|x| x / (schedule.margin * norm + EPSILON)).collect();
        for step in 0..steps {
            let [a, b, c] = schedule.coefficients(step);
            let gram = product(&x, &transposed(&x, rows, columns), [rows, columns, rows]);
            let square = product(&gram, &gram, [rows; 3]);
            let inner: Vec<f64> = gram.iter().zip(&square).map(|(gram, square)| b * gram + c * square).collect();
            let change = product(&inner, &x, [rows, rows, columns]);
            x.iter_mut().zip(change).for_each(|(x, change)| *x = a * *x + change);
        }
        x
    }

    fn transposed(a: &[f64], rows: usize, columns: usize) -> Vec<f64> {
        (0..columns).flat_map(|j| (0..rows).map(move |i| a[i * columns + j])).collect()
    }

    fn product(a: &[f64], b: &[f64], [rows, inner, columns]: [usize; 3]) -> Vec<f64> {
        let element = |i: usize, j: usize| (0..inner).map(|k| a[i * inner + k] * b[k * columns + j]).sum();
        (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| element(i, j)).collect()
    }
}
