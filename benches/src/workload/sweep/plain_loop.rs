//! The training of one run as one would write it down, without any of Thalweg's kernels.

use thalweg::network::Orders;

use super::{BATCH, HIDDEN, ORDER_SEED, POINTS, STEPS};
use crate::plain::Plain;

/// The data set.
#[derive(Clone, Copy)]
pub struct Data<'a, T> {
    /// Two coordinates per point.
    pub inputs: &'a [T],
    /// 0 or 1 per point.
    pub targets: &'a [T],
}

/// Weights are those of the hidden layer (two per unit), its biases, those of the output and its bias.
struct Parts<'a, T> {
    hidden: &'a [T],
    hidden_bias: &'a [T],
    output: &'a [T],
    output_bias: T,
}

fn parts<T: Copy>(weights: &[T]) -> Parts<'_, T> {
    let (hidden, rest) = weights.split_at(2 * HIDDEN);
    let (hidden_bias, rest) = rest.split_at(HIDDEN);
    let (output, bias) = rest.split_at(HIDDEN);
    Parts { hidden, hidden_bias, output, output_bias: bias[0] }
}

/// The activations of the hidden layer, and the logit.
fn forward<T: Plain>(weights: &Parts<'_, T>, x: &[T]) -> ([T; HIDDEN], T) {
    let mut activations = [T::default(); HIDDEN];
    let mut logit = weights.output_bias;
    for (j, a) in activations.iter_mut().enumerate() {
        let row = &weights.hidden[2 * j..][..2];
        *a = (row[0] * x[0] + row[1] * x[1] + weights.hidden_bias[j]).std_tanh();
        logit += weights.output[j] * *a;
    }
    (activations, logit)
}

/// The gradient of the mean loss of a batch.
fn gradient<T: Plain>(data: Data<'_, T>, batch: &[u32], weights: &[T], gradient: &mut [T]) {
    let weights = parts(weights);
    let (one, share) = (T::from_f64(1.0), T::from_f64(1.0 / BATCH as f64));
    gradient.fill(T::default());
    for &example in batch {
        let x = &data.inputs[2 * example as usize..][..2];
        let (activations, logit) = forward(&weights, x);
        let slope = (logit.std_sigmoid() - data.targets[example as usize]) * share;
        for (j, a) in activations.into_iter().enumerate() {
            let upstream = weights.output[j] * slope * (one - a * a);
            gradient[2 * j] += upstream * x[0];
            gradient[2 * j + 1] += upstream * x[1];
            gradient[2 * HIDDEN + j] += upstream;
            gradient[3 * HIDDEN + j] += slope * a;
        }
        gradient[4 * HIDDEN] += slope;
    }
}

/// Trains a run and gives its mean loss on all points.
pub fn train<T: Plain>(data: Data<'_, T>, orders: &Orders, hyperparameters: &[f64], mut weights: Vec<T>) -> T {
    let &[rate, beta1, beta2, eps, ..] = hyperparameters else { unreachable!("Adam has more hyperparameters") };
    let [mean_decay, square_decay, eps] = [beta1, beta2, eps].map(T::from_f64);
    let one = T::from_f64(1.0);
    let mut slopes = vec![T::default(); weights.len()];
    let mut means = vec![(T::default(), T::default()); weights.len()];
    let per_epoch = (POINTS / BATCH) as u64;
    for step in 0..STEPS {
        let order = orders.of_epoch(ORDER_SEED, step / per_epoch);
        let batch = &order[(step % per_epoch) as usize * BATCH..][..BATCH];
        gradient(data, batch, &weights, &mut slopes);
        let done = step as i32 + 1;
        let rate = T::from_f64(rate / (1.0 - beta1.powi(done)));
        let correction = T::from_f64(1.0 / (1.0 - beta2.powi(done)));
        for ((w, g), (mean, square)) in weights.iter_mut().zip(&slopes).zip(&mut means) {
            *mean = mean_decay * *mean + (one - mean_decay) * *g;
            *square = square_decay * *square + (one - square_decay) * *g * *g;
            *w = *w - rate * *mean / ((*square * correction).sqrt() + eps);
        }
    }
    let weights = parts(&weights);
    let mut sum = 0.0;
    for (x, y) in data.inputs.chunks_exact(2).zip(data.targets) {
        let (_, logit) = forward(&weights, x);
        sum += (logit.std_softplus() - *y * logit).to_f64();
    }
    T::from_f64(sum / POINTS as f64)
}
