//! Norms of gradients and updates.

use thalweg_kernels::Real;

use super::look::norm;
use super::{Column, Cost, Look, Observe, Observer, Records, Rows};

/// The Euclidean norms of the gradient and of the update: squares are added in f64, in the order of the parameters.
///
/// Its columns are columns of every `curves.csv`; without it they are empty.
pub static NORMS: Observer = Observer::new::<Norms>(
    ("norms", "norms of the gradient and of the update", "‖g‖, ‖Δw‖"),
    &[],
    (
        Records::Curves,
        &[
            Column {
                name: "grad_norm",
                unit: "L/w",
                meaning: "Euclidean norm of the gradient of this step's batch, before clipping and weight decay",
            },
            Column { name: "update_norm", unit: "w", meaning: "Euclidean norm of this step's change of the weights" },
        ],
    ),
    ("nothing", |_| Cost::ROW),
);

struct Norms;

impl Observe for Norms {
    type Room<T: Real> = ();

    fn look<T: Real>(look: Look<'_, T>, (): &mut (), rows: &mut Rows<'_, T>) {
        let (Some(gradient), Some(previous)) = (look.gradient, look.previous) else { return };
        for trial in look.running() {
            let [after, before, slope] = [look.weights, previous, gradient].map(|array| look.numbers(array, trial));
            let update = norm(after.zip(before).map(|(after, before)| after - before));
            rows.push(trial, 0, &[Some(norm(slope)), Some(update)]);
        }
    }
}
