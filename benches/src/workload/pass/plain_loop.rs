//! The gradient as one would write it down, an example at a time, without any of Thalweg's kernels.

use thalweg::network::{Architecture, Examples, Layer};

use crate::plain::Plain;

/// The gradient of the mean loss. Hidden layers have sigmoids, tanh or ReLUs; one output is a logit, several are those of
/// classes.
pub fn gradient<T: Plain>(architecture: &Architecture, examples: &Examples<T>, weights: &[T], gradient: &mut [T]) {
    let layers = architecture.layers();
    let curve = Curve::named(architecture.activation.name);
    let share = T::from_f64(1.0 / examples.count as f64);
    let mut values: Vec<Vec<T>> = layers.iter().map(|layer| vec![T::default(); layer.outputs]).collect();
    let mut slopes = values.clone();
    gradient.fill(T::default());
    for (x, label) in examples.inputs.chunks_exact(architecture.inputs()).zip(&examples.targets) {
        for (index, layer) in layers.iter().enumerate() {
            let (before, after) = values.split_at_mut(index);
            forward(layer, weights, before.last().map_or(x, Vec::as_slice), &mut after[0]);
            if index + 1 < layers.len() {
                after[0].iter_mut().for_each(|z| *z = activate(*z, curve));
            }
        }
        let last = layers.len() - 1;
        loss_slope(&values[last], *label, share, &mut slopes[last]);
        for (index, layer) in layers.iter().enumerate().rev() {
            let (before, after) = slopes.split_at_mut(index);
            let inputs = if index == 0 { x } else { &values[index - 1] };
            add_gradient(layer, &after[0], inputs, gradient);
            if let Some(before) = before.last_mut() {
                backward(layer, weights, &after[0], before);
                for (slope, a) in before.iter_mut().zip(inputs) {
                    *slope = *slope * derivative(*a, curve);
                }
            }
        }
    }
}

/// The activation of hidden layers.
#[derive(Clone, Copy)]
enum Curve {
    Sigmoid,
    Tanh,
    Relu,
}

impl Curve {
    fn named(name: &str) -> Self {
        match name {
            "sigmoid" => Self::Sigmoid,
            "tanh" => Self::Tanh,
            _ => Self::Relu,
        }
    }
}

fn activate<T: Plain>(z: T, curve: Curve) -> T {
    match curve {
        Curve::Sigmoid => z.std_sigmoid(),
        Curve::Tanh => z.std_tanh(),
        Curve::Relu if z > T::default() => z,
        Curve::Relu => T::default(),
    }
}

/// g' from the value a.
fn derivative<T: Plain>(a: T, curve: Curve) -> T {
    let one = T::from_f64(1.0);
    match curve {
        Curve::Sigmoid => a * (one - a),
        Curve::Tanh => one - a * a,
        Curve::Relu if a > T::default() => one,
        Curve::Relu => T::default(),
    }
}

/// z = W x + b.
fn forward<T: Plain>(layer: &Layer, weights: &[T], x: &[T], z: &mut [T]) {
    let rows = weights[layer.weights.clone()].chunks_exact(layer.inputs);
    for ((z, row), bias) in z.iter_mut().zip(rows).zip(&weights[layer.bias.clone()]) {
        let mut sum = T::default();
        for (w, x) in row.iter().zip(x) {
            sum += *w * *x;
        }
        *z = sum + *bias;
    }
}

/// dL/dz of the output, over m.
fn loss_slope<T: Plain>(z: &[T], label: T, share: T, slope: &mut [T]) {
    if let ([z], [slope]) = (z, &mut *slope) {
        *slope = (z.std_sigmoid() - label) * share;
        return;
    }
    let mut largest = z[0];
    for z in z {
        largest = if *z > largest { *z } else { largest };
    }
    let mut sum = T::default();
    for (slope, z) in slope.iter_mut().zip(z) {
        *slope = (*z - largest).std_exp();
        sum += *slope;
    }
    for (class, slope) in slope.iter_mut().enumerate() {
        let hit = T::from_f64(f64::from(u8::from(class == label.to_f64() as usize)));
        *slope = (*slope / sum - hit) * share;
    }
}

/// dW += dz xᵀ, db += dz.
fn add_gradient<T: Plain>(layer: &Layer, dz: &[T], x: &[T], gradient: &mut [T]) {
    for (row, dz) in gradient[layer.weights.clone()].chunks_exact_mut(layer.inputs).zip(dz) {
        for (g, x) in row.iter_mut().zip(x) {
            *g += *dz * *x;
        }
    }
    for (g, dz) in gradient[layer.bias.clone()].iter_mut().zip(dz) {
        *g += *dz;
    }
}

/// dx = Wᵀ dz, a row of W at a time.
fn backward<T: Plain>(layer: &Layer, weights: &[T], dz: &[T], dx: &mut [T]) {
    dx.fill(T::default());
    for (row, dz) in weights[layer.weights.clone()].chunks_exact(layer.inputs).zip(dz) {
        for (dx, w) in dx.iter_mut().zip(row) {
            *dx += *dz * *w;
        }
    }
}
