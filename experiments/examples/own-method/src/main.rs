//! Thalweg with an optimizer that sees more than one weight at a time, and with an observer that asks for gradients:
//! `cargo run --release -- run study.toml`.

use std::process::ExitCode;

use thalweg::Registry;
use thalweg::kernels::optimizer::reference::Whole;
use thalweg::kernels::optimizer::{
    Add, Block, Hyperparameter, Layer, Method, Operands, Optimizer, Sample, Sees, Start,
};
use thalweg::kernels::{Real, origin};
use thalweg::observe::{Column, Cost, Look, Observe, Observer, Records, Rows};

fn main() -> ExitCode {
    thalweg::main_with(Registry::builtin().with_optimizer(&NORMALISED).with_observer(&ALIGNMENT))
}

/// w ← w - α g / ‖g‖, with the norm of each layer: normalised gradient descent.
static NORMALISED: Optimizer = Optimizer::of_method::<Normalised>(
    "normalised",
    "Normalised gradient descent",
    "Cortés, Automatica 42, 2006",
    "w -= α g / ‖g‖, layer by layer",
    &[Hyperparameter::lr(1e-2)],
)
.from(origin!());

struct Normalised;

/// Room that is kept from step to step: norms, and what a pass reads.
#[derive(Default)]
struct Room<T> {
    norms: Vec<f64>,
    coefficients: Vec<T>,
}

impl Method for Normalised {
    const STATE: &'static [Start] = &[];
    const SEES: Sees = Sees::Norms;

    type Room<T: Real> = Room<T>;

    fn step<T: Real>(block: Block<'_, T>, Room { norms, coefficients }: &mut Room<T>) {
        let Block { frame, weights, gradient, settings, alarm, .. } = block;
        for (at, layer) in frame.layers.iter().enumerate() {
            let range = layer.weights.start..layer.bias.end;
            frame.norms(gradient, range.clone(), norms);
            // A gradient of zero goes nowhere.
            let step = |norm: f64| if norm == 0.0 { 0.0 } else { 1.0 / norm };
            frame.coefficients(coefficients, |trial| {
                [-settings.of(trial)[0] * settings.rate(at, trial) * step(norms[trial])]
            });
            frame.pass::<Add, T, 0>(Operands { x: weights, g: gradient, state: [], range, coefficients, alarm });
        }
    }

    fn reference(hyperparameters: &[f64], layers: &[Layer], weights: &mut [f64], gradient: &[f64], _: &mut Whole) {
        for layer in layers {
            let range = layer.weights.start..layer.bias.end;
            let norm = gradient[range.clone()].iter().map(|g| g * g).sum::<f64>().sqrt();
            range.for_each(|p| weights[p] -= if norm == 0.0 { 0.0 } else { hyperparameters[0] * gradient[p] / norm });
        }
    }
}

/// The cosine of the gradient of a batch with that of all examples: how much of a step is signal.
static ALIGNMENT: Observer = Observer::new::<Alignment>(
    ("alignment", "how well the gradient of a batch points where that of all examples does", "⟨g, ∇L⟩ / (‖g‖ ‖∇L‖)"),
    &[],
    (
        Records::Table { name: "alignment", index: None },
        &[Column { name: "cosine", unit: "1", meaning: "cosine of the two gradients" }],
    ),
    ("two gradients, one of them of all examples", |_| Cost { gradients: 2, ..Cost::ROW }),
)
.from(origin!());

struct Alignment;

/// The two gradients.
struct Gradients<T>([Vec<T>; 2]);

impl<T> Default for Gradients<T> {
    fn default() -> Self {
        Self([Vec::new(), Vec::new()])
    }
}

impl Observe for Alignment {
    type Room<T: Real> = Gradients<T>;

    fn look<T: Real>(look: Look<'_, T>, Gradients([batch, all]): &mut Gradients<T>, rows: &mut Rows<'_, T>) {
        for (sample, gradient) in [(look.oracle.batch(), &mut *batch), (Sample::All, &mut *all)] {
            gradient.resize(look.weights.len(), T::default());
            look.oracle.gradient(sample, look.weights, gradient);
        }
        for trial in look.running() {
            // Sums are in f64, in the order of the parameters.
            let dot =
                |a: &[T], b: &[T]| look.numbers(a, trial).zip(look.numbers(b, trial)).map(|(a, b)| a * b).sum::<f64>();
            let norms = (dot(batch, batch) * dot(all, all)).sqrt();
            rows.push(trial, 0, &[Some(dot(batch, all) / norms).filter(|cosine| cosine.is_finite())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use thalweg::kernels::optimizer::reference::Trial;

    use super::*;

    #[test]
    fn a_step_is_as_long_as_the_rate_in_every_layer() {
        let layers = [
            Layer { weights: 0..2, rows: 1, columns: 2, bias: 2..3 },
            Layer { weights: 3..4, rows: 1, columns: 1, bias: 4..4 },
        ];
        let mut trial = Trial::new(&NORMALISED, &[0.5], &layers, &[1.0, 2.0, 3.0, 4.0]);
        trial.step(&[2.0, 3.0, 6.0, -5.0]);
        let expected = [1.0 - 0.5 * 2.0 / 7.0, 2.0 - 0.5 * 3.0 / 7.0, 3.0 - 0.5 * 6.0 / 7.0, 4.5];
        assert!(trial.weights.iter().zip(expected).all(|(w, expected)| (w - expected).abs() < 1e-15));
    }
}
