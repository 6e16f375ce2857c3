//! The curvature of the batch's loss along its gradient.

use thalweg_kernels::Real;

use super::{Column, Cost, Look, Observe, Observer, Records, Rows};

/// Batch sharpness: the curvature of the loss on a batch along its own gradient, gᵀHg / ‖g‖², both of the batch that the
/// step's update was made of, at the weights after it. Andreyev and Beneventano (arXiv:2412.20553) take its mean over
/// batches; this is one term of it.
///
/// Sums are added in f64, in the order of the parameters. There is none where the gradient is zero.
pub static BATCH_SHARPNESS: Observer = Observer::new::<BatchSharpness>(
    (
        "batch-sharpness",
        "the curvature of the loss on the step's batch along its gradient",
        "gᵀHg / ‖g‖² (Andreyev and Beneventano, arXiv:2412.20553)",
    ),
    &[],
    (
        Records::Curves,
        &[Column {
            name: "batch_sharpness",
            unit: "L/w²",
            meaning: "gᵀHg / ‖g‖² of the step's batch after its update",
        }],
    ),
    ("a gradient and a product of the Hessian, on a batch", |extent| Cost {
        gradients: 1,
        products: 1,
        bytes: 2 * extent.number * extent.weights,
        ..Cost::ROW
    }),
);

struct BatchSharpness;

impl Observe for BatchSharpness {
    /// The gradient, and the Hessian's product with it.
    type Room<T: Real> = [Vec<T>; 2];

    fn look<T: Real>(look: Look<'_, T>, room: &mut [Vec<T>; 2], rows: &mut Rows<'_, T>) {
        room.iter_mut().for_each(|array| array.resize(look.weights.len(), T::default()));
        let [gradient, product] = room;
        let batch = look.oracle.batch();
        look.oracle.gradient(batch, look.weights, gradient);
        look.oracle.hessian_product(batch, look.weights, gradient, product);
        for trial in look.running() {
            let [slope, turned] = [&*gradient, &*product].map(|array| look.numbers(array, trial));
            let square: f64 = slope.clone().map(|g| g * g).sum();
            let curved: f64 = slope.zip(turned).map(|(g, h)| g * h).sum();
            rows.push(trial, 0, &[(square != 0.0).then_some(curved / square)]);
        }
    }
}
