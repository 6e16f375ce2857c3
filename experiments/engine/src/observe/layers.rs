//! Norms and directions, layer by layer.

use thalweg_kernels::Real;

use super::look::norm;
use super::{Column, Cost, Index, Look, Observe, Observer, Records, Rows};

/// What a step does to each layer, its weights and biases together: norms, how much of the weights an update is, and
/// where it points.
///
/// Sums are added in f64, in the order of the parameters. A quotient with a denominator of zero is missing, as all but the
/// norm of the weights is at the start.
pub static LAYERS: Observer = Observer::new::<Layers>(
    (
        "layers",
        "norms of each layer's weights, gradient and update, and where the update points",
        "‖w‖, ‖g‖, ‖Δw‖, ‖Δw‖/‖w‖, cos(-Δw, g), cos(g, g′) of each layer",
    ),
    &[],
    (
        Records::Table {
            name: "layers",
            index: Some(Index { name: "layer", meaning: "the layer, from 1 after the inputs" }),
        },
        &[
            Column { name: "weight_norm", unit: "w", meaning: "Euclidean norm of the weights and biases" },
            Column { name: "grad_norm", unit: "L/w", meaning: "that of the gradient of this step's batch" },
            Column { name: "update_norm", unit: "w", meaning: "that of this step's change of the weights" },
            Column {
                name: "update_ratio",
                unit: "1",
                meaning: "the norm of the update over that of the weights before it",
            },
            Column {
                name: "update_cosine",
                unit: "1",
                meaning: "cosine of the angle between -Δw and the gradient: 1 for gradient descent",
            },
            Column {
                name: "grad_cosine",
                unit: "1",
                meaning: "cosine of the angle between the gradient and that of the step looked at before",
            },
        ],
    ),
    ("nothing", |extent| Cost { rows: extent.layers, bytes: extent.number * extent.weights, ..Cost::ROW }),
);

struct Layers;

/// The gradients that were looked at before; none at a trial's first look.
type Before<T> = Vec<T>;

impl Observe for Layers {
    type Room<T: Real> = Before<T>;

    fn look<T: Real>(look: Look<'_, T>, earlier: &mut Before<T>, rows: &mut Rows<'_, T>) {
        let update = look.gradient.zip(look.previous);
        if update.is_none() {
            // A block begins.
            earlier.clear();
        }
        for trial in look.running() {
            for (index, layer) in (1..).zip(look.layers) {
                let range = layer.weights.start..layer.bias.end;
                let of = |array| look.part(array, trial, range.clone());
                let size = norm(of(look.weights));
                let Some((gradient, previous)) = update else {
                    rows.push(trial, index, &[Some(size), None, None, None, None, None]);
                    continue;
                };
                let step = || of(previous).zip(of(look.weights)).map(|(before, after)| before - after);
                let [slope, moved, from] = [norm(of(gradient)), norm(step()), norm(of(previous))];
                let along = sum(step().zip(of(gradient)));
                let turned = (!earlier.is_empty())
                    .then(|| quotient(sum(of(gradient).zip(of(earlier))), slope * norm(of(earlier))))
                    .flatten();
                let [ratio, cosine] = [quotient(moved, from), quotient(along, moved * slope)];
                rows.push(trial, index, &[Some(size), Some(slope), Some(moved), ratio, cosine, turned]);
            }
        }
        if let Some((gradient, _)) = update {
            earlier.clear();
            earlier.extend_from_slice(gradient);
        }
    }
}

/// The sum of products.
fn sum(terms: impl Iterator<Item = (f64, f64)>) -> f64 {
    terms.map(|(one, other)| one * other).sum()
}

/// A quotient, but of nothing.
fn quotient(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator != 0.0).then_some(numerator / denominator)
}
